"""Time ranges: when an entry of an access list with `time-range NAME` is looked at.

The rules, as IOS has them. A range is active between the times of its `absolute` line, if it has one, and
then only in the hours of its `periodic` lines, if it has any. The last minute belongs to it: `daily 0:00 to
23:59` is the whole day. What is not defined, or can't be understood, is never active.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_GROUPS = {"daily": range(7), "weekdays": range(5), "weekend": range(5, 7)}
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_DAY = 24 * 60
_WEEK = 7 * _DAY
_MINUTE = timedelta(minutes=1)


def is_active(lines: Iterable[str], now: datetime) -> bool:
    """Is a range with these lines active at that moment of local time?"""
    absolute = periodic = None
    for line in lines:
        kind, _, rest = line.partition(" ")
        try:
            if kind == "absolute":
                absolute = _absolute(rest.split(), now)
            else:
                periodic = _periodic(rest.split(), now) or periodic or False
        except (ValueError, OverflowError):
            periodic = periodic or False
    if absolute is None and periodic is None:
        return False
    return absolute is not False and periodic is not False


def _minutes(time: str) -> int:
    match = _TIME.fullmatch(time)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(time)
    return int(match[1]) * 60 + int(match[2])


def _absolute(words: list[str], now: datetime) -> bool:
    """`start TIME DAY MONTH YEAR` and `end ...`, one or both."""
    if not words or len(words) % 5:
        raise ValueError(words)
    holds = True
    for first in range(0, len(words), 5):
        word, time, day, month, year = words[first : first + 5]
        minutes = _minutes(time)
        date = datetime.strptime(f"{day} {month[:3]} {year}", "%d %b %Y").replace(tzinfo=now.tzinfo)
        moment = date + timedelta(minutes=minutes)
        if "start".startswith(word):
            holds = holds and now >= moment
        elif "end".startswith(word):
            holds = holds and now < moment + _MINUTE
        else:
            raise ValueError(word)
    return holds


def _periodic(words: list[str], now: datetime) -> bool:
    """`DAYS TIME to TIME`, or `DAY TIME to DAY TIME`."""
    at = next((place for place, word in enumerate(words) if word == "to"), 0)
    if at < 2 or not 2 <= len(words) - at <= 3:
        raise ValueError(words)
    days = [day for word in words[: at - 1] for day in _days(word)]
    begin, end = _minutes(words[at - 1]), _minutes(words[-1])
    moment = now.weekday() * _DAY + now.hour * 60 + now.minute
    if len(words) - at == 3:
        [first], [last] = days, _days(words[at + 1])
        start = first * _DAY + begin
        length = (last * _DAY + end - start) % _WEEK
        return (moment - start) % _WEEK <= length
    return now.weekday() in days and begin <= moment % _DAY <= end


def _days(word: str) -> list[int]:
    """The days that a word stands for, Monday being 0; it may be shortened."""
    lowered = word.lower()
    for name, days in _GROUPS.items():
        if name.startswith(lowered) and len(word) > 3:
            return list(days)
    found = [day for day, name in enumerate(_NAMES) if name.lower().startswith(lowered)]
    if len(found) != 1:
        raise ValueError(word)
    return found
