"""NAT and PAT: who is translated to whom, in which direction, and for how long."""

from __future__ import annotations

import pytest

from ios_emu.clock import HOUR, MINUTE, SECOND
from ios_emu.stack.ip_interface import Prefix
from ios_emu.stack.nat_pool import PACKET_TRACER_GROUPS
from ios_emu.stack.nat_rules import StaticNetwork
from ios_emu.stack.nat_words import INSIDE_DESTINATION, MATCH_HOST, OUTSIDE_SOURCE, ROTARY
from ios_emu.wire import icmp
from ios_emu.wire.arp import REPLY
from ios_emu.wire.ipv4 import ICMP, TCP, UDP, Ipv4Packet
from tests.stack.conversation import ip
from tests.stack.nat_bench import (
    ACK,
    FIN,
    INSIDE,
    OUTSIDE,
    ROUTER,
    RST,
    SYN,
    NatBench,
    answer,
    ends,
    ping,
    sound,
    tcp,
    udp,
)

OTHER = "10.0.1.3"
POOL = "10.0.2.50", "10.0.2.51"


# One address for many


@pytest.mark.parametrize("make", [udp, tcp])
def test_a_port_is_kept_where_it_is_free(make: type) -> None:
    bench = NatBench()
    bench.rule()
    left = bench.sent(make(INSIDE, 1025, OUTSIDE, 80))
    assert ends(left) == f"{ROUTER}:1025 > {OUTSIDE}:80"
    assert sound(left)
    came = bench.came(answer(left))
    assert ends(came) == f"{OUTSIDE}:80 > {INSIDE}:1025"
    assert sound(came)


@pytest.mark.parametrize(
    ("port", "given"), [(2000, 1024), (1024, 1025), (600, 512), (512, 513), (7, 1), (1, 2)]
)
def test_a_port_that_is_not_free_becomes_the_first_free_one_of_its_group(port: int, given: int) -> None:
    bench = NatBench()
    bench.rule()
    bench.sent(udp(INSIDE, port, OUTSIDE, 53))
    left = bench.sent(udp(OTHER, port, OUTSIDE, 53))
    assert ends(left) == f"{ROUTER}:{given} > {OUTSIDE}:53"
    assert sound(left)
    assert ends(bench.came(answer(left))) == f"{OUTSIDE}:53 > {OTHER}:{port}"


def test_packet_tracer_has_one_group_of_ports() -> None:
    bench = NatBench()
    bench.rule()
    bench.nat.mappings.ports.groups = PACKET_TRACER_GROUPS
    bench.sent(udp(INSIDE, 7, OUTSIDE, 53))
    assert ends(bench.sent(udp(OTHER, 7, OUTSIDE, 53))) == f"{ROUTER}:1024 > {OUTSIDE}:53"


def test_one_port_of_a_station_is_one_port_outside_whoever_it_speaks_to() -> None:
    bench = NatBench()
    bench.rule()
    bench.sent(udp(INSIDE, 2000, OUTSIDE, 53))
    assert ends(bench.sent(udp(OTHER, 2000, OUTSIDE, 53))) == f"{ROUTER}:1024 > {OUTSIDE}:53"
    assert ends(bench.sent(udp(OTHER, 2000, "10.9.9.9", 53))) == f"{ROUTER}:1024 > 10.9.9.9:53"


def test_echoes_are_told_apart_by_their_identifiers() -> None:
    bench = NatBench()
    bench.rule()
    assert ends(bench.sent(ping(INSIDE, OUTSIDE, 5))) == f"{ROUTER} > {OUTSIDE} id 5"
    left = bench.sent(ping(OTHER, OUTSIDE, 5))
    assert ends(left) == f"{ROUTER} > {OUTSIDE} id 0"
    assert sound(left)
    came = bench.came(answer(left))
    assert ends(came) == f"{OUTSIDE} > {OTHER} id 5"
    assert sound(came)
    [first, second] = list(bench.nat.table)
    assert (first.ports, second.ports) == ((5, 5, 5, 5), (5, 0, 5, 0))


def test_an_echo_request_to_the_router_is_the_routers_whatever_identifier_it_has() -> None:
    bench = NatBench()
    bench.rule()
    bench.sent(ping(INSIDE, OUTSIDE, 5))
    request = ping(OUTSIDE, ROUTER, 5)
    assert bench.back(request) is request


def test_a_udp_checksum_that_is_not_used_stays_unused() -> None:
    bench = NatBench()
    bench.rule()
    packet = udp(INSIDE, 2000, OUTSIDE, 53)
    packet = packet._replace(payload=packet.payload[:6] + b"\0\0" + packet.payload[8:])
    left = bench.sent(packet)
    assert left.payload[6:8] == b"\0\0"
    assert left.payload[8:] == b"data"


def test_a_wrong_checksum_stays_wrong() -> None:
    bench = NatBench()
    bench.rule()
    packet = tcp(INSIDE, 2000, OUTSIDE, 80)
    spoilt = packet._replace(payload=packet.payload[:-1] + b"x")
    assert not sound(spoilt)
    assert not sound(bench.sent(spoilt))


def test_when_no_port_is_left_the_next_address_of_a_pool_is_taken() -> None:
    bench = NatBench()
    bench.nat.mappings.ports.groups = ((0, 3), (4, 65535))
    rule = bench.rule(POOL)
    sources = [f"10.0.1.{number}" for number in range(10, 14)]
    left = [ends(bench.sent(udp(source, 2, OUTSIDE, 53))).split(" ")[0] for source in sources]
    assert left == ["10.0.2.50:2", "10.0.2.50:1", "10.0.2.50:3", "10.0.2.51:2"]
    assert rule.pool is not None
    assert len(rule.pool.allocated) == 2


def test_the_ports_of_static_mappings_and_of_the_router_itself_are_not_given_out() -> None:
    bench = NatBench()
    bench.static("10.0.1.9", ROUTER, UDP, (53, 2000))
    bench.rule()
    assert ends(bench.sent(udp(INSIDE, 2000, OUTSIDE, 53))) == f"{ROUTER}:1024 > {OUTSIDE}:53"
    with_router = NatBench()
    with_router.nat.mappings._reserved = lambda protocol, address, port: port == 2000
    with_router.rule()
    assert ends(with_router.sent(udp(INSIDE, 2000, OUTSIDE, 53))) == f"{ROUTER}:1024 > {OUTSIDE}:53"


def test_a_port_is_free_again_when_its_last_flow_has_ended() -> None:
    bench = NatBench()
    rule = bench.rule()
    bench.sent(udp(INSIDE, 2000, OUTSIDE, 53))
    bench.sent(udp(INSIDE, 2000, "10.9.9.9", 53))
    [first, second] = list(bench.nat.table)
    bench.nat.remove(first)
    assert ends(bench.sent(udp(OTHER, 2000, OUTSIDE, 53))) == f"{ROUTER}:1024 > {OUTSIDE}:53"
    bench.nat.remove(second)
    assert ends(bench.sent(udp("10.0.1.4", 2000, OUTSIDE, 53))) == f"{ROUTER}:2000 > {OUTSIDE}:53"
    assert rule.references == 2


def test_a_protocol_without_ports_is_for_one_station_at_a_time() -> None:
    bench = NatBench()
    bench.rule()
    gre = Ipv4Packet(ip(INSIDE), ip(OUTSIDE), 47, b"payload", 64, 5)
    assert bench.sent(gre).source == ip(ROUTER)
    assert bench.out(gre._replace(source=ip(OTHER))) is None
    back = gre._replace(source=ip(OUTSIDE), destination=ip(ROUTER))
    assert bench.came(back).destination == ip(INSIDE)


# What is not translated


def test_what_no_list_permits_passes_as_it_is() -> None:
    bench = NatBench()
    bench.rule(permits=lambda packet: packet.source == ip(INSIDE))
    packet = udp(OTHER, 2000, OUTSIDE, 53)
    assert bench.out(packet) is packet
    assert bench.nat.counters.misses == 0


def test_only_from_an_inside_interface_to_an_outside_one() -> None:
    bench = NatBench()
    bench.rule()
    inside, outside = bench.interfaces
    packet = udp(INSIDE, 2000, OUTSIDE, 53)
    for arrived, leaves in ((inside, inside), (outside, outside), (outside, inside)):
        assert bench.nat.leaving(arrived, packet, leaves) is packet
    assert bench.nat.arriving(inside, packet) is packet


def test_what_comes_for_the_router_and_belongs_to_no_translation_is_the_routers() -> None:
    bench = NatBench()
    bench.rule()
    for packet in (tcp(OUTSIDE, 4000, ROUTER, 23), udp(OUTSIDE, 67, ROUTER, 68)):
        assert bench.back(packet) is packet


def test_what_comes_for_an_address_of_a_pool_and_belongs_to_no_translation_is_dropped() -> None:
    bench = NatBench()
    bench.rule(POOL)
    assert bench.back(tcp(OUTSIDE, 4000, POOL[0], 23)) is None
    assert bench.nat.counters.misses == 1


# One address for one


def test_a_static_mapping_works_both_ways() -> None:
    bench = NatBench()
    static = bench.static(INSIDE, "10.0.2.10")
    came = bench.came(tcp(OUTSIDE, 4000, "10.0.2.10", 25))
    assert ends(came) == f"{OUTSIDE}:4000 > {INSIDE}:25"
    assert sound(came)
    left = bench.sent(answer(came))
    assert ends(left) == f"10.0.2.10:25 > {OUTSIDE}:4000"
    assert sound(left)
    assert static.children == 1
    assert ends(bench.sent(ping(INSIDE, OUTSIDE, 3))) == f"10.0.2.10 > {OUTSIDE} id 3"
    assert ends(bench.came(ping(OUTSIDE, "10.0.2.10", 3))) == f"{OUTSIDE} > {INSIDE} id 3"


def test_arp_answers_for_global_addresses_on_the_outside_link_alone() -> None:
    bench = NatBench()
    bench.static(INSIDE, "10.0.2.10")
    bench.static(OTHER, "10.0.2.11", TCP, (25, 25))
    bench.rule(POOL)
    for target in ("10.0.2.10", "10.0.2.11", *POOL):
        bench.ask(1, target)
        assert [one.operation for one in bench.stations[1].arps()] == [REPLY], target
    for target in ("10.0.2.99", "10.0.2.255"):
        bench.ask(1, target)
        assert bench.stations[1].arps() == [], target


def test_arp_does_not_answer_for_an_address_without_an_alias() -> None:
    bench = NatBench()
    bench.static(INSIDE, "10.0.2.10").alias = False
    bench.ask(1, "10.0.2.10")
    assert bench.stations[1].arps() == []


def test_a_static_mapping_takes_the_address_that_a_station_was_given() -> None:
    bench = NatBench()
    bench.rule(POOL, overload=False)
    bench.sent(udp(INSIDE, 2000, OUTSIDE, 53))
    bench.sent(udp(OTHER, 2000, OUTSIDE, 53))
    bench.static(INSIDE, POOL[1])
    assert ends(bench.sent(udp(INSIDE, 2000, OUTSIDE, 53))) == f"{POOL[1]}:2000 > {OUTSIDE}:53"
    assert ends(bench.sent(udp(OTHER, 2000, OUTSIDE, 53))) == f"{POOL[0]}:2000 > {OUTSIDE}:53"


def test_a_port_can_be_another_one_inside() -> None:
    bench = NatBench()
    bench.static(INSIDE, ROUTER, TCP, (80, 8080))
    came = bench.came(tcp(OUTSIDE, 4000, ROUTER, 8080))
    assert ends(came) == f"{OUTSIDE}:4000 > {INSIDE}:80"
    assert sound(came)
    left = bench.sent(answer(came))
    assert ends(left) == f"{ROUTER}:8080 > {OUTSIDE}:4000"
    assert sound(left)
    other = tcp(OUTSIDE, 4000, ROUTER, 81)
    assert bench.back(other) is other


def test_a_static_network_keeps_the_host_numbers() -> None:
    bench = NatBench()
    bench.nat.mappings.networks = [StaticNetwork(ip("10.0.1.0"), ip("10.0.2.64"), 26)]
    assert ends(bench.sent(udp("10.0.1.9", 2000, OUTSIDE, 53))) == f"10.0.2.73:2000 > {OUTSIDE}:53"
    assert ends(bench.came(udp(OUTSIDE, 53, "10.0.2.70", 2000))) == f"{OUTSIDE}:53 > 10.0.1.6:2000"


def test_a_station_keeps_the_address_of_a_pool_that_it_was_given() -> None:
    bench = NatBench()
    rule = bench.rule(POOL, overload=False)
    assert ends(bench.sent(udp(INSIDE, 2000, OUTSIDE, 53))) == f"10.0.2.50:2000 > {OUTSIDE}:53"
    assert ends(bench.sent(udp(OTHER, 2000, OUTSIDE, 53))) == f"10.0.2.51:2000 > {OUTSIDE}:53"
    assert ends(bench.sent(tcp(INSIDE, 2000, OUTSIDE, 80))) == f"10.0.2.50:2000 > {OUTSIDE}:80"
    assert ends(bench.came(tcp(OUTSIDE, 9, "10.0.2.51", 7))) == f"{OUTSIDE}:9 > {OTHER}:7"
    # Two simple entries and four flows.
    assert rule.references == 6
    assert rule.pool is not None
    assert len(rule.pool.allocated) == 2


def test_a_pool_that_is_exhausted_drops_the_packet_and_tells_the_sender() -> None:
    bench = NatBench()
    rule = bench.rule(POOL, overload=False)
    told = []
    bench.nat.exhausted = lambda which, packet: told.append((which, packet.source))
    for number in (2, 3):
        bench.packet(0, udp(f"10.0.1.{number}", 2000, OUTSIDE, 53))
    bench.forget()
    bench.packet(0, udp("10.0.1.2", 2000, OUTSIDE, 53)._replace(source=ip("10.0.1.4")))
    assert bench.stations[1].packets() == []
    assert bench.nat.counters.misses == 1
    assert rule.pool is not None
    assert rule.pool.misses == 1
    assert told == [(rule, ip("10.0.1.4"))]


def test_who_sent_what_could_not_be_translated_hears_host_unreachable() -> None:
    bench = NatBench()
    bench.rule((POOL[0], POOL[0]), overload=False)
    bench.packet(0, udp(OTHER, 2000, OUTSIDE, 53))
    bench.packet(0, udp(INSIDE, 2000, OUTSIDE, 53))
    messages = bench.stations[0].messages()
    assert [(one.type, one.code) for _, one in messages] == [
        (icmp.DESTINATION_UNREACHABLE, icmp.HOST_UNREACHABLE)
    ]


def test_addresses_are_given_out_in_turn() -> None:
    bench = NatBench()
    bench.rule(("10.0.2.50", "10.0.2.52"), overload=False)
    bench.sent(udp(INSIDE, 2000, OUTSIDE, 53))
    bench.nat.clear()
    assert ends(bench.sent(udp(OTHER, 2000, OUTSIDE, 53))).startswith("10.0.2.51:")


def test_a_pool_that_matches_hosts_keeps_their_numbers() -> None:
    bench = NatBench()
    bench.rule(("10.0.2.1", "10.0.2.100"), overload=False, pool_kind=MATCH_HOST)
    assert ends(bench.sent(udp("10.0.1.77", 2000, OUTSIDE, 53))).startswith("10.0.2.77:")
    assert bench.out(udp("10.0.1.101", 2000, OUTSIDE, 53)) is None


def test_an_interfaces_mapping_follows_its_address() -> None:
    bench = NatBench()
    bench.rule()
    bench.nat.follow_addresses()
    bench.sent(udp(INSIDE, 2000, OUTSIDE, 53))
    bench.interfaces[1].set_addresses((Prefix(ip("10.0.2.77"), 24),))
    bench.nat.follow_addresses()
    assert list(bench.nat.table) == []
    assert ends(bench.sent(udp(INSIDE, 2000, OUTSIDE, 53))).startswith("10.0.2.77:2000")
    bench.interfaces[1].set_addresses(())
    bench.nat.follow_addresses()
    assert bench.out(udp(INSIDE, 2000, OUTSIDE, 53)) is None


# Outside addresses, and shared load


def test_an_outside_station_has_another_address_inside() -> None:
    bench = NatBench()
    bench.outside_static(OUTSIDE, "10.0.1.200")
    left = bench.sent(udp(INSIDE, 2000, "10.0.1.200", 53))
    assert ends(left) == f"{INSIDE}:2000 > {OUTSIDE}:53"
    assert sound(left)
    came = bench.came(answer(left))
    assert ends(came) == f"10.0.1.200:53 > {INSIDE}:2000"
    assert sound(came)


def test_both_ends_can_be_translated() -> None:
    bench = NatBench()
    bench.outside_static(OUTSIDE, "10.0.1.200")
    bench.rule()
    bench.sent(udp(OTHER, 2000, "10.0.1.200", 53))
    left = bench.sent(udp(INSIDE, 2000, "10.0.1.200", 53))
    assert ends(left) == f"{ROUTER}:1024 > {OUTSIDE}:53"
    assert sound(left)
    assert ends(bench.came(answer(left))) == f"10.0.1.200:53 > {INSIDE}:2000"
    bench.nat.clear()
    # The ports that were bound are free, though the flows were of a simple entry too.
    assert ends(bench.sent(udp(INSIDE, 2000, OUTSIDE, 53))) == f"{ROUTER}:2000 > {OUTSIDE}:53"


def test_outside_stations_are_given_addresses_of_a_pool() -> None:
    bench = NatBench()
    bench.rule(("10.0.1.200", "10.0.1.201"), overload=False, kind=OUTSIDE_SOURCE)
    first = bench.came(udp(OUTSIDE, 53, INSIDE, 2000))
    assert ends(first) == f"10.0.1.200:53 > {INSIDE}:2000"
    assert ends(bench.sent(answer(first))) == f"{INSIDE}:2000 > {OUTSIDE}:53"
    assert ends(bench.came(udp("10.0.2.3", 53, INSIDE, 2000))).startswith("10.0.1.201:")
    assert bench.back(udp("10.0.2.4", 53, INSIDE, 2000)) is None
    assert bench.nat.answers_for(bench.interfaces[0], ip("10.0.1.200"))


def test_the_stations_of_a_rotary_pool_take_turns_for_each_new_connection() -> None:
    bench = NatBench()
    virtual = "10.0.2.100"
    bench.rule(
        ("10.0.1.10", "10.0.1.12"),
        kind=INSIDE_DESTINATION,
        pool_kind=ROTARY,
        permits=lambda packet: packet.destination == ip(virtual),
    )
    came = [bench.came(tcp(OUTSIDE, port, virtual, 80)) for port in (4000, 4001, 4002, 4003, 4000)]
    reached = [ends(one).split(" > ")[1] for one in came]
    assert reached == ["10.0.1.10:80", "10.0.1.11:80", "10.0.1.12:80", "10.0.1.10:80", "10.0.1.10:80"]
    left = bench.sent(answer(came[1]))
    assert ends(left) == f"{virtual}:80 > {OUTSIDE}:4001"
    assert sound(left)
    datagram = udp(OUTSIDE, 4000, virtual, 80)
    assert bench.back(datagram) is datagram


# How long


def timeouts(bench: NatBench) -> list[int]:
    return [entry.timeout // SECOND for entry in bench.nat.table]


def test_each_kind_of_flow_has_its_timeout() -> None:
    bench = NatBench()
    bench.rule()
    bench.sent(udp(INSIDE, 2000, OUTSIDE, 4000))
    bench.sent(udp(INSIDE, 2001, OUTSIDE, 53))
    bench.sent(ping(INSIDE, OUTSIDE, 5))
    bench.sent(tcp(INSIDE, 2002, OUTSIDE, 80, SYN))
    bench.sent(tcp(INSIDE, 2003, OUTSIDE, 80, ACK))
    assert timeouts(bench) == [300, 60, 60, 60, 86400]


def test_a_connection_is_opening_then_open_then_closing() -> None:
    bench = NatBench()
    bench.rule()
    steps = []
    for flags, outbound in (
        (SYN, True),
        (SYN | ACK, False),
        (ACK, True),
        (FIN | ACK, False),
        (ACK, True),
        (SYN, True),
    ):
        if outbound:
            bench.sent(tcp(INSIDE, 2000, OUTSIDE, 80, flags))
        else:
            bench.came(tcp(OUTSIDE, 80, ROUTER, 2000, flags))
        steps += timeouts(bench)
    assert steps == [60, 60, 86400, 60, 60, 60]
    bench.sent(tcp(INSIDE, 2000, OUTSIDE, 80, ACK))
    assert timeouts(bench) == [86400]
    bench.sent(tcp(INSIDE, 2000, OUTSIDE, 80, RST))
    assert timeouts(bench) == [60]


def test_an_entry_ends_when_it_was_not_used_for_its_time() -> None:
    bench = NatBench()
    bench.rule()
    bench.sent(udp(INSIDE, 2000, OUTSIDE, 4000))
    bench.clock.run_until(4 * MINUTE)
    bench.sent(udp(INSIDE, 2000, OUTSIDE, 4000))
    bench.clock.run_until(9 * MINUTE - 1)
    assert len(bench.nat.table) == 1
    bench.clock.run_until(9 * MINUTE)
    assert len(bench.nat.table) == 0
    assert bench.nat.counters.expired == 1


def test_a_connection_that_ends_does_not_wait_for_the_long_timeout() -> None:
    bench = NatBench()
    bench.rule()
    bench.sent(tcp(INSIDE, 2000, OUTSIDE, 80, ACK))
    bench.clock.run_until(HOUR)
    bench.sent(tcp(INSIDE, 2000, OUTSIDE, 80, FIN))
    bench.clock.run_until(HOUR + MINUTE)
    assert len(bench.nat.table) == 0


def test_a_simple_entry_stays_as_long_as_it_has_flows_and_a_day_longer() -> None:
    bench = NatBench()
    rule = bench.rule(POOL, overload=False)
    bench.nat.timeouts.tcp = 30 * HOUR
    bench.sent(tcp(INSIDE, 2000, OUTSIDE, 80, ACK))
    bench.clock.run_until(30 * HOUR)
    assert [entry.extended for entry in bench.nat.table] == [False]
    assert rule.pool is not None
    assert len(rule.pool.allocated) == 1
    bench.clock.run_until(55 * HOUR)
    assert len(bench.nat.table) == 0
    assert rule.pool.allocated == {}


def test_a_timeout_of_zero_never_ends() -> None:
    bench = NatBench()
    bench.rule()
    bench.nat.timeouts.icmp = 0
    bench.sent(ping(INSIDE, OUTSIDE, 5))
    bench.clock.run_until(1000 * HOUR)
    assert len(bench.nat.table) == 1


def test_there_is_one_alarm_for_all_entries_and_no_lab_waits_for_it() -> None:
    bench = NatBench()
    bench.rule()
    before = len(bench.clock._heap)
    for port in range(2000, 2100):
        bench.sent(udp(INSIDE, port, OUTSIDE, 4000))
    assert len(bench.clock._heap) == before + 1
    assert bench.clock.idle


def test_short_connections_leave_nothing_behind() -> None:
    bench = NatBench()
    bench.rule()
    for round_ in range(30):
        for port in range(2000, 2010):
            for flags in (SYN, ACK, FIN):
                bench.sent(tcp(INSIDE, port, OUTSIDE, 80, flags))
        bench.clock.run_until((round_ + 1) * 2 * MINUTE)
    assert len(bench.nat.table) == 0
    assert len(bench.nat.table._heap) < 150


def test_no_more_entries_than_the_limit() -> None:
    bench = NatBench()
    bench.rule()
    bench.nat.max_entries = 2
    assert bench.out(udp(INSIDE, 2000, OUTSIDE, 53)) is not None
    assert bench.out(udp(INSIDE, 2001, OUTSIDE, 53)) is not None
    assert bench.out(udp(INSIDE, 2002, OUTSIDE, 53)) is None
    assert bench.out(udp(INSIDE, 2001, OUTSIDE, 53)) is not None
    assert bench.nat.counters.over_limit == 1


def test_a_static_entry_takes_its_flows_with_it() -> None:
    bench = NatBench()
    static = bench.static(INSIDE, "10.0.2.10")
    bench.sent(udp(INSIDE, 2000, OUTSIDE, 53))
    bench.nat.clear()
    assert list(bench.nat.table) == [static]
    bench.sent(udp(INSIDE, 2000, OUTSIDE, 53))
    bench.nat.remove(static)
    assert list(bench.nat.table) == []


def test_of_two_static_mappings_of_a_station_the_second_takes_over_when_the_first_goes() -> None:
    bench = NatBench()
    first = bench.static(INSIDE, "10.0.2.10")
    bench.static(INSIDE, "10.0.2.11")
    assert ends(bench.sent(udp(INSIDE, 2000, OUTSIDE, 53))).startswith("10.0.2.10:")
    assert ends(bench.came(udp(OUTSIDE, 53, "10.0.2.11", 9))) == f"{OUTSIDE}:53 > {INSIDE}:9"
    bench.nat.remove(first)
    assert ends(bench.sent(udp(INSIDE, 2000, OUTSIDE, 53))).startswith("10.0.2.11:")


# Malformed packets


@pytest.mark.parametrize(
    ("protocol", "payload"),
    [(TCP, b"\0" * 19), (UDP, b"\0" * 7), (ICMP, b"\x08"), (ICMP, b"\x03\x03" + bytes(20))],
)
def test_what_is_too_short_for_its_protocol_is_dropped_and_counted(protocol: int, payload: bytes) -> None:
    bench = NatBench()
    bench.rule()
    packet = Ipv4Packet(ip(INSIDE), ip(OUTSIDE), protocol, payload)
    assert bench.out(packet) is None
    assert bench.back(packet._replace(source=ip(OUTSIDE), destination=ip(ROUTER))) is None
    assert bench.nat.counters.malformed == 2
