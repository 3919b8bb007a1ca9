"""A journal of lines in one file: leases that were acknowledged, mail that was accepted, survive `kill -9`.

Records are appended; those that one wake-up brought are written together and stored by one fdatasync, and
only then is each told so. What could not be written leaves no trace: the file is cut back to where it was, so
that a record never follows half of another. A replacement goes the way of all state: a temporary file beside
it, fsync, rename, fsync of the folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ios_emu.edges.store import blamed, make_folder, sync_folders
from ios_emu.errors import StateError

Done = Callable[[str | None], None]

# macOS and Windows have no fdatasync.
_store = getattr(os, "fdatasync", os.fsync)
_CANNOT = "the state can't be stored"


class LineJournal:
    """The journal in the file `path`. Every `done` is called by `commit`. Raises StateError when opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[tuple[bytes, Done]] = []
        self._replacement: bytes | None = None
        self._descriptor: int | None = None
        with blamed(path, "the state can't be read"):
            self._size = path.stat().st_size if path.is_file() else 0

    def read(self) -> bytes:
        """All that is stored. Raises StateError."""
        with blamed(self.path, "the state can't be read"):
            return self.path.read_bytes() if self.path.is_file() else b""

    @property
    def pending(self) -> bool:
        """Does anything wait for `commit`?"""
        return bool(self._waiting) or self._replacement is not None

    def append(self, record: bytes, done: Done) -> None:
        """Takes one more record; `done` gets None when it is stored, or why it can't be."""
        self._waiting.append((record, done))

    def replace(self, records: bytes) -> None:
        """Takes lines that stand in place of all that is stored.

        What waits is written behind them: it may be younger than they are, and says nothing else if not.
        """
        self._replacement = records

    def commit(self) -> None:
        """Stores all that waits, then calls each `done`.

        Exceptions of the `done`s do not stop the others: they are raised together when all were called.
        """
        waiting, self._waiting = self._waiting, []
        replacement, self._replacement = self._replacement, None
        lines = b"".join(record for record, _ in waiting)
        problem: str | None = None
        try:
            if replacement is None:
                self._append(lines)
            else:
                self._rewrite(replacement + lines)
        except StateError as error:
            problem = str(error)
        failures: list[Exception] = []
        for _, done in waiting:
            try:
                done(problem)
            except Exception as failure:
                failures.append(failure)
        if failures:
            raise ExceptionGroup("the journal's listeners failed", failures)

    def close(self) -> None:
        """Lets go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _append(self, lines: bytes) -> None:
        with blamed(self.path, _CANNOT):
            descriptor = self._open()
            try:
                written = 0
                while written < len(lines):
                    written += os.write(descriptor, lines[written:])
                _store(descriptor)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(descriptor, self._size)
                self.close()
                raise
            self._size += len(lines)

    def _open(self) -> int:
        if self._descriptor is None:
            touched = make_folder(self.path.parent)
            new = not self.path.exists()
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(self.path, flags, 0o600)
            # What an append that failed could not cut off is cut off now.
            os.ftruncate(self._descriptor, self._size)
            if new:
                sync_folders(touched | {self.path.parent})
        return self._descriptor

    def _rewrite(self, lines: bytes) -> None:
        self.close()
        temporary = self.path.with_name(f".ios-emu-{self.path.name}.tmp")
        with blamed(self.path, _CANNOT):
            touched = make_folder(self.path.parent)
            try:
                with open(temporary, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                    file.write(lines)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, self.path)
            except OSError:
                with suppress(OSError):
                    temporary.unlink()
                raise
            self._size = len(lines)
            sync_folders(touched | {self.path.parent})
