"""ARP packets for IPv4 over Ethernet (RFC 826)."""

from __future__ import annotations

import struct
from typing import NamedTuple

from ios_emu.errors import MalformedPacket
from ios_emu.wire.ethernet import MacAddress

REQUEST = 1
REPLY = 2

_FORMAT = struct.Struct("!HHBBH6sI6sI")
_ETHERNET, _IPV4 = 1, 0x0800


class ArpPacket(NamedTuple):
    """A request or a reply. IPv4 addresses are 32-bit integers."""

    operation: int
    sender_mac: MacAddress
    sender_ip: int
    target_mac: MacAddress
    target_ip: int

    @classmethod
    def parse(cls, data: bytes) -> ArpPacket:
        """Reads a packet; what is behind it is padding. Raises MalformedPacket."""
        if len(data) < _FORMAT.size:
            raise MalformedPacket(f"an ARP packet of {len(data)} bytes")
        hardware, protocol, mac_length, ip_length, operation, sender, sender_ip, target, target_ip = (
            _FORMAT.unpack_from(data)
        )
        if (hardware, protocol, mac_length, ip_length) != (_ETHERNET, _IPV4, 6, 4):
            raise MalformedPacket("an ARP packet that is not about IPv4 over Ethernet")
        return cls(operation, MacAddress(sender), sender_ip, MacAddress(target), target_ip)

    def build(self) -> bytes:
        """The 28 bytes."""
        return _FORMAT.pack(
            _ETHERNET,
            _IPV4,
            6,
            4,
            self.operation,
            self.sender_mac,
            self.sender_ip,
            self.target_mac,
            self.target_ip,
        )
