"""RIP in networks of any shape: after enough time, every table holds the shortest ways, and no others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.clock import SECOND, Clock
from ios_emu.wire.rip import INFINITY
from tests.services.rip_net import Speaker, join, net, version_2, wait

_LONG = 600
Link = tuple[int, int]


class Mesh:
    """Routers, each with a network 192.168.N.0/24 of its own, joined by links 10.X.Y.0/24."""

    def __init__(self, count: int, links: list[Link], split_horizon: bool = True) -> None:
        self.clock = Clock()
        self.speakers = [Speaker(self.clock, version_2(), seed=number) for number in range(count)]
        self.links = dict.fromkeys(links, True)
        self._split_horizon = split_horizon
        for number, speaker in enumerate(self.speakers):
            speaker.add("Lo0", f"192.168.{number}.1/24", speaks=False)
        for one, other in links:
            join(self.speakers[one], f"to{other}", self.speakers[other], f"to{one}")
            self._plug(one, other)
        for speaker in self.speakers:
            speaker.apply()

    def _plug(self, one: int, other: int) -> None:
        for end, (near, far) in enumerate(((one, other), (other, one)), 1):
            self.speakers[near].add(
                f"to{far}",
                f"10.{one}.{other}.{end}/24",
                sends=frozenset((2,)),
                split_horizon=self._split_horizon,
            )

    def turn(self, link: Link) -> None:
        """Cuts a link, or mends it."""
        one, other = link
        self.links[link] = not self.links[link]
        if self.links[link]:
            self._plug(one, other)
        else:
            del self.speakers[one].interfaces[f"to{other}"]
            del self.speakers[other].interfaces[f"to{one}"]
        for number in link:
            self.speakers[number].apply()

    def shortest(self, start: int) -> dict[str, int]:
        """The metric of each network that is not the router's own, by Bellman and Ford."""
        far = {start: 0}
        for _ in self.speakers:
            for (one, other), up in self.links.items():
                for near, away in ((one, other), (other, one)):
                    if up and near in far:
                        far[away] = min(far.get(away, INFINITY), far[near] + 1)
        found: dict[str, int] = {}
        for number, hops in far.items():
            if hops:
                found[f"192.168.{number}.0/24"] = hops
        for (one, other), up in self.links.items():
            if up and one in far and start not in (one, other):
                found[f"10.{one}.{other}.0/24"] = min(far[one], far[other])
        return {network: metric for network, metric in found.items() if metric < INFINITY}

    def settled(self) -> None:
        """Asserts that each table is as it should be."""
        for number, speaker in enumerate(self.speakers):
            assert speaker.up() == self.shortest(number)

    def greatest_metric(self) -> int:
        return max(
            (entry.metric for one in self.speakers for sent in one.sent for entry in sent.message.entries),
            default=0,
        )


@st.composite
def meshes(draw: st.DrawFn) -> tuple[int, list[Link], list[int], bool]:
    """How many routers, their links, which of them are turned one after the other, and split horizon."""
    count = draw(st.integers(2, 6))
    every = [(one, other) for other in range(count) for one in range(other)]
    links = draw(st.lists(st.sampled_from(every), min_size=1, max_size=8, unique=True))
    turned = draw(st.lists(st.integers(0, len(links) - 1), max_size=3))
    return count, links, turned, draw(st.booleans())


@pytest.mark.property
@settings(deadline=None, max_examples=40)
@given(meshes(), st.integers(0, 60))
def test_whatever_is_cut_the_tables_become_the_shortest_ways(
    mesh: tuple[int, list[Link], list[int], bool], pause: int
) -> None:
    count, links, turned, split_horizon = mesh
    made = Mesh(count, links, split_horizon)
    wait(made.clock, _LONG)
    made.settled()
    for at in turned:
        made.turn(links[at])
        wait(made.clock, pause)
    wait(made.clock, _LONG)
    made.settled()
    assert made.greatest_metric() <= INFINITY


def test_a_row_reaches_15_hops_and_no_further() -> None:
    made = Mesh(18, [(number, number + 1) for number in range(17)])
    made.clock.run_until_idle()
    made.settled()
    assert made.clock.now <= 40 * SECOND
    assert made.speakers[0].up()["192.168.15.0/24"] == 15
    assert "192.168.16.0/24" not in made.speakers[0].up()


def test_a_ring_that_is_cut_and_then_split_counts_to_16_and_ends() -> None:
    made = Mesh(4, [(0, 1), (1, 2), (0, 2), (2, 3)], split_horizon=False)
    made.clock.run_until_idle()
    made.turn((2, 3))
    wait(made.clock, _LONG)
    made.settled()
    assert made.greatest_metric() == INFINITY
    assert net("192.168.3.0/24") not in made.speakers[0].table
