"""ARP packets: RFC 826's fields in their order, and Scapy's opinion."""

from __future__ import annotations

import re
from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.l2 import ARP

from ios_emu.errors import MalformedPacket
from ios_emu.wire.arp import REPLY, REQUEST, ArpPacket
from ios_emu.wire.ethernet import MacAddress

macs = st.binary(min_size=6, max_size=6).map(MacAddress)
addresses = st.integers(0, 2**32 - 1)
packets = st.builds(ArpPacket, st.integers(0, 0xFFFF), macs, addresses, macs, addresses)

WHO_HAS = ArpPacket(REQUEST, MacAddress.parse("001b.0c3d.5a60"), 0xC0A80001, MacAddress(bytes(6)), 0xC0A80033)
WHO_HAS_BYTES = "0001 0800 06 04 0001 001b0c3d5a60 c0a80001 000000000000 c0a80033"


def test_a_request_is_built_and_read() -> None:
    assert WHO_HAS.build() == bytes.fromhex(WHO_HAS_BYTES)
    assert ArpPacket.parse(bytes.fromhex(WHO_HAS_BYTES)) == WHO_HAS


def test_a_reply_and_the_padding_of_its_frame() -> None:
    reply = WHO_HAS._replace(operation=REPLY)
    assert reply.build()[6:8] == b"\x00\x02"
    assert ArpPacket.parse(reply.build() + bytes(18)) == reply


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "an ARP packet of 0 bytes"),
        (WHO_HAS_BYTES[:-2], "an ARP packet of 27 bytes"),
        (WHO_HAS_BYTES.replace("0001", "0006", 1), "an ARP packet that is not about IPv4 over Ethernet"),
        (WHO_HAS_BYTES.replace("0800", "86dd"), "an ARP packet that is not about IPv4 over Ethernet"),
        (WHO_HAS_BYTES.replace("06 04", "08 04"), "an ARP packet that is not about IPv4 over Ethernet"),
        (WHO_HAS_BYTES.replace("06 04", "06 10"), "an ARP packet that is not about IPv4 over Ethernet"),
    ],
)
def test_what_is_no_arp_packet_is_refused(data: str, reason: str) -> None:
    with pytest.raises(MalformedPacket, match=f"^{re.escape(reason)}$"):
        ArpPacket.parse(bytes.fromhex(data))


@pytest.mark.property
@settings(deadline=None)
@given(packets)
def test_scapy_and_we_build_and_read_the_same(packet: ArpPacket) -> None:
    theirs = ARP(
        op=packet.operation,
        hwsrc=packet.sender_mac.hex(":"),
        psrc=str(IPv4Address(packet.sender_ip)),
        hwdst=packet.target_mac.hex(":"),
        pdst=str(IPv4Address(packet.target_ip)),
    )
    assert packet.build() == bytes(theirs)
    assert ArpPacket.parse(bytes(theirs)) == packet
    read = ARP(packet.build())
    assert (read.op, read.hwsrc, read.psrc, read.hwdst, read.pdst) == (
        theirs.op,
        theirs.hwsrc,
        theirs.psrc,
        theirs.hwdst,
        theirs.pdst,
    )


@pytest.mark.property
@settings(deadline=None)
@given(st.binary(max_size=60) | st.binary(max_size=60).map(bytes.fromhex("0001080006040001").__add__))
def test_any_bytes_are_a_packet_or_malformed(data: bytes) -> None:
    try:
        packet = ArpPacket.parse(data)
    except MalformedPacket:
        return
    assert packet.build() == data[:28]
