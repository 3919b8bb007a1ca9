"""What a session needs of the command interpreter behind it: the router's shell and a host's are two."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ios_emu.cli.dialogue import Answer
from ios_emu.cli.editor import History
from ios_emu.devices.dialect import Dialect
from ios_emu.errors import CommandError


@dataclass(slots=True)
class Terminal:
    """What `terminal ...` sets for one session, and its two histories (EXEC and configuration)."""

    length: int = 24
    width: int = 80
    exec_history: History = field(default_factory=History)
    config_history: History = field(default_factory=History)


class Interpreter(Protocol):
    """Takes lines and answers them. It has no terminal of its own: the session shows what it says."""

    terminal: Terminal
    ended: bool

    @property
    def ctrl_c_breaks(self) -> bool:
        """Does Ctrl-C stop a command at work, as Ctrl-Shift-6 does everywhere?"""

    @property
    def dialect(self) -> Dialect:
        """How the device prints."""

    @property
    def prompt(self) -> str:
        """What stands before the next line."""

    @property
    def history(self) -> History:
        """The lines that came before, in this mode."""

    @property
    def configuring(self) -> bool:
        """Is this a configuration mode, which Ctrl-Z and Ctrl-C leave?"""

    @property
    def logging_synchronous(self) -> bool:
        """Does the half-typed line come back behind a log line?"""

    @property
    def exec_timeout(self) -> tuple[int, int]:
        """After how long without a key the session ends, in minutes and seconds; (0, 0) for never."""

    def execute(self, line: str) -> Answer:
        """Runs a line. Returns its text, its output or its dialogue; raises CommandError."""

    def explain(self, error: CommandError, line: str) -> str:
        """The device's words for an error in a line."""

    def help(self, before: str, width: int) -> str:
        """What `?` behind `before` shows on a screen of that width (0: any)."""

    def complete(self, before: str) -> str | None:
        """The word that Tab writes out, or None."""

    def leave_configuration(self) -> None:
        """Back to where commands are run."""
