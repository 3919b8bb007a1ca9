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


class Clock:
    """The lab's clock; `now` is the lab time, for others to read.

    An exception in a callback does not stop the others. `report` is given each one; without it, the run
    raises them together, as an ExceptionGroup, when it ends. What is not an Exception (KeyboardInterrupt)
    ends the run at once; failures from before it are raised by the next run. A callback that runs the clock
    which runs it gets RuntimeError.

    `on_schedule` is called when, outside of a run, an event is scheduled that is now the earliest: who sleeps
    until the next event has to set the alarm anew.
    """

    __slots__ = (
        "_dead",
        "_failures",
        "_foreground",
        "_heap",
        "_report",
        "_running",
        "_sequence",
        "now",
        "on_schedule",
    )

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
        return self._schedule(when, callback, arguments, background)

    def call_later(self, delay: int, callback: Callback, *arguments: Any, background: bool = False) -> Timer:
        """Runs `callback` after `delay` nanoseconds. Raises ValueError for a negative delay."""
        return self._schedule(self.now + delay, callback, arguments, background)

    def call_soon(self, callback: Callback, *arguments: Any, background: bool = False) -> Timer:
        """Runs `callback` at the present lab time, behind what is already due."""
        return self._schedule(self.now, callback, arguments, background)

    def _schedule(self, when: int, callback: Callback, arguments: tuple[Any, ...], background: bool) -> Timer:
        if when < self.now:
            raise ValueError(f"lab time {when} has passed: it is {self.now}")
        timer = Timer(self, when, callback, arguments, background)
        self._sequence += 1
        heappush(self._heap, (when, self._sequence, timer))
        if not background:
            self._foreground += 1
        if self.on_schedule is not None and not self._running and self._first() is timer:
            self.on_schedule()
        return timer

    @property
    def idle(self) -> bool:
        """Is no foreground timer left, and nothing of any kind due at once?"""
        due = self.next_event
        return not self._foreground and (due is None or due > self.now)

    @property
    def next_event(self) -> int | None:
        """The lab time of the next event; None when there is none."""
        timer = self._first()
        return None if timer is None else timer.when

    def run_until_idle(self) -> None:
        """As fast as possible: runs events, and lets time jump, until the clock is idle."""
        with _Run(self):
            self._run_until_idle()

    def run_until(self, when: int) -> None:
        """Runs every event up to and with lab time `when`, which it then is."""
        with _Run(self):
            self._run_until(when)

    def step(self) -> bool:
        """Runs the next event alone, whenever it is; False when there is none."""
        with _Run(self):
            timer = self._first()
            if timer is None:
                return False
            self._fire(timer)
            return True

    def wait(self, duration: int) -> None:
        """Lets `duration` nanoseconds pass, background events and all, and then runs until idle."""
        with _Run(self):
            self._run_until(self.now + duration)
            self._run_until_idle()

    def _run_until_idle(self) -> None:
        while (timer := self._first()) is not None and (self._foreground or timer.when <= self.now):
            self._fire(timer)

    def _run_until(self, when: int) -> None:
        while (timer := self._first()) is not None and timer.when <= when:
            self._fire(timer)
        self.now = max(self.now, when)

    def _first(self) -> Timer | None:
        """The next timer, which stays in the heap; cancelled ones before it leave."""
        heap = self._heap
        while heap:
            timer = heap[0][2]
            if timer.active:
                return timer
            heappop(heap)
            self._dead -= 1
        return None

    def _fire(self, timer: Timer) -> None:
        """Runs `timer`, which is what `_first` has just returned."""
        heappop(self._heap)
        if not timer.background:
            self._foreground -= 1
        self.now = timer.when
        timer.active = False
        try:
            timer._callback(*timer._arguments)
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

    __slots__ = ("_clock",)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __enter__(self) -> None:
        if self._clock._running:
            raise RuntimeError("a callback can't run the clock that runs it")
        self._clock._running = True

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._clock._running = False
        if kind is None and self._clock._failures:
            failures, self._clock._failures = self._clock._failures, []
            raise ExceptionGroup("callbacks of the lab's clock failed", failures)


class Signal:
    """Something that happens once, and the callbacks that wait for it."""

    def __init__(self) -> None:
        self.fired = False
        self.value: object = None
        self._callbacks: list[Callable[[object], None]] = []

    def fire(self, value: object = None) -> None:
        """It has happened: calls everyone who waits, in order. A second time is refused, with RuntimeError.

        An exception of one does not stop the others: all are raised together, as an ExceptionGroup.
        """
        if self.fired:
            raise RuntimeError("a signal fires once")
        self.fired, self.value = True, value
        callbacks, self._callbacks = self._callbacks, []
        failures: list[Exception] = []
        for callback in callbacks:
            try:
                callback(value)
            except Exception as error:
                failures.append(error)
        if failures:
            raise ExceptionGroup("callbacks of a signal failed", failures)

    def subscribe(self, callback: Callable[[object], None]) -> None:
        """Calls `callback` with the value when it happens; at once if it has."""
        if self.fired:
            callback(self.value)
        else:
            self._callbacks.append(callback)


class Process:
    """A generator that waits on the clock: it yields nanoseconds to sleep, or a Signal to wait for.

    It takes its first step at once, in the constructor, where an exception goes to the caller. Later steps
    are events of the clock, also the one that follows a signal, so an exception there is the clock's to
    report and never reaches who fired. Its timers are in the foreground; a signal that has fired already
    costs no event.

    `alive` until the generator returns, raises or is cancelled. `done` is called with what it returns.
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
        self._timer: Timer | None = None
        self._stepping = False
        self._advance(None)

    def cancel(self) -> None:
        """Ends it where it waits: the generator gets GeneratorExit. `done` is not called.

        A process that cancels itself, or is cancelled by what it calls, ends at its next `yield`.
        """
        if self.alive:
            self.alive = False
            if self._timer is not None:
                self._timer.cancel()
            if not self._stepping:
                self._steps.close()

    def _advance(self, value: object) -> None:
        try:
            wish = self._step(value)
            while self.alive and isinstance(wish, Signal) and wish.fired:
                wish = self._step(wish.value)
        except StopIteration as end:
            finished, self.alive = self.alive, False
            result = end.value
        except BaseException:
            self.alive = False
            raise
        else:
            self._await(wish)
            return
        if finished and self._done is not None:
            self._done(result)

    def _step(self, value: object) -> int | Signal:
        self._stepping = True
        try:
            return self._steps.send(value)
        finally:
            self._stepping = False

    def _await(self, wish: int | Signal) -> None:
        if not self.alive:
            self._steps.close()
        elif isinstance(wish, Signal):
            wish.subscribe(self._wake)
        elif isinstance(wish, int) and wish >= 0:
            self._timer = self._clock.call_later(wish, self._advance, None)
        else:
            self.cancel()
            raise ValueError(f"a process yields nanoseconds, 0 or more, or a Signal, not {wish!r}")

    def _wake(self, value: object) -> None:
        if self.alive:
            self._timer = self._clock.call_soon(self._advance, value)
