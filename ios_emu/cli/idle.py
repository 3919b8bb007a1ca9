"""`exec-timeout`: a session ends when nobody has typed for so long. A new value counts at once."""

from __future__ import annotations

from collections.abc import Callable

from ios_emu.clock import MINUTE, SECOND, Clock, Timer


class IdleWatch:
    """Calls `expired` when no key was typed for the minutes and seconds of `limit`; (0, 0) is never."""

    def __init__(
        self, clock: Clock, limit: Callable[[], tuple[int, int]], expired: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._limit = limit
        self._expired = expired
        self._last_key = clock.now
        self._timer: Timer | None = None

    def start(self) -> None:
        """Begins to watch."""
        self._last_key = self._clock.now
        self._watch()

    def stop(self) -> None:
        """Watches no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def key_typed(self) -> None:
        """Somebody is there."""
        self._last_key = self._clock.now

    @property
    def time(self) -> int:
        """The nanoseconds since the last key."""
        return self._clock.now - self._last_key

    def _watch(self) -> None:
        minutes, seconds = self._limit()
        limit = (minutes * 60 + seconds) * SECOND
        idle = self._clock.now - self._last_key
        wait = min(limit - idle, MINUTE) if limit > idle else MINUTE
        # The owner may stop the watch when it is told.
        self._timer = self._clock.call_later(wait, self._watch, background=True)
        if limit and idle >= limit:
            self._expired()
