"""`reload`, at once or later, `show reload`, and `config-register`, which decides what a boot reads."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from ios_emu.cli.commands.config_clock import month_number
from ios_emu.cli.commands.nvram import save_configuration
from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Kind, Say
from ios_emu.cli.questions import ask_yes
from ios_emu.cli.shell import Call
from ios_emu.clock import MINUTE, SECOND
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.reload_schedule import DEFAULT_REASON, Scheduled
from ios_emu.devices.system_clock import clock_text
from ios_emu.errors import CommandRefused

_RELOAD_DELAY = SECOND
_DELAY = re.compile(r"(?:(\d{1,3}):)?(\d{1,5})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_MOST_MINUTES = 24 * 24 * 60
_NOT_SCHEDULED = "%No reload is scheduled.\n"
DEFAULT_REGISTER = 0x2102


def reload(call: Call, reason: str = DEFAULT_REASON) -> Dialogue:
    """`reload [REASON]`: offers to save what was changed, asks once more, and boots."""
    device = call.device
    if not (yield from _sure(call, "")):
        return ""
    if call.dialect is Dialect.IOS:
        yield Say("\n")
        text = f"Reload requested by {call.shell.who}. Reload Reason: {_sentence(reason)}"
        device.report("SYS-5-RELOAD", text, 0)
        yield _RELOAD_DELAY
    call.shell.ended = True
    device.request_reload()
    return ""


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _sure(call: Call, about: str) -> Dialogue:
    """The questions before a reload; `about` is said before the last. Returns an empty text for no."""
    try:
        if call.device.modified:
            yield Say("\n")
            if (yield from ask_yes("System configuration has been modified. Save? [yes/no]: ")):
                yield Say((yield from save_configuration(call.device)))
        yield Say(about)
        key = yield Ask("Proceed with reload? [confirm]", Kind.KEY)
    except Interrupted:
        return ""
    return "yes" if key.lower() in ("", "y") else ""


def reload_in(call: Call, reload_delay: str, reason: str = DEFAULT_REASON) -> Dialogue:
    """`reload in [HHH:]MM [REASON]`."""
    match = _DELAY.fullmatch(reload_delay)
    minutes = 0 if match is None else int(match[1] or 0) * 60 + int(match[2])
    if not 0 < minutes <= _MOST_MINUTES:
        raise call.invalid("reload_delay")
    return _schedule(call, minutes * MINUTE, None, reason)


def reload_at(
    call: Call,
    reload_time: str,
    month_name: str | None = None,
    day_of_month: int | None = None,
    reason: str = DEFAULT_REASON,
) -> Dialogue:
    """`reload at HH:MM [MONTH DAY [REASON]]`: today or tomorrow, unless a date is given."""
    device = call.device
    match = _TIME.fullmatch(reload_time)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise call.invalid("reload_time")
    if not device.time.is_set:
        raise CommandRefused("% The date and time must be set first.")
    now = device.time.moment.local
    when = now.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
    if month_name is not None and day_of_month is not None:
        try:
            when = when.replace(month=month_number(call, "month_name", month_name), day=day_of_month)
        except ValueError:
            raise call.invalid("day_of_month") from None
    elif when <= now:
        when += timedelta(days=1)
    delay = int((when - now).total_seconds() * SECOND)
    if not 0 < delay <= _MOST_MINUTES * MINUTE:
        raise CommandRefused("% The reload time must be within 24 days from now.")
    return _schedule(call, delay, clock_text(device.time.moment._replace(local=when)), reason)


def _schedule(call: Call, delay: int, at: str | None, reason: str) -> Dialogue:
    device = call.device
    scheduled = Scheduled(device.clock.now + delay, call.shell.who, reason, at)
    if not (yield from _sure(call, _when(scheduled, delay))):
        return ""
    moment = device.time.moment
    then = moment._replace(local=_later(moment.local, delay))
    device.report(
        "SYS-5-SCHEDULED_RELOAD",
        f"Reload requested for {clock_text(then)} at {clock_text(moment)} by {scheduled.by}. "
        f"Reload Reason: {_sentence(reason)}",
    )
    device.reloads.schedule(scheduled)
    return ""


def _later(moment: datetime, delay: int) -> datetime:
    return moment + timedelta(seconds=delay // SECOND)


def _when(scheduled: Scheduled, left: int) -> str:
    """When a reload is to come, as it is asked about and as `show reload` tells it."""
    if scheduled.at is None:
        text = f"Reload scheduled in {_words(left)} by {scheduled.by}\n"
    else:
        text = f"Reload scheduled for {scheduled.at} (in {_words(left)}) by {scheduled.by}\n"
    return f"{text}Reload reason: {scheduled.reason}\n"


def _words(left: int) -> str:
    """`1 hour and 5 minutes`, `4 minutes and 50 seconds`."""
    seconds = left // SECOND
    units = (("hour", seconds // 3600), ("minute", seconds // 60 % 60), ("second", seconds % 60))
    parts = [f"{count} {name}{'' if count == 1 else 's'}" for name, count in units if count]
    return " and ".join(parts[:2]) or "0 seconds"


def reload_cancel(call: Call) -> str:
    """`reload cancel`."""
    device = call.device
    if not device.reloads.cancel():
        return _NOT_SCHEDULED
    text = f"Scheduled reload cancelled at {clock_text(device.time.moment)}"
    device.report("SYS-5-SCHEDULED_RELOAD_CANCELLED", text)
    return ""


def show_reload(call: Call) -> str:
    """`show reload`."""
    reloads = call.device.reloads
    if reloads.pending is None:
        return "No reload is scheduled.\n"
    return _when(reloads.pending, reloads.left)


def config_register(call: Call, register: str | None = None) -> str:
    """`config-register 0xNNNN`: for the next boot, which reads no configuration when bit 6 is set."""
    if call.no or register is None:
        call.device.register.set(DEFAULT_REGISTER)
        return ""
    try:
        value = int(register, 16)
    except ValueError:
        raise call.invalid("register") from None
    if not register.lower().startswith("0x") or not 0 <= value <= 0xFFFF:
        raise call.invalid("register")
    call.device.register.set(value)
    return ""
