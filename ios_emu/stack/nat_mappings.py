"""Whose other address is which: the static and dynamic mappings of NAT, and what they give out.

A question is answered by the first that knows: a static entry of the port, a simple entry of the address, a
static network, then the dynamic mappings in their order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ios_emu.stack.nat_entry import ANY, NOWHERE, NatEntry
from ios_emu.stack.nat_pool import PortBindings
from ios_emu.stack.nat_rules import DynamicRule, StaticNetwork
from ios_emu.stack.nat_table import NatTable
from ios_emu.stack.nat_words import INSIDE_DESTINATION, INSIDE_SOURCE, OUTSIDE_SOURCE, ROTARY
from ios_emu.wire.ipv4 import ICMP, TCP, UDP, Ipv4Packet

WITH_PORTS = (TCP, UDP, ICMP)


class Refused(Exception):
    """There is no translation for a packet that must have one."""


class Station(NamedTuple):
    """The other address and port of a station, and where they come from. `bound`: the port is its own."""

    address: int
    port: int
    parent: NatEntry | None = None
    rule: DynamicRule | None = None
    bound: bool = False


class Mappings:
    """The mappings over `table`. `add` takes a new simple entry; `exhausted` is told of one that has no more.

    `reserved` says whether the router itself uses a port (protocol, address, port).
    """

    def __init__(
        self,
        table: NatTable,
        add: Callable[[NatEntry], None],
        exhausted: Callable[[DynamicRule, Ipv4Packet], None],
        reserved: Callable[[int, int, int], bool],
    ) -> None:
        self.rules: list[DynamicRule] = []
        self.networks: list[StaticNetwork] = []
        self.ports = PortBindings(self._port_taken)
        self._table = table
        self._add = add
        self._exhausted = exhausted
        self._reserved = reserved

    def translates(self, packet: Ipv4Packet) -> bool:
        """Is there a dynamic mapping for the source of a packet from the inside?"""
        return any(rule.kind == INSIDE_SOURCE and rule.permits(packet) for rule in self.rules)

    def holds(self, kind: str, address: int) -> bool:
        """Is that address of the pool of such a mapping, or of a static network?"""
        if kind == INSIDE_SOURCE and any(one.to_local(address) is not None for one in self.networks):
            return True
        return any(
            rule.kind == kind and rule.pool is not None and address in rule.pool for rule in self.rules
        )

    def global_of(self, packet: Ipv4Packet, protocol: int, local: int, port: int) -> Station | None:
        """What an inside station is outside. Raises Refused where a mapping has nothing left for it."""
        table = self._table
        service = table.services_by_local.get((protocol, local, port))
        if service is not None:
            return Station(service.inside_global, service.ports[1], service)
        simple = table.by_local.get(local)
        if simple is not None:
            return Station(simple.inside_global, port, simple, simple.rule)
        for network in self.networks:
            global_ = network.to_global(local)
            if global_ is not None:
                return Station(global_, port)
        for rule in self.rules:
            if rule.kind == INSIDE_SOURCE and rule.permits(packet):
                given = (
                    self._shared(rule, protocol, local, port)
                    if rule.overload
                    else self._alone(rule, local, port)
                )
                if given is None:
                    self._exhaust(rule, packet)
                return given
        return None

    def local_of(self, packet: Ipv4Packet, protocol: int, global_: int, port: int) -> Station | None:
        """Which inside station a packet from the outside is for."""
        table = self._table
        service = table.services_by_global.get((protocol, global_, port))
        if service is not None:
            return Station(service.inside_local, service.ports[0], service)
        simple = table.by_global.get(global_)
        if simple is not None:
            return Station(simple.inside_local, port, simple, simple.rule)
        for network in self.networks:
            local = network.to_local(global_)
            if local is not None:
                return Station(local, port)
        if protocol == TCP:
            for rule in self.rules:
                if rule.kind == INSIDE_DESTINATION and rule.pool is not None and rule.permits(packet):
                    return Station(rule.pool.rotate(), port, None, rule)
        return None

    def outside_global_of(self, protocol: int, local: int, port: int) -> Station | None:
        """What an outside station is outside."""
        table = self._table
        service = table.outside_services_by_local.get((protocol, local, port))
        if service is not None:
            return Station(service.outside_global, service.ports[3], service)
        simple = table.outside_by_local.get(local)
        return None if simple is None else Station(simple.outside_global, port, simple, simple.rule)

    def outside_local_of(self, packet: Ipv4Packet, protocol: int, global_: int, port: int) -> Station | None:
        """What an outside station is inside. Raises Refused where a mapping has nothing left for it."""
        table = self._table
        service = table.outside_services_by_global.get((protocol, global_, port))
        if service is not None:
            return Station(service.outside_local, service.ports[2], service)
        simple = table.outside_by_global.get(global_)
        if simple is not None:
            return Station(simple.outside_local, port, simple, simple.rule)
        for rule in self.rules:
            if rule.kind == OUTSIDE_SOURCE and rule.pool is not None and rule.permits(packet):
                local = rule.pool.allocate(global_, table.outside_by_local.__contains__)
                if local is None:
                    self._exhaust(rule, packet)
                else:
                    simple = NatEntry(ANY, (NOWHERE, NOWHERE), (local, global_), rule=rule)
                    simple.outside = True
                    self._add(simple)
                    return Station(local, port, simple, rule)
        return None

    def release(self, entry: NatEntry) -> None:
        """An entry has left: what its mapping gave it is free again."""
        pool = None if entry.rule is None else entry.rule.pool
        if not entry.extended:
            if pool is not None:
                pool.release(entry.outside_local if entry.outside else entry.inside_global)
        elif entry.bound:
            self.unbind(entry.protocol, entry.inside_global, entry.inside_local, entry.ports[0])
            if pool is not None and not self.ports.in_use(entry.inside_global):
                pool.release(entry.inside_global)

    def unbind(self, protocol: int, global_: int, local: int, port: int) -> None:
        """One flow less has the port that was bound for an inside station."""
        self.ports.release(protocol, global_, (local, port))

    def _shared(self, rule: DynamicRule, protocol: int, local: int, port: int) -> Station | None:
        """A port of an address that many share."""
        for address in _addresses(rule):
            if address in self._table.by_global:
                continue
            if protocol not in WITH_PORTS:
                return Station(address, 0, None, rule)
            given = self.ports.bind(protocol, address, (local, port))
            if given is not None:
                if rule.pool is not None:
                    rule.pool.allocated[address] = NOWHERE
                return Station(address, given, None, rule, bound=True)
        return None

    def _alone(self, rule: DynamicRule, local: int, port: int) -> Station | None:
        """An address for this station alone."""
        address: int | None
        if rule.pool is not None:
            address = None if rule.pool.kind == ROTARY else rule.pool.allocate(local, self._address_taken)
        else:
            address = rule.address()
            if address is not None and self._address_taken(address):
                address = None
        if address is None:
            return None
        simple = NatEntry(ANY, (local, address), (NOWHERE, NOWHERE), rule=rule)
        self._add(simple)
        return Station(address, port, simple, rule)

    def _exhaust(self, rule: DynamicRule, packet: Ipv4Packet) -> None:
        if rule.pool is not None:
            rule.pool.misses += 1
        self._exhausted(rule, packet)
        raise Refused

    def _address_taken(self, address: int) -> bool:
        return address in self._table.by_global or self.ports.in_use(address)

    def _port_taken(self, protocol: int, address: int, port: int) -> bool:
        static = (protocol, address, port) in self._table.services_by_global
        return static or self._reserved(protocol, address, port)


def _addresses(rule: DynamicRule) -> range | tuple[int, ...]:
    """The addresses that a mapping with `overload` shares out, the first one first."""
    if rule.pool is not None:
        return () if rule.pool.kind == ROTARY else range(rule.pool.first, rule.pool.last + 1)
    address = rule.address()
    return () if address is None else (address,)
