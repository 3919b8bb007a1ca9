"""The words of Tcl: how a script is cut into commands, and a command into words.

The rules (Tcl's manual page `Tcl`): commands end at a line end or `;`. A word in braces is taken as it is;
one in double quotes, or bare, has `$name`, `[command]` and backslashes replaced. A carriage return counts as
a line end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_VARIABLE = re.compile(r"\$(?:\{([^}]*)\}|(\w+))")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_BLANKS = " \t"
_ENDS = "\n;"


class TclError(Exception):
    """A script that can't be read or done; its text is Tcl's."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is written; `literal` where nothing in it is replaced."""

    text: str
    literal: bool = False


def is_complete(script: str) -> bool:
    """Are all braces, brackets and quotes closed? If not, the next line belongs to the command."""
    try:
        list(commands(script))
    except _Open:
        return False
    except TclError:
        return True
    return True


class _Open(TclError):
    """Something was opened and not closed."""


def commands(script: str) -> Iterator[list[Word]]:
    """The commands of a script. Raises TclError."""
    text = script.replace("\r\n", "\n").replace("\r", "\n")
    words: list[Word] = []
    at = 0
    while at < len(text):
        letter = text[at]
        if letter in _BLANKS:
            at += 1
        elif letter in _ENDS:
            if words:
                yield words
            words = []
            at += 1
        elif letter == "#" and not words:
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        else:
            word, at = _word(text, at)
            words.append(word)
    if words:
        yield words


def _word(text: str, at: int) -> tuple[Word, int]:
    if text[at] == "{":
        end = _closing(text, at, "{", "}")
        return Word(text[at + 1 : end], True), end + 1
    if text[at] == '"':
        end = at + 1
        while end < len(text) and text[end] != '"':
            end = _beyond(text, end)
        if end >= len(text):
            raise _Open('missing "')
        return Word(text[at + 1 : end]), end + 1
    end = at
    while end < len(text) and text[end] not in _BLANKS + _ENDS:
        end = _beyond(text, end)
    return Word(text[at:end]), end


def _beyond(text: str, at: int) -> int:
    """Behind the letter at a place, or behind what is in brackets there."""
    if text[at] == "\\":
        return at + 2
    return _closing(text, at, "[", "]") + 1 if text[at] == "[" else at + 1


def _closing(text: str, at: int, opening: str, closing: str) -> int:
    depth = 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == opening:
            depth += 1
        elif text[at] == closing:
            depth -= 1
            if not depth:
                return at
        at += 1
    raise _Open(f"missing close-{'brace' if closing == '}' else 'bracket'}")


def parts(word: Word, variables: dict[str, str]) -> Iterator[str | list[list[Word]]]:
    """What a word stands for: texts, and scripts in brackets whose results belong there. Raises TclError."""
    if word.literal:
        yield word.text
        return
    text, at = word.text, 0
    while at < len(text):
        letter = text[at]
        if letter == "\\" and at + 1 < len(text):
            yield _ESCAPES.get(text[at + 1], text[at + 1])
            at += 2
        elif letter == "[":
            end = _closing(text, at, "[", "]")
            yield list(commands(text[at + 1 : end]))
            at = end + 1
        elif letter == "$" and (match := _VARIABLE.match(text, at)) is not None:
            name = match[1] or match[2]
            if name not in variables:
                raise TclError(f'can\'t read "{name}": no such variable')
            yield variables[name]
            at = match.end()
        else:
            yield letter
            at += 1
