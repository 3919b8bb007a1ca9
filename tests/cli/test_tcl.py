"""How a script of Tcl is cut into commands and words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.cli.tcl import TclError, Word, commands, is_complete, parts


def words(script: str) -> list[list[str]]:
    return [[word.text for word in command] for command in commands(script)]


def test_commands_and_words() -> None:
    assert words('set a 1; puts "b c"\n# said\nputs {d\ne}') == [
        ["set", "a", "1"],
        ["puts", "b c"],
        ["puts", "d\ne"],
    ]
    assert words("a [b {c d}] e") == [["a", "[b {c d}]", "e"]]
    assert words("puts {a {b} c}\rx") == [["puts", "a {b} c"], ["x"]]


@pytest.mark.parametrize("script", ["puts {", 'puts "a', "puts [open x", "foreach a {b} {\n"])
def test_what_is_open_goes_on(script: str) -> None:
    assert not is_complete(script)


def test_what_a_word_stands_for() -> None:
    assert list(parts(Word("$a-${b}\\n"), {"a": "1", "b": "2"})) == ["1", "-", "2", "\n"]
    assert list(parts(Word("$a", literal=True), {})) == ["$a"]
    [script] = parts(Word("[exec x]"), {})
    assert [[word.text for word in command] for command in script] == [["exec", "x"]]  # type: ignore[union-attr]
    with pytest.raises(TclError, match='can\'t read "c": no such variable'):
        list(parts(Word("$c"), {}))


@pytest.mark.property
@settings(deadline=None, max_examples=200)
@given(st.text(alphabet='ab$[]{}"\\ \n;#', max_size=30))
def test_no_script_is_more_than_open_or_wrong(script: str) -> None:
    is_complete(script)
    try:
        for command in commands(script):
            for word in command:
                list(parts(word, {}))
    except TclError:
        pass
