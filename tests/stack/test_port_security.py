"""Port security: who may speak at a port, and what a violation does."""

from __future__ import annotations

import random

import pytest

from ios_emu.clock import MILLISECOND, Clock
from ios_emu.stack.cable import Cable, Port
from ios_emu.stack.port_security import Secured
from ios_emu.stack.switch_port import Violation
from ios_emu.stack.switching import Station, Switch
from ios_emu.wire.ethernet import MacAddress

BROADCAST = b"\xff" * 6


def mac(number: int) -> MacAddress:
    return MacAddress(bytes((2, 0, 0, 0, 0, number)))


class Room:
    """A switch with three ports; the first two are secure."""

    def __init__(self, maximum: int = 1, violation: Violation = "shutdown", sticky: bool = False) -> None:
        self.clock = Clock()
        self.names = ["FastEthernet0/1", "FastEthernet0/2", "FastEthernet0/3"]
        self.switch = Switch("SW1", self.clock, self.names)
        self.stations = [Port(name) for name in self.names]
        self.heard: list[bytes] = []
        self.log: list[object] = []
        self.switch.violated = lambda *what: self.log.append(what)
        self.switch.err_disable = lambda *what: self.log.append(what)
        self.cables = [
            Cable(self.clock, station, self.switch.ports[name], chance=random.Random(name))
            for station, name in zip(self.stations, self.names, strict=True)
        ]
        self.stations[2].receive = self.heard.append
        for name in self.names[:2]:
            setting = self.switch.settings[name]
            setting.mode = "access"
            setting.security.enabled = True
            setting.security.maximum = maximum
            setting.security.violation = violation
            setting.security.sticky = sticky
        self.switch.changed()
        self.secure = self.switch.secure[self.names[0]]

    def say(self, source: int, port: int = 0) -> bool:
        """A broadcast from a station; was it heard?"""
        before = len(self.heard)
        self.stations[port].send(BROADCAST + mac(source) + b"\x88\xb5" + bytes(46))
        self.clock.run_until(self.clock.now + MILLISECOND)
        return len(self.heard) > before


def test_the_first_stations_that_speak_are_secure() -> None:
    room = Room(maximum=2, violation="restrict")
    assert [room.say(number) for number in (1, 2, 3, 1, 2)] == [True, True, False, True, True]
    assert list(room.secure.addresses()) == [(mac(1), Secured.LEARNED), (mac(2), Secured.LEARNED)]
    assert list(room.switch.mac_table()) == [
        Station(mac(1), "FastEthernet0/1", "STATIC"),
        Station(mac(2), "FastEthernet0/1", "STATIC"),
    ]
    assert room.secure.last_source == (mac(2), 1)


@pytest.mark.parametrize(
    ("violation", "count", "log"),
    [
        ("protect", 0, []),
        ("restrict", 2, [("FastEthernet0/1", mac(2), 1)] * 2),
        ("shutdown", 1, [("FastEthernet0/1", "psecure-violation"), ("FastEthernet0/1", mac(2), 1)]),
    ],
)
def test_a_violation(violation: Violation, count: int, log: list[object]) -> None:
    room = Room(violation=violation)
    room.say(1)
    assert not room.say(2)
    assert not room.say(2)
    assert room.secure.violations == count
    assert room.log == log
    assert room.say(1) is (violation != "shutdown")
    assert room.stations[0].carrier is (violation != "shutdown")
    drops = 1 if violation == "shutdown" else 2
    assert room.switch.counters.insecure == drops


def test_a_port_that_is_err_disabled_comes_back_when_it_was_shut() -> None:
    room = Room()
    room.say(1)
    room.say(2)
    setting = room.switch.settings[room.names[0]]
    assert room.switch.err_disabled == {"FastEthernet0/1": "psecure-violation"}
    room.switch.changed()
    assert not room.stations[0].carrier
    setting.shutdown = True
    room.switch.changed()
    setting.shutdown = False
    room.switch.changed()
    assert room.switch.err_disabled == {}
    assert room.say(2), "what was learned went with the link"
    assert room.secure.violations == 1


def test_a_station_that_is_secure_elsewhere_is_a_violation() -> None:
    room = Room(violation="restrict", maximum=5)
    room.say(1, port=0)
    assert not room.say(1, port=1)
    assert room.log == [("FastEthernet0/2", mac(1), 1)]


def test_static_addresses_count() -> None:
    room = Room(violation="protect", maximum=2)
    room.secure.settings.static_addresses.append(mac(7))
    room.switch.changed()
    assert Station(mac(7), "FastEthernet0/1", "STATIC") in list(room.switch.mac_table())
    assert [room.say(number) for number in (1, 2, 7)] == [True, False, True]


def test_sticky_addresses_become_settings_and_outlive_the_link() -> None:
    room = Room(sticky=True, violation="protect")
    room.say(1)
    assert room.secure.settings.sticky_addresses == [mac(1)]
    assert list(room.secure.addresses()) == [(mac(1), Secured.STICKY)]
    room.cables[0].set_up(False)
    room.cables[0].set_up(True)
    assert [one.mac for one in room.switch.mac_table()] == [mac(1)]
    assert not room.say(2)


def test_what_was_learned_becomes_sticky_when_that_is_set() -> None:
    room = Room()
    room.say(1)
    room.secure.settings.sticky = True
    room.switch.changed()
    assert room.secure.settings.sticky_addresses == [mac(1)]
    assert room.secure.count == 1


def test_without_port_security_anybody_may_speak_again() -> None:
    room = Room(violation="protect")
    room.say(1)
    room.secure.settings.enabled = False
    room.switch.changed()
    assert room.secure.count == 0
    assert [room.say(number) for number in (1, 2)] == [True, True]
    assert [one.type for one in room.switch.mac_table()] == ["DYNAMIC", "DYNAMIC"]
