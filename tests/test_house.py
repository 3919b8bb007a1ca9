"""The rules of the house, proved from the source of every module; none of them is run.

1. Imports go one way: a module imports its own room and those before it in ROOMS. An import inside a
   function or under TYPE_CHECKING counts too.
2. Time, chance, sockets and terminals are handed in: only the edges reach for them (and main, for some).
3. A module has at most LINES lines, or its reason in LONG_MODULES.

Each rule is a function from a source and its module's name to what is wrong with it, so that bad sources can
be planted: a check that finds nothing in them checks nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "ios_emu"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / PACKAGE).rglob("*.py"))
}

# The package itself hands out `Lab` and `serve`: who imports from it imports from the edges.
ROOMS: tuple[tuple[str, ...], ...] = (
    ("clock", "errors", "wire"),
    ("stack",),
    ("services",),
    ("devices",),
    ("cli",),
    ("lab",),
    ("edges", "__init__"),
    ("main", "__main__"),
)
RANKS = {room: rank for rank, rooms in enumerate(ROOMS) for room in rooms}

MAIN_AND_EDGES = {
    "asyncio",
    "asyncssh",
    "click",
    "concurrent",
    "multiprocessing",
    "nicegui",
    "prompt_toolkit",
    "rich",
    "select",
    "selectors",
    "signal",
    "socket",
    "socketserver",
    "ssl",
    "subprocess",
    "threading",
}
EDGES = {"secrets", "time"}
# What only the edges may use of modules that are harmless otherwise. A random.Random with a seed is free to
# all; import_module would hide an import from rule 1.
EDGES_NAMES = re.compile(
    r"datetime\.(date\.today|datetime\.(now|today|utcnow))"
    r"|importlib\.import_module|os\.urandom|uuid\.uuid[14]"
    r"|random\.(?!Random$)\w+|random\.Random\(\)"
)

LINES = 400
LONG_MODULES: dict[str, str] = {
    "ios_emu.stack.tcp_connection": "RFC 9293, 3.10.7 is one table: who checks it reads it in one place",
    "ios_emu.cli.commands.__init__": "the one list of all handlers: it has a line for each command",
    "ios_emu.cli.session": "each of its states leads to the others: parted, none could be read alone",
}


def room_of(module: str) -> str:
    """`ios_emu.cli.editor` is in the room `cli`; `ios_emu.clock` is a room of its own."""
    return module.split(".")[1]


class Import(NamedTuple):
    """One imported name: `import a.b` is `a.b`, and in the source `a` then stands for `a`."""

    line: int
    name: str
    here: str
    stands_for: str


def imports(tree: ast.AST, module: str) -> Iterator[Import]:
    """Every import of the source, wherever it stands; relative ones in full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                here, stands_for = (alias.asname, alias.name) if alias.asname else (top, top)
                yield Import(node.lineno, alias.name, here, stands_for)
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: -node.level] if node.level else []
            for alias in node.names:
                name = ".".join(filter(None, [*above, node.module, alias.name]))
                yield Import(node.lineno, name, alias.asname or alias.name, name)


class Uses(ast.NodeVisitor):
    """Collects in `found` what the source uses of its imports: line and full name.

    A parameter or a variable that is named like an import hides it inside its function.
    """

    def __init__(self, tree: ast.AST, module: str) -> None:
        self.names = {found.here: found.stands_for for found in imports(tree, module)}
        self.found: list[tuple[int, str]] = []
        self.visit(tree)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        self.visit(node.args)
        for decorator in getattr(node, "decorator_list", []):
            self.visit(decorator)
        body = node.body if isinstance(node.body, list) else [node.body]
        inside = [inner for statement in body for inner in ast.walk(statement)]
        hidden = {arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)}
        hidden |= {
            name.id for name in inside if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
        }
        outside, self.names = self.names, {here: self.names[here] for here in self.names.keys() - hidden}
        for statement in body:
            self.visit(statement)
        self.names = outside

    visit_AsyncFunctionDef = visit_FunctionDef
    visit_Lambda = visit_FunctionDef

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = self.full_name(node)
        if name is not None:
            self.found.append((node.lineno, name))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = self.full_name(node.func)
        if name is not None and not node.args and not node.keywords:
            self.found.append((node.lineno, f"{name}()"))
        self.generic_visit(node)

    def full_name(self, node: ast.expr) -> str | None:
        """`datetime.datetime.now` for `datetime.now` after `from datetime import datetime`."""
        if isinstance(node, ast.Attribute):
            owner = self.full_name(node.value)
            return None if owner is None else f"{owner}.{node.attr}"
        return self.names.get(node.id) if isinstance(node, ast.Name) else None


def wrong_directions(source: str, module: str) -> list[str]:
    """Rule 1: the imports that go from a room to one after it."""
    room = room_of(module)
    if room not in RANKS:
        return [
            f"{module}: {room} is not a room of the house: give it its place in ROOMS, or move the module"
        ]
    found = []
    for line, name, *_ in imports(ast.parse(source), module):
        package, _, rest = name.partition(".")
        target = rest.partition(".")[0]
        if target not in RANKS:
            target = "__init__"
        if package == PACKAGE and RANKS[target] > RANKS[room]:
            found.append(f"{module}:{line}: {name} is above {room}: hand it in, or move what needs it up")
    return found


def wrong_reaches(source: str, module: str) -> list[str]:
    """Rule 2: the uses of time, chance, sockets and terminals that are not the room's business."""
    room = room_of(module)
    if room == "edges":
        return []
    forbidden = EDGES if room == "main" else EDGES | MAIN_AND_EDGES
    tree = ast.parse(source)
    imported = [(found.line, found.name) for found in imports(tree, module)]
    reached = [(line, name) for line, name in imported if name.partition(".")[0] in forbidden]
    reached += [
        (line, name) for line, name in imported + Uses(tree, module).found if EDGES_NAMES.fullmatch(name)
    ]
    return [
        f"{module}:{line}: {name} is for the edges: ask for what is needed to be handed in"
        for line, name in reached
    ]


def wrong_length(source: str, module: str) -> list[str]:
    """Rule 3: a module that is too long without a reason, or that has a reason and is not long."""
    lines = len(source.splitlines())
    if lines > LINES and module not in LONG_MODULES:
        return [f"{module}: {lines} lines, more than {LINES}: part it, or give its reason in LONG_MODULES"]
    if lines <= LINES and module in LONG_MODULES:
        return [f"{module}: {lines} lines need no reason: take it out of LONG_MODULES"]
    return []


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_one_way(module: str) -> None:
    assert wrong_directions(MODULES[module], module) == []


@pytest.mark.parametrize("module", MODULES)
def test_only_the_edges_reach_for_time_chance_sockets_and_terminals(module: str) -> None:
    assert wrong_reaches(MODULES[module], module) == []


@pytest.mark.parametrize("module", MODULES)
def test_a_long_module_has_its_reason(module: str) -> None:
    assert wrong_length(MODULES[module], module) == []


def test_every_reason_belongs_to_a_module() -> None:
    assert LONG_MODULES.keys() <= MODULES.keys()


@pytest.mark.parametrize(
    ("module", "source", "line", "name"),
    [
        ("ios_emu.wire.arp", "import ios_emu.stack.routing", 1, "ios_emu.stack.routing"),
        ("ios_emu.stack.udp", "from ios_emu.services import dns", 1, "ios_emu.services.dns"),
        ("ios_emu.services.dns", "from ios_emu import devices", 1, "ios_emu.devices"),
        ("ios_emu.devices.host", "def f():\n    from ios_emu.cli import editor", 2, "ios_emu.cli.editor"),
        ("ios_emu.cli.session", "if TYPE_CHECKING:\n    import ios_emu.lab as lab", 2, "ios_emu.lab"),
        ("ios_emu.cli.commands.show", "from ...lab import topology", 1, "ios_emu.lab.topology"),
        ("ios_emu.cli.__init__", "from ..edges import store", 1, "ios_emu.edges.store"),
        ("ios_emu.devices.router", "from ios_emu import Lab", 1, "ios_emu.Lab"),
        ("ios_emu.clock", "import ios_emu", 1, "ios_emu"),
        ("ios_emu.lab.topology", "from ios_emu.edges.store import State", 1, "ios_emu.edges.store.State"),
        ("ios_emu.edges.console", "import ios_emu.main", 1, "ios_emu.main"),
    ],
)
def test_an_import_that_goes_up_is_found(module: str, source: str, line: int, name: str) -> None:
    room = room_of(module)
    assert wrong_directions(source, module) == [
        f"{module}:{line}: {name} is above {room}: hand it in, or move what needs it up"
    ]


def test_a_module_outside_the_rooms_is_found() -> None:
    assert wrong_directions("", "ios_emu.helpers") == [
        "ios_emu.helpers: helpers is not a room of the house: give it its place in ROOMS, or move the module"
    ]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("ios_emu.wire.arp", "from ios_emu.errors import CommandError\nfrom ios_emu import clock"),
        ("ios_emu.errors", "import ios_emu.clock"),
        ("ios_emu.cli.session", "from ios_emu.cli.commands import show\nfrom . import editor"),
        ("ios_emu.cli.commands.show", "from ..modes import Mode\nfrom ...devices.router import Router"),
        ("ios_emu.__init__", "from ios_emu.lab.topology import Lab"),
        ("ios_emu.edges.pytest_plugin", "from ios_emu import Lab"),
        ("ios_emu.main", "from ios_emu import Lab, edges"),
        ("ios_emu.wire.ethernet", "import ios_emulator.lab\nfrom struct import Struct"),
    ],
)
def test_an_import_that_goes_down_or_sideways_is_fine(module: str, source: str) -> None:
    assert wrong_directions(source, module) == []


@pytest.mark.parametrize(
    ("source", "line", "name"),
    [
        *[(f"import {module}", 1, module) for module in sorted(EDGES | MAIN_AND_EDGES)],
        ("import prompt_toolkit.input as i", 1, "prompt_toolkit.input"),
        ("from time import monotonic", 1, "time.monotonic"),
        ("def f():\n    import socket", 2, "socket"),
        ("if TYPE_CHECKING:\n    from asyncio import Task", 2, "asyncio.Task"),
        ("from datetime import datetime\nx = datetime.now(tz)", 2, "datetime.datetime.now"),
        ("from datetime import datetime as d\nx = [d.utcnow]", 2, "datetime.datetime.utcnow"),
        ("import datetime\nx = datetime.datetime.today()", 2, "datetime.datetime.today"),
        ("import datetime as d\ndef f():\n    return d.date.today().year", 3, "datetime.date.today"),
        ("import random\nasync def f(x=random.random): ...", 2, "random.random"),
        ("import random\nf = lambda x: random.choice(x)", 2, "random.choice"),
        ("import random as r\nclass A:\n    b = r.randint(1, 6)", 3, "random.randint"),
        ("import random\nrandom.seed(1)", 2, "random.seed"),
        ("from random import shuffle", 1, "random.shuffle"),
        ("from random import SystemRandom", 1, "random.SystemRandom"),
        ("from random import Random\nchance = Random()", 2, "random.Random()"),
        ("import os\nx = os.urandom(4)", 2, "os.urandom"),
        ("from uuid import uuid4", 1, "uuid.uuid4"),
        ("from importlib import import_module", 1, "importlib.import_module"),
    ],
)
def test_reaching_for_time_chance_sockets_and_terminals_is_found(source: str, line: int, name: str) -> None:
    assert wrong_reaches(source, "ios_emu.lab.topology") == [
        f"ios_emu.lab.topology:{line}: {name} is for the edges: ask for what is needed to be handed in"
    ]


@pytest.mark.parametrize(
    "name", ["import time", "import secrets", "from datetime import datetime; datetime.now()"]
)
def test_main_reaches_for_time_and_chance_through_the_edges(name: str) -> None:
    assert len(wrong_reaches(name, "ios_emu.main")) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("ios_emu.edges.realtime", "import time, asyncio\nfrom random import random"),
        ("ios_emu.main", "import asyncio, click\nfrom rich.table import Table"),
        ("ios_emu.lab.topology", "import random\nchance = random.Random(7)\nchance.choice([1])"),
        (
            "ios_emu.lab.topology",
            "import random\ndef f(random: random.Random):\n    return random.choice([1])",
        ),
        ("ios_emu.lab.topology", "import random\ndef f():\n    random = g()\n    return random.choice([1])"),
        ("ios_emu.lab.topology", "from datetime import datetime, time\nx = datetime(2002, 3, 1), time(1)"),
        ("ios_emu.clock", "def f(clock):\n    return clock.now + clock.time.today()"),
        ("ios_emu.cli.session", "import timeit_of_ours\nfrom ios_emu.devices import random"),
    ],
)
def test_what_is_handed_in_is_fine(module: str, source: str) -> None:
    assert wrong_reaches(source, module) == []


def test_a_module_that_is_too_long_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    fits, long = "pass\n" * LINES, "pass\n" * (LINES + 1)
    assert wrong_length(fits, "ios_emu.clock") == []
    assert wrong_length(long, "ios_emu.clock") == [
        "ios_emu.clock: 401 lines, more than 400: part it, or give its reason in LONG_MODULES"
    ]
    monkeypatch.setitem(LONG_MODULES, "ios_emu.clock", "a table")
    assert wrong_length(long, "ios_emu.clock") == []
    assert wrong_length(fits, "ios_emu.clock") == [
        "ios_emu.clock: 400 lines need no reason: take it out of LONG_MODULES"
    ]


def test_all_modules_are_looked_at() -> None:
    assert {"ios_emu.__init__", "ios_emu.errors", "ios_emu.cli.__init__"} <= MODULES.keys()
