"""The screens of CDP: its neighbours as a table, and one by one.

The rules. What a neighbour wrote is shown without its control characters: it reaches a terminal. Real IOS
has a table for each family: a router's has the capabilities at the right of their column, a switch's in its
middle. Blanks at line ends are the device's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address

from ios_emu.clock import SECOND
from ios_emu.devices.dialect import Dialect
from ios_emu.services.cdp import Neighbour, shown

_CODES = """\
Capability Codes: R - Router, T - Trans Bridge, B - Source Route Bridge
                  S - Switch, H - Host, I - IGMP, r - Repeater"""
_MORE_CODES = ", P - Phone, \n                  D - Remote, C - CVTA, M - Two-port Mac Relay "
_HEADER = "\n\nDevice ID        Local Intrfce     Holdtme    Capability  Platform  Port ID\n"
_PT_HEADER = ", P - Phone\nDevice ID    Local Intrfce   Holdtme    Capability   Platform    Port ID\n"
_LETTERS = "RTBSHIrP"
_NAMES = ("Router", "Trans-Bridge", "Source-Route-Bridge", "Switch", "Host", "IGMP", "Repeater", "Phone")
_PORT = re.compile(r"([A-Za-z]{3})[A-Za-z-]*(\d.*)")
_CISCO = re.compile(r"[Cc]isco ")
# A longer name has a line of its own.
_LONGEST_NAME = 16
_PLATFORM_LETTERS = 9


def neighbours_table(neighbours: Iterable[Neighbour], now: int, dialect: Dialect, *, centred: bool) -> str:
    """`show cdp neighbors`; `centred` as a switch prints it."""
    if dialect is Dialect.PACKET_TRACER:
        return _CODES + _PT_HEADER + "".join(_packet_tracer_row(one, now) for one in neighbours)
    return (
        _CODES
        + (_MORE_CODES if centred else "")
        + _HEADER
        + "".join(_row(one, now, centred) for one in neighbours)
    )


def _row(neighbour: Neighbour, now: int, centred: bool) -> str:
    name, letters = shown(neighbour.says.device_id), _letters(neighbour)
    start = f"{name:<17}" if len(name) <= _LONGEST_NAME else f"{name}\n{'':<17}"
    port, seconds = _short(neighbour.port), _seconds(neighbour, now)
    if centred:
        letters = f"{' ' * (4 - (len(letters) + 1) // 2)}{letters}"
        middle = f"{port:<18}{seconds:<15}{letters:<8}"
    else:
        middle = f"{port:<19}{seconds:<3}{letters:>13}      "
    return f"{start}{middle}{_model(neighbour)[:_PLATFORM_LETTERS]:<10}{_short(neighbour.says.port_id)}\n"


def _packet_tracer_row(neighbour: Neighbour, now: int) -> str:
    return (
        f"{shown(neighbour.says.device_id):<13}{_short(neighbour.port):<17}{_seconds(neighbour, now):<15}"
        f"{_letters(neighbour):<8}{_model(neighbour):<12}{_short(neighbour.says.port_id)}\n"
    )


def neighbour_entry(neighbour: Neighbour, now: int, dialect: Dialect) -> str:
    """A neighbour of `show cdp neighbors detail` and of `show cdp entry`."""
    lines = _packet_tracer_entry if dialect is Dialect.PACKET_TRACER else _entry
    return "".join(f"{line}\n" for line in lines(neighbour, now))


def _entry(neighbour: Neighbour, now: int) -> Iterator[str]:
    says = neighbour.says
    yield "-------------------------"
    yield f"Device ID: {shown(says.device_id)}"
    yield "Entry address(es): "
    yield from address_lines(says.addresses)
    yield f"Platform: {shown(says.platform)},  Capabilities: {_names(neighbour)} "
    yield f"Interface: {neighbour.port},  Port ID (outgoing port): {shown(says.port_id)}"
    yield f"Holdtime : {_seconds(neighbour, now)} sec"
    yield from ("", "Version :", *software_lines(neighbour), "")
    yield f"advertisement version: {says.version}"
    if says.vtp_domain is not None:
        yield f"VTP Management Domain: '{shown(says.vtp_domain)}'"
    if says.native_vlan is not None:
        yield f"Native VLAN: {says.native_vlan}"
    if says.full_duplex is not None:
        yield f"Duplex: {'full' if says.full_duplex else 'half'}"
    if says.management is not None:
        yield "Management address(es): "
        yield from address_lines(says.management)
    yield ""


def _packet_tracer_entry(neighbour: Neighbour, now: int) -> Iterator[str]:
    says = neighbour.says
    yield ""
    yield f"Device ID: {shown(says.device_id)}"
    yield "Entry address(es): "
    yield from (f"  IP address : {IPv4Address(address)}" for address in says.addresses)
    yield f"Platform: {shown(says.platform)}, Capabilities: {_names(neighbour)}"
    yield f"Interface: {neighbour.port}, Port ID (outgoing port): {shown(says.port_id)}"
    yield f"Holdtime: {_seconds(neighbour, now)}"
    yield from ("", "Version :", *software_lines(neighbour), "")
    yield f"advertisement version: {says.version}"
    if says.full_duplex is not None:
        yield f"Duplex: {'full' if says.full_duplex else 'half'}"


def address_lines(addresses: Iterable[int]) -> Iterator[str]:
    """A line for each of a neighbour's addresses."""
    return (f"  IP address: {IPv4Address(address)}" for address in addresses)


def software_lines(neighbour: Neighbour) -> list[str]:
    """What it says of its software."""
    return [shown(line) for line in neighbour.says.software.split("\n")]


def _seconds(neighbour: Neighbour, now: int) -> int:
    """For how long it is still known."""
    return -(-(neighbour.expires - now) // SECOND)


def _letters(neighbour: Neighbour) -> str:
    return " ".join(letter for bit, letter in enumerate(_LETTERS) if neighbour.says.capabilities >> bit & 1)


def _names(neighbour: Neighbour) -> str:
    return " ".join(name for bit, name in enumerate(_NAMES) if neighbour.says.capabilities >> bit & 1)


def _model(neighbour: Neighbour) -> str:
    return _CISCO.sub("", shown(neighbour.says.platform), count=1)


def _short(port: str) -> str:
    """`Fas 0/0`; another maker's port as it calls it."""
    match = _PORT.fullmatch(shown(port))
    return f"{match[1]} {match[2]}" if match is not None else shown(port)
