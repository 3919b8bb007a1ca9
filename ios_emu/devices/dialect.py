"""The two ways in which the router prints what it has to say."""

from __future__ import annotations

from enum import StrEnum


class Dialect(StrEnum):
    """Changes text, `?` lists and messages; commands and their effects are the same in both.

    The values are the words that a lab file and a transcript write.
    """

    IOS = "ios"
    """As a real 2811 with 12.4(15)T1 prints."""

    PACKET_TRACER = "packet-tracer"
    """As Packet Tracer's 2811 prints, where the two differ."""
