"""A session on a VTY of a router, however it came there: who is on the line, and what the log shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ios_emu.cli.session import Session, State
from ios_emu.cli.shell import Shell
from ios_emu.devices.configuration import Configuration
from ios_emu.devices.line_sessions import Peer
from ios_emu.devices.lines import LineSettings
from ios_emu.lab.line_session import line_session

if TYPE_CHECKING:
    from ios_emu.cli.dialogue import Dialogue
    from ios_emu.lab.vty import VtyLines

_LONGEST_TYPE = 40


class VtyTerminal:
    """A terminal on the VTY `number`: bytes in, bytes out.

    `write` is given what it shows. `hang_up` closes the connection below it when the session is over. While
    `is_full` says that the client does not read, it is not sent log messages.
    """

    def __init__(
        self,
        lines: VtyLines,
        number: int,
        peer: Peer,
        write: Callable[[bytes], None],
        hang_up: Callable[[], None],
        is_full: Callable[[], bool] = lambda: False,
    ) -> None:
        self.peer = peer
        self._lines = lines
        self._number = number
        self._hang_up = hang_up
        self._is_full = is_full
        self._window: tuple[int, int] | None = None
        device = lines.device
        self.shell = Shell(
            device,
            lines.read,
            line_name=f"vty{number} ({peer})",
            line_number=device.config.lines.first_vty + number,
            line=partial(vty_settings, number),
        )
        self.shell.take_line_settings()
        self.session = Session(self.shell, device.clock, write, self.close)
        device.line_sessions.begin(line_session(self.session, self.shell, f"vty {number}", peer, self.close))
        self._unsubscribe: Callable[[], None] | None = device.log.subscribe(self._show_log, monitor=True)

    def start(self, dialogue: Dialogue) -> None:
        """Begins with what is shown and asked before the first prompt."""
        self.session.start(dialogue)

    def receive(self, data: bytes) -> None:
        """Takes what was typed."""
        self.session.receive(data)

    @property
    def closed(self) -> bool:
        """Is the session over?"""
        return self._unsubscribe is None

    @property
    def deaf(self) -> bool:
        """Does what is typed wait, because a command is at work?"""
        return self.session.state is State.WAITING

    def set_window(self, columns: int, rows: int) -> None:
        """The client's window: it counts where neither the line nor the user says otherwise."""
        terminal = self.shell.terminal
        taken = self._window is None or self._window == (terminal.length, terminal.width)
        if self.shell.line.length is None and taken:
            self._window = (rows or 24, columns or 80)
            self.session.set_size(*self._window)

    def set_type(self, name: str) -> None:
        """What the client calls its terminal: `show terminal` tells it."""
        session = self._lines.device.line_sessions.on(
            self._lines.device.config.lines.first_vty + self._number
        )
        if session is not None:
            session.terminal_type = "".join(filter(str.isprintable, name[:_LONGEST_TYPE]))

    def close(self) -> None:
        """Ends the session and its connection."""
        if self._unsubscribe is None:
            return
        self.release()
        self._hang_up()

    def release(self) -> None:
        """Ends the session; the connection is gone already, or is seen to elsewhere."""
        if self._unsubscribe is None:
            return
        self._unsubscribe()
        self._unsubscribe = None
        self.session.close()
        self._lines.release(self._number)

    def _show_log(self, line: str) -> None:
        if self.shell.monitoring and not self._is_full():
            self.session.show_log(line)


def vty_settings(number: int, config: Configuration) -> LineSettings:
    """The settings of a VTY; the last one's, when that line was removed under the session."""
    vtys = config.lines.vtys
    return vtys[min(number, len(vtys) - 1)]
