"""The pager: a screen at a time, and what each key does at ` --More-- `."""

from __future__ import annotations

import pytest

from ios_emu.cli.keys import Key, KeyKind
from ios_emu.cli.pager import MORE, Pager

SPACE = Key(KeyKind.TEXT, " ")
ENTER = Key(KeyKind.ENTER)
AWAY = "\b" * 9 + " " * 8 + "\b" * 9


def text(count: int) -> str:
    return "".join(f"{number}\n" for number in range(count))


def shown(first: int, last: int) -> str:
    return "".join(f"{number}\r\n" for number in range(first, last))


@pytest.mark.parametrize(("count", "length"), [(5, 0), (3, 4), (0, 24), (1000, 0)])
def test_what_fits_is_printed_whole(count: int, length: int) -> None:
    pager = Pager()
    assert pager.begin(text(count), length) == shown(0, count)
    assert not pager.waits


def test_space_brings_a_page_and_enter_a_line() -> None:
    pager = Pager()
    assert pager.begin(text(10), 4) == shown(0, 3) + MORE
    assert pager.waits
    assert pager.turn(ENTER, 4) == AWAY + shown(3, 4) + MORE
    assert pager.turn(SPACE, 4) == AWAY + shown(4, 7) + MORE
    assert pager.turn(SPACE, 4) == AWAY + shown(7, 10)
    assert not pager.waits


@pytest.mark.parametrize(
    "key", [Key(KeyKind.TEXT, "q"), Key(KeyKind.TEXT, "x"), Key(KeyKind.CTRL_C), Key(KeyKind.TAB)]
)
def test_any_other_key_ends_it(key: Key) -> None:
    pager = Pager()
    pager.begin(text(10), 4)
    assert pager.turn(key, 4) == AWAY
    assert not pager.waits


def test_a_last_line_without_an_end_is_kept() -> None:
    pager = Pager()
    assert pager.begin("a\nb\nc\nd", 3) == f"a\r\nb\r\n{MORE}"
    assert pager.turn(SPACE, 3) == f"{AWAY}c\r\nd"
