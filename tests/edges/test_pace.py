"""A lab that has more to do than time: lab time slips, and whoever drives it comes back soon."""

from __future__ import annotations

from ios_emu.clock import MILLISECOND, SECOND, Clock
from ios_emu.edges.pace import Pace


def test_a_run_that_takes_too_long_is_given_up_and_goes_on_from_there() -> None:
    wall = [0.0]
    clock = Clock()
    done: list[int] = []

    def work() -> None:
        # A millisecond of lab time takes ten of the wall.
        wall[0] += 0.010
        done.append(clock.now)
        clock.call_later(MILLISECOND, work)

    clock.call_later(MILLISECOND, work)
    pace = Pace(clock, 0.0)
    wall[0] = 1.0
    pace.run(wall[0], lambda: wall[0])
    assert len(done) <= 4
    assert wall[0] < 1.05
    # It is not behind any more: the next event is due when its time comes.
    delay = pace.delay(wall[0])
    assert delay is not None
    assert 0 < delay <= 0.001


def test_a_lab_with_little_to_do_is_brought_to_the_present_at_once() -> None:
    clock = Clock()
    seen: list[int] = []
    for second in range(100):
        clock.call_at(second * SECOND, seen.append, second)
    pace = Pace(clock, 0.0)
    pace.run(60.0, lambda: 60.0)
    assert (len(seen), clock.now) == (61, 60 * SECOND)
