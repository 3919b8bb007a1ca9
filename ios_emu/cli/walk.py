"""One line on its way through the grammar, word by word, and the ways that are remembered."""

from __future__ import annotations

from typing import NamedTuple

from lark.parsers.lalr_interactive_parser import InteractiveParser

from ios_emu.cli.grammar import Choice
from ios_emu.cli.place import Needs, fork, own_level
from ios_emu.devices.privileges import Privileges


class Word(NamedTuple):
    """A word of the line, and where it begins."""

    text: str
    column: int


class Walk:
    """One line on its way through the grammar: the parser, and what was read so far."""

    def __init__(
        self, parser: InteractiveParser, level: int, mode: str = "", privileges: Privileges | None = None
    ) -> None:
        self.parser = parser
        self.level = level
        self.mode = mode
        self.privileges = privileges
        self.words: list[str] = []
        # How many words stand in front of the first argument; None before there is one.
        self.head: int | None = None
        self.negation: str | None = None
        self.known: Choice | None = None

    def fork(self) -> Walk:
        """The same way so far, to be gone on with apart."""
        walk = Walk(fork(self.parser), self.level, self.mode, self.privileges)
        walk.words = self.words.copy()
        walk.head = self.head
        walk.negation = self.negation
        return walk

    @property
    def needs(self) -> Needs:
        """What level the next word needs."""
        privileges = self.privileges
        if privileges is None:
            return own_level
        words = tuple(self.words)
        return lambda choice: privileges.needed(
            self.mode, (*words, (choice.word or "").lower()), choice.help.level
        )


class Beginning:
    """Keywords that lines began with before, as a tree: the next such line starts behind them."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.following: dict[str, Beginning] = {}
