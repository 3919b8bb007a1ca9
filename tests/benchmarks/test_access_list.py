"""What a list costs a packet that is routed, and how long a long list takes to be read.

Times are ratios within one run: the same router routes the same packets with a list and without, in turns.
"""

from __future__ import annotations

import random
import statistics
import time

from ios_emu.devices.configuration import PORTS
from ios_emu.stack.access_list import Addresses, Matcher, Rule
from ios_emu.wire.ethernet import ETHERTYPE_IPV4, EthernetFrame
from ios_emu.wire.ipv4 import TCP, UDP, Ipv4Packet
from tests.devices.filtered import Filtered

LINES = 1000
PACKETS = 2000
ROUNDS = 9
MOST = 2.0
"""A routed packet may cost so many times what it costs without a list."""


def lines(count: int) -> list[str]:
    """Lines of all sorts: hosts, networks, wildcards with holes, ports, flags, messages; the last permits."""
    chance = random.Random(count)
    text = []
    for number in range(count - 1):
        source = f"10.{chance.randrange(4)}.{chance.randrange(256)}.{chance.randrange(256)}"
        end = [f"host {source}", f"{source} 0.0.0.{2 ** chance.randrange(1, 9) - 1}", f"{source} 0.0.254.255"]
        where = end[number % 3]
        kind = number % 5
        if kind == 0:
            text.append(f"deny tcp {where} any eq {chance.randrange(65536)} established")
        elif kind == 1:
            text.append(f"deny udp any range {number} {number + 20} {where} gt {60000 + number}")
        elif kind == 2:
            text.append(f"deny icmp {where} 172.16.{number % 256}.0 0.0.0.255 {number % 256}")
        elif kind == 3:
            text.append(f"deny ip {where} host 172.16.0.{number % 256}")
        else:
            text.append(f"deny {number % 250} {where} any dscp {number % 64}")
    return [*text, "permit ip any any"]


def packets(count: int) -> list[Ipv4Packet]:
    """As many flows: no two have the same addresses and ports."""
    chance = random.Random(1)
    return [
        Ipv4Packet(
            0x0A000000 | chance.getrandbits(18),
            0xC0A80000 | number & 0xFFFF,
            (TCP, UDP)[number & 1],
            (1024 + number).to_bytes(2) + b"\0\x50" + bytes(40),
            64,
            number & 0xFFFF,
        )
        for number in range(count)
    ]


def frames(bench: Filtered) -> list[bytes]:
    mac = bench.router.config.interfaces[PORTS[0]].mac
    assert mac is not None
    return [
        EthernetFrame(mac, bench.macs[0], ETHERTYPE_IPV4, one.build()).build() for one in packets(PACKETS)
    ]


def routed(bench: Filtered, sent: list[bytes]) -> float:
    """Seconds to route the packets from one link to the other."""
    heard = bench.ports[1]
    before = heard.counters.frames_in
    port = bench.ports[0]
    began = time.perf_counter()
    for frame in sent:
        port.send(frame)
        bench.clock.run_until_idle()
    taken = time.perf_counter() - began
    assert heard.counters.frames_in - before == len(sent)
    return taken


def listed(count: int) -> Filtered:
    text = [f"access-list 101 {line}" for line in lines(count)]
    return Filtered("\n".join([*text, "interface fa0/0", "ip access-group 101 in"]))


def test_a_thousand_lines_cost_a_routed_packet_little() -> None:
    without, ten, thousand = Filtered(), listed(10), listed(LINES)
    for bench in (without, ten, thousand):
        bench.ports[1].receive = lambda frame: None
        routed(bench, frames(bench))
    ratios = []
    for _ in range(ROUNDS):
        bare, short, long = (routed(bench, frames(bench)) for bench in (without, ten, thousand))
        ratios.append((short / bare, long / bare, bare * 1e6 / PACKETS))
    short, long, bare = (statistics.median(column) for column in zip(*ratios, strict=True))
    print(f"\na routed packet: {bare:.1f} us here; 10 lines {short:.2f} times that, {LINES} lines {long:.2f}")
    entries = list(thousand.router.config.access_lists["101"].entries)
    assert sum(entry.matches for entry in entries) == PACKETS * (ROUNDS + 1)
    assert long <= MOST


def test_lines_that_are_all_unlike_cost_no_more() -> None:
    """Ten thousand wildcards, of which no two are the same, and no packet fits but the last."""
    chance = random.Random(2)
    rules = [
        Rule(
            False,
            Addresses(chance.getrandbits(32), chance.getrandbits(32) & 0x7FFFFFFF),
            protocol=number % 256,
        )
        for number in range(10_000)
    ]
    sent = packets(PACKETS)
    for count in (100, 1000, 10_000):
        began = time.perf_counter()
        matcher = Matcher([*rules[:count], Rule(True)])
        built = time.perf_counter() - began
        began = time.perf_counter()
        found = [matcher.first(packet) for packet in sent]
        taken = time.perf_counter() - began
        print(f"\n{count} rules: made in {built * 1000:.1f} ms, {taken * 1e6 / PACKETS:.2f} us a packet")
        assert None not in found
