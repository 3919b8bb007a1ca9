"""Lark's tables that are kept beside the grammar: the same as those that are made, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from ios_emu.cli import grammar_tables
from ios_emu.cli.grammar import Grammar
from ios_emu.cli.grammar_source import GrammarSource
from ios_emu.cli.grammar_tables import kept_tables
from ios_emu.cli.reader import Reader

_GRAMMAR = """\
?exec: "show" show //: Show
?show: "clock" -> show_clock //: Time
     | "users" -> show_users //: Users
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "exec.lark").write_text(_GRAMMAR)
    return tmp_path


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that tables are made of while the test runs."""
    texts: list[str] = []
    build = grammar_tables.build

    def counted(source: GrammarSource, starts: tuple[str, ...]) -> grammar_tables.Tables:
        texts.append(source.text)
        return build(source, starts)

    monkeypatch.setattr(grammar_tables, "build", counted)
    return texts


def handler(folder: Path, line: str) -> str:
    return Reader(Grammar(kept_tables(folder, ("exec",)))).read(line, "exec").handler


def kept(folder: Path) -> list[Path]:
    return list((folder / "__pycache__").iterdir())


def test_tables_are_made_once_and_read_the_same(folder: Path, made: list[str]) -> None:
    assert [handler(folder, "sh cl"), handler(folder, "sh cl")] == ["show_clock", "show_clock"]
    assert len(made) == 1
    first = Reader(Grammar(grammar_tables.build(kept_tables(folder, ("exec",)).source, ("exec",))))
    again = Reader(Grammar(kept_tables(folder, ("exec",))))
    assert first.menu("show ", "exec") == again.menu("show ", "exec")


def test_a_changed_grammar_makes_others_and_the_old_ones_go(folder: Path, made: list[str]) -> None:
    handler(folder, "show clock")
    (folder / "exec.lark").write_text(_GRAMMAR.replace("show_users", "show_others"))
    assert handler(folder, "show users") == "show_others"
    assert len(made) == 2
    assert len(kept(folder)) == 1


def test_a_damaged_file_is_made_again(folder: Path, made: list[str]) -> None:
    handler(folder, "show clock")
    [path] = kept(folder)
    path.write_bytes(path.read_bytes()[:-7])
    assert handler(folder, "show clock") == "show_clock"
    assert len(made) == 2
    handler(folder, "show clock")
    assert len(made) == 2


def test_without_a_place_for_them_they_are_made_each_time(folder: Path, made: list[str]) -> None:
    (folder / "__pycache__").write_text("in the way")
    assert handler(folder, "show users") == "show_users"
    assert handler(folder, "show users") == "show_users"
    assert len(made) == 2
