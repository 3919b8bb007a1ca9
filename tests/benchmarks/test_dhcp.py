"""DHCP under load: perfdhcp as a relay, through a TAP and the whole router; leases are stored before the ACK.

dhcpd and dnsmasq are measured beside it, in the same run. dhcpd, too, stores each lease before its ACK.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from ios_emu import Lab
from ios_emu.lab.device import HostDevice, RouterDevice
from ios_emu.wire import dhcp
from ios_emu.wire.ethernet import BROADCAST, ETHERTYPE_IPV4, EthernetFrame, MacAddress
from ios_emu.wire.ipv4 import UDP, Ipv4Packet
from ios_emu.wire.udp import UdpDatagram
from tests.benchmarks.test_budgets import once
from tests.benchmarks.test_wire import reference_seconds

needs = pytest.mark.skipif(
    os.geteuid() != 0 or not all(map(shutil.which, ("ip", "perfdhcp", "dhcpd", "dnsmasq"))),
    reason="perfdhcp over a TAP needs root, iproute2, kea-admin, isc-dhcp-server and dnsmasq-base",
)
CONFIG = """\
ip dhcp ping packets 0
ip dhcp excluded-address 10.9.0.1 10.9.0.2
ip dhcp pool LOAD
   network 10.9.0.0 255.255.0.0
interface FastEthernet0/0
 ip address 10.9.0.1 255.255.0.0
end
"""
LAB = 'links = []\n[devices.R1]\ntype = "2811"\nconfig = "R1.cfg"\n'
DHCPD = """\
authoritative;
ping-check false;
default-lease-time 86400;
subnet 10.9.0.0 netmask 255.255.0.0 { range 10.9.0.3 10.9.255.254; }
"""
SWITCH = '[devices.SW1]\ntype = "switch"\n'
SERVER, FIRST = 0x0A090001, 0x0A090003
SECONDS = 4
RATES = {
    "ios-emu": (1500, 3000, 4000, 5000, 6000, 7000),
    "dhcpd": (250, 500, 1000, 2000, 3000),
    "dnsmasq": (100, 250, 500, 1000, 2000),
}
ASKED = 3000


@dataclass
class Measured:
    """What perfdhcp saw at one rate; delays in milliseconds."""

    rate: int
    sent: int
    drops: int
    delays: list[float]

    def percentile(self, share: float) -> float:
        """The delay that so many of the ACKs stay below."""
        return sorted(self.delays)[min(int(len(self.delays) * share), len(self.delays) - 1)]


def inside(namespace: str, command: str) -> list[str]:
    return ["ip", "netns", "exec", namespace, *command.split()]


def perfdhcp(namespace: str, rate: int, clients: int = 60000) -> Measured:
    done = subprocess.run(
        inside(namespace, f"perfdhcp -4 -r {rate} -p {SECONDS} -R {clients} -W 1000000 -x t 10.9.0.1"),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS + 60,
    )
    acks = done.stdout.partition("Timestamps for packets: REQUEST-ACK")[2]
    times = re.findall(r"sent / received: ([\d.]+) / ([\d.]+)", acks)
    drops = sum(map(int, re.findall(r"^drops: (\d+)", done.stdout, re.MULTILINE)))
    sent = int(re.findall(r"^sent packets: (\d+)", done.stdout, re.MULTILINE)[-1])
    delays = [(_seconds(received) - _seconds(begun)) * 1000 for begun, received in times]
    return Measured(rate, sent, drops, delays)


def _seconds(text: str) -> float:
    seconds, _, fraction = text.partition(".")
    return int(seconds) + float(f"0.{fraction}")


@pytest.fixture
def namespace() -> Iterator[str]:
    name = f"ios-emu-bench-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
    yield name
    pids = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, check=True)
    subprocess.run(["kill", "-9", *pids.stdout.split()], check=False, capture_output=True)
    subprocess.run(["ip", "netns", "delete", name], check=True)


def serve(namespace: str, folder: Path) -> subprocess.Popen[str]:
    folder.mkdir()
    (folder / "lab.toml").write_text(LAB)
    (folder / "R1.cfg").write_text(CONFIG)
    process = subprocess.Popen(
        inside(
            namespace,
            f"{sys.executable} -m ios_emu serve {folder}/lab.toml --quick --state {folder}/state "
            "--tap tap0=R1:Fa0/0",
        ),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while process.stdout.readline().strip() != "ready":
        assert process.poll() is None
    for words in (
        ["address", "add", "10.9.0.2/16", "dev", "tap0"],
        ["link", "set", "tap0", "up", "txqueuelen", "5000"],
    ):
        subprocess.run(["ip", "-n", namespace, *words], check=True)
    return process


def far_namespace(namespace: str) -> str:
    """The other end of a veth pair, for a server that is a program of its own."""
    inner = f"{namespace}-d"
    subprocess.run(["ip", "netns", "add", inner], check=True)
    for words in (
        ["-n", namespace, "link", "add", "v0", "type", "veth", "peer", "name", "v1"],
        ["-n", namespace, "link", "set", "v1", "netns", inner],
        ["-n", namespace, "address", "add", "10.9.0.2/16", "dev", "v0"],
        ["-n", namespace, "link", "set", "v0", "up"],
        ["-n", inner, "address", "add", "10.9.0.1/16", "dev", "v1"],
        ["-n", inner, "link", "set", "v1", "up"],
    ):
        subprocess.run(["ip", *words], check=True)
    return inner


def started(namespace: str, command: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        inside(namespace, command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    )
    time.sleep(2)
    assert process.poll() is None
    return process


def dhcpd(namespace: str, folder: Path) -> subprocess.Popen[str]:
    """On a veth pair."""
    folder.mkdir()
    (folder / "dhcpd.conf").write_text(DHCPD)
    (folder / "leases").touch()
    inner = far_namespace(namespace)
    return started(inner, f"dhcpd -4 -f -cf {folder}/dhcpd.conf -lf {folder}/leases -pf {folder}/pid v1")


def dnsmasq(namespace: str, folder: Path) -> subprocess.Popen[str]:
    """On a veth pair, as dhcpd is."""
    folder.mkdir()
    inner = far_namespace(namespace)
    return started(
        inner,
        f"dnsmasq --keep-in-foreground --port=0 --conf-file=/dev/null --interface=v1 --no-ping --user=root "
        f"--dhcp-range=10.9.0.3,10.9.255.254,255.255.0.0,24h --dhcp-lease-max=70000 "
        f"--dhcp-leasefile={folder}/leases --pid-file={folder}/pid --dhcp-authoritative --quiet-dhcp",
    )


def resident(pid: int) -> int:
    """Megabytes that a process, or the one that it has become, has in memory."""
    text = Path(f"/proc/{pid}/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+) kB", text)
    assert match is not None
    return int(match[1]) // 1024


Start = Callable[[str, Path], "subprocess.Popen[str]"]


def measured(name: str, start: Start, namespace: str, folder: Path, rate: int) -> Measured:
    """One run of perfdhcp against a server that was just started."""
    process = start(namespace, folder)
    try:
        seen = perfdhcp(namespace, rate)
        print(
            f"\n{name:<8} {rate:>5}/s: {seen.sent} sent, {seen.drops} drops, "
            f"p50 {seen.percentile(0.5):.2f} ms, p99 {seen.percentile(0.99):.2f} ms, "
            f"{resident(process.pid)} MB",
            end="",
        )
        return seen
    finally:
        process.kill()
        process.communicate()
        for words in (["-n", namespace, "link", "delete", "v0"], ["netns", "delete", f"{namespace}-d"]):
            subprocess.run(["ip", *words], check=False, capture_output=True)


@needs
def test_leases_per_second_beside_dhcpd_and_dnsmasq(namespace: str, tmp_path: Path) -> None:
    best = {}
    servers: dict[str, Start] = {"ios-emu": serve, "dhcpd": dhcpd, "dnsmasq": dnsmasq}
    for name, start in servers.items():
        best[name] = 0
        for rate in RATES[name]:
            if measured(name, start, namespace, tmp_path / f"{name}-{rate}", rate).drops:
                break
            best[name] = rate
    print(f"\nhighest rate without a drop: {best}", end="")
    assert best["ios-emu"] > max(best["dhcpd"], best["dnsmasq"])


@needs
def test_three_runs_without_a_drop(namespace: str, tmp_path: Path) -> None:
    drops = [measured("ios-emu", serve, namespace, tmp_path / str(run), ASKED).drops for run in range(3)]
    assert drops == [0, 0, 0]


EXCHANGES = 4000
TOGETHER = 64
IN_MEMORY = 10_000
CLASS = 250
CLASS_SECONDS = 1.0


def test_exchanges_in_memory(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """Four messages each, from clients behind a switch; what clients send was built before."""
    (tmp_path / "lab.toml").write_text(
        LAB.replace("links = []", 'links = ["R1:Fa0/0 -- SW1:Fa0/1"]') + SWITCH
    )
    (tmp_path / "R1.cfg").write_text(CONFIG)
    lab = Lab(str(tmp_path / "lab.toml"))
    port = lab.attach("clients", "SW1")
    answers: list[bytes] = []
    port.receive = answers.append
    lab.clock.run_until_idle()
    mac = MacAddress(bytes.fromhex("020000000001"))
    discovers = [_frame(mac, number, dhcp.DISCOVER, 0) for number in range(EXCHANGES)]
    requests = [_frame(mac, number, dhcp.REQUEST, FIRST + number) for number in range(EXCHANGES)]

    def exchange() -> float:
        begun = time.perf_counter()
        for start in range(0, EXCHANGES, TOGETHER):
            for frames in (discovers, requests):
                for frame in frames[start : start + TOGETHER]:
                    port.send(frame)
                lab.clock.run_until_idle()
        return time.perf_counter() - begun

    took = once(benchmark, exchange)
    device = lab["R1"]
    assert isinstance(device, RouterDevice)
    assert device.router.dhcp.engine.automatic_bindings == EXCHANGES
    assert len(answers) >= 2 * EXCHANGES
    rate = EXCHANGES / (took / reference_seconds())
    print(f"\n{EXCHANGES / took:,.0f} exchanges/s here, {rate:,.0f} on the reference machine", end="")
    assert rate >= IN_MEMORY


def _frame(mac: MacAddress, number: int, kind: int, address: int) -> bytes:
    options = {dhcp.MESSAGE_TYPE: bytes((kind,))}
    if address:
        options |= {dhcp.REQUESTED_ADDRESS: address.to_bytes(4), dhcp.SERVER_IDENTIFIER: SERVER.to_bytes(4)}
    hardware = b"\2\0" + number.to_bytes(4)
    message = dhcp.DhcpMessage(
        dhcp.BOOTREQUEST, 1, 6, 0, number, 0, dhcp.BROADCAST_FLAG, 0, 0, 0, 0, hardware, b"", b"", options
    )
    data = UdpDatagram(68, 67, message.build()).build(0, 0xFFFFFFFF)
    packet = Ipv4Packet(0, 0xFFFFFFFF, UDP, data, ttl=64, identification=1)
    return EthernetFrame(BROADCAST, mac, ETHERTYPE_IPV4, packet.build()).build()


def test_a_class_boots_and_leases(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """250 hosts behind 12 switches, from their building to the last lease."""
    links, devices = ["R1:Fa0/0 -- SW0:Fa0/24"], LAB.partition("\n")[2] + '[devices.SW0]\ntype = "switch"\n'
    for number in range(CLASS):
        switch, port = divmod(number, 22)
        if not port:
            devices += f'[devices.SW{switch + 1}]\ntype = "switch"\n'
            links.append(f"SW0:Fa0/{switch + 1} -- SW{switch + 1}:Fa0/24")
        devices += f'[devices.H{number}]\ntype = "pc"\naddress = "dhcp"\n'
        links.append(f"H{number} -- SW{switch + 1}:Fa0/{port + 1}")
    (tmp_path / "lab.toml").write_text(f"links = {links!r}\n{devices}")
    (tmp_path / "R1.cfg").write_text(CONFIG)
    lab = Lab(str(tmp_path / "lab.toml"))

    def lease() -> float:
        begun = time.perf_counter()
        lab.clock.run_until_idle()
        return time.perf_counter() - begun

    took = once(benchmark, lease)
    hosts = [device.host for device in lab.devices.values() if isinstance(device, HostDevice)]
    assert len({host.address for host in hosts}) == CLASS
    seconds = took / reference_seconds()
    print(f"\n{CLASS} hosts leased in {took:.2f} s here, {seconds:.2f} s on the reference machine", end="")
    assert seconds <= CLASS_SECONDS
