"""The MAC address table of a switch: what is set, shown and cleared."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ios_emu.cli.commands.config_global import kept
from ios_emu.cli.shell import Call
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.switch_configuration import DEFAULT_AGEING
from ios_emu.devices.vlan_database import is_ethernet
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.switching import CPU, Station
from ios_emu.wire.ethernet import MacAddress

_HEADER = """\
          Mac Address Table
-------------------------------------------

Vlan    Mac Address       Type        Ports
----    -----------       --------    -----
"""
# What the switch itself listens to in all VLANs: CDP and its like, the bridge group addresses, broadcasts.
_OWN_GROUPS = (
    "0100.0ccc.cccc",
    "0100.0ccc.cccd",
    *(f"0180.c200.{number:04x}" for number in range(0x11)),
    "ffff.ffff.ffff",
)
_SPACE = 8192
_LEAST_AGEING = 10


# Configuration


def mac_table_aging(call: Call, aging_seconds: int = DEFAULT_AGEING) -> str:
    """`mac address-table aging-time SECONDS`; 0 is never."""
    if not call.no and 0 < aging_seconds < _LEAST_AGEING:
        raise call.invalid("aging_seconds")
    call.catalyst.config.ageing_time = DEFAULT_AGEING if call.no else aging_seconds
    call.catalyst.switching_changed()
    return ""


def mac_table_static(
    call: Call,
    station: MacAddress,
    table_vlan: int,
    interface_name: InterfaceName | None = None,
    drop_frames: str | None = None,
) -> str:
    """`mac address-table static H.H.H vlan N (interface X | drop)`."""
    static, key = call.catalyst.config.static_macs, (table_vlan, station)
    if call.no:
        static.pop(key, None)
    else:
        if interface_name is not None and interface_name not in call.config.interfaces:
            raise call.invalid("interface_name")
        if station[0] & 1:
            return "Only unicast addresses can be configured statically\n"
        static[key] = None if drop_frames is not None else interface_name
    call.catalyst.switching_changed()
    return ""


def mac_table_kept(call: Call, **arguments: object) -> str:
    """`mac address-table notification ...`: kept; `mac-address-table` is an older way to write it."""
    command = call.command
    command.text = command.text.replace("mac-address-table", "mac address-table", 1)
    return kept(call, **arguments)


# show


def _stations(call: Call) -> list[Station]:
    """The stations, without the switch's own addresses."""
    return [one for one in call.catalyst.switch.mac_table() if one.port != CPU]


def _table(call: Call, stations: Iterable[Station], *, own: bool = False) -> str:
    packet_tracer = call.dialect is Dialect.PACKET_TRACER
    rows = [f"{one.vlan:>4}    {one.mac}    {one.type:<11} {_where(call, one.port)}" for one in stations]
    if packet_tracer:
        return _HEADER + "\n" + "".join(f"{row}\n" for row in rows)
    if own:
        rows = [f" All    {mac}    {'STATIC':<11} {CPU}" for mac in _OWN_GROUPS] + rows
    total = f"Total Mac Addresses for this criterion: {len(rows)}\n"
    return (_HEADER + "".join(f"{row}\n" for row in rows) + total) if rows else _no_entries()


def _no_entries() -> str:
    return f"{_HEADER}"


def _where(call: Call, port: str) -> str:
    return port if port == "Drop" else call.catalyst.short_name(InterfaceName.read(port))


def show_mac_table(call: Call) -> str:
    """`show mac address-table`."""
    return _table(call, _stations(call), own=True)


def show_mac_table_dynamic(call: Call) -> str:
    """`show mac address-table dynamic`."""
    return _some(call, lambda one: one.type == "DYNAMIC")


def show_mac_table_static(call: Call) -> str:
    """`show mac address-table static`."""
    return _table(call, [one for one in _stations(call) if one.type == "STATIC"], own=True)


def show_mac_table_address(call: Call, table_mac: MacAddress) -> str:
    """`show mac address-table address H.H.H`."""
    return _some(call, lambda one: one.mac == table_mac)


def show_mac_table_interface(call: Call, interface_name: InterfaceName) -> str:
    """`show mac address-table interface X`."""
    if interface_name not in call.config.interfaces:
        raise call.invalid("interface_name")
    return _some(call, lambda one: one.port == str(interface_name))


def show_mac_table_vlan(call: Call, table_vlan: int) -> str:
    """`show mac address-table vlan N`."""
    stations = [one for one in _stations(call) if one.vlan == table_vlan]
    return _table(call, stations, own=True)


def _some(call: Call, wanted: Callable[[Station], bool]) -> str:
    return _table(call, [one for one in _stations(call) if wanted(one)])


def show_mac_table_aging(call: Call) -> str:
    """`show mac address-table aging-time`."""
    return (
        f"Global Aging Time:{call.catalyst.config.ageing_time:>5}\nVlan    Aging Time\n----    ----------\n"
    )


def show_mac_table_count(call: Call) -> str:
    """`show mac address-table count`: by VLAN."""
    stations = _stations(call)
    text = ""
    for number in call.catalyst.config.database.vlans:
        if not is_ethernet(number):
            continue
        here = [one for one in stations if one.vlan == number]
        dynamic = sum(one.type == "DYNAMIC" for one in here)
        text += (
            f"\nMac Entries for Vlan {number}:\n---------------------------\n"
            f"Dynamic Address Count  : {dynamic}\n"
            f"Static  Address Count  : {len(here) - dynamic}\n"
            f"Total Mac Addresses    : {len(here)}\n"
        )
    return f"{text}\nTotal Mac Address Space Available: {_SPACE - len(stations)}\n\n"


# clear


def clear_mac_table(
    call: Call,
    table_mac: MacAddress | None = None,
    interface_name: InterfaceName | None = None,
    table_vlan: int | None = None,
) -> str:
    """`clear mac address-table dynamic [address H.H.H | interface X | vlan N]`."""
    if interface_name is not None and interface_name not in call.config.interfaces:
        raise call.invalid("interface_name")
    port = None if interface_name is None else str(interface_name)
    call.catalyst.switch.forget(vlan=table_vlan, port=port, mac=table_mac)
    return ""
