"""The questions that several dialogues ask: a number in a range, yes or no."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeAlias, TypeVar

from ios_emu.cli.dialogue import Ask, Say, Step
from ios_emu.errors import CommandRefused

_Answer = TypeVar("_Answer")
Asking: TypeAlias = Generator[Step, Any, _Answer]
"""A part of a dialogue that ends with a value."""


def ask_number(question: str, default: int, low: int, high: int) -> Asking[int]:
    """Asks for a number; an empty answer is the default. Raises CommandRefused outside of the range."""
    answer = (yield Ask(question)).strip()
    if not answer:
        return default
    if not (answer.isascii() and answer.isdigit()) or not low <= int(answer) <= high:
        raise CommandRefused(f"% A decimal number between {low} and {high}.")
    return int(answer)


def ask_yes(question: str, default: bool | None = None) -> Asking[bool]:
    """Asks for yes or no; an empty answer is the default, where there is one."""
    while True:
        answer = (yield Ask(question)).strip().lower()
        if not answer and default is not None:
            return default
        for word, value in (("yes", True), ("no", False)):
            if answer and word.startswith(answer):
                return value
        yield Say("% Please answer 'yes' or 'no'.\n")
