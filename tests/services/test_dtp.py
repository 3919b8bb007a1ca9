"""DTP: two switches on a cable agree on a trunk, or on none."""

from __future__ import annotations

import random
from functools import partial
from typing import get_args

import pytest

from ios_emu.clock import MINUTE, SECOND, Clock
from ios_emu.services.dtp import DtpEngine
from ios_emu.stack.cable import Cable, Port
from ios_emu.stack.switch_port import PortMode
from ios_emu.stack.switching import Switch
from ios_emu.wire.dtp import DtpPacket, Wish
from ios_emu.wire.ethernet import MacAddress
from ios_emu.wire.snap import DTP, build_snap, parse_snap

PORT = "FastEthernet0/1"


class Pair:
    """Two switches on a cable, in those modes."""

    def __init__(self, a: PortMode, b: PortMode, domains: tuple[str, str] = ("", "")) -> None:
        self.clock = Clock()
        self.switches: list[Switch] = []
        self.engines: list[DtpEngine] = []
        self.sent: list[tuple[int, int, DtpPacket]] = []
        for number, (mode, domain) in enumerate(zip((a, b), domains, strict=True)):
            switch = Switch(f"SW{number}", self.clock, [PORT, "FastEthernet0/2"])
            switch.settings[PORT].mode = mode
            switch.changed()
            mac = MacAddress(bytes((2, 0, 0, 0, 0, number)))
            engine = DtpEngine(self.clock, switch, partial(lambda mac, _: mac, mac), partial(str, domain))
            switch.control = partial(self._control, engine)
            switch.link_changed = partial(self._link_changed, engine)
            self.switches.append(switch)
            self.engines.append(engine)
        self.cable = Cable(
            self.clock, *(switch.ports[PORT] for switch in self.switches), chance=random.Random(1)
        )
        self.cable.taps.append(self._tap)
        self.wait(1)

    def _tap(self, time: int, port: Port, frame: bytes) -> None:
        found = parse_snap(frame)
        if found is not None:
            number = [switch.ports[PORT] for switch in self.switches].index(port)
            self.sent.append((time // SECOND, number, DtpPacket.parse(found[2])))

    @staticmethod
    def _control(engine: DtpEngine, port: Port, frame: bytes) -> None:
        engine.receive(port.name, frame)

    @staticmethod
    def _link_changed(engine: DtpEngine, port: Port) -> None:
        engine.link_changed(port.name)

    def wait(self, seconds: int) -> None:
        self.clock.run_until(self.clock.now + seconds * SECOND)

    def works_as(self) -> tuple[str, str]:
        a, b = (switch.operational(PORT)[0] for switch in self.switches)
        return a, b

    def set(self, number: int, mode: PortMode, nonegotiate: bool = False) -> None:
        settings = self.switches[number].settings[PORT]
        settings.mode, settings.nonegotiate = mode, nonegotiate
        self.switches[number].changed()
        self.engines[number].settings_changed()
        self.wait(1)


AGREED = {
    ("trunk", "dynamic auto"),
    ("trunk", "dynamic desirable"),
    ("dynamic desirable", "dynamic desirable"),
    ("dynamic desirable", "dynamic auto"),
}


@pytest.mark.parametrize("a", get_args(PortMode))
@pytest.mark.parametrize("b", get_args(PortMode))
def test_what_two_modes_make(a: PortMode, b: PortMode) -> None:
    both = Pair(a, b).works_as()
    if (a, b) in AGREED or (b, a) in AGREED:
        assert both == ("trunk", "trunk")
    else:
        assert both == tuple("trunk" if mode == "trunk" else "access" for mode in (a, b))


def test_a_trunk_that_was_agreed_carries_tags() -> None:
    pair = Pair("dynamic auto", "dynamic desirable")
    for switch in pair.switches:
        switch.vlans[10] = "ten"
        switch.settings["FastEthernet0/2"].mode = "access"
        switch.settings["FastEthernet0/2"].access_vlan = 10
        switch.changed()
    ends = [Port("a"), Port("b")]
    heard: list[bytes] = []
    ends[1].receive = heard.append
    for end, switch in zip(ends, pair.switches, strict=True):
        Cable(pair.clock, end, switch.ports["FastEthernet0/2"], chance=random.Random(2))
    ends[0].send(b"\xff" * 6 + b"\2" * 6 + b"\x88\xb5" + bytes(46))
    pair.clock.run_until_idle()
    assert [frame for frame in heard if frame[12:14] == b"\x88\xb5"]


def test_a_port_tells_at_once_and_then_every_half_minute() -> None:
    pair = Pair("dynamic auto", "dynamic auto")
    pair.wait(70)
    assert [time for time, number, _ in pair.sent if number == 0][-4:] == [1, 2, 32, 62]
    assert {(packet.wish, packet.trunking) for _, _, packet in pair.sent} == {(Wish.AUTO, False)}
    assert pair.clock.idle, "nobody waits for DTP"


def test_a_change_of_mode_is_told_at_once() -> None:
    pair = Pair("dynamic auto", "dynamic auto")
    pair.wait(40)
    pair.set(0, "dynamic desirable")
    assert pair.works_as() == ("trunk", "trunk")
    pair.set(0, "access")
    assert pair.works_as() == ("access", "access")


def test_nonegotiate_neither_speaks_nor_listens() -> None:
    pair = Pair("dynamic auto", "access")
    pair.wait(40)
    before = len([1 for _, number, _ in pair.sent if number == 1])
    pair.set(1, "trunk", nonegotiate=True)
    pair.wait(400)
    assert pair.works_as() == ("access", "trunk")
    assert len([1 for _, number, _ in pair.sent if number == 1]) == before


def test_different_domains_make_no_trunk() -> None:
    assert Pair("dynamic desirable", "dynamic auto", ("north", "south")).works_as() == ("access", "access")
    assert Pair("dynamic desirable", "dynamic auto", ("north", "north")).works_as() == ("trunk", "trunk")
    assert Pair("dynamic desirable", "dynamic auto", ("north", "")).works_as() == ("trunk", "trunk")


def test_a_cable_that_is_pulled_ends_what_was_agreed() -> None:
    pair = Pair("dynamic auto", "trunk")
    pair.cable.set_up(False)
    assert pair.works_as() == ("access", "trunk")
    pair.cable.set_up(True)
    pair.wait(1)
    assert pair.works_as() == ("trunk", "trunk")


def test_a_neighbour_that_falls_silent_is_no_more() -> None:
    pair = Pair("dynamic auto", "dynamic desirable")
    pair.wait(10)
    pair.cable.loss = 1.0
    pair.wait(4 * MINUTE // SECOND)
    assert pair.works_as() == ("trunk", "trunk")
    pair.wait(2 * MINUTE // SECOND)
    assert pair.works_as() == ("access", "access")


@pytest.mark.parametrize("payload", [b"", b"\x01", b"\x02\x00\x01\x00\x05\x00", b"\xff" * 30])
def test_what_is_malformed_is_counted_and_ignored(payload: bytes) -> None:
    pair = Pair("dynamic auto", "dynamic desirable")
    pair.engines[0].receive(PORT, build_snap(MacAddress(bytes(6)), DTP, payload))
    assert pair.engines[0].counters.malformed == 1
    assert pair.works_as() == ("trunk", "trunk")
