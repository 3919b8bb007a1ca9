"""NAT against a model, over random flows, times and clears: no translation is shared, replies come back."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.clock import SECOND
from ios_emu.stack.nat_words import INSIDE_DESTINATION, OUTSIDE_SOURCE
from ios_emu.wire.ipv4 import ICMP, TCP, UDP, Ipv4Packet
from tests.stack.conversation import ip
from tests.stack.nat_bench import ACK, FIN, SYN, NatBench, answer, ends, ping, sound, tcp, udp

POOL = "10.0.2.50", "10.0.2.52"
STATIC, STATIC_GLOBAL = "10.0.1.40", "10.0.2.40"

Flow = tuple[int, str, int, str, int]
sources = st.sampled_from(["10.0.1.2", "10.0.1.3", "10.0.1.4", "10.0.1.5", STATIC])
targets = st.sampled_from(["10.0.2.2", "198.51.100.9"])
# So few that stations often want the same one.
ports = st.sampled_from([1, 511, 512, 1024, 65535])
flows: st.SearchStrategy[Flow] = st.tuples(
    st.sampled_from([TCP, UDP, ICMP]), sources, ports, targets, st.sampled_from([25, 53])
)
# Mostly flows: what waits or clears too often leaves none that could be mixed up.
steps = st.tuples(
    st.sampled_from(["flow"] * 7 + ["reply"] * 3 + ["wait", "clear"]),
    flows,
    st.sampled_from([SYN, ACK, FIN | ACK]),
    st.integers(0, 50),
    st.sampled_from([1, 30, 59, 60, 61, 300, 86400]),
)


def packet_of(flow: Flow, flags: int) -> Ipv4Packet:
    protocol, source, port, target, remote = flow
    if protocol == TCP:
        return tcp(source, port, target, remote, flags)
    if protocol == UDP:
        return udp(source, port, target, remote)
    return ping(source, target, port)


def known_as(flow: Flow) -> Flow:
    """An echo has no port of the other end."""
    return (*flow[:4], 0) if flow[0] == ICMP else flow


@dataclass
class Model:
    """What must be so, told without ports, checksums or dictionaries of flows."""

    bench: NatBench
    overload: bool
    # What left for each flow that must still be known, and when it was used last.
    left: dict[Flow, tuple[Ipv4Packet, int]] = field(default_factory=dict)
    timeout: dict[Flow, int] = field(default_factory=dict)

    def alive(self) -> dict[Flow, Ipv4Packet]:
        now = self.bench.clock.now
        return {
            flow: packet
            for flow, (packet, used) in self.left.items()
            if now < used + self.timeout[flow] * SECOND
        }

    def send(self, flow: Flow, flags: int) -> None:
        packet = packet_of(flow, flags)
        key = known_as(flow)
        alive = self.alive()
        left = self.bench.out(packet)
        if left is None:
            assert not self.overload
            assert key not in alive
            assert flow[1] != STATIC
            # Every address of the pool has a holder.
            rule = self.bench.nat.mappings.rules[0]
            assert rule.pool is not None
            assert len(rule.pool.allocated) == rule.pool.size
            return
        assert sound(left)
        assert (left.destination, left.ttl) == (packet.destination, packet.ttl)
        if flow[1] == STATIC:
            assert left.source == ip(STATIC_GLOBAL)
        elif self.overload:
            assert left.source in (ip("10.0.2.1"), ip(POOL[0]))
        if key in alive:
            assert ends(left) == ends(alive[key])
        for other, known in alive.items():
            assert other == key or ends(known) != ends(left) or other[0] != flow[0]
        self.left[key] = left, self.bench.clock.now
        self._age(key, flow, flags)

    def _age(self, key: Flow, flow: Flow, flags: int) -> None:
        if flow[0] == ICMP:
            self.timeout[key] = 60
        elif flow[0] == UDP:
            self.timeout[key] = 60 if 53 in (flow[2], flow[4]) else 300
        elif flags & FIN or flags == SYN:
            self.timeout[key] = 60
        elif self.timeout.get(key) != 60 or flags != ACK:
            self.timeout[key] = 86400

    def reply(self, number: int) -> None:
        alive = self.alive()
        if not alive:
            return
        flow = list(alive)[number % len(alive)]
        came = self.bench.came(answer(alive[flow]))
        assert sound(came)
        assert ends(came) == ends(answer(packet_of(flow, SYN)))
        self.left[flow] = alive[flow], self.bench.clock.now


@pytest.mark.property
@settings(deadline=None)
@given(st.booleans(), st.booleans(), st.lists(steps, min_size=10, max_size=60))
def test_no_two_flows_share_a_translation_and_every_reply_finds_its_way(
    overload: bool, pooled: bool, sequence: list[tuple[str, Flow, int, int, int]]
) -> None:
    bench = NatBench()
    bench.static(STATIC, STATIC_GLOBAL)
    pool = (POOL[0], POOL[0]) if overload else POOL
    bench.rule(pool if pooled or not overload else None, overload=overload)
    model = Model(bench, overload)
    for what, flow, flags, number, seconds in sequence:
        if what == "flow":
            model.send(flow, flags)
        elif what == "reply":
            model.reply(number)
        elif what == "wait":
            bench.clock.run_until(bench.clock.now + seconds * SECOND)
        else:
            bench.nat.clear()
            model.left.clear()
    bench.nat.clear()
    # Nothing stays bound or allocated when all entries have gone.
    rule = bench.nat.mappings.rules[0]
    assert rule.references == 0
    assert rule.pool is None or rule.pool.allocated == {}
    assert bench.nat.mappings.ports._ports == {}
    assert len(bench.nat.table) == 1


addresses = st.sampled_from(
    [ip(one) for one in ("10.0.1.2", "10.0.2.2", "10.0.2.1", STATIC, STATIC_GLOBAL, "10.0.2.100")]
)
payloads = st.one_of(
    st.binary(max_size=80),
    st.builds(
        lambda kind, rest: bytes((kind, 1, 0, 0, 0, 0)) + rest, st.integers(0, 18), st.binary(max_size=60)
    ),
    st.builds(
        lambda kind, flow, length: bytes((kind, 1)) + bytes(6) + packet_of(flow, SYN).build()[:length],
        st.sampled_from([3, 5, 11, 12]),
        flows,
        st.integers(0, 60),
    ),
)
packets = st.builds(
    lambda source, destination, protocol, payload, number, more, offset: Ipv4Packet(
        source, destination, protocol, payload, 64, number, more_fragments=more, fragment_offset=offset
    ),
    addresses,
    addresses,
    st.sampled_from([ICMP, TCP, UDP, 47, 0]),
    payloads,
    st.integers(0, 3),
    st.booleans(),
    st.sampled_from([0, 0, 8, 1480]),
)


@pytest.mark.property
@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), packets), max_size=30))
def test_nothing_that_comes_raises(sequence: list[tuple[bool, Ipv4Packet]]) -> None:
    bench = NatBench()
    bench.static(STATIC, STATIC_GLOBAL)
    bench.rule()
    bench.rule(("10.0.1.10", "10.0.1.12"), kind=INSIDE_DESTINATION, pool_kind="rotary")
    bench.rule(("10.0.1.200", "10.0.1.201"), kind=OUTSIDE_SOURCE, overload=False)
    for outbound, packet in sequence:
        result = bench.out(packet) if outbound else bench.back(packet)
        if result is not None:
            # It is a packet that can be sent, of the same length.
            assert len(result.build()) == len(packet.build())
    bench.nat.clear()
    assert bench.nat.mappings.ports._ports == {}
