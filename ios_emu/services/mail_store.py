"""The mailboxes of a mail server: users with passwords, their messages, and what of them is on disk.

The rules. A message is in a mailbox when its record is stored. A user's name is a key, never a path. Unique
identifiers are numbers that are not used twice, so that a POP3 client knows a message again (RFC 1939, 7).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from ios_emu.services.mail_records import MailRecords, binary, mail_record, number, text
from ios_emu.services.record_journal import RecordJournal

Done = Callable[[str | None], None]
_MOST_SPARE_LINES = 500


class StoredMessage(NamedTuple):
    """A message as it was delivered, lines ending in CR LF."""

    uid: int
    data: bytes


@dataclass(slots=True)
class Mailbox:
    """The messages of one user, the oldest first. `in_use` while a POP3 session has it."""

    user: str
    messages: dict[int, StoredMessage] = field(default_factory=dict)
    in_use: bool = False


class Others(Protocol):
    """What shares the journal."""

    def __len__(self) -> int:
        """How many lines it needs."""

    def records(self) -> Iterable[bytes]:
        """These lines."""


class MailStore:
    """The mailboxes of `users`. `journal` keeps what is in them; None: they live as long as the lab."""

    def __init__(self, domain: str, users: dict[str, str], journal: RecordJournal | None = None) -> None:
        self.domain = domain.lower()
        self.users = users
        self.journal = journal
        self._mailboxes: dict[str, Mailbox] = {}
        self._last_uid = 0
        self._lines = 0
        self._under_way = 0
        # What else is kept in the same journal: the queue's lines.
        self.others: Others | None = None

    def user_of(self, local: str) -> str | None:
        """The user that a local part means, in any case; postmaster is always somebody (RFC 5321, 4.5.1)."""
        lowered = local.lower()
        for user in self.users:
            if user.lower() == lowered:
                return user
        return next(iter(self.users), None) if lowered == "postmaster" else None

    def authenticates(self, user: str, password: str) -> bool:
        """Is this the user's password? It takes as long for a user that there is not."""
        known = self.users.get(user)
        return hmac.compare_digest((known or "").encode(), password.encode()) and known is not None

    def mailbox(self, user: str) -> Mailbox:
        """The mailbox of a user."""
        return self._mailboxes.setdefault(user, Mailbox(user))

    def prepare(self, user: str, data: bytes) -> tuple[StoredMessage, bytes]:
        """A message for a user with a number of its own, and the line that will keep it."""
        self._last_uid += 1
        message = StoredMessage(self._last_uid, data)
        return message, mail_record(kind="mail", user=user, uid=message.uid, data=data)

    def enter(self, user: str, message: StoredMessage) -> None:
        """Puts a message that is stored into the mailbox."""
        self.mailbox(user).messages[message.uid] = message

    def keep(self, record: bytes, done: Done) -> None:
        """Stores one or more lines; `done` gets None, or why it can't be."""
        if self.journal is None:
            done(None)
            return
        self._lines += record.count(b"\n")
        self._under_way += 1

        def stored(problem: str | None) -> None:
            self._under_way -= 1
            done(problem)
            self._compact_if_due()

        self.journal.append(record, stored)

    def remove(self, user: str, uids: Iterable[int], done: Done) -> None:
        """Deletes messages of a user for good; `done` gets None when that is stored."""
        gone = sorted(uids)

        def stored(problem: str | None) -> None:
            if problem is None:
                for uid in gone:
                    self.mailbox(user).messages.pop(uid, None)
            done(problem)

        if gone:
            self.keep(mail_record(kind="deleted", user=user, uids=gone), stored)
        else:
            done(None)

    def remove_user(self, user: str) -> None:
        """Takes a user away. The mailbox stays for one who comes back with that name."""
        del self.users[user]

    def restore(self, records: MailRecords) -> None:
        """Takes over what an earlier process kept; what is damaged is skipped and counted."""
        for entry in records.entries:
            try:
                self._restore(entry)
            except ValueError:
                records.damaged += 1
        self._lines = len(records.entries)

    def _restore(self, entry: dict[str, object]) -> None:
        match entry.get("kind"):
            case "mail":
                message = StoredMessage(number(entry, "uid"), binary(entry, "data"))
                self.enter(text(entry, "user"), message)
                self._last_uid = max(self._last_uid, message.uid)
            case "deleted":
                uids = entry.get("uids")
                for uid in uids if isinstance(uids, list) else ():
                    self.mailbox(text(entry, "user")).messages.pop(uid, None)
            case "last":
                # The highest number that was ever given: it must not be given again.
                self._last_uid = max(self._last_uid, number(entry, "uid"))

    def _compact_if_due(self) -> None:
        if self._under_way:
            # A record that is stored, or about to be, may not have been entered yet: it would be lost.
            return
        alive = sum(len(mailbox.messages) for mailbox in self._mailboxes.values())
        if self.others is not None:
            alive += len(self.others)
        if self._lines > _MOST_SPARE_LINES + 2 * alive:
            self.compact()

    def compact(self) -> None:
        """Writes the journal anew with what there is."""
        if self.journal is None:
            return
        lines = [mail_record(kind="last", uid=self._last_uid)]
        for mailbox in self._mailboxes.values():
            for message in mailbox.messages.values():
                lines.append(mail_record(kind="mail", user=mailbox.user, uid=message.uid, data=message.data))
        if self.others is not None:
            lines += self.others.records()
        self._lines = len(lines)
        self.journal.replace(b"".join(lines))
