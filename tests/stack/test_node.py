"""A node on the wire: what it answers, forwards, drops, and whom it tells why."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.clock import HOUR, MINUTE, SECOND
from ios_emu.stack.ip_interface import Prefix
from ios_emu.wire import icmp
from ios_emu.wire.arp import REPLY, REQUEST
from ios_emu.wire.ethernet import BROADCAST, ETHERTYPE_ARP, ETHERTYPE_IPV4, MacAddress
from ios_emu.wire.icmp import IcmpMessage, echo
from ios_emu.wire.ipv4 import ICMP, UDP, Ipv4Packet, fragments
from ios_emu.wire.udp import UdpDatagram
from tests.stack.conversation import Bench, ip


def kinds(messages: list[tuple[str, IcmpMessage]]) -> list[tuple[str, int, int]]:
    return [(source, message.type, message.code) for source, message in messages]


# ARP


def test_it_answers_for_its_own_address_and_learns_who_asked() -> None:
    bench = Bench()
    bench.ask(0, "10.0.1.1")
    [reply] = bench.stations[0].arps()
    assert (reply.operation, reply.sender_mac, reply.target_ip) == (
        REPLY,
        bench.interfaces[0].mac,
        ip("10.0.1.2"),
    )
    assert bench.node.arp.lookup(bench.interfaces[0], ip("10.0.1.2")) == bench.stations[0].mac


def test_it_does_not_learn_from_what_others_ask_others() -> None:
    bench = Bench()
    bench.ask(0, "10.0.1.77")
    assert bench.stations[0].arps() == []
    assert list(bench.node.arp) == []


def test_a_router_answers_for_what_it_leads_to_and_not_for_the_link_itself() -> None:
    bench = Bench()
    for interface in bench.interfaces:
        interface.proxy_arp = True
    bench.ask(0, "10.0.2.9")
    assert [reply.sender_mac for reply in bench.stations[0].arps()] == [bench.interfaces[0].mac]
    bench.ask(0, "10.0.1.9")
    assert bench.stations[0].arps() == []
    bench.ask(1, "192.0.2.1")
    assert bench.stations[1].arps() == [], "the way there leads back out of the same interface"


def test_a_probe_is_answered_and_teaches_nothing() -> None:
    bench = Bench()
    bench.ask(0, "10.0.1.1", sender="0.0.0.0")
    assert len(bench.stations[0].arps()) == 1
    assert list(bench.node.arp) == []


def test_a_sender_of_another_network_is_on_the_wrong_cable() -> None:
    bench = Bench()
    bench.ask(0, "10.0.1.1", sender="10.0.2.2")
    assert bench.stations[0].arps() == []
    assert list(bench.node.arp) == []


def test_somebody_with_our_address_is_told_of() -> None:
    told: list[tuple[str, MacAddress]] = []
    bench = Bench()
    bench.node.arp._duplicate = lambda interface, address, mac: told.append((interface.name, mac))
    bench.ask(0, "10.0.1.9", sender="10.0.1.1")
    assert told == [("Fa0/0", bench.stations[0].mac)]


def test_a_router_drops_what_waits_for_an_address_and_a_host_keeps_it() -> None:
    router, host = Bench(), Bench(forwards=False, links=1)
    router.ping(0, "10.0.2.2")
    assert [packet.operation for packet in router.stations[1].arps()] == [REQUEST]
    router.tell(1, "10.0.2.2")
    assert router.stations[1].packets() == []
    router.ping(0, "10.0.2.2")
    assert len(router.stations[1].packets()) == 1
    for sequence in range(5):
        host.node.icmp.send(Ipv4Packet(ip("10.0.1.1"), ip("10.0.1.2"), ICMP, b""), echo(1, sequence, b""))
    host.run()
    host.forget()
    host.tell(0, "10.0.1.2")
    assert [message.sequence for _, message in host.stations[0].messages()] == [0, 1, 2]


def test_a_host_asks_three_times_and_gives_up() -> None:
    bench = Bench(forwards=False, links=1)
    bench.node.icmp.send(Ipv4Packet(ip("10.0.1.1"), ip("10.0.1.9"), ICMP, b""), echo(1, 1, b""))
    bench.clock.run_until(10 * SECOND)
    assert len(bench.stations[0].arps()) == 3
    assert list(bench.node.arp) == []


def test_an_entry_is_asked_for_again_before_it_is_forgotten() -> None:
    bench = Bench()
    bench.ask(0, "10.0.1.1")
    bench.forget()
    bench.clock.run_until(4 * HOUR - 2 * MINUTE)
    assert bench.stations[0].arps() == []
    bench.clock.run_until(4 * HOUR - MINUTE + SECOND)
    [frame] = bench.stations[0].heard
    assert frame.destination == bench.stations[0].mac
    bench.clock.run_until(4 * HOUR + 2 * SECOND)
    assert bench.node.arp.lookup(bench.interfaces[0], ip("10.0.1.2")) is None


def test_an_interface_that_comes_up_announces_its_addresses() -> None:
    bench = Bench()
    bench.interfaces[0].up = False
    bench.configure()
    bench.interfaces[0].up = True
    bench.interfaces[0].set_addresses((Prefix(ip("10.0.1.1"), 24), Prefix(ip("10.7.0.1"), 16)))
    bench.configure()
    bench.run()
    announced = [
        (packet.operation, packet.sender_ip, packet.target_ip) for packet in bench.stations[0].arps()
    ]
    assert announced == [(REPLY, ip(text), ip(text)) for text in ("10.0.1.1", "10.7.0.1")]


# Echo


def test_an_echo_comes_back_from_the_address_that_was_asked() -> None:
    bench = Bench()
    bench.know()
    bench.ping(0, "10.0.2.1", size=300)
    [packet] = bench.stations[0].packets()
    message = IcmpMessage.parse(packet.payload)
    assert (str(IPv4Address(packet.source)), packet.ttl) == ("10.0.2.1", 255)
    assert (message.type, message.identifier, message.sequence, message.payload) == (0, 7, 1, bytes(300))


@pytest.mark.parametrize("target", ["255.255.255.255", "10.0.1.255", "10.0.1.0"])
def test_a_broadcast_echo_is_answered_by_the_interface(target: str) -> None:
    bench = Bench()
    bench.know()
    bench.ping(0, target, to=BROADCAST)
    assert kinds(bench.stations[0].messages()) == [("10.0.1.1", icmp.ECHO_REPLY, 0)]
    assert bench.stations[1].packets() == []


@pytest.mark.parametrize("source", ["0.0.0.0", "127.0.0.1", "224.0.0.5", "255.255.255.255", "240.0.0.1"])
def test_a_source_that_is_no_single_host_gets_no_answer(source: str) -> None:
    bench = Bench()
    bench.know()
    bench.ping(0, "10.0.1.1", source=ip(source))
    bench.ping(0, "10.0.2.2", source=ip(source))
    assert [one.packets() for one in bench.stations] == [[], []]


def test_frames_for_other_stations_are_left_alone() -> None:
    bench = Bench()
    bench.know()
    bench.ping(0, "10.0.1.1", to=MacAddress(bytes((2, 9, 9, 9, 9, 9))))
    assert bench.stations[0].packets() == []


# Forwarding


def test_a_packet_is_forwarded_with_one_hop_less() -> None:
    bench = Bench()
    bench.know()
    bench.ping(0, "10.0.2.2", ttl=9, tos=0xB8)
    [packet] = bench.stations[1].packets()
    assert (packet.ttl, packet.tos, packet.source, packet.identification) == (8, 0xB8, ip("10.0.1.2"), 9)


def test_a_host_does_not_forward() -> None:
    bench = Bench(forwards=False)
    bench.know()
    bench.ping(0, "10.0.2.2")
    assert bench.stations[1].packets() == []


def test_the_last_hop_is_told_back() -> None:
    bench = Bench()
    bench.know()
    bench.ping(0, "10.0.2.2", ttl=1, size=100)
    [(source, message)] = bench.stations[0].messages()
    assert (source, message.type, message.code) == ("10.0.1.1", icmp.TIME_EXCEEDED, icmp.TTL_EXCEEDED)
    quoted = Ipv4Packet.parse_quoted(message.payload)
    assert (quoted.source, quoted.destination, len(quoted.payload)) == (ip("10.0.1.2"), ip("10.0.2.2"), 8)
    assert bench.stations[1].packets() == []


def test_without_a_way_the_host_is_unreachable() -> None:
    bench = Bench(links=1)
    bench.know()
    bench.ping(0, "192.0.2.1")
    assert kinds(bench.stations[0].messages()) == [("10.0.1.1", icmp.DESTINATION_UNREACHABLE, 1)]


def test_unreachables_are_limited_to_two_in_a_second() -> None:
    bench = Bench(links=1)
    bench.know()
    for _ in range(10):
        bench.ping(0, "192.0.2.1")
        bench.clock.run_until(bench.clock.now + SECOND // 10)
    assert len(bench.stations[0].messages()) == 2


def test_a_better_gateway_is_told_and_the_packet_goes_on() -> None:
    bench = Bench()
    bench.know()
    bench.node.arp.add(bench.interfaces[1], ip("10.0.2.3"), MacAddress(bytes((2, 0, 0, 0, 3, 3))))
    bench.ping(1, "192.0.2.1", source=ip("10.0.2.3"))
    heard = bench.stations[1].packets()
    assert [packet.protocol for packet in heard] == [ICMP, ICMP]
    redirect = IcmpMessage.parse(heard[0].payload)
    assert (redirect.type, redirect.code, redirect.rest) == (icmp.REDIRECT, 1, ip("10.0.2.2"))
    assert heard[1].destination == ip("192.0.2.1")


@pytest.mark.parametrize("target", ["224.0.0.5", "239.1.1.1", "127.0.0.1", "0.0.0.1", "250.0.0.1"])
def test_what_is_not_for_one_host_is_not_forwarded(target: str) -> None:
    bench = Bench()
    bench.know()
    bench.ping(0, target)
    assert [one.packets() for one in bench.stations] == [[], []]


def test_a_link_broadcast_is_not_forwarded() -> None:
    bench = Bench()
    bench.know()
    bench.ping(0, "10.0.2.2", to=BROADCAST)
    assert bench.stations[1].packets() == []


def test_a_directed_broadcast_goes_on_only_where_it_is_allowed() -> None:
    bench = Bench()
    bench.know()
    bench.ping(0, "10.0.2.255")
    assert bench.stations[1].packets() == []
    bench.interfaces[1].directed_broadcast = True
    bench.ping(0, "10.0.2.255")
    [frame] = bench.stations[1].heard
    assert frame.destination == BROADCAST


# Fragments


def test_what_is_too_long_is_cut_and_put_together_again() -> None:
    bench = Bench()
    bench.know()
    bench.interfaces[1].mtu = 576
    bench.ping(0, "10.0.2.2", size=1400)
    pieces = bench.stations[1].packets()
    assert [piece.more_fragments for piece in pieces] == [True, True, False]
    assert all(20 + len(piece.payload) <= 576 for piece in pieces)
    for piece in (pieces[2], pieces[0], pieces[0], pieces[1]):
        bench.packet(1, piece._replace(source=ip("10.0.2.2"), destination=ip("10.0.2.1")))
    [answer] = [message for _, message in _whole(bench.stations[1].packets())]
    assert (answer.type, len(answer.payload)) == (icmp.ECHO_REPLY, 1400)


def _whole(pieces: list[Ipv4Packet]) -> list[tuple[int, IcmpMessage]]:
    data = b"".join(piece.payload for piece in sorted(pieces, key=lambda one: one.fragment_offset))
    return [(pieces[0].source, IcmpMessage.parse(data))]


def test_what_may_not_be_cut_is_told_with_the_size_that_fits() -> None:
    bench = Bench()
    bench.know()
    bench.interfaces[1].mtu = 576
    bench.ping(0, "10.0.2.2", size=1400, dont_fragment=True)
    [(source, message)] = bench.stations[0].messages()
    assert (source, message.type, message.code, message.rest) == ("10.0.1.1", 3, 4, 576)
    assert bench.stations[1].packets() == []


def test_fragments_that_overlap_end_the_packet() -> None:
    bench = Bench()
    bench.know()
    packet = Ipv4Packet(
        ip("10.0.1.2"), ip("10.0.1.1"), ICMP, echo(1, 1, bytes(1000)).build(), identification=3
    )
    first, second, *_ = fragments(packet, 500)
    bench.packet(0, first)
    bench.packet(0, second._replace(fragment_offset=second.fragment_offset - 8))
    for piece in fragments(packet, 500)[1:]:
        bench.packet(0, piece)
    assert bench.stations[0].packets() == []


def test_a_packet_that_stays_unfinished_is_told_after_fifteen_seconds() -> None:
    bench = Bench()
    bench.know()
    packet = Ipv4Packet(
        ip("10.0.1.2"), ip("10.0.1.1"), ICMP, echo(1, 1, bytes(1000)).build(), identification=3
    )
    bench.packet(0, fragments(packet, 500)[0])
    bench.clock.run_until(16 * SECOND)
    assert kinds(bench.stations[0].messages()) == [("10.0.1.1", icmp.TIME_EXCEEDED, 1)]


# UDP and the rest


def test_a_port_without_a_listener_is_told_and_a_broadcast_is_not() -> None:
    bench = Bench()
    bench.know()
    source = ip("10.0.1.2")
    for target, group in (("10.0.1.1", None), ("10.0.1.255", BROADCAST)):
        data = UdpDatagram(5000, 5001, b"hello").build(source, ip(target))
        bench.packet(0, Ipv4Packet(source, ip(target), UDP, data), group)
    assert kinds(bench.stations[0].messages()) == [("10.0.1.1", 3, icmp.PORT_UNREACHABLE)]


def test_a_listener_gets_what_is_for_its_port() -> None:
    bench = Bench()
    bench.know()
    heard: list[tuple[int, bytes]] = []
    socket = bench.node.udp.open(lambda got: heard.append((got.source_port, got.payload)), 5001)
    source, target = ip("10.0.1.2"), ip("10.0.1.1")
    packet = Ipv4Packet(source, target, UDP, UdpDatagram(5000, 5001, b"hello").build(source, target))
    bench.packet(0, packet)
    socket.close()
    bench.packet(0, packet)
    assert heard == [(5000, b"hello")]
    with pytest.raises(ValueError, match="UDP port 7 is in use"):
        [bench.node.udp.open(lambda got: None, 7) for _ in range(2)]


def test_an_unknown_protocol_is_told() -> None:
    bench = Bench()
    bench.know()
    bench.packet(0, Ipv4Packet(ip("10.0.1.2"), ip("10.0.1.1"), 99, b"what?"))
    assert kinds(bench.stations[0].messages()) == [("10.0.1.1", 3, icmp.PROTOCOL_UNREACHABLE)]


def test_no_error_is_told_of_an_error() -> None:
    bench = Bench(links=1)
    bench.know()
    error = IcmpMessage(icmp.DESTINATION_UNREACHABLE, 1, 0, bytes(28)).build()
    bench.packet(0, Ipv4Packet(ip("10.0.1.2"), ip("192.0.2.1"), ICMP, error))
    assert bench.stations[0].packets() == []


def test_its_own_address_answers_without_a_wire() -> None:
    bench = Bench()
    heard: list[bool] = []
    identifier = bench.node.icmp.open(lambda report: heard.append(report.is_reply))
    bench.node.icmp.send(Ipv4Packet(ip("10.0.1.1"), ip("10.0.1.1"), ICMP, b""), echo(identifier, 1, b""))
    bench.run()
    assert heard == [True]
    assert [one.heard for one in bench.stations] == [[], []]


# Anything from anyone

frames = st.one_of(
    st.binary(max_size=120),
    st.tuples(
        st.sampled_from([b"\x02\0\0\0\x01\x01", b"\xff" * 6, b"\x01\0\x5e\0\0\x05"]),
        st.binary(min_size=6, max_size=6),
        st.sampled_from([b"\x08\x00", b"\x08\x06", b"\x81\x00\x00\x05\x08\x00", b"\x00\x20"]),
        st.binary(max_size=100),
    ).map(b"".join),
)
mutations = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=6)


@pytest.mark.property
@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(frames, mutations), max_size=12), st.booleans())
def test_any_frames_from_anyone_and_it_still_works(
    noise: list[tuple[bytes, list[tuple[int, int]]]], forwards: bool
) -> None:
    bench = Bench(forwards=forwards)
    bench.know()
    valid = [
        (ETHERTYPE_IPV4, Ipv4Packet(ip("10.0.1.2"), ip("10.0.2.2"), ICMP, echo(1, 1, b"x").build()).build()),
        (ETHERTYPE_IPV4, Ipv4Packet(ip("10.0.1.2"), ip("10.0.1.1"), 6, bytes(20)).build()),
        (ETHERTYPE_ARP, bytes.fromhex("0001080006040001") + bytes(20)),
    ]
    for number, (data, changes) in enumerate(noise):
        if changes:
            kind, payload = valid[number % len(valid)]
            mutated = bytearray(bench.interfaces[0].mac + bench.stations[0].mac + kind.to_bytes(2) + payload)
            for place, byte in changes:
                mutated[place % len(mutated)] = byte
            data = bytes(mutated)
        bench.stations[0].port.send(data)
        bench.run()
    bench.clock.run_until(bench.clock.now + 20 * SECOND)
    bench.node.arp.forget()
    bench.know()
    bench.forget()
    bench.ping(0, "10.0.1.1")
    assert (f"{IPv4Address(ip('10.0.1.1'))}", icmp.ECHO_REPLY, 0) in kinds(bench.stations[0].messages())
