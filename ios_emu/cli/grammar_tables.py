"""Lark's tables of the grammar: made of the source, and kept beside it, as Python keeps bytecode.

Lark takes some tenths of a second to make the tables of all modes, and a fraction of that to take them from a
file. The file stands in `__pycache__` of the grammar's folder and is named for all that it was made of: a
changed line of the grammar, another Lark or another Python makes another file. Where the folder can't be
written the tables are made each time.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import lark
from lark import Lark, Token, Tree
from lark.common import LexerConf
from lark.grammar import Rule
from lark.lexer import Lexer, LexerState
from lark.parse_tree_builder import ParseTreeBuilder
from lark.parsers.lalr_analysis import IntParseTable, Reduce, Shift
from lark.parsers.lalr_interactive_parser import InteractiveParser
from lark.parsers.lalr_parser_state import ParseConf, ParserState

from ios_emu.cli import grammar_source
from ios_emu.cli.grammar_source import ROUTER, GrammarSource, files_of, read_source

_DIGEST = hashlib.sha256().digest_size

Callbacks = dict[Rule, Callable[[list[Any]], Tree[Token]]]


class Item(NamedTuple):
    """An item of a parser's state: the rule that it stands in, and how many of its symbols were read."""

    rule: str
    read: int


@dataclass(frozen=True, slots=True)
class Tables:
    """A grammar as Lark's LALR parser reads it, and the source of its `?` texts.

    `moves` tells what a state does with a symbol: go on to another state, or reduce by a rule. `items` holds
    the item set of each state: that is where the `?` texts find the rule of a word.
    """

    source: GrammarSource
    rules: list[Rule]
    keywords: dict[str, str]
    moves: dict[int, dict[str, int | Rule]]
    starts: dict[str, int]
    ends: dict[str, int]
    items: dict[int, tuple[Item, ...]]

    def parse_table(self) -> IntParseTable:
        """The moves as Lark wants them: it knows its two actions by identity, which no file can keep."""
        states = {
            state: {
                symbol: (Shift, move) if isinstance(move, int) else (Reduce, move)
                for symbol, move in moves.items()
            }
            for state, moves in self.moves.items()
        }
        return IntParseTable(states, self.starts, self.ends)  # type: ignore[no-untyped-call]

    def callbacks(self) -> Callbacks:
        """What makes a tree of each rule."""
        builder = ParseTreeBuilder(self.rules, Tree)  # type: ignore[no-untyped-call]
        made: Callbacks = builder.create_callback(None)  # type: ignore[no-untyped-call]
        return made


class _NoLexer(Lexer):
    """Lark's place for a lexer: the reader feeds tokens itself, word by word."""

    def __init__(self, lexer_conf: LexerConf) -> None:
        pass

    def lex(self, lexer_state: LexerState, parser_state: object) -> Iterator[Token]:  # noqa: ARG002
        return iter(())


def build(source: GrammarSource, starts: tuple[str, ...]) -> Tables:
    """Lets Lark make the tables. Raises lark.exceptions.GrammarError for a grammar with conflicts."""
    # Both are needed and neither is documented well: `debug` keeps the item sets in the parse table,
    # which is where the `?` texts find the rule of a word; `strict` makes a conflict an error.
    made = Lark(
        source.text,
        parser="lalr",
        lexer=_NoLexer,
        start=list(starts),
        maybe_placeholders=False,
        debug=True,
        strict=True,
    )
    keywords = {one.name: one.pattern.value for one in made.terminals if one.pattern.type == "str"}
    table = made.parser.parser._parse_table
    numbered = IntParseTable.from_ParseTable(table)
    # `from_ParseTable` numbers the states in the order of the table.
    # Items of which nothing was read were predicted behind the word: they are not what it was. Of the others
    # few are different: each is kept once.
    item = cache(Item)
    items = {
        number: tuple(item(pointer.rule.origin.name, pointer.index) for pointer in state if pointer.index)
        for number, state in enumerate(table.states)
    }
    moves = {
        state: {symbol: move for symbol, (_, move) in row.items()} for state, row in numbered.states.items()
    }
    return Tables(
        source, list(made.rules), keywords, moves, numbered.start_states, numbered.end_states, items
    )


def begin(table: IntParseTable, callbacks: Callbacks, start: str) -> InteractiveParser:
    """A parser before the first word of `start`; it has no lexer, for it is fed with tokens."""
    conf = ParseConf(table, callbacks, start)  # type: ignore[arg-type]
    return InteractiveParser(None, ParserState(conf, None), None)  # type: ignore[arg-type]


def kept_tables(folder: Path, starts: tuple[str, ...], model: str = ROUTER) -> Tables:
    """The tables of a folder's grammar for a model: those that are kept, or made anew and then kept."""
    files = [(path.name, path.read_text(encoding="utf-8")) for path in files_of(folder, model)]
    kept = folder / "__pycache__" / f"grammar-{model}-{_fingerprint(files, starts)}.tables"
    with suppress(OSError):
        stored = kept.read_bytes()
        digest, data = stored[:_DIGEST], stored[_DIGEST:]
        if digest == hashlib.sha256(data).digest():
            tables: Tables = pickle.loads(data)
            return tables
    tables = build(read_source(files, model), starts)
    with suppress(OSError):
        data = pickle.dumps(tables, pickle.HIGHEST_PROTOCOL)
        _keep(kept, hashlib.sha256(data).digest() + data)
    return tables


def _fingerprint(files: list[tuple[str, str]], starts: tuple[str, ...]) -> str:
    """A name for all that the tables depend on, the code that makes them among it."""
    code = [Path(module).read_bytes() for module in (__file__, grammar_source.__file__)]
    made_of = repr((files, starts, code, lark.__version__, sys.implementation.cache_tag))
    return hashlib.sha256(made_of.encode()).hexdigest()[:16]


def _keep(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all, and removes those of other fingerprints."""
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_bytes(data)
    temporary.replace(path)
    for old in path.parent.glob("grammar-*.tables"):
        # Those of another model are as good as ever.
        if old != path and old.name.rpartition("-")[0] in (path.name.rpartition("-")[0], "grammar"):
            old.unlink(missing_ok=True)
