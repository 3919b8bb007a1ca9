"""The DHCP server of a router, as IOS 12.4 has it: messages come in, and its commands look at it from here.

The rules. A message goes to its exchange; nothing that a client sends raises an exception, and all that
clients can fill has a limit: the addresses of the pools, and the offers of an interface. What is configured
counts from the next message, or the next look, on.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import NamedTuple

from ios_emu.clock import Clock
from ios_emu.errors import MalformedPacket
from ios_emu.services.dhcp_bindings import Conflict, Lease, LeaseState, LeaseTable
from ios_emu.services.dhcp_environment import DhcpEnvironment
from ios_emu.services.dhcp_exchange import Exchanges
from ios_emu.services.dhcp_identity import address_text, key_client
from ios_emu.services.dhcp_journal import Records
from ios_emu.services.dhcp_keeper import AgentActivity, LeaseKeeper
from ios_emu.services.dhcp_pool import Binding
from ios_emu.services.dhcp_pools import Pools, PoolState
from ios_emu.services.dhcp_query import Query, fault
from ios_emu.services.dhcp_reply import NAMES, Replies, Statistics
from ios_emu.services.dhcp_server import DhcpServer
from ios_emu.wire import dhcp
from ios_emu.wire.dhcp import DhcpMessage

LARGEST_MESSAGE = 1500
"""Bytes of a message that is looked at; a larger one is malformed."""


class SubnetUsage(NamedTuple):
    """A line of `show ip dhcp pool`; `current` is its `Current index`."""

    current: IPv4Address
    first: IPv4Address
    last: IPv4Address
    leased: int
    total: int


class PoolUsage(NamedTuple):
    """What `show ip dhcp pool` says of one pool; a host pool has one address and no subnet."""

    total: int
    leased: int
    subnets: tuple[SubnetUsage, ...]


class DhcpEngine:
    """The server. `imported` are the options that `import all` takes over; call `config.touch` with it.

    `echo_client_id` sends option 61 back (RFC 6842).
    """

    def __init__(
        self,
        config: DhcpServer,
        clock: Clock,
        environment: DhcpEnvironment,
        *,
        echo_client_id: bool = True,
    ) -> None:
        self.imported: dict[int, bytes] = {}
        self._clock = clock
        self._environment = environment
        self._pools = Pools()
        self._table = LeaseTable(clock, self._expired, self._utilization)
        self._keeper = LeaseKeeper(environment, self._table, clock)
        self._replies = Replies(environment, echo_client_id)
        self._exchanges = exchanges = Exchanges(
            config, clock, environment, self._pools, self._table, self._keeper, self._replies
        )
        self._handlers = {
            dhcp.DISCOVER: exchanges.discover,
            dhcp.REQUEST: exchanges.request,
            dhcp.DECLINE: exchanges.decline,
            dhcp.RELEASE: exchanges.release,
            dhcp.INFORM: exchanges.inform,
        }

    @property
    def config(self) -> DhcpServer:
        """The configuration that it serves by."""
        return self._exchanges.config

    @property
    def running(self) -> bool:
        """Does it listen on port 67? Without a pool it does not, `service dhcp` or not."""
        return self.config.service and bool(self.config.pools)

    @property
    def statistics(self) -> Statistics:
        """What `show ip dhcp server statistics` counts."""
        return self._replies.statistics

    def receive_bytes(self, data: bytes, interface: str, *, unicast: bool = False) -> None:
        """Takes the payload of a datagram to port 67; what is no message is counted and dropped."""
        if not self.running:
            return
        try:
            if len(data) > LARGEST_MESSAGE:
                raise MalformedPacket(f"a DHCP message of {len(data)} bytes")
            message = DhcpMessage.parse(data)
        except MalformedPacket:
            self.statistics.malformed += 1
            return
        self.receive(message, interface, unicast=unicast)

    def receive(self, message: DhcpMessage, interface: str, *, unicast: bool = False) -> None:
        """Takes a message that came in on an interface; `unicast` if it was sent to the router's address."""
        if not self.running:
            return
        kind = message.options.get(dhcp.MESSAGE_TYPE)
        handler = None if kind is None else self._handlers.get(int.from_bytes(kind))
        malformed = kind is not None and (len(kind) != 1 or handler is None)
        if malformed or fault(message) or (message.giaddr and self._environment.is_own(message.giaddr)):
            self.statistics.malformed += 1
            return
        networks = self._environment.networks(interface)
        if not networks:
            return
        self._update()
        query = Query(message, interface, networks, unicast)
        if kind is None or handler is None:
            self._exchanges.bootp(query)
            return
        name = NAMES[kind[0]]
        self.statistics.received[name] += 1
        if self._environment.debugging("packet"):
            self._environment.debug("packet", f"DHCPD: {name} {_received(query, kind[0])}.")
        handler(query)

    def restore(self, data: bytes) -> Records:
        """Takes the leases that an earlier process kept in the journal; what was damaged is counted."""
        records = self._keeper.restore(data)
        self._update()
        self._keeper.place(self._pools, self._clock.now)
        self._keeper.note_read()
        return records

    def reload(self, config: DhcpServer) -> None:
        """The router was reloaded and has this configuration now.

        Automatic bindings and conflicts are lost, unless a database agent kept them; statistics start anew.
        """
        kept = [lease for lease in self._table.by_address.values() if lease.state is LeaseState.BOUND]
        conflicts = list(self._table.conflicts.values())
        lasting = bool(self.config.databases and config.databases)
        self._exchanges.forget_all()
        self._table.clear()
        self._exchanges.config = config
        self._replies.statistics = Statistics()
        if lasting:
            self._keeper.wait_for_pools(kept)
            for conflict in conflicts:
                self._table.set_conflict(conflict)
        else:
            self._keeper.clear()
        self._take_over()
        if lasting:
            self._keeper.note_read()

    def bindings(self) -> Iterator[Binding]:
        """All bindings, manual and automatic, by their addresses; one that ends meanwhile is left out."""
        self._update()
        for address in sorted(self._table.by_address.keys() | self._pools.manual_addresses.keys()):
            binding = self._binding(address)
            if binding is not None:
                yield binding

    def binding(self, address: IPv4Address) -> Binding | None:
        """The binding of one address."""
        self._update()
        return self._binding(int(address))

    def conflicts(self) -> list[Conflict]:
        """The addresses in conflict, in order of time."""
        return sorted(self._table.conflicts.values(), key=lambda conflict: conflict.time)

    def pool_usage(self, name: str) -> PoolUsage:
        """How much of a pool is leased. Raises KeyError when there is no such pool."""
        self._update()
        state = self._pools.states[name]
        if state.pool.host is not None:
            return PoolUsage(1, 1, ())
        subnets = tuple(
            SubnetUsage(
                IPv4Address(subnet.index),
                IPv4Address(subnet.first),
                IPv4Address(subnet.last),
                len(subnet.leases),
                subnet.size,
            )
            for subnet in state.subnets
            if subnet.size
        )
        return PoolUsage(state.total, state.leased, subnets)

    @property
    def automatic_bindings(self) -> int:
        """How many clients have a lease."""
        return self._table.automatic

    @property
    def manual_bindings(self) -> int:
        """How many clients have an address of their own."""
        return len(self._pools.manual_addresses)

    @property
    def secure_arp_entries(self) -> int:
        """How many clients `update arp` has entered into the ARP table."""
        self._update()
        return sum(
            len(subnet.leases) - len(subnet.offers)
            for state in self._pools.states.values()
            if state.pool.settings.get("update") == "arp"
            for subnet in state.subnets
        )

    def database_activity(self) -> dict[str, AgentActivity]:
        """What each database agent did, by its URL."""
        self._update()
        return self._keeper.agents

    def clear_binding(self, address: IPv4Address | None = None) -> bool:
        """`clear ip dhcp binding ADDRESS`, or `*` with None; not manual ones. False for none."""
        if address is None:
            for lease in list(self._table.by_address.values()):
                self._exchanges.free(lease)
            return True
        found = self._table.by_address.get(int(address))
        if found is not None:
            self._exchanges.free(found)
        return found is not None

    def clear_conflict(self, address: IPv4Address | None = None) -> bool:
        """`clear ip dhcp conflict ADDRESS`, or `*` with None. False when there is none."""
        addresses = list(self._table.conflicts) if address is None else [int(address)]
        cleared = [one for one in addresses if self._table.clear_conflict(one)]
        for one in cleared:
            self._keeper.conflict_ended(one)
        return address is None or bool(cleared)

    def clear_statistics(self) -> None:
        """`clear ip dhcp server statistics`."""
        self._replies.statistics = Statistics()

    def _expired(self, leases: list[Lease]) -> None:
        self._exchanges.expired(leases)

    def _utilization(self, state: PoolState) -> None:
        if state.marks is None or not state.total:
            return
        high, low = state.marks
        percent = state.leased * 100 // state.total
        used = f"({state.leased} addresses used out of {state.total})"
        name = state.pool.name
        if not state.high and percent >= high.percent:
            state.high = True
            self._log_utilization(high.log, "HIGH", f'"{name}" is in high', used, high.percent)
        elif state.high and percent <= low.percent:
            state.high = False
            self._log_utilization(low.log, "LOW", f'"{name}" is in low', used, low.percent)

    def _log_utilization(self, log: bool, which: str, what: str, used: str, percent: int) -> None:
        if log:
            text = f"Pool {what} utilization state {used}. Threshold set at {percent}%."
            self._environment.log(f"DHCPD-6-{which}_UTIL", text)

    def _binding(self, address: int) -> Binding | None:
        lease = self._table.by_address.get(address)
        if lease is not None:
            name = lease.subnet.owner.pool.name
            return Binding(IPv4Address(address), key_client(lease.key), lease.expires, True, name)
        manual = self._pools.manual_addresses.get(address)
        if manual is None:
            return None
        return Binding(IPv4Address(address), key_client(manual.key), None, False, manual.pool.name)

    def _update(self) -> None:
        """Takes over what was configured since the last time."""
        if self._pools.stale(self.config):
            self._take_over()

    def _take_over(self) -> None:
        for subnet in self._pools.update(self.config, self.imported):
            for lease in list(subnet.leases.values()):
                self._exchanges.free(lease)
        self._keeper.set_agents(self.config.databases)
        self._table.set_manual(self._pools.manual_addresses)
        self._keeper.place(self._pools, self._clock.now)


def _received(query: Query, kind: int) -> str:
    """What `debug ip dhcp server packet` says behind the name of a message; only DISCOVER tells the way."""
    if kind == dhcp.RELEASE:
        return f"message received from client {query.client} ({address_text(query.message.ciaddr)})"
    way = f" {query.way}" if kind == dhcp.DISCOVER else ""
    return f"received from client {query.client}{way}"
