"""UDP datagrams: RFC 768's picture and its checksums, and Scapy's opinion."""

from __future__ import annotations

import re
from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import IP, UDP
from scapy.packet import Raw

from ios_emu.errors import MalformedPacket
from ios_emu.wire.checksum import internet_checksum
from ios_emu.wire.udp import UdpDatagram

HOSTS = 0xC0A80001, 0xC0A80033
DATAGRAM = UdpDatagram(1024, 53, b"hello")
DATA = "0400 0035 000d 3648 68656c6c6f"

ports = st.integers(0, 0xFFFF)
hosts = st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
datagrams = st.builds(UdpDatagram, ports, ports, st.binary(max_size=100))


def test_a_datagram_is_built_and_read() -> None:
    assert DATAGRAM.build(*HOSTS) == bytes.fromhex(DATA)
    assert UdpDatagram.parse(bytes.fromhex(DATA), *HOSTS) == DATAGRAM


def test_without_a_checksum_nothing_is_checked() -> None:
    data = bytes.fromhex(DATA.replace("3648", "0000"))
    assert UdpDatagram.parse(data, *HOSTS) == DATAGRAM


def test_a_checksum_of_zero_is_sent_as_ones() -> None:
    """RFC 768: an all zero transmitted checksum means that the transmitter generated none."""
    blank = UdpDatagram(1024, 53, bytes(2)).build(*HOSTS)
    datagram = UdpDatagram(1024, 53, blank[6:8])
    data = datagram.build(*HOSTS)
    assert data[6:8] == b"\xff\xff"
    assert UdpDatagram.parse(data, *HOSTS) == datagram


def test_what_is_behind_its_length_is_cut() -> None:
    assert UdpDatagram.parse(bytes.fromhex(DATA) + b"more", *HOSTS) == DATAGRAM


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "a UDP datagram of 0 bytes"),
        ("0400 0035 0008 00", "a UDP datagram of 7 bytes"),
        (DATA.replace("000d", "0000"), "a UDP datagram of 13 bytes that says it has 0"),
        (DATA.replace("000d", "0007"), "a UDP datagram of 13 bytes that says it has 7"),
        (DATA.replace("000d", "000e"), "a UDP datagram of 13 bytes that says it has 14"),
        (DATA.replace("000d", "ffff"), "a UDP datagram of 13 bytes that says it has 65535"),
        (DATA.replace("3648", "3649"), "a UDP datagram with a wrong checksum"),
        (DATA.replace("68", "69"), "a UDP datagram with a wrong checksum"),
    ],
)
def test_what_is_no_datagram_is_refused(data: str, reason: str) -> None:
    with pytest.raises(MalformedPacket, match=f"^{re.escape(reason)}$"):
        UdpDatagram.parse(bytes.fromhex(data), *HOSTS)


def test_the_addresses_are_part_of_the_checksum() -> None:
    with pytest.raises(MalformedPacket, match=r"^a UDP datagram with a wrong checksum$"):
        UdpDatagram.parse(bytes.fromhex(DATA), HOSTS[0], HOSTS[1] + 1)


def test_a_datagram_that_is_too_long_is_not_built() -> None:
    assert len(UdpDatagram(1, 2, bytes(65527)).build(*HOSTS)) == 65535
    with pytest.raises(ValueError, match=r"^a UDP datagram of 65536 bytes$"):
        UdpDatagram(1, 2, bytes(65528)).build(*HOSTS)


@pytest.mark.property
@settings(deadline=None)
@given(datagrams, hosts)
def test_scapy_and_we_build_and_read_the_same(datagram: UdpDatagram, hosts: tuple[int, int]) -> None:
    source, destination = (str(IPv4Address(address)) for address in hosts)
    head = IP(src=source, dst=destination, proto=17)
    theirs = bytes(
        head / UDP(sport=datagram.source_port, dport=datagram.destination_port) / Raw(datagram.payload)
    )
    data = theirs[20:]
    assert datagram.build(*hosts) == data
    assert UdpDatagram.parse(data, *hosts) == datagram
    read = UDP(datagram.build(*hosts))
    assert (read.sport, read.dport, read.len) == (
        datagram.source_port,
        datagram.destination_port,
        8 + len(datagram.payload),
    )
    assert bytes(read.payload) == datagram.payload


@pytest.mark.property
@settings(deadline=None)
@given(st.binary(max_size=80), hosts, st.booleans())
def test_any_bytes_are_a_datagram_or_malformed(data: bytes, hosts: tuple[int, int], repaired: bool) -> None:
    if repaired and len(data) >= 8:
        data = data[:4] + len(data).to_bytes(2) + bytes(2) + data[8:]
        data = data[:6] + internet_checksum(data, sum(hosts) + 17 + len(data)).to_bytes(2) + data[8:]
    try:
        datagram = UdpDatagram.parse(data, *hosts)
    except MalformedPacket:
        assert len(data) < 8 or not repaired
        return
    assert UdpDatagram.parse(datagram.build(*hosts), *hosts) == datagram
