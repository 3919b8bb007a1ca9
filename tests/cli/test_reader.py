"""The reader: what a line means, and where the caret stands when it means nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ios_emu.cli.reader import load_reader
from ios_emu.errors import AmbiguousCommand, CommandError, IncompleteCommand, InvalidInput
from ios_emu.stack.interface_name import InterfaceName

READER = load_reader()

# The caret stands under the first letter that no word of the 2811 shares.
CARETS = [
    ("exec", "show verzion          ", "        ^"),
    ("exec", "shaw version          ", "  ^"),
    ("exec", "hostname R3           ", " ^"),
    ("exec", "show ip interface fu  ", "                   ^"),
    ("exec", "show interfaces fa0/x ", "                  ^"),
    ("exec", "terminal length 513   ", "                ^"),
    ("exec", "show clock now        ", "           ^"),
    ("config", "cisco                 ", "   ^"),
    ("config", "do sh vlkan           ", "        ^"),
    ("config", "ip route 1.2.3 x      ", "         ^"),
    ("interface", "ip adress 1.1.1.1     ", "     ^"),
    ("interface", "ip address 10.0.0.256 ", "           ^"),
    ("line", "exec-timeout 99999    ", "             ^"),
    ("dhcp", "lease 366             ", "      ^"),
]

INTERFACES = [
    ("FastEthernet0/0", "FastEthernet0/0"),
    ("fastethernet 0/0", "FastEthernet0/0"),
    ("FASTETHERNET0/1", "FastEthernet0/1"),
    ("fa0/0", "FastEthernet0/0"),
    ("fa 0/0", "FastEthernet0/0"),
    ("f0/0", "FastEthernet0/0"),
    ("f 0/1", "FastEthernet0/1"),
    ("fa0/0.10", "FastEthernet0/0.10"),
    ("Loopback0", "Loopback0"),
    ("lo0", "Loopback0"),
    ("lo 2147483647", "Loopback2147483647"),
]


def caught(act: Callable[[], object]) -> CommandError:
    with pytest.raises(CommandError) as error:
        act()
    return error.value


@pytest.mark.parametrize(("mode", "line", "caret"), CARETS)
def test_the_caret(mode: str, line: str, caret: str) -> None:
    error = caught(lambda: READER.read(line, mode))
    assert isinstance(error, InvalidInput)
    assert f"{' ' * error.column}^" == caret


@pytest.mark.parametrize(("typed", "name"), INTERFACES)
def test_an_interface_name_in_every_form(typed: str, name: str) -> None:
    command = READER.read(f"interface {typed}", "config")
    assert command.handler == "interface"
    assert str(command.arguments["interface_name"]) == name


@pytest.mark.parametrize(
    "typed", ["fa0", "fa0/", "fa/0", "x0/0", "fa0/0.", "lo0/0", "lo2147483648", "fa-1/0"]
)
def test_what_is_no_interface_name(typed: str) -> None:
    assert isinstance(caught(lambda: READER.read(f"interface {typed}", "config")), InvalidInput)


@pytest.mark.parametrize(
    ("line", "handler"),
    [
        ("sh ver", "show_version"),
        ("sh ip int bri", "show_ip_interface_brief"),
        ("sho run", "show_running_config"),
        ("conf t", "configure_terminal"),
        ("wr", "write_memory"),
        ("wr t", "show_running_config"),
        ("SHOW CLOCK", "show_clock"),
    ],
)
def test_abbreviations(line: str, handler: str) -> None:
    assert READER.read(line, "exec").handler == handler


@pytest.mark.parametrize(
    ("line", "words"),
    [("te", ("telnet", "terminal", "test")), ("show i", None), ("co t", ("configure", "connect"))],
)
def test_what_two_words_share_is_ambiguous(line: str, words: tuple[str, ...] | None) -> None:
    error = caught(lambda: READER.read(line, "exec"))
    assert isinstance(error, AmbiguousCommand)
    if words is not None:
        assert set(words) <= set(error.words)


@pytest.mark.parametrize(
    ("mode", "line", "hint"),
    [
        ("exec", "show", "show"),
        ("exec", "clear", "clear"),
        ("exec", "terminal length", None),
        ("config", "hostname", None),
        ("interface", "ip address", None),
        ("interface", "ip address 1.1.1.1", None),
        ("config", "ip route 1.0.0.0 255.0.0.0", None),
    ],
)
def test_what_ends_too_early(mode: str, line: str, hint: str | None) -> None:
    error = caught(lambda: READER.read(line, mode))
    assert isinstance(error, IncompleteCommand)
    assert error.hint == hint


def test_no_default_and_do() -> None:
    assert READER.read("no shutdown", "interface").negated
    assert READER.read("default ip address", "interface").defaulted
    done = READER.read("do show clock", "config")
    assert (done.exec_, done.handler) == (True, "show_clock")


def test_arguments_are_typed() -> None:
    command = READER.read("ip address 10.0.0.1 255.255.255.0 secondary", "interface")
    assert {name: str(value) for name, value in command.arguments.items()} == {
        "address": "10.0.0.1",
        "netmask": "255.255.255.0",
        "secondary": "secondary",
    }
    assert command.columns["netmask"] == 20


def test_the_rest_of_a_line_is_one_argument() -> None:
    command = READER.read("description  to   the  cellar ", "interface")
    assert command.arguments == {"description": "to   the  cellar"}


def test_a_filter_may_follow() -> None:
    command = READER.read("show running-config |include ^ip  route", "exec")
    assert command.filter is not None
    assert (command.filter.kind, command.filter.pattern) == ("include", "^ip  route")


def test_a_word_that_is_known_and_missing() -> None:
    assert READER.read("mrinfo", "exec").known == "mrinfo"
    assert isinstance(caught(lambda: READER.read("mrinfo 1.1.1.1", "exec")), InvalidInput)


def test_privilege_hides_words() -> None:
    assert isinstance(caught(lambda: READER.read("configure terminal", "exec", level=1)), InvalidInput)
    assert "configure" not in {entry.name for entry in READER.menu("", "exec", level=1).entries}


def test_a_menu_behind_a_blank_and_inside_a_word() -> None:
    behind = READER.menu("show ip dhcp ", "exec")
    assert {"binding", "pool"} <= {entry.name for entry in behind.entries}
    assert not behind.partial
    inside = READER.menu("show ver", "exec")
    assert ([entry.name for entry in inside.entries], inside.partial) == (["version"], True)


@pytest.mark.parametrize(
    ("typed", "word"),
    [("sh", "show"), ("conf", "configure"), ("te", None), ("show ver", "version"), ("xyz", None)],
)
def test_tab_writes_a_word_out(typed: str, word: str | None) -> None:
    assert READER.complete(typed, "exec") == word


def test_an_interface_name_reads_itself() -> None:
    for _, name in INTERFACES:
        assert str(InterfaceName.read(name)) == name
