"""The screen: what a person reads of the bytes that a console sends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ios_emu.cli.editor import Editor
from ios_emu.cli.keys import KeyReader
from ios_emu.lab.screen import Screen

MORE = b" --More-- "
WIPE = b"\b" * 9 + b" " * 8 + b"\b" * 9


def shown(*pieces: bytes) -> tuple[list[str], str]:
    """The finished lines, and the unfinished one."""
    screen = Screen()
    for piece in pieces:
        screen.feed(piece)
    return screen.take_lines(), screen.unfinished


def test_lines_and_the_prompt_behind_them() -> None:
    assert shown(b"R1#show clock\r\n*00:00:01.000 UTC\r\n\r\nR1#") == (
        ["R1#show clock", "*00:00:01.000 UTC", ""],
        "R1#",
    )


def test_a_line_is_taken_once() -> None:
    screen = Screen()
    screen.feed(b"one\r\ntw")
    assert screen.take_lines() == ["one"]
    screen.feed(b"o\r\n")
    assert screen.take_lines() == ["two"]
    assert screen.take_lines() == []


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"Password: ", "Password: "),
        (MORE, " --More-- "),
        (b"a\tb\t", "a\tb\t"),
        (b"\0a\a\0b\a", "ab"),
        (b"caf\xe9\xff", "caf\xe9\xff"),
        (b"abcdef\rxyz", "xyzdef"),
        (b"R1#abc\b\bX", "R1#aXc"),
        (b"\b\b\babc", "abc"),
    ],
)
def test_the_unfinished_line(data: bytes, line: str) -> None:
    assert shown(data) == ([], line)
    assert shown(*(data[at : at + 1] for at in range(len(data)))) == ([], line)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"R1#shx\b \b", "R1#sh"),
        (b"R1#show x\b \b", "R1#show "),
        (b"R1#show \b \b", "R1#show"),
        (b"Name [startup-config]? ab\b \b\b \b", "Name [startup-config]? "),
        (b"R1#abc\b\b\b   \b\b\b", "R1#"),
        (b"R1#abc def\b\b\b\b\b\b\bbc def \b\b\b\b\b\b\b", "R1#bc def"),
        (MORE + WIPE, ""),
        (b"R1#show \b\b\b\b\bshow ", "R1#show "),
        (b"a c\b\b\b b \b", " b"),
    ],
)
def test_what_was_erased_is_gone(data: bytes, line: str) -> None:
    assert shown(data) == ([], line)


def test_the_pager_leaves_nothing_behind() -> None:
    assert shown(b"one\r\n", MORE, WIPE, b"end\r\n", MORE, WIPE, b"\r\n", MORE, WIPE, b"R1#") == (
        ["one", "end", ""],
        "R1#",
    )


def test_blanks_at_the_end_of_a_printed_line_stay() -> None:
    assert shown(b" exit  \r\n   \r\n") == ([" exit  ", "   "], "")


@pytest.mark.property
@given(st.lists(st.binary(max_size=20), max_size=10))
def test_any_bytes_split_anywhere_show_the_same(pieces: list[bytes]) -> None:
    lines, line = shown(*pieces)
    assert shown(b"".join(pieces)) == (lines, line)
    assert len(lines) == b"".join(pieces).count(b"\n")
    assert not any(control in "".join(lines) + line for control in "\r\n\b\a\0")


@pytest.mark.property
@given(st.text("ab ", max_size=12), st.text("\b\x01\x02\x04\x05\x06\x0b\x15\x17xy ", max_size=12))
def test_it_shows_what_the_editor_holds(text: str, keys: str) -> None:
    screen = Screen()
    editor = Editor(lambda echo: screen.feed(echo.encode("latin-1")))
    editor.begin("R1#")
    reader = KeyReader()
    reader.feed((text + keys).encode())
    while (key := reader.next()) is not None:
        editor.press(key)
    assert screen.unfinished.rstrip(" ") == f"R1#{editor.text}".rstrip(" ")
