"""Regular expressions: Python's `re` is the witness, on patterns that are made in both languages at once."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.cli.regexp import LONGEST_PATTERN, Regexp
from ios_emu.errors import CommandRefused

LETTERS = "ab_ ,(){}-]^.*\\"
Pattern = tuple[str, str]
"""A pattern as IOS writes it, and the same for `re`."""


def escaped(letter: str) -> Pattern:
    return f"\\{letter}", re.escape(letter)


def bracket(parts: list[str], negated: bool) -> Pattern:
    """Parts are letters or pairs of letters in order, the ends of a range."""
    inside = "".join("-".join(f"\\{letter}" for letter in part) for part in parts)
    python = "".join("-".join(re.escape(letter) for letter in part) for part in parts)
    sign = "^" if negated else ""
    return f"[{sign}{inside}]", f"[{sign}{python}]"


def group(branches: list[Pattern]) -> Pattern:
    ios, python = zip(*branches, strict=True)
    return f"({'|'.join(ios)})", f"(?:{'|'.join(python)})"


def joined(parts: list[Pattern]) -> Pattern:
    return "".join(ios for ios, _ in parts), "".join(python for _, python in parts)


pairs = st.lists(st.sampled_from(LETTERS), min_size=1, max_size=2).map(
    lambda letters: "".join(sorted(letters))
)
atoms = st.one_of(
    st.sampled_from([(letter, letter) for letter in "ab ,-"]),
    st.sampled_from([("{", r"\{"), ("}", r"\}"), ("]", r"\]"), (".", "."), ("^", "(?:^)"), ("$", r"(?:\Z)")]),
    st.just(("_", r"(?:^|\Z|[,{}() ])")),
    st.sampled_from(LETTERS).map(escaped),
    st.builds(bracket, st.lists(pairs, min_size=1, max_size=3), st.booleans()),
)


def nested(inner: st.SearchStrategy[Pattern]) -> st.SearchStrategy[Pattern]:
    repeated = st.tuples(inner, st.sampled_from("*+?")).map(
        lambda both: (f"({both[0][0]}){both[1]}", f"(?:{both[0][1]}){both[1]}")
    )
    several = st.lists(inner, max_size=3).map(joined)
    return several | repeated | st.lists(several, min_size=1, max_size=3).map(group)


patterns = st.recursive(atoms, nested, max_leaves=8)
lines = st.text(LETTERS, max_size=8)


@pytest.mark.property
@settings(max_examples=1500, deadline=None)
@given(patterns, st.lists(lines, min_size=1, max_size=5))
def test_it_finds_what_re_finds(pattern: Pattern, several: list[str]) -> None:
    ios, python = pattern
    regexp, witness = Regexp(ios), re.compile(python, re.DOTALL)
    assert [regexp.search(line) for line in several] == [bool(witness.search(line)) for line in several]


@pytest.mark.property
@settings(max_examples=1000, deadline=None)
@given(st.text("ab*+?()[]^$|\\_{}-.1", max_size=20), lines)
def test_any_text_is_a_pattern_or_is_refused(pattern: str, line: str) -> None:
    with suppress(CommandRefused):
        assert isinstance(Regexp(pattern).search(line), bool)


@pytest.mark.parametrize(
    "pattern",
    [
        "[",
        "[a",
        "[]",
        "[^",
        "[^]",
        "[z-a]",
        "[a-",
        "[\\",
        "(",
        "(a",
        "a)",
        ")",
        "*",
        "+a",
        "?",
        "(*)",
        "a|*",
        "\\",
        "(a)\\1",
    ],
)
def test_what_is_no_regular_expression_is_refused_in_the_routers_words(pattern: str) -> None:
    with pytest.raises(CommandRefused) as caught:
        Regexp(pattern)
    assert caught.value.text == "% Failed to compile regular expression."


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ("", "anything"),
        ("", ""),
        ("FastEthernet0/0", "interface FastEthernet0/0"),
        ("^interface", "interface Vlan1"),
        (" 0$", "exec-timeout 0 0"),
        ("^$", ""),
        ("up +up$", "FastEthernet0/1  10.0.0.1  YES manual up                    up"),
        ("up|down", "line protocol is down"),
        ("(192|10)\\.0", "ip address 10.0.0.1"),
        ("[Oo]utput", "5 minute output rate"),
        ("[^0-9]$", "last"),
        ("[]]", "a ] b"),
        ("[^]]", "a"),
        ("[a-]", "-"),
        ("[-a]", "-"),
        ("[a\\]]", "]"),
        ("[a_]", "_"),
        ("\\_", "WORD_1"),
        ("a**", ""),
        ("fo.*?o", "foo"),
        ("a{2}", "a{2}"),
        ("_", ""),
        ("a\\$b", "a$b"),
        ("ÿ", "\xff"),
    ],
)
def test_patterns_that_match(pattern: str, line: str) -> None:
    assert Regexp(pattern).search(line)


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ("Interface", "interface Vlan1"),
        ("^interface", " interface"),
        ("0/0$", "FastEthernet0/0.1"),
        ("^$", " "),
        ("a+b", "b"),
        ("[^0-9]", "2811"),
        ("[a_]", " "),
        ("[.]", "a"),
        ("a\\.b", "a-b"),
        ("a^b", "ab"),
        ("a$b", "ab"),
        ("a{2}", "aa"),
    ],
)
def test_patterns_that_do_not_match(pattern: str, line: str) -> None:
    assert not Regexp(pattern).search(line)


@pytest.mark.parametrize("before", ["", "1 ", "1,", "{", "}", "(", ")"])
@pytest.mark.parametrize("after", ["", " 1", ",1", "{", "}", "(", ")"])
def test_an_underscore_is_the_border_of_a_number(before: str, after: str) -> None:
    regexp = Regexp("_65000_")
    assert regexp.search(f"{before}65000{after}")
    assert not regexp.search(f"{before}165000{after}")
    assert not regexp.search(f"{before}65000.1{after}")


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "^(a*)*$",
        "^(a|a)*$",
        "^(a|aa)+$",
        "^(.*a)*$",
        "^((a*)*)*$",
        "^" + "a?" * 100 + "a" * 50 + "$",
        ".*" * 100 + "c",
    ],
)
def test_no_pattern_blows_up(pattern: str) -> None:
    assert not Regexp(pattern).search("a" * 79 + "b")


@pytest.mark.parametrize(
    "pattern", ["(" * 127 + ")" * 127, "a|" * 127, "a*" * 127, "(" * 63 + "a" + ")*" * 63]
)
def test_the_deepest_patterns_are_read(pattern: str) -> None:
    assert Regexp(pattern).search("a" * 80)


def test_a_pattern_has_the_length_of_a_line() -> None:
    assert Regexp("a" * LONGEST_PATTERN).search("a" * LONGEST_PATTERN)
    with pytest.raises(CommandRefused):
        Regexp("a" * (LONGEST_PATTERN + 1))
    with pytest.raises(CommandRefused):
        Regexp("(" * LONGEST_PATTERN)
