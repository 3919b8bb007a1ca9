"""What lines of one form mean: read once from a tree, and filled in with what each line says.

In the tree the column of a token is its number in the line: `Taken` tells what stands there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from lark import Token, Tree

from ios_emu.errors import ProgrammingError
from ios_emu.stack.interface_name import InterfaceName


@dataclass(frozen=True, slots=True)
class Filter:
    """An output modifier: `| include REGEXP` and its like; the `pattern` of `redirect` is a URL."""

    kind: str
    pattern: str


@dataclass(slots=True)
class Command:
    """A line that was understood: the handler's name and its arguments.

    `negated` is true behind `no`, `defaulted` behind `default`; `exec_` behind `do`. `columns` tells where
    in the line each argument stands, `text` is the line with its keywords written out, without `no`, and
    `head` the part of it in front of the first argument.
    """

    handler: str
    arguments: dict[str, object]
    columns: dict[str, int]
    text: str
    head: str = ""
    negated: bool = False
    defaulted: bool = False
    exec_: bool = False
    known: str | None = None
    filter: Filter | None = None

    def is_begun_by(self, line: str) -> bool:
        """Is its first word written out in the line, behind any `no` or `default`?"""
        words = line.lower().split(None, 2)[self.negated or self.defaulted :]
        return bool(words) and self.text.startswith(words[0]) and self.text[len(words[0]) :][:1] in " "


class Taken(NamedTuple):
    """What a line says for a terminal: the value, the word as it was typed or written out, and its column."""

    value: object
    text: str
    column: int


class _Argument(NamedTuple):
    """An argument of the handler: the number of its token; of an interface also that of its kind."""

    name: str
    token: int
    kind: int | None
    repeated: bool


class Form(NamedTuple):
    """The handler of such lines, and where its arguments are. `filter` are the words of a modifier."""

    handler: str
    arguments: tuple[_Argument, ...]
    exec_: bool
    filter: tuple[int, ...]

    def command(self, taken: list[Taken], text: str) -> Command:
        """The command that a line is."""
        arguments: dict[str, object] = {}
        columns: dict[str, int] = {}
        for name, token, kind, repeated in self.arguments:
            value, typed, column = taken[token]
            if kind is not None:
                value = InterfaceName.parse(taken[kind].text, typed)
            if not repeated:
                arguments[name] = value
                columns.setdefault(name, column)
                continue
            values = arguments.setdefault(name, [])
            assert isinstance(values, list)
            values.append(value)
            columns.setdefault(name, column)
        filter_ = None
        if self.filter:
            *words, pattern = self.filter
            filter_ = Filter(" ".join(taken[word].text for word in words), taken[pattern].text)
        return Command(self.handler, arguments, columns, text, exec_=self.exec_, filter=filter_)


def read_form(tree: Tree[Token], repeated: dict[str, set[str]]) -> Form:
    """The form of a line with that tree; `repeated` names the arguments that a handler takes as lists."""
    exec_, filter_ = False, tuple[int, ...]()
    while tree.data in ("negated", "defaulted", "done", "piped"):
        exec_ |= tree.data == "done"
        inner = tree.children[0]
        if tree.data == "piped":
            filter_ = _filter(tree.children[1])
        if not isinstance(inner, Tree):
            raise ProgrammingError(f"{tree.data} holds no command")
        tree = inner
    handler = str(tree.data)
    several = repeated.get(handler, set())
    arguments = []
    for child in tree.children:
        name, token, kind = _argument(child)
        arguments.append(_Argument(name, token, kind, name in several))
    return Form(handler, tuple(arguments), exec_, filter_)


def _filter(tree: Tree[Token] | Token) -> tuple[int, ...]:
    """The numbers of the words of a filter, and last that of its expression."""
    assert isinstance(tree, Tree)
    parts = {token.type: _number(token) for token in tree.children if isinstance(token, Token)}
    words = [number for name, number in parts.items() if name not in ("REGEXP", "URL")]
    return (*words, parts["REGEXP" if "REGEXP" in parts else "URL"])


def _argument(child: Tree[Token] | Token) -> tuple[str, int, int | None]:
    if isinstance(child, Token):
        return child.type.lower(), _number(child), None
    kind, number = child.children
    assert isinstance(kind, Token)
    assert isinstance(number, Token)
    return str(child.data), _number(number), _number(kind)


def _number(token: Token) -> int:
    assert token.column is not None
    return token.column
