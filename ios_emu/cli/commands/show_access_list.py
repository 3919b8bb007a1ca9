"""`show access-lists`, `show ip access-lists`, and clearing what they count."""

from __future__ import annotations

from collections.abc import Iterator

from ios_emu.cli.shell import Call
from ios_emu.devices.access_list import AccessList, shown, shown_order
from ios_emu.stack.interface_name import InterfaceName


def show_access_lists(call: Call, shown_list: int | None = None, shown_list_name: str | None = None) -> str:
    """`show access-lists [N|NAME]`."""
    return _shown(call, shown_list or shown_list_name)


def show_ip_access_lists(
    call: Call,
    shown_ip_list: int | None = None,
    shown_expanded_list: int | None = None,
    shown_ip_list_name: str | None = None,
) -> str:
    """`show ip access-lists [N|NAME]`."""
    return _shown(call, shown_ip_list or shown_expanded_list or shown_ip_list_name)


def _shown(call: Call, which: int | str | None) -> str:
    return "".join(f"{line}\n" for one in _wanted(call, which) for line in shown(one, call.dialect))


def _wanted(call: Call, which: int | str | None) -> list[AccessList]:
    """The list of that number or name, or all."""
    lists = call.config.access_lists
    if which is None:
        return shown_order(lists.values())
    return [lists[str(which)]] if str(which) in lists else []


def show_ip_access_list_interface(
    call: Call, interface_name: InterfaceName, shown_in: str | None = None, shown_out: str | None = None
) -> str:
    """`show ip access-lists interface X [in|out]`: what the lists at an interface counted."""
    if interface_name not in call.config.interfaces:
        raise call.invalid("interface_name")
    wanted = [way for way in (shown_in, shown_out) if way is not None] or ["in", "out"]
    return "".join(f"{line}\n" for way in wanted for line in _at(call, interface_name, way))


def _at(call: Call, name: InterfaceName, direction: str) -> Iterator[str]:
    _ = call.router.network.node  # What was configured a moment ago is carried out.
    filter_ = call.router.network.filters.at(str(name), direction)
    if filter_ is None:
        return
    lines = list(shown(filter_.access_list, call.dialect, filter_.counts))
    yield f"{lines[0]} {direction}"
    yield from lines[1:]


def clear_access_list_counters(
    call: Call,
    shown_ip_list: int | None = None,
    shown_expanded_list: int | None = None,
    shown_ip_list_name: str | None = None,
) -> str:
    """`clear access-list counters [N|NAME]`, `clear ip access-list counters [N|NAME]`."""
    for one in _wanted(call, shown_ip_list or shown_expanded_list or shown_ip_list_name):
        one.clear_counters()
    return ""
