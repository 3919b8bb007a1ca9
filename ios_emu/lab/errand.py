"""What a click amounts to: a line typed at a prompt of its own, and what it printed, when it is done.

The lab goes on meanwhile. Errands of one device wait for each other. Questions are answered from a list; one
that has no answer left ends with Ctrl-C, as a person would end it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ios_emu.cli.session import Session, State
from ios_emu.cli.shared import shared_reader
from ios_emu.cli.shell import Shell
from ios_emu.lab.device import HostDevice, RouterDevice

_QUOTE, _CTRL_C = "\x16", b"\x03"
_MOST_PRINTED = 1 << 20


@dataclass(frozen=True, slots=True)
class _Errand:
    command: str
    answers: Sequence[str]
    done: Callable[[str], None]


class Errands:
    """The errands at one device; what they print is given to who asked, without the prompt behind it."""

    def __init__(self, device: HostDevice | RouterDevice) -> None:
        if isinstance(device, HostDevice):
            from ios_emu.lab.host_console import new_host_shell

            self._clock = device.host.clock
            shell = new_host_shell(device.host)
        else:
            self._clock = device.router.clock
            shell = Shell(device.router, shared_reader, level=15)  # type: ignore[assignment]
        shell.terminal.length = shell.terminal.width = 0
        self._waiting: deque[_Errand] = deque()
        self._errand: _Errand | None = None
        self._answers: deque[str] = deque()
        self._printed = bytearray()
        self._looking = False
        self._session = Session(shell, self._clock, self._show)
        self._session.start()

    def do(self, command: str, done: Callable[[str], None], answers: Sequence[str] = ()) -> None:
        """Types a line when those before it are done; `done` is given what it printed."""
        self._waiting.append(_Errand(command, answers, done))
        self._begin()

    def _begin(self) -> None:
        if self._errand is not None or not self._waiting:
            return
        self._errand = self._waiting.popleft()
        self._answers = deque(self._errand.answers)
        self._printed.clear()
        # A `?` would ask for help.
        line = "".join(letter for letter in self._errand.command if letter.isprintable())
        self._session.receive(_typed(line.replace("?", f"{_QUOTE}?")))

    def _show(self, data: bytes) -> None:
        self._printed += data[: _MOST_PRINTED - len(self._printed)]
        if not self._looking:
            self._looking = True
            self._clock.call_soon(self._look)

    def _look(self) -> None:
        self._looking = False
        if self._errand is None:
            return
        if self._session.state is State.QUESTION:
            if self._answers:
                self._session.receive(_typed(self._answers.popleft()))
            else:
                self._session.receive(_CTRL_C)
        elif self._session.state is State.PROMPT:
            errand, self._errand = self._errand, None
            lines = self._printed.decode("latin-1").replace("\r\n", "\n").split("\n")
            errand.done("\n".join(lines[1:-1]).strip("\n"))
            self._begin()


def _typed(line: str) -> bytes:
    return line.encode("latin-1", "replace") + b"\r"
