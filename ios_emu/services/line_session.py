"""What SMTP and POP3 sessions have in common: lines in, replies out, a clock that ends who is idle.

The rules. A session is fed bytes as they come, in any pieces, and answers the same. While an answer waits for
something (a disk, a delay for who guesses passwords) the lines behind it wait, too. Its input is bounded:
of a line that is too long nothing is kept, and its time runs out if it does not end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ios_emu.clock import Clock, Timer

Write = Callable[[bytes], None]
MOST_WAITING = 65536
"""Bytes of input that may wait behind an answer that takes its time."""


class Transport(Protocol):
    """Where a session's answers go."""

    def write(self, data: bytes) -> None:
        """Sends bytes to the client."""

    def close(self) -> None:
        """Ends the connection when all is sent."""

    def pause(self, paused: bool) -> None:
        """Stops reading from the client, or goes on."""


class LineSession:
    """A session of a line protocol; `handle_line` is what a protocol adds. `idle` is in nanoseconds."""

    def __init__(self, clock: Clock, transport: Transport, idle: int, longest_line: int) -> None:
        self.clock = clock
        self.transport = transport
        self.ended = False
        # Takes what is not made of lines from the buffer, until it sets this to None.
        self.take_raw: Callable[[bytearray], None] | None = None
        self._idle = idle
        self._longest_line = longest_line
        self._buffer = bytearray()
        self._skips_line = False
        self._busy = False
        self._handling = False
        self._answers = b""
        self._timer: Timer | None = None
        self.stay_awake()

    def handle_line(self, line: bytes) -> None:
        """Takes a line without its end."""
        raise NotImplementedError

    def line_too_long(self) -> None:
        """A line is longer than any that is taken."""
        raise NotImplementedError

    def timed_out(self) -> None:
        """The client has been silent for too long."""
        raise NotImplementedError

    def receive(self, data: bytes) -> None:
        """Takes bytes of the client."""
        if self.ended:
            return
        self._buffer += data
        if not self._handling:
            self._handle()

    def reply(self, text: str) -> None:
        """Sends a line."""
        self.write(text.encode("latin-1", "replace") + b"\r\n")

    def write(self, data: bytes) -> None:
        """Sends bytes. What several commands that came together are answered goes out together."""
        if self.ended:
            return
        if self._handling:
            self._answers += data
        else:
            self.transport.write(data)

    def _flush(self) -> None:
        answers, self._answers = self._answers, b""
        if answers:
            self.transport.write(answers)

    def end(self) -> None:
        """Ends the session from this side; what was said is still sent."""
        if not self.ended:
            self._flush()
            self.lost()
            self.transport.close()

    def lost(self) -> None:
        """The connection is gone."""
        self.ended = True
        self._buffer.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def stay_awake(self, time: int | None = None) -> None:
        """The client said something whole: it has that time again for what comes next.

        Bytes that trickle in do not count: a command has its time, however slowly it is typed.
        """
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.clock.call_later(time or self._idle, self._timed_out, background=True)

    def begin_waiting(self) -> None:
        """An answer takes its time: further lines wait for `go_on`."""
        self._busy = True
        self.transport.pause(True)

    def go_on(self) -> None:
        """The answer was given."""
        self._busy = False
        self.transport.pause(False)
        if not self.ended and not self._handling:
            self._handle()

    def answer_later(self, delay: int, answer: Callable[[], None]) -> None:
        """Gives an answer after `delay` nanoseconds."""

        def give() -> None:
            # The answer may ask for a delay of its own.
            self._busy = False
            if not self.ended:
                answer()
            if not self._busy:
                self.go_on()

        self.begin_waiting()
        self.clock.call_later(delay, give)

    def _handle(self) -> None:
        self._handling = True
        try:
            while not (self.ended or self._busy):
                if self.take_raw is not None:
                    self.take_raw(self._buffer)
                    if self.take_raw is not None:
                        return
                    continue
                end = self._buffer.find(b"\n")
                if end < 0:
                    if len(self._buffer) > self._longest_line:
                        # What comes of the line yet is not the next one.
                        self._skips_line = True
                        self._buffer.clear()
                    return
                self.stay_awake()
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 1]
                if self._skips_line or len(line) > self._longest_line:
                    self._skips_line = False
                    self.line_too_long()
                else:
                    self.handle_line(line.removesuffix(b"\r"))
        finally:
            self._handling = False
            self._flush()

    def _timed_out(self) -> None:
        self._timer = None
        if self._busy:
            # It is not the client who is late.
            self.stay_awake()
        else:
            self.timed_out()
