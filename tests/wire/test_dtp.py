"""DTP packets: Scapy reads what we build, and we read what Scapy builds; what is broken is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.contrib.dtp import DTP as ScapyDtp
from scapy.contrib.dtp import DTPDomain, DTPNeighbor, DTPStatus, DTPType
from scapy.layers.l2 import SNAP, Dot3

from ios_emu.errors import MalformedPacket
from ios_emu.wire.dtp import DtpPacket, Wish
from ios_emu.wire.ethernet import MacAddress
from ios_emu.wire.snap import DTP, build_snap

MAC = MacAddress.parse("0200.0000.0001")


def test_scapy_reads_what_we_build() -> None:
    frame = Dot3(build_snap(MAC, DTP, DtpPacket(Wish.DESIRABLE, True, MAC, "lab").build()))
    assert (frame.dst, frame[SNAP].code) == ("01:00:0c:cc:cc:cc", 0x2004)
    domain, status, kind, neighbour = frame[ScapyDtp].tlvlist
    assert domain.domain == b"lab\0"
    assert status.status == b"\x83"
    assert kind.dtptype == b"\xa5"
    assert neighbour.neighbor == "02:00:00:00:00:01"


@pytest.mark.parametrize(
    ("status", "wish", "trunking"),
    [(b"\x03", Wish.DESIRABLE, False), (b"\x81", Wish.ON, True), (b"\x02", Wish.OFF, False)],
)
def test_we_read_what_scapy_builds(status: bytes, wish: Wish, trunking: bool) -> None:
    values = [DTPDomain(domain=b"\0"), DTPStatus(status=status), DTPType(), DTPNeighbor(neighbor=str(MAC))]
    values[3].neighbor = "02:00:00:00:00:01"
    assert DtpPacket.parse(bytes(ScapyDtp(tlvlist=values))) == DtpPacket(wish, trunking, MAC)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x02",
        b"\x01",
        b"\x01\x00",
        b"\x01\x00\x02\x00\x03",
        b"\x01\x00\x02\x00\x06\x81",
        b"\x01\x00\x02\x00\x05\x81",
        b"\x01\x00\x02\x00\x05\x87\x00\x04\x00\x0a" + MAC,
        b"\x01\x00\x02\x00\x05\x81\x00\x04\x00\x09" + MAC[:5],
    ],
)
def test_what_is_broken_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedPacket):
        DtpPacket.parse(data)


@pytest.mark.property
@given(st.binary(max_size=60))
def test_any_bytes_are_a_packet_or_malformed(data: bytes) -> None:
    for packet in (data, b"\x01" + data):
        try:
            DtpPacket.parse(packet)
        except MalformedPacket:
            continue
