"""Interface names: read, shortened and sorted as IOS does."""

from __future__ import annotations

import random

import pytest

from ios_emu.stack.interface_name import InterfaceName

SORTED = [
    "Loopback0",
    "Loopback10",
    "FastEthernet0/0",
    "FastEthernet0/0.2",
    "FastEthernet0/0.10",
    "FastEthernet0/1",
    "Vlan1",
]


def test_they_are_sorted_by_kind_and_number() -> None:
    names = [InterfaceName.read(text) for text in SORTED]
    shuffled = random.Random(1).sample(names, len(names))
    assert [str(name) for name in sorted(shuffled)] == SORTED


def test_the_parts_of_a_sub_interface() -> None:
    name = InterfaceName.read("f0/1.20")
    assert (name.short, name.number, str(name.parent)) == ("Fa0/1.20", "0/1.20", "FastEthernet0/1")


@pytest.mark.parametrize("text", ["", "0/0", "Fa", "Fa0/0/0", "Te0/0", "Fa0/0 x", "lo", "Fa\u0660/0"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an interface name"):
        InterfaceName.read(text)
