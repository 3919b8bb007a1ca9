"""Sentences made from the grammar, whole and in their shortest abbreviations, are read back as they were."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ios_emu.cli.form import Command
from ios_emu.cli.grammar import MODES
from ios_emu.cli.reader import Menu, load_reader
from ios_emu.errors import AmbiguousCommand, CommandError, IncompleteCommand, InvalidInput

# What stands for an argument in a sentence, by what `?` shows for it.
ARGUMENTS = {
    "A.B.C.D": "10.1.2.3",
    "WORD": "NAME1",
    "Hostname or A.B.C.D": "10.0.0.1",
    "LINE": "some text",
    "H.H.H": "0060.5c2b.3dcc",
    "Hex-data": "0100.605c",
    "/nn": "/24",
    "<-23 - 23>": "-5",
}
NUMBERED = ("FastEthernet", "Loopback", "Vlan")
MOST_WORDS = 9
SENTENCES = 4000


def filled(name: str, before: list[str]) -> str | None:
    """The word that is typed for an entry of a menu; None for one that ends the line or is not typed."""
    if name in ARGUMENTS:
        return ARGUMENTS[name]
    if name.startswith("<") and name != "<cr>":
        if before and before[-1] == "FastEthernet":
            return "0/0"
        return name.strip("<>").split("-")[0]
    return None if name == "<cr>" else name


def menu(words: list[str], mode: str) -> Menu | None:
    try:
        return load_reader().menu("".join(f"{word} " for word in words), mode)
    except InvalidInput:
        return None


def read(line: str, mode: str) -> Command | None:
    try:
        return load_reader().read(line, mode)
    except IncompleteCommand:
        return None


def sentences(mode: str, chance: random.Random, count: int) -> Iterator[list[str]]:
    """Random ways through the menus of a mode, to where the line may end."""
    for _ in range(count):
        words: list[str] = []
        while len(words) < MOST_WORDS:
            found = menu(words, mode)
            if found is None or not found.entries:
                break
            names = [entry.name for entry in found.entries]
            if "<cr>" in names and (len(names) == 1 or chance.random() < 0.5):
                break
            word = filled(chance.choice([name for name in names if name != "<cr>"]), words)
            if word is None:
                break
            words.append(word)
        if words and read(" ".join(words), mode) is not None:
            yield words


def shortest(words: list[str], position: int, mode: str) -> str:
    """The shortest beginning of a word that leads to the same command, with the others as they are."""
    word = words[position]
    whole = load_reader().read(" ".join(words), mode)
    for length in range(1, len(word)):
        cut = [*words[:position], word[:length], *words[position + 1 :]]
        try:
            command = load_reader().read(" ".join(cut), mode)
        except CommandError:
            continue
        if (command.handler, command.text) == (whole.handler, whole.text):
            return word[:length]
    return word


@pytest.mark.property
@pytest.mark.parametrize("mode", MODES)
def test_a_sentence_is_read_whole_and_in_its_shortest_form(mode: str) -> None:
    chance = random.Random(mode)
    seen = set()
    for words in sentences(mode, chance, SENTENCES // len(MODES)):
        line = " ".join(words)
        if line in seen:
            continue
        seen.add(line)
        command = load_reader().read(line, mode)
        cut = [
            word if word in ARGUMENTS.values() or word[0].isdigit() else shortest(words, position, mode)
            for position, word in enumerate(words)
        ]
        again = load_reader().read(" ".join(cut), mode)
        assert (again.handler, again.arguments, again.text) == (
            command.handler,
            command.arguments,
            command.text,
        ), (line, cut)
    assert len(seen) >= (1 if mode in ("control_plane", "pool_class", "class_relay") else 4)


@pytest.mark.property
@pytest.mark.parametrize("mode", MODES)
def test_every_word_of_a_menu_is_a_keyword_there(mode: str) -> None:
    found = menu([], mode)
    assert found is not None
    for entry in found.entries:
        if not entry.name.startswith("<"):
            assert load_reader().complete(entry.name, mode) == entry.name


def assert_refused_as_ios_does(act: Callable[[], object], line: str) -> None:
    """Whatever is not understood gets one of the three errors, and a caret within the line."""
    refusal = None
    try:
        act()
    except (InvalidInput, AmbiguousCommand, IncompleteCommand) as error:
        refusal = error
    assert not isinstance(refusal, InvalidInput) or 0 <= refusal.column <= len(line)


@pytest.mark.property
@given(st.sampled_from(MODES), st.text(max_size=60))
def test_any_text_is_read_or_refused_as_ios_refuses(mode: str, line: str) -> None:
    reader = load_reader()
    assert_refused_as_ios_does(lambda: reader.read(line, mode), line)
    assert_refused_as_ios_does(lambda: reader.menu(line, mode), line)
    reader.complete(line, mode)


WORDS = [
    "show",
    "ip",
    "no",
    "interface",
    "fa0/0",
    "10.0.0.1",
    "|",
    "include",
    "?",
    "!",
    "route",
    "255.0.0.0",
    "do",
]


@pytest.mark.property
@given(st.sampled_from(MODES), st.lists(st.sampled_from(WORDS), max_size=8))
def test_words_in_any_order_are_read_or_refused(mode: str, words: list[str]) -> None:
    line = " ".join(words)
    assert_refused_as_ios_does(lambda: load_reader().read(line, mode), line)
