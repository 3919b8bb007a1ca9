"""What the options of an IPv4 header say: routes to record or to follow, and timestamps (RFC 791, 3.1).

Each is a typed value that is made from an Option and makes one. `pointer` counts as on the wire: bytes from
the option's type, which is byte 1. It stands at the first free slot, or behind the last.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from ios_emu.errors import MalformedPacket
from ios_emu.wire.ipv4 import TIMESTAMP, Option

_ADDRESS = 4
_FIRST_ROUTE = 4
_FIRST_TIMESTAMP = 5

TIMESTAMPS_ONLY = 0
"""Every router writes its time."""
WITH_ADDRESSES = 1
"""Every router writes its address and its time."""
PRESPECIFIED = 3
"""The routers whose addresses are there already write their times."""
_MOST_OVERFLOW = 15


class RouteOption(NamedTuple):
    """RECORD_ROUTE, LOOSE_SOURCE_ROUTE or STRICT_SOURCE_ROUTE: its slots, free ones and filled ones."""

    kind: int
    addresses: tuple[int, ...]
    pointer: int = _FIRST_ROUTE

    @classmethod
    def parse(cls, option: Option) -> RouteOption:
        """Reads an option of one of these kinds. Raises MalformedPacket."""
        kind, data = option
        if len(data) % _ADDRESS != 1 or data[0] < _FIRST_ROUTE or data[0] % _ADDRESS:
            raise MalformedPacket(f"an IPv4 route option of {len(data)} bytes")
        return cls(kind, struct.unpack(f"!{len(data) // _ADDRESS}I", data[1:]), data[0])

    def build(self) -> Option:
        """The option."""
        return Option(self.kind, struct.pack(f"!B{len(self.addresses)}I", self.pointer, *self.addresses))

    @property
    def recorded(self) -> tuple[int, ...]:
        """The slots before the pointer: where the packet has been."""
        return self.addresses[: self._slot]

    @property
    def next_address(self) -> int | None:
        """Where a source route goes on; None at its end."""
        return self.addresses[self._slot] if self._slot < len(self.addresses) else None

    def record(self, address: int) -> RouteOption:
        """With `address` in the slot of the pointer, which moves on; as it is when no slot is free."""
        if self.next_address is None:
            return self
        addresses = (*self.recorded, address, *self.addresses[self._slot + 1 :])
        return RouteOption(self.kind, addresses, self.pointer + _ADDRESS)

    @property
    def _slot(self) -> int:
        return (self.pointer - _FIRST_ROUTE) // _ADDRESS


class TimestampOption(NamedTuple):
    """TIMESTAMP: slots of (address, milliseconds since midnight); TIMESTAMPS_ONLY has no addresses (0).

    `overflow` counts the routers that found no free slot, up to 15.
    """

    mode: int
    slots: tuple[tuple[int, int], ...]
    pointer: int = _FIRST_TIMESTAMP
    overflow: int = 0

    @classmethod
    def parse(cls, option: Option) -> TimestampOption:
        """Reads an option of kind TIMESTAMP. Raises MalformedPacket."""
        data = option.data
        mode = data[1] & 0x0F if len(data) >= 2 else -1
        if mode not in (TIMESTAMPS_ONLY, WITH_ADDRESSES, PRESPECIFIED):
            raise MalformedPacket("an IPv4 timestamp option of an unknown kind")
        size = _slot_size(mode)
        pointer = data[0]
        if (len(data) - 2) % size or pointer < _FIRST_TIMESTAMP or (pointer - _FIRST_TIMESTAMP) % size:
            raise MalformedPacket(f"an IPv4 timestamp option of {len(data)} bytes")
        words = struct.unpack(f"!{(len(data) - 2) // 4}I", data[2:])
        slots = (
            ((0, word) for word in words) if mode == TIMESTAMPS_ONLY else zip(*[iter(words)] * 2, strict=True)
        )
        return cls(mode, tuple(slots), pointer, data[1] >> 4)

    def build(self) -> Option:
        """The option."""
        words = [
            word
            for address, time in self.slots
            for word in ((time,) if self.mode == TIMESTAMPS_ONLY else (address, time))
        ]
        head = (self.pointer, self.overflow << 4 | self.mode)
        return Option(TIMESTAMP, struct.pack(f"!BB{len(words)}I", *head, *words))

    def record(self, address: int, time: int) -> TimestampOption:
        """With what the router of that address writes at that time, and the pointer moved on.

        Without a free slot the overflow goes up. A prespecified slot of another router is left alone.
        """
        size = _slot_size(self.mode)
        slot = (self.pointer - _FIRST_TIMESTAMP) // size
        if slot >= len(self.slots):
            return self._replace(overflow=min(self.overflow + 1, _MOST_OVERFLOW))
        if self.mode == PRESPECIFIED and self.slots[slot][0] != address:
            return self
        written = (0 if self.mode == TIMESTAMPS_ONLY else address, time)
        slots = (*self.slots[:slot], written, *self.slots[slot + 1 :])
        return self._replace(slots=slots, pointer=self.pointer + size)


def _slot_size(mode: int) -> int:
    return 4 if mode == TIMESTAMPS_ONLY else 8
