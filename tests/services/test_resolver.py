"""The resolver: servers, tries and times, its cache, its search list, aliases, and replies that are none."""

from __future__ import annotations

from functools import partial

import dns.message
import dns.rcode
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.clock import HOUR, SECOND
from ios_emu.services.dns_answer import Answer, Record, Status
from ios_emu.services.dns_cache import MOST_ANSWERS
from ios_emu.services.dns_exchange import BROADCAST
from ios_emu.services.resolver import Step
from tests.services.dns_bench import S1, S2, Bench, Sent, reply, script

A = "www.example.com. 300 A 192.0.2.1"
SOA = "example.com. 600 SOA ns.example.com. admin.example.com. 1 2 3 4 60"
NXDOMAIN, REFUSED, SERVFAIL = dns.rcode.NXDOMAIN, dns.rcode.REFUSED, dns.rcode.SERVFAIL


def says(*records: str, **more: object) -> partial[bytes]:
    """A reply with these records, to whatever is asked."""

    def answer(sent: Sent) -> bytes:
        return reply(sent, *records, **more)  # type: ignore[arg-type]

    return partial(answer)


def test_the_first_server_answers() -> None:
    bench = Bench()
    bench.wire.serve = says(A)
    answer = bench.look("www.example.com")
    assert answer == Answer(
        "www.example.com",
        "A",
        Status.FOUND,
        (Record("www.example.com", "A", 300, "192.0.2.1"),),
        S1,
        True,
    )
    assert list(map(str, answer.addresses)) == ["192.0.2.1"]
    assert bench.wire.log == ["0 10.0.0.1 www.example.com. A"]
    assert bench.wire.sent[0].message.flags == dns.message.make_query("a", "A").flags
    assert bench.clock.now == 0


def test_nobody_answers_each_server_in_each_round_for_its_time() -> None:
    bench = Bench()
    lookup = bench.begin("www.example.com")
    assert not bench.clock.idle
    bench.clock.run_until_idle()
    assert lookup.answer is not None
    assert lookup.answer.status is Status.NO_REPLY
    assert bench.wire.log == [
        "0 10.0.0.1 www.example.com. A",
        "1 10.0.0.2 www.example.com. A",
        "2 10.0.0.1 www.example.com. A",
        "4 10.0.0.2 www.example.com. A",
    ]
    assert bench.clock.now == 6 * SECOND
    assert (
        lookup.take_steps()
        == [
            Step("asked", S1),
            Step("timed out", S1),
            Step("asked", S2),
            Step("timed out", S2),
        ]
        * 2
    )
    assert lookup.take_steps() == []


def test_a_failure_is_not_kept() -> None:
    bench = Bench()
    bench.look("www.example.com")
    bench.forget()
    bench.wire.serve = says(A)
    assert bench.look("www.example.com").found


@pytest.mark.parametrize(
    ("rcode", "status"),
    [(REFUSED, Status.REFUSED), (SERVFAIL, Status.FAILED), (dns.rcode.NOTIMP, Status.FAILED)],
)
def test_a_server_that_refuses_or_fails_is_asked_once(rcode: dns.rcode.Rcode, status: Status) -> None:
    bench = Bench()
    bench.wire.serve = script(says(rcode=rcode), says(A))
    answer = bench.look("www.example.com")
    assert (answer.found, answer.server) == (True, S2)
    bench = Bench()
    bench.wire.serve = says(rcode=rcode)
    assert bench.look("www.example.com").status is status
    assert bench.wire.log == ["0 10.0.0.1 www.example.com. A", "0 10.0.0.2 www.example.com. A"]


def test_a_server_that_only_refers_to_others_is_of_no_use() -> None:
    bench = Bench()
    referral = says(authority="example.com. 60 NS ns.example.com.", authoritative=False)
    bench.wire.serve = script(referral, says(A))
    assert bench.look("www.example.com").server == S2


def test_a_server_where_nobody_listens_is_left_at_once() -> None:
    bench = Bench()
    lookup = bench.begin("www.example.com")
    bench.clock.run_until(0)
    [socket] = bench.wire.open
    socket.unreachable(S1)
    assert bench.wire.log[1:] == ["0 10.0.0.2 www.example.com. A"]
    socket.unreachable(S2)
    assert lookup.answer is not None
    assert lookup.answer.status is Status.UNREACHABLE
    bench.clock.run_until_idle()
    assert len(bench.wire.sent) == 2


def test_a_late_answer_counts() -> None:
    bench = Bench()
    lookup = bench.begin("www.example.com")
    bench.clock.run_until(SECOND + 1)
    [socket] = bench.wire.open
    socket.hear(S1, reply(bench.wire.sent[0], A))
    assert lookup.answer is not None
    assert lookup.answer.server == S1


def wrong_id(good: bytes) -> bytes:
    return bytes([good[0] ^ 1]) + good[1:]


def wrong_question(good: bytes) -> bytes:
    return good.replace(b"\x03www", b"\x03wxw", 1)


@pytest.mark.parametrize(
    "spoil",
    [
        wrong_id,
        wrong_question,
        lambda good: good[:20],
        lambda good: b"",
        lambda good: good[:2] + b"\x01\x00" + good[4:],
        lambda good: good[:4] + b"\0\0" + good[6:],
        lambda good: good[:2] + b"\xa8\x00" + good[4:],
    ],
)
def test_what_is_no_reply_to_the_question_is_not_heard(spoil: object) -> None:
    assert callable(spoil)
    bench = Bench()
    lookup = bench.begin("www.example.com")
    bench.clock.run_until(0)
    [socket] = bench.wire.open
    socket.hear(S1, spoil(reply(bench.wire.sent[0], A)))
    # A good one, but from nobody who was asked.
    socket.hear(S2, reply(bench.wire.sent[0], A))
    assert lookup.answer is None
    socket.hear(S1, reply(bench.wire.sent[0], A))
    assert lookup.answer is not None


def test_records_that_were_not_asked_for_are_not_taken() -> None:
    bench = Bench()
    bench.wire.serve = says("bank.example.net. 9999 A 6.6.6.6", A, "www.example.com. 9 TXT x")
    assert [record.value for record in bench.look("www.example.com").records] == ["192.0.2.1"]
    bench.forget()
    bench.wire.serve = lambda sent: None
    assert not bench.look("bank.example.net").found
    assert bench.wire.sent


def test_anybody_may_answer_what_everybody_was_asked() -> None:
    bench = Bench(servers=(BROADCAST,))
    lookup = bench.begin("www.example.com")
    bench.clock.run_until(0)
    [socket] = bench.wire.open
    socket.hear(S2, reply(bench.wire.sent[0], A))
    assert lookup.answer is not None
    assert lookup.answer.server == S2


def test_a_reply_that_is_cut_off_is_asked_for_over_tcp() -> None:
    bench = Bench()
    bench.wire.serve = script(says(truncated=True), says(A, "www.example.com. 300 AAAA 2001:db8::1"))
    assert bench.look("www.example.com").found
    assert bench.wire.log == ["0 10.0.0.1 www.example.com. A", "0 10.0.0.1 tcp www.example.com. A"]


def test_when_tcp_fails_or_is_silent_the_next_server_is_asked() -> None:
    bench = Bench()
    bench.wire.serve = script(says(truncated=True), b"", says(A))
    assert bench.look("www.example.com").server == S2
    assert bench.clock.now == 0
    bench = Bench()
    bench.wire.serve = script(says(truncated=True), None, says(A))
    assert bench.look("www.example.com").server == S2
    assert bench.clock.now == SECOND
    bench = Bench()
    bench.wire.serve = script(says(truncated=True), b"not a message", says(A))
    assert bench.look("www.example.com").server == S2


def test_an_answer_is_kept_for_as_long_as_its_records_say() -> None:
    bench = Bench()
    bench.wire.serve = says(A)
    bench.look("www.example.com")
    bench.forget()
    bench.clock.run_until(100 * SECOND + 1)
    kept = bench.look("WWW.Example.com")
    assert (kept.server, kept.authoritative, kept.records[0].ttl) == (None, False, 200)
    bench.clock.run_until(300 * SECOND - 1)
    assert bench.look("www.example.com").server is None
    assert not bench.wire.sent
    bench.clock.run_until(300 * SECOND)
    assert bench.look("www.example.com").server == S1
    assert bench.wire.log == ["300 10.0.0.1 www.example.com. A"]


def test_a_time_to_live_of_nothing_is_not_kept() -> None:
    bench = Bench()
    bench.wire.serve = says("www.example.com. 0 A 192.0.2.1")
    bench.look("www.example.com")
    bench.look("www.example.com")
    assert len(bench.wire.sent) == 2


@pytest.mark.parametrize(
    ("rcode", "status"), [(NXDOMAIN, Status.NO_NAME), (dns.rcode.NOERROR, Status.NO_DATA)]
)
def test_that_there_is_none_is_kept_as_its_soa_says(rcode: dns.rcode.Rcode, status: Status) -> None:
    bench = Bench()
    bench.wire.serve = says(rcode=rcode, authority=SOA)
    assert bench.look("no.example.com").status is status
    bench.clock.run_until(59 * SECOND)
    kept = bench.look("no.example.com")
    assert (kept.status, kept.server) == (status, None)
    assert len(bench.wire.sent) == 1
    bench.clock.run_until(60 * SECOND)
    bench.look("no.example.com")
    assert len(bench.wire.sent) == 2


def test_without_an_soa_it_is_not_kept_nor_by_who_does_not_want_it() -> None:
    bench = Bench()
    bench.wire.serve = says(rcode=NXDOMAIN)
    bench.look("no.example.com")
    bench.look("no.example.com")
    assert len(bench.wire.sent) == 2
    bench = Bench(keeps_negative=False)
    bench.wire.serve = says(rcode=NXDOMAIN, authority=SOA)
    bench.look("no.example.com")
    bench.look("no.example.com")
    assert len(bench.wire.sent) == 2


def test_a_long_negative_time_is_cut() -> None:
    bench = Bench()
    bench.wire.serve = says(
        rcode=NXDOMAIN, authority=SOA.replace(" 600 ", " 999999 ").replace(" 60", " 999999")
    )
    bench.look("no.example.com")
    bench.clock.run_until(3 * HOUR)
    bench.look("no.example.com")
    assert len(bench.wire.sent) == 2


@pytest.mark.slow
def test_the_cache_has_an_end_and_can_be_emptied() -> None:
    bench = Bench()
    bench.wire.serve = lambda sent: reply(sent, f"{sent.message.question[0].name} 300 A 192.0.2.1")
    for number in range(MOST_ANSWERS + 10):
        bench.look(f"n{number}.example.com")
    cache = bench.resolver.cache
    assert len(list(cache)) == MOST_ANSWERS
    assert cache.get("n9.example.com", "A") is None
    assert cache.get("n10.example.com", "A") is not None
    assert (cache.forget("N10.example.com"), cache.forget("n10.example.com")) == (True, False)
    assert (cache.forget(), list(cache)) == (True, [])


def test_fresh_lookups_ask_and_keep_nothing() -> None:
    bench = Bench()
    bench.wire.serve = says(A)
    for _ in range(2):
        lookup = bench.resolver.begin("www.example.com", fresh=True)
        bench.clock.run_until_idle()
        assert lookup.answer is not None
    assert len(bench.wire.sent) == 2
    assert list(bench.resolver.cache) == []


def test_the_search_list_is_for_names_without_a_dot() -> None:
    bench = Bench(search=("one.example", "two.example"), servers=(S1,))
    bench.wire.serve = says(rcode=NXDOMAIN)
    answer = bench.look("host")
    assert (answer.name, answer.status) == ("host", Status.NO_NAME)
    assert [line.split()[2] for line in bench.wire.log] == ["host.one.example.", "host.two.example.", "host."]
    bench.forget()
    bench.look("host.name")
    bench.look("host.")
    assert [line.split()[2] for line in bench.wire.log] == ["host.name.", "host."]
    bench.wire.serve = script(says(rcode=NXDOMAIN), says("host.two.example. 60 A 192.0.2.1"))
    assert bench.look("host").name == "host.two.example"


def test_when_nobody_answers_no_other_name_is_tried() -> None:
    bench = Bench(search=("one.example",), servers=(S1,))
    assert bench.look("host").status is Status.NO_REPLY
    assert {line.split()[2] for line in bench.wire.log} == {"host.one.example."}


def test_no_such_records_says_more_than_no_such_name() -> None:
    bench = Bench(search=("one.example",), servers=(S1,))
    bench.wire.serve = script(says(), says(rcode=NXDOMAIN))
    assert bench.look("host").status is Status.NO_DATA


def test_aliases_in_one_reply() -> None:
    bench = Bench()
    bench.wire.serve = says("www.example.com. 60 CNAME a.example.com.", "a.example.com. 30 A 192.0.2.1")
    answer = bench.look("www.example.com")
    assert (answer.canonical, answer.aliases, answer.values) == (
        "a.example.com",
        ("www.example.com",),
        ("192.0.2.1",),
    )
    assert answer.ttl == 30


def test_an_alias_that_the_server_does_not_follow_is_asked_for() -> None:
    bench = Bench()
    bench.wire.serve = script(
        says("www.example.com. 60 CNAME host.example.net."), says("host.example.net. 30 A 192.0.2.1")
    )
    answer = bench.look("www.example.com")
    assert (answer.found, answer.name, answer.canonical) == (True, "www.example.com", "host.example.net")
    assert bench.wire.log == ["0 10.0.0.1 www.example.com. A", "0 10.0.0.1 host.example.net. A"]
    bench.forget()
    assert bench.look("www.example.com").values == ("192.0.2.1",)
    assert not bench.wire.sent


def test_an_alias_to_nothing() -> None:
    bench = Bench()
    bench.wire.serve = says("www.example.com. 60 CNAME no.example.com.", rcode=NXDOMAIN, authority=SOA)
    answer = bench.look("www.example.com")
    assert (answer.status, len(bench.wire.sent)) == (Status.NO_NAME, 1)


def test_aliases_that_lead_round_and_round_come_to_an_end() -> None:
    bench = Bench()
    bench.wire.serve = says(
        "a.example.com. 60 CNAME b.example.com.", "b.example.com. 60 CNAME a.example.com."
    )
    assert bench.look("a.example.com").status is Status.LOOP
    bench = Bench()

    def further(sent: Sent) -> bytes:
        name = str(sent.message.question[0].name)
        return reply(sent, f"{name} 60 CNAME x{name}")

    bench.wire.serve = further
    assert bench.look("a.example.com").status is Status.LOOP
    assert len(bench.wire.sent) == 8


def test_an_address_is_its_own_answer_and_has_a_name_of_its_own() -> None:
    bench = Bench()
    assert list(map(str, bench.look("192.0.2.7").addresses)) == ["192.0.2.7"]
    assert not bench.wire.sent
    bench.wire.serve = says("7.2.0.192.in-addr.arpa. 60 PTR host.example.com.")
    assert bench.look("192.0.2.7", "PTR").values == ("host.example.com",)
    assert bench.wire.log == ["0 10.0.0.1 7.2.0.192.in-addr.arpa. PTR"]


def test_the_host_table_goes_before_the_servers() -> None:
    bench = Bench()
    bench.hosts["printer", "A"] = ("192.0.2.8", "192.0.2.9")
    assert bench.look("printer").values == ("192.0.2.8", "192.0.2.9")
    assert not bench.wire.sent
    bench.look("printer", "AAAA")
    assert bench.wire.sent


@pytest.mark.parametrize("name", ["a..b", "x" * 64, ".".join(["x" * 60] * 5), "", "."])
def test_what_is_no_name_is_not_asked_for(name: str) -> None:
    bench = Bench()
    assert bench.look(name).status is Status.BAD_NAME
    assert not bench.wire.sent


def test_without_a_server_the_answer_comes_at_once() -> None:
    bench = Bench(servers=())
    assert bench.look("www.example.com").status is Status.NO_SERVER
    assert bench.clock.now == 0


def test_a_lookup_can_be_broken_off() -> None:
    bench = Bench()
    lookup = bench.begin("www.example.com")
    bench.clock.run_until(0)
    lookup.cancel()
    lookup.cancel()
    bench.clock.run_until_idle()
    assert (bench.clock.now, bench.wire.open, lookup.answer) == (0, set(), None)
    at_once = bench.begin("www.example.com")
    at_once.cancel()
    bench.clock.run_until_idle()
    assert len(bench.wire.sent) == 1


def test_a_signal_fires_with_the_answer_and_progress_with_each_step() -> None:
    bench = Bench()
    bench.wire.serve = script(None, says(A))
    found: list[object] = []
    bench.resolver.lookup("www.example.com").subscribe(found.append)
    lookup = bench.begin("www.example.com")
    seen: list[Step] = []

    def watch(_: object) -> None:
        seen.extend(lookup.take_steps())
        if lookup.answer is None:
            lookup.progress().subscribe(watch)

    lookup.progress().subscribe(watch)
    bench.clock.run_until_idle()
    assert seen[0] == Step("asked", S1)
    assert len(found) == 1
    assert isinstance(found[0], Answer)


def test_all_records_of_a_name() -> None:
    bench = Bench()
    bench.wire.serve = says(
        A, 'www.example.com. 300 TXT "text"', "www.example.com. 300 SRV 1 2 3 x.example.com."
    )
    assert bench.look("www.example.com", "ANY").values == ("192.0.2.1", '"text"', "1 2 3 x.example.com.")


def test_values_are_in_full_without_the_last_dot() -> None:
    bench = Bench()
    bench.wire.serve = says("example.com. 300 MX 10 mail.example.com.", "example.com. 300 MX 0 .")
    assert bench.look("example.com", "mx").values == ("10 mail.example.com", "0 .")
    bench.wire.serve = says(SOA)
    assert bench.look("example.com", "SOA").values == ("ns.example.com admin.example.com 1 2 3 4 60",)


@pytest.mark.property
@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=120), st.integers(0, 200), st.integers(0, 255), st.booleans())
def test_any_bytes_from_a_server_are_heard_without_harm(data: bytes, at: int, byte: int, tcp: bool) -> None:
    bench = Bench()
    lookup = bench.begin("www.example.com")
    bench.clock.run_until(0)
    [socket] = bench.wire.open
    good = reply(bench.wire.sent[0], A, authority=SOA, truncated=tcp)
    socket.hear(S1, data)
    socket.hear(S1, good[:2] + data)
    socket.hear(S1, good[:34] + data)
    spoilt = bytearray(good)
    spoilt[at % len(good)] = byte
    socket.hear(S1, bytes(spoilt))
    bench.clock.run_until_idle()
    assert lookup.answer is not None
    assert bench.wire.open == set()
