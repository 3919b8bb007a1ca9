"""Finds an address for a client: which is next, is it really free, and what to do when there is none left.

The rules. The address is taken at once and then pinged; when somebody answers, it is in conflict, goes back,
and the next one is tried. The router's own address is no exception: it answers, too. A pool's place moves
upwards, so that what was given back is not given out again soon. When a pool is empty, the oldest offer that
nobody took is given to the next client, and an interface has only so many offers at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ios_emu.clock import MILLISECOND, SECOND, Clock
from ios_emu.services.dhcp_addresses import Range, next_address
from ios_emu.services.dhcp_bindings import Conflict, Lease, LeaseState, LeaseTable
from ios_emu.services.dhcp_environment import DhcpEnvironment
from ios_emu.services.dhcp_identity import address_text
from ios_emu.services.dhcp_keeper import LeaseKeeper
from ios_emu.services.dhcp_pools import Pools, Subnet
from ios_emu.services.dhcp_query import Query
from ios_emu.services.dhcp_server import DhcpServer
from ios_emu.wire import dhcp

OFFER_LIFE = 60 * SECOND
"""How long an offer is kept for its client; ours."""
MOST_OFFERS = 4096
"""How many offers that nobody took an interface has at most; ours."""
# Nobody's offer goes to somebody else while its client can still be about to take it.
_OFFER_GRACE = 2 * SECOND
# IOS looks at what came back once a second: two packets take 2 s, whatever smaller timeout is set.
_PING_TICK = SECOND
# Where every address is answered for, a client gets none, and asks again.
_MOST_TRIES = 256


class Allocator:
    """Reserves addresses; `ready` is called when one may be offered to the client that asked."""

    def __init__(
        self,
        clock: Clock,
        environment: DhcpEnvironment,
        pools: Pools,
        table: LeaseTable,
        keeper: LeaseKeeper,
        ready: Callable[[Query, Lease], None],
    ) -> None:
        self._clock = clock
        self._environment = environment
        self._pools = pools
        self._table = table
        self._keeper = keeper
        self._ready = ready
        # What was asked last by a client whose address is being pinged.
        self._waiting: dict[int, Query] = {}

    def reserve(self, config: DhcpServer, query: Query, subnets: Sequence[Subnet], tries: int = 0) -> None:
        """Takes an address out of one of the subnets for the client, and makes sure that it is free."""
        address = self._choose(config, query, subnets) if tries < _MOST_TRIES else None
        if address is None:
            if self._environment.debugging("events"):
                for subnet in subnets:
                    ends = f"{address_text(subnet.first)},{address_text(subnet.last)}"
                    name = subnet.owner.pool.name
                    self._environment.debug(
                        "events", f"DHCPD: subnet [{ends}] in address pool {name} is empty."
                    )
            return
        offers = self._table.offers_on(query.interface)
        if len(offers) >= MOST_OFFERS:
            self.free(next(iter(offers.values())))
        subnet = next(subnet for subnet in subnets if address in subnet)
        packets = config.ping_packets
        timeout = -(-config.ping_timeout * MILLISECOND // _PING_TICK) * _PING_TICK
        now = self._clock.now
        lease = Lease(
            address,
            query.key,
            query.hardware,
            subnet,
            query.interface,
            LeaseState.PROBING,
            now + packets * timeout + OFFER_LIFE,
            since=now,
        )
        self._table.add(lease)
        if self._environment.debugging("linkage"):
            where = address_text(address)
            self._environment.debug("linkage", f"DHCPD: Adding binding to radix tree ({where})")
        self._event(f"DHCPD: assigned IP address {address_text(address)} to client {query.client}.")
        self._waiting[address] = query

        def done(answered: bool) -> None:
            self._probed(config, lease, subnets, tries, answered)

        if self._environment.is_own(address):
            done(True)
        elif packets:
            self._environment.ping(address, packets, timeout, done)
        else:
            done(False)

    def ask_again(self, query: Query, lease: Lease) -> None:
        """The client asks once more while its address is being pinged: the answer is for this message."""
        self._waiting[lease.address] = query

    def free(self, lease: Lease) -> None:
        """Gives an address back to its pool, whoever had it."""
        bound = lease.state is LeaseState.BOUND
        self._waiting.pop(lease.address, None)
        self._table.remove(lease)
        if bound:
            self._keeper.forget(lease.address)
        name = lease.subnet.owner.pool.name
        self._event(f"DHCPD: returned {address_text(lease.address)} to address pool {name}.")

    def conflict(self, config: DhcpServer, address: int, method: str) -> None:
        """Takes an address away until the conflict is cleared, if conflicts are logged."""
        if config.conflict_logging:
            conflict = Conflict(address, method, self._clock.now)
            self._table.set_conflict(conflict)
            self._keeper.conflict(conflict)

    def forget_all(self) -> None:
        """Drops whatever is being pinged."""
        self._waiting.clear()

    def _probed(
        self, config: DhcpServer, lease: Lease, subnets: Sequence[Subnet], tries: int, answered: bool
    ) -> None:
        if not self._table.has(lease) or lease.state is not LeaseState.PROBING:
            return
        query = self._waiting.pop(lease.address)
        if not answered:
            self._ready(query, lease)
            return
        address = lease.address
        if config.conflict_logging:
            self._environment.log(
                "DHCPD-4-PING_CONFLICT", f"DHCP address conflict:  server pinged {address_text(address)}."
            )
        self.free(lease)
        self.conflict(config, address, "Ping")
        # One after the other, and not inside of each other: somebody may answer for the whole network.
        self._clock.call_soon(self._try_next, config, query, subnets, tries + 1)

    def _try_next(self, config: DhcpServer, query: Query, subnets: Sequence[Subnet], tries: int) -> None:
        subnets = [subnet for subnet in subnets if subnet in subnet.owner.subnets]
        if all(query.key not in subnet.leases for subnet in subnets):
            self.reserve(config, query, subnets, tries)

    def _choose(self, config: DhcpServer, query: Query, subnets: Sequence[Subnet]) -> int | None:
        parts = [(subnet, self._ranges(config, query, subnet)) for subnet in subnets]
        wanted = query.message.word(dhcp.REQUESTED_ADDRESS)
        if wanted is not None and self._is_free(wanted, parts):
            for subnet in subnets:
                if wanted == subnet.index:
                    subnet.move_on(wanted)
            return wanted
        found = self._next(parts)
        if found is not None:
            return found
        recycled = self._oldest_offer(subnets)
        if recycled is None:
            return None
        self.free(recycled)
        return self._next(parts)

    def _ranges(self, config: DhcpServer, query: Query, subnet: Subnet) -> list[Range]:
        """Which addresses of the subnet the client may have: all, unless the pool is parted by classes."""
        state = subnet.owner
        if not (config.use_class and state.pool.classes):
            return [(subnet.first, subnet.last)]
        options = query.message.options
        names = [
            name
            for name in state.pool.classes
            if (known := config.classes.get(name)) is not None and known.matches(options)
        ]
        return state.ranges(subnet, names)

    def _is_free(self, address: int, parts: list[tuple[Subnet, list[Range]]]) -> bool:
        inside = any(low <= address <= high for _, ranges in parts for low, high in ranges)
        return inside and address not in self._table.taken and self._pools.excluded.end(address) is None

    def _next(self, parts: list[tuple[Subnet, list[Range]]]) -> int | None:
        for subnet, ranges in parts:
            for low, high in ((subnet.index, subnet.last), (subnet.first, subnet.index - 1)):
                for first, last in ranges:
                    start, end = max(low, first), min(high, last)
                    found = next_address(self._table.taken, self._pools.excluded, start, end)
                    if found is not None:
                        subnet.move_on(found)
                        return found
        return None

    def _oldest_offer(self, subnets: Sequence[Subnet]) -> Lease | None:
        """The offer that waits longest to be taken, once it waited long enough."""
        oldest = [next(iter(subnet.offers.values())) for subnet in subnets if subnet.offers]
        if not oldest:
            return None
        lease = min(oldest, key=lambda lease: lease.since)
        ready = lease.state is LeaseState.OFFERED and self._clock.now - lease.since >= _OFFER_GRACE
        return lease if ready else None

    def _event(self, text: str) -> None:
        if self._environment.debugging("events"):
            self._environment.debug("events", text)
