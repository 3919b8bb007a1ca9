"""A router with very many bindings shows and clears them, and everybody else goes on."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

import pytest

from ios_emu.cli.pager import MORE
from ios_emu.clock import MINUTE
from ios_emu.lab.device import LabConsole, RouterDevice
from ios_emu.lab.topology import Lab
from ios_emu.services.dhcp_engine import DhcpEngine
from ios_emu.services.dhcp_pool import Binding
from ios_emu.wire.ethernet import MacAddress

BINDINGS = 2000
HEADER_LINES = 4
COMMAND = b"show ip dhcp binding\r"
BREAK = b"\x1e"


class Table:
    """A console whose router has 2000 bindings, and notes how many of them were looked up."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.looked_up = 0
        self.cleared: list[IPv4Address] = []
        self.lab = Lab("router")
        device = self.lab["R1"]
        assert isinstance(device, RouterDevice)
        self.router = device.router
        monkeypatch.setattr(DhcpEngine, "bindings", lambda engine: self._bindings())
        monkeypatch.setattr(DhcpEngine, "clear_binding", lambda engine, address: self.cleared.append(address))
        self._heard: list[bytes] = []
        self._console: LabConsole = device.console()
        self._console.attach(self._heard.append)
        self.say(b"\renable\r")

    def _bindings(self) -> Iterator[Binding]:
        for number in range(BINDINGS):
            self.looked_up += 1
            address = IPv4Address("10.0.0.1") + number
            client = b"\1\2\0\0\0" + number.to_bytes(2)
            yield Binding(address, client, number * MINUTE, automatic=number % 2 == 0, pool="P")

    def press(self, keys: bytes) -> str:
        """What comes at once."""
        self._heard.clear()
        self._console.receive(keys)
        return self.heard

    def say(self, keys: bytes) -> str:
        """What comes until the lab is idle."""
        self.press(keys)
        self.lab.clock.run_until_idle()
        return self.heard

    @property
    def heard(self) -> str:
        return b"".join(self._heard).decode("latin-1")


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Table:
    return Table(monkeypatch)


def test_the_first_screen_needs_no_more_than_its_rows(table: Table) -> None:
    heard = table.press(COMMAND)
    assert heard.endswith(
        f"10.0.0.19           0102.0000.0000.12       Mar 01 2002 12:18 AM    Automatic\r\n{MORE}"
    )
    assert table.looked_up == 24 - HEADER_LINES
    assert table.press(b"\r").count("10.0.0.") == 1
    assert table.press(b"q").endswith("Router#")
    assert table.looked_up == 24 - HEADER_LINES + 1


def test_without_pages_the_table_comes_in_parts(table: Table) -> None:
    table.say(b"terminal length 0\r")
    table.press(COMMAND)
    assert 0 < table.looked_up < BINDINGS / 4
    assert not table.lab.idle
    whole = table.say(b"")
    assert table.looked_up == BINDINGS
    assert whole.count("\r\n") > BINDINGS / 2
    assert whole.endswith("\r\nRouter#")


def test_what_is_typed_meanwhile_waits(table: Table) -> None:
    table.say(b"terminal length 0\r")
    table.press(COMMAND)
    assert table.press(b"show privilege\r") == ""
    assert table.say(b"").endswith("Router#show privilege\r\nCurrent privilege level is 15\r\nRouter#")


def test_a_break_ends_it(table: Table) -> None:
    table.say(b"terminal length 0\r")
    table.press(COMMAND)
    assert table.press(BREAK) == "Router#"
    assert table.lab.idle
    assert table.looked_up < BINDINGS / 4


@pytest.mark.parametrize(
    ("command", "last"),
    [
        (b"show ip dhcp binding | count Manual\r", "Number of lines which match regexp = 1000"),
        (b"show ip dhcp binding | include 10.0.7.208\r", "10.0.7.208"),
        (b"show ip dhcp binding | begin 10.0.7.208\r", "10.0.7.208"),
    ],
)
def test_a_filter_lets_others_go_first_too(table: Table, command: bytes, last: str) -> None:
    table.press(command)
    assert table.looked_up < BINDINGS / 4
    lines = table.say(b"").split("\r\n")
    assert lines[-2].startswith(last)
    assert lines[-1] == "Router#"


def test_all_bindings_are_cleared_in_parts(table: Table) -> None:
    table.press(b"clear ip dhcp binding *\r")
    assert 0 < len(table.cleared) < BINDINGS / 4
    table.say(b"")
    assert len(table.cleared) == BINDINGS / 2
    assert table.cleared[-1] == IPv4Address("10.0.7.207")


def test_the_router_closes_the_line_in_the_middle(table: Table) -> None:
    table.say(b"terminal length 0\r")
    table.press(COMMAND)
    table.router.boot()
    table.say(b"")
    assert table.lab.idle


def row(binding: Binding, dialect: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(DhcpEngine, "bindings", lambda engine: iter([binding]))
    lab = Lab("router")
    lab["R1"].set_dialect(dialect)
    return lab["R1"].run("show ip dhcp binding").split("\n", 2 if dialect == "packet-tracer" else 4)[-1]


LONG = b"\xff" + bytes(range(19))


@pytest.mark.parametrize(
    ("client", "dialect", "printed"),
    [
        (b"\1\0\x60\x5c\x2b\x3d\xcc", "ios", "0100.605c.2b3d.cc       Mar 01 2002 12:01 AM    Automatic"),
        (
            MacAddress(b"\0\x60\x5c\x2b\x3d\xcc"),
            "ios",
            "0060.5c2b.3dcc          Mar 01 2002 12:01 AM    Automatic",
        ),
        (b"\7", "ios", "07                      Mar 01 2002 12:01 AM    Automatic"),
        (
            b"\1\0\x60\x5c\x2b\x3d\xcc",
            "packet-tracer",
            "0060.5C2B.3DCC           --                     Automatic",
        ),
        (
            MacAddress(b"\0\x60\x5c\x2b\x3d\xcc"),
            "packet-tracer",
            "0060.5C2B.3DCC           --                     Automatic",
        ),
        (
            b"\2\0\x60\x5c\x2b\x3d\xcc",
            "packet-tracer",
            "0200.605C.2B3D.CC        --                     Automatic",
        ),
    ],
)
def test_how_a_client_is_printed(
    client: bytes, dialect: str, printed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    binding = Binding(IPv4Address("10.0.0.2"), client, MINUTE, automatic=True, pool="P")
    width = 20 if dialect == "ios" else 17
    assert row(binding, dialect, monkeypatch) == f"{'10.0.0.2':<{width}}{printed}"


def test_a_long_identifier_goes_on_in_the_next_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    binding = Binding(IPv4Address("10.0.0.2"), LONG, None, automatic=False, pool="P")
    assert row(binding, "ios", monkeypatch) == (
        "10.0.0.2            ff00.0102.0304.0506.    Infinite                Manual\n"
        "                    0708.090a.0b0c.0d0e.\n"
        "                    0f10.1112"
    )
