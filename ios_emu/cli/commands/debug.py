"""`debug`, `undebug` and `show debugging`."""

from __future__ import annotations

from ios_emu.cli.shell import Call
from ios_emu.devices.debugging import ARP, DOMAIN, ICMP, PACKET, SUBJECTS


def _set(call: Call, subject: str, active: bool) -> str:
    call.router.debugging.set(subject, active)
    return f"{subject} debugging is {'on' if active else 'off'}\n"


def debug_arp(call: Call) -> str:
    """`debug arp`."""
    return _set(call, ARP, True)


def debug_domain(call: Call) -> str:
    """`debug domain`."""
    return _set(call, DOMAIN, True)


def debug_ip_icmp(call: Call) -> str:
    """`debug ip icmp`."""
    return _set(call, ICMP, True)


def debug_ip_packet(call: Call) -> str:
    """`debug ip packet`."""
    return _set(call, PACKET, True)


def debug_all(call: Call) -> str:
    """`debug all`."""
    call.router.debugging.set_all(True)
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


def undebug_ip_packet(call: Call) -> str:
    """`undebug ip packet`."""
    return _set(call, PACKET, False)


def undebug_all(call: Call) -> str:
    """`undebug all`."""
    call.router.debugging.set_all(False)
    return "All possible debugging has been turned off\n"


def show_debugging(call: Call) -> str:
    """`show debugging`: what is on, ARP apart from what belongs to IP."""
    active = call.router.debugging.active
    text = ""
    if ARP in active:
        text += f"ARP:\n  {ARP} debugging is on\n"
    generic = [subject for subject in SUBJECTS if subject in active and subject != ARP]
    if generic:
        text += "Generic IP:\n" + "".join(f"  {subject} debugging is on\n" for subject in generic)
    return f"{text}\n" if text else ""
