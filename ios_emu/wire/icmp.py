"""ICMP messages (RFC 792, RFC 1812)."""

from __future__ import annotations

import struct
from typing import NamedTuple

from ios_emu.errors import MalformedPacket
from ios_emu.wire.checksum import internet_checksum

ECHO_REPLY = 0
DESTINATION_UNREACHABLE = 3
SOURCE_QUENCH = 4
REDIRECT = 5
ECHO_REQUEST = 8
TIME_EXCEEDED = 11
PARAMETER_PROBLEM = 12

NET_UNREACHABLE = 0
HOST_UNREACHABLE = 1
PROTOCOL_UNREACHABLE = 2
PORT_UNREACHABLE = 3
FRAGMENTATION_NEEDED = 4
SOURCE_ROUTE_FAILED = 5
ADMINISTRATIVELY_PROHIBITED = 13

REDIRECT_NETWORK = 0
REDIRECT_HOST = 1

TTL_EXCEEDED = 0
REASSEMBLY_TIME_EXCEEDED = 1

_FORMAT = struct.Struct("!BBHI")


class IcmpMessage(NamedTuple):
    """A message. `rest` is the second 32-bit word: identifier and sequence, a gateway, the next hop's MTU."""

    type: int
    code: int
    rest: int = 0
    payload: bytes = b""

    @classmethod
    def parse(cls, data: bytes) -> IcmpMessage:
        """Reads a message. Raises MalformedPacket when it is too short or its checksum is wrong."""
        if len(data) < _FORMAT.size:
            raise MalformedPacket(f"an ICMP message of {len(data)} bytes")
        if internet_checksum(data):
            raise MalformedPacket("an ICMP message with a wrong checksum")
        kind, code, _, rest = _FORMAT.unpack_from(data)
        return cls(kind, code, rest, data[_FORMAT.size :])

    def build(self) -> bytes:
        """The message's bytes, with its checksum."""
        message = _FORMAT.pack(self.type, self.code, 0, self.rest) + self.payload
        return message[:2] + internet_checksum(message).to_bytes(2) + message[4:]

    @property
    def identifier(self) -> int:
        """The identifier of an echo."""
        return self.rest >> 16

    @property
    def sequence(self) -> int:
        """The sequence number of an echo."""
        return self.rest & 0xFFFF


def echo(identifier: int, sequence: int, payload: bytes, reply: bool = False) -> IcmpMessage:
    """An echo request, or the reply to one."""
    return IcmpMessage(ECHO_REPLY if reply else ECHO_REQUEST, 0, identifier << 16 | sequence, payload)
