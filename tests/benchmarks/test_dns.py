"""The budgets of names: questions a second in memory, over the emulated wire, and a lookup's cost.

Times are held against a reference, as in the budgets of the wire; `-s` shows what was measured.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import dns.message
from pytest_benchmark.fixture import BenchmarkFixture

from ios_emu.devices.host_dns import NameRecord
from ios_emu.services.dns_message import Transport
from ios_emu.services.dns_server import DnsServer
from tests.benchmarks.test_budgets import once
from tests.benchmarks.test_wire import best, two_hosts

QUESTIONS = 2000
A_SECOND = 5000
RECORDS = [
    NameRecord("example.com", "MX", "10 mail.example.com"),
    NameRecord("mail.example.com", "A", "10.0.0.2"),
    NameRecord("www.example.com", "CNAME", "mail.example.com"),
    *(
        NameRecord(f"host{number}.example.com", "A", f"10.1.{number >> 8}.{number & 255}")
        for number in range(2000)
    ),
]


def questions(different: bool) -> list[bytes]:
    """Requests with ids of their own, each for another name or for few."""
    names = [f"host{number if different else number % 20}.example.com" for number in range(2000)]
    chance = random.Random(1)
    return [
        dns.message.make_query(names[number % 2000], "A", id=chance.randrange(1 << 16)).to_wire()
        for number in range(QUESTIONS)
    ]


def in_memory(different: bool) -> Callable[[], float]:
    """Seconds for QUESTIONS replies of a server that has just begun."""
    requests = questions(different)

    def run() -> float:
        server = DnsServer(RECORDS)
        began = time.perf_counter()
        replies = [server.answer(request, Transport.UDP) for request in requests]
        taken = time.perf_counter() - began
        assert None not in replies
        return taken

    return run


def over_the_wire() -> float:
    """Seconds for QUESTIONS questions of a host to a server, and back."""
    clock, client, server = two_hosts()
    server.dns_service.load(RECORDS)
    server.dns_service.set(True)
    heard: list[bytes] = []
    socket = client.node.udp.open(lambda received: heard.append(received.payload))
    assert server.address is not None
    to = int(server.address.ip)
    requests = questions(different=False)
    socket.send(to, 53, requests[0])
    clock.run_until_idle()
    began = time.perf_counter()
    for request in requests:
        socket.send(to, 53, request)
        clock.run_until_idle()
    taken = time.perf_counter() - began
    assert len(heard) == QUESTIONS + 1
    return taken


def test_different_questions(benchmark: BenchmarkFixture) -> None:
    measured = once(benchmark, lambda: best(in_memory(different=True), 3))
    print(f"\n{QUESTIONS / measured:.0f} different questions a second on the reference machine")
    assert QUESTIONS / measured >= A_SECOND


def test_questions_that_come_again(benchmark: BenchmarkFixture) -> None:
    measured = once(benchmark, lambda: best(in_memory(different=False), 3))
    print(f"\n{QUESTIONS / measured:.0f} questions a second on the reference machine")
    assert QUESTIONS / measured >= 10 * A_SECOND


def test_questions_over_the_emulated_wire(benchmark: BenchmarkFixture) -> None:
    measured = once(benchmark, lambda: best(over_the_wire, 3))
    print(f"\n{QUESTIONS / measured:.0f} questions a second over the emulated wire")
    assert QUESTIONS / measured >= A_SECOND
