"""The routing table: what can be used of all sources, and which of it wins.

The rules. The lowest administrative distance wins. A static route needs a next hop that the table itself
reaches, but not by the default route nor by the route itself; one with an interface needs that to be up.
What a protocol has learnt is used while one of its interfaces is up. When one learnt route changes, only
its network is settled anew, unless a static route's next hop is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from ipaddress import IPv4Network

from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.routing import DEFAULT_NETWORK, HopPath, Route, StaticRoute

CONNECTED, STATIC, RIP = "C", "S", "R"
"""The codes of the sources."""

# The distance of what must never be used.
_NEVER = 255

Change = tuple[Route | None, Route | None]
"""A route of the table before and after: None where there is none."""


class RoutingTable:
    """All routes, kept as the sources change.

    `changed` is told of what became different, and whether the way to other next hops may have changed, too.
    """

    def __init__(self, changed: Callable[[list[Change], bool], None] = lambda changes, hops: None) -> None:
        self._changed = changed
        self._connected: dict[IPv4Network, Route] = {}
        self._up: set[InterfaceName] = set()
        self._static: list[StaticRoute] = []
        self._static_to: dict[IPv4Network, list[StaticRoute]] = {}
        self._hops: set[int] = set()
        self._learnt: dict[IPv4Network, Route] = {}
        self._table = _Lookup()

    @property
    def routes(self) -> dict[IPv4Network, Route]:
        """What is in the table, in no order. Not to be changed."""
        return self._table.routes

    def in_order(self) -> list[Route]:
        """The routes in the order of their addresses, the default route last."""
        return sorted(self.routes.values(), key=lambda route: (route.network.prefixlen == 0, route.network))

    def lookup(self, address: int) -> Route | None:
        """The route with the longest prefix that holds `address`; None when there is none."""
        return self._table.lookup(address)

    def configure(
        self, connected: Iterable[tuple[IPv4Network, InterfaceName]], static: Iterable[StaticRoute]
    ) -> None:
        """Takes the networks of the interfaces that are up, and the static routes, in place of all others."""
        self._connected, self._up = {}, set()
        for network, interface in connected:
            self._up.add(interface)
            if network not in self._connected:
                self._connected[network] = Route(CONNECTED, network, 0, ((None, interface),))
        self._static = sorted(static, key=lambda route: route.distance)
        self._static_to, self._hops = {}, set()
        for route in self._static:
            self._static_to.setdefault(route.network, []).append(route)
            if route.interface is None:
                assert route.next_hop is not None
                self._hops.add(int(route.next_hop))
        self._settle_all()

    def learn(self, route: Route) -> None:
        """Takes a route of a protocol, in place of the one that it had to that network."""
        self._learnt[route.network] = route
        self._settle(route.network)

    def forget(self, network: IPv4Network) -> None:
        """Takes the learnt route to a network away, if there is one."""
        if self._learnt.pop(network, None) is not None:
            self._settle(network)

    def _settle_all(self) -> None:
        before = self._table.routes
        table = self._table = _Lookup()
        for route in self._connected.values():
            table.add(route)
        for route in self._learnt.values():
            usable = self._usable_part(route)
            if usable is not None and route.network not in table.routes:
                table.add(usable)
        waiting = self._static
        # A next hop may be reached through another static route: go on until nothing new is installed.
        progress = True
        while progress:
            progress, left = False, []
            for static in waiting:
                if not self._usable(static):
                    left.append(static)
                elif (made := _joined(static, table.routes.get(static.network))) is not None:
                    table.add(made)
                    progress = True
            waiting = left
        after = table.routes
        changes: list[Change] = [
            (old, after.get(network)) for network, old in before.items() if after.get(network) != old
        ]
        changes += [(None, new) for network, new in after.items() if network not in before]
        self._changed(changes, True)

    def _settle(self, network: IPv4Network) -> None:
        first, length = int(network.network_address), network.prefixlen
        # Nothing is resolved through the default route.
        if length and any(hop >> (32 - length) << (32 - length) == first for hop in self._hops):
            self._settle_all()
            return
        old = self._table.routes.get(network)
        new = self._connected.get(network)
        if new is None:
            learnt = self._learnt.get(network)
            new = None if learnt is None else self._usable_part(learnt)
            for static in self._static_to.get(network, ()):
                if self._usable(static):
                    new = _joined(static, new) or new
        if new == old:
            return
        if new is None:
            self._table.remove(network)
        else:
            self._table.add(new)
        self._changed([(old, new)], False)

    def _usable_part(self, route: Route) -> Route | None:
        """A learnt route without the paths that leave by an interface that is down."""
        if route.distance == _NEVER:
            return None
        paths = tuple(path for path in route.paths if path[1] in self._up)
        if len(paths) == len(route.paths):
            return route
        return replace(route, paths=paths) if paths else None

    def _usable(self, route: StaticRoute) -> bool:
        if route.distance == _NEVER:
            return False
        if route.interface is not None:
            return route.interface.is_null or route.interface in self._up
        assert route.next_hop is not None
        via = self._table.lookup(int(route.next_hop))
        # IOS does not resolve a next hop through the default route or through the route itself.
        return via is not None and via.network not in (DEFAULT_NETWORK, route.network)


class _Lookup:
    """The routes, and their networks by prefix length: a thousand routes are not searched one by one."""

    def __init__(self) -> None:
        self.routes: dict[IPv4Network, Route] = {}
        self._by_length: dict[int, dict[int, Route]] = {}
        self._lengths: list[int] = []

    def add(self, route: Route) -> None:
        """Takes a route, in place of one to the same network."""
        network = route.network
        self.routes[network] = route
        length = network.prefixlen
        if length not in self._by_length:
            self._by_length[length] = {}
            self._lengths = sorted(self._by_length, reverse=True)
        self._by_length[length][int(network.network_address)] = route

    def remove(self, network: IPv4Network) -> None:
        """Takes the route to a network away."""
        del self.routes[network]
        del self._by_length[network.prefixlen][int(network.network_address)]

    def lookup(self, address: int) -> Route | None:
        """The route with the longest prefix."""
        for length in self._lengths:
            found = self._by_length[length].get(address >> (32 - length) << (32 - length))
            if found is not None:
                return found
        return None


def _joined(static: StaticRoute, present: Route | None) -> Route | None:
    """The route that a static one makes beside the one that is there; None when it changes nothing."""
    path: HopPath = (static.next_hop, static.interface)
    if present is not None and present.code == STATIC and present.distance == static.distance:
        return None if path in present.paths else replace(present, paths=(*present.paths, path))
    if present is None or static.distance <= present.distance:
        return Route(STATIC, static.network, static.distance, (path,))
    return None
