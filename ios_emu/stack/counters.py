"""What a node counts of IPv4 and of its ports: every packet that it drops is in one of these."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

_BROADCAST = b"\xff" * 6
_CISCO, _CDP = bytes.fromhex("01000ccccccc"), b"\x20\x00"
_IPV4, _ARP, _TAGGED = b"\x08\x00", b"\x08\x06", b"\x81\x00"


@dataclass(slots=True)
class IpCounters:
    """What `show ip traffic` counts of IPv4 itself."""

    received: int = 0
    delivered: int = 0
    forwarded: int = 0
    sent: int = 0
    malformed: int = 0
    not_for_us: int = 0
    bad_hop_count: int = 0
    unknown_protocol: int = 0
    no_route: int = 0
    encapsulation_failed: int = 0
    fragmented: int = 0
    fragments_sent: int = 0
    could_not_fragment: int = 0
    fragments_received: int = 0
    reassembled: int = 0
    no_interface: int = 0
    options_refused: int = 0
    # By an access list.
    prohibited: int = 0
    with_options: int = 0
    broadcasts_received: int = 0
    broadcasts_sent: int = 0
    multicasts_received: int = 0
    multicasts_sent: int = 0
    # Packets that came with an option, by its kind.
    options: Counter[int] = field(default_factory=Counter)

    def count_group_in(self, frame: bytes) -> None:
        """Counts a packet that came to all stations, or to a group of them."""
        if frame[:6] == _BROADCAST:
            self.broadcasts_received += 1
        else:
            self.multicasts_received += 1


@dataclass(slots=True)
class PortCounters:
    """What `show interfaces` counts of a port. As there, the broadcasts count multicasts too."""

    frames_in: int = 0
    bytes_in: int = 0
    broadcasts_in: int = 0
    multicasts_in: int = 0
    frames_out: int = 0
    bytes_out: int = 0
    broadcasts_out: int = 0
    multicasts_out: int = 0
    output_drops: int = 0
    runts: int = 0
    giants: int = 0
    carrier_lost: int = 0
    # Of the frames above, those that carry ARP, CDP, and what is neither one nor IPv4.
    arp_in: int = 0
    arp_bytes_in: int = 0
    arp_out: int = 0
    arp_bytes_out: int = 0
    cdp_in: int = 0
    cdp_bytes_in: int = 0
    cdp_out: int = 0
    cdp_bytes_out: int = 0
    others_in: int = 0
    others_bytes_in: int = 0
    others_out: int = 0
    others_bytes_out: int = 0

    @property
    def unicasts_in(self) -> int:
        """Frames for one station."""
        return self.frames_in - self.broadcasts_in

    @property
    def unicasts_out(self) -> int:
        """Frames for one station."""
        return self.frames_out - self.broadcasts_out

    def count_protocol_in(self, frame: bytes) -> None:
        """Counts a frame that came and has no IPv4 right behind its header."""
        match _protocol(frame):
            case "arp":
                self.arp_in += 1
                self.arp_bytes_in += len(frame)
            case "cdp":
                self.cdp_in += 1
                self.cdp_bytes_in += len(frame)
            case "other":
                self.others_in += 1
                self.others_bytes_in += len(frame)

    def count_protocol_out(self, frame: bytes) -> None:
        """Counts a frame that was sent and has no IPv4 right behind its header."""
        match _protocol(frame):
            case "arp":
                self.arp_out += 1
                self.arp_bytes_out += len(frame)
            case "cdp":
                self.cdp_out += 1
                self.cdp_bytes_out += len(frame)
            case "other":
                self.others_out += 1
                self.others_bytes_out += len(frame)

    @property
    def input_errors(self) -> int:
        """Frames that arrived and were dropped."""
        return self.runts + self.giants


@dataclass(slots=True)
class VlanCounters:
    """What `show vlans` counts of the frames of one VLAN, tags included."""

    frames_in: int = 0
    bytes_in: int = 0
    ip_in: int = 0
    frames_out: int = 0
    bytes_out: int = 0
    ip_out: int = 0

    def __sub__(self, other: VlanCounters) -> VlanCounters:
        """What is left without the frames that `other` counts."""
        return VlanCounters(
            self.frames_in - other.frames_in,
            self.bytes_in - other.bytes_in,
            self.ip_in - other.ip_in,
            self.frames_out - other.frames_out,
            self.bytes_out - other.bytes_out,
            self.ip_out - other.ip_out,
        )

    def count_in(self, frame: bytes) -> None:
        """Counts a tagged frame that came."""
        self.frames_in += 1
        self.bytes_in += len(frame)
        self.ip_in += frame[16:18] == _IPV4

    def count_out(self, frame: bytes) -> None:
        """Counts a tagged frame that was sent."""
        self.frames_out += 1
        self.bytes_out += len(frame)
        self.ip_out += frame[16:18] == _IPV4


def _protocol(frame: bytes) -> str:
    """`ip`, `arp`, `cdp` or `other`, also behind an 802.1Q tag."""
    start = 16 if frame[12:14] == _TAGGED else 12
    kind = frame[start : start + 2]
    if kind == _IPV4:
        return "ip"
    if kind == _ARP:
        return "arp"
    return "cdp" if frame[:6] == _CISCO and frame[start + 8 : start + 10] == _CDP else "other"
