"""What a device hands out to be kept: a record goes to a journal, and the journal says when it is stored.

A device never opens a file. It gives a named record (`R1/nvram`) to the journal that it was given, and
acts on it (prints `[OK]`, sends an ACK or a 250) only when the journal answers. Without a store the
answer comes at once; with one it comes when the record is on the disk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Journal(Protocol):
    """Keeps named records for a device."""

    def write(self, name: str, data: bytes | None, done: Callable[[str | None], None]) -> None:
        """Keeps `data` as the record `name`, in place of an older one; None removes the record.

        `name` is a relative key with `/` between its parts. `done` is called once: with None when the
        record is stored, or with the reason why it can't be, one line for a person; then
        nobody may count on it.
        """


class MemoryJournal:
    """A journal that lasts as long as the process: every record is stored at once."""

    def __init__(self) -> None:
        self.records: dict[str, bytes] = {}

    def write(self, name: str, data: bytes | None, done: Callable[[str | None], None]) -> None:
        """Keeps or removes the record and calls `done(None)` before it returns."""
        if data is None:
            self.records.pop(name, None)
        else:
            self.records[name] = data
        done(None)
