"""`debug ip nat [detailed]`: what NAT does to packets, in IOS's words."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from ios_emu.stack.nat_entry import NatEntry
from ios_emu.stack.nat_icmp import QUERIES
from ios_emu.stack.nat_rules import NatEvent
from ios_emu.wire.ipv4 import ICMP, TCP, UDP, Ipv4Packet

_NAMES = {TCP: "tcp", UDP: "udp", ICMP: "icmp"}


def nat_lines(event: NatEvent, detailed: bool, failures: bool) -> Iterator[str]:
    """The lines that tell of an event. `failures`: also why an address could not be given out."""
    packet = event.before
    if event.kind == "expiring":
        assert event.entry is not None
        yield f"NAT: expiring {_expiring(event.entry)}"
    elif event.kind == "no address":
        assert packet is not None
        assert event.rule is not None
        if failures:
            source = IPv4Address(packet.source)
            yield f"NAT: failed to allocate address for {source}, list/map {event.rule.label}"
    elif event.kind == "failed":
        assert packet is not None
        ends = f"s={IPv4Address(packet.source)} d={IPv4Address(packet.destination)}"
        yield f"NAT: translation failed (A), dropping packet {ends}"
    else:
        assert packet is not None
        assert event.after is not None
        yield from _translated(event, packet, event.after, detailed)


def _expiring(entry: NatEntry) -> str:
    if entry.outside and not entry.inside_global:
        return f"{IPv4Address(entry.outside_local)} ({IPv4Address(entry.outside_global)})"
    text = f"{IPv4Address(entry.inside_global)} ({IPv4Address(entry.inside_local)})"
    if not entry.extended:
        return text
    name = _NAMES.get(entry.protocol, str(entry.protocol))
    return f"{text} {name} {entry.ports[1]} ({entry.ports[0]})"


def _translated(event: NatEvent, before: Ipv4Packet, after: Ipv4Packet, detailed: bool) -> Iterator[str]:
    # The first packet of a flow is not switched by the fast path.
    nat = "NAT*" if event.fast else "NAT"
    number = before.identification
    was, is_ = _ports(before), _ports(after)
    if detailed:
        side = "i" if event.outbound else "o"
        name = _NAMES.get(before.protocol, str(before.protocol))
        ends = zip((before.source, before.destination), was or (0, 0), strict=True)
        source, target = (f"({IPv4Address(address)}, {port})" for address, port in ends)
        yield f"{nat}: {side}: {name} {source} -> {target} [{number}]"
    if was is not None and is_ is not None and was != is_:
        if before.protocol == ICMP:
            yield f"{nat}: ICMP id={was[0]}->{is_[0]}"
        else:
            name = _NAMES[before.protocol].upper()
            yield f"{nat}: {name} s={_change(was[0], is_[0])}, d={_change(was[1], is_[1])}"
    source = _change(IPv4Address(before.source), IPv4Address(after.source))
    target = _change(IPv4Address(before.destination), IPv4Address(after.destination))
    yield f"{nat}: s={source}, d={target} [{number}]"


def _change(before: object, after: object) -> str:
    return str(before) if before == after else f"{before}->{after}"


def _ports(packet: Ipv4Packet) -> tuple[int, int] | None:
    """The ports of a packet, of ICMP twice the identifier; None where it shows none."""
    payload = packet.payload
    if packet.fragment_offset or len(payload) < 8:
        return None
    if packet.protocol in (TCP, UDP):
        return int.from_bytes(payload[:2]), int.from_bytes(payload[2:4])
    if packet.protocol == ICMP and payload[0] in QUERIES:
        identifier = int.from_bytes(payload[4:6])
        return identifier, identifier
    return None
