"""What `debug ip packet detail` tells of the inside of a packet."""

from __future__ import annotations

from ios_emu.devices.packet_names import TCP_FLAGS
from ios_emu.wire.ipv4 import ICMP, TCP, UDP, Ipv4Packet

_TCP_HEADER = 20
_FLAGS = 13
# In the order in which IOS names them.
_SHOWN = ("ack", "fin", "psh", "rst", "syn", "urg")


def inside(packet: Ipv4Packet) -> str | None:
    """The line behind the one about the packet; None where IOS tells nothing more."""
    payload = packet.payload
    if packet.fragment_offset:
        return None
    if packet.protocol == ICMP and len(payload) >= 2:
        return f"    ICMP type={payload[0]}, code={payload[1]}"
    source, destination = int.from_bytes(payload[:2]), int.from_bytes(payload[2:4])
    if packet.protocol == UDP and len(payload) >= 4:
        return f"    UDP src={source}, dst={destination}"
    if packet.protocol == TCP and len(payload) >= _TCP_HEADER:
        sequence, acknowledgment = int.from_bytes(payload[4:8]), int.from_bytes(payload[8:12])
        window = int.from_bytes(payload[14:16])
        flags = "".join(f" {name.upper()}" for name in _SHOWN if payload[_FLAGS] & TCP_FLAGS[name])
        ends = f"TCP src={source}, dst={destination}"
        return f"    {ends}, seq={sequence}, ack={acknowledgment}, win={window}{flags}"
    return None
