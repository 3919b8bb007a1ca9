"""A console line of a device as a telnet port of this machine, as a terminal server gives it: no login.

Several clients at one console see the same. A client that does not read is closed when too much waits for it:
it never holds up the lab or the others.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace

from ios_emu.edges.doors import (
    LOOPBACK,
    Opened,
    Site,
    cannot_listen,
    read_listening,
    warn_if_open,
    where,
)
from ios_emu.edges.tap import Wake
from ios_emu.lab.device import LabConsole
from ios_emu.services import telnet

_BACKLOG = 128
_MOST_WAITING = 4 * 1024 * 1024
_BREAK = b"\x1e"
_THERE = b"\r\n[Yes]\r\n"


async def open_console(site: Site, value: str) -> ConsoleDoor:
    """Opens `--console HOST:PORT=DEVICE`. Raises UsageError."""
    listening = read_listening("console", value, "HOST:PORT=DEVICE", f"{LOOPBACK}:2001=R1")
    device = listening.target
    door = ConsoleDoor(device, site.lab[device].console(), site.drive.wake)
    try:
        await door.listen(listening.host, listening.port)
    except (OSError, UnicodeError) as error:
        raise cannot_listen(listening, error) from None
    warn_if_open(site, door.opened)
    return door


class ConsoleDoor:
    """A listening port for the console of one device."""

    def __init__(self, device: str, console: LabConsole, wake: Wake) -> None:
        self.opened = Opened("console", device, "")
        self._console = console
        self._wake = wake
        self._server: asyncio.Server | None = None
        self._clients: set[_Client] = set()

    async def listen(self, host: str, port: int) -> None:
        """Opens the port. Raises OSError, and UnicodeError for a name that can't be one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._client, host, port, backlog=_BACKLOG)
        self.opened = replace(self.opened, where=where(self._server.sockets[0].getsockname()))

    async def close(self) -> None:
        """Closes the port and all its connections."""
        if self._server is not None:
            self._server.close()
        for client in list(self._clients):
            client.close()

    def _client(self) -> _Client:
        client = _Client(self._console, self._wake, self._clients.discard)
        self._clients.add(client)
        return client


class _Client(asyncio.Protocol):
    """One connection: what it sends is typed, what the console shows is written to it."""

    def __init__(self, console: LabConsole, wake: Wake, gone: Callable[[_Client], None]) -> None:
        self._console = console
        self._wake = wake
        self._gone = gone
        self._transport: asyncio.Transport | None = None
        self._telnet = telnet.server(self._answer)
        self._detach: Callable[[], None] = lambda: None
        self._out = bytearray()
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greets, and shows what nobody has seen yet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(telnet.GREETING)
        self._detach = self._console.attach(self._show)
        self._flush()

    def data_received(self, data: bytes) -> None:
        """What the client sent: keys, and what its terminal says of itself."""
        received = self._telnet.feed(data)
        keys = b""
        for event in received.events:
            if event is telnet.Signal.ARE_YOU_THERE:
                self._answer(_THERE)
            else:
                keys += event if isinstance(event, bytes) else _BREAK
        # A subnegotiation that stays open is given up after a second, however much of it still comes.
        if self._telnet.unfinished and self._patience is None:
            self._patience = asyncio.get_running_loop().call_later(1.0, self._give_up)
        elif self._patience is not None and not self._telnet.unfinished:
            self._patience.cancel()
            self._patience = None
        if keys:
            self._wake(lambda: self._console.receive(keys))

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone; the console stays."""
        self._detach()
        self._gone(self)

    def close(self) -> None:
        """Ends the connection."""
        if self._transport is not None:
            self._transport.close()

    def _give_up(self) -> None:
        self._patience = None
        self._telnet.give_up()

    def _show(self, data: bytes) -> None:
        # All that one wake-up prints is one write: a client finds the prompt at the end of what it reads.
        if not self._out:
            with contextlib.suppress(RuntimeError):
                asyncio.get_running_loop().call_soon(self._flush)
        self._out += telnet.escape(data)

    def _flush(self) -> None:
        transport, data = self._transport, bytes(self._out)
        self._out.clear()
        if transport is None or transport.is_closing() or not data:
            return
        if transport.get_write_buffer_size() + len(data) > _MOST_WAITING:
            transport.abort()
            return
        transport.write(data)

    def _answer(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)
