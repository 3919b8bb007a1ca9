"""Cables and the ports at their ends: whole Ethernet frames go in, and come out later, or not at all.

The rules. A frame is on the way for `delay`; with a bandwidth it also takes the time of its bits, behind
those that wait. Frames come out in the order in which they went in, but for those that are reordered. What is
due at one time is delivered by one event. Loss, duplication and reordering are drawn for each direction from
a chance of its own, so that a lab loses the same frames every time, whatever goes the other way.

Every frame is accounted for: it is counted by the sender as sent or as an output drop, and one that was sent
is counted by the receiver (in, runt or giant) or by the cable as lost. Only a duplicate is counted twice.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from typing import Protocol

from ios_emu.clock import MICROSECOND, SECOND, Clock, Timer
from ios_emu.stack.counters import PortCounters

DEFAULT_DELAY = 50 * MICROSECOND

# Preamble, check sequence and the gap behind a frame, in bytes.
_OVERHEAD = 24
# A header, and a full frame with an 802.1Q tag: frames are without the check sequence's four bytes here.
_SHORTEST, _LONGEST = 14, 1518
_MOST_QUEUED = 1000
_IPV4 = b"\x08\x00"
_BROADCAST = b"\xff" * 6

Tap = Callable[[int, "Port", bytes], None]
Arrival = Callable[[int, "Port", "Port", bytes], None]


class Way(Protocol):
    """Where a port's frames go."""

    def carry(self, frame: bytes) -> None:
        """Takes a frame to the far end."""


class Port:
    """An Ethernet port of a device. The device sets `receive` and `carrier_changed`.

    `enabled` is the device's own wish; `carrier` says that a cable is plugged in, whole, and enabled at
    both ends. `last_in` and `last_out` are lab times; None before the first frame.
    """

    __slots__ = (
        "_carrier",
        "_enabled",
        "_way",
        "cable",
        "carrier_changed",
        "counters",
        "last_in",
        "last_out",
        "name",
        "receive",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.receive: Callable[[bytes], None] = _nowhere
        self.carrier_changed: Callable[[], None] = _nobody
        self.cable: Cable | None = None
        self.counters = PortCounters()
        self.last_in: int | None = None
        self.last_out: int | None = None
        self._enabled = True
        self._carrier = False
        self._way: Way | None = None

    @property
    def enabled(self) -> bool:
        """Does the device want to use it?"""
        return self._enabled

    @property
    def carrier(self) -> bool:
        """Does a frame that is sent reach the far end?"""
        return self._carrier

    def set_enabled(self, enabled: bool) -> None:
        """Switches the port on or off; both ends of its cable notice."""
        if enabled != self._enabled:
            self._enabled = enabled
            if self.cable is not None:
                self.cable.check_carrier()

    def send(self, frame: bytes) -> None:
        """Sends a frame; without carrier, or with a full queue, it is an output drop."""
        if not self._carrier:
            self.counters.output_drops += 1
            return
        assert self._way is not None
        self._way.carry(frame)

    def take(self, frame: bytes, now: int) -> None:
        """A frame has arrived: it is counted, and given to the device unless it is too short or too long."""
        counters = self.counters
        size = len(frame)
        if not _SHORTEST <= size <= _LONGEST:
            if size < _SHORTEST:
                counters.runts += 1
            else:
                counters.giants += 1
            return
        counters.frames_in += 1
        counters.bytes_in += size
        if frame[0] & 1:
            counters.broadcasts_in += 1
            counters.multicasts_in += frame[:6] != _BROADCAST
        if frame[12:14] != _IPV4:
            counters.count_protocol_in(frame)
        self.last_in = now
        self.receive(frame)

    def plug(self, cable: Cable | None, way: Way | None) -> None:
        """The cable tells that it is this port's now, or no more."""
        self.cable, self._way = cable, way

    def set_carrier(self, carrier: bool) -> bool:
        """The cable tells how it is now; True when that is news."""
        if carrier == self._carrier:
            return False
        self._carrier = carrier
        self.counters.carrier_lost += not carrier
        return True

    def __repr__(self) -> str:
        return f"<Port {self.name}>"


def _nowhere(frame: bytes) -> None:
    """Where a port without a device puts its frames."""


def _nobody() -> None:
    """Who cares for the carrier of a port without a device."""


class _Way:
    """One way through a cable: the transmitter and its queue, and the frames that are under way.

    `_last` is the newest flight of those that keep their order, due at `_due`; -1 when it has arrived.
    """

    __slots__ = (
        "_busy_until",
        "_cable",
        "_chance",
        "_clock",
        "_cuts",
        "_due",
        "_flights",
        "_last",
        "_number",
        "_source",
        "_starts",
        "_target",
    )

    def __init__(self, cable: Cable, source: Port, target: Port, chance: random.Random) -> None:
        self._cable = cable
        self._clock = cable.clock
        self._source = source
        self._target = target
        self._chance = chance
        self._busy_until = 0
        self._starts: deque[int] = deque()
        self._due = -1
        self._last: list[bytes] = []
        self._flights: dict[int, tuple[Timer, list[bytes]]] = {}
        self._number = 0
        self._cuts = 0

    def carry(self, frame: bytes) -> None:
        """Takes a frame from the source to the target."""
        cable, source = self._cable, self._source
        counters = source.counters
        now = self._clock.now
        when = now + cable.delay
        if cable.bandwidth is not None:
            begin = self._begin(now)
            if begin is None:
                counters.output_drops += 1
                return
            self._busy_until = begin + (len(frame) + _OVERHEAD) * 8 * SECOND // cable.bandwidth
            when += self._busy_until - now
        counters.frames_out += 1
        counters.bytes_out += len(frame)
        if frame and frame[0] & 1:
            counters.broadcasts_out += 1
            counters.multicasts_out += frame[:6] != _BROADCAST
        if frame[12:14] != _IPV4:
            counters.count_protocol_out(frame)
        source.last_out = now
        for tap in cable.taps:
            tap(now, source, frame)
        if cable.loss and self._chance.random() < cable.loss:
            cable.lost += 1
            return
        if cable.reorder and self._chance.random() < cable.reorder:
            when += round(cable.delay * self._chance.uniform(1, 3))
            self._launch(when, [frame])
        elif when <= self._due:
            # Not before the one that is ahead of it, even where the delay has become shorter.
            when = self._due
            self._last.append(frame)
        else:
            self._due, self._last = when, [frame]
            self._launch(when, self._last)
        if cable.duplicate and self._chance.random() < cable.duplicate:
            cable.duplicated += 1
            self._launch(when + cable.delay, [frame])

    def cut(self) -> int:
        """Drops what waits and what is under way; returns how many frames that were."""
        frames = 0
        for timer, flight in self._flights.values():
            timer.cancel()
            frames += len(flight)
        self._flights.clear()
        self._starts.clear()
        self._due = -1
        self._busy_until = 0
        self._cuts += 1
        return frames

    def _begin(self, now: int) -> int | None:
        """When the transmitter gets to a frame that is sent now; None when too many wait already."""
        starts = self._starts
        while starts and starts[0] <= now:
            starts.popleft()
        if self._busy_until <= now:
            return now
        if len(starts) >= _MOST_QUEUED:
            return None
        starts.append(self._busy_until)
        return self._busy_until

    def _launch(self, when: int, frames: list[bytes]) -> None:
        self._number += 1
        self._flights[self._number] = (self._clock.call_at(when, self._arrive, self._number), frames)

    def _arrive(self, number: int) -> None:
        _, frames = self._flights.pop(number)
        if frames is self._last:
            # Whatever is sent from now on has a flight of its own, even where it is due at this same time.
            self._due = -1
        target, now, cuts = self._target, self._clock.now, self._cuts
        arrivals = self._cable.arrivals
        for position, frame in enumerate(frames):
            if cuts != self._cuts:
                self._cable.lost += len(frames) - position
                return
            for listener in arrivals:
                listener(now, self._source, target, frame)
            try:
                target.take(frame, now)
            except BaseException:
                self._go_on(frames[position + 1 :], cuts)
                raise

    def _go_on(self, rest: list[bytes], cuts: int) -> None:
        """The others are not lost with the one that a device failed at."""
        if cuts != self._cuts:
            self._cable.lost += len(rest)
        elif self._due == self._clock.now:
            self._last[:0] = rest
        elif rest:
            self._launch(self._clock.now, rest)


class Cable:
    """A cable between two ports. `delay` is in nanoseconds, `bandwidth` in bits per second.

    `arrivals` are called with each frame that reaches its far end: lab time, both ports, the frame.
    `loss`, `duplicate` and `reorder` are probabilities for each frame; all may be changed at any time. `taps`
    are called with each frame that enters the cable: lab time, the port that sent it, the frame. `lost` and
    `duplicated` count frames. Raises ValueError for a port that has a cable.
    """

    def __init__(
        self,
        clock: Clock,
        a: Port,
        b: Port,
        *,
        delay: int = DEFAULT_DELAY,
        bandwidth: int | None = None,
        loss: float = 0.0,
        duplicate: float = 0.0,
        reorder: float = 0.0,
        chance: random.Random | None = None,
    ) -> None:
        if a.cable is not None or b.cable is not None or a is b:
            raise ValueError(f"{a.name} and {b.name}: a port takes one cable")
        self.clock = clock
        self.ends = (a, b)
        self.delay = delay
        self.bandwidth = bandwidth
        self.loss = loss
        self.duplicate = duplicate
        self.reorder = reorder
        self.taps: list[Tap] = []
        self.arrivals: list[Arrival] = []
        self.lost = 0
        self.duplicated = 0
        self._up = True
        chance = chance or random.Random(f"{a.name} -- {b.name}")
        self._ways = tuple(
            _Way(self, source, target, random.Random(chance.random())) for source, target in ((a, b), (b, a))
        )
        for port, way in zip(self.ends, self._ways, strict=True):
            port.plug(self, way)
        self.check_carrier()

    @property
    def up(self) -> bool:
        """Is it whole?"""
        return self._up

    def set_up(self, up: bool) -> None:
        """Cuts or mends it. What is on the way in a cable that is cut is lost."""
        if up != self._up:
            self._up = up
            self.check_carrier()

    def check_carrier(self) -> None:
        """Tells both ends whether they reach each other."""
        carrier = self._up and all(port.enabled for port in self.ends)
        if not carrier:
            self.lost += sum(way.cut() for way in self._ways)
        # Both know before either acts on it: nothing can be sent into a cable that is cut.
        for port in [port for port in self.ends if port.set_carrier(carrier)]:
            port.carrier_changed()

    def unplug(self) -> None:
        """Takes it out of both ports."""
        self.set_up(False)
        for port in self.ends:
            port.plug(None, None)
