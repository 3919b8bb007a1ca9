"""TCP segments: RFC 9293's picture, broken options, and Scapy's opinion."""

from __future__ import annotations

import re
from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP
from scapy.packet import Raw

from ios_emu.errors import MalformedPacket
from ios_emu.wire.checksum import internet_checksum
from ios_emu.wire.tcp import ACK, FIN, PSH, RST, SYN, URG, TcpSegment

HOSTS = 0xC0A80001, 0xC0A80033

ports = st.integers(0, 0xFFFF)
numbers = st.integers(0, 2**32 - 1)
hosts = st.tuples(numbers, numbers)
segments = st.builds(
    TcpSegment,
    ports,
    ports,
    numbers,
    numbers,
    st.integers(0, 0x3F),
    ports,
    st.binary(max_size=100)
    | st.integers(1400, 1460).map(lambda size: bytes(range(256)) * 5 + bytes(size - 1280)),
    st.none() | st.integers(0, 0xFFFF),
    ports,
)


def with_checksum(data: bytes, hosts: tuple[int, int]) -> bytes:
    blank = data[:16] + bytes(2) + data[18:]
    return data[:16] + internet_checksum(blank, sum(hosts) + 6 + len(data)).to_bytes(2) + data[18:]


def with_options(options: bytes, words: int | None = None) -> bytes:
    """A SYN with those options, and a header of so many words."""
    words = 5 + len(options) // 4 if words is None else words
    head = bytes.fromhex(f"0400 0017 00000001 00000000 {words:x}002 1020 0000 0000")
    return with_checksum(head + options, HOSTS)


def test_the_bits_of_the_flags() -> None:
    assert (FIN, SYN, RST, PSH, ACK, URG) == (1, 2, 4, 8, 16, 32)


def test_a_syn_is_built_and_read() -> None:
    segment = TcpSegment(1024, 23, 1, 0, SYN, 4128, mss=536)
    data = bytes.fromhex("0400 0017 00000001 00000000 6002 1020 0606 0000 02040218")
    assert segment.build(*HOSTS) == data
    assert TcpSegment.parse(data, *HOSTS) == segment


def test_data_is_built_and_read() -> None:
    segment = TcpSegment(23, 1024, 0xFFFFFFFF, 2, PSH | ACK, 4128, b"R1>")
    data = segment.build(*HOSTS)
    assert data[:16] == bytes.fromhex("0017 0400 ffffffff 00000002 5018 1020")
    assert data[20:] == b"R1>"
    assert TcpSegment.parse(data, *HOSTS) == segment


@pytest.mark.parametrize(
    ("options", "mss"),
    [
        ("0204 05b4", 1460),
        ("0101 0101 0204 05b4", 1460),
        ("0402 080a 00000001 00000000 0204 05b4 0303 0701", 1460),
        ("0000 0000", None),
        ("0002 0405", None),
        ("0203 0500", None),
        ("fe04 0102", None),
        ("0204 0000", 0),
    ],
    ids=["mss", "padding", "others", "end", "behind the end", "of another length", "unknown", "zero"],
)
def test_of_the_options_the_mss_is_read(options: str, mss: int | None) -> None:
    segment = TcpSegment.parse(with_options(bytes.fromhex(options)), *HOSTS)
    assert segment == TcpSegment(1024, 23, 1, 0, SYN, 4128, mss=mss)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("0101 0102", "a TCP option 2 of length 0"),
        ("0200 0000", "a TCP option 2 of length 0"),
        ("0101 0201", "a TCP option 2 of length 1"),
        ("0205 05b4", "a TCP option 2 of length 5"),
    ],
)
def test_broken_options_are_refused(options: str, reason: str) -> None:
    with pytest.raises(MalformedPacket, match=f"^{reason}$"):
        TcpSegment.parse(with_options(bytes.fromhex(options)), *HOSTS)


@pytest.mark.parametrize("words", [0, 4, 6, 15])
def test_a_header_that_can_not_be_is_refused(words: int) -> None:
    with pytest.raises(MalformedPacket, match=f"^a TCP segment of 20 bytes with a header of {words * 4}$"):
        TcpSegment.parse(with_options(b"", words), *HOSTS)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "a TCP segment of 0 bytes"),
        ("00" * 19, "a TCP segment of 19 bytes"),
        ("0400 0017 00000001 00000000 5002 1020 0000 0000", "a TCP segment with a wrong checksum"),
    ],
)
def test_what_is_no_segment_is_refused(data: str, reason: str) -> None:
    with pytest.raises(MalformedPacket, match=f"^{re.escape(reason)}$"):
        TcpSegment.parse(bytes.fromhex(data), *HOSTS)


def test_the_addresses_are_part_of_the_checksum() -> None:
    data = TcpSegment(1, 2, 3, 4, ACK, 5, b"data").build(*HOSTS)
    with pytest.raises(MalformedPacket, match=r"^a TCP segment with a wrong checksum$"):
        TcpSegment.parse(data, HOSTS[0] + 1, HOSTS[1])


@pytest.mark.property
@settings(deadline=None)
@given(segments, hosts)
def test_scapy_and_we_build_and_read_the_same(segment: TcpSegment, hosts: tuple[int, int]) -> None:
    source, destination = (str(IPv4Address(address)) for address in hosts)
    theirs = IP(src=source, dst=destination, proto=6) / TCP(
        sport=segment.source_port,
        dport=segment.destination_port,
        seq=segment.sequence,
        ack=segment.acknowledgment,
        flags=segment.flags,
        window=segment.window,
        urgptr=segment.urgent,
        options=[] if segment.mss is None else [("MSS", segment.mss)],
    )
    data = bytes(theirs / Raw(segment.payload))[20:]
    assert segment.build(*hosts) == data
    assert TcpSegment.parse(data, *hosts) == segment
    read = TCP(segment.build(*hosts))
    assert (read.sport, read.dport) == (segment.source_port, segment.destination_port)
    assert (read.seq, read.ack) == (segment.sequence, segment.acknowledgment)
    assert (int(read.flags), read.window, read.urgptr) == (segment.flags, segment.window, segment.urgent)
    assert read.options == ([] if segment.mss is None else [("MSS", segment.mss)])
    assert bytes(read.payload) == segment.payload


@pytest.mark.property
@settings(deadline=None)
@given(st.permutations([("NOP", None), ("MSS", 1400), ("WScale", 7), ("SAckOK", b""), ("Timestamp", (1, 0))]))
def test_an_mss_is_found_among_the_options_that_scapy_builds(options: list[tuple[str, object]]) -> None:
    theirs = IP(src="192.168.0.1", dst="192.168.0.51", proto=6) / TCP(flags="S", options=options)
    assert TcpSegment.parse(bytes(theirs)[20:], *HOSTS).mss == 1400


@pytest.mark.property
@settings(deadline=None)
@given(st.binary(max_size=90), hosts, st.none() | st.integers(0, 15))
def test_any_bytes_are_a_segment_or_malformed(data: bytes, hosts: tuple[int, int], words: int | None) -> None:
    if words is not None and len(data) >= 20:
        data = with_checksum(data[:12] + bytes([words << 4]) + data[13:], hosts)
    try:
        segment = TcpSegment.parse(data, *hosts)
    except MalformedPacket:
        return
    assert TcpSegment.parse(segment.build(*hosts), *hosts) == segment
