"""Port 53 of a host on a real cable: framing over TCP, clients that dawdle, and a service that goes off."""

from __future__ import annotations

import random
from collections.abc import Callable
from ipaddress import IPv4Interface

import dns.message
import pytest

from ios_emu.clock import MINUTE, SECOND, Clock
from ios_emu.devices.host import Host
from ios_emu.devices.host_dns import NameRecord
from ios_emu.services.dns_listener import IDLE_TIME, MOST_CONNECTIONS, PORT, DnsListener
from ios_emu.stack.cable import Cable
from ios_emu.stack.icmp import IcmpReport
from ios_emu.stack.tcp_connection import TcpSocket, TcpState
from ios_emu.stack.udp import Received
from ios_emu.wire import icmp

LONG = "long.example.com"


class Bench:
    """A client and a server with names."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.client, self.server = (
            Host(name, kind, self.clock, random.Random(name)) for name, kind in (("C", "pc"), ("S", "server"))
        )
        Cable(self.clock, self.client.port, self.server.port)
        self.client.configure(IPv4Interface("10.0.0.1/24"))
        self.server.configure(IPv4Interface("10.0.0.2/24"))
        self.service = self.server.dns_service
        self.service.load(
            [
                NameRecord("example.com", "A", "10.0.0.2"),
                *(NameRecord(LONG, "TXT", f"{number:0255}") for number in range(200)),
            ]
        )
        self.service.set(True)
        self.heard: list[bytes] = []
        self.refused: list[IcmpReport] = []
        self.socket = self.client.node.udp.open(
            lambda received: self.heard.append(received.payload), on_error=self.refused.append
        )

    def ask(self, payload: bytes, to: str = "10.0.0.2") -> list[bytes]:
        """What comes back for a datagram."""
        self.heard.clear()
        self.socket.send(int(IPv4Interface(to).ip), PORT, payload)
        self.clock.run_until_idle()
        return self.heard

    def connect(self) -> Client:
        client = Client(self)
        self.clock.run_until_idle()
        return client


class Client:
    """A TCP connection to the server; `reads` says whether it reads what comes."""

    def __init__(self, bench: Bench, reads: bool = True) -> None:
        assert bench.client.address is not None
        assert bench.server.address is not None
        self.clock = bench.clock
        self.reads = reads
        self.got = bytearray()
        self.closed: list[str | None] = []
        self.ended = False
        self.socket: TcpSocket = bench.client.node.tcp.connect(
            int(bench.client.address.ip), int(bench.server.address.ip), PORT
        )
        self.socket.on_readable = self._read
        self.socket.on_closed = self.closed.append
        self.socket.on_end = self._end

    def _read(self) -> None:
        if self.reads:
            self.got += self.socket.receive()

    def _end(self) -> None:
        self.ended = True

    def send(self, data: bytes) -> list[dns.message.Message]:
        """Sends bytes; the messages that have come so far."""
        self.socket.send(data)
        self.clock.run_until_idle()
        return self.messages()

    def messages(self) -> list[dns.message.Message]:
        found, data = [], bytes(self.got)
        while data:
            length = int.from_bytes(data[:2])
            assert len(data) >= 2 + length
            found.append(dns.message.from_wire(data[2 : 2 + length]))
            data = data[2 + length :]
        return found


def query(number: int = 1, name: str = "example.com", kind: str = "A") -> bytes:
    return dns.message.make_query(name, kind, id=number).to_wire()


def framed(*payloads: bytes) -> bytes:
    return b"".join(len(payload).to_bytes(2) + payload for payload in payloads)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_datagram_is_answered_from_the_address_that_it_was_sent_to(bench: Bench) -> None:
    sources: list[tuple[int, int]] = []

    def hear(received: Received) -> None:
        sources.append((received.source, received.source_port))

    bench.socket.receive = hear
    bench.ask(query())
    assert sources == [(int(IPv4Interface("10.0.0.2").ip), PORT)]


def test_what_was_sent_to_everybody_gets_no_reply(bench: Bench) -> None:
    assert len(bench.ask(query())) == 1
    assert bench.ask(query(), "10.0.0.255") == []
    assert bench.ask(query(), "255.255.255.255") == []


def test_an_answer_that_comes_to_port_53_gets_none(bench: Bench) -> None:
    [answer] = bench.ask(query())
    assert bench.ask(answer) == []
    assert bench.ask(b"") == []


def test_several_questions_of_one_connection_in_any_pieces(bench: Bench) -> None:
    data = framed(query(1), query(2, "x.example.com"), query(3))
    whole = bench.connect()
    assert [message.id for message in whole.send(data)] == [1, 2, 3]
    slow = bench.connect()
    for byte in data:
        slow.send(bytes([byte]))
    assert slow.got == whole.got
    assert not slow.closed


def test_a_long_answer_is_cut_over_udp_and_whole_over_tcp(bench: Bench) -> None:
    [short] = bench.ask(query(1, LONG, "TXT"))
    assert len(short) <= 512
    [message] = bench.connect().send(framed(query(1, LONG, "TXT")))
    assert len(message.answer[0]) == 200


def test_a_client_that_has_no_more_questions_gets_its_answers_and_the_end(bench: Bench) -> None:
    client = bench.connect()
    client.socket.send(framed(query(1), query(2, LONG, "TXT")))
    client.socket.shutdown()
    bench.clock.run_until_idle()
    assert [message.id for message in client.messages()] == [1, 2]
    assert client.ended
    assert client.closed == [None]


def test_a_client_that_says_nothing_is_closed_and_one_that_asks_stays(bench: Bench) -> None:
    silent, asking = bench.connect(), bench.connect()
    bench.clock.run_until(IDLE_TIME - SECOND)
    asking.send(framed(query()))
    bench.clock.run_until(IDLE_TIME + SECOND)
    assert (silent.ended, asking.ended) == (True, False)
    bench.clock.run_until(3 * IDLE_TIME)
    assert asking.ended


def test_a_client_that_does_not_read_is_cut_off_and_others_are_served_meanwhile(bench: Bench) -> None:
    greedy = Client(bench, reads=False)
    bench.clock.run_until_idle()
    for number in range(40):
        greedy.socket.send(framed(query(number, LONG, "TXT")))
    bench.clock.run_until(bench.clock.now + SECOND)
    assert len(bench.ask(query())) == 1
    assert [message.id for message in bench.connect().send(framed(query(9)))] == [9]
    bench.clock.run_until(bench.clock.now + 2 * MINUTE)
    assert greedy.closed == ["reset"]


def test_the_client_that_was_silent_longest_makes_room(bench: Bench) -> None:
    clients = [bench.connect() for _ in range(MOST_CONNECTIONS)]
    assert clients[0].send(framed(query()))
    late = bench.connect()
    assert late.send(framed(query()))
    bench.clock.run_until_idle()
    assert [client.ended for client in clients[:3]] == [False, True, False]


def test_zero_lengths_and_nonsense_do_not_end_a_connection(bench: Bench) -> None:
    client = bench.connect()
    messages = client.send(b"\0\0" * 50 + framed(b"nonsense that is long enough", query(5)))
    assert [message.id for message in messages] == [int.from_bytes(b"no"), 5]


def test_a_service_that_is_off_refuses(bench: Bench) -> None:
    open_one = bench.connect()
    bench.service.set(False)
    bench.clock.run_until_idle()
    assert not bench.service.enabled
    assert open_one.ended
    assert bench.ask(query()) == []
    assert [report.message.code for report in bench.refused] == [icmp.PORT_UNREACHABLE]
    refused = bench.connect()
    assert refused.closed == ["refused"]
    bench.service.set(True)
    bench.service.set(True)
    assert len(bench.ask(query())) == 1
    assert bench.connect().send(framed(query()))


def test_the_port_is_given_once(bench: Bench) -> None:
    answer: Callable[..., bool] = lambda *_: False  # noqa: E731
    with pytest.raises(ValueError, match="UDP port 53 is in use"):
        DnsListener(bench.server.node, answer)


def test_records_come_and_go_while_it_runs(bench: Bench) -> None:
    def addresses(name: str) -> list[str]:
        [reply] = bench.ask(query(1, name))
        return [rdata.to_text() for rrset in dns.message.from_wire(reply).answer for rdata in rrset]

    service = bench.service
    assert addresses("new.example.com") == []
    assert service.add(NameRecord("new.example.com", "A", "10.0.0.7"))
    assert not service.add(NameRecord("new.example.com", "A", "10.0.0.7"))
    assert service.add(NameRecord("new.example.com", "A", "10.0.0.8"))
    assert addresses("NEW.example.com") == ["10.0.0.7", "10.0.0.8"]
    with pytest.raises(ValueError, match="would have a CNAME and another record"):
        service.add(NameRecord("new.example.com", "CNAME", "example.com"))
    with pytest.raises(ValueError, match="is no record"):
        service.add(NameRecord("new.example.com", "MX", "mail"))
    assert addresses("new.example.com") == ["10.0.0.7", "10.0.0.8"]
    assert service.delete("new.example.com", "a", "10.0.0.7") == 1
    assert addresses("new.example.com") == ["10.0.0.8"]
    assert (service.delete("NEW.example.com"), service.delete("new.example.com")) == (1, 0)
    assert addresses("new.example.com") == []


def test_the_far_end_of_a_connection_is_free_again(bench: Bench) -> None:
    client = bench.connect()
    client.socket.abort()
    bench.clock.run_until_idle()
    assert all(one.state is not TcpState.ESTABLISHED for one in bench.server.node.tcp.connections)


def test_the_log_tells_who_asked_what(bench: Bench) -> None:
    service = bench.service
    client = bench.connect()
    assert client.send(framed(query(1, "example.com")))
    for request in (query(2, "nobody.example.com"), query(3, "example.org"), bytes(12), b"\x80"):
        bench.ask(request)
    said = [line.partition(" dns: ")[2].partition(" ")[2] for line in service.log.lines()]
    assert said == [
        "asked A example.com: 10.0.0.2",
        "asked A nobody.example.com: NXDOMAIN",
        "asked A example.org: REFUSED",
        "sent what is no question: FORMERR",
        "sent what is no question: it got no reply",
    ]
    assert service.log.number == 5


def test_a_long_reply_is_told_as_far_as_it_is_kept(bench: Bench) -> None:
    addresses = [f"10.1.{number // 200}.{number % 200 + 1}" for number in range(300)]
    bench.service.load(NameRecord("many.example.com", "A", address) for address in addresses)
    client = bench.connect()
    assert client.send(framed(query(1, "many.example.com")))
    [line] = bench.service.log.lines()
    assert "asked A many.example.com: 10.1.0.1, 10.1.0.2" in line
