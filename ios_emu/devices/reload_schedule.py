"""A reload that is to come: `reload in`, `reload at`, and what all terminals are told on the way there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ios_emu.clock import HOUR, MINUTE, SECOND, Clock, Timer

DEFAULT_REASON = "Reload Command"
# So long before a reload it is announced again.
_ANNOUNCED = (HOUR, 30 * MINUTE, 5 * MINUTE, MINUTE)


def span(nanoseconds: int) -> str:
    """`00:05:00`."""
    seconds = nanoseconds // SECOND
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@dataclass(slots=True)
class Scheduled:
    """A reload at a time of the lab. `at` is what the person named: a time of day, or None for a delay."""

    when: int
    by: str
    reason: str
    at: str | None


class ReloadSchedule:
    """At most one reload to come. `tell` shows a text on all terminals, `reload` is called at the time."""

    def __init__(
        self, clock: Clock, tell: Callable[[str], None], reload: Callable[[Scheduled], None]
    ) -> None:
        self.pending: Scheduled | None = None
        self._clock = clock
        self._tell = tell
        self._reload = reload
        self._timers: list[Timer] = []

    @property
    def left(self) -> int:
        """Nanoseconds until the reload; 0 when none is to come."""
        return 0 if self.pending is None else max(0, self.pending.when - self._clock.now)

    def schedule(self, scheduled: Scheduled) -> None:
        """Takes the place of an earlier one, and announces it."""
        self._stop()
        self.pending = scheduled
        self._announce()
        delay = self.left
        for before in _ANNOUNCED:
            if before < delay:
                self._timers.append(self._clock.call_later(delay - before, self._announce, background=True))
        self._timers.append(self._clock.call_later(delay, self._now, background=True))

    def cancel(self) -> bool:
        """`reload cancel`: False when none was to come."""
        if self.pending is None:
            return False
        self._stop()
        self._tell(_box("--- SHUTDOWN ABORTED ---"))
        return True

    def restart(self) -> None:
        """The router boots: nothing is scheduled any more."""
        self._stop()

    def _stop(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self.pending = None

    def _announce(self) -> None:
        self._tell(_box(f"--- SHUTDOWN in {span(self.left)} ---"))

    def _now(self) -> None:
        pending = self.pending
        assert pending is not None
        self._stop()
        self._tell(_box("--- SHUTDOWN NOW ---"))
        self._reload(pending)


def _box(text: str) -> str:
    return f"\n\n***\n*** {text}\n***\n\n"
