"""IPv4 packets: the pictures of RFC 791, fragments, options, and Scapy's opinion."""

from __future__ import annotations

import re
from contextlib import suppress
from ipaddress import IPv4Address
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import IP
from scapy.packet import Raw

from ios_emu.errors import MalformedPacket
from ios_emu.wire.checksum import internet_checksum
from ios_emu.wire.ipv4 import (
    LOOSE_SOURCE_ROUTE,
    NO_OPERATION,
    RECORD_ROUTE,
    TCP,
    UDP,
    Ipv4Packet,
    Option,
    build_options,
    fragments,
    read_options,
)

HOSTS = 0xC0A80001, 0xC0A800C7


def text(address: int) -> str:
    return str(IPv4Address(address))


def with_checksum(header: bytes) -> bytes:
    """The same with the right checksum for a header of its own length."""
    length = (header[0] & 15) * 4
    blank = header[:10] + bytes(2) + header[12:]
    return header[:10] + internet_checksum(blank[:length]).to_bytes(2) + header[12:]


addresses = st.integers(0, 2**32 - 1)
bytes_ = st.integers(0, 255)
option_kinds = st.sampled_from([RECORD_ROUTE, LOOSE_SOURCE_ROUTE, 0x5E, 0xDE])
some_options = st.lists(
    st.just(Option(NO_OPERATION, b"")) | st.builds(Option, option_kinds, st.binary(max_size=15)), max_size=4
)
padded_options = some_options.map(build_options).filter(lambda options: len(options) <= 40)
packets = st.builds(
    Ipv4Packet,
    addresses,
    addresses,
    bytes_,
    st.binary(max_size=100),
    bytes_,
    st.integers(0, 0xFFFF),
    bytes_,
    st.booleans(),
    st.booleans(),
    st.integers(0, 0x1FF0).map(lambda units: units * 8) | st.just(0),
    padded_options,
)


def test_the_header_that_text_books_show() -> None:
    data = bytes.fromhex("4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7") + bytes(95)
    packet = Ipv4Packet(*HOSTS, UDP, bytes(95), ttl=64, dont_fragment=True)
    assert packet.build() == data
    assert Ipv4Packet.parse(data) == packet


def test_the_smallest_datagram_of_rfc_791() -> None:
    """Appendix A, example 1: 21 bytes, identification 111, time to live 123, protocol 1."""
    packet = Ipv4Packet(1, 2, 1, b"\xaa", ttl=123, identification=111)
    data = packet.build()
    assert data[:10] == bytes.fromhex("45 00 0015 006f 0000 7b 01")
    assert Ipv4Packet.parse(data) == packet


def test_the_fragments_of_rfc_791() -> None:
    """Appendix A, example 2: 452 bytes of data and an MTU of 280."""
    packet = Ipv4Packet(1, 2, 6, bytes(range(226)) * 2, ttl=123, identification=111)
    first, second = fragments(packet, 280)
    assert first.build()[:10] == bytes.fromhex("45 00 0114 006f 2000 7b 06")
    assert second.build()[:10] == bytes.fromhex("45 00 00d8 006f 0020 7b 06")
    assert (first.more_fragments, first.fragment_offset) == (True, 0)
    assert (second.more_fragments, second.fragment_offset) == (False, 256)


def test_the_options_of_rfc_791() -> None:
    """Appendix A, example 3: options of 3, 4, 1 and 3 bytes, and one that ends them."""
    options = bytes.fromhex("83 03 aa  5e 04 bbbb  01  44 03 cc  00")
    packet = Ipv4Packet(1, 2, 6, b"data", options=options)
    data = packet.build()
    assert data[0] == 0x48
    assert Ipv4Packet.parse(data) == packet
    assert list(read_options(options)) == [
        Option(0x83, b"\xaa"),
        Option(0x5E, b"\xbb\xbb"),
        Option(NO_OPERATION, b""),
        Option(0x44, b"\xcc"),
    ]
    assert build_options(list(read_options(options))) == options


def test_padding_of_the_frame_is_cut() -> None:
    packet = Ipv4Packet(*HOSTS, TCP, b"short")
    assert Ipv4Packet.parse(packet.build() + bytes(21)) == packet


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("", "not an IPv4 header"),
        ("45 00 0014 0000 0000 ff 06 0000 c0a80001 c0a800", "not an IPv4 header"),
        ("65 00 0014 0000 0000 ff 06 0000 c0a80001 c0a800c7", "not an IPv4 header"),
        ("44 00 0014 0000 0000 ff 06 0000 c0a80001 c0a800c7", "not an IPv4 header"),
        ("46 00 0018 0000 0000 ff 06 0000 c0a80001 c0a800c7", "not an IPv4 header"),
        ("45 00 0014 0000 0000 ff 06 0000 c0a80001 c0a800c7", "an IPv4 header with a wrong checksum"),
        ("45 00 0014 0000 0000 ff 06 ffff c0a80001 c0a800c7", "an IPv4 header with a wrong checksum"),
    ],
    ids=["nothing", "19 bytes", "version 6", "4 words", "6 words of 5", "no checksum", "other checksum"],
)
def test_what_is_no_header_is_refused(head: str, reason: str) -> None:
    with pytest.raises(MalformedPacket, match=f"^{re.escape(reason)}$"):
        Ipv4Packet.parse(bytes.fromhex(head))


@pytest.mark.parametrize("length", [0, 19, 23, 65535])
def test_a_length_that_can_not_be_is_refused(length: int) -> None:
    head = with_checksum(bytes.fromhex(f"45 00 {length:04x} 0000 0000 ff 06 0000 c0a80001 c0a800c7") + b"??")
    reason = f"^an IPv4 packet of 22 bytes that says it has {length}$"
    with pytest.raises(MalformedPacket, match=reason):
        Ipv4Packet.parse(head)


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (Ipv4Packet(1, 2, 6, bytes(65516)), "an IPv4 packet of 65536 bytes at 0 with 0 bytes of options"),
        (Ipv4Packet(1, 2, 6, b"", options=b"\1"), "an IPv4 packet of 21 bytes at 0 with 1 bytes of options"),
        (
            Ipv4Packet(1, 2, 6, b"", options=bytes(44)),
            "an IPv4 packet of 64 bytes at 0 with 44 bytes of options",
        ),
        (Ipv4Packet(1, 2, 6, b"", fragment_offset=4), "an IPv4 fragment at byte 4"),
        (
            Ipv4Packet(1, 2, 6, b"", fragment_offset=65528),
            "an IPv4 packet of 20 bytes at 65528 with 0 bytes of options",
        ),
    ],
)
def test_what_can_not_be_a_packet_is_not_built(packet: Ipv4Packet, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason}$"):
        packet.build()


def test_a_fragment_that_ends_behind_the_longest_packet_is_refused() -> None:
    """What such a fragment would make whole has no length that a header could say."""
    last = Ipv4Packet(*HOSTS, UDP, bytes(27), fragment_offset=65488, more_fragments=True)
    assert Ipv4Packet.parse(last.build()) == last
    data = bytearray(last._replace(payload=bytes(28), fragment_offset=65480).build())
    data[7] += 1
    with pytest.raises(MalformedPacket, match=r"^an IPv4 fragment that ends behind byte 65535$"):
        Ipv4Packet.parse(with_checksum(bytes(data)))


def test_a_quoted_packet_is_cut_and_its_checksum_is_not_looked_at() -> None:
    whole = Ipv4Packet(*HOSTS, UDP, bytes(range(100)), ttl=1, dont_fragment=True).build()
    quoted = whole[:10] + b"??" + whole[12:28]
    assert Ipv4Packet.parse_quoted(quoted) == Ipv4Packet(
        *HOSTS, UDP, bytes(range(8)), ttl=1, dont_fragment=True
    )
    with pytest.raises(MalformedPacket, match=r"^not an IPv4 header$"):
        Ipv4Packet.parse_quoted(whole[:19])


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("07", "an IPv4 option 7 of length 0"),
        ("01 07 01", "an IPv4 option 7 of length 1"),
        ("07 00 00", "an IPv4 option 7 of length 0"),
        ("07 07 04 00", "an IPv4 option 7 of length 7"),
    ],
)
def test_options_that_do_not_fit_are_malformed(options: str, reason: str) -> None:
    with pytest.raises(MalformedPacket, match=f"^{reason}$"):
        list(read_options(bytes.fromhex(options)))


def test_only_some_options_are_copied_into_every_fragment() -> None:
    options = build_options(
        [Option(RECORD_ROUTE, b"\x04" + bytes(4)), Option(LOOSE_SOURCE_ROUTE, b"\x04ABCD")]
    )
    pieces = fragments(Ipv4Packet(1, 2, UDP, bytes(100), options=options), 68)
    assert pieces[0].options == options
    copied = build_options([Option(LOOSE_SOURCE_ROUTE, b"\x04ABCD")])
    assert [piece.options for piece in pieces[1:]] == [copied] * (len(pieces) - 1)


def test_options_that_can_not_be_read_are_not_copied() -> None:
    pieces = fragments(Ipv4Packet(1, 2, UDP, bytes(100), options=b"\x83\x09\x04\x00"), 68)
    assert {piece.options for piece in pieces[1:]} == {b""}


def test_an_mtu_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^no room for a fragment in an MTU of 27$"):
        fragments(Ipv4Packet(1, 2, UDP, bytes(100)), 27)


@pytest.mark.property
@settings(deadline=None)
@given(packets)
def test_what_is_built_is_read_back_and_scapy_reads_the_same(packet: Ipv4Packet) -> None:
    data = packet.build()
    assert Ipv4Packet.parse(data) == packet
    theirs = IP(data)
    assert (theirs.src, theirs.dst) == (text(packet.source), text(packet.destination))
    assert (theirs.proto, theirs.ttl, theirs.id) == (packet.protocol, packet.ttl, packet.identification)
    assert (theirs.tos, theirs.frag * 8) == (packet.tos, packet.fragment_offset)
    assert (bool(theirs.flags.DF), bool(theirs.flags.MF)) == (packet.dont_fragment, packet.more_fragments)
    assert (theirs.len, theirs.ihl * 4) == (len(data), 20 + len(packet.options))
    assert bytes(theirs.payload) == packet.payload
    # Without options Scapy can say itself what the checksum has to be.
    again = IP(data)
    del again.chksum
    assert packet.options or bytes(again) == data


@pytest.mark.property
@settings(deadline=None)
@given(packets)
def test_what_scapy_builds_is_read(packet: Ipv4Packet) -> None:
    flags = (2 if packet.dont_fragment else 0) | (1 if packet.more_fragments else 0)
    theirs = IP(
        src=text(packet.source),
        dst=text(packet.destination),
        proto=packet.protocol,
        ttl=packet.ttl,
        id=packet.identification,
        tos=packet.tos,
        flags=flags,
        frag=packet.fragment_offset // 8,
    ) / Raw(packet.payload)
    data = bytes(theirs)
    assert Ipv4Packet.parse(data) == packet._replace(options=b"")
    assert packet._replace(options=b"").build() == data


@pytest.mark.property
@settings(deadline=None)
@given(
    st.binary(max_size=3000),
    st.integers(68, 1500),
    padded_options,
    st.integers(0, 100).map(lambda units: units * 8),
    st.booleans(),
)
def test_fragments_fit_and_make_the_whole(
    payload: bytes, mtu: int, options: bytes, offset: int, more: bool
) -> None:
    packet = Ipv4Packet(1, 2, UDP, payload, options=options, fragment_offset=offset, more_fragments=more)
    pieces = fragments(packet, mtu)
    assert b"".join(piece.payload for piece in pieces) == payload
    assert all(len(piece.build()) <= mtu for piece in pieces)
    for piece, following in pairwise(pieces):
        assert piece.more_fragments
        assert following.fragment_offset == piece.fragment_offset + len(piece.payload)
    assert (pieces[0].fragment_offset, pieces[-1].more_fragments) == (offset, more)


@pytest.mark.property
@settings(deadline=None)
@given(st.binary(min_size=1, max_size=2000), st.integers(8, 1480).map(lambda size: size // 8 * 8))
def test_scapy_cuts_alike(payload: bytes, size: int) -> None:
    ours = fragments(Ipv4Packet(*HOSTS, UDP, payload, ttl=64, identification=9), size + 20)
    theirs = (IP(src=text(HOSTS[0]), dst=text(HOSTS[1]), proto=17, id=9) / Raw(payload)).fragment(size)  # type: ignore[no-untyped-call]
    assert [piece.build() for piece in ours] == [bytes(piece) for piece in theirs]


@pytest.mark.property
@settings(deadline=None)
@given(
    st.binary(max_size=80)
    | st.builds(
        bytes.__add__, st.integers(0x45, 0x4F).map(lambda first: bytes([first, 0, 0])), st.binary(max_size=80)
    ),
    st.booleans(),
)
def test_any_bytes_are_a_packet_or_malformed(data: bytes, repaired: bool) -> None:
    if repaired and len(data) >= 20:
        data = with_checksum(data)
    with suppress(MalformedPacket):
        list(read_options(Ipv4Packet.parse_quoted(data).options))
    try:
        packet = Ipv4Packet.parse(data)
    except MalformedPacket:
        return
    assert Ipv4Packet.parse(packet.build()) == packet
    # What came in can go out through the smallest MTU, whatever its options are.
    assert all(len(piece.build()) <= 68 for piece in fragments(packet, 68))
