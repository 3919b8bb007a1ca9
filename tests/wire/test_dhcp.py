"""BOOTP and DHCP messages: RFC 2131's picture, long and overloaded options, bad ones, Scapy's opinion."""

from __future__ import annotations

import re
from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.dhcp import BOOTP, DHCP

from ios_emu.errors import MalformedPacket
from ios_emu.wire import dhcp
from ios_emu.wire.dhcp import DhcpMessage

MAC = bytes.fromhex("00605c2b3dcc")
PLAIN = DhcpMessage(
    dhcp.BOOTREQUEST, dhcp.ETHERNET, 6, 0, 0x3903F326, 2, dhcp.BROADCAST_FLAG, 0, 0, 0, 0, MAC, b"", b"", {}
)
DISCOVER = PLAIN._replace(
    options={
        dhcp.MESSAGE_TYPE: bytes([dhcp.DISCOVER]),
        dhcp.CLIENT_IDENTIFIER: b"\x01" + MAC,
        dhcp.PARAMETER_REQUEST_LIST: bytes([dhcp.SUBNET_MASK, dhcp.ROUTER]),
    }
)
HEAD = f"01 01 06 00 3903f326 0002 8000 {'00' * 16} 00605c2b3dcc {'00' * 10}"
COOKIE = "63825363"


def message(options: str, sname: bytes = b"", file: bytes = b"") -> bytes:
    """The bytes of PLAIN with other options and names."""
    head = bytes.fromhex(HEAD) + sname.ljust(64, b"\0") + file.ljust(128, b"\0")
    return head + bytes.fromhex(COOKIE + options)


def test_a_discover_is_built_and_read() -> None:
    data = message("35 01 01  3d 07 01 00605c2b3dcc  37 02 01 03  ff").ljust(300, b"\0")
    assert DISCOVER.build() == data
    read = DhcpMessage.parse(data)
    assert read == DISCOVER
    assert list(read.options) == [53, 61, 55]
    assert (read.message_type, read.broadcast) == (dhcp.DISCOVER, True)


def test_all_fields_have_their_places() -> None:
    reply = DhcpMessage(2, 6, 4, 3, 1, 0, 0, 11, 12, 13, 14, b"ABCD", b"R1", b"boot.bin", {1: b"\xff" * 4})
    data = bytes.fromhex(
        f"02 06 04 03 00000001 0000 0000 0000000b 0000000c 0000000d 0000000e 41424344 {'00' * 12}"
    )
    data += b"R1".ljust(64, b"\0") + b"boot.bin".ljust(128, b"\0")
    assert reply.build() == (data + bytes.fromhex(f"{COOKIE} 0104ffffffff ff")).ljust(300, b"\0")
    assert DhcpMessage.parse(reply.build()) == reply
    assert (reply.message_type, reply.broadcast) == (None, False)


def test_names_end_before_their_first_zero() -> None:
    read = DhcpMessage.parse(message("ff", b"R1\0rubbish", b"f" * 128))
    assert (read.sname, read.file) == (b"R1", b"f" * 128)


@pytest.mark.parametrize("length", [0, 60, 64])
def test_without_the_cookie_it_is_a_bootp_message(length: int) -> None:
    data = message("")[:236] + b"\x35\x01\x01".ljust(60, b"x")[:length]
    assert DhcpMessage.parse(data) == PLAIN


@pytest.mark.parametrize("options", ["", "00 00 00", "350101", "00 350101 00 00", "350101 ff 350102 99"])
def test_padding_is_skipped_and_a_missing_end_is_forgiven(options: str) -> None:
    read = DhcpMessage.parse(message(options))
    assert read.options == ({53: b"\x01"} if "35" in options else {})


def test_an_option_that_was_sent_in_parts_is_put_together() -> None:
    """RFC 3396, 7: the parts in their order, at the place of the first."""
    read = DhcpMessage.parse(message("79 03 0a0b0c  0c 02 4142  79 02 0d0e  0c 00  ff"))
    assert list(read.options.items()) == [(121, b"\x0a\x0b\x0c\x0d\x0e"), (12, b"AB")]


@pytest.mark.parametrize(("length", "parts"), [(0, [0]), (255, [255]), (256, [255, 1]), (510, [255, 255])])
def test_a_long_option_is_sent_in_parts(length: int, parts: list[int]) -> None:
    long = PLAIN._replace(options={43: (bytes(range(255)) * 2)[:length]})
    data, position, seen = long.build(), 240, []
    while data[position] == 43:
        seen.append(data[position + 1])
        position += 2 + data[position + 1]
    assert (seen, data[position]) == (parts, dhcp.END)
    assert DhcpMessage.parse(data) == long


@pytest.mark.parametrize(
    ("options", "expected", "sname", "file"),
    [
        ("34 01 01 3201aa ff", {50: b"\xaa", 53: b"\x01"}, b"0\x01\xcc", b""),
        ("3201aa 34 01 02 ff", {50: b"\xaa", 48: b"\xcc"}, b"", b"5\x01\x01\xff"),
        ("34 01 03 3201aa ff", {50: b"\xaa", 53: b"\x01", 48: b"\xcc"}, b"", b""),
    ],
    ids=["file", "sname", "both"],
)
def test_options_may_be_in_the_names(
    options: str, expected: dict[int, bytes], sname: bytes, file: bytes
) -> None:
    """RFC 2131, 4.1: option 52, and `file` is read before `sname`."""
    read = DhcpMessage.parse(message(options, b"0\x01\xcc", b"5\x01\x01\xff"))
    assert list(read.options.items()) == list(expected.items())
    assert (read.sname, read.file) == (sname, file)


def test_parts_of_an_option_may_be_in_the_names() -> None:
    read = DhcpMessage.parse(message("340103 0c0141 ff", b"\x0c\x01C\xff", b"\x0c\x01B\x34\x01\x03\xff"))
    assert read.options == {12: b"ABC"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "a DHCP message of 0 bytes"),
        (message("")[:235], "a DHCP message of 235 bytes"),
        (b"\0" + message("ff")[1:], "a DHCP message with operation 0"),
        (b"\3" + message("ff")[1:], "a DHCP message with operation 3"),
        (b"\1\1\x11" + message("ff")[3:], "a DHCP message with a hardware address of 17 bytes"),
        (message("35"), "a DHCP option 53 that is cut off"),
        (message("350101 32"), "a DHCP option 50 that is cut off"),
        (message("3204c0a800"), "a DHCP option 50 that is cut off"),
        (message("350101 32ff c0"), "a DHCP option 50 that is cut off"),
        (message("350101 3400 ff"), "a DHCP option 52 that is not 1, 2 or 3"),
        (message("350101 340100 ff"), "a DHCP option 52 that is not 1, 2 or 3"),
        (message("350101 340104 ff"), "a DHCP option 52 that is not 1, 2 or 3"),
        (message("340101 340102 ff"), "a DHCP option 52 that is not 1, 2 or 3"),
        (message("340101 ff", file=b"\x0c" * 128), "a DHCP option 12 that is cut off"),
        (message("340102 ff", sname=bytes(63) + b"\x0c"), "a DHCP option 12 that is cut off"),
        (message("3500 ff"), "a DHCP message whose type is not one byte"),
        (message("35020101 ff"), "a DHCP message whose type is not one byte"),
        (message("350101 350101 ff"), "a DHCP message whose type is not one byte"),
    ],
)
def test_what_breaks_the_format_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(MalformedPacket, match=f"^{re.escape(reason)}$"):
        DhcpMessage.parse(data)


@pytest.mark.parametrize("code", [dhcp.PAD, dhcp.OVERLOAD, dhcp.END])
def test_options_of_the_format_itself_are_not_built(code: int) -> None:
    with pytest.raises(ValueError, match=r"^a DHCP message can't have options 0, 52 and 255 of its own$"):
        PLAIN._replace(options={code: b"\x01"}).build()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"hlen": 16}, "a chaddr of 6 bytes where hlen is 16, a sname of 0 and a file of 0"),
        (
            {"hlen": 17, "chaddr": bytes(17)},
            "a chaddr of 17 bytes where hlen is 17, a sname of 0 and a file of 0",
        ),
        ({"sname": bytes(65)}, "a chaddr of 6 bytes where hlen is 6, a sname of 65 and a file of 0"),
        ({"file": bytes(129)}, "a chaddr of 6 bytes where hlen is 6, a sname of 0 and a file of 129"),
    ],
)
def test_fields_that_do_not_fit_are_not_built(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=f"^a DHCP message with {reason}$"):
        PLAIN._replace(**changes).build()  # type: ignore[arg-type]


def test_an_option_of_four_bytes_is_a_number() -> None:
    read = PLAIN._replace(options={50: b"\xc0\xa8\x00\x33", 51: b"\x00\x01", 54: b""})
    assert [read.word(code) for code in (50, 51, 54, 58)] == [0xC0A80033, None, None, None]


bytes_ = st.integers(0, 255)
halves = st.integers(0, 0xFFFF)
words = st.integers(0, 2**32 - 1)
names = st.binary(max_size=64).map(lambda name: name.partition(b"\0")[0])
options = st.dictionaries(
    bytes_.filter(lambda code: code not in (0, 52, 53, 255)), st.binary(max_size=20) | st.binary(max_size=600)
).flatmap(lambda some: st.just(some) | st.binary(min_size=1, max_size=1).map(lambda kind: {53: kind, **some}))
messages = st.builds(
    DhcpMessage,
    st.sampled_from([dhcp.BOOTREQUEST, dhcp.BOOTREPLY]),
    bytes_,
    st.just(0),
    bytes_,
    words,
    halves,
    halves,
    words,
    words,
    words,
    words,
    st.binary(max_size=16),
    names,
    names,
    options,
).map(lambda message: message._replace(hlen=len(message.chaddr)))


@pytest.mark.property
@settings(deadline=None)
@given(messages)
def test_what_is_built_is_read_back_in_its_order(message: DhcpMessage) -> None:
    data = message.build()
    read = DhcpMessage.parse(data)
    assert read == message
    assert list(read.options) == list(message.options)
    assert len(data) >= 300
    theirs = BOOTP(data)
    assert (theirs.op, theirs.htype, theirs.hlen, theirs.hops) == message[:1] + message[1:4]
    assert (theirs.xid, theirs.secs, int(theirs.flags)) == message[4:7]
    addresses = theirs.ciaddr, theirs.yiaddr, theirs.siaddr, theirs.giaddr
    assert addresses == tuple(str(IPv4Address(address)) for address in message[7:11])
    assert theirs.chaddr == message.chaddr.ljust(16, b"\0")
    assert theirs.sname == message.sname.ljust(64, b"\0")
    assert theirs.file == message.file.ljust(128, b"\0")


addresses = words.map(lambda word: str(IPv4Address(word)))
lists = st.lists(addresses, min_size=1, max_size=8)


@pytest.mark.property
@settings(deadline=None)
@given(
    st.integers(1, 8),
    addresses,
    addresses,
    words,
    lists,
    lists,
    st.lists(bytes_, min_size=1),
    st.binary(max_size=30),
)
def test_scapy_and_we_build_and_read_the_same_options(
    kind: int,
    mask: str,
    server: str,
    lease: int,
    routers: list[str],
    resolvers: list[str],
    asked: list[int],
    client: bytes,
) -> None:
    theirs = BOOTP(chaddr=MAC, xid=7, flags=0x8000) / DHCP(
        options=[
            ("message-type", kind),
            ("server_id", server),
            ("lease_time", lease),
            ("subnet_mask", mask),
            ("router", *routers),
            ("name_server", *resolvers),
            ("domain", b"univ-djelfa.com"),
            ("param_req_list", asked),
            ("client_id", client),
            "pad",
            "end",
        ]
    )
    data = bytes(theirs)
    ours = PLAIN._replace(
        xid=7,
        secs=0,
        options={
            dhcp.MESSAGE_TYPE: bytes([kind]),
            dhcp.SERVER_IDENTIFIER: IPv4Address(server).packed,
            dhcp.LEASE_TIME: lease.to_bytes(4),
            dhcp.SUBNET_MASK: IPv4Address(mask).packed,
            dhcp.ROUTER: b"".join(IPv4Address(router).packed for router in routers),
            dhcp.DOMAIN_NAME_SERVER: b"".join(IPv4Address(resolver).packed for resolver in resolvers),
            dhcp.DOMAIN_NAME: b"univ-djelfa.com",
            dhcp.PARAMETER_REQUEST_LIST: bytes(asked),
            dhcp.CLIENT_IDENTIFIER: client,
        },
    )
    assert DhcpMessage.parse(data) == ours
    read = [option for option in BOOTP(ours.build())[DHCP].options if option != "pad"]
    assert read == [option for option in BOOTP(data)[DHCP].options if option != "pad"]
    assert read[0] == ("message-type", kind)
    assert read[-1] == "end"


@pytest.mark.property
@settings(deadline=None)
@given(st.binary(max_size=400), st.integers(0, 5), st.booleans(), st.integers(0, 500), st.binary(max_size=3))
def test_any_bytes_are_a_message_or_malformed(
    rubbish: bytes, overload: int, headed: bool, place: int, change: bytes
) -> None:
    """Rubbish by itself, as options and names, and a good message with a change."""
    names = rubbish[:192]
    good = message(f"350101 3401{overload:02x}", names[:64], names[64:]) + rubbish
    for data in (rubbish, good if headed else DISCOVER.build()):
        for spoilt in (data, data[:place] + change + data[place + len(change) :], data[:place]):
            try:
                read = DhcpMessage.parse(spoilt)
            except MalformedPacket:
                continue
            assert DhcpMessage.parse(read.build()) == read
