"""Cables: when frames arrive, which ones do not, and that each is accounted for."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.clock import MICROSECOND, MILLISECOND, SECOND, Clock
from ios_emu.stack.cable import Cable, Port
from ios_emu.stack.counters import PortCounters

MINE, YOURS = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
BROADCAST, MULTICAST = b"\xff" * 6, bytes.fromhex("01005e000005")


def frame(number: int, size: int = 60, to: bytes = YOURS) -> bytes:
    return (to + MINE + b"\x08\x00" + number.to_bytes(4)).ljust(size, b"\0")


def number_of(data: bytes) -> int:
    return int.from_bytes(data[14:18])


class Wire:
    """Two ports, a cable between them, and what arrived at each end, with the lab time."""

    def __init__(
        self,
        *,
        delay: int = MILLISECOND,
        bandwidth: int | None = None,
        loss: float = 0.0,
        duplicate: float = 0.0,
        reorder: float = 0.0,
        seed: int = 1,
    ) -> None:
        self.failures: list[Exception] = []
        self.clock = Clock(report=self.failures.append)
        self.a, self.b = Port("a"), Port("b")
        self.at_a: list[tuple[int, bytes]] = []
        self.at_b: list[tuple[int, bytes]] = []
        self.a.receive = lambda data: self.at_a.append((self.clock.now, data))
        self.b.receive = lambda data: self.at_b.append((self.clock.now, data))
        self.carriers: list[tuple[str, bool]] = []
        self.a.carrier_changed = lambda: self.carriers.append(("a", self.a.carrier))
        self.b.carrier_changed = lambda: self.carriers.append(("b", self.b.carrier))
        self.cable = Cable(
            self.clock,
            self.a,
            self.b,
            delay=delay,
            bandwidth=bandwidth,
            loss=loss,
            duplicate=duplicate,
            reorder=reorder,
            chance=random.Random(seed),
        )

    def numbers(self) -> list[int]:
        return [number_of(data) for _, data in self.at_b]


def counting_events(clock: Clock) -> int:
    events = 0
    while clock.step():
        events += 1
    return events


# Time


def test_a_frame_arrives_after_the_delay_in_either_direction() -> None:
    wire = Wire(delay=3 * MILLISECOND)
    wire.a.send(frame(1))
    wire.clock.run_until(MILLISECOND)
    wire.b.send(frame(2))
    wire.clock.run_until_idle()
    assert wire.at_b == [(3 * MILLISECOND, frame(1))]
    assert wire.at_a == [(4 * MILLISECOND, frame(2))]


def test_frames_of_one_time_are_one_event_and_keep_their_order() -> None:
    wire = Wire()
    for number in range(100):
        wire.a.send(frame(number))
    assert counting_events(wire.clock) == 1
    assert wire.numbers() == list(range(100))


def test_a_frame_under_way_is_in_the_foreground() -> None:
    wire = Wire()
    wire.a.send(frame(1))
    assert not wire.clock.idle


def test_a_frame_that_is_sent_while_one_arrives_has_a_flight_of_its_own() -> None:
    wire = Wire(delay=0)

    def answer(data: bytes) -> None:
        wire.at_b.append((wire.clock.now, data))
        if number_of(data) < 3:
            wire.a.send(frame(number_of(data) + 1))

    wire.b.receive = answer
    wire.a.send(frame(1))
    assert counting_events(wire.clock) == 3
    assert wire.numbers() == [1, 2, 3]


def test_a_shorter_delay_lets_no_frame_overtake() -> None:
    wire = Wire(delay=10 * MILLISECOND)
    wire.a.send(frame(1))
    wire.cable.delay = MILLISECOND
    wire.a.send(frame(2))
    wire.clock.run_until_idle()
    wire.a.send(frame(3))
    wire.clock.run_until_idle()
    assert [(time // MILLISECOND, number_of(data)) for time, data in wire.at_b] == [(10, 1), (10, 2), (11, 3)]


# Bandwidth


def test_bits_take_their_time_with_preamble_check_sequence_and_gap() -> None:
    wire = Wire(delay=MILLISECOND, bandwidth=10_000_000)
    wire.a.send(frame(1, 60))
    wire.a.send(frame(2, 1514))
    wire.b.send(frame(3, 60))
    wire.clock.run_until_idle()
    # (60 + 24) * 8 bits at 10 Mbit/s are 67.2 us, (1514 + 24) * 8 are 1230.4 us.
    first = MILLISECOND + 67_200
    assert [time for time, _ in wire.at_b] == [first, first + 1_230_400]
    assert [time for time, _ in wire.at_a] == [first], "the directions do not wait for each other"


def test_the_transmitter_is_free_again_after_its_last_bit() -> None:
    wire = Wire(delay=0, bandwidth=10_000_000)
    wire.a.send(frame(1))
    wire.clock.run_until(SECOND)
    wire.a.send(frame(2))
    wire.clock.run_until_idle()
    assert wire.at_b[1][0] == SECOND + 67_200


def test_a_thousand_frames_wait_behind_the_one_that_is_sent() -> None:
    wire = Wire(bandwidth=10_000_000)
    for number in range(1005):
        wire.a.send(frame(number))
    assert (wire.a.counters.frames_out, wire.a.counters.output_drops) == (1001, 4)
    wire.clock.run_until_idle()
    assert wire.numbers() == list(range(1001))


def test_the_queue_counts_frames_whatever_their_size() -> None:
    wire = Wire(bandwidth=10_000_000)
    for number in range(500):
        wire.a.send(frame(number, 1514))
    for number in range(500, 1002):
        wire.a.send(frame(number, 60))
    assert wire.a.counters.output_drops == 1
    wire.clock.run_until_idle()
    assert wire.numbers() == list(range(1001))


def test_a_place_in_the_queue_is_free_when_a_frame_begins() -> None:
    wire = Wire(bandwidth=10_000_000)
    for number in range(1001):
        wire.a.send(frame(number))
    wire.clock.run_until(67_199)
    wire.a.send(frame(2000))
    wire.clock.run_until(67_200)
    wire.a.send(frame(2001))
    wire.clock.run_until_idle()
    assert wire.a.counters.output_drops == 1
    assert wire.numbers()[-1] == 2001


# Loss, duplication, reordering


def test_certain_loss_loses_all_and_counts_it() -> None:
    wire = Wire(loss=1.0)
    for number in range(5):
        wire.a.send(frame(number))
    wire.clock.run_until_idle()
    assert not wire.at_b
    assert (wire.cable.lost, wire.a.counters.frames_out) == (5, 5)


def test_a_duplicate_comes_a_delay_later() -> None:
    wire = Wire(duplicate=1.0)
    wire.a.send(frame(7))
    wire.clock.run_until_idle()
    assert wire.at_b == [(MILLISECOND, frame(7)), (2 * MILLISECOND, frame(7))]
    assert wire.cable.duplicated == 1


def test_a_reordered_frame_is_one_to_three_delays_late() -> None:
    wire = Wire(reorder=1.0)
    for number in range(200):
        wire.a.send(frame(number))
    wire.clock.run_until_idle()
    times = [time for time, _ in wire.at_b]
    assert 2 * MILLISECOND <= min(times) < max(times) <= 4 * MILLISECOND
    assert sorted(wire.numbers()) == list(range(200)) != wire.numbers()


def test_what_is_lost_one_way_does_not_depend_on_the_other() -> None:
    quiet, busy = Wire(loss=0.5), Wire(loss=0.5)
    for number in range(100):
        quiet.a.send(frame(number))
        busy.b.send(frame(number))
        busy.a.send(frame(number))
    quiet.clock.run_until_idle()
    busy.clock.run_until_idle()
    assert quiet.numbers() == busy.numbers()
    assert 20 < len(quiet.numbers()) < 80
    assert quiet.numbers() != [number_of(data) for _, data in busy.at_a]


# Carrier


def test_a_cable_brings_carrier_and_a_cut_takes_it() -> None:
    wire = Wire()
    assert wire.carriers == [("a", True), ("b", True)]
    wire.cable.set_up(False)
    wire.cable.set_up(False)
    assert wire.carriers[2:] == [("a", False), ("b", False)]
    assert not wire.cable.up
    wire.cable.set_up(True)
    assert wire.carriers[4:] == [("a", True), ("b", True)]
    assert (wire.a.counters.carrier_lost, wire.b.counters.carrier_lost) == (1, 1)


def test_a_port_that_is_disabled_takes_the_carrier_of_both() -> None:
    wire = Wire()
    wire.b.set_enabled(False)
    assert (wire.a.carrier, wire.b.carrier, wire.b.enabled) == (False, False, False)
    wire.cable.set_up(False)
    wire.b.set_enabled(True)
    assert not wire.a.carrier
    wire.cable.set_up(True)
    assert wire.a.carrier


def test_a_cut_loses_what_is_under_way_and_what_waits() -> None:
    wire = Wire(bandwidth=10_000_000, duplicate=1.0)
    for number in range(10):
        wire.a.send(frame(number))
    wire.b.send(frame(10))
    wire.cable.set_up(False)
    assert wire.clock.idle, "nobody waits for what can't come"
    assert wire.cable.lost == 22
    wire.cable.duplicate = 0.0
    wire.cable.set_up(True)
    wire.a.send(frame(11))
    wire.clock.run_until_idle()
    assert wire.at_b == [(MILLISECOND + 67_200, frame(11))], "the transmitter does not wait for the lost"


def test_a_cut_empties_the_queue() -> None:
    wire = Wire(bandwidth=10_000_000)
    for _ in range(2):
        for number in range(1001):
            wire.a.send(frame(number))
        wire.cable.set_up(False)
        wire.cable.set_up(True)
    assert (wire.a.counters.output_drops, wire.cable.lost) == (0, 2002)


def test_a_cut_in_the_middle_of_a_flight_loses_the_rest_of_it() -> None:
    wire = Wire()

    def cut(data: bytes) -> None:
        wire.at_b.append((wire.clock.now, data))
        wire.cable.set_up(False)

    wire.b.receive = cut
    for number in range(3):
        wire.a.send(frame(number))
    wire.clock.run_until_idle()
    assert wire.numbers() == [0]
    assert wire.cable.lost == 2


def test_nothing_enters_a_cable_while_its_ends_learn_of_the_cut() -> None:
    wire = Wire()
    wire.a.carrier_changed = lambda: wire.b.send(frame(1))
    wire.cable.set_up(False)
    assert wire.clock.idle
    assert wire.b.counters.output_drops == 1
    assert wire.b.counters.frames_out == 0


def test_without_carrier_a_frame_is_an_output_drop() -> None:
    alone = Port("alone")
    alone.send(frame(1))
    assert alone.counters == PortCounters(output_drops=1)
    alone.set_enabled(False)
    assert not alone.carrier


def test_a_port_takes_one_cable_until_it_is_unplugged() -> None:
    wire = Wire()
    with pytest.raises(ValueError, match=r"^c and a: a port takes one cable$"):
        Cable(wire.clock, Port("c"), wire.a)
    with pytest.raises(ValueError, match=r"^d and d: a port takes one cable$"):
        Cable(wire.clock, port := Port("d"), port)
    wire.cable.unplug()
    assert (wire.a.cable, wire.b.cable, wire.a.carrier) == (None, None, False)
    Cable(wire.clock, wire.a, other := Port("e"))
    assert wire.a.carrier
    assert other.carrier


# Counters, taps, failures


def test_counters_tell_unicast_broadcast_and_multicast() -> None:
    wire = Wire()
    for to, count in ((YOURS, 3), (BROADCAST, 2), (MULTICAST, 1)):
        for number in range(count):
            wire.a.send(frame(number, 100, to))
    wire.clock.run_until_idle()
    sent, received = wire.a.counters, wire.b.counters
    assert (sent.frames_out, sent.bytes_out, received.frames_in, received.bytes_in) == (6, 600, 6, 600)
    assert (sent.unicasts_out, sent.broadcasts_out, sent.multicasts_out) == (3, 3, 1)
    assert (received.unicasts_in, received.broadcasts_in, received.multicasts_in) == (3, 3, 1)
    assert (sent.frames_in, received.frames_out, received.input_errors) == (0, 0, 0)
    assert (wire.a.last_out, wire.a.last_in, wire.b.last_in) == (0, None, MILLISECOND)


def test_runts_and_giants_are_counted_and_dropped_where_they_arrive() -> None:
    wire = Wire()
    for size in (0, 1, 13, 14, 60, 1518, 1519, 9000):
        wire.a.send(frame(1, 9000)[:size])
    wire.clock.run_until_idle()
    assert [len(data) for _, data in wire.at_b] == [14, 60, 1518]
    counters = wire.b.counters
    assert (counters.runts, counters.giants, counters.input_errors, counters.frames_in) == (3, 2, 5, 3)


def test_a_tap_sees_what_enters_the_cable_and_is_lost_there() -> None:
    wire = Wire(loss=1.0)
    seen: list[tuple[int, Port, bytes]] = []
    wire.cable.taps.append(lambda time, port, data: seen.append((time, port, data)))
    wire.clock.run_until(5)
    wire.a.send(frame(1))
    wire.clock.run_until(7)
    wire.b.send(frame(2))
    assert seen == [(5, wire.a, frame(1)), (7, wire.b, frame(2))]


def test_a_tap_does_not_see_what_finds_no_room() -> None:
    wire = Wire(bandwidth=1_000_000)
    seen: list[bytes] = []
    wire.cable.taps.append(lambda time, port, data: seen.append(data))
    for number in range(1100):
        wire.a.send(frame(number))
    assert len(seen) == wire.a.counters.frames_out == 1001


@pytest.mark.parametrize("delay", [0, MILLISECOND])
def test_a_device_that_fails_is_reported_and_the_other_frames_arrive_in_order(delay: int) -> None:
    wire = Wire(delay=delay)

    def fail_at_some(data: bytes) -> None:
        wire.at_b.append((wire.clock.now, data))
        if number_of(data) == 1:
            wire.a.send(frame(9))
        if number_of(data) in (1, 2):
            raise RuntimeError(f"frame {number_of(data)}")

    wire.b.receive = fail_at_some
    for number in range(5):
        wire.a.send(frame(number))
    wire.clock.run_until_idle()
    assert [str(failure) for failure in wire.failures] == ["frame 1", "frame 2"]
    assert wire.numbers() == [0, 1, 2, 3, 4, 9]


def test_a_device_that_cuts_and_fails_loses_the_rest() -> None:
    wire = Wire()

    def cut_and_fail(data: bytes) -> None:
        wire.cable.set_up(False)
        raise RuntimeError(str(number_of(data)))

    wire.b.receive = cut_and_fail
    for number in range(3):
        wire.a.send(frame(number))
    wire.clock.run_until_idle()
    assert [str(failure) for failure in wire.failures] == ["0"]
    assert wire.cable.lost == 2


# Properties

chances = st.floats(0.0, 1.0)
wires = st.fixed_dictionaries(
    {
        "delay": st.sampled_from([0, 1, 50 * MICROSECOND, 5 * MILLISECOND]),
        "bandwidth": st.sampled_from([None, 64_000, 10_000_000, 1_000_000_000]),
        "loss": chances,
        "duplicate": chances,
        "reorder": chances,
        "seed": st.integers(0, 2**32),
    }
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("send a"), st.sampled_from([5, 14, 60, 1514, 1518, 1600])),
        st.tuples(st.just("send b"), st.sampled_from([0, 60, 1514])),
        st.tuples(st.just("burst"), st.integers(1, 1200)),
        st.tuples(st.just("wait"), st.integers(0, 10 * MILLISECOND)),
        st.tuples(st.just("toggle"), st.just(0)),
        st.tuples(st.just("delay"), st.integers(0, MILLISECOND)),
    ),
    max_size=25,
)


def play(wire: Wire, program: list[tuple[str, int]]) -> int:
    """Runs a program of steps to its end; returns how many frames were handed to the ports."""
    sent = 0
    for step, value in program:
        match step:
            case "send a":
                sent += 1
                wire.a.send(frame(sent, value)[:value])
            case "send b":
                sent += 1
                wire.b.send(frame(sent, value)[:value])
            case "burst":
                for _ in range(value):
                    sent += 1
                    wire.a.send(frame(sent))
            case "wait":
                wire.clock.run_until(wire.clock.now + value)
            case "toggle":
                wire.cable.set_up(not wire.cable.up)
            case _:
                wire.cable.delay = value
    wire.clock.run_until_idle()
    return sent


def build(options: dict[str, int]) -> Wire:
    make: Callable[..., Wire] = Wire
    return make(**options)


@pytest.mark.property
@settings(deadline=None, max_examples=60)
@given(options=wires, program=steps)
def test_the_same_seed_gives_the_same_deliveries(
    options: dict[str, int], program: list[tuple[str, int]]
) -> None:
    first, second = build(options), build(options)
    play(first, program)
    play(second, program)
    assert (first.at_a, first.at_b) == (second.at_a, second.at_b)
    assert first.cable.lost == second.cable.lost


@pytest.mark.property
@settings(deadline=None, max_examples=100)
@given(options=wires, program=steps)
def test_every_frame_is_accounted_for(options: dict[str, int], program: list[tuple[str, int]]) -> None:
    wire = build(options)
    sent = play(wire, program)
    both = (wire.a.counters, wire.b.counters)
    out = sum(one.frames_out for one in both)
    assert sent == out + sum(one.output_drops for one in both)
    arrived = sum(one.frames_in + one.runts + one.giants for one in both)
    assert out + wire.cable.duplicated == arrived + wire.cable.lost
    assert len(wire.at_a) + len(wire.at_b) == sum(one.frames_in for one in both)


@pytest.mark.property
@settings(deadline=None, max_examples=60)
@given(options=wires, program=steps)
def test_without_reordering_the_order_stays(options: dict[str, int], program: list[tuple[str, int]]) -> None:
    wire = build(options | {"duplicate": 0, "reorder": 0})
    play(wire, program)
    numbers = [number_of(data) for _, data in wire.at_b if len(data) >= 18]
    assert numbers == sorted(set(numbers))
