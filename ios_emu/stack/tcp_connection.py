"""One TCP connection (RFC 9293): the states, and what each segment does to them.

The rules are those of RFC 9293, 3.10, with the challenge acknowledgments of RFC 5961 and the orderly ends of
RFC 1122, 4.2. Left out: window scaling, selective acknowledgments, timestamps, urgent data.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from ios_emu.clock import SECOND, Timer
from ios_emu.stack.tcp_receiver import Receiver
from ios_emu.stack.tcp_sender import DEFAULT_MSS, Sender
from ios_emu.wire.tcp import ACK, FIN, PSH, RST, SYN, TcpSegment

if TYPE_CHECKING:
    from ios_emu.stack.tcp import TcpListener, TcpStack

_NUMBERS = 1 << 32
_HALF = 1 << 31
TIME_WAIT = 60 * SECOND
"""Twice the maximum segment lifetime."""
_FIN_WAIT_2 = 60 * SECOND
_CONNECT_TIMEOUT = 30 * SECOND
_CHALLENGES = 10
_CHALLENGE_TIME = 5 * SECOND


class TcpState(Enum):
    """The states of a connection, by the names that `netstat` and `show tcp brief` print."""

    CLOSED = "CLOSED"
    LISTEN = "LISTEN"
    SYN_SENT = "SYNSENT"
    SYN_RECEIVED = "SYNRCVD"
    ESTABLISHED = "ESTAB"
    FIN_WAIT_1 = "FINWAIT1"
    FIN_WAIT_2 = "FINWAIT2"
    CLOSE_WAIT = "CLOSEWAIT"
    CLOSING = "CLOSING"
    LAST_ACK = "LASTACK"
    TIME_WAIT = "TIMEWAIT"


_SENDS = (TcpState.ESTABLISHED, TcpState.CLOSE_WAIT)
_RECEIVES = (TcpState.ESTABLISHED, TcpState.FIN_WAIT_1, TcpState.FIN_WAIT_2)


def _nothing(*_: object) -> None:
    """Where a socket's owner does not care."""


class TcpSocket:
    """A connection as its owner has it. The owner sets the callbacks; each is called from the clock's events.

    `on_closed` is given None after an orderly end, else why: `refused`, `reset`, `timed out`, `unreachable`.
    """

    __slots__ = (
        "_challenge_count",
        "_challenge_time",
        "_ended",
        "_last_window",
        "_listener",
        "_open_until",
        "_receiving",
        "_said_end",
        "_stack",
        "_timer",
        "local",
        "local_port",
        "on_closed",
        "on_connected",
        "on_end",
        "on_readable",
        "on_writable",
        "receiver",
        "remote",
        "remote_port",
        "sender",
        "state",
    )

    def __init__(
        self,
        stack: TcpStack,
        local: int,
        local_port: int,
        remote: int,
        remote_port: int,
        listener: TcpListener | None = None,
    ) -> None:
        self._stack = stack
        self.local, self.local_port = local, local_port
        self.remote, self.remote_port = remote, remote_port
        self.state = TcpState.CLOSED
        self.on_connected: Callable[[], None] = _nothing
        self.on_readable: Callable[[], None] = _nothing
        self.on_end: Callable[[], None] = _nothing
        self.on_writable: Callable[[], None] = _nothing
        self.on_closed: Callable[[str | None], None] = _nothing
        clock = stack.clock
        self.sender = Sender(clock, stack.initial_number(), self._emit, self._emit_syn, self._gave_up)
        self.receiver = Receiver(clock, self._acknowledge)
        self._listener = listener
        self._timer: Timer | None = None
        self._open_until: int | None = None
        self._last_window = (0, 0)
        self._receiving = True
        self._said_end = False
        self._ended = False
        self._challenge_time = 0
        self._challenge_count = 0

    # What the owner calls

    def receive(self, limit: int | None = None) -> bytes:
        """The bytes that have come, at most `limit` of them."""
        receiver = self.receiver
        data = receiver.read(limit) if receiver.chunks else b""
        if receiver.fin is not None and not receiver.unread and not self._said_end:
            # Who reads has yet to do something with the last bytes.
            self._said_end = True
            self._stack.clock.call_soon(self._tell_last_read)
        return data

    def send(self, data: bytes) -> int:
        """Takes bytes to send; returns how many, 0 when the buffer is full or the connection can't send."""
        if self.state not in (*_SENDS, TcpState.SYN_SENT, TcpState.SYN_RECEIVED) or self.sender.fin_queued:
            return 0
        count = self.sender.write(data)
        if self.state in _SENDS:
            self.sender.output()
        return count

    def shutdown(self) -> None:
        """Says that no more is sent: the FIN follows what waits. What comes can still be read."""
        if self.state in (TcpState.CLOSED, TcpState.SYN_SENT):
            self._end(None)
        if self.sender.fin_queued or self.state is TcpState.CLOSED:
            return
        self.sender.fin_queued = True
        if self.state is TcpState.ESTABLISHED:
            self.state = TcpState.FIN_WAIT_1
        elif self.state is TcpState.CLOSE_WAIT:
            self.state = TcpState.LAST_ACK
        if self.state is not TcpState.SYN_RECEIVED:
            self.sender.output()

    def close(self) -> None:
        """Ends the connection in order. With bytes unread it is a reset, as RFC 1122, 4.2.2.13 asks."""
        if self.receiver.unread:
            self.abort()
            return
        self._receiving = False
        self.shutdown()

    def abort(self) -> None:
        """Ends it at once, with a RST."""
        if self.state not in (TcpState.CLOSED, TcpState.SYN_SENT, TcpState.TIME_WAIT):
            # Where the window is shut the other end takes nothing that is behind it, a probe's byte included.
            edge = self.sender.una + self.sender.window
            known = self.state is not TcpState.SYN_RECEIVED
            self._transmit(RST | ACK, min(self.sender.highest, edge) if known else self.sender.highest, b"")
        self._end("aborted")

    @property
    def room(self) -> int:
        """How many bytes `send` would take."""
        return self.sender.room if self.is_writable else 0

    @property
    def is_writable(self) -> bool:
        """Would `send` take a byte?"""
        return self.state in _SENDS and not self.sender.fin_queued and self.sender.room > 0

    # Opening

    def open(self) -> None:
        """Active open: sends the SYN."""
        self.state = TcpState.SYN_SENT
        self._open_until = self._stack.clock.now + _CONNECT_TIMEOUT
        self.sender.syn_sent()
        self._emit_syn()

    def answer(self, segment: TcpSegment) -> None:
        """Passive open: a listener got this SYN."""
        self.state = TcpState.SYN_RECEIVED
        self._take_syn(segment)
        self.sender.syn_sent()
        self._emit_syn()

    def _take_syn(self, segment: TcpSegment) -> None:
        mss = self._stack.mss_for(self.remote)
        self.receiver.begin(segment.sequence + 1)
        self.receiver.mss = mss
        self.sender.set_mss(max(min(segment.mss or DEFAULT_MSS, mss), 8))

    def _emit_syn(self) -> None:
        if self._open_until is not None and self._stack.clock.now >= self._open_until:
            self._end("timed out")
            return
        flags = SYN if self.state is TcpState.SYN_SENT else SYN | ACK
        self._transmit(flags, self.sender.una, b"", mss=self._stack.mss_for(self.remote))

    # Segments

    def arrive(self, segment: TcpSegment) -> None:
        """Takes a segment of this connection (RFC 9293, 3.10.7)."""
        if self.state is TcpState.SYN_SENT:
            self._arrive_in_syn_sent(segment)
            return
        receiver = self.receiver
        flags, payload = segment.flags, segment.payload
        if (
            self.state is TcpState.ESTABLISHED
            and segment.sequence == receiver.nxt % _NUMBERS
            and flags & ~PSH == ACK
            and len(payload) <= receiver.edge - receiver.nxt
        ):
            # What nearly every segment is: the next bytes, or an acknowledgment alone.
            if self._take_acknowledgment(segment, receiver.nxt):
                if payload:
                    self._take_text(receiver.nxt, payload)
                self.sender.output()
            return
        number = _unwrap(segment.sequence, receiver.nxt)
        if not self._acceptable(number, len(payload) + (flags & FIN) + (flags >> 1 & 1)):
            self._refuse(segment, number)
            return
        if flags & RST:
            self._take_reset(number)
            return
        if flags & SYN:
            self._challenge()
            return
        if not flags & ACK:
            return
        if not self._take_acknowledgment(segment, number):
            return
        if payload and self.state in _RECEIVES:
            self._take_text(number, payload)
        if flags & FIN and self.state is not TcpState.CLOSED:
            self._take_fin(number + len(payload))
        if self.state in (*_SENDS, TcpState.FIN_WAIT_1, TcpState.CLOSING, TcpState.LAST_ACK):
            self.sender.output()

    def _acceptable(self, number: int, length: int) -> bool:
        """Is any of it in the window? (RFC 9293, 3.10.7.4, table 6)."""
        receiver = self.receiver
        nxt, edge = receiver.nxt, receiver.edge
        if not length:
            return nxt <= number < edge or number == nxt
        if edge == nxt:
            # A shut window takes no bytes, but acknowledgments and a reset in the segment count.
            return False
        return number < edge and number + length > nxt

    def _refuse(self, segment: TcpSegment, number: int) -> None:
        if segment.flags & RST:
            return
        if self.state is TcpState.TIME_WAIT:
            if segment.flags & SYN and not segment.flags & ACK and number > self.receiver.nxt:
                self._end(None)
                self._stack.open_again(self, segment)
                return
            self._wait(TIME_WAIT)
        if self.state is TcpState.SYN_RECEIVED and segment.flags & SYN:
            if not segment.flags & ACK:
                self._emit_syn()
            elif self._take_acknowledgment(segment, number):
                # Both ends opened at once: this was the answer to our SYN.
                self._acknowledge()
            return
        if segment.flags & ACK and not segment.flags & SYN and number == self.receiver.nxt:
            # The window was shut when it came: its acknowledgment is taken all the same.
            self._take_acknowledgment(segment, number)
        if self.state is not TcpState.CLOSED:
            self._acknowledge()

    def _arrive_in_syn_sent(self, segment: TcpSegment) -> None:
        flags, sender = segment.flags, self.sender
        acknowledgment = _unwrap(segment.acknowledgment, sender.una)
        acknowledged = flags & ACK and acknowledgment == sender.nxt
        if flags & ACK and not acknowledged:
            if not flags & RST:
                self._stack.reset(self, segment)
            return
        if flags & RST:
            if acknowledged:
                self._end("refused")
            return
        if not flags & SYN:
            return
        self._take_syn(segment)
        self._open_until = None
        self._last_window = (segment.sequence, acknowledgment)
        sender.set_window(segment.window)
        if acknowledged:
            sender.acknowledge(acknowledgment)
            self._established()
            if self.state in _SENDS:
                self._acknowledge()
                sender.output()
        else:
            # Both ends opened at once (RFC 9293, 3.5, figure 7).
            self.state = TcpState.SYN_RECEIVED
            self._emit_syn()

    def _established(self) -> None:
        self.state = TcpState.ESTABLISHED
        if self.sender.fin_queued:
            self.state = TcpState.FIN_WAIT_1
        if self._listener is not None:
            self._listener.accept(self)
        self.on_connected()

    def _take_reset(self, number: int) -> None:
        """Only a RST at the very next byte ends it: others may be forged (RFC 5961, 3)."""
        if number != self.receiver.nxt:
            self._challenge()
        elif self.state is TcpState.SYN_RECEIVED:
            self._end("refused")
        elif self.state in (TcpState.CLOSING, TcpState.LAST_ACK, TcpState.TIME_WAIT):
            self._end(None)
        else:
            self._end("reset")

    def _take_acknowledgment(self, segment: TcpSegment, number: int) -> bool:
        """False when the rest of the segment is not to be looked at."""
        sender = self.sender
        if segment.acknowledgment == sender.una % _NUMBERS and sender.una == sender.highest:
            # Nothing is on the way, nothing new is acknowledged.
            self._update_window(segment, number, sender.una)
            return True
        acknowledgment = _unwrap(segment.acknowledgment, sender.una)
        if self.state is TcpState.SYN_RECEIVED:
            if not sender.una < acknowledgment <= sender.nxt:
                self._stack.reset(self, segment)
                return False
            self._last_window = (number, acknowledgment)
            sender.set_window(segment.window)
            sender.acknowledge(acknowledgment)
            self._established()
            return self._is_open()
        if acknowledgment > sender.highest:
            self._acknowledge()
            return False
        if acknowledgment < sender.una - max(sender.largest_window, 65535):
            # Too old to be anybody's but a forger's (RFC 5961, 5).
            self._challenge()
            return False
        if acknowledgment > sender.una:
            self._update_window(segment, number, acknowledgment)
            full = not sender.room
            sender.acknowledge(acknowledgment)
            if sender.fin_acknowledged:
                self._fin_acknowledged()
            if full and self.is_writable:
                self.on_writable()
        elif acknowledgment == sender.una:
            is_duplicate = (
                not segment.payload
                and not segment.flags & FIN
                and segment.window == sender.window
                and sender.highest > sender.una
            )
            self._update_window(segment, number, acknowledgment)
            if is_duplicate:
                sender.duplicate()
        return self._is_open()

    def _is_open(self) -> bool:
        return self.state is not TcpState.CLOSED

    def _update_window(self, segment: TcpSegment, number: int, acknowledgment: int) -> None:
        """An older segment does not change the window (RFC 9293, 3.10.7.4: SND.WL1 and SND.WL2)."""
        last_number, last_acknowledgment = self._last_window
        if last_number < number or (last_number == number and last_acknowledgment <= acknowledgment):
            self._last_window = (number, acknowledgment)
            self.sender.set_window(segment.window)

    def _take_text(self, number: int, payload: bytes) -> None:
        if not self._receiving:
            # Nobody will read it (RFC 1122, 4.2.2.13).
            self.abort()
            return
        before = self.receiver.unread
        self.receiver.take(number, payload)
        if self.receiver.unread > before:
            self.on_readable()

    def _take_fin(self, number: int) -> None:
        receiver = self.receiver
        if number != receiver.nxt or receiver.fin is not None or number > receiver.edge:
            # A FIN behind a gap comes again when the gap is filled.
            return
        receiver.fin = number
        receiver.nxt += 1
        self._acknowledge()
        ended = self.state is TcpState.FIN_WAIT_2
        match self.state:
            case TcpState.ESTABLISHED | TcpState.SYN_RECEIVED:
                self.state = TcpState.CLOSE_WAIT
            case TcpState.FIN_WAIT_1:
                self.state = TcpState.CLOSING
        if not receiver.unread and not self._said_end:
            self._said_end = True
            self.on_end()
        if ended and self._is_open():
            self._time_wait()

    def _tell_last_read(self) -> None:
        self.on_end()

    def _fin_acknowledged(self) -> None:
        match self.state:
            case TcpState.FIN_WAIT_1:
                self.state = TcpState.FIN_WAIT_2
                if not self._receiving:
                    self._wait(_FIN_WAIT_2)
            case TcpState.CLOSING:
                self._time_wait()
            case TcpState.LAST_ACK:
                self._end(None)

    def _time_wait(self) -> None:
        self.state = TcpState.TIME_WAIT
        self.sender.stop()
        self._wait(TIME_WAIT)
        self._tell_end(None)

    def _wait(self, time: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._stack.clock.call_later(time, self._end, None, background=True)

    # The end

    def report(self, hard: bool, reason: str) -> None:
        """An ICMP error about this connection: it ends an opening, nothing else (RFC 5927, 6)."""
        if self.state is TcpState.SYN_SENT and hard:
            self._end(reason)

    def _gave_up(self) -> None:
        self._end("timed out")

    def _end(self, reason: str | None) -> None:
        self.state = TcpState.CLOSED
        self.sender.stop()
        self.receiver.stop()
        if self._timer is not None:
            self._timer.cancel()
        self._stack.forget(self)
        self._tell_end(reason)

    def _tell_end(self, reason: str | None) -> None:
        if not self._ended:
            self._ended = True
            self.on_closed(reason)

    # Sending

    def _emit(self, number: int, payload: bytes, fin: bool, push: bool) -> None:
        self._transmit(ACK | (FIN if fin else 0) | (PSH if push and payload else 0), number, payload)

    def _acknowledge(self) -> None:
        # Behind all that was ever sent: while old data is sent again, its numbers are old to the other end.
        self._transmit(ACK, self.sender.highest, b"")

    def _challenge(self) -> None:
        """An acknowledgment that asks whether it was really sent, not too often (RFC 5961, 7)."""
        now = self._stack.clock.now
        if now - self._challenge_time >= _CHALLENGE_TIME:
            self._challenge_time, self._challenge_count = now, 0
        if self._challenge_count < _CHALLENGES:
            self._challenge_count += 1
            self._acknowledge()

    def _transmit(self, flags: int, number: int, payload: bytes, mss: int | None = None) -> None:
        acknowledgment = self.receiver.nxt % _NUMBERS if flags & ACK else 0
        window = self.receiver.window() if flags & ACK else self.receiver.buffer_size
        segment = TcpSegment(
            self.local_port, self.remote_port, number % _NUMBERS, acknowledgment, flags, window, payload, mss
        )
        local, remote = self.local, self.remote
        self._stack.transmit(local, remote, segment.build(local, remote))


def _unwrap(number: int, near: int) -> int:
    """The endless number that is nearest to `near` and ends in these 32 bits."""
    return near + (number - near + _HALF) % _NUMBERS - _HALF
