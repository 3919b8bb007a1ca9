"""The configuration of a 2960: what it has besides that of every IOS device."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import ClassVar

from ios_emu.devices.configuration import VLAN1, Configuration
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.interface import Interface
from ios_emu.devices.kept_list import SWITCH_FACTORY
from ios_emu.devices.lines import Lines
from ios_emu.devices.switch_platform import FAST_ETHERNETS, GIGABIT_ETHERNETS, port_mac, vlan_mac
from ios_emu.devices.syslog import Timestamps
from ios_emu.devices.vlan_database import VlanDatabase
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.switch_port import SwitchPort
from ios_emu.wire.ethernet import MacAddress

SWITCH_PORTS = (
    *(InterfaceName("FastEthernet", 0, number) for number in range(1, FAST_ETHERNETS + 1)),
    *(InterfaceName("GigabitEthernet", 0, number) for number in range(1, GIGABIT_ETHERNETS + 1)),
)
DEFAULT_AGEING = 300
ROUTE_CACHE = "ip route-cache"


@dataclass(slots=True)
class SwitchInterface(Interface):
    """An interface of a switch: a port with its `switchport` settings, or an SVI without them."""

    switchport: SwitchPort | None = None
    voice_vlan: int | None = None


@dataclass(slots=True)
class SwitchConfiguration(Configuration):
    """What was configured. `ageing_time` is in seconds, 0 for never.

    `static_macs` has the port of a VLAN and address, None to drop what is for it. The VLAN database is not
    part of the configuration, but for a switch in VTP mode transparent, whose configuration shows it.
    """

    default_hostname: ClassVar[str] = "Switch"

    default_gateway: IPv4Address | None = None
    ageing_time: int = DEFAULT_AGEING
    static_macs: dict[tuple[int, MacAddress], InterfaceName | None] = field(default_factory=dict)
    database: VlanDatabase = field(default_factory=VlanDatabase, compare=False)

    def port(self, name: InterfaceName) -> SwitchInterface:
        """The interface of that name."""
        interface = self.interfaces[name]
        assert isinstance(interface, SwitchInterface)
        return interface

    @property
    def ports(self) -> list[SwitchInterface]:
        """The ports, in their order."""
        return [self.port(name) for name in SWITCH_PORTS]


def new_interface(name: InterfaceName, base: MacAddress, dialect: Dialect) -> SwitchInterface:
    """A port or an SVI as it comes from the box; `base` is the switch's own address."""
    if name.kind == "Vlan":
        made = SwitchInterface(name, vlan_mac(base, name.port))
        if dialect is Dialect.IOS:
            made.kept[ROUTE_CACHE] = f"no {ROUTE_CACHE}"
        return made
    index = name.port if name.kind == "FastEthernet" else FAST_ETHERNETS + name.port
    return SwitchInterface(name, port_mac(base, index), switchport=SwitchPort(str(name)))


def switch_factory_configuration(
    base: MacAddress, dialect: Dialect, database: VlanDatabase
) -> SwitchConfiguration:
    """A 2960 fresh from the box: all ports in VLAN 1 and on, and the dialect's default lines."""
    interfaces: dict[InterfaceName, Interface] = {
        name: new_interface(name, base, dialect) for name in (*SWITCH_PORTS, VLAN1)
    }
    configuration = SwitchConfiguration(
        dialect,
        interfaces,
        hostname=SwitchConfiguration.default_hostname,
        lines=Lines.of_switch(),
        kept=dict(SWITCH_FACTORY[dialect]),
        database=database,
    )
    if dialect is Dialect.IOS:
        stamps = Timestamps("datetime", msec=True)
        configuration.timestamps_debug = configuration.timestamps_log = stamps
    else:
        interfaces[VLAN1].shutdown = True
    return configuration
