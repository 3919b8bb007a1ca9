"""ICMP messages: RFC 792's pictures, and Scapy's opinion."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import ICMP
from scapy.packet import Raw

from ios_emu.errors import MalformedPacket
from ios_emu.wire.checksum import internet_checksum
from ios_emu.wire.icmp import (
    DESTINATION_UNREACHABLE,
    ECHO_REPLY,
    ECHO_REQUEST,
    FRAGMENTATION_NEEDED,
    REDIRECT,
    REDIRECT_HOST,
    TIME_EXCEEDED,
    TTL_EXCEEDED,
    IcmpMessage,
    echo,
)

payloads = st.binary(max_size=100)
halves = st.integers(0, 0xFFFF)


def test_an_echo_is_built_and_read() -> None:
    message = echo(0x1234, 5, b"abcd")
    data = bytes.fromhex("08 00 2100 1234 0005 61626364")
    assert message.build() == data
    assert IcmpMessage.parse(data) == message
    assert (message.identifier, message.sequence) == (0x1234, 5)


def test_the_reply_differs_in_its_type() -> None:
    assert echo(7, 8, b"x", reply=True) == echo(7, 8, b"x")._replace(type=ECHO_REPLY)
    assert echo(7, 8, b"x").type == ECHO_REQUEST


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "an ICMP message of 0 bytes"),
        ("08 00 f7fa 0001 00", "an ICMP message of 7 bytes"),
        ("08 00 0000 0001 0004", "an ICMP message with a wrong checksum"),
        ("08 00 2100 1234 0005 61626365", "an ICMP message with a wrong checksum"),
    ],
)
def test_what_is_no_message_is_refused(data: str, reason: str) -> None:
    with pytest.raises(MalformedPacket, match=f"^{re.escape(reason)}$"):
        IcmpMessage.parse(bytes.fromhex(data))


@pytest.mark.property
@settings(deadline=None)
@given(halves, halves, payloads, st.booleans())
def test_scapy_and_we_build_and_read_the_same_echo(
    identifier: int, sequence: int, payload: bytes, reply: bool
) -> None:
    ours = echo(identifier, sequence, payload, reply)
    theirs = ICMP(type=0 if reply else 8, id=identifier, seq=sequence) / Raw(payload)
    assert ours.build() == bytes(theirs)
    assert IcmpMessage.parse(bytes(theirs)) == ours
    read = ICMP(ours.build())
    assert (read.type, read.code, read.id, read.seq) == (ours.type, 0, identifier, sequence)
    assert bytes(read.payload) == payload


@pytest.mark.property
@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), halves, payloads)
def test_scapy_reads_our_errors(gateway: int, mtu: int, payload: bytes) -> None:
    too_big = ICMP(IcmpMessage(DESTINATION_UNREACHABLE, FRAGMENTATION_NEEDED, mtu, payload).build())
    assert (too_big.type, too_big.code, too_big.nexthopmtu) == (3, 4, mtu)
    redirect = ICMP(IcmpMessage(REDIRECT, REDIRECT_HOST, gateway, payload).build())
    assert (redirect.type, redirect.code) == (5, 1)
    assert redirect.gw == ".".join(str(byte) for byte in gateway.to_bytes(4))
    late = IcmpMessage(TIME_EXCEEDED, TTL_EXCEEDED, 0, payload)
    read = ICMP(late.build())
    assert (read.type, read.code, read.chksum) == (11, 0, int.from_bytes(late.build()[2:4]))


@pytest.mark.property
@settings(deadline=None)
@given(st.binary(max_size=80), st.booleans())
def test_any_bytes_are_a_message_or_malformed(data: bytes, repaired: bool) -> None:
    if repaired and len(data) >= 4:
        data = data[:2] + internet_checksum(data[:2] + bytes(2) + data[4:]).to_bytes(2) + data[4:]
    try:
        message = IcmpMessage.parse(data)
    except MalformedPacket:
        assert len(data) < 8 or not repaired
        return
    assert IcmpMessage.parse(message.build()) == message
