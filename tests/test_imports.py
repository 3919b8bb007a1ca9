"""What a bare console does not need is not loaded before its first prompt."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"asyncssh", "dns", "lark", "nicegui", "rich", "scapy"}
OPEN_A_CONSOLE = """
import json, sys
from ios_emu import Lab
shown = []
console = Lab("router")["R1"].console()
console.attach(shown.append)
console.receive(b"\\r")
first = sorted({name.partition(".")[0] for name in sys.modules})
console.receive(b"enable\\r")
later = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps([b"".join(shown).decode(), first, later]))
"""
COMMAND = "import sys, json, ios_emu.main, ios_emu.edges.commands{}; print(json.dumps(list(sys.modules)))"


def python(program: str) -> list[str]:
    """What a fresh interpreter prints for a program, as JSON."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    answer: list[str] = json.loads(done.stdout)
    return answer


@pytest.mark.slow
def test_the_first_prompt_needs_nothing_heavy_and_the_first_command_only_lark() -> None:
    shown, first, later = python(OPEN_A_CONSOLE)
    assert shown == "\r\nRouter>enable\r\nRouter#"
    assert HEAVY.intersection(first) == set()
    assert HEAVY.intersection(later) == {"lark"}


@pytest.mark.slow
def test_the_command_for_a_terminal_needs_nothing_heavy() -> None:
    loaded = {name.partition(".")[0] for name in python(COMMAND.format(", ios_emu.edges.console"))}
    assert {"click", "prompt_toolkit", "ios_emu"} <= loaded
    assert loaded & HEAVY == set()


@pytest.mark.slow
def test_the_command_without_a_terminal_needs_no_keyboard_either() -> None:
    loaded = {name.partition(".")[0] for name in python(COMMAND.format(", ios_emu.edges.serve"))}
    assert {"click", "ios_emu"} <= loaded
    assert loaded & (HEAVY | {"prompt_toolkit"}) == set()


PAGE = """
import json, sys
from ios_emu.edges.web.loading import load
load()
loaded = sorted(sys.modules)
import aiohttp
print(json.dumps(loaded))
"""


@pytest.mark.slow
def test_the_page_is_loaded_without_what_only_its_clients_need() -> None:
    loaded = {name.partition(".")[0] for name in python(PAGE)}
    assert {"nicegui", "socketio"} <= loaded
    assert {"aiohttp", "scapy"} & loaded == set()
