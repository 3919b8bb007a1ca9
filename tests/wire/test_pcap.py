"""Capture files: what is written Scapy reads, what others wrote is read, what is broken is refused."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.utils import RawPcapNgReader, RawPcapReader, RawPcapWriter

from ios_emu.errors import MalformedPacket
from ios_emu.wire.pcap import (
    CapturedFrame,
    enhanced_packet,
    interface_description,
    pcap_header,
    pcap_packet,
    read_capture,
    section_header,
)

# The first of March 2002, as a router that was never set has it.
START = 1_014_940_800_000_000_000
ARP = bytes.fromhex("ffffffffffff 001b0c3d5a60 0806").ljust(60, b"\1")

# They read from open files as well, whatever they say of their arguments.
scapy_pcap: Any = RawPcapReader
scapy_pcapng: Any = RawPcapNgReader

names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
times = st.integers(0, 2**32 * 1_000_000_000 - 1)
frames = st.tuples(times, st.binary(max_size=80))


def block(order: str, kind: int, body: bytes) -> bytes:
    length = struct.pack(f"{order}I", len(body) + 12)
    return struct.pack(f"{order}I", kind) + length + body + length


def section(order: str, length: int = -1) -> bytes:
    return block(order, 0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, length))


def interface(order: str, options: bytes = b"", link: int = 1, snaplen: int = 0) -> bytes:
    return block(order, 1, struct.pack(f"{order}HHI", link, 0, snaplen) + options)


def option(order: str, code: int, value: bytes) -> bytes:
    return struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)


def packet(order: str, number: int, stamp: int, data: bytes) -> bytes:
    head = struct.pack(f"{order}IIIII", number, stamp >> 32, stamp & 0xFFFFFFFF, len(data), len(data))
    return block(order, 6, head + data + bytes(-len(data) % 4))


def test_the_blocks_that_are_written() -> None:
    assert section_header() == bytes.fromhex("0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000")
    assert interface_description("R1") == bytes.fromhex(
        "01000000 28000000 0100 0000 00000400  0200 0200 52310000  0900 0100 09000000  00000000  28000000"
    )
    assert enhanced_packet(1, START, b"ABCDE") == bytes.fromhex(
        "06000000 28000000 01000000 47cb150e 00000dbc 05000000 05000000 4142434445000000 28000000"
    )


def test_names_times_and_data_are_read_back() -> None:
    data = section_header() + interface_description("R1:Fa0/0 -- SW1:Fa0/1") + interface_description("é")
    data += enhanced_packet(1, START, ARP, "from SW1") + enhanced_packet(0, START + 1, b"x")
    assert list(read_capture(data)) == [
        CapturedFrame(START, "é", ARP),
        CapturedFrame(START + 1, "R1:Fa0/0 -- SW1:Fa0/1", b"x"),
    ]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("magic", "fraction", "nanoseconds"), [(0xA1B2C3D4, 7, 7000), (0xA1B23C4D, 7, 7)], ids=["micro", "nano"]
)
def test_pcap_of_both_orders_and_resolutions(order: str, magic: int, fraction: int, nanoseconds: int) -> None:
    data = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, 1)
    data += struct.pack(f"{order}IIII", 5, fraction, 4, 1500) + b"abcd"
    assert list(read_capture(data)) == [CapturedFrame(5_000_000_000 + nanoseconds, "", b"abcd")]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("options", "time"),
    [
        ([], 3_000_000),
        ([(9, b"\x03")], 3_000_000_000),
        ([(9, b"\x09")], 3_000),
        ([(9, b"\x8a")], 3_000 * 1_000_000_000 // 1024),
        ([(9, b"\x09"), (14, 2)], 2_000_003_000),
        ([(9, b"\x09"), (14, -1)], -999_997_000),
    ],
    ids=["microseconds", "milliseconds", "nanoseconds", "binary", "offset", "negative offset"],
)
def test_pcapng_of_both_orders_and_all_resolutions(
    order: str, options: list[tuple[int, bytes | int]], time: int
) -> None:
    coded = b"".join(
        option(order, code, struct.pack(f"{order}q", value) if isinstance(value, int) else value)
        for code, value in options
    )
    data = section(order) + interface(order, coded) + packet(order, 0, 3000, ARP)
    assert list(read_capture(data)) == [CapturedFrame(time, "interface 0", ARP)]


@pytest.mark.parametrize("order", ["<", ">"])
def test_other_blocks_are_skipped_and_old_ones_read(order: str) -> None:
    data = section(order) + block(order, 0x0BAD, b"1234") + interface(order, snaplen=6)
    data += block(order, 3, struct.pack(f"{order}I", 9) + b"simple\0\0")
    data += block(order, 2, struct.pack(f"{order}HHIIII", 0, 0, 0, 9, 3, 3) + b"old\0")
    data += block(order, 5, struct.pack(f"{order}III", 0, 0, 0))
    assert [frame.data for frame in read_capture(data)] == [b"simple", b"old"]


def test_every_section_has_interfaces_of_its_own() -> None:
    data = section("<") + interface("<", option("<", 2, b"one")) + packet("<", 0, 1, b"1")
    data += section(">") + interface(">", option(">", 2, b"two")) + packet(">", 0, 1, b"2")
    assert [(frame.interface, frame.data) for frame in read_capture(data)] == [("one", b"1"), ("two", b"2")]
    with pytest.raises(MalformedPacket, match=r"^a PCAPNG block that does not hold what it says$"):
        list(read_capture(data + section("<") + packet("<", 0, 1, b"3")))


GOOD = section("<") + interface("<")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a capture file"),
        (b"GIF89a", "not a capture file"),
        (pcap_header()[:23], "a PCAP header that is cut off"),
        (
            pcap_header()[:20] + b"\x65\0\0\0",
            "a capture of links of type 101: only those of Ethernet .1. are read",
        ),
        (pcap_header() + b"\0", "a PCAP record that is cut off"),
        (pcap_header() + pcap_packet(0, ARP)[:-1], "a PCAP record that is cut off"),
        (section("<")[:11], "a PCAPNG block that is cut off"),
        (section("<")[:27], "a PCAPNG block of 28 bytes that is cut off"),
        (section("<").replace(b"\x4d\x3c", b"??"), "a PCAPNG section without its byte order"),
        (section("<")[:-4] + bytes(4), "a PCAPNG block of 28 bytes that ends with another length"),
        (GOOD + b"\6\0\0\0\4\0\0\0\4\0\0\0", "a PCAPNG block of 4 bytes that is cut off"),
        (GOOD + b"\6\0\0\0\x0d\0\0\0\x0d\0\0\0\0", "a PCAPNG block of 13 bytes that is cut off"),
        (GOOD + packet("<", 1, 0, ARP), "a PCAPNG block that does not hold what it says"),
        (GOOD + block("<", 6, bytes(16)), "a PCAPNG block that does not hold what it says"),
        (
            GOOD + block("<", 6, struct.pack("<IIIII", 0, 0, 0, 5, 5) + b"4444"),
            "a PCAPNG packet that is cut off",
        ),
        (GOOD + block("<", 3, struct.pack("<I", 5) + b"4444"), "a PCAPNG packet that is cut off"),
        (section("<") + block("<", 1, bytes(4)), "a PCAPNG block that does not hold what it says"),
        (
            section("<") + interface("<", link=101) + packet("<", 0, 0, ARP),
            "a capture of links of type 101: only those of Ethernet .1. are read",
        ),
    ],
)
def test_what_is_broken_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(MalformedPacket, match=f"^{reason}$"):
        list(read_capture(data))


def test_the_frames_before_the_break_are_there() -> None:
    frames = read_capture(GOOD + packet("<", 0, 1, ARP) + b"?")
    assert next(frames).data == ARP
    with pytest.raises(MalformedPacket, match=r"^a PCAPNG block that is cut off$"):
        next(frames)


@pytest.mark.property
@settings(deadline=None)
@given(st.lists(names, min_size=1, max_size=3), st.lists(frames, max_size=5), st.text(max_size=10), st.data())
def test_scapy_reads_our_pcapng(
    names: list[str], frames: list[tuple[int, bytes]], comment: str, data: st.DataObject
) -> None:
    numbers = [data.draw(st.integers(0, len(names) - 1)) for _ in frames]
    written = section_header() + b"".join(map(interface_description, names))
    for number, (time, frame) in zip(numbers, frames, strict=True):
        written += enhanced_packet(number, time, frame, comment)
    ours = list(read_capture(written))
    assert ours == [
        CapturedFrame(time, names[number], frame)
        for number, (time, frame) in zip(numbers, frames, strict=True)
    ]
    theirs: list[tuple[bytes, Any]] = list(scapy_pcapng(io.BytesIO(written)))
    assert len(theirs) == len(ours)
    for read, (content, about) in zip(ours, theirs, strict=True):
        assert content == read.data
        assert (about.tshigh << 32 | about.tslow, about.tsresol) == (read.time, 1_000_000_000)
        assert about.ifname == read.interface.encode()


@pytest.mark.property
@settings(deadline=None)
@given(st.lists(frames, max_size=5))
def test_scapy_reads_our_pcap(frames: list[tuple[int, bytes]]) -> None:
    written = pcap_header() + b"".join(pcap_packet(time, frame) for time, frame in frames)
    theirs = [
        (about.sec * 1_000_000_000 + about.usec, content)
        for content, about in scapy_pcap(io.BytesIO(written))
    ]
    assert theirs == frames
    assert list(read_capture(written)) == [CapturedFrame(time, "", frame) for time, frame in frames]


class Kept(io.BytesIO):
    """What a writer wrote, after it closed the file."""

    def close(self) -> None:
        self.seek(0)


@pytest.mark.property
@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2**31), st.integers(0, 999_999), st.binary(max_size=80)), max_size=5),
    st.sampled_from("<>"),
)
def test_what_scapy_writes_is_read(frames: list[tuple[int, int, bytes]], order: str) -> None:
    file = Kept()
    writer = RawPcapWriter(file, linktype=1, endianness=order)
    writer.write_header(None)
    for seconds, microseconds, frame in frames:
        writer.write_packet(frame, sec=seconds, usec=microseconds)
    writer.flush()
    assert list(read_capture(file.getvalue())) == [
        CapturedFrame(seconds * 1_000_000_000 + microseconds * 1000, "", frame)
        for seconds, microseconds, frame in frames
    ]


@pytest.mark.property
@settings(deadline=None)
@given(st.binary(max_size=100), st.integers(0, 200), st.binary(min_size=1, max_size=4), st.booleans())
def test_any_bytes_are_a_capture_or_malformed(rubbish: bytes, place: int, change: bytes, old: bool) -> None:
    good = section(">") + interface(">", option(">", 2, b"R1")) + packet(">", 0, 5, ARP)
    if old:
        good = pcap_header() + pcap_packet(5, ARP)
    for data in (rubbish, good + rubbish, good[:place], good[:place] + change + good[place + len(change) :]):
        try:
            list(read_capture(data))
        except MalformedPacket:
            continue
