"""What is of no flow by itself: ICMP errors, and fragments behind the first.

An error goes the way of the packet that it quotes, a fragment that of the first one of its packet. Where
neither is known, a simple entry of the address does.
"""

from __future__ import annotations

from ios_emu.stack.nat_entry import NatEntry, moved, readdressed
from ios_emu.stack.nat_icmp import Quotation, requoted
from ios_emu.stack.nat_table import NatTable
from ios_emu.wire.ipv4 import Ipv4Packet

_MOST = 256

_Fragmented = tuple[bool, int, int, int, int]


class Detours:
    """The ways of such packets through `table`. Each method returns None where no way is known."""

    def __init__(self, table: NatTable) -> None:
        self._table = table
        # The entries of the last packets that came in pieces.
        self._first: dict[_Fragmented, NatEntry] = {}

    def error_out(self, packet: Ipv4Packet, about: Quotation) -> Ipv4Packet | None:
        """An error about a packet from the outside: it tells of the addresses that the outside knows."""
        table = self._table
        simple = table.by_local.get(packet.source)
        entry = table.flows_out.get(about.reversed_key) if about.ports else None
        if entry is not None:
            inner = about._replace(
                source=entry.outside_global, destination=entry.inside_global, ports=entry.key_in[3]
            )
            # A router inside that has no global address speaks with that of the station.
            source = entry.inside_global if simple is None else simple.inside_global
            own = packet.destination == entry.outside_local
            target = entry.outside_global if own else self._outside_global(packet.destination)
            return requoted(packet, source, target, about, inner)
        told = table.by_local.get(about.destination)
        if simple is None or told is None:
            return None
        inner = about._replace(source=self._outside_global(about.source), destination=told.inside_global)
        target = self._outside_global(packet.destination)
        return requoted(packet, simple.inside_global, target, about, inner)

    def error_in(self, packet: Ipv4Packet, about: Quotation) -> Ipv4Packet | None:
        """An error about a packet from the inside: it tells of the addresses that the inside knows."""
        table = self._table
        source = self._outside_local(packet.source)
        entry = table.flows_in.get(about.reversed_key) if about.ports else None
        if entry is not None:
            inner = about._replace(
                source=entry.inside_local, destination=entry.outside_local, ports=entry.key_out[3]
            )
            return requoted(packet, source, entry.inside_local, about, inner)
        simple = table.by_global.get(packet.destination)
        if simple is None or about.source != packet.destination:
            return None
        inner = about._replace(source=simple.inside_local, destination=self._outside_local(about.destination))
        return requoted(packet, source, simple.inside_local, about, inner)

    def note_first(self, first: Ipv4Packet, entry: NatEntry, outbound: bool) -> None:
        """The first fragment of a packet: the later ones belong to `entry`."""
        key = _fragmented(first, outbound)
        self._first.pop(key, None)
        if len(self._first) >= _MOST:
            del self._first[next(iter(self._first))]
        self._first[key] = entry

    def fragment_out(self, packet: Ipv4Packet) -> Ipv4Packet | None:
        """A fragment behind the first, from the inside."""
        entry = self._first.get(_fragmented(packet, True))
        if entry is not None and entry in self._table:
            return moved(packet, entry.inside_global, entry.outside_global, packet.payload)
        simple = self._table.by_local.get(packet.source)
        if simple is None:
            return None
        return readdressed(packet, simple.inside_global, self._outside_global(packet.destination))

    def fragment_in(self, packet: Ipv4Packet) -> Ipv4Packet | None:
        """A fragment behind the first, from the outside."""
        entry = self._first.get(_fragmented(packet, False))
        if entry is not None and entry in self._table:
            return moved(packet, entry.outside_local, entry.inside_local, packet.payload)
        simple = self._table.by_global.get(packet.destination)
        if simple is None:
            return None
        return readdressed(packet, self._outside_local(packet.source), simple.inside_local)

    def _outside_local(self, global_: int) -> int:
        entry = self._table.outside_by_global.get(global_)
        return global_ if entry is None else entry.outside_local

    def _outside_global(self, local: int) -> int:
        entry = self._table.outside_by_local.get(local)
        return local if entry is None else entry.outside_global


def _fragmented(packet: Ipv4Packet, outbound: bool) -> _Fragmented:
    return outbound, packet.source, packet.destination, packet.protocol, packet.identification
