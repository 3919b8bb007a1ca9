"""A frame in one line: its type, what it says, and the addresses and ports that a filter asks for.

Whatever another wrote is shown without its control characters: it reaches a terminal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from ios_emu.errors import MalformedPacket
from ios_emu.wire import dhcp, icmp
from ios_emu.wire.arp import REQUEST, ArpPacket
from ios_emu.wire.cdp import CdpPacket
from ios_emu.wire.dhcp import DhcpMessage
from ios_emu.wire.dtp import DtpPacket
from ios_emu.wire.ethernet import ETHERTYPE_ARP, ETHERTYPE_IPV4, EthernetFrame
from ios_emu.wire.icmp import IcmpMessage
from ios_emu.wire.ipv4 import ICMP, TCP, UDP, Ipv4Packet
from ios_emu.wire.snap import CDP, CISCO_MULTICAST, DTP, parse_snap
from ios_emu.wire.tcp import ACK, FIN, PSH, RST, SYN, TcpSegment
from ios_emu.wire.udp import UdpDatagram

SERVICES = {7: "ECHO", 22: "SSH", 23: "TELNET", 25: "SMTP", 53: "DNS", 67: "DHCP", 68: "DHCP", 69: "TFTP"}
SERVICES |= {80: "HTTP", 110: "POP3", 123: "NTP", 520: "RIP"}
_LONGEST_TEXT = 100
_FLAGS = ((SYN, "SYN"), (FIN, "FIN"), (RST, "RST"), (PSH, "PSH"), (ACK, "ACK"))
_DHCP_NAMES = {
    dhcp.DISCOVER: "DHCPDISCOVER",
    dhcp.OFFER: "DHCPOFFER",
    dhcp.REQUEST: "DHCPREQUEST",
    dhcp.DECLINE: "DHCPDECLINE",
    dhcp.ACK: "DHCPACK",
    dhcp.NAK: "DHCPNAK",
    dhcp.RELEASE: "DHCPRELEASE",
    dhcp.INFORM: "DHCPINFORM",
}
_ICMP_NAMES = {
    icmp.ECHO_REPLY: "Echo reply",
    icmp.ECHO_REQUEST: "Echo request",
    icmp.DESTINATION_UNREACHABLE: "Destination unreachable",
    icmp.REDIRECT: "Redirect",
    icmp.TIME_EXCEEDED: "Time exceeded",
}
_UNREACHABLE = {
    0: "network",
    1: "host",
    2: "protocol",
    3: "port",
    4: "fragmentation needed",
    13: "prohibited",
}


@dataclass(slots=True)
class Decoded:
    """What a frame says. `layers` are its protocols in lower case; addresses as texts, ports as numbers."""

    kind: str
    info: str
    layers: list[str] = field(default_factory=list)
    macs: tuple[str, str] = ("", "")
    source: IPv4Address | None = None
    destination: IPv4Address | None = None
    source_port: int | None = None
    destination_port: int | None = None
    transport: str | None = None
    flags: int = 0
    payload: bytes = b""
    identification: int = 0


def printable(data: bytes | str, longest: int = _LONGEST_TEXT) -> str:
    """Text that is safe for a terminal, cut to a length."""
    text = data.decode("latin-1") if isinstance(data, bytes) else data
    shown = "".join(letter if letter.isprintable() else "." for letter in text)
    return shown if len(shown) <= longest else f"{shown[: longest - 3]}..."


def decode(frame: bytes) -> Decoded:
    """Reads a frame as far as it can be read; what is broken says so."""
    try:
        ethernet = EthernetFrame.parse(frame)
    except MalformedPacket as problem:
        return Decoded("ETH", f"malformed: {problem}", ["eth"])
    decoded = Decoded("ETH", f"EtherType 0x{ethernet.ethertype:04x}, {len(ethernet.payload)} bytes", ["eth"])
    decoded.macs = (str(ethernet.source), str(ethernet.destination))
    if ethernet.tag is not None:
        decoded.layers.append("vlan")
    try:
        if ethernet.ethertype == ETHERTYPE_ARP:
            _arp(decoded, ethernet.payload)
        elif ethernet.ethertype == ETHERTYPE_IPV4:
            _ipv4(decoded, ethernet.payload)
        elif ethernet.destination == CISCO_MULTICAST:
            _cisco(decoded, frame)
    except MalformedPacket as problem:
        decoded.info = f"malformed: {problem}"
    return decoded


def _arp(decoded: Decoded, data: bytes) -> None:
    decoded.kind = "ARP"
    decoded.layers.append("arp")
    packet = ArpPacket.parse(data)
    sender, target = IPv4Address(packet.sender_ip), IPv4Address(packet.target_ip)
    decoded.source, decoded.destination = sender, target
    if sender == target:
        decoded.info = f"{sender} is at {packet.sender_mac} (gratuitous)"
    elif packet.operation == REQUEST:
        asker = f" Tell {sender}" if packet.sender_ip else " (probe)"
        decoded.info = f"Who has {target}?{asker}"
    else:
        decoded.info = f"{sender} is at {packet.sender_mac}"


def _cisco(decoded: Decoded, frame: bytes) -> None:
    found = parse_snap(frame)
    if found is None or found[1] not in (CDP, DTP):
        return
    if found[1] == CDP:
        decoded.kind = "CDP"
        decoded.layers.append("cdp")
        packet = CdpPacket.parse(found[2])
        about = f"{packet.device_id} {packet.port_id}, {packet.platform}, for {packet.holdtime} s"
    else:
        decoded.kind = "DTP"
        decoded.layers.append("dtp")
        says = DtpPacket.parse(found[2])
        about = f"{says.wish.name.lower()}, {'trunk' if says.trunking else 'access'}"
    decoded.info = printable(about)


def _ipv4(decoded: Decoded, data: bytes) -> None:
    decoded.kind = "IP"
    decoded.layers.append("ip")
    packet = Ipv4Packet.parse(data)
    decoded.source, decoded.destination = IPv4Address(packet.source), IPv4Address(packet.destination)
    decoded.identification = packet.identification
    way = f"{decoded.source} -> {decoded.destination}"
    if packet.more_fragments or packet.fragment_offset:
        decoded.info = f"{way} fragment of {len(packet.payload)} bytes at {packet.fragment_offset}"
    elif packet.protocol == ICMP:
        _icmp(decoded, packet, way)
    elif packet.protocol == UDP:
        _udp(decoded, packet, way)
    elif packet.protocol == TCP:
        _tcp(decoded, packet, way)
    else:
        decoded.info = f"{way} protocol {packet.protocol}, {len(packet.payload)} bytes"


def _icmp(decoded: Decoded, packet: Ipv4Packet, way: str) -> None:
    decoded.kind = "ICMP"
    decoded.layers.append("icmp")
    message = IcmpMessage.parse(packet.payload)
    name = _ICMP_NAMES.get(message.type, f"type {message.type}")
    if message.type in (icmp.ECHO_REPLY, icmp.ECHO_REQUEST):
        name += f" {message.sequence}"
    elif message.type == icmp.DESTINATION_UNREACHABLE:
        name += f" ({_UNREACHABLE.get(message.code, f'code {message.code}')})"
    decoded.info = f"{way} {name}, TTL {packet.ttl}"


def _udp(decoded: Decoded, packet: Ipv4Packet, way: str) -> None:
    datagram = UdpDatagram.parse(packet.payload, packet.source, packet.destination)
    decoded.kind, decoded.transport = "UDP", "UDP"
    decoded.layers.append("udp")
    source, destination = decoded.source_port, decoded.destination_port = (
        datagram.source_port,
        datagram.destination_port,
    )
    decoded.payload = datagram.payload
    ports = {source, destination}
    service = SERVICES.get(min(ports)) or SERVICES.get(max(ports))
    if service is not None:
        decoded.kind = service
        decoded.layers.append(service.lower())
    says: Callable[[bytes], str] | None = {"DHCP": _dhcp, "DNS": _dns, "RIP": _rip}.get(decoded.kind)
    what = says(datagram.payload) if says is not None else f"{len(datagram.payload)} bytes"
    decoded.info = f"{way} UDP {source} -> {destination} {what}"


def _dhcp(data: bytes) -> str:
    try:
        message = DhcpMessage.parse(data)
    except MalformedPacket as problem:
        return f"malformed: {problem}"
    name = _DHCP_NAMES.get(message.message_type or 0, "BOOTP")
    address = message.yiaddr or message.word(dhcp.REQUESTED_ADDRESS) or message.ciaddr
    about = f" {IPv4Address(address)}" if address else ""
    relayed = f" through {IPv4Address(message.giaddr)}" if message.giaddr else ""
    return f"{name}{about} for {message.chaddr[: message.hlen].hex(':')}{relayed}"


def _rip(data: bytes) -> str:
    from ios_emu.wire.rip import INFINITY, REQUEST, RipMessage

    try:
        message = RipMessage.parse(data)
    except MalformedPacket as problem:
        return f"malformed: {problem}"
    version = f"RIPv{message.version}"
    if message.asks_for_all:
        return f"{version} request for all routes"
    told = []
    for entry in message.entries:
        length = f"/{entry.mask.bit_count()}" if entry.mask or not entry.network else ""
        metric = "unreachable" if entry.metric >= INFINITY else str(entry.metric)
        told.append(f"{IPv4Address(entry.network)}{length} {metric}")
    what = "request" if message.command == REQUEST else "update"
    return printable(f"{version} {what}: {', '.join(told)}")


def _dns(data: bytes) -> str:
    from dns.exception import DNSException
    from dns.message import from_wire
    from dns.rdatatype import to_text

    try:
        message = from_wire(data, ignore_trailing=True)
    except (DNSException, ValueError):
        return "malformed DNS message"
    asked = message.question[0] if message.question else None
    about = (
        f"{to_text(asked.rdtype)} {asked.name.to_text(omit_final_dot=True)}"
        if asked is not None
        else "nothing"
    )
    if not message.flags & 0x8000:
        return printable(f"Query {message.id} {about}")
    values = ", ".join(item.to_text() for rrset in message.answer for item in rrset)
    result = values or message.rcode()._name_
    return printable(f"Answer {message.id} {about}: {result}")


def _tcp(decoded: Decoded, packet: Ipv4Packet, way: str) -> None:
    segment = TcpSegment.parse(packet.payload, packet.source, packet.destination)
    decoded.kind, decoded.transport = "TCP", "TCP"
    decoded.layers.append("tcp")
    source, destination = decoded.source_port, decoded.destination_port = (
        segment.source_port,
        segment.destination_port,
    )
    decoded.flags, decoded.payload = segment.flags, segment.payload
    flags = ", ".join(name for bit, name in _FLAGS if segment.flags & bit)
    decoded.info = f"{way} TCP {source} -> {destination} [{flags}]"
    service = SERVICES.get(destination) or SERVICES.get(source)
    if service is not None:
        decoded.layers.append(service.lower())
    if not segment.payload:
        return
    decoded.info += f" {len(segment.payload)} bytes"
    if service is not None:
        decoded.kind = service
        if service in ("SMTP", "POP3"):
            line = segment.payload.split(b"\r\n", 1)[0]
            speaker = "C" if destination in (25, 110) else "S"
            decoded.info = f"{way} TCP {source} -> {destination} {speaker}: {printable(line)}"
