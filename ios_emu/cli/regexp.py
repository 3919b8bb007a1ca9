"""IOS's regular expressions, held against one line at a time.

The language: `.` `*` `+` `?` `^` `$` `|` `(...)` `[...]` `[^...]` and `\\` before a character that stands
for itself, as in Cisco's "Regular Expressions" appendix; `_` is a comma, a brace, a parenthesis, a blank,
the start or the end of the line. In brackets `\\` keeps its meaning, and every other character but `]` and
the `-` of a range stands for itself. Capital and small letters differ. The recall of a group (`\\1`) is
refused: nothing can match it in linear time.

The method is Thompson's (1968): the pattern becomes a small program whose threads all go through the line
together, so that the time grows with pattern times line, whatever the pattern is. Steps that were taken
once are remembered, as a lazy automaton does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache
from itertools import chain

from ios_emu.errors import CommandRefused

# An IOS line has no room for more.
LONGEST_PATTERN = 254
_MOST_STEPS_KEPT = 4096


class _Anchor(Enum):
    """An instruction: go on if this is the start, or the end, of the line."""

    START = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class _Fork:
    """An instruction: go on at each of these places, counted from this one."""

    offsets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Class:
    """An instruction: take a character that is within one of the ranges, or, `negated`, within none."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False

    def takes(self, character: str) -> bool:
        return any(low <= character <= high for low, high in self.ranges) != self.negated


_Program = list[_Anchor | _Fork | _Class]


@dataclass(slots=True)
class _Group:
    """An open parenthesis, or the whole pattern: its branches so far, each a list of atoms."""

    branches: list[list[_Program]] = field(default_factory=lambda: [[]])

    @property
    def atoms(self) -> list[_Program]:
        return self.branches[-1]

    def program(self) -> _Program:
        return _any_of(*(list(chain.from_iterable(atoms)) for atoms in self.branches))


class Regexp:
    """A compiled pattern. Raises CommandRefused for one that is not a regular expression."""

    def __init__(self, pattern: str) -> None:
        self._program = _compile(pattern)
        self._step = lru_cache(_MOST_STEPS_KEPT)(self._take)

    def search(self, line: str) -> bool:
        """Does the pattern match anywhere in `line`, which has no line end?"""
        threads: frozenset[int] | None = frozenset()
        for place, character in enumerate((*line, None)):
            threads = self._step(threads, character, place == 0)
            if threads is None:
                return True
        return False

    def _take(self, threads: frozenset[int], character: str | None, first: bool) -> frozenset[int] | None:
        """The threads that are left after `character` (None: the end of the line); None for a match.

        A new thread starts before every character, for a match may begin anywhere.
        """
        reached: set[int] = set()
        waiting = [0, *threads]
        taken = set()
        while waiting:
            place = waiting.pop()
            if place in reached:
                continue
            reached.add(place)
            if place == len(self._program):
                return None
            match self._program[place]:
                case _Fork(offsets):
                    waiting += [place + offset for offset in offsets]
                case _Anchor() as anchor:
                    if first if anchor is _Anchor.START else character is None:
                        waiting.append(place + 1)
                case _Class() as characters:
                    if character is not None and characters.takes(character):
                        taken.add(place + 1)
        return frozenset(taken)


def _refused() -> CommandRefused:
    return CommandRefused("% Failed to compile regular expression.")


def _any_of(*choices: _Program) -> _Program:
    """A program that is any one of those."""
    program = choices[-1]
    for choice in reversed(choices[:-1]):
        program = [_Fork((1, len(choice) + 2)), *choice, _Fork((len(program) + 1,)), *program]
    return program


def _repeated(program: _Program, how: str) -> _Program:
    if how == "?":
        return [_Fork((1, len(program) + 1)), *program]
    if how == "+":
        return [*program, _Fork((-len(program), 1))]
    return [_Fork((1, len(program) + 2)), *program, _Fork((-len(program) - 1,))]


def _literal(characters: str) -> _Class:
    return _Class(tuple((character, character) for character in characters))


_ATOMS: dict[str, _Program] = {
    ".": [_Class((), negated=True)],
    "^": [_Anchor.START],
    "$": [_Anchor.END],
    "_": _any_of([_Anchor.START], [_Anchor.END], [_literal(",{}() ")]),
}


def _compile(pattern: str) -> _Program:
    if len(pattern) > LONGEST_PATTERN:
        raise _refused()
    groups = [_Group()]
    rest = iter(pattern)
    for character in rest:
        group = groups[-1]
        if character == "(":
            groups.append(_Group())
        elif character == ")":
            if len(groups) == 1:
                raise _refused()
            groups.pop()
            groups[-1].atoms.append(group.program())
        elif character == "|":
            group.branches.append([])
        elif character in "*+?":
            if not group.atoms:
                raise _refused()
            group.atoms[-1] = _repeated(group.atoms[-1], character)
        elif character == "[":
            group.atoms.append([_bracket(rest)])
        elif character == "\\":
            group.atoms.append([_literal(_escaped(rest))])
        else:
            group.atoms.append(_ATOMS.get(character) or [_literal(character)])
    if len(groups) > 1:
        raise _refused()
    return groups[0].program()


def _next(rest: Iterator[str]) -> str:
    """The next character of the pattern, which must not end here."""
    character = next(rest, None)
    if character is None:
        raise _refused()
    return character


def _escaped(rest: Iterator[str]) -> str:
    """The character behind a `\\`."""
    character = _next(rest)
    if character in "0123456789":
        raise _refused()
    return character


def _bracket(rest: Iterator[str]) -> _Class:
    """What follows `[`, up to its `]`. A `]` that comes first stands for itself, and a `-` at either end."""
    ranges: list[tuple[str, str]] = []
    character = _next(rest)
    negated = character == "^"
    if negated:
        character = _next(rest)
    closes = False
    while not (closes and character == "]"):
        closes = True
        low = _next(rest) if character == "\\" else character
        character = _next(rest)
        if character != "-":
            ranges.append((low, low))
            continue
        character = _next(rest)
        if character == "]":
            ranges += [(low, low), ("-", "-")]
            continue
        high = _next(rest) if character == "\\" else character
        if high < low:
            raise _refused()
        ranges.append((low, high))
        character = _next(rest)
    return _Class(tuple(ranges), negated)
