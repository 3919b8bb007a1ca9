"""One event opened: its layers as Scapy dissects them, and a sentence on what the device does with it.

The sentence is read from what happened: what the device sent on, and what its addresses are.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ios_emu.clock import MINUTE, SECOND
from ios_emu.lab.device import HostDevice, RouterDevice, SwitchDevice
from ios_emu.lab.event_filter import QUIET
from ios_emu.lab.event_text import printable
from ios_emu.lab.events import Event
from ios_emu.wire.ethernet import without_tag

if TYPE_CHECKING:
    from ios_emu.lab.topology import Lab
    from ios_emu.stack.node import Node

_BROADCAST = "ffff.ffff.ffff"
_DOT1Q = b"\x81\x00"
# What a device does with a frame it does soon.
_SOON = MINUTE


def event_detail(lab: Lab, event: Event) -> str:
    """The whole answer of `events show N`."""
    head = f"Event {event.number}: {event.time / SECOND:.6f} s, {event.last_end} -> {event.at_end}\n"
    return f"{head}{deed(lab, event)}\n\n{layers(event.frame)}"


def layers(frame: bytes) -> str:
    """The frame layer by layer, by Scapy."""
    from scapy.layers.l2 import Ether

    load_dissectors()
    shown = Ether(frame).show(dump=True)
    lines = shown.splitlines() if isinstance(shown, str) else []
    return "".join(f"{printable(line.rstrip(), 200)}\n" for line in lines)


def load_dissectors() -> None:
    """Loads the layers that a lab has; Scapy's own collection takes far longer to load."""
    import scapy.contrib.cdp
    import scapy.contrib.dtp
    import scapy.layers.dhcp
    import scapy.layers.dns
    import scapy.layers.inet
    import scapy.layers.rip  # noqa: F401


def deed(lab: Lab, event: Event) -> str:
    """What the device does with the frame, in a sentence."""
    device = lab.devices.get(event.at)
    if isinstance(device, SwitchDevice):
        return _switched(lab, event)
    if isinstance(device, HostDevice):
        return _taken(lab, event, device.host.node, [str(device.host.mac)])
    if isinstance(device, RouterDevice):
        macs = [str(one.mac) for one in device.router.config.interfaces.values()]
        return _taken(lab, event, device.router.network.node, macs)
    return f"{event.at} is outside of the lab."


def _later(lab: Lab, event: Event) -> list[Event]:
    """What reached others from this device a little later."""
    later = []
    for number in range(event.number + 1, lab.events.last_number + 1):
        other = lab.events.find(number)
        if other is None or other.time > event.time + _SOON:
            break
        if other.last == event.at:
            later.append(other)
    return later


def _switched(lab: Lab, event: Event) -> str:
    if event.kind in QUIET:
        return f"{event.at} takes it: {event.kind} is for the switch itself."
    targets = []
    for other in _later(lab, event):
        if _bare(other.frame) == _bare(event.frame) and other.at not in targets:
            targets.append(other.at)
    source, destination = event.decoded.macs
    learnt = f"{event.at} notes that {source} is behind {event.at_end.partition(':')[2]}"
    if not targets:
        return f"{learnt}, and passes the frame on to nobody."
    way = "floods it" if len(targets) > 1 else "passes it on"
    why = " (a broadcast)" if destination == _BROADCAST else ""
    return f"{learnt}, and {way}{why} to {', '.join(targets)}."


def _bare(frame: bytes) -> bytes:
    """The frame as it is without a tag of IEEE 802.1Q."""
    return without_tag(frame) if frame[12:14] == _DOT1Q else frame


def _taken(lab: Lab, event: Event, node: Node, macs: list[str]) -> str:
    at, decoded = event.at, event.decoded
    destination = decoded.macs[1]
    if destination not in (*macs, _BROADCAST) and not _is_group(destination):
        return f"{at} ignores it: the frame is for {destination}."
    if "arp" in decoded.layers:
        return _arp_taken(lab, event, node)
    if event.kind == "CDP" and node.forwards:
        return f"{at} takes it: CDP tells of a neighbour."
    if decoded.destination is None:
        return f"{at} has no use for it."
    address = int(decoded.destination)
    if node.is_local(address) or node.is_broadcast(address) or address in node.groups:
        return f"{at} takes it: {_use(lab, event)}."
    forwarded = [
        other
        for other in _later(lab, event)
        if (other.decoded.source, other.decoded.destination, other.decoded.identification)
        == (decoded.source, decoded.destination, decoded.identification)
    ]
    if forwarded:
        return f"{at} forwards the packet to {decoded.destination} by way of {forwarded[0].at}."
    if not node.forwards:
        return f"{at} ignores it: the packet is for {decoded.destination}."
    return f"{at} does not forward it{_answered(lab, event)}."


def _arp_taken(lab: Lab, event: Event, node: Node) -> str:
    at, decoded = event.at, event.decoded
    assert decoded.destination is not None
    reply = f"{decoded.destination} is at "
    replies = [other for other in _later(lab, event) if other.info.startswith(reply)]
    if decoded.info.startswith("Who has"):
        if node.is_local(int(decoded.destination)):
            return f"{at} answers: {decoded.destination} is its own address."
        if replies:
            return f"{at} answers for {decoded.destination}: it knows the way there (proxy ARP)."
        return f"{at} does not answer: {decoded.destination} is not its address."
    return f"{at} notes which station has {decoded.source}."


def _use(lab: Lab, event: Event) -> str:
    decoded = event.decoded
    answered = _answered(lab, event)
    if decoded.transport is not None:
        service = "" if decoded.kind in ("TCP", "UDP") else f" ({decoded.kind})"
        return f"it is for {decoded.transport} port {decoded.destination_port}{service}{answered}"
    return f"it is {decoded.kind}{answered}"


def _answered(lab: Lab, event: Event) -> str:
    """What it sent back soon, if anything."""
    asked = event.decoded
    for other in _later(lab, event):
        answer = other.decoded
        if answer.destination == asked.source and answer.source in (asked.destination, *_own(lab, event)):
            return f", and sends back: {answer.info}"
    return ""


def _own(lab: Lab, event: Event) -> list[IPv4Address]:
    device = lab.devices[event.at]
    node = device.host.node if isinstance(device, HostDevice) else None
    if isinstance(device, RouterDevice):
        node = device.router.network.node
    interfaces = () if node is None else node.interfaces
    return [IPv4Address(prefix.address) for interface in interfaces for prefix in interface.addresses]


def _is_group(mac: str) -> bool:
    return bool(int(mac[:2], 16) & 1)
