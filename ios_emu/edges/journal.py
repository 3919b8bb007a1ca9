"""The journal that stores records in the state folder, those of one wake-up together."""

from __future__ import annotations

from collections.abc import Callable

from ios_emu.edges.store import StateFolder, check_key


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
