"""A session of the SSH door: what a client asks for and types on one side, a router's VTY on the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import asyncssh

from ios_emu.edges.tap import Wake
from ios_emu.edges.turns import Turns
from ios_emu.lab.ssh import SshLine
from ios_emu.lab.vty_terminal import VtyTerminal
from ios_emu.services.scp import Sink, Source, read_command

# Bytes that wait for a client to read them: who leaves more unread is hung up.
_MOST_WAITING = 4 * 1024 * 1024
_MOST_TO_WRITE = 65536
_BREAK, _INTERRUPT = b"\x1e", b"\x03"


class SshSession(asyncssh.SSHServerSession[bytes]):
    """The session of a client: a terminal, a single command, or files that are copied.

    `hang_up` closes the client's connection, `abort` does so with what waits for it.
    """

    def __init__(
        self, line: SshLine, wake: Wake, hang_up: Callable[[], None], abort: Callable[[], None]
    ) -> None:
        self._line = line
        self._wake = wake
        self._hang_up = hang_up
        self._abort = abort
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._terminal: VtyTerminal | None = None
        self._window: tuple[int, int] | None = None
        self._terminal_type = ""
        self._command: str | None = None
        self._copy: Source | Sink | None = None
        self._out = bytearray()
        self._turns = Turns(self, wake)
        self._is_slow = self._paused = False
        self._input_ended = False

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        """The channel is open."""
        self._channel = chan

    def pty_requested(self, term_type: str, term_size: tuple[int, int, int, int], term_modes: object) -> bool:
        """The client has a terminal of that size; its modes are its own affair."""
        self._window, self._terminal_type = term_size[:2], term_type
        return True

    def shell_requested(self) -> bool:
        """The prompt, please."""
        return True

    def exec_requested(self, command: str) -> bool:
        """That command, please."""
        self._command = (command.splitlines() or [""])[0]
        return True

    def session_started(self) -> None:
        """Begins what was asked for."""
        self._wake(self._start)

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        """Keys, or bytes of files."""
        copy = self._copy
        if copy is None:
            self._turns.type(data)
        else:
            self._wake(lambda: copy.receive(data))

    def pause_writing(self) -> None:
        """The client does not read: it is answered no further, and not read from."""
        self._is_slow = True

    def resume_writing(self) -> None:
        """The client has read."""
        self._is_slow = False
        self._turns.go_on()

    def break_received(self, msec: int) -> bool:
        """The break key."""
        self._turns.type(_BREAK)
        return True

    def signal_received(self, signal: str) -> None:
        """Ctrl-C, from a client that sends it so; others mean nothing to a router."""
        if signal == "INT":
            self._turns.type(_INTERRUPT)

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        """The window was drawn larger or smaller."""
        terminal = self._terminal
        if terminal is not None:
            self._wake(lambda: terminal.set_window(width, height))

    def eof_received(self) -> bool:
        """The client types no more: the session ends with the command that is at work."""
        copy = self._copy
        if copy is not None:
            self._wake(copy.end)
            return True
        self._input_ended = True
        asyncio.get_running_loop().call_soon(self._flush)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is closed: without a session there is nothing left to do."""
        self._channel = None
        self._turns.stop()
        self._hang_up()

    def say(self, text: bytes) -> None:
        """Shows a last word at a terminal."""
        if self._terminal is not None and self._command is None:
            self._out += text
            self._write_out()

    def end(self) -> None:
        """The session is over."""
        self._turns.stop()
        self._write_out()
        if self._channel is not None:
            self._channel.exit(0)

    def _start(self) -> None:
        copies = None if self._command is None else read_command(self._command)
        if copies is not None:
            self._copy = self._line.copy(copies, self._show, self._copied)
        elif self._command is None:
            self._terminal = self._line.open(self._show, self._window, self._terminal_type)
        else:
            self._terminal = self._line.run(self._command, self._show)

    def _copied(self, well: bool) -> None:
        """All files are copied, or one could not be: the client is told how it went."""
        self._write_out()
        if self._channel is not None:
            self._channel.exit(0 if well else 1)

    # What its turns ask for

    def take(self, keys: bytes) -> None:
        """Types at the terminal."""
        if self._terminal is not None:
            self._terminal.receive(keys)

    @property
    def type_ahead(self) -> int:
        """How much of it the session has not come to yet."""
        return self._terminal.session.type_ahead if self._terminal is not None else 0

    @property
    def is_full(self) -> bool:
        """Is more to be written than a client reads at a time?"""
        return self._is_slow or len(self._out) > _MOST_TO_WRITE

    def read_on(self, wanted: bool) -> None:
        """Reads from the client, or does not."""
        if not wanted and not self._paused and self._channel is not None:
            self._paused = True
            self._channel.pause_reading()
        elif wanted and self._paused:
            self._paused = False
            # What was kept back meanwhile is delivered at once: not in the middle of a turn.
            asyncio.get_running_loop().call_soon(self._read_on)
        if wanted and self._input_ended:
            asyncio.get_running_loop().call_soon(self._flush)

    def _read_on(self) -> None:
        if self._channel is not None and not self._paused:
            self._channel.resume_reading()

    def _show(self, data: bytes) -> None:
        # All that one wake-up prints is one write: a client finds the prompt at the end of what it reads.
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out += data

    def _write_out(self) -> None:
        channel, data = self._channel, bytes(self._out)
        self._out.clear()
        if channel is None or channel.is_closing() or not data:
            return
        if channel.get_write_buffer_size() + len(data) > _MOST_WAITING:
            self._abort()
        else:
            channel.write(data)

    def _flush(self) -> None:
        """Writes; the session is typed at further, or is over when nobody types any more."""
        self._write_out()
        self._turns.go_on()
        terminal, channel = self._terminal, self._channel
        if terminal is None or terminal.deaf or channel is None or channel.is_closing():
            return
        if self._input_ended and not self._turns.waiting:
            self._wake(self._line.close)
