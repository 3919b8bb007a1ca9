"""Capture files of Ethernet frames, written and read: PCAPNG, and the older PCAP.

PCAPNG: draft-ietf-opsawg-pcapng. PCAP: draft-ietf-opsawg-pcap. Times are nanoseconds since 1970. What is
written has nanoseconds and the byte order of Intel; what others wrote is read with any of both.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from ios_emu.errors import MalformedPacket

ETHERNET = 1

_SECTION, _INTERFACE, _ENHANCED, _SIMPLE, _OBSOLETE = 0x0A0D0D0A, 1, 6, 3, 2
_BYTE_ORDER = 0x1A2B3C4D
_END_OF_OPTIONS, _COMMENT = 0, 1
_IF_NAME, _IF_TSRESOL, _IF_TSOFFSET = 2, 9, 14
_NANOSECONDS = 9
_SNAPLEN = 262144
_MICRO_MAGIC, _NANO_MAGIC = 0xA1B2C3D4, 0xA1B23C4D
_SECOND = 1_000_000_000
_SMALLEST_BLOCK = 12


class CapturedFrame(NamedTuple):
    """A frame of a capture. PCAP has no names of interfaces: there it is empty."""

    time: int
    interface: str
    data: bytes


def section_header() -> bytes:
    """What a PCAPNG file begins with."""
    return _block(_SECTION, struct.pack("<IHHq", _BYTE_ORDER, 1, 0, -1))


def interface_description(name: str) -> bytes:
    """An Ethernet interface; those of a file are numbered from 0, in the order of their descriptions."""
    options = _option(_IF_NAME, name.encode()) + _option(_IF_TSRESOL, bytes([_NANOSECONDS]))
    return _block(
        _INTERFACE, struct.pack("<HHI", ETHERNET, 0, _SNAPLEN) + options + _option(_END_OF_OPTIONS, b"")
    )


def enhanced_packet(interface: int, time: int, frame: bytes, comment: str = "") -> bytes:
    """A frame on an interface."""
    head = struct.pack("<IIIII", interface, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame))
    options = _option(_COMMENT, comment.encode()) + _option(_END_OF_OPTIONS, b"") if comment else b""
    return _block(_ENHANCED, head + _padded(frame) + options)


def pcap_header() -> bytes:
    """What a PCAP file begins with."""
    return struct.pack("<IHHiIII", _NANO_MAGIC, 2, 4, 0, 0, _SNAPLEN, ETHERNET)


def pcap_packet(time: int, frame: bytes) -> bytes:
    """A frame in a PCAP file. Raises struct.error for a time before 1970 or after 2106."""
    seconds, nanoseconds = divmod(time, _SECOND)
    return struct.pack("<IIII", seconds, nanoseconds, len(frame), len(frame)) + frame


def read_capture(data: bytes) -> Iterator[CapturedFrame]:
    """The frames of a PCAP or PCAPNG file, in its order.

    Raises MalformedPacket where the file is broken or cut, or holds a frame that is not of an Ethernet.
    """
    magic = data[:4]
    if magic == _SECTION.to_bytes(4):
        yield from _read_pcapng(data)
        return
    for order in "<>":
        for number, unit in ((_MICRO_MAGIC, 1000), (_NANO_MAGIC, 1)):
            if magic == struct.pack(f"{order}I", number):
                yield from _read_pcap(data, order, unit)
                return
    raise MalformedPacket("not a capture file")


def _read_pcap(data: bytes, order: str, unit: int) -> Iterator[CapturedFrame]:
    if len(data) < 24:
        raise MalformedPacket("a PCAP header that is cut off")
    # The upper half says whether frames have their check sequence.
    _check_link(struct.unpack_from(f"{order}I", data, 20)[0] & 0xFFFF)
    position = 24
    while position < len(data):
        if position + 16 > len(data):
            raise MalformedPacket("a PCAP record that is cut off")
        seconds, fraction, length, _ = struct.unpack_from(f"{order}IIII", data, position)
        position += 16
        if position + length > len(data):
            raise MalformedPacket("a PCAP record that is cut off")
        yield CapturedFrame(seconds * _SECOND + fraction * unit, "", data[position : position + length])
        position += length


class _Interface(NamedTuple):
    name: str
    ticks: int
    offset: int
    link: int
    snaplen: int

    def time(self, high: int, low: int) -> int:
        """Nanoseconds since 1970."""
        return (high << 32 | low) * _SECOND // self.ticks + self.offset * _SECOND


def _read_pcapng(data: bytes) -> Iterator[CapturedFrame]:
    position, order = 0, "<"
    interfaces: list[_Interface] = []
    while position < len(data):
        if len(data) - position < _SMALLEST_BLOCK:
            raise MalformedPacket("a PCAPNG block that is cut off")
        if data[position : position + 4] == _SECTION.to_bytes(4):
            order = _order(data[position + 8 : position + 12])
            interfaces.clear()
        kind, length = struct.unpack_from(f"{order}II", data, position)
        if length < _SMALLEST_BLOCK or length % 4 or position + length > len(data):
            raise MalformedPacket(f"a PCAPNG block of {length} bytes that is cut off")
        body = data[position + 8 : position + length - 4]
        position += length
        if data[position - 4 : position] != struct.pack(f"{order}I", length):
            raise MalformedPacket(f"a PCAPNG block of {length} bytes that ends with another length")
        try:
            if kind == _INTERFACE:
                interfaces.append(_read_interface(body, order, len(interfaces)))
            elif kind in (_ENHANCED, _OBSOLETE):
                yield _read_packet(body, order, kind, interfaces)
            elif kind == _SIMPLE:
                yield _read_simple(body, order, interfaces[0])
        except (struct.error, IndexError):
            raise MalformedPacket("a PCAPNG block that does not hold what it says") from None


def _order(mark: bytes) -> str:
    for order in "<>":
        if mark == struct.pack(f"{order}I", _BYTE_ORDER):
            return order
    raise MalformedPacket("a PCAPNG section without its byte order")


def _read_interface(body: bytes, order: str, number: int) -> _Interface:
    name, ticks, offset = f"interface {number}", 1_000_000, 0
    link, _, snaplen = struct.unpack_from(f"{order}HHI", body)
    position = 8
    while position + 4 <= len(body):
        code, length = struct.unpack_from(f"{order}HH", body, position)
        value = body[position + 4 : position + 4 + length]
        position += 4 + length + -length % 4
        if code == _END_OF_OPTIONS:
            break
        if code == _IF_NAME:
            name = value.decode("utf-8", "replace")
        elif code == _IF_TSRESOL and value:
            ticks = 2 ** (value[0] & 0x7F) if value[0] & 0x80 else 10 ** value[0]
        elif code == _IF_TSOFFSET and len(value) == 8:
            (offset,) = struct.unpack(f"{order}q", value)
    return _Interface(name, ticks, offset, link, snaplen or _SNAPLEN)


def _read_packet(body: bytes, order: str, kind: int, interfaces: list[_Interface]) -> CapturedFrame:
    if kind == _ENHANCED:
        number, high, low, size, _ = struct.unpack_from(f"{order}IIIII", body)
    else:
        number, _, high, low, size, _ = struct.unpack_from(f"{order}HHIIII", body)
    if 20 + size > len(body):
        raise MalformedPacket("a PCAPNG packet that is cut off")
    interface = interfaces[number]
    _check_link(interface.link)
    return CapturedFrame(interface.time(high, low), interface.name, body[20 : 20 + size])


def _read_simple(body: bytes, order: str, interface: _Interface) -> CapturedFrame:
    _check_link(interface.link)
    size = min(struct.unpack_from(f"{order}I", body)[0], interface.snaplen)
    if 4 + size > len(body):
        raise MalformedPacket("a PCAPNG packet that is cut off")
    return CapturedFrame(0, interface.name, body[4 : 4 + size])


def _check_link(link: int) -> None:
    if link != ETHERNET:
        raise MalformedPacket(f"a capture of links of type {link}: only those of Ethernet (1) are read")


def _block(kind: int, body: bytes) -> bytes:
    length = len(body) + _SMALLEST_BLOCK
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
