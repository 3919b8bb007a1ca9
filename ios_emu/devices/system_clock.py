"""The router's own clock: what it shows, in which zone, and whether anybody ever set it.

It runs with the lab's clock. `clock set` moves it until the next boot; zone and summer time belong to the
configuration and change only what is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from ios_emu.clock import Clock

EPOCH = datetime(2002, 3, 1)
"""What the clock of a router without NTP shows when the lab begins."""

_MICROSECOND = 1000
LAST_WEEK = 5
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Change:
    """When summer time begins or ends, in a year: a day of a week of a month (5 is the last), or a date."""

    month: int
    hour: int
    minute: int
    week: int = 0
    weekday: int = 0
    day: int = 0
    year: int = 0

    def at(self, year: int) -> datetime:
        """The moment in that year, in the time that the clocks show before it."""
        if self.day:
            return datetime(self.year, self.month, self.day, self.hour, self.minute)
        if self.week == LAST_WEEK:
            following = datetime(year + self.month // 12, self.month % 12 + 1, 1)
            last = following - timedelta(days=1)
            day = last - timedelta(days=(last.weekday() - self.weekday) % 7)
        else:
            first = datetime(year, self.month, 1)
            day = first + timedelta(days=(self.weekday - first.weekday()) % 7 + 7 * (self.week - 1))
        return day + timedelta(hours=self.hour, minutes=self.minute)

    @property
    def configuration(self) -> str:
        """As it stands in the configuration."""
        clock = f"{self.hour}:{self.minute:02}"
        if self.day:
            return f"{MONTHS[self.month - 1]} {self.day} {self.year} {clock}"
        week = "last" if self.week == LAST_WEEK else str(self.week)
        return f"{week} {DAYS[self.weekday]} {MONTHS[self.month - 1]} {clock}"


# In the United States since 2007, which is what 12.4(15)T1 takes for granted.
DEFAULT_BEGIN = Change(3, 2, 0, week=2, weekday=6)
DEFAULT_END = Change(11, 2, 0, week=1, weekday=6)
DEFAULT_SUMMER_OFFSET = 60


@dataclass(frozen=True, slots=True)
class SummerTime:
    """`clock summer-time ZONE ...`; `offset` is in minutes."""

    zone: str
    begin: Change = DEFAULT_BEGIN
    end: Change = DEFAULT_END
    offset: int = DEFAULT_SUMMER_OFFSET

    def span(self, year: int) -> tuple[datetime, datetime]:
        """Begin and end in that year, both in standard time; the end may lie before the begin."""
        return self.begin.at(year), self.end.at(year) - timedelta(minutes=self.offset)

    def holds(self, standard: datetime) -> bool:
        """Is it summer at that moment of standard time?"""
        begin, end = self.span(standard.year)
        if begin <= end:
            return begin <= standard < end
        return standard >= begin or standard < end

    @property
    def configuration(self) -> str:
        """The words behind `clock summer-time`."""
        words = [self.zone, "date" if self.begin.day else "recurring"]
        default = (self.begin, self.end) == (DEFAULT_BEGIN, DEFAULT_END)
        if not default or self.offset != DEFAULT_SUMMER_OFFSET:
            words += [self.begin.configuration, self.end.configuration]
        if self.offset != DEFAULT_SUMMER_OFFSET:
            words.append(str(self.offset))
        return " ".join(words)


@dataclass(slots=True)
class ClockSettings:
    """What the configuration says of the clock; `offset` is in minutes east of Greenwich."""

    zone: str = "UTC"
    offset: int = 0
    summer: SummerTime | None = None


class Moment(NamedTuple):
    """A moment as the router shows it. `mark` is `*` while nobody ever set the clock."""

    utc: datetime
    local: datetime
    zone: str
    mark: str


class SystemClock:
    """The clock of one router."""

    def __init__(self, clock: Clock, settings: Callable[[], ClockSettings]) -> None:
        self._clock = clock
        self._settings = settings
        self._ahead = timedelta()
        self.is_set = False

    @property
    def now(self) -> datetime:
        """The time in UTC."""
        return self.at(self._clock.now)

    def at(self, lab_time: int) -> datetime:
        """What the clock shows, in UTC, at that time of the lab, in nanoseconds."""
        return EPOCH + timedelta(microseconds=lab_time // _MICROSECOND) + self._ahead

    @property
    def moment(self) -> Moment:
        """The present."""
        return self.shown(self.now)

    def shown(self, utc: datetime) -> Moment:
        """A time in UTC as the router shows it."""
        settings = self._settings()
        standard = utc + timedelta(minutes=settings.offset)
        mark = "" if self.is_set else "*"
        summer = settings.summer
        if summer is not None and summer.holds(standard):
            return Moment(utc, standard + timedelta(minutes=summer.offset), summer.zone, mark)
        return Moment(utc, standard, settings.zone, mark)

    def set(self, local: datetime) -> None:
        """`clock set`: it is that time now, in the time that the router shows."""
        settings = self._settings()
        standard = local
        if settings.summer is not None:
            in_summer = local - timedelta(minutes=settings.summer.offset)
            standard = in_summer if settings.summer.holds(in_summer) else local
        self._ahead += standard - timedelta(minutes=settings.offset) - self.now
        self.is_set = True

    def restart(self) -> None:
        """A boot: the clock is as if nobody had set it."""
        self._ahead, self.is_set = timedelta(), False


def clock_text(moment: Moment) -> str:
    """`12:00:00 UTC Fri Mar 1 2002`: how messages write a time."""
    local = moment.local
    return f"{local:%H:%M:%S} {moment.zone} {local:%a %b} {local.day} {local.year}"
