"""DTP, Cisco's Dynamic Trunking Protocol: what a switch port wants to be, and what it is.

Cisco never published the format; it is as Wireshark and Scapy read it: a version, then values with a type and
a length that counts their four bytes of head. Types that are not known are skipped.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from ios_emu.errors import MalformedPacket
from ios_emu.wire.ethernet import MacAddress

_VERSION = 1
_HEAD = 4
_DOMAIN, _STATUS, _TYPE, _NEIGHBOUR = 1, 2, 3, 4
_TRUNKING = 0x80
# Operates with IEEE 802.1Q, and wants nothing else.
_DOT1Q = 0xA5
_LONGEST_DOMAIN = 32


class Wish(IntEnum):
    """What a port wants: the trunk administrative status."""

    ON = 1
    OFF = 2
    DESIRABLE = 3
    AUTO = 4


class DtpPacket(NamedTuple):
    """What a port says of itself. `neighbour` is the address that its frames come from."""

    wish: Wish
    trunking: bool
    neighbour: MacAddress
    domain: str = ""

    def build(self) -> bytes:
        """The packet's bytes."""
        values = (
            (_DOMAIN, self.domain.encode("latin-1", "replace")[:_LONGEST_DOMAIN] + b"\0"),
            (_STATUS, bytes((self.wish | (_TRUNKING if self.trunking else 0),))),
            (_TYPE, bytes((_DOT1Q,))),
            (_NEIGHBOUR, self.neighbour),
        )
        return bytes((_VERSION,)) + b"".join(
            kind.to_bytes(2) + (_HEAD + len(value)).to_bytes(2) + value for kind, value in values
        )

    @classmethod
    def parse(cls, data: bytes) -> DtpPacket:
        """Reads a packet. Raises MalformedPacket."""
        if not data or data[0] != _VERSION:
            raise MalformedPacket("a DTP packet of a version that is not known")
        values: dict[int, bytes] = {}
        at = 1
        while at < len(data):
            kind, length = int.from_bytes(data[at : at + 2]), int.from_bytes(data[at + 2 : at + _HEAD])
            if length < _HEAD or at + length > len(data):
                raise MalformedPacket("a DTP value that is longer than its packet")
            values[kind] = data[at + _HEAD : at + length]
            at += length
        status, neighbour = values.get(_STATUS, b""), values.get(_NEIGHBOUR, b"")
        if len(status) != 1 or len(neighbour) != len(MacAddress(bytes(6))):
            raise MalformedPacket("a DTP packet without its status or its sender")
        try:
            wish = Wish(status[0] & 0x07)
        except ValueError:
            raise MalformedPacket("a DTP packet with a status that is not known") from None
        domain = values.get(_DOMAIN, b"").split(b"\0", 1)[0].decode("latin-1")
        return cls(wish, bool(status[0] & _TRUNKING), MacAddress(neighbour), domain)
