"""The name server's bytes: questions of dnspython and of Scapy, bad requests, and any bytes at all."""

from __future__ import annotations

import random

import dns.edns
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.tsigkeyring
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.dns import DNS, DNSQR

from ios_emu.services.dns_message import LARGEST_UDP, Transport
from ios_emu.services.dns_server import DnsServer

UDP, TCP = Transport.UDP, Transport.TCP
MANY = 60
SERVER = DnsServer(
    [
        ("example.com", "A", "192.0.2.10"),
        ("mail.example.com", "A", "192.0.2.25"),
        ("example.com", "MX", "10 mail.example.com"),
        *(("many.example.com", "A", f"10.0.0.{number}") for number in range(MANY)),
        *(("some.example.com", "A", f"10.0.0.{number}") for number in range(40)),
    ]
)


def query(name: str = "example.com", kind: str = "A", **more: object) -> dns.message.Message:
    return dns.message.make_query(name, kind, id=0x1234, **more)  # type: ignore[arg-type]


def ask(message: dns.message.Message, transport: Transport = UDP) -> dns.message.Message:
    reply = SERVER.answer(message.to_wire(), transport)
    assert reply is not None
    read = dns.message.from_wire(reply)
    assert read.id == message.id
    assert read.flags & dns.flags.QR
    return read


def test_an_answer_repeats_id_question_and_the_wish_for_recursion_that_it_does_not_offer() -> None:
    reply = ask(query())
    assert reply.question == query().question
    assert dns.flags.to_text(reply.flags) == "QR AA RD"
    assert [str(one) for one in reply.answer] == ["example.com. 86400 IN A 192.0.2.10"]
    without = query()
    without.flags = dns.flags.Flag(0)
    assert dns.flags.to_text(ask(without).flags) == "QR AA"


def test_scapy_asks_and_reads_the_answer() -> None:
    request = bytes(DNS(id=7, rd=1, qd=DNSQR(qname="example.com", qtype="MX")))
    reply = SERVER.answer(request, UDP)
    assert reply is not None
    read = DNS(reply)
    assert (read.id, read.qr, read.aa, read.ra, read.rcode) == (7, 1, 1, 0, 0)
    assert (read.an[0].preference, read.an[0].exchange) == (10, b"mail.example.com.")
    assert (read.ar[0].rrname, read.ar[0].rdata) == (b"mail.example.com.", "192.0.2.25")
    assert read.ns == []


def test_the_case_of_the_question_is_kept() -> None:
    reply = SERVER.answer(query("eXaMpLe.CoM").to_wire(), UDP)
    assert reply is not None
    assert b"\x07eXaMpLe\x03CoM\x00" in reply
    read = dns.message.from_wire(reply)
    assert (str(read.question[0].name), str(read.answer[0].name)) == ("eXaMpLe.CoM.", "eXaMpLe.CoM.")


def test_the_same_question_gets_the_same_reply_but_for_its_id() -> None:
    request = query("fresh.example.com").to_wire()
    first, second = SERVER.answer(request, UDP), SERVER.answer(b"\xab\xcd" + request[2:], UDP)
    assert first is not None
    assert second == b"\xab\xcd" + first[2:]


def test_addresses_stay_in_the_order_of_the_file() -> None:
    for number in range(20):
        reply = DnsServer([("a.b", "A", f"10.0.0.{one}") for one in range(9)]).answer(
            query("a.b").to_wire(), UDP
        )
        assert reply is not None
        read = dns.message.from_wire(reply)
        assert [rdata.to_text() for rdata in read.answer[0]] == [f"10.0.0.{one}" for one in range(9)], number


@pytest.mark.slow
def test_replies_are_kept_up_to_a_number() -> None:
    server = DnsServer([("example.com", "A", "192.0.2.10")])
    request = query("aa.example.com").to_wire()
    at = request.index(b"aa")
    for number in range(2100):
        other = request[:at] + number.to_bytes(2) + request[at + 2 :]
        assert server.answer(other, UDP) is not None
    assert len(server._kept) <= 2048


@pytest.mark.parametrize("transport", [UDP, TCP])
def test_an_answer_is_never_answered(transport: Transport) -> None:
    request = query().to_wire()
    reply = SERVER.answer(request, transport)
    assert reply is not None
    assert SERVER.answer(reply, transport) is None
    for opcode in range(16):
        flags = 0x8000 | opcode << 11
        assert SERVER.answer(request[:2] + flags.to_bytes(2) + request[4:], transport) is None
    for length in range(12):
        assert SERVER.answer(request[:length], transport) is None


def test_another_opcode_is_not_implemented() -> None:
    request = query().to_wire()
    for opcode in range(1, 16):
        flags = opcode << 11 | dns.flags.RD
        reply = SERVER.answer(request[:2] + flags.to_bytes(2) + request[4:], UDP)
        assert reply == request[:2] + (0x8000 | flags | dns.rcode.NOTIMP).to_bytes(2) + bytes(8)


def changed(at: int, value: int) -> bytes:
    """A question with another number at one of its places."""
    request = query().to_wire()
    return request[:at] + value.to_bytes(2) + request[at + 2 :]


LABEL_TOO_LONG = query().to_wire()[:12] + b"\x40" + bytes(70)
POINTER_TO_ITSELF = query().to_wire()[:12] + b"\xc0\x0c\x00\x01\x00\x01"
NAME_TOO_LONG = query().to_wire()[:12] + (b"\x3f" + b"a" * 63) * 4 + b"\x00\x00\x01\x00\x01"


@pytest.mark.parametrize(
    "request_",
    [
        changed(4, 0),
        changed(4, 2),
        changed(4, 65535),
        changed(6, 1),
        changed(8, 1),
        changed(10, 65535),
        changed(10, 1),
        query().to_wire()[:-1],
        query().to_wire()[:12],
        query().to_wire() + b"\0",
        LABEL_TOO_LONG,
        POINTER_TO_ITSELF,
        NAME_TOO_LONG,
        query(use_edns=0).to_wire()[:-1],
        # Two OPT records, and one whose name is not the root.
        changed(10, 2) + 2 * query(use_edns=0).to_wire()[-11:],
        changed(10, 1) + b"\x01a" + query(use_edns=0).to_wire()[-11:],
        query(kind="OPT").to_wire(),
    ],
)
def test_what_is_no_question_is_a_format_error(request_: bytes) -> None:
    reply = SERVER.answer(request_, UDP)
    assert reply is not None
    assert len(reply) <= len(query().to_wire())
    read = dns.message.from_wire(reply)
    assert (read.id, read.rcode(), read.answer) == (0x1234, dns.rcode.FORMERR, [])


@pytest.mark.parametrize(
    ("message", "rcode"),
    [
        (query("example.net"), dns.rcode.REFUSED),
        (query(kind="AXFR"), dns.rcode.REFUSED),
        (query(kind="IXFR"), dns.rcode.REFUSED),
        (query("version.bind", "TXT", rdclass="CH"), dns.rcode.REFUSED),
        (query(kind="TYPE250"), dns.rcode.NOTIMP),
        (query(kind="MAILA"), dns.rcode.NOTIMP),
        (query(use_edns=1), dns.rcode.BADVERS),
        (query(kind="TYPE65280"), dns.rcode.NOERROR),
        (query("nowhere.example.com"), dns.rcode.NXDOMAIN),
    ],
)
def test_questions_that_it_does_not_answer(message: dns.message.Message, rcode: int) -> None:
    reply = ask(message)
    assert reply.rcode() == rcode
    assert reply.answer == []
    assert reply.question == message.question


def test_a_signature_that_it_can_not_check_is_no_reason_not_to_answer() -> None:
    message = query()
    message.use_tsig(dns.tsigkeyring.from_text({"key.": "c2VjcmV0"}), "key.")
    reply = ask(message)
    assert reply.rcode() == dns.rcode.NOERROR
    assert not reply.had_tsig


def test_edns_is_answered_with_edns_and_its_options_are_not_repeated() -> None:
    message = query(use_edns=0, payload=4096, options=[dns.edns.CookieOption(b"12345678", b"")])
    reply = ask(message)
    assert (reply.edns, reply.payload, reply.options) == (0, LARGEST_UDP, ())
    assert ask(query()).edns == -1


@pytest.mark.parametrize(
    ("name", "payload", "largest", "truncated"),
    [
        ("many.example.com", None, 512, True),
        ("some.example.com", None, 512, True),
        ("many.example.com", 100, 512, True),
        ("some.example.com", 1000, 1000, False),
        ("many.example.com", 1000, 1000, True),
        ("many.example.com", 65535, LARGEST_UDP, False),
    ],
)
def test_what_is_too_long_for_udp_is_cut_and_whole_over_tcp(
    name: str, payload: int | None, largest: int, truncated: bool
) -> None:
    message = query(name) if payload is None else query(name, use_edns=0, payload=payload)
    request = message.to_wire()
    short, whole = SERVER.answer(request, UDP), SERVER.answer(request, TCP)
    assert short is not None
    assert whole is not None
    assert len(short) <= largest
    assert bool(dns.message.from_wire(short).flags & dns.flags.TC) is truncated
    read = dns.message.from_wire(whole)
    assert not read.flags & dns.flags.TC
    assert len(read.answer[0]) == (MANY if name == "many.example.com" else 40)


requests = st.one_of(
    st.binary(max_size=200),
    st.builds(lambda head, rest: head + rest, st.binary(min_size=12, max_size=12), st.binary(max_size=100)),
    st.builds(
        lambda seed, flips, edns: spoilt(random.Random(seed), flips, edns),
        st.integers(0, 1 << 32),
        st.integers(0, 4),
        st.booleans(),
    ),
)


def spoilt(chance: random.Random, flips: int, edns: bool) -> bytes:
    """A good question with some of its bytes changed, or cut."""
    name = chance.choice(["example.com", "many.example.com", "x.example.com", "example.net"])
    data = bytearray(
        query(name, chance.choice(["A", "MX", "ANY", "TXT"]), use_edns=0 if edns else -1).to_wire()
    )
    for _ in range(flips):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data[: chance.choice([len(data), chance.randrange(len(data) + 1)])])


@pytest.mark.property
@settings(deadline=None, max_examples=300)
@given(requests, st.sampled_from(Transport))
def test_any_bytes_get_one_answer_or_none_and_no_answer_gets_one(
    request_: bytes, transport: Transport
) -> None:
    reply = SERVER.answer(request_, transport)
    if len(request_) < 12 or request_[2] & 0x80:
        assert reply is None
        return
    assert reply is not None
    assert reply[:2] == request_[:2]
    assert len(reply) <= (65535 if transport is TCP else LARGEST_UDP)
    read = dns.message.from_wire(reply)
    assert read.flags & dns.flags.QR
    assert read.opcode() == dns.opcode.from_flags(int.from_bytes(request_[2:4]))
    assert DNS(reply).qr == 1
    assert SERVER.answer(reply, transport) is None
