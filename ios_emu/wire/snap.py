"""IEEE 802.2 LLC with SNAP: how Cisco's own protocols (CDP, DTP) stand behind an 802.3 header."""

from __future__ import annotations

from ios_emu.errors import MalformedPacket
from ios_emu.wire.ethernet import EthernetFrame, MacAddress

CISCO_MULTICAST = MacAddress.parse("0100.0ccc.cccc")
CDP = 0x2000
DTP = 0x2004

# DSAP and SSAP of SNAP, an unnumbered information frame, and the organization: Cisco.
_CISCO = bytes.fromhex("aaaa0300000c")
_HEADER = 8
_FIRST_ETHERTYPE = 0x0600


def build_snap(source: MacAddress, protocol: int, payload: bytes) -> bytes:
    """A frame to Cisco's multicast address that carries one of Cisco's protocols."""
    data = _CISCO + protocol.to_bytes(2) + payload
    return EthernetFrame(CISCO_MULTICAST, source, len(data), data).build()


def parse_snap(frame: bytes) -> tuple[MacAddress, int, bytes] | None:
    """Source, protocol and payload of a frame of Cisco's; None for any other.

    Raises MalformedPacket for a frame that is shorter than it says.
    """
    ethernet = EthernetFrame.parse(frame)
    data = ethernet.payload
    if ethernet.ethertype >= _FIRST_ETHERTYPE or not data.startswith(_CISCO):
        return None
    if len(data) < _HEADER:
        raise MalformedPacket("a SNAP header that is cut off")
    return ethernet.source, int.from_bytes(data[6:_HEADER]), data[_HEADER:]
