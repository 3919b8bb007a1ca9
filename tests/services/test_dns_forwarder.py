"""A name server that asks others: its host table, what it forwards, and circles of such servers."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.rcode
import pytest

from ios_emu.services.dns_forwarder import HOST_TTL, MOST_WAITING, DnsForwarder
from tests.services.dns_bench import S1, Bench, Sent, reply

SOA = "example.com. 600 SOA ns.example.com. admin.example.com. 1 2 3 4 60"


def query(name: str, kind: str = "A", number: int = 7, **more: object) -> dns.message.Message:
    return dns.message.make_query(name, kind, id=number, **more)  # type: ignore[arg-type]


class Forwarder:
    """A forwarder on a bench."""

    def __init__(self, **more: object) -> None:
        self.bench = Bench(servers=(S1,), **more)
        self.bench.hosts["printer", "A"] = ("192.0.2.8", "192.0.2.9")
        self.served = self.bench.settings
        self.forwarder = DnsForwarder(self.bench.resolver, lambda: self.served)
        self.replies: list[dns.message.Message] = []

    def send(self, request: bytes, tcp: bool = False) -> bool:
        return self.forwarder.answer(
            request, tcp, lambda data: self.replies.append(dns.message.from_wire(data))
        )

    def ask(self, message: dns.message.Message, tcp: bool = False) -> dns.message.Message:
        assert self.send(message.to_wire(), tcp)
        self.bench.clock.run_until_idle()
        made = self.replies.pop()
        assert (made.id, made.question) == (message.id, message.question)
        return made


def lines(message: dns.message.Message) -> list[str]:
    return [line for rrset in message.answer for line in str(rrset).splitlines()]


def test_the_host_table_is_its_own() -> None:
    made = Forwarder().ask(query("Printer"))
    assert dns.flags.to_text(made.flags) == "QR AA RD RA"
    assert lines(made) == [f"Printer. {HOST_TTL} IN A 192.0.2.8", f"Printer. {HOST_TTL} IN A 192.0.2.9"]


def test_the_rest_is_asked_for_and_kept() -> None:
    forwarder = Forwarder(search=("lab.example",))
    forwarder.bench.wire.serve = lambda sent: reply(
        sent, "www.example.com. 60 CNAME example.com.", "example.com. 60 A 192.0.2.1"
    )
    for _ in range(2):
        made = forwarder.ask(query("www.example.com"))
        assert dns.flags.to_text(made.flags) == "QR RD RA"
        assert lines(made) == ["www.example.com. 60 IN CNAME example.com.", "example.com. 60 IN A 192.0.2.1"]
    assert forwarder.bench.wire.log == ["0 10.0.0.1 www.example.com. A"]


def test_the_search_list_is_not_for_others() -> None:
    forwarder = Forwarder(search=("lab.example",))
    forwarder.bench.wire.serve = lambda sent: reply(sent, rcode=dns.rcode.NXDOMAIN, authority=SOA)
    made = forwarder.ask(query("host"))
    assert made.rcode() == dns.rcode.NXDOMAIN
    assert [str(rrset) for rrset in made.authority] == [
        "example.com. 60 IN SOA ns.example.com. admin.example.com. 1 2 3 4 60"
    ]
    assert forwarder.bench.wire.log == ["0 10.0.0.1 host. A"]


@pytest.mark.parametrize("kind", ["MX", "TXT", "SOA", "NS", "AAAA", "PTR", "SRV", "TYPE65280"])
def test_records_of_every_type_come_through(kind: str) -> None:
    values = {
        "MX": "10 mail.example.com.",
        "TXT": '"a \\"text\\"" "more"',
        "SOA": "ns.example.com. admin.example.com. 1 2 3 4 5",
        "AAAA": "2001:db8::1",
        "SRV": "1 2 3 host.example.com.",
        "TYPE65280": "\\# 3 010203",
    }
    record = f"example.com. 60 {kind} {values.get(kind, 'host.example.com.')}"
    forwarder = Forwarder()
    forwarder.bench.wire.serve = lambda sent: reply(sent, record)
    made = forwarder.ask(query("example.com", kind))
    assert lines(made) == [record.replace(" 60 ", " 60 IN ")]


def test_without_a_server_or_a_wish_for_recursion_it_refuses() -> None:
    forwarder = Forwarder()
    message = query("www.example.com")
    message.flags = dns.flags.Flag(0)
    assert forwarder.ask(message).rcode() == dns.rcode.REFUSED
    forwarder.served = forwarder.served._replace(servers=())
    made = forwarder.ask(query("www.example.com"))
    assert (made.rcode(), dns.flags.to_text(made.flags)) == (dns.rcode.REFUSED, "QR RD")
    assert forwarder.ask(query("printer")).rcode() == dns.rcode.NOERROR
    assert not forwarder.bench.wire.sent


def test_when_nobody_answers_that_is_a_failure() -> None:
    assert Forwarder().ask(query("www.example.com")).rcode() == dns.rcode.SERVFAIL
    assert Forwarder().ask(query(".", "NS")).rcode() == dns.rcode.SERVFAIL


def test_the_same_question_is_asked_once_for_all() -> None:
    forwarder = Forwarder()
    forwarder.bench.wire.serve = lambda sent: reply(sent, "www.example.com. 60 A 192.0.2.1")
    for number in range(5):
        name = "WWW.example.com" if number % 2 else "www.example.com"
        forwarder.send(query(name, number=number).to_wire(), tcp=bool(number % 2))
    forwarder.bench.clock.run_until_idle()
    assert [made.id for made in forwarder.replies] == [0, 1, 2, 3, 4]
    assert len(forwarder.bench.wire.sent) == 1


def test_too_many_questions_at_once_fail() -> None:
    forwarder = Forwarder()
    for number in range(MOST_WAITING + 1):
        forwarder.send(query(f"n{number}.example.com").to_wire())
    [made] = forwarder.replies
    assert made.rcode() == dns.rcode.SERVFAIL
    forwarder.bench.clock.run_until_idle()
    assert len(forwarder.replies) == MOST_WAITING + 1


def test_a_server_that_asks_itself_comes_to_an_end() -> None:
    forwarder = Forwarder()

    def ask_itself(sent: Sent) -> None:
        forwarder.forwarder.answer(sent.message.to_wire(), False, lambda data: None)

    forwarder.bench.wire.serve = ask_itself
    assert forwarder.ask(query("www.example.com")).rcode() == dns.rcode.SERVFAIL
    # One in each round.
    assert len(forwarder.bench.wire.sent) == 2


def test_bad_requests_and_answers() -> None:
    forwarder = Forwarder()
    assert not forwarder.send(b"")
    answer = dns.message.make_response(query("printer"))
    assert not forwarder.send(answer.to_wire())
    assert forwarder.send(query("printer").to_wire()[:-1])
    assert forwarder.replies.pop().rcode() == dns.rcode.FORMERR
    assert forwarder.ask(query("printer", use_edns=0)).edns == 0
    assert not forwarder.bench.wire.sent
