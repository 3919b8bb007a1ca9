"""The running configuration of a 2960: its two layouts, made of the parts of a router's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ios_emu.devices.dialect import Dialect
from ios_emu.devices.interface import DEFAULT_KEEPALIVE, DEFAULT_LOAD_INTERVAL
from ios_emu.devices.interface_config import with_mask
from ios_emu.devices.kept import lines_at
from ios_emu.devices.running_config import (
    banner_lines,
    cdp_lines,
    clock_lines,
    enable_lines,
    line_lines,
    name_lines,
    password_encryption_lines,
    timestamps_line,
    user_lines,
)
from ios_emu.devices.switch_configuration import DEFAULT_AGEING, SwitchConfiguration, SwitchInterface
from ios_emu.devices.vlan_database import FIXED, default_name
from ios_emu.stack.switch_port import PortSecurity, SwitchPort
from ios_emu.stack.vlan_set import ALL_VLANS, VlanSet
from ios_emu.wire.ethernet import MacAddress

AGING = "switchport port-security aging"
# What fits in a line of `switchport trunk allowed vlan`.
_MOST_IN_A_LINE = 50


def switch_layout(config: SwitchConfiguration, whole: bool) -> Iterator[str]:
    """All lines, from the first `!` to `end`; `whole` with the defaults of lines and log, too."""
    return _ios(config, whole) if config.dialect is Dialect.IOS else _packet_tracer(config, whole)


def _ios(config: SwitchConfiguration, whole: bool) -> Iterator[str]:
    yield from ("!", "version 12.2")
    services = list(_kept(config, "service"))
    yield from services
    yield timestamps_line("debug", config)
    yield timestamps_line("log", config)
    yield from [line for line in password_encryption_lines(config) if line not in services]
    yield from ("!", f"hostname {config.hostname}", "!", "boot-start-marker")
    yield from _kept(config, "boot")
    yield from ("boot-end-marker", "!")
    yield from _kept(config, "first")
    yield from config.logging.first_lines(whole)
    yield from _kept(config, "logging")
    yield from enable_lines(config)
    yield "!"
    yield from user_lines(config)
    yield from _kept(config, "aaa", "aaa-lists", "aaa-session")
    yield from clock_lines(config)
    yield from _kept(config, "system-mtu")
    yield from _vtp(config)
    yield from _names(config)
    yield from ("!", "!")
    yield from _kept(config, "ip", "multilink", "switching")
    yield from config.archive.lines()
    yield from ["!"] * 6
    yield from _kept(config, "spanning-tree")
    yield "!"
    yield from _kept(config, "vlan")
    yield "!"
    yield from _vlans(config)
    yield "!"
    yield from _interfaces(config)
    yield from _gateway(config)
    yield from _kept(config, "http", "reaction")
    yield from config.logging.last_lines(whole)
    yield from _macs(config)
    yield from cdp_lines(config)
    yield from _kept(config, "cdp", "snmp", "tacacs")
    yield from _file_prompt(config)
    yield from banner_lines(config)
    yield "!"
    yield from line_lines(config, whole)
    yield "!"
    yield from _kept(config, "ntp-last", "ntp")
    yield "end"


def _packet_tracer(config: SwitchConfiguration, whole: bool) -> Iterator[str]:
    yield from ("!", "version 12.2")
    yield timestamps_line("log", config)
    yield timestamps_line("debug", config)
    yield from password_encryption_lines(config)
    yield from ("!", f"hostname {config.hostname}", "!")
    yield from config.logging.first_lines(whole)
    yield from _kept(config, "boot", "first", "logging")
    yield from enable_lines(config)
    yield from clock_lines(config)
    yield from ("!", "!")
    yield from _kept(config, "aaa", "aaa-lists", "aaa-session", "system-mtu")
    yield from _vtp(config)
    yield "!"
    yield from _names(config)
    yield from user_lines(config)
    yield from _kept(config, "ip", "multilink", "switching")
    yield from config.archive.lines()
    yield from ("!", "!")
    yield from _kept(config, "spanning-tree")
    yield from _kept(config, "vlan")
    yield "!"
    yield from _vlans(config)
    yield from _interfaces(config)
    yield from _gateway(config)
    yield "!"
    yield from _kept(config, "http", "reaction")
    yield from config.logging.last_lines(whole)
    yield from _macs(config)
    yield from cdp_lines(config)
    yield from _kept(config, "cdp", "snmp", "tacacs")
    yield from _file_prompt(config)
    yield from banner_lines(config)
    yield from ("!", "!")
    yield from line_lines(config, whole)
    yield from _kept(config, "ntp-last", "ntp")
    yield from ("!", "!", "!", "!", "end")


def _kept(config: SwitchConfiguration, *places: str) -> Iterator[str]:
    for place in places:
        yield from lines_at(config.kept, place)


def _names(config: SwitchConfiguration) -> Iterator[str]:
    yield from name_lines(config, ios=False)


def _file_prompt(config: SwitchConfiguration) -> Iterator[str]:
    if config.file_prompt != "alert":
        yield f"file prompt {config.file_prompt}"


def _gateway(config: SwitchConfiguration) -> Iterator[str]:
    if config.default_gateway is not None:
        yield f"ip default-gateway {config.default_gateway}"


def _macs(config: SwitchConfiguration) -> Iterator[str]:
    if config.ageing_time != DEFAULT_AGEING:
        yield f"mac address-table aging-time {config.ageing_time}"
    for (vlan, mac), name in config.static_macs.items():
        where = "drop" if name is None else f"interface {name}"
        yield f"mac address-table static {mac} vlan {vlan} {where}"


# VLANs


def _vtp(config: SwitchConfiguration) -> Iterator[str]:
    """A switch in transparent mode shows its database."""
    database = config.database
    if database.transparent:
        if database.domain:
            yield f"vtp domain {database.domain}"
        yield "vtp mode transparent"


def _vlans(config: SwitchConfiguration) -> Iterator[str]:
    database = config.database
    if not database.transparent:
        return
    for number, vlan in database.vlans.items():
        if number in FIXED:
            continue
        yield f"vlan {number}"
        if vlan.name != default_name(number):
            yield f" name {vlan.name}"
        if vlan.suspended:
            yield " state suspend"
        if vlan.shutdown:
            yield " shutdown"
        if vlan.remote_span:
            yield " remote-span"
        yield "!"


# Interfaces


def _interfaces(config: SwitchConfiguration) -> Iterator[str]:
    for name in sorted(config.interfaces):
        yield from switch_interface_config(config.port(name), config.dialect)
        yield "!"


def switch_interface_config(interface: SwitchInterface, dialect: Dialect) -> list[str]:
    """An interface's part, from `interface ...` on, without the `!` behind it."""
    lines = [f"interface {interface.name}"]
    if interface.description is not None:
        lines.append(f" description {interface.description}")
    if interface.bandwidth is not None:
        lines.append(f" bandwidth {interface.bandwidth}")
    if interface.delay is not None:
        lines.append(f" delay {interface.delay}")
    if interface.switchport is None:
        return lines + _svi(interface)
    ios = dialect is Dialect.IOS
    lines += [f" {line}" for line in _switchport(interface, interface.switchport, ios)]
    if interface.load_interval != DEFAULT_LOAD_INTERVAL:
        lines.append(f" load-interval {interface.load_interval}")
    shutdown = [" shutdown"] if interface.shutdown else []
    speed = [f" speed {interface.speed}"] if interface.speed != "auto" else []
    duplex = [f" duplex {interface.duplex}"] if interface.duplex != "auto" else []
    keepalive = interface.keepalive
    alive = (
        []
        if keepalive == DEFAULT_KEEPALIVE
        else [" no keepalive" if not keepalive else f" keepalive {keepalive}"]
    )
    kept = [f" {line}" for key, line in interface.kept.items() if not key.startswith(AGING)]
    if ios:
        return [*lines, *shutdown, *speed, *duplex, *alive, *kept]
    return [*lines, *kept, *alive, *duplex, *speed, *shutdown]


def _svi(interface: SwitchInterface) -> list[str]:
    lines = [f" ip address {with_mask(address)} secondary" for address in interface.secondary]
    address = interface.address
    lines.append(" no ip address" if address is None else f" ip address {with_mask(address)}")
    lines += [f" {line}" for line in interface.kept.values()]
    if interface.load_interval != DEFAULT_LOAD_INTERVAL:
        lines.append(f" load-interval {interface.load_interval}")
    return lines + [" shutdown"] * interface.shutdown


def _switchport(interface: SwitchInterface, port: SwitchPort, ios: bool) -> Iterator[str]:
    if port.access_vlan != 1:
        yield f"switchport access vlan {port.access_vlan}"
    if port.native_vlan != 1:
        yield f"switchport trunk native vlan {port.native_vlan}"
    if port.allowed_vlans != ALL_VLANS:
        yield from _allowed(port.allowed_vlans)
    if port.mode != "dynamic auto":
        yield f"switchport mode {port.mode}"
    if port.nonegotiate:
        yield "switchport nonegotiate"
    if interface.voice_vlan is not None:
        yield f"switchport voice vlan {interface.voice_vlan}"
    yield from (_security if ios else _packet_tracer_security)(interface, port.security)


def _allowed(vlans: VlanSet) -> Iterator[str]:
    """The VLANs of a trunk; many of them take several lines."""
    begin, line = "switchport trunk allowed vlan ", ""
    for piece in str(vlans).split(","):
        if line and len(line) + len(piece) > _MOST_IN_A_LINE:
            yield begin + line
            begin, line = "switchport trunk allowed vlan add ", ""
        line += f",{piece}" if line else piece
    yield begin + line


def _security(interface: SwitchInterface, security: PortSecurity) -> Iterator[str]:
    words, aging = "switchport port-security", interface.kept
    if security.maximum != 1:
        yield f"{words} maximum {security.maximum}"
    if security.enabled:
        yield words
    yield from (aging[key] for key in (f"{AGING} time", f"{AGING} static") if key in aging)
    if security.violation != "shutdown":
        yield f"{words} violation {security.violation}"
    yield from (aging[key] for key in (f"{AGING} type",) if key in aging)
    yield from _secure_addresses(security)


def _packet_tracer_security(interface: SwitchInterface, security: PortSecurity) -> Iterator[str]:
    """Packet Tracer has another order, and a blank behind some of the words."""
    words, aging = "switchport port-security", interface.kept
    if security.enabled:
        yield words
    if security.maximum != 1:
        yield f"{words} maximum {security.maximum}"
    sticky, *learned = [*_secure_addresses(security, lambda mac: str(mac).upper())] or [""]
    if security.sticky:
        yield f"{sticky} "
    elif sticky:
        learned = [sticky, *learned]
    if security.violation != "shutdown":
        yield f"{words} violation {security.violation} "
    yield from learned
    yield from (line for key, line in aging.items() if key.startswith(AGING))


def _secure_addresses(security: PortSecurity, shown: Callable[[MacAddress], str] = str) -> Iterator[str]:
    words = "switchport port-security mac-address"
    if security.sticky:
        yield f"{words} sticky"
    yield from (f"{words} sticky {shown(mac)}" for mac in security.sticky_addresses)
    yield from (f"{words} {shown(mac)}" for mac in security.static_addresses)
