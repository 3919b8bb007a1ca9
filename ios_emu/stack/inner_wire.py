"""A wire inside a device: two ports, without length or loss. What is sent arrives in the same event."""

from __future__ import annotations

from ios_emu.clock import Clock
from ios_emu.stack.cable import Port

_IPV4 = b"\x08\x00"
_BROADCAST = b"\xff" * 6


class _Way:
    """One way of the wire."""

    def __init__(self, clock: Clock, source: Port, target: Port) -> None:
        self._clock = clock
        self._source = source
        self._target = target

    def carry(self, frame: bytes) -> None:
        """Takes a frame from the source to the target."""
        now, counters = self._clock.now, self._source.counters
        counters.frames_out += 1
        counters.bytes_out += len(frame)
        if frame and frame[0] & 1:
            counters.broadcasts_out += 1
            counters.multicasts_out += frame[:6] != _BROADCAST
        if frame[12:14] != _IPV4:
            counters.count_protocol_out(frame)
        self._source.last_out = now
        self._target.take(frame, now)


def join(clock: Clock, a: Port, b: Port) -> None:
    """Joins two ports for good; both have carrier."""
    for source, target in ((a, b), (b, a)):
        source.plug(None, _Way(clock, source, target))
        source.set_carrier(True)
