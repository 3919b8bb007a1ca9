"""The RIP process: what it asks, tells and learns, and when."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.clock import SECOND, Clock
from ios_emu.services.rip_database import OwnRoute, State
from ios_emu.services.rip_settings import Filter, Key, Offset, RipSettings, Timers
from ios_emu.wire.rip import (
    ALL_RIP_ROUTERS,
    INFINITY,
    PORT,
    REQUEST,
    RESPONSE,
    VERSION_1,
    VERSION_2,
    WHOLE_TABLE,
    Digest,
    RipEntry,
    RipMessage,
)
from tests.services.rip_net import Speaker, ip, join, net, version_2, wait

NEIGHBOUR = ip("10.0.0.2")
OTHER = ip("10.0.0.3")
WIDE = 0xFFFFFF00


def router(settings: RipSettings | None = None, **more: object) -> Speaker:
    """A router with a link 10.0.0.0/24 and a network 192.168.1.0/24, after its first words."""
    made = Speaker(Clock(), settings or version_2())
    made.add("Fa0/0", "10.0.0.1/24", sends=made.settings.sends, receives=made.settings.receives, **more)
    made.add("Lo0", "192.168.1.1/24", speaks=False)
    made.apply()
    wait(made.clock, 3)
    made.sent.clear()
    return made


def hear(made: Speaker, *routes: tuple[str, int], source: int = NEIGHBOUR, next_hop: int = 0) -> None:
    """A neighbour tells of networks."""
    entries = []
    for network, metric in routes:
        address, length = net(network)
        entries.append(RipEntry(address, (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF, metric, next_hop))
    receive(made, RipMessage(RESPONSE, VERSION_2, tuple(entries)).build(), source)


def receive(made: Speaker, payload: bytes, source: int = NEIGHBOUR, port: int = PORT) -> None:
    made.engine.receive("Fa0/0", source, port, payload)


def test_it_asks_first_and_tells_what_it_has_two_seconds_later() -> None:
    made = Speaker(Clock(), version_2())
    made.add("Fa0/0", "10.0.0.1/24", sends=frozenset((2,)))
    made.add("Lo0", "192.168.1.1/24", speaks=False)
    made.apply()
    [asked] = made.sent
    assert (asked.at, asked.destination, asked.port) == (0, ALL_RIP_ROUTERS, PORT)
    assert asked.message == RipMessage(REQUEST, VERSION_2, (WHOLE_TABLE,))
    made.clock.run_until_idle()
    [_, told] = made.sent
    assert (told.at, told.routes) == (2 * SECOND, {"192.168.1.0/24": 1})


def test_all_is_told_every_30_seconds_less_up_to_15_percent() -> None:
    made = router()
    wait(made.clock, 300)
    times = [one.at for one in made.sent]
    gaps = [(after - before) / SECOND for before, after in itertools.pairwise(times)]
    assert 10 <= len(times) <= 12
    assert all(25.5 <= gap <= 30 for gap in gaps)
    assert len(set(gaps)) == len(gaps)


def test_a_learnt_route_is_told_with_one_more_but_not_where_it_was_learnt() -> None:
    made = router()
    made.add("Fa0/1", "10.0.1.1/24", sends=frozenset((2,)))
    made.apply()
    made.sent.clear()
    hear(made, ("172.16.0.0/16", 3))
    wait(made.clock, 2)
    told = {one.interface: one.routes for one in made.sent if one.message.command == RESPONSE}
    assert told["Fa0/1"]["172.16.0.0/16"] == 4
    assert "172.16.0.0/16" not in told["Fa0/0"]
    assert made.up() == {"172.16.0.0/16": 3}


def test_without_split_horizon_it_is_told_back_with_its_next_hop() -> None:
    made = router(split_horizon=False)
    hear(made, ("172.16.0.0/16", 3))
    wait(made.clock, 2)
    [told] = made.sent
    assert RipEntry(ip("172.16.0.0"), 0xFFFF0000, 4, NEIGHBOUR) in told.message.entries


def test_the_better_route_wins_and_equal_ones_share() -> None:
    made = router()
    hear(made, ("172.16.0.0/16", 3))
    hear(made, ("172.16.0.0/16", 4), source=OTHER)
    route = made.table[net("172.16.0.0/16")]
    assert [path.gateway for path in route.paths] == [NEIGHBOUR]
    hear(made, ("172.16.0.0/16", 3), source=OTHER)
    assert [path.gateway for path in route.paths] == [NEIGHBOUR, OTHER]
    hear(made, ("172.16.0.0/16", 2), source=OTHER)
    route = made.table[net("172.16.0.0/16")]
    assert (route.metric, [path.gateway for path in route.paths]) == (2, [OTHER])


def test_its_own_gateway_is_believed_when_it_says_worse() -> None:
    made = router()
    hear(made, ("172.16.0.0/16", 3))
    hear(made, ("172.16.0.0/16", 9))
    assert made.up() == {"172.16.0.0/16": 9}


def test_no_more_paths_than_allowed() -> None:
    made = router(version_2(maximum_paths=2))
    for host in range(2, 6):
        hear(made, ("172.16.0.0/16", 3), source=ip(f"10.0.0.{host}"))
    assert len(made.table[net("172.16.0.0/16")].paths) == 2


def test_a_poisoned_route_leaves_at_once_and_that_is_told_everywhere_for_a_while() -> None:
    made = router()
    hear(made, ("172.16.0.0/16", 3))
    wait(made.clock, 2)
    made.sent.clear()
    hear(made, ("172.16.0.0/16", INFINITY))
    assert made.up() == {}
    wait(made.clock, 2)
    assert made.sent[0].routes == {"172.16.0.0/16": INFINITY}
    wait(made.clock, 57)
    assert made.engine.learnt[net("172.16.0.0/16")].state is State.GONE
    wait(made.clock, 2)
    assert made.engine.learnt == {}
    made.sent.clear()
    wait(made.clock, 60)
    assert all("172.16.0.0/16" not in one.routes for one in made.sent)


def test_a_silent_route_is_held_and_then_dropped() -> None:
    made = router()
    hear(made, ("172.16.0.0/16", 3))
    wait(made.clock, 179)
    assert made.table[net("172.16.0.0/16")].state is State.VALID
    made.sent.clear()
    wait(made.clock, 2)
    route = made.table[net("172.16.0.0/16")]
    assert (route.state, route.metric, route.told_metric) == (State.HELD, 3, INFINITY)
    wait(made.clock, 2)
    assert made.sent[-1].routes["172.16.0.0/16"] == INFINITY
    wait(made.clock, 56)
    assert net("172.16.0.0/16") in made.table
    wait(made.clock, 2)
    assert (made.table, made.engine.learnt, made.engine.sources) == ({}, {}, {})


def test_nothing_worse_takes_the_place_of_a_held_route() -> None:
    made = router()
    hear(made, ("172.16.0.0/16", 3))
    wait(made.clock, 181)
    hear(made, ("172.16.0.0/16", 4), source=OTHER)
    assert made.table[net("172.16.0.0/16")].state is State.HELD
    hear(made, ("172.16.0.0/16", 3), source=OTHER)
    route = made.table[net("172.16.0.0/16")]
    assert (route.state, [path.gateway for path in route.paths]) == (State.VALID, [OTHER])


def test_without_holddown_a_silent_route_leaves_at_once_and_anything_takes_its_place() -> None:
    made = router(version_2(timers=Timers(30, 60, 0, 90)))
    hear(made, ("172.16.0.0/16", 3))
    wait(made.clock, 61)
    assert made.table == {}
    hear(made, ("172.16.0.0/16", 9), source=OTHER)
    assert made.up() == {"172.16.0.0/16": 9}


def test_after_the_holddown_worse_is_taken() -> None:
    made = router(version_2(timers=Timers(30, 60, 20, 200)))
    hear(made, ("172.16.0.0/16", 3))
    wait(made.clock, 81)
    hear(made, ("172.16.0.0/16", 9), source=OTHER)
    assert made.up() == {"172.16.0.0/16": 9}


def test_one_of_two_silent_ways_leaves_quietly() -> None:
    made = router()
    hear(made, ("172.16.0.0/16", 3))
    wait(made.clock, 100)
    hear(made, ("172.16.0.0/16", 3), source=OTHER)
    wait(made.clock, 81)
    route = made.table[net("172.16.0.0/16")]
    assert (route.state, [path.gateway for path in route.paths]) == (State.VALID, [OTHER])


def test_an_interface_that_goes_down_takes_its_routes_with_it() -> None:
    made = router()
    made.add("Fa0/1", "10.0.1.1/24", sends=frozenset((2,)))
    made.apply()
    hear(made, ("172.16.0.0/16", 3))
    wait(made.clock, 3)
    made.sent.clear()
    del made.interfaces["Fa0/0"]
    made.apply()
    assert made.table == {}
    made.clock.run_until_idle()
    [told] = made.sent
    assert told.routes == {"10.0.0.0/24": INFINITY, "172.16.0.0/16": INFINITY}


def test_what_is_its_own_is_not_learnt() -> None:
    made = router()
    hear(made, ("192.168.1.0/24", 1), ("10.0.0.0/24", 1))
    assert made.table == {}


def test_a_passive_interface_listens_and_says_nothing() -> None:
    made = router(passive=True)
    hear(made, ("172.16.0.0/16", 3))
    receive(made, RipMessage(REQUEST, VERSION_2, (WHOLE_TABLE,)).build())
    wait(made.clock, 60)
    assert (made.up(), made.sent) == ({"172.16.0.0/16": 3}, [])


def test_a_neighbour_is_told_by_itself_even_behind_a_passive_interface() -> None:
    made = router(version_2(neighbours=[NEIGHBOUR]), passive=True)
    wait(made.clock, 30)
    assert {one.destination for one in made.sent} == {NEIGHBOUR}
    assert made.sent[0].routes == {"192.168.1.0/24": 1}


def test_a_request_for_all_is_answered_where_it_came_from() -> None:
    made = router()
    receive(made, RipMessage(REQUEST, VERSION_2, (WHOLE_TABLE,)).build(), port=4000)
    [answer] = made.sent
    assert (answer.destination, answer.port) == (NEIGHBOUR, 4000)
    assert answer.routes == {"192.168.1.0/24": 1}


def test_a_request_for_one_network_is_answered_for_that() -> None:
    made = router()
    asked = (RipEntry(ip("192.168.1.0"), WIDE, 0), RipEntry(ip("172.16.0.0"), 0xFFFF0000, 0))
    receive(made, RipMessage(REQUEST, VERSION_2, asked).build(), port=4000)
    [answer] = made.sent
    assert [entry.metric for entry in answer.message.entries] == [1, INFINITY]


def test_what_was_not_sent_by_a_router_of_the_link_is_ignored() -> None:
    made = router()
    good = RipMessage(RESPONSE, VERSION_2, (RipEntry(ip("172.16.0.0"), 0xFFFF0000, 1),)).build()
    receive(made, good, source=ip("10.9.9.9"))
    receive(made, good, port=4000)
    receive(made, good, source=ip("10.0.0.1"))
    made.engine.receive("Fa0/7", NEIGHBOUR, PORT, good)
    old = RipMessage(RESPONSE, VERSION_1, (RipEntry(ip("172.16.0.0"), 0, 1),)).build()
    receive(made, old)
    receive(made, b"\x02\x02\x00")
    assert made.table == {}
    assert (made.engine.counters.ignored, made.engine.counters.malformed) == (3, 1)


def test_without_validation_another_network_may_speak() -> None:
    made = router(version_2(validate_source=False))
    hear(made, ("172.16.0.0/16", 1), source=ip("10.9.9.9"))
    assert made.up() == {"172.16.0.0/16": 1}


@pytest.mark.parametrize(
    ("network", "mask", "metric"),
    [
        ("172.16.0.1", 0xFFFF0000, 1),
        ("172.16.0.0", 0xFFFF00FF, 1),
        ("172.16.0.0", 0xFFFF0000, 0),
        ("172.16.0.0", 0xFFFF0000, 17),
        ("127.0.0.0", 0xFF000000, 1),
        ("224.0.0.0", 0xF0000000, 1),
        ("0.0.0.1", 0, 1),
        ("0.0.0.0", 0xFF000000, 1),
    ],
)
def test_an_entry_that_makes_no_sense_is_counted(network: str, mask: int, metric: int) -> None:
    made = router()
    entries = (RipEntry(ip(network), mask, metric), RipEntry(ip("172.17.0.0"), 0xFFFF0000, 1))
    receive(made, RipMessage(RESPONSE, VERSION_2, entries).build())
    assert made.up() == {"172.17.0.0/16": 1}
    assert made.engine.counters.bad_entries == 1


def test_a_next_hop_of_the_link_is_used_and_one_elsewhere_is_not() -> None:
    made = router()
    hear(made, ("172.16.0.0/16", 1), next_hop=OTHER)
    hear(made, ("172.17.0.0/16", 1), next_hop=ip("10.7.7.7"))
    hear(made, ("172.18.0.0/16", 1), next_hop=ip("10.0.0.1"))
    hops = {network[0]: route.paths[0].next_hop for network, route in made.table.items()}
    assert hops == {ip("172.16.0.0"): OTHER, ip("172.17.0.0"): NEIGHBOUR}


def test_both_versions_are_taken_and_the_first_is_sent_unless_said_otherwise() -> None:
    made = router(RipSettings())
    receive(made, RipMessage(RESPONSE, VERSION_1, (RipEntry(ip("172.16.0.0"), 0, 1),)).build())
    hear(made, ("172.17.4.0/22", 1))
    assert made.up() == {"172.16.0.0/16": 1, "172.17.4.0/22": 1}
    wait(made.clock, 30)
    assert {(one.message.version, one.destination) for one in made.sent} == {(1, 0xFFFFFFFF)}


def test_version_1_guesses_the_mask_of_the_link_or_of_a_host() -> None:
    made = router(RipSettings())
    entries = tuple(RipEntry(ip(one), 0, 1) for one in ("10.5.5.0", "10.5.6.1", "172.16.3.0", "0.0.0.0"))
    receive(made, RipMessage(RESPONSE, VERSION_1, entries).build())
    assert made.up() == {"10.5.5.0/24": 1, "10.5.6.1/32": 1, "172.16.3.0/32": 1, "0.0.0.0/0": 1}


def test_a_distance_of_a_gateway_decides_and_255_is_never_used() -> None:
    made = router(version_2(distances={(OTHER, 0): 90, (ip("10.0.0.9"), 0): 255}))
    hear(made, ("172.16.0.0/16", 1))
    hear(made, ("172.16.0.0/16", 5), source=OTHER)
    route = made.table[net("172.16.0.0/16")]
    assert (route.distance, route.metric) == (90, 5)
    hear(made, ("172.17.0.0/16", 1), source=ip("10.0.0.9"))
    assert net("172.17.0.0/16") not in made.table


def test_offsets_are_added_both_ways() -> None:
    made = router(version_2(offsets=[Offset("0", True, 3), Offset("0", False, 5, "Fa0/0")]))
    hear(made, ("172.16.0.0/16", 1))
    assert made.up() == {"172.16.0.0/16": 4}
    wait(made.clock, 30)
    assert made.sent[-1].routes == {"192.168.1.0/24": 6}


def test_filters_decide_what_is_taken_and_told() -> None:
    made = router(version_2(filters=[Filter("1", True), Filter("2", False)]))
    made.refused = lambda list_, network: network[0] == ip("172.16.0.0" if list_ == "1" else "192.168.1.0")
    hear(made, ("172.16.0.0/16", 1), ("172.17.0.0/16", 1))
    assert made.up() == {"172.17.0.0/16": 1}
    wait(made.clock, 30)
    assert made.sent == []


def test_what_is_redistributed_is_told_with_its_metric_until_it_is_no_more() -> None:
    made = router()
    made.foreign[net("203.0.113.0/24")] = OwnRoute(7)
    made.apply()
    wait(made.clock, 2)
    assert made.sent[-1].routes == {"203.0.113.0/24": 7}
    made.foreign.clear()
    made.apply()
    wait(made.clock, 2)
    assert made.sent[-1].routes == {"203.0.113.0/24": INFINITY}


def test_what_the_routing_table_hides_is_not_told() -> None:
    made = router(split_horizon=False)
    hear(made, ("172.16.0.0/16", 1))
    made.engine.hide(net("172.16.0.0/16"), True)
    wait(made.clock, 30)
    assert all("172.16.0.0/16" not in one.routes for one in made.sent)


def test_a_flash_update_is_left_out_when_the_regular_one_is_near() -> None:
    made = router(version_2(flash_threshold=30), split_horizon=False)
    hear(made, ("172.16.0.0/16", 1))
    wait(made.clock, 2)
    assert made.sent == []


def test_clearing_forgets_and_asks() -> None:
    made = router()
    hear(made, ("172.16.0.0/16", 1), ("172.17.0.0/16", 1))
    made.engine.clear(net("172.16.0.0/16"))
    assert (made.up(), made.sent) == ({"172.17.0.0/16": 1}, [])
    made.engine.clear()
    assert made.table == {}
    assert [one.message.command for one in made.sent] == [REQUEST]


def test_the_end_is_silent() -> None:
    made = router()
    hear(made, ("172.16.0.0/16", 1))
    made.engine.stop()
    wait(made.clock, 300)
    assert (made.table, made.sent) == ({}, [])
    assert made.clock.next_event is None


KEYS = (Key(1, b"first"), Key(2, b"second"))


def test_a_password_is_sent_and_asked_for() -> None:
    made = router(keys=KEYS)
    plain = RipMessage(RESPONSE, VERSION_2, (RipEntry(ip("172.16.0.0"), 0xFFFF0000, 1),))
    receive(made, plain.build())
    assert made.table == {}
    wait(made.clock, 30)
    said = made.sent[-1].message.authentication
    receive(made, plain._replace(authentication=said).build())
    assert made.up() == {"172.16.0.0/16": 1}


def test_a_digest_is_sent_and_asked_for_and_an_old_one_refused() -> None:
    made = router(keys=KEYS, digest=True)
    wait(made.clock, 30)
    said = made.sent[-1].message.authentication
    assert isinstance(said, Digest)
    assert (said.key_id, said.fits(b"first")) == (1, True)
    plain = RipMessage(RESPONSE, VERSION_2, (RipEntry(ip("172.16.0.0"), 0xFFFF0000, 1),))
    receive(made, plain._replace(authentication=Digest(2, 50)).build(b"wrong"))
    receive(made, plain._replace(authentication=Digest(3, 50)).build(b"second"))
    assert made.table == {}
    receive(made, plain._replace(authentication=Digest(2, 50)).build(b"second"))
    assert made.up() == {"172.16.0.0/16": 1}
    lost = plain._replace(entries=(plain.entries[0]._replace(metric=INFINITY),))
    receive(made, lost._replace(authentication=Digest(2, 49)).build(b"second"))
    assert made.up() == {"172.16.0.0/16": 1}


def test_who_authenticates_nothing_takes_nothing_authenticated() -> None:
    made = router()
    plain = RipMessage(RESPONSE, VERSION_2, (RipEntry(ip("172.16.0.0"), 0xFFFF0000, 1),))
    receive(made, plain._replace(authentication=Digest(2, 50)).build(b"second"))
    assert made.table == {}


def test_two_routers_learn_of_each_other_within_seconds() -> None:
    clock = Clock()
    one, two = Speaker(clock, version_2()), Speaker(clock, version_2(), seed=2)
    for number, speaker in enumerate((one, two), 1):
        speaker.add("Fa0/0", f"10.0.0.{number}/24", sends=frozenset((2,)))
        speaker.add("Lo0", f"192.168.{number}.1/24", speaks=False)
    join(one, "Fa0/0", two, "Fa0/0")
    one.apply()
    clock.run_until(10 * SECOND)
    two.apply()
    clock.run_until_idle()
    assert (one.up(), two.up()) == ({"192.168.2.0/24": 1}, {"192.168.1.0/24": 1})
    assert clock.now <= 14 * SECOND


@pytest.mark.property
@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["10.0.0.2", "10.0.0.3", "10.0.0.1", "10.9.9.9"]),
            st.binary(max_size=90) | st.binary(min_size=40, max_size=40).map(b"\x02\x02\0\0".__add__),
            st.integers(0, 100),
        ),
        max_size=20,
    ),
    st.booleans(),
)
def test_whatever_comes_it_goes_on(heard: list[tuple[str, bytes, int]], locked: bool) -> None:
    made = router(keys=KEYS if locked else None)
    for source, payload, pause in heard:
        receive(made, payload, ip(source))
        wait(made.clock, pause)
    assert all(1 <= route.metric < INFINITY for route in made.table.values())
    hear(made, ("172.16.0.0/16", 1))
    wait(made.clock, 600)
    assert made.table == {}
