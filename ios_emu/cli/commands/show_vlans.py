"""`show vlans`: the VLANs of a router's 802.1Q sub-interfaces, and what crossed each one."""

from __future__ import annotations

from collections.abc import Iterator

from ios_emu.cli.shell import Call
from ios_emu.devices.interface import Interface
from ios_emu.devices.router import Router
from ios_emu.stack.counters import VlanCounters
from ios_emu.stack.interface_name import InterfaceName

_DEFAULT_NATIVE = 1
_HEADER = "   Protocols Configured:   Address:              Received:        Transmitted:"


def show_vlans(call: Call, shown_vlan: int | None = None) -> str:
    """`show vlans [N]`: each VLAN with the interfaces that carry it."""
    vlans = _vlans(call.router)
    if not vlans:
        return "\nNo Virtual LANs configured.\n"
    lines = [
        line
        for number, found in sorted(vlans.items())
        if shown_vlan in (None, number)
        for line in _vlan(call.router, number, found)
    ]
    return "".join(f"{line}\n" for line in lines)


def _vlans(router: Router) -> dict[int, list[Interface]]:
    """The interfaces of each VLAN. VLAN 1 is a trunk's native one, unless a sub-interface is."""
    interfaces = router.config.interfaces
    tags = {name: one.encapsulation for name, one in interfaces.items() if one.encapsulation is not None}
    vlans: dict[int, list[Interface]] = {}
    native = {name.parent for name, tag in tags.items() if tag.native}
    for name in sorted({name.parent for name in tags} - native):
        vlans.setdefault(_DEFAULT_NATIVE, []).append(interfaces[name])
    for name, tag in sorted(tags.items()):
        vlans.setdefault(tag.vlan, []).append(interfaces[name])
    return vlans


def _vlan(router: Router, number: int, interfaces: list[Interface]) -> Iterator[str]:
    yield ""
    yield f"Virtual LAN ID:  {number} (IEEE 802.1Q Encapsulation)"
    yield ""
    yield "   vLAN Trunk Interface:   " + str(interfaces[0].name)
    yield from (f"{'':27}{one.name}" for one in interfaces[1:])
    yield ""
    native = [
        str(one.name.parent) for one in interfaces if one.encapsulation is None or one.encapsulation.native
    ]
    if native:
        yield " This is configured as native Vlan for the following interface(s) :"
        yield from native
        yield ""
    counters = [_counters(router, one) for one in interfaces]
    yield _HEADER
    for interface, one in zip(interfaces, counters, strict=True):
        if interface.address is not None:
            yield _row("IP", str(interface.address.ip), one.ip_in, one.ip_out)
    others_in = sum(one.frames_in - one.ip_in for one in counters)
    others_out = sum(one.frames_out - one.ip_out for one in counters)
    if others_in or others_out:
        yield _row("Other", "", others_in, others_out)
    yield ""
    frames, size = sum(one.frames_in for one in counters), sum(one.bytes_in for one in counters)
    yield f"   {frames} packets, {size} bytes input"
    frames, size = sum(one.frames_out for one in counters), sum(one.bytes_out for one in counters)
    yield f"   {frames} packets, {size} bytes output"


def _row(protocol: str, address: str, received: int, sent: int) -> str:
    return f"{protocol:>13}{'':14}{address:<20}{received:>10}{sent:>20}"


def _counters(router: Router, interface: Interface) -> VlanCounters:
    """The frames of a VLAN: those with its tag, or those of the port that have no tag of an interface."""
    tag = interface.encapsulation
    if tag is not None and not tag.native:
        found = router.network.interface(interface.name)
        return found.counters if found is not None else VlanCounters()
    parent: InterfaceName = interface.name.parent
    port = router.network.ports[parent].counters
    ip_in = port.frames_in - port.arp_in - port.cdp_in - port.others_in
    ip_out = port.frames_out - port.arp_out - port.cdp_out - port.others_out
    rest = VlanCounters(port.frames_in, port.bytes_in, ip_in, port.frames_out, port.bytes_out, ip_out)
    for name in router.config.interfaces:
        found = router.network.interface(name)
        if name.parent == parent and found is not None:
            rest = rest - found.counters
    return rest
