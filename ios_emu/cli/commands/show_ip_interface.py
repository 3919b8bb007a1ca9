"""`show ip interface`: all that IPv4 is told to do on an interface."""

from __future__ import annotations

from collections.abc import Iterator

from ios_emu.cli.commands.show_interfaces import chosen, protocol_of, status_of
from ios_emu.cli.commands.show_ip import interface_facts
from ios_emu.cli.shell import Call
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.interface import Interface
from ios_emu.stack.interface_name import InterfaceName

# Where an address came from.
_METHODS = {"NVRAM": "non-volatile memory", "DHCP": "DHCP"}


def show_ip_interface(call: Call, interface_name: InterfaceName | None = None) -> str:
    """`show ip interface [X]`: all that IPv4 is told to do there."""
    lines: list[str] = []
    for interface in chosen(call, interface_name):
        lines += _ip_interface(call, interface)
    return "".join(f"{line}\n" for line in lines)


def _ip_interface(call: Call, interface: Interface) -> Iterator[str]:
    packet_tracer = call.dialect is Dialect.PACKET_TRACER
    protocol = protocol_of(call, interface)
    end = ""
    if packet_tracer and interface.name.kind != "Vlan":
        end = " (connected)" if protocol == "up" else " (disabled)"
    yield f"{interface.name} is {status_of(call, interface)}, line protocol is {protocol}{end}"
    if interface.address is None:
        yield "  Internet protocol processing disabled"
        return
    yield f"  Internet address is {interface.address}"
    yield "  Broadcast address is 255.255.255.255"
    yield f"  Address determined by {_METHODS.get(interface.method, 'setup command')}"
    yield f"  MTU is {interface.ip_mtu or interface_facts(call.device, interface).mtu} bytes"
    yield from _helpers(interface)
    kept = interface.kept
    yield f"  Directed broadcast forwarding is {_able('ip directed-broadcast' in kept)}"
    if call.dialect is Dialect.IOS and call.device.hears_rip(str(interface.name)):
        yield "  Multicast reserved groups joined: 224.0.0.9"
    yield from (f"  Secondary address {address}" for address in interface.secondary)
    groups = interface.access_groups
    yield f"  Outgoing access list is {groups.get('out', 'not set')}"
    yield f"  Inbound  access list is {groups.get('in', 'not set')}"
    yield f"  Proxy ARP is {_able('ip proxy-arp' not in kept)}"
    yield f"  Local Proxy ARP is {_able('ip local-proxy-arp' in kept)}"
    yield "  Security level is default"
    yield f"  Split horizon is {_able(interface.rip.split_horizon)}"
    yield f"  ICMP redirects are {'never' if 'ip redirects' in kept else 'always'} sent"
    yield f"  ICMP unreachables are {'never' if 'ip unreachables' in kept else 'always'} sent"
    yield f"  ICMP mask replies are {'always' if 'ip mask-reply' in kept else 'never'} sent"
    fast = kept.get("ip route-cache") != "no ip route-cache"
    flow = "ip route-cache flow" in kept or "ip flow ingress" in kept
    yield f"  IP fast switching is {_able(fast)}"
    yield f"  IP fast switching on the same interface is {_able('ip route-cache same-interface' in kept)}"
    yield f"  IP Flow switching is {_able(flow)}"
    if not packet_tracer:
        yield from _ios_settings(call, interface, fast, flow)


def _ios_settings(call: Call, interface: Interface, fast: bool, flow: bool) -> Iterator[str]:
    kept = interface.kept
    cef = fast and "ip cef" in call.config.kept.values() and kept.get("ip route-cache cef") is None
    multicast = "ip mroute-cache" not in kept
    yield f"  IP CEF switching is {_able(cef)}"
    if cef:
        yield "  IP CEF Fast switching turbo vector"
    yield f"  IP multicast fast switching is {_able(multicast)}"
    yield "  IP multicast distributed fast switching is disabled"
    flags = [name for name, is_set in (("Fast", fast), ("Flow", flow), ("CEF", cef)) if is_set]
    yield f"  IP route-cache flags are {', '.join(flags) or 'None'}"
    yield "  Router Discovery is disabled"
    yield f"  IP output packet accounting is {_able('ip accounting' in kept)}"
    yield "  IP access violation accounting is disabled"
    yield f"  TCP/IP header compression is {_able('ip tcp header-compression' in kept)}"
    yield "  RTP/IP header compression is disabled"
    policy = kept.get("ip policy route-map", "").split()
    yield f"  Policy routing is {f'enabled, using route map {policy[-1]}' if policy else 'disabled'}"
    yield from _OTHERS


def _able(is_set: bool) -> str:
    return "enabled" if is_set else "disabled"


def _helpers(interface: Interface) -> Iterator[str]:
    helpers = interface.helper_addresses
    if not helpers:
        yield "  Helper address is not set"
    elif len(helpers) == 1:
        yield f"  Helper address is {helpers[0]}"
    else:
        yield f"  Helper addresses are {helpers[0]}"
        yield from (f"{'':<23}{address}" for address in helpers[1:])


_OTHERS = (
    "  Network address translation is disabled",
    "  BGP Policy Mapping is disabled",
    "  WCCP Redirect outbound is disabled",
    "  WCCP Redirect inbound is disabled",
    "  WCCP Redirect exclude is disabled",
)
