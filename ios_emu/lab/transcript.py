"""Reads transcripts: a terminal session as text, where lines that begin with `@` direct the replay.

@# comment          nothing
@lab NAME           the lab, a name or a path, before anything is typed
@device NAME        go on at that device; `lab` is the lab prompt
@dialect NAME       how the device prints, before anything is typed there
@boot               power the device on and show its boot
@keys ^C Tab q      keys without Enter
@hidden TEXT        a line that is not echoed
@type TEXT          a line typed where no prompt shows
@wait 1h30m         let lab time pass

In a line that is printed `{*}` stands for any text; a line `{...}` stands for any number of lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from ios_emu.clock import DAY, HOUR, MILLISECOND, MINUTE, SECOND
from ios_emu.devices.dialect import Dialect
from ios_emu.errors import TranscriptError

_UNITS = {"ms": MILLISECOND, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_DURATION = re.compile(r"(?:[0-9]{1,9}(?:ms|s|m|h|d))+")
_PART = re.compile(r"([0-9]+)(ms|s|m|h|d)")
_LONGEST_WAIT = 366 * DAY
# In bytes: no file system takes a longer name.
_LONGEST_NAME = 255
_MOST_QUOTED = 40
_KEYS = {
    "Tab": "\t",
    "Space": " ",
    "Enter": "\r",
    "Esc": "\x1b",
    "Up": "\x1b[A",
    "Down": "\x1b[B",
    "Right": "\x1b[C",
    "Left": "\x1b[D",
    "^^": "\x1e",
}
_CONTROL = re.compile(r"\^[A-Z]")
_ANY_LINES = "{...}"
_ANY_TEXT = "{*}"


@dataclass(frozen=True, slots=True)
class Text:
    """A line of the terminal."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Directive:
    """A line that begins with `@`. `value` is its argument, keys and durations understood."""

    number: int
    text: str
    name: str
    value: str | int


Step = Text | Directive
COMMENT = "#"


def read_transcript(path: Path) -> list[Step]:
    """Reads a transcript file. Raises TranscriptError: which line, what, why, what to do."""
    try:
        content = path.read_bytes().decode("utf-8").removeprefix("\ufeff")
    except OSError as error:
        reason = error.strerror or "it is not a file"
        raise TranscriptError(str(path), "can't be read", reason, "check the path and its rights") from None
    except UnicodeDecodeError as error:
        number = path.read_bytes()[: error.start].count(b"\n") + 1
        raise TranscriptError(
            f"{path}:{number}", "is not text", "a transcript is UTF-8", "save the file as UTF-8"
        ) from None
    return parse_transcript(content, str(path))


def parse_transcript(content: str, name: str) -> list[Step]:
    """The steps of a transcript's text; `name` is the file for messages. Raises TranscriptError."""
    steps: list[Step] = []
    lines = content.replace("\r\n", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    for number, line in enumerate(lines, 1):
        if line.startswith("@"):
            steps.append(_directive(line, number, f"{name}:{number}"))
        else:
            steps.append(Text(number, line))
    return steps


def _directive(line: str, number: int, where: str) -> Directive:
    if line.startswith("@#"):
        return Directive(number, line, COMMENT, line[2:].strip())
    name, _, argument = line[1:].partition(" ")
    read = _DIRECTIVES.get(name)
    if read is None:
        known = ", ".join(f"@{one}" for one in _DIRECTIVES)
        raise TranscriptError(
            where,
            f"unknown directive @{_quote(name)}",
            f"there are @#, {known}",
            "mend it; a comment begins with @#",
        )
    return Directive(number, line, name, read(argument, where))


def _quote(text: str) -> str:
    """Part of a bad line, fit for a message of one line."""
    return "".join(char if char.isprintable() else "." for char in text[:_MOST_QUOTED])


def _nothing(argument: str, where: str) -> str:
    if argument.strip():
        raise TranscriptError(
            where, f"@boot {_quote(argument)}", "@boot has no argument", "write @boot alone"
        )
    return ""


def _name(argument: str, where: str) -> str:
    name = argument.strip()
    if not name:
        raise TranscriptError(
            where, "a name is missing", "the directive names something", "write it behind a blank"
        )
    if not name.isprintable() or len(name.encode()) > _LONGEST_NAME:
        raise TranscriptError(
            where,
            f"no name: {_quote(name)}",
            f"a name is printable and has at most {_LONGEST_NAME} bytes",
            "mend it",
        )
    return name


def _dialect(argument: str, where: str) -> str:
    name = argument.strip()
    if name not in list(Dialect):
        known = " and ".join(Dialect)
        raise TranscriptError(
            where, f"unknown dialect {_quote(name)}", f"there are {known}", "write one of these"
        )
    return name


def typeable(text: str, where: str) -> str:
    """The text, if a console's keyboard has all of it. Raises TranscriptError."""
    for char in text:
        if char > "\xff":
            raise TranscriptError(
                where, f"{_quote(char)} can't be typed", "a console takes Latin-1", "write another character"
            )
    return text


def _duration(argument: str, where: str) -> int:
    text = argument.strip()
    if _DURATION.fullmatch(text) is None:
        raise TranscriptError(
            where,
            f"@wait {_quote(text)}",
            "a duration is numbers with the units ms, s, m, h or d",
            "write one such as 2h or 1m30s",
        )
    duration = sum(int(count) * _UNITS[unit] for count, unit in _PART.findall(text))
    if duration > _LONGEST_WAIT:
        raise TranscriptError(where, f"@wait {_quote(text)}", "a wait is at most 366d", "write a shorter one")
    return duration


def _keys(argument: str, where: str) -> str:
    keys = ""
    for word in filter(None, argument.split(" ")):
        if word in _KEYS:
            keys += _KEYS[word]
        elif _CONTROL.fullmatch(word):
            keys += chr(ord(word[1]) - 64)
        elif len(word) == 1:
            keys += typeable(word, where)
        else:
            known = ", ".join(_KEYS)
            raise TranscriptError(
                where,
                f"unknown key {_quote(word)}",
                f"keys are ^A to ^Z, {known}, or one letter",
                "write one of these",
            )
    if not keys:
        raise TranscriptError(where, "no key is named", "@keys presses keys", "write one such as ^C or Tab")
    return keys


_DIRECTIVES: dict[str, Callable[[str, str], str | int]] = {
    "lab": _name,
    "device": _name,
    "dialect": _dialect,
    "boot": _nothing,
    "keys": _keys,
    "hidden": typeable,
    "type": typeable,
    "wait": _duration,
}


def key_name(key: str) -> str:
    """How `@keys` writes a key; one that has no name as the characters that it sends."""
    for name, keys in _KEYS.items():
        if keys == key:
            return name
    if len(key) > 1:
        return " ".join(map(key_name, key))
    return f"^{chr(ord(key) + 64)}" if key < " " else key


@cache
def _pattern(line: str) -> re.Pattern[str]:
    first, *middle, last = map(re.escape, line.split(_ANY_TEXT))
    # Atomic groups: the first place where a piece fits is as good as any, so none is tried again.
    pieces = "".join(f"(?>.*?{piece})" for piece in middle)
    return re.compile(f"{first}{pieces}.*{last}", re.DOTALL)


def _match_line(expected: str, actual: str) -> bool:
    return expected == actual or (_ANY_TEXT in expected and _pattern(expected).fullmatch(actual) is not None)


def advance(reached: set[int], expected: str, actual: Sequence[str]) -> set[int]:
    """How many lines of `actual` may be matched with one more line that is expected.

    `reached` says how many may be without it; an empty set says that it does not fit.
    """
    if expected == _ANY_LINES:
        return set(range(min(reached), len(actual) + 1)) if reached else set()
    return {at + 1 for at in reached if at < len(actual) and _match_line(expected, actual[at])}


def merge(expected: Sequence[str], actual: Sequence[str]) -> list[list[str]]:
    """What a transcript has to expect instead of `expected`: its lines where they still match.

    One list for each line of `expected`, of what comes in its place, and one for what follows them all.
    """
    literal = set(expected)
    patterns = [line for line in expected if _ANY_TEXT in line]

    def known(line: str) -> str:
        """The line as the transcript writes it already."""
        if line in literal:
            return line
        return next((pattern for pattern in patterns if _match_line(pattern, line)), line)

    merged: list[list[str]] = [[] for _ in range(len(expected) + 1)]
    matcher = SequenceMatcher(None, expected, [known(line) for line in actual])
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag == "equal":
            for at in range(start, end):
                merged[at].append(expected[at])
        else:
            merged[start] += _replace(expected[start:end], list(actual[first:last]))
    return merged


def _replace(expected: Sequence[str], actual: list[str]) -> list[str]:
    """The lines that were printed; `{...}` still stands for those that no other line stood for."""
    printed = [as_expected(line) for line in actual]
    if _ANY_LINES not in expected:
        return printed
    before = expected.index(_ANY_LINES)
    after = max(len(printed) - expected[::-1].index(_ANY_LINES), min(before, len(printed)))
    return [*printed[:before], _ANY_LINES, *printed[after:]]


def as_expected(line: str) -> str:
    """How a transcript expects a line that was printed, also one that would mean something else there."""
    if line.startswith("@"):
        return _ANY_TEXT + line[1:]
    return _ANY_TEXT if line == _ANY_LINES else line
