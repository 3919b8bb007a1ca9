"""Reading a configuration: its lines are typed at a shell, and answer what the lines before them ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import GeneratorType
from typing import Any

from ios_emu.cli import modes
from ios_emu.cli.dialogue import Ask, Interrupted, Say
from ios_emu.cli.shell import Shell
from ios_emu.errors import CommandError


def load_configuration(shell: Shell, text: str) -> Iterator[tuple[int, str, CommandError]]:
    """Feeds a configuration to a shell, line after line; yields (line number, line, error) of each fault.

    Questions that a line asks (a banner's text) are answered by the lines behind it.
    """
    shell.enter(modes.CONFIG)
    lines = iter(enumerate(text.splitlines(), 1))
    for number, line in lines:
        if line.strip() == "end":
            break
        try:
            reply = shell.execute(line)
            if isinstance(reply, GeneratorType):
                _run(reply, (following for _, following in lines))
        except CommandError as error:
            yield number, line, error
    shell.enter(modes.EXEC)


def answer_with(dialogue: Any, answers: Iterable[str]) -> None:
    """Runs the dialogue of a line that asks; where there are no more answers it is broken off."""
    _run(dialogue, iter(answers))


def _run(dialogue: Any, answers: Iterator[str]) -> None:
    try:
        step = next(dialogue)
        while True:
            if isinstance(step, Ask):
                answer = next(answers, None)
                step = dialogue.throw(Interrupted()) if answer is None else dialogue.send(answer)
            elif isinstance(step, Say):
                step = next(dialogue)
            else:
                dialogue.close()
                return
    except (StopIteration, Interrupted):
        return
