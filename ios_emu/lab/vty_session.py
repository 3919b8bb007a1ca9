"""One telnet session of a router's VTY: bytes of a connection on one side, a session on the other."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ios_emu.cli.dialogue import Dialogue
from ios_emu.cli.login import arrive
from ios_emu.clock import SECOND, Timer
from ios_emu.lab.vty_terminal import VtyTerminal
from ios_emu.services import telnet

if TYPE_CHECKING:
    from ios_emu.lab.vty import VtyLines
    from ios_emu.stack.tcp_connection import TcpSocket

_BREAK = b"\x1e"
_THERE = b"\r\n[Yes]\r\n"


class VtySession:
    """One telnet session: bytes of the connection on one side, a session on the other."""

    def __init__(self, lines: VtyLines, number: int, socket: TcpSocket) -> None:
        # Whoever is turned away at once gives the line back before this is made.
        lines.take(number, self)
        self._clock = lines.router.clock
        self._socket = socket
        self._out = bytearray()
        self._telnet = telnet.server(self._send)
        self._patience: Timer | None = None
        self._terminal = VtyTerminal(lines, number, IPv4Address(socket.remote), self._show, self._hang_up)
        socket.on_readable = self._readable
        socket.on_end = self.close
        socket.on_writable = self._flush
        socket.on_closed = lambda reason: self._terminal.release()
        self._send(telnet.GREETING)
        self._terminal.start(self._arrive())

    def close(self) -> None:
        """Ends the session and its connection."""
        self._terminal.close()

    def _arrive(self) -> Dialogue:
        shell = self._terminal.shell
        yield from arrive(shell)
        return "" if shell.ended or shell.line.login else "\n"

    def _readable(self) -> None:
        received = self._telnet.feed(self._socket.receive())
        if received.window is not None:
            self._terminal.set_window(*received.window)
        for event in received.events:
            if event is telnet.Signal.ARE_YOU_THERE:
                self._send(_THERE)
            else:
                self._terminal.receive(event if isinstance(event, bytes) else _BREAK)
        self._watch_subnegotiation()

    def _watch_subnegotiation(self) -> None:
        """One that stays open is given up after a second, however much of it still comes."""
        pending = self._patience is not None and self._patience.active
        if self._telnet.unfinished and not pending:
            self._patience = self._clock.call_later(SECOND, self._telnet.give_up, background=True)
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

    def _hang_up(self) -> None:
        self._socket.receive()
        self._socket.close()
