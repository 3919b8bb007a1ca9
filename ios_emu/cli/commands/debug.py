"""`debug`, `undebug` and `show debugging`."""

from __future__ import annotations

from ios_emu.cli.shell import Call
from ios_emu.devices.debugging import (
    ARP,
    CDP_PACKETS,
    DHCP_CLIENT,
    DHCP_EVENTS,
    DHCP_LINKAGE,
    DHCP_PACKETS,
    DOMAIN,
    ICMP,
    NAT,
    NAT_DETAILED,
    PACKET,
    RIP_DATABASE,
    RIP_EVENTS,
    RIP_PROTOCOL,
    RIP_SUBJECTS,
    ROUTING,
)

_GENERIC = (ICMP, PACKET, NAT, NAT_DETAILED, DHCP_CLIENT, DOMAIN)
_DHCP_SERVER = (DHCP_PACKETS, DHCP_EVENTS, DHCP_LINKAGE)


_SHOWN = (
    ("ARP", (ARP,)),
    ("CDP", (CDP_PACKETS,)),
    ("Generic IP", _GENERIC),
    ("IP routing", (ROUTING, *RIP_SUBJECTS)),
)


def _set(call: Call, subject: str, active: bool) -> str:
    call.device.debugging.set(subject, active)
    return f"{_state(subject, active)}\n"


def _state(subject: str, active: bool = True) -> str:
    """The DHCP server speaks in whole sentences."""
    return f"{subject} debugging is {'on' if active else 'off'}{'.' if subject in _DHCP_SERVER else ''}"


def debug_arp(call: Call) -> str:
    """`debug arp`."""
    return _set(call, ARP, True)


def debug_domain(call: Call) -> str:
    """`debug domain`."""
    return _set(call, DOMAIN, True)


def debug_ip_icmp(call: Call) -> str:
    """`debug ip icmp`."""
    return _set(call, ICMP, True)


def debug_ip_packet(
    call: Call,
    debugged_list: int | None = None,
    expanded_debugged_list: int | None = None,
    packet_detail: str | None = None,
) -> str:
    """`debug ip packet [N] [detail]`: with N, of packets that this access list permits."""
    debugging = call.device.debugging
    debugging.packet_list = debugged_list or expanded_debugged_list
    debugging.packet_detail = packet_detail is not None
    debugging.set(PACKET, True)
    return f"{_packets(call)}\n"


def _packets(call: Call) -> str:
    """How `debug ip packet` is on."""
    debugging = call.device.debugging
    detail = " (detailed)" if debugging.packet_detail else ""
    wanted = "" if debugging.packet_list is None else f" for access list {debugging.packet_list}"
    return f"{_state(PACKET)}{detail}{wanted}"


def debug_ip_dhcp_events(call: Call) -> str:
    """`debug ip dhcp server events`."""
    return _set(call, DHCP_EVENTS, True)


def debug_ip_dhcp_linkage(call: Call) -> str:
    """`debug ip dhcp server linkage`."""
    return _set(call, DHCP_LINKAGE, True)


def debug_ip_dhcp_packet(call: Call) -> str:
    """`debug ip dhcp server packet`."""
    return _set(call, DHCP_PACKETS, True)


def debug_ip_rip(call: Call) -> str:
    """`debug ip rip`."""
    return _set(call, RIP_PROTOCOL, True)


def debug_ip_rip_database(call: Call) -> str:
    """`debug ip rip database`."""
    return _set(call, RIP_DATABASE, True)


def debug_ip_rip_events(call: Call) -> str:
    """`debug ip rip events`."""
    return _set(call, RIP_EVENTS, True)


def debug_ip_routing(call: Call) -> str:
    """`debug ip routing`."""
    return _set(call, ROUTING, True)


def debug_all(call: Call) -> str:
    """`debug all`."""
    call.device.debugging.set_all(True)
    return "\nThis may severely impact network performance. All possible debugging has been turned on\n"


def undebug_arp(call: Call) -> str:
    """`undebug arp`."""
    return _set(call, ARP, False)


def undebug_domain(call: Call) -> str:
    """`undebug domain`."""
    return _set(call, DOMAIN, False)


def undebug_ip_icmp(call: Call) -> str:
    """`undebug ip icmp`."""
    return _set(call, ICMP, False)


def undebug_ip_packet(
    call: Call,
    debugged_list: int | None = None,
    expanded_debugged_list: int | None = None,
    packet_detail: str | None = None,
) -> str:
    """`undebug ip packet`, whatever was asked for."""
    return _set(call, PACKET, False)


def undebug_ip_dhcp_events(call: Call) -> str:
    """`undebug ip dhcp server events`."""
    return _set(call, DHCP_EVENTS, False)


def undebug_ip_dhcp_linkage(call: Call) -> str:
    """`undebug ip dhcp server linkage`."""
    return _set(call, DHCP_LINKAGE, False)


def undebug_ip_dhcp_packet(call: Call) -> str:
    """`undebug ip dhcp server packet`."""
    return _set(call, DHCP_PACKETS, False)


def undebug_ip_rip(call: Call) -> str:
    """`undebug ip rip`."""
    return _set(call, RIP_PROTOCOL, False)


def undebug_ip_rip_database(call: Call) -> str:
    """`undebug ip rip database`."""
    return _set(call, RIP_DATABASE, False)


def undebug_ip_rip_events(call: Call) -> str:
    """`undebug ip rip events`."""
    return _set(call, RIP_EVENTS, False)


def undebug_ip_routing(call: Call) -> str:
    """`undebug ip routing`."""
    return _set(call, ROUTING, False)


def undebug_all(call: Call) -> str:
    """`undebug all`."""
    call.device.debugging.set_all(False)
    return "All possible debugging has been turned off\n"


def show_debugging(call: Call) -> str:
    """`show debugging`: what is on, ARP apart from what belongs to IP; the DHCP server in its own words."""
    active = call.device.debugging.active
    lines: list[str] = []
    for title, subjects in _SHOWN:
        on = [
            f"  {_packets(call) if subject == PACKET else _state(subject)}"
            for subject in subjects
            if subject in active
        ]
        if on:
            lines += [f"{title}:", *on]
    lines += [_state(subject) for subject in _DHCP_SERVER if subject in active]
    return "".join(f"{line}\n" for line in [*lines, ""]) if lines else ""
