"""The leases of a server: who has which address until when, what was offered, what is in conflict.

The rules. An address belongs to one client at most. It is taken from DISCOVER on: first it is probed, then
offered, then bound; what is offered and not taken in time is free again. A conflict takes an address away
until somebody clears it. One timer in the background serves all: a heap has each lease once, and a lease that
was renewed is put back when its old time comes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from ios_emu.clock import Clock, Timer
from ios_emu.services.dhcp_addresses import TakenAddresses
from ios_emu.services.dhcp_pools import ManualBinding, PoolState, Subnet

# Below this many entries, those of leases that are gone are not worth a clean-up of the heap.
_SMALL_HEAP = 256


class LeaseState(Enum):
    """How far a client has come."""

    PROBING = auto()
    OFFERED = auto()
    BOUND = auto()


@dataclass(slots=True, eq=False)
class Lease:
    """An address and its client. Times are lab times; `expires` is None for never.

    `queued` is the time at which the heap holds it; `since`, of an offer, when the client was last answered.
    """

    address: int
    key: bytes
    hardware: bytes
    subnet: Subnet
    interface: str
    state: LeaseState
    expires: int | None
    since: int
    queued: int | None = None


class Conflict(NamedTuple):
    """An address that somebody else uses. `method` is `Ping` or `Gratuitous ARP`, `time` a lab time."""

    address: int
    method: str
    time: int


class LeaseTable:
    """All leases of one server.

    `expired` is called with those whose time is up, and removes them; `changed` when a pool has
    more or fewer.
    """

    def __init__(
        self,
        clock: Clock,
        expired: Callable[[list[Lease]], None],
        changed: Callable[[PoolState], None] = lambda state: None,
    ) -> None:
        self.by_address: dict[int, Lease] = {}
        self.conflicts: dict[int, Conflict] = {}
        self.taken = TakenAddresses()
        self.automatic = 0
        self._clock = clock
        self._expired = expired
        self._changed = changed
        self._manual: dict[int, ManualBinding] = {}
        self._offers: dict[str, OrderedDict[int, Lease]] = {}
        self._heap: list[tuple[int, int]] = []
        self._timer: Timer | None = None

    def add(self, lease: Lease) -> None:
        """Takes the address for a client; it must be free."""
        assert lease.address not in self.by_address
        self.by_address[lease.address] = lease
        self.taken.add(lease.address)
        lease.subnet.leases[lease.key] = lease
        lease.subnet.owner.leased += 1
        if lease.state is LeaseState.BOUND:
            self.automatic += 1
        else:
            lease.subnet.offers[lease.address] = lease
            self._offers.setdefault(lease.interface, OrderedDict())[lease.address] = lease
        self._queue(lease)
        self._changed(lease.subnet.owner)

    def remove(self, lease: Lease) -> None:
        """Frees the address."""
        del self.by_address[lease.address]
        if lease.subnet.leases.get(lease.key) is lease:
            del lease.subnet.leases[lease.key]
        lease.subnet.owner.leased -= 1
        if lease.state is LeaseState.BOUND:
            self.automatic -= 1
        else:
            self._no_offer(lease)
        self._mark(lease.address)
        if len(self._heap) > _SMALL_HEAP + 2 * len(self.by_address):
            self._tidy()
        self._changed(lease.subnet.owner)

    def has(self, lease: Lease) -> bool:
        """Is it still there?"""
        return self.by_address.get(lease.address) is lease

    def offered(self, lease: Lease, expires: int) -> None:
        """The client was told of the address, and has until `expires` to take it."""
        if lease.state is LeaseState.BOUND:
            self.automatic -= 1
        lease.state, lease.since = LeaseState.OFFERED, self._clock.now
        offers = self._offers.setdefault(lease.interface, OrderedDict())
        for queue in (lease.subnet.offers, offers):
            queue[lease.address] = lease
            queue.move_to_end(lease.address)
        self.extend(lease, expires)

    def bind(self, lease: Lease, expires: int | None) -> None:
        """The client took it."""
        if lease.state is not LeaseState.BOUND:
            self._no_offer(lease)
            lease.state = LeaseState.BOUND
            self.automatic += 1
        self.extend(lease, expires)

    def extend(self, lease: Lease, expires: int | None) -> None:
        """Gives it another end."""
        lease.expires = expires
        self._queue(lease)

    def offers_on(self, interface: str) -> OrderedDict[int, Lease]:
        """What was offered to clients of an interface and not taken yet, the oldest first."""
        return self._offers.setdefault(interface, OrderedDict())

    def set_conflict(self, conflict: Conflict) -> None:
        """Takes an address away."""
        self.conflicts[conflict.address] = conflict
        self.taken.add(conflict.address)

    def clear_conflict(self, address: int) -> bool:
        """Gives it back; False when there was no conflict."""
        if self.conflicts.pop(address, None) is None:
            return False
        self._mark(address)
        return True

    def set_manual(self, manual: dict[int, ManualBinding]) -> None:
        """Tells which addresses host pools keep."""
        before, self._manual = self._manual, dict(manual)
        for address in before.keys() - manual.keys():
            self._mark(address)
        for address in manual:
            self.taken.add(address)

    def clear(self) -> None:
        """Forgets everything but the manual bindings."""
        for lease in list(self.by_address.values()):
            self.remove(lease)
        for address in list(self.conflicts):
            self.clear_conflict(address)
        self._heap.clear()
        self._arm()

    def _no_offer(self, lease: Lease) -> None:
        lease.subnet.offers.pop(lease.address, None)
        self._offers[lease.interface].pop(lease.address, None)

    def _mark(self, address: int) -> None:
        if address not in self.by_address and address not in self.conflicts and address not in self._manual:
            self.taken.discard(address)

    def _queue(self, lease: Lease) -> None:
        """Puts the lease into the heap, unless it is there for a time that comes before."""
        if lease.expires is None or (lease.queued is not None and lease.queued <= lease.expires):
            return
        lease.queued = lease.expires
        heappush(self._heap, (lease.expires, lease.address))
        if self._heap[0][0] == lease.expires:
            self._arm()

    def _tidy(self) -> None:
        """Throws out of the heap what leases that are gone left behind."""
        leases = self.by_address.values()
        self._heap = [(lease.queued, lease.address) for lease in leases if lease.queued is not None]
        heapify(self._heap)
        self._arm()

    def _arm(self) -> None:
        when = self._heap[0][0] if self._heap else None
        if self._timer is not None and self._timer.active:
            if self._timer.when == when:
                return
            self._timer.cancel()
        self._timer = None
        if when is not None:
            self._timer = self._clock.call_at(max(when, self._clock.now), self._tick, background=True)

    def _tick(self) -> None:
        now, ended = self._clock.now, []
        while self._heap and self._heap[0][0] <= now:
            when, address = heappop(self._heap)
            lease = self.by_address.get(address)
            if lease is None or lease.queued != when:
                continue
            lease.queued = None
            if lease.expires is not None and lease.expires <= now:
                ended.append(lease)
            else:
                self._queue(lease)
        self._arm()
        if ended:
            self._expired(ended)
