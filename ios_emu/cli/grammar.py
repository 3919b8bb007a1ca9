"""The command line as data: the grammar of `grammar/*.lark`, ready to read lines of any mode.

`grammar_source` tells how the files are written, `grammar_tables` how Lark's parser is made of them and kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from lark.parsers.lalr_interactive_parser import InteractiveParser

from ios_emu.cli.grammar_source import GrammarSource, Help, grammar_folder
from ios_emu.cli.grammar_tables import Tables, begin, build, kept_tables
from ios_emu.devices.kept_blocks import BLOCK_KINDS
from ios_emu.errors import ProgrammingError

_ARCHIVE_MODES = ("archive", "archive_log_mode")
_MODES = (
    "exec",
    "config",
    "interface",
    "subinterface",
    "line",
    "dhcp",
    "dhcp_subnet",
    "pool_class",
    "dhcp_class",
    "class_relay",
    "control_plane",
    "router_rip",
    "standard_list",
    "extended_list",
    *_ARCHIVE_MODES,
    "lab",
    "host",
)

MODES = (*_MODES, *dict.fromkeys(kind.name for kind in BLOCK_KINDS))
"""The start rules of a 2811: a mode each, and those of the sub-modes that are only kept."""

SWITCH_MODES = ("exec", "config", "interface", "interface_vlan", "vlan_config", "line", *_ARCHIVE_MODES)
"""Those of a 2960."""

STARTS = {"2811": MODES, "2960": SWITCH_MODES}

_RANGE = re.compile(r"^<(\d+)-(\d+)>$")


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that the next word may be at a place of the menu."""

    terminal: str
    word: str | None
    rule: str
    help: Help
    base: str = ""
    low: int = 0
    high: int = 0

    @property
    def display(self) -> str:
        """What `?` prints in its first column."""
        return self.word or self.help.display or self.terminal


class Grammar:
    """The loaded grammar: Lark's tables plus the `?` texts, and a start rule for each mode."""

    def __init__(self, tables: Tables) -> None:
        self.source: GrammarSource = tables.source
        self.tables = tables
        self._table = tables.parse_table()
        self._callbacks = tables.callbacks()

    @classmethod
    def of(cls, source: GrammarSource, starts: Iterable[str] = MODES) -> Grammar:
        """The grammar of a source, built anew."""
        return cls(build(source, tuple(starts)))

    def begin(self, mode: str) -> InteractiveParser:
        """A parser at the beginning of a line typed in `mode`."""
        return begin(self._table, self._callbacks, mode)

    def choice(self, terminal: str, rule: str) -> Choice:
        """The menu entry of `terminal` in `rule`."""
        source = self.source
        word = self.tables.keywords.get(terminal)
        if word is not None:
            help_ = source.words.get((rule, word)) or source.terminals.get(terminal)
            return Choice(terminal, word, rule, help_ or Help(""))
        entry = source.terminals.get(terminal)
        if entry is None or entry.display is None:
            raise ProgrammingError(f"terminal {terminal} has no '?' text")
        limits = _RANGE.match(entry.display)
        low, high = (int(limits[1]), int(limits[2])) if limits else (0, 2**32 - 1)
        return Choice(terminal, None, rule, entry, source.base(terminal), low, high)


@cache
def load_grammar(model: str = "2811") -> Grammar:
    """The grammar of this installation for that model, loaded once for each process."""
    return Grammar(kept_tables(grammar_folder(), STARTS[model], model))
