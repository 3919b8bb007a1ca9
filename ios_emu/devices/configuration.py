"""The router's configuration as one typed state: all that `show running-config` prints, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface
from typing import TYPE_CHECKING, ClassVar

from ios_emu.devices.archive_settings import ArchiveSettings
from ios_emu.devices.connected import ConnectedNetworks
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.forward_protocol import FORWARDED
from ios_emu.devices.interface import Interface
from ios_emu.devices.kept import factory_lines
from ios_emu.devices.kept_blocks import BlockLines
from ios_emu.devices.lines import Lines
from ios_emu.devices.logging_settings import LoggingSettings
from ios_emu.devices.names_config import Names
from ios_emu.devices.nat_settings import NatSettings
from ios_emu.devices.privileges import Privileges
from ios_emu.devices.secret import Secret
from ios_emu.devices.ssh import SshSettings
from ios_emu.devices.syslog import Timestamps
from ios_emu.devices.system_clock import ClockSettings
from ios_emu.devices.users import User
from ios_emu.services.cdp_times import DEFAULT_HOLDTIME, DEFAULT_TIMER
from ios_emu.services.dhcp_server import DhcpServer
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.routing import Path, StaticRoute
from ios_emu.wire.ethernet import mac_for

if TYPE_CHECKING:
    from ios_emu.devices.access_list import AccessList
    from ios_emu.services.rip_settings import RipSettings

PORTS = (InterfaceName("FastEthernet", 0, 0), InterfaceName("FastEthernet", 0, 1))
VLAN1 = InterfaceName("Vlan", None, 1)
MOST_NAME_SERVERS = 6


@dataclass(slots=True)
class Configuration:
    """What was configured. Two are equal when their running configurations mean the same."""

    default_hostname: ClassVar[str] = "Router"

    dialect: Dialect
    interfaces: dict[InterfaceName, Interface]
    hostname: str = default_hostname
    timestamps_debug: Timestamps | None = None
    timestamps_log: Timestamps | None = None
    password_encryption: bool = False
    tcp_small_servers: bool = False
    enable_secret: Secret | None = None
    enable_password: Secret | None = None
    banner_motd: str | None = None
    banners: dict[str, str] = field(default_factory=dict)
    clock: ClockSettings = field(default_factory=ClockSettings)
    logging: LoggingSettings = field(default_factory=LoggingSettings)
    users: dict[str, User] = field(default_factory=dict)
    enable_levels: dict[int, Secret] = field(default_factory=dict)
    ssh: SshSettings = field(default_factory=SshSettings)
    privileges: Privileges = field(default_factory=Privileges)
    file_prompt: str = "alert"
    archive: ArchiveSettings = field(default_factory=ArchiveSettings)
    aliases: dict[str, dict[str, str]] = field(default_factory=dict)
    domain_lookup: bool = True
    name_servers: list[IPv4Address] = field(default_factory=list)
    names: Names = field(default_factory=Names)
    routes: dict[Path, StaticRoute] = field(default_factory=dict)
    rip: RipSettings | None = None
    dhcp: DhcpServer = field(default_factory=DhcpServer)
    nat: NatSettings = field(default_factory=NatSettings)
    lines: Lines = field(default_factory=Lines)
    forwarded_udp: frozenset[int] = FORWARDED
    # In seconds; the rest of CDP's settings is on or off, and among the lines that are kept.
    cdp_timer: int = DEFAULT_TIMER
    cdp_holdtime: int = DEFAULT_HOLDTIME
    access_lists: dict[str, AccessList] = field(default_factory=dict)
    access_list_log_threshold: int = 0
    kept: dict[str, str] = field(default_factory=dict)
    blocks: BlockLines = field(default_factory=dict)
    connected: ConnectedNetworks = field(default_factory=ConnectedNetworks, compare=False)

    def set_addresses(
        self, interface: Interface, primary: IPv4Interface | None, secondary: Iterable[IPv4Interface] = ()
    ) -> None:
        """Gives an interface its addresses, in place of those that it had."""
        for address in interface.addresses:
            self.connected.remove(interface.name, address.ip, address.network)
        interface.address, interface.secondary = primary, list(secondary)
        for address in interface.addresses:
            self.connected.add(interface.name, address.ip, address.network)

    def remove_interface(self, interface: Interface) -> None:
        """Takes an interface away, and the static routes that lead out of it."""
        self.set_addresses(interface, None)
        del self.interfaces[interface.name]
        self.routes = {
            path: route for path, route in self.routes.items() if route.interface != interface.name
        }


def factory_configuration(device: str, dialect: Dialect) -> Configuration:
    """A 2811 fresh from the box: two ports that are shut, and the dialect's default lines.

    `device` is the device's name in the lab: its MAC addresses come from it.
    """
    interfaces = {
        port: Interface(port, mac_for(device, index), shutdown=True) for index, port in enumerate(PORTS)
    }
    configuration = Configuration(dialect, interfaces, kept=dict(factory_lines(dialect)))
    if dialect is Dialect.IOS:
        configuration.timestamps_debug = configuration.timestamps_log = Timestamps(msec=True)
    else:
        interfaces[VLAN1] = Interface(VLAN1, mac_for(device, len(PORTS)), shutdown=True)
    return configuration
