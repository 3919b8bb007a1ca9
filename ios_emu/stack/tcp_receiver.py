"""The receiving half of a TCP connection: bytes in order for the reader, and the window for the other end.

Sequence numbers are counted on without end, as in the sending half.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from ios_emu.clock import MILLISECOND, Clock, Timer

RECEIVE_BUFFER = 65535
_LARGEST_WINDOW = 65535
_DELAY = 200 * MILLISECOND
# Pieces that wait for a gap to be filled: a flood of tiny ones must not eat the memory.
_MOST_PIECES = 512


class Receiver:
    """`acknowledge` sends a segment without data. `nxt` is the next byte that is expected."""

    __slots__ = (
        "_acknowledge",
        "_clock",
        "_edge",
        "_length",
        "_pieces",
        "_timer",
        "_unacknowledged",
        "buffer_size",
        "chunks",
        "fin",
        "mss",
        "nxt",
    )

    def __init__(self, clock: Clock, acknowledge: Callable[[], None]) -> None:
        self._clock = clock
        self._acknowledge = acknowledge
        self.nxt = 0
        self.mss = 536
        self.fin: int | None = None
        self.buffer_size = RECEIVE_BUFFER
        self.chunks: deque[bytes] = deque()
        self._length = 0
        self._edge = 0
        self._pieces: dict[int, bytes] = {}
        self._unacknowledged = 0
        self._timer: Timer | None = None

    def begin(self, number: int) -> None:
        """The other end's SYN was the byte before `number`."""
        self.nxt = number
        self._edge = number + self.buffer_size

    @property
    def unread(self) -> int:
        """How many bytes wait for the reader."""
        return self._length

    @property
    def edge(self) -> int:
        """The right edge of the window that the other end was last told."""
        return self._edge

    def window(self) -> int:
        """The window to advertise; it opens by steps that are worth it (RFC 9293, 3.8.6.2)."""
        wanted = self.nxt + self.buffer_size - self._length
        gain = wanted - self._edge
        if gain >= self.mss or gain * 2 >= self.buffer_size:
            self._edge = wanted
        self._unacknowledged = 0
        window = self._edge - self.nxt
        return window if 0 <= window <= _LARGEST_WINDOW else 0 if window < 0 else _LARGEST_WINDOW

    def take(self, number: int, payload: bytes) -> None:
        """Bytes that begin at `number`, one of them at least in the window. Those in order are ready."""
        if number < self.nxt:
            payload = payload[self.nxt - number :]
            number = self.nxt
        room = self._edge - number
        if len(payload) > room:
            payload = payload[: max(room, 0)]
        if not payload:
            self._acknowledge()
            return
        if number != self.nxt:
            if len(self._pieces) < _MOST_PIECES and len(payload) > len(self._pieces.get(number, b"")):
                self._pieces[number] = payload
            self._acknowledge()
            return
        self._append(payload)
        if self._pieces:
            self._fill()
            self._acknowledge()
            return
        self._unacknowledged += len(payload)
        if self._unacknowledged >= 2 * self.mss:
            self._acknowledge()
        elif self._timer is None:
            # The other end waits for it, with a timer of its own: nobody else has to.
            self._timer = self._clock.call_later(_DELAY, self._delayed, background=True)

    def read(self, limit: int | None = None) -> bytes:
        """Takes bytes out, at most `limit`; tells the other end when the window has opened enough."""
        if limit is None or limit >= self._length:
            data = self.chunks[0] if len(self.chunks) == 1 else b"".join(self.chunks)
            self.chunks.clear()
        else:
            parts, missing = [], limit
            while missing > 0:
                chunk = self.chunks.popleft()
                if len(chunk) > missing:
                    self.chunks.appendleft(chunk[missing:])
                    chunk = chunk[:missing]
                parts.append(chunk)
                missing -= len(chunk)
            data = b"".join(parts)
        self._length -= len(data)
        opened = self.nxt + self.buffer_size - self._length - self._edge
        if data and self.fin is None and opened >= max(2 * self.mss, self.buffer_size // 2):
            self._acknowledge()
        return data

    def stop(self) -> None:
        """Forgets what waits for a gap, and the delayed acknowledgment."""
        self._pieces.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _append(self, payload: bytes) -> None:
        self.chunks.append(payload)
        self._length += len(payload)
        self.nxt += len(payload)

    def _fill(self) -> None:
        """Pieces that have become the next ones."""
        for number in sorted(self._pieces):
            if number > self.nxt:
                break
            payload = self._pieces.pop(number)[self.nxt - number :]
            if payload:
                self._append(payload)

    def _delayed(self) -> None:
        self._timer = None
        if self._unacknowledged:
            self._acknowledge()
