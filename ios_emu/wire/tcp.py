"""TCP segments (RFC 9293)."""

from __future__ import annotations

import struct
from typing import NamedTuple

from ios_emu.errors import MalformedPacket
from ios_emu.wire.checksum import internet_checksum
from ios_emu.wire.ipv4 import TCP

FIN = 1
SYN = 2
RST = 4
PSH = 8
ACK = 16
URG = 32

_FORMAT = struct.Struct("!HHIIHHHH")
_FLAGS = 0x3F
_NO_OPTIONS = 5 << 12
_WITH_MSS = 6 << 12
_SMALLEST = 20
_END, _NOP, _MSS = 0, 1, 2


class TcpSegment(NamedTuple):
    """A segment. `mss` is the option of that name; no other is used, and others are skipped when read."""

    source_port: int
    destination_port: int
    sequence: int
    acknowledgment: int
    flags: int
    window: int
    payload: bytes = b""
    mss: int | None = None
    urgent: int = 0

    @classmethod
    def parse(cls, data: bytes, source: int, destination: int) -> TcpSegment:
        """Reads a segment between two addresses. Raises MalformedPacket."""
        length = len(data)
        if length < _SMALLEST:
            raise MalformedPacket(f"a TCP segment of {length} bytes")
        if internet_checksum(data, source + destination + TCP + length):
            raise MalformedPacket("a TCP segment with a wrong checksum")
        source_port, destination_port, sequence, acknowledgment, control, window, _, urgent = (
            _FORMAT.unpack_from(data)
        )
        header = control >> 12 << 2
        if header == _SMALLEST:
            mss = None
        elif not _SMALLEST < header <= length:
            raise MalformedPacket(f"a TCP segment of {length} bytes with a header of {header}")
        else:
            mss = _read_mss(data[_SMALLEST:header])
        return cls(
            source_port,
            destination_port,
            sequence,
            acknowledgment,
            control & _FLAGS,
            window,
            data[header:],
            mss,
            urgent,
        )

    def build(self, source: int, destination: int) -> bytes:
        """The segment's bytes between two addresses, with its checksum."""
        source_port, destination_port, sequence, acknowledgment, flags, window, payload, mss, urgent = self
        length = _SMALLEST + len(payload)
        control, option, options = _NO_OPTIONS | flags, 0, b""
        if mss is not None:
            length += 4
            control, option = _WITH_MSS | flags, _MSS << 24 | 4 << 16 | mss
            options = option.to_bytes(4)
        # The sum of the pseudo header and of the header, from their fields, is added to that of the payload.
        pseudo = source + destination + TCP + length
        head = source_port + destination_port + sequence + acknowledgment + control + window + urgent + option
        checksum = internet_checksum(payload, pseudo + head)
        header = _FORMAT.pack(
            source_port, destination_port, sequence, acknowledgment, control, window, checksum, urgent
        )
        return b"".join((header, options, payload))


def _read_mss(options: bytes) -> int | None:
    mss, position = None, 0
    while position < len(options):
        kind = options[position]
        if kind == _END:
            break
        if kind == _NOP:
            position += 1
            continue
        length = options[position + 1] if position + 1 < len(options) else 0
        if length < 2 or position + length > len(options):
            raise MalformedPacket(f"a TCP option {kind} of length {length}")
        if kind == _MSS and length == 4:
            mss = int.from_bytes(options[position + 2 : position + 4])
        position += length
    return mss
