"""One lab in the four gaits of the clock: the same bytes at the same lab times."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from ios_emu.clock import MILLISECOND, SECOND, Clock
from ios_emu.edges.pace import Pace
from ios_emu.lab.topology import Lab

END = 150 * SECOND

DIALOGUE = [
    (1 * SECOND, "PC1", "ping 192.168.2.2\r"),
    (8 * SECOND, "R1", "\rtraceroute 192.168.2.2\r"),
    (20 * SECOND, "PC2", "telnet 192.168.2.1\r"),
    (25 * SECOND, "R1", "enable\rping 192.168.1.2 repeat 20 size 3000\r"),
    (30 * SECOND, "PC1", "ping 192.168.2.2 -n 3 -l 2000\r"),
]


class Recorded:
    """The lab `ping` with bad cables, its frames and consoles in one hash, and keys at lab times."""

    def __init__(self) -> None:
        self.lab = Lab("ping")
        self.digest = hashlib.sha256()
        self.frames = 0
        for wired in self.lab.cables:
            wired.cable.loss, wired.cable.duplicate, wired.cable.reorder = 0.05, 0.05, 0.1
        self.lab.tap(self._frame)
        for name in ("R1", "PC1", "PC2"):
            self.lab[name].console().attach(self.digest.update)
        for when, name, keys in DIALOGUE:
            self.lab.clock.call_at(when, self.lab[name].console().receive, keys.encode(), background=True)

    def _frame(self, time: int, sender: str, frame: bytes) -> None:
        self.frames += 1
        self.digest.update(f"{time} {sender} ".encode() + frame)


def as_fast_as_possible(clock: Clock) -> None:
    clock.run_until(END)


def real_time(clock: Clock) -> None:
    wall = 5000.0
    pace = Pace(clock, wall, speed=3.0)
    while clock.now < END:
        wall += 0.0217
        pace.run(wall)


def step_by_step(clock: Clock) -> None:
    while clock.next_event is not None and clock.next_event <= END:
        clock.step()


def with_pauses(clock: Clock) -> None:
    wall = 0.0
    pace = Pace(clock, wall)
    while clock.now < END:
        wall += 0.5
        pace.pause(wall)
        wall += 100
        pace.run(wall)
        for _ in range(3):
            if clock.next_event is not None and clock.next_event <= END:
                clock.step()
        pace.resume(wall)
        wall += 0.01
        pace.run(wall)


@pytest.mark.slow
def test_the_same_frames_at_the_same_times() -> None:
    gaits: list[Callable[[Clock], None]] = [as_fast_as_possible, real_time, step_by_step, with_pauses]
    hashes = set()
    for gait in gaits:
        recorded = Recorded()
        gait(recorded.lab.clock)
        assert recorded.lab.idle
        hashes.add((recorded.digest.hexdigest(), recorded.frames))
    assert len(hashes) == 1
    assert recorded.frames > 200


def test_a_console_answers_while_a_ping_runs_and_a_break_ends_it() -> None:
    lab = Lab("ping")
    shown = bytearray()
    console = lab["R1"].console()
    console.attach(shown.extend)
    console.receive(b"\rping 192.168.1.99 repeat 1000\r")
    lab.clock.run_until(10 * SECOND + MILLISECOND)
    assert shown.endswith(b"timeout is 2 seconds:\r\n.....")
    other = bytearray()
    lab["PC1"].console().attach(other.extend)
    lab["PC1"].console().receive(b"ping 192.168.1.1 -n 1\r")
    lab.clock.run_until(lab.clock.now + SECOND)
    assert b"TTL=255" in other
    console.receive(b"\x1e")
    assert shown.endswith(b"Success rate is 0 percent (0/6)\r\nR1>")
