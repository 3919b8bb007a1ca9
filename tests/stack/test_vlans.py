"""The switch with VLANs: who hears whom, with which tag, and what is dropped."""

from __future__ import annotations

import random
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.clock import MILLISECOND, SECOND, Clock
from ios_emu.stack.cable import Cable, Port
from ios_emu.stack.switch_port import PortMode
from ios_emu.stack.switching import Station, Switch, SwitchCounters
from ios_emu.stack.vlan_set import ALL_VLANS, VlanSet
from ios_emu.wire.ethernet import Dot1qTag, EthernetFrame, MacAddress

BROADCAST = MacAddress(b"\xff" * 6)
CDP = MacAddress.parse("0100.0ccc.cccc")


def mac(number: int) -> MacAddress:
    return MacAddress(bytes((2, 0, 0, 0, 0, number)))


class Room:
    """A switch with a station at each of its ports, whose numbers are given as VLANs: 10, or a trunk."""

    def __init__(self, *ports: int | str) -> None:
        self.clock = Clock()
        self.names = [f"FastEthernet0/{number}" for number in range(len(ports))]
        self.switch = Switch("SW1", self.clock, self.names)
        self.stations = [Port(f"station {number}") for number in range(len(ports))]
        self.heard: list[list[bytes]] = [[] for _ in ports]
        self.switch.vlans |= {10: "ten", 20: "twenty", 30: "thirty"}
        for number, (port, name) in enumerate(zip(ports, self.names, strict=True)):
            self.stations[number].receive = self.heard[number].append
            Cable(self.clock, self.stations[number], self.switch.ports[name], chance=random.Random(number))
            setting = self.switch.settings[name]
            if isinstance(port, int):
                setting.mode, setting.access_vlan = "access", port
            else:
                setting.mode = cast(PortMode, port)
        self.switch.changed()

    def say(
        self,
        sender: int,
        to: MacAddress = BROADCAST,
        tag: int | Dot1qTag | None = None,
        payload: bytes = b"hello".ljust(46, b"."),
        source: MacAddress | None = None,
    ) -> dict[int, Dot1qTag | None]:
        """Sends a frame from a station; returns who heard it, and with which tag."""
        before = [len(heard) for heard in self.heard]
        tag = Dot1qTag(tag) if isinstance(tag, int) else tag
        frame = EthernetFrame(to, source or mac(sender), 0x88B5, payload, tag)
        self.stations[sender].send(frame.build())
        self.clock.run_until(self.clock.now + MILLISECOND)
        result = {}
        for number, heard in enumerate(self.heard):
            for data in heard[before[number] :]:
                got = EthernetFrame.parse(data)
                assert (got.destination, got.source) == (to, source or mac(sender))
                assert got.payload.rstrip(b"\0") == payload.rstrip(b"\0")
                result[number] = got.tag
        return result

    def trunk(self, number: int, native: int = 1, allowed: str = "all") -> None:
        setting = self.switch.settings[self.names[number]]
        setting.mode, setting.native_vlan, setting.allowed_vlans = "trunk", native, VlanSet.parse(allowed)
        self.switch.changed()


def test_a_broadcast_stays_in_its_vlan() -> None:
    room = Room(10, 10, 20, 20, 1)
    assert room.say(0) == {1: None}
    assert room.say(2) == {3: None}
    assert room.say(4) == {}


def test_a_station_is_known_in_its_vlan_alone() -> None:
    room = Room(10, 10, 20, 20)
    room.say(0)
    room.say(2, source=mac(0))
    assert room.say(1, mac(0)) == {0: None}
    assert room.say(3, mac(0)) == {2: None}
    assert list(room.switch.mac_table()) == [
        Station(mac(0), "FastEthernet0/0", "DYNAMIC", 10),
        Station(mac(1), "FastEthernet0/1", "DYNAMIC", 10),
        Station(mac(0), "FastEthernet0/2", "DYNAMIC", 20),
        Station(mac(3), "FastEthernet0/3", "DYNAMIC", 20),
    ]


def test_a_trunk_tags_all_but_its_native_vlan() -> None:
    room = Room(1, 10, 20, "trunk", "trunk")
    room.trunk(4, native=20)
    assert room.say(0) == {3: None, 4: Dot1qTag(1)}
    assert room.say(1) == {3: Dot1qTag(10), 4: Dot1qTag(10)}
    assert room.say(2) == {3: Dot1qTag(20), 4: None}
    assert room.say(3) == {0: None, 4: Dot1qTag(1)}
    assert room.say(3, tag=20) == {2: None, 4: None}
    assert room.say(4) == {2: None, 3: Dot1qTag(20)}
    assert room.say(4, tag=1) == {0: None, 3: None}


def test_the_native_vlan_is_taken_with_its_tag_too() -> None:
    room = Room(1, "trunk")
    assert room.say(1, tag=1) == {0: None}


def test_a_trunk_carries_what_is_allowed() -> None:
    room = Room(10, 20, "trunk", "trunk")
    room.trunk(2, allowed="10")
    assert room.say(0) == {2: Dot1qTag(10), 3: Dot1qTag(10)}
    assert room.say(1) == {3: Dot1qTag(20)}
    assert room.say(2, tag=20) == {}
    assert room.say(2) == {}, "VLAN 1 is the native one, and not allowed"
    assert room.switch.counters.vlan_not_here == 2


def test_a_vlan_that_does_not_exist_is_carried_nowhere() -> None:
    room = Room(99, 99, "trunk")
    assert room.say(0) == {}
    assert room.say(2, tag=99) == {}
    assert room.switch.counters == SwitchCounters(vlan_not_here=2)
    room.switch.vlans[99] = "VLAN0099"
    room.switch.changed()
    assert room.say(0) == {1: None, 2: Dot1qTag(99)}
    room.switch.suspended.add(99)
    room.switch.changed()
    assert room.say(0) == {}


@pytest.mark.parametrize("number", [1002, 1005])
def test_the_vlans_of_token_rings_are_on_no_trunk(number: int) -> None:
    room = Room("trunk", "trunk")
    assert room.say(0, tag=number) == {}


def test_an_access_port_takes_no_tag_but_a_priority() -> None:
    room = Room(10, 10, "trunk")
    assert room.say(0, tag=10) == {}
    assert room.say(0, tag=20) == {}
    assert room.switch.counters == SwitchCounters(tagged_at_access=2)
    assert list(room.switch.mac_table()) == [], "nor is its sender learned"
    assert room.say(0, tag=Dot1qTag(0, 5)) == {1: None, 2: Dot1qTag(10, 5)}


def test_a_priority_goes_from_trunk_to_trunk() -> None:
    room = Room("trunk", "trunk", 10)
    assert room.say(0, tag=Dot1qTag(10, 6, True)) == {1: Dot1qTag(10, 6, True), 2: None}
    assert room.say(0, tag=Dot1qTag(0, 3)) == {1: None}


def test_of_two_tags_the_outer_one_counts() -> None:
    """The inner tag comes out behind an access port, or a trunk whose native VLAN is the outer one."""
    room = Room("trunk", 10, 20, "trunk")
    room.trunk(3, native=10)
    inner = (20).to_bytes(2) + b"\x88\xb5" + b"hidden".ljust(42, b".")
    outer = EthernetFrame(BROADCAST, mac(0), 0x8100, inner, Dot1qTag(10)).build()
    room.stations[0].send(outer)
    room.clock.run_until_idle()
    assert [len(heard) for heard in room.heard] == [0, 1, 0, 1]
    for number in (1, 3):
        got = EthernetFrame.parse(room.heard[number][0])
        assert got.tag == Dot1qTag(20)
        assert got.payload.startswith(b"hidden")


def test_a_frame_without_its_tag_is_not_too_short() -> None:
    room = Room("trunk", 10)
    room.stations[0].send(BROADCAST + mac(0) + b"\x81\x00\x00\x0a\x88\xb5" + bytes(42))
    room.clock.run_until_idle()
    assert len(room.heard[1][0]) == 60


def test_the_longest_frame_has_room_for_a_tag() -> None:
    room = Room(10, "trunk", 10)
    payload = bytes(range(250)) * 6
    assert room.say(0, payload=payload) == {1: Dot1qTag(10), 2: None}
    assert room.say(1, tag=10, payload=payload) == {0: None, 2: None}


@pytest.mark.parametrize("rest", [b"\x81\x00", b"\x81\x00\x00\x0a", b"\x81\x00\x00\x0a\x88"])
def test_a_tag_that_is_cut_off_is_counted(rest: bytes) -> None:
    room = Room("trunk", "trunk")
    room.stations[0].send(BROADCAST + mac(0) + rest)
    room.clock.run_until_idle()
    assert room.heard[1] == []
    assert room.switch.counters == SwitchCounters(malformed=1)


def test_the_reserved_vlan_is_nobodys() -> None:
    room = Room("trunk", "trunk")
    assert room.say(0, tag=4095) == {}
    assert room.switch.counters == SwitchCounters(malformed=1)


def test_a_port_that_changes_its_vlan_forgets_its_stations() -> None:
    room = Room(10, 10)
    room.say(0)
    room.switch.settings[room.names[0]].access_vlan = 20
    room.switch.changed()
    assert list(room.switch.mac_table()) == []
    room.switch.settings[room.names[0]].access_vlan = 10
    room.switch.changed()
    assert room.say(1, mac(0)) == {0: None}, "flooded, as it is not known"
    assert room.switch.counters.flooded == 2


def test_what_did_not_change_keeps_its_stations() -> None:
    room = Room(10, 10, 20)
    room.say(0)
    room.switch.settings[room.names[2]].access_vlan = 1
    room.switch.changed()
    assert [one.mac for one in room.switch.mac_table()] == [mac(0)]


def test_what_a_port_works_as() -> None:
    room = Room(10, "trunk", "dynamic auto")
    assert room.switch.operational(room.names[0]) == ("access", 10)
    assert room.switch.operational(room.names[1]) == ("trunk", 1, ALL_VLANS)
    assert room.switch.operational(room.names[2]) == ("access", 1)


def test_a_port_that_is_shut_has_no_carrier() -> None:
    room = Room(10, 10)
    changes: list[tuple[str, bool]] = []
    room.switch.link_changed = lambda port: changes.append((port.name, port.carrier))
    for shutdown in (True, False):
        room.switch.settings[room.names[0]].shutdown = shutdown
        room.switch.changed()
        assert room.stations[0].carrier is not shutdown
    assert changes == [("FastEthernet0/0", False), ("FastEthernet0/0", True)]


# The table


def test_dynamic_entries_are_forgotten_one_by_one() -> None:
    def known() -> list[MacAddress]:
        return [one.mac for one in room.switch.mac_table()]

    room = Room(10, 10, 20, 20)
    for number in range(4):
        room.say(number)
    room.switch.forget(mac=mac(0))
    assert known() == [mac(1), mac(2), mac(3)]
    room.switch.forget(port=room.names[1])
    assert known() == [mac(2), mac(3)]
    room.switch.forget(vlan=20, port=room.names[0])
    assert known() == [mac(2), mac(3)]
    room.switch.forget(vlan=20)
    assert known() == []


@pytest.mark.parametrize(("lifetime", "known"), [(10 * SECOND, 0), (1000 * SECOND, 1), (0, 1)])
def test_the_ageing_time_is_a_setting(lifetime: int, known: int) -> None:
    room = Room(10, 10)
    room.switch.ageing_time = lifetime
    assert room.switch.ageing_time == lifetime
    room.say(0)
    room.clock.run_until(900 * SECOND)
    assert len(list(room.switch.mac_table())) == known


def test_a_static_entry_stays_where_it_is() -> None:
    room = Room(10, 10, 10)
    room.switch.static[10, mac(9)] = room.names[1]
    room.switch.changed()
    assert room.say(0, mac(9)) == {1: None}
    room.say(2, source=mac(9))
    room.switch.forget()
    room.clock.run_until(1000 * SECOND)
    assert room.say(0, mac(9)) == {1: None}
    assert Station(mac(9), room.names[1], "STATIC", 10) in list(room.switch.mac_table())
    del room.switch.static[10, mac(9)]
    room.switch.changed()
    assert room.say(0, mac(9)) == {1: None, 2: None}


def test_a_static_entry_can_drop() -> None:
    room = Room(10, 10)
    room.switch.static[10, mac(1)] = None
    room.switch.changed()
    assert room.say(0, mac(1)) == {}


# The control plane


def test_the_control_plane_speaks_and_hears_in_its_vlans() -> None:
    room = Room(10, 20, "trunk")
    heard: list[EthernetFrame] = []
    room.switch.cpu.receive = lambda frame: heard.append(EthernetFrame.parse(frame))
    room.switch.cpu_addresses[10] = mac(99)
    room.switch.changed()
    assert room.say(0) == {2: Dot1qTag(10)}
    assert room.say(1, mac(99)) == {2: Dot1qTag(20)}, "it is not in VLAN 20"
    assert room.say(0, mac(99)) == {}
    assert room.say(2, mac(99), tag=10) == {}
    assert [(one.source, one.tag) for one in heard] == [
        (mac(0), Dot1qTag(10)),
        (mac(0), Dot1qTag(10)),
        (mac(2), Dot1qTag(10)),
    ]
    room.switch.cpu.send(EthernetFrame(mac(0), mac(99), 0x88B5, b"answer", Dot1qTag(10)).build())
    room.switch.cpu.send(EthernetFrame(BROADCAST, mac(99), 0x88B5, b"all", Dot1qTag(20)).build())
    room.clock.run_until_idle()
    assert [EthernetFrame.parse(frame).tag for frame in room.heard[0]] == [None]
    assert room.heard[1] == []
    assert Station(mac(99), "CPU", "STATIC", 10) in list(room.switch.mac_table())


@pytest.mark.parametrize("group", ["0100.0ccc.cccc", "0180.c200.0000", "0180.c200.000e"])
@pytest.mark.parametrize("tag", [None, 1])
def test_what_is_for_the_switch_reaches_its_control_plane_alone(group: str, tag: int | None) -> None:
    room = Room("trunk", 1)
    heard: list[tuple[str, EthernetFrame]] = []
    room.switch.control = lambda port, frame: heard.append((port.name, EthernetFrame.parse(frame)))
    assert room.say(0, MacAddress.parse(group), tag=tag) == {}
    assert [(name, frame.source, frame.tag) for name, frame in heard] == [(room.names[0], mac(0), None)]
    assert [one.mac for one in room.switch.mac_table()] == [mac(0)]


def test_a_port_in_no_vlan_has_neighbours_too() -> None:
    room = Room(99)
    heard: list[bytes] = []
    room.switch.control = lambda port, frame: heard.append(frame)
    room.say(0, CDP)
    assert len(heard) == 1


# Properties

frames = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from([BROADCAST, mac(0), mac(1), mac(2), mac(3), mac(4)]),
        st.sampled_from([None, 0, 1, 10, 20, 30, 99, 4095]),
        st.integers(0, 5).map(mac),
    ),
    max_size=25,
)


@pytest.mark.property
@settings(deadline=None, max_examples=100)
@given(talk=frames)
def test_nothing_leaves_its_vlan(talk: list[tuple[int, MacAddress, int | None, MacAddress]]) -> None:
    room = Room(10, 20, 10, "trunk", "trunk")
    room.trunk(3, native=20, allowed="10,20")
    access, native, allowed = {0: 10, 1: 20, 2: 10}, {3: 20, 4: 1}, {3: {10, 20}, 4: {1, 10, 20, 30}}
    for sender, to, tag, source in talk:
        vlan: int | None = tag or access.get(sender, native.get(sender))
        if (tag and sender in access) or (sender in allowed and vlan not in allowed[sender]):
            vlan = None
        others = {number for number, its in access.items() if its == vlan} | {
            number for number, its in allowed.items() if vlan in its
        }
        for number, got in room.say(sender, to, tag, source=source).items():
            assert number in others - {sender}
            untagged = number in access or native[number] == vlan
            assert (got is None) if untagged else (got is not None and got.vlan == vlan)
    counters = room.switch.counters
    dropped = counters.tagged_at_access + counters.vlan_not_here + counters.malformed
    assert counters.forwarded + counters.flooded + counters.filtered + dropped == len(talk)


@pytest.mark.property
@settings(deadline=None, max_examples=200)
@given(
    talk=st.lists(
        st.tuples(
            st.integers(0, 2),
            st.binary(min_size=12, max_size=12),
            st.sampled_from([b"\x81\x00", b"\x08\x00", b""]),
            st.binary(max_size=60),
        ),
        max_size=20,
    )
)
def test_any_bytes_are_forwarded_or_counted(talk: list[tuple[int, bytes, bytes, bytes]]) -> None:
    room = Room(10, "trunk", "trunk")
    room.switch.cpu_addresses[10] = mac(99)
    room.switch.changed()
    for sender, head, kind, rest in talk:
        room.stations[sender].send(head + kind + rest)
    room.clock.run_until_idle()
    bad = sum(port.counters.input_errors for port in room.switch.ports.values())
    c = room.switch.counters
    dropped = c.tagged_at_access + c.vlan_not_here + c.malformed
    assert bad + c.forwarded + c.flooded + c.filtered + dropped == len(talk)
