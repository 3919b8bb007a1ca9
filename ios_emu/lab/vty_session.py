"""One telnet session of a router's VTY: bytes of a connection on one side, a terminal on the other."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ios_emu.cli.dialogue import Dialogue
from ios_emu.cli.login import arrive
from ios_emu.clock import MILLISECOND, SECOND, Timer
from ios_emu.lab.vty_terminal import VtyTerminal
from ios_emu.services import telnet
from ios_emu.services.socket_transport import SocketTransport

if TYPE_CHECKING:
    from ios_emu.lab.vty import VtyLines
    from ios_emu.stack.tcp_connection import TcpSocket

_BREAK = b"\x1e"
_THERE = b"\r\n[Yes]\r\n"
# How many keys' worth of output one event makes, and when the next ones are looked at.
_KEYS_AT_ONCE = 8
_MOST_AT_ONCE = 4096
_MOST_READ = 1024
_BREATH = MILLISECOND
# What is typed while a command is at work waits, up to so many bytes; the rest stays with the client.
_MOST_TYPE_AHEAD = 16384
# Another device may say so much that this client does not read.
_MOST_UNREAD = 1 << 20


class VtySession:
    """One telnet session: bytes of the connection on one side, a terminal on the other.

    Its client is not read from while it does not read what it was answered, or while what it typed waits.
    """

    def __init__(self, lines: VtyLines, number: int, socket: TcpSocket) -> None:
        # Whoever is turned away at once gives the line back before this is made.
        lines.take(number, self)
        self._clock = lines.device.clock
        # Nagle's algorithm is off in IOS: the last line of an output does not wait for an acknowledgment.
        socket.sender.nagle = False
        self._socket = socket
        self._transport = SocketTransport(self._clock, socket, lambda: None)
        self._telnet = telnet.server(self._transport.write)
        self._patience: Timer | None = None
        self._received = bytearray()
        self._typed = bytearray()
        self._breath: Timer | None = None
        self._shown = 0
        self._terminal = VtyTerminal(
            lines,
            number,
            IPv4Address(socket.remote),
            self._show,
            self._hang_up,
            lambda: self._transport.is_full,
        )
        self._transport.write(telnet.GREETING)
        self._terminal.start(self._arrive())
        self._transport.attach(self)

    def close(self) -> None:
        """Ends the session and its connection."""
        self._terminal.close()

    # What the connection calls

    def receive(self, data: bytes) -> None:
        """Takes bytes of the client."""
        self._received += data
        if self._breath is None:
            self._type()

    def resume(self) -> None:
        """The client has read: it is answered further."""
        if self._breath is None:
            self._type()

    def lost(self) -> None:
        """The connection is gone."""
        self._stop_timers()
        self._terminal.release()

    def _type(self) -> None:
        """Gives the session some of the keys; the rest follows in a moment: others have their turn."""
        self._breath = None
        transport, session = self._transport, self._terminal.session
        self._shown = 0
        for _ in range(_KEYS_AT_ONCE):
            if not self._typed:
                self._read()
            full = transport.is_full or session.type_ahead > _MOST_TYPE_AHEAD
            if not self._typed or full or self._shown > _MOST_AT_ONCE:
                break
            session.receive(telnet.take_keys(self._typed))
            if self._terminal.closed:
                return
        if self._typed or self._received:
            transport.pause(True)
            if not transport.is_full:
                self._breath = self._clock.call_later(_BREATH, self._type)
        else:
            transport.pause(False)

    def _read(self) -> None:
        """Takes the commands of telnet out of some of what came; what is left are keys."""
        received = self._telnet.feed(bytes(self._received[:_MOST_READ]))
        del self._received[:_MOST_READ]
        if received.window is not None:
            self._terminal.set_window(*received.window)
        if received.terminal is not None:
            self._terminal.set_type(received.terminal)
        for event in received.events:
            if event is telnet.Signal.ARE_YOU_THERE:
                self._transport.write(_THERE)
            else:
                self._typed += event if isinstance(event, bytes) else _BREAK
        self._watch_subnegotiation()

    def _watch_subnegotiation(self) -> None:
        """One that stays open is given up after a second, however much of it still comes."""
        pending = self._patience is not None and self._patience.active
        if self._telnet.unfinished and not pending:
            self._patience = self._clock.call_later(SECOND, self._telnet.give_up, background=True)
        elif pending and not self._telnet.unfinished and self._patience is not None:
            self._patience.cancel()

    # What the terminal calls

    def _arrive(self) -> Dialogue:
        shell = self._terminal.shell
        yield from arrive(shell)
        return "" if shell.ended or shell.line.login else "\n"

    def _show(self, data: bytes) -> None:
        self._shown += len(data)
        self._transport.write(telnet.escape(data))
        if self._transport.waiting > _MOST_UNREAD:
            self._socket.abort()

    def _hang_up(self) -> None:
        self._stop_timers()
        self._transport.close()

    def _stop_timers(self) -> None:
        for timer in (self._breath, self._patience):
            if timer is not None:
                timer.cancel()
