"""Reads one line against the grammar: a command, the menu of `?`, or the word that Tab completes.

The rules, as IOS has them. A word is a keyword when it is one, or when it begins exactly one of those
that may stand at its place; then the arguments are tried, from narrow types to wide. What fits nowhere
gets the caret under the first letter that no keyword of the place shares.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from lark import Tree
from lark.grammar import Rule, Symbol

from ios_emu.cli.arguments import TYPES
from ios_emu.cli.form import Command, Form, Taken, read_form
from ios_emu.cli.grammar import Choice, Grammar, load_grammar
from ios_emu.cli.place import INTERFACE, Needs, Place, explore
from ios_emu.cli.walk import Stop, Walk, Ways, Word
from ios_emu.devices.privileges import HIGHEST, Privileges
from ios_emu.errors import AmbiguousCommand, IncompleteCommand, InvalidInput

_WORDS = re.compile(r"\S+")
_GLUED = re.compile(r"([A-Za-z-]+)([0-9].*)")
# Bare, these two answer with a hint of their own.
_HINTED = ("show", "clear")
_NOTHING_MORE, _LINE_END = "_NO", "$END"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a `?` list."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Menu:
    """What `?` shows: `partial` lists are names alone; `whole` is true where `?` was the whole line."""

    entries: tuple[Entry, ...]
    partial: bool
    whole: bool


class Reader:
    """Reads lines against a grammar. Holds no state of a session: one reader serves all."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self._places: dict[tuple[object, ...], Place] = {}
        self._starts: dict[tuple[str, int], Stop] = {}
        self._ways = Ways()
        self._rules: dict[str, list[Rule]] = {}
        for rule in grammar.tables.rules:
            self._rules.setdefault(rule.origin.name, []).append(rule)
        self._repeated = self._find_repeated()

    def read(self, line: str, mode: str, level: int = 15, privileges: Privileges | None = None) -> Command:
        """Understands a line typed in `mode`. Raises InvalidInput, AmbiguousCommand, IncompleteCommand.

        `privileges` are the rules of a router that changed the levels of commands.
        """
        walk = self._walk(line, _split(line), mode, level, privileges)
        if walk.known is not None:
            return Command("known", {}, {}, " ".join(walk.words), known=walk.known.word)
        form = walk.stop.form or self._form(walk)
        command = form.command(walk.taken, " ".join(walk.words))
        command.head = " ".join(walk.words[: walk.head])
        command.negated = walk.negation == "no"
        command.defaulted = walk.negation == "default"
        return command

    def _form(self, walk: Walk) -> Form:
        """What a line means that ends here. Raises IncompleteCommand."""
        stop, place = walk.stop, self._place(walk.stop)
        if not place.ends:
            if not (walk.negation and place.ends_negated):
                hint = walk.words[0] if len(walk.words) == 1 and walk.words[0] in _HINTED else None
                raise IncompleteCommand(hint)
            stop = self._ways.onward(stop, _NOTHING_MORE, "")
        tree = stop.parse(_LINE_END, "")
        assert isinstance(tree, Tree)
        form = walk.stop.form = read_form(tree, self._repeated)
        return form

    def spelled_out(self, line: str, mode: str) -> list[str]:
        """The words of the beginning of a command, written out. Raises as `read` does."""
        return self._walk(line, _split(line), mode, HIGHEST, None).words

    def menu(
        self,
        text: str,
        mode: str,
        level: int = 15,
        dialect: str = "ios",
        privileges: Privileges | None = None,
    ) -> Menu:
        """What `?` shows behind `text`. Raises as `read` does for the words before the last."""
        words = _split(text)
        partial = words.pop() if words and not text[-1].isspace() else None
        walk = self._walk(text, words, mode, level, privileges)
        place = Place() if walk.known is not None else self._place(walk.stop)
        if partial is not None:
            return self._partial_menu(place, partial, level, walk.needs)
        choices = [choice for _, choice in place.visible(level, walk.needs)]
        entries = {
            (choice.display, self._help_text(choice, dialect))
            for choice in [*choices, *place.arguments]
            if choice.help.dialect in (None, dialect)
        }
        lines = [Entry(*entry) for entry in sorted(entries)]
        if place.ends or (walk.negation and place.ends_negated) or walk.known is not None:
            lines.append(Entry("<cr>", ""))
        return Menu(tuple(lines), partial=False, whole=not words)

    def _help_text(self, choice: Choice, dialect: str) -> str:
        alternates = self.grammar.source.alternates if dialect == "pt" else {}
        return alternates.get((choice.rule, choice.display), choice.help.text)

    def _partial_menu(self, place: Place, word: Word, level: int, needs: Needs) -> Menu:
        lowered = word.text.lower()
        visible = place.visible(level, needs)
        names = sorted(choice.display for spelled, choice in visible if spelled.startswith(lowered))
        if not names:
            names = [choice.display for choice in place.arguments if _fits(choice, word.text)]
        if not names:
            raise InvalidInput(word.column + place.shared(word.text, level, needs))
        return Menu(tuple(Entry(name, "") for name in names), partial=True, whole=False)

    def complete(
        self, text: str, mode: str, level: int = 15, privileges: Privileges | None = None
    ) -> str | None:
        """The whole word for the last, half-typed word of `text`; None where there is not exactly one."""
        words = _split(text)
        if not words or text[-1].isspace():
            return None
        partial = words.pop()
        try:
            walk = self._walk(text, words, mode, level, privileges)
        except (InvalidInput, AmbiguousCommand):
            return None
        if walk.known is not None:
            return None
        found = self._place(walk.stop).match(partial.text, level, walk.needs)
        return found[0].word if len(found) == 1 else None

    def parameters(self) -> dict[str, dict[str, bool]]:
        """The arguments of each handler that the grammar names: name -> must it always be given."""
        found: dict[str, list[set[str]]] = {}
        for rule in self.grammar.tables.rules:
            if rule.alias is None:
                continue
            found.setdefault(rule.alias, []).extend(self._forms(rule.expansion, frozenset()))
        return {
            alias: {name: all(name in names for names in forms) for name in set().union(*forms)}
            for alias, forms in found.items()
        }

    def _forms(self, expansion: Sequence[Symbol], inlined: frozenset[str]) -> list[set[str]]:
        """The sets of argument names that an expansion can give: rules that begin with `_` are inlined."""
        forms: list[set[str]] = [set()]
        for symbol in expansion:
            if symbol.is_term:
                more = (
                    [set()]
                    if symbol.name.startswith("_") or getattr(symbol, "filter_out", False)
                    else [{symbol.name.lower()}]
                )
            elif not symbol.name.startswith("_"):
                more = [{symbol.name}] if symbol.name == INTERFACE else [set()]
            elif symbol.name in inlined:
                more = [set()]
            else:
                inside = inlined | {symbol.name}
                more = [
                    form for rule in self._rules[symbol.name] for form in self._forms(rule.expansion, inside)
                ]
            together = {frozenset(form | extra) for form in forms for extra in more}
            forms = [set(form) for form in together]
        return forms

    def _find_repeated(self) -> dict[str, set[str]]:
        repeated: dict[str, set[str]] = {}
        for rule in self.grammar.tables.rules:
            names = [symbol.name for symbol in rule.expansion]
            twice = {name.lower() for name in names if names.count(name) > 1}
            repeated.setdefault(rule.alias or "", set()).update(twice)
        return repeated

    def _start(self, mode: str, level: int) -> Stop:
        start = self._starts.get((mode, level))
        if start is None:
            start = self._starts[mode, level] = Stop(self.grammar.begin(mode))
        return start

    def _walk(
        self, line: str, words: list[Word], mode: str, level: int, privileges: Privileges | None
    ) -> Walk:
        """Goes from word to word."""
        walk = Walk(self._start(mode, level), level, mode, privileges)
        position = 0
        while position < len(words):
            word = words[position]
            if walk.known is not None:
                raise InvalidInput(word.column)
            # What was understood under other rules must not be taken from there.
            choice = walk.stop.keywords.get(word.text.lower()) if privileges is None else None
            if choice is None:
                place = self._place(walk.stop)
                found = place.match(word.text, level, walk.needs)
                if not found:
                    split = _unglue(place, word)
                    if split is not None and (head := place.match(split[0].text, level, walk.needs)):
                        words[position : position + 1] = split
                        word, found = split[0], head
                if len(found) > 1:
                    raise AmbiguousCommand(tuple(one.display for one in found), word.column)
                if not found:
                    position = self._take_argument(walk, place, line, words, position)
                    continue
                choice = found[0]
                if privileges is None and choice.terminal:
                    walk.stop.keywords[word.text.lower()] = choice
            self._take_keyword(walk, choice, word)
            position += 1
        return walk

    def _take_keyword(self, walk: Walk, choice: Choice, word: Word) -> None:
        text = choice.word
        assert text is not None
        if not choice.terminal:
            walk.known = choice
        else:
            walk.stop = self._ways.onward(walk.stop, choice.terminal, text)
            walk.taken.append(Taken(text, text, word.column))
        if not walk.words and walk.negation is None and text in ("no", "default"):
            walk.negation = text
        else:
            walk.words.append(text)

    def _take_argument(self, walk: Walk, place: Place, line: str, words: list[Word], position: int) -> int:
        word = words[position]
        for choice in place.arguments:
            whole = choice.base == "LINE"
            text = line[word.column :].rstrip() if whole else word.text
            try:
                value = TYPES[choice.base](text, choice.low, choice.high)
            except ValueError:
                continue
            walk.stop = self._ways.onward(walk.stop, choice.terminal, text)
            walk.taken.append(Taken(value, text, word.column))
            if walk.head is None:
                walk.head = len(walk.words)
            walk.words.append(text)
            return len(words) if whole else position + 1
        raise InvalidInput(word.column + place.shared(word.text, walk.level, walk.needs))

    def _place(self, stop: Stop) -> Place:
        """The menu at a stop: the same wherever the parser is in the same state."""
        if stop.place is None:
            stack = tuple(stop.parser.parser_state.state_stack)
            place = self._places.get(stack)
            if place is None:
                place = self._places[stack] = explore(self.grammar, stop.parser)
            stop.place = place
        return stop.place


@cache
def load_reader(model: str = "2811") -> Reader:
    """The reader of this installation's grammar for that model, made once for each process."""
    return Reader(load_grammar(model))


def _split(line: str) -> list[Word]:
    return [Word(match.group(), match.start()) for match in _WORDS.finditer(line)]


def _unglue(place: Place, word: Word) -> list[Word] | None:
    """`fa0/0` is two words, and so is `|include`, where an interface or a filter may stand."""
    if place.interface and (match := _GLUED.fullmatch(word.text)) is not None:
        cut = match.end(1)
    elif "|" in place.keywords and word.text.startswith("|"):
        cut = 1
    else:
        return None
    return [Word(word.text[:cut], word.column), Word(word.text[cut:], word.column + cut)]


def _fits(choice: Choice, text: str) -> bool:
    try:
        TYPES[choice.base](text, choice.low, choice.high)
    except ValueError:
        return False
    return True
