"""What a lab wants kept in its state folder: values, and journals of lines; those of one wake-up together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from ios_emu.edges.line_journal import LineJournal
from ios_emu.edges.store import StateFolder, check_key


class Committer(Protocol):
    """Takes what is to be kept, and stores it when it is told to."""

    @property
    def pending(self) -> bool:
        """Does anything wait for `commit`?"""

    def commit(self) -> None:
        """Stores what waits, and calls who waits for that."""


class StoreJournal:
    """A journal (`devices.nvram.Journal`) whose records wait until `commit` stores them together."""

    def __init__(self, folder: StateFolder) -> None:
        self._folder = folder
        self._waiting: list[tuple[str, bytes | None, Callable[[str | None], None]]] = []

    @property
    def pending(self) -> bool:
        """Whether records wait for `commit`."""
        return bool(self._waiting)

    def write(self, name: str, data: bytes | None, done: Callable[[str | None], None]) -> None:
        """Takes the record; `done` is called by `commit`. Raises ValueError for a key that is none."""
        check_key(name)
        self._waiting.append((name, data, done))

    def commit(self) -> None:
        """Stores all that waits, in order, then calls each `done`.

        A record that a `done` writes waits for the next commit. Exceptions of the `done`s do not stop
        the others: they are raised together when all were called.
        """
        waiting = self._waiting
        outcomes = self._folder.store((name, data) for name, data, _ in waiting)
        self._waiting = []
        failures: list[Exception] = []
        for (_, _, done), error in zip(waiting, outcomes, strict=True):
            try:
                done(None if error is None else str(error))
            except Exception as failure:
                failures.append(failure)
        if failures:
            raise ExceptionGroup("the journal's listeners failed", failures)


class Journals:
    """All that one lab keeps in `folder`. `committed` is called when a value was stored."""

    def __init__(self, folder: StateFolder, committed: Callable[[], None] = lambda: None) -> None:
        self.values = StoreJournal(folder)
        self._folder = folder
        self._committed = committed
        self._lines: dict[str, LineJournal] = {}

    def lines(self, name: str, device: str) -> tuple[LineJournal, bytes]:
        """The journal of that name of a device, and what it holds. Raises StateError."""
        key = f"{device}/{name}"
        check_key(key)
        journal = self._lines[key] = LineJournal(self._folder.path / key)
        return journal, journal.read()

    def opener(self, name: str) -> Callable[[str], tuple[LineJournal, bytes]]:
        """Opens the journals of that name, device by device."""
        return partial(self.lines, name)

    @property
    def pending(self) -> bool:
        """Does anything wait for `commit`?"""
        return self.values.pending or any(journal.pending for journal in self._lines.values())

    def commit(self) -> None:
        """Stores what waits."""
        for journal in list(self._lines.values()):
            if journal.pending:
                journal.commit()
        if self.values.pending:
            self.values.commit()
            self._committed()

    def close(self) -> None:
        """Lets go of the files."""
        for journal in self._lines.values():
            journal.close()
