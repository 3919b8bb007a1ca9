"""The router's clock: set, in zones, and in summer."""

from __future__ import annotations

from datetime import datetime

import pytest

from ios_emu.clock import SECOND, Clock
from ios_emu.devices.system_clock import (
    LAST_WEEK,
    Change,
    ClockSettings,
    SummerTime,
    SystemClock,
    clock_text,
)

EUROPE = SummerTime(
    "CEST", Change(3, 2, 0, week=LAST_WEEK, weekday=6), Change(10, 3, 0, week=LAST_WEEK, weekday=6)
)
SOUTH = SummerTime("S", Change(10, 2, 0, week=1, weekday=6), Change(4, 3, 0, week=1, weekday=6))


def clock(settings: ClockSettings) -> SystemClock:
    return SystemClock(Clock(), lambda: settings)


def test_nobody_set_it_at_first_and_a_boot_forgets_that_somebody_did() -> None:
    made = clock(ClockSettings())
    assert clock_text(made.moment) == "00:00:00 UTC Fri Mar 1 2002"
    assert made.moment.mark == "*"
    made.set(datetime(2026, 11, 23, 10, 0))
    assert made.now == datetime(2026, 11, 23, 10, 0)
    assert made.moment.mark == ""
    made.restart()
    assert made.moment.mark == "*"


@pytest.mark.parametrize(
    ("settings", "local", "utc"),
    [
        (ClockSettings("CET", 60), datetime(2026, 1, 1, 0, 30), datetime(2025, 12, 31, 23, 30)),
        (ClockSettings("NST", -210), datetime(2026, 1, 1), datetime(2026, 1, 1, 3, 30)),
        (ClockSettings("CET", 60, EUROPE), datetime(2026, 7, 1, 12), datetime(2026, 7, 1, 10)),
        (ClockSettings("CET", 60, EUROPE), datetime(2026, 12, 1, 12), datetime(2026, 12, 1, 11)),
    ],
)
def test_it_is_set_in_the_time_that_it_shows(settings: ClockSettings, local: datetime, utc: datetime) -> None:
    made = clock(settings)
    made.set(local)
    assert (made.now, made.moment.local) == (utc, local)


@pytest.mark.parametrize(
    ("utc", "shown"),
    [
        (datetime(2026, 3, 29, 0, 59, 59), "01:59:59 CET"),
        (datetime(2026, 3, 29, 1, 0, 0), "03:00:00 CEST"),
        (datetime(2026, 10, 25, 0, 59, 59), "02:59:59 CEST"),
        (datetime(2026, 10, 25, 1, 0, 0), "02:00:00 CET"),
    ],
)
def test_summer_begins_and_ends_to_the_second(utc: datetime, shown: str) -> None:
    made = clock(ClockSettings("CET", 60, EUROPE))
    assert clock_text(made.shown(utc)).startswith(shown)


def test_south_of_the_equator_summer_goes_over_new_year() -> None:
    made = clock(ClockSettings("X", 0, SOUTH))
    assert made.shown(datetime(2026, 1, 1)).zone == "S"
    assert made.shown(datetime(2026, 7, 1)).zone == "X"
    assert made.shown(datetime(2026, 12, 1)).zone == "S"


def test_it_runs_with_the_lab() -> None:
    lab = Clock()
    made = SystemClock(lab, ClockSettings)
    made.set(datetime(2026, 12, 31, 23, 59, 59))
    lab.run_until(2 * SECOND)
    assert made.now == datetime(2027, 1, 1, 0, 0, 1)
