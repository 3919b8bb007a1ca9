"""What the grammar files say in their comments: `?` texts, privilege levels, words that are only known.

A grammar file is Lark's own language with three conventions that live in Lark's comments:

* `//: text` behind an alternative is the `?` text of the word that the alternative begins with, and
  behind a terminal it is `display  text` of an argument (`<0-365>  Days`). Flags stand before the colon:
  a privilege level (`//15: ...`), and `ios` or `pt` where only that dialect
  lists the word, `hidden` where none does.
* `//? rule [level] [ios|pt] word: text` is a word that a real 2811 knows at that level of the menu and
  that is not implemented here. It counts for abbreviations, for the caret and for `?`.
* A rule `x_shared` is the part of `x` that all models have, `x_router` and `x_switch` are those that only
  these have: what is known in `x` is known in them.
* `//= rule word: text` is the text of a word in Packet Tracer's list, where it is another.
* `_NO` (declared in `common.lark`) stands where a line that begins with `no` or `default` may end, and
  `_UNIMPLEMENTED` alone at a level of which only words are known.

An argument's type is the terminal that it is defined as: `DAYS: INT` is a number, `ROUTER: IP` an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ios_emu.errors import ProgrammingError

ROUTER = "2811"
_MODEL = "model_"
# Words that are only known are the router's, but in these files.
_SWITCH_FILES = ("switch", f"{_MODEL}2960")
_FLAGS = r"(?P<level>\d+)?\s*(?P<dialect>ios|pt|hidden)?"
_HELP = re.compile(rf"^(?P<body>.*?)\s*//\s*{_FLAGS}\s*:\s?(?P<text>.*)$")
_KNOWN = re.compile(rf"^//\?\s+(?P<rule>\w+)\s+{_FLAGS}\s*(?P<word>\S+):\s(?P<text>.*)$")
_ALTERNATE = re.compile(r"^//=\s+(?P<rule>\w+)\s+(?P<word>\S+):\s(?P<text>.*)$")
_RULE = re.compile(r"^[?!]?(?P<name>[a-z_][a-z0-9_]*)(?:\.\d+)?\s*:(?P<rest>.*)$")
_TERMINAL = re.compile(r"^(?P<name>_?[A-Z][A-Z0-9_]*)(?:\.\d+)?\s*:(?P<rest>.*)$")
_ALTERNATIVE = re.compile(r"^\s*\|(?P<rest>.*)$")
_FIRST = re.compile(r'^\s*[(\[]*\s*(?:"(?P<word>[^"]+)"|(?P<terminal>_?[A-Z][A-Z0-9_]*))')
_STRING = re.compile(r'^"(?P<word>[^"]+)"i?$')
_PART = re.compile(r"_(?:shared|router|switch)$")
_ALIAS = re.compile(r"->\s*(?P<alias>\w+)\s*$")


@dataclass(frozen=True, slots=True)
class Help:
    """The `?` entry of a word: its text, the privilege level that it needs, the dialect that lists it."""

    text: str
    level: int = 0
    dialect: str | None = None
    display: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A word that a real 2811 has and this one has not."""

    rule: str
    word: str
    help: Help


@dataclass(slots=True)
class GrammarSource:
    """What the comments of the grammar files say, and the text that Lark reads."""

    text: str
    words: dict[tuple[str, str], Help] = field(default_factory=dict)
    terminals: dict[str, Help] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    known: dict[str, dict[str, Known]] = field(default_factory=dict)
    alternates: dict[tuple[str, str], str] = field(default_factory=dict)
    aliases: list[str] = field(default_factory=list)

    def base(self, terminal: str) -> str:
        """The primitive type that `terminal` is defined as, through any number of steps."""
        while terminal in self.types:
            terminal = self.types[terminal]
        return terminal


def files_of(folder: Path, model: str) -> list[Path]:
    """The grammar files of a model: all but those that other models have of their own."""
    own = f"{_MODEL}{model}"
    files = sorted(folder.glob("*.lark"))
    return [path for path in files if not path.name.startswith(_MODEL) or path.stem == own]


def read_source(files: Iterable[tuple[str, str]], model: str = ROUTER) -> GrammarSource:
    """Joins grammar files, given as (name, text), and collects what their comments say.

    Raises ProgrammingError where a comment is malformed or gives one word two texts.
    """
    lines: list[str] = []
    source = GrammarSource("")
    for name, text in files:
        rule = ""
        for number, line in enumerate(text.splitlines(), 1):
            where = f"{name}:{number}"
            if line.startswith("//?"):
                if (model == ROUTER) is not name.startswith(_SWITCH_FILES):
                    _add_known(source, line, where)
            elif (alternate := _ALTERNATE.match(line)) is not None:
                source.alternates[alternate["rule"], alternate["word"]] = alternate["text"]
            else:
                rule = _add_line(source, line, rule, where)
            lines.append(line)
    source.text = "\n".join(lines) + "\n"
    return source


def _add_known(source: GrammarSource, line: str, where: str) -> None:
    match = _KNOWN.match(line)
    if match is None:
        raise ProgrammingError(f"{where}: not of the form '//? rule [level] [ios|pt] word: text': {line}")
    rule, word = match["rule"], match["word"]
    words = source.known.setdefault(rule, {})
    if word in words:
        raise ProgrammingError(f"{where}: {word} is listed twice as known in {rule}")
    words[word] = Known(rule, word, _help(match))


def _add_line(source: GrammarSource, line: str, rule: str, where: str) -> str:
    """Takes in one line of Lark; returns the rule that the next line may continue."""
    commented = _HELP.match(line)
    body = commented["body"] if commented else line.split("//")[0]
    if (alias := _ALIAS.search(body)) is not None:
        source.aliases.append(alias["alias"])
    if (terminal := _TERMINAL.match(body)) is not None:
        _add_terminal(source, terminal, commented)
        return ""
    if (start := _RULE.match(body)) is not None:
        rule, rest = start["name"], start["rest"]
    elif (alternative := _ALTERNATIVE.match(body)) is not None:
        rest = alternative["rest"]
    else:
        return rule
    if commented is None:
        return rule
    first = _FIRST.match(rest)
    if first is None or first["word"] is None:
        raise ProgrammingError(f"{where}: a '?' text needs an alternative that begins with a keyword")
    key = rule, first["word"]
    if key in source.words:
        raise ProgrammingError(f"{where}: {key[1]} has two '?' texts in {rule}")
    source.words[key] = _help(commented)
    return rule


def _add_terminal(source: GrammarSource, match: re.Match[str], commented: re.Match[str] | None) -> None:
    name, definition = match["name"], match["rest"].strip()
    if _TERMINAL.match(f"{definition}:") is not None:
        source.types[name] = definition
    if commented is not None:
        entry = _help(commented)
        if _STRING.match(definition) is None:
            display, _, text = entry.text.partition("  ")
            entry = Help(text.strip(), entry.level, entry.dialect, display)
        source.terminals[name] = entry


def _help(match: re.Match[str]) -> Help:
    return Help(match["text"].strip(), int(match["level"] or 0), match["dialect"])


def grammar_folder() -> Path:
    """Where the grammar files are: the checkout's `grammar/`, or the copy that the wheel carries."""
    package = Path(__file__).resolve().parent.parent
    checkout = package.parent / "grammar"
    return checkout if (checkout / "common.lark").is_file() else package / "grammar"


def whole_rule(rule: str) -> str:
    """The rule that `rule` is a part of: `show` for `show_shared`."""
    return _PART.sub("", rule)
