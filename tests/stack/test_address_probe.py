"""Probing an address before it is taken (RFC 5227), and waiting for a neighbour: what goes over the link."""

from __future__ import annotations

import random

from ios_emu.clock import MILLISECOND, SECOND, Clock
from ios_emu.stack.address_probe import AddressProbe
from ios_emu.stack.cable import Cable, Port
from ios_emu.stack.forwarding import ForwardingEntry, Hop
from ios_emu.stack.ip_interface import IpInterface, Prefix
from ios_emu.stack.neighbour import when_reachable
from ios_emu.stack.node import Node
from ios_emu.wire.arp import REQUEST, ArpPacket
from ios_emu.wire.ethernet import ETHERTYPE_ARP, EthernetFrame, mac_for
from tests.stack.conversation import ip


class Link:
    """Two nodes on one cable; `b` has the addresses that it is given."""

    def __init__(self, *addresses: str) -> None:
        self.clock = Clock()
        self.a, self.a_interface = self._node("a", ["10.0.0.1"])
        self.b, self.b_interface = self._node("b", list(addresses))
        assert self.a_interface.port is not None
        assert self.b_interface.port is not None
        cable = Cable(self.clock, self.a_interface.port, self.b_interface.port, chance=random.Random(1))
        self.seen: list[tuple[int, ArpPacket]] = []
        cable.taps.append(self._see)

    def _node(self, name: str, addresses: list[str]) -> tuple[Node, IpInterface]:
        node = Node(self.clock, random.Random(name), forwards=False, ttl=64)
        interface = IpInterface("eth0", Port("eth0"), mac_for(name, 0))
        interface.up = True
        interface.set_addresses(tuple(Prefix(ip(one), 24) for one in addresses))
        routes = [ForwardingEntry(ip("10.0.0.0"), 24, (Hop(interface, None),))]
        node.configure([interface], routes, announce=False)
        return node, interface

    def _see(self, time: int, _port: Port, frame: bytes) -> None:
        ethernet = EthernetFrame.parse(frame)
        if ethernet.ethertype == ETHERTYPE_ARP:
            self.seen.append((time, ArpPacket.parse(ethernet.payload)))


def test_a_free_address_is_probed_twice_from_no_address() -> None:
    link = Link("10.0.0.2")
    answers: list[bool] = []
    AddressProbe(link.a, link.a_interface, ip("10.0.0.9"), answers.append)
    link.clock.run_until_idle()
    assert answers == [False]
    assert link.clock.now == SECOND
    assert [time for time, _ in link.seen] == [0, 500 * MILLISECOND]
    for _, packet in link.seen:
        assert (packet.operation, packet.sender_ip, packet.target_ip) == (REQUEST, 0, ip("10.0.0.9"))


def test_an_address_in_use_is_known_at_once() -> None:
    link = Link("10.0.0.2")
    answers: list[bool] = []
    AddressProbe(link.a, link.a_interface, ip("10.0.0.2"), answers.append)
    link.clock.run_until_idle()
    assert answers == [True]
    assert link.clock.now < MILLISECOND


def test_two_that_probe_the_same_address_both_leave_it() -> None:
    link = Link()
    first: list[bool] = []
    second: list[bool] = []
    AddressProbe(link.a, link.a_interface, ip("10.0.0.7"), first.append)
    AddressProbe(link.b, link.b_interface, ip("10.0.0.7"), second.append)
    link.clock.run_until_idle()
    assert (first, second) == ([True], [True])


def test_a_neighbour_that_is_not_known_is_asked_for_first() -> None:
    link = Link("10.0.0.2")
    times: list[int] = []
    when_reachable(link.a, ip("10.0.0.2"), lambda: times.append(link.clock.now))
    link.clock.run_until_idle()
    assert len(times) == 1
    assert 0 < times[0] < MILLISECOND
    assert link.a.arp.lookup(link.a_interface, ip("10.0.0.2")) == mac_for("b", 0)
    when_reachable(link.a, ip("10.0.0.2"), lambda: times.append(link.clock.now))
    assert len(times) == 2


def test_a_neighbour_that_is_silent_is_waited_for_one_second() -> None:
    link = Link("10.0.0.2")
    times: list[int] = []
    when_reachable(link.a, ip("10.0.0.3"), lambda: times.append(link.clock.now))
    link.clock.run_until_idle()
    assert times == [SECOND]


def test_what_no_route_leads_to_is_not_waited_for() -> None:
    link = Link("10.0.0.2")
    times: list[int] = []
    when_reachable(link.a, ip("172.16.0.1"), lambda: times.append(link.clock.now))
    assert times == [0]
