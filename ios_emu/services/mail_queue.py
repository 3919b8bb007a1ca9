"""The queue of a mail server: messages for other domains, tried until they are delivered or sent back.

The rules. A message that was taken is in the mailboxes of its local recipients, or in the queue, or sent back
to its sender; nothing else. A recipient that failed for good is reported to the sender once, and a report
that can't be delivered to nobody. The first try is at once, the others wait longer and longer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from ios_emu.clock import DAY, MINUTE, Clock, Signal, Timer
from ios_emu.services.mail_address import read_address
from ios_emu.services.mail_records import MailRecords, binary, mail_record, number, text, texts
from ios_emu.services.smtp_client import Delivery, is_permanent

_FIRST_WAIT = 5 * MINUTE
_LONGEST_WAIT = 64 * MINUTE
LIFETIME = 5 * DAY
"""How long a message is tried, as RFC 5321, 4.5.4.1, asks for at least."""


@dataclass(slots=True)
class QueuedMail:
    """A message that is not yet delivered to all. `sender` is empty for a bounce; `why` of the last try."""

    queue_id: str
    sender: str
    recipients: list[str]
    data: bytes
    arrived: int
    tries: int = 0
    why: str = ""
    failed: list[tuple[str, str]] = field(default_factory=list)
    under_way: bool = False
    next_try: Timer | None = None


class Outside(Protocol):
    """What the queue asks of its server."""

    def deliver(self, domain: str, mail: QueuedMail, recipients: list[str]) -> Signal:
        """Hands the message to the server of a domain; fires with a Delivery."""

    def keep(self, record: bytes, done: Callable[[str | None], None]) -> None:
        """Stores a line."""

    def bounce(self, mail: QueuedMail, failures: list[tuple[str, str]]) -> None:
        """Tells the sender what could not be delivered."""

    def note(self, line: str) -> None:
        """A line for the server's log."""


class MailQueue:
    """The queue of one server."""

    def __init__(self, clock: Clock, outside: Outside) -> None:
        self._clock = clock
        self._outside = outside
        self._mails: dict[str, QueuedMail] = {}

    def __iter__(self) -> Iterator[QueuedMail]:
        return iter(list(self._mails.values()))

    def __len__(self) -> int:
        return len(self._mails)

    def __contains__(self, queue_id: str) -> bool:
        return queue_id in self._mails

    def record(self, mail: QueuedMail) -> bytes:
        """The line that keeps a message."""
        return mail_record(
            kind="queued",
            id=mail.queue_id,
            sender=mail.sender,
            to=mail.recipients,
            data=mail.data,
            arrived=mail.arrived,
        )

    def records(self) -> Iterable[bytes]:
        """The lines that keep all that is in the queue."""
        return [self.record(mail) for mail in self]

    def enter(self, mail: QueuedMail) -> None:
        """Takes a message that is stored, and tries it at once."""
        self._mails[mail.queue_id] = mail
        self._clock.call_soon(self._try, mail)

    def flush(self) -> None:
        """Tries everything now."""
        for mail in self:
            self._clock.call_soon(self._try, mail)

    def restore(self, records: MailRecords) -> None:
        """Takes over what an earlier process had queued; what is damaged is skipped and counted."""
        for entry in records.entries:
            try:
                match entry.get("kind"):
                    case "queued":
                        mail = QueuedMail(
                            text(entry, "id"),
                            text(entry, "sender"),
                            texts(entry, "to"),
                            binary(entry, "data"),
                            number(entry, "arrived"),
                        )
                        self._mails[mail.queue_id] = mail
                    case "sent":
                        self._settle(text(entry, "id"), texts(entry, "to"))
            except ValueError:
                records.damaged += 1
        for mail in self:
            self._clock.call_soon(self._try, mail, background=True)

    def _settle(self, queue_id: str, recipients: list[str]) -> None:
        mail = self._mails.get(queue_id)
        if mail is None:
            return
        mail.recipients = [one for one in mail.recipients if one not in recipients]
        if not mail.recipients:
            del self._mails[queue_id]

    def _try(self, mail: QueuedMail) -> None:
        if mail.queue_id not in self._mails or mail.under_way:
            return
        if mail.next_try is not None:
            mail.next_try.cancel()
        mail.under_way, mail.next_try = True, None
        mail.tries += 1
        domains: dict[str, list[str]] = {}
        for recipient in mail.recipients:
            address = read_address(recipient)
            domains.setdefault(address.domain if address is not None else "", []).append(recipient)
        waiting = len(domains)
        retry = False

        def came(domain: str, recipients: list[str], result: object) -> None:
            nonlocal waiting, retry
            assert isinstance(result, Delivery)
            retry |= self._came(mail, domain, recipients, result)
            waiting -= 1
            if not waiting:
                self._after(mail, retry)

        for domain, recipients in domains.items():
            signal = self._outside.deliver(domain, mail, recipients)
            signal.subscribe(lambda result, d=domain, r=recipients: came(d, r, result))  # type: ignore[misc]

    def _came(self, mail: QueuedMail, domain: str, recipients: list[str], result: Delivery) -> bool:
        """Takes over what came of one domain; True when some of it is to be tried again."""
        note = self._outside.note
        finished: list[str] = []
        retry = False
        for recipient in recipients:
            reply = result.refused.get(recipient) or result.refused.get("")
            if recipient in result.accepted:
                note(f"smtp: {mail.queue_id} to {recipient}: sent ({result.reply})")
                finished.append(recipient)
            elif reply is not None and is_permanent(reply):
                note(f"smtp: {mail.queue_id} to {recipient}: bounced ({reply})")
                mail.failed.append((recipient, reply))
            else:
                mail.why = reply or f"{domain}: {result.failure}"
                note(f"smtp: {mail.queue_id} to {recipient}: deferred ({mail.why})")
                retry = True
        self._finish(mail, finished)
        return retry

    def _finish(self, mail: QueuedMail, recipients: list[str]) -> None:
        if recipients:
            self._settle(mail.queue_id, recipients)
            record = mail_record(kind="sent", id=mail.queue_id, to=recipients)
            self._outside.keep(record, lambda problem: None)

    def _after(self, mail: QueuedMail, retry: bool) -> None:
        mail.under_way = False
        if retry and self._clock.now - mail.arrived >= LIFETIME:
            reason = f"554 5.4.7 delivery time expired: {mail.why}"
            told = {recipient for recipient, _ in mail.failed}
            mail.failed += [(recipient, reason) for recipient in mail.recipients if recipient not in told]
            retry = False
        if mail.failed:
            failures, mail.failed = mail.failed, []
            # The bounce is on its way to the disk before the recipients leave the queue.
            self._outside.bounce(mail, failures)
            self._finish(mail, [recipient for recipient, _ in failures])
        if retry:
            wait = min(_FIRST_WAIT << min(mail.tries - 1, 10), _LONGEST_WAIT)
            mail.next_try = self._clock.call_later(wait, self._try, mail, background=True)
