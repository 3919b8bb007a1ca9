"""A published TCP port: each connection of this machine is one on the emulated wire, byte for byte.

Either side's end (FIN), reset and slowness are the other's, too: who does not read stops, through both, the
one who writes, and nobody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ios_emu.edges.doors import Opened
from ios_emu.edges.tap import Wake
from ios_emu.errors import UsageError

if TYPE_CHECKING:
    from ios_emu.lab.nat_host import Found, Way
    from ios_emu.stack.tcp_connection import TcpSocket

_BACKLOG = 512
MOST_CONNECTIONS = 512
"""At one published port; one more is closed at once."""
_PIECE = 65536
_RESET = struct.pack("ii", 1, 0)


class TcpDoor:
    """A listening TCP port. `reach` finds the way to the device, whose port is `port`."""

    def __init__(self, wake: Wake, reach: Callable[[Found], None], port: int) -> None:
        self.opened = Opened("publish", "", "")
        self._wake = wake
        self._reach = reach
        self._port = port
        self._server: asyncio.Server | None = None
        self._relays: set[_Relay] = set()

    async def listen(self, host: str, port: int) -> tuple[str, int]:
        """Opens the port; returns where it listens. Raises OSError, UnicodeError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._relay, host, port, backlog=_BACKLOG)
        name: tuple[str, int] = self._server.sockets[0].getsockname()
        return name

    async def close(self) -> None:
        """Closes the port and all its connections."""
        if self._server is not None:
            self._server.close()
        for relay in list(self._relays):
            relay.close()
        # What was written to the clients goes out before the process ends.
        await asyncio.sleep(0)

    def _relay(self) -> _Relay:
        full = len(self._relays) >= MOST_CONNECTIONS
        relay = _Relay(self._wake, None if full else self._reach, self._port, self._relays.discard)
        self._relays.add(relay)
        return relay


class _Relay(asyncio.Protocol):
    """One connection: `_out` waits for the wire, `_in` for the client."""

    def __init__(
        self,
        wake: Wake,
        reach: Callable[[Found], None] | None,
        port: int,
        gone: Callable[[_Relay], None],
    ) -> None:
        self._wake = wake
        self._reach = reach
        self._port = port
        self._gone = gone
        self._transport: asyncio.Transport | None = None
        self._socket: TcpSocket | None = None
        self._connected = False
        self._out = bytearray()
        self._client_done = False
        self._in = bytearray()
        self._device_done = self._said_end = False
        self._client_is_slow = False
        self._lost = False

    # What the client does

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has come: a connection to the device is opened for it."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._reach is None:
            transport.abort()
            return
        self._wake(partial(self._reach, self._found))

    def data_received(self, data: bytes) -> None:
        """Bytes for the device. No more are read while these wait."""
        self._out += data
        self._wake(self._push)

    def eof_received(self) -> bool:
        """The client sends no more; what the device says still goes to it."""
        self._client_done = True
        self._wake(self._push)
        self._flush()
        return True

    def pause_writing(self) -> None:
        """The client does not read: nothing more is taken from the device."""
        self._client_is_slow = True

    def resume_writing(self) -> None:
        """The client has read."""
        self._client_is_slow = False
        self._wake(self._pull)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone: if not both were at their ends, the device is told by a reset."""
        self._lost = True
        self._gone(self)
        if not (self._client_done and self._device_done):
            self._wake(self._drop)

    def close(self) -> None:
        """Ends the connection: the lab is no more."""
        if self._transport is not None:
            self._flush()
            self._transport.close()

    # What the device does, in the lab's events

    def _found(self, way: Way | UsageError) -> None:
        if self._lost:
            return
        if isinstance(way, UsageError):
            self.close()
            return
        try:
            opened = self._socket = way.node.tcp.connect(way.local, way.remote, self._port)
        except ValueError:
            self.close()
            return
        # The client's own TCP has gathered what it wanted to gather.
        opened.sender.nagle = False
        opened.on_connected = self._opened
        opened.on_readable = self._pull
        opened.on_end = self._device_ends
        opened.on_writable = self._push
        opened.on_closed = self._closed

    def _opened(self) -> None:
        self._connected = True
        self._push()

    def _push(self) -> None:
        """What the client said goes out, as far as the device takes it."""
        opened, transport = self._socket, self._transport
        if opened is not None and self._connected:
            while self._out and (count := opened.send(bytes(self._out[:_PIECE]))):
                del self._out[:count]
            if self._client_done and not self._out:
                opened.shutdown()
        if transport is None or self._client_done or transport.is_closing():
            return
        if self._out:
            transport.pause_reading()
        else:
            transport.resume_reading()

    def _pull(self) -> None:
        """What the device said is the client's, unless that one does not read."""
        if self._socket is None or self._client_is_slow or self._lost:
            return
        data = self._socket.receive()
        if data:
            if not self._in:
                asyncio.get_running_loop().call_soon(self._flush)
            self._in += data

    def _flush(self) -> None:
        """All that came in one wake-up is one write; behind the last one is the end."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if self._in:
            data = bytes(self._in)
            self._in.clear()
            transport.write(data)
        if self._device_done:
            if self._client_done:
                transport.close()
            elif not self._said_end:
                self._said_end = True
                # A client that has reset its connection is not told.
                with contextlib.suppress(OSError):
                    transport.write_eof()

    def _device_ends(self) -> None:
        """The device sends no more, and all that it sent was taken."""
        self._device_done = True
        asyncio.get_running_loop().call_soon(self._flush)

    def _closed(self, reason: str | None) -> None:
        """In order, after both ends were said; or the device, or nobody, has answered otherwise."""
        transport = self._transport
        if reason is None or transport is None or transport.is_closing():
            return
        self._socket = None
        self._flush()
        if reason == "reset":
            own = transport.get_extra_info("socket")
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            transport.abort()
        else:
            transport.close()

    def _drop(self) -> None:
        opened, self._socket = self._socket, None
        if opened is not None:
            opened.abort()
