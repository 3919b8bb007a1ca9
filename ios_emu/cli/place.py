"""One place of the grammar: what the next word may be, and which of it a word is.

Lark's interactive parser tells the terminals that it accepts; its item sets tell the rules that they come
from, and so the `?` text of each and the words of that level that are known and missing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from lark import Token
from lark.exceptions import UnexpectedInput
from lark.parsers.lalr_interactive_parser import InteractiveParser

from ios_emu.cli.arguments import RANK
from ios_emu.cli.grammar import Choice, Grammar
from ios_emu.cli.grammar_source import whole_rule
from ios_emu.errors import ProgrammingError

INTERFACE = "interface_name"
"""The rule of interface names: their kind may be written together with their number."""

Needs = Callable[[Choice], int]
"""Tells the privilege level that a word needs."""


def own_level(choice: Choice) -> int:
    """The level that IOS gives a word from the box."""
    return choice.help.level


@dataclass(slots=True)
class Place:
    """The menu at one place of the grammar."""

    keywords: dict[str, Choice] = field(default_factory=dict)
    known: dict[str, Choice] = field(default_factory=dict)
    arguments: list[Choice] = field(default_factory=list)
    ends: bool = False
    ends_negated: bool = False
    interface: bool = False
    # All keywords in lower case, sorted: what a word begins stands together.
    spelled: list[str] = field(default_factory=list)
    # Words that were matched before, by (level, word): a pasted configuration repeats few of them.
    matched: dict[tuple[int, str], Choice] = field(default_factory=dict)

    def match(self, word: str, level: int, needs: Needs = own_level) -> list[Choice]:
        """The keywords that `word` is or begins, as far as a user at this privilege level sees them."""
        lowered = word.lower()
        found = self.matched.get((level, lowered)) if needs is own_level else None
        if found is not None:
            return [found]
        fitting: list[Choice] = []
        for spelled in islice(self.spelled, bisect_left(self.spelled, lowered), None):
            if not spelled.startswith(lowered):
                break
            choice = self.keywords.get(spelled) or self.known[spelled]
            if needs(choice) <= level:
                fitting.append(choice)
                if spelled == lowered:
                    break
        if len(fitting) == 1 and needs is own_level:
            self.matched[level, lowered] = fitting[0]
        return fitting

    def visible(self, level: int, needs: Needs = own_level) -> Iterator[tuple[str, Choice]]:
        """The keywords of the place, in lower case, that a user at this privilege level sees."""
        for words in (self.keywords, self.known):
            for spelled, choice in words.items():
                if needs(choice) <= level:
                    yield spelled, choice

    def shared(self, word: str, level: int, needs: Needs = own_level) -> int:
        """How many of the first letters of `word` some keyword shares."""
        lowered = word.lower()
        longest = 0
        for spelled, _ in self.visible(level, needs):
            count = 0
            for ours, theirs in zip(lowered, spelled, strict=False):
                if ours != theirs:
                    break
                count += 1
            longest = max(longest, count)
        return longest


def fork(parser: InteractiveParser) -> InteractiveParser:
    """A parser at the same place that can be fed without moving the first one.

    Trees are copied, too: Lark lengthens the children of an inlined rule in place.
    """
    state = parser.parser_state.copy()
    return InteractiveParser(parser.parser, state, parser.lexer_thread)


def explore(grammar: Grammar, parser: InteractiveParser) -> Place:
    """Finds what the parser accepts here. `choices()` alone is too wide: look-aheads are merged."""
    place = Place()
    levels: set[str] = set()
    for terminal in parser.choices():  # type: ignore[no-untyped-call]
        if not terminal.isupper():
            continue
        trial = fork(parser)
        try:
            trial.feed_token(Token(terminal, ""))
        except UnexpectedInput:
            continue
        if terminal == "$END":
            place.ends = True
        elif terminal == "_NO":
            place.ends_negated = True
        elif terminal == "_UNIMPLEMENTED":
            levels |= _rules(grammar, trial)
        else:
            _add_choices(grammar, place, terminal, trial, levels)
    for rule in {whole_rule(rule) for rule in levels} | levels:
        for known in grammar.source.known.get(rule, {}).values():
            place.known[known.word.lower()] = Choice("", known.word, rule, known.help)
    for spelled in place.keywords:
        missing = place.known.pop(spelled, None)
        # A word that is missing in one rule of a place may be there in another: `interface Tunnel`.
        if missing is not None and missing.rule == whole_rule(place.keywords[spelled].rule):
            raise ProgrammingError(f"{spelled} is both in the grammar and known as missing")
    place.spelled = sorted({*place.keywords, *place.known})
    place.arguments.sort(key=lambda choice: RANK[choice.base])
    return place


def _add_choices(
    grammar: Grammar, place: Place, terminal: str, trial: InteractiveParser, levels: set[str]
) -> None:
    """Notes the choices that `terminal`, just fed to `trial`, makes: the item set tells their rules."""
    choices: dict[Choice, None] = {}
    for item in grammar.tables.items[trial.parser_state.state_stack[-1]]:
        choices[grammar.choice(terminal, item.rule)] = None
    begun = _rules(grammar, trial)
    levels |= begun
    place.interface |= INTERFACE in begun
    best = [choice for choice in choices if choice.help.text] or list(choices)
    if len({(choice.word, choice.help) for choice in best}) != 1:
        raise ProgrammingError(f"{terminal} has several '?' texts at one place: {best}")
    choice = best[0]
    if choice.word is None:
        place.arguments.append(choice)
        return
    if place.keywords.setdefault(choice.word.lower(), choice) is not choice:
        raise ProgrammingError(f"two terminals are spelled {choice.word} at one place")


def _rules(grammar: Grammar, parser: InteractiveParser) -> set[str]:
    """The rules whose first symbol was fed last: the levels of the menu that the word belongs to."""
    items = grammar.tables.items[parser.parser_state.state_stack[-1]]
    return {item.rule for item in items if item.read == 1}
