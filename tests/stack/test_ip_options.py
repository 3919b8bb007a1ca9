"""IP options at a router: what it writes into them, where they lead it, and what it refuses."""

from __future__ import annotations

from ios_emu.clock import HOUR, SECOND
from ios_emu.wire import icmp
from ios_emu.wire.ipv4 import (
    LOOSE_SOURCE_ROUTE,
    NO_OPERATION,
    RECORD_ROUTE,
    STRICT_SOURCE_ROUTE,
    Ipv4Packet,
    Option,
    build_options,
    read_options,
)
from ios_emu.wire.ipv4_options import TIMESTAMPS_ONLY, WITH_ADDRESSES, RouteOption, TimestampOption
from tests.stack.conversation import Bench, ip


def bench() -> Bench:
    made = Bench()
    made.know()
    return made


def options(*made: RouteOption | TimestampOption) -> bytes:
    return build_options([one.build() for one in made])


def route_of(packet: Ipv4Packet) -> RouteOption:
    [option] = [one for one in read_options(packet.options) if one.kind != NO_OPERATION]
    return RouteOption.parse(option)


def test_a_forwarded_packet_records_the_interface_that_it_leaves_through() -> None:
    router = bench()
    router.ping(0, "10.0.2.2", options=options(RouteOption(RECORD_ROUTE, (0, 0))))
    [packet] = router.stations[1].packets()
    assert route_of(packet).recorded == (ip("10.0.2.1"),)


def test_a_full_record_stays_as_it_is() -> None:
    router = bench()
    full = RouteOption(RECORD_ROUTE, (ip("10.9.9.9"),), pointer=8)
    router.ping(0, "10.0.2.2", options=options(full))
    [packet] = router.stations[1].packets()
    assert route_of(packet) == full


def test_an_echo_reply_goes_on_with_the_record() -> None:
    router = bench()
    asked = RouteOption(RECORD_ROUTE, (ip("10.9.9.9"), 0, 0), pointer=8)
    router.ping(0, "10.0.1.1", options=options(asked))
    [reply] = router.stations[0].packets()
    assert route_of(reply).recorded == (ip("10.9.9.9"), ip("10.0.1.1"))


def test_times_are_milliseconds_since_the_lab_s_midnight() -> None:
    router = bench()
    router.clock.run_until(HOUR + 5 * SECOND)
    asked = TimestampOption(WITH_ADDRESSES, ((0, 0), (0, 0)))
    router.know()
    router.ping(0, "10.0.2.2", options=options(asked))
    [packet] = router.stations[1].packets()
    [option] = read_options(packet.options)
    [first, second] = TimestampOption.parse(option).slots
    assert first == (ip("10.0.2.1"), 3_605_000)
    assert second == (0, 0)


def test_without_a_free_slot_the_overflow_goes_up() -> None:
    router = bench()
    full = TimestampOption(TIMESTAMPS_ONLY, ((0, 7),), pointer=9)
    router.ping(0, "10.0.2.2", options=options(full))
    [packet] = router.stations[1].packets()
    [option] = read_options(packet.options)
    assert TimestampOption.parse(option) == full._replace(overflow=1)


def test_a_source_route_leads_on_and_remembers_the_way() -> None:
    router = bench()
    route = RouteOption(LOOSE_SOURCE_ROUTE, (ip("10.0.2.2"),))
    router.ping(0, "10.0.1.1", options=options(route))
    [packet] = router.stations[1].packets()
    assert packet.destination == ip("10.0.2.2")
    assert packet.ttl == 63
    assert route_of(packet) == RouteOption(LOOSE_SOURCE_ROUTE, (ip("10.0.2.1"),), pointer=8)


def test_the_reply_to_a_source_routed_echo_takes_the_way_back() -> None:
    router = bench()
    came = RouteOption(LOOSE_SOURCE_ROUTE, (ip("10.0.2.2"),), pointer=8)
    router.ping(0, "10.0.1.1", options=options(came), source=ip("10.7.7.7"))
    [reply] = router.stations[1].packets()
    assert reply.destination == ip("10.0.2.2")
    assert route_of(reply) == RouteOption(LOOSE_SOURCE_ROUTE, (ip("10.7.7.7"),))


def refused(router: Bench, data: bytes, target: str = "10.0.1.1") -> list[tuple[int, int]]:
    router.ping(0, target, options=data)
    assert router.stations[1].packets() == []
    assert router.node.counters.options_refused == 1
    return [(message.type, message.code) for _, message in router.stations[0].messages()]


def test_a_strict_route_leads_to_neighbours_alone() -> None:
    route = RouteOption(STRICT_SOURCE_ROUTE, (ip("172.16.0.1"),))
    failed = [(icmp.DESTINATION_UNREACHABLE, icmp.SOURCE_ROUTE_FAILED)]
    assert refused(bench(), options(route)) == failed


def test_a_router_that_is_told_so_follows_no_routes() -> None:
    router = bench()
    router.node.source_routes = False
    route = RouteOption(LOOSE_SOURCE_ROUTE, (ip("10.0.2.2"),))
    assert refused(router, options(route)) == [(icmp.DESTINATION_UNREACHABLE, icmp.SOURCE_ROUTE_FAILED)]


def test_a_host_forwards_nothing_for_a_route() -> None:
    host = Bench(forwards=False, links=1)
    host.know()
    route = RouteOption(LOOSE_SOURCE_ROUTE, (ip("10.0.1.2"),))
    host.ping(0, "10.0.1.1", options=options(route))
    assert host.node.counters.options_refused == 1


def test_options_that_can_t_be_read_are_a_parameter_problem() -> None:
    broken = build_options([Option(RECORD_ROUTE, b"\x03\0\0")])
    assert refused(bench(), broken) == [(icmp.PARAMETER_PROBLEM, 0)]
