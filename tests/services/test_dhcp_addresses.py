"""The search for the next free address, against a simple list."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.services.dhcp_addresses import Exclusions, TakenAddresses, next_address

# Around the edges of the pages that the set is made of.
near = st.integers(4080, 4110) | st.integers(8180, 8200) | st.integers(0, 12300)


@pytest.mark.property
@settings(deadline=None)
@given(
    st.sets(near, max_size=40),
    st.lists(st.tuples(near, st.integers(0, 5000)), max_size=5),
    near,
    st.integers(0, 9000),
)
def test_the_next_address_is_the_first_that_is_neither_taken_nor_excluded(
    used: set[int], spans: list[tuple[int, int]], low: int, length: int
) -> None:
    taken = TakenAddresses()
    for address in used:
        taken.add(address)
    ranges = [(first, first + span) for first, span in spans]
    free = (
        address
        for address in range(low, low + length)
        if address not in used and not any(first <= address <= last for first, last in ranges)
    )
    found = next_address(taken, Exclusions(ranges), low, low + length - 1)
    assert found == next(free, None)


def test_what_is_given_back_is_free_again() -> None:
    taken = TakenAddresses()
    taken.discard(9)
    for address in range(8, 12):
        taken.add(address)
    taken.discard(10)
    assert (10 in taken, 11 in taken, 99 in taken) == (False, True, False)
    assert taken.next_free(8, 20) == 10
    assert taken.next_free(11, 11) is None


def test_ranges_that_touch_or_overlap_are_one() -> None:
    excluded = Exclusions([(30, 40), (1, 5), (6, 9), (2, 3), (35, 50)])
    assert [excluded.end(address) for address in (0, 1, 7, 10, 30, 50, 51)] == [
        None,
        9,
        9,
        None,
        50,
        50,
        None,
    ]
