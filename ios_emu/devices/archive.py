"""The archive of configurations: where copies of the running configuration are kept, and the way back.

The copies are files of the flash, numbered behind the name that `path` gives: which there are, the flash
tells. A rollback that is to come, unless somebody confirms what was configured, is a timer of the device.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ios_emu.clock import MINUTE, Timer
from ios_emu.devices.file_system import Url, parse_url

if TYPE_CHECKING:
    from ios_emu.devices.ios_device import IosDevice


@dataclass(frozen=True, slots=True)
class Rollback:
    """A rollback to come: who asked for it, when and for how many minutes, and what it goes back to."""

    user: str
    configured: datetime
    minutes: int
    text: str
    file: str
    timers: tuple[Timer, ...]


class RouterArchive:
    """The copies that `device` has, and the rollback that it may have before it."""

    def __init__(self, device: IosDevice) -> None:
        self._device = device
        self._timer: Timer | None = None
        self.rollback: Rollback | None = None

    @property
    def copies(self) -> list[tuple[int, Url]]:
        """Numbers and files, the oldest first."""
        pattern = self._pattern()
        if pattern is None:
            return []
        found = ((pattern.fullmatch(path), path) for path, entry in self._device.flash if not entry.is_folder)
        return [(int(match["number"]), Url("flash", path)) for match, path in found if match is not None]

    @property
    def next_number(self) -> int:
        """The number of the next copy."""
        copies = self.copies
        return copies[-1][0] + 1 if copies else 1

    def _pattern(self) -> re.Pattern[str] | None:
        url = self._url("\0")
        if url is None or url.system != "flash":
            return None
        name = "[^/]+".join(re.escape(part) for part in url.path.split("\0"))
        return re.compile(name + r"-(?P<number>\d{1,9})")

    def _url(self, time: str) -> Url | None:
        config = self._device.config
        if config.archive.path is None:
            return None
        return parse_url(config.archive.path.replace("$h", config.hostname).replace("$t", time))

    def next_file(self, time: str | None = None) -> Url | None:
        """Where the next copy goes; `time` stands for its time where that is not known yet."""
        now = self._device.time.moment.local
        url = self._url(f"{now:%b}-{now.day}-{now:%H-%M-%S}" if time is None else time)
        return None if url is None else Url(url.system, f"{url.path}-{self.next_number}")

    def store(self, done: Callable[[Url, str | None], None]) -> None:
        """Stores the running configuration, and lets the oldest copies go that are too many."""
        device, url = self._device, self.next_file()
        assert url is not None
        data = device.configuration_text.encode("latin-1", "replace")
        problem = device.flash.refuses(url.path, len(data)) if url.system == "flash" else "Timed out"
        if problem is not None:
            done(url, problem)
            return

        def stored(problem: str | None) -> None:
            if problem is None:
                self._forget_oldest()
            done(url, problem)

        device.flash.write(url.path, data, device.now.replace(microsecond=0), stored)

    def _forget_oldest(self) -> None:
        copies = self.copies
        for _, url in copies[: max(0, len(copies) - self._device.config.archive.maximum)]:
            self._device.flash.remove(url.path, lambda problem: None)

    # Periods

    def restart(self) -> None:
        """A boot: nobody confirms any more what was configured before."""
        self.cancel()
        self.apply()

    def apply(self) -> None:
        """Follows the settings: `time-period` counts from now on."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        settings = self._device.config.archive
        if settings.time_period is not None and settings.path is not None:
            period = settings.time_period * MINUTE
            self._timer = self._device.clock.call_later(period, self._period_over, background=True)

    def _period_over(self) -> None:
        self.store(lambda url, problem: None)
        self.apply()

    # Rollback

    def schedule(self, user: str, minutes: int, text: str, file: str, replace: Callable[[str], None]) -> None:
        """Rolls back to `text` in so many minutes; `replace` does it then. Announces it a minute before."""
        self.cancel()
        clock, device = self._device.clock, self._device
        timers = [clock.call_later(minutes * MINUTE, self._time_is_up, replace, background=True)]
        if minutes > 1:
            timers.append(clock.call_later((minutes - 1) * MINUTE, self._warn, background=True))
        self.rollback = Rollback(user, device.now, minutes, text, file, tuple(timers))
        device.report(
            "ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_START_ABSTIMER",
            f"User: {user}: Scheduled to rollback to config {file} in {minutes} minutes",
        )

    def cancel(self) -> Rollback | None:
        """Takes the rollback off the clock; None when there was none."""
        rollback, self.rollback = self.rollback, None
        if rollback is not None:
            for timer in rollback.timers:
                timer.cancel()
        return rollback

    def _warn(self) -> None:
        assert self.rollback is not None
        self._device.report(
            "ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_WARNING_ABSTIMER",
            f"System will rollback to config {self.rollback.file} in one minute. "
            'Enter "configure confirm" if you wish to keep what you\'ve configured',
        )

    def _time_is_up(self, replace: Callable[[str], None]) -> None:
        rollback = self.cancel()
        assert rollback is not None
        self._device.report(
            "ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_ROLLBACK_START", f"Start rolling to: {rollback.file}"
        )
        replace(rollback.text)
