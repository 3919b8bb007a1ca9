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
                _answer(reply, lines)
        except CommandError as error:
            yield number, line, error
    shell.enter(modes.EXEC)


def _answer(dialogue: Any, lines: Iterable[tuple[int, str]]) -> None:
    """Runs a dialogue with the lines that follow as its answers."""
    source = iter(lines)
    try:
        step = next(dialogue)
        while True:
            if isinstance(step, Ask):
                following = next(source, None)
                step = dialogue.throw(Interrupted()) if following is None else dialogue.send(following[1])
            elif isinstance(step, Say):
                step = next(dialogue)
            else:
                dialogue.close()
                return
    except (StopIteration, Interrupted):
        return
