"""The pager: a screen at a time, and what each key does at ` --More-- `."""

from __future__ import annotations

from collections.abc import Iterator

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


def typed(pager: Pager, keys: str, length: int = 4) -> str:
    return "".join(pager.turn(ENTER if key == "\r" else Key(KeyKind.TEXT, key), length) for key in keys)


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("/7\r", "7\r\n8\r\n9\r\n" + MORE),
        ("+1\r", "10\r\n11\r\n"),
        ("-[3-9]\r", "10\r\n11\r\n"),
        ("/nothing\r", ""),
    ],
)
def test_a_search_goes_on_with_what_it_finds(keys: str, found: str) -> None:
    pager = Pager()
    pager.begin(text(12), 4)
    assert typed(pager, keys) == f"{AWAY}{keys[:-1]}\r\nfiltering...\r\n{found}"
    assert pager.waits == found.endswith(MORE)


def test_a_search_is_edited_given_up_or_refused() -> None:
    pager = Pager()
    pager.begin(text(12), 4)
    assert typed(pager, "/x") == f"{AWAY}/x"
    assert pager.turn(Key(KeyKind.BACKSPACE), 4) == "\b \b"
    assert pager.turn(Key(KeyKind.BACKSPACE), 4) == ""
    assert pager.turn(Key(KeyKind.UP), 4) == ""
    assert typed(pager, "1\r").endswith("10\r\n11\r\n")
    pager.begin(text(12), 4)
    typed(pager, "+")
    assert pager.turn(Key(KeyKind.CTRL_C), 4) == "\r\n"
    assert not pager.waits
    pager.begin(text(12), 4)
    assert typed(pager, "+[\r").startswith(f"{AWAY}+[\r\n%")
    assert not pager.waits


def test_a_last_line_without_an_end_is_kept() -> None:
    pager = Pager()
    assert pager.begin("a\nb\nc\nd", 3) == f"a\r\nb\r\n{MORE}"
    assert pager.turn(SPACE, 3) == f"{AWAY}c\r\nd"


def test_output_is_asked_for_one_line_further_than_the_screen_goes() -> None:
    made: list[int] = []

    def lines() -> Iterator[str | None]:
        for number in range(1000):
            made.append(number)
            yield str(number)

    pager = Pager()
    assert pager.begin_output(lines(), 4) == shown(0, 3) + MORE
    assert made == [0, 1, 2, 3]
    assert pager.turn(ENTER, 4) == AWAY + shown(3, 4) + MORE
    assert made[-1] == 4
    assert pager.turn(Key(KeyKind.TEXT, "q"), 4) == AWAY
    assert (pager.waits, made[-1]) == (False, 4)


def test_output_that_just_fits_needs_no_key() -> None:
    pager = Pager()
    assert pager.begin_output(iter(["a", "b", "c"]), 4) == "a\r\nb\r\nc\r\n"
    assert not pager.waits


def test_a_pause_in_the_output_is_no_page() -> None:
    pager = Pager()
    assert pager.begin_output(iter(["a", None, "b", None, None, "c", "d"]), 4) == "a\r\n"
    assert (pager.pauses, pager.waits) == (True, False)
    assert pager.go_on() == "b\r\n"
    assert pager.go_on() == ""
    assert pager.go_on() == "c\r\n" + MORE
    assert (pager.pauses, pager.waits) == (False, True)


def test_output_without_a_length_stops_at_pauses_alone() -> None:
    pager = Pager()
    assert pager.begin_output(iter(["a"] * 50 + [None] + ["b"] * 50), 0) == "a\r\n" * 50
    assert pager.pauses
    assert pager.go_on() == "b\r\n" * 50
    assert not pager.pauses
