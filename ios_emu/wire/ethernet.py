"""Ethernet: addresses in the notations of people, and frames (Ethernet II, IEEE 802.3, IEEE 802.1Q).

The rules. An address is its six bytes: hashable, ordered, and equal to them. Its text is IOS's, three
groups of four digits. The address of a device's interface comes from the device's name, so that a lab has
the same addresses every time. A frame is built without its check sequence and padded to 60 bytes, as a
network card hands it over.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple, Self

from ios_emu.errors import MalformedPacket

_LENGTH = 6
_NOTATIONS = re.compile(
    r"[0-9a-f]{4}(\.[0-9a-f]{4}){2}|[0-9a-f]{2}(:[0-9a-f]{2}){5}|[0-9a-f]{2}(-[0-9a-f]{2}){5}|[0-9a-f]{12}",
    re.IGNORECASE | re.ASCII,
)
_SEPARATORS = str.maketrans("", "", ".:-")
# One of the prefixes that IEEE gave to Cisco: an address of a lab looks like a router's.
_CISCO_OUI = bytes.fromhex("001b0c")
_MOST_INTERFACES = 16


class MacAddress(bytes):
    """A MAC address: six bytes. Raises ValueError for any other number of bytes."""

    __slots__ = ()

    def __new__(cls, packed: bytes) -> Self:
        if len(packed) != _LENGTH:
            raise ValueError(f"a MAC address has {_LENGTH} bytes, not {len(packed)}")
        return super().__new__(cls, packed)

    @property
    def packed(self) -> bytes:
        """The six bytes."""
        return bytes(self)

    @classmethod
    def parse(cls, text: str) -> MacAddress:
        """Reads `0060.5C2B.3DCC`, `00:60:5c:2b:3d:cc`, `00-60-5c-2b-3d-cc` or `00605c2b3dcc`.

        Raises ValueError for anything else.
        """
        if _NOTATIONS.fullmatch(text) is None:
            raise ValueError(
                f"{text!r} is not a MAC address: write it as 0060.5c2b.3dcc or 00:60:5c:2b:3d:cc"
            )
        return cls(bytes.fromhex(text.translate(_SEPARATORS)))

    def __str__(self) -> str:
        """As IOS prints it: `0060.5c2b.3dcc`."""
        return self.hex(".", 2)

    def __repr__(self) -> str:
        return f"MacAddress({str(self)!r})"

    def dotted_upper(self) -> str:
        """The same with capital letters, as Packet Tracer prints it: `0060.5C2B.3DCC`."""
        return str(self).upper()

    @property
    def is_multicast(self) -> bool:
        """Is it the address of a group? The broadcast address is one, too."""
        return bool(self[0] & 1)

    @property
    def is_broadcast(self) -> bool:
        """Is it the address of all stations?"""
        return self == BROADCAST


ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_ARP = 0x0806
ETHERTYPE_DOT1Q = 0x8100
SMALLEST_FRAME = 60
"""Without the check sequence: shorter ones are padded."""
LARGEST_FRAME = 1514
"""Without the check sequence and without a tag."""

_HEADER = 14
_TAG = 4
# Below this the field is the payload's length (IEEE 802.3).
_FIRST_ETHERTYPE = 0x0600


class Dot1qTag(NamedTuple):
    """The tag of IEEE 802.1Q: a VLAN (0: only a priority), a priority, and whether it is dropped first."""

    vlan: int
    priority: int = 0
    drop_eligible: bool = False


class EthernetFrame(NamedTuple):
    """A frame. Where `ethertype` is below 0x0600 it is the payload's length, as in IEEE 802.3."""

    destination: MacAddress
    source: MacAddress
    ethertype: int
    payload: bytes
    tag: Dot1qTag | None = None

    @classmethod
    def parse(cls, data: bytes) -> EthernetFrame:
        """Reads a frame without its check sequence. Raises MalformedPacket for one that is too short."""
        if len(data) < _HEADER:
            raise MalformedPacket(f"an Ethernet frame of {len(data)} bytes")
        ethertype, start, tag = data[12] << 8 | data[13], _HEADER, None
        if ethertype == ETHERTYPE_DOT1Q:
            if len(data) < _HEADER + _TAG:
                raise MalformedPacket("an 802.1Q tag that is cut off")
            control, ethertype = int.from_bytes(data[14:16]), int.from_bytes(data[16:18])
            tag = Dot1qTag(control & 0x0FFF, control >> 13, bool(control & 0x1000))
            start += _TAG
        payload = data[start:]
        if ethertype < _FIRST_ETHERTYPE:
            if ethertype > len(payload):
                raise MalformedPacket(f"an 802.3 frame that is shorter than its length of {ethertype}")
            payload = payload[:ethertype]
        # These are six bytes: `bytes` makes the addresses without counting them again.
        new = bytes.__new__
        return cls(new(MacAddress, data[:6]), new(MacAddress, data[6:12]), ethertype, payload, tag)

    def build(self) -> bytes:
        """The frame's bytes, padded to 60."""
        tag = self.tag
        head = self.destination + self.source
        if tag is not None:
            control = tag.priority << 13 | tag.drop_eligible << 12 | tag.vlan
            head += (ETHERTYPE_DOT1Q << 16 | control).to_bytes(4)
        return (head + self.ethertype.to_bytes(2) + self.payload).ljust(SMALLEST_FRAME, b"\0")


def with_tag(frame: bytes, control: int) -> bytes:
    """An untagged frame with a tag of those 16 bits: priority, drop eligible, VLAN."""
    return frame[:12] + (ETHERTYPE_DOT1Q << 16 | control).to_bytes(4) + frame[12:]


def without_tag(frame: bytes) -> bytes:
    """A tagged frame without its outer tag, padded to 60 bytes again."""
    return (frame[:12] + frame[16:]).ljust(SMALLEST_FRAME, b"\0")


BROADCAST = MacAddress(b"\xff" * _LENGTH)


def mac_for(device: str, index: int) -> MacAddress:
    """The address of interface number `index` (0 to 15) of the device of that name: unicast, always the same.

    A device's addresses differ in the last digit alone. Those of two names are the same once in a million.
    Raises ValueError for another index.
    """
    if not 0 <= index < _MOST_INTERFACES:
        raise ValueError(f"interface {index} of {device}: a device has addresses 0 to {_MOST_INTERFACES - 1}")
    first, second, third = hashlib.sha256(device.encode()).digest()[:3]
    return MacAddress(_CISCO_OUI + bytes((first, second, third & 0xF0 | index)))
