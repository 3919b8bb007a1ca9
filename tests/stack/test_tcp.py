"""TCP as packet scripts: a segment is injected, a segment is expected, at lab times (RFC 9293 and others)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.clock import MILLISECOND, SECOND, Clock
from ios_emu.stack.tcp import TcpStack
from ios_emu.stack.tcp_connection import TcpSocket, TcpState
from ios_emu.wire.tcp import ACK, FIN, PSH, RST, SYN, TcpSegment

OURS, THEIRS = 0x0A000001, 0x0A000002
PORT, THEIR_PORT = 7, 5000
MSS = 1000
ISS = 500_000
NAMES = {SYN: "S", FIN: "F", RST: "R", PSH: "P", ACK: "."}


def letters(flags: int) -> str:
    return "".join(name for flag, name in NAMES.items() if flags & flag)


@dataclass
class Events:
    """What a socket told its owner."""

    said: list[str] = field(default_factory=list)

    def watch(self, socket: TcpSocket) -> TcpSocket:
        socket.on_connected = lambda: self.said.append("connected")
        socket.on_readable = lambda: self.said.append("readable")
        socket.on_end = lambda: self.said.append("end")
        socket.on_writable = lambda: self.said.append("writable")
        socket.on_closed = lambda reason: self.said.append(f"closed: {reason}")
        return socket


class Script:
    """One end of ours, and the other end's segments by hand. Numbers are counted from both first numbers."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.sent: list[tuple[int, TcpSegment]] = []
        self.tcp = TcpStack(self.clock, self._transmit, random.Random(1), lambda destination: MSS)
        self.events = Events()
        self.socket: TcpSocket | None = None
        self.base = 0

    def _transmit(self, source: int, destination: int, data: bytes) -> None:
        assert (source, destination) == (OURS, THEIRS)
        self.sent.append((self.clock.now, TcpSegment.parse(data, source, destination)))

    def inject(
        self,
        flags: int,
        sequence: int = 1,
        ack: int = 1,
        data: bytes = b"",
        window: int = 8000,
        mss: int | None = None,
    ) -> None:
        """A segment of the other end comes in now."""
        segment = TcpSegment(
            THEIR_PORT,
            PORT,
            (ISS + sequence) % 2**32,
            (self.base + ack) % 2**32 if flags & ACK else 0,
            flags,
            window,
            data,
            mss,
        )
        self.tcp.receive(THEIRS, OURS, segment.build(THEIRS, OURS))

    def after(self, nanoseconds: int) -> None:
        self.clock.run_until(self.clock.now + nanoseconds)

    def expect(self, *lines: str) -> None:
        """What was sent since: flags, `first:last` of the data, `ack`; the numbers are relative."""
        found = []
        for _, segment in self.sent:
            text = letters(segment.flags)
            first = (segment.sequence - self.base) % 2**32
            if segment.payload:
                text += f" {first}:{first + len(segment.payload)}"
            elif segment.flags & (SYN | FIN | RST):
                text += f" {first}"
            if segment.flags & ACK:
                text += f" ack {(segment.acknowledgment - ISS) % 2**32}"
            found.append(text)
        self.sent.clear()
        assert found == list(lines)

    def times(self) -> list[float]:
        """When what was sent since was sent, in seconds, and forgets it."""
        found = [round(when / SECOND, 3) for when, _ in self.sent]
        self.sent.clear()
        return found

    def accepted(self, *, window: int = 8000, mss: int | None = MSS) -> TcpSocket:
        """A listener of ours takes a connection."""

        def accept(socket: TcpSocket) -> None:
            self.socket = self.events.watch(socket)

        self.tcp.listen(PORT, accept)
        self.inject(SYN, 0, window=window, mss=mss)
        self.base = self.sent[0][1].sequence
        self.expect("S. 0 ack 1")
        self.inject(ACK, window=window)
        assert self.socket is not None
        assert self.socket.state is TcpState.ESTABLISHED
        self.sent.clear()
        return self.socket

    def connecting(self) -> TcpSocket:
        """Ours opens a connection; its SYN is out."""
        self.socket = self.events.watch(self.tcp.connect(OURS, THEIRS, THEIR_PORT, PORT))
        self.after(0)
        self.base = self.sent[0][1].sequence
        return self.socket


def state(socket: TcpSocket) -> TcpState:
    """The state now: what was asserted of it before is no promise."""
    return socket.state


# Opening


def test_an_active_open() -> None:
    script = Script()
    socket = script.connecting()
    script.expect("S 0")
    script.inject(SYN | ACK, 0, mss=MSS)
    script.expect(". ack 1")
    assert (socket.state, script.events.said) == (TcpState.ESTABLISHED, ["connected"])


def test_a_syn_is_sent_again_with_twice_the_time_and_then_given_up() -> None:
    script = Script()
    script.connecting()
    script.after(100 * SECOND)
    assert script.times() == [0, 1, 3, 7, 15]
    assert script.events.said == ["closed: timed out"]


def test_a_port_that_refuses() -> None:
    script = Script()
    script.connecting()
    script.inject(RST | ACK, 0)
    assert script.events.said == ["closed: refused"]


def test_a_reset_that_acknowledges_nothing_of_ours_is_no_refusal() -> None:
    script = Script()
    script.connecting()
    script.inject(RST | ACK, 0, ack=77)
    script.inject(RST, 0)
    assert script.events.said == []


def test_an_acknowledgment_of_something_else_while_opening_is_reset() -> None:
    script = Script()
    script.connecting()
    script.expect("S 0")
    script.inject(ACK, 1, ack=77)
    script.expect("R 77")


def test_both_ends_open_at_once() -> None:
    script = Script()
    socket = script.connecting()
    script.expect("S 0")
    script.inject(SYN, 0, mss=MSS)
    script.expect("S. 0 ack 1")
    assert state(socket) is TcpState.SYN_RECEIVED
    script.inject(SYN | ACK, 0, ack=1, mss=MSS)
    assert state(socket) is TcpState.ESTABLISHED


def test_a_segment_for_nobody_is_reset_and_a_reset_is_not() -> None:
    script = Script()
    script.inject(SYN, 0)
    script.expect("R. 0 ack 1")
    script.inject(ACK, 5, ack=9)
    script.expect("R 9")
    script.inject(ACK | FIN, 5, ack=9, data=b"abc")
    script.expect("R 9")
    script.inject(RST, 5)
    script.expect()


def test_a_listener_resets_what_is_no_syn() -> None:
    script = Script()
    script.tcp.listen(PORT, lambda socket: None)
    script.inject(ACK, 1, ack=3)
    script.expect("R 3")
    script.inject(RST, 1)
    script.inject(FIN, 1)
    script.expect()


def test_a_syn_again_is_answered_again() -> None:
    script = Script()
    script.tcp.listen(PORT, lambda socket: None)
    script.inject(SYN, 0)
    script.base = script.sent[0][1].sequence
    script.inject(SYN, 0)
    script.expect("S. 0 ack 1", "S. 0 ack 1")


def test_without_the_option_segments_have_536_bytes() -> None:
    script = Script()
    socket = script.accepted(mss=None)
    socket.send(bytes(600))
    script.expect(". 1:537 ack 1")


# Data


def test_data_in_order_is_read_and_acknowledged_late() -> None:
    script = Script()
    socket = script.accepted()
    script.inject(ACK | PSH, 1, data=b"hello")
    script.expect()
    script.after(200 * MILLISECOND)
    script.expect(". ack 6")
    assert (socket.receive(), script.events.said) == (b"hello", ["connected", "readable"])


def test_every_second_full_segment_is_acknowledged_at_once() -> None:
    script = Script()
    script.accepted()
    script.inject(ACK, 1, data=bytes(MSS))
    script.expect()
    script.inject(ACK, 1001, data=bytes(MSS))
    script.expect(". ack 2001")


def test_a_gap_is_told_at_once_and_filled_later() -> None:
    script = Script()
    socket = script.accepted()
    script.inject(ACK, 4, data=b"def")
    script.inject(ACK, 10, data=b"jkl")
    script.expect(". ack 1", ". ack 1")
    assert socket.receive() == b""
    script.inject(ACK, 1, data=b"abcde")
    script.expect(". ack 7")
    script.inject(ACK, 5, data=b"efghij")
    script.expect(". ack 13")
    assert socket.receive() == b"abcdefghijkl"


def test_what_came_before_is_acknowledged_again_and_not_read_again() -> None:
    script = Script()
    socket = script.accepted()
    script.inject(ACK, 1, data=b"abc")
    assert socket.receive() == b"abc"
    script.inject(ACK, 1, data=b"abc")
    script.expect(". ack 4")
    script.inject(ACK, 1, data=b"abcdef")
    assert socket.receive() == b"def"


def test_what_is_behind_the_window_is_refused() -> None:
    script = Script()
    socket = script.accepted()
    script.inject(ACK, 1 + 65535, data=b"x")
    script.expect(". ack 1")
    assert socket.receive() == b""


def test_a_lost_segment_is_sent_again_with_twice_the_time() -> None:
    script = Script()
    socket = script.accepted()
    socket.send(b"hello")
    script.after(8 * SECOND)
    assert script.times() == [0, 1, 3, 7]
    script.inject(ACK, ack=6)
    script.after(100 * SECOND)
    script.expect()


def test_after_twelve_times_it_gives_up() -> None:
    script = Script()
    socket = script.accepted()
    socket.send(b"hello")
    script.clock.run_until_idle()
    assert len(script.sent) == 13
    assert script.events.said[-1] == "closed: timed out"
    assert list(script.tcp.connections) == []


def test_karn_measures_no_segment_that_was_sent_twice() -> None:
    script = Script()
    socket = script.accepted()
    before = socket.sender.timeout.value
    socket.send(b"a")
    script.after(SECOND)
    script.inject(ACK, ack=2)
    assert socket.sender.timeout.value == before
    socket.send(b"b")
    script.after(3 * SECOND // 2)
    script.inject(ACK, ack=3)
    assert socket.sender.timeout.value == before


def test_three_equal_acknowledgments_bring_the_segment_back_at_once() -> None:
    script = Script()
    socket = script.accepted()
    socket.send(bytes(3 * MSS))
    script.expect(". 1:1001 ack 1", ". 1001:2001 ack 1", "P. 2001:3001 ack 1")
    for _ in range(2):
        script.inject(ACK)
    script.expect()
    script.inject(ACK)
    script.expect("P. 1:1001 ack 1")
    assert socket.sender.congestion.recovering
    script.inject(ACK, ack=2001)
    script.expect("P. 2001:3001 ack 1")
    script.inject(ACK, ack=3001)
    assert not socket.sender.congestion.recovering


def test_slow_start_opens_the_window_by_a_segment_for_each_acknowledgment() -> None:
    script = Script()
    socket = script.accepted(window=60000)
    socket.send(bytes(20 * MSS))
    assert len(script.sent) == 4
    script.sent.clear()
    script.inject(ACK, ack=1001, window=60000)
    assert len(script.sent) == 2
    script.sent.clear()
    script.inject(ACK, ack=4001, window=60000)
    assert len(script.sent) == 4


def test_a_time_out_goes_back_to_one_segment() -> None:
    script = Script()
    socket = script.accepted(window=60000)
    socket.send(bytes(10 * MSS))
    script.sent.clear()
    script.after(SECOND)
    script.expect(". 1:1001 ack 1")
    assert socket.sender.congestion.window == MSS


def test_nagle_waits_with_a_small_segment_while_something_is_on_the_way() -> None:
    script = Script()
    socket = script.accepted()
    for _ in range(3):
        socket.send(b"ab")
    script.expect("P. 1:3 ack 1")
    script.inject(ACK, ack=3)
    script.expect("P. 3:7 ack 1")
    socket.sender.nagle = False
    socket.send(b"x")
    script.expect("P. 7:8 ack 1")


def test_a_small_window_is_not_filled_with_crumbs() -> None:
    script = Script()
    socket = script.accepted(window=2000)
    socket.send(bytes(5000))
    script.expect(". 1:1001 ack 1", ". 1001:2001 ack 1")
    script.inject(ACK, ack=2001, window=100)
    script.expect()
    script.inject(ACK, ack=2001, window=1500)
    script.expect(". 2001:3001 ack 1")


def test_a_shut_window_is_probed_with_one_byte() -> None:
    script = Script()
    socket = script.accepted(window=1000)
    socket.send(bytes(1500))
    script.inject(ACK, ack=1001, window=0)
    script.sent.clear()
    script.after(8 * SECOND)
    assert [len(segment.payload) for _, segment in script.sent] == [1, 1, 1]
    assert script.times() == [1, 3, 7]
    script.inject(ACK, ack=1001, window=0)
    script.expect()
    script.inject(ACK, ack=1001, window=1000)
    script.expect("P. 1001:1501 ack 1")


def test_a_reset_is_not_behind_a_window_that_is_shut() -> None:
    script = Script()
    socket = script.accepted(window=1000)
    socket.send(bytes(1500))
    script.inject(ACK, ack=1001, window=0)
    script.after(2 * SECOND)
    script.sent.clear()
    socket.abort()
    script.expect("R. 1001 ack 1")


def test_our_own_window_opens_by_steps_that_are_worth_it() -> None:
    script = Script()
    socket = script.accepted()
    sequence = 1
    while sequence < 65535:
        size = min(MSS, 65536 - sequence)
        script.inject(ACK, sequence, data=bytes(size))
        sequence += size
    script.after(SECOND)
    assert script.sent[-1][1].window == 0
    script.inject(ACK, sequence, data=b"z")
    assert script.sent[-1][1].acknowledgment == (ISS + 65536) % 2**32
    script.sent.clear()
    socket.receive(500)
    script.expect()
    socket.receive(40_000)
    [(_, update)] = script.sent
    assert update.window == 40_500


def test_an_old_segment_does_not_change_the_window() -> None:
    script = Script()
    socket = script.accepted(window=8000)
    script.inject(ACK, 1, data=b"abc", window=5000)
    script.inject(ACK, 1, data=b"", window=100)
    assert socket.sender.window == 5000


# Ending


def test_an_orderly_end_of_ours() -> None:
    script = Script()
    socket = script.accepted()
    socket.close()
    script.expect("F. 1 ack 1")
    assert state(socket) is TcpState.FIN_WAIT_1
    script.inject(ACK, ack=2)
    assert state(socket) is TcpState.FIN_WAIT_2
    script.inject(ACK | FIN, ack=2)
    script.expect(". ack 2")
    assert state(socket) is TcpState.TIME_WAIT
    script.inject(ACK | FIN, ack=2)
    script.expect(". ack 2")
    script.after(61 * SECOND)
    assert (socket.state, list(script.tcp.connections)) == (TcpState.CLOSED, [])
    assert script.events.said == ["connected", "end", "closed: None"]


def test_the_other_end_ends_first_and_ours_goes_on_sending() -> None:
    script = Script()
    socket = script.accepted()
    script.inject(ACK | FIN, data=b"bye")
    script.expect(". ack 5")
    assert socket.receive() == b"bye"
    script.after(0)
    assert state(socket) is TcpState.CLOSE_WAIT
    socket.send(b"wait")
    script.expect("P. 1:5 ack 5")
    socket.shutdown()
    script.inject(ACK, 5, ack=5)
    assert state(socket) is TcpState.LAST_ACK
    script.inject(ACK, 5, ack=6)
    assert state(socket) is TcpState.CLOSED
    assert script.events.said == ["connected", "readable", "end", "closed: None"]


def test_both_ends_end_at_once() -> None:
    script = Script()
    socket = script.accepted()
    socket.close()
    script.inject(ACK | FIN, ack=1)
    assert state(socket) is TcpState.CLOSING
    script.inject(ACK, 2, ack=2)
    assert state(socket) is TcpState.TIME_WAIT


def test_a_fin_waits_for_the_data_before_it() -> None:
    script = Script()
    socket = script.accepted(window=1500)
    socket.send(bytes(2500))
    socket.shutdown()
    script.expect(". 1:1001 ack 1")
    script.inject(ACK, ack=1001, window=1500)
    script.inject(ACK, ack=2001, window=1500)
    script.expect(". 1001:2001 ack 1", "FP. 2001:2501 ack 1")


def test_closing_with_data_unread_is_a_reset() -> None:
    script = Script()
    socket = script.accepted()
    script.inject(ACK, data=b"never read")
    socket.close()
    script.expect("R. 1 ack 11")
    assert script.events.said[-1] == "closed: aborted"


def test_data_for_an_end_that_reads_no_more_is_reset() -> None:
    script = Script()
    socket = script.accepted()
    socket.close()
    script.inject(ACK, ack=2)
    script.sent.clear()
    script.inject(ACK, ack=2, data=b"too late")
    assert letters(script.sent[-1][1].flags) == "R."


def test_a_new_connection_between_the_ports_of_one_that_has_just_ended() -> None:
    script = Script()
    socket = script.accepted()
    socket.close()
    script.inject(ACK | FIN, ack=2)
    assert state(socket) is TcpState.TIME_WAIT
    script.sent.clear()
    script.inject(SYN, 100_000, mss=MSS)
    [(_, answer)] = script.sent
    assert letters(answer.flags) == "S."
    assert answer.acknowledgment == (ISS + 100_001) % 2**32


# Forgeries (RFC 5961)


def test_only_a_reset_at_the_next_byte_ends_it() -> None:
    script = Script()
    socket = script.accepted()
    script.inject(RST, 500)
    script.expect(". ack 1")
    script.inject(RST, 1 + 70_000)
    script.expect()
    assert state(socket) is TcpState.ESTABLISHED
    script.inject(RST, 1)
    assert script.events.said[-1] == "closed: reset"


def test_a_syn_in_the_window_is_challenged() -> None:
    script = Script()
    socket = script.accepted()
    script.inject(SYN, 10)
    script.expect(". ack 1")
    assert state(socket) is TcpState.ESTABLISHED


def test_challenges_are_limited() -> None:
    script = Script()
    script.accepted()
    for _ in range(50):
        script.inject(RST, 500)
    assert len(script.sent) == 10
    script.sent.clear()
    script.after(5 * SECOND)
    script.inject(RST, 500)
    assert len(script.sent) == 1


def test_acknowledgments_of_what_was_never_sent_are_dropped() -> None:
    script = Script()
    socket = script.accepted()
    script.inject(ACK, ack=5000, data=b"forged")
    script.expect(". ack 1")
    script.inject(ACK, ack=-200_000, data=b"forged")
    script.expect(". ack 1")
    assert socket.receive() == b""


def test_icmp_ends_an_opening_and_nothing_else() -> None:
    script = Script()
    script.connecting()
    head = PORT.to_bytes(2) + THEIR_PORT.to_bytes(2) + bytes(4)
    script.tcp.icmp_error(OURS, THEIRS, head, False, "unreachable")
    assert script.events.said == []
    script.tcp.icmp_error(OURS, THEIRS, head, True, "unreachable")
    assert script.events.said == ["closed: unreachable"]
    other = Script()
    socket = other.accepted()
    other.tcp.icmp_error(OURS, THEIRS, head, True, "unreachable")
    assert state(socket) is TcpState.ESTABLISHED


def test_ports_are_used_once() -> None:
    script = Script()
    script.tcp.listen(PORT, lambda socket: None)
    with pytest.raises(ValueError, match="TCP port 7 is in use"):
        script.tcp.listen(PORT, lambda socket: None)
    first, second = (script.tcp.connect(OURS, THEIRS, 80) for _ in range(2))
    assert (first.local_port, second.local_port) == (1025, 1026)


# Two ends of ours on a bad wire


# A wire that lost everything for minutes would rightly end the connection.
_MOST_LOST_IN_A_ROW = 6


class Wire:
    """Two stacks, and a wire that loses, doubles and delays by chance."""

    def __init__(self, seed: int, loss: float, duplicate: float, jitter: int) -> None:
        self.clock = Clock()
        self.chance = random.Random(seed)
        self.loss, self.duplicate, self.jitter = loss, duplicate, jitter
        self.lost_in_a_row = 0
        self.a = TcpStack(self.clock, self._carry, random.Random(seed + 1), lambda destination: MSS)
        self.b = TcpStack(self.clock, self._carry, random.Random(seed + 2), lambda destination: MSS)

    def _carry(self, source: int, destination: int, data: bytes) -> None:
        target = self.b if destination == THEIRS else self.a
        lost = self.chance.random() < self.loss and self.lost_in_a_row < _MOST_LOST_IN_A_ROW
        self.lost_in_a_row = self.lost_in_a_row + 1 if lost else 0
        copies = 0 if lost else 1 + (self.chance.random() < self.duplicate)
        for _ in range(copies):
            delay = MILLISECOND + self.chance.randrange(self.jitter + 1)
            self.clock.call_later(delay, target.receive, source, destination, data)


class End:
    """A user of a socket: writes its data in pieces, reads at most so much at a time, and ends in its way."""

    def __init__(self, wire: Wire, data: bytes, piece: int, limit: int, closes_first: bool) -> None:
        self.wire, self.data, self.piece, self.limit, self.closes_first = (
            wire,
            data,
            piece,
            limit,
            closes_first,
        )
        self.got = bytearray()
        self.position = 0
        self.ended: str | None = "not ended"
        self.heard_end = False

    def take(self, socket: TcpSocket) -> None:
        self.socket = socket
        socket.on_connected = socket.on_writable = self.write
        socket.on_readable = self.read
        socket.on_end = self.end
        socket.on_closed = self.closed

    def write(self) -> None:
        while self.position < len(self.data):
            count = self.socket.send(self.data[self.position : self.position + self.piece])
            if not count:
                return
            self.position += count
        if self.closes_first or self.heard_end:
            self.socket.shutdown()

    def read(self) -> None:
        data = self.socket.receive(self.limit)
        self.got += data
        if len(data) == self.limit:
            self.wire.clock.call_later(MILLISECOND, self.read)

    def end(self) -> None:
        self.heard_end = True
        self.write()

    def closed(self, reason: str | None) -> None:
        self.ended = reason


sizes = st.one_of(st.integers(0, 3000), st.integers(60_000, 90_000))


@pytest.mark.property
@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 2**32),
    st.sampled_from([0.0, 0.05, 0.2]),
    st.sampled_from([0.0, 0.1]),
    st.sampled_from([0, 3 * MILLISECOND, 40 * MILLISECOND]),
    sizes,
    sizes,
    st.sampled_from([1, 100, 1460, 65536]),
    st.sampled_from([200, 3000, 65536]),
    st.booleans(),
)
def test_both_ends_get_what_was_sent(
    seed: int,
    loss: float,
    duplicate: float,
    jitter: int,
    there: int,
    back: int,
    piece: int,
    limit: int,
    first: bool,
) -> None:
    wire = Wire(seed, loss, duplicate, jitter)
    if piece == 1:
        there, back = there % 300, back % 300
    random_bytes = random.Random(seed).randbytes
    client = End(wire, random_bytes(there), piece, limit, first)
    server = End(wire, random_bytes(back), piece, limit, not first)

    def accept(socket: TcpSocket) -> None:
        server.take(socket)

    wire.b.listen(PORT, accept)
    client.take(wire.a.connect(OURS, THEIRS, PORT))
    wire.clock.run_until(3600 * SECOND)
    assert (bytes(client.got), bytes(server.got)) == (server.data, client.data)
    assert (client.ended, server.ended) == (None, None)
    assert [*wire.a.connections, *wire.b.connections] == []


@pytest.mark.property
@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 63),
            st.integers(-70_000, 70_000),
            st.integers(-70_000, 70_000),
            st.integers(0, 65535),
            st.binary(max_size=40),
        ),
        max_size=25,
    ),
    st.lists(st.sampled_from(["read", "send", "close", "abort", "wait"]), max_size=10),
)
def test_any_segments_of_anyone_do_no_harm(
    segments: list[tuple[int, int, int, int, bytes]], acts: list[str]
) -> None:
    script = Script()
    socket = script.accepted()
    deeds: dict[str, Callable[[], object]] = {
        "read": socket.receive,
        "send": lambda: socket.send(b"something"),
        "close": socket.close,
        "abort": socket.abort,
        "wait": lambda: script.after(3 * SECOND),
    }
    for number, (flags, sequence, ack, window, data) in enumerate(segments):
        script.inject(flags, sequence, ack, data, window)
        if number < len(acts):
            deeds[acts[number]]()
    script.tcp.receive(THEIRS, OURS, b"\0" * 7)
    script.clock.run_until_idle()
    script.after(200 * SECOND)
    assert script.tcp.counters.malformed == 1
    if socket.state is TcpState.CLOSED:
        assert list(script.tcp.connections) == []
