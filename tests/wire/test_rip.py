"""RIP messages: the pictures of RFC 1058, 2453 and 2082, and Scapy's opinion."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.rip import RIP, RIPAuth, RIPEntry

from ios_emu.errors import MalformedPacket
from ios_emu.wire.rip import (
    FAMILY_IP,
    FAMILY_NONE,
    REQUEST,
    RESPONSE,
    VERSION_1,
    VERSION_2,
    WHOLE_TABLE,
    Digest,
    Password,
    RipEntry,
    RipMessage,
    messages,
)

ENTRY = RipEntry(0xC0A80300, 0xFFFFFF00, 2, next_hop=0x0A000002, tag=7)
words = st.integers(0, 0xFFFFFFFF)
entries = st.builds(
    RipEntry, words, words, words, words, st.integers(0, 0xFFFF), st.sampled_from([FAMILY_IP, FAMILY_NONE])
)
AUTHENTICATED = bytes.fromhex("02 02 0000 ffff 00")
plain = st.tuples(words, words).map(lambda pair: RipEntry(pair[0], 0, pair[1]))


def read(text: str) -> RipMessage:
    return RipMessage.parse(bytes.fromhex(text))


def test_a_response_of_version_2_is_built_and_read() -> None:
    message = RipMessage(RESPONSE, VERSION_2, (ENTRY,))
    data = bytes.fromhex("02 02 0000 0002 0007 c0a80300 ffffff00 0a000002 00000002")
    assert message.build() == data
    assert RipMessage.parse(data) == message


def test_a_request_for_all_is_built_and_read() -> None:
    message = RipMessage(REQUEST, VERSION_1, (WHOLE_TABLE,))
    data = bytes.fromhex("01 01 0000 0000 0000 00000000 00000000 00000000 00000010")
    assert message.build() == data
    assert RipMessage.parse(data).asks_for_all
    assert not RipMessage(REQUEST, VERSION_2, (ENTRY,)).asks_for_all
    assert not RipMessage(RESPONSE, VERSION_2, (WHOLE_TABLE,)).asks_for_all


def test_a_password_stands_in_front() -> None:
    message = RipMessage(RESPONSE, VERSION_2, (ENTRY,), Password(b"secret"))
    data = message.build()
    assert data[4:24] == bytes.fromhex("ffff 0002") + b"secret".ljust(16, b"\0")
    assert RipMessage.parse(data) == message


def test_a_digest_covers_the_message_and_its_key() -> None:
    data = RipMessage(RESPONSE, VERSION_2, (ENTRY,), Digest(3, 99)).build(b"secret")
    assert data[4:24] == bytes.fromhex("ffff 0003 002c 03 10 00000063 00000000 00000000")
    assert data[44:48] == bytes.fromhex("ffff 0001")
    message = RipMessage.parse(data)
    assert message.entries == (ENTRY,)
    digest = message.authentication
    assert isinstance(digest, Digest)
    assert (digest.key_id, digest.sequence) == (3, 99)
    assert digest.fits(b"secret")
    assert not digest.fits(b"Secret")
    changed = RipMessage.parse(data[:43] + b"\x01" + data[44:]).authentication
    assert isinstance(changed, Digest)
    assert not changed.fits(b"secret")


def test_a_digest_counted_with_its_head_is_read_too() -> None:
    data = bytearray(RipMessage(RESPONSE, VERSION_2, (ENTRY,), Digest(3, 99)).build(b"secret"))
    data[11] = 20
    assert RipMessage.parse(bytes(data)).entries == (ENTRY,)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "a RIP message of 0 bytes"),
        ("02 02 00", "a RIP message of 3 bytes"),
        ("00 02 0000" + "00" * 20, "a RIP message with command 0"),
        ("05 01 0000" + "00" * 20, "a RIP message with command 5"),
        ("02 00 0000" + "00" * 20, "a RIP message of version 0"),
        ("02 03 0000" + "00" * 20, "a RIP message of version 3"),
        ("02 01 0001" + "00" * 20, "a RIP message of version 1 with something where nothing may be"),
        ("02 02 0000", "a RIP message with 0 bytes of entries"),
        ("02 02 0000" + "00" * 19, "a RIP message with 19 bytes of entries"),
        ("02 02 0000" + "00" * 520, "a RIP message with 520 bytes of entries"),
        (
            "02 01 0000 0002 0000 0a000000 ff000000 00000000 00000001",
            "a RIP entry of version 1 with something where nothing may be",
        ),
        ("02 02 0000 ffff 0002 00", "a RIP message of 9 bytes"),
        ("02 02 0000 ffff 0009" + "00" * 36, "a RIP message with authentication of type 9"),
        (
            "02 02 0000" + "00" * 20 + "ffff 0002" + "00" * 16,
            "a RIP message with an authentication that is not its first entry",
        ),
        (
            "02 02 0000 ffff 0003 0018 01 08" + "00" * 12 + "ffff0001" + "00" * 16,
            "a RIP message with a digest of 8 bytes",
        ),
        (
            "02 02 0000 ffff 0003 002c 01 10" + "00" * 12 + "ffff0001" + "00" * 16,
            "a RIP message whose digest is not where it says",
        ),
        (
            "02 02 0000 ffff 0003 0018 01 10" + "00" * 12 + "ffff0002" + "00" * 16,
            "a RIP message whose digest is not where it says",
        ),
    ],
)
def test_what_is_no_message_is_refused(data: str, reason: str) -> None:
    with pytest.raises(MalformedPacket, match=f"^{re.escape(reason)}$"):
        read(data)


def test_an_unknown_family_of_version_1_may_hold_anything() -> None:
    message = read("02 01 0000 0009 0001 00000001 00000001 00000001 00000001")
    assert message.entries[0].family == 9


def test_many_entries_need_many_messages() -> None:
    built = messages(RESPONSE, VERSION_2, [ENTRY] * 51)
    assert [len(RipMessage.parse(data).entries) for data in built] == [25, 25, 1]
    built = messages(RESPONSE, VERSION_2, [ENTRY] * 49, Digest(1, 1), b"key")
    assert [len(RipMessage.parse(data).entries) for data in built] == [24, 24, 1]
    with pytest.raises(ValueError, match="a RIP message of 26 entries"):
        RipMessage(RESPONSE, VERSION_2, (ENTRY,) * 26).build()


@pytest.mark.property
@settings(deadline=None)
@given(st.sampled_from([REQUEST, RESPONSE]), st.lists(entries, min_size=1, max_size=24), st.data())
def test_what_is_built_is_read(command: int, listed: list[RipEntry], data: st.DataObject) -> None:
    password = data.draw(st.none() | st.builds(Password, st.binary(max_size=16)))
    if password is not None:
        password = Password(password.text.rstrip(b"\0"))
    message = RipMessage(command, VERSION_2, tuple(listed), password)
    assert RipMessage.parse(message.build()) == message
    first = RipMessage(command, VERSION_1, (data.draw(plain),))
    assert RipMessage.parse(first.build()) == first


@pytest.mark.property
@settings(deadline=None)
@given(st.binary(max_size=600) | st.binary(max_size=80).map(AUTHENTICATED.__add__))
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    try:
        message = RipMessage.parse(data)
    except MalformedPacket:
        return
    if not isinstance(message.authentication, Digest):
        rebuilt = message.build()
        assert rebuilt[4:] == data[4:] or message.authentication is not None


@pytest.mark.property
@settings(deadline=None)
@given(st.lists(entries, min_size=1, max_size=25), st.booleans())
def test_scapy_reads_what_we_build(listed: list[RipEntry], locked: bool) -> None:
    listed = listed[:24]
    lock = Password(b"secret") if locked else None
    message = RipMessage(RESPONSE, VERSION_2, tuple(listed), lock)
    layer = RIP(message.build())
    assert (layer.cmd, layer.version) == (RESPONSE, VERSION_2)
    seen, part = [], layer.payload
    if locked:
        assert isinstance(part, RIPAuth)
        assert part.password.rstrip(b"\0") == b"secret"
        part = part.payload
    while isinstance(part, RIPEntry):
        seen.append((part.AF, part.RouteTag, part.addr, part.mask, part.nextHop, part.metric))
        part = part.payload
    assert seen == [
        (one.family, one.tag, dotted(one.network), dotted(one.mask), dotted(one.next_hop), one.metric)
        for one in listed
    ]


@pytest.mark.property
@settings(deadline=None)
@given(words, words, st.integers(0, 0xFFFF), st.integers(1, 16))
def test_we_read_what_scapy_builds(network: int, next_hop: int, tag: int, metric: int) -> None:
    entry = RIPEntry(
        AF=2, RouteTag=tag, addr=dotted(network), mask="255.255.0.0", nextHop=dotted(next_hop), metric=metric
    )
    message = RipMessage.parse(bytes(RIP(cmd=2, version=2) / entry))
    assert message == RipMessage(RESPONSE, VERSION_2, (RipEntry(network, 0xFFFF0000, metric, next_hop, tag),))


def dotted(address: int) -> str:
    return ".".join(map(str, address.to_bytes(4)))
