"""A host: a PC or a server with one port, one address, a gateway and a name server."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cached_property
from ipaddress import IPv4Address, IPv4Interface
from typing import TYPE_CHECKING

from ios_emu.clock import Clock
from ios_emu.devices.nvram import Journal, MemoryJournal
from ios_emu.stack.cable import Port
from ios_emu.stack.forwarding import ForwardingEntry, Hop
from ios_emu.stack.ip_interface import IpInterface, Prefix
from ios_emu.stack.node import Node
from ios_emu.wire.ethernet import MacAddress, mac_for

if TYPE_CHECKING:
    from ios_emu.devices.host_dhcp import HostDhcp
    from ios_emu.devices.host_dns import DnsService
    from ios_emu.services.mail_program import MailProgram
    from ios_emu.services.mail_server import MailServer
    from ios_emu.services.record_journal import RecordJournal
    from ios_emu.services.resolver import Resolver, Settings

PORT_NAME = "FastEthernet0"
_TTL = 128
_NO_ADDRESS = IPv4Address(0)


class Host:
    """A host of the lab. `kind` is `pc` or `server`; `chance` makes initial sequence numbers and the like.

    While it does not `announces` its address is no news on the link: the whole lab is being switched on.
    """

    def __init__(
        self, name: str, kind: str, clock: Clock, chance: random.Random, mac: MacAddress | None = None
    ) -> None:
        self.name = name
        self.announces = False
        self.kind = kind
        self.clock = clock
        self.mac = mac or mac_for(name, 0)
        self.port = Port(PORT_NAME)
        self.address: IPv4Interface | None = None
        self.gateway: IPv4Address | None = None
        self.dns_server: IPv4Address | None = None
        self.domain = ""
        self.dhcp: HostDhcp | None = None
        # Opens what keeps mail beyond the process, with what it kept; and where settings are saved.
        self.open_mail: Callable[[], tuple[RecordJournal, bytes]] | None = None
        self.journal: Journal = MemoryJournal()
        self._begin_mail: Callable[[MailServer], None] | None = None
        self.node = Node(clock, chance, forwards=False, ttl=_TTL, unreachable_interval=0)
        self.interface = IpInterface(PORT_NAME, self.port, self.mac)
        self._chance = chance
        self.port.carrier_changed = self._carrier_changed
        self._apply()

    def configure(
        self,
        address: IPv4Interface | None,
        gateway: IPv4Address | None = None,
        dns_server: IPv4Address | None = None,
    ) -> None:
        """Gives the host its settings, in place of those that it had or leased."""
        if self.dhcp is not None:
            self.dhcp.close()
            self.dhcp = None
        self.set_leased(address, gateway, dns_server, "")

    def use_dhcp(self) -> HostDhcp:
        """Lets the host lease its settings, from now on."""
        if self.dhcp is None:
            from ios_emu.devices.host_dhcp import HostDhcp

            self.set_leased(None, None, None, "")
            self.dhcp = HostDhcp(self, self._chance)
            self.dhcp.follow(self.port.carrier)
        return self.dhcp

    def set_leased(
        self,
        address: IPv4Interface | None,
        gateway: IPv4Address | None,
        dns_server: IPv4Address | None,
        domain: str,
    ) -> None:
        """Takes over what the DHCP client got, or lost."""
        if address != self.address:
            self.node.arp.forget()
        if dns_server != self.dns_server and "resolver" in self.__dict__:
            # Another server may know what the last one did not.
            self.resolver.cache.forget()
        self.address, self.gateway, self.dns_server = address, gateway, dns_server
        self.domain = domain
        self._apply()

    @cached_property
    def mail_server(self) -> MailServer:
        """The mail services, which are off until somebody switches them on."""
        from ios_emu.devices.host_services import DEFAULT_DOMAIN, mail_server

        server = mail_server(self, DEFAULT_DOMAIN, *self._open_mail())
        # Who switches a service on here asks for the server again.
        self.__dict__["mail_server"] = server
        begin, self._begin_mail = self._begin_mail, None
        if begin is not None:
            begin(server)
        return server

    def serve_mail(self, begin: Callable[[MailServer], None]) -> None:
        """Lets `begin` set the mail server up, once it is needed: when TCP is used, or somebody asks for it.

        Most of what it needs is loaded then, and not before the first prompt.
        """
        self._begin_mail = begin
        self.node.tcp_services.append(lambda tcp: self.mail_server)

    @property
    def services_record(self) -> str:
        """The name under which the journal keeps the settings of the services."""
        return f"{self.name}/services"

    @cached_property
    def mail(self) -> MailProgram:
        """The mail program."""
        from ios_emu.services.mail_program import MailProgram

        return MailProgram(*self._open_mail())

    def _open_mail(self) -> tuple[RecordJournal | None, bytes]:
        return (None, b"") if self.open_mail is None else self.open_mail()

    @cached_property
    def dns_service(self) -> DnsService:
        """The name service, which a server may switch on."""
        from ios_emu.devices.host_dns import DnsService

        return DnsService(self.node)

    @cached_property
    def resolver(self) -> Resolver:
        """What looks up names for this host, made when it is first needed."""
        from ios_emu.services.dns_wire import NodeWire
        from ios_emu.services.resolver import Resolver

        chance = random.Random(f"{self.name}/resolver")
        return Resolver(self.clock, NodeWire(lambda: self.node), chance, self._resolver_settings)

    def _resolver_settings(self) -> Settings:
        """A server of names that was given no other asks itself."""
        from ios_emu.services.resolver import Settings

        server = self.dns_server if self.dns_server != _NO_ADDRESS else None
        if server is None and self.address is not None and self.dns_service.enabled:
            server = self.address.ip
        return Settings((int(server),) if server else (), (self.domain,) if self.domain else ())

    def _carrier_changed(self) -> None:
        self._apply()
        if self.dhcp is not None:
            self.dhcp.follow(self.port.carrier)

    def _apply(self) -> None:
        """Makes the node as the settings and the cable are."""
        interface, address = self.interface, self.address
        interface.up = self.port.carrier
        interface.set_addresses(
            () if address is None else (Prefix(int(address.ip), address.network.prefixlen),)
        )
        routes = []
        if address is not None:
            network = address.network
            hop = Hop(interface, None)
            routes.append(ForwardingEntry(int(network.network_address), network.prefixlen, (hop,)))
            if self.gateway is not None and self.gateway in network:
                routes.append(ForwardingEntry(0, 0, (Hop(interface, int(self.gateway)),)))
        self.node.configure([interface], routes, announce=self.announces)
