"""Output modifiers on a small configuration: which lines are left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.cli.filters import parse_filter
from ios_emu.errors import CommandRefused, ProgrammingError

CONFIGURATION = """\
!
hostname R1
!
ip dhcp excluded-address 192.168.1.1
!
ip dhcp pool LAN
 network 192.168.1.0 255.255.255.0
 default-router 192.168.1.1
!
interface FastEthernet0/0
 ip address 192.168.1.1 255.255.255.0
 ip ospf 1 area 0
 duplex auto
!
router ospf 1
 log-adjacency-changes
 address-family x
  maximum-paths 2
 network 192.168.1.0 0.0.0.255 area 0
!
line con 0
line vty 0 4
 password 7 0822455D0A16
 login
!
end"""

KINDS = ["include", "exclude", "begin", "count", "section", "section include", "section exclude"]


def left(kind: str, pattern: str, lines: Iterable[str]) -> list[str]:
    """What is left of lines without pauses between them."""
    return [line for line in parse_filter(kind, pattern)(lines) if line is not None]


def shown(kind: str, pattern: str) -> str:
    """What is left of the configuration."""
    return "\n".join(left(kind, pattern, CONFIGURATION.splitlines()))


def test_include_keeps_the_lines_that_match() -> None:
    assert shown("include", "hostname|^line") == "hostname R1\nline con 0\nline vty 0 4"
    assert shown("include", "nowhere") == ""


def test_exclude_drops_the_lines_that_match() -> None:
    assert (
        shown("exclude", "^ |^!|^ip|^r")
        == "hostname R1\ninterface FastEthernet0/0\nline con 0\nline vty 0 4\nend"
    )


def test_begin_keeps_all_from_the_first_line_that_matches() -> None:
    assert shown("begin", "^line") == CONFIGURATION[CONFIGURATION.index("line con") :]
    assert shown("begin", "nowhere") == ""


def test_count_says_how_many_lines_match() -> None:
    assert shown("count", "^!$") == "Number of lines which match regexp = 7"
    assert shown("count", "nowhere") == "Number of lines which match regexp = 0"


@pytest.mark.parametrize("kind", ["section", "section include"])
def test_section_keeps_a_header_with_what_is_below_it(kind: str) -> None:
    expected = """\
ip dhcp excluded-address 192.168.1.1
ip dhcp pool LAN
 network 192.168.1.0 255.255.255.0
 default-router 192.168.1.1"""
    assert shown(kind, "dhcp") == expected


def test_a_line_within_a_section_comes_without_its_header_as_on_the_router() -> None:
    expected = """\
 ip ospf 1 area 0
router ospf 1
 log-adjacency-changes
 address-family x
  maximum-paths 2
 network 192.168.1.0 0.0.0.255 area 0"""
    assert shown("section", "ospf") == expected


def test_a_line_within_a_section_comes_with_what_is_below_it() -> None:
    assert shown("section", "family") == " address-family x\n  maximum-paths 2"


def test_section_exclude_drops_whole_sections() -> None:
    expected = """\
!
hostname R1
!
!
!
interface FastEthernet0/0
 ip address 192.168.1.1 255.255.255.0
 duplex auto
!
!
!
end"""
    assert shown("section exclude", "dhcp|ospf|^line") == expected


def test_a_blank_line_ends_a_section() -> None:
    lines = ["Pool A :", " Utilization mark", "", " stray", "Pool B :"]
    assert list(parse_filter("section", "Pool A")(lines)) == lines[:2]


@settings(deadline=None)
@given(st.lists(st.text("ab ", max_size=4)), st.sampled_from(["a", "^b", " $", "_a"]))
def test_what_one_keeps_the_other_drops(lines: list[str], pattern: str) -> None:
    for keep, drop in [("include", "exclude"), ("section include", "section exclude")]:
        kept, dropped = (left(kind, pattern, lines) for kind in (keep, drop))
        assert sorted(kept + dropped) == sorted(lines)
    included = list(parse_filter("include", pattern)(lines))
    assert list(parse_filter("count", pattern)(lines)) == [
        f"Number of lines which match regexp = {len(included)}"
    ]
    assert set(included) <= set(parse_filter("section", pattern)(lines))


@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_pattern_is_refused_before_any_output(kind: str) -> None:
    with pytest.raises(CommandRefused) as caught:
        parse_filter(kind, "[a")
    assert caught.value.text == "% Failed to compile regular expression."


@pytest.mark.parametrize("kind", KINDS)
def test_no_lines_in_none_out(kind: str) -> None:
    expected = ["Number of lines which match regexp = 0"] if kind == "count" else []
    assert list(parse_filter(kind, "a")([])) == expected


@pytest.mark.parametrize("kind", ["include", "begin", "section"])
def test_lines_are_taken_one_by_one_as_they_are_asked_for(kind: str) -> None:
    taken = []

    def lines() -> Iterator[str]:
        for line in ("no", "a1", "a2"):
            taken.append(line)
            yield line

    assert next(parse_filter(kind, "a")(lines())) == "a1"
    assert taken == ["no", "a1"]


def test_an_unknown_modifier_is_our_own_fault() -> None:
    with pytest.raises(ProgrammingError, match=r"^no output modifier is called 'redirect'$"):
        parse_filter("redirect", "a")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("include", [None, "a1", None, "a2", None]),
        ("exclude", [None, "b", None, None]),
        ("begin", [None, "a1", None, "b", "a2", None]),
        ("section", [None, "a1", None, "a2", None]),
        ("section exclude", [None, "b", None, None]),
        ("count", [None, None, None, "Number of lines which match regexp = 2"]),
    ],
)
def test_pauses_are_passed_on(kind: str, expected: list[str | None]) -> None:
    lines = [None, "a1", None, "b", "a2", None]
    found = list(parse_filter(kind, "a")(lines))
    assert [line for line in found if line is not None] == [line for line in expected if line is not None]
    assert found.count(None) == 3
