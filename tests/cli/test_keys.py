"""Bytes to keys: every Enter that clients send, every key that terminals send, and any split of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.cli.keys import Key, KeyKind, KeyReader

ENTER = Key(KeyKind.ENTER)
UNKNOWN = Key(KeyKind.UNKNOWN)


def text(run: str) -> Key:
    return Key(KeyKind.TEXT, run)


def drain(reader: KeyReader, single: bool = False) -> list[Key]:
    keys = []
    while (key := reader.next(single)) is not None:
        keys.append(key)
    return keys


def read(*chunks: bytes, single: bool = False) -> list[Key]:
    """The keys of chunks that are read as they come."""
    reader = KeyReader()
    keys = []
    for chunk in chunks:
        reader.feed(chunk)
        keys += drain(reader, single)
    return keys


def joined(keys: list[Key]) -> list[Key]:
    """The same keys with neighbouring runs of text as one."""
    result: list[Key] = []
    for key in keys:
        if key.kind is KeyKind.TEXT and result and result[-1].kind is KeyKind.TEXT:
            result[-1] = text(result[-1].text + key.text)
        else:
            result.append(key)
    return result


def test_a_printable_run_is_one_key() -> None:
    assert read(b"show version\r") == [text("show version"), ENTER]


def test_single_gives_text_one_character_at_a_time() -> None:
    assert read(b"ab\rc", single=True) == [text("a"), text("b"), ENTER, text("c")]


def test_a_question_mark_is_a_key_of_its_own() -> None:
    assert read(b"sh?ip") == [text("sh"), Key(KeyKind.QUESTION), text("ip")]


@pytest.mark.parametrize("enter", [b"\r", b"\n", b"\r\n", b"\r\0"])
def test_every_form_of_enter_is_one_enter(enter: bytes) -> None:
    assert read(b"a" + enter + b"b") == [text("a"), ENTER, text("b")]
    assert read(enter * 3) == [ENTER] * 3


@pytest.mark.parametrize("rest", [b"\n", b"\0"])
def test_enter_comes_at_once_and_its_second_half_is_dropped_in_the_next_feed(rest: bytes) -> None:
    reader = KeyReader()
    reader.feed(b"\r")
    assert drain(reader) == [ENTER]
    reader.feed(rest)
    assert not reader.pending
    assert drain(reader) == []
    reader.feed(b"\n")
    assert drain(reader) == [ENTER]


def test_a_keepalive_nul_is_no_key() -> None:
    assert read(b"\0a\0b") == [text("a"), text("b")]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x01", KeyKind.CTRL_A),
        (b"\x03", KeyKind.CTRL_C),
        (b"\x12", KeyKind.CTRL_R),
        (b"\x16", KeyKind.CTRL_V),
        (b"\x1a", KeyKind.CTRL_Z),
        (b"\x08", KeyKind.BACKSPACE),
        (b"\x7f", KeyKind.BACKSPACE),
        (b"\x09", KeyKind.TAB),
        (b"\x1e", KeyKind.BREAK),
        (b"\x1bb", KeyKind.ESC_B),
        (b"\x1bB", KeyKind.ESC_B),
        (b"\x1bq", KeyKind.ESC_Q),
        (b"\x1bY", KeyKind.ESC_Y),
        (b"\x1b[A", KeyKind.UP),
        (b"\x1bOA", KeyKind.UP),
        (b"\x1b[B", KeyKind.DOWN),
        (b"\x1b[C", KeyKind.RIGHT),
        (b"\x1bOD", KeyKind.LEFT),
        (b"\x1b[H", KeyKind.HOME),
        (b"\x1bOF", KeyKind.END),
        (b"\x1b[1~", KeyKind.HOME),
        (b"\x1b[4~", KeyKind.END),
        (b"\x1b[7~", KeyKind.HOME),
        (b"\x1b[8~", KeyKind.END),
        (b"\x1b[3~", KeyKind.DELETE),
    ],
)
def test_a_key_whole_and_byte_by_byte(data: bytes, kind: KeyKind) -> None:
    assert read(data) == [Key(kind)]
    assert read(*(bytes([byte]) for byte in data)) == [Key(kind)]


@pytest.mark.parametrize(
    "sequence",
    [
        b"\x1b[5~",
        b"\x1b[1;5C",
        b"\x1b[?1;2c",
        b"\x1b[200~",
        b"\x1b[[A",
        b"\x1b[24;80R",
        b"\x1bOP",
        b"\x1b[ q",
    ],
)
def test_a_sequence_that_no_key_has_is_dropped_whole(sequence: bytes) -> None:
    assert read(b"a" + sequence + b"b") == [text("a"), text("b")]
    assert read(*(bytes([byte]) for byte in sequence), b"b") == [text("b")]


def test_an_unfinished_sequence_waits_and_a_control_character_ends_it() -> None:
    reader = KeyReader()
    reader.feed(b"\x1b[3")
    assert not reader.pending
    assert reader.next() is None
    reader.feed(b"\r")
    assert reader.pending
    assert drain(reader) == [ENTER]


def test_escape_before_enter_does_not_eat_it() -> None:
    assert read(b"\x1b\r") == [UNKNOWN, ENTER]
    assert read(b"\x1b\x1b[A") == [UNKNOWN, Key(KeyKind.UP)]


def test_what_has_no_meaning_is_unknown() -> None:
    assert read(b"\x1bz\x1c\x1d\x1f\x85") == [UNKNOWN] * 5


def test_text_is_latin_1() -> None:
    assert read(b"caf\xe9\xa0\xff") == [text("caf\xe9\xa0\xff")]


def test_a_sequence_without_end_does_not_swallow_the_line() -> None:
    assert joined(read(b"\x1b[" + b"1" * 50 + b"\r")) == [text("1" * 18), ENTER]


def test_a_break_is_taken_with_everything_before_it() -> None:
    reader = KeyReader()
    reader.feed(b"typed ahead\rmore\x1b[")
    assert not reader.take_break()
    reader.feed(b"\x1eafter\x1e!")
    assert reader.take_break()
    assert reader.next() == text("after")
    assert reader.take_break()
    assert not reader.take_break()
    assert drain(reader) == [text("!")]


def test_a_break_that_was_read_as_a_key_is_not_taken_again() -> None:
    reader = KeyReader()
    reader.feed(b"\x1e")
    assert reader.next() == Key(KeyKind.BREAK)
    assert not reader.take_break()


def test_an_enter_before_a_break_has_no_second_half_behind_it() -> None:
    reader = KeyReader()
    reader.feed(b"\r")
    assert drain(reader) == [ENTER]
    reader.feed(b"\x1e\n")
    assert reader.take_break()
    assert drain(reader) == [ENTER]


def test_clear_drops_what_waits_and_the_second_half_of_its_enter() -> None:
    reader = KeyReader()
    reader.feed(b"typed ahead\x1e\r")
    assert reader.pending
    reader.clear()
    assert not reader.pending
    assert not reader.take_break()
    reader.feed(b"\nx")
    assert drain(reader) == [text("x")]


def test_clear_keeps_in_mind_an_enter_that_was_read() -> None:
    reader = KeyReader()
    reader.feed(b"\r")
    assert drain(reader) == [ENTER]
    reader.clear()
    reader.feed(b"\nx")
    assert drain(reader) == [text("x")]


terminal_bytes = st.lists(
    st.one_of(
        st.binary(max_size=6),
        st.sampled_from([b"show ip", b"?", b"\r\n", b"\r\0", b"\r", b"\n", b"\x1b[A", b"\x1bOB", b"\x1b[3~"]),
        st.sampled_from([b"\x1b", b"\x1b[", b"\x1b[1;5C", b"\x1bf", b"\x1b[[A", b"\0", b"\x1e"]),
    ),
    max_size=12,
).map(b"".join)


@pytest.mark.property
@settings(deadline=None)
@given(terminal_bytes, st.lists(st.integers(0, 80), max_size=5), st.booleans(), st.booleans())
def test_any_split_gives_the_same_keys(data: bytes, cuts: list[int], peek: bool, single: bool) -> None:
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    reader = KeyReader()
    keys = []
    for start, stop in pairwise(places):
        reader.feed(data[start:stop])
        if peek:
            assert isinstance(reader.pending, bool)
        else:
            keys += drain(reader, single)
    keys += drain(reader, single)
    assert joined(keys) == joined(read(data))


@pytest.mark.property
@settings(deadline=None)
@given(st.binary(max_size=60))
def test_pending_tells_whether_next_gives_a_key(data: bytes) -> None:
    reader = KeyReader()
    reader.feed(data)
    while True:
        pending = reader.pending
        key = reader.next()
        assert pending == (key is not None)
        if key is None:
            break
        assert (key.kind is KeyKind.TEXT) == bool(key.text)
