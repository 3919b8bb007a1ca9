"""The mail server of a host: SMTP and POP3 on its TCP ports, mailboxes, the queue, and the log.

The rules. 250 is said when the message is stored: in the mailboxes of this domain, in the queue for others.
Who may send to other domains is who is on the server's own network, or has logged in. A service that is off
has a closed port; those who are connected are told.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv4Address

from ios_emu.clock import Clock, Signal
from ios_emu.services.mail_address import MailAddress, read_address
from ios_emu.services.mail_message import rfc_date, write_bounce
from ios_emu.services.mail_queue import MailQueue, QueuedMail
from ios_emu.services.mail_records import read_mail_records
from ios_emu.services.mail_relay import MailRelay, Resolve
from ios_emu.services.mail_store import MailStore
from ios_emu.services.pop3_client import POP3_PORT
from ios_emu.services.pop3_server import Pop3Session
from ios_emu.services.record_journal import RecordJournal
from ios_emu.services.smtp_client import SMTP_PORT
from ios_emu.services.smtp_server import Accepted, Envelope, SmtpSession
from ios_emu.services.socket_transport import SocketTransport
from ios_emu.stack.node import Node
from ios_emu.stack.tcp import TcpListener
from ios_emu.stack.tcp_connection import TcpSocket

MOST_SESSIONS = 100
MOST_SESSIONS_OF_ONE = 50
_LOG_LINES = 500


class MailServer:
    """Mail for `domain`. `resolve` finds addresses by name; `now` is the date; `chance` makes queue ids."""

    def __init__(
        self,
        node: Node,
        domain: str,
        users: dict[str, str],
        *,
        resolve: Resolve,
        now: Callable[[], datetime],
        chance: random.Random,
        journal: RecordJournal | None = None,
        stored: bytes = b"",
    ) -> None:
        self.store = MailStore(domain, users, journal)
        self.offers_auth = False
        self.log: deque[str] = deque(maxlen=_LOG_LINES)
        self.validity = 0x3C7EC5A0
        self._node = node
        self._clock: Clock = node.clock
        self._now = now
        self._chance = chance
        self._relay = MailRelay(node, resolve, lambda: self.hostname)
        self.queue = MailQueue(node.clock, self)
        self.store.others = self.queue
        self._listeners: dict[int, TcpListener] = {}
        self._sessions: dict[SocketTransport, SmtpSession | Pop3Session] = {}
        self._clients: dict[int, int] = {}
        self._number = 0
        self.damaged = 0
        if stored:
            records = read_mail_records(stored)
            self.store.restore(records)
            self.queue.restore(records)
            self.damaged = records.damaged
            if records.damaged:
                self.store.compact()

    # Services

    @property
    def hostname(self) -> str:
        """The name that the server greets with."""
        return f"mail.{self.store.domain}"

    @property
    def smtp(self) -> bool:
        """Is SMTP on?"""
        return SMTP_PORT in self._listeners

    @property
    def pop3(self) -> bool:
        """Is POP3 on?"""
        return POP3_PORT in self._listeners

    def set_smtp(self, on: bool) -> None:
        """Switches SMTP on or off."""
        self._set(SMTP_PORT, on, self._accept_smtp, SmtpSession)

    def set_pop3(self, on: bool) -> None:
        """Switches POP3 on or off."""
        self._set(POP3_PORT, on, self._accept_pop3, Pop3Session)

    def _set(
        self,
        port: int,
        on: bool,
        accept: Callable[[TcpSocket], None],
        kind: type[SmtpSession] | type[Pop3Session],
    ) -> None:
        if on and port not in self._listeners:
            self._listeners[port] = self._node.tcp.listen(port, accept)
        elif not on and port in self._listeners:
            self._listeners.pop(port).close()
            for session in list(self._sessions.values()):
                if isinstance(session, kind):
                    session.shut_down()

    def _accept_smtp(self, socket: TcpSocket) -> None:
        client = IPv4Address(socket.remote)
        transport = self._connected(socket)
        if transport is None:
            socket.send(f"421 4.7.0 {self.hostname} Error: too many connections from {client}\r\n".encode())
            socket.close()
            return
        self.note(f"smtp: {client} connected")
        session = SmtpSession(self._clock, transport, self, client)
        self._begin(transport, session)

    def _accept_pop3(self, socket: TcpSocket) -> None:
        client = IPv4Address(socket.remote)
        transport = self._connected(socket)
        if transport is None:
            socket.send(b"-ERR [SYS/TEMP] Too many connections.\r\n")
            socket.close()
            return
        self.note(f"pop3: {client} connected")
        self._number += 1
        banner = f"<{self._number}.{self._clock.now // 1000}@{self.hostname}>"
        session = Pop3Session(self._clock, transport, self, client, banner)
        self._begin(transport, session)

    def _connected(self, socket: TcpSocket) -> SocketTransport | None:
        """The transport for a new client; None when there are too many."""
        client = socket.remote
        if len(self._sessions) >= MOST_SESSIONS or self._clients.get(client, 0) >= MOST_SESSIONS_OF_ONE:
            return None
        transport = SocketTransport(socket, lambda: self._gone(transport, client))
        self._clients[client] = self._clients.get(client, 0) + 1
        return transport

    def _begin(self, transport: SocketTransport, session: SmtpSession | Pop3Session) -> None:
        self._sessions[transport] = session
        transport.attach(session)

    def _gone(self, transport: SocketTransport, client: int) -> None:
        self._sessions.pop(transport, None)
        left = self._clients.get(client, 0) - 1
        if left > 0:
            self._clients[client] = left
        else:
            self._clients.pop(client, None)

    # What the sessions and the queue ask

    def is_local(self, address: MailAddress) -> bool:
        """Is it an address of the own domain, or without one?"""
        return address.domain in ("", self.store.domain, self.hostname)

    def has_mailbox(self, address: MailAddress) -> bool:
        """Is there a mailbox for this address of the own domain?"""
        return self.store.user_of(address.local) is not None

    def may_relay(self, client: IPv4Address) -> bool:
        """Is the client on the server's own network, or the server itself?"""
        address = int(client)
        return self._node.is_local(address) or any(
            interface.prefix_of(address) is not None for interface in self._node.interfaces if interface.up
        )

    def authenticates(self, user: str, password: str) -> bool:
        """Is this the user's password?"""
        return self.store.authenticates(user, password)

    def accept(self, envelope: Envelope, text: bytes, received: str, done: Accepted) -> None:
        """Takes a message: into mailboxes, and into the queue."""
        queue_id = self._queue_id()
        trace = f"Received: {received} id {queue_id};\r\n\t{rfc_date(self._now())}\r\n".encode()
        sender = "" if envelope.sender is None else str(self._whole(envelope.sender))
        self._take(queue_id, sender, list(envelope.recipients), trace + text, done)

    def deliver(self, domain: str, mail: QueuedMail, recipients: list[str]) -> Signal:
        """Hands a message to the server of a domain."""
        return self._relay.deliver(domain, mail.sender, recipients, mail.data)

    def keep(self, record: bytes, done: Callable[[str | None], None]) -> None:
        """Stores a line of the queue."""
        self.store.keep(record, done)

    def bounce(self, mail: QueuedMail, failures: list[tuple[str, str]]) -> None:
        """Tells the sender; for a bounce that fails there is nobody to tell."""
        sender = read_address(mail.sender) if mail.sender else None
        if sender is None:
            self.note(f"smtp: {mail.queue_id}: a bounce can't be delivered: it is dropped")
            return
        whom = [(address, why) for text, why in failures if (address := read_address(text)) is not None]
        queue_id = self._queue_id()
        text = write_bounce(self.hostname, sender, whom, mail.data, self._now(), queue_id)
        if self.is_local(sender) and not self.has_mailbox(sender):
            self.note(f"smtp: {mail.queue_id}: nobody is there for the bounce: it is dropped")
            return
        self.note(f"smtp: {mail.queue_id}: sender non-delivery notification: {queue_id}")
        self._take(queue_id, "", [sender], text, lambda problem, queue_id: None)

    def note(self, line: str) -> None:
        """A line for the log, with the date."""
        self.log.append(f"{self._now():%b %d %H:%M:%S} {line}")

    def _queue_id(self) -> str:
        """An identifier that nothing in the queue has: chance repeats itself when a lab starts again."""
        while (queue_id := f"{self._chance.getrandbits(44):011X}") in self.queue:
            pass
        return queue_id

    def _whole(self, address: MailAddress) -> MailAddress:
        return address if address.domain else address._replace(domain=self.store.domain)

    def _take(
        self, queue_id: str, sender: str, recipients: list[MailAddress], data: bytes, done: Accepted
    ) -> None:
        local: dict[str, None] = {}
        others: list[str] = []
        for recipient in recipients:
            user = self.store.user_of(recipient.local) if self.is_local(recipient) else None
            if user is not None:
                local[user] = None
            else:
                others.append(str(recipient))
        delivered = f"Return-Path: <{sender}>\r\n".encode() + data
        prepared = [(user, *self.store.prepare(user, delivered)) for user in local]
        lines = [line for _, _, line in prepared]
        queued = None
        if others:
            queued = QueuedMail(queue_id, sender, others, data, self._clock.now)
            lines.append(self.queue.record(queued))

        def stored(problem: str | None) -> None:
            if problem is None:
                for user, message, _ in prepared:
                    self.store.enter(user, message)
                    self.note(f"smtp: {queue_id} from <{sender}>: delivered to {user}")
                if queued is not None:
                    self.queue.enter(queued)
            done(problem, queue_id)

        self.store.keep(b"".join(lines), stored)
