"""What NAT costs a routed packet, held against the same packet without NAT in the same run.

`-s` shows what was measured.
"""

from __future__ import annotations

import time

from ios_emu.stack.nat_pool import AddressPool
from ios_emu.wire.ethernet import ETHERTYPE_IPV4, EthernetFrame
from tests.stack.nat_bench import OUTSIDE, NatBench, udp

TRANSLATIONS = 10_000
RATIO = 2.0
ROUNDS = 7
FRAMES = 2_000


def bench_with(translations: int) -> tuple[NatBench, list[bytes]]:
    """A router, and frames of flows from the inside; without translations it has no NAT."""
    bench = NatBench()
    who, near = bench.stations[0], bench.interfaces[0]
    packets = [
        udp(f"10.0.1.{10 + number // 100}", 2000 + number % 100, OUTSIDE, 4000, bytes(500))
        for number in range(max(translations, FRAMES))
    ]
    if translations:
        rule = bench.rule(("10.0.2.50", "10.0.2.60"))
        assert isinstance(rule.pool, AddressPool)
        for packet in packets:
            assert bench.out(packet) is not None
        assert len(bench.nat.table) == translations
    else:
        bench.node.policy = None
    frames = [
        EthernetFrame(near.mac, who.mac, ETHERTYPE_IPV4, packet.build()).build()
        for packet in packets[:: max(len(packets) // FRAMES, 1)][:FRAMES]
    ]
    return bench, frames


def routed(bench: NatBench, frames: list[bytes]) -> float:
    """Seconds for each of those packets to be routed."""
    heard = 0

    def hear(_: bytes) -> None:
        nonlocal heard
        heard += 1

    bench.stations[1].port.receive = hear
    port, clock = bench.stations[0].port, bench.clock
    start = time.process_time()
    for frame in frames:
        port.send(frame)
    clock.run_until_idle()
    taken = time.process_time() - start
    assert heard == len(frames)
    return taken / len(frames)


def test_ten_thousand_translations_cost_at_most_twice_the_time_of_none() -> None:
    plain, translated = bench_with(0), bench_with(TRANSLATIONS)
    pairs = [(routed(*plain), routed(*translated)) for _ in range(ROUNDS)]
    without, with_ = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    print(
        f"\na routed packet: {without * 1e6:.1f} us, translated {with_ * 1e6:.1f} us: {with_ / without:.2f}"
    )
    assert with_ <= RATIO * without


def made(count: int) -> float:
    """Seconds to make each of so many translations."""
    bench = NatBench()
    bench.rule()
    packets = [
        udp(f"10.0.{number // 50000 + 1}.{number % 250 + 1}", 2000, OUTSIDE, 1 + number // 250)
        for number in range(count)
    ]
    start = time.process_time()
    for packet in packets:
        bench.out(packet)
    taken = time.process_time() - start
    assert len(bench.nat.table) == count
    return taken / count


def test_a_translation_costs_the_same_however_many_there_are() -> None:
    few = min(made(1_000) for _ in range(3))
    many = min(made(TRANSLATIONS) for _ in range(3))
    print(f"\na new translation: {few * 1e6:.1f} us among 1,000, {many * 1e6:.1f} us among {TRANSLATIONS}")
    assert many <= 3 * few
