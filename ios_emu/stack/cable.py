"""Cables and the ports at their ends: whole Ethernet frames go in, and come out later, or not at all.

The rules. A frame is on the way for `delay`; with a bandwidth it also takes the time of its bits, behind
those that wait. Loss, duplication and reordering are drawn from the chance that the cable was given, so that
a lab loses the same frames every time. What is due at one time is delivered by one event, in order.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from ios_emu.clock import MICROSECOND, SECOND, Clock

DEFAULT_DELAY = 50 * MICROSECOND

# Preamble, check sequence and the gap behind a frame, in bytes.
_OVERHEAD = 24
_SHORTEST, _LONGEST = 14, 1518
_MOST_QUEUED = 1000

Tap = Callable[[int, "Port", bytes], None]


@dataclass(slots=True)
class PortCounters:
    """What `show interfaces` counts of a port."""

    frames_in: int = 0
    bytes_in: int = 0
    broadcasts_in: int = 0
    frames_out: int = 0
    bytes_out: int = 0
    output_drops: int = 0
    runts: int = 0
    giants: int = 0
    carrier_lost: int = 0


class Port:
    """An Ethernet port of a device. The device sets `receive` and `carrier_changed`.

    `enabled` is the device's own wish; `carrier` says that a cable is plugged in, whole, and enabled at
    both ends. `last_in` and `last_out` are lab times; None before the first frame.
    """

    __slots__ = (
        "_carrier",
        "_enabled",
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
        """Sends a frame; without carrier it is lost."""
        if not self._carrier:
            return
        cable = self.cable
        assert cable is not None
        counters = self.counters
        counters.frames_out += 1
        counters.bytes_out += len(frame)
        self.last_out = cable.clock.now
        cable.carry(self, frame)

    def take(self, frame: bytes, now: int) -> None:
        """A frame has arrived: it is counted, and given to the device unless it is too short or too long."""
        counters = self.counters
        size = len(frame)
        if size < _SHORTEST:
            counters.runts += 1
            return
        if size > _LONGEST:
            counters.giants += 1
            return
        counters.frames_in += 1
        counters.bytes_in += size
        if frame[0] & 1:
            counters.broadcasts_in += 1
        self.last_in = now
        self.receive(frame)

    def set_carrier(self, carrier: bool) -> None:
        """The cable tells how it is now."""
        if carrier != self._carrier:
            self._carrier = carrier
            self.counters.carrier_lost += not carrier
            self.carrier_changed()

    def __repr__(self) -> str:
        return f"<Port {self.name}>"


def _nowhere(frame: bytes) -> None:
    """Where a port without a device puts its frames."""


def _nobody() -> None:
    """Who cares for the carrier of a port without a device."""


class _Direction:
    """One way through a cable: the frames that are on it, oldest first, and its transmitter."""

    __slots__ = ("busy_until", "due", "flight", "target")

    def __init__(self, target: Port) -> None:
        self.target = target
        self.busy_until = 0
        self.due = -1
        self.flight: list[bytes] = []


class Cable:
    """A cable between two ports. `delay` is in nanoseconds, `bandwidth` in bits per second.

    `loss`, `duplicate` and `reorder` are probabilities for each frame. `taps` are called with each frame
    that enters the cable: lab time, the port that sent it, the frame.
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
        self.lost = 0
        self._chance = chance or random.Random(f"{a.name} -- {b.name}")
        self._up = True
        self._generation = 0
        self._directions = {a: _Direction(b), b: _Direction(a)}
        a.cable = b.cable = self
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
        a, b = self.ends
        carrier = self._up and a.enabled and b.enabled
        if not carrier:
            self._drop_all()
        a.set_carrier(carrier)
        b.set_carrier(carrier)

    def unplug(self) -> None:
        """Takes it out of both ports."""
        self.set_up(False)
        for port in self.ends:
            port.cable = None

    def carry(self, source: Port, frame: bytes) -> None:
        """Takes a frame from one end to the other."""
        now = self.clock.now
        for tap in self.taps:
            tap(now, source, frame)
        direction = self._directions[source]
        when = now + self.delay
        if self.bandwidth is not None:
            time = (len(frame) + _OVERHEAD) * 8 * SECOND // self.bandwidth
            begin = max(now, direction.busy_until)
            if begin - now > _MOST_QUEUED * time:
                source.counters.output_drops += 1
                return
            direction.busy_until = begin + time
            when += direction.busy_until - now
        if self.loss and self._chance.random() < self.loss:
            self.lost += 1
            return
        if self.reorder and self._chance.random() < self.reorder:
            when += round(self.delay * self._chance.uniform(1, 3))
            self.clock.call_at(when, self._arrive, direction.target, [frame], self._generation)
        elif when == direction.due:
            direction.flight.append(frame)
        else:
            direction.due, direction.flight = when, [frame]
            self.clock.call_at(when, self._arrive_together, direction, direction.flight, self._generation)
        if self.duplicate and self._chance.random() < self.duplicate:
            self.clock.call_at(when + self.delay, self._arrive, direction.target, [frame], self._generation)

    def _arrive_together(self, direction: _Direction, frames: list[bytes], generation: int) -> None:
        # Whatever is sent from now on has a flight of its own, even where it is due at this same time.
        if direction.flight is frames:
            direction.due = -1
        self._arrive(direction.target, frames, generation)

    def _arrive(self, target: Port, frames: list[bytes], generation: int) -> None:
        now = self.clock.now
        for position, frame in enumerate(frames):
            if generation != self._generation:
                self.lost += len(frames) - position
                return
            try:
                target.take(frame, now)
            except BaseException:
                # The others are not lost with the one that a device failed at.
                if position + 1 < len(frames):
                    self.clock.call_soon(self._arrive, target, frames[position + 1 :], generation)
                raise

    def _drop_all(self) -> None:
        self._generation += 1
        for direction in self._directions.values():
            direction.due = -1
            direction.busy_until = 0
