"""What a server's records say of a name: zones with an SOA and without, aliases, parts that others have."""

from __future__ import annotations

import dns.exception
import dns.name
import dns.rcode
import dns.rdatatype
import pytest

from ios_emu.services.dns_zone import NEGATIVE_TTL, TTL, Finding, Zones

RECORDS = [
    ("example.com", "A", "192.0.2.10"),
    ("example.com", "A", "192.0.2.11"),
    ("example.com", "MX", "10 mail.example.com"),
    ("mail.example.com", "A", "192.0.2.25"),
    ("mail.example.com", "AAAA", "2001:db8::25"),
    ("www.example.com", "CNAME", "example.com"),
    ("old.example.com", "CNAME", "www.example.com"),
    ("away.example.com", "CNAME", "host.elsewhere.net"),
    ("gone.example.com", "CNAME", "nowhere.example.com"),
    ("round.example.com", "CNAME", "about.example.com"),
    ("about.example.com", "CNAME", "round.example.com"),
    ("deep.under.example.com", "TXT", 'a "quoted" \\ text'),
    ("part.example.com", "NS", "ns.part.example.com"),
    ("ns.part.example.com", "A", "192.0.2.53"),
    ("10.2.0.192.in-addr.arpa", "PTR", "example.com"),
    ("example.org", "SOA", "ns.example.org admin.example.org 7 1 2 3 30"),
    ("example.org", "NS", "ns.example.org"),
    ("ns.example.org", "A", "198.51.100.53"),
    ("server", "A", "192.0.2.99"),
]
NOERROR, NXDOMAIN, REFUSED = dns.rcode.NOERROR, dns.rcode.NXDOMAIN, dns.rcode.REFUSED


def find(name: str, kind: str, zones: Zones | None = None) -> Finding:
    return (zones or Zones(RECORDS)).find(dns.name.from_text(name), dns.rdatatype.from_text(kind))


def texts(section: tuple[object, ...]) -> list[str]:
    return [line for rrset in section for line in str(rrset).splitlines()]


def test_records_in_the_order_of_the_file_with_the_hosts_that_they_name() -> None:
    found = find("example.com", "A")
    assert found.authoritative
    assert texts(found.answer) == [
        f"example.com. {TTL} IN A 192.0.2.10",
        f"example.com. {TTL} IN A 192.0.2.11",
    ]
    assert found.additional == ()
    found = find("example.com", "MX")
    assert texts(found.answer) == [f"example.com. {TTL} IN MX 10 mail.example.com."]
    assert texts(found.additional) == [
        f"mail.example.com. {TTL} IN A 192.0.2.25",
        f"mail.example.com. {TTL} IN AAAA 2001:db8::25",
    ]


def test_a_text_keeps_its_quotes_and_backslashes() -> None:
    [rrset] = find("deep.under.example.com", "TXT").answer
    assert rrset[0].strings == (b'a "quoted" \\ text',)


@pytest.mark.parametrize(
    ("name", "kind", "rcode", "answer"),
    [
        ("www.example.com", "A", NOERROR, ["www CNAME", "example A", "example A"]),
        ("old.example.com", "MX", NOERROR, ["old CNAME", "www CNAME", "example MX"]),
        ("www.example.com", "CNAME", NOERROR, ["www CNAME"]),
        ("www.example.com", "TXT", NOERROR, ["www CNAME"]),
        ("away.example.com", "A", NOERROR, ["away CNAME"]),
        ("gone.example.com", "A", NXDOMAIN, ["gone CNAME"]),
        ("round.example.com", "A", NOERROR, ["round CNAME", "about CNAME"]),
        ("10.2.0.192.in-addr.arpa", "PTR", NOERROR, ["10 PTR"]),
        ("server", "A", NOERROR, ["server A"]),
        ("example.com", "ANY", NOERROR, ["example A", "example A"]),
        ("www.example.com", "ANY", NOERROR, ["www CNAME"]),
    ],
)
def test_aliases_are_followed_to_where_they_end(
    name: str, kind: str, rcode: dns.rcode.Rcode, answer: list[str]
) -> None:
    found = find(name, kind)
    lines = [line.split() for line in texts(found.answer)]
    assert found.rcode == rcode
    assert found.authoritative
    assert [f"{line[0].partition('.')[0]} {line[3]}" for line in lines] == answer


@pytest.mark.parametrize(
    ("name", "kind", "rcode", "soa"),
    [
        ("nowhere.example.com", "A", NXDOMAIN, f"example.com. {NEGATIVE_TTL} "),
        ("a.mail.example.com", "A", NXDOMAIN, f"example.com. {NEGATIVE_TTL} "),
        ("example.com", "TXT", NOERROR, f"example.com. {NEGATIVE_TTL} "),
        ("mail.example.com", "MX", NOERROR, f"example.com. {NEGATIVE_TTL} "),
        # It has no record, but a name below it has.
        ("under.example.com", "A", NOERROR, f"example.com. {NEGATIVE_TTL} "),
        ("www.example.com", "TXT", NOERROR, f"example.com. {NEGATIVE_TTL} "),
        ("11.2.0.192.in-addr.arpa", "PTR", NXDOMAIN, f"2.0.192.in-addr.arpa. {NEGATIVE_TTL} "),
        ("sub.server", "A", NXDOMAIN, f"server. {NEGATIVE_TTL} "),
        # Its own SOA says for how long that may be kept.
        (
            "nowhere.example.org",
            "A",
            NXDOMAIN,
            "example.org. 30 IN SOA ns.example.org. admin.example.org. 7 ",
        ),
        ("ns.example.org", "AAAA", NOERROR, "example.org. 30 IN SOA ns.example.org. admin.example.org. 7 "),
    ],
)
def test_what_is_not_there_comes_with_the_soa_of_its_zone(
    name: str, kind: str, rcode: dns.rcode.Rcode, soa: str
) -> None:
    found = find(name, kind)
    [line] = texts(found.authority)
    assert (found.rcode, found.authoritative) == (rcode, True)
    assert line.startswith(soa)


@pytest.mark.parametrize("name", ["example.net", "com", ".", "1.3.0.192.in-addr.arpa", "xexample.com"])
def test_nothing_is_known_outside_of_the_zones(name: str) -> None:
    assert find(name, "A") == Finding(REFUSED, authoritative=False)


@pytest.mark.parametrize("name", ["part.example.com", "a.part.example.com", "ns.part.example.com"])
def test_a_part_that_others_have_is_referred_to_them(name: str) -> None:
    found = find(name, "A")
    assert (found.rcode, found.authoritative, found.answer) == (NOERROR, False, ())
    assert texts(found.authority) == [f"part.example.com. {TTL} IN NS ns.part.example.com."]
    assert texts(found.additional) == [f"ns.part.example.com. {TTL} IN A 192.0.2.53"]


def test_the_name_servers_of_the_zone_itself_are_an_answer() -> None:
    found = find("example.org", "NS")
    assert found.authoritative
    assert texts(found.answer) == [f"example.org. {TTL} IN NS ns.example.org."]
    assert texts(found.additional) == [f"ns.example.org. {TTL} IN A 198.51.100.53"]


def test_names_are_the_same_in_capitals() -> None:
    assert find("WWW.Example.COM", "A").answer == find("www.example.com", "A").answer


def test_a_server_without_records_knows_nothing() -> None:
    assert find("example.com", "A", Zones()).rcode == REFUSED


@pytest.mark.parametrize(
    "record", [("example.com", "A", "mail"), ("example.com", "MX", "mail"), ("a..b", "A", "192.0.2.1")]
)
def test_a_record_that_is_none_is_refused(record: tuple[str, str, str]) -> None:
    with pytest.raises(dns.exception.DNSException):
        Zones([record])
