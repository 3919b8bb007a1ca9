"""Network address translation of a router (RFC 2663, RFC 3022), as IOS does it.

Read this first of the modules `nat_*`. A packet from an inside interface to an outside one is translated when
it has been routed; one that comes in on an outside interface, before it is. The first packet of a flow makes
an extended entry, from the static and dynamic mappings; all others find it by one look into a dictionary. An
entry of a flow keeps what must be added to checksums (RFC 1624), so that nothing is summed up anew.
"""

from __future__ import annotations

from collections.abc import Callable

from ios_emu.clock import Clock
from ios_emu.stack.ip_interface import IpInterface
from ios_emu.stack.nat_detours import Detours
from ios_emu.stack.nat_entry import FlowKey, NatEntry
from ios_emu.stack.nat_icmp import ERRORS, QUERIES, REQUESTS, quotation
from ios_emu.stack.nat_mappings import Mappings, Refused, Station
from ios_emu.stack.nat_rules import DynamicRule, NatCounters, NatEvent, Timeouts
from ios_emu.stack.nat_table import NatTable
from ios_emu.stack.nat_words import INSIDE_DESTINATION, INSIDE_SOURCE, OUTSIDE_SOURCE
from ios_emu.wire.ipv4 import ICMP, TCP, UDP, Ipv4Packet

_DNS = 53
_FIN, _SYN, _RST, _ACK = 0x01, 0x02, 0x04, 0x10
_OPENS_OR_ENDS = _FIN | _SYN | _RST
_TCP_HEADER = 20
_HEADER = 8


class Nat:
    """The translations of one router.

    `unreachable` tells the sender of a packet that none could be made for it; `reserved` says whether the
    router itself uses a port (protocol, address, port).
    """

    def __init__(
        self,
        clock: Clock,
        *,
        unreachable: Callable[[IpInterface, Ipv4Packet], None] = lambda interface, packet: None,
        reserved: Callable[[int, int, int], bool] = lambda protocol, address, port: False,
    ) -> None:
        # The names of the interfaces on the two sides.
        self.inside: frozenset[str] = frozenset()
        self.outside: frozenset[str] = frozenset()
        self.timeouts = Timeouts()
        self.max_entries: int | None = None
        self.counters = NatCounters()
        self.trace: Callable[[NatEvent], None] | None = None
        # Is told when the addresses, or the ports, of a mapping are all in use.
        self.exhausted: Callable[[DynamicRule, Ipv4Packet], None] = lambda rule, packet: None
        # Is told of each address that is given to a station, or taken back.
        self.assigned: Callable[[NatEntry], None] = lambda entry: None
        self.table = NatTable(clock, self._gone, self._expired)
        self.mappings = Mappings(self.table, self._add_simple, self._exhausted, reserved)
        self._detours = Detours(self.table)
        self._clock = clock
        self._unreachable = unreachable

    # The seam

    def leaving(self, arrived: IpInterface, packet: Ipv4Packet, leaves: IpInterface) -> Ipv4Packet | None:
        """The packet as it leaves; None when it is dropped."""
        if leaves.name not in self.outside or arrived.name not in self.inside:
            return packet
        key = None if packet.fragment_offset else _key(packet)
        if key is None:
            return self._by_another_way(packet, outbound=True)
        entry = self.table.flows_out.get(key)
        fast = entry is not None
        if entry is None:
            try:
                entry = self._flow_out(packet, key)
            except Refused:
                self._fail(packet)
                self._unreachable(arrived, packet)
                return None
            if entry is None:
                return packet
        after = entry.outwards(packet)
        self._note(entry, packet, after, fast, outbound=True)
        return after

    def arriving(self, interface: IpInterface, packet: Ipv4Packet) -> Ipv4Packet | None:
        """The packet as it is routed; None when it is dropped."""
        if interface.name not in self.outside:
            return packet
        key = None if packet.fragment_offset else _key(packet)
        if key is None:
            return self._by_another_way(packet, outbound=False)
        entry = self.table.flows_in.get(key)
        if entry is not None and entry.bound and packet.protocol == ICMP and packet.payload[0] in REQUESTS:
            # It only happens to have the identifier of a flow that shares the address.
            entry = None
        fast = entry is not None
        if entry is None:
            try:
                entry = self._flow_in(packet, key)
            except Refused:
                self._fail(packet)
                return None
            if entry is None:
                if self.answers_for(interface, packet.destination):
                    # The address is only here to be translated: nobody else has it.
                    self._fail(packet)
                    return None
                return packet
        after = entry.inwards(packet)
        self._note(entry, packet, after, fast, outbound=False)
        return after

    def answers_for(self, interface: IpInterface, address: int) -> bool:
        """Does ARP answer for that address on the link of `interface`: are packets translated to it?"""
        prefix = interface.prefix_of(address)
        if prefix is None or interface.holds(address) or address in interface.broadcasts:
            return False
        table = self.table
        if interface.name in self.outside:
            simple = table.by_global.get(address)
            services = (one for key, one in table.services_by_global.items() if key[1] == address)
            kind = INSIDE_SOURCE
        elif interface.name in self.inside:
            simple = table.outside_by_local.get(address)
            services = (one for key, one in table.outside_services_by_local.items() if key[1] == address)
            kind = OUTSIDE_SOURCE
        else:
            return False
        if simple is not None:
            return simple.alias
        return any(one.alias for one in services) or self.mappings.holds(kind, address)

    # Packets

    def _note(
        self, entry: NatEntry, before: Ipv4Packet, after: Ipv4Packet, fast: bool, *, outbound: bool
    ) -> None:
        """A packet used an entry."""
        entry.used = self._clock.now
        self.counters.hits += 1
        if before.protocol == TCP:
            flags = before.payload[13]
            if flags & _OPENS_OR_ENDS or entry.opening:
                self._follow(entry, flags)
        if before.more_fragments:
            self._detours.note_first(before, entry, outbound)
        if self.trace is not None:
            self.trace(NatEvent("translated", before, after, fast, outbound, entry))

    def _follow(self, entry: NatEntry, flags: int) -> None:
        """What a segment says of its connection: it is opened, open, or closed."""
        if flags & (_FIN | _RST):
            if not entry.closing:
                entry.closing, entry.opening = True, False
                self.table.set_timeout(entry, self.timeouts.finrst)
        elif flags & _SYN:
            if not flags & _ACK:
                entry.opening, entry.closing = True, False
                self.table.set_timeout(entry, self.timeouts.syn)
        elif not entry.closing:
            entry.opening = False
            self.table.set_timeout(entry, self.timeouts.tcp)

    def _by_another_way(self, packet: Ipv4Packet, *, outbound: bool) -> Ipv4Packet | None:
        """An ICMP error, a fragment behind the first, or what is too short for its protocol."""
        detours = self._detours
        if packet.fragment_offset:
            after = detours.fragment_out(packet) if outbound else detours.fragment_in(packet)
        else:
            about = quotation(packet.payload) if packet.protocol == ICMP else None
            if about is None:
                self.counters.malformed += 1
                return None
            after = detours.error_out(packet, about) if outbound else detours.error_in(packet, about)
        if after is None:
            # It would need a port and has none; it may pass only if it is not to be translated.
            if outbound and self.mappings.translates(packet):
                self._fail(packet)
                return None
            return packet
        self.counters.hits += 1
        if self.trace is not None:
            self.trace(NatEvent("translated", packet, after, True, outbound))
        return after

    def _fail(self, packet: Ipv4Packet) -> None:
        self.counters.misses += 1
        if self.trace is not None:
            self.trace(NatEvent("failed", packet))

    # New flows

    def _flow_out(self, packet: Ipv4Packet, key: FlowKey) -> NatEntry | None:
        """The entry for a flow that begins on the inside; None where nothing is to be translated."""
        protocol, source, destination, _ = key
        local_port, remote_port = _ports(key)
        self._check_limit()
        remote = self.mappings.outside_global_of(protocol, destination, remote_port)
        own = self.mappings.global_of(packet, protocol, source, local_port)
        if own is None and remote is None:
            return None
        own = own or Station(source, local_port)
        remote = remote or Station(destination, remote_port)
        if protocol == ICMP:
            ports = (local_port, own.port, local_port, own.port)
        else:
            ports = (local_port, own.port, remote_port, remote.port)
        entry = _flow(protocol, (source, own.address), (destination, remote.address), ports, own, remote)
        if entry.key_in in self.table.flows_in:
            if own.bound:
                self.mappings.unbind(protocol, own.address, source, local_port)
            raise Refused
        return self._add_flow(entry)

    def _flow_in(self, packet: Ipv4Packet, key: FlowKey) -> NatEntry | None:
        """The entry for a flow that begins on the outside; None where nothing is to be translated."""
        protocol, source, destination, _ = key
        remote_port, global_port = _ports(key)
        own = self.mappings.local_of(packet, protocol, destination, global_port)
        remote = self.mappings.outside_local_of(packet, protocol, source, remote_port)
        if own is None and remote is None:
            return None
        self._check_limit()
        own = own or Station(destination, global_port)
        remote = remote or Station(source, remote_port)
        ports = (own.port, global_port, remote.port, remote_port)
        entry = _flow(protocol, (own.address, destination), (remote.address, source), ports, own, remote)
        if entry.key_out in self.table.flows_out:
            raise Refused
        return self._add_flow(entry)

    def _check_limit(self) -> None:
        if self.max_entries is not None and len(self.table) >= self.max_entries:
            self.counters.over_limit += 1
            raise Refused

    def _add_flow(self, entry: NatEntry) -> NatEntry:
        timeouts = self.timeouts
        if entry.protocol == TCP:
            timeout = timeouts.tcp
        elif entry.protocol == UDP:
            timeout = timeouts.dns if _DNS in entry.ports else timeouts.udp
        else:
            timeout = timeouts.icmp if entry.protocol == ICMP else timeouts.simple
        self.counters.made += 1
        self._add(entry, timeout)
        return entry

    # Entries that come and go

    def add_static(self, entry: NatEntry) -> None:
        """Takes a static mapping, and ends what was given the same addresses before."""
        entry.static = True
        for other in self.table.in_the_way_of(entry):
            if not other.static:
                self.remove(other)
        self._add(entry, 0)

    def remove(self, entry: NatEntry) -> None:
        """Takes an entry away, and with it the flows that are instances of it."""
        for child in self.table.children_of(entry):
            self.table.remove(child)
        self.table.remove(entry)

    def remove_rule(self, rule: DynamicRule) -> None:
        """Takes away all entries that a dynamic mapping made."""
        self._remove_all([entry for entry in self.table if entry.rule is rule])

    def clear(self) -> None:
        """Takes all dynamic entries away."""
        self._remove_all([entry for entry in self.table if not entry.static])

    def _remove_all(self, entries: list[NatEntry]) -> None:
        # The flows first: then hardly any simple entry has flows that would have to be looked for.
        for entry in sorted(entries, key=lambda one: not one.extended):
            if entry in self.table:
                self.remove(entry)

    def follow_addresses(self) -> None:
        """Ends the entries of an interface's mapping when the interface has got another address."""
        for rule in self.mappings.rules:
            if rule.pool is None:
                address = rule.address()
                if address != rule.last_address:
                    rule.last_address = address
                    self.remove_rule(rule)

    def _add(self, entry: NatEntry, timeout: int) -> None:
        self.table.add(entry, timeout)
        if len(self.table) > self.counters.peak:
            self.counters.peak = len(self.table)
            self.counters.peak_at = self._clock.now

    def _add_simple(self, entry: NatEntry) -> None:
        self._add(entry, self.timeouts.simple)
        self.assigned(entry)

    def _exhausted(self, rule: DynamicRule, packet: Ipv4Packet) -> None:
        if self.trace is not None:
            self.trace(NatEvent("no address", packet, rule=rule))
        self.exhausted(rule, packet)

    def _gone(self, entry: NatEntry) -> None:
        self.mappings.release(entry)
        if not entry.extended:
            self.assigned(entry)

    def _expired(self, entry: NatEntry) -> None:
        self.counters.expired += 1
        if self.trace is not None:
            self.trace(NatEvent("expiring", entry=entry))


def _flow(
    protocol: int,
    inside: tuple[int, int],
    outside: tuple[int, int],
    ports: tuple[int, int, int, int],
    own: Station,
    remote: Station,
) -> NatEntry:
    parents = tuple(one.parent for one in (own, remote) if one.parent is not None)
    rule = own.rule or remote.rule
    entry = NatEntry(protocol, inside, outside, ports, extended=True, rule=rule, parents=parents)
    entry.bound = own.bound
    entry.outside = remote.parent is not None
    entry.destination = own.rule is not None and own.rule.kind == INSIDE_DESTINATION
    return entry


def _key(packet: Ipv4Packet) -> FlowKey | None:
    """The flow of a packet; None of one that is of no flow by itself: an ICMP error, or malformed."""
    protocol, payload = packet.protocol, packet.payload
    if protocol == TCP:
        return (TCP, packet.source, packet.destination, payload[:4]) if len(payload) >= _TCP_HEADER else None
    if protocol == UDP:
        return (UDP, packet.source, packet.destination, payload[:4]) if len(payload) >= _HEADER else None
    if protocol == ICMP:
        if len(payload) < _HEADER or payload[0] in ERRORS:
            return None
        if payload[0] in QUERIES:
            return ICMP, packet.source, packet.destination, payload[4:6]
    return protocol, packet.source, packet.destination, b""


def _ports(key: FlowKey) -> tuple[int, int]:
    """The ports of a flow, from its key; of ICMP twice the identifier."""
    ports = key[3]
    return int.from_bytes(ports[:2]), int.from_bytes(ports[2:] or ports)
