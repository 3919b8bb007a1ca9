"""The matcher of access lists against the plain reading of a list: one rule after the other."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ios_emu.stack.access_list import ANY, ANY_OPTION, Addresses, Matcher, Ranges, Rule
from ios_emu.wire.ipv4 import ICMP, TCP, UDP, Ipv4Packet, Option, build_options
from tests.stack.conversation import ip

IGMP, GRE = 2, 47


def within(ranges: Ranges, number: int) -> bool:
    return any(low <= number <= high for low, high in ranges)


def fits_addresses(asked: Addresses, address: int) -> bool:
    return all((asked.wildcard | ~(asked.address ^ address)) >> bit & 1 for bit in range(32))


def fits_inside(rule: Rule, packet: Ipv4Packet) -> bool:
    """What the first fragment has: ports, flags, the kind of a message."""
    payload = packet.payload
    if rule.source_ports is not None or rule.destination_ports is not None:
        if len(payload) < 4:
            return False
        source, destination = int.from_bytes(payload[:2]), int.from_bytes(payload[2:4])
        if rule.source_ports is not None and not within(rule.source_ports, source):
            return False
        if rule.destination_ports is not None and not within(rule.destination_ports, destination):
            return False
    if rule.flags is not None and (len(payload) < 14 or payload[13] not in rule.flags):
        return False
    if rule.message is not None:
        kind, code = rule.message
        if len(payload) < 2 or payload[0] != kind or code not in (None, payload[1]):
            return False
    return True


def fits(rule: Rule, packet: Ipv4Packet, options: list[int]) -> bool:
    """One rule and one packet, condition by condition."""
    if not (
        fits_addresses(rule.source, packet.source)
        and fits_addresses(rule.destination, packet.destination)
        and rule.protocol in (None, packet.protocol)
        and (rule.tos is None or packet.tos in rule.tos)
        and (rule.ttl is None or within(rule.ttl, packet.ttl))
        and (rule.option is None or rule.option in options or (rule.option == ANY_OPTION and options))
    ):
        return False
    if packet.fragment_offset:
        return rule.fragments or rule.permit or not rule.asks_inside
    return not rule.fragments and fits_inside(rule, packet)


def first(rules: list[Rule], packet: Ipv4Packet, options: list[int]) -> int | None:
    return next((number for number, rule in enumerate(rules) if fits(rule, packet, options)), None)


# Few different values, so that packets fit rules; wildcards with holes in them, too.
octets = st.sampled_from([0, 1, 2, 10, 127, 128, 254, 255])
addresses = st.tuples(octets, octets, octets, octets).map(lambda parts: int.from_bytes(bytes(parts)))
wildcards = st.one_of(addresses, st.sampled_from([0, 255, 0xFFFF, 0xFFFFFFFF, 0x0000FF00, 0x01010101]))
ports = st.sampled_from([0, 1, 79, 80, 81, 443, 1023, 1024, 65534, 65535])
ranges = st.one_of(
    st.just(()),
    st.tuples(ports, ports).map(lambda ends: ((min(ends), max(ends)),)),
    st.sets(ports, max_size=4).map(lambda numbers: tuple((one, one) for one in sorted(numbers))),
)
some_octets = st.frozensets(st.integers(0, 255), max_size=40)
small = st.sampled_from([0, 3, 8, 0x11])


def asked(protocol: int | None) -> st.SearchStrategy[Rule]:
    """Rules for a protocol: ports for the two that have any, and so on."""
    has_ports, no = protocol in (TCP, UDP), st.none()
    return st.builds(
        Rule,
        st.booleans(),
        st.one_of(st.just(ANY), st.builds(Addresses, addresses, wildcards)),
        st.one_of(st.just(ANY), st.builds(Addresses, addresses, wildcards)),
        st.just(protocol),
        st.one_of(no, ranges) if has_ports else no,
        st.one_of(no, ranges) if has_ports else no,
        st.one_of(no, some_octets) if protocol == TCP else no,
        st.one_of(no, st.tuples(small, st.one_of(no, small))) if protocol in (ICMP, IGMP) else no,
        st.one_of(no, no, some_octets),
        st.one_of(no, no, st.just(((0, 1),)), st.just(((2, 254),))),
        st.one_of(no, no, st.sampled_from([ANY_OPTION, 7, 148])),
        st.sampled_from([False, False, False, True]),
    )


rules = st.lists(st.sampled_from([None, TCP, UDP, ICMP, IGMP, GRE]).flatmap(asked), max_size=80)
packets = st.builds(
    Ipv4Packet,
    addresses,
    addresses,
    st.sampled_from([TCP, UDP, ICMP, IGMP, GRE, 0, 255]),
    st.one_of(
        st.binary(max_size=20),
        st.builds(
            lambda source, destination, rest: source.to_bytes(2) + destination.to_bytes(2) + rest,
            ports,
            ports,
            st.binary(max_size=20),
        ),
        st.builds(lambda kind, code: bytes((kind, code)), small, small),
    ),
    ttl=st.sampled_from([0, 1, 2, 64, 255]),
    tos=st.integers(0, 255),
    more_fragments=st.booleans(),
    fragment_offset=st.sampled_from([0, 0, 0, 8, 1480]),
)
options = st.lists(st.sampled_from([7, 148, 130]), max_size=2, unique=True)


@pytest.mark.property
@given(rules, packets, options)
@example([Rule(True, protocol=TCP, source_ports=((80, 80),))], Ipv4Packet(0, 0, TCP, b"\0\x50\0"), [])
@example([Rule(False, protocol=TCP, flags=frozenset([2]))], Ipv4Packet(0, 0, TCP, bytes(13)), [])
def test_it_finds_the_rule_that_a_plain_reading_finds(
    rules: list[Rule], packet: Ipv4Packet, options: list[int]
) -> None:
    packet = packet._replace(options=build_options([Option(kind, b"\0\0") for kind in options]))
    assert Matcher(rules).first(packet) == first(rules, packet, options)


@pytest.mark.property
@given(rules, packets, st.integers(0, (1 << 80) - 1))
def test_rules_that_rest_are_passed_over(rules: list[Rule], packet: Ipv4Packet, resting: int) -> None:
    awake = [number for number in range(len(rules)) if not resting >> number & 1]
    found = first([rules[number] for number in awake], packet, [])
    assert Matcher(rules).first(packet, but=resting) == (None if found is None else awake[found])


def test_a_list_without_rules_finds_none() -> None:
    assert Matcher([]).first(Ipv4Packet(ip("10.0.0.1"), ip("10.0.0.2"), TCP, b"")) is None


def test_malformed_options_fit_a_rule_for_any_option_alone() -> None:
    matcher = Matcher([Rule(True, option=7), Rule(True, option=ANY_OPTION)])
    assert matcher.first(Ipv4Packet(1, 2, TCP, b"", options=b"\x07\xff\0\0")) == 1


def test_a_fragment_without_ports_fits_what_permits_them_and_not_what_denies_them() -> None:
    permits = Rule(True, protocol=TCP, destination_ports=((80, 80),))
    denies = Rule(False, protocol=TCP, destination_ports=((80, 80),))
    piece = Ipv4Packet(1, 2, TCP, b"\0\x01\0\x02", fragment_offset=8)
    assert Matcher([denies, permits]).first(piece) == 1
    assert Matcher([denies]).first(piece) is None
    assert Matcher([Rule(False, protocol=TCP, fragments=True), permits]).first(piece) == 0
    assert (
        Matcher([Rule(False, protocol=TCP, fragments=True)]).first(piece._replace(fragment_offset=0)) is None
    )
