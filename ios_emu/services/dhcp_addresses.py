"""Which addresses may be handed out next: sets of addresses that are taken, and ranges that are excluded.

The rules. The next free address above a place is found at the speed of a memory search, however many are
taken, and a large network costs memory only where somebody lives.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

_PAGE_BITS = 12
_PAGE = 1 << _PAGE_BITS

Range = tuple[int, int]
"""First and last address."""


class TakenAddresses:
    """A set of addresses, one byte each, in pages that are made when they are needed."""

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def add(self, address: int) -> None:
        """Takes an address."""
        page = self._pages.get(address >> _PAGE_BITS)
        if page is None:
            page = self._pages[address >> _PAGE_BITS] = bytearray(_PAGE)
        page[address & _PAGE - 1] = 1

    def discard(self, address: int) -> None:
        """Frees an address."""
        page = self._pages.get(address >> _PAGE_BITS)
        if page is not None:
            page[address & _PAGE - 1] = 0

    def __contains__(self, address: int) -> bool:
        page = self._pages.get(address >> _PAGE_BITS)
        return page is not None and bool(page[address & _PAGE - 1])

    def next_free(self, low: int, high: int) -> int | None:
        """The first free address from `low` to `high`."""
        while low <= high:
            number, offset = low >> _PAGE_BITS, low & _PAGE - 1
            page = self._pages.get(number)
            if page is None:
                return low
            at = page.find(0, offset)
            if at >= 0:
                found = number << _PAGE_BITS | at
                return found if found <= high else None
            low = number + 1 << _PAGE_BITS
        return None


class Exclusions:
    """Ranges of addresses that are never handed out."""

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        self._lows: list[int] = []
        self._highs: list[int] = []
        for low, high in sorted(ranges):
            if self._highs and low <= self._highs[-1] + 1:
                self._highs[-1] = max(self._highs[-1], high)
            else:
                self._lows.append(low)
                self._highs.append(high)

    def end(self, address: int) -> int | None:
        """The last address of the range that this one is in; None when it is in none."""
        at = bisect_right(self._lows, address) - 1
        return self._highs[at] if at >= 0 and address <= self._highs[at] else None


def next_address(taken: TakenAddresses, excluded: Exclusions, low: int, high: int) -> int | None:
    """The first address from `low` to `high` that is neither taken nor excluded."""
    while (found := taken.next_free(low, high)) is not None:
        end = excluded.end(found)
        if end is None:
            return found
        low = end + 1
    return None
