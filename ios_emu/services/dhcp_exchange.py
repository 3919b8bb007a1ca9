"""What the DHCP server does with each kind of message (RFC 2131, 4.3), and what comes of a lease.

The rules. DISCOVER takes an address; REQUEST makes a lease of it, and only what the journal has stored is
acknowledged. A REQUEST of a client that this server knows nothing of is not refused unless it is on the wrong
network, for another server may know it. RELEASE and DECLINE count only from the client that has the address.
"""

from __future__ import annotations

from ios_emu.clock import MINUTE, SECOND, Clock
from ios_emu.services.dhcp_allocator import OFFER_LIFE, Allocator
from ios_emu.services.dhcp_bindings import Lease, LeaseState, LeaseTable
from ios_emu.services.dhcp_environment import DhcpEnvironment
from ios_emu.services.dhcp_identity import address_text
from ios_emu.services.dhcp_keeper import LeaseKeeper
from ios_emu.services.dhcp_options import Profile
from ios_emu.services.dhcp_pools import ManualBinding, Pools, Subnet
from ios_emu.services.dhcp_query import Query
from ios_emu.services.dhcp_reply import Replies
from ios_emu.services.dhcp_server import DhcpServer
from ios_emu.wire import dhcp

# How often the log says that there is no pool for a network.
_NO_LEASE_INTERVAL = MINUTE


class Exchanges:
    """The conversations of one server with its clients."""

    def __init__(
        self,
        config: DhcpServer,
        clock: Clock,
        environment: DhcpEnvironment,
        pools: Pools,
        table: LeaseTable,
        keeper: LeaseKeeper,
        replies: Replies,
    ) -> None:
        self.config = config
        self.replies = replies
        self._clock = clock
        self._environment = environment
        self._pools = pools
        self._table = table
        self._keeper = keeper
        self._allocator = Allocator(clock, environment, pools, table, keeper, self._offer_lease)
        self._no_lease_logged: dict[str, int] = {}

    def discover(self, query: Query) -> None:
        """A client looks for a server: it gets an offer, when its address has been pinged."""
        manual = self._manual(query)
        if manual is not None:
            self.replies.give(query, dhcp.OFFER, manual.address, manual.profile)
            return
        subnets = self._subnets(query)
        if not subnets:
            return
        lease = self._lease_of(query, subnets)
        if lease is None:
            self._allocator.reserve(self.config, query, subnets)
        elif lease.state is LeaseState.PROBING:
            self._allocator.ask_again(query, lease)
        else:
            self._offer_lease(query, lease)

    def _offer_lease(self, query: Query, lease: Lease) -> None:
        if lease.state is not LeaseState.BOUND:
            self._table.offered(lease, self._clock.now + OFFER_LIFE)
        self.replies.give(query, dhcp.OFFER, lease.address, lease.subnet.profile)

    def request(self, query: Query) -> None:
        """A client wants an address; its state shows in what it fills in (RFC 2131, table 4)."""
        options = query.message.options
        requested = query.message.word(dhcp.REQUESTED_ADDRESS)
        server = query.message.word(dhcp.SERVER_IDENTIFIER)
        if (dhcp.SERVER_IDENTIFIER in options) != (server is not None):
            self.replies.statistics.malformed += 1
        elif server is not None:
            self._selecting(query, server, requested or query.message.ciaddr)
        elif query.message.ciaddr:
            self._renewing(query, query.message.ciaddr)
        elif requested:
            self._rebooting(query, requested)
        else:
            self.replies.statistics.malformed += 1

    def _selecting(self, query: Query, server: int, requested: int) -> None:
        manual, subnets = self._manual(query), self._subnets(query)
        lease = self._lease_of(query, subnets)
        if server != query.identifier and not self._environment.is_own(server):
            if lease is not None and lease.state is not LeaseState.BOUND:
                self._event(
                    f"DHCPD: client rejected {address_text(lease.address)}, sent {address_text(server)}."
                )
                self._allocator.free(lease)
        elif not requested:
            self.replies.statistics.malformed += 1
        elif manual is not None and manual.address == requested:
            self.replies.give(query, dhcp.ACK, requested, manual.profile)
        elif lease is not None and lease.address == requested and lease.state is not LeaseState.PROBING:
            self._grant(query, lease)
        elif manual is not None or subnets:
            self._confused(requested, lease)
            self.replies.refuse(query)

    def _rebooting(self, query: Query, requested: int) -> None:
        manual, subnets = self._manual(query), self._subnets(query)
        lease = self._lease_of(query, subnets)
        if manual is not None and manual.address == requested:
            self.replies.give(query, dhcp.ACK, requested, manual.profile)
        elif lease is not None and lease.address == requested and lease.state is not LeaseState.PROBING:
            self._grant(query, lease)
        elif manual is not None or lease is not None or self._elsewhere(subnets, requested):
            self._confused(requested, lease)
            self._deny(query)

    def _renewing(self, query: Query, ciaddr: int) -> None:
        manual = self._pools.manual.get(query.key)
        lease = self._table.by_address.get(ciaddr)
        subnets = [] if query.unicast and not query.message.giaddr else self._subnets(query)
        elsewhere = self._elsewhere(subnets, ciaddr)
        if manual is not None and manual.address == ciaddr and not elsewhere:
            self.replies.give(query, dhcp.ACK, ciaddr, manual.profile)
        elif lease is not None and lease.key == query.key and not elsewhere:
            if lease.state is not LeaseState.PROBING:
                self._grant(query, lease)
        elif lease is not None or elsewhere or self._lease_of(query, subnets) is not None:
            # Somebody else's, of another network, or not what this client has.
            self._confused(ciaddr, self._lease_of(query, subnets))
            self._deny(query)

    def _elsewhere(self, subnets: list[Subnet], address: int) -> bool:
        """Is it an address that can't be on the client's link? Nobody knows where there is no pool."""
        return bool(subnets) and not any(address in subnet for subnet in subnets)

    def _confused(self, requested: int, lease: Lease | None) -> None:
        if lease is not None:
            addresses = f"requested {address_text(requested)}, assigned {address_text(lease.address)}"
            self._event(f"DHCPD: client is confused about its IP address ({addresses}).")

    def _deny(self, query: Query) -> None:
        # Whose server identifier is overridden may be heard by servers that it is not meant for.
        if not query.overridden:
            self.replies.refuse(query)

    def _grant(self, query: Query, lease: Lease) -> None:
        """Makes or prolongs a lease, and acknowledges it when it is stored."""
        profile = lease.subnet.profile
        state, before = lease.state, lease.expires
        forever = profile.lease == dhcp.INFINITE
        self._table.bind(lease, None if forever else self._clock.now + profile.lease * SECOND)

        def done(error: str | None) -> None:
            if not self._table.has(lease):
                return
            if error is None:
                self._acknowledge(query, lease, profile)
            elif state is LeaseState.BOUND:
                self._table.extend(lease, before)
            else:
                self._table.offered(lease, self._clock.now + OFFER_LIFE)

        self._keeper.lease(lease, done)

    def _acknowledge(self, query: Query, lease: Lease, profile: Profile) -> None:
        if self._environment.debugging("packet") and dhcp.DOMAIN_NAME not in profile.options:
            self._environment.debug("packet", "DHCPD: No default domain to append - abort update")
        self.replies.give(query, dhcp.ACK, lease.address, profile)
        if lease.subnet.owner.pool.settings.get("update") == "arp":
            self._environment.secure_arp(lease.address, lease.hardware, query.interface)

    def decline(self, query: Query) -> None:
        """A client found that somebody else uses its address."""
        lease = self._own_lease(query, query.message.word(dhcp.REQUESTED_ADDRESS))
        if lease is None:
            return
        if self.config.conflict_logging:
            where = address_text(lease.address)
            self._environment.log(
                "DHCPD-4-DECLINE_CONFLICT", f"DHCP address conflict:  client {query.client} declined {where}."
            )
        self.free(lease)
        self._allocator.conflict(self.config, lease.address, "Gratuitous ARP")

    def release(self, query: Query) -> None:
        """A client gives its address back."""
        lease = self._own_lease(query, query.message.ciaddr)
        if lease is not None:
            self.free(lease)

    def inform(self, query: Query) -> None:
        """A client that has an address asks for the rest."""
        ciaddr = query.message.ciaddr
        if not ciaddr:
            self.replies.statistics.malformed += 1
            return
        manual = self._pools.manual.get(query.key)
        if manual is not None and manual.address == ciaddr:
            self.replies.inform(query, manual.profile)
        elif subnets := self._subnets(query):
            own = next((subnet for subnet in subnets if ciaddr in subnet), subnets[0])
            self.replies.inform(query, own.profile)

    def bootp(self, query: Query) -> None:
        """A client that speaks no DHCP: it gets an address if one is kept for it."""
        self.replies.statistics.received["BOOTREQUEST"] += 1
        manual = self._manual(query)
        if manual is not None and not self.config.bootp_ignore:
            self.replies.bootp(query, manual.address, manual.profile)

    def _manual(self, query: Query) -> ManualBinding | None:
        """The address that is kept for this client, if it is on its network and nobody else has it yet."""
        manual = self._pools.manual.get(query.key)
        if manual is None or not manual.is_on(query.link) or manual.address in self._table.by_address:
            return None
        return manual

    def _subnets(self, query: Query) -> list[Subnet]:
        subnets = self._pools.open_to(query.link)
        if not subnets:
            self._event(f"DHCPD: there is no address pool for {address_text(query.link)}.")
            self._log_no_lease(query)
        return subnets

    def _log_no_lease(self, query: Query) -> None:
        """Not for each message: who floods the server must not flood the log."""
        now = self._clock.now
        last = self._no_lease_logged.get(query.interface)
        if last is None or now - last >= _NO_LEASE_INTERVAL:
            self._no_lease_logged[query.interface] = now
            self._environment.log(
                "DHCPD-7-NO_LEASE", f"DHCP lease assignment failure, client {query.client} reason NO POOL"
            )

    def _lease_of(self, query: Query, subnets: list[Subnet]) -> Lease | None:
        for subnet in subnets:
            lease = subnet.leases.get(query.key)
            if lease is not None:
                return lease
        return None

    def _own_lease(self, query: Query, address: int | None) -> Lease | None:
        """The lease that the client gives back; None when it is not its own, or not of this server."""
        server = query.message.word(dhcp.SERVER_IDENTIFIER)
        if server is not None and server != query.identifier and not self._environment.is_own(server):
            return None
        lease = None if address is None else self._table.by_address.get(address)
        return lease if lease is not None and lease.key == query.key else None

    def forget_all(self) -> None:
        """The router was reloaded: drops whatever is being pinged, and counts anew."""
        self._allocator.forget_all()
        self._no_lease_logged.clear()

    def free(self, lease: Lease) -> None:
        """Gives an address back to its pool."""
        if lease.subnet.owner.pool.settings.get("update") == "arp":
            self._environment.secure_arp(lease.address, None, lease.interface)
        self._allocator.free(lease)

    def expired(self, leases: list[Lease]) -> None:
        """The time of these leases and offers is up."""
        self._event("DHCPD: checking for expired leases.")
        for lease in leases:
            if lease.state is LeaseState.BOUND:
                self.replies.statistics.expired += 1
                self._event(f"DHCPD: the lease for address {address_text(lease.address)} has expired.")
            self.free(lease)

    def _event(self, text: str) -> None:
        if self._environment.debugging("events"):
            self._environment.debug("events", text)
