"""Other views of the interfaces: `show protocols`, `show ip interface`, descriptions and the summary."""

from __future__ import annotations

from ios_emu.cli.commands.show_ip import interface_facts
from ios_emu.cli.shell import Call
from ios_emu.devices.interface import Interface
from ios_emu.stack.counters import PortCounters
from ios_emu.stack.interface_name import InterfaceName

_DESCRIPTION_HEADER = "Interface                      Status         Protocol Description\n"
_SUMMARY_HEADER = """
 *: interface is up
 IHQ: pkts in input hold queue     IQD: pkts dropped from input queue
 OHQ: pkts in output hold queue    OQD: pkts dropped from output queue
 RXBS: rx rate (bits/sec)          RXPS: rx rate (pkts/sec)
 TXBS: tx rate (bits/sec)          TXPS: tx rate (pkts/sec)
 TRTL: throttle count

  Interface              IHQ   IQD  OHQ   OQD  RXBS RXPS  TXBS TXPS TRTL
------------------------------------------------------------------------
"""
_ACCOUNTING_HEADER = "                Protocol    Pkts In   Chars In   Pkts Out  Chars Out\n"
_SUMMARY_END = """\
NOTE:No separate counters are maintained for subinterfaces
     Hence Details of subinterface are not shown
"""


def status_of(call: Call, interface: Interface) -> str:
    """The state of an interface, as its screens call it."""
    if call.device.admin_down(interface):
        return "administratively down"
    return "up" if call.device.interface_up(interface) else "down"


def protocol_of(call: Call, interface: Interface) -> str:
    """The state of its line protocol."""
    return "up" if call.device.protocol_up(interface) else "down"


def chosen(call: Call, name: InterfaceName | None) -> list[Interface]:
    """The interface of that name, or all of them in the order of the screens."""
    interfaces = call.config.interfaces
    if name is None:
        return call.device.shown_interfaces()
    if name not in interfaces:
        raise call.invalid("interface_name")
    return [interfaces[name]]


def show_ipv6_interface(call: Call, interface_name: InterfaceName | None = None) -> str:
    """`show ipv6 interface [X]`: no interface of this router has IPv6, and of those nothing is said."""
    chosen(call, interface_name)
    return ""


def show_ipv6_interface_brief(call: Call) -> str:
    """`show ipv6 interface brief`."""
    rows = (
        f"{one.name!s:<26} [{status_of(call, one)}/{protocol_of(call, one)}]\n    unassigned\n"
        for one in chosen(call, None)
    )
    return "".join(rows)


def show_protocols(call: Call) -> str:
    """`show protocols`: the state of each interface and its address."""
    text = "Global values:\n  Internet Protocol routing is enabled\n"
    for interface in chosen(call, None):
        state = f"{status_of(call, interface)}, line protocol is {protocol_of(call, interface)}"
        text += f"{interface.name} is {state}\n"
        if interface.address is not None:
            text += f"  Internet address is {interface.address}\n"
    return text


def show_interfaces_description(call: Call, interface_name: InterfaceName | None = None) -> str:
    """`show interfaces [X] description`."""
    text = _DESCRIPTION_HEADER
    for interface in chosen(call, interface_name):
        status = "admin down" if call.device.admin_down(interface) else status_of(call, interface)
        protocol, description = protocol_of(call, interface), interface.description or ""
        text += f"{interface.name.short:<31}{status:<15}{protocol:<9}{description}".rstrip() + "\n"
    return text


def show_interfaces_summary(call: Call, interface_name: InterfaceName | None = None) -> str:
    """`show interfaces [X] summary`: queues, drops and rates of the main interfaces."""
    text = _SUMMARY_HEADER
    for interface in chosen(call, interface_name):
        if interface.is_subinterface:
            continue
        facts = interface_facts(call.device, interface)
        mark = "*" if facts.line_up else " "
        c, rx, tx = facts.counters, facts.input_rate, facts.output_rate
        text += (
            f"{mark} {interface.name!s:<22}{0:>4}{c.input_drops:>6}{0:>5}{c.output_drops:>6}"
            f"{rx.bits:>6}{rx.packets:>5}{tx.bits:>6}{tx.packets:>5}{c.throttles:>5}\n"
        )
    return text + _SUMMARY_END


def show_interfaces_accounting(call: Call, interface_name: InterfaceName | None = None) -> str:
    """`show interfaces [X] accounting`: packets and bytes by protocol, of interfaces that are not shut."""
    text = ""
    for interface in chosen(call, interface_name):
        if interface.is_subinterface:
            continue
        if call.device.admin_down(interface):
            text += f"Interface {interface.name} is disabled\n\n"
            continue
        text += f"{interface.name} {interface.description or ''}\n"
        rows = _accounts(call.device.network.traffic.counters(interface.name))
        if not rows:
            text += "No traffic sent or received on this interface.\n"
            continue
        text += _ACCOUNTING_HEADER
        for protocol, counts in rows:
            text += f"{protocol:>24}" + "".join(f" {count:>10}" for count in counts) + "\n"
    return text


def _accounts(counters: PortCounters) -> list[tuple[str, tuple[int, int, int, int]]]:
    """Packets and bytes in and out of each protocol that was seen; everything else is IP."""
    arp = (counters.arp_in, counters.arp_bytes_in, counters.arp_out, counters.arp_bytes_out)
    others = (counters.others_in, counters.others_bytes_in, counters.others_out, counters.others_bytes_out)
    cdp = (counters.cdp_in, counters.cdp_bytes_in, counters.cdp_out, counters.cdp_bytes_out)
    all_ = (counters.frames_in, counters.bytes_in, counters.frames_out, counters.bytes_out)
    ip = tuple(whole - sum(rest) for whole, *rest in zip(all_, arp, cdp, others, strict=True))
    packets_in, bytes_in, packets_out, bytes_out = ip
    of_ip = (packets_in, bytes_in, packets_out, bytes_out)
    rows = [("Other", others), ("IP", of_ip), ("ARP", arp), ("CDP", cdp)]
    return [row for row in rows if any(row[1])]
