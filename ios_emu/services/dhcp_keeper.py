"""Keeps a server's leases in the journal that its router was given, and takes them from there again.

The rules. A lease is acknowledged when the journal says that its record is stored; a lease that ends needs no
such answer. When the journal has far more lines than there are leases, it is written anew. A lease that no
pool is configured for waits until one is: what was configured may have been lost, what was promised is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ios_emu.clock import Clock
from ios_emu.services.dhcp_bindings import Conflict, Lease, LeaseState, LeaseTable
from ios_emu.services.dhcp_environment import DhcpEnvironment
from ios_emu.services.dhcp_journal import (
    Records,
    StoredLease,
    conflict_end_record,
    conflict_record,
    lease_record,
    read_records,
    removal_record,
)
from ios_emu.services.dhcp_pools import Pools

_MOST_SPARE_LINES = 1000


@dataclass(slots=True)
class AgentActivity:
    """What a database agent did, at which lab time. `last` is `read`, `written`, `failed` or empty."""

    read: int | None = None
    written: int | None = None
    last: str = ""
    successes: int = 0
    failures: int = 0


class LeaseKeeper:
    """What lasts of one server. `agents` tells what each database agent of the configuration did."""

    def __init__(self, environment: DhcpEnvironment, table: LeaseTable, clock: Clock) -> None:
        self.agents: dict[str, AgentActivity] = {}
        self._clock = clock
        self._environment = environment
        self._table = table
        self._homeless: dict[int, StoredLease] = {}
        self._lines = 0

    def set_agents(self, urls: Iterable[str]) -> None:
        """Tells which database agents are configured."""
        self.agents = {url: self.agents.get(url) or AgentActivity() for url in urls}

    def note_read(self) -> None:
        """What the agents kept was loaded."""
        for agent in self.agents.values():
            agent.read, agent.last = self._clock.now, "read"
            agent.successes += 1

    def _note_written(self, error: str | None) -> None:
        for agent in self.agents.values():
            if error is None:
                agent.written, agent.last = self._clock.now, "written"
                agent.successes += 1
            else:
                agent.last = "failed"
                agent.failures += 1

    def lease(self, lease: Lease, done: Callable[[str | None], None]) -> None:
        """Keeps a lease; `done` is called once it is stored (None) or can't be (why)."""
        self._append(lambda: lease_record(lease), done)

    def forget(self, address: int) -> None:
        """A lease has ended."""
        self._append(lambda: removal_record(address))

    def conflict(self, conflict: Conflict) -> None:
        """An address is in conflict."""
        self._append(lambda: conflict_record(conflict))

    def conflict_ended(self, address: int) -> None:
        """It is in conflict no more."""
        self._append(lambda: conflict_end_record(address))

    def restore(self, data: bytes) -> Records:
        """Reads what an earlier process kept; the leases wait for `place`."""
        records = read_records(data)
        self._homeless = dict(records.leases)
        for conflict in records.conflicts.values():
            self._table.set_conflict(conflict)
        self._lines = records.lines
        # A record behind a torn line would be lost with it.
        if records.torn or records.damaged:
            self.compact()
        return records

    def wait_for_pools(self, leases: Iterable[Lease]) -> None:
        """Puts leases aside until `place`."""
        for lease in leases:
            self._homeless[lease.address] = StoredLease(
                lease.address, lease.key, lease.hardware, lease.expires
            )

    def place(self, pools: Pools, now: int) -> None:
        """Gives the leases that wait to the subnets that are configured for them."""
        for stored in list(self._homeless.values()):
            address, key, hardware, expires = stored
            if expires is not None and expires <= now:
                del self._homeless[address]
                continue
            subnet = pools.subnet_of(address)
            if subnet is None or not subnet.is_host(address):
                continue
            del self._homeless[address]
            if address not in self._table.by_address:
                # A client has one address in a subnet; what was written later counts.
                if (older := subnet.leases.get(key)) is not None:
                    self._table.remove(older)
                    self.forget(older.address)
                self._table.add(
                    Lease(address, key, hardware, subnet, "", LeaseState.BOUND, expires, since=now)
                )

    def clear(self) -> None:
        """Forgets everything, also what is stored."""
        self._homeless.clear()
        self.compact()

    def compact(self) -> None:
        """Writes the journal anew with what there is."""
        journal = self._environment.journal
        if journal is None:
            return
        bound = [
            lease_record(lease)
            for lease in self._table.by_address.values()
            if lease.state is LeaseState.BOUND
        ]
        bound += map(lease_record, self._homeless.values())
        bound += map(conflict_record, self._table.conflicts.values())
        self._lines = len(bound)
        journal.replace(b"".join(bound))

    def _append(
        self, record: Callable[[], bytes], done: Callable[[str | None], None] = lambda error: None
    ) -> None:
        journal = self._environment.journal
        if self.agents:
            inform = done

            def done(error: str | None) -> None:
                self._note_written(error)
                inform(error)

        if journal is None:
            done(None)
            return
        self._lines += 1
        journal.append(record(), done)
        alive = len(self._table.by_address) + len(self._table.conflicts) + len(self._homeless)
        if self._lines > _MOST_SPARE_LINES + 2 * alive:
            self.compact()
