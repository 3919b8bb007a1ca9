"""Messages as texts (RFC 5322): how one is written, read, and sent back as a bounce (RFC 3464).

The rules. What a person types never becomes a header field of its own: names and subjects with control
characters are refused. What another wrote is read with care: no control character of it reaches a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime

from ios_emu.services.mail_address import MailAddress

BOUNCE_SUBJECT = "Delivery Status Notification (Failure)"
_STATUS = re.compile(r"[245]\d\d ([245]\.\d{1,3}\.\d{1,3})\b")
_MOST_SHOWN = 200_000


@dataclass(frozen=True, slots=True)
class MailText:
    """What a person sees of a message."""

    sender: str
    to: str
    subject: str
    date: str
    body: str


def is_clean(text: str) -> bool:
    """May this stand in a header field?"""
    return all(letter.isprintable() for letter in text)


def rfc_date(now: datetime) -> str:
    """A date as header fields have it."""
    return format_datetime(now.replace(tzinfo=UTC, microsecond=0))


def write_message(
    name: str,
    sender: MailAddress,
    recipient: MailAddress,
    subject: str,
    body: str,
    now: datetime,
    unique: str,
) -> bytes:
    """A message of a person. Raises ValueError for a name or a subject that has control characters."""
    if not is_clean(name) or not is_clean(subject):
        raise ValueError("control characters in a header field")
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(name, sender.local, sender.domain)
    message["To"] = Address("", recipient.local, recipient.domain)
    message["Subject"] = subject
    message["Date"] = rfc_date(now)
    message["Message-ID"] = f"<{unique}@{sender.domain}>"
    message.set_content(body)
    return message.as_bytes()


def write_bounce(
    host: str,
    sender: MailAddress,
    failures: Sequence[tuple[MailAddress, str]],
    text: bytes,
    now: datetime,
    unique: str,
) -> bytes:
    """What the sender of a message gets when it could not be delivered to some.

    It is put together by hand: the library picks the boundary of its parts by chance.
    """
    boundary, date = f"{unique}/{host}", rfc_date(now)
    reasons = [(address, _clean(reason)) for address, reason in failures]
    fields = [
        f"From: Mail Delivery System <MAILER-DAEMON@{host}>",
        f"To: {sender}",
        f"Subject: {BOUNCE_SUBJECT}",
        f"Date: {date}",
        f"Message-ID: <{unique}@{host}>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"',
        "",
        f"--{boundary}",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        f"This is the mail system at host {host}.",
        "",
        "Your message could not be delivered to one or more recipients.",
        "",
        *(f"<{address}>: {reason}" for address, reason in reasons),
        "",
        f"--{boundary}",
        "Content-Type: message/delivery-status",
        "",
        f"Reporting-MTA: dns; {host}",
        f"Arrival-Date: {date}",
    ]
    for address, reason in reasons:
        fields += ["", f"Final-Recipient: rfc822; {address}", "Action: failed"]
        fields += [f"Status: {_status(reason)}", f"Diagnostic-Code: smtp; {reason}"]
    fields += ["", f"--{boundary}", "Content-Type: text/rfc822-headers", ""]
    head = text.partition(b"\r\n\r\n")[0]
    # The boundary must not be in what it bounds.
    quoted = head.replace(b"--" + boundary.encode(), b"- -")
    return (
        "\r\n".join(fields).encode("ascii", "replace")
        + b"\r\n"
        + quoted
        + f"\r\n\r\n--{boundary}--\r\n".encode()
    )


def _status(reason: str) -> str:
    """The enhanced status code of a reply (RFC 3463); 5.0.0 where it has none."""
    match = _STATUS.match(reason)
    return match[1] if match is not None else "5.0.0"


def _clean(text: str) -> str:
    return "".join(letter if letter.isprintable() and letter.isascii() else "?" for letter in text)[:400]


def read_message(data: bytes) -> MailText:
    """What a message says, whatever is in it."""
    try:
        message = message_from_bytes(data[:_MOST_SHOWN], policy=default)
        fields = [_field(message, name) for name in ("From", "To", "Subject", "Date")]
        part = (
            message.get_body(preferencelist=("plain", "html")) if isinstance(message, EmailMessage) else None
        )
        body = part.get_content() if part is not None else message.get_payload()
        text = body if isinstance(body, str) else data.partition(b"\r\n\r\n")[2].decode("latin-1")
    except (MessageError, HeaderParseError, LookupError, ValueError, TypeError, AttributeError, KeyError):
        fields, text = ["", "", "", ""], data.decode("latin-1")
    sender, to, subject, date = fields
    return MailText(sender, to, subject, date, _shown(text))


def _field(message: EmailMessage, name: str) -> str:
    try:
        value = str(message.get(name, ""))
    except (MessageError, ValueError, IndexError, AttributeError):
        value = ""
    return "".join(letter if letter.isprintable() else " " for letter in value)


def _shown(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(
        "".join(letter if letter.isprintable() or letter == "\t" else "?" for letter in line)
        for line in lines
    )
