"""System messages: `%FACILITY-SEVERITY-MNEMONIC: text`, stamped with the router's time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ios_emu.devices.dialect import Dialect

Listener = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Timestamps:
    """`service timestamps log|debug KIND [OPTIONS]`; `kind` is `datetime` or `uptime`."""

    kind: str = "datetime"
    msec: bool = False
    localtime: bool = False
    show_timezone: bool = False
    year: bool = False

    @property
    def configuration(self) -> str:
        """The words behind `service timestamps log`."""
        options = [
            ("msec", self.msec),
            ("localtime", self.localtime),
            ("show-timezone", self.show_timezone),
            ("year", self.year),
        ]
        return " ".join([self.kind, *(word for word, is_set in options if is_set)])

    def stamp(self, now: datetime, uptime: timedelta) -> str:
        """The text before the message, with its colon and blank."""
        if self.kind == "uptime":
            return f"{short_time(uptime)}: "
        year = f" {now.year}" if self.year else ""
        milliseconds = f".{now.microsecond // 1000:03}" if self.msec else ""
        zone = " UTC" if self.show_timezone else ""
        # The asterisk says that no person and no NTP server ever set the clock.
        return f"*{now:%b} {now.day:>2}{year} {now:%H:%M:%S}{milliseconds}{zone}: "


def short_time(uptime: timedelta) -> str:
    """A span of time as IOS shortens it: `00:00:08`, `1d02h`, `3w4d`."""
    days, seconds = uptime.days, uptime.seconds
    if days >= 7:
        return f"{days // 7}w{days % 7}d"
    if days:
        return f"{days}d{seconds // 3600:02}h"
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


class Syslog:
    """Formats messages and hands each one to all listeners (the sessions that show log lines)."""

    def __init__(self, dialect: Callable[[], Dialect]) -> None:
        self._dialect = dialect
        self._listeners: list[Listener] = []
        self.recent: deque[str] = deque(maxlen=100)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Adds a listener; call what is returned to remove it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, name: str, text: str, stamps: Timestamps | None, now: datetime, up: timedelta) -> None:
        """Gives out `%NAME: text`, where `name` is like `SYS-5-CONFIG_I`."""
        stamp = "" if stamps is None else stamps.stamp(now, up)
        self._give(f"{stamp}%{name}: {text}")

    def debug(self, text: str, stamps: Timestamps | None, now: datetime, up: timedelta) -> None:
        """Gives out what `debug` shows; a text of several lines is stamped once."""
        stamp = "" if stamps is None else stamps.stamp(now, up)
        for line in f"{stamp}{text}".split("\n"):
            self._give(line)

    def _give(self, line: str) -> None:
        self.recent.append(line)
        for listener in list(self._listeners):
            listener(line)
