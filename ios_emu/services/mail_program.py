"""The mail program of a PC: its account, and the messages that it has received.

The rules. A message that was fetched is kept here before the server is told to delete it. What is typed
never becomes a header field of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ios_emu.services.mail_account import MailAccount
from ios_emu.services.mail_records import binary, mail_record, number, read_mail_records
from ios_emu.services.record_journal import RecordJournal

_MOST_SPARE_LINES = 100


class InboxMessage(NamedTuple):
    """A message as it came; `number` is never used twice."""

    number: int
    data: bytes


class MailProgram:
    """The mail of one host. `journal` keeps the messages, `stored` is what it kept before."""

    def __init__(self, journal: RecordJournal | None = None, stored: bytes = b"") -> None:
        self.account: MailAccount | None = None
        self.inbox: list[InboxMessage] = []
        self.damaged = 0
        self._journal = journal
        self._last = 0
        if stored:
            self._restore(stored)

    def keep(self, messages: list[bytes], done: Callable[[str | None], None]) -> None:
        """Takes messages that were fetched; `done` gets None when they are kept, or why they can't be."""
        taken = []
        for data in messages:
            self._last += 1
            taken.append(InboxMessage(self._last, data))

        def stored(problem: str | None) -> None:
            if problem is None:
                self.inbox += taken
            done(problem)

        lines = [mail_record(kind="inbox", number=one.number, data=one.data) for one in taken]
        self._store(b"".join(lines), stored)

    def delete(self, message: InboxMessage, done: Callable[[str | None], None]) -> None:
        """Throws a message away."""

        def stored(problem: str | None) -> None:
            if problem is None:
                self.inbox = [one for one in self.inbox if one.number != message.number]
            done(problem)

        self._store(mail_record(kind="thrown", number=message.number), stored)

    def _store(self, record: bytes, done: Callable[[str | None], None]) -> None:
        if self._journal is None:
            done(None)
        else:
            self._journal.append(record, done)

    def _restore(self, stored: bytes) -> None:
        records = read_mail_records(stored)
        messages: dict[int, InboxMessage] = {}
        for entry in records.entries:
            try:
                at = number(entry, "number")
                self._last = max(self._last, at)
                if entry.get("kind") == "inbox":
                    messages[at] = InboxMessage(at, binary(entry, "data"))
                else:
                    messages.pop(at, None)
            except ValueError:
                records.damaged += 1
        self.inbox, self.damaged = list(messages.values()), records.damaged
        if len(records.entries) > _MOST_SPARE_LINES + 2 * len(messages) and self._journal is not None:
            # The last line says which number was the last: it is not given again.
            lines = [mail_record(kind="inbox", number=one.number, data=one.data) for one in self.inbox]
            self._journal.replace(b"".join([*lines, mail_record(kind="thrown", number=self._last + 1)]))
            self._last += 1
