"""MAC addresses: every notation is read, one is written, and a device's are always the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.wire.ethernet import BROADCAST, MacAddress, mac_for

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
