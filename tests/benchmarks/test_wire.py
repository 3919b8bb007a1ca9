"""The budgets of the wire: bulk TCP, what a frame costs at each hop, many hosts, and a day of a lab.

Times are held against `shlex.split` of a configuration, as in the budgets of the console: on a machine that
splits 80,000 lines a second (`SPLITS_A_SECOND`) they mean the seconds that are written here. `-s` shows what
was measured.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from ipaddress import IPv4Interface
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from ios_emu.clock import DAY, MINUTE, Clock
from ios_emu.devices.host import Host
from ios_emu.services.ping import Pinger
from ios_emu.stack.cable import Cable, Port
from ios_emu.stack.switching import Switch
from ios_emu.wire.ethernet import MacAddress
from tests.benchmarks.test_budgets import SPLITS_A_SECOND, configuration, once, seconds, splitting

BULK = 20_000_000
BULK_A_SECOND = 40_000_000
HOSTS = 500
HOSTS_SECONDS = 2.0
HOSTS_MEGABYTES = 150
DAY_SECONDS = 5.0
FRAMES = 200_000
ROUNDS = 5
LINES = configuration(2000)


def reference_seconds() -> float:
    """How long this machine takes for what the reference machine does in one second."""
    return splitting(LINES) * SPLITS_A_SECOND / len(LINES)


def best(measure: Callable[[], float], rounds: int = ROUNDS) -> float:
    """Reference seconds: the least of several runs, each beside a run of the reference."""
    return min(measure() / reference_seconds() for _ in range(rounds))


def two_hosts() -> tuple[Clock, Host, Host]:
    """Two hosts on a switch."""
    clock = Clock()
    switch = Switch("SW1", clock, ["1", "2"])
    hosts = []
    for number, port in enumerate(switch.ports.values(), 1):
        host = Host(f"PC{number}", "pc", clock, random.Random(number))
        Cable(clock, host.port, port)
        host.configure(IPv4Interface(f"10.0.0.{number}/24"))
        hosts.append(host)
    return clock, hosts[0], hosts[1]


def bulk() -> float:
    """Seconds to carry BULK bytes over one connection."""
    clock, sender, receiver = two_hosts()
    data = memoryview(random.Random(1).randbytes(BULK))
    got = bytearray()

    def accept(socket: object) -> None:
        from ios_emu.stack.tcp_connection import TcpSocket

        assert isinstance(socket, TcpSocket)
        socket.on_readable = lambda: got.extend(socket.receive())
        socket.on_end = socket.close

    receiver.node.tcp.listen(9, accept)
    assert sender.address is not None
    assert receiver.address is not None
    connection = sender.node.tcp.connect(int(sender.address.ip), int(receiver.address.ip), 9)
    position = 0

    def fill() -> None:
        nonlocal position
        while room := connection.room:
            if position == BULK:
                connection.shutdown()
                return
            position += connection.send(bytes(data[position : position + room]))

    connection.on_connected = connection.on_writable = fill
    taken = seconds(clock.run_until_idle)
    assert got == data
    return taken


def test_bulk_tcp(benchmark: BenchmarkFixture) -> None:
    measured = once(benchmark, lambda: best(bulk))
    here = min(bulk() for _ in range(2))
    print(f"\n{BULK / measured / 1e6:.0f} MB/s on the reference machine, {BULK / here / 1e6:.0f} MB/s here")
    assert BULK / measured >= BULK_A_SECOND


def through_a_switch(batch: int, trunks: str = "") -> float:
    """Microseconds of a frame from a host's port through a switch to another's.

    `trunks` are the ports that are trunks; those that are not are in VLAN 10.
    """
    clock = Clock()
    switch = Switch("SW1", clock, ["1", "2"])
    if trunks:
        switch.vlans[10] = "ten"
        for name, port in switch.settings.items():
            port.mode, port.access_vlan = "trunk" if name in trunks else "access", 10
        switch.changed()
    a, b = Port("a"), Port("b")
    Cable(clock, a, switch.ports["1"])
    Cable(clock, b, switch.ports["2"])
    first, second = MacAddress(b"\2\0\0\0\0\1"), MacAddress(b"\2\0\0\0\0\2")
    tag = b"\x81\x00\x00\x0a"
    b.send(first + second + (tag if "2" in trunks else b"") + bytes(48))
    clock.run_until_idle()
    frame = second + first + (tag if "1" in trunks else b"") + bytes(1486)

    def run() -> None:
        for _ in range(FRAMES // batch):
            for _ in range(batch):
                a.send(frame)
            clock.run_until_idle()

    taken = seconds(run)
    assert b.counters.frames_in == FRAMES
    return taken * 1e6 / FRAMES


def test_what_a_frame_costs_at_a_switch() -> None:
    for batch in (1, 32):
        print(f"\na frame through a switch, {batch} at a time: {through_a_switch(batch):.1f} us here")


def test_what_tags_cost_at_a_switch() -> None:
    """From access to trunk a tag is put in, the other way it is taken out, between trunks it stays."""
    for trunks, most in (("2", 1.4), ("1", 1.5), ("12", 1.5)):
        pairs = [(through_a_switch(32, trunks), through_a_switch(32)) for _ in range(3)]
        ratio = min(tagged / plain for tagged, plain in pairs)
        print(f"\nwith port {trunks} as a trunk: {ratio:.2f} times the cost without VLANs")
        assert ratio <= most


def test_what_a_packet_costs_at_a_router() -> None:
    from ios_emu.lab.device import HostDevice
    from ios_emu.lab.topology import Lab

    lab = Lab("ping")
    near, far = lab["PC1"], lab["PC2"]
    assert isinstance(near, HostDevice)
    assert isinstance(far, HostDevice)
    assert far.host.address is not None
    target = int(far.host.address.ip)
    heard = 0

    def hear(_: object) -> None:
        nonlocal heard
        heard += 1

    far.host.node.udp.open(hear, 9)
    socket = near.host.node.udp.open(lambda received: None)
    for _ in range(2):
        socket.send(target, 9, b"find the way")
        lab.clock.run_until_idle()
    heard = 0
    count = 20_000

    def run() -> None:
        for _ in range(count // 20):
            for _ in range(20):
                socket.send(target, 9, bytes(1000))
            lab.clock.run_until_idle()

    taken = seconds(run)
    assert heard == count
    print(f"\na packet host, switch, router, switch, host: {taken * 1e6 / count:.1f} us here")


def day() -> float:
    """Seconds for a day in which ten hosts ping each other once a minute."""
    clock = Clock()
    switch = Switch("SW1", clock, [str(number) for number in range(10)])
    hosts = []
    for number, port in enumerate(switch.ports.values(), 1):
        host = Host(f"PC{number}", "pc", clock, random.Random(number))
        Cable(clock, host.port, port)
        host.configure(IPv4Interface(f"10.0.0.{number}/24"))
        hosts.append((host, Pinger(host.node)))
    replies = 0

    def count(outcome: object) -> None:
        nonlocal replies
        replies += getattr(outcome, "replied", False)

    def every_minute(sequence: int) -> None:
        for number, (_, pinger) in enumerate(hosts):
            target, _ = hosts[(number + 1) % len(hosts)]
            assert target.address is not None
            pinger.probe(int(target.address.ip), sequence, 4_000_000_000).subscribe(count)
        clock.call_later(MINUTE, every_minute, sequence + 1, background=True)

    every_minute(0)
    taken = seconds(lambda: clock.run_until(DAY - 1))
    assert replies == 10 * 24 * 60
    return taken


def test_a_day_of_a_lab(benchmark: BenchmarkFixture) -> None:
    measured = once(benchmark, lambda: best(day, 3))
    print(f"\na lab day takes {measured:.2f} s on the reference machine")
    assert measured <= DAY_SECONDS


def lab_file(folder: Path) -> Path:
    """A router and HOSTS hosts, on a switch of switches."""
    behind = 23
    switches = -(-HOSTS // behind)
    links = ["R1:Fa0/0 -- SW0:Gi0/1"]
    links += [f"SW0:Fa0/{number} -- SW{number}:Gi0/1" for number in range(1, switches + 1)]
    links += [f"PC{number} -- SW{number // behind + 1}:Fa0/{number % behind + 1}" for number in range(HOSTS)]
    text = 'title = "Many hosts"\nlinks = [' + ", ".join(f'"{link}"' for link in links) + "]\n"
    text += '[devices.R1]\ntype = "2811"\nconfig = "R1.cfg"\n'
    text += "".join(f'[devices.SW{number}]\ntype = "switch"\n' for number in range(switches + 1))
    for number in range(HOSTS):
        address = f"10.0.{number // 200}.{number % 200 + 2}"
        text += f'[devices.PC{number}]\ntype = "pc"\naddress = "{address}/16"\ngateway = "10.0.255.1"\n'
    (folder / "R1.cfg").write_text(
        "hostname R1\nservice tcp-small-servers\n"
        "interface FastEthernet0/0\n ip address 10.0.255.1 255.255.0.0\nend\n"
    )
    (folder / "lab.toml").write_text(text)
    return folder / "lab.toml"


def many_hosts(path: Path) -> tuple[float, float]:
    """Seconds to bring the lab up with a TCP connection of each host, and the peak of memory in megabytes."""
    from ios_emu.lab.device import HostDevice
    from ios_emu.lab.topology import Lab

    start = time.process_time()
    lab = Lab(str(path))
    lab.clock.run_until_idle()
    connected: list[bool] = []
    for device in lab.devices.values():
        if isinstance(device, HostDevice):
            host = device.host
            assert host.address is not None
            assert host.gateway is not None
            socket = host.node.tcp.connect(int(host.address.ip), int(host.gateway), 7)
            socket.on_connected = lambda: connected.append(True)
    lab.clock.run_until_idle()
    assert len(connected) == HOSTS
    taken = time.process_time() - start
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [peak] = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return taken, int(peak) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux counts it")
def test_many_hosts_on_one_router(tmp_path: Path) -> None:
    path = lab_file(tmp_path)
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from tests.benchmarks.test_wire import many_hosts, reference_seconds\n"
        "taken, megabytes = many_hosts(Path(sys.argv[1]))\n"
        "print(taken, megabytes, taken / reference_seconds())\n"
    )
    runs = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", program, str(path)],
            cwd=Path(__file__).resolve().parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        runs.append(tuple(map(float, done.stdout.split())))
    taken = min(run[2] for run in runs)
    megabytes = max(run[1] for run in runs)
    print(f"\n{HOSTS} hosts: {taken:.2f} s on the reference machine, {megabytes:.0f} MB")
    assert taken <= HOSTS_SECONDS
    assert megabytes <= HOSTS_MEGABYTES
