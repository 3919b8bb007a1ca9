"""One telnet session of a router's VTY: bytes of a connection on one side, a session on the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ios_emu.cli.dialogue import Dialogue
from ios_emu.cli.login import arrive
from ios_emu.cli.session import Session
from ios_emu.cli.shell import Shell
from ios_emu.clock import SECOND, Timer
from ios_emu.devices.configuration import Configuration
from ios_emu.devices.lines import FIRST_VTY_LINE, LineSettings
from ios_emu.lab.line_session import line_session
from ios_emu.services import telnet

if TYPE_CHECKING:
    from ios_emu.cli.reader import Reader
    from ios_emu.lab.vty import VtyLines
    from ios_emu.stack.tcp_connection import TcpSocket

_BREAK = b"\x1e"
_THERE = b"\r\n[Yes]\r\n"


class VtySession:
    """One telnet session: bytes of the connection on one side, a session on the other."""

    def __init__(self, lines: VtyLines, number: int, socket: TcpSocket, read: Callable[[], Reader]) -> None:
        self._lines = lines
        self._number = number
        self._socket = socket
        self._out = bytearray()
        self.peer = IPv4Address(socket.remote)
        router = lines.router
        self._telnet = telnet.server(self._send)
        self._patience: Timer | None = None
        self._shell = Shell(
            router,
            read,
            line_name=f"vty{number} ({self.peer})",
            line_number=FIRST_VTY_LINE + number,
            line=partial(_line, number),
        )
        self._shell.take_line_settings()
        self._session = Session(self._shell, router.clock, self._show, self._ended)
        router.line_sessions.begin(
            line_session(self._session, self._shell, f"vty {number}", self.peer, self.close)
        )
        self._subscribed = True
        self._unsubscribe = router.log.subscribe(self._show_log, monitor=True)
        socket.on_readable = self._readable
        socket.on_end = self.close
        socket.on_writable = self._flush
        socket.on_closed = lambda reason: self._gone()
        self._send(telnet.GREETING)
        self._session.start(self._arrive())

    def close(self) -> None:
        """Ends the session and its connection."""
        self._session.close()
        self._gone()
        self._socket.receive()
        self._socket.close()

    def _arrive(self) -> Dialogue:
        yield from arrive(self._shell)
        return "" if self._shell.ended or self._shell.line.login else "\n"

    def _readable(self) -> None:
        received = self._telnet.feed(self._socket.receive())
        if received.window is not None and self._shell.line.length is None:
            columns, rows = received.window
            self._session.set_size(rows or 24, columns or 80)
        for event in received.events:
            if event is telnet.Signal.ARE_YOU_THERE:
                self._send(_THERE)
            else:
                self._session.receive(event if isinstance(event, bytes) else _BREAK)
        self._watch_subnegotiation()

    def _watch_subnegotiation(self) -> None:
        """One that stays open is given up after a second, however much of it still comes."""
        pending = self._patience is not None and self._patience.active
        if self._telnet.unfinished and not pending:
            clock = self._lines.router.clock
            self._patience = clock.call_later(SECOND, self._telnet.give_up, background=True)
        elif pending and not self._telnet.unfinished and self._patience is not None:
            self._patience.cancel()

    def _show(self, data: bytes) -> None:
        self._send(telnet.escape(data))

    def _send(self, data: bytes) -> None:
        self._out += data
        self._flush()

    def _flush(self) -> None:
        while self._out and (count := self._socket.send(bytes(self._out[:65536]))):
            del self._out[:count]

    def _ended(self) -> None:
        self._gone()
        self._socket.receive()
        self._socket.close()

    def _show_log(self, line: str) -> None:
        if self._shell.monitoring:
            self._session.show_log(line)

    def _gone(self) -> None:
        if not self._subscribed:
            return
        self._subscribed = False
        self._unsubscribe()
        self._session.close()
        self._lines.release(self._number)


def _line(number: int, config: Configuration) -> LineSettings:
    """The settings of a VTY; the last one's, when that line was removed under the session."""
    vtys = config.lines.vtys
    return vtys[min(number, len(vtys) - 1)]
