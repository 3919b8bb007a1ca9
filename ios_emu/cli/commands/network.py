"""What the router has learnt of its links: the ARP table and the counters of its interfaces."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Kind
from ios_emu.cli.shell import Call
from ios_emu.clock import MINUTE
from ios_emu.devices.dialect import Dialect
from ios_emu.stack.interface_name import InterfaceName

_ARP_HEADER = "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n"


def show_arp(
    call: Call, arp_ip: IPv4Address | None = None, interface_name: InterfaceName | None = None
) -> str:
    """`show arp` and `show ip arp [ADDRESS | INTERFACE]`: own addresses and neighbours, by interface."""
    rows = [
        row
        for address, name, row in _arp_rows(call)
        if arp_ip in (None, address) and interface_name in (None, name)
    ]
    return _ARP_HEADER + "".join(f"{row}\n" for row in rows) if rows else ""


def _arp_rows(call: Call) -> Iterator[tuple[IPv4Address, InterfaceName, str]]:
    network, clock = call.device.network, call.device.clock
    upper = call.dialect is Dialect.PACKET_TRACER
    entries = list(network.node.arp)
    for name in sorted(call.config.interfaces):
        interface = network.interface(name)
        if interface is None or interface.port is None or not interface.up:
            continue
        found = {prefix.address: ("-", str(interface.mac)) for prefix in interface.addresses}
        for entry in entries:
            if entry.interface is interface:
                age = str((clock.now - entry.updated) // MINUTE)
                found[entry.address] = (age, "Incomplete" if entry.mac is None else str(entry.mac))
        for number, (age, mac) in sorted(found.items()):
            address = IPv4Address(number)
            known = mac != "Incomplete"
            mac = mac.upper() if upper and known else mac
            where = f"   {name}" if known else ""
            yield address, name, f"Internet  {address!s:<15} {age:>9}   {mac:<14}  ARPA{where}"


def clear_arp_cache(call: Call) -> str:
    """`clear arp-cache`: asks all neighbours anew."""
    call.device.network.node.arp.refresh()
    return ""


def clear_counters(call: Call, interface_name: InterfaceName | None = None) -> Dialogue | str:
    """`clear counters [INTERFACE]`, after a question."""
    if interface_name is not None and interface_name not in call.config.interfaces:
        raise call.invalid("interface_name")
    return _clear(call, interface_name)


def _clear(call: Call, name: InterfaceName | None) -> Dialogue:
    which = "all interfaces" if name is None else "this interface"
    try:
        answer = yield Ask(f'Clear "show interface" counters on {which} [confirm]', Kind.KEY)
    except Interrupted:
        return ""
    if answer.lower() not in ("", "y"):
        return ""
    device = call.device
    for one in call.config.interfaces if name is None else [name]:
        device.network.traffic.clear(one)
    which = "all interfaces" if name is None else f"interface {name}"
    device.report("CLEAR-5-COUNTERS", f"Clear counter on {which} by {call.shell.who}")
    return ""
