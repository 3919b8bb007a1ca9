"""CDP, the Cisco Discovery Protocol: what a device tells its neighbours of itself, versions 1 and 2.

Cisco never published the format; it is as Wireshark and Scapy read it: version, time to live and checksum,
then values with a type and a length that counts their four bytes of head. Unknown types are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ios_emu.errors import MalformedPacket
from ios_emu.wire.checksum import internet_checksum

ROUTER, TRANSPARENT_BRIDGE, SOURCE_ROUTE_BRIDGE, SWITCH = 0x01, 0x02, 0x04, 0x08
HOST, IGMP, REPEATER, PHONE = 0x10, 0x20, 0x40, 0x80

_HEADER, _HEAD = 4, 4
(_DEVICE_ID, _ADDRESSES, _PORT_ID, _CAPABILITIES, _SOFTWARE, _PLATFORM) = range(1, 7)
_VTP_DOMAIN, _NATIVE_VLAN, _DUPLEX, _MANAGEMENT = 0x09, 0x0A, 0x0B, 0x16
# Protocol type NLPID, one byte of protocol, IP.
_IPV4 = b"\x01\x01\xcc"
_IPV4_LENGTH = 4
_MOST_ADDRESSES = 256


class BadChecksum(MalformedPacket):
    """A CDP packet whose checksum does not fit."""


class BadHeader(MalformedPacket):
    """A CDP packet that is too short, or of a version that nobody knows."""


class CdpPacket(NamedTuple):
    """What a device says of itself on one port. `holdtime` is in seconds.

    The fields from `vtp_domain` on are of version 2; None where the packet has none.
    """

    device_id: str
    port_id: str
    capabilities: int = 0
    software: str = ""
    platform: str = ""
    addresses: tuple[int, ...] = ()
    vtp_domain: str | None = None
    native_vlan: int | None = None
    full_duplex: bool | None = None
    management: tuple[int, ...] | None = None
    holdtime: int = 180
    version: int = 2

    def build(self) -> bytes:
        """The packet's bytes, with its checksum."""
        values = [
            (_DEVICE_ID, _text(self.device_id)),
            (_SOFTWARE, _text(self.software)),
            (_PLATFORM, _text(self.platform)),
            (_ADDRESSES, _address_list(self.addresses)),
            (_PORT_ID, _text(self.port_id)),
            (_CAPABILITIES, self.capabilities.to_bytes(4)),
        ]
        if self.version > 1:
            if self.vtp_domain is not None:
                values.append((_VTP_DOMAIN, _text(self.vtp_domain)))
            if self.native_vlan is not None:
                values.append((_NATIVE_VLAN, self.native_vlan.to_bytes(2)))
            if self.full_duplex is not None:
                values.append((_DUPLEX, bytes((self.full_duplex,))))
            if self.management is not None:
                values.append((_MANAGEMENT, _address_list(self.management)))
        body = b"".join(
            kind.to_bytes(2) + (_HEAD + len(value)).to_bytes(2) + value
            for kind, value in values
            if value or kind == _VTP_DOMAIN
        )
        head = bytes((self.version, self.holdtime))
        return head + cdp_checksum(head + bytes(2) + body).to_bytes(2) + body

    @classmethod
    def parse(cls, data: bytes) -> CdpPacket:
        """Reads a packet. Raises BadHeader, BadChecksum, or MalformedPacket for a value that is broken."""
        if len(data) < _HEADER or data[0] not in (1, 2):
            raise BadHeader("a CDP header that can't be read")
        if cdp_checksum(data[:2] + bytes(2) + data[_HEADER:]) != int.from_bytes(data[2:_HEADER]):
            raise BadChecksum("a CDP packet with a wrong checksum")
        values = dict(_values(data))
        device_id, port_id = values.get(_DEVICE_ID), values.get(_PORT_ID)
        if not device_id or not port_id:
            raise MalformedPacket("a CDP packet without device or port")
        vtp_domain, management = values.get(_VTP_DOMAIN), values.get(_MANAGEMENT)
        return cls(
            _read_text(device_id),
            _read_text(port_id),
            _number(values, _CAPABILITIES, 4) or 0,
            _read_text(values.get(_SOFTWARE, b"")),
            _read_text(values.get(_PLATFORM, b"")),
            _read_addresses(values.get(_ADDRESSES, bytes(4))),
            None if vtp_domain is None else _read_text(vtp_domain),
            _number(values, _NATIVE_VLAN, 2),
            None if (duplex := _number(values, _DUPLEX, 1)) is None else bool(duplex),
            None if management is None else _read_addresses(management),
            data[1],
            data[0],
        )


def cdp_checksum(data: bytes) -> int:
    """The Internet checksum, with Cisco's way to add the last byte of an odd number of bytes.

    That byte is the low half of the last word, and is added as a signed number.
    """
    if len(data) & 1:
        last = data[-1]
        data = data[:-1] + ((last - 1 | 0xFF00) if last & 0x80 else last).to_bytes(2)
    return internet_checksum(data)


def _values(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = _HEADER
    while at < len(data):
        kind, length = int.from_bytes(data[at : at + 2]), int.from_bytes(data[at + 2 : at + _HEAD])
        if length < _HEAD or at + length > len(data):
            raise MalformedPacket("a CDP value that is longer than its packet")
        yield kind, data[at + _HEAD : at + length]
        at += length


def _text(text: str) -> bytes:
    return text.encode("latin-1", "replace")


def _read_text(data: bytes) -> str:
    return data.decode("latin-1")


def _number(values: dict[int, bytes], kind: int, size: int) -> int | None:
    value = values.get(kind)
    if value is None:
        return None
    if len(value) != size:
        raise MalformedPacket(f"a CDP value of type {kind} with {len(value)} bytes")
    return int.from_bytes(value)


def _address_list(addresses: tuple[int, ...]) -> bytes:
    records = (_IPV4 + _IPV4_LENGTH.to_bytes(2) + address.to_bytes(4) for address in addresses)
    return len(addresses).to_bytes(4) + b"".join(records)


def _read_addresses(data: bytes) -> tuple[int, ...]:
    """The IPv4 addresses of a list; those of other protocols are skipped."""
    count, at, found = int.from_bytes(data[:4]), 4, []
    if len(data) < 4 or count > _MOST_ADDRESSES:
        raise MalformedPacket("a list of CDP addresses that can't be read")
    for _ in range(count):
        begin = at + 2 + (data[at + 1] if at + 1 < len(data) else 0)
        length = int.from_bytes(data[begin : begin + 2])
        end = begin + 2 + length
        if end > len(data) or begin + 2 > len(data):
            raise MalformedPacket("a CDP address that is cut off")
        if data[at:begin] == _IPV4 and length == _IPV4_LENGTH:
            found.append(int.from_bytes(data[begin + 2 : end]))
        at = end
    return tuple(found)
