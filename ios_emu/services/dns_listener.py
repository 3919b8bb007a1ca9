"""Port 53 of a node: questions that come over UDP and TCP are given to a server, its replies go back.

The rules. Over TCP each message has its length before it (RFC 1035 section 4.2.2); a connection takes many
questions, and the replies may come in another order (RFC 7766). A client that asks nothing, or does not
read what it asked for, is not waited for; when there are too many clients, the one that was silent longest
goes. What was sent to everybody gets no reply.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ios_emu.clock import SECOND, Timer

if TYPE_CHECKING:
    from ios_emu.stack.node import Node
    from ios_emu.stack.tcp import TcpListener
    from ios_emu.stack.tcp_connection import TcpSocket
    from ios_emu.stack.udp import Received, UdpSocket

PORT = 53
IDLE_TIME = 30 * SECOND
MOST_CONNECTIONS = 100
LENGTH = 2
"""Bytes of the length before each message over TCP."""
_MOST_UNSENT = 131_072

Reply = Callable[[bytes], None]
Answer = Callable[[bytes, bool, Reply, int], bool]
"""Is given a request, whether it came over TCP, what to call with its reply, now or later, and who asks.

Returns whether there is or will be a reply.
"""


class DnsListener:
    """Serves `node` with `answer` from now on. Raises ValueError when the port is in use."""

    def __init__(self, node: Node, answer: Answer) -> None:
        self._node = node
        self._answer = answer
        # In the order of their last questions.
        self._connections: dict[_Connection, None] = {}
        self._udp: UdpSocket = node.udp.open(self._receive, PORT)
        self._tcp: TcpListener = node.tcp.listen(PORT, self._accept)

    def close(self) -> None:
        """Gives the port back, and ends the connections."""
        self._udp.close()
        self._tcp.close()
        for connection in list(self._connections):
            connection.close()

    def _receive(self, received: Received) -> None:
        if self._node.is_local(received.destination):
            self._answer(received.payload, False, partial(self._send, received), received.source)

    def _send(self, to: Received, reply: bytes) -> None:
        self._udp.send(to.source, to.source_port, reply, source=to.destination)

    def _accept(self, socket: TcpSocket) -> None:
        if len(self._connections) >= MOST_CONNECTIONS:
            silent = next(iter(self._connections))
            del self._connections[silent]
            silent.close()
        made = _Connection(self._node, socket, self._answer, self._used, self._ended)
        self._connections[made] = None

    def _used(self, connection: _Connection) -> None:
        if connection in self._connections:
            del self._connections[connection]
            self._connections[connection] = None

    def _ended(self, connection: _Connection) -> None:
        self._connections.pop(connection, None)


class _Connection:
    """A TCP connection of a client; `used` is called for each question, `ended` when it is over."""

    def __init__(
        self,
        node: Node,
        socket: TcpSocket,
        answer: Answer,
        used: Callable[[_Connection], None],
        ended: Callable[[_Connection], None],
    ) -> None:
        self._clock = node.clock
        self._socket = socket
        self._answer = answer
        self._used = used
        self._ended = ended
        self._in = bytearray()
        self._out = bytearray()
        self._reading = False
        self._client_ended = False
        self._awaited = 0
        self._timer: Timer = self._clock.call_later(IDLE_TIME, self.close, background=True)
        socket.on_readable = self._read
        socket.on_writable = self._write
        socket.on_end = self._end
        socket.on_closed = lambda reason: self._closed()

    def close(self) -> None:
        """Ends it; with replies that the client does not read, at once."""
        if self._out:
            self._socket.abort()
        else:
            self._socket.close()

    def _read(self) -> None:
        """Takes whole questions, but no more while the client does not read the replies."""
        if self._reading:
            return
        self._reading = True
        buffer = self._in
        while len(self._out) < _MOST_UNSENT:
            buffer += self._socket.receive(_MOST_UNSENT - len(buffer))
            length = LENGTH + int.from_bytes(buffer[:LENGTH])
            if len(buffer) < max(length, LENGTH):
                break
            request = bytes(buffer[LENGTH:length])
            del buffer[:length]
            self._restart_timer()
            self._used(self)
            self._awaited += 1
            if not self._answer(request, True, self._send, self._socket.remote):
                self._awaited -= 1
        self._reading = False

    def _send(self, reply: bytes) -> None:
        self._awaited -= 1
        self._out += len(reply).to_bytes(LENGTH) + reply
        self._write()

    def _write(self) -> None:
        while self._out and (count := self._socket.send(bytes(self._out[:_MOST_UNSENT]))):
            del self._out[:count]
            self._restart_timer()
        if len(self._out) < _MOST_UNSENT:
            self._read()
        self._shut_down_if_done()

    def _end(self) -> None:
        self._client_ended = True
        self._shut_down_if_done()

    def _shut_down_if_done(self) -> None:
        """The client has no more questions: the last reply is the end."""
        if self._client_ended and not self._awaited and not self._out:
            self._socket.shutdown()

    def _restart_timer(self) -> None:
        self._timer.cancel()
        self._timer = self._clock.call_later(IDLE_TIME, self.close, background=True)

    def _closed(self) -> None:
        self._timer.cancel()
        self._out.clear()
        self._ended(self)
