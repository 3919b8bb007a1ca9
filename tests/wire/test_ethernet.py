"""MAC addresses: every notation is read, one is written, and a device's are always the same. Frames."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.l2 import Dot1Q, Dot3, Ether
from scapy.packet import Raw

from ios_emu.errors import MalformedPacket
from ios_emu.wire.ethernet import (
    BROADCAST,
    ETHERTYPE_ARP,
    ETHERTYPE_DOT1Q,
    ETHERTYPE_IPV4,
    Dot1qTag,
    EthernetFrame,
    MacAddress,
    mac_for,
)

addresses = st.binary(min_size=6, max_size=6).map(MacAddress)


@pytest.mark.parametrize(
    "text",
    ["0060.5C2B.3DCC", "0060.5c2b.3dcc", "00:60:5c:2b:3d:cc", "00-60-5C-2B-3D-CC", "00605c2b3dcc"],
)
def test_every_notation_is_read(text: str) -> None:
    assert MacAddress.parse(text).packed == bytes.fromhex("00605c2b3dcc")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0060.5c2b",
        "0060.5c2b.3dc",
        "0060.5c2b.3dccc",
        "0060.5c2b.3dcc\n",
        " 0060.5c2b.3dcc",
        "0060.5c2b:3dcc",
        "00:60-5c:2b:3d:cc",
        "0:60:5c:2b:3d:cc",
        "00605c2b3dcg",
        "\u0660060.5c2b.3dcc",
    ],
)
def test_anything_else_is_refused_with_a_word_on_how_to_write_it(text: str) -> None:
    message = f"{text!r} is not a MAC address: write it as 0060.5c2b.3dcc or 00:60:5c:2b:3d:cc"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        MacAddress.parse(text)


@pytest.mark.parametrize("length", [0, 5, 7])
def test_an_address_has_six_bytes(length: int) -> None:
    with pytest.raises(ValueError, match=f"^a MAC address has 6 bytes, not {length}$"):
        MacAddress(bytes(length))


def test_it_is_printed_as_ios_does_and_as_packet_tracer_does() -> None:
    address = MacAddress.parse("00:60:5c:2b:3d:cc")
    assert str(address) == "0060.5c2b.3dcc"
    assert address.dotted_upper() == "0060.5C2B.3DCC"


@settings(deadline=None)
@given(addresses)
def test_what_is_printed_is_read_back(address: MacAddress) -> None:
    texts = (
        str(address),
        address.dotted_upper(),
        *(address.packed.hex(sign) for sign in ":-"),
        address.packed.hex(),
    )
    assert {MacAddress.parse(text) for text in texts} == {address}


@settings(deadline=None)
@given(addresses, addresses)
def test_addresses_are_ordered_as_their_bytes_are(one: MacAddress, other: MacAddress) -> None:
    assert (one < other) == (one.packed < other.packed)
    assert (one == other) == (one.packed == other.packed)
    assert hash(MacAddress(bytes(one.packed))) == hash(one)


def test_an_address_can_not_be_changed() -> None:
    with pytest.raises(AttributeError):
        BROADCAST.packed = bytes(6)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "multicast", "broadcast"),
    [
        ("ffff.ffff.ffff", True, True),
        ("0180.c200.0000", True, False),
        ("0100.5e00.0001", True, False),
        ("0060.5c2b.3dcc", False, False),
        ("0200.0000.0001", False, False),
        ("0000.0000.0000", False, False),
    ],
)
def test_groups_and_all_stations(text: str, multicast: bool, broadcast: bool) -> None:
    address = MacAddress.parse(text)
    assert (address.is_multicast, address.is_broadcast) == (multicast, broadcast)


def test_a_devices_address_comes_from_its_name_and_never_changes() -> None:
    assert [str(mac_for("R1", index)) for index in (0, 1, 15)] == [
        "001b.0ca7.9130",
        "001b.0ca7.9131",
        "001b.0ca7.913f",
    ]


@settings(deadline=None)
@given(st.text(st.characters(codec="latin-1"), max_size=20))
def test_a_devices_addresses_are_unicast_of_one_vendor_and_all_different(device: str) -> None:
    addresses = [mac_for(device, index) for index in range(16)]
    assert len(set(addresses)) == 16
    assert addresses == sorted(addresses)
    assert len({address.packed[:5] for address in addresses}) == 1
    assert not any(address.is_multicast for address in addresses)
    assert {address.packed[:3] for address in addresses} == {bytes.fromhex("001b0c")}


def test_the_devices_of_a_lab_have_different_addresses() -> None:
    names = [
        "R1",
        "R2",
        "R3",
        "SW1",
        "SW2",
        "PC1",
        "PC2",
        "user1-pc",
        "user2-pc",
        "Mail-Server",
        "DNS-Server",
        "ISP",
    ]
    assert len({mac_for(name, index) for name in names for index in range(16)}) == 16 * len(names)


@pytest.mark.parametrize("index", [-1, 16])
def test_a_device_has_sixteen_addresses(index: int) -> None:
    with pytest.raises(ValueError, match=f"^interface {index} of R1: a device has addresses 0 to 15$"):
        mac_for("R1", index)


def test_an_address_is_its_six_bytes() -> None:
    address = MacAddress.parse("0060.5c2b.3dcc")
    assert address == b"\x00\x60\x5c\x2b\x3d\xcc"
    assert {b"\x00\x60\x5c\x2b\x3d\xcc": "found"}[address] == "found"
    assert type(address.packed) is bytes
    assert f"{address}" == "0060.5c2b.3dcc"
    assert repr(address) == "MacAddress('0060.5c2b.3dcc')"


TO, FROM = MacAddress.parse("0060.5c2b.3dcc"), MacAddress.parse("001b.0c3d.5a60")
HEAD = "00605c2b3dcc 001b0c3d5a60"


@pytest.mark.parametrize(
    ("frame", "data"),
    [
        (EthernetFrame(TO, FROM, ETHERTYPE_IPV4, b"\x45" * 46), f"{HEAD} 0800 {'45' * 46}"),
        (
            EthernetFrame(BROADCAST, FROM, ETHERTYPE_ARP, b"\x01" * 46),
            f"{'ff' * 6} {HEAD[13:]} 0806 {'01' * 46}",
        ),
        (
            EthernetFrame(TO, FROM, ETHERTYPE_IPV4, b"\x45" * 46, Dot1qTag(10, 5, True)),
            f"{HEAD} 8100 b00a 0800 {'45' * 46}",
        ),
        (EthernetFrame(TO, FROM, 3, b"\x42\x42\x03"), f"{HEAD} 0003 424203 {'00' * 43}"),
    ],
    ids=["Ethernet II", "broadcast", "802.1Q", "802.3"],
)
def test_frames_are_built_and_read(frame: EthernetFrame, data: str) -> None:
    assert frame.build().hex() == data.replace(" ", "")
    assert EthernetFrame.parse(bytes.fromhex(data)) == frame


def test_a_short_frame_is_padded_and_its_padding_is_kept() -> None:
    built = EthernetFrame(TO, FROM, ETHERTYPE_ARP, b"\x01").build()
    assert len(built) == 60
    assert EthernetFrame.parse(built).payload == b"\x01" + bytes(45)
    assert len(EthernetFrame(TO, FROM, ETHERTYPE_ARP, b"\x01", Dot1qTag(1)).build()) == 60


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "an Ethernet frame of 0 bytes"),
        (f"{HEAD} 08", "an Ethernet frame of 13 bytes"),
        (f"{HEAD} 8100 b00a 08", "an 802.1Q tag that is cut off"),
        (f"{HEAD} 0004 424203", "an 802.3 frame that is shorter than its length of 4"),
    ],
)
def test_a_frame_that_is_cut_off_is_refused(data: str, reason: str) -> None:
    with pytest.raises(MalformedPacket, match=f"^{re.escape(reason)}$"):
        EthernetFrame.parse(bytes.fromhex(data))


tags = st.none() | st.builds(Dot1qTag, st.integers(0, 4095), st.integers(0, 7), st.booleans())
ethertypes = st.integers(0x0600, 0xFFFF).filter(lambda ethertype: ethertype != ETHERTYPE_DOT1Q)
frames = st.builds(
    EthernetFrame, addresses, addresses, ethertypes, st.binary(min_size=46, max_size=200), tags
)


@pytest.mark.property
@settings(deadline=None)
@given(frames)
def test_what_is_built_is_read_back_and_scapy_reads_the_same(frame: EthernetFrame) -> None:
    data = frame.build()
    assert EthernetFrame.parse(data) == frame
    theirs = Ether(data)
    assert (theirs.dst, theirs.src) == (frame.destination.hex(":"), frame.source.hex(":"))
    if frame.tag is None:
        assert theirs.type == frame.ethertype
    else:
        tag = theirs[Dot1Q]
        assert (tag.vlan, tag.prio, bool(tag.dei)) == frame.tag
        assert tag.type == frame.ethertype
    assert bytes(theirs).endswith(frame.payload)


@pytest.mark.property
@settings(deadline=None)
@given(addresses, addresses, st.binary(min_size=60, max_size=100), st.integers(0, 4095), st.integers(0, 7))
def test_what_scapy_builds_is_read(
    to: MacAddress, sender: MacAddress, payload: bytes, vlan: int, priority: int
) -> None:
    head = Ether(dst=to.hex(":"), src=sender.hex(":"))
    plain = bytes(head / Raw(payload))
    assert EthernetFrame.parse(plain) == (to, sender, 0x9000, payload, None)
    tagged = bytes(head / Dot1Q(vlan=vlan, prio=priority, type=0x86DD) / Raw(payload))
    assert EthernetFrame.parse(tagged) == (to, sender, 0x86DD, payload, (vlan, priority, False))
    counted = bytes(Dot3(dst=to.hex(":"), src=sender.hex(":")) / Raw(payload)) + bytes(9)
    assert EthernetFrame.parse(counted) == (to, sender, len(payload), payload, None)


@pytest.mark.property
@settings(deadline=None)
@given(
    st.binary(max_size=80)
    | st.builds(bytes.__add__, st.just(bytes(12) + b"\x81\x00"), st.binary(max_size=80))
)
def test_any_bytes_are_a_frame_or_malformed(data: bytes) -> None:
    try:
        frame = EthernetFrame.parse(data)
    except MalformedPacket:
        return
    again = frame.build()
    assert again == data[: len(again)].ljust(60, b"\0")
    assert len(again) == max(60, len(data)) or frame.ethertype < 0x600
