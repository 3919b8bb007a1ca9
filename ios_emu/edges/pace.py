"""The real-time gait of a lab: which lab time a wall time means."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, ulp

from ios_emu.clock import MILLISECOND, SECOND, Clock

# How much lab time is run between two looks at the wall clock, and how many wall seconds one run may take.
_SLICE = MILLISECOND
_PATIENCE = 0.005


class Pace:
    """The real-time gait: which lab time a wall time means. Wall times are seconds, given by the caller.

    Where the clock has been run ahead (`step` while paused, `wait`), or the wall time went back, lab time
    goes on from where it stands. Raises ValueError for a speed that is not above zero.
    """

    def __init__(self, clock: Clock, wall: float, speed: float = 1.0) -> None:
        self._clock = clock
        self._speed = _checked_speed(speed)
        self._from_wall = wall
        self._from_lab = clock.now
        self.paused = False

    @property
    def speed(self) -> float:
        """Lab seconds for each wall second."""
        return self._speed

    def run(self, wall: float, look: Callable[[], float] | None = None) -> None:
        """Runs the clock up to the lab time that `wall` means; nothing while it is paused.

        With `look`, which tells the wall time, it is given up when it takes too long: lab time then goes on
        from where it stands. Who falls behind would else have ever more to do at once.
        """
        if self.paused:
            return
        self._follow(wall)
        goal = self._lab(wall)
        while look is not None and (due := self._clock.next_event) is not None and due <= goal:
            self._clock.run_until(min(goal, due + _SLICE))
            if (now := look()) > wall + _PATIENCE:
                self._from_wall, self._from_lab = now, self._clock.now
                return
        self._clock.run_until(goal)

    def delay(self, wall: float) -> float | None:
        """Wall seconds until the next event, 0.0 when it is due; None without one, or while paused.

        After just that long, `run` does reach the event: a caller never wakes up in vain.
        """
        due = self._clock.next_event
        if due is None or self.paused:
            return None
        self._follow(wall)
        delay = max(0.0, (due - self._lab(wall)) / SECOND / self._speed)
        # A wall time is coarser than a nanosecond: the sum may fall just short of the event.
        while self._lab(wall + delay) < due:
            delay += ulp(max(abs(wall), delay))
        return delay

    def pause(self, wall: float) -> None:
        """Stops lab time, at the time that `wall` means."""
        self.run(wall)
        self.paused = True

    def resume(self, wall: float) -> None:
        """Goes on from where lab time stands; nothing unless it is paused."""
        if self.paused:
            self.paused = False
            self._from_wall, self._from_lab = wall, self._clock.now

    def set_speed(self, speed: float, wall: float) -> None:
        """Changes the speed from now on. Raises ValueError unless it is above zero."""
        speed = _checked_speed(speed)
        self.run(wall)
        self._speed = speed
        self._from_wall, self._from_lab = wall, self._clock.now

    def _lab(self, wall: float) -> int:
        return self._from_lab + round((wall - self._from_wall) * self._speed * SECOND)

    def _follow(self, wall: float) -> None:
        if self._lab(wall) < self._clock.now:
            self._from_wall, self._from_lab = wall, self._clock.now


def _checked_speed(speed: float) -> float:
    if not (speed > 0 and isfinite(speed)):
        raise ValueError(f"a speed is above zero, not {speed}")
    return speed
