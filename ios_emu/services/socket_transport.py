"""A session of a line protocol on a TCP connection: what it says goes out as fast as the client reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ios_emu.stack.tcp_connection import TcpSocket

_MOST_WAITING = 1 << 20


class Session(Protocol):
    """What is on the connection."""

    def receive(self, data: bytes) -> None:
        """Takes bytes of the client."""

    def lost(self) -> None:
        """The connection is gone."""


class SocketTransport:
    """The server's end of one connection. `gone` is called once, when it is over."""

    def __init__(self, socket: TcpSocket, gone: Callable[[], None]) -> None:
        self._socket = socket
        self._gone = gone
        self._session: Session | None = None
        self._waiting = bytearray()
        self._closing = False
        self._paused = False
        self._client_done = False
        socket.on_writable = self._flush
        socket.on_readable = self._read
        socket.on_end = self._client_ended
        socket.on_closed = lambda reason: self._over()

    def attach(self, session: Session) -> None:
        """Gives what the client sends to `session`."""
        self._session = session
        self._read()

    def write(self, data: bytes) -> None:
        """Sends bytes to the client."""
        self._waiting += data
        self._flush()
        if len(self._waiting) > _MOST_WAITING + len(data):
            # It asks for more than it ever reads.
            self._socket.abort()

    def close(self) -> None:
        """Ends the connection when all is sent."""
        self._closing = True
        self._flush()

    def pause(self, paused: bool) -> None:
        """Stops reading from the client, or goes on."""
        self._paused = paused
        if not paused:
            self._read()
            if self._client_done and not self._paused:
                self.close()

    def _read(self) -> None:
        while self._session is not None and not self._paused and not self._closing:
            data = self._socket.receive(65536)
            if not data:
                return
            self._session.receive(data)

    def _client_ended(self) -> None:
        """The client sends no more: what it asked before is still answered."""
        self._client_done = True
        self._read()
        if not self._paused:
            self.close()

    def _flush(self) -> None:
        while self._waiting:
            count = self._socket.send(bytes(self._waiting[:65536]))
            if not count:
                return
            del self._waiting[:count]
        if self._closing:
            self._socket.close()
            self._over()

    def _over(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.lost()
            self._gone()
