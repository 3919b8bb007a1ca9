"""The table of commands, COMMANDS.md: every command line that the grammar has, and every word that it lacks.

`make docs` writes it; it is walked from the grammar's own alternatives, so it can't say anything else than
what the console answers. The name of an alternative's handler tells its state: most work, `kept` only stay
in the configuration, `marker` is read and sets nothing. Words of `//?` lines are known and missing.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import NamedTuple

from lark import Token, Tree
from lark.grammar import NonTerminal, Terminal
from lark.load_grammar import load_grammar

from ios_emu.cli import modes
from ios_emu.cli.grammar_source import GrammarSource
from ios_emu.cli.own_words import OwnWords
from ios_emu.cli.reader import Reader, load_reader
from ios_emu.devices.kept_blocks import BLOCK_KINDS
from ios_emu.errors import ProgrammingError

_Node = Tree[Token] | Token | Terminal | NonTerminal

_HEAD = """\
# The commands

Made from `grammar/` by `make docs`. A line is a command as `?` spells it: words as they are typed (any
unique beginning will do), arguments as `?` shows them. `[x]` may be left out, `(x | y)` is one of them,
`x{1..8}` stands one to eight times, `x...` any number of times.

- **Works**: does what it does on a 2811.
- **Kept**: taken, shown by `show running-config` and saved; nothing else comes of it.
- **Read**: taken so that a configuration of a real router can be pasted; nothing comes of it.
- **Known**: a 2811 has the word, and it counts for abbreviations, for the place of the caret and for `?`.
  Alone it answers that it is not implemented; what is typed behind it gets the caret.

In a sub-mode the commands of global configuration are understood, too. Behind `no` and `default` arguments
can be left out where IOS allows it.
"""
_OWN_WORDS = """\
## Answers in our own words

What IOS says in these cases of DHCP, NAT and a switch we do not know: these words are ours, not Cisco's.
`{x}` is filled in.
"""
_SWITCH_HEAD = """\
# The commands of a switch

A 2960 has modes, lines, users, files, clock, log and name lookup as the 2811 above has them. What follows is
what only the switch has; what it only knows is listed whole.
"""
_SECTIONS = (
    ("config", "Global configuration", modes.CONFIG),
    ("interface", "Interface configuration", modes.INTERFACE),
    ("subinterface", "Sub-interface configuration", modes.SUBINTERFACE),
    ("line", "Line configuration", modes.LINE),
    ("standard_list", "Standard access list", modes.STANDARD_LIST),
    ("extended_list", "Extended access list", modes.EXTENDED_LIST),
    ("dhcp", "DHCP pool configuration", modes.DHCP),
    ("dhcp_subnet", "Secondary subnet of a DHCP pool", modes.DHCP_SUBNET),
    ("pool_class", "Class of a DHCP pool", modes.POOL_CLASS),
    ("dhcp_class", "DHCP class configuration", modes.DHCP_CLASS),
    ("class_relay", "Relay agent information of a DHCP class", modes.CLASS_RELAY),
    ("control_plane", "Control-plane configuration", modes.CONTROL_PLANE),
    ("router_rip", "RIP configuration", modes.ROUTER_RIP),
    ("archive", "Archive configuration", modes.ARCHIVE),
    ("archive_log_mode", "Archive log configuration", modes.ARCHIVE_LOG),
)
SWITCH_SECTIONS = (
    ("config", "Global configuration of a switch", modes.CONFIG),
    ("interface", "Configuration of a switch's port", modes.INTERFACE),
    ("interface_vlan", "Configuration of a switch's own interface", modes.INTERFACE_VLAN),
    ("vlan_config", "VLAN configuration", modes.VLAN),
)
"""Where a switch has commands of its own: start rule, title, mode."""
KEPT_SECTIONS = {f"Below `{kind.key}`": kind for kind in {kind.name: kind for kind in BLOCK_KINDS}.values()}
"""The sub-modes that are only kept, by title: of several ways into one the last is named."""
PARTS = {
    "interface_name": "INTERFACE",
    "pipe": "FILTER",
    "_criteria": "CRITERIA",
    "_source": "SOURCE",
    "_destination": "DESTINATION",
    "_tcp_ports": "TCP-PORTS",
    "_tcp_port": "TCP-PORT",
    "_udp_ports": "UDP-PORTS",
    "_udp_port": "UDP-PORT",
    "_icmp_message": "ICMP-MESSAGE",
    "_igmp_message": "IGMP-MESSAGE",
    "_tcp_option": "TCP-OPTION",
    "_option": "OPTION",
    "_code_point": "DSCP",
    "_precedence": "PRECEDENCE",
    "_service": "TOS",
    "_ip_option_name": "IP-OPTION",
}
"""Parts of commands that are written with one word in the table and have a section of their own."""
# Alternatives that put something in front of a command, or behind it.
_WRAPPERS = ("negated", "defaulted", "done", "piped")
_STATES = {
    "kept": "Kept",
    "mac_table_kept": "Kept",
    "user_kept": "Kept",
    "block_said": "Kept",
    "control_plane_policy": "Kept",
    "dhcp_kept": "Kept",
    "interface_kept": "Kept",
    "override_kept": "Kept",
    "block": "Kept",
    "block_address": "Kept",
    "block_end": "Kept",
    "block_many": "Kept",
    "block_on": "Kept",
    "block_one": "Kept",
    "certificate": "Kept",
    "interface_many": "Kept",
    "interface_on": "Kept",
    "interface_one": "Kept",
    "isakmp_encryption": "Kept",
    "passive_interface": "Kept",
    "rip_kept": "Kept",
    "interface_rip_kept": "Kept",
    "marker": "Read",
}
_USER_LEVEL = 1
_WIDTH = 110


class Form(NamedTuple):
    """One command line: how it is written, its state, and the privilege level that it needs."""

    text: str
    state: str
    level: int


@dataclass(slots=True)
class Section:
    """What can be typed in one mode: commands, words in front of them, and known words by what is before."""

    forms: list[Form] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    known: dict[str, list[str]] = field(default_factory=dict)


def command_table(reader: Reader, switch_reader: Reader) -> str:
    """The whole of COMMANDS.md, as Markdown: of a router, and what a switch has besides."""
    walk = _Walk(reader.grammar.source)
    exec_ = walk.section("exec")
    user = [form for form in exec_.forms if form.level <= _USER_LEVEL]
    privileged = [form for form in exec_.forms if form.level > _USER_LEVEL]
    blocks = [
        _HEAD,
        "## User EXEC: `Router>`\n",
        *_commands(user),
        "Behind every `show ...` and `write ...`: `| FILTER`.\n",
        "## Privileged EXEC: `Router#`\n\nAll of user EXEC, and:\n",
        *_commands(privileged),
        *_known(exec_),
    ]
    for rule, title, mode in _SECTIONS:
        blocks += _section(f"{title}: `{modes.prompt('Router', mode, 15)}`", walk.section(rule))
    for title, kind in KEPT_SECTIONS.items():
        blocks += _section(f"{title}: `Router({kind.prompt})#`", walk.section(kind.name))
    blocks += _section("The lab prompt: `lab>` (Ctrl-])", walk.section("lab"))
    blocks += _section("A host's prompt: `C:\\>`", walk.section("host"))
    for rule, part in PARTS.items():
        blocks += _section(f"`{part}`", walk.section(rule))
    blocks += _switch(walk, _Walk(switch_reader.grammar.source))
    blocks += [_OWN_WORDS, "```\n" + "\n".join(sorted(words.value for words in OwnWords)) + "\n```\n"]
    return "\n".join(blocks)


def _switch(router: _Walk, switch: _Walk) -> list[str]:
    """What a switch has and a router has not, mode by mode."""
    blocks = [_SWITCH_HEAD]
    section, shared = switch.section("exec"), {form[:2] for form in router.section("exec").forms}
    own = [form for form in section.forms if form[:2] not in shared]
    for title, wanted in (("User EXEC", False), ("Privileged EXEC", True)):
        blocks.append(f"## {title} of a switch: `Switch{'#' if wanted else '>'}`\n")
        blocks += _commands([form for form in own if (form.level > _USER_LEVEL) is wanted])
    blocks += _known(section)
    for rule, title, mode in SWITCH_SECTIONS:
        section = switch.section(rule)
        same = router.section(rule).forms if rule in ("config", "interface") else []
        shared = {form[:2] for form in same}
        section.forms = [form for form in section.forms if form[:2] not in shared]
        blocks += _section(f"{title}: `{modes.prompt('Switch', mode, 15)}`", section)
    return blocks


def _section(title: str, section: Section) -> list[str]:
    blocks = [f"## {title}\n"]
    if section.prefixes:
        words = ", ".join(f"`{prefix}`" for prefix in section.prefixes)
        blocks.append(f"In front of a command: {words}.\n")
    return [*blocks, *_commands(section.forms), *_known(section)]


def _commands(forms: list[Form]) -> list[str]:
    blocks = []
    for state in dict.fromkeys(("Works", *_STATES.values())):
        lines = sorted(form.text for form in forms if form.state == state)
        if lines:
            blocks.append(f"{state}:\n\n```\n" + "\n".join(lines) + "\n```\n")
    return blocks


def _known(section: Section) -> list[str]:
    if not section.known:
        return []
    lines = []
    for path, words in sorted(section.known.items()):
        before = f"`{path}` " if path else ""
        lines.append(f"- {before}{', '.join(sorted(words, key=str.lower))}")
    wrapped = [
        textwrap.fill(line, _WIDTH, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)
        for line in lines
    ]
    return ["Known:\n\n" + "\n".join(wrapped) + "\n"]


class _Walk:
    """The alternatives of the grammar files, before Lark turns options and repetitions into rules."""

    def __init__(self, source: GrammarSource) -> None:
        self.source = source
        definitions, _ = load_grammar(source.text, "grammar", [], False)  # type: ignore[no-untyped-call]
        self.rules: dict[str, Tree[Token]] = {str(rule[0]): rule[2] for rule in definitions.rule_defs}
        self.keywords: dict[str, str] = {}
        for name, (tree, _) in definitions.term_defs:
            literals = [] if tree is None else [*tree.find_data("literal")]
            if len(literals) == 1 and str(literals[0].children[0]).startswith('"'):
                self.keywords[str(name)] = _spelled(literals[0])

    def section(self, rule: str) -> Section:
        """All that can be typed where `rule` begins."""
        section = Section()
        self._level(section, rule, "", 0)
        return section

    def _level(self, section: Section, rule: str, path: str, level: int) -> None:
        """Adds one level of the menu: the alternatives of `rule` behind the words of `path`."""
        known = self.source.known.get(rule)
        if known:
            section.known.setdefault(path, []).extend(known)
        for alternative in self.rules[rule].children:
            assert isinstance(alternative, Tree)
            self._alternative(section, rule, alternative, path, level)

    def _alternative(
        self, section: Section, rule: str, alternative: Tree[Token], path: str, level: int
    ) -> None:
        alias = None
        if alternative.data == "alias":
            expansion, name = alternative.children
            assert isinstance(expansion, Tree)
            alternative, alias = expansion, getattr(name, "name", None)
        symbols = list(alternative.children)
        first = _symbol(symbols[0])
        word = _spelled(first) if isinstance(first, Tree) and first.data == "literal" else ""
        help_ = self.source.words.get((rule, word))
        level = max(level, help_.level if help_ is not None else 0)
        if alias in _WRAPPERS:
            if alias != "piped":
                section.prefixes.append(word)
            return
        deeper = _symbol(symbols[-1])
        if alias is None and isinstance(deeper, NonTerminal) and deeper.name not in PARTS:
            before = " ".join(filter(None, [path, *map(self._text, symbols[:-1])]))
            self._level(section, deeper.name, before, level)
            return
        text = " ".join(filter(None, map(self._text, symbols)))
        if text:
            state = _STATES.get(alias or "", "Works")
            only_negated = isinstance(deeper, Terminal) and deeper.name == "_NO"
            written = " ".join(filter(None, ["no" if only_negated else "", path, text]))
            section.forms.append(Form(written, state, level))

    def _text(self, node: _Node) -> str:
        """How a part of an alternative is written; empty for what is not typed."""
        symbol = _symbol(node)
        if isinstance(symbol, Terminal):
            return self._terminal(symbol.name)
        if isinstance(symbol, NonTerminal):
            return PARTS.get(symbol.name) or self._choice(self.rules[symbol.name], "()")
        assert isinstance(node, Tree)
        match node.data:
            case "value" | "literal":
                return _spelled(node)
            case "expansions":
                return self._choice(node, "()")
            case "maybe":
                [inside] = node.children
                assert isinstance(inside, Tree)
                return self._choice(inside, "[]")
            case "expr":
                return self._repeated(node)
            case "expansion":
                return " ".join(filter(None, map(self._text, node.children)))
        raise ProgrammingError(f"the table of commands can't write {node.data}")

    def _terminal(self, name: str) -> str:
        if name in ("_NO", "_UNIMPLEMENTED"):
            return ""
        if name in self.keywords:
            return self.keywords[name]
        display = self.source.terminals[name].display
        assert display is not None
        return display

    def _choice(self, node: Tree[Token], brackets: str) -> str:
        """One of several; round brackets are left out where only one is typed."""
        written = list(dict.fromkeys(filter(None, map(self._text, node.children))))
        if len(written) < 2 and brackets == "()":
            return "".join(written)
        return f"{brackets[0]}{' | '.join(written)}{brackets[1]}"

    def _repeated(self, node: Tree[Token]) -> str:
        inside, operator, *bounds = node.children
        text = self._text(inside)
        if operator == "~":
            return f"{text}{{{'..'.join(map(str, bounds))}}}"
        if operator == "*":
            return f"[{text.removeprefix('(').removesuffix(')')}]..."
        return f"{text}..."


def _symbol(node: _Node) -> _Node:
    """What a `value` holds: a terminal, a rule, or the literal's tree."""
    while isinstance(node, Tree) and node.data == "value":
        [node] = node.children
    return node


def _spelled(node: Tree[Token]) -> str:
    """The word of a literal."""
    [token] = node.scan_values(lambda value: isinstance(value, Token))
    return str(token)[1:].rpartition('"')[0]


if __name__ == "__main__":
    print(command_table(load_reader(), load_reader("2960")), end="")
