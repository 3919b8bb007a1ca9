"""The translations that there are: found by flow, by station, by port; and ended when nothing uses them.

There is one alarm for all entries. A packet only notes when its entry was used; when the alarm rings, an
entry that was used meanwhile is put off.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from typing import Any

from ios_emu.clock import Clock, Timer
from ios_emu.stack.nat_entry import ANY, FlowKey, NatEntry

Service = tuple[int, int, int]
"""Protocol, address, port."""

_SPARE = 64


class NatTable:
    """All entries. `gone` is told of each that left; `expired` of one that leaves because it was not used."""

    def __init__(
        self, clock: Clock, gone: Callable[[NatEntry], None], expired: Callable[[NatEntry], None]
    ) -> None:
        # From the inside, and from the outside.
        self.flows_out: dict[FlowKey, NatEntry] = {}
        self.flows_in: dict[FlowKey, NatEntry] = {}
        # Simple entries of inside stations, and of outside stations.
        self.by_local: dict[int, NatEntry] = {}
        self.by_global: dict[int, NatEntry] = {}
        self.outside_by_local: dict[int, NatEntry] = {}
        self.outside_by_global: dict[int, NatEntry] = {}
        # Static entries of one port.
        self.services_by_local: dict[Service, NatEntry] = {}
        self.services_by_global: dict[Service, NatEntry] = {}
        self.outside_services_by_local: dict[Service, NatEntry] = {}
        self.outside_services_by_global: dict[Service, NatEntry] = {}
        self._entries: dict[NatEntry, None] = {}
        self._clock = clock
        self._gone = gone
        self._expired = expired
        self._number = 0
        self._heap: list[tuple[int, int, NatEntry]] = []
        self._pushed = 0
        self._alarm: Timer | None = None

    def __iter__(self) -> Iterator[NatEntry]:
        return iter(list(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, entry: NatEntry) -> bool:
        return entry in self._entries

    def add(self, entry: NatEntry, timeout: int = 0) -> None:
        """Takes an entry. Of two static ones for one local address, the first one is used outwards."""
        self._number += 1
        entry.number = self._number
        entry.created = entry.used = self._clock.now
        self._entries[entry] = None
        for index, key in self._places(entry):
            index.setdefault(key, entry)
        for parent in entry.parents:
            parent.children += 1
        if entry.rule is not None:
            entry.rule.references += 1
        self.set_timeout(entry, timeout)

    def remove(self, entry: NatEntry) -> None:
        """Takes an entry away; another static one for the same address takes its place."""
        del self._entries[entry]
        for index, key in self._places(entry):
            if index.get(key) is entry:
                del index[key]
                if entry.static:
                    self._replace(index, key)
        for parent in entry.parents:
            parent.children -= 1
            parent.used = max(parent.used, entry.used)
        if entry.rule is not None:
            entry.rule.references -= 1
        self._gone(entry)

    def _replace(self, index: dict[Any, NatEntry], key: object) -> None:
        for other in self._entries:
            if any(one is index and its == key for one, its in self._places(other)):
                index[key] = other
                return

    def _places(self, entry: NatEntry) -> Iterator[tuple[dict[Any, NatEntry], object]]:
        """Where an entry is found: which index, under which key."""
        found: list[tuple[dict[Any, NatEntry], object]]
        if entry.extended and not entry.static:
            found = [(self.flows_out, entry.key_out), (self.flows_in, entry.key_in)]
        elif entry.protocol != ANY:
            local, global_, outside_local, outside_global = entry.ports
            protocol = entry.protocol
            if entry.outside:
                found = [
                    (self.outside_services_by_local, (protocol, entry.outside_local, outside_local)),
                    (self.outside_services_by_global, (protocol, entry.outside_global, outside_global)),
                ]
            else:
                found = [
                    (self.services_by_local, (protocol, entry.inside_local, local)),
                    (self.services_by_global, (protocol, entry.inside_global, global_)),
                ]
        elif entry.outside:
            found = [
                (self.outside_by_local, entry.outside_local),
                (self.outside_by_global, entry.outside_global),
            ]
        else:
            found = [(self.by_local, entry.inside_local), (self.by_global, entry.inside_global)]
        return iter(found)

    def in_the_way_of(self, entry: NatEntry) -> list[NatEntry]:
        """The entries that have an address that a new one is to have."""
        found = (index.get(key) for index, key in self._places(entry))
        return list(dict.fromkeys(one for one in found if one is not None))

    def children_of(self, parent: NatEntry) -> list[NatEntry]:
        """The flows of a simple or a static entry."""
        return [entry for entry in self._entries if parent in entry.parents] if parent.children else []

    # Time

    def set_timeout(self, entry: NatEntry, timeout: int) -> None:
        """From now on the entry ends when it was not used for that long."""
        entry.timeout = timeout
        if not timeout:
            return
        due = entry.used + timeout
        if not entry.queued or due < entry.queued:
            self._queue(entry, due)

    def _queue(self, entry: NatEntry, due: int) -> None:
        entry.queued = due
        if len(self._heap) > 2 * len(self._entries) + _SPARE:
            # Most of it is of entries that have left, or wait for less.
            self._heap = [one for one in self._heap if one[0] == one[2].queued and one[2] in self._entries]
            heapq.heapify(self._heap)
        self._pushed += 1
        heapq.heappush(self._heap, (due, self._pushed, entry))
        self._watch()

    def _watch(self) -> None:
        if not self._heap:
            return
        due = max(self._heap[0][0], self._clock.now)
        if self._alarm is not None:
            if self._alarm.when <= due:
                return
            self._alarm.cancel()
        self._alarm = self._clock.call_at(due, self._ring, background=True)

    def _ring(self) -> None:
        self._alarm = None
        now = self._clock.now
        while self._heap and self._heap[0][0] <= now:
            due, _, entry = heapq.heappop(self._heap)
            if due != entry.queued or entry not in self._entries:
                continue
            entry.queued = 0
            if not entry.timeout:
                continue
            ends = (now if entry.children else entry.used) + entry.timeout
            if ends > now:
                self._queue(entry, ends)
            else:
                self._expired(entry)
                self.remove(entry)
        self._watch()
