"""A session of a line protocol on a TCP connection: what it says goes out as fast as the client reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ios_emu.clock import MINUTE, Clock, Timer
from ios_emu.stack.tcp_connection import TcpSocket

_MOST_WAITING = 1 << 18
_LINGER = MINUTE


class Session(Protocol):
    """What is on the connection."""

    def receive(self, data: bytes) -> None:
        """Takes bytes of the client."""

    def resume(self) -> None:
        """The client has read what it was sent: there is room for more."""

    def lost(self) -> None:
        """The connection is gone."""


class SocketTransport:
    """The server's end of one connection. `gone` is called once, when it is over."""

    def __init__(self, clock: Clock, socket: TcpSocket, gone: Callable[[], None]) -> None:
        self._clock = clock
        self._socket = socket
        self._timer: Timer | None = None
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

    @property
    def is_full(self) -> bool:
        """Is so much waiting for the client to read it that it is given no more?"""
        return len(self._waiting) > _MOST_WAITING

    @property
    def waiting(self) -> int:
        """How many bytes wait for the client to read."""
        return len(self._waiting)

    def close(self) -> None:
        """Ends the connection when all is sent. Who does not read it has a minute."""
        if not self._closing:
            self._closing = True
            self._timer = self._clock.call_later(_LINGER, self._socket.abort, background=True)
        self._flush()

    def pause(self, paused: bool) -> None:
        """Stops reading from the client, or goes on."""
        self._paused = paused
        if not paused:
            self._go_on()

    def _go_on(self) -> None:
        """Reads on, and ends what the client has ended once all it asked is answered."""
        self._read()
        if self._client_done and not self._paused and not self.is_full:
            self.close()

    def _read(self) -> None:
        while self._session is not None and not (self._paused or self._closing or self.is_full):
            data = self._socket.receive(65536)
            if not data:
                return
            self._session.receive(data)

    def _client_ended(self) -> None:
        """The client sends no more: what it asked before is still answered."""
        self._client_done = True
        self._go_on()

    def _flush(self) -> None:
        was_full = self.is_full
        while self._waiting:
            count = self._socket.send(bytes(self._waiting[:65536]))
            if not count:
                break
            del self._waiting[:count]
        if self._closing:
            if not self._waiting:
                # What the client said behind its last word must not make a reset of the end.
                self._socket.receive()
                self._socket.close()
                self._over()
        elif was_full and not self.is_full and self._session is not None:
            self._session.resume()
            self._go_on()

    def _over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        session, self._session = self._session, None
        if session is not None:
            session.lost()
            self._gone()
