"""CDP: its settings, `show cdp ...`, `clear cdp ...` and `debug cdp packets`."""

from __future__ import annotations

from collections.abc import Callable

from ios_emu.cli.cdp_text import address_lines, neighbour_entry, neighbours_table, software_lines
from ios_emu.cli.shell import Call
from ios_emu.devices.debugging import CDP_PACKETS
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.router import Router
from ios_emu.services.cdp import Neighbour, shown
from ios_emu.services.cdp_times import DEFAULT_HOLDTIME, DEFAULT_TIMER
from ios_emu.stack.interface_name import InterfaceName

_OFF = "% CDP is not enabled\n"
_PT_LINE = "---------------------------\n"


# Settings


def cdp_enable(call: Call) -> str:
    """`cdp enable` of an interface; on unless `no` stands in front of it."""
    kept = call.interface.kept
    if call.command.negated:
        kept["cdp enable"] = "no cdp enable"
    else:
        kept.pop("cdp enable", None)
    return ""


def cdp_timer(call: Call, cdp_seconds: int | None = None) -> str:
    """`cdp timer SECONDS`."""
    call.config.cdp_timer = DEFAULT_TIMER if call.no or cdp_seconds is None else cdp_seconds
    return ""


def cdp_holdtime(call: Call, cdp_hold_seconds: int | None = None) -> str:
    """`cdp holdtime SECONDS`."""
    call.config.cdp_holdtime = DEFAULT_HOLDTIME if call.no or cdp_hold_seconds is None else cdp_hold_seconds
    return ""


# What it shows


def show_cdp(call: Call) -> str:
    """`show cdp`: the global settings."""
    settings = call.device.cdp.settings
    if not settings.running:
        return _OFF
    start, state = ("\t", "is  ") if _is_ios(call) else ("    ", "is ")
    state += "enabled" if settings.version_2 else "not enabled"
    return (
        "Global CDP information:\n"
        f"{start}Sending CDP packets every {settings.timer} seconds\n"
        f"{start}Sending a holdtime value of {settings.holdtime} seconds\n"
        f"{start}Sending CDPv2 advertisements {state}\n"
    )


def show_cdp_interface(call: Call, interface_name: InterfaceName | None = None) -> str:
    """`show cdp interface [X]`: the ports with CDP on."""
    device, settings = call.device, call.device.cdp.settings
    if not settings.running:
        return _OFF
    text = ""
    for name in device.network.ports:
        if interface_name in (None, name) and device.cdp.enabled(name):
            interface = call.config.interfaces[name]
            state = "up" if device.interface_up(interface) else "down"
            state = "administratively down" if device.admin_down(interface) else state
            text += (
                f"{name} is {state}, line protocol is {'up' if device.protocol_up(interface) else 'down'}\n"
            )
            text += "  Encapsulation ARPA\n" if _is_ios(call) else ""
            text += f"  Sending CDP packets every {settings.timer} seconds\n"
            text += f"  Holdtime is {settings.holdtime} seconds\n"
    return text


def show_cdp_traffic(call: Call) -> str:
    """`show cdp traffic`: what was sent and received."""
    if not call.device.cdp.settings.running:
        return _OFF
    c = call.device.cdp.engine.counters
    received = c.input_1 + c.input_2
    return (
        "CDP counters :\n"
        f"\tTotal packets output: {c.output_1 + c.output_2}, Input: {received}\n"
        f"\tHdr syntax: {c.header_syntax}, Chksum error: {c.checksum}, Encaps failed: 0\n"
        f"\tNo memory: {c.no_memory}, Invalid packet: {c.invalid}, Fragmented: 0\n"
        f"\tCDP version 1 advertisements output: {c.output_1}, Input: {c.input_1}\n"
        f"\tCDP version 2 advertisements output: {c.output_2}, Input: {c.input_2}\n"
    )


def show_cdp_neighbors(call: Call, interface_name: InterfaceName | None = None) -> str:
    """`show cdp neighbors [X]`: the table."""
    if not call.device.cdp.settings.running:
        return _OFF
    centred = call.device.model != Router.model
    neighbours = _neighbours(call, interface_name)
    return neighbours_table(neighbours, call.device.clock.now, call.dialect, centred=centred)


def show_cdp_neighbors_detail(call: Call, interface_name: InterfaceName | None = None) -> str:
    """`show cdp neighbors [X] detail`."""
    if not call.device.cdp.settings.running:
        return _OFF
    line = "" if _is_ios(call) else _PT_LINE
    return "".join(_entry(call, one) + line for one in _neighbours(call, interface_name))


def show_cdp_entry(call: Call, cdp_entry: str) -> str:
    """`show cdp entry *|NAME`: the same of those that are called so."""
    return _of_entries(call, cdp_entry, _entry)


def show_cdp_entry_protocol(call: Call, cdp_entry: str) -> str:
    """`show cdp entry *|NAME protocol`: their addresses."""
    return _of_entries(call, cdp_entry, _protocol)


def show_cdp_entry_version(call: Call, cdp_entry: str) -> str:
    """`show cdp entry *|NAME version`: their software."""
    return _of_entries(call, cdp_entry, _version)


def _neighbours(call: Call, name: InterfaceName | None) -> list[Neighbour]:
    return [one for one in call.device.cdp.engine.neighbours() if name is None or one.port == str(name)]


def _of_entries(call: Call, wanted: str, shown: Callable[[Call, Neighbour], str]) -> str:
    if not call.device.cdp.settings.running:
        return _OFF
    found = [one for one in _neighbours(call, None) if wanted in ("*", one.says.device_id)]
    return "".join(shown(call, one) for one in found)


def _entry(call: Call, neighbour: Neighbour) -> str:
    return neighbour_entry(neighbour, call.device.clock.now, call.dialect)


def _protocol(_: Call, neighbour: Neighbour) -> str:
    lines = [
        f"Protocol information for {shown(neighbour.says.device_id)} :",
        *address_lines(neighbour.says.addresses),
    ]
    return "".join(f"{line}\n" for line in lines)


def _version(_: Call, neighbour: Neighbour) -> str:
    lines = ["", f"Version information for {shown(neighbour.says.device_id)} :"]
    lines += [f"  {line}" for line in software_lines(neighbour)]
    return "".join(f"{line}\n" for line in lines)


def _is_ios(call: Call) -> bool:
    return call.dialect is Dialect.IOS


def clear_cdp_table(call: Call) -> str:
    """`clear cdp table`."""
    call.device.cdp.engine.clear()
    return ""


def clear_cdp_counters(call: Call) -> str:
    """`clear cdp counters`."""
    call.device.cdp.engine.clear_counters()
    return ""


def debug_cdp_packets(call: Call) -> str:
    """`debug cdp packets`."""
    call.device.debugging.set(CDP_PACKETS, True)
    return f"{CDP_PACKETS} debugging is on\n"


def undebug_cdp_packets(call: Call) -> str:
    """`undebug cdp packets`."""
    call.device.debugging.set(CDP_PACKETS, False)
    return f"{CDP_PACKETS} debugging is off\n"
