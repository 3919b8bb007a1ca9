"""The reader of transcripts: which files are one, and what is said of those that are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ios_emu.clock import DAY, HOUR, MILLISECOND, MINUTE, SECOND
from ios_emu.errors import TranscriptError
from ios_emu.lab.transcript import (
    Directive,
    Text,
    advance,
    as_expected,
    key_name,
    merge,
    parse_transcript,
    read_transcript,
)

KNOWN = "there are @#, @lab, @device, @dialect, @boot, @keys, @hidden, @type, @wait"
KEYS = "keys are ^A to ^Z, Tab, Space, Enter, Esc, Up, Down, Right, Left, ^^, or one letter"


def value(line: str) -> str | int:
    """The argument of a directive, understood."""
    (step,) = parse_transcript(line, "a.transcript")
    assert isinstance(step, Directive)
    return step.value


def complaint(line: str) -> str:
    with pytest.raises(TranscriptError) as caught:
        parse_transcript(f"R1#\n{line}\n", "a.transcript")
    return str(caught.value)


def test_lines_are_text_or_directives() -> None:
    assert parse_transcript("!\n# x\n@device R2\nR2# \n\n@# note @\n", "a") == [
        Text(1, "!"),
        Text(2, "# x"),
        Directive(3, "@device R2", "device", "R2"),
        Text(4, "R2# "),
        Text(5, ""),
        Directive(6, "@# note @", "#", "note @"),
    ]


def test_line_ends_of_any_system() -> None:
    assert parse_transcript("a\r\n\tb \r\n", "a") == [Text(1, "a"), Text(2, "\tb ")]
    assert parse_transcript("a\x0b\x85\u2028b", "a") == [Text(1, "a\x0b\x85\u2028b")]
    assert parse_transcript("", "a") == []


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("@keys ^C", "\x03"),
        ("@keys ^A ^Z ^^", "\x01\x1a\x1e"),
        ("@keys Tab  Space Enter Esc", "\t \r\x1b"),
        ("@keys Up Down Right Left", "\x1b[A\x1b[B\x1b[C\x1b[D"),
        ("@keys q ? \xe9", "q?\xe9"),
    ],
)
def test_keys(line: str, keys: str) -> None:
    assert value(line) == keys


@pytest.mark.parametrize(
    ("line", "duration"),
    [
        ("@wait 500ms", 500 * MILLISECOND),
        ("@wait 1s", SECOND),
        ("@wait 1h30m", HOUR + 30 * MINUTE),
        ("@wait 2d1ms", 2 * DAY + MILLISECOND),
        ("@wait 366d", 366 * DAY),
    ],
)
def test_waits(line: str, duration: int) -> None:
    assert value(line) == duration


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("@hidden  two blanks ", " two blanks "),
        ("@type", ""),
        ("@type ", ""),
        ("@lab  ../x/lab.toml ", "../x/lab.toml"),
        ("@dialect packet-tracer", "packet-tracer"),
        ("@boot", ""),
    ],
)
def test_other_arguments(line: str, text: str) -> None:
    assert value(line) == text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("@foo x", f"unknown directive @foo: {KNOWN}; mend it; a comment begins with @#"),
        ("@", f"unknown directive @: {KNOWN}; mend it; a comment begins with @#"),
        ("@a\rb\u2028", f"unknown directive @a.b.: {KNOWN}; mend it; a comment begins with @#"),
        ("@boot now", "@boot now: @boot has no argument; write @boot alone"),
        ("@device", "a name is missing: the directive names something; write it behind a blank"),
        ("@lab a\0", "no name: a.: a name is printable and has at most 255 bytes; mend it"),
        ("@dialect nx-os", "unknown dialect nx-os: there are ios and packet-tracer; write one of these"),
        ("@keys F1", f"unknown key F1: {KEYS}; write one of these"),
        ("@keys ^c", f"unknown key ^c: {KEYS}; write one of these"),
        ("@keys ", "no key is named: @keys presses keys; write one such as ^C or Tab"),
        ("@keys \u2192", "\u2192 can't be typed: a console takes Latin-1; write another character"),
        ("@hidden \u2192", "\u2192 can't be typed: a console takes Latin-1; write another character"),
        (
            "@wait soon",
            "@wait soon: a duration is numbers with the units ms, s, m, h or d; "
            "write one such as 2h or 1m30s",
        ),
        (
            "@wait 2 h",
            "@wait 2 h: a duration is numbers with the units ms, s, m, h or d; write one such as 2h or 1m30s",
        ),
        ("@wait 367d", "@wait 367d: a wait is at most 366d; write a shorter one"),
    ],
)
def test_a_bad_directive_is_told_in_one_line(line: str, message: str) -> None:
    assert complaint(line) == f"a.transcript:2: {message}"


def test_files_that_are_not_one(tmp_path: Path) -> None:
    path = tmp_path / "x.transcript"
    with pytest.raises(TranscriptError) as caught:
        read_transcript(path)
    assert str(caught.value) == (
        f"{path}: can't be read: No such file or directory; check the path and its rights"
    )
    path.write_bytes(b"R1#\n\n\xff\n")
    with pytest.raises(TranscriptError) as caught:
        read_transcript(path)
    assert str(caught.value) == (f"{path}:3: is not text: a transcript is UTF-8; save the file as UTF-8")
    path.write_bytes(b"\xef\xbb\xbf@# from an editor that marks UTF-8\n")
    assert len(read_transcript(path)) == 1


@pytest.mark.property
@given(
    st.lists(
        st.builds(
            "".join,
            st.tuples(
                st.sampled_from(
                    ["", "@", "@wait ", "@keys ", "@lab ", "@dialect ", "@hidden ", "@boot", "R1#"]
                ),
                st.text(max_size=12) | st.from_regex(r"\A[0-9]{1,5000}[smhd]\Z"),
            ),
        ),
        max_size=6,
    )
)
def test_any_text_is_a_transcript_or_told_in_one_line(lines: list[str]) -> None:
    error = None
    steps = []
    try:
        steps = parse_transcript("\n".join(lines), "a.transcript")
    except TranscriptError as raised:
        error = str(raised)
    if error is not None:
        assert len(error.splitlines()) == 1
        assert error.startswith("a.transcript:")
        return
    assert "\n".join(step.text for step in steps).rstrip("\n") == (
        "\n".join(lines).replace("\r\n", "\n").rstrip("\n")
    )


@pytest.mark.parametrize(
    "key", ["\x03", "\x1a", "\x1e", "\t", " ", "\r", "\b", "\x1b[A", "\x1bb", "\x1b[3~", "q", "\xa0"]
)
def test_a_key_can_be_read_under_the_name_that_it_is_written_with(key: str) -> None:
    assert value(f"@keys {key_name(key)}") == key


# Lines that are expected


def fits(expected: list[str], actual: list[str]) -> bool:
    reached = {0}
    for line in expected:
        reached = advance(reached, line, actual)
    return len(actual) in reached


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ([], []),
        (["a {*} c"], ["a b b c"]),
        (["{*}"], [""]),
        (["a{*}ab{*}b"], ["aababb"]),
        (["{...}"], []),
        (["{...}"], ["a", "b"]),
        (["a", "{...}", "c"], ["a", "c", "b", "c"]),
        (["{...}", "{*}x", "{...}"], ["ax"]),
        (["a.c {*}"], ["a.c {*}"]),
    ],
)
def test_patterns_match(expected: list[str], actual: list[str]) -> None:
    assert fits(expected, actual)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ([], ["a"]),
        (["a"], []),
        (["a "], ["a"]),
        (["a\t"], ["a "]),
        (["a.c {*}"], ["abc x"]),
        (["{...}", "b"], ["a"]),
        (["{*}"], ["a", "b"]),
        (["a{*}a"], ["a"]),
        (["{*}a" * 40 + "b"], ["a" * 200]),
    ],
)
def test_patterns_do_not_match(expected: list[str], actual: list[str]) -> None:
    assert not fits(expected, actual)


@pytest.mark.parametrize(
    ("expected", "actual", "merged"),
    [
        (["a", "{*}b", "c"], ["a", "xb", "d"], ["a", "{*}b", "d"]),
        (["a", "{...}", "c"], ["a", "x", "y", "d"], ["a", "{...}", "d"]),
        (["a", "{...}"], ["b", "x"], ["b", "{...}"]),
        (["{...}"], [], ["{...}"]),
        (["a"], ["@a", "{...}"], ["{*}a", "{*}"]),
        ([], ["a"], ["a"]),
    ],
)
def test_a_merge_keeps_what_still_matches(expected: list[str], actual: list[str], merged: list[str]) -> None:
    assert [line for lines in merge(expected, actual) for line in lines] == merged


@pytest.mark.property
@given(
    st.lists(st.sampled_from(["a", "ab", "{*}", "a{*}", "{...}"]), max_size=8),
    st.lists(st.sampled_from(["a", "ab", "b", "@a", "{...}", "{*}"]), max_size=8),
)
def test_a_merge_expects_what_was_printed(expected: list[str], actual: list[str]) -> None:
    merged = merge(expected, actual)
    assert len(merged) == len(expected) + 1
    assert fits([line for lines in merged for line in lines], actual)


def test_a_printed_line_is_never_a_directive() -> None:
    assert as_expected("@home") == "{*}home"
    assert as_expected("a@b") == "a@b"
