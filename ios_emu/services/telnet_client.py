"""A telnet connection from a device of the lab: what `telnet HOST [PORT]` opens on the emulated wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ios_emu.clock import Clock, Signal
from ios_emu.services import telnet

if TYPE_CHECKING:
    from ios_emu.stack.node import Node

TELNET_PORT = 23
# What is kept while nobody looks at the connection.
_MOST_UNSEEN = 65536


class TelnetClient:
    """A connection to `host`, a 32-bit address. `opened` fires with None, or with why it failed.

    Raises ValueError when there is no way to the host.
    """

    def __init__(self, node: Node, host: int, port: int = TELNET_PORT, source: int | None = None) -> None:
        local = node.source_for(host) if source is None else source
        if local is None:
            raise ValueError("no route to the host")
        self.host = host
        self.port = port
        self.opened = Signal()
        self.alive = True
        self.last_input = node.clock.now
        self._clock: Clock = node.clock
        self._shown: Callable[[bytes], None] | None = None
        self._ended: Callable[[], None] = lambda: None
        self._unseen = bytearray()
        self._out = bytearray()
        self._telnet = telnet.client(self._write)
        socket = self._socket = node.tcp.connect(local, host, port)
        # As in IOS, without `service nagle`: a key does not wait for the acknowledgment of the last one.
        socket.sender.nagle = False
        socket.on_connected = self._connected
        socket.on_readable = self._readable
        socket.on_end = self._far_end_closed
        socket.on_writable = self._flush
        socket.on_closed = self._closed

    @property
    def unseen(self) -> int:
        """How many bytes have come while nobody looked."""
        return len(self._unseen)

    def send(self, data: bytes) -> None:
        """Sends what was typed; an Enter goes as CR NUL, as a network terminal sends it (RFC 854)."""
        self.last_input = self._clock.now
        self._write(telnet.escape(data).replace(b"\r", b"\r\0"))

    def attach(self, show: Callable[[bytes], None], ended: Callable[[], None]) -> None:
        """Somebody looks at it: gets what came so far, and what comes."""
        self._shown, self._ended = show, ended
        if self._unseen:
            data = bytes(self._unseen)
            self._unseen.clear()
            show(data)
        if not self.alive:
            ended()

    def detach(self) -> None:
        """Nobody looks at it any more; it goes on."""
        self._shown, self._ended = None, lambda: None

    def close(self) -> None:
        """Ends the connection."""
        self.alive = False
        self.detach()
        self._socket.receive()
        self._socket.close()

    def _connected(self) -> None:
        self.opened.fire(None)

    def _readable(self) -> None:
        data = self._telnet.feed(self._socket.receive()).data
        if self._shown is not None:
            self._shown(data)
        else:
            self._unseen += data[: _MOST_UNSEEN - len(self._unseen)]

    def _far_end_closed(self) -> None:
        self._socket.close()
        self._over()

    def _closed(self, reason: str | None) -> None:
        if not self.opened.fired:
            self.alive = False
            self.opened.fire(reason or "closed")
        else:
            self._over()

    def _over(self) -> None:
        if self.alive:
            self.alive = False
            self._ended()

    def _write(self, data: bytes) -> None:
        self._out += data
        self._flush()

    def _flush(self) -> None:
        while self._out and (count := self._socket.send(bytes(self._out[:65536]))):
            del self._out[:count]
