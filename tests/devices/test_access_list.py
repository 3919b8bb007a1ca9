"""Access lists as they are typed: how their entries are written, numbered and removed, and what they do."""

from __future__ import annotations

import random
from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.packet import Packet

from ios_emu.cli.shell import Shell
from ios_emu.clock import MINUTE, SECOND
from ios_emu.devices import access_list_log
from ios_emu.devices.access_list import AccessList, DuplicateSequence, Entry, Remark, SequenceTooHigh
from ios_emu.devices.access_list_entry import read_extended, read_standard
from ios_emu.devices.configuration import PORTS
from ios_emu.errors import CommandError
from ios_emu.wire import icmp
from ios_emu.wire.ipv4 import Ipv4Packet, fragments
from tests.devices.filtered import Filtered

PROHIBITED = (icmp.DESTINATION_UNREACHABLE, icmp.ADMINISTRATIVELY_PROHIBITED)


# How entries are written


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("any", "any"),
        ("0.0.0.0 255.255.255.255", "any"),
        ("host 10.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1"),
        ("10.0.0.1 0.0.0.0", "10.0.0.1"),
        ("010.0.0.1 log", "10.0.0.1 log"),
        ("10.4.4.2 0.0.255.255", "10.4.0.0 0.0.255.255"),
        ("10.1.1.1 0.255.0.255 log", "10.0.1.0 0.255.0.255 log"),
        ("any log", "any log"),
    ],
)
def test_an_entry_of_a_standard_list_is_written_as_ios_writes_it(typed: str, written: str) -> None:
    entry = read_standard(True, typed.split())
    assert f"{entry.criteria}{entry.options}" == written


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("ip any any", "ip any any"),
        ("0 any any", "ip any any"),
        ("6 any any", "tcp any any"),
        ("132 any any", "132 any any"),
        ("ip 10.1.2.3 0.0.0.255 10.9.9.9 0.0.0.0", "ip 10.1.2.0 0.0.0.255 host 10.9.9.9"),
        ("tcp any any eq 80", "tcp any any eq www"),
        ("tcp any eq 514 any", "tcp any eq cmd any"),
        ("udp any any eq 514", "udp any any eq syslog"),
        ("tcp any range 25 20 any neq 443", "tcp any range ftp-data smtp any neq 443"),
        ("tcp any any eq 443 www 443 8080", "tcp any any eq 443 www 8080"),
        ("udp host 10.0.0.1 gt 1023 any lt 1024", "udp host 10.0.0.1 gt 1023 any lt 1024"),
        ("tcp any any established log", "tcp any any established log"),
        ("tcp any any log eq", "tcp any any log"),
        ("tcp any any urg ack", "tcp any any ack urg"),
        ("tcp any any match-all +syn -ack", "tcp any any match-all +syn -ack"),
        ("icmp any any 8", "icmp any any echo"),
        ("icmp any any 3 1 log", "icmp any any host-unreachable log"),
        ("icmp any any 3 99", "icmp any any 3 99"),
        ("icmp any any 200", "icmp any any 200"),
        ("igmp any any 1", "igmp any any host-query"),
        ("igmp any any 9", "igmp any any 9"),
        ("ip any any log-input dscp 46", "ip any any dscp ef log-input"),
        ("ip any any tos 8 precedence 5", "ip any any precedence critical tos min-delay"),
        ("ip any any fragments log", "ip any any fragments log"),
        ("ip any any ttl range 1 3 option 7", "ip any any option record-route ttl range 1 3"),
        ("ip any any option any-options", "ip any any option any-options"),
        ("ip any any time-range WORK log", "ip any any log time-range WORK"),
    ],
)
def test_an_entry_of_an_extended_list_is_written_as_ios_writes_it(typed: str, written: str) -> None:
    words = typed.removesuffix(" eq").split()
    entry = read_extended(False, words)
    assert f"{entry.criteria}{entry.options}" == written
    again = read_extended(False, written.split())
    assert (again.rule, again) == (entry.rule, entry)


# Numbers


def entry(number: int, permit: bool = True) -> Entry:
    return read_standard(permit, [f"10.0.0.{number}"])


def numbers(access_list: AccessList) -> list[int]:
    return [one.sequence for one in access_list.entries]


def test_entries_are_numbered_in_tens_and_put_where_their_number_belongs() -> None:
    one = AccessList("A", False)
    one.add(entry(1))
    one.add(Remark("of the second"))
    one.add(entry(2))
    one.add(entry(3), 15)
    one.add(Remark("the last"))
    one.add(entry(4))
    assert numbers(one) == [10, 15, 20, 30]
    lines = [line.text if isinstance(line, Remark) else line.criteria for line in one.lines]
    assert lines == ["10.0.0.1", "10.0.0.3", "of the second", "10.0.0.2", "the last", "10.0.0.4"]


def test_what_is_there_already_changes_nothing_and_another_number_is_refused() -> None:
    one = AccessList("A", False)
    one.add(entry(1))
    one.add(entry(1))
    one.add(entry(1), 10)
    one.add(entry(1), 50)
    assert numbers(one) == [10]
    with pytest.raises(DuplicateSequence):
        one.add(entry(2), 10)
    one.add(entry(1, permit=False))
    assert numbers(one) == [10, 20]
    with pytest.raises(DuplicateSequence):
        one.add(entry(1), 20)


def test_numbers_end() -> None:
    one = AccessList("A", False)
    one.add(entry(1), 2147483647)
    with pytest.raises(SequenceTooHigh):
        one.add(entry(2))
    one.add(entry(2), 5)
    with pytest.raises(SequenceTooHigh):
        one.resequence(2147483647, 1)
    assert numbers(one) == [5, 2147483647]
    one.resequence(2147483646, 1)
    assert numbers(one) == [2147483646, 2147483647]
    assert one.remove_sequence(2147483646)
    assert not one.remove_sequence(2147483646)
    assert one.remove(entry(1))
    assert one.empty


@pytest.mark.property
@given(st.lists(st.tuples(st.sampled_from("aansr"), st.integers(1, 40), st.integers(1, 9)), max_size=40))
def test_the_numbers_are_those_of_a_table(steps: list[tuple[str, int, int]]) -> None:
    one, table = AccessList("A", False), dict[int, int]()
    for kind, number, which in steps:
        if kind == "r":
            one.resequence(number, which)
            table = {number + which * place: table[old] for place, old in enumerate(sorted(table))}
        elif kind == "n":
            assert one.remove_sequence(number) is (table.pop(number, None) is not None)
        elif kind == "s":
            taken = table.get(number)
            if taken is not None and taken != which:
                with pytest.raises(DuplicateSequence):
                    one.add(entry(which), number)
            else:
                one.add(entry(which), number)
                if which not in table.values():
                    table[number] = which
        else:
            one.add(entry(which))
            if which not in table.values():
                table[max(table, default=0) + 10] = which
    assert [(line.sequence, line.criteria) for line in one.entries] == [
        (number, f"10.0.0.{table[number]}") for number in sorted(table)
    ]
    assert all(one.permits_address(IPv4Address(f"10.0.0.{which}")) for which in table.values())


# What they do to packets, on the wire; Scapy makes the packets


def packet(inside: Packet | None = None, **fields: Any) -> bytes:
    return bytes(IP(src="10.0.1.2", dst="10.9.9.9", ttl=64, **fields) / (inside or ICMP()))


def tcp(port: int, flags: str = "S", source: int = 2000) -> bytes:
    return packet(inside=TCP(sport=source, dport=port, flags=flags))


def udp(port: int, source: int = 2000) -> bytes:
    return packet(inside=UDP(sport=source, dport=port))


@pytest.mark.parametrize(
    ("criteria", "passing", "refused"),
    [
        ("tcp any any eq www", [tcp(80)], [tcp(81), udp(80), packet()]),
        ("tcp any any neq 80 443", [tcp(81)], [tcp(80), tcp(443)]),
        (
            "tcp any gt 1023 any lt 1024",
            [tcp(1023, source=1024)],
            [tcp(1024, source=1024), tcp(9, source=1023)],
        ),
        ("udp any any range bootps 70", [udp(67), udp(69), udp(70)], [udp(66), udp(71), tcp(67)]),
        ("tcp any any established", [tcp(80, "A"), tcp(80, "R"), tcp(80, "SA")], [tcp(80), tcp(80, "F")]),
        ("tcp any any match-all +syn -ack", [tcp(80)], [tcp(80, "SA"), tcp(80, "A")]),
        ("tcp any any match-any +fin -ack", [tcp(80, "FA"), tcp(80)], [tcp(80, "SA")]),
        ("tcp any any syn", [tcp(80), tcp(80, "SA")], [tcp(80, "A")]),
        (
            "icmp any any echo",
            [packet()],
            [packet(inside=ICMP(type=0)), packet(inside=ICMP(type=13)), udp(8)],
        ),
        ("icmp any any unreachable", [packet(inside=ICMP(type=3, code=9) / bytes(28))], [packet()]),
        ("icmp any any 3 4", [packet(inside=ICMP(type=3, code=4))], [packet(inside=ICMP(type=13, code=4))]),
        (
            "ip any any dscp ef",
            [packet(tos=46 << 2), packet(tos=46 << 2 | 3)],
            [packet(), packet(tos=47 << 2)],
        ),
        (
            "ip any any precedence critical",
            [packet(tos=5 << 5), packet(tos=5 << 5 | 31)],
            [packet(tos=4 << 5)],
        ),
        ("ip any any tos min-delay", [packet(tos=0x10)], [packet(tos=0x08), packet()]),
        ("47 any any", [packet(proto=47)], [packet(), udp(47)]),
        ("gre host 10.0.1.2 10.9.0.0 0.0.255.255", [packet(proto=47)], [packet(proto=50)]),
        ("ip 10.0.1.1 0.0.254.254 any", [], [packet()]),
        ("ip 10.0.1.0 0.0.254.254 any", [packet()], []),
        ("ip any any ttl lt 64", [], [packet()]),
        ("ip any any ttl eq 64", [packet()], []),
    ],
)
def test_a_list_lets_through_what_it_permits(
    criteria: str, passing: list[bytes], refused: list[bytes]
) -> None:
    bench = Filtered(f"access-list 100 permit {criteria}\ninterface fa0/0\nip access-group 100 in")
    assert bench.passed(passing) == [True] * len(passing)
    bench.wait(SECOND)
    bench.messages()
    assert bench.passed(refused) == [False] * len(refused)
    assert bench.router.network.node.counters.prohibited == len(refused)
    # At most one in half a second.
    assert bench.messages() == [PROHIBITED][: len(refused)]


def test_the_other_way_is_open_and_what_is_denied_first_stays_denied() -> None:
    bench = Filtered(
        "ip access-list extended X\ndeny udp any any eq 53\npermit udp any any\ninterface fa0/0\n"
        "ip access-group X in"
    )
    assert bench.passed([udp(53), udp(54), tcp(54)]) == [False, True, False]
    back = bytes(IP(src="10.9.9.9", dst="10.0.1.2") / UDP(sport=1, dport=53))
    assert bench.passed([back], station=1) == [True]


def test_a_list_of_what_leaves() -> None:
    bench = Filtered(
        "access-list 5 deny 10.0.1.2\naccess-list 5 permit any\ninterface fa0/1\nip access-group 5 out"
    )
    other = bytes(IP(src="10.0.1.3", dst="10.9.9.9") / ICMP())
    assert bench.passed([packet(), other]) == [False, True]
    assert bench.messages() == [PROHIBITED]


@pytest.mark.parametrize(
    "config", ["", "ip access-list standard X", "ip access-list standard X\nremark nothing yet"]
)
def test_a_list_that_is_not_there_or_says_nothing_permits_everything(config: str) -> None:
    bench = Filtered(f"{config}\ninterface fa0/0\nip access-group X in\nip access-group 7 out")
    assert bench.passed([packet()]) == [True]
    bench.type("ip access-list standard X\npermit 10.7.7.7")
    assert bench.passed([packet()]) == [False]
    bench.type("no ip access-list standard X")
    assert bench.passed([packet()]) == [True]


def test_what_is_changed_counts_from_the_next_packet_on() -> None:
    bench = Filtered("access-list 1 deny any\ninterface fa0/0\nip access-group 1 in")
    assert bench.passed([packet()]) == [False]
    bench.type("ip access-list standard 1\n5 permit 10.0.1.2")
    assert bench.passed([packet()]) == [True]
    bench.type("ip access-list standard 1\nno 5")
    assert bench.passed([packet()]) == [False]
    bench.type("interface fa0/0\nno ip access-group 1 in")
    assert bench.passed([packet()]) == [True]
    assert bench.router.network.node.policy is None


def test_without_unreachables_nobody_is_told() -> None:
    bench = Filtered("access-list 1 deny any\ninterface fa0/0\nip access-group 1 in\nno ip unreachables")
    assert bench.passed([packet()]) == [False]
    assert bench.messages() == []
    bench.type("interface fa0/0\nip unreachables")
    assert bench.passed([packet()]) == [False]
    assert bench.messages() == [PROHIBITED]


def test_packets_for_the_router_are_filtered_and_its_own_are_not() -> None:
    bench = Filtered("access-list 1 deny any\ninterface fa0/0\nip access-group 1 in\nip access-group 1 out")
    bench.send(bytes(IP(src="10.0.1.2", dst="10.0.1.1") / ICMP()))
    assert bench.messages() == [PROHIBITED]
    bench.type("interface fa0/0\nno ip access-group 1 in")
    bench.send(bytes(IP(src="10.0.1.2", dst="10.0.1.1") / ICMP()))
    assert bench.messages() == [(icmp.ECHO_REPLY, 0)]


def test_the_pieces_of_a_packet() -> None:
    """Those without ports pass where the ports are permitted, and are not denied where ports are."""
    whole = Ipv4Packet.parse(bytes(IP(src="10.0.1.2", dst="10.9.9.9") / UDP(sport=1, dport=53) / bytes(100)))
    first, second, *_ = fragments(whole, 60)
    denying = "access-list 101 deny udp any any eq 53\naccess-list 101 permit ip any any"
    bench = Filtered(f"{denying}\ninterface fa0/0\nip access-group 101 in")
    assert bench.passed([first, second]) == [False, True]
    bench.type("access-list 102 permit udp any any eq 53\ninterface fa0/0\nip access-group 102 in")
    assert bench.passed([first, second]) == [True, True]
    bench.type("access-list 103 deny ip any any fragments\naccess-list 103 permit ip any any")
    bench.type("interface fa0/0\nip access-group 103 in")
    assert bench.passed([first, second, whole]) == [True, False, True]


# What is counted, and what is logged


def test_every_entry_counts_its_packets_and_every_interface_its_own() -> None:
    bench = Filtered(
        "access-list 101 permit udp any any\naccess-list 101 permit icmp any any\n"
        "interface fa0/0\nip access-group 101 in\ninterface fa0/1\nip access-group 101 out"
    )
    bench.passed([udp(1), udp(2), packet(), tcp(1)])
    assert bench.show("show access-lists") == (
        "Extended IP access list 101\n"
        "    10 permit udp any any (4 matches)\n    20 permit icmp any any (2 matches)\n"
    )
    assert bench.show("show ip access-lists interface fa0/1 out") == (
        "Extended IP access list 101 out\n"
        "    10 permit udp any any (2 matches)\n    20 permit icmp any any (1 match)\n"
    )
    bench.show("clear access-list counters 101")
    assert "match" not in bench.show("show access-lists 101")


def test_a_flow_is_told_of_at_once_and_then_every_five_minutes() -> None:
    bench = Filtered(
        "access-list 101 deny tcp any any eq 80 log\naccess-list 101 permit icmp any any log\n"
        "access-list 101 deny ip any any log\ninterface fa0/0\nip access-group 101 in"
    )
    bench.passed([tcp(80), tcp(80), tcp(80), packet(), packet(proto=47), packet(proto=201), udp(80)])
    start = "%SEC-6-IPACCESSLOG"
    assert bench.logged() == [
        f"{start}P: list 101 denied tcp 10.0.1.2(2000) -> 10.9.9.9(80), 1 packet",
        f"{start}DP: list 101 permitted icmp 10.0.1.2 -> 10.9.9.9 (8/0), 1 packet",
        f"{start}RP: list 101 denied gre 10.0.1.2 -> 10.9.9.9, 1 packet",
        f"{start}NP: list 101 denied 201 10.0.1.2 -> 10.9.9.9, 1 packet",
        f"{start}P: list 101 denied udp 10.0.1.2(2000) -> 10.9.9.9(80), 1 packet",
    ]
    bench.log.clear()
    bench.wait(6 * MINUTE)
    assert bench.logged() == [f"{start}P: list 101 denied tcp 10.0.1.2(2000) -> 10.9.9.9(80), 2 packets"]
    bench.log.clear()
    bench.wait(6 * MINUTE)
    assert bench.logged() == []
    # The flow was forgotten: it is a new one.
    bench.passed([tcp(80)])
    assert len(bench.logged()) == 1


def test_a_standard_list_logs_sources_and_log_input_where_a_packet_came_from() -> None:
    bench = Filtered("access-list 9 deny any log\ninterface fa0/0\nip access-group 9 in")
    bench.passed([udp(80), tcp(80)])
    assert bench.logged() == ["%SEC-6-IPACCESSLOGS: list 9 denied 10.0.1.2 1 packet"]
    bench.log.clear()
    bench.type("access-list 109 deny ip any any log-input\ninterface fa0/0\nip access-group 109 in")
    bench.passed([udp(80)])
    # No entry looks at ports: IOS does not know them then.
    came = "(FastEthernet0/0 0200.0000.0201)"
    assert bench.logged() == [
        f"%SEC-6-IPACCESSLOGP: list 109 denied udp 10.0.1.2(0) {came} -> 10.9.9.9(0), 1 packet"
    ]


def test_a_threshold_tells_of_a_flow_before_its_five_minutes() -> None:
    bench = Filtered(
        "access-list 9 deny any log\nip access-list log-update threshold 3\n"
        "interface fa0/0\nip access-group 9 in"
    )
    bench.passed([udp(80)] * 8)
    assert [line.partition("denied ")[2] for line in bench.logged()] == [
        "10.0.1.2 1 packet",
        "10.0.1.2 3 packets",
        "10.0.1.2 3 packets",
    ]


def test_more_flows_than_can_be_told_of_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_list_log, "_MOST_FLOWS", 4)
    bench = Filtered("access-list 9 deny any log\ninterface fa0/0\nip access-group 9 in")
    for number in range(9):
        bench.send(Ipv4Packet(0x0A010100 + number, 0x0A090909, 17, bytes(8)))
    assert len(bench.logged()) == 4
    bench.log.clear()
    bench.wait(5 * MINUTE)
    assert bench.logged() == ["%SEC-6-IPACCESSLOGRL: access-list logging rate-limited or missed 5 packets"]


# Whatever is typed and whatever comes


WORDS = """
permit deny remark any host 10.0.0.1 0.0.0.255 10.0.1.2 255.255.255.255 tcp udp icmp ip igmp 47 eq neq gt lt
range 80 www 443 domain 65535 0 established syn log log-input fragments tos dscp ef precedence critical echo 3
1 match-all +syn -ack ttl option any-options time-range WORK no default 10 20 exit
"""


@pytest.mark.property
@settings(deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=9).map(" ".join), max_size=30),
    st.lists(st.one_of(st.binary(max_size=60), st.integers(0, 1 << 32)), max_size=8),
)
def test_no_line_and_no_packet_breaks_it(lines: list[str], inputs: list[bytes | int]) -> None:
    bench = Filtered("interface fa0/0\nip access-group X in\nip access-group Y out")
    shell = Shell(bench.router, level=15)
    shell.execute("configure terminal")
    for number, line in enumerate(lines):
        kind = ("extended X", "standard Y", "extended 101")[number % 3]
        shell.execute(f"ip access-list {kind}")
        try:
            shell.execute(line)
        except CommandError:
            continue
    chance = random.Random(len(lines))
    for data in inputs:
        if isinstance(data, bytes):
            header = Ipv4Packet(0x0A000102, 0x0A090909, chance.choice([1, 2, 6, 17, 47]), data)
            bench.send(header._replace(more_fragments=len(data) % 8 == 0))
        else:
            bench.send(chance.randbytes(data % 80))
    assert bench.router.config.interfaces[PORTS[0]].access_groups == {"in": "X", "out": "Y"}
    counted = sum(one.matches for each in bench.router.config.access_lists.values() for one in each.entries)
    assert counted <= len(inputs)
