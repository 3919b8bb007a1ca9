"""The clock: `clock set`, `clock timezone`, `clock summer-time` and `show clock`."""

from __future__ import annotations

import re
from datetime import datetime

from ios_emu.cli.shell import Call
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.system_clock import (
    DEFAULT_SUMMER_OFFSET,
    LAST_WEEK,
    Change,
    Moment,
    SummerTime,
    clock_text,
)

_TIME = re.compile(r"(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?")
_ZONE_HOURS = re.compile(r"[-+]?\d{1,2}")
_MOST_ZONE_HOURS = 23
_LEAST_LETTERS = 3
_FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FULL_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)


def clock_set(call: Call, time_of_day: str, day_of_month: int, month_name: str, year_number: int) -> str:
    """`clock set HH:MM:SS DAY MONTH YEAR`, or with the month before the day."""
    hour, minute, second = _time(call, "time_of_day", with_seconds=True)
    month = month_number(call, "month_name", month_name)
    try:
        wanted = datetime(year_number, month, day_of_month, hour, minute, second)
    except ValueError:
        raise call.invalid("day_of_month") from None
    device = call.device
    before = device.time.moment
    device.time.set(wanted)
    _report(call, before)
    return ""


def _report(call: Call, before: Moment) -> None:
    device = call.device
    if device.reading_nvram or device.dialect is Dialect.PACKET_TRACER:
        return
    who = call.shell.who
    device.report(
        "SYS-6-CLOCKUPDATE",
        f"System clock has been updated from {clock_text(before)} to {clock_text(device.time.moment)}, "
        f"configured from console by {who}.",
    )


def clock_timezone(call: Call, zone: str | None = None, zone_hours: str = "0", zone_minutes: int = 0) -> str:
    """`clock timezone ZONE HOURS [MINUTES]`: what stands between UTC and the time that is shown."""
    before = call.device.time.moment
    settings = call.config.clock
    if call.no or zone is None:
        settings.zone, settings.offset = "UTC", 0
    else:
        if _ZONE_HOURS.fullmatch(zone_hours) is None or abs(int(zone_hours)) > _MOST_ZONE_HOURS:
            raise call.invalid("zone_hours")
        minutes = -zone_minutes if zone_hours.startswith("-") else zone_minutes
        settings.zone, settings.offset = zone, int(zone_hours) * 60 + minutes
    _report(call, before)
    return ""


def clock_summer_time(
    call: Call,
    zone: str | None = None,
    recurring: str | None = None,
    date: str | None = None,
    begin_time: str | None = None,
    end_time: str | None = None,
    summer_offset: int = DEFAULT_SUMMER_OFFSET,
    **when: object,
) -> str:
    """`clock summer-time ZONE recurring [BEGIN END [OFFSET]]` or `... date BEGIN END [OFFSET]`."""
    before = call.device.time.moment
    if call.no or zone is None:
        call.config.clock.summer = None
    elif begin_time is None:
        call.config.clock.summer = SummerTime(zone)
    else:
        begin, end = _change(call, "begin", when), _change(call, "end", when)
        call.config.clock.summer = SummerTime(zone, begin, end, summer_offset)
    _report(call, before)
    return ""


def _change(call: Call, which: str, when: dict[str, object]) -> Change:
    """The begin or the end of summer, from the arguments whose names begin with `which`."""
    month = month_number(call, f"{which}_month", str(when[f"{which}_month"]))
    hour, minute, _ = _time(call, f"{which}_time", with_seconds=False)
    if f"{which}_date" in when:
        day, year = when[f"{which}_date"], when[f"{which}_year"]
        assert isinstance(day, int)
        assert isinstance(year, int)
        try:
            datetime(year, month, day)
        except ValueError:
            raise call.invalid(f"{which}_date") from None
        return Change(month, hour, minute, day=day, year=year)
    week = LAST_WEEK if f"{which}_last" in when else when.get(f"{which}_week", 1)
    assert isinstance(week, int)
    day_name = str(when[f"{which}_day"]).lower()
    for number, name in enumerate(_FULL_DAYS):
        if len(day_name) >= _LEAST_LETTERS and name.startswith(day_name):
            return Change(month, hour, minute, week=week, weekday=number)
    raise call.invalid(f"{which}_day")


def _time(call: Call, argument: str, *, with_seconds: bool) -> tuple[int, int, int]:
    match = _TIME.fullmatch(str(call.command.arguments[argument]))
    if match is None or (match[3] is None) == with_seconds:
        raise call.invalid(argument)
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise call.invalid(argument)
    return hour, minute, second


def month_number(call: Call, argument: str, text: str) -> int:
    """The number of the month that an argument names. Raises InvalidInput for another word."""
    lowered = text.lower()
    for number, name in enumerate(_FULL_MONTHS, 1):
        if len(lowered) >= _LEAST_LETTERS and name.startswith(lowered):
            return number
    raise call.invalid(argument)


def show_clock(call: Call, detail: str | None = None) -> str:
    """`show clock [detail]`: an asterisk says that nobody ever set the clock."""
    moment = call.device.time.moment
    local = moment.local
    milliseconds = local.microsecond // 1000
    date = f"{moment.zone} {local:%a %b} {local.day} {local.year}"
    if call.dialect is Dialect.PACKET_TRACER:
        text = f"{local:%H:%M}:{local.second}.{milliseconds:03} {date}\n"
    else:
        text = f"{moment.mark}{local:%H:%M:%S}.{milliseconds:03} {date}\n"
    return text if detail is None else text + _details(call)


def _details(call: Call) -> str:
    source = "Time source is user configuration" if call.device.time.is_set else "No time source"
    settings = call.config.clock
    summer = settings.summer
    if summer is None:
        return f"{source}\n"
    year = call.device.time.moment.local.year
    begin = Moment(call.device.now, summer.begin.at(year), settings.zone, "")
    end = Moment(call.device.now, summer.end.at(year), summer.zone, "")
    return f"{source}\nSummer time starts {clock_text(begin)}\nSummer time ends {clock_text(end)}\n"
