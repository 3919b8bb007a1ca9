"""Drives a lab in real time: the wall clock of asyncio's loop on one side, the lab's clock on the other.

Every wake-up does the same: bring the lab to the present, let it take what came, commit what it wants
stored, and sleep until its next event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ios_emu.clock import SECOND
from ios_emu.edges.journal import Committer
from ios_emu.edges.pace import Pace
from ios_emu.lab.topology import Lab

# A system sleeps for a millisecond at least: a frame that is on a cable for less would be late.
_SHORTEST_SLEEP = 0.001


class RealTime:
    """A lab that runs at the pace of the wall clock, times `speed`; `journal` is what it wants kept."""

    def __init__(
        self,
        lab: Lab,
        journal: Committer | None = None,
        speed: float = 1.0,
    ) -> None:
        self.lab = lab
        self._journal = journal
        self._loop = asyncio.get_running_loop()
        self._pace = Pace(lab.clock, self._loop.time(), speed)
        self._alarm: asyncio.Handle | None = None

    def wake(self, act: Callable[[], None] = lambda: None) -> None:
        """Brings the lab to the present, does `act` there, and goes back to sleep."""
        self._pace.run(self._loop.time(), self._loop.time)
        try:
            act()
        finally:
            self._settle()
            self._set_alarm()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        delay = self._pace.delay(self._loop.time())
        if delay is None:
            self._alarm = None
        elif delay < _SHORTEST_SLEEP:
            self._alarm = self._loop.call_soon(self.wake)
        else:
            self._alarm = self._loop.call_later(delay, self.wake)

    def _settle(self) -> None:
        """Events that are due at once, and what they want stored: each may bring the other about."""
        while True:
            self._pace.run(self._loop.time(), self._loop.time)
            if self._journal is None or not self._journal.pending:
                return
            self._journal.commit()

    # What the lab prompt asks

    @property
    def paused(self) -> bool:
        """Does lab time stand still?"""
        return self._pace.paused

    def set_speed(self, speed: float) -> str:
        """Lab seconds for each wall second. Raises ValueError unless it is above zero."""
        self._pace.set_speed(speed, self._loop.time())
        self.wake()
        return ""

    def pause(self) -> str:
        """Stops lab time."""
        self._pace.pause(self._loop.time())
        self.wake()
        return "lab time stands still; 'step' runs one event, 'resume' goes on\n"

    def resume(self) -> str:
        """Lets lab time go on."""
        self._pace.resume(self._loop.time())
        self.wake()
        return ""

    def step(self) -> str:
        """Runs the next event alone."""
        if not self._pace.paused:
            return "lab time runs; 'pause' stops it\n"
        if not self.lab.clock.step():
            return "nothing is going to happen\n"
        self._settle()
        return f"lab time is {self.lab.clock.now / SECOND:.6f} s\n"

    def stop(self) -> None:
        """Ends the driving; the lab stands still."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._settle()
