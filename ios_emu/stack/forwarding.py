"""The forwarding table: from a destination to the interface and the next hop, by the longest prefix.

It follows the routing table; between two changes each destination is looked up once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ios_emu.stack.ip_interface import IpInterface, prefix_mask

# A flood of made-up destinations must not eat the memory.
_MOST_CACHED = 4096


class Hop(NamedTuple):
    """Where a packet goes: out of `interface`, to `next_hop`, or to its destination itself (None)."""

    interface: IpInterface
    next_hop: int | None


class ForwardingEntry(NamedTuple):
    """One prefix and the equal hops that lead there; `is_default` marks 0.0.0.0/0."""

    network: int
    length: int
    hops: tuple[Hop, ...]

    @property
    def is_default(self) -> bool:
        """Is it the default route?"""
        return self.length == 0


class ForwardingTable:
    """Longest-prefix lookup over integers."""

    def __init__(self) -> None:
        self._by_length: list[tuple[int, dict[int, ForwardingEntry]]] = []
        self._cache: dict[int, ForwardingEntry | None] = {}

    def replace(self, entries: Iterable[ForwardingEntry]) -> None:
        """Takes these entries in place of all others. The first of two with one prefix stays."""
        lengths: dict[int, dict[int, ForwardingEntry]] = {}
        for entry in entries:
            lengths.setdefault(entry.length, {}).setdefault(entry.network, entry)
        self._by_length = [(prefix_mask(length), lengths[length]) for length in sorted(lengths, reverse=True)]
        self._cache.clear()

    def set(self, entry: ForwardingEntry) -> None:
        """Takes an entry, in place of the one with the same prefix."""
        mask = prefix_mask(entry.length)
        for known, networks in self._by_length:
            if known == mask:
                networks[entry.network] = entry
                break
        else:
            self._by_length.append((mask, {entry.network: entry}))
            self._by_length.sort(reverse=True)
        self._cache.clear()

    def remove(self, network: int, length: int) -> None:
        """Takes the entry of a prefix away, if there is one."""
        mask = prefix_mask(length)
        for known, networks in self._by_length:
            if known == mask:
                networks.pop(network, None)
        self._cache.clear()

    def lookup(self, destination: int) -> ForwardingEntry | None:
        """The entry with the longest prefix that holds `destination`."""
        try:
            return self._cache[destination]
        except KeyError:
            pass
        found = None
        for mask, networks in self._by_length:
            found = networks.get(destination & mask)
            if found is not None:
                break
        if len(self._cache) >= _MOST_CACHED:
            self._cache.clear()
        self._cache[destination] = found
        return found

    def hop(self, source: int, destination: int) -> Hop | None:
        """The hop for a packet; of several equal ones always the same for one pair of addresses."""
        entry = self.lookup(destination)
        if entry is None or not entry.hops:
            return None
        hops = entry.hops
        return hops[0] if len(hops) == 1 else hops[(source ^ destination) % len(hops)]
