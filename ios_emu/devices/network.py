"""A device's side of the wire: its ports, and the IPv4 node behind them, kept as the configuration says.

A change of the configuration is carried out when the next packet is sent or received, or a moment later: a
configuration of thousands of lines is not carried out line by line.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ios_emu.clock import MILLISECOND, Clock
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.forward_protocol import FORWARDED
from ios_emu.devices.interface import Interface
from ios_emu.devices.traffic import Traffic
from ios_emu.stack.cable import Port
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.routing import Route
from ios_emu.stack.routing_table import Change, RoutingTable
from ios_emu.wire.ethernet import MacAddress

if TYPE_CHECKING:
    from ios_emu.devices.ios_device import IosDevice
    from ios_emu.devices.packet_filters import PacketFilters
    from ios_emu.services.small_servers import SmallServers
    from ios_emu.stack.forwarding import ForwardingEntry, Hop
    from ios_emu.stack.ip_interface import IpInterface
    from ios_emu.stack.node import Node
    from ios_emu.stack.tcp import TcpStack
    from ios_emu.wire.ipv4 import Ipv4Packet

_TTL = 255
# IOS sends one unreachable in half a second; Packet Tracer as many as it is asked for.
_UNREACHABLE_INTERVAL = {Dialect.IOS: 500 * MILLISECOND, Dialect.PACKET_TRACER: 0}
_MOST_RECURSIONS = 8
# A change waits so long for others, unless somebody sends or receives before.
_SETTLING = 50 * MILLISECOND


def _nobody(frame: bytes) -> None:
    """Takes the frames of a port that no interface uses."""


class DeviceNetwork:
    """Ports and node of `device`. `changed` is called for whatever may concern them."""

    forwards = True

    def __init__(
        self, device: IosDevice, clock: Clock, chance: random.Random, ports: dict[InterfaceName, Port]
    ) -> None:
        self.ports = ports
        self._device = device
        self._clock = clock
        self._chance = chance
        self._made: Node | None = None
        self._tcp_services: list[Callable[[TcpStack], object]] = []
        self.traffic = Traffic(clock, self.ports)
        # May an interface have to ask for a lease? Who configures `ip address dhcp` says so.
        self.leasing = False
        # May RIP have something new to tell?
        self.telling = False
        # The helper addresses of each interface that has any.
        self.helpers: dict[str, tuple[int, ...]] = {}
        self.forwarded_udp = FORWARDED
        self._interfaces: dict[InterfaceName, IpInterface] = {}
        self._named: dict[str, IpInterface] = {}
        self._servers: SmallServers | None = None
        self._filters: PacketFilters | None = None
        self._pending = self._awaited = False
        self._applied: list[Callable[[], None]] = []
        self._table = RoutingTable(self._routes_changed)
        self._route_watchers: list[Callable[[list[Change]], None]] = []
        self._applying = False
        self._wires = self._claim()

    def _claim(self) -> list[Port]:
        """Takes the ports over; the node hears what comes in at those that are returned."""
        for name, port in self.ports.items():
            port.set_enabled(False)
            port.carrier_changed = partial(self._carrier_changed, name)
        return list(self.ports.values())

    @property
    def node(self) -> Node:
        """The IPv4 node, as the configuration is at this moment."""
        if self._pending:
            self._apply()
        return self._node

    @property
    def routing(self) -> RoutingTable:
        """The routing table, as the configuration is at this moment."""
        if self._pending:
            self._apply()
        return self._table

    @property
    def _node(self) -> Node:
        """The node, made when it is first needed: the first prompt does not wait for it."""
        if self._made is None:
            from ios_emu.stack.node import Node

            self._made = Node(
                self._clock, self._chance, forwards=self.forwards, ttl=_TTL, duplicate=self._duplicate
            )
            self._made.tcp_services += self._tcp_services
            self._made.others = self._other_frame
        return self._made

    @property
    def filters(self) -> PacketFilters:
        """The access lists in the way of packets, made when they are first needed."""
        if self._filters is None:
            from ios_emu.devices.packet_filters import PacketFilters

            self._filters = PacketFilters(self._device)
        return self._filters

    def carrier(self, name: InterfaceName) -> bool:
        """Has the port, or the port of that sub-interface, a live cable?"""
        port = self.ports.get(name.parent)
        return port is not None and port.carrier

    def interface(self, name: InterfaceName) -> IpInterface | None:
        """What IPv4 knows of that interface."""
        return self._interfaces.get(name)

    def named(self, name: str) -> IpInterface | None:
        """What IPv4 knows of the interface of that full name."""
        return self._named.get(name)

    def with_tcp(self, listen: Callable[[TcpStack], object]) -> None:
        """Adds a service that listens once TCP is used for the first time."""
        self._tcp_services.append(listen)

    def on_change(self, apply: Callable[[], None]) -> None:
        """Adds a part of the device that looks at the configuration anew after each change."""
        self._applied.append(apply)

    def watch_routes(self, watch: Callable[[list[Change]], None]) -> None:
        """Adds who is told of each change of the routing table, unless it is there already."""
        if watch not in self._route_watchers:
            self._route_watchers.append(watch)

    def changed(self, *, telling: bool = False) -> None:
        """The configuration may have changed: it is carried out with the next packet, or in a moment.

        With `telling`, so may have what RIP tells its neighbours: that is waited for.
        """
        self.telling |= telling
        # A lease that is about to be asked for is waited for, and what RIP is about to tell its neighbours.
        leasing = self.leasing or (self.telling and self._device.config.rip is not None)
        if self._pending and (self._awaited or not leasing):
            return
        self._awaited = leasing
        self._clock.call_later(_SETTLING, self._apply_pending, background=not leasing)
        if self._pending:
            return
        self._pending = True
        for port in self._wires:
            port.receive = partial(self._receive, port)

    def settle(self) -> None:
        """Carries out a change at once, if one waits."""
        self._apply_pending()

    def restart(self) -> None:
        """The device boots: what it learnt is forgotten, and its ports are as the configuration says."""
        if self._made is not None:
            self._made.arp.forget()
        self._interfaces.clear()
        self.traffic.restart()
        if self._filters is not None:
            self._filters.log.restart()
        interfaces = self._device.config.interfaces.values()
        self.leasing = any(interface.dhcp is not None for interface in interfaces)
        for interface in interfaces:
            self.set_enabled(interface)
        self.changed(telling=True)

    def set_enabled(self, interface: Interface) -> None:
        """Switches a port on or off at once, as `shutdown` does."""
        port = self.ports.get(interface.name)
        if port is not None:
            port.set_enabled(not interface.shutdown)

    def _receive(self, port: Port, frame: bytes) -> None:
        """A frame has come before the change was carried out: that is done first."""
        port.receive = _nobody
        self._apply_pending()
        port.receive(frame)

    def _apply_pending(self) -> None:
        if self._pending:
            self._apply()

    def _apply(self) -> None:
        self._pending = self.telling = False
        device, config = self._device, self._device.config
        self.leasing = any(interface.dhcp is not None for interface in config.interfaces.values())
        for interface in config.interfaces.values():
            self.set_enabled(interface)
        present = {}
        for name, interface in sorted(config.interfaces.items()):
            present[name] = self._ip_interface(name, interface)
        self._interfaces = present
        self._named = {found.name: found for found in present.values()}
        self.helpers = {
            str(name): tuple(map(int, interface.helper_addresses))
            for name, interface in config.interfaces.items()
            if interface.helper_addresses
        }
        self.forwarded_udp = config.forwarded_udp
        self._node.broadcast_udp = self._helper() if self.helpers else None
        self._node.source_routes = "ip source-route" not in config.kept
        self._node.icmp.unreachable_interval = _UNREACHABLE_INTERVAL[device.dialect]
        self._applying = True
        try:
            self._table.configure(device.connected_routes(), device.static_routes())
        finally:
            self._applying = False
        self._node.configure(present.values(), self._forwarding(self._table.routes.values()))
        self._serve(config.tcp_small_servers)
        if self._filters or any(interface.access_groups for interface in config.interfaces.values()):
            self.filters.apply()
        for apply in self._applied:
            apply()

    def _helper(self) -> Callable[[IpInterface, Ipv4Packet], None]:
        from ios_emu.devices.udp_helper import UdpHelper

        return UdpHelper(self).forward

    def _serve(self, small_servers: bool) -> None:
        if small_servers and self._servers is None:
            from ios_emu.services.small_servers import SmallServers

            self._servers = SmallServers(self._node.tcp, lambda: self._device.now)
        if self._servers is not None:
            self._servers.set(small_servers)

    def _ip_interface(self, name: InterfaceName, interface: Interface) -> IpInterface:
        from ios_emu.stack.ip_interface import DEFAULT_MTU, IpInterface, Prefix

        port, vlan = self._wire_of(interface)
        known = self._interfaces.get(name)
        mac = interface.mac or MacAddress(bytes(6))
        if known is None or known.port is not port or known.vlan != vlan or known.mac != mac:
            known = IpInterface(str(name), port, mac, vlan)
        known.mtu = interface.ip_mtu or interface.mtu or DEFAULT_MTU
        self.traffic.set_period(name, interface.load_interval)
        known.unreachables = "ip unreachables" not in interface.kept
        known.redirects = "ip redirects" not in interface.kept
        known.proxy_arp = "ip proxy-arp" not in interface.kept
        known.up = self._device.protocol_up(interface)
        known.set_addresses(tuple(Prefix(int(one.ip), one.network.prefixlen) for one in interface.addresses))
        return known

    def _wire_of(self, interface: Interface) -> tuple[Port | None, int | None]:
        """The port that an interface is on, and the VLAN of its frames; None where they have no tag."""
        tag = interface.encapsulation
        vlan = None if tag is None or tag.native else tag.vlan
        # A sub-interface without an encapsulation hears nothing.
        silent = interface.is_subinterface and tag is None
        return None if silent else self.ports.get(interface.name.parent), vlan

    def _routes_changed(self, changes: list[Change], hops: bool) -> None:
        """Brings the forwarding table after the routing table, and tells who watches."""
        if not self._applying:
            forwarding = self._node.forwarding
            if hops:
                forwarding.replace(self._forwarding(self._table.routes.values()))
            for old, new in () if hops else changes:
                entry = None if new is None else self._entry(new)
                if entry is not None:
                    forwarding.set(entry)
                elif old is not None:
                    forwarding.remove(int(old.network.network_address), old.network.prefixlen)
        for watch in self._route_watchers if changes else ():
            watch(changes)

    def _forwarding(self, routes: Iterable[Route]) -> Iterator[ForwardingEntry]:
        for route in routes:
            entry = self._entry(route)
            if entry is not None:
                yield entry

    def _entry(self, route: Route) -> ForwardingEntry | None:
        """Where packets of a route go; None when that can't be told."""
        from ios_emu.stack.forwarding import ForwardingEntry, Hop

        hops: list[Hop] = []
        for next_hop, name in route.paths:
            found = self._interfaces.get(name) if name is not None else None
            if next_hop is None:
                if found is not None:
                    hops.append(Hop(found, None))
                continue
            hop: int | None = int(next_hop)
            if found is None:
                found, hop = self._resolve(int(next_hop))
            if found is not None:
                hops.append(Hop(found, hop))
        # What leads to Null0 has an entry without a hop: it hides the less exact ones.
        if not hops and not any(name is not None and name.is_null for _, name in route.paths):
            return None
        return ForwardingEntry(int(route.network.network_address), route.network.prefixlen, tuple(hops))

    def _resolve(self, next_hop: int) -> tuple[IpInterface | None, int]:
        """The interface that a next hop is behind, through other static routes if need be."""
        for _ in range(_MOST_RECURSIONS):
            via = self._table.lookup(next_hop)
            if via is None:
                break
            further, name = via.paths[0]
            if name is not None:
                return self._interfaces.get(name), next_hop if further is None else int(further)
            assert further is not None
            next_hop = int(further)
        return None, next_hop

    def _carrier_changed(self, name: InterfaceName) -> None:
        if self.ports[name].carrier:
            self.traffic.watch()
        self._device.carrier_changed(name)
        self._device.cdp.carrier_changed(name)
        self.changed(telling=True)

    def _other_frame(self, interface: IpInterface, frame: bytes) -> None:
        """A frame that is neither IP nor ARP, and not tagged: that of a neighbour that speaks CDP?"""
        if interface.port is not None and interface.vlan is None:
            self._device.cdp.receive(interface.port.name, frame)

    def _duplicate(self, interface: IpInterface, address: int, mac: MacAddress) -> None:
        self._device.report(
            "IP-4-DUPADDR",
            f"Duplicate address {IPv4Address(address)} on {interface.name}, sourced by {mac}",
        )
