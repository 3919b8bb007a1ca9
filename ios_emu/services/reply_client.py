"""What the clients of SMTP and POP3 have in common: a connection, lines in, and the end of patience."""

from __future__ import annotations

from typing import Any

from ios_emu.clock import MINUTE, Clock, Signal, Timer
from ios_emu.stack.node import Node
from ios_emu.stack.tcp_connection import TcpSocket

_PATIENCE = 5 * MINUTE
_LONGEST_LINE = 65536


class ReplyClient:
    """One connection to `address:port` over which a dialogue runs; `finished` fires with its result.

    A dialogue that can't go on ends with `fail`: `refused`, `timed out`, `unreachable`, `reset`, `closed`.
    """

    def __init__(self, node: Node, address: int, port: int) -> None:
        self.finished = Signal()
        self._clock: Clock = node.clock
        self._input = bytearray()
        self._output = bytearray()
        self._over = False
        self._timer: Timer | None = None
        self._socket: TcpSocket | None = None
        source = node.source_for(address)
        if source is None:
            self._clock.call_soon(self.fail, "unreachable")
            return
        socket = self._socket = node.tcp.connect(source, address, port)
        socket.on_readable = self._readable
        socket.on_writable = self._flush
        socket.on_end = lambda: self.fail("closed")
        socket.on_closed = lambda reason: self.fail(reason or "closed")
        self._wait()

    def take_line(self, line: bytes) -> None:
        """Takes a line without its end."""
        raise NotImplementedError

    def fail(self, reason: str) -> None:
        """The dialogue ends here."""
        raise NotImplementedError

    def finish(self, result: Any) -> None:
        """The dialogue is over; the connection closes."""
        if self._over:
            return
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        socket = self._socket
        if socket is not None:
            socket.on_readable = socket.on_writable = socket.on_end = lambda: None
            socket.on_closed = lambda reason: None
            socket.close()
        self.finished.fire(result)

    def write(self, data: bytes) -> None:
        """Sends bytes to the server."""
        self._output += data
        self._flush()

    def command(self, text: str) -> None:
        """Sends a line. What could end it is left out: an argument never is a command of its own."""
        line = "".join(letter for letter in text if letter not in "\r\n\0")
        self.write(line.encode("utf-8", "replace") + b"\r\n")

    def stop(self) -> None:
        """Breaks the dialogue off."""
        if not self._over and self._socket is not None:
            self._socket.abort()
        self.fail("interrupted")

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._clock.call_later(_PATIENCE, self.fail, "timed out")

    def _flush(self) -> None:
        if self._socket is None:
            return
        while self._output:
            count = self._socket.send(bytes(self._output[:65536]))
            if not count:
                return
            del self._output[:count]

    def _readable(self) -> None:
        assert self._socket is not None
        self._wait()
        self._input += self._socket.receive()
        while not self._over:
            end = self._input.find(b"\n")
            if end < 0:
                if len(self._input) > _LONGEST_LINE:
                    self.fail("closed")
                return
            line = bytes(self._input[:end]).removesuffix(b"\r")
            del self._input[: end + 1]
            self.take_line(line)
