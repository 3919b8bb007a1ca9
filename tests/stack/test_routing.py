"""The routing table: what can be used, and which of it wins."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.routing import Route, StaticRoute, lookup, natural_prefix_length, routing_table

FA00, FA01 = InterfaceName("FastEthernet", 0, 0), InterfaceName("FastEthernet", 0, 1)
CONNECTED = [(IPv4Network("10.0.1.0/24"), FA00), (IPv4Network("10.0.2.0/24"), FA01)]


def static(network: str, via: str | InterfaceName, distance: int = 1) -> StaticRoute:
    if isinstance(via, InterfaceName):
        return StaticRoute(IPv4Network(network), None, via, distance)
    return StaticRoute(IPv4Network(network), IPv4Address(via), None, distance)


def table(*routes: StaticRoute) -> dict[str, tuple[str, list[str]]]:
    found = routing_table(CONNECTED, routes)
    return {
        str(network): (route.code, [str(hop or name) for hop, name in route.paths])
        for network, route in found.items()
    }


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
    routes = {network: Route("S", network, 1, ((None, FA00),)) for network in networks}
    best = max((one.prefixlen for one in networks if IPv4Address(address) in one), default=None)
    found = lookup(routes, IPv4Address(address))
    assert (None if found is None else found.network.prefixlen) == best


@pytest.mark.parametrize(
    ("address", "length"),
    [("10.1.1.1", 8), ("172.16.0.1", 16), ("192.168.1.1", 24), ("224.0.0.9", 32), ("240.0.0.1", 32)],
)
def test_the_class_of_an_address(address: str, length: int) -> None:
    assert natural_prefix_length(IPv4Address(address)) == length
