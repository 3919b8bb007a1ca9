"""The router: boot, NVRAM, links and the log."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address

import pytest

from ios_emu.clock import SECOND, Clock
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.router import Router
from ios_emu.stack.cable import Cable, Port
from ios_emu.stack.interface_name import InterfaceName

FA00 = InterfaceName("FastEthernet", 0, 0)


class Bench:
    """A router on a table, its log, and a cable to something that is switched on."""

    def __init__(self, dialect: Dialect = Dialect.IOS) -> None:
        self.clock = Clock()
        self.router = Router("R1", self.clock, dialect)
        self.log: list[str] = []
        self.router.log.subscribe(self.log.append)
        self.router.boot()
        self.far = Port("far")
        self.cable = Cable(self.clock, self.router.network.ports[FA00], self.far)
        self.interface = self.router.config.interfaces[FA00]

    def shut(self, shutdown: bool) -> None:
        self.interface.shutdown = shutdown
        self.router.link_changed(self.interface)

    def after(self, seconds: int) -> list[str]:
        """What was logged meanwhile, without the time stamps."""
        self.log.clear()
        self.clock.run_until(self.clock.now + seconds * SECOND)
        return [line.partition("%")[2] for line in self.log]


def test_no_shutdown_brings_link_and_protocol_up_one_after_the_other() -> None:
    bench = Bench()
    bench.shut(False)
    assert bench.after(2) == ["LINK-3-UPDOWN: Interface FastEthernet0/0, changed state to up"]
    assert bench.after(1) == [
        "LINEPROTO-5-UPDOWN: Line protocol on Interface FastEthernet0/0, changed state to up"
    ]
    assert bench.router.protocol_up(bench.interface)


def test_a_cable_that_is_cut_takes_the_protocol_down_and_not_the_line() -> None:
    bench = Bench()
    bench.shut(False)
    bench.after(5)
    bench.cable.set_up(False)
    assert bench.after(5) == [
        "LINEPROTO-5-UPDOWN: Line protocol on Interface FastEthernet0/0, changed state to down"
    ]
    assert bench.router.interface_up(bench.interface)
    bench.cable.set_up(True)
    assert bench.after(5) == [
        "LINEPROTO-5-UPDOWN: Line protocol on Interface FastEthernet0/0, changed state to up"
    ]


def test_in_packet_tracer_the_line_follows_the_cable() -> None:
    bench = Bench(Dialect.PACKET_TRACER)
    bench.shut(False)
    bench.after(5)
    bench.far.set_enabled(False)
    assert bench.after(5) == [
        "LINK-5-CHANGED: Interface FastEthernet0/0, changed state to down",
        "LINEPROTO-5-UPDOWN: Line protocol on Interface FastEthernet0/0, changed state to down",
    ]
    assert not bench.router.interface_up(bench.interface)


def test_the_far_end_sees_a_shutdown() -> None:
    bench = Bench()
    bench.shut(False)
    assert bench.far.carrier
    bench.after(5)
    bench.shut(True)
    assert not bench.far.carrier
    assert bench.after(5) == [
        "LINK-5-CHANGED: Interface FastEthernet0/0, changed state to administratively down",
        "LINEPROTO-5-UPDOWN: Line protocol on Interface FastEthernet0/0, changed state to down",
    ]


def test_what_was_not_saved_is_gone_after_a_boot() -> None:
    router = Router("R1", Clock())
    router.config.hostname = "Saved"
    outcomes: list[str | None] = []
    router.save(outcomes.append)
    assert outcomes == [None]
    assert router.startup is not None
    assert "hostname Saved" in router.startup
    router.config.hostname = "Lost"
    assert router.modified
    router.boot()
    assert router.config.hostname == "Router"


def test_an_erased_router_is_blank_and_its_record_stays() -> None:
    router = Router("R1", Clock())
    router.save(lambda problem: None)
    router.store_startup("", lambda problem: None)
    assert router.startup is None


def test_a_journal_that_fails_is_told_and_nothing_counts_as_saved() -> None:
    class Full:
        def write(self, name: str, data: bytes | None, done: Callable[[str | None], None]) -> None:
            assert data
            done(f"{name}: no space is left on the disk")

    router = Router("R1", Clock(), journal=Full())
    router.config.hostname = "New"
    outcomes: list[str | None] = []
    router.save(outcomes.append)
    assert outcomes == ["R1/startup-config: no space is left on the disk"]
    assert router.startup is None
    assert router.modified


def test_the_clock_begins_in_2002_and_uptime_at_the_boot() -> None:
    clock = Clock(now=90 * SECOND)
    router = Router("R1", clock)
    router.boot()
    assert f"{router.now:%d.%m.%Y %H:%M:%S}" == "01.03.2002 00:01:30"
    clock.run_until(100 * SECOND)
    assert router.uptime.seconds == 10


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("fa0/0", True),
        ("fa0/1", True),
        ("fa0/2", False),
        ("fa1/0", False),
        ("lo0", True),
        ("vlan5", False),
        ("fa0/0.7", True),
    ],
)
def test_the_ports_of_a_2811(name: str, has: bool) -> None:
    assert Router("R1", Clock()).has_port(InterfaceName.read(name)) is has


def test_loopbacks_are_up_until_they_are_shut() -> None:
    router = Router("R1", Clock())
    loopback = router.make_interface(InterfaceName.read("lo0"))
    assert router.protocol_up(loopback)
    loopback.shutdown = True
    assert not router.protocol_up(loopback)
    assert not router.config.connected.owns(IPv4Address("10.0.0.1"))
