"""A client's conversations with a server that answers, refuses, lies or is not there, with lab times."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.clock import DAY, HOUR, MINUTE, SECOND, Clock
from ios_emu.services.dhcp_client import ClientState, DhcpClient
from ios_emu.services.dhcp_client_lease import (
    ClientIdentity,
    ClientLease,
    cisco_identifier,
    ethernet_identifier,
)
from ios_emu.wire import dhcp
from ios_emu.wire.dhcp import DhcpMessage
from ios_emu.wire.ethernet import MacAddress

MAC = MacAddress.parse("0060.5c2b.3dcc")
ALL = 0xFFFFFFFF
ADDRESS, SERVER = int(IPv4Address("192.168.0.51")), int(IPv4Address("192.168.0.1"))


class Sent(NamedTuple):
    time: int
    message: DhcpMessage
    source: int
    destination: int


@dataclass
class Host:
    """The client's host. `used` are addresses that somebody answers ARP for, after a second."""

    clock: Clock
    sent: list[Sent] = field(default_factory=list)
    events: list[tuple[int, str]] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    answer: Callable[[Sent], None] = lambda sent: None
    lines: list[str] = field(default_factory=list)

    def send(self, message: DhcpMessage, source: int, destination: int) -> None:
        assert DhcpMessage.parse(message.build()) == message
        self.sent.append(Sent(self.clock.now, message, source, destination))
        self.answer(self.sent[-1])

    def probe(self, address: int, done: Callable[[bool], None]) -> None:
        self.clock.call_later(SECOND, done, address in self.used)

    def bound(self, lease: ClientLease) -> None:
        self.events.append((self.clock.now, str(IPv4Address(lease.address))))

    def unbound(self) -> None:
        self.events.append((self.clock.now, "unbound"))

    def unanswered(self) -> None:
        self.events.append((self.clock.now, "unanswered"))

    def debug(self, text: str) -> None:
        self.lines.append(text)


class Bench:
    """A client, and a server that answers at once as long as it is `there`."""

    def __init__(self, seed: int = 1, broadcast: bool = False) -> None:
        self.clock = Clock()
        self.host = Host(self.clock)
        identity = ClientIdentity(MAC, ethernet_identifier(MAC), "PC1", "MSFT 5.0", broadcast)
        self.client = DhcpClient(self.clock, self.host, random.Random(seed), identity)
        self.host.answer = self.serve
        self.there = True
        self.refuse = False
        self.address = ADDRESS
        self.lease_time = 86400
        self.outcomes: list[tuple[int, bool]] = []

    def done(self, success: bool) -> None:
        self.outcomes.append((self.clock.now, success))

    def serve(self, sent: Sent) -> None:
        kind = sent.message.message_type
        if not self.there or kind not in (dhcp.DISCOVER, dhcp.REQUEST):
            return
        if kind == dhcp.DISCOVER:
            reply = self.reply(sent.message, dhcp.OFFER)
        else:
            reply = self.reply(sent.message, dhcp.NAK if self.refuse else dhcp.ACK)
        self.clock.call_soon(self.client.receive, reply)

    def reply(self, asked: DhcpMessage, kind: int, **fields: int) -> DhcpMessage:
        options = {53: bytes((kind,)), 54: SERVER.to_bytes(4)}
        if kind != dhcp.NAK:
            options |= {51: self.lease_time.to_bytes(4), 1: b"\xff\xff\xff\0", 3: SERVER.to_bytes(4)}
        return asked._replace(op=2, ciaddr=0, yiaddr=self.address, options=options)._replace(**fields)  # type: ignore[arg-type]

    def kinds(self, start: int = 0) -> list[tuple[int, int | None]]:
        return [(sent.time, sent.message.message_type) for sent in self.host.sent[start:]]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_client_gets_an_address_and_the_whole_story_is_told(bench: Bench) -> None:
    bench.client.start(done=bench.done)
    assert bench.client.state is ClientState.SELECTING
    bench.clock.run_until_idle()
    discover, request = bench.host.sent
    assert (discover.source, discover.destination, request.destination) == (0, ALL, ALL)
    assert discover.message.options[61] == b"\1" + MAC
    assert discover.message.options[12] == b"PC1"
    assert request.message.xid == discover.message.xid
    assert request.message.options[50] == ADDRESS.to_bytes(4)
    assert request.message.options[54] == SERVER.to_bytes(4)
    assert request.message.ciaddr == 0
    assert (bench.client.state, bench.outcomes) == (ClientState.BOUND, [(SECOND, True)])
    lease = bench.client.lease
    assert lease is not None
    assert (lease.address, lease.mask, lease.server) == (ADDRESS, 0xFFFFFF00, SERVER)
    assert lease.addresses(dhcp.ROUTER) == [IPv4Address("192.168.0.1")]
    assert (lease.renewal, lease.rebinding, lease.expires) == (DAY // 2, DAY * 7 // 8, DAY)
    assert bench.host.lines == [
        "DHCP: SDiscover attempt # 1 for entry:",
        "DHCP: offer received from 192.168.0.1",
        "DHCP: SRequest attempt # 1 for entry:",
    ]


def test_where_nobody_answers_it_waits_longer_each_time_gives_up_and_tries_later(bench: Bench) -> None:
    bench.there = False
    bench.client.start(done=bench.done)
    bench.clock.run_until_idle()
    times = [time for time, _ in bench.kinds()]
    waits = [later - sooner for sooner, later in pairwise(times)]
    assert len(times) == 4
    for wait, nominal in zip(waits, (4, 8, 16), strict=True):
        assert abs(wait - nominal * SECOND) <= SECOND
        assert wait != nominal * SECOND
    assert len({sent.message.xid for sent in bench.host.sent}) == 1
    assert [sent.message.secs for sent in bench.host.sent] == [time // SECOND for time in times]
    [(when, success)] = bench.outcomes
    assert (success, 59 <= when // SECOND <= 62) == (False, True)
    assert bench.host.events == [(when, "unanswered")]
    bench.there = True
    bench.clock.wait(5 * MINUTE + SECOND)
    assert bench.client.state is ClientState.BOUND
    assert len(bench.outcomes) == 1


def test_two_clients_do_not_wait_alike() -> None:
    times = []
    for seed in (1, 2):
        bench = Bench(seed)
        bench.there = False
        bench.client.start()
        bench.clock.run_until_idle()
        times.append([time for time, _ in bench.kinds()])
    assert times[0] != times[1]


def test_the_first_offer_is_taken_and_the_other_server_sees_whose(bench: Bench) -> None:
    bench.there = False
    bench.client.start()
    asked = bench.host.sent[0].message
    other = bench.reply(asked, dhcp.OFFER)
    other = other._replace(yiaddr=ADDRESS + 1, options=other.options | {54: b"\x0a\0\0\1"})
    bench.client.receive(other)
    bench.client.receive(bench.reply(asked, dhcp.OFFER))
    request = bench.host.sent[-1].message
    assert (request.word(54), request.word(50)) == (0x0A000001, ADDRESS + 1)
    # Nor does the word of the other server count.
    bench.client.receive(bench.reply(asked, dhcp.ACK))
    assert bench.client.state is ClientState.REQUESTING


def test_it_renews_at_t1_by_unicast_without_asking_for_an_address(bench: Bench) -> None:
    bench.client.start()
    bench.clock.wait(DAY // 2)
    renewal = bench.host.sent[-1]
    assert (renewal.time, renewal.source, renewal.destination) == (DAY // 2, ADDRESS, SERVER)
    assert renewal.message.ciaddr == ADDRESS
    assert not {50, 54} & renewal.message.options.keys()
    assert bench.client.lease is not None
    assert bench.client.lease.expires == DAY // 2 + DAY
    assert "unbound" not in [event for _, event in bench.host.events]


def test_unanswered_it_asks_all_servers_from_t2_on_and_stops_using_the_address_at_the_end(
    bench: Bench,
) -> None:
    bench.client.start()
    bench.clock.run_until_idle()
    bench.there = False
    before = len(bench.host.sent)
    bench.clock.run_until(DAY - 1)
    tries = bench.host.sent[before:]
    t2 = DAY * 7 // 8
    assert all((sent.destination == SERVER) == (sent.time < t2) for sent in tries)
    assert tries[0].time == DAY // 2
    assert any(sent.time == t2 for sent in tries)
    assert all(b.time - a.time >= MINUTE for a, b in pairwise(tries) if b.time != t2)
    assert len(tries) < 30
    assert bench.client.state is ClientState.REBINDING
    assert bench.host.events[-1][1] == "192.168.0.51"
    bench.clock.run_until(DAY)
    assert bench.host.events[-1] == (DAY, "unbound")
    assert (bench.client.lease, bench.client.state) == (None, ClientState.SELECTING)


def test_renewing_by_itself_does_not_keep_the_lab_from_being_idle(bench: Bench) -> None:
    bench.client.start()
    bench.clock.run_until_idle()
    bench.there = False
    for _ in range(100):
        bench.clock.run_until(bench.clock.now + HOUR)
        assert bench.clock.idle


def test_a_refusal_makes_it_start_anew(bench: Bench) -> None:
    bench.client.start()
    bench.clock.run_until_idle()
    bench.refuse = True
    bench.client.renew(bench.done)
    bench.clock.step()
    assert bench.client.lease is None
    bench.refuse = False
    bench.clock.run_until_idle()
    assert bench.client.state is ClientState.BOUND
    assert [kind for _, kind in bench.kinds(2)] == [dhcp.REQUEST, dhcp.DISCOVER, dhcp.REQUEST]
    assert [success for _, success in bench.outcomes] == [True]


def test_a_server_that_goes_on_refusing_is_not_asked_without_end(bench: Bench) -> None:
    bench.refuse = True
    bench.client.start(done=bench.done)
    bench.clock.run_until_idle()
    assert [time for time, kind in bench.kinds() if kind == dhcp.DISCOVER] == [
        0,
        0,
        2 * SECOND,
        6 * SECOND,
    ]
    assert bench.outcomes == [(6 * SECOND, False)]


def test_an_address_that_somebody_uses_is_declined(bench: Bench) -> None:
    bench.host.used.add(ADDRESS)
    bench.client.start(done=bench.done)
    bench.clock.run_until(SECOND)
    decline = bench.host.sent[-1]
    assert (decline.time, decline.message.message_type, decline.destination) == (SECOND, dhcp.DECLINE, ALL)
    assert (decline.message.word(50), decline.message.word(54)) == (ADDRESS, SERVER)
    assert decline.message.ciaddr == 0
    bench.address = ADDRESS + 1
    bench.clock.run_until_idle()
    assert bench.outcomes == [(12 * SECOND, True)]
    assert bench.host.events == [(12 * SECOND, "192.168.0.52")]


def test_it_takes_back_the_lease_that_it_had(bench: Bench) -> None:
    bench.client.start()
    bench.clock.run_until_idle()
    lease = bench.client.lease
    again = Bench()
    again.client.start(lease, again.done)
    again.clock.run_until_idle()
    [request] = again.host.sent
    assert request.message.options[50] == ADDRESS.to_bytes(4)
    assert (54 in request.message.options, request.message.ciaddr) == (False, 0)
    assert again.outcomes == [(SECOND, True)]


def test_a_lease_that_has_ended_or_that_nobody_remembers_is_not_taken_back(bench: Bench) -> None:
    bench.client.start()
    bench.clock.run_until_idle()
    lease = bench.client.lease
    late = Bench()
    late.clock.run_until(DAY)
    late.client.start(lease)
    assert late.kinds() == [(DAY, dhcp.DISCOVER)]
    silent = Bench()
    silent.host.answer = lambda sent: silent.serve(sent) if 50 not in sent.message.options else None
    silent.client.start(lease)
    silent.clock.run_until(20 * SECOND)
    assert [kind for _, kind in silent.kinds()][:3] == [dhcp.REQUEST, dhcp.REQUEST, dhcp.DISCOVER]


def test_renew_by_a_person_is_at_once_and_in_the_foreground(bench: Bench) -> None:
    bench.client.start()
    bench.clock.run_until(HOUR)
    bench.client.renew(bench.done)
    bench.clock.run_until_idle()
    assert bench.outcomes == [(HOUR, True)]
    assert bench.kinds(2) == [(HOUR, dhcp.REQUEST)]


def test_renew_in_vain_asks_all_then_anew_and_keeps_the_lease(bench: Bench) -> None:
    bench.client.start()
    bench.clock.run_until_idle()
    bench.there = False
    bench.client.renew(bench.done)
    bench.clock.run_until_idle()
    ways = [(kind, sent.destination) for (_, kind), sent in zip(bench.kinds(), bench.host.sent, strict=True)]
    assert ways[2:] == [(dhcp.REQUEST, SERVER)] * 2 + [(dhcp.REQUEST, ALL)] * 2 + [(dhcp.DISCOVER, ALL)] * 4
    assert [success for _, success in bench.outcomes] == [False]
    assert (bench.client.state, bench.client.lease is None) == (ClientState.BOUND, False)
    bench.there = True
    bench.clock.wait(DAY // 2)
    assert bench.client.lease is not None
    assert bench.client.lease.expires == DAY // 2 + DAY


def test_renew_without_a_lease_gets_one(bench: Bench) -> None:
    bench.client.renew(bench.done)
    bench.clock.run_until_idle()
    assert bench.outcomes == [(SECOND, True)]


def test_release_tells_the_server_and_ends_everything(bench: Bench) -> None:
    assert not bench.client.release()
    bench.client.start()
    bench.clock.run_until_idle()
    assert bench.client.release()
    release = bench.host.sent[-1]
    assert release.message.message_type == dhcp.RELEASE
    assert (release.source, release.destination, release.message.ciaddr) == (ADDRESS, SERVER, ADDRESS)
    assert release.message.options.keys() == {53, 54, 61}
    assert (bench.client.state, bench.client.lease) == (ClientState.INIT, None)
    assert bench.host.events[-1][1] == "unbound"
    assert bench.clock.next_event is None


def test_who_waits_is_told_when_it_is_stopped(bench: Bench) -> None:
    bench.there = False
    bench.client.start(done=bench.done)
    bench.client.stop()
    assert bench.outcomes == [(0, False)]
    assert bench.clock.idle


def test_an_infinite_lease_is_never_renewed(bench: Bench) -> None:
    bench.lease_time = dhcp.INFINITE
    bench.client.start()
    bench.clock.run_until_idle()
    assert bench.clock.next_event is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda offer: offer._replace(xid=offer.xid ^ 1),
        lambda offer: offer._replace(op=1),
        lambda offer: offer._replace(chaddr=b"\2\0\0\0\0\1"),
        lambda offer: offer._replace(yiaddr=0),
        lambda offer: offer._replace(yiaddr=ALL),
        lambda offer: offer._replace(yiaddr=0x7F000001),
        lambda offer: offer._replace(options={53: b"\2"}),
        lambda offer: offer._replace(options={53: b"\2", 54: b"\1\2\3"}),
        lambda offer: offer._replace(options={53: b"\5", 54: b"\1\2\3\4"}),
    ],
)
def test_an_offer_that_is_none_is_not_taken(
    bench: Bench, spoil: Callable[[DhcpMessage], DhcpMessage]
) -> None:
    bench.there = False
    bench.client.start()
    bench.client.receive(spoil(bench.reply(bench.host.sent[0].message, dhcp.OFFER)))
    assert bench.client.state is ClientState.SELECTING


@pytest.mark.parametrize("seconds", [0, None])
def test_an_ack_without_a_lease_time_is_none(bench: Bench, seconds: int | None) -> None:
    bench.there = False
    bench.client.start()
    bench.client.receive(bench.reply(bench.host.sent[0].message, dhcp.OFFER))
    ack = bench.reply(bench.host.sent[0].message, dhcp.ACK)
    options = {code: data for code, data in ack.options.items() if code != 51}
    bench.client.receive(ack._replace(options=options if seconds is None else options | {51: bytes(4)}))
    assert bench.client.state is ClientState.REQUESTING


def test_times_that_can_not_be_are_the_usual_parts_of_the_lease(bench: Bench) -> None:
    bench.there = False
    bench.client.start()
    bench.client.receive(bench.reply(bench.host.sent[0].message, dhcp.OFFER))
    ack = bench.reply(bench.host.sent[0].message, dhcp.ACK)
    bad = {58: (90000).to_bytes(4), 59: (10).to_bytes(4), 1: b"\xff\0\xff\0"}
    bench.client.receive(ack._replace(options=ack.options | bad))
    bench.clock.run_until_idle()
    lease = bench.client.lease
    assert lease is not None
    assert (lease.renewal, lease.rebinding, lease.mask) == (DAY // 2, DAY * 7 // 8, 0xFFFFFF00)


def test_text_from_a_server_has_nothing_that_a_terminal_obeys() -> None:
    lease = ClientLease(1, 1, 1, 0, None, None, None, {15: b"lab\x1b[2J.example\0", 3: b"\1\2\3\4\5"})
    assert lease.text(dhcp.DOMAIN_NAME) == "lab[2J.example"
    assert lease.addresses(dhcp.ROUTER) == [IPv4Address("1.2.3.4")]


def test_a_router_names_itself_as_cisco_does() -> None:
    assert cisco_identifier(MAC, "Fa0/0") == b"\0cisco-0060.5c2b.3dcc-Fa0/0"


def test_the_broadcast_bit_is_for_who_has_no_address() -> None:
    bench = Bench(broadcast=True)
    bench.client.start()
    bench.clock.wait(DAY // 2)
    assert [sent.message.broadcast for sent in bench.host.sent] == [True, True, False]


@pytest.mark.property
@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["reply", "start", "renew", "release", "stop", "wait"]),
            st.integers(0, 9),
            st.dictionaries(st.integers(1, 254), st.binary(max_size=5), max_size=4),
        ),
        max_size=25,
    )
)
def test_whatever_comes_nothing_is_raised_and_the_lab_becomes_idle(
    steps: list[tuple[str, int, dict[int, bytes]]],
) -> None:
    bench = Bench()
    bench.there = False
    for action, number, options in steps:
        match action:
            case "reply" if bench.host.sent:
                reply = bench.reply(bench.host.sent[-1].message, number)
                bench.client.receive(reply._replace(options={53: bytes((number,))} | reply.options | options))
            case "start":
                bench.client.start(bench.client.lease)
            case "renew":
                bench.client.renew(bench.done)
            case "release":
                bench.client.release()
            case "stop":
                bench.client.stop()
            case _:
                bench.clock.run_until(bench.clock.now + number * number * 1000 * SECOND)
    bench.clock.run_until_idle()
    lease = bench.client.lease
    assert lease is None or lease.expires is None or lease.expires > bench.clock.now
