"""Grammar and handlers, compared both ways: names and parameters."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

import pytest

from ios_emu.cli.commands import HANDLERS
from ios_emu.cli.commands.host_table import HOST_HANDLERS
from ios_emu.cli.commands.switch_table import SWITCH_HANDLERS
from ios_emu.cli.form import Command
from ios_emu.cli.reader import load_reader
from ios_emu.cli.shared import UNKNOWN_WORD
from ios_emu.devices.kept import kept_for
from ios_emu.devices.kept_list import KEPT
from ios_emu.errors import IncompleteCommand
from ios_emu.lab.prompt import LabPrompt
from ios_emu.lab.topology import Lab

# Ways to write other commands down: the reader unwraps them.
WRAPPERS = {"negated", "defaulted", "done", "piped"}
SWITCH_FORMS = load_reader("2960").parameters()
FORMS = load_reader().parameters()
ROUTER = {
    name: forms
    for name, forms in FORMS.items()
    if name not in WRAPPERS and not name.startswith(("lab_", "host_"))
}
# A command of both may have arguments at one of them alone.
SHARED = {name: ROUTER[name] | forms for name, forms in SWITCH_FORMS.items() if name in ROUTER}
SWITCH = {name: forms for name, forms in SWITCH_FORMS.items() if name not in ROUTER and name not in WRAPPERS}
HOST = {name: forms for name, forms in FORMS.items() if name.startswith("host_")}
LAB = {name: forms for name, forms in FORMS.items() if name.startswith("lab_")}


def parameters(handler: Callable[..., object], skip: int) -> list[inspect.Parameter]:
    return list(inspect.signature(handler).parameters.values())[skip:]


def disagreements(handler: Callable[..., object], forms: dict[str, bool], skip: int) -> list[str]:
    """What the grammar gives and the handler does not take, or the other way round."""
    taken = parameters(handler, skip)
    names = {one.name for one in taken if one.kind is not one.VAR_KEYWORD}
    takes_all = any(one.kind is one.VAR_KEYWORD for one in taken)
    faults = [f"{name} is given and not taken" for name in forms if name not in names and not takes_all]
    faults += [f"{name} is taken and never given" for name in names if name not in forms]
    faults += [
        f"{one.name} is not always given and has no default"
        for one in taken
        if one.name in forms and one.default is one.empty and not forms[one.name]
    ]
    return faults


def test_every_alternative_has_a_handler_and_every_handler_an_alternative() -> None:
    assert set(ROUTER) == set(HANDLERS) - {UNKNOWN_WORD}


def test_a_switch_has_its_handlers() -> None:
    assert set(SWITCH) == set(SWITCH_HANDLERS)
    assert [disagreements(SWITCH_HANDLERS[name], SWITCH[name], skip=1) for name in SWITCH] == [[]] * len(
        SWITCH
    )


@pytest.mark.parametrize("name", sorted(ROUTER))
def test_a_handler_takes_what_the_grammar_gives(name: str) -> None:
    assert disagreements(HANDLERS[name], SHARED.get(name, ROUTER[name]), skip=1) == []


def test_the_lab_prompt_has_its_handlers() -> None:
    handlers = LabPrompt(Lab()).handlers
    assert set(handlers) == set(LAB)
    assert [disagreements(handlers[name], LAB[name], skip=0) for name in LAB] == [[]] * len(LAB)


def test_a_host_has_its_handlers() -> None:
    assert set(HOST_HANDLERS) == set(HOST)
    assert [disagreements(HOST_HANDLERS[name], HOST[name], skip=1) for name in HOST] == [[]] * len(HOST)


def test_the_comparison_finds_what_does_not_fit() -> None:
    def handler(call: object, taken: int, ghost: int = 0) -> None:
        """Takes what nobody gives."""

    found = disagreements(handler, {"taken": False, "given": True}, skip=1)
    assert found == [
        "given is given and not taken",
        "ghost is taken and never given",
        "taken is not always given and has no default",
    ]


# What can't be left out, not even behind `default`: there may be many such lines.
ARGUMENTS = {
    "access-list": "700",
    "sccp ccm": "10.1.1.1 identifier 1",
    "snmp-server community": "public",
    "ip dhcp excluded-address vrf": "RED 10.0.0.1",
    "ip dhcp-server": "10.0.0.1",
    "ip telnet source-interface": "Loopback 0",
    "ip tftp source-interface": "Loopback 0",
    "ip radius source-interface": "Loopback 0",
    "ip tacacs source-interface": "Loopback 0",
    "crypto map": "NAME local-address Loopback 0",
}


# What is kept of a mode without a block of its own.
OF_A_MODE = "control-plane "

SAMPLES = {
    "A.B.C.D": "10.0.0.1",
    "A.B.C.D/nn": "10.0.0.0/8",
    "H.H.H": "0001.0002.0003",
    "LINE": "text",
    "WORD": "word",
}


def kept_lines(model: str) -> set[str]:
    """The keywords of every alternative that is only kept, as a menu walk finds them."""
    reader, found = load_reader(model), set()
    waiting = [""]
    while waiting:
        line = waiting.pop()
        for entry in reader.menu(f"{line} " if line else "", "config").entries:
            longer = f"{line} {entry.name}".strip()
            if not entry.name[0].islower() or longer in ("no", "default", "do"):
                continue
            if any(longer == kept.key for kept in KEPT):
                found.add(longer)
            if any(kept.key.startswith(f"{longer} ") for kept in KEPT):
                waiting.append(longer)
    return found


def test_what_is_kept_is_in_the_grammar_and_the_other_way_round() -> None:
    hidden = {"ip dhcp subscriber-id interface-name", "service internal"}
    assert (
        kept_lines("2811") | kept_lines("2960")
        == {kept.key for kept in KEPT if not kept.key.startswith(OF_A_MODE)} - hidden
    )


ONLY_KEPT_AT_A_SWITCH = kept_lines("2960") - kept_lines("2811")


def completed(line: str, model: str) -> Command:
    """The command that a line begins, with what the menus offer for the words that it lacks."""
    reader = load_reader(model)
    while True:
        try:
            return reader.read(line, "config")
        except IncompleteCommand:
            name = min((entry.name for entry in reader.menu(f"{line} ", "config").entries), key=str.isupper)
            number = re.match(r"<(\d+)-", name)
            line += f" {number[1] if number else SAMPLES.get(name, name)}"


@pytest.mark.parametrize("key", [kept.key for kept in KEPT if not kept.key.startswith(OF_A_MODE)])
def test_a_kept_command_leads_to_the_handler_that_keeps(key: str) -> None:
    model = "2960" if key in ONLY_KEPT_AT_A_SWITCH else "2811"
    command = completed(f"default {key} {ARGUMENTS.get(key, '')}".strip(), model)
    assert command.handler in ("kept", "mac_table_kept")
    assert kept_for(command.text).key == key
