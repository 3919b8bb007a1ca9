"""The 2811: what a router is besides an IOS device: DHCP, its ports and its routes."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ios_emu.clock import Clock
from ios_emu.devices.configuration import PORTS, Configuration, factory_configuration
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.interface import Interface
from ios_emu.devices.ios_device import IosDevice, ReadConfig, read_nothing
from ios_emu.devices.kept import factory_lines
from ios_emu.devices.network import DeviceNetwork
from ios_emu.devices.nvram import Journal
from ios_emu.devices.platform import CdpIdentity, platform_for
from ios_emu.devices.router_nat import RouterNat
from ios_emu.stack.cable import Port
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.routing import StaticRoute
from ios_emu.wire.ethernet import mac_for

if TYPE_CHECKING:
    from ios_emu.devices.dhcp import RouterDhcp
    from ios_emu.devices.dhcp_clients import RouterDhcpClients
    from ios_emu.devices.rip import RouterRip
    from ios_emu.services.record_journal import RecordJournal

_FIRST_LOOPBACK_INDEX = 8


class Router(IosDevice):
    """A Cisco 2811. `clock` is the lab's; `chance` makes salts; `journal` keeps NVRAM.

    `leases` opens what keeps the DHCP server's leases, with what it kept before; None: nothing does.
    """

    model = "2811"

    def __init__(
        self,
        name: str,
        clock: Clock,
        dialect: Dialect = Dialect.IOS,
        chance: random.Random | None = None,
        journal: Journal | None = None,
        read_config: ReadConfig = read_nothing,
        leases: Callable[[], tuple[RecordJournal, bytes]] | None = None,
    ) -> None:
        self._leases = leases
        self._dhcp: RouterDhcp | None = None
        self._dhcp_clients: RouterDhcpClients | None = None
        self._rip: RouterRip | None = None
        super().__init__(name, clock, platform_for(name), dialect, chance, journal, read_config)
        self.nat = RouterNat(self)

    def factory_configuration(self) -> Configuration:
        """Two ports that are shut, and the dialect's default lines."""
        return factory_configuration(self.name, self.dialect)

    @property
    def factory_kept(self) -> Mapping[str, str]:
        """The kept lines that it has fresh from the box, by key."""
        return factory_lines(self.dialect)

    def _make_network(self) -> DeviceNetwork:
        ports = {name: Port(str(name)) for name in PORTS}
        return DeviceNetwork(self, self.clock, random.Random(f"{self.name}/network"), ports)

    def blank(self) -> Router:
        """A router like this one, fresh from the box, on a clock of its own: nothing reaches it."""
        return Router(self.name, Clock(), self.dialect, random.Random(self.name))

    # DHCP

    @property
    def dhcp(self) -> RouterDhcp:
        """The DHCP server and relay, made when they are first needed."""
        if self._dhcp is None:
            from ios_emu.devices.dhcp import RouterDhcp

            kept = () if self._leases is None else self._leases()
            self._dhcp = RouterDhcp(self, *kept)
        return self._dhcp

    @property
    def dhcp_clients(self) -> RouterDhcpClients:
        """The DHCP clients of the interfaces that lease their address."""
        if self._dhcp_clients is None:
            from ios_emu.devices.dhcp_clients import RouterDhcpClients

            self._dhcp_clients = RouterDhcpClients(self, random.Random(f"{self.name}/dhcp"))
        return self._dhcp_clients

    def _restart_services(self) -> None:
        """What was leased before a reload is gone; the end of the process was no reload."""
        if self._dhcp is not None:
            self._dhcp.reload()
        if self._dhcp_clients is not None:
            self._dhcp_clients.restart()
        self.nat.restart()
        if self._rip is not None:
            self._rip.restart()
        super()._restart_services()

    def _apply_services(self) -> None:
        self._apply_dhcp()
        if self._rip is not None or self.config.rip is not None:
            self.rip.apply()
        super()._apply_services()

    def _apply_dhcp(self) -> None:
        interfaces = self.config.interfaces.values()
        helped = any(interface.helper_addresses for interface in interfaces)
        if self._dhcp is not None or self.config.dhcp.pools or helped:
            self.dhcp.apply()
        if self._dhcp_clients is not None or any(interface.dhcp for interface in interfaces):
            self.dhcp_clients.apply()
        if self._dhcp is not None and self._dhcp_clients is not None:
            self._dhcp.import_options(self._dhcp_clients.imported())

    @property
    def name_servers(self) -> list[IPv4Address]:
        """The name servers that it asks: those that are configured, then those of leases."""
        leased = [] if self._dhcp_clients is None else self._dhcp_clients.name_servers()
        return list(dict.fromkeys([*super().name_servers, *leased]))

    # CDP

    @property
    def cdp_identity(self) -> CdpIdentity:
        """A 2811 is a router that can switch, and knows groups; Packet Tracer's is a router."""
        from ios_emu.wire.cdp import IGMP, ROUTER, SWITCH

        software = self.platform.software
        if self.dialect is Dialect.IOS:
            return CdpIdentity(f"Cisco {self.platform.model}", ROUTER | SWITCH | IGMP, software.lines())
        return CdpIdentity("cisco C2800", ROUTER, software.lines(self.platform.packet_tracer.team))

    def cdp_addresses(self, port: InterfaceName) -> list[IPv4Address]:
        """That of the port, or of the sub-interface of its native VLAN."""
        interfaces = self.config.interfaces.values()
        native = [one for one in interfaces if one.encapsulation is not None and one.encapsulation.native]
        here = [self.config.interfaces[port], *(one for one in native if one.name.parent == port)]
        return [one.address.ip for one in here if one.address is not None][:1]

    # Interfaces

    @property
    def link_follows_cable(self) -> bool:
        """In Packet Tracer it does; a 2811's line is up without a cable, and its protocol down."""
        return self.dialect is Dialect.PACKET_TRACER

    def interface_up(self, interface: Interface) -> bool:
        """Is the line up? A FastEthernet of a 2811 is, cable or not, unless it is shut."""
        if self.admin_down(interface):
            return False
        if interface.is_loopback or self.dialect is Dialect.IOS:
            return True
        return self.network.carrier(interface.name)

    def protocol_up(self, interface: Interface) -> bool:
        """Is the line protocol up? It needs a live cable, but on a loopback and without keepalives."""
        if not self.interface_up(interface):
            return False
        return interface.is_loopback or interface.keepalive is None or self.network.carrier(interface.name)

    def has_port(self, name: InterfaceName) -> bool:
        """Can this 2811 have an interface of that name? Its ports are fixed, loopbacks are free."""
        if name.kind == "Loopback":
            return name.sub is None and name.slot is None
        if name.kind == "FastEthernet":
            return name.parent in PORTS
        return name in self.config.interfaces

    def make_interface(self, name: InterfaceName) -> Interface:
        """The interface of that name; a loopback or a sub-interface is made when it is first named."""
        present = self.config.interfaces.get(name)
        if present is not None:
            return present
        parent = self.config.interfaces.get(name.parent)
        mac = parent.mac if parent is not None else mac_for(self.name, _FIRST_LOOPBACK_INDEX)
        made = self.config.interfaces[name] = Interface(name, mac)
        self.link_changed(made, is_new=True)
        return made

    # Routing

    def static_routes(self) -> list[StaticRoute]:
        """The routes that are configured, and those that leases and NAT bring."""
        leased = () if self._dhcp_clients is None else self._dhcp_clients.routes()
        return [*super().static_routes(), *leased, *self.nat.routes()]

    @property
    def rip(self) -> RouterRip:
        """RIP, made when it is first needed."""
        if self._rip is None:
            from ios_emu.devices.rip import RouterRip

            self._rip = RouterRip(self, random.Random(f"{self.name}/rip"))
        return self._rip

    def route_ages(self, network: IPv4Network) -> dict[IPv4Address, int]:
        """When a learnt route was told of last, by next hop, in lab time."""
        return {} if self._rip is None else self._rip.ages(network)

    def hears_rip(self, interface: str) -> bool:
        """Does RIP version 2 run on an interface?"""
        return self._rip is not None and self._rip.hears(interface)

    def tells_of(self, network: IPv4Network) -> bool:
        """Does a routing protocol tell its neighbours of a network as of one of its own?"""
        return self._rip is not None and self._rip.tells_of(network)
