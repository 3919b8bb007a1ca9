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
from email.errors import MessageError
from email.header import decode_header
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from email.policy import SMTP, compat32
from email.utils import format_datetime

from ios_emu.services.mail_address import MailAddress, read_address

BOUNCE_SUBJECT = "Delivery Status Notification (Failure)"
_STATUS = re.compile(r"[245]\d\d ([245]\.\d{1,3}\.\d{1,3})\b")
_ANGLED = re.compile(r"<([^<>]*)>\s*$")
_COMMENT = re.compile(r"\([^()]*\)\s*$")
_MOST_SHOWN = 200_000
# Of a message of several parts; and what the library needs too long for.
_MOST_PARSED = 65536
_LONGEST_FIELD = 1000
_DEEPEST = 20
_MOST_PARAMETERS = 5000
# Not punycode and the like, which are no charsets, and slow.
_CHARSET = re.compile(
    r"(?i)us-ascii|utf-?8|utf-?16(le|be)?|latin-?1|iso-8859-\d{1,2}|windows-125\d|cp125\d|koi8-[ru]|"
    r"gb2312|gbk|gb18030|big5|shift_jis|euc-(jp|kr)|iso-2022-(jp|kr)"
)


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
    message = BytesHeaderParser(policy=compat32).parsebytes(data[:_MOST_SHOWN])
    fields = {name.lower(): value for name, value in reversed(list(message.raw_items()))}
    sender, to, subject, date = (_field(fields.get(name, "")) for name in ("from", "to", "subject", "date"))
    part: Message = message
    # Only the header of a whole message is read at once: who nests without end is not followed.
    if message.get_content_maintype() == "multipart" and _is_simple(data[:_MOST_PARSED].lower()):
        part = _text_part(message_from_bytes(data[:_MOST_PARSED], policy=compat32)) or message
    return MailText(sender, to, subject, date, _shown(_content(part)))


def reply_address(sender: str) -> MailAddress | None:
    """Whom one answers who wrote `sender` there; None when that is no address."""
    match = _ANGLED.search(sender)
    return read_address(match[1] if match is not None else _COMMENT.sub("", sender).strip())


def _is_simple(lowered: bytes) -> bool:
    """Is it nothing that the library takes too long for?"""
    nested = lowered.count(b"multipart/") + lowered.count(b"message/")
    return nested <= _DEEPEST and lowered.count(b";") <= _MOST_PARAMETERS


def _text_part(message: Message) -> Message | None:
    """The part that is for reading: the first plain text, else the first text."""
    parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
    plain = [part for part in parts if part.get_content_subtype() == "plain"]
    return next(iter(plain or parts), None)


def _content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    short = len(str(part.get("Content-Type", ""))) <= _LONGEST_FIELD
    return _decoded(payload, str(part.get_param("charset")) if short else None)


def _decoded(data: bytes, charset: str | None) -> str:
    """Text in a charset, or in UTF-8 when that is none that one may meet in a mail."""
    try:
        return data.decode(charset if charset and _CHARSET.fullmatch(charset) else "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _field(raw: str) -> str:
    """A header field in one line, its encoded words (RFC 2047) read."""
    text = raw[:_LONGEST_FIELD].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    text = " ".join(text.split())
    try:
        pieces = decode_header(text)
    except (MessageError, ValueError):
        pieces = [(text, None)]
    value = "".join(
        piece if isinstance(piece, str) else _decoded(piece, charset) for piece, charset in pieces
    )
    return "".join(letter if letter.isprintable() else " " for letter in value)


def _shown(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(
        "".join(letter if letter.isprintable() or letter == "\t" else "?" for letter in line)
        for line in lines
    )
