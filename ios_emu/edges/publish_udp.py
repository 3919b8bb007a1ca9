"""A published UDP port: each client of this machine has a port of its own on the emulated wire.

A session ends when nothing was said in it for a minute of lab time; where there are too many, the one that is
silent for longest ends. Datagrams of others than the device are not passed on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ios_emu.clock import MINUTE, Clock, Timer
from ios_emu.edges.doors import Opened
from ios_emu.edges.tap import Wake
from ios_emu.errors import UsageError

if TYPE_CHECKING:
    from ios_emu.lab.nat_host import Found, Way
    from ios_emu.stack.udp import Received, UdpSocket

SESSION_TIME = MINUTE
MOST_SESSIONS = 1024
"""At one published port."""
# What a client says before its way to the device is known.
_MOST_WAITING = 16

Address = tuple[str, int]


class UdpDoor(asyncio.DatagramProtocol):
    """An open UDP port. `reach` finds the way to the device, whose port is `port`."""

    def __init__(self, clock: Clock, wake: Wake, reach: Callable[[Found], None], port: int) -> None:
        self.opened = Opened("publish", "", "")
        self.port = port
        self.clock = clock
        self._wake = wake
        self._reach = reach
        self._transport: asyncio.DatagramTransport | None = None
        self._sessions: dict[Address, _Session] = {}

    async def listen(self, host: str, port: int) -> Address:
        """Opens the port; returns where it listens. Raises OSError, UnicodeError."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))
        self._transport = transport
        name: Address = transport.get_extra_info("sockname")
        return name

    async def close(self) -> None:
        """Closes the port and all sessions."""
        if self._transport is not None:
            self._transport.close()
        for session in list(self._sessions.values()):
            session.end()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """A datagram of a client."""
        self._wake(partial(self._send, data, addr))

    def error_received(self, exc: Exception) -> None:
        """A client has closed its port before its answer came: it is a datagram that is lost."""

    def reply(self, data: bytes, client: Address) -> None:
        """A datagram of the device."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, client)

    def forget(self, client: Address) -> None:
        """A session is over."""
        self._sessions.pop(client, None)

    def _send(self, data: bytes, client: Address) -> None:
        session = self._sessions.pop(client, None)
        if session is None:
            if len(self._sessions) >= MOST_SESSIONS:
                next(iter(self._sessions.values())).end()
            session = _Session(self, client)
        # The last in order is who spoke last.
        self._sessions[client] = session
        session.stay()
        if session.asked < _MOST_WAITING:
            session.asked += 1
            self._reach(partial(session.send, data))


class _Session:
    """What one client says, and is answered. `asked` counts what waits for the way to be found."""

    def __init__(self, door: UdpDoor, client: Address) -> None:
        self.asked = 0
        self._way: Way | None = None
        self._door = door
        self._client = client
        self._socket: UdpSocket | None = None
        self._timer: Timer | None = None
        self._ended = False

    def send(self, data: bytes, way: Way | UsageError) -> None:
        """Sends a datagram to the device, which may have another address by now; without a way it is lost."""
        self.asked -= 1
        if isinstance(way, UsageError) or self._ended:
            return
        if self._way is None or self._way.node is not way.node:
            if self._socket is not None:
                self._socket.close()
            self._socket = way.node.udp.open(self._received)
        self._way = way
        assert self._socket is not None
        self._socket.send(way.remote, self._door.port, data, source=way.local)

    def stay(self) -> None:
        """Something was said: it has its time again."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._door.clock.call_later(SESSION_TIME, self.end, background=True)

    def end(self) -> None:
        """Frees its port."""
        self._ended = True
        if self._timer is not None:
            self._timer.cancel()
        if self._socket is not None:
            self._socket.close()
        self._door.forget(self._client)

    def _received(self, received: Received) -> None:
        way = self._way
        if way is not None and (received.source, received.source_port) == (way.remote, self._door.port):
            self.stay()
            self._door.reply(received.payload, self._client)
