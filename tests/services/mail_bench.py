"""A mail server on a bench: a clock, a client's end of each connection, and a journal that can be held.

The sessions are real, and so is the server behind them; only the wire is a list of bytes. `loop_smtp` and
`loop_pop3` put the standard library's clients at the other end.
"""

from __future__ import annotations

import io
import poplib
import random
import smtplib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from itertools import pairwise
from typing import Any, cast

from ios_emu.clock import Clock, Signal
from ios_emu.services.dns_answer import Status
from ios_emu.services.line_session import LineSession
from ios_emu.services.mail_route import MailRoute
from ios_emu.services.mail_server import MailServer
from ios_emu.services.pop3_server import Pop3Session
from ios_emu.services.smtp_server import SmtpSession
from ios_emu.stack.node import Node

DOMAIN = "univ-djelfa.com"
USERS = {"user1": "123", "user2": "456"}
CLIENT = "10.9.9.9"
BANNER = "<1896.697170952@mail.univ-djelfa.com>"
SENDER, RECIPIENT = f"user1@{DOMAIN}", f"user2@{DOMAIN}"


class Journal:
    """Stores at once, or when it is told to; it can fail. `lines` is what a disk would have."""

    def __init__(self) -> None:
        self.lines = b""
        self.held = False
        self.waiting: list[tuple[bytes, Callable[[str | None], None]]] = []
        self._replacement: bytes | None = None

    def append(self, record: bytes, done: Callable[[str | None], None]) -> None:
        self.waiting.append((record, done))
        if not self.held:
            self.commit()

    def replace(self, records: bytes) -> None:
        self._replacement = records
        if not self.held:
            self.commit()

    def commit(self, problem: str | None = None) -> None:
        """Stores all that waits together, as the real one does, and only then says so."""
        waiting, self.waiting = self.waiting, []
        replacement, self._replacement = self._replacement, None
        if problem is None:
            self.lines = (self.lines if replacement is None else replacement) + b"".join(
                record for record, _ in waiting
            )
        for _, done in waiting:
            done(problem)


class Wire:
    """The client's end of a connection to a session."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.data = b""
        self.closed = False
        self.paused = False
        self.session: LineSession | None = None

    # What the session calls

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.data += data

    def close(self) -> None:
        self.closed = True

    def pause(self, paused: bool) -> None:
        self.paused = paused

    # What a test calls

    def send(self, data: bytes) -> None:
        """Sends bytes, and lets nothing else happen."""
        assert self.session is not None
        self.session.receive(data)

    def say(self, *lines: str) -> list[str]:
        """Sends lines together; what the server has said when nothing is left to do."""
        self.send("".join(f"{line}\r\n" for line in lines).encode("latin-1"))
        return self.answers()

    def answers(self) -> list[str]:
        """What the server has said since it was last asked."""
        self.clock.run_until_idle()
        return self.take().decode("latin-1").splitlines()

    def take(self) -> bytes:
        data, self.data = self.data, b""
        return data

    def hang_up(self) -> None:
        """The client is gone without a word."""
        assert self.session is not None
        self.session.lost()


class Bench:
    """A server for `univ-djelfa.com` with two users; it asks `routes` for other domains, and notes that."""

    def __init__(self, journal: Journal | None = None, stored: bytes = b"") -> None:
        self.clock = Clock()
        self.journal = journal
        self.lookups: list[str] = []
        self.routes: dict[str, MailRoute] = {}
        self.node = Node(self.clock, random.Random(1), forwards=False, ttl=128)
        self.server = MailServer(
            self.node,
            DOMAIN,
            dict(USERS),
            resolve=self._resolve,
            now=lambda: datetime(2002, 3, 1, tzinfo=UTC) + timedelta(microseconds=self.clock.now // 1000),
            chance=random.Random(7),
            journal=journal,
            stored=stored,
        )

    def _resolve(self, domain: str) -> Signal:
        self.lookups.append(domain)
        signal = Signal()
        signal.fire(self.routes.get(domain, MailRoute(domain, Status.NO_REPLY)))
        return signal

    def smtp(self, client: str = CLIENT, *, greeted: bool = True) -> Wire:
        """A new SMTP session; `greeted`: the client has said EHLO."""
        wire = Wire(self.clock)
        wire.session = SmtpSession(self.clock, wire, self.server, IPv4Address(client))
        if greeted:
            wire.say("EHLO pc0")
        return wire

    def pop3(self, user: str = "", client: str = CLIENT, *, greeted: bool = True) -> Wire:
        """A new POP3 session, logged in as `user` if one is named; `greeted`: the greeting was read."""
        wire = Wire(self.clock)
        wire.session = Pop3Session(self.clock, wire, self.server, IPv4Address(client), BANNER)
        if greeted:
            wire.take()
        if user:
            assert wire.say(f"USER {user}", f"PASS {USERS[user]}") == ["+OK", "+OK Logged in."]
        return wire

    def deliver(self, text: str, sender: str = SENDER, recipient: str = RECIPIENT) -> None:
        """Sends one message, which is accepted."""
        wire = self.smtp()
        said = wire.say(f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA", *text.split("\n"), ".")
        assert said[-1].startswith("250 2.0.0 Ok: queued as "), said

    def inbox(self, user: str = "user2") -> list[bytes]:
        """The messages of a user, without the trace fields that the server put before them."""
        return [without_trace(message.data) for message in self.server.store.mailbox(user).messages.values()]


def without_trace(data: bytes) -> bytes:
    """A delivered message as its sender sent it."""
    lines = data.split(b"\r\n")
    assert lines[0].startswith(b"Return-Path: <")
    assert lines[1].startswith(b"Received: from ")
    assert lines[2].startswith(b"\t")
    return b"\r\n".join(lines[3:])


def pieces(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """The data cut at these places."""
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[begin:end] for begin, end in pairwise(places)]


class _Loop:
    """What smtplib and poplib take for a socket."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def sendall(self, data: bytes) -> None:
        # A cable cuts where it likes.
        for begin in range(0, len(data), 1000):
            self.wire.send(data[begin : begin + 1000])

    def makefile(self, _mode: str) -> Any:
        return _Lines(self.wire)

    def shutdown(self, _how: int) -> None:
        pass

    def close(self) -> None:
        pass


class _Lines(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> bytes:
        self._wire.clock.run_until_idle()
        line, end, self._wire.data = self._wire.data.partition(b"\n")
        assert size is None or size < 0 or len(line) < size
        return line + end


class LoopSmtp(smtplib.SMTP):
    """The standard library's SMTP client at the other end of a session."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        super().__init__("server", local_hostname="pc0")

    def _get_socket(self, _host: str, _port: int, _timeout: float) -> Any:
        return _Loop(self._wire)


class LoopPop3(poplib.POP3):
    """The standard library's POP3 client at the other end of a session."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        wire.data = f"+OK POP3 server ready {BANNER}\r\n".encode()
        super().__init__("server")

    def _create_socket(self, _timeout: float) -> Any:
        return cast(Any, _Loop(self._wire))
