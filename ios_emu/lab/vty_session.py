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
from ios_emu.clock import MILLISECOND, SECOND, Timer
from ios_emu.devices.configuration import Configuration
from ios_emu.devices.lines import FIRST_VTY_LINE, LineSettings
from ios_emu.lab.line_session import line_session
from ios_emu.services import telnet
from ios_emu.services.socket_transport import SocketTransport

if TYPE_CHECKING:
    from ios_emu.cli.reader import Reader
    from ios_emu.lab.vty import VtyLines
    from ios_emu.stack.tcp_connection import TcpSocket

_BREAK = b"\x1e"
_CTRL_C = b"\x03"
_THERE = b"\r\n[Yes]\r\n"
_LOGIN_TIME = 30 * SECOND
# How many keys' worth of output one event makes, and when the next ones are looked at.
_KEYS_AT_ONCE = 8
_BREATH = MILLISECOND
# What is typed while a command is at work waits, up to so many bytes; the rest stays with the client.
_MOST_TYPE_AHEAD = 16384
# Another device may say so much that this client does not read.
_MOST_UNREAD = 1 << 20


class VtySession:
    """One telnet session: bytes of the connection on one side, a session on the other.

    Its client is not read from while it does not read what it was answered, or while what it typed waits.
    """

    def __init__(self, lines: VtyLines, number: int, socket: TcpSocket, read: Callable[[], Reader]) -> None:
        self._lines = lines
        self._number = number
        self.peer = IPv4Address(socket.remote)
        router = lines.router
        self._clock = router.clock
        # Nagle's algorithm is off in IOS: the last line of an output does not wait for an acknowledgment.
        socket.sender.nagle = False
        self._socket = socket
        self._transport = SocketTransport(self._clock, socket, lambda: None)
        self._telnet = telnet.server(self._transport.write)
        self._patience: Timer | None = None
        self._typed = bytearray()
        self._breath: Timer | None = None
        self._shell = Shell(
            router,
            read,
            line_name=f"vty{number} ({self.peer})",
            line_number=FIRST_VTY_LINE + number,
            line=partial(_line, number),
        )
        self._shell.take_line_settings()
        self._session = Session(self._shell, self._clock, self._show, self._ended)
        router.line_sessions.begin(
            line_session(self._session, self._shell, f"vty {number}", self.peer, self.close)
        )
        self._alive = True
        self._unsubscribe = router.log.subscribe(self._show_log, monitor=True)
        self._login: Timer | None = self._login_timer()
        self._transport.write(telnet.GREETING)
        self._session.start(self._arrive())
        self._transport.attach(self)

    def close(self) -> None:
        """Ends the session and its connection."""
        self._ended()

    # What the connection calls

    def receive(self, data: bytes) -> None:
        """Takes bytes of the client."""
        received = self._telnet.feed(data)
        if received.window is not None and self._shell.line.length is None:
            columns, rows = received.window
            self._session.set_size(rows or 24, columns or 80)
        for event in received.events:
            if event is telnet.Signal.ARE_YOU_THERE:
                self._transport.write(_THERE)
            else:
                self._typed += event if isinstance(event, bytes) else _BREAK
        self._watch_subnegotiation()
        if self._login is not None and self._typed:
            self._login.cancel()
            self._login = self._login_timer()
        if self._breath is None:
            self._type()

    def resume(self) -> None:
        """The client has read: it is answered further."""
        if self._breath is None:
            self._type()

    def lost(self) -> None:
        """The connection is gone."""
        self._gone()

    def _type(self) -> None:
        """Gives the session some of the keys; the rest follows in a moment: others have their turn."""
        self._breath = None
        transport, session = self._transport, self._session
        for _ in range(_KEYS_AT_ONCE):
            if not self._typed or transport.is_full or session.type_ahead > _MOST_TYPE_AHEAD:
                break
            session.receive(telnet.take_keys(self._typed))
            if not self._alive:
                return
        if self._typed:
            transport.pause(True)
            if not transport.is_full:
                self._breath = self._clock.call_later(_BREATH, self._type)
        else:
            transport.pause(False)

    def _watch_subnegotiation(self) -> None:
        """One that stays open is given up after a second, however much of it still comes."""
        pending = self._patience is not None and self._patience.active
        if self._telnet.unfinished and not pending:
            self._patience = self._clock.call_later(SECOND, self._telnet.give_up, background=True)
        elif pending and not self._telnet.unfinished and self._patience is not None:
            self._patience.cancel()

    # The login

    def _arrive(self) -> Dialogue:
        yield from arrive(self._shell)
        if self._login is not None:
            self._login.cancel()
            self._login = None
        return "" if self._shell.ended or self._shell.line.login else "\n"

    def _login_timer(self) -> Timer:
        return self._clock.call_later(_LOGIN_TIME, self._login_late, background=True)

    def _login_late(self) -> None:
        """Nobody answers `Username: ` or `Password: `: that was one of the tries, as in IOS."""
        asked = self._session.question.strip()
        if self._alive and asked:
            self._login = self._login_timer()
            self._show(f"\r\n% {asked}  timeout expired!".encode())
            self._session.receive(_CTRL_C)

    # What the session shows

    def _show(self, data: bytes) -> None:
        self._transport.write(telnet.escape(data))
        if self._transport.waiting > _MOST_UNREAD:
            self._socket.abort()

    def _ended(self) -> None:
        if self._alive:
            self._gone()
            self._transport.close()

    def _show_log(self, line: str) -> None:
        if self._shell.monitoring and not self._transport.is_full:
            self._session.show_log(line)

    def _gone(self) -> None:
        if not self._alive:
            return
        self._alive = False
        for timer in (self._login, self._breath, self._patience):
            if timer is not None:
                timer.cancel()
        self._unsubscribe()
        self._session.close()
        self._lines.release(self._number)


def _line(number: int, config: Configuration) -> LineSettings:
    """The settings of a VTY; the last one's, when that line was removed under the session."""
    vtys = config.lines.vtys
    return vtys[min(number, len(vtys) - 1)]
