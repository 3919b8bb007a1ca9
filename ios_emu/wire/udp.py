"""UDP datagrams (RFC 768)."""

from __future__ import annotations

import struct
from typing import NamedTuple

from ios_emu.errors import MalformedPacket
from ios_emu.wire.checksum import internet_checksum
from ios_emu.wire.ipv4 import UDP

_FORMAT = struct.Struct("!HHHH")
_LARGEST = 65535


class UdpDatagram(NamedTuple):
    """A datagram."""

    source_port: int
    destination_port: int
    payload: bytes

    @classmethod
    def parse(cls, data: bytes, source: int, destination: int) -> UdpDatagram:
        """Reads a datagram between two addresses. Raises MalformedPacket; a checksum of 0 was not used."""
        if len(data) < _FORMAT.size:
            raise MalformedPacket(f"a UDP datagram of {len(data)} bytes")
        source_port, destination_port, length, checksum = _FORMAT.unpack_from(data)
        if not _FORMAT.size <= length <= len(data):
            raise MalformedPacket(f"a UDP datagram of {len(data)} bytes that says it has {length}")
        data = data[:length]
        if checksum and internet_checksum(data, source + destination + UDP + length):
            raise MalformedPacket("a UDP datagram with a wrong checksum")
        return cls(source_port, destination_port, data[_FORMAT.size :])

    def build(self, source: int, destination: int) -> bytes:
        """The datagram's bytes between two addresses. Raises ValueError where it can't be that long."""
        length = _FORMAT.size + len(self.payload)
        if length > _LARGEST:
            raise ValueError(f"a UDP datagram of {length} bytes")
        data = _FORMAT.pack(self.source_port, self.destination_port, length, 0) + self.payload
        # A sum of 0 is sent as 0xFFFF: 0 says that there is none.
        checksum = internet_checksum(data, source + destination + UDP + length) or 0xFFFF
        return data[:6] + checksum.to_bytes(2) + data[8:]
