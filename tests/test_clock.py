"""The lab's time: the order of events, idleness, the four gaits, failures, and processes."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.clock import (
    DAY,
    HOUR,
    MICROSECOND,
    MILLISECOND,
    MINUTE,
    NANOSECOND,
    SECOND,
    Clock,
    Process,
    Signal,
    Timer,
)
from ios_emu.edges.pace import Pace

Steps = Generator[int | Signal, Any, Any]


def fail(error: BaseException) -> None:
    raise error


class TestOrder:
    def test_units_are_nanoseconds(self) -> None:
        assert (NANOSECOND, MICROSECOND, MILLISECOND, SECOND) == (1, 10**3, 10**6, 10**9)
        assert (MINUTE, HOUR, DAY) == (60 * SECOND, 3600 * SECOND, 86_400 * SECOND)

    def test_equal_times_run_in_the_order_in_which_they_were_asked_for(self) -> None:
        clock, log = Clock(), list[str]()
        clock.call_at(20, log.append, "late")
        for number in range(50):
            clock.call_at(10, log.append, f"tie {number}", background=number % 2 == 0)
        clock.call_at(5, log.append, "early")
        clock.run_until_idle()
        assert log == ["early", *(f"tie {number}" for number in range(50)), "late"]
        assert clock.now == 20

    def test_call_soon_goes_behind_what_is_due(self) -> None:
        clock, log = Clock(), list[str]()

        def first() -> None:
            clock.call_soon(log.append, "soon")
            log.append("first")

        clock.call_later(3, first)
        clock.call_later(3, log.append, "second")
        clock.run_until_idle()
        assert log == ["first", "second", "soon"]
        assert clock.now == 3

    def test_a_callback_sees_the_time_of_its_event(self) -> None:
        clock, seen = Clock(now=100), list[int]()
        clock.call_later(7, lambda: seen.append(clock.now))
        clock.call_at(103, lambda: seen.append(clock.now))
        clock.run_until(1000)
        assert seen == [103, 107]
        assert clock.now == 1000

    def test_the_past_is_refused(self) -> None:
        clock = Clock(now=100)
        with pytest.raises(ValueError, match="lab time 99 has passed: it is 100"):
            clock.call_at(99, print)
        with pytest.raises(ValueError, match="lab time 98 has passed: it is 100"):
            clock.call_later(-2, print, background=True)
        assert clock.idle
        assert clock.next_event is None


class TestTimer:
    def test_is_active_until_it_runs(self) -> None:
        clock, seen = Clock(), list[bool]()
        timer = clock.call_later(4, lambda: seen.append(timer.active), background=True)
        assert (timer.when, timer.background, timer.active) == (4, True, True)
        clock.run_until(4)
        assert seen == [False]
        timer.cancel()
        assert clock.idle

    def test_cancelled_never_runs_and_is_counted_once(self) -> None:
        clock, log = Clock(), list[str]()
        gone = clock.call_later(1, log.append, "gone")
        clock.call_later(2, log.append, "kept")
        gone.cancel()
        gone.cancel()
        assert not gone.active
        assert not clock.idle
        assert clock.next_event == 2
        clock.run_until_idle()
        assert log == ["kept"]
        assert clock.idle

    def test_a_callback_cancels_another_that_is_due_at_the_same_time(self) -> None:
        clock, log = Clock(), list[str]()
        clock.call_at(1, lambda: victim.cancel())
        victim = clock.call_at(1, log.append, "victim")
        clock.run_until_idle()
        assert log == []
        assert clock.idle

    @pytest.mark.parametrize("background", [False, True])
    def test_rearming_does_not_grow_the_heap(self, background: bool) -> None:
        clock, log = Clock(), list[int]()
        kept = [clock.call_at(50 + number, log.append, number) for number in range(100)]
        timer = clock.call_later(1, log.append, -1, background=background)
        for delay in range(20_000):
            timer.cancel()
            timer = clock.call_later(1_000 + delay, log.append, -1, background=background)
            assert len(clock._heap) <= 2 * (len(kept) + 1) + 2
        clock.run_until(DAY)
        assert log == [*range(100), -1]


class TestIdle:
    def test_background_alone_is_idle(self) -> None:
        clock, log = Clock(), list[str]()
        clock.call_later(HOUR, log.append, "lease", background=True)
        assert clock.idle
        clock.run_until_idle()
        assert (log, clock.now, clock.next_event) == ([], 0, HOUR)

    def test_background_that_is_due_runs_before_idle(self) -> None:
        clock, log = Clock(), list[str]()
        clock.call_soon(log.append, "due", background=True)
        assert not clock.idle
        clock.run_until_idle()
        assert log == ["due"]
        assert clock.idle

    def test_background_on_the_way_to_foreground_runs_in_order(self) -> None:
        clock, log = Clock(), list[str]()
        for when in (1, 3, 5):
            clock.call_at(when, log.append, f"background {when}", background=True)
        clock.call_at(3, log.append, "foreground 3")
        clock.call_at(3, log.append, "background 3, later", background=True)
        clock.run_until_idle()
        assert log == ["background 1", "background 3", "foreground 3", "background 3, later"]
        assert (clock.now, clock.next_event) == (3, 5)

    def test_background_may_start_foreground(self) -> None:
        clock, log = Clock(), list[str]()
        clock.call_soon(clock.call_later, 9, log.append, "answer", background=True)
        clock.run_until_idle()
        assert log == ["answer"]
        assert clock.now == 9

    def test_wait_lets_background_pass_and_then_runs_until_idle(self) -> None:
        clock, log = Clock(), list[str]()
        clock.call_at(10, clock.call_later, 5, log.append, "retry", background=True)
        clock.call_at(20, log.append, "hello", background=True)
        clock.wait(12)
        assert log == ["retry"]
        assert clock.now == 15

    def test_step_runs_one_event_of_any_kind(self) -> None:
        clock, log = Clock(), list[str]()
        clock.call_at(4, log.append, "a", background=True)
        clock.call_at(4, log.append, "b")
        assert clock.step()
        assert (log, clock.now) == (["a"], 4)
        assert clock.step()
        assert (log, clock.now) == (["a", "b"], 4)
        assert not clock.step()

    def test_run_until_takes_events_at_its_end_and_stands_there(self) -> None:
        clock, log = Clock(), list[int]()
        for when in (9, 10, 11):
            clock.call_at(when, log.append, when)
        clock.run_until(10)
        assert (log, clock.now, clock.idle) == ([9, 10], 10, False)

    @pytest.mark.property
    @settings(deadline=None)
    @given(st.integers(0, 2**32))
    def test_is_exact_for_any_mix_of_calls(self, seed: int) -> None:
        clock, timers, chance = Clock(), list[Timer](), random.Random(seed)
        for _ in range(300):
            match chance.randrange(5):
                case 0 | 1:
                    background = chance.random() < 0.5
                    timers.append(clock.call_later(chance.randrange(9), int, background=background))
                case 2 if timers:
                    chance.choice(timers).cancel()
                case 3:
                    clock.step()
                case 4:
                    clock.run_until(clock.now + chance.randrange(4))
            active = [timer for timer in timers if timer.active]
            due = min((timer.when for timer in active), default=None)
            assert clock.next_event == due
            foreground = any(not timer.background for timer in active)
            assert clock.idle == (not foreground and due != clock.now)


class TestFailures:
    def test_are_raised_together_when_the_run_ends(self) -> None:
        clock, log = Clock(), list[str]()
        first, second = OSError("first"), KeyError("second")
        clock.call_at(1, fail, first)
        clock.call_at(2, log.append, "between")
        clock.call_at(3, fail, second)
        clock.call_at(4, log.append, "after")
        with pytest.raises(ExceptionGroup, match="callbacks of the lab's clock failed") as caught:
            clock.run_until_idle()
        assert caught.value.exceptions == (first, second)
        assert (log, clock.now) == (["between", "after"], 4)
        clock.run_until_idle()

    def test_go_to_report(self) -> None:
        reported, log, error = list[Exception](), list[str](), OSError("lost")
        clock = Clock(report=reported.append)
        clock.call_at(1, fail, error)
        clock.call_at(2, log.append, "after")
        clock.run_until_idle()
        assert (reported, log) == ([error], ["after"])

    @pytest.mark.parametrize("gait", [lambda clock: clock.run_until(9), lambda clock: clock.step()])
    def test_every_gait_raises_them(self, gait: Callable[[Clock], object]) -> None:
        clock = Clock()
        clock.call_at(1, fail, OSError())
        with pytest.raises(ExceptionGroup):
            gait(clock)

    def test_wait_goes_on_to_its_end(self) -> None:
        clock, log = Clock(), list[str]()
        clock.call_at(1, fail, OSError())
        clock.call_at(20, log.append, "after")
        with pytest.raises(ExceptionGroup):
            clock.wait(10)
        assert (log, clock.now) == (["after"], 20)

    @pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), GeneratorExit()])
    def test_what_is_no_exception_ends_the_run_at_once(self, error: BaseException) -> None:
        reported, log = list[Exception](), list[str]()
        clock = Clock(report=reported.append)
        clock.call_at(1, fail, error)
        clock.call_at(2, log.append, "after")
        with pytest.raises(type(error)):
            clock.run_until(10)
        assert (reported, log, clock.now) == ([], [], 1)
        clock.run_until_idle()
        assert log == ["after"]

    def test_an_interrupt_is_not_hidden_and_hides_no_failure(self) -> None:
        clock, earlier = Clock(), OSError("earlier")
        clock.call_at(1, fail, earlier)
        clock.call_at(2, fail, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            clock.run_until_idle()
        with pytest.raises(ExceptionGroup) as caught:
            clock.run_until_idle()
        assert caught.value.exceptions == (earlier,)

    @pytest.mark.parametrize("gait", ["run_until_idle", "run_until", "step", "wait"])
    def test_a_callback_cannot_run_its_clock(self, gait: str) -> None:
        reported, log = list[Exception](), list[str]()
        clock = Clock(report=reported.append)
        arguments = (5,) if gait in ("run_until", "wait") else ()
        clock.call_at(1, getattr(clock, gait), *arguments)
        clock.call_at(2, log.append, "after")
        clock.run_until_idle()
        assert [type(error) for error in reported] == [RuntimeError]
        assert str(reported[0]) == "a callback can't run the clock that runs it"
        assert log == ["after"]


class TestOnSchedule:
    def test_tells_of_a_new_earliest_event_only(self) -> None:
        clock, told = Clock(), list[int | None]()
        clock.on_schedule = lambda: told.append(clock.next_event)
        clock.call_at(10, int)
        clock.call_at(10, int)
        clock.call_at(11, int)
        clock.call_at(9, int, background=True)
        assert told == [10, 9]

    def test_a_cancelled_event_does_not_count(self) -> None:
        clock, told = Clock(), list[int | None]()
        clock.call_at(5, int).cancel()
        clock.on_schedule = lambda: told.append(clock.next_event)
        clock.call_at(7, int)
        assert told == [7]

    def test_is_silent_during_a_run(self) -> None:
        clock, told = Clock(), list[str]()
        clock.call_at(1, clock.call_soon, int)
        clock.on_schedule = lambda: told.append("told")
        clock.run_until_idle()
        assert told == []


@dataclass
class Event:
    """One timer of a random program: what it starts, and which of the timers so far it cancels."""

    delay: int
    background: bool
    cancels: int | None
    starts: list[Event] = field(default_factory=list)


delays = st.one_of(st.integers(0, 3), st.integers(0, 2 * SECOND))
leaves = st.builds(Event, delays, st.booleans(), st.none() | st.integers(0, 9))
programs = st.lists(
    st.recursive(
        leaves,
        lambda events: st.builds(
            Event, delays, st.booleans(), st.none() | st.integers(0, 9), st.lists(events, max_size=4)
        ),
        max_leaves=25,
    ),
    min_size=1,
    max_size=5,
)
HORIZON = MINUTE


class Program:
    """Runs a random program of timers on a clock of its own and logs what happens when."""

    def __init__(self, roots: list[Event]) -> None:
        self.clock = Clock()
        self.log: list[tuple[int, int]] = []
        self._timers: list[Timer] = []
        self._start(roots)

    def _start(self, events: list[Event]) -> None:
        for event in events:
            number = len(self._timers)
            self._timers.append(
                self.clock.call_later(event.delay, self._run, number, event, background=event.background)
            )

    def _run(self, number: int, event: Event) -> None:
        self.log.append((self.clock.now, number))
        self._start(event.starts)
        if event.cancels is not None:
            self._timers[event.cancels % len(self._timers)].cancel()


@pytest.mark.property
@settings(deadline=None)
@given(programs, st.integers(0, 2**32))
def test_the_gaits_give_the_same_log(roots: list[Event], seed: int) -> None:
    chance = random.Random(seed)
    stepped = Program(roots)
    while stepped.clock.step():
        pass

    fast = Program(roots)
    fast.clock.run_until_idle()
    assert fast.clock.idle
    assert fast.log == stepped.log[: len(fast.log)]
    fast.clock.run_until(HORIZON)

    pieces = Program(roots)
    while pieces.clock.now < HORIZON:
        pieces.clock.run_until(pieces.clock.now + chance.choice([1, MILLISECOND, SECOND, 40 * SECOND]))

    paced = Program(roots)
    wall = chance.uniform(0, 1e6)
    pace = Pace(paced.clock, wall, chance.choice([0.5, 1.0, 7.0]))
    while paced.clock.now < HORIZON:
        match chance.randrange(4):
            case 0:
                wall += chance.uniform(0, 20)
            case 1:
                wall += pace.delay(wall) or 1.0
            case 2:
                pace.set_speed(chance.uniform(0.1, 50), wall)
            case 3:
                pace.pause(wall)
                wall += chance.uniform(0, 5)
                if chance.random() < 0.5:
                    paced.clock.step()
                pace.resume(wall)
        pace.run(wall)

    assert fast.log == pieces.log == paced.log == stepped.log
    assert stepped.log == sorted(stepped.log, key=lambda entry: entry[0])


class TestPace:
    def test_follows_the_wall_from_where_it_began(self) -> None:
        clock, seen = Clock(now=HOUR), list[int]()
        pace = Pace(clock, wall=500.0)
        clock.call_later(SECOND, lambda: seen.append(clock.now))
        assert pace.delay(500.25) == 0.75
        pace.run(500.75)
        assert (seen, clock.now) == ([], HOUR + 750 * MILLISECOND)
        pace.run(502.0)
        assert (seen, clock.now) == ([HOUR + SECOND], HOUR + 2 * SECOND)
        assert pace.delay(502.0) is None

    def test_an_event_that_is_overdue_has_no_delay(self) -> None:
        clock = Clock()
        pace = Pace(clock, wall=0.0)
        clock.call_later(SECOND, int)
        assert pace.delay(3.0) == 0.0

    def test_a_change_of_speed_holds_from_then_on(self) -> None:
        clock = Clock()
        pace = Pace(clock, wall=0.0)
        pace.set_speed(10.0, wall=2.0)
        assert (pace.speed, clock.now) == (10.0, 2 * SECOND)
        clock.call_at(7 * SECOND, int)
        assert pace.delay(2.0) == 0.5
        pace.run(3.0)
        assert clock.now == 12 * SECOND
        pace.set_speed(0.5, wall=3.0)
        pace.run(5.0)
        assert clock.now == 13 * SECOND

    def test_paused_stands_still(self) -> None:
        clock, log = Clock(), list[str]()
        pace = Pace(clock, wall=0.0)
        clock.call_at(2 * SECOND, log.append, "event")
        pace.pause(1.0)
        assert pace.paused
        assert pace.delay(1.5) is None
        pace.run(100.0)
        assert (log, clock.now) == ([], SECOND)
        pace.resume(100.0)
        assert not pace.paused
        assert pace.delay(100.0) == 1.0
        pace.run(101.0)
        assert (log, clock.now) == (["event"], 2 * SECOND)

    def test_pause_and_resume_twice_change_nothing(self) -> None:
        clock = Clock()
        pace = Pace(clock, wall=0.0)
        pace.resume(1.0)
        pace.run(2.0)
        assert clock.now == 2 * SECOND
        pace.pause(2.0)
        pace.pause(9.0)
        assert clock.now == 2 * SECOND

    def test_speed_may_change_while_paused(self) -> None:
        clock = Clock()
        pace = Pace(clock, wall=0.0)
        pace.pause(1.0)
        pace.set_speed(2.0, wall=5.0)
        assert (clock.now, pace.paused) == (SECOND, True)
        pace.resume(10.0)
        pace.run(11.0)
        assert clock.now == 3 * SECOND

    def test_goes_on_from_a_step_taken_while_paused(self) -> None:
        clock = Clock()
        pace = Pace(clock, wall=0.0)
        clock.call_at(HOUR, int)
        pace.pause(1.0)
        assert clock.step()
        pace.resume(2.0)
        pace.run(3.0)
        assert clock.now == HOUR + SECOND

    def test_does_not_wait_for_the_wall_when_the_clock_was_run_ahead(self) -> None:
        clock = Clock()
        pace = Pace(clock, wall=0.0)
        clock.wait(2 * HOUR)
        clock.call_later(SECOND, int)
        assert pace.delay(0.5) == 1.0
        pace.run(1.5)
        assert clock.now == 2 * HOUR + SECOND

    def test_a_wall_that_goes_back_does_not_turn_lab_time_back(self) -> None:
        clock = Clock()
        pace = Pace(clock, wall=100.0)
        pace.run(110.0)
        pace.run(50.0)
        assert clock.now == 10 * SECOND
        pace.run(51.0)
        assert clock.now == 11 * SECOND

    @pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), float("inf")])
    def test_a_speed_is_above_zero(self, speed: float) -> None:
        pace = Pace(Clock(), wall=0.0)
        with pytest.raises(ValueError, match="a speed is above zero, not"):
            pace.set_speed(speed, wall=1.0)
        with pytest.raises(ValueError, match="a speed is above zero, not"):
            Pace(Clock(), wall=0.0, speed=speed)
        assert pace.speed == 1.0

    @pytest.mark.property
    @given(st.floats(-1e9, 1e10), st.integers(0, 30 * DAY), st.floats(1e-3, 1e6))
    def test_one_sleep_of_the_delay_reaches_the_event(self, wall: float, when: int, speed: float) -> None:
        clock, log = Clock(), list[str]()
        pace = Pace(clock, wall, speed)
        clock.call_at(when, log.append, "event")
        delay = pace.delay(wall)
        assert delay is not None
        assert delay == pytest.approx(when / SECOND / speed, abs=1e-5)
        pace.run(wall + delay)
        assert log == ["event"]


class TestSignal:
    def test_calls_those_who_wait_in_order_and_the_late_at_once(self) -> None:
        signal, log = Signal(), list[tuple[str, object]]()
        assert (signal.fired, signal.value) == (False, None)
        signal.subscribe(lambda value: log.append(("first", value)))
        signal.subscribe(lambda value: log.append(("second", value)))
        signal.fire(7)
        assert (signal.fired, signal.value) == (True, 7)
        signal.subscribe(lambda value: log.append(("late", value)))
        assert log == [("first", 7), ("second", 7), ("late", 7)]

    def test_fires_once(self) -> None:
        signal = Signal()
        signal.fire("first")
        with pytest.raises(RuntimeError, match="a signal fires once"):
            signal.fire("second")
        assert signal.value == "first"

    def test_a_failure_does_not_stop_the_others(self) -> None:
        signal, log, error = Signal(), list[object](), OSError()
        signal.subscribe(lambda _: fail(error))
        signal.subscribe(log.append)
        with pytest.raises(ExceptionGroup, match="callbacks of a signal failed") as caught:
            signal.fire(1)
        assert caught.value.exceptions == (error,)
        assert log == [1]


class TestProcess:
    def test_starts_at_once_sleeps_and_returns(self) -> None:
        clock, log, results = Clock(), list[tuple[str, int]](), list[Any]()

        def ping() -> Steps:
            log.append(("sent", clock.now))
            yield 2 * SECOND
            log.append(("timeout", clock.now))
            return "....."

        process = Process(clock, ping(), results.append)
        assert (log, process.alive, clock.idle) == ([("sent", 0)], True, False)
        clock.run_until_idle()
        assert log == [("sent", 0), ("timeout", 2 * SECOND)]
        assert (results, process.alive, clock.idle) == (["....."], False, True)

    def test_waits_for_a_signal_and_is_sent_its_value(self) -> None:
        clock, signal, results = Clock(), Signal(), list[Any]()

        def resolve() -> Steps:
            return (yield signal)

        process = Process(clock, resolve(), results.append)
        clock.run_until_idle()
        assert process.alive
        clock.call_at(5, signal.fire, "192.0.2.1")
        clock.run_until_idle()
        assert (results, process.alive, clock.now) == (["192.0.2.1"], False, 5)

    def test_goes_on_behind_what_is_due_when_a_signal_fires(self) -> None:
        clock, signal, log = Clock(), Signal(), list[str]()

        def waiter() -> Steps:
            yield signal
            log.append("process")

        Process(clock, waiter())
        signal.fire()
        log.append("who fired")
        assert not clock.idle
        clock.run_until_idle()
        assert log == ["who fired", "process"]

    def test_signals_that_have_fired_cost_no_event_and_no_stack(self) -> None:
        clock, signal, results = Clock(), Signal(), list[Any]()
        signal.fire(1)

        def count() -> Steps:
            total = 0
            for _ in range(5_000):
                total += yield signal
            return total

        Process(clock, count(), results.append)
        assert results == [5_000]
        assert clock.next_event is None

    def test_two_that_wait_for_one_signal_go_on_in_order(self) -> None:
        clock, signal, log = Clock(), Signal(), list[str]()

        def waiter(name: str) -> Steps:
            log.append(f"{name} {(yield signal)}")

        Process(clock, waiter("a"))
        Process(clock, waiter("b"))
        signal.fire("up")
        clock.run_until_idle()
        assert log == ["a up", "b up"]

    def test_cancel_closes_the_generator_and_its_timer(self) -> None:
        clock, log = Clock(), list[str]()

        def sleeper() -> Steps:
            try:
                yield HOUR
            finally:
                log.append("closed")

        process = Process(clock, sleeper(), lambda _: log.append("done"))
        process.cancel()
        process.cancel()
        assert (log, process.alive, clock.idle, clock.next_event) == (["closed"], False, True, None)

    @pytest.mark.parametrize("fired_before", [False, True])
    def test_cancelled_hears_no_signal(self, fired_before: bool) -> None:
        clock, signal, log = Clock(), Signal(), list[object]()

        def waiter() -> Steps:
            log.append((yield signal))

        process = Process(clock, waiter())
        if fired_before:
            signal.fire()
            process.cancel()
        else:
            process.cancel()
            signal.fire()
        clock.run_until_idle()
        assert (log, process.alive) == ([], False)

    @pytest.mark.parametrize("last", [False, True])
    def test_one_that_cancels_itself_ends_at_its_next_yield(self, last: bool) -> None:
        clock, log, processes = Clock(), list[str](), list[Process]()

        def quitter() -> Steps:
            try:
                yield 1
                processes[0].cancel()
                log.append("still here")
                if not last:
                    yield 1
                    log.append("never")
            finally:
                log.append("closed")

        processes.append(Process(clock, quitter(), lambda _: log.append("done")))
        clock.run_until_idle()
        assert (log, processes[0].alive, clock.idle) == (["still here", "closed"], False, True)

    def test_a_failure_in_the_first_step_goes_to_the_caller(self) -> None:
        clock = Clock()

        def broken() -> Steps:
            fail(OSError("at once"))
            yield 1

        with pytest.raises(OSError, match="at once"):
            Process(clock, broken())
        assert clock.idle

    def test_a_later_failure_is_reported_by_the_clock(self) -> None:
        reported, log = list[Exception](), list[str]()
        clock = Clock(report=reported.append)
        error = OSError("later")

        def broken() -> Steps:
            yield 1
            fail(error)

        process = Process(clock, broken(), lambda _: log.append("done"))
        clock.call_at(1, log.append, "other")
        clock.run_until_idle()
        assert (reported, log, process.alive) == ([error], ["other"], False)

    def test_a_failure_after_a_signal_does_not_reach_who_fires(self) -> None:
        reported, signal, error = list[Exception](), Signal(), OSError("mine")
        clock = Clock(report=reported.append)

        def broken() -> Steps:
            yield signal
            fail(error)

        Process(clock, broken())
        signal.fire()
        clock.run_until_idle()
        assert reported == [error]

    @pytest.mark.parametrize("wish", [-1, 0.5, None])
    def test_what_it_cannot_wait_for_is_refused_and_ends_it(self, wish: Any) -> None:
        clock, log = Clock(), list[str]()

        def confused() -> Steps:
            try:
                yield wish
            finally:
                log.append("closed")

        message = f"a process yields nanoseconds, 0 or more, or a Signal, not {wish!r}"
        with pytest.raises(ValueError, match=message):
            Process(clock, confused())
        assert (log, clock.idle) == (["closed"], True)
