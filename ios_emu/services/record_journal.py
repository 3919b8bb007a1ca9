"""What a service hands out to be kept, line by line: leases that were acknowledged, mail that was accepted.

A service never opens a file: it acts on a record (sends its ACK, or its 250) when the journal says stored.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class RecordJournal(Protocol):
    """Keeps the records of one service, in the order in which they came, beyond the end of the process."""

    def append(self, record: bytes, done: Callable[[str | None], None]) -> None:
        """Keeps one more record, a line. `done` is called once.

        It gets None when the record is stored, or the reason why it can't be, one line for a person; then
        nobody may count on it.
        """

    def replace(self, records: bytes) -> None:
        """Keeps these lines in place of all before: at once or not at all, whatever happens meanwhile."""
