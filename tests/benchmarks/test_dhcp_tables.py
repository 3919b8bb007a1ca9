"""The budget of a long table: 60,000 bindings, the first screen at once, and nobody else held up."""

from __future__ import annotations

import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network

import pytest

from ios_emu.clock import DAY, SECOND
from ios_emu.lab.device import LabConsole, RouterDevice
from ios_emu.lab.topology import Lab
from ios_emu.services.dhcp_bindings import Lease, LeaseState
from ios_emu.services.dhcp_journal import lease_record
from ios_emu.services.dhcp_pool import Pool
from ios_emu.services.dhcp_pools import PoolState, Subnet

BINDINGS = 60_000
FIRST_SCREEN_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 0.05


@pytest.fixture(scope="module")
def busy() -> tuple[Lab, LabConsole]:
    """A router whose /16 is nearly full: the leases come out of a journal."""
    lab = Lab("router")
    device = lab["R1"]
    assert isinstance(device, RouterDevice)
    for line in ("enable", "configure terminal", "ip dhcp pool P", "network 10.0.0.0 255.255.0.0", "end"):
        device.run(line)
    subnet = Subnet(PoolState(Pool("P")), IPv4Network("10.0.0.0/16"))
    records = bytearray()
    for number in range(BINDINGS):
        hardware = b"\2\0" + number.to_bytes(4)
        records += lease_record(
            Lease(
                int(IPv4Address("10.0.0.2")) + number,
                b"\1\1" + hardware,
                hardware,
                subnet,
                "FastEthernet0/0",
                LeaseState.BOUND,
                DAY + number * SECOND,
                since=0,
            )
        )
    device.router.dhcp.engine.restore(bytes(records))
    assert device.router.dhcp.engine.automatic_bindings == BINDINGS
    console = device.console()
    console.receive(b"\renable\r")
    lab.clock.run_until_idle()
    return lab, console


def seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def test_the_first_screen(busy: tuple[Lab, LabConsole]) -> None:
    _, console = busy
    console.set_paging(True)
    heard: list[bytes] = []
    detach = console.attach(heard.append)
    measured = seconds(lambda: console.receive(b"show ip dhcp binding\r"))
    assert b"".join(heard).endswith(
        b"10.0.0.20           0102.0000.0000.12       Mar 02 2002 12:00 AM    Automatic\r\n --More-- "
    )
    console.receive(b"q")
    detach()
    print(f"\nthe first screen of {BINDINGS} bindings takes {measured * 1000:.1f} ms")
    assert measured < FIRST_SCREEN_SECONDS


@pytest.mark.parametrize(
    "command",
    [
        b"show ip dhcp binding\r",
        b"show ip dhcp binding | count Automatic\r",
        b"show ip dhcp server statistics\r",
        b"show ip dhcp pool\r",
        b"clear ip dhcp binding *\r",
    ],
)
def test_nobody_else_waits_long(busy: tuple[Lab, LabConsole], command: bytes) -> None:
    lab, console = busy
    console.set_paging(False)
    longest = seconds(lambda: console.receive(command))
    while not lab.idle:
        longest = max(longest, seconds(lab.clock.step))
    print(f"\n{command.decode().strip()}: {longest * 1000:.1f} ms without a break at most")
    assert longest < LONGEST_WAIT_SECONDS
