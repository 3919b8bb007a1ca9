"""What syslog servers are sent: where, with which priority, and what stands in front of the message."""

from __future__ import annotations

from pathlib import Path

import pytest

from ios_emu import Lab
from ios_emu.lab.device import HostDevice

LAB = """\
links = ["R1:Fa0/0 -- S1"]
[devices.R1]
type = "2811"
config = "R1.cfg"
[devices.S1]
type = "server"
address = "10.0.1.2/24"
"""
CONFIG = """\
interface FastEthernet0/0
 ip address 10.0.1.1 255.255.255.0
"""
RESTART = "%SYS-5-CONFIG_I: Configured from console by console"


def sent(folder: Path, *lines: str, port: int = 514) -> list[str]:
    (folder / "lab.toml").write_text(LAB)
    (folder / "R1.cfg").write_text(CONFIG)
    lab = Lab(str(folder / "lab.toml"))
    device = lab["S1"]
    assert isinstance(device, HostDevice)
    heard: list[str] = []
    device.host.node.udp.open(lambda received: heard.append(received.payload.decode()), port)
    lab["S1"].run("ping 10.0.1.1")
    console = lab["R1"].console()
    for line in ("", "enable", "configure terminal", "no service timestamps log", *lines, "end"):
        console.receive(line.encode() + b"\r")
    lab.clock.wait(1_000_000_000)
    return heard


def test_facility_and_severity_are_the_priority(tmp_path: Path) -> None:
    assert sent(tmp_path, "logging 10.0.1.2")[-1] == f"<{23 * 8 + 5}>2: {RESTART}"
    assert sent(tmp_path, "logging 10.0.1.2", "logging facility kern")[-1] == f"<5>2: {RESTART}"


def test_a_server_may_listen_at_another_port(tmp_path: Path) -> None:
    line = "logging host 10.0.1.2 transport udp port 5514"
    assert sent(tmp_path, line, port=5514)[-1].endswith(RESTART)
    assert sent(tmp_path, line) == []


@pytest.mark.parametrize(
    ("line", "origin"),
    [
        ("logging origin-id hostname", "R1: "),
        ("logging origin-id ip", "10.0.1.1: "),
        ('logging origin-id string "second floor"', "second floor: "),
        ("no logging origin-id", ""),
    ],
)
def test_an_origin_stands_in_front(tmp_path: Path, line: str, origin: str) -> None:
    text = sent(tmp_path, "hostname R1", "logging 10.0.1.2", line)[-1]
    assert text.partition(": ")[2] == f"{origin}{RESTART}"
