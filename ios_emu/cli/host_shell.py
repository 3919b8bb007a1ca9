"""The command prompt of a PC or a server, as Packet Tracer's hosts have it: `C:\\>`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ios_emu.cli.dialogue import Dialogue, Reply
from ios_emu.cli.editor import History
from ios_emu.cli.interpreter import Terminal
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.host import Host
from ios_emu.errors import AmbiguousCommand, CommandError, CommandRefused

if TYPE_CHECKING:
    from ios_emu.cli.reader import Reader

MODE = "host"
BANNER = "Cisco Packet Tracer PC Command Line 1.0\n"
_INVALID = "Invalid Command.\n\n"
_COLUMNS = 19

HostHandler = Callable[..., Reply]


class HostShell:
    """One user at a host's prompt."""

    dialect = Dialect.PACKET_TRACER
    prompt = "C:\\>"
    configuring = False
    logging_synchronous = True
    exec_timeout = (0, 0)
    ctrl_c_breaks = True

    def __init__(self, host: Host, reader: Callable[[], Reader], handlers: dict[str, HostHandler]) -> None:
        self.host = host
        # A long line goes on in the next one, where a router would scroll it.
        self.terminal = Terminal(length=0, width=0)
        self.ended = False
        self._reader = reader
        self._handlers = handlers

    @property
    def history(self) -> History:
        """The lines that came before."""
        return self.terminal.exec_history

    def execute(self, line: str) -> Reply:
        """Runs a line; raises CommandError for one that no command reads."""
        if not line.strip():
            return ""
        command = self._reader().read(line, MODE)
        # A host knows whole words alone, where a router takes what begins one.
        first = line.split()[0].lower()
        if first not in {entry.name for entry in self._reader().menu("", MODE).entries}:
            raise CommandRefused("")
        reply = self._handlers[command.handler](self.host, **command.arguments)
        if isinstance(reply, str):
            return f"{reply}\n"
        return _with_empty_line(reply)

    def explain(self, error: CommandError, line: str) -> str:
        """What a host says of a line that it can't take."""
        text = error.text if isinstance(error, CommandRefused) else ""
        return f"{text}\n\n" if text else _INVALID

    def help(self, before: str, width: int) -> str:
        """What `?` shows: the commands, or what may follow."""
        try:
            menu = self._reader().menu(before, MODE)
        except CommandError:
            return _INVALID
        title = "Available Commands:\n" if menu.whole else ""
        return title + "".join(f"  {entry.name:<{_COLUMNS}}{entry.text}\n" for entry in menu.entries) + "\n"

    def complete(self, before: str) -> str | None:
        """The word that Tab writes out, or None."""
        try:
            return self._reader().complete(before, MODE)
        except AmbiguousCommand:
            return None

    def leave_configuration(self) -> None:
        """There is none to leave."""


def _with_empty_line(dialogue: Dialogue) -> Dialogue:
    text = yield from dialogue
    return f"{text}\n"
