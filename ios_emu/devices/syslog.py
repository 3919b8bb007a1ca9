"""System messages: `%FACILITY-SEVERITY-MNEMONIC: text`, stamped with the router's time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ios_emu.devices.logging_settings import DEBUGGING, FACILITIES, LoggingSettings
from ios_emu.devices.system_clock import Moment

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

    def stamp(self, now: Moment, uptime: timedelta) -> str:
        """The text before the message, with its colon and blank."""
        if self.kind == "uptime":
            return f"{short_time(uptime)}: "
        time = now.local if self.localtime else now.utc
        year = f" {time.year}" if self.year else ""
        milliseconds = f".{time.microsecond // 1000:03}" if self.msec else ""
        zone = f" {now.zone if self.localtime else 'UTC'}" if self.show_timezone else ""
        return f"{now.mark}{time:%b} {time.day:>2}{year} {time:%H:%M:%S}{milliseconds}{zone}: "


def short_time(uptime: timedelta) -> str:
    """A span of time as IOS shortens it: `00:00:08`, `1d02h`, `3w4d`."""
    days, seconds = uptime.days, uptime.seconds
    if days >= 7:
        return f"{days // 7}w{days % 7}d"
    if days:
        return f"{days}d{seconds // 3600:02}h"
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@dataclass(slots=True)
class LogCounts:
    """How many messages went to each destination since the boot."""

    console: int = 0
    monitor: int = 0
    buffer: int = 0
    trap: int = 0


@dataclass(slots=True)
class NameCount:
    """How often a message of one name was logged, and when last: the uptime."""

    count: int
    last: timedelta


class Syslog:
    """Formats messages, counts and numbers them, and gives each to the destinations that take its severity.

    The console listens, terminals listen that asked with `terminal monitor`, the buffer remembers, and
    `send` gives messages to the syslog servers: priority and number, and the message.
    """

    def __init__(self, settings: Callable[[], LoggingSettings], send: Callable[[str, str], None]) -> None:
        self._settings = settings
        self._send = send
        self._console: list[Listener] = []
        self._monitors: list[Listener] = []
        self.restart()

    def restart(self) -> None:
        """A boot: nothing was logged yet."""
        self.buffer = ""
        self.counts = LogCounts()
        self.names: dict[str, NameCount] = {}
        self._number = 0

    def subscribe(self, listener: Listener, *, monitor: bool = False) -> Callable[[], None]:
        """Adds a listener, of the console or of another terminal; call what is returned to remove it."""
        listeners = self._monitors if monitor else self._console
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    def emit(self, name: str, text: str, stamps: Timestamps | None, now: Moment, up: timedelta) -> None:
        """Gives out `%NAME: text`, where `name` is like `SYS-5-CONFIG_I`: the number is the severity."""
        severity = int(name.rsplit("-", 2)[1])
        if self._settings().count:
            before = self.names.get(name)
            self.names[name] = NameCount(1 if before is None else before.count + 1, up)
        self._give(severity, f"{self._head(stamps, now, up)}%{name}: {text}")

    def debug(self, text: str, stamps: Timestamps | None, now: Moment, up: timedelta) -> None:
        """Gives out what `debug` shows; a text of several lines is stamped once."""
        self._give(DEBUGGING, f"{self._head(stamps, now, up)}{text}")

    def _head(self, stamps: Timestamps | None, now: Moment, up: timedelta) -> str:
        """Sequence number and time stamp."""
        self._number += 1
        number = f"{self._number:06}: " if self._settings().sequence_numbers else ""
        return number + ("" if stamps is None else stamps.stamp(now, up))

    def _give(self, severity: int, message: str) -> None:
        settings, counts = self._settings(), self.counts
        if _takes(settings.console, severity):
            counts.console += 1
            _tell(self._console, message)
        if not settings.on:
            return
        if _takes(settings.monitor, severity):
            counts.monitor += bool(self._monitors)
            _tell(self._monitors, message)
        if _takes(settings.buffered, severity):
            counts.buffer += 1
            self.buffer = f"{self.buffer}{message}\n"[-settings.buffer_size :]
        if _takes(settings.trap, severity):
            counts.trap += 1
            priority = FACILITIES[settings.facility] * 8 + severity
            self._send(f"<{priority}>{self._number}: ", message)


def _takes(level: int | None, severity: int) -> bool:
    return level is not None and severity <= level


def _tell(listeners: list[Listener], message: str) -> None:
    for listener in list(listeners):
        listener(message)
