"""Hosts on a switch: mail servers and clients of ours on real TCP, or an end that a test speaks for."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Interface

from ios_emu.clock import Clock, Signal
from ios_emu.devices.host import Host
from ios_emu.services.dns_answer import Status
from ios_emu.services.mail_route import MailHost, MailRoute
from ios_emu.services.mail_server import MailServer
from ios_emu.stack.cable import Cable
from ios_emu.stack.switching import Switch
from ios_emu.stack.tcp_connection import TcpSocket
from tests.services.mail_bench import Journal

START = datetime(2002, 3, 1, tzinfo=UTC)


def number(address: str) -> int:
    return int(IPv4Address(address))


class Net:
    """Hosts 10.0.0.1 to 10.0.0.COUNT on a switch. `routes` maps a domain to the route of its mail."""

    def __init__(self, count: int = 3) -> None:
        self.clock = Clock()
        switch = Switch("SW1", self.clock, [str(port) for port in range(count)])
        self.hosts: list[Host] = []
        self.routes: dict[str, MailRoute] = {}
        self.lookups: list[tuple[int, str]] = []
        for at, port in enumerate(switch.ports.values(), 1):
            host = Host(f"H{at}", "pc", self.clock, random.Random(at))
            Cable(self.clock, host.port, port)
            host.configure(IPv4Interface(f"10.0.0.{at}/24"))
            self.hosts.append(host)

    def now(self) -> datetime:
        return START + timedelta(microseconds=self.clock.now // 1000)

    def run(self) -> None:
        self.clock.run_until_idle()

    def route(self, domain: str, *addresses: str) -> None:
        """Domain's mail goes to these, the best first."""
        hosts = tuple(
            MailHost(10 * place, f"mx{place}.{domain}", (IPv4Address(address),))
            for place, address in enumerate(addresses, 1)
        )
        self.routes[domain] = MailRoute(domain, Status.FOUND, hosts)

    def _resolve(self, domain: str) -> Signal:
        self.lookups.append((self.clock.now, domain))
        signal = Signal()
        signal.fire(self.routes.get(domain, MailRoute(domain, Status.NO_NAME)))
        return signal

    def server(
        self,
        at: int,
        domain: str,
        users: dict[str, str],
        journal: Journal | None = None,
        stored: bytes = b"",
    ) -> MailServer:
        """A mail server on a host, SMTP and POP3 on."""
        made = MailServer(
            self.hosts[at].node,
            domain,
            dict(users),
            resolve=self._resolve,
            now=self.now,
            chance=random.Random(f"{domain}/mail"),
            journal=journal,
            stored=stored,
        )
        made.set_smtp(True)
        made.set_pop3(True)
        return made


class Peer:
    """An end of a TCP connection that the test speaks for."""

    def __init__(self, net: Net, socket: TcpSocket) -> None:
        self.net = net
        self.socket = socket
        self.data = b""
        self.ended = False
        self.closed: str | None = "open"
        socket.on_readable = self._read
        socket.on_end = self._end
        socket.on_closed = self._closed
        self._unsent = b""
        socket.on_writable = self._flush

    def _read(self) -> None:
        self.data += self.socket.receive()

    def _end(self) -> None:
        self.ended = True

    def _closed(self, reason: str | None) -> None:
        self.closed = reason

    def _flush(self) -> None:
        while self._unsent and (count := self.socket.send(self._unsent[:65536])):
            self._unsent = self._unsent[count:]

    def send(self, data: bytes) -> None:
        self._unsent += data
        self._flush()

    def say(self, *lines: str) -> list[str]:
        """Sends lines; what has come when nothing is left to do."""
        self.send("".join(f"{line}\r\n" for line in lines).encode("latin-1"))
        self.net.run()
        return self.take()

    def take(self) -> list[str]:
        data, self.data = self.data, b""
        return data.decode("latin-1").splitlines()


def connect(net: Net, source: int, target: int, port: int) -> Peer:
    """A connection from one host to another's port; what comes of it when nothing is left to do."""
    near, far = net.hosts[source].address, net.hosts[target].address
    assert near is not None
    assert far is not None
    peer = Peer(net, net.hosts[source].node.tcp.connect(int(near.ip), int(far.ip), port))
    net.run()
    return peer


class Script:
    """A server that says the next line of a script for each line that it hears.

    A line of the script that is None ends the connection there. Within a text it waits for its end.
    """

    def __init__(self, net: Net, at: int, port: int, *answers: str | None) -> None:
        self.net = net
        self.heard: list[str] = []
        self.connections = 0
        self._answers = answers
        self._left: list[str | None] = []
        self._buffer = b""
        self._in_text = False
        net.hosts[at].node.tcp.listen(port, self._accept)

    def _accept(self, socket: TcpSocket) -> None:
        self.connections += 1
        self._left, self._buffer, self._in_text = list(self._answers), b"", False
        socket.on_readable = lambda: self._hear(socket)
        socket.on_end = socket.close
        self._say(socket)

    def _say(self, socket: TcpSocket) -> None:
        answer = self._left.pop(0) if self._left else None
        if answer is None:
            socket.close()
        else:
            self._in_text = answer.startswith("354")
            assert socket.send(answer.encode("latin-1") + b"\r\n") == len(answer) + 2

    def _hear(self, socket: TcpSocket) -> None:
        self._buffer += socket.receive()
        while b"\r\n" in self._buffer:
            line, _, self._buffer = self._buffer.partition(b"\r\n")
            self.heard.append(line.decode("latin-1"))
            if not self._in_text or line == b".":
                self._say(socket)
