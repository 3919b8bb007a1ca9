"""A set of VLANs, as IOS writes one: `1-4094`, `10,20-22`, `none`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

FIRST_VLAN, LAST_VLAN = 1, 4094
_PIECE = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?", re.ASCII)
# Two neighbours are written one by one, three or more as a range.
_SHORTEST_RANGE = 3


class VlanSet(frozenset[int]):
    """VLAN numbers from 1 to 4094. What set operations return is a plain set: make a VlanSet of it again."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> VlanSet:
        """Reads `10,20-22`, `all` or `none`. Raises ValueError for another form, or another number."""
        if text == "none":
            return cls()
        if text == "all":
            return ALL_VLANS
        numbers: set[int] = set()
        for piece in text.split(","):
            match = _PIECE.fullmatch(piece)
            if match is None:
                raise ValueError(f"{text!r} is not a list of VLANs: write it as 10,20-22")
            first, last = int(match[1]), int(match[2] or match[1])
            if not FIRST_VLAN <= first <= last <= LAST_VLAN:
                raise ValueError(f"{piece!r} is not a range of VLANs from {FIRST_VLAN} to {LAST_VLAN}")
            numbers.update(range(first, last + 1))
        return cls(numbers)

    def __str__(self) -> str:
        return vlan_text(self)


def vlan_text(numbers: Iterable[int]) -> str:
    """`10,20-22`; `none` for no VLAN at all."""
    pieces: list[str] = []
    for _, group in groupby(enumerate(sorted(numbers)), lambda one: one[1] - one[0]):
        run = [number for _, number in group]
        pieces += [f"{run[0]}-{run[-1]}"] if len(run) >= _SHORTEST_RANGE else map(str, run)
    return ",".join(pieces) or "none"


ALL_VLANS = VlanSet(range(FIRST_VLAN, LAST_VLAN + 1))
