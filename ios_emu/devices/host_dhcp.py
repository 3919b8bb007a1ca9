"""The DHCP client of a host: its lease becomes the host's address, gateway and name server.

Nobody answers: the host takes an address of 169.254.0.0/16 (RFC 3927) that is free on its link, and goes on
asking in the background.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface
from typing import TYPE_CHECKING

from ios_emu.errors import MalformedPacket
from ios_emu.services.dhcp_client import DhcpClient
from ios_emu.services.dhcp_client_lease import ClientIdentity, ClientLease, ethernet_identifier
from ios_emu.stack.address_probe import AddressProbe
from ios_emu.stack.neighbour import when_reachable
from ios_emu.wire import dhcp
from ios_emu.wire.dhcp import DhcpMessage

if TYPE_CHECKING:
    from ios_emu.devices.host import Host
    from ios_emu.stack.udp import Received

_LINK_LOCAL = int(IPv4Address("169.254.1.0"))
# Without the first and the last 256 addresses, which are reserved.
_LINK_LOCAL_ADDRESSES = 0xFE00
_LINK_LOCAL_LENGTH = 16
_MOST_CONFLICTS = 10


class HostDhcp:
    """The client of `host`; `chance` makes transaction numbers and the address of its own choice."""

    def __init__(self, host: Host, chance: random.Random) -> None:
        identity = ClientIdentity(host.mac, ethernet_identifier(host.mac), host.name)
        self.client = DhcpClient(host.clock, self, chance, identity)
        self.autoconfigured = False
        self._host = host
        self._chance = chance
        self._socket = host.node.udp.open(self._receive, dhcp.CLIENT_PORT)
        self._running = False

    @property
    def lease(self) -> ClientLease | None:
        """What the host has leased."""
        return self.client.lease

    def follow(self, carrier: bool) -> None:
        """Starts and stops with the cable."""
        if carrier and not self._running:
            self.client.start(self.client.lease)
        elif not carrier and self._running:
            self.client.stop()
        self._running = carrier

    def renew(self, done: Callable[[bool], None]) -> None:
        """`ipconfig /renew`: `done` is told whether there is a lease now."""
        if self._running:
            self.client.renew(done)
        else:
            done(False)

    def release(self, done: Callable[[], None]) -> None:
        """`ipconfig /release`: `done` is called when the server was told."""

        def tell() -> None:
            if not self.client.release():
                self.client.stop()
                self.unbound()
            done()

        if self.client.lease is None:
            tell()
        else:
            when_reachable(self._host.node, self.client.lease.server, tell)

    def close(self) -> None:
        """The host has an address of its own from now on: the lease is left to its end."""
        self.client.stop()
        self._socket.close()

    # What the client asks

    def send(self, message: DhcpMessage, source: int, destination: int) -> None:
        """Sends from port 68 to port 67."""
        interface = None if source else self._host.interface
        self._host.interface.takes_any = not source
        self._socket.send(destination, dhcp.SERVER_PORT, message.build(), source=source, interface=interface)

    def probe(self, address: int, done: Callable[[bool], None]) -> None:
        """Asks by ARP who has the address."""
        AddressProbe(self._host.node, self._host.interface, address, done)

    def bound(self, lease: ClientLease) -> None:
        """The lease becomes the host's settings."""
        self.autoconfigured = False
        self._host.interface.takes_any = False
        address = IPv4Interface((lease.address, lease.mask.bit_count()))
        routers, servers = lease.addresses(dhcp.ROUTER), lease.addresses(dhcp.DOMAIN_NAME_SERVER)
        self._host.set_leased(
            address,
            next((router for router in routers if router in address.network), None),
            next(iter(servers), None),
            lease.text(dhcp.DOMAIN_NAME),
        )

    def unbound(self) -> None:
        """The host has no address any more."""
        self.autoconfigured = False
        self._host.set_leased(None, None, None, "")

    def unanswered(self) -> None:
        """Takes an address of the link."""
        if not self.autoconfigured:
            self._choose(_MOST_CONFLICTS)

    def debug(self, text: str) -> None:
        """A host shows nothing of it."""

    def _choose(self, tries: int) -> None:
        address = _LINK_LOCAL + self._chance.randrange(_LINK_LOCAL_ADDRESSES)

        def checked(used: bool) -> None:
            if self.client.lease is not None or not self._running:
                return
            if used:
                if tries > 1:
                    self._choose(tries - 1)
                return
            self.autoconfigured = True
            self._host.set_leased(IPv4Interface((address, _LINK_LOCAL_LENGTH)), None, None, "")

        self.probe(address, checked)

    def _receive(self, received: Received) -> None:
        try:
            message = DhcpMessage.parse(received.payload)
        except MalformedPacket:
            return
        if received.source_port == dhcp.SERVER_PORT:
            self.client.receive(message)
