"""Tshark reads what `ios-emu run --capture` writes of the built-in labs, and finds no fault in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.judge

CHECKS = [f"-o{name}:TRUE" for name in ("ip.check_checksum", "tcp.check_checksum", "udp.check_checksum")]
LABS = {
    "ping": [
        "@PC1",
        "ping 192.168.2.2",
        "ping 192.168.2.2 -n 1 -l 5000",
        "telnet 192.168.1.1",
        "@R1",
        "traceroute 192.168.2.2",
        "ping 192.168.1.2 size 3000",
        "ping 10.1.1.1 repeat 1",
    ],
    "three-routers": [
        "@PC1",
        "ping 192.168.2.2",
        "tracert 192.168.2.2",
        "tracert 10.9.9.9",
        "@R1",
        "telnet 10.0.12.2",
        "telnet 10.0.12.2 81",
        "traceroute 192.168.2.2",
    ],
    "stick": [
        "@PC1",
        "ping 192.168.20.10",
        "ping -n 1 -l 4000 192.168.20.10",
        "@R1",
        "telnet 192.168.99.2",
        "show cdp neighbors",
        "@SW1",
        "ping 192.168.10.10",
    ],
    "nat": [
        "@PC1",
        "ping 198.51.100.10",
        "ping 198.51.100.10 -n 1 -l 5000",
        "tracert 198.51.100.1",
        "nslookup example.org",
        "@PC2",
        "ping 198.51.100.10 -n 1 -l 3000",
        "nslookup mail.example.org",
        "@PC3",
        "ping 203.0.113.10",
        "ping 203.0.113.10 -n 1 -l 5000",
        "tracert 203.0.113.10",
        "@Mail1",
        "telnet 198.51.100.254",
    ],
    "rip": [
        "@R1",
        "enable",
        "ping 172.16.3.1 source loopback 0",
        "clear ip route *",
        "@R2",
        "enable",
        "configure terminal",
        "router rip",
        "no version",
        "redistribute connected metric 3",
        "key chain RIP",
        "key 1",
        "key-string secret",
        "interface fa0/1",
        "ip rip send version 2",
        "ip rip authentication mode md5",
        "ip rip authentication key-chain RIP",
        "end",
        "@lab",
        "link R1 R2 down",
        "link R1 R2 up",
        "@R1",
        "ping 192.168.2.10",
    ],
}
CABLES = {"ping": 4, "three-routers": 4, "nat": 9, "rip": 7, "stick": 5}


@pytest.mark.parametrize("lab", LABS)
def test_a_capture_of_a_lab_has_no_fault(lab: str, judge: Callable[[str], str], tmp_path: Path) -> None:
    tshark = judge("tshark")
    capture = tmp_path / "wire.pcapng"
    command = [sys.executable, "-m", "ios_emu", "run", lab, "--capture", str(capture), *LABS[lab]]
    subprocess.run(command, check=True, capture_output=True)

    def read(file: Path, display_filter: str, *more: str) -> list[str]:
        arguments = [tshark, "-r", str(file), *CHECKS, "-Y", display_filter, *more]
        return subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.splitlines()

    assert len(read(capture, "frame")) > 60
    assert read(capture, "_ws.malformed || _ws.expert.severity == error") == []
    bad = ("ip", "tcp", "udp", "icmp", "cdp")
    assert read(capture, " || ".join(f"{name}.checksum.status == 0" for name in bad)) == []
    interfaces = set(read(capture, "frame", "-Tfields", "-eframe.interface_id"))
    assert len(interfaces) == CABLES[lab]
    for number in interfaces:
        # A frame crosses several cables: each cable tells its story once.
        one = tmp_path / f"cable{number}.pcapng"
        read(capture, f"frame.interface_id == {number}", "-w", str(one))
        assert read(one, "tcp.analysis.flags") == []
    names = set(read(capture, "frame", "-Tfields", "-eframe.interface_name"))
    assert any(name.startswith("PC1:FastEthernet0 -- ") for name in names)
