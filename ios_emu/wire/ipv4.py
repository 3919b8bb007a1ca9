"""IPv4 packets (RFC 791): headers with options, and fragments. Addresses are 32-bit integers."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from ios_emu.errors import MalformedPacket

ICMP = 1
TCP = 6
UDP = 17

END_OF_OPTIONS = 0
NO_OPERATION = 1
RECORD_ROUTE = 7
TIMESTAMP = 68
LOOSE_SOURCE_ROUTE = 131
STRICT_SOURCE_ROUTE = 137

_VERSION = 4
_FORMAT = struct.Struct("!BBHHHBBHII")
_SMALLEST = 20
_LARGEST = 65535
_DONT_FRAGMENT = 0x4000
_MORE_FRAGMENTS = 0x2000
_OFFSET = 0x1FFF
_COPIED = 0x80
_MOST_OPTIONS = 40


class Ipv4Packet(NamedTuple):
    """A packet or a fragment of one; `fragment_offset` is in bytes, `options` are padded to whole words."""

    source: int
    destination: int
    protocol: int
    payload: bytes
    ttl: int = 255
    identification: int = 0
    tos: int = 0
    dont_fragment: bool = False
    more_fragments: bool = False
    fragment_offset: int = 0
    options: bytes = b""

    @classmethod
    def parse(cls, data: bytes) -> Ipv4Packet:
        """Reads a packet; what is behind its length is padding. Raises MalformedPacket."""
        header_length = _header_length(data)
        _, tos, total_length, identification, fragment, ttl, protocol, _, source, destination = (
            _FORMAT.unpack_from(data)
        )
        # A header is never all zeros: over one with its own right checksum, the sum is 0 modulo 0xFFFF.
        if int.from_bytes(data[:header_length]) % 0xFFFF:
            raise MalformedPacket("an IPv4 header with a wrong checksum")
        if not header_length <= total_length <= len(data):
            raise MalformedPacket(f"an IPv4 packet of {len(data)} bytes that says it has {total_length}")
        if header_length == _SMALLEST and not fragment & ~_DONT_FRAGMENT:
            payload = data[_SMALLEST:total_length]
            return cls(source, destination, protocol, payload, ttl, identification, tos, fragment != 0)
        if ((fragment & _OFFSET) << 3) + total_length > _LARGEST:
            raise MalformedPacket(f"an IPv4 fragment that ends behind byte {_LARGEST}")
        return cls._read(data, header_length, total_length)

    @classmethod
    def parse_quoted(cls, data: bytes) -> Ipv4Packet:
        """Reads the beginning of a packet, as an ICMP error quotes it; its checksum is not looked at.

        Raises MalformedPacket where not even the header is whole.
        """
        return cls._read(data, _header_length(data), len(data))

    @classmethod
    def _read(cls, data: bytes, header_length: int, end: int) -> Ipv4Packet:
        _, tos, _, identification, fragment, ttl, protocol, _, source, destination = _FORMAT.unpack_from(data)
        return cls(
            source,
            destination,
            protocol,
            data[header_length:end],
            ttl,
            identification,
            tos,
            fragment & _DONT_FRAGMENT != 0,
            fragment & _MORE_FRAGMENTS != 0,
            (fragment & _OFFSET) << 3,
            data[_SMALLEST:header_length],
        )

    def build(self) -> bytes:
        """The packet's bytes, with its checksum. Raises ValueError where the fields can't be a packet."""
        source, destination, protocol, payload, ttl, identification, tos, dont, more, offset, options = self
        header_length = _SMALLEST + len(options)
        total_length = header_length + len(payload)
        if offset + total_length > _LARGEST or len(options) % 4 or len(options) > _MOST_OPTIONS:
            raise ValueError(
                f"an IPv4 packet of {total_length} bytes at {offset} with {len(options)} bytes of options"
            )
        if offset & 7:
            raise ValueError(f"an IPv4 fragment at byte {offset}")
        fragment = (_DONT_FRAGMENT if dont else 0) | (_MORE_FRAGMENTS if more else 0) | offset >> 3
        first = 0x40 | header_length >> 2
        # The header's sum, from its fields: see checksum.py. It is never zero, so this is its complement.
        total = (first + ttl << 8) + tos + protocol + total_length + identification + fragment
        checksum = -(total + source + destination + int.from_bytes(options)) % 0xFFFF
        header = _FORMAT.pack(
            first,
            tos,
            total_length,
            identification,
            fragment,
            ttl,
            protocol,
            checksum,
            source,
            destination,
        )
        return b"".join((header, options, payload))


def _header_length(data: bytes) -> int:
    if len(data) >= _SMALLEST:
        first = data[0]
        length = (first & 0x0F) << 2
        if first >> 4 == _VERSION and _SMALLEST <= length <= len(data):
            return length
    raise MalformedPacket("not an IPv4 header")


class Option(NamedTuple):
    """An option of a header: its type and the bytes behind the length."""

    kind: int
    data: bytes


def read_options(options: bytes) -> Iterator[Option]:
    """The options of a header, without padding. Raises MalformedPacket where they don't fit."""
    position = 0
    while position < len(options):
        kind = options[position]
        if kind == END_OF_OPTIONS:
            return
        if kind == NO_OPERATION:
            yield Option(kind, b"")
            position += 1
            continue
        length = options[position + 1] if position + 1 < len(options) else 0
        if length < 2 or position + length > len(options):
            raise MalformedPacket(f"an IPv4 option {kind} of length {length}")
        yield Option(kind, options[position + 2 : position + length])
        position += length


def build_options(options: list[Option]) -> bytes:
    """The bytes of options, padded to whole words."""
    data = b""
    for kind, content in options:
        data += bytes([kind]) if kind == NO_OPERATION else bytes([kind, len(content) + 2]) + content
    return data + bytes(-len(data) % 4)


def fragments(packet: Ipv4Packet, mtu: int) -> list[Ipv4Packet]:
    """Cuts a packet, or a fragment, into pieces that fit into `mtu` bytes (RFC 791, 3.2).

    Raises ValueError for an MTU that leaves no room. Options that are not to be copied stay in the first.
    """
    copied = _copied_options(packet.options)
    pieces = []
    position, options = 0, packet.options
    payload = packet.payload
    while True:
        room = mtu - _SMALLEST - len(options)
        if room < 8:
            raise ValueError(f"no room for a fragment in an MTU of {mtu}")
        last = len(payload) - position <= room
        size = len(payload) - position if last else room // 8 * 8
        pieces.append(
            packet._replace(
                payload=payload[position : position + size],
                more_fragments=packet.more_fragments or not last,
                fragment_offset=packet.fragment_offset + position,
                options=options,
            )
        )
        if last:
            return pieces
        position, options = position + size, copied


def _copied_options(options: bytes) -> bytes:
    try:
        return build_options([option for option in read_options(options) if option.kind & _COPIED])
    except MalformedPacket:
        return b""
