"""The switch: whom it learns, and to whom it forwards."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.clock import MILLISECOND, NANOSECOND, SECOND, Clock
from ios_emu.stack.cable import DEFAULT_DELAY, Cable, Port
from ios_emu.stack.switching import AGEING_TIME, Station, Switch, SwitchCounters
from ios_emu.wire.ethernet import MacAddress

PORTS = 4
BROADCAST = b"\xff" * 6


def mac(number: int) -> bytes:
    return bytes((2, 0, 0, 0, number >> 8, number & 255))


class Room:
    """A switch with a station at each of its ports; station n has the address mac(n)."""

    def __init__(self) -> None:
        self.clock = Clock()
        names = [f"FastEthernet0/{number}" for number in range(PORTS)]
        self.switch = Switch("SW1", self.clock, names)
        self.stations = [Port(f"station {number}") for number in range(PORTS)]
        self.heard: list[list[bytes]] = [[] for _ in range(PORTS)]
        for number, (station, name) in enumerate(zip(self.stations, names, strict=True)):
            station.receive = self.heard[number].append
            Cable(self.clock, station, self.switch.ports[name], chance=random.Random(number))

    def say(self, sender: int, to: bytes, source: bytes | None = None) -> list[int]:
        """Sends a frame from a station; returns which stations heard it."""
        before = [len(heard) for heard in self.heard]
        self.stations[sender].send(to + (source or mac(sender)) + b"\x08\x00" + bytes(46))
        self.clock.run_until(self.clock.now + MILLISECOND)
        return [number for number in range(PORTS) if len(self.heard[number]) > before[number]]


def test_an_unknown_station_is_looked_for_everywhere_and_a_known_one_is_not() -> None:
    room = Room()
    assert room.say(0, mac(1)) == [1, 2, 3]
    assert room.say(1, mac(0)) == [0]
    assert room.say(0, mac(1)) == [1]
    assert room.switch.counters == SwitchCounters(forwarded=2, flooded=1)


@pytest.mark.parametrize("group", [BROADCAST, bytes.fromhex("01005e000001"), bytes.fromhex("0180c2000010")])
def test_a_group_is_everywhere_but_where_the_frame_came_from(group: bytes) -> None:
    room = Room()
    for number in range(PORTS):
        room.say(number, BROADCAST)
    assert room.say(2, group) == [0, 1, 3]


@pytest.mark.parametrize("last", [0x00, 0x02, 0x0F])
def test_what_is_for_the_bridge_itself_goes_no_further(last: int) -> None:
    room = Room()
    assert room.say(0, bytes.fromhex("0180c20000") + bytes((last,))) == []
    assert room.switch.counters == SwitchCounters(filtered=1)


def test_a_station_behind_the_port_of_the_sender_has_heard_it_already() -> None:
    room = Room()
    room.say(0, BROADCAST, source=mac(8))
    assert room.say(0, mac(8), source=mac(9)) == []
    assert room.switch.counters.filtered == 1


def test_a_station_that_moves_is_found_at_its_new_port() -> None:
    room = Room()
    room.say(0, BROADCAST, source=mac(9))
    assert room.say(1, mac(9)) == [0]
    room.say(2, BROADCAST, source=mac(9))
    assert room.say(1, mac(9)) == [2]


def test_a_group_is_never_learned_as_a_station() -> None:
    room = Room()
    room.say(0, mac(1), source=bytes.fromhex("01005e000001"))
    assert list(room.switch.mac_table()) == []


@pytest.mark.parametrize(("silent", "heard"), [(AGEING_TIME - NANOSECOND, [1]), (AGEING_TIME, [1, 2, 3])])
def test_a_station_that_is_silent_for_five_minutes_is_forgotten(silent: int, heard: list[int]) -> None:
    room = Room()
    # Both frames are under way for as long: what is between them when they are sent, is so at the switch.
    begin = room.clock.now
    room.say(1, BROADCAST)
    room.clock.run_until(begin + silent)
    assert room.say(0, mac(1)) == heard
    assert AGEING_TIME == 300 * SECOND


@pytest.mark.parametrize(("silent", "known"), [(AGEING_TIME - NANOSECOND, 1), (AGEING_TIME, 0)])
def test_the_table_is_as_old_as_the_forwarding(silent: int, known: int) -> None:
    room = Room()
    room.say(1, BROADCAST)
    room.clock.run_until(DEFAULT_DELAY + silent)
    assert len(list(room.switch.mac_table())) == known


def test_a_station_that_speaks_is_not_forgotten() -> None:
    room = Room()
    for _ in range(3):
        room.say(1, BROADCAST)
        room.clock.run_until(room.clock.now + 299 * SECOND)
    assert room.say(0, mac(1)) == [1]


def test_ageing_keeps_no_clock_busy() -> None:
    room = Room()
    room.say(0, BROADCAST)
    assert room.clock.idle
    assert room.clock.next_event is None


def test_the_table_lists_who_is_known_and_where() -> None:
    room = Room()
    room.say(3, BROADCAST)
    room.clock.run_until(200 * SECOND)
    room.say(2, BROADCAST)
    room.say(1, BROADCAST)
    assert list(room.switch.mac_table()) == [
        Station(MacAddress(mac(1)), "FastEthernet0/1", "DYNAMIC"),
        Station(MacAddress(mac(2)), "FastEthernet0/2", "DYNAMIC"),
        Station(MacAddress(mac(3)), "FastEthernet0/3", "DYNAMIC"),
    ]
    room.clock.run_until(301 * SECOND)
    assert [one.port for one in room.switch.mac_table()] == ["FastEthernet0/1", "FastEthernet0/2"]
    room.switch.forget()
    assert list(room.switch.mac_table()) == []


def test_a_cable_that_is_pulled_takes_its_stations_out_of_the_table() -> None:
    room = Room()
    room.say(0, BROADCAST)
    room.say(1, BROADCAST)
    cable = room.stations[1].cable
    assert cable is not None
    cable.set_up(False)
    assert [one.port for one in room.switch.mac_table()] == ["FastEthernet0/0"]
    assert room.say(0, mac(1)) == [2, 3]
    assert room.switch.ports["FastEthernet0/1"].counters.output_drops == 0


def test_a_full_table_learns_nobody_until_somebody_is_old() -> None:
    room = Room()
    for number in range(8192):
        room.stations[0].send(mac(1) + mac(256 + number) + b"\x08\x00" + bytes(46))
    room.clock.run_until_idle()
    assert room.say(2, mac(0)) == [0, 1, 3]
    assert len(list(room.switch.mac_table())) == 8192
    assert room.say(0, mac(2)) == [1, 2, 3], "station 2 found no room"
    room.clock.run_until(301 * SECOND)
    room.say(2, mac(0))
    assert room.say(0, mac(2)) == [2]
    assert len(list(room.switch.mac_table())) == 2


def test_forwarding_takes_no_time_of_the_lab() -> None:
    room = Room()
    room.stations[0].send(BROADCAST + mac(0) + b"\x08\x00" + bytes(46))
    room.clock.run_until(100_000 - NANOSECOND)
    assert not room.heard[1]
    room.clock.run_until(100_000)
    assert len(room.heard[1]) == 1


# Properties

addresses = st.one_of(st.integers(0, 7).map(mac), st.just(BROADCAST), st.binary(min_size=6, max_size=6))
talk = st.lists(
    st.tuples(st.integers(0, PORTS - 1), addresses, addresses, st.integers(0, 200 * SECOND)), max_size=30
)


@pytest.mark.property
@settings(deadline=None, max_examples=100)
@given(talk=talk)
def test_a_frame_never_goes_back_and_a_known_station_is_at_one_port(
    talk: list[tuple[int, bytes, bytes, int]],
) -> None:
    room = Room()
    model: dict[bytes, tuple[int, int]] = {}
    for sender, to, source, pause in talk:
        room.clock.run_until(room.clock.now + pause)
        arrival = room.clock.now + 50_000
        heard = room.say(sender, to, source)
        if not source[0] & 1:
            model[source] = (sender, arrival)
        others = [number for number in range(PORTS) if number != sender]
        where, seen = model.get(to, (-1, -AGEING_TIME))
        if to[:5] == bytes.fromhex("0180c20000") and to[5] < 16:
            expected = []
        elif where >= 0 and arrival - seen < AGEING_TIME:
            expected = [where] if where != sender else []
        else:
            expected = others
        assert heard == expected
        assert sender not in heard


@pytest.mark.property
@settings(deadline=None, max_examples=100)
@given(
    frames=st.lists(st.tuples(st.integers(0, PORTS - 1), st.binary(max_size=1700)), max_size=20),
)
def test_any_bytes_are_forwarded_or_counted(frames: list[tuple[int, bytes]]) -> None:
    room = Room()
    for sender, data in frames:
        room.stations[sender].send(data)
    room.clock.run_until_idle()
    bad = sum(port.counters.input_errors for port in room.switch.ports.values())
    counters = room.switch.counters
    assert bad + counters.forwarded + counters.flooded + counters.filtered == len(frames)
