"""What a node counts of IPv4, for `show ip traffic`: every packet that it drops is in one of these."""

from __future__ import annotations

from dataclasses import dataclass


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
