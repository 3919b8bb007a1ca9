"""The Catalyst 2960: an IOS device whose ports forward frames, with interfaces of its own in some VLANs."""

from __future__ import annotations

import random
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network

from ios_emu.clock import SECOND, Clock
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.interface import Interface
from ios_emu.devices.ios_device import POWER_ON, IosDevice, ReadConfig, read_nothing
from ios_emu.devices.kept_list import SWITCH_FACTORY
from ios_emu.devices.network import DeviceNetwork
from ios_emu.devices.nvram import Journal
from ios_emu.devices.platform import CdpIdentity
from ios_emu.devices.switch_configuration import (
    SWITCH_PORTS,
    SwitchConfiguration,
    SwitchInterface,
    new_interface,
    switch_factory_configuration,
)
from ios_emu.devices.switch_neighbours import SwitchNeighbours
from ios_emu.devices.switch_network import SwitchNetwork
from ios_emu.devices.switch_platform import SwitchPlatform, switch_platform
from ios_emu.devices.vlan_database import FILE, VlanDatabase, is_ethernet, read_database
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.routing import StaticRoute
from ios_emu.stack.switch_port import SwitchPort
from ios_emu.stack.switching import Switch
from ios_emu.wire.ethernet import MacAddress

_DEFAULT = IPv4Network("0.0.0.0/0")
_FIRST_DELAY, _SECOND_DELAY = 1 * SECOND, 2 * SECOND
_BOUNCE = 3 * SECOND


class Catalyst(IosDevice):
    """A Cisco WS-C2960-24TT-L. `switch` does the forwarding; the configuration is what it is set to."""

    model = "2960"
    link_news = IosDevice.link_news | {Dialect.PACKET_TRACER: ("LINK-3-UPDOWN", "LINK-5-CHANGED")}
    config: SwitchConfiguration
    platform: SwitchPlatform

    def __init__(
        self,
        switch: Switch,
        clock: Clock,
        dialect: Dialect = Dialect.IOS,
        chance: random.Random | None = None,
        journal: Journal | None = None,
        read_config: ReadConfig = read_nothing,
    ) -> None:
        self.switch = switch
        self._works_as: dict[str, str] = {}
        self._powered = False
        name = switch.name
        platform = switch_platform(name, dialect is Dialect.PACKET_TRACER)
        super().__init__(name, clock, platform, dialect, chance, journal, read_config)
        switch.violated = lambda port, mac, vlan: self._violated(port, mac)
        switch.err_disable = self._err_disabled
        self.neighbours = SwitchNeighbours(self)

    # What every IOS device has

    def factory_configuration(self) -> SwitchConfiguration:
        """As from the box, but for the VLANs, which are kept in the flash."""
        return switch_factory_configuration(self.platform.base_mac, self.dialect, self._stored_database())

    @property
    def factory_kept(self) -> Mapping[str, str]:
        """The kept lines that it has fresh from the box, by key."""
        return SWITCH_FACTORY[self.dialect]

    def _stored_database(self) -> VlanDatabase:
        entry = self.flash[FILE]
        return VlanDatabase() if entry is None else read_database(entry.read())

    def _make_network(self) -> DeviceNetwork:
        return SwitchNetwork(self, self.clock, random.Random(f"{self.name}/network"), self.switch)

    def blank(self) -> Catalyst:
        """A switch like this one, fresh from the box, on a clock of its own: nothing reaches it."""
        clock = Clock()
        ports = tuple(map(str, SWITCH_PORTS))
        return Catalyst(Switch(self.name, clock, ports), clock, self.dialect, random.Random(self.name))

    def boot(self, reason: str = POWER_ON) -> None:
        """Starts from NVRAM and the VLAN database. What the switch had learnt is forgotten."""
        packet_tracer = self.dialect is Dialect.PACKET_TRACER
        if packet_tracer != (self.platform.model == "WS-C2960-24TT"):
            self.platform = switch_platform(self.name, packet_tracer)
            software = self.platform.software
            self.flash.set_image(software.image, self.platform.flash_bytes, software.image_bytes)
        self.switch.forget()
        self.switch.err_disabled.clear()
        self._works_as.clear()
        super().boot(reason)
        self._powered = True

    @property
    def asks_for_setup(self) -> bool:
        """A real 2960 offers the dialogue, Packet Tracer's does not."""
        return self.dialect is Dialect.IOS

    def _restart_services(self) -> None:
        """A boot: the forwarding is as the configuration says, before the ports are switched on."""
        for interface in self.config.ports:
            assert interface.switchport is not None
            interface.switchport.shutdown = interface.shutdown
        self.apply()
        super()._restart_services()

    # What CDP tells

    @property
    def cdp_identity(self) -> CdpIdentity:
        """What it is."""
        return self.neighbours.identity

    def cdp_addresses(self, _: InterfaceName) -> list[IPv4Address]:
        """Its addresses, whatever the port."""
        return self.neighbours.addresses()

    def cdp_native_vlan(self, port: InterfaceName) -> int | None:
        """The VLAN of untagged frames behind that port."""
        return self.neighbours.native_vlan(port)

    # Switching

    def apply(self) -> None:
        """The forwarding takes over what is configured."""
        switch, database = self.switch, self.config.database
        for interface in self.config.ports:
            settings = interface.switchport
            assert settings is not None
            # The settings of another boot, or of a port that was reset.
            if switch.settings[settings.name] is not settings:
                settings.shutdown = interface.shutdown
                switch.settings[settings.name] = settings
                switch.secure[settings.name].settings = settings.security
        switch.vlans = {number: vlan.name for number, vlan in database.vlans.items()}
        switch.suspended = database.inactive
        switch.ageing_time = self.config.ageing_time * SECOND
        switch.static = {
            key: None if name is None else str(name) for key, name in self.config.static_macs.items()
        }
        switch.cpu_addresses = {
            one.name.port: one.mac
            for one in self.config.interfaces.values()
            if one.name.kind == "Vlan" and one.mac is not None and not one.shutdown
        }
        switch.changed()
        self.neighbours.dtp.settings_changed()
        self._note_modes()
        if not self.reading_nvram:
            self._report_vlans()

    def switching_changed(self) -> None:
        """Ports or VLANs were configured: the forwarding takes it over at once, but while NVRAM is read."""
        if not self.reading_nvram:
            self.apply()

    def database_changed(self) -> None:
        """VLANs or VTP were configured: they are kept in the flash."""
        database = self.config.database
        if database.domain or not database.transparent:
            database.revision += not database.transparent
        self.switching_changed()
        self.flash.write(FILE, database.text(), self.now.replace(microsecond=0), lambda problem: None)

    def port(self, name: InterfaceName) -> SwitchPort:
        """The `switchport` settings of a port."""
        settings = self.config.port(name).switchport
        assert settings is not None
        return settings

    def short_name(self, name: InterfaceName) -> str:
        """`Fa0/1`, `Gi0/1`; in Packet Tracer `Gig0/1`."""
        if self.dialect is Dialect.PACKET_TRACER and name.kind == "GigabitEthernet":
            return f"Gig{name.number}"
        return name.short

    def shown_order(self, name: InterfaceName) -> tuple[bool, InterfaceName]:
        """SVIs first; behind the ports in Packet Tracer: the order of screens, not of the configuration."""
        return (name.kind == "Vlan") is (self.dialect is Dialect.PACKET_TRACER), name

    def _note_modes(self) -> None:
        """A port that becomes a trunk, or an access port again, is down for a moment."""
        for name, port in self.switch.ports.items():
            mode = self.switch.operational(name)[0]
            before = self._works_as.get(name)
            self._works_as[name] = mode
            if before not in (None, mode) and port.carrier and not self.links_quiet:
                text = f"Line protocol on Interface {name}, changed state to"
                self.report("LINEPROTO-5-UPDOWN", f"{text} down", _FIRST_DELAY)
                self.report("LINEPROTO-5-UPDOWN", f"{text} up", _FIRST_DELAY + _BOUNCE)

    def _err_disabled(self, name: str, cause: str) -> None:
        if self.dialect is Dialect.IOS:
            short = InterfaceName.read(name).short
            text = f"{cause} error detected on {short}, putting {short} in err-disable state"
            self.report("PM-4-ERR_DISABLE", text)

    def _violated(self, name: str, mac: MacAddress) -> None:
        if self.dialect is Dialect.IOS:
            text = f"Security violation occurred, caused by MAC address {mac} on port {name}."
            self.report("PORT_SECURITY-2-PSECURE_VIOLATION", text)

    # Interfaces

    @property
    def link_follows_cable(self) -> bool:
        """The line of a switch's port goes up and down with its cable."""
        return True

    def interface_up(self, interface: Interface) -> bool:
        """Is the line up? That of a port needs a live cable, that of an SVI needs its VLAN."""
        if interface.shutdown:
            return False
        if interface.name.kind == "Vlan":
            return interface.name.port in self.config.database.vlans
        return self.network.carrier(interface.name)

    def protocol_up(self, interface: Interface) -> bool:
        """Is the line protocol up? That of an SVI needs a port of its VLAN that is up."""
        if not self.interface_up(interface):
            return False
        return interface.name.kind != "Vlan" or self._vlan_alive(interface.name.port)

    def _vlan_alive(self, number: int) -> bool:
        if number in self.config.database.inactive or not is_ethernet(number):
            return False
        for name, port in self.switch.ports.items():
            if port.carrier:
                works_as = self.switch.operational(name)
                if number in works_as[2] if works_as[0] == "trunk" else number == works_as[1]:
                    return True
        return False

    def has_port(self, name: InterfaceName) -> bool:
        """Can this 2960 have an interface of that name? Its ports are fixed, SVIs are free."""
        if name.sub is not None:
            return False
        return name in SWITCH_PORTS or (name.kind == "Vlan" and name.slot is None)

    def make_interface(self, name: InterfaceName) -> SwitchInterface:
        """The interface of that name; an SVI is made when it is first named."""
        if name not in self.config.interfaces:
            made = new_interface(name, self.platform.base_mac, self.dialect)
            self.config.interfaces[name] = made
            self.switching_changed()
        return self.config.port(name)

    def remove_interface(self, interface: Interface) -> None:
        """`no interface Vlan N`: the switch has no address there any more."""
        super().remove_interface(interface)
        self.switching_changed()

    def link_changed(self, interface: Interface, *, is_new: bool = False) -> None:
        """`shutdown` or `no shutdown`: the address of an SVI is the switch's own while it is not shut."""
        super().link_changed(interface, is_new=is_new)
        self.switching_changed()

    def carrier_changed(self, name: InterfaceName) -> None:
        """A cable was plugged in or cut: the SVIs of its VLANs may come up, or go down."""
        if not self._powered:
            # The cables of a lab are plugged in before the power is switched on.
            return
        interface = self.config.interfaces[name]
        if not self.links_quiet and not interface.shutdown:
            if self.network.carrier(name):
                self._report_link(interface)
                self._report_protocol(interface)
            else:
                self._report_protocol(interface, _FIRST_DELAY)
                self._report_link(interface, _SECOND_DELAY)
        self._report_vlans()

    def _report_vlans(self) -> None:
        if self.links_quiet:
            return
        for name, interface in self.config.interfaces.items():
            if name.kind == "Vlan":
                self._report_protocol(interface)

    # The way out

    def static_routes(self) -> list[StaticRoute]:
        """The default gateway."""
        gateway = self.config.default_gateway
        return [] if gateway is None else [StaticRoute(_DEFAULT, gateway, None)]
