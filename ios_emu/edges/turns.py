"""What a client of this machine types, given to its session a little at a time.

Everybody at the doors shares one loop: a turn is short, however much was typed, and between two turns of one
client the others have theirs. Who types faster than is answered is not read from meanwhile.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from ios_emu.edges.tap import Wake
from ios_emu.services.telnet import take_keys

# So long, in seconds, is one client answered before the others have their turn.
_TURN = 0.002
# What a session may have before it that it has not come to, and when that is looked at again.
_MOST_TYPE_AHEAD = 16384
_BREATH = 0.01


class Typed(Protocol):
    """Where it is typed."""

    def take(self, keys: bytes) -> None:
        """Takes some keys."""

    @property
    def type_ahead(self) -> int:
        """How many bytes were typed that the session has not come to yet."""

    @property
    def is_full(self) -> bool:
        """Does enough wait for the client to read it?"""

    def read_on(self, wanted: bool) -> None:
        """Reads from the client, or does not."""


class Turns:
    """The turns of one client; `wake` brings the lab to the present."""

    def __init__(self, typed: Typed, wake: Wake) -> None:
        self._typed = typed
        self._wake = wake
        self._keys = bytearray()
        self._next: asyncio.Handle | None = None
        self._stopped = False

    @property
    def waiting(self) -> int:
        """How many bytes were typed that no turn has come to yet."""
        return len(self._keys)

    def type(self, data: bytes) -> None:
        """Takes what was typed."""
        if not self._stopped:
            self._keys += data
            self.go_on()

    def go_on(self) -> None:
        """Has a turn now, unless one is to come; to be called when the client has read, too."""
        if self._keys and self._next is None and not self._typed.is_full:
            self._wake(self._take_turn)

    def stop(self) -> None:
        """Nothing is typed any more."""
        self._stopped = True
        self._keys.clear()
        if self._next is not None:
            self._next.cancel()

    def _take_turn(self) -> None:
        typed = self._typed
        loop = asyncio.get_running_loop()
        end = loop.time() + _TURN
        busy = False
        while self._keys and not typed.is_full and not busy and loop.time() < end:
            typed.take(take_keys(self._keys))
            busy = typed.type_ahead > _MOST_TYPE_AHEAD
        if self._stopped:
            return
        typed.read_on(not self._keys)
        if self._keys and busy:
            self._next = loop.call_later(_BREATH, self._come_back)
        elif self._keys and not typed.is_full:
            self._next = loop.call_soon(self._come_back)

    def _come_back(self) -> None:
        self._next = None
        self.go_on()
