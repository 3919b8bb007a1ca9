"""The routing table: what can be used, and which of it wins."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.routing import Route, StaticRoute, natural_prefix_length
from ios_emu.stack.routing_table import Change, RoutingTable

FA00, FA01 = InterfaceName("FastEthernet", 0, 0), InterfaceName("FastEthernet", 0, 1)
CONNECTED = [(IPv4Network("10.0.1.0/24"), FA00), (IPv4Network("10.0.2.0/24"), FA01)]


def static(network: str, via: str | InterfaceName, distance: int = 1) -> StaticRoute:
    if isinstance(via, InterfaceName):
        return StaticRoute(IPv4Network(network), None, via, distance)
    return StaticRoute(IPv4Network(network), IPv4Address(via), None, distance)


def learnt(network: str, via: str, metric: int = 1, distance: int = 120) -> Route:
    interface = FA00 if via.startswith("10.0.1.") else FA01
    return Route("R", IPv4Network(network), distance, ((IPv4Address(via), interface),), metric)


def shown(made: RoutingTable) -> dict[str, tuple[str, list[str]]]:
    return {
        str(network): (route.code, [str(hop or name) for hop, name in route.paths])
        for network, route in made.routes.items()
    }


def table(*routes: StaticRoute) -> dict[str, tuple[str, list[str]]]:
    made = RoutingTable()
    made.configure(CONNECTED, routes)
    return shown(made)


def test_a_next_hop_must_be_reachable() -> None:
    found = table(static("172.16.0.0/16", "10.0.1.9"), static("172.17.0.0/16", "192.0.2.1"))
    assert found["172.16.0.0/16"] == ("S", ["10.0.1.9"])
    assert "172.17.0.0/16" not in found


def test_the_lowest_distance_wins_and_a_floating_route_waits() -> None:
    floating, direct = static("172.16.0.0/16", "10.0.2.9", 200), static("172.16.0.0/16", "10.0.1.9")
    assert table(floating, direct)["172.16.0.0/16"][1] == ["10.0.1.9"]
    assert table(floating)["172.16.0.0/16"][1] == ["10.0.2.9"]


def test_equal_routes_share() -> None:
    found = table(static("0.0.0.0/0", "10.0.1.9"), static("0.0.0.0/0", "10.0.2.9"))
    assert found["0.0.0.0/0"][1] == ["10.0.1.9", "10.0.2.9"]


def test_a_next_hop_may_be_behind_another_static_route() -> None:
    found = table(static("172.16.0.0/16", "192.0.2.1"), static("192.0.2.0/24", "10.0.1.9"))
    assert found["172.16.0.0/16"][1] == ["192.0.2.1"]


def test_no_next_hop_is_found_by_the_default_route_or_by_itself() -> None:
    found = table(
        static("0.0.0.0/0", "10.0.1.9"), static("172.16.0.0/16", "192.0.2.1"), static("1.0.0.0/8", "1.1.1.1")
    )
    assert set(found) == {"10.0.1.0/24", "10.0.2.0/24", "0.0.0.0/0"}


def test_a_connected_network_is_never_replaced() -> None:
    assert table(static("10.0.1.0/24", "10.0.2.9"))["10.0.1.0/24"][0] == "C"


def test_a_better_route_takes_over_from_one_that_could_be_used_earlier() -> None:
    found = table(
        static("172.16.0.0/16", "192.0.2.1"),
        static("192.0.2.0/24", "10.0.1.9", 5),
        static("172.16.0.0/16", "10.0.2.9", 2),
    )
    assert found["172.16.0.0/16"][1] == ["192.0.2.1"]


def test_a_floating_route_takes_over_from_rip_and_gives_way_again() -> None:
    made = RoutingTable()
    made.configure(CONNECTED, [static("172.16.0.0/16", "10.0.2.9", 130)])
    assert shown(made)["172.16.0.0/16"] == ("S", ["10.0.2.9"])
    made.learn(learnt("172.16.0.0/16", "10.0.1.9"))
    assert shown(made)["172.16.0.0/16"] == ("R", ["10.0.1.9"])
    made.forget(IPv4Network("172.16.0.0/16"))
    assert shown(made)["172.16.0.0/16"] == ("S", ["10.0.2.9"])
    made.learn(learnt("172.16.0.0/16", "10.0.1.9"))
    made.configure(CONNECTED[1:], [static("172.16.0.0/16", "10.0.2.9", 130)])
    assert shown(made)["172.16.0.0/16"] == ("S", ["10.0.2.9"])


def test_a_static_route_of_a_lower_distance_hides_what_rip_knows() -> None:
    made = RoutingTable()
    made.learn(learnt("172.16.0.0/16", "10.0.1.9"))
    made.configure(CONNECTED, [static("172.16.0.0/16", "10.0.2.9")])
    assert shown(made)["172.16.0.0/16"] == ("S", ["10.0.2.9"])
    made.configure(CONNECTED, [])
    assert shown(made)["172.16.0.0/16"] == ("R", ["10.0.1.9"])


def test_a_distance_of_255_is_never_used() -> None:
    made = RoutingTable()
    made.configure(CONNECTED, [static("172.17.0.0/16", "10.0.2.9", 255)])
    made.learn(learnt("172.16.0.0/16", "10.0.1.9", distance=255))
    assert set(shown(made)) == {"10.0.1.0/24", "10.0.2.0/24"}


def test_a_next_hop_may_be_behind_a_learnt_route() -> None:
    told: list[tuple[list[Change], bool]] = []
    made = RoutingTable(lambda changes, hops: told.append((changes, hops)))
    made.configure(CONNECTED, [static("172.16.0.0/16", "192.0.2.1")])
    told.clear()
    made.learn(learnt("192.0.2.0/24", "10.0.1.9"))
    assert shown(made)["172.16.0.0/16"] == ("S", ["192.0.2.1"])
    assert [hops for _, hops in told] == [True]
    assert len(told[0][0]) == 2
    made.forget(IPv4Network("192.0.2.0/24"))
    assert set(shown(made)) == {"10.0.1.0/24", "10.0.2.0/24"}


def test_who_watches_is_told_of_what_changed_alone() -> None:
    told: list[tuple[list[Change], bool]] = []
    made = RoutingTable(lambda changes, hops: told.append((changes, hops)))
    made.configure(CONNECTED, [])
    told.clear()
    route = learnt("172.16.0.0/16", "10.0.1.9")
    made.learn(route)
    made.learn(route)
    assert told == [([(None, route)], False)]


NETWORKS = [IPv4Network((number << 20, 12 + number % 5)) for number in (0xAC0, 0xAC1, 0x0A0)]
NETWORKS += [IPv4Network("10.0.1.0/28"), IPv4Network("0.0.0.0/0"), IPv4Network("192.0.2.0/24")]
HOPS = ["10.0.1.9", "10.0.2.9", "192.0.2.1", "172.16.0.1", "10.0.0.1"]
DISTANCES = st.sampled_from([1, 120, 130, 255])
steps = st.one_of(
    st.builds(
        lambda network, via, metric, distance: learnt(str(network), via, metric, distance),
        st.sampled_from(NETWORKS),
        st.sampled_from(HOPS[:2]),
        st.integers(1, 15),
        DISTANCES,
    ),
    st.sampled_from(NETWORKS),
)
statics = st.builds(
    lambda network, via, distance: static(str(network), via, distance),
    st.sampled_from(NETWORKS),
    st.sampled_from([*HOPS, FA00, FA01]),
    DISTANCES,
)


@pytest.mark.property
@settings(deadline=None)
@given(st.lists(statics, max_size=6), st.lists(steps, max_size=12), st.integers(0, 2))
def test_step_by_step_is_the_same_as_all_at_once(
    static_routes: list[StaticRoute], changes: list[Route | IPv4Network], up: int
) -> None:
    made, known = RoutingTable(), {}
    made.configure(CONNECTED[:up], static_routes)
    for change in changes:
        if isinstance(change, Route):
            known[change.network] = change
            made.learn(change)
        else:
            known.pop(change, None)
            made.forget(change)
    at_once = RoutingTable()
    for route in known.values():
        at_once.learn(route)
    at_once.configure(CONNECTED[:up], static_routes)
    assert made.routes == at_once.routes


@pytest.mark.property
@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)), min_size=1, max_size=20),
    st.integers(0, 2**32 - 1),
)
def test_the_longest_prefix_is_found(prefixes: list[tuple[int, int]], address: int) -> None:
    networks = {
        IPv4Network((number >> (32 - length) << (32 - length), length)) for number, length in prefixes
    }
    made = RoutingTable()
    made.configure([(network, FA00) for network in networks], [])
    best = max((one.prefixlen for one in networks if IPv4Address(address) in one), default=None)
    found = made.lookup(address)
    assert (None if found is None else found.network.prefixlen) == best


@pytest.mark.parametrize(
    ("address", "length"),
    [("10.1.1.1", 8), ("172.16.0.1", 16), ("192.168.1.1", 24), ("224.0.0.9", 32), ("240.0.0.1", 32)],
)
def test_the_class_of_an_address(address: str, length: int) -> None:
    assert natural_prefix_length(IPv4Address(address)) == length
