"""An interface's part of the running configuration."""

from __future__ import annotations

from ipaddress import IPv4Interface

from ios_emu.devices.dhcp_config import interface_dhcp_config
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.interface import (
    DEFAULT_KEEPALIVE,
    DEFAULT_LOAD_INTERVAL,
    DhcpAddress,
    Interface,
)
from ios_emu.devices.kept import interface_lines
from ios_emu.devices.switch_configuration import SwitchInterface
from ios_emu.services.rip_interface_settings import UNTOUCHED


def interface_config(interface: Interface, dialect: Dialect) -> list[str]:
    """An interface's part, from `interface ...` on, without the `!` behind it."""
    if isinstance(interface, SwitchInterface):
        from ios_emu.devices.switch_running_config import switch_interface_config

        return switch_interface_config(interface, dialect)
    lines = [f"interface {interface.name}"]
    if interface.mac_address is not None:
        lines.append(f" mac-address {interface.mac_address}")
    if interface.description is not None:
        lines.append(f" description {interface.description}")
    if interface.mtu is not None:
        lines.append(f" mtu {interface.mtu}")
    if interface.bandwidth is not None:
        lines.append(f" bandwidth {interface.bandwidth}")
    if interface.delay is not None:
        lines.append(f" delay {interface.delay}")
    if interface.encapsulation is not None:
        native = " native" if interface.encapsulation.native else ""
        lines.append(f" encapsulation dot1Q {interface.encapsulation.vlan}{native}")
    before, behind, last = interface_lines(interface.kept)
    lines += [f" {line}" for line in [*interface_dhcp_config(interface), *before]]
    lines += [f" ip address {with_mask(address)} secondary" for address in interface.secondary]
    if interface.dhcp is not None:
        lines.append(f" ip address dhcp{_dhcp_options(interface.dhcp)}")
    elif interface.address is not None:
        lines.append(f" ip address {with_mask(interface.address)}")
    else:
        lines.append(" no ip address")
    lines += [f" ip access-group {name} {way}" for way, name in sorted(interface.access_groups.items())]
    lines += [f" ip helper-address {address}" for address in interface.helper_addresses]
    if interface.ip_mtu is not None:
        lines.append(f" ip mtu {interface.ip_mtu}")
    lines += [f" {line}" for line in behind]
    if interface.rip != UNTOUCHED:
        from ios_emu.devices.rip_config import interface_rip_config

        lines += [f" {line}" for line in interface_rip_config(interface.rip)]
    if interface.nat is not None:
        lines.append(f" ip nat {interface.nat}")
    if interface.virtual_reassembly is not None:
        lines.append(f" {interface.virtual_reassembly}")
    if interface.load_interval != DEFAULT_LOAD_INTERVAL:
        lines.append(f" load-interval {interface.load_interval}")
    shutdown = [" shutdown"] if interface.shutdown else []
    if interface.name.kind != "FastEthernet" or interface.is_subinterface:
        return lines + shutdown + [f" {line}" for line in last]
    medium = [f" duplex {interface.duplex}", f" speed {interface.speed}"]
    if interface.keepalive is None:
        medium.append(" no keepalive")
    elif interface.keepalive != DEFAULT_KEEPALIVE:
        medium.append(f" keepalive {interface.keepalive}")
    lines += shutdown + medium if dialect is Dialect.IOS else medium + shutdown
    return lines + [f" {line}" for line in last]


def _dhcp_options(dhcp: DhcpAddress) -> str:
    client_id = "" if dhcp.client_id is None else f" client-id {dhcp.client_id}"
    return client_id + ("" if dhcp.hostname is None else f" hostname {dhcp.hostname}")


def with_mask(address: IPv4Interface) -> str:
    """`192.168.1.1 255.255.255.0`."""
    return f"{address.ip} {address.netmask}"
