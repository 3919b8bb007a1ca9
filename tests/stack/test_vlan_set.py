"""Sets of VLANs as IOS writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ios_emu.stack.vlan_set import ALL_VLANS, VlanSet, vlan_text


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1-4094", range(1, 4095)),
        ("10,20-22", (10, 20, 21, 22)),
        ("10,11", (10, 11)),
        ("4094", (4094,)),
        ("none", ()),
    ],
)
def test_the_text_is_read_and_written_back(text: str, numbers: range | tuple[int, ...]) -> None:
    assert VlanSet.parse(text) == frozenset(numbers)
    assert str(VlanSet(numbers)) == text


def test_all_of_them() -> None:
    assert VlanSet.parse("all") == ALL_VLANS
    assert str(ALL_VLANS) == "1-4094"


def test_two_neighbours_are_no_range() -> None:
    assert str(VlanSet.parse("10-11,13-15")) == "10,11,13-15"


@pytest.mark.parametrize("text", ["", "0", "4095", "5-4", "1,", "a", "1-", "1 ,2", "1--3", "00001", "\u0661"])
def test_what_is_no_list_of_vlans_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="VLANs"):
        VlanSet.parse(text)


@pytest.mark.property
@given(st.sets(st.integers(1, 4094)))
def test_every_set_has_a_text(numbers: set[int]) -> None:
    assert VlanSet.parse(vlan_text(numbers)) == frozenset(numbers)
