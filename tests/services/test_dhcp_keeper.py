"""Leases beyond the end of the process: stored before they are acknowledged, and all there after a kill."""

from __future__ import annotations

import random
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ios_emu.clock import DAY, HOUR, MINUTE
from ios_emu.services.dhcp_keeper import AgentActivity
from ios_emu.services.dhcp_pool import DatabaseAgent
from ios_emu.wire import dhcp

if TYPE_CHECKING:
    from tests.services.conftest import Bench

SERVER = "192.168.1.1"


def test_an_ack_is_sent_when_the_journal_says_stored(quick: Bench) -> None:
    journal = quick.keep()
    journal.held = True
    address = quick.offer(1)
    assert quick.tell(quick.message(dhcp.REQUEST, 1, requested=address, server=SERVER)) == []
    before = len(quick.router.sent)
    journal.commit()
    assert [sent.kind for sent in quick.router.sent[before:]] == [dhcp.ACK]
    assert journal.data.startswith(b"L c0a80102 0001020000000001 020000000001 86400000000000 ")


def test_a_lease_that_can_not_be_stored_is_not_acknowledged(quick: Bench) -> None:
    journal = quick.keep()
    journal.held = True
    address = quick.offer(1)
    assert quick.tell(quick.message(dhcp.REQUEST, 1, requested=address, server=SERVER)) == []
    before = len(quick.router.sent)
    journal.commit("no space is left on the disk")
    assert quick.router.sent[before:] == []
    assert quick.engine.automatic_bindings == 0
    quick.clock.wait(MINUTE)
    assert quick.leases == {}


def test_a_renewal_that_can_not_be_stored_leaves_the_lease_as_it_was(quick: Bench) -> None:
    journal = quick.keep()
    quick.lease(1)
    quick.clock.run_until(HOUR)
    journal.held = True
    quick.tell(quick.message(dhcp.REQUEST, 1, ciaddr="192.168.1.2"), unicast=True)
    journal.commit("no space is left on the disk")
    binding = quick.engine.binding(IPv4Address("192.168.1.2"))
    assert binding is not None
    assert binding.expires == DAY


def test_a_lease_that_ended_before_it_was_stored_is_not_acknowledged(quick: Bench) -> None:
    journal = quick.keep()
    journal.held = True
    address = quick.offer(1)
    quick.tell(quick.message(dhcp.REQUEST, 1, requested=address, server=SERVER))
    quick.engine.clear_binding()
    before = len(quick.router.sent)
    journal.commit()
    assert quick.router.sent[before:] == []


def restarted(make_bench: Callable[..., Bench], data: bytes, now: int) -> Bench:
    """The router after its process was killed at lab time `now`, with what its journal held."""
    bench = make_bench(ping_packets=0)
    bench.clock.run_until(now)
    bench.keep().data = data
    bench.engine.restore(data)
    return bench


def test_every_acknowledged_client_renews_after_a_kill_and_no_address_is_given_twice(
    make_bench: Callable[..., Bench],
) -> None:
    chance = random.Random(4)
    for _ in range(20):
        bench = make_bench(ping_packets=0)
        journal = bench.keep()
        held: dict[int, str] = {}
        for _ in range(60):
            client = chance.randrange(30)
            if client in held and chance.random() < 0.4:
                bench.tell(bench.message(dhcp.RELEASE, client, ciaddr=held.pop(client)), unicast=True)
            else:
                held[client] = bench.lease(client)
        bench.offer(99)
        after = restarted(make_bench, journal.data, bench.clock.now + HOUR)
        for client, address in held.items():
            renewal = after.message(dhcp.REQUEST, client, ciaddr=address)
            assert [reply.kind for reply in after.tell(renewal, unicast=True)] == [dhcp.ACK]
        newcomers = {after.lease(client) for client in range(100, 150)}
        assert not newcomers & set(held.values())


def test_what_has_ended_meanwhile_is_free_and_conflicts_last(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(ping_packets=0)
    journal = bench.keep()
    first, second = bench.lease(1), bench.lease(2)
    bench.tell(bench.message(dhcp.DECLINE, 2, requested=second, server=SERVER))
    after = restarted(make_bench, journal.data, DAY)
    assert after.leases == {}
    [conflict] = after.engine.conflicts()
    assert str(IPv4Address(conflict.address)) == second
    assert conflict.method == "Gratuitous ARP"
    assert after.lease(3) == first


def test_torn_damaged_and_repeated_lines_are_counted_and_cost_no_other_lease(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(ping_packets=0)
    journal = bench.keep()
    for client in range(3):
        bench.lease(client)
    first, second, third = journal.data.splitlines(keepends=True)
    data = first + b"\x00\xffgarbage\n" + second + second + second.replace(b"c0a8", b"c0a9") + third[:-9]
    after = make_bench(ping_packets=0)
    kept = after.keep()
    records = after.engine.restore(data)
    assert (records.lines, records.damaged, records.repeated, records.torn) == (5, 2, 1, 1)
    assert list(after.leases) == ["192.168.1.2", "192.168.1.3"]
    # What is appended now must not be the rest of the torn line.
    assert kept.data == first + second
    after.lease(9)
    assert kept.data.count(b"\n") == 3


def test_a_lease_without_a_pool_waits_for_one(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(ping_packets=0)
    journal = bench.keep()
    address = bench.lease(1)
    after = make_bench("10.0.0.0/24", ping_packets=0)
    after.keep()
    after.engine.restore(journal.data)
    assert after.leases == {}
    after.pool("LATE", "192.168.1.0/24")
    assert list(after.leases) == [address]


def test_the_journal_is_written_anew_when_it_has_far_more_lines_than_leases(quick: Bench) -> None:
    journal = quick.keep()
    quick.lease(1)
    for _ in range(1500):
        quick.tell(quick.message(dhcp.REQUEST, 1, ciaddr="192.168.1.2"), unicast=True)
    assert journal.replaced == 1
    assert journal.data.count(b"\n") < 1000
    assert quick.engine.restore(journal.data).leases


def test_a_reload_empties_the_journal(quick: Bench) -> None:
    journal = quick.keep()
    quick.lease(1)
    quick.engine.reload(quick.config)
    assert journal.data == b""


def test_a_database_agent_tells_when_it_read_and_wrote(quick: Bench) -> None:
    quick.config.databases["flash:/b"] = DatabaseAgent("flash:/b")
    quick.config.touch()
    [agent] = quick.engine.database_activity().values()
    assert agent == AgentActivity()
    quick.clock.run_until(HOUR)
    quick.lease(1)
    assert agent == AgentActivity(written=HOUR, last="written", successes=1)
    quick.clock.run_until(2 * HOUR)
    quick.engine.reload(quick.config)
    assert agent == AgentActivity(read=2 * HOUR, written=HOUR, last="read", successes=2)
    assert list(quick.leases) == ["192.168.1.2"]


def test_a_database_agent_counts_what_could_not_be_stored(quick: Bench) -> None:
    quick.config.databases["flash:/b"] = DatabaseAgent("flash:/b")
    quick.config.touch()
    journal = quick.keep()
    journal.held = True
    address = quick.offer(1)
    quick.tell(quick.message(dhcp.REQUEST, 1, requested=address, server=SERVER))
    journal.commit("no space is left on the disk")
    [agent] = quick.engine.database_activity().values()
    assert (agent.last, agent.failures, agent.successes) == ("failed", 1, 0)


def test_an_agent_that_is_configured_anew_begins_anew(quick: Bench) -> None:
    quick.config.databases["flash:/b"] = DatabaseAgent("flash:/b")
    quick.config.touch()
    quick.lease(1)
    del quick.config.databases["flash:/b"]
    quick.config.touch()
    assert quick.engine.database_activity() == {}
    quick.config.databases["flash:/b"] = DatabaseAgent("flash:/b")
    quick.config.touch()
    assert quick.engine.database_activity() == {"flash:/b": AgentActivity()}
