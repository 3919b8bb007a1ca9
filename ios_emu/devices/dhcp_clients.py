"""The interfaces of the router that lease their address: `ip address dhcp`, and what `show dhcp` tells.

A client runs while its interface has a live cable. Its lease becomes the interface's address, and its router
a default route of distance 254, which every other default route beats.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from typing import TYPE_CHECKING

from ios_emu.clock import SECOND
from ios_emu.devices.debugging import DHCP_CLIENT
from ios_emu.errors import MalformedPacket
from ios_emu.services.dhcp_client import ClientState, DhcpClient, Done
from ios_emu.services.dhcp_client_lease import ClientIdentity, ClientLease, cisco_identifier
from ios_emu.stack.address_probe import AddressProbe
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.neighbour import when_reachable
from ios_emu.stack.routing import DEFAULT_NETWORK, StaticRoute
from ios_emu.wire import dhcp
from ios_emu.wire.dhcp import DhcpMessage
from ios_emu.wire.ethernet import MacAddress

if TYPE_CHECKING:
    from ios_emu.devices.interface import DhcpAddress, Interface
    from ios_emu.devices.router import Router
    from ios_emu.stack.ip_interface import IpInterface
    from ios_emu.stack.udp import Received, UdpSocket

_IMPORTABLE = (dhcp.DOMAIN_NAME_SERVER, dhcp.DOMAIN_NAME, dhcp.NETBIOS_NAME_SERVER, dhcp.NETBIOS_NODE_TYPE)

LEASED_DISTANCE = 254
"""The administrative distance of the default route that a lease brings."""


@dataclass(slots=True)
class ServerCounters:
    """What went to and came from one server; `show dhcp server`."""

    offers: int = 0
    requests: int = 0
    acks: int = 0
    naks: int = 0
    declines: int = 0
    releases: int = 0
    bad: int = 0


class InterfaceClient:
    """The client of one interface, and what it asks of the router."""

    def __init__(self, clients: RouterDhcpClients, interface: Interface, settings: DhcpAddress) -> None:
        router = clients.router
        self.interface = interface
        self.settings = settings
        self.interface_up = False
        self.tries = 0
        self.identifier = _identifier(router, interface, settings)
        hostname = settings.hostname or router.config.hostname
        identity = ClientIdentity(
            interface.mac or MacAddress(bytes(6)), self.identifier, hostname, broadcast=True
        )
        self.client = DhcpClient(router.clock, self, clients.chance, identity)
        self._clients = clients
        self._router = router

    def follow(self) -> None:
        """Starts and stops with the line protocol."""
        up = self._router.protocol_up(self.interface)
        if up and not self.interface_up:
            self.client.start(self.client.lease)
        elif not up and self.interface_up:
            self.client.stop()
        self.interface_up = up

    def send(self, message: DhcpMessage, source: int, destination: int) -> None:
        """Sends from port 68 to port 67."""
        self._clients.sent(message, destination)
        self.tries += 1
        if self.debugging_detail:
            self._router.report_debug("\n".join(self.describe()))
        # What an address is needed for goes by the routes, the rest out of this interface.
        interface = None if source else self._ip_interface()
        if source or interface is not None:
            socket = self._clients.socket
            socket.send(destination, dhcp.SERVER_PORT, message.build(), source=source, interface=interface)

    def probe(self, address: int, done: Callable[[bool], None]) -> None:
        """Asks by ARP who has the address."""
        interface = self._ip_interface()
        if interface is None:
            done(False)
        else:
            AddressProbe(self._router.network.node, interface, address, done)

    def bound(self, lease: ClientLease) -> None:
        """The lease becomes the interface's address."""
        self.tries = 0
        address = IPv4Interface((lease.address, lease.mask.bit_count()))
        interface, router = self.interface, self._router
        if interface.address != address:
            router.config.set_addresses(interface, address)
            interface.method = "DHCP"
            hostname = self.client.identity.hostname
            router.report(
                "DHCP-6-ADDRESS_ASSIGN",
                f"Interface {interface.name} assigned DHCP address {address.ip}, "
                f"mask {address.netmask}, hostname {hostname}",
            )
        router.network.changed()

    def unbound(self) -> None:
        """The interface has no address any more."""
        if self.interface.dhcp is not None:
            self._router.config.set_addresses(self.interface, None)
        self._router.network.changed()

    def unanswered(self) -> None:
        """A router takes no address of its own choice."""

    def debug(self, text: str) -> None:
        """A line of `debug dhcp`."""
        if DHCP_CLIENT in self._router.debugging.active:
            self._router.report_debug(text)

    @property
    def debugging_detail(self) -> bool:
        """Is `debug dhcp detail` on?"""
        return DHCP_CLIENT in self._router.debugging.active and self._router.debugging.dhcp_detail

    def describe(self) -> Iterator[str]:
        """The block of lines that `show dhcp lease` and `debug dhcp detail` print for it."""
        client, lease, now = self.client, self.client.lease, self._router.clock.now
        address, mask, server = (lease.address, lease.mask, lease.server) if lease else (0, 0, 0)
        yield f"Temp IP addr: {IPv4Address(address)}  for peer on Interface: {self.interface.name}"
        yield f"Temp  sub net mask: {IPv4Address(mask)}"
        number, name = _STATES[client.state]
        yield f"   DHCP Lease server: {IPv4Address(server)}, state: {number} {name}"
        yield f"   DHCP transaction id: {client.transaction:X}"
        seconds = [
            (when - lease.obtained) // SECOND if lease is not None and when is not None else 0
            for when in ((lease.expires, lease.renewal, lease.rebinding) if lease else (None,) * 3)
        ]
        if lease is not None and lease.expires is None:
            yield "   Lease: Infinite"
        else:
            yield "   Lease: {} secs,  Renewal: {} secs,  Rebind: {} secs".format(*seconds)
        routers = lease.addresses(dhcp.ROUTER) if lease is not None else []
        if routers:
            yield f"Temp default-gateway addr: {routers[0]}"
        due = client.due
        yield "   No timer running" if due is None else f"   Next timer fires after: {_span(due - now)}"
        text = self.identifier.lstrip(b"\0").decode("latin-1")
        shown = text if text.isprintable() else self.identifier.hex()
        yield f"   Retry count: {max(self.tries - 1, 0)}   Client-ID: {shown}"
        dump = self.identifier.lstrip(b"\0").hex().upper()
        for at in range(0, len(dump), 32):
            yield ("   Client-ID hex dump: " if not at else " " * 23) + dump[at : at + 32]
        yield f"   Hostname: {client.identity.hostname}"

    def _ip_interface(self) -> IpInterface | None:
        return self._router.network.named(str(self.interface.name))


class RouterDhcpClients:
    """All clients of one router."""

    def __init__(self, router: Router, chance: random.Random) -> None:
        self.router = router
        self.chance = chance
        self.servers: dict[int, ServerCounters] = {}
        self._clients: dict[InterfaceName, InterfaceClient] = {}
        self._socket: UdpSocket | None = None

    @property
    def socket(self) -> UdpSocket:
        """Port 68, open while there is a client."""
        if self._socket is None:
            self._socket = self.router.network.node.udp.open(self._receive, dhcp.CLIENT_PORT)
        return self._socket

    def _close_unused(self) -> None:
        if self._socket is not None and not self._clients:
            self._socket.close()
            self._socket = None

    def __iter__(self) -> Iterator[InterfaceClient]:
        return iter([client for _, client in sorted(self._clients.items())])

    def client_of(self, name: InterfaceName) -> InterfaceClient | None:
        """The client of an interface; None when it has a static address, or none."""
        return self._clients.get(name)

    def apply(self) -> None:
        """Lets every interface that is configured so have its client, and follow its line protocol."""
        config = self.router.config
        for name, known in list(self._clients.items()):
            interface = config.interfaces.get(name)
            if interface is not known.interface or interface.dhcp != known.settings:
                del self._clients[name]
                known.client.stop()
        for name, interface in config.interfaces.items():
            if interface.dhcp is not None and name not in self._clients:
                self._clients[name] = InterfaceClient(self, interface, interface.dhcp)
        for client in self:
            client.follow()
        self._close_unused()

    def release(self, client: InterfaceClient, done: Callable[[], None]) -> None:
        """Gives the lease of an interface back; `done` is called when the server was told."""

        def tell() -> None:
            client.client.release()
            done()

        lease = client.client.lease
        if lease is None:
            tell()
        else:
            when_reachable(self.router.network.node, lease.server, tell)

    def drop(self, name: InterfaceName) -> None:
        """The interface has a static address from now on, or none."""
        dropped = self._clients.pop(name, None)
        if dropped is not None:
            dropped.client.stop()

    def restart(self) -> None:
        """The router boots: nothing is known of what was leased."""
        for client in self._clients.values():
            client.client.stop()
        self._clients.clear()
        self.servers.clear()

    def renew(self, client: InterfaceClient, done: Done) -> None:
        """`renew dhcp INTERFACE`."""
        client.client.renew(done)

    def imported(self) -> dict[int, bytes]:
        """What servers told the router that its own pools may tell their clients: `import all`."""
        found: dict[int, bytes] = {}
        for client in self:
            lease = client.client.lease
            options = {} if lease is None else lease.options
            found |= {code: options[code] for code in _IMPORTABLE if code in options and code not in found}
        return found

    def name_servers(self) -> list[IPv4Address]:
        """The name servers that the leases bring, each one once."""
        leases = (client.client.lease for client in self)
        found = (
            one for lease in leases if lease is not None for one in lease.addresses(dhcp.DOMAIN_NAME_SERVER)
        )
        return list(dict.fromkeys(found))

    def routes(self) -> Iterator[StaticRoute]:
        """The default routes that the leases bring."""
        for client in self:
            lease = client.client.lease
            for gateway in lease.addresses(dhcp.ROUTER)[:1] if lease is not None else ():
                yield StaticRoute(DEFAULT_NETWORK, gateway, None, LEASED_DISTANCE)

    def sent(self, message: DhcpMessage, destination: int) -> None:
        """Counts what is meant for one server: it is named, or sent there."""
        counters = self._counters(message) or self.servers.get(destination)
        if counters is None:
            return
        match message.message_type:
            case dhcp.REQUEST:
                counters.requests += 1
            case dhcp.DECLINE:
                counters.declines += 1
            case dhcp.RELEASE:
                counters.releases += 1

    def _counters(self, message: DhcpMessage) -> ServerCounters | None:
        server = message.word(dhcp.SERVER_IDENTIFIER)
        return None if not server else self.servers.setdefault(server, ServerCounters())

    def _receive(self, received: Received) -> None:
        try:
            message = DhcpMessage.parse(received.payload)
        except MalformedPacket:
            counters = self.servers.get(received.source)
            if counters is not None:
                counters.bad += 1
            return
        client = next((one for one in self if str(one.interface.name) == received.interface.name), None)
        if (
            client is None
            or message.op != dhcp.BOOTREPLY
            or message.chaddr != client.client.identity.hardware
        ):
            return
        counters = self._counters(message)
        if counters is not None:
            match message.message_type:
                case dhcp.OFFER:
                    counters.offers += 1
                case dhcp.ACK:
                    counters.acks += 1
                case dhcp.NAK:
                    counters.naks += 1
        client.client.receive(message)


# As IOS numbers and names the states of a client.
_STATES = {
    ClientState.INIT: (1, "Init"),
    ClientState.SELECTING: (3, "Selecting"),
    ClientState.REQUESTING: (4, "Requesting"),
    ClientState.CHECKING: (4, "Requesting"),
    ClientState.REBOOTING: (4, "Requesting"),
    ClientState.BOUND: (5, "Bound"),
    ClientState.RENEWING: (7, "Renewing"),
    ClientState.REBINDING: (8, "Rebinding"),
}


def _identifier(router: Router, interface: Interface, settings: DhcpAddress) -> bytes:
    """Option 61: Cisco's own form, or with `client-id` the MAC address of that interface."""
    if settings.client_id is not None:
        named = router.config.interfaces.get(settings.client_id)
        mac = named.mac if named is not None else None
        return bytes((dhcp.ETHERNET,)) + (mac or MacAddress(bytes(6)))
    return cisco_identifier(interface.mac or MacAddress(bytes(6)), interface.name.short)


def _span(nanoseconds: int) -> str:
    minutes, seconds = divmod(max(nanoseconds, 0) // SECOND, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
