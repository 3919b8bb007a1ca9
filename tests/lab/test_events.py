"""The list of events: what is in a row, filters, a frame opened, and what the device does with it."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dns import DNS, DNSQR, DNSRR
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.layers.rip import RIP, RIPEntry
from scapy.packet import Raw

from ios_emu import Lab
from ios_emu.errors import UsageError
from ios_emu.lab import events as events_module
from ios_emu.lab.event_detail import deed, event_detail
from ios_emu.lab.event_filter import read_filter
from ios_emu.lab.event_text import decode, printable
from ios_emu.lab.events import Event, event_line, events_table
from ios_emu.lab.look import lab_after
from ios_emu.lab.ports import ports_table, ports_used
from ios_emu.lab.prompt import LabPrompt

TARGET_MAC = "00:1b:0c:00:00:02"
HEAD = IP(src="192.168.1.1", dst="192.168.1.10")


def frame(*layers: object) -> bytes:
    packet = Ether(src="00:1b:0c:00:00:01", dst=TARGET_MAC)
    for layer in layers:
        packet = packet / layer
    return bytes(packet)


ROWS = [
    (ARP(psrc="10.0.0.1", pdst="10.0.0.2"), "ARP", "Who has 10.0.0.2? Tell 10.0.0.1"),
    (ARP(psrc="0.0.0.0", pdst="10.0.0.2"), "ARP", "Who has 10.0.0.2? (probe)"),
    (
        ARP(op=2, psrc="10.0.0.2", pdst="10.0.0.1", hwsrc=TARGET_MAC),
        "ARP",
        "10.0.0.2 is at 001b.0c00.0002",
    ),
    (
        IP(src="192.168.1.1", dst="192.168.1.10", ttl=9) / ICMP(type=8, seq=3),
        "ICMP",
        "192.168.1.1 -> 192.168.1.10 Echo request 3, TTL 9",
    ),
    (
        HEAD / ICMP(type=3, code=3),
        "ICMP",
        "192.168.1.1 -> 192.168.1.10 Destination unreachable (port), TTL 64",
    ),
    (
        HEAD / TCP(sport=1025, dport=25, flags="S"),
        "TCP",
        "192.168.1.1 -> 192.168.1.10 TCP 1025 -> 25 [SYN]",
    ),
    (
        HEAD / TCP(sport=1025, dport=25, flags="PA") / Raw(b"MAIL FROM:<a@b>\r\nmore"),
        "SMTP",
        "192.168.1.1 -> 192.168.1.10 TCP 1025 -> 25 C: MAIL FROM:<a@b>",
    ),
    (
        HEAD / TCP(sport=110, dport=1026, flags="PA") / Raw(b"+OK 2 192\r\n"),
        "POP3",
        "192.168.1.1 -> 192.168.1.10 TCP 110 -> 1026 S: +OK 2 192",
    ),
    (
        HEAD / UDP(sport=5000, dport=53) / DNS(id=7, qd=DNSQR(qname="univ-djelfa.com")),
        "DNS",
        "192.168.1.1 -> 192.168.1.10 UDP 5000 -> 53 Query 7 A univ-djelfa.com",
    ),
    (
        HEAD
        / UDP(sport=53, dport=5000)
        / DNS(id=7, qr=1, qd=DNSQR(qname="a.b"), an=DNSRR(rrname="a.b", rdata="10.9.9.9")),
        "DNS",
        "192.168.1.1 -> 192.168.1.10 UDP 53 -> 5000 Answer 7 A a.b: 10.9.9.9",
    ),
    (
        IP(src="0.0.0.0", dst="255.255.255.255")
        / UDP(sport=68, dport=67)
        / BOOTP(chaddr=bytes.fromhex("001b0c000001"))
        / DHCP(options=[("message-type", "discover"), "end"]),
        "DHCP",
        "0.0.0.0 -> 255.255.255.255 UDP 68 -> 67 DHCPDISCOVER for 00:1b:0c:00:00:01",
    ),
    (
        HEAD / UDP(sport=520, dport=520) / RIP(cmd=1, version=1) / RIPEntry(AF=0, metric=16),
        "RIP",
        "192.168.1.1 -> 192.168.1.10 UDP 520 -> 520 RIPv1 request for all routes",
    ),
    (
        HEAD
        / UDP(sport=520, dport=520)
        / RIP(cmd=2, version=2)
        / RIPEntry(AF=2, addr="10.1.0.0", mask="255.255.0.0", metric=3)
        / RIPEntry(AF=2, addr="0.0.0.0", mask="0.0.0.0", metric=16),
        "RIP",
        "192.168.1.1 -> 192.168.1.10 UDP 520 -> 520 RIPv2 update: 10.1.0.0/16 3, 0.0.0.0/0 unreachable",
    ),
    (
        HEAD / UDP(sport=520, dport=520) / Raw(b"x"),
        "RIP",
        "192.168.1.1 -> 192.168.1.10 UDP 520 -> 520 malformed: a RIP message of 1 bytes",
    ),
    (
        HEAD / UDP(sport=9, dport=9999) / Raw(b"x"),
        "UDP",
        "192.168.1.1 -> 192.168.1.10 UDP 9 -> 9999 1 bytes",
    ),
    (
        IP(src="192.168.1.1", dst="192.168.1.10", proto=89) / Raw(b"12345"),
        "IP",
        "192.168.1.1 -> 192.168.1.10 protocol 89, 5 bytes",
    ),
    (Dot1Q(vlan=10) / HEAD / ICMP(), "ICMP", "192.168.1.1 -> 192.168.1.10 Echo request 0, TTL 64"),
]


@pytest.mark.parametrize(
    ("layers", "kind", "info"), ROWS, ids=lambda one: one if isinstance(one, str) else ""
)
def test_a_row_says_what_scapy_built(layers: object, kind: str, info: str) -> None:
    decoded = decode(frame(layers))
    assert (decoded.kind, decoded.info) == (kind, info)


def test_control_characters_of_a_payload_reach_no_terminal() -> None:
    hostile = b"220 \x1b[2J\x07\r\nmore"
    decoded = decode(frame(HEAD / TCP(sport=25, dport=1025, flags="PA") / Raw(hostile)))
    assert decoded.info.endswith("S: 220 .[2J.")
    assert printable("a\x9b\u202eb" + "x" * 500) == "a..b" + "x" * 93 + "..."


@pytest.mark.property
@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_row_of_one_printable_line(data: bytes) -> None:
    decoded = decode(data)
    assert decoded.info.isprintable()
    assert decoded.kind


@pytest.mark.property
@settings(deadline=None, max_examples=200)
@given(st.data())
def test_a_damaged_frame_is_still_a_row(data: st.DataObject) -> None:
    layers, _, _ = data.draw(st.sampled_from(ROWS))
    broken = bytearray(frame(layers))
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    assert decode(bytes(broken)).info.isprintable()


@pytest.fixture(scope="module")
def lab() -> Lab:
    return lab_after("lab5", commands=["@user1-pc", "ping univ-djelfa.com -n 1", "telnet 192.168.1.20 25"])


def numbers(lab: Lab, text: str) -> list[int]:
    test = read_filter(text, lab.devices)
    return [event.number for event in lab.events if test(event)]


def test_each_device_that_a_frame_reaches_is_a_row(lab: Lab) -> None:
    test = read_filter("", lab.devices)
    first = [event for event in lab.events if test(event)][:4]
    assert [(event.last, event.at) for event in first] == [
        ("user1-pc", "SW1"),
        ("SW1", "user2-pc"),
        ("SW1", "Mail-Server"),
        ("SW1", "DNS-Server"),
    ]
    assert first[0].last_end == "user1-pc:FastEthernet0"
    assert [event.time for event in first] == [100_000, 150_000, 150_000, 150_000]
    assert first[0].as_dict()["type"] == "ARP"


def test_filters_choose_rows(lab: Lab) -> None:
    everything = numbers(lab, "")
    assert numbers(lab, "arp or icmp or dns or tcp") == everything
    assert numbers(lab, "not (arp or icmp or dns or tcp)") == []
    assert numbers(lab, "dns") == numbers(lab, "udp.port == 53") == numbers(lab, "port 53") != []
    assert numbers(lab, "DNS") == numbers(lab, "dns")
    assert numbers(lab, "mail-server icmp") == numbers(lab, "Mail-Server and icmp") != []
    assert numbers(lab, "192.168.1.10 icmp") == numbers(lab, "icmp && ip.addr == 192.168.1.10") != []
    assert numbers(lab, "192.168.1.0/24") == numbers(lab, "arp || ip")
    assert numbers(lab, "tcp.dstport == 25") != numbers(lab, "tcp.port == 25")
    assert numbers(lab, f"frame.number <= {everything[2]}") == everything[:3]
    assert numbers(lab, "ip.src != 192.168.1.1 and icmp") == numbers(lab, "icmp and ip.src == 192.168.1.10")


def test_what_neighbours_tell_each_other_is_shown_to_who_asks() -> None:
    lab = lab_after("three-routers", commands=["@PC1", "ping -n 1 192.168.1.1"])
    quiet = numbers(lab, "cdp")
    assert {lab.events.find(number).info for number in quiet} >= {  # type: ignore[union-attr]
        "R1 FastEthernet0/1, Cisco 2811, for 180 s"
    }
    assert sorted([*quiet, *numbers(lab, "")]) == numbers(lab, "eth") == [one.number for one in lab.events]
    assert numbers(lab, "R2") == numbers(lab, "R2 and not cdp")
    assert set(numbers(lab, "R2 cdp")) < set(quiet)
    assert numbers(lab, "cdp or arp") == sorted([*quiet, *numbers(lab, "arp")])


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "(dns",
        "dns)",
        "port",
        "port x",
        "tcp.port",
        "tcp.port ==",
        "tcp.port < 3",
        "ip.addr == x",
        "and dns",
        "dns and",
        "not",
        "frame.number ~ 3",
        "frame.number == 99999999999",
    ],
)
def test_a_filter_that_is_none_is_told_in_one_line(lab: Lab, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_filter(text, lab.devices)
    message = str(caught.value)
    assert message.startswith(f"filter {text}: is not understood: ")
    assert "\n" not in message
    assert LabPrompt(lab).execute(f"events {text}") == f"{message}\n"


def test_a_frame_is_opened_by_scapy_with_a_sentence(lab: Lab) -> None:
    (query, *_) = [event for event in lab.events if event.kind == "DNS" and event.at == "DNS-Server"]
    text = event_detail(lab, query)
    assert text.startswith(
        f"Event {query.number}: 0.000350 s, SW1:FastEthernet0/4 -> DNS-Server:FastEthernet0\n"
    )
    assert "DNS-Server takes it: it is for UDP port 53 (DNS), and sends back: " in text
    for layer in ("Ethernet", "IP", "UDP", "DNS", "qname"):
        assert layer in text


def sentences(lab: Lab, text: str) -> list[str]:
    test = read_filter(text, lab.devices)
    return [deed(lab, event) for event in lab.events if test(event)]


def test_the_sentence_tells_switches_hosts_and_refusals(lab: Lab) -> None:
    arp = sentences(lab, "arp")
    assert arp[0].endswith("and floods it (a broadcast) to user2-pc, Mail-Server, DNS-Server.")
    assert "user2-pc does not answer: 192.168.1.20 is not its address." in arp
    assert "DNS-Server answers: 192.168.1.20 is its own address." in arp
    refused = sentences(lab, "tcp and DNS-Server and tcp.dstport == 25")
    assert any("[RST, ACK]" in sentence for sentence in refused)
    switched = sentences(lab, "icmp SW1")
    assert any("passes it on to Mail-Server." in sentence for sentence in switched)


def test_the_sentence_tells_what_a_switch_does_with_tags() -> None:
    lab = lab_after("stick", commands=["@PC1", "ping 192.168.20.10 -n 1"])
    told = sentences(lab, "icmp SW1")
    assert any("is behind FastEthernet0/1, and passes it on to R1." in one for one in told)
    assert any("is behind GigabitEthernet0/1, and passes it on to PC3." in one for one in told)
    assert "SW1 takes it: CDP is for the switch itself." in sentences(lab, "cdp R1")
    assert "R1 takes it: CDP tells of a neighbour." in sentences(lab, "cdp R1")
    assert "PC1 has no use for it." in sentences(lab, "dtp PC1")


def test_the_sentence_tells_what_a_router_does() -> None:
    lab = lab_after("ping", commands=["@PC1", "ping 192.168.2.2 -n 2", "ping 10.9.9.9 -n 1"])
    told = sentences(lab, "icmp R1")
    assert "R1 forwards the packet to 192.168.2.2 by way of SW2." in told
    assert any(sentence.startswith("R1 does not forward it, and sends back: ") for sentence in told)


def test_ports_tell_the_homeworks_answer(lab: Lab) -> None:
    uses = {(use.transport, use.port): use for use in ports_used(lab.events)}
    assert set(uses) == {("TCP", 25), ("UDP", 53)}
    dns, smtp = uses["UDP", 53], uses["TCP", 25]
    assert (dns.service, dns.server, dns.opened) == ("DNS", IPv4Address("192.168.1.20"), 1)
    # The telnet to port 25 of a host without a mail server was refused.
    assert (smtp.opened, smtp.as_dict()["service"]) == (0, "SMTP")
    assert "1025  (closed)" in ports_table(list(uses.values()))


def test_old_rows_make_room_for_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_module, "MOST_ROWS", 10)
    lab = lab_after("ping", commands=["@PC1", "ping 192.168.1.1"])
    assert len(lab.events) == 10
    last = lab.events.last_number
    assert [event.number for event in lab.events] == list(range(last - 9, last + 1))
    assert lab.events.find(1) is None
    lab.events.clear()
    assert (len(lab.events), lab.events.last_number) == (0, 0)
    assert events_table([]) == "nothing has reached a device\n"


def test_a_frame_that_is_lost_reaches_nobody() -> None:
    lab = lab_after("ping")
    lab.cables[2].cable.loss = 1.0
    lab.events.clear()
    lab["PC1"].run("ping 192.168.1.1 -n 1")
    assert numbers(lab, "PC1") == []


def test_nothing_is_recorded_before_somebody_asks() -> None:
    lab = Lab("ping")
    lab["PC1"].run("ping 192.168.1.1 -n 1")
    assert all(not wired.cable.arrivals for wired in lab.cables)
    assert len(lab.events) == 0


def test_live_events_are_notices_until_they_are_off() -> None:
    lab = Lab("ping")
    prompt = LabPrompt(lab)
    woken: list[str] = []
    prompt.on_notice = lambda: woken.append("!")
    assert prompt.execute("events live icmp PC1") == ""
    lab["PC1"].run("ping 192.168.1.1 -n 1")
    notices = prompt.take_notices()
    assert len(notices.splitlines()) == len(woken) == 2
    assert "Echo request" in notices
    assert prompt.execute("events live off") == ""
    lab["PC1"].run("ping 192.168.1.1 -n 1")
    assert prompt.take_notices() == ""


def test_a_step_shows_what_reached_a_device_by_it() -> None:
    lab = Lab("ping")
    prompt = LabPrompt(lab)
    console = lab["PC1"].console()
    console.attach(lambda data: None)
    console.receive(b"ping 192.168.1.1 -n 1\r")
    shown = "".join(prompt.execute("step") for _ in range(40))
    assert "Who has 192.168.1.1? Tell 192.168.1.2" in shown
    assert "Echo request" in shown


def test_a_transcript_is_typed_before(tmp_path: Path) -> None:
    transcript = tmp_path / "a.transcript"
    transcript.write_text("@lab router\n@device PC1\nC:\\>ping 192.168.1.1 -n 1\n")
    lab = lab_after("ping", transcript)
    assert any(event.kind == "ICMP" for event in lab.events)


def test_a_row_is_one_line() -> None:
    event = Event(7, 1_500_000, "A:1", "B:2", frame(ARP(psrc="10.0.0.1", pdst="10.0.0.2")))
    assert event_line(event, 1, 1) == "     7      0.001500  A  B  ARP     Who has 10.0.0.2? Tell 10.0.0.1\n"
