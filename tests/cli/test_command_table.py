"""COMMANDS.md is what the grammar says now, and what it says is what the console answers."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from ios_emu.cli.command_table import KEPT_SECTIONS, PARTS, SWITCH_SECTIONS, command_table
from ios_emu.cli.commands.config_kept import printed
from ios_emu.cli.grammar import MODES, SWITCH_MODES
from ios_emu.cli.reader import Reader, load_reader
from ios_emu.devices.kept import kept_for

COMMANDS = Path(__file__).resolve().parents[2] / "COMMANDS.md"
TEXT = COMMANDS.read_text(encoding="utf-8")

# The sections in which something is typed, and the start rule of each.
SECTIONS = {
    "User EXEC": "exec",
    "Privileged EXEC": "exec",
    "Global configuration": "config",
    "Interface configuration": "interface",
    "Sub-interface configuration": "subinterface",
    "Line configuration": "line",
    "Standard access list": "standard_list",
    "Extended access list": "extended_list",
    "DHCP pool configuration": "dhcp",
    "Secondary subnet of a DHCP pool": "dhcp_subnet",
    "Class of a DHCP pool": "pool_class",
    "DHCP class configuration": "dhcp_class",
    "Relay agent information of a DHCP class": "class_relay",
    "Control-plane configuration": "control_plane",
    "RIP configuration": "router_rip",
    "Archive configuration": "archive",
    "Archive log configuration": "archive_log_mode",
    "The lab prompt": "lab",
    "A host's prompt": "host",
}
SECTIONS |= {title: kind.name for title, kind in KEPT_SECTIONS.items()}
SWITCH = {"User EXEC of a switch": "exec", "Privileged EXEC of a switch": "exec"}
SWITCH |= {title: rule for rule, title, _ in SWITCH_SECTIONS}
HANDLERS = {
    "Kept": {
        "kept",
        "mac_table_kept",
        "block",
        "block_address",
        "block_end",
        "block_many",
        "block_said",
        "control_plane_policy",
        "user_kept",
        "block_on",
        "block_one",
        "certificate",
        "dhcp_kept",
        "interface_kept",
        "interface_many",
        "interface_on",
        "interface_one",
        "isakmp_encryption",
        "override_kept",
        "passive_interface",
        "rip_kept",
        "interface_rip_kept",
    },
    "Read": {"marker"},
}
SAMPLES = {
    "CRITERIA": "ip any any",
    "A.B.C.D": "10.0.0.1",
    "H.H.H": "0001.0002.0003",
    "Hex-data": "01",
    "INTERFACE": "Loopback 7",
    "LINE": "text",
    "WORD": "word",
}


class Row(NamedTuple):
    """A command line of the table, or a known word with what is before it."""

    section: str
    state: str
    text: str


def rows(text: str) -> list[Row]:
    """Every command and every known word of the table."""
    found: list[Row] = []
    section = state = ""
    joined = re.sub(r"\n  (?=\S)", " ", text.partition("\n## ")[2])
    for line in f"## {joined}".splitlines():
        if line.startswith("## "):
            section, state = line.removeprefix("## ").partition(":")[0].partition(" (")[0], ""
        elif re.fullmatch(r"(Works|Kept|Read|Known):", line):
            state = line[:-1]
        elif state == "Known" and line.startswith("- "):
            found += [Row(section, state, word) for word in known_words(line)]
        elif state and line and line != "```" and not line.startswith(("Behind", "All of")):
            found.append(Row(section, state, line))
    return found


def known_words(line: str) -> list[str]:
    """`- `show ip` arp, nat` is `show ip arp` and `show ip nat`."""
    match = re.fullmatch(r"- (?:`(?P<path>[^`]+)` )?(?P<words>.+)", line)
    assert match is not None
    path = f"{match['path']} " if match["path"] else ""
    return [f"{path}{word}" for word in match["words"].split(", ")]


ROWS = rows(TEXT)
TYPED = [row for row in ROWS if row.section in SECTIONS or row.section in SWITCH]


def mode_of(row: Row) -> str:
    """The start rule of the mode that a command is typed in."""
    return SECTIONS.get(row.section) or SWITCH[row.section]


def reader_of(row: Row) -> Reader:
    return load_reader("2960" if row.section in SWITCH else "2811")


def shortest(form: str) -> str:
    """The shortest line that a form of the table stands for, with sample arguments."""
    while (shorter := re.sub(r"\[[^][]*\](\.\.\.)?", "", form)) != form:
        form = shorter
    while (shorter := re.sub(r"\(([^()|]+?) \|[^()]*\)", r"\1", form)) != form:
        form = shorter
    form = re.sub(r"\{1\.\.\d+\}|\.\.\.", "", form)
    form = re.sub(r"<(-?\d+) ?- ?\d+>", r"\1", form)
    return " ".join(SAMPLES.get(word, word) for word in form.split())


def level_of(row: Row) -> int:
    return 1 if row.section.startswith("User EXEC") else 15


def test_the_file_is_current() -> None:
    assert command_table(load_reader(), load_reader("2960")) == TEXT, (
        "COMMANDS.md is out of date: run `make docs`"
    )


def test_every_mode_has_its_section() -> None:
    assert set(SECTIONS.values()) == set(MODES)
    parts = {f"`{part}`" for part in PARTS.values()}
    assert {row.section for row in ROWS} == {*SECTIONS, *SWITCH, *parts}
    shared = {"line", "archive", "archive_log_mode"}
    assert set(SWITCH.values()) == set(SWITCH_MODES) - shared


def test_nothing_is_listed_twice() -> None:
    where = Counter(
        (row.section in SWITCH, mode_of(row) if row in TYPED else row.section, row.text) for row in ROWS
    )
    assert [row for row, count in where.items() if count > 1] == []


def test_no_word_is_both_known_and_more_than_that() -> None:
    known = {(reader_of(row), mode_of(row), row.text) for row in TYPED if row.state == "Known"}
    for row in TYPED:
        if row.state != "Known":
            words = row.text.split()
            beginnings = {" ".join(words[:count]) for count in range(1, len(words) + 1)}
            assert not any((reader_of(row), mode_of(row), one) in known for one in beginnings), row


@pytest.mark.parametrize("row", [row for row in TYPED if row.state != "Known"], ids=lambda row: row.text)
def test_a_listed_command_is_understood_and_has_that_state(row: Row) -> None:
    line = shortest(row.text)
    if row.section in SWITCH:
        line = line.replace("Loopback 7", "FastEthernet 0/7")
    command = reader_of(row).read(line, mode_of(row), level_of(row))
    assert command.known is None
    assert [state for state, names in HANDLERS.items() if command.handler in names] == (
        [row.state] if row.state in HANDLERS else []
    )


def test_every_line_that_is_kept_has_its_place_in_the_configuration() -> None:
    for row in TYPED:
        if row.section == "Global configuration" and row.state == "Kept":
            command = load_reader().read(shortest(row.text), "config")
            if command.handler == "kept":
                assert kept_for(printed(command.text))


def test_a_known_word_is_known() -> None:
    for row in TYPED:
        if row.state == "Known":
            command = reader_of(row).read(row.text, mode_of(row))
            assert command.known == row.text.rpartition(" ")[2]


def test_every_known_word_of_the_grammar_is_listed() -> None:
    for model in ("2811", "2960"):
        rows_of = [
            row for row in ROWS if row.state == "Known" and (row.section in SWITCH) is (model == "2960")
        ]
        listed = {row.text.rpartition(" ")[2] for row in rows_of}
        known = load_reader(model).grammar.source.known
        words = {word for rule, words in known.items() for word in words if rule != "interface_name"}
        assert words <= listed
        assert listed <= {word for words in known.values() for word in words}


def handler_of(row: Row) -> str:
    line = shortest(row.text)
    if row.section in SWITCH:
        line = line.replace("Loopback 7", "FastEthernet 0/7")
    return reader_of(row).read(line, mode_of(row)).handler


def test_every_handler_of_the_grammar_is_listed() -> None:
    commands = [row for row in TYPED if row.state != "Known"]
    listed = {handler_of(row) for row in commands}
    # These stand around a command, and the table names their words or the filter.
    around = {"negated", "defaulted", "done", "piped"}
    assert listed == set(load_reader().grammar.source.aliases) - around


@pytest.mark.parametrize(
    ("section", "state", "text"),
    [
        ("User EXEC", "Works", "show ip dhcp binding [A.B.C.D]"),
        ("Privileged EXEC", "Works", "show running-config [interface INTERFACE | all | brief | linenum]"),
        ("Global configuration", "Works", "ip dhcp excluded-address A.B.C.D [A.B.C.D]"),
        ("Global configuration", "Works", "ip name-server A.B.C.D{1..6}"),
        ("Global configuration", "Kept", "snmp-server community WORD [ro | rw] [WORD]"),
        ("Global configuration", "Read", "boot-start-marker"),
        ("Interface configuration", "Works", "ip address A.B.C.D A.B.C.D [secondary]"),
        ("DHCP pool configuration", "Works", "lease (<0-365> [<0-23> [<0-59>]] | infinite)"),
        ("Line configuration", "Works", "transport input (all | none | (telnet | ssh)...)"),
        ("`INTERFACE`", "Known", "Tunnel"),
        ("`FILTER`", "Works", "| section exclude LINE"),
    ],
)
def test_how_a_command_is_written(section: str, state: str, text: str) -> None:
    assert Row(section, state, text) in ROWS
