"""The protocol of `scp`, as it runs over a connection: one end sends files, the other takes them.

The rules. Bytes in, bytes out, in any pieces. A line `C<mode> <size> <name>` announces a file, its bytes
and a zero byte follow; the other end answers each of these with a zero byte, or with 1, a text and a line
end. A file that is refused is refused before its bytes are sent, and its bytes are never more than it
announced.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

OK = b"\0"
_ERRORS = (1, 2)
_HEADER = re.compile(rb"C[0-7]{3,4} (\d{1,12}) ([^/\0]{1,255})")
_MOST_HEADER = 512
_COMMAND = re.compile(r"scp((?: -[a-zA-Z]+)*)(?: --)? (\S.*)")


class Files(Protocol):
    """The files that can be copied, by their names (`nvram:startup-config`)."""

    def read(self, name: str) -> bytes | None:
        """What is in a file; None: there is none."""

    def refuses(self, name: str, size: int) -> str | None:
        """Why a file of that name and size can't be taken; None: it can."""

    def write(self, name: str, data: bytes, done: Callable[[str | None], None]) -> None:
        """Stores a file, then calls `done` with None or with the reason why it could not."""


class Copy(NamedTuple):
    """What the command that a client's `scp` runs here asks for: to send `name`, or to take it."""

    sends: bool
    name: str


def read_command(command: str) -> Copy | None:
    """Takes `scp -f NAME` and `scp -t NAME` apart; None for any other command."""
    match = _COMMAND.fullmatch(command.strip())
    if match is None:
        return None
    sends, takes = "f" in match[1], "t" in match[1]
    return None if sends == takes else Copy(sends, match[2].strip("'\""))


class Source:
    """Sends one file. `finished` is told whether all went well."""

    def __init__(
        self, files: Files, name: str, write: Callable[[bytes], None], finished: Callable[[bool], None]
    ) -> None:
        self._write = write
        self._finished = finished
        self._over = False
        data = files.read(name)
        self._missing = data is None
        if data is None:
            self._parts = [_error(f"{name}: No such file or directory")]
            return
        base = re.split("[:/]", name)[-1]
        self._parts = [f"C0644 {len(data)} {base}\n".encode("latin-1", "replace"), data + OK]

    def receive(self, data: bytes) -> None:
        """The client agrees, byte for byte."""
        for byte in data:
            if self._over:
                return
            if byte:
                self._finish(False)
            elif self._parts:
                self._write(self._parts.pop(0))
                if self._missing:
                    self._finish(False)
            else:
                self._finish(True)

    def end(self) -> None:
        """The client says no more."""
        self._finish(not self._parts)

    def _finish(self, well: bool) -> None:
        if not self._over:
            self._over = True
            self._finished(well)


class Sink:
    """Takes files. `target` is where to: a name, or what ends in `:` or `/` and goes before a file's own."""

    def __init__(
        self, files: Files, target: str, write: Callable[[bytes], None], finished: Callable[[bool], None]
    ) -> None:
        self._files = files
        self._target = target
        self._write = write
        self._finished = finished
        self._buffer = bytearray()
        self._file: tuple[str, int] | None = None
        self._storing = self._ended = self._over = False
        self._well = True
        write(OK)

    def receive(self, data: bytes) -> None:
        """A header, the bytes of a file, or parts of them."""
        if not self._over:
            self._buffer += data
            self._go_on()

    def end(self) -> None:
        """The client says no more."""
        self._ended = True
        self._go_on()

    def _go_on(self) -> None:
        while not self._over and not self._storing and self._step():
            pass
        if self._ended and not self._storing:
            self._finish(self._well and self._file is None and not self._buffer)

    def _step(self) -> bool:
        """Does the next thing that is there as a whole; False when none is."""
        if self._file is not None:
            name, size = self._file
            if len(self._buffer) <= size:
                return False
            data, status = bytes(self._buffer[:size]), self._buffer[size]
            del self._buffer[: size + 1]
            self._file = None
            if status:
                self._finish(False)
            else:
                self._storing = True
                self._files.write(name, data, self._stored)
            return True
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > _MOST_HEADER:
                self._refuse("protocol error: unexpected data")
            return False
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._header(line)
        return True

    def _header(self, line: bytes) -> None:
        match = _HEADER.fullmatch(line)
        if match is not None:
            size, own = int(match[1]), match[2].decode("latin-1")
            name = self._target + own if self._target.endswith((":", "/")) else self._target
            problem = self._files.refuses(name, size)
            if problem is not None:
                self._refuse(f"{name}: {problem}")
                return
            self._file = name, size
            self._write(OK)
        elif line[:1] in (b"T", b"E"):
            self._write(OK)
        elif line[:1] == b"D":
            self._refuse(f"{self._target}: not a directory")
        elif line and line[0] in _ERRORS:
            self._finish(False)
        else:
            self._refuse("protocol error: unexpected data")

    def _stored(self, problem: str | None) -> None:
        self._storing = False
        if problem is None:
            self._write(OK)
        else:
            self._well = False
            self._write(_error(problem))
        self._go_on()

    def _refuse(self, why: str) -> None:
        self._write(_error(why))
        self._finish(False)

    def _finish(self, well: bool) -> None:
        if not self._over:
            self._over = True
            self._finished(well)


def _error(text: str) -> bytes:
    return f"\x01scp: {text}\n".encode("latin-1", "replace")
