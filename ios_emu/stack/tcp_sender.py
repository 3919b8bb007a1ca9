"""The sending half of a TCP connection: what is on the way, what waits, and what must be sent again.

Sequence numbers are counted on without end here; only on the wire are they cut to 32 bits. The SYN is the
byte before the first one, the FIN the one behind the last.
"""

from __future__ import annotations

from collections.abc import Callable

from ios_emu.clock import SECOND, Clock, Timer
from ios_emu.stack.tcp_timing import Congestion, RetransmissionTimeout

SEND_BUFFER = 131072
DEFAULT_MSS = 536
_MOST_RETRIES = 12
_LONGEST_PROBE = 60 * SECOND

Emit = Callable[[int, bytes, bool, bool], None]
"""Sends what begins at a sequence number: the bytes, whether a FIN is behind them, whether to push."""


class Sender:
    """`emit` sends data, `emit_syn` the SYN again; `give_up` is called when nobody acknowledges."""

    __slots__ = (
        "_backlog",
        "_clock",
        "_deadline",
        "_emit",
        "_emit_syn",
        "_give_up",
        "_persist",
        "_probes",
        "_retries",
        "_timed",
        "_timer",
        "congestion",
        "fin_queued",
        "highest",
        "largest_window",
        "limit",
        "mss",
        "nagle",
        "nxt",
        "retransmitted",
        "start",
        "timeout",
        "una",
        "window",
    )

    def __init__(
        self,
        clock: Clock,
        initial: int,
        emit: Emit,
        emit_syn: Callable[[], None],
        give_up: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._emit = emit
        self._emit_syn = emit_syn
        self._give_up = give_up
        self.una = self.nxt = self.highest = initial
        self.start = initial + 1
        self.window = self.largest_window = 0
        self.mss = DEFAULT_MSS
        self.congestion = Congestion(DEFAULT_MSS)
        self.timeout = RetransmissionTimeout()
        self.fin_queued = False
        self.nagle = True
        self.limit = SEND_BUFFER
        self.retransmitted = 0
        self._backlog = bytearray()
        self._retries = 0
        self._probes = 0
        self._timed: tuple[int, int] | None = None
        self._timer: Timer | None = None
        self._persist: Timer | None = None
        self._deadline = 0

    # What the connection asks

    @property
    def end(self) -> int:
        """The sequence number behind the last byte that was given to it."""
        return self.start + len(self._backlog)

    @property
    def room(self) -> int:
        """How many bytes it would still take."""
        return max(self.limit - len(self._backlog), 0)

    @property
    def fin_acknowledged(self) -> bool:
        """Did the other end see everything, with the FIN?"""
        return self.fin_queued and self.una > self.end

    def set_mss(self, mss: int) -> None:
        """The largest segment that the other end and the way there take."""
        self.mss = mss
        self.congestion = Congestion(mss)

    def syn_sent(self) -> None:
        """The SYN is on the way, for the first time."""
        self.nxt = self.highest = self.una + 1
        self._timed = (self.nxt, self._clock.now)
        self._arm()

    def write(self, data: bytes) -> int:
        """Takes bytes to send; returns how many."""
        count = min(len(data), self.room)
        self._backlog += data[:count]
        return count

    def set_window(self, window: int) -> None:
        """The other end's window, as it says it now."""
        self.window = window
        self.largest_window = max(self.largest_window, window)
        if window and self._persist is not None:
            self._persist.cancel()
            self._persist = None
            self._probes = 0

    def acknowledge(self, number: int) -> None:
        """Everything before `number`, which is new, was acknowledged."""
        count = number - self.una
        self.una = number
        if self.nxt < number:
            self.nxt = number
        done = min(number - self.start, len(self._backlog))
        if done > 0:
            del self._backlog[:done]
            self.start += done
        self._retries = 0
        if self._timed is not None and number >= self._timed[0]:
            self.timeout.measured(self._clock.now - self._timed[1])
            self._timed = None
        else:
            self.timeout.reset()
        if self.congestion.acknowledged(count, number, self.highest - number):
            self._resend()
        if self.una == self.highest:
            self._disarm()
        else:
            self._deadline = self._clock.now + self.timeout.value

    def duplicate(self) -> None:
        """The same acknowledgment came again, without anything new in it."""
        if self.congestion.duplicate(self.highest, self.highest - self.una):
            self._resend()
        self.output()

    def output(self) -> None:
        """Sends what windows, Nagle's algorithm and silly-window avoidance let through."""
        mss = self.mss
        end = self.start + len(self._backlog)
        if self.nxt == end and not self.fin_queued:
            return
        while True:
            usable = self.una + min(self.window, self.congestion.window) - self.nxt
            waiting = end - self.nxt
            if waiting < 0:
                return
            size = min(mss, waiting, usable)
            fin = self.fin_queued and size == waiting and usable >= size
            if size <= 0 and not fin:
                break
            if size < mss and not fin:
                if size < waiting:
                    # The window holds it back: half of the largest is worth sending (RFC 9293, 3.8.6.2).
                    if size * 2 < self.largest_window:
                        break
                elif self.nagle and self.nxt > self.una:
                    break
            self._send(max(size, 0), fin, push=size == waiting)
            if fin:
                return
        if end > self.nxt and self.una == self.highest and self._persist is None:
            self._await_window()

    def stop(self) -> None:
        """Sends nothing any more."""
        self._disarm()
        if self._persist is not None:
            self._persist.cancel()
            self._persist = None
        self._backlog.clear()

    # Segments

    def _send(self, size: int, fin: bool, push: bool) -> None:
        position = self.nxt - self.start
        payload = bytes(self._backlog[position : position + size])
        number = self.nxt
        self.nxt += size + fin
        if self.nxt > self.highest:
            if self._timed is None and number >= self.highest:
                self._timed = (self.nxt, self._clock.now)
            if number < self.highest:
                self.retransmitted += 1
            self.highest = self.nxt
        else:
            self.retransmitted += 1
        if self._timer is None:
            self._arm()
        self._emit(number, payload, fin, push)

    def _resend(self) -> None:
        """The oldest segment again, once."""
        self._timed = None
        self.retransmitted += 1
        size = min(self.mss, self.end - self.una)
        position = self.una - self.start
        fin = self.fin_queued and size == self.end - self.una
        self._emit(self.una, bytes(self._backlog[position : position + size]), fin, True)

    # Timers

    def _arm(self) -> None:
        self._deadline = self._clock.now + self.timeout.value
        if self._timer is None:
            self._timer = self._clock.call_at(self._deadline, self._expired)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expired(self) -> None:
        self._timer = None
        if self._deadline > self._clock.now:
            # Something was acknowledged meanwhile: the time began anew.
            self._timer = self._clock.call_at(self._deadline, self._expired)
            return
        self._retries += 1
        if self._retries > _MOST_RETRIES:
            self._give_up()
            return
        self.timeout.back_off()
        self._timed = None
        if self.una < self.start:
            self.retransmitted += 1
            self._arm()
            self._emit_syn()
            return
        self.congestion.timed_out(self.highest - self.una)
        self.nxt = self.una
        self._arm()
        if self.window:
            self.output()
        else:
            self._resend()

    def _await_window(self) -> None:
        """The window is shut: asks now and then, with a byte, whether it has opened (RFC 9293, 3.8.6.1)."""
        delay = min(self.timeout.value << min(self._probes, 6), _LONGEST_PROBE)
        self._persist = self._clock.call_later(delay, self._probe, background=True)

    def _probe(self) -> None:
        self._persist = None
        waiting = self.end - self.nxt
        if waiting <= 0 or self.una != self.highest:
            return
        self._probes += 1
        usable = min(self.window, self.congestion.window)
        if usable > 0:
            # Too little for silly-window avoidance, but for long enough now.
            self._send(min(usable, waiting, self.mss), False, push=True)
        else:
            position = self.nxt - self.start
            self._emit(self.nxt, bytes(self._backlog[position : position + 1]), False, True)
        self._await_window()
