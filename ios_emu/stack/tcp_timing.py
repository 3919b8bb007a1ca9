"""When TCP sends again and how much it dares to have on the way: RFC 6298 and RFC 5681 with RFC 6582."""

from __future__ import annotations

from ios_emu.clock import MILLISECOND, SECOND

_INITIAL = SECOND
_SHORTEST = SECOND
_LONGEST = 60 * SECOND
_GRANULARITY = MILLISECOND
_DUPLICATES = 3


class RetransmissionTimeout:
    """The time-out of RFC 6298, in nanoseconds, from the round-trip times that were measured."""

    __slots__ = ("_base", "_deviation", "_smoothed", "value")

    def __init__(self) -> None:
        self._smoothed: int | None = None
        self._deviation = 0
        self._base = self.value = _INITIAL

    def measured(self, time: int) -> None:
        """Takes a round-trip time of a segment that was sent once (Karn's algorithm)."""
        if self._smoothed is None:
            self._smoothed, self._deviation = time, time // 2
        else:
            self._deviation += (abs(self._smoothed - time) - self._deviation) // 4
            self._smoothed += (time - self._smoothed) // 8
        wanted = self._smoothed + max(_GRANULARITY, 4 * self._deviation)
        self._base = self.value = min(max(wanted, _SHORTEST), _LONGEST)

    def back_off(self) -> None:
        """Doubles it, after it has passed in vain."""
        self.value = min(self.value * 2, _LONGEST)

    def reset(self) -> None:
        """Something new was acknowledged: the doubling is over."""
        self.value = self._base


class Congestion:
    """The congestion window in bytes: slow start, avoidance, fast retransmit and fast recovery."""

    __slots__ = ("duplicates", "mss", "recover", "threshold", "window")

    def __init__(self, mss: int) -> None:
        self.mss = mss
        self.window = self._initial(mss)
        self.threshold = 1 << 30
        self.duplicates = 0
        self.recover: int | None = None

    @staticmethod
    def _initial(mss: int) -> int:
        """RFC 5681, 3.1."""
        return (2 if mss > 2190 else 3 if mss > 1095 else 4) * mss

    @property
    def recovering(self) -> bool:
        """Is this fast recovery?"""
        return self.recover is not None

    def acknowledged(self, count: int, una: int, flight: int) -> bool:
        """`count` new bytes were acknowledged, up to `una`; `flight` are left on the way.

        True for a partial acknowledgment in recovery: the segment at `una` is missing, too (RFC 6582).
        """
        self.duplicates = 0
        if self.recover is not None:
            if una >= self.recover:
                self.recover = None
                self.window = min(self.threshold, max(flight, self.mss) + self.mss)
                return False
            self.window = max(self.window - count + (self.mss if count >= self.mss else 0), self.mss)
            return True
        if self.window < self.threshold:
            self.window += min(count, self.mss)
        else:
            self.window += max(self.mss * self.mss // self.window, 1)
        return False

    def duplicate(self, highest: int, flight: int) -> bool:
        """The same acknowledgment came again. True when the third says that a segment is lost."""
        if self.recover is not None:
            self.window += self.mss
            return False
        self.duplicates += 1
        if self.duplicates != _DUPLICATES:
            return False
        self.threshold = max(flight // 2, 2 * self.mss)
        self.window = self.threshold + _DUPLICATES * self.mss
        self.recover = highest
        return True

    def timed_out(self, flight: int) -> None:
        """A retransmission time-out: back to slow start (RFC 5681, 3.1)."""
        self.threshold = max(flight // 2, 2 * self.mss)
        self.window = self.mss
        self.recover = None
        self.duplicates = 0
