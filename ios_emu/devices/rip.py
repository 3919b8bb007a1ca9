"""The router's RIP: the process at port 520, its interfaces, and what the routing table gets from it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ios_emu.devices.debugging import RIP_SUBJECTS
from ios_emu.devices.key_chains import key_chain
from ios_emu.devices.rip_debug import RipDebug
from ios_emu.services.rip_database import NetworkKey, OwnRoute, RipRoute, State
from ios_emu.services.rip_engine import RipEngine
from ios_emu.services.rip_settings import REDISTRIBUTED_METRIC, RipInterface, RipSettings
from ios_emu.services.rip_update import major_network
from ios_emu.stack.ip_interface import Prefix
from ios_emu.stack.routing import Route
from ios_emu.stack.routing_table import CONNECTED, RIP, STATIC, Change
from ios_emu.wire.ipv4 import Ipv4Packet
from ios_emu.wire.rip import ALL_RIP_ROUTERS, PORT, VERSION_2

if TYPE_CHECKING:
    from ios_emu.devices.interface import Interface
    from ios_emu.devices.router import Router
    from ios_emu.stack.interface_name import InterfaceName
    from ios_emu.stack.udp import Received, UdpSocket

# What crosses one link needs no more (IOS's own choice).
_TTL = 2
_SOURCES = {CONNECTED: "connected", STATIC: "static"}
_DEFAULT_ROUTE = (0, 0)


class RouterRip:
    """RIP of `router`. `apply` looks at the configuration anew."""

    def __init__(self, router: Router, chance: random.Random) -> None:
        self._router = router
        self._chance = chance
        self._socket: UdpSocket | None = None
        self._names: dict[str, InterfaceName] = {}
        self._addresses: frozenset[int] = frozenset()
        self._debug = RipDebug(router.debugging.active, router.dialect, router.report_debug)
        self._waiting = False
        self.engine = RipEngine(router.clock, chance, self)
        router.network.watch_routes(self._routes_changed)
        router.debugging.on_change(self.debugging_changed)

    def apply(self) -> None:
        """Starts, stops, or goes on as the configuration is now."""
        router, settings = self._router, self._router.config.rip
        if settings is None:
            self._stop()
            return
        if self._socket is None:
            node = router.network.node
            self._socket = node.udp.open(self._receive, PORT)
            node.groups.add(ALL_RIP_ROUTERS)
        interfaces = router.config.interfaces
        self._names = {str(name): name for name in interfaces}
        self._addresses = frozenset(
            int(address.ip) for interface in interfaces.values() for address in interface.addresses
        )
        self.debugging_changed()
        self.engine.apply(settings, self._interfaces(settings), self._redistributed(settings))

    def restart(self) -> None:
        """The router boots: what was learnt is forgotten."""
        self._stop()

    def debugging_changed(self) -> None:
        """`debug ip rip` was switched on or off."""
        active = self._router.debugging.active
        self.engine.trace = self._debug if active.intersection(RIP_SUBJECTS) else None

    def _stop(self) -> None:
        if self._socket is not None:
            self.engine.stop()
            self._socket.close()
            self._socket = None
            self._router.network.node.groups.discard(ALL_RIP_ROUTERS)

    def interfaces(self) -> Iterator[RipInterface]:
        """The interfaces that RIP runs on, in order."""
        yield from self.engine.interfaces.values()

    def hears(self, interface: str) -> bool:
        """Does version 2 run on an interface?"""
        found = self.engine.interfaces.get(interface)
        return found is not None and VERSION_2 in found.receives

    def _interfaces(self, settings: RipSettings) -> Iterator[RipInterface]:
        networks = set(settings.networks)
        for name, interface in sorted(self._router.config.interfaces.items()):
            if self._router.protocol_up(interface):
                attached = tuple(Prefix(int(one.ip), one.network.prefixlen) for one in interface.addresses)
                prefixes = tuple(one for one in attached if major_network(one.address)[0] in networks)
                if prefixes:
                    yield self._interface(settings, str(name), interface, prefixes, attached)

    def _interface(
        self,
        settings: RipSettings,
        name: str,
        interface: Interface,
        prefixes: tuple[Prefix, ...],
        attached: tuple[Prefix, ...],
    ) -> RipInterface:
        own = interface.rip
        keys = None if own.key_chain is None else key_chain(self._router.config.blocks, own.key_chain)
        return RipInterface(
            name,
            prefixes,
            attached,
            speaks=not interface.is_loopback,
            passive=settings.is_passive(name),
            sends=settings.sends if own.sends is None else own.sends,
            receives=settings.receives if own.receives is None else own.receives,
            split_horizon=own.split_horizon,
            broadcasts=own.broadcasts,
            summaries=tuple(own.summaries),
            keys=keys,
            digest=own.authentication == "md5",
        )

    def _redistributed(self, settings: RipSettings) -> dict[NetworkKey, OwnRoute]:
        """The routes of other sources that RIP is to tell of."""
        found: dict[NetworkKey, OwnRoute] = {}
        if settings.redistribute:
            for route in self._router.network.routing.routes.values():
                how = settings.redistribute.get(_SOURCES.get(route.code, ""))
                if how is not None:
                    metric = how.metric or settings.default_metric or REDISTRIBUTED_METRIC
                    found[_key(route.network)] = OwnRoute(metric)
        if settings.default_information:
            found[_DEFAULT_ROUTE] = OwnRoute(REDISTRIBUTED_METRIC)
        return found

    def _routes_changed(self, changes: list[Change]) -> None:
        """The routing table changed: what it prefers to RIP is not told, what is redistributed is."""
        if self._socket is None:
            return
        foreign = False
        for old, new in changes:
            route = new or old
            assert route is not None
            self.engine.hide(_key(route.network), new is not None and new.code != RIP)
            foreign = foreign or any(one is not None and one.code in _SOURCES for one in (old, new))
        settings = self._router.config.rip
        if foreign and settings is not None and settings.redistribute and not self._waiting:
            self._waiting = True
            self._router.clock.call_soon(self._redistribute)

    def _redistribute(self) -> None:
        self._waiting = False
        self.apply()

    def ages(self, network: IPv4Network) -> dict[IPv4Address, int]:
        """When a network was told of last, by next hop, in lab time."""
        route = self.engine.learnt.get(_key(network))
        return {} if route is None else {IPv4Address(one.next_hop): one.updated for one in route.paths}

    def tells_of(self, network: IPv4Network) -> bool:
        """Is a network one of its own, connected or redistributed?"""
        return _key(network) in self.engine.own

    # What the process asks

    def send(self, interface: str, source: int, destination: int, port: int, payload: bytes) -> None:
        """Sends a message from port 520 out of an interface."""
        out = self._router.network.named(interface)
        if out is not None and self._socket is not None:
            self._socket.send(destination, port, payload, source=source, interface=out, ttl=_TTL)

    def is_own(self, address: int) -> bool:
        """Is it an address of the router's own?"""
        return address in self._addresses

    def install(self, network: NetworkKey, route: RipRoute) -> None:
        """The routing table takes a route."""
        paths = tuple((IPv4Address(path.next_hop), self._names[path.interface]) for path in route.paths)
        line = Route(
            RIP, IPv4Network(network), route.distance, paths, route.metric, route.state is State.HELD
        )
        table = self._router.network.routing
        table.learn(line)
        present = table.routes.get(line.network)
        route.hidden = present is not None and present.code != RIP

    def withdraw(self, network: NetworkKey) -> None:
        """The routing table loses a route."""
        self._router.network.routing.forget(IPv4Network(network))

    def permits(self, list_: str, network: NetworkKey) -> bool:
        """Does an access list let a network through? One that does not exist does.

        An extended list's source would be the gateway; its destination is the network.
        """
        access_list = self._router.config.access_lists.get(list_)
        if access_list is None:
            return True
        if access_list.extended:
            return access_list.permits(Ipv4Packet(0, network[0], 0, b""))
        return access_list.permits_address(network[0])

    def _receive(self, received: Received) -> None:
        self.engine.receive(received.interface.name, received.source, received.source_port, received.payload)


def _key(network: IPv4Network) -> NetworkKey:
    return int(network.network_address), network.prefixlen
