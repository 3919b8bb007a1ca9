"""One line on its way through the grammar, word by word, and the ways that lines have gone before.

What a place of the grammar is depends on the terminals that led there, and not on their text. So the parser
goes each way once; a line that goes a known way feeds it nothing, and what such a line means is read from its
tree once, too.
"""

from __future__ import annotations

from typing import NamedTuple

from lark import Token
from lark.parsers.lalr_interactive_parser import InteractiveParser

from ios_emu.cli.form import Form, Taken
from ios_emu.cli.grammar import Choice
from ios_emu.cli.place import Needs, Place, fork, own_level
from ios_emu.devices.privileges import Privileges

# Whoever types options in every order must not eat the memory.
_MOST_REMEMBERED = 50_000


class Word(NamedTuple):
    """A word of the line, and where it begins."""

    text: str
    column: int


class Stop:
    """Where lines came to: the parser there, and where they went on from it.

    `keywords` are words that a user of the level that this way belongs to typed here, in lower case.
    """

    __slots__ = ("depth", "following", "form", "keywords", "parser", "place")

    def __init__(self, parser: InteractiveParser, depth: int = 0) -> None:
        self.parser = parser
        self.depth = depth
        self.place: Place | None = None
        self.form: Form | None = None
        self.keywords: dict[str, Choice] = {}
        self.following: dict[str, Stop] = {}

    def parse(self, terminal: str, text: str) -> object:
        """What the parser says of one more terminal here: the tree, at the end of a line."""
        return fork(self.parser).feed_token(Token(terminal, text))


class Ways:
    """All the ways that lines went, each from the beginning of a mode."""

    def __init__(self) -> None:
        self._remembered = 0

    def onward(self, stop: Stop, terminal: str, text: str) -> Stop:
        """The next stop behind a terminal. In its tree the token's column is its number in the line."""
        known = stop.following.get(terminal)
        if known is not None:
            return known
        parser = fork(stop.parser)
        parser.feed_token(Token(terminal, text, column=stop.depth))
        made = Stop(parser, stop.depth + 1)
        if self._remembered < _MOST_REMEMBERED:
            self._remembered += 1
            stop.following[terminal] = made
        return made


class Walk:
    """One line on its way: the stop that it has come to, and what was read so far."""

    __slots__ = ("head", "known", "level", "mode", "negation", "privileges", "stop", "taken", "words")

    def __init__(self, stop: Stop, level: int, mode: str, privileges: Privileges | None) -> None:
        self.stop = stop
        self.level = level
        self.mode = mode
        self.privileges = privileges
        self.words: list[str] = []
        # What stands in the line for each terminal.
        self.taken: list[Taken] = []
        # How many words stand in front of the first argument; None before there is one.
        self.head: int | None = None
        self.negation: str | None = None
        self.known: Choice | None = None

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
