"""`ios-emu run`: types commands at the consoles of a fresh lab and gives back what they show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ios_emu.errors import UsageError
from ios_emu.lab.prompt import Control, LabPrompt
from ios_emu.lab.screen import Screen
from ios_emu.lab.topology import Lab
from ios_emu.lab.typist import type_line

LAB_PROMPT = "lab"


def run_commands(lab: Lab, arguments: Iterable[str], control: Control | None = None) -> Iterator[str]:
    """Yields the text of the sessions. An argument `@NAME` says where the next commands go.

    `control` is for the lab prompt, `@lab`. Raises LabFileError for an unknown device, UsageError for a
    command without a device.
    """
    prompt = LabPrompt(lab, control)
    consoles: dict[str, _Typed] = {}
    at: _Typed | LabPrompt | None = None
    for argument in arguments:
        if argument.startswith("@"):
            if isinstance(at, _Typed):
                yield at.leave()
            at = _find(lab, argument[1:], consoles, prompt)
            continue
        if at is None:
            raise UsageError(
                argument,
                "no device to type it at",
                "commands follow the device they go to",
                "write @R1 before it",
            )
        if isinstance(at, LabPrompt):
            answer = at.execute(argument)
            lab.clock.run_until_idle()
            yield f"{at.prompt}{argument}\n{answer}{at.take_notices()}"
        else:
            yield at.type(argument)
    if isinstance(at, _Typed):
        yield at.leave()


def _find(lab: Lab, name: str, consoles: dict[str, _Typed], prompt: LabPrompt) -> _Typed | LabPrompt:
    if name == LAB_PROMPT:
        return prompt
    device = lab[name]
    if name not in consoles:
        consoles[name] = _Typed(lab, device.name)
    return consoles[name]


class _Typed:
    """A console without pages, and what it has shown so far."""

    def __init__(self, lab: Lab, name: str) -> None:
        self._lab = lab
        self._screen = Screen()
        self._console = lab[name].console()
        self._console.set_paging(False)
        self._console.attach(self._screen.feed)
        self._console.receive(b"\r")
        lab.clock.run_until_idle()
        self._screen.take_lines()

    def type(self, command: str) -> str:
        """Types a command; returns the lines that were finished by it."""
        type_line(self._console, self._screen.unfinished, command)
        self._lab.clock.run_until_idle()
        return "".join(f"{line}\n" for line in self._screen.take_lines())

    def leave(self) -> str:
        """The line that the console stands on when one turns away."""
        line = self._screen.unfinished
        return f"{line}\n" if line else ""
