"""CDP packets: Scapy reads what we build, and we read what Scapy builds; what is broken is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.contrib.cdp import (
    CDPAddrRecordIPv4,
    CDPAddrRecordIPv6,
    CDPMsgAddr,
    CDPMsgCapabilities,
    CDPMsgDeviceID,
    CDPMsgDuplex,
    CDPMsgMTU,
    CDPMsgNativeVLAN,
    CDPMsgPortID,
    CDPMsgSoftwareVersion,
    CDPv2_HDR,
)
from scapy.layers.l2 import LLC, SNAP, Dot3

from ios_emu.errors import MalformedPacket
from ios_emu.wire.cdp import IGMP, ROUTER, SWITCH, BadChecksum, BadHeader, CdpPacket, cdp_checksum
from ios_emu.wire.ethernet import MacAddress
from ios_emu.wire.snap import CDP, DTP, build_snap, parse_snap

MAC = MacAddress.parse("0200.0000.0001")
FULL = CdpPacket(
    "R1.example.com",
    "FastEthernet0/0",
    ROUTER | SWITCH | IGMP,
    "Cisco IOS Software\nCompiled today",
    "Cisco 2811",
    (0x0A000001, 0x0A000002),
    "accounting",
    99,
    True,
    (0x0A000001,),
)


def from_scapy(*values: object) -> bytes:
    return bytes(CDPv2_HDR(msg=list(values)))


def corrupt(packet: bytes, change: bytes, at: int) -> bytes:
    """The packet with other bytes at a place, and a checksum that fits."""
    data = packet[:2] + bytes(2) + packet[4:]
    data = data[:at] + change + data[at + len(change) :]
    return data[:2] + cdp_checksum(data).to_bytes(2) + data[4:]


def test_scapy_reads_what_we_build() -> None:
    frame = Dot3(build_snap(MAC, CDP, FULL.build()))
    assert (frame.dst, frame.src) == ("01:00:0c:cc:cc:cc", "02:00:00:00:00:01")
    assert (frame[LLC].dsap, frame[SNAP].OUI, frame[SNAP].code) == (0xAA, 0x00000C, 0x2000)
    packet = frame[CDPv2_HDR]
    assert (packet.vers, packet.ttl) == (2, 180)
    values = {type(one).__name__: one for one in packet.msg}
    assert values["CDPMsgDeviceID"].val == b"R1.example.com"
    assert values["CDPMsgPortID"].iface == b"FastEthernet0/0"
    assert str(values["CDPMsgCapabilities"].cap) == "Router+Switch+IGMPCapable"
    assert values["CDPMsgPlatform"].val == b"Cisco 2811"
    assert [one.addr for one in values["CDPMsgAddr"].addr] == ["10.0.0.1", "10.0.0.2"]
    assert values["CDPMsgVTPMgmtDomain"].val == b"accounting"
    assert values["CDPMsgNativeVLAN"].vlan == 99
    assert values["CDPMsgDuplex"].duplex == 1
    assert [one.addr for one in values["CDPMsgMgmtAddr"].addr] == ["10.0.0.1"]


@pytest.mark.parametrize("last", [0x00, 0x01, 0x7F, 0x81, 0xFE, 0xFF])
@pytest.mark.parametrize("name", ["R1", "R12"], ids=["even", "odd"])
def test_the_checksum_is_scapys(name: str, last: int) -> None:
    """Cisco adds the last byte of an odd number of bytes in a way of its own.

    Of 0x80 Scapy and Wireshark think differently: Wireshark judges it in tests/judges.
    """
    ours = CdpPacket(name, "Fa0/0", vtp_domain="\x00" + chr(last)).build()
    scapys = CDPv2_HDR(ours)
    scapys.cksum = None
    assert ours == bytes(scapys)


def test_we_read_what_scapy_builds() -> None:
    ipv4 = CDPAddrRecordIPv4(addr="10.0.0.9")
    packet = CdpPacket.parse(
        from_scapy(
            CDPMsgDeviceID(val="SW1"),
            CDPMsgSoftwareVersion(val="some\nlines"),
            CDPMsgAddr(naddr=2, addr=[CDPAddrRecordIPv6(addr="2001:db8::1"), ipv4]),
            CDPMsgPortID(iface="GigabitEthernet0/1"),
            CDPMsgCapabilities(cap=0x28),
            CDPMsgNativeVLAN(vlan=7),
            CDPMsgDuplex(duplex=0),
            CDPMsgMTU(mtu=1500),
        )
    )
    assert packet == CdpPacket(
        "SW1",
        "GigabitEthernet0/1",
        SWITCH | IGMP,
        "some\nlines",
        addresses=(0x0A000009,),
        native_vlan=7,
        full_duplex=False,
    )


def test_version_1_says_less() -> None:
    packet = CdpPacket.parse(FULL._replace(version=1).build())
    assert packet.version == 1
    assert (packet.vtp_domain, packet.native_vlan, packet.full_duplex, packet.management) == (None,) * 4
    assert packet.addresses == FULL.addresses


@pytest.mark.parametrize("data", [b"", b"\x02\xb4\x00", b"\x03\xb4\x00\x00", b"\x00\xb4\x00\x00"])
def test_a_header_that_cannot_be_read(data: bytes) -> None:
    with pytest.raises(BadHeader):
        CdpPacket.parse(data)


def test_a_checksum_that_does_not_fit() -> None:
    data = bytearray(FULL.build())
    data[-1] ^= 1
    with pytest.raises(BadChecksum):
        CdpPacket.parse(bytes(data))


@pytest.mark.parametrize(
    "data",
    [
        corrupt(FULL.build(), b"\x00\x03", 6),
        corrupt(FULL.build(), b"\xff\xff", 6),
        corrupt(FULL.build() + b"\x00", b"", 0),
        from_scapy(CDPMsgPortID(iface="Fa0/0")),
        from_scapy(CDPMsgDeviceID(val="R1")),
        from_scapy(CDPMsgDeviceID(val=""), CDPMsgPortID(iface="Fa0/0")),
        from_scapy(CDPMsgDeviceID(val="R1"), CDPMsgPortID(iface="Fa0/0"), CDPMsgAddr(naddr=2, addr=[])),
        from_scapy(CDPMsgDeviceID(val="R1"), CDPMsgPortID(iface="Fa0/0"), CDPMsgAddr(naddr=10**9, addr=[])),
        from_scapy(CDPMsgDeviceID(val="R1"), CDPMsgPortID(iface="Fa0/0"), CDPMsgDeviceID(type=0x0A, val="x")),
    ],
    ids=["short", "long", "rest", "no device", "no port", "empty", "no address", "many", "vlan"],
)
def test_a_value_that_is_broken(data: bytes) -> None:
    with pytest.raises(MalformedPacket):
        CdpPacket.parse(data)


@pytest.mark.property
@given(st.binary(max_size=120), st.integers(0, 300))
def test_any_bytes_are_a_packet_or_malformed(data: bytes, at: int) -> None:
    for packet in (data, corrupt(b"\x02\xb4\x00\x00" + data, b"", 0), corrupt(FULL.build(), data[:4], at)):
        try:
            CdpPacket.parse(packet)
        except MalformedPacket:
            continue


@pytest.mark.property
@given(
    st.builds(
        CdpPacket,
        st.text(st.characters(max_codepoint=255), min_size=1, max_size=20),
        st.text(st.characters(max_codepoint=255), min_size=1, max_size=20),
        st.integers(0, 2**32 - 1),
        st.text(st.characters(max_codepoint=255), max_size=60),
        st.text(st.characters(max_codepoint=255), max_size=20),
        st.lists(st.integers(0, 2**32 - 1), max_size=5).map(tuple),
        st.none() | st.text(st.characters(max_codepoint=255), max_size=20),
        st.none() | st.integers(0, 4095),
        st.none() | st.booleans(),
        st.none() | st.lists(st.integers(0, 2**32 - 1), max_size=5).map(tuple),
        st.integers(0, 255),
        st.just(2),
    )
)
def test_a_packet_is_read_as_it_was_built(packet: CdpPacket) -> None:
    assert CdpPacket.parse(packet.build()) == packet


def test_frames_of_others_are_not_ciscos() -> None:
    frame = build_snap(MAC, DTP, b"x")
    assert parse_snap(frame) == (MAC, DTP, b"x")
    assert parse_snap(frame[:14] + b"\x42\x42\x03" + frame[17:]) is None
    assert parse_snap(frame[:12] + b"\x08\x00" + frame[14:]) is None
    with pytest.raises(MalformedPacket):
        parse_snap(frame[:12] + b"\x00\x07" + frame[14:])
