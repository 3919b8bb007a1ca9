"""ICMP through NAT (RFC 3022, 4.3; RFC 5508): which messages are of a flow, and what errors quote.

An error travels against the flow of the packet that it quotes. That packet is quoted as the receiver of the
error would have sent it, with its own checksums; what was wrong about it stays wrong.
"""

from __future__ import annotations

from typing import NamedTuple

from ios_emu.stack.nat_entry import FlowKey, adjusted, moved
from ios_emu.wire.ipv4 import ICMP, TCP, UDP, Ipv4Packet

REQUESTS = frozenset((8, 13, 15, 17))
"""Echo, timestamp, information and address mask requests."""
QUERIES = REQUESTS | {0, 14, 16, 18}
"""These and their replies: they have an identifier."""
ERRORS = frozenset((3, 4, 5, 11, 12))

_HEADER = 8
_SMALLEST = 20
_CHECKSUM_AT = {TCP: 16, UDP: 6, ICMP: 2}


class Quotation(NamedTuple):
    """The packet that an error quotes. `ports` is what tells flows apart: b"" where it is not quoted."""

    protocol: int
    source: int
    destination: int
    ports: bytes
    header_length: int

    @property
    def reversed_key(self) -> FlowKey:
        """The key of the flow in the direction of the error."""
        ports = self.ports
        return self.protocol, self.destination, self.source, ports[2:] + ports[:2]


def quotation(payload: bytes) -> Quotation | None:
    """What an ICMP error quotes; None when it is too short for that."""
    quoted = payload[_HEADER:]
    if len(quoted) < _SMALLEST or quoted[0] >> 4 != 4:
        return None
    length = (quoted[0] & 0x0F) << 2
    if not _SMALLEST <= length <= len(quoted):
        return None
    protocol = quoted[9]
    first = not int.from_bytes(quoted[6:8]) & 0x1FFF
    rest = quoted[length:]
    ports = b""
    if first and len(rest) >= 8:
        if protocol in (TCP, UDP):
            ports = rest[:4]
        elif protocol == ICMP and rest[0] in QUERIES:
            ports = rest[4:6]
    source, destination = int.from_bytes(quoted[12:16]), int.from_bytes(quoted[16:20])
    return Quotation(protocol, source, destination, ports, length)


def requoted(
    packet: Ipv4Packet, source: int, destination: int, about: Quotation, inner: Quotation
) -> Ipv4Packet:
    """An error from `source` to `destination`; what it quotes becomes `inner` instead of `about`."""
    payload = packet.payload
    quoted = bytearray(payload[_HEADER:])
    quoted[12:16], quoted[16:20] = inner.source.to_bytes(4), inner.destination.to_bytes(4)
    grown = inner.source + inner.destination - about.source - about.destination
    _adjust(quoted, 10, grown)
    if inner.ports != about.ports:
        at = about.header_length + (4 if about.protocol == ICMP else 0)
        quoted[at : at + len(inner.ports)] = inner.ports
    if about.ports:
        if about.protocol == ICMP:
            grown = 0
        grown += _words(inner.ports) - _words(about.ports)
        at = about.header_length + _CHECKSUM_AT[about.protocol]
        none = about.protocol == UDP and not any(quoted[at : at + 2])
        if not none and at + 2 <= len(quoted):
            _adjust(quoted, at, grown, zero=0xFFFF if about.protocol == UDP else 0)
    changed = int.from_bytes(_even(bytes(quoted))) - int.from_bytes(_even(payload[_HEADER:]))
    checksum = adjusted(int.from_bytes(payload[2:4]), changed)
    whole = b"".join((payload[:2], checksum.to_bytes(2), payload[4:_HEADER], quoted))
    return moved(packet, source, destination, whole)


def _adjust(data: bytearray, at: int, grown: int, zero: int = 0) -> None:
    checksum = adjusted(int.from_bytes(data[at : at + 2]), grown) or zero
    data[at : at + 2] = checksum.to_bytes(2)


def _words(ports: bytes) -> int:
    return int.from_bytes(ports[:2]) + int.from_bytes(ports[2:])


def _even(data: bytes) -> bytes:
    return data + b"\0" if len(data) & 1 else data
