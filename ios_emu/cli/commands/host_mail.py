"""The mail program at a host's prompt: `mail configure`, `send`, `receive`, `list`, `read`, and the others.

Where Packet Tracer's words are known they are these; a failure is told in plain words, with server, address,
port and reason.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from ipaddress import IPv4Address

from ios_emu.cli.commands.host_names import host_address
from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Kind, Say
from ios_emu.cli.questions import Asking
from ios_emu.clock import Signal
from ios_emu.devices.host import Host
from ios_emu.devices.system_clock import EPOCH
from ios_emu.services.mail_account import MailAccount
from ios_emu.services.mail_address import MailAddress, read_address
from ios_emu.services.mail_program import InboxMessage

_FIELDS = (
    ("name", "Your Name"),
    ("address", "Email Address"),
    ("incoming", "Incoming Mail Server"),
    ("outgoing", "Outgoing Mail Server"),
    ("user", "User Name"),
    ("password", "Password"),
)
_NO_ACCOUNT = "No mail account is set: mail configure asks for it.\n"
_NO_ADDRESS = "{} is not a mail address: it is USER@DOMAIN.\n"
_NO_MAILBOX = re.compile(r"550 5\.1\.1 ")
_SMTP, _POP3 = "TCP port 25 (SMTP)", "TCP port 110 (POP3)"
_MICROSECOND = 1000
_COLUMN = 40


def mail_configure(
    host: Host,
    mail_name: str | None = None,
    mail_address: str | None = None,
    mail_incoming: str | None = None,
    mail_outgoing: str | None = None,
    mail_user: str | None = None,
    mail_password: str | None = None,
) -> Dialogue | str:
    """`mail configure [NAME ADDRESS INCOMING OUTGOING USER PASSWORD]`; without them it asks for each."""
    given = (mail_name, mail_address, mail_incoming, mail_outgoing, mail_user, mail_password)
    fields = [field for field in given if field is not None]
    if len(fields) == len(_FIELDS):
        return _save(host, fields)
    return _configure(host)


def _configure(host: Host) -> Dialogue:
    account = host.mail.account
    fields = []
    try:
        for field, label in _FIELDS:
            before = "" if account is None else str(getattr(account, field))
            hidden = field == "password"
            shown = f" [{'*' * len(before) if hidden else before}]" if before else ""
            answer: str = yield Ask(f"{label}{shown}: ", Kind.HIDDEN if hidden else Kind.LINE)
            fields.append(answer.strip() or before)
    except Interrupted:
        return "Nothing was changed.\n"
    return _save(host, fields)


def _save(host: Host, fields: list[str]) -> str:
    account = MailAccount(*fields)
    address = read_address(account.address)
    if address is None or not address.domain:
        return _NO_ADDRESS.format(account.address or "Nothing")
    missing = [label for field, label in _FIELDS if not getattr(account, field)]
    if missing:
        return f"{missing[0]} is missing: nothing was changed.\n"
    if not all(field.isprintable() for field in fields):
        return "A field has a control character: nothing was changed.\n"
    host.mail.account = account
    return "The mail account is saved.\n"


def mail_show(host: Host) -> str:
    """`mail show`: the account, without its password."""
    account = host.mail.account
    if account is None:
        return _NO_ACCOUNT
    values = [getattr(account, field) if field != "password" else "*" * 8 for field, _ in _FIELDS]
    return "".join(f"{label:<24}{value}\n" for (_, label), value in zip(_FIELDS, values, strict=True))


def mail_send(host: Host, mail_to: str, mail_subject: str = "") -> Dialogue:
    """`mail send TO SUBJECT...`: the text is typed up to a line with a single dot."""
    account = host.mail.account
    if account is None:
        return _NO_ACCOUNT
    recipient = read_address(mail_to)
    if recipient is None or not recipient.domain:
        return _NO_ADDRESS.format(mail_to)
    try:
        body = yield from _ask_text()
        return (yield from _send(host, account, recipient, mail_subject, body))
    except Interrupted:
        return "The mail was not sent.\n"


def _ask_text() -> Asking[str]:
    yield Say("Type the text; a line with a single dot ends it.\n")
    lines = []
    while (line := (yield Ask(""))) != ".":
        lines.append(f"{line}\n")
    return "".join(lines)


def _send(host: Host, account: MailAccount, recipient: MailAddress, subject: str, body: str) -> Dialogue:
    from ios_emu.services.mail_message import write_message
    from ios_emu.services.sasl import Credentials
    from ios_emu.services.smtp_client import Delivery, SmtpClient

    sender = read_address(account.address)
    assert sender is not None
    try:
        text = write_message(account.name, sender, recipient, subject, body, _now(host), _unique(host))
    except ValueError:
        return "The subject has a control character: the mail was not sent.\n"
    yield Say(f"\nSending mail to {recipient} , with subject : {subject} .. \n")
    yield Say(f"Mail Server: {account.outgoing}\n")
    address = yield from _server(host, account.outgoing)
    if address is None:
        return f"The name {account.outgoing} could not be resolved: the mail was not sent.\n"
    credentials = Credentials(account.user, account.password)
    client = SmtpClient(host.node, int(address), host.name, str(sender), [str(recipient)], text, credentials)
    try:
        delivery: Delivery = yield client.finished
    except Interrupted:
        client.stop()
        raise
    if delivery.failure is not None:
        return _failure(address, _SMTP, delivery.failure)
    refused = delivery.refused.get(str(recipient)) or delivery.refused.get("")
    if refused is not None:
        if _NO_MAILBOX.match(refused):
            return f"Mail server {address} has no mailbox {recipient}: {refused}\n"
        return f"Mail server {address} refused the mail: {refused}\n"
    return "Send Success.\n"


def mail_receive(host: Host) -> Dialogue:
    """`mail receive`: fetches what there is at the POP3 server."""
    from ios_emu.services.pop3_client import Fetched, Pop3Client

    account = host.mail.account
    if account is None:
        return _NO_ACCOUNT
    yield Say(f"Receiving mail from POP3 Server {account.incoming}\n")
    try:
        address = yield from _server(host, account.incoming)
        if address is None:
            return f"The name {account.incoming} could not be resolved: nothing was received.\n"
        client = Pop3Client(host.node, int(address), account.user, account.password, host.mail.keep)
        try:
            fetched: Fetched = yield client.finished
        except Interrupted:
            client.stop()
            raise
    except Interrupted:
        return "Nothing was received.\n"
    if fetched.refusal is not None:
        if "[AUTH]" in fetched.refusal:
            return f"Mail server {address} refused the user name or the password: {fetched.refusal}\n"
        return f"Mail server {address} refused {account.user}: {fetched.refusal}\n"
    if fetched.failure is not None:
        return _failure(address, _POP3, fetched.failure)
    count = len(fetched.messages)
    return f"Receive Mail Success.\n{count} new message{'' if count == 1 else 's'}.\n"


def _server(host: Host, name: str) -> Asking[IPv4Address | None]:
    """The address of a mail server; None when its name is not known."""
    address = yield from host_address(host, name)
    if address is not None and str(address) != name:
        yield Say(f"DNS resolved ip address: {address}\n")
    return address


def _failure(address: IPv4Address, port: str, reason: str) -> str:
    match reason:
        case "refused":
            return f"Mail server {address} refused the connection on {port}.\n"
        case "timed out":
            return f"Mail server {address} does not answer on {port}.\n"
        case "unreachable":
            return f"Mail server {address} can't be reached on {port}.\n"
        case "reset" | "closed":
            return f"Mail server {address} closed the connection on {port} too early.\n"
        case _:
            return f"Mail server {address}, {port}: {reason}.\n"


def mail_list(host: Host) -> str:
    """`mail list`: number, from, subject, date."""
    from ios_emu.services.mail_message import read_message

    if not host.mail.inbox:
        return "There is no mail.\n"
    rows = [f"{'No.':<5}{'From':<{_COLUMN}}{'Subject':<{_COLUMN}}Date\n"]
    for place, message in enumerate(host.mail.inbox, 1):
        read = read_message(message.data)
        sender, subject = (f"{field[: _COLUMN - 1]:<{_COLUMN}}" for field in (read.sender, read.subject))
        rows.append(f"{place:<5}{sender}{subject}{read.date}\n")
    return "".join(rows)


def mail_read(host: Host, mail_number: int) -> str:
    """`mail read N`."""
    from ios_emu.services.mail_message import read_message

    message = _message(host, mail_number)
    if message is None:
        return _no_mail(mail_number)
    read = read_message(message.data)
    body = read.body if read.body.endswith("\n") or not read.body else f"{read.body}\n"
    return f"From: {read.sender}\nTo: {read.to}\nSubject: {read.subject}\nSent : {read.date}\n\n{body}"


def mail_reply(host: Host, mail_number: int) -> Dialogue:
    """`mail reply N`: to who sent it; the text is typed up to a line with a single dot."""
    from ios_emu.services.mail_message import read_message, reply_address

    account = host.mail.account
    message = _message(host, mail_number)
    if account is None:
        return _NO_ACCOUNT
    if message is None:
        return _no_mail(mail_number)
    read = read_message(message.data)
    recipient = reply_address(read.sender)
    if recipient is None or not recipient.domain:
        return f"There is nobody to answer: {read.sender or 'the mail'} is not a mail address.\n"
    subject = read.subject if read.subject.lower().startswith("re:") else f"RE: {read.subject}"
    try:
        body = yield from _ask_text()
        return (yield from _send(host, account, recipient, subject, body))
    except Interrupted:
        return "The mail was not sent.\n"


def mail_delete(host: Host, mail_number: int) -> Dialogue:
    """`mail delete N`."""
    message = _message(host, mail_number)
    if message is None:
        return _no_mail(mail_number)
    stored = Signal()
    host.mail.delete(message, stored.fire)
    problem: str | None = yield stored
    return f"The mail can't be deleted: {problem}\n" if problem else "The mail is deleted.\n"


def _message(host: Host, place: int) -> InboxMessage | None:
    inbox = host.mail.inbox
    return inbox[place - 1] if place <= len(inbox) else None


def _no_mail(place: int) -> str:
    return f"There is no mail {place}: mail list shows what there is.\n"


def _now(host: Host) -> datetime:
    return EPOCH + timedelta(microseconds=host.clock.now // _MICROSECOND)


def _unique(host: Host) -> str:
    return f"{host.clock.now:x}.{host.name.lower()}"
