"""The budgets of mail: how many messages a second ten SMTP sessions are rid of, in memory and on a disk.

Clients and server are emulated hosts on a switch, and this process bears both. A message has a thousand
bytes; each command waits for its reply, as mail programs do that know no pipelining. Times are held against
the reference of the wire's budgets; `-s` shows what was measured.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from ios_emu.clock import Signal
from ios_emu.devices.host import Host
from ios_emu.edges.line_journal import LineJournal
from ios_emu.services.mail_server import MailServer
from ios_emu.stack.tcp_connection import TcpSocket
from tests.benchmarks.test_budgets import once
from tests.benchmarks.test_wire import best, two_hosts

MESSAGES, SESSIONS = 600, 10
IN_MEMORY, ON_DISK = 1500, 300
DOMAIN = "univ-djelfa.com"
DIALOGUE = [
    f"MAIL FROM:<user1@{DOMAIN}>\r\n".encode(),
    f"RCPT TO:<user2@{DOMAIN}>\r\n".encode(),
    b"DATA\r\n",
    b"Subject: load\r\n\r\n" + (b"x" * 78 + b"\r\n") * 12 + b".\r\n",
]


class Client:
    """One session that sends `count` messages, a command for each reply."""

    def __init__(self, socket: TcpSocket, count: int) -> None:
        self.accepted = 0
        self._socket = socket
        self._count = count
        self._step = -1
        self._replies = b""
        socket.on_readable = self._read

    def _read(self) -> None:
        self._replies += self._socket.receive()
        while b"\n" in self._replies:
            reply, _, self._replies = self._replies.partition(b"\n")
            self._answer(reply)

    def _answer(self, reply: bytes) -> None:
        assert reply[:1] in b"23", reply
        if reply[3:4] == b"-":
            return
        self.accepted += reply.startswith(b"250 2.0.0 Ok: queued as ")
        self._step += 1
        if self._step == 0:
            self._socket.send(b"EHLO pc0\r\n")
        elif self.accepted < self._count:
            command = DIALOGUE[(self._step - 1) % 4]
            assert self._socket.send(command) == len(command)


def load(journal: LineJournal | None, now: Callable[[], float]) -> float:
    """Seconds that the messages take until the last is accepted."""
    clock, server_host, client_host = two_hosts()
    server = mail_server(server_host, journal)
    assert server_host.address is not None
    assert client_host.address is not None
    clients = [
        Client(
            client_host.node.tcp.connect(int(client_host.address.ip), int(server_host.address.ip), 25),
            MESSAGES // SESSIONS,
        )
        for _ in range(SESSIONS)
    ]
    start = now()
    clock.run_until_idle()
    while journal is not None and journal.pending:
        journal.commit()
        clock.run_until_idle()
    taken = now() - start
    assert [client.accepted for client in clients] == [MESSAGES // SESSIONS] * SESSIONS
    assert len(server.store.mailbox("user2").messages) == MESSAGES
    return taken


def mail_server(host: Host, journal: LineJournal | None) -> MailServer:
    """A mail server with SMTP on."""
    server = MailServer(
        host.node,
        DOMAIN,
        {"user1": "123", "user2": "456"},
        resolve=lambda domain: Signal(),
        now=lambda: datetime(2002, 3, 1, tzinfo=UTC),
        chance=random.Random(1),
        journal=journal,
    )
    server.set_smtp(True)
    return server


def test_mails_accepted_in_memory(benchmark: BenchmarkFixture) -> None:
    measured = once(benchmark, lambda: best(lambda: load(None, time.process_time)))
    here = min(load(None, time.process_time) for _ in range(2))
    rate = MESSAGES / measured
    print(f"\n{rate:.0f} mails/s in memory on the reference machine, {MESSAGES / here:.0f} here")
    assert rate >= IN_MEMORY


def test_mails_accepted_on_a_disk(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """The disk's time counts, so the wall's time is measured."""
    count = 0

    def run() -> float:
        nonlocal count
        count += 1
        journal = LineJournal(tmp_path / f"mail{count}")
        try:
            return load(journal, time.perf_counter)
        finally:
            journal.close()

    measured = once(benchmark, lambda: best(run))
    here = min(run() for _ in range(2))
    rate = MESSAGES / measured
    print(f"\n{rate:.0f} mails/s on the disk on the reference machine, {MESSAGES / here:.0f} here")
    assert rate >= ON_DISK
