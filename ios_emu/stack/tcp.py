"""The TCP of one node (RFC 9293): its ports, its listeners, and whose each segment is.

Read this first for TCP: `tcp_connection` has the states, `tcp_sender` and `tcp_receiver` the two halves of a
connection, `tcp_timing` its timers and its congestion control.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ios_emu.clock import Clock
from ios_emu.errors import MalformedPacket
from ios_emu.stack.tcp_connection import TcpSocket, TcpState
from ios_emu.wire.tcp import ACK, FIN, RST, SYN, TcpSegment

FIRST_PORT = 1025
"""Where the ports of clients begin, as Packet Tracer's hosts count them."""
_LAST_PORT = 65535
_BACKLOG = 128
_NUMBERS = 1 << 32
_QUOTED = 8

Accept = Callable[[TcpSocket], None]
Admits = Callable[[int, int], bool]
"""May somebody at that address, from that port, open a connection?"""

_Key = tuple[int, int, int, int]


@dataclass(slots=True)
class TcpCounters:
    """What `show ip traffic` counts."""

    received: int = 0
    sent: int = 0
    malformed: int = 0
    no_port: int = 0
    resets_sent: int = 0


class TcpListener:
    """A port that takes connections; `accept` is given each one that is established."""

    def __init__(self, stack: TcpStack, port: int, address: int, accept: Accept, admits: Admits) -> None:
        self.port = port
        self.address = address
        self.accept = accept
        self.admits = admits
        self._stack = stack

    def close(self) -> None:
        """Takes no more connections; those that there are go on."""
        self._stack.stop_listening(self)


class TcpStack:
    """The connections of a node. `transmit` sends a segment's bytes from one address to another.

    `chance` makes initial sequence numbers; `mss_for` gives the largest segment for a destination.
    """

    def __init__(
        self,
        clock: Clock,
        transmit: Callable[[int, int, bytes], None],
        chance: random.Random,
        mss_for: Callable[[int], int] = lambda destination: 1460,
    ) -> None:
        self.clock = clock
        self.mss_for = mss_for
        self.counters = TcpCounters()
        self._transmit = transmit
        self._chance = chance
        self._sockets: dict[_Key, TcpSocket] = {}
        self._listeners: dict[tuple[int, int], TcpListener] = {}
        self._next_port = FIRST_PORT
        # Ports that no client of this node is to have: translations of others use them.
        self.reserved: Callable[[int], bool] = lambda port: False

    @property
    def connections(self) -> Iterator[TcpSocket]:
        """The connections that there are, in the order of their making."""
        return iter(list(self._sockets.values()))

    @property
    def listeners(self) -> Iterator[TcpListener]:
        """The ports that take connections, in order."""
        return iter([self._listeners[key] for key in sorted(self._listeners)])

    def listen(
        self, port: int, accept: Accept, address: int = 0, admits: Admits = lambda remote, port: True
    ) -> TcpListener:
        """Takes connections at a port, of one own address or of all (0).

        `accept` is called when a connection is established; those of which `admits` says no are refused.
        Raises ValueError when the port is in use.
        """
        if (port, address) in self._listeners:
            raise ValueError(f"TCP port {port} is in use")
        listener = self._listeners[port, address] = TcpListener(self, port, address, accept, admits)
        return listener

    def stop_listening(self, listener: TcpListener) -> None:
        """Frees the port of a listener."""
        if self._listeners.get((listener.port, listener.address)) is listener:
            del self._listeners[listener.port, listener.address]

    def uses(self, port: int) -> bool:
        """Does a listener or a connection have that port?"""
        return any(one == port for one, _ in self._listeners) or any(key[1] == port for key in self._sockets)

    def connect(self, local: int, remote: int, remote_port: int, local_port: int | None = None) -> TcpSocket:
        """Opens a connection; set the socket's callbacks before the clock runs. Raises ValueError."""
        if local_port is None:
            local_port = self._free_port(local, remote, remote_port)
        key = (local, local_port, remote, remote_port)
        if key in self._sockets:
            raise ValueError(f"TCP port {local_port} is in use")
        socket = self._sockets[key] = TcpSocket(self, *key)
        self.clock.call_soon(self._open, socket)
        return socket

    def receive(self, source: int, destination: int, data: bytes) -> None:
        """Takes a segment that came for `destination`; what is not one is counted and dropped."""
        counters = self.counters
        counters.received += 1
        try:
            segment = TcpSegment.parse(data, source, destination)
        except MalformedPacket:
            counters.malformed += 1
            return
        key = (destination, segment.destination_port, source, segment.source_port)
        socket = self._sockets.get(key)
        if socket is not None:
            socket.arrive(segment)
        else:
            self._arrive_unknown(key, segment)

    def icmp_error(self, local: int, remote: int, head: bytes, hard: bool, reason: str) -> None:
        """An ICMP error about a segment, of which `head` has the first eight bytes."""
        if len(head) < _QUOTED:
            return
        key = (local, int.from_bytes(head[:2]), remote, int.from_bytes(head[2:4]))
        socket = self._sockets.get(key)
        if socket is not None:
            socket.report(hard, reason)

    # For the connections

    def initial_number(self) -> int:
        """An initial sequence number."""
        return self._chance.randrange(_NUMBERS)

    def transmit(self, source: int, destination: int, segment: bytes) -> None:
        """Sends a segment's bytes."""
        self.counters.sent += 1
        self._transmit(source, destination, segment)

    def forget(self, socket: TcpSocket) -> None:
        """A connection is closed."""
        key = (socket.local, socket.local_port, socket.remote, socket.remote_port)
        if self._sockets.get(key) is socket:
            del self._sockets[key]

    def reset(self, socket: TcpSocket, segment: TcpSegment) -> None:
        """Answers a segment that does not belong to this connection."""
        self._reset((socket.local, socket.local_port, socket.remote, socket.remote_port), segment)

    def open_again(self, socket: TcpSocket, segment: TcpSegment) -> None:
        """A new SYN between the ports of a connection that has just ended (RFC 1122, 4.2.2.13)."""
        self._arrive_unknown((socket.local, socket.local_port, socket.remote, socket.remote_port), segment)

    def _open(self, socket: TcpSocket) -> None:
        if self._sockets.get((socket.local, socket.local_port, socket.remote, socket.remote_port)) is socket:
            socket.open()

    def _arrive_unknown(self, key: _Key, segment: TcpSegment) -> None:
        """A segment for no connection (RFC 9293, 3.10.7.1 and 3.10.7.2)."""
        if segment.flags & RST:
            return
        address, port = key[0], key[1]
        listener = self._listeners.get((port, address)) or self._listeners.get((port, 0))
        if listener is None or segment.flags & ACK or not listener.admits(*key[2:]):
            self.counters.no_port += listener is None
            self._reset(key, segment)
            return
        if not segment.flags & SYN or self._half_open(port) >= _BACKLOG:
            return
        socket = self._sockets[key] = TcpSocket(self, *key, listener=listener)
        socket.answer(segment)

    def _half_open(self, port: int) -> int:
        """How many connections to a port are still being opened; only counted when there are many."""
        if len(self._sockets) < _BACKLOG:
            return 0
        return sum(
            one.local_port == port and one.state is TcpState.SYN_RECEIVED for one in self._sockets.values()
        )

    def _reset(self, key: _Key, segment: TcpSegment) -> None:
        local, local_port, remote, remote_port = key
        self.counters.resets_sent += 1
        if segment.flags & ACK:
            answer = TcpSegment(local_port, remote_port, segment.acknowledgment, 0, RST, 0)
        else:
            length = len(segment.payload) + bool(segment.flags & SYN) + bool(segment.flags & FIN)
            number = (segment.sequence + length) % _NUMBERS
            answer = TcpSegment(local_port, remote_port, 0, number, RST | ACK, 0)
        self.transmit(local, remote, answer.build(local, remote))

    def _free_port(self, local: int, remote: int, remote_port: int) -> int:
        for _ in range(FIRST_PORT, _LAST_PORT + 1):
            port = self._next_port
            self._next_port = FIRST_PORT if port == _LAST_PORT else port + 1
            if (local, port, remote, remote_port) not in self._sockets and not self.reserved(port):
                return port
        raise ValueError("no TCP port is free")
