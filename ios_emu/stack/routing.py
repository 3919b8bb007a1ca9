"""Static routes and the routing table that they and the connected networks make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from ios_emu.stack.interface_name import InterfaceName

DEFAULT_NETWORK = IPv4Network("0.0.0.0/0")


Path = tuple[IPv4Network, IPv4Address | None, InterfaceName | None]
"""What makes two static routes the same one: entering it again changes the rest."""


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """`ip route NETWORK MASK [INTERFACE] [NEXT-HOP] [DISTANCE] [name N] [permanent] [tag N] [track N]`."""

    network: IPv4Network
    next_hop: IPv4Address | None
    interface: InterfaceName | None
    distance: int = 1
    name: str | None = None
    permanent: bool = False
    tag: int | None = None
    track: int | None = None

    @property
    def path(self) -> Path:
        """The route's identity."""
        return self.network, self.next_hop, self.interface


@dataclass(frozen=True, slots=True)
class Route:
    """A line of the routing table: connected (`C`) or static (`S`), with all its equal paths."""

    code: str
    network: IPv4Network
    distance: int
    paths: tuple[tuple[IPv4Address | None, InterfaceName | None], ...]


def routing_table(
    connected: Iterable[tuple[IPv4Network, InterfaceName]], static: Iterable[StaticRoute]
) -> dict[IPv4Network, Route]:
    """Installs what can be used: the lowest distance wins, and a next hop must itself be reachable.

    `connected` holds the networks of the interfaces whose line protocol is up.
    """
    table = _Table()
    up = set()
    for network, interface in connected:
        up.add(interface)
        if network not in table.routes:
            table.add(Route("C", network, 0, ((None, interface),)))
    waiting = sorted(static, key=lambda route: route.distance)
    # A next hop may be reached through another static route: go on until nothing new is installed.
    progress = True
    while progress:
        progress, left = False, []
        for route in waiting:
            if not _usable(route, table, up):
                left.append(route)
            elif _install(route, table):
                progress = True
        waiting = left
    return table.routes


class _Table:
    """The routes, and their networks by prefix length: a thousand routes are not searched one by one."""

    def __init__(self) -> None:
        self.routes: dict[IPv4Network, Route] = {}
        self._by_length: dict[int, dict[int, Route]] = {}

    def add(self, route: Route) -> None:
        """Takes a route, in place of one to the same network."""
        network = route.network
        self.routes[network] = route
        self._by_length.setdefault(network.prefixlen, {})[int(network.network_address)] = route

    def lookup(self, address: int) -> Route | None:
        """The route with the longest prefix."""
        for length in sorted(self._by_length, reverse=True):
            found = self._by_length[length].get(address >> (32 - length) << (32 - length))
            if found is not None:
                return found
        return None


def _usable(route: StaticRoute, table: _Table, up: set[InterfaceName]) -> bool:
    if route.interface is not None:
        return route.interface.is_null or route.interface in up
    assert route.next_hop is not None
    via = table.lookup(int(route.next_hop))
    # IOS does not resolve a next hop through the default route or through the route itself.
    return via is not None and via.network not in (DEFAULT_NETWORK, route.network)


def _install(route: StaticRoute, table: _Table) -> bool:
    path = (route.next_hop, route.interface)
    present = table.routes.get(route.network)
    if present is None:
        table.add(Route("S", route.network, route.distance, (path,)))
        return True
    if present.code == "S" and present.distance == route.distance and path not in present.paths:
        table.add(Route("S", route.network, route.distance, (*present.paths, path)))
        return True
    return False


def lookup(table: dict[IPv4Network, Route], address: IPv4Address) -> Route | None:
    """The route with the longest prefix that holds `address`; None when there is none."""
    matching = [route for network, route in table.items() if address in network]
    return max(matching, key=lambda route: route.network.prefixlen, default=None)


def natural_prefix_length(address: IPv4Address) -> int:
    """The prefix length of the address's class (RFC 791): 8, 16 or 24; 32 for class D and E."""
    first = int(address) >> 24
    if first < 128:
        return 8
    if first < 192:
        return 16
    return 24 if first < 224 else 32
