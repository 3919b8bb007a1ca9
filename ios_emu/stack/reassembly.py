"""Reassembly of fragments (RFC 791, RFC 815, RFC 1122 3.3.2): a packet that came in pieces is whole again.

Overlapping pieces end the packet, as RFC 5722 asks for IPv6 and as everybody does since: they are attacks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ios_emu.clock import SECOND, Clock, Timer
from ios_emu.wire.ipv4 import Ipv4Packet

_TIMEOUT = 15 * SECOND
_LARGEST = 65535
_MOST_PACKETS = 64
_MOST_PIECES = 256

_Key = tuple[int, int, int, int]


@dataclass(slots=True)
class _Pieces:
    timer: Timer
    first: Ipv4Packet | None = None
    end: int | None = None
    received: int = 0
    payloads: dict[int, bytes] = field(default_factory=dict)


class Reassembly:
    """The unfinished packets of a node; `expired` is given the first fragment of one that stays so."""

    def __init__(self, clock: Clock, expired: Callable[[Ipv4Packet], None]) -> None:
        self.timeouts = 0
        self.failures = 0
        self._clock = clock
        self._expired = expired
        self._packets: dict[_Key, _Pieces] = {}

    def add(self, fragment: Ipv4Packet) -> Ipv4Packet | None:
        """Takes a fragment; returns the whole packet when it was the last piece."""
        key = (fragment.source, fragment.destination, fragment.protocol, fragment.identification)
        pieces = self._packets.get(key)
        if pieces is None:
            if len(self._packets) >= _MOST_PACKETS:
                self._drop(next(iter(self._packets)))
            timer = self._clock.call_later(_TIMEOUT, self._timeout, key, background=True)
            pieces = self._packets[key] = _Pieces(timer)
        if len(pieces.payloads) >= _MOST_PIECES or not self._fits(pieces, fragment):
            self._drop(key)
            return None
        start = fragment.fragment_offset
        if start in pieces.payloads:
            return None
        pieces.payloads[start] = fragment.payload
        pieces.received += len(fragment.payload)
        if start == 0:
            pieces.first = fragment
        if not fragment.more_fragments:
            pieces.end = start + len(fragment.payload)
        if pieces.end != pieces.received or pieces.first is None:
            return None
        del self._packets[key]
        pieces.timer.cancel()
        payload = b"".join(pieces.payloads[offset] for offset in sorted(pieces.payloads))
        return pieces.first._replace(payload=payload, more_fragments=False)

    def _fits(self, pieces: _Pieces, fragment: Ipv4Packet) -> bool:
        start, end = fragment.fragment_offset, fragment.fragment_offset + len(fragment.payload)
        if end > _LARGEST or (
            fragment.more_fragments and (len(fragment.payload) % 8 or not fragment.payload)
        ):
            return False
        same = pieces.payloads.get(start)
        if same is not None:
            # The same piece twice is a duplicate of the wire.
            return same == fragment.payload
        if any(start < at + len(piece) and at < end for at, piece in pieces.payloads.items()):
            return False
        if pieces.end is not None:
            return end <= pieces.end and fragment.more_fragments
        return fragment.more_fragments or all(at + len(piece) <= end for at, piece in pieces.payloads.items())

    def _drop(self, key: _Key) -> None:
        self._packets.pop(key).timer.cancel()
        self.failures += 1

    def _timeout(self, key: _Key) -> None:
        pieces = self._packets.pop(key)
        self.timeouts += 1
        if pieces.first is not None:
            self._expired(pieces.first)
