"""The lab's time: the clock, its timers, and the processes that wait on it.

Time is an integer count of nanoseconds since the lab began. It is given, never read: nothing here knows
the wall clock. Events wait in one heap, ordered by (time, sequence number): equal times run in the order
in which they were asked for. A timer is in the foreground (somebody waits for it) or in the background
(ageing, leases, log lines); the clock is idle when no foreground timer is left.

The four gaits: `run_until_idle` goes as fast as it can, `Pace` follows the wall clock, a paused `Pace`
stands still, and `step` runs one event. The same program of timers runs alike in all four.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from heapq import heapify, heappop, heappush
from typing import Any

NANOSECOND = 1
MICROSECOND = 1_000 * NANOSECOND
MILLISECOND = 1_000 * MICROSECOND
SECOND = 1_000 * MILLISECOND
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# Below this many entries, cancelled timers are not worth a clean-up of the heap.
_SMALL_HEAP = 64

Callback = Callable[..., object]


class Timer:
    """One event to come. `when` is its lab time; `active` until it has run or was cancelled."""

    __slots__ = ("_arguments", "_callback", "_clock", "active", "background", "when")

    def __init__(
        self, clock: Clock, when: int, callback: Callback, arguments: tuple[Any, ...], background: bool
    ) -> None:
        self._clock = clock
        self.when = when
        self._callback = callback
        self._arguments = arguments
        self.background = background
        self.active = True

    def cancel(self) -> None:
        """Takes the event back; once it has run or was cancelled, this does nothing."""
        if self.active:
            self.active = False
            self._clock._cancelled(self)

    def _run(self) -> None:
        self.active = False
        self._callback(*self._arguments)


class Clock:
    """The lab's clock. `report` is given the exceptions of callbacks; without one, the run raises them."""

    def __init__(self, now: int = 0, report: Callable[[Exception], None] | None = None) -> None:
        self.now = now
        self.on_schedule: Callable[[], None] | None = None
        self._report = report
        self._heap: list[tuple[int, int, Timer]] = []
        self._sequence = 0
        self._foreground = 0
        self._dead = 0
        self._running = False
        self._failures: list[Exception] = []

    def call_at(self, when: int, callback: Callback, *arguments: Any, background: bool = False) -> Timer:
        """Runs `callback` at lab time `when`. Raises ValueError for a time that has passed."""
        if when < self.now:
            raise ValueError(f"lab time {when} has passed: it is {self.now}")
        timer = Timer(self, when, callback, arguments, background)
        self._sequence += 1
        first = not self._heap or when < self._heap[0][0]
        heappush(self._heap, (when, self._sequence, timer))
        if not background:
            self._foreground += 1
        if first and not self._running and self.on_schedule is not None:
            self.on_schedule()
        return timer

    def call_later(self, delay: int, callback: Callback, *arguments: Any, background: bool = False) -> Timer:
        """Runs `callback` after `delay` nanoseconds. Raises ValueError for a negative delay."""
        return self.call_at(self.now + delay, callback, *arguments, background=background)

    def call_soon(self, callback: Callback, *arguments: Any, background: bool = False) -> Timer:
        """Runs `callback` at the present lab time, behind what is already due."""
        return self.call_at(self.now, callback, *arguments, background=background)

    @property
    def idle(self) -> bool:
        """Is no foreground timer left, and nothing of any kind due at once?"""
        due = self.next_event
        return not self._foreground and (due is None or due > self.now)

    @property
    def next_event(self) -> int | None:
        """The lab time of the next event; None when there is none."""
        heap = self._heap
        while heap and not heap[0][2].active:
            heappop(heap)
            self._dead -= 1
        return heap[0][0] if heap else None

    def run_until_idle(self) -> None:
        """As fast as possible: runs events, and lets time jump, until the clock is idle."""
        with _Run(self):
            while not self.idle:
                self._next()

    def run_until(self, when: int) -> None:
        """Runs every event up to and with lab time `when`, which it then is."""
        with _Run(self):
            while (due := self.next_event) is not None and due <= when:
                self._next()
            self.now = max(self.now, when)

    def step(self) -> bool:
        """Runs the next event alone, whenever it is; False when there is none."""
        with _Run(self):
            if self.next_event is None:
                return False
            self._next()
            return True

    def wait(self, duration: int) -> None:
        """Lets `duration` nanoseconds pass, background events and all, and then runs until idle."""
        self.run_until(self.now + duration)
        self.run_until_idle()

    def _next(self) -> None:
        when, _, timer = heappop(self._heap)
        if not timer.background:
            self._foreground -= 1
        self.now = max(self.now, when)
        try:
            timer._run()
        except Exception as error:
            if self._report is None:
                self._failures.append(error)
            else:
                self._report(error)

    def _cancelled(self, timer: Timer) -> None:
        if not timer.background:
            self._foreground -= 1
        self._dead += 1
        heap = self._heap
        if len(heap) > _SMALL_HEAP and self._dead > len(heap) // 2:
            self._heap = [entry for entry in heap if entry[2].active]
            heapify(self._heap)
            self._dead = 0


class _Run:
    """Marks a clock as running, and raises what its callbacks raised when the run is over."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __enter__(self) -> None:
        if self._clock._running:
            raise RuntimeError("a callback can't run the clock that runs it")
        self._clock._running = True

    def __exit__(self, *_: object) -> None:
        self._clock._running = False
        failures, self._clock._failures = self._clock._failures, []
        if failures:
            raise ExceptionGroup("callbacks of the lab's clock failed", failures)


class Pace:
    """The real-time gait: which lab time a wall time means. Wall times are seconds, given by the caller."""

    def __init__(self, clock: Clock, wall: float, speed: float = 1.0) -> None:
        self._clock = clock
        self._speed = speed
        self._from_wall = wall
        self._from_lab = clock.now
        self.paused = False

    @property
    def speed(self) -> float:
        """Lab seconds for each wall second."""
        return self._speed

    def run(self, wall: float) -> None:
        """Runs the clock up to the lab time that `wall` means; nothing while it is paused."""
        if not self.paused:
            self._clock.run_until(max(self._lab(wall), self._clock.now))

    def delay(self, wall: float) -> float | None:
        """Wall seconds until the next event, 0.0 when it is due; None without one, or while paused."""
        due = self._clock.next_event
        if due is None or self.paused:
            return None
        return max(0.0, (due - self._lab(wall)) / SECOND / self._speed)

    def pause(self, wall: float) -> None:
        """Stops lab time, at the time that `wall` means."""
        self.run(wall)
        self.paused = True

    def resume(self, wall: float) -> None:
        """Goes on from where lab time stands."""
        self.paused = False
        self._from_wall, self._from_lab = wall, self._clock.now

    def set_speed(self, speed: float, wall: float) -> None:
        """Changes the speed from now on. Raises ValueError unless it is above zero."""
        if speed <= 0:
            raise ValueError(f"a speed is above zero, not {speed}")
        self.run(wall)
        self._speed = speed
        self._from_wall, self._from_lab = wall, self._clock.now

    def _lab(self, wall: float) -> int:
        return self._from_lab + round((wall - self._from_wall) * self._speed * SECOND)


class Signal:
    """Something that happens once, and the callbacks that wait for it."""

    def __init__(self) -> None:
        self.fired = False
        self.value: object = None
        self._callbacks: list[Callable[[object], None]] = []

    def fire(self, value: object = None) -> None:
        """It has happened: calls everyone who waits, in order. A second time is refused."""
        if self.fired:
            raise RuntimeError("a signal fires once")
        self.fired, self.value = True, value
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback(value)

    def subscribe(self, callback: Callable[[object], None]) -> None:
        """Calls `callback` with the value when it happens; at once if it has."""
        if self.fired:
            callback(self.value)
        else:
            self._callbacks.append(callback)


class Process:
    """A generator that waits on the clock: it yields nanoseconds to sleep, or a Signal to wait for.

    It starts at once, and `done` is called with what it returns. A sleep is a foreground timer.
    """

    def __init__(
        self,
        clock: Clock,
        steps: Generator[int | Signal, Any, Any],
        done: Callable[[Any], None] | None = None,
    ) -> None:
        self.alive = True
        self._clock = clock
        self._steps = steps
        self._done = done
        self._sleep: Timer | None = None
        self._advance(None)

    def cancel(self) -> None:
        """Ends it where it waits: the generator gets GeneratorExit. `done` is not called."""
        if self.alive:
            self.alive = False
            if self._sleep is not None:
                self._sleep.cancel()
            self._steps.close()

    def _advance(self, value: object) -> None:
        if not self.alive:
            return
        try:
            step = self._steps.send(value)
        except StopIteration as end:
            self.alive = False
            if self._done is not None:
                self._done(end.value)
            return
        except BaseException:
            self.alive = False
            raise
        if isinstance(step, Signal):
            step.subscribe(self._advance)
        else:
            self._sleep = self._clock.call_later(step, self._advance, None)
