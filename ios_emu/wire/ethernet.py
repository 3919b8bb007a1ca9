"""Ethernet's addresses (IEEE 802): six bytes, in the notations that people write them in.

The rules. An address is a value: frozen, hashable, ordered as its bytes are. Its text is IOS's, three
groups of four digits. The address of a device's interface comes from the device's name, so that a lab has
the same addresses every time.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_LENGTH = 6
_NOTATIONS = re.compile(
    r"[0-9a-f]{4}(\.[0-9a-f]{4}){2}|[0-9a-f]{2}(:[0-9a-f]{2}){5}|[0-9a-f]{2}(-[0-9a-f]{2}){5}|[0-9a-f]{12}",
    re.IGNORECASE | re.ASCII,
)
_SEPARATORS = str.maketrans("", "", ".:-")
# One of the prefixes that IEEE gave to Cisco: an address of a lab looks like a router's.
_CISCO_OUI = bytes.fromhex("001b0c")
_MOST_INTERFACES = 16


@dataclass(frozen=True, order=True, slots=True)
class MacAddress:
    """A MAC address; `packed` are its six bytes. Raises ValueError for any other number of bytes."""

    packed: bytes

    def __post_init__(self) -> None:
        if len(self.packed) != _LENGTH:
            raise ValueError(f"a MAC address has {_LENGTH} bytes, not {len(self.packed)}")

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
        return self.packed.hex(".", 2)

    def dotted_upper(self) -> str:
        """The same with capital letters, as Packet Tracer prints it: `0060.5C2B.3DCC`."""
        return str(self).upper()

    @property
    def is_multicast(self) -> bool:
        """Is it the address of a group? The broadcast address is one, too."""
        return bool(self.packed[0] & 1)

    @property
    def is_broadcast(self) -> bool:
        """Is it the address of all stations?"""
        return self == BROADCAST


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
