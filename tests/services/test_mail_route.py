"""Which hosts take a domain's mail: MX, then A, and when that is worth another try."""

from __future__ import annotations

import dns.rcode
import pytest

from ios_emu.services.dns_answer import Status
from ios_emu.services.mail_route import MailRoute
from tests.services.dns_bench import S1, Bench, Sent, reply

ZONE = {
    "two.example. MX": ["two.example. 60 MX 20 b.two.example.", "two.example. 60 MX 10 a.two.example."],
    "a.two.example. A": ["a.two.example. 60 A 192.0.2.1", "a.two.example. 60 A 192.0.2.2"],
    "b.two.example. A": ["b.two.example. 60 A 192.0.2.3"],
    "plain.example. MX": [],
    "plain.example. A": ["plain.example. 60 A 192.0.2.4"],
    "bare.example. MX": [],
    "bare.example. A": [],
    "alias.example. MX": ["alias.example. 60 CNAME two.example.", "two.example. 60 MX 5 b.two.example."],
    "none.example. MX": ["none.example. 60 MX 0 ."],
    "half.example. MX": ["half.example. 60 MX 1 gone.example.", "half.example. 60 MX 2 b.two.example."],
    "lost.example. MX": ["lost.example. 60 MX 1 gone.example."],
    "sick.example. MX": ["sick.example. 60 MX 1 broken.example."],
}


def serve(sent: Sent) -> bytes | None:
    question = sent.message.question[0]
    if str(question.name) == "silent.example.":
        return None
    if str(question.name) == "broken.example.":
        return reply(sent, rcode=dns.rcode.SERVFAIL)
    records = ZONE.get(f"{question.name} {question.rdtype.name}")
    return reply(sent, rcode=dns.rcode.NXDOMAIN) if records is None else reply(sent, *records)


def route(domain: str) -> MailRoute:
    bench = Bench(servers=(S1,))
    bench.wire.serve = serve
    found: list[object] = []
    bench.resolver.resolve_mx(domain).subscribe(found.append)
    bench.clock.run_until_idle()
    [made] = found
    assert isinstance(made, MailRoute)
    assert made.domain == domain
    return made


def hosts(domain: str) -> list[str]:
    return [
        f"{host.preference} {host.name} {' '.join(map(str, host.addresses))}" for host in route(domain).hosts
    ]


def test_the_smallest_preference_goes_first() -> None:
    assert hosts("two.example") == ["10 a.two.example 192.0.2.1 192.0.2.2", "20 b.two.example 192.0.2.3"]


def test_a_domain_without_mx_takes_its_mail_itself() -> None:
    assert hosts("plain.example") == ["0 plain.example 192.0.2.4"]


def test_an_address_takes_its_mail_itself() -> None:
    assert hosts("192.0.2.9") == ["0 192.0.2.9 192.0.2.9"]


def test_aliases_and_hosts_that_are_gone() -> None:
    assert hosts("alias.example") == ["5 b.two.example 192.0.2.3"]
    assert hosts("half.example") == ["2 b.two.example 192.0.2.3"]


@pytest.mark.parametrize(
    ("domain", "status", "temporary", "accepts_none"),
    [
        ("bare.example", Status.NO_DATA, False, False),
        ("nowhere.example", Status.NO_NAME, False, False),
        ("none.example", Status.NO_DATA, False, True),
        ("lost.example", Status.NO_NAME, False, False),
        ("sick.example", Status.FAILED, True, False),
        ("broken.example", Status.FAILED, True, False),
        ("silent.example", Status.NO_REPLY, True, False),
        ("not..a.name", Status.BAD_NAME, False, False),
    ],
)
def test_why_there_is_no_way(domain: str, status: Status, temporary: bool, accepts_none: bool) -> None:
    made = route(domain)
    assert (made.hosts, made.status, made.is_temporary, made.accepts_none) == (
        (),
        status,
        temporary,
        accepts_none,
    )
