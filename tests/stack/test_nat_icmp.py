"""ICMP errors and fragments through NAT: what they quote, whose they are, and what their checksums say."""

from __future__ import annotations

import pytest

from ios_emu.stack.nat_icmp import quotation
from ios_emu.wire import icmp
from ios_emu.wire.icmp import IcmpMessage
from ios_emu.wire.ipv4 import ICMP, TCP, Ipv4Packet, fragments
from tests.stack.conversation import ip
from tests.stack.nat_bench import (
    INSIDE,
    OUTSIDE,
    ROUTER,
    NatBench,
    answer,
    ends,
    ping,
    quoted_sound,
    sound,
    tcp,
    udp,
)

OTHER = "10.0.1.3"
FAR_ROUTER, NEAR_ROUTER = "198.51.100.1", "10.0.1.9"


def unreachable(sender: str, about: Ipv4Packet, length: int = 28) -> Ipv4Packet:
    """What a router on the way answers to a packet that it can't forward; it quotes `length` bytes."""
    message = IcmpMessage(icmp.DESTINATION_UNREACHABLE, icmp.HOST_UNREACHABLE, 0, about.build()[:length])
    return Ipv4Packet(ip(sender), about.source, ICMP, message.build(), 64, 21)


def quoted(packet: Ipv4Packet) -> bytes:
    """What an error quotes; its own checksum must be right."""
    return IcmpMessage.parse(packet.payload).payload


@pytest.mark.parametrize("length", [28, 32, 60])
@pytest.mark.parametrize("make", [udp, tcp])
def test_an_error_from_the_outside_quotes_what_the_inside_has_sent(make: type, length: int) -> None:
    bench = NatBench()
    bench.rule()
    bench.sent(make(OTHER, 2000, OUTSIDE, 80))
    mine = make(INSIDE, 2000, OUTSIDE, 80)
    left = bench.sent(mine)
    came = bench.came(unreachable(FAR_ROUTER, left, length))
    assert (came.source, came.destination) == (ip(FAR_ROUTER), ip(INSIDE))
    assert sound(came)
    assert quoted_sound(quoted(came), mine)


def test_an_error_about_an_echo_has_the_identifier_of_the_sender() -> None:
    bench = NatBench()
    bench.rule()
    bench.sent(ping(OTHER, OUTSIDE, 7))
    mine = ping(INSIDE, OUTSIDE, 7)
    left = bench.sent(mine)
    assert left.payload[4:6] != mine.payload[4:6]
    came = bench.came(unreachable(FAR_ROUTER, left))
    assert came.destination == ip(INSIDE)
    assert quoted(came)[20:28] == mine.payload[:8]


def test_an_error_from_the_inside_quotes_what_the_outside_has_sent() -> None:
    bench = NatBench()
    bench.static(INSIDE, ROUTER, TCP, (80, 8080))
    theirs = tcp(OUTSIDE, 4000, ROUTER, 8080)
    came = bench.came(theirs)
    for sender in (INSIDE, NEAR_ROUTER):
        left = bench.sent(unreachable(sender, came, 40))
        # No address of the inside is shown to the outside, not even that of a router on the way.
        assert (left.source, left.destination) == (ip(ROUTER), ip(OUTSIDE))
        assert sound(left)
        assert quoted_sound(quoted(left), theirs)


def test_a_static_station_needs_no_flow_for_its_errors() -> None:
    bench = NatBench()
    bench.static(INSIDE, "10.0.2.10")
    left = bench.sent(udp(INSIDE, 2000, OUTSIDE, 80))
    came = bench.came(udp(OUTSIDE, 80, "10.0.2.10", 9))
    bench.nat.clear()
    from_outside = bench.came(unreachable(FAR_ROUTER, left))
    assert from_outside.destination == ip(INSIDE)
    assert quoted_sound(quoted(from_outside), udp(INSIDE, 2000, OUTSIDE, 80))
    from_inside = bench.sent(unreachable(INSIDE, came))
    assert from_inside.source == ip("10.0.2.10")
    assert quoted_sound(quoted(from_inside), udp(OUTSIDE, 80, "10.0.2.10", 9))


def test_an_error_with_an_outside_station_that_is_translated_itself() -> None:
    bench = NatBench()
    bench.outside_static(OUTSIDE, "10.0.1.200")
    bench.rule()
    mine = udp(INSIDE, 2000, "10.0.1.200", 53)
    left = bench.sent(mine)
    came = bench.came(unreachable(OUTSIDE, left))
    assert (came.source, came.destination) == (ip("10.0.1.200"), ip(INSIDE))
    assert quoted_sound(quoted(came), mine)


def test_an_error_about_nothing_that_was_translated_is_the_routers_or_is_not_let_out() -> None:
    bench = NatBench()
    bench.rule()
    own = unreachable(FAR_ROUTER, udp(ROUTER, 3000, OUTSIDE, 53))
    assert bench.back(own) is own
    assert bench.out(unreachable(INSIDE, udp(OUTSIDE, 53, INSIDE, 3000))) is None


def test_a_wrong_checksum_of_an_error_stays_wrong() -> None:
    bench = NatBench()
    bench.rule()
    error = unreachable(FAR_ROUTER, bench.sent(udp(INSIDE, 2000, OUTSIDE, 80)))
    spoilt = error._replace(payload=error.payload[:-1] + b"\x99")
    assert not sound(bench.came(spoilt))


def test_a_quotation_of_a_later_fragment_has_no_ports() -> None:
    about = udp(INSIDE, 2000, OUTSIDE, 80)._replace(fragment_offset=8)
    found = quotation(unreachable(FAR_ROUTER, about).payload)
    assert found is not None
    assert found.ports == b""
    assert quotation(b"\x03\x01" + bytes(6) + b"\x65" + bytes(30)) is None


# The router's own errors are about packets as they came


def test_a_time_to_live_that_ends_here_is_reported_with_the_address_that_the_outside_knows() -> None:
    bench = NatBench()
    bench.static(INSIDE, "10.0.2.10")
    theirs = udp(OUTSIDE, 4000, "10.0.2.10", 33434)._replace(ttl=1)
    bench.packet(1, theirs)
    [(source, message)] = bench.stations[1].messages()
    assert (source, message.type) == (ROUTER, icmp.TIME_EXCEEDED)
    assert message.payload == theirs.build()[:28]


def test_a_packet_that_is_too_long_is_reported_to_who_sent_it() -> None:
    bench = NatBench()
    bench.rule()
    bench.interfaces[1].mtu = 600
    mine = udp(INSIDE, 4000, OUTSIDE, 9, bytes(1000))._replace(dont_fragment=True)
    bench.packet(0, mine)
    [(source, message)] = bench.stations[0].messages()
    assert (source, message.code, message.rest) == ("10.0.1.1", icmp.FRAGMENTATION_NEEDED, 600)
    assert message.payload == mine.build()[:28]


# Fragments


def test_the_fragments_of_a_packet_go_the_way_of_the_first() -> None:
    bench = NatBench()
    bench.rule()
    bench.sent(udp(OTHER, 2000, OUTSIDE, 53))
    whole = udp(INSIDE, 2000, OUTSIDE, 53, bytes(range(256)) * 12)
    left = [bench.sent(piece) for piece in fragments(whole, 1500)]
    assert len(left) == 3
    assert {piece.source for piece in left} == {ip(ROUTER)}
    joined = left[0]._replace(payload=b"".join(piece.payload for piece in left), more_fragments=False)
    assert sound(joined)
    assert ends(joined) == f"{ROUTER}:1024 > {OUTSIDE}:53"
    back = udp(OUTSIDE, 53, ROUTER, 1024, bytes(3000))
    came = [bench.came(piece) for piece in fragments(back, 1500)]
    assert {piece.destination for piece in came} == {ip(INSIDE)}
    assert sound(came[0]._replace(payload=b"".join(one.payload for one in came), more_fragments=False))


def test_a_fragment_whose_first_was_not_seen_is_not_let_out_with_a_private_address() -> None:
    bench = NatBench()
    bench.rule()
    [_, second] = fragments(udp(INSIDE, 2000, OUTSIDE, 53, bytes(2000)), 1500)
    assert bench.out(second) is None
    assert bench.nat.counters.misses == 1


def test_a_fragment_of_a_station_with_an_address_of_its_own_needs_no_first() -> None:
    bench = NatBench()
    bench.static(INSIDE, "10.0.2.10")
    [_, second] = fragments(udp(INSIDE, 2000, OUTSIDE, 53, bytes(2000)), 1500)
    assert bench.sent(second) == second._replace(source=ip("10.0.2.10"))
    [_, back] = fragments(udp(OUTSIDE, 53, "10.0.2.10", 2000, bytes(2000)), 1500)
    assert bench.came(back) == back._replace(destination=ip(INSIDE))


def test_only_the_last_packets_in_pieces_are_remembered() -> None:
    bench = NatBench()
    bench.rule()
    for number in range(300):
        for piece in fragments(
            udp(INSIDE, 2000, OUTSIDE, 53, bytes(2000))._replace(identification=number), 1500
        ):
            assert bench.sent(piece).source == ip(ROUTER)
    assert len(bench.nat._detours._first) == 256


# A whole conversation on the wire


def test_a_ping_through_the_router_and_back() -> None:
    bench = NatBench()
    bench.rule()
    bench.packet(0, ping(INSIDE, OUTSIDE, 9))
    [asked] = bench.stations[1].packets()
    assert ends(asked) == f"{ROUTER} > {OUTSIDE} id 9"
    bench.packet(1, answer(asked))
    [answered] = bench.stations[0].packets()
    assert ends(answered) == f"{OUTSIDE} > {INSIDE} id 9"
    assert sound(answered)
    assert answered.ttl == 63
