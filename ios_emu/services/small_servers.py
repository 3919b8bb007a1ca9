"""The small TCP servers that `service tcp-small-servers` switches on.

Echo (RFC 862), discard (RFC 863), daytime (RFC 867) and the character generator (RFC 864).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ios_emu.stack.tcp import TcpListener, TcpStack
from ios_emu.stack.tcp_connection import TcpSocket

ECHO, DISCARD, DAYTIME, CHARGEN = 7, 9, 13, 19

_CHARACTERS = bytes(range(33, 127)) + b" "
_LINE = 72
_LINES = [(_CHARACTERS * 2)[start : start + _LINE] + b"\r\n" for start in range(len(_CHARACTERS))]
_PERIOD = b"".join(_LINES)


class SmallServers:
    """The servers of one node; `now` is what its clock shows."""

    def __init__(self, tcp: TcpStack, now: Callable[[], datetime]) -> None:
        self._tcp = tcp
        self._now = now
        self._listeners: list[TcpListener] = []

    def set(self, active: bool) -> None:
        """Switches them on or off; connections that there are go on."""
        if active and not self._listeners:
            servers = {ECHO: _echo, DISCARD: _discard, DAYTIME: self._daytime, CHARGEN: _chargen}
            self._listeners = [self._tcp.listen(port, serve) for port, serve in servers.items()]
        elif not active:
            for listener in self._listeners:
                listener.close()
            self._listeners.clear()

    def _daytime(self, socket: TcpSocket) -> None:
        now = self._now()
        socket.send(f"{now:%A, %B} {now.day}, {now.year} {now:%H:%M:%S}-UTC\r\n".encode())
        _discard(socket)
        socket.shutdown()


def _echo(socket: TcpSocket) -> None:
    """Sends back what comes; a client that does not read what it gets is not read either."""

    def answer() -> None:
        while socket.room and (data := socket.receive(socket.room)):
            socket.send(data)

    socket.on_readable = socket.on_writable = answer
    socket.on_end = socket.shutdown


def _discard(socket: TcpSocket) -> None:
    def drop() -> None:
        socket.receive()

    socket.on_readable = drop
    socket.on_end = socket.shutdown


def _chargen(socket: TcpSocket) -> None:
    position = 0

    def fill() -> None:
        nonlocal position
        while room := socket.room:
            data = (_PERIOD[position:] + _PERIOD)[: min(room, len(_PERIOD))]
            position = (position + socket.send(data)) % len(_PERIOD)

    _discard(socket)
    socket.on_writable = fill
    fill()
