"""The errors: one tree, drawn at the top of its module, and one line for a person."""

from __future__ import annotations

import re

import pytest

from ios_emu import errors
from ios_emu.errors import EmulatorError, UserError


def drawn() -> dict[str, str]:
    """Each error of the picture, and the one that it hangs below."""
    parents: list[str] = []
    found: dict[str, str] = {}
    assert errors.__doc__ is not None
    for line in errors.__doc__.splitlines():
        match = re.match(r"^(?P<branch>[│├└─ ]*)(?P<name>[A-Z]\w+)(\s|$)", line)
        if match is None or not hasattr(errors, match["name"]):
            continue
        depth = len(match["branch"]) // 4
        parents[depth:] = [match["name"]]
        found[match["name"]] = parents[depth - 1] if depth else ""
    return found


def real(kind: type[EmulatorError] = EmulatorError) -> dict[str, str]:
    """The same from the classes themselves."""
    found = {kind.__name__: kind.__mro__[1].__name__ if kind is not EmulatorError else ""}
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            found |= real(below)
    return found


def test_the_picture_is_the_tree() -> None:
    assert drawn() == real()


@pytest.mark.parametrize("kind", UserError.__subclasses__())
def test_a_person_is_told_where_what_why_and_what_to_do(kind: type[UserError]) -> None:
    error = kind("lab.toml: title", "is not text", "a title is shown to people", 'write title = "..."')
    assert str(error) == 'lab.toml: title: is not text: a title is shown to people; write title = "..."'
