"""A third port on a cable, as a small switch in the middle of it would give one: for who joins a link late.

The cable stays one cable, with its two ends, its properties and its counters; the third port is on it
without loss and without a bandwidth. The branch learns from the frames at which end a station is, so that
what goes to one end is not seen at the other.
"""

from __future__ import annotations

from ios_emu.stack.cable import Cable, Port
from ios_emu.wire.ethernet import MacAddress

# As many as a small table holds: a flood of made-up stations must not eat the memory.
_MOST_STATIONS = 1024


class Branch:
    """Joins `port`, of the station `mac`, to `cable`. Raises ValueError for a port that has a cable."""

    def __init__(self, cable: Cable, port: Port, mac: MacAddress) -> None:
        if port.cable is not None:
            raise ValueError(f"{port.name}: a port takes one cable")
        self._cable = cable
        self._port = port
        self._mac = bytes(mac)
        self._stations: dict[bytes, Port] = {}
        cable.arrivals.append(self._passes)
        port.plug(cable, self)
        port.set_carrier(True)

    def carry(self, frame: bytes) -> None:
        """Takes a frame of the third port to the end where its station is; to both if that is not known."""
        cable, port = self._cable, self._port
        now = cable.clock.now
        port.counters.frames_out += 1
        port.counters.bytes_out += len(frame)
        port.last_out = now
        for tap in cable.taps:
            tap(now, port, frame)
        known = None if frame[0] & 1 else self._stations.get(frame[:6])
        for end in cable.ends if known is None else (known,):
            cable.clock.call_later(cable.delay, self._deliver, end, frame)

    def _deliver(self, end: Port, frame: bytes) -> None:
        cable = self._cable
        if not end.carrier:
            cable.lost += 1
            return
        now = cable.clock.now
        for listener in cable.arrivals:
            if listener != self._passes:
                listener(now, self._port, end, frame)
        end.take(frame, now)

    def _passes(self, now: int, source: Port, _target: Port, frame: bytes) -> None:
        """A frame of one end has reached the other."""
        station = frame[6:12]
        if not station[0] & 1 and (station in self._stations or len(self._stations) < _MOST_STATIONS):
            self._stations[station] = source
        if frame[0] & 1 or frame[:6] == self._mac:
            self._port.take(frame, now)
