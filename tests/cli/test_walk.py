"""Ways that lines went before: whoever goes them again reads the same, and they don't eat the memory."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.cli import walk
from ios_emu.cli.form import Command
from ios_emu.cli.grammar import load_grammar
from ios_emu.cli.reader import Reader
from ios_emu.devices.privileges import Privileges
from ios_emu.errors import CommandError

LINES = (
    "interface FastEthernet0/0",
    "int fa0/1",
    "interface Loopback7",
    "do show ip interface brief | include up",
    "do sh ip int br | redirect flash:x",
    "no ip route 10.0.0.0 255.0.0.0 192.0.2.1",
    "ip route 10.0.0.0 255.0.0.0 FastEthernet0/0 192.0.2.1 200 name far",
    "default hostname",
    "no hostname",
    "hostname",
    "hostname R7",
    "ip name-server 192.0.2.1 192.0.2.2",
    "ip name-server 192.0.2.3",
    "no ip name-server",
    "service timestamps log datetime msec year",
    "service timestamps log datetime year msec",
    "ip dhcp pool A",
    "ip adress",
    "access-list 101 permit tcp any host 10.0.0.1 eq www",
    "access-list 101 permit tcp host 10.0.0.2 any eq 25",
    "ip nat inside source list 1 interface Dialer1 overload",
    "ip nat inside source list 1 pool A overload",
    "ip nat inside source list 1 pool B",
    "no ip nat inside source list 1",
    "xconnect",
    "snmp mib",
    "i",
    "do",
)


def read(reader: Reader, line: str, privileges: Privileges | None = None) -> Command | str:
    try:
        return reader.read(line, "config", privileges=privileges)
    except CommandError as error:
        return f"{type(error).__name__} {vars(error)}"


@pytest.mark.property
@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=40))
def test_a_line_means_the_same_whatever_was_read_before(lines: list[str]) -> None:
    grammar = load_grammar("2811")
    used = Reader(grammar)
    for line in lines:
        assert read(used, line) == read(Reader(grammar), line)


def test_rules_for_levels_find_ways_that_were_gone_without_them() -> None:
    grammar = load_grammar("2811")
    used, rules = Reader(grammar), Privileges()
    for line in LINES:
        plain = read(used, line)
        assert read(used, line, rules) == plain
        assert read(Reader(grammar), line, rules) == plain


def test_no_more_ways_are_remembered_than_the_memory_has_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "_MOST_REMEMBERED", 3)
    grammar = load_grammar("2811")
    few, many = Reader(grammar), Reader(grammar)
    start = few._start("config", 15)
    for line in ("no ip name-server", "hostname R7", "ip dhcp pool A"):
        assert read(few, line) == read(many, line)
    remembered, stops = 0, [start]
    while stops:
        following = stops.pop().following.values()
        remembered += len(following)
        stops += following
    assert remembered == 3
