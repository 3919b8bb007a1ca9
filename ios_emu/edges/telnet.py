"""A console line of a device as a telnet port of this machine, as a terminal server gives it: no login.

Several clients at one console see the same. Each is answered a little at a time, so that none delays the
others; who does not read is not read from, and is hung up when too much waits for it.
"""

from __future__ import annotations

import asyncio
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
from ios_emu.edges.turns import Turns
from ios_emu.lab.device import LabConsole
from ios_emu.services import telnet

_BACKLOG = 512
MOST_CLIENTS = 256
"""At one console; one more is told so, and hung up."""
MOST_WAITING = 1 << 20
"""Bytes that wait for a client to read them: who leaves more unread is hung up."""
# To find the commands of telnet in more than this would take too long for the others.
_READ_AT_ONCE = 2048
_MOST_TO_WRITE = 65536
_SUBNEGOTIATION_TIME = 1.0
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
        """Closes the port and all its connections; the clients are told."""
        if self._server is not None:
            self._server.close()
        for client in list(self._clients):
            client.close(telnet.LAB_ENDS)
        # What they are told goes out before the process ends.
        await asyncio.sleep(0)

    def _client(self) -> _Client:
        full = len(self._clients) >= MOST_CLIENTS
        client = _Client(None if full else self._console, self._wake, self._clients.discard)
        self._clients.add(client)
        return client


class _Client(asyncio.BufferedProtocol):
    """One connection: what it sends is typed, what the console shows is written to it."""

    def __init__(self, console: LabConsole | None, wake: Wake, gone: Callable[[_Client], None]) -> None:
        self._console = console
        self._gone = gone
        self._transport: asyncio.Transport | None = None
        self._telnet = telnet.server(self._answer)
        self._detach: Callable[[], None] = lambda: None
        self._read = bytearray(_READ_AT_ONCE)
        self._turns = Turns(self, wake)
        self._is_slow = False
        self._out = bytearray()
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greets, and shows what nobody has seen yet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._console is None:
            self.close(telnet.TOO_MANY)
            return
        transport.write(telnet.GREETING)
        self._detach = self._console.attach(self._show)
        self._flush()

    def get_buffer(self, sizehint: int) -> bytearray:
        """Where the next bytes are put: not more than a few at a time."""
        return self._read

    def buffer_updated(self, nbytes: int) -> None:
        """What the client sent: keys, and what its terminal says of itself."""
        received = self._telnet.feed(bytes(self._read[:nbytes]))
        # A subnegotiation that stays open is given up after a second, however much of it still comes.
        if self._telnet.unfinished and self._patience is None:
            self._patience = asyncio.get_running_loop().call_later(_SUBNEGOTIATION_TIME, self._give_up)
        elif self._patience is not None and not self._telnet.unfinished:
            self._patience.cancel()
            self._patience = None
        for event in received.events:
            if event is telnet.Signal.ARE_YOU_THERE:
                self._answer(_THERE)
            else:
                self._turns.type(event if isinstance(event, bytes) else _BREAK)

    def pause_writing(self) -> None:
        """The client does not read: it is answered no further, and not read from."""
        self._is_slow = True
        self.read_on(False)

    def resume_writing(self) -> None:
        """The client has read."""
        self._is_slow = False
        if not self._turns.waiting:
            self.read_on(True)
        self._turns.go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone; the console stays."""
        self._detach()
        self._turns.stop()
        if self._patience is not None:
            self._patience.cancel()
        self._gone(self)

    def close(self, farewell: bytes) -> None:
        """Ends the connection with a last word."""
        if self._transport is not None:
            self._flush()
            self._answer(farewell)
            self._transport.close()

    def _give_up(self) -> None:
        self._patience = None
        self._telnet.give_up()

    # What its turns ask for

    def take(self, keys: bytes) -> None:
        """Types at the console."""
        if self._console is not None:
            self._console.receive(keys)

    @property
    def type_ahead(self) -> int:
        """How much of it the console has not come to yet."""
        return self._console.type_ahead if self._console is not None else 0

    @property
    def is_full(self) -> bool:
        """Is more to be written than a client reads at a time?"""
        return self._is_slow or len(self._out) > _MOST_TO_WRITE

    def read_on(self, wanted: bool) -> None:
        """Reads from the client, or does not."""
        if self._transport is not None and not self._transport.is_closing():
            if wanted:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

    def _show(self, data: bytes) -> None:
        # All that one wake-up prints is one write: a client finds the prompt at the end of what it reads.
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out += telnet.escape(data)

    def _flush(self) -> None:
        transport, data = self._transport, bytes(self._out)
        self._out.clear()
        if transport is None or transport.is_closing() or not data:
            return
        if transport.get_write_buffer_size() + len(data) > MOST_WAITING:
            transport.abort()
            return
        transport.write(data)
        self._turns.go_on()

    def _answer(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)
