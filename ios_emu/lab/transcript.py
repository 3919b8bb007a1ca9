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
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ios_emu.clock import DAY, HOUR, MILLISECOND, MINUTE, SECOND
from ios_emu.devices.dialect import Dialect
from ios_emu.errors import TranscriptError

_UNITS = {"ms": MILLISECOND, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_DURATION = re.compile(r"(?:\d+(?:ms|s|m|h|d))+")
_PART = re.compile(r"(\d+)(ms|s|m|h|d)")
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
        content = path.read_bytes().decode("utf-8")
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
            where, f"unknown directive @{name}", f"there are @#, {known}", "mend it; a comment begins with @#"
        )
    return Directive(number, line, name, read(argument, where))


def _nothing(argument: str, where: str) -> str:
    if argument.strip():
        raise TranscriptError(where, f"@boot {argument}", "@boot has no argument", "write @boot alone")
    return ""


def _name(argument: str, where: str) -> str:
    name = argument.strip()
    if not name:
        raise TranscriptError(
            where, "a name is missing", "the directive names something", "write it behind a blank"
        )
    return name


def _dialect(argument: str, where: str) -> str:
    name = argument.strip()
    if name not in list(Dialect):
        known = " and ".join(Dialect)
        raise TranscriptError(where, f"unknown dialect {name}", f"there are {known}", "write one of these")
    return name


def _text(argument: str, _where: str) -> str:
    return argument


def _duration(argument: str, where: str) -> int:
    text = argument.strip()
    if _DURATION.fullmatch(text) is None:
        raise TranscriptError(
            where,
            f"@wait {text}",
            "a duration is numbers with the units ms, s, m, h or d",
            "write one such as 2h or 1m30s",
        )
    return sum(int(count) * _UNITS[unit] for count, unit in _PART.findall(text))


def _keys(argument: str, where: str) -> str:
    keys = ""
    for word in argument.split():
        if word in _KEYS:
            keys += _KEYS[word]
        elif _CONTROL.fullmatch(word):
            keys += chr(ord(word[1]) - 64)
        elif len(word) == 1:
            keys += word
        else:
            known = ", ".join(_KEYS)
            raise TranscriptError(
                where,
                f"unknown key {word}",
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
    "hidden": _text,
    "type": _text,
    "wait": _duration,
}


def key_name(key: str) -> str:
    """How `@keys` writes a key."""
    for name, keys in _KEYS.items():
        if keys == key:
            return name
    return f"^{chr(ord(key) + 64)}" if key < " " else key
