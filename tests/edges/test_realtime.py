"""The real gait: a lab that follows the wall clock of the loop, and what it wants stored."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from ios_emu.clock import SECOND
from ios_emu.edges.journal import StoreJournal
from ios_emu.edges.realtime import RealTime
from ios_emu.edges.store import StateFolder
from ios_emu.lab.topology import Lab


class WallClock(asyncio.SelectorEventLoop):
    """A loop whose time is set by the test: its timers run when `advance` passes them."""

    def __init__(self) -> None:
        self.wall = 1000.0
        super().__init__()

    def time(self) -> float:
        return self.wall

    def advance(self, seconds: float) -> None:
        """Lets wall time pass, and runs what is due."""
        self.wall += seconds
        for _ in range(3):
            self.call_soon(self.stop)
            self.run_forever()


@pytest.fixture
def loop() -> Iterator[WallClock]:
    loop = WallClock()
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)
    loop.close()


def drive(loop: WallClock, lab: Lab, journal: StoreJournal | None = None, speed: float = 1.0) -> RealTime:
    made: list[RealTime] = []

    async def make() -> None:
        made.append(RealTime(lab, journal, speed))
        made[0].wake()

    loop.run_until_complete(make())
    return made[0]


def test_lab_time_follows_wall_time(loop: WallClock) -> None:
    lab = Lab("router")
    at: list[int] = []
    lab.clock.call_at(2 * SECOND, lambda: at.append(lab.clock.now), background=True)
    drive(loop, lab)
    loop.advance(1.9)
    assert at == []
    loop.advance(0.2)
    assert at == [2 * SECOND]


def test_at_ten_times_the_speed_a_second_is_ten(loop: WallClock) -> None:
    lab = Lab("router")
    at: list[int] = []
    lab.clock.call_at(9 * SECOND, lambda: at.append(lab.clock.now), background=True)
    drive(loop, lab, speed=10)
    loop.advance(0.89)
    assert at == []
    loop.advance(0.02)
    assert at == [9 * SECOND]


def test_what_is_typed_happens_at_the_present_lab_time(loop: WallClock) -> None:
    lab = Lab("router")
    driver = drive(loop, lab)
    loop.wall += 5
    driver.wake(lambda: None)
    assert lab.clock.now == 5 * SECOND


def test_a_wake_up_commits_what_it_brought(loop: WallClock, tmp_path: Path) -> None:
    with StateFolder(tmp_path / "state") as folder:
        journal = StoreJournal(folder)
        lab = Lab("router", journal=journal, read_state=folder.read)
        driver = drive(loop, lab, journal)
        shown = bytearray()
        console = lab["R1"].console()
        console.attach(shown.extend)
        driver.wake(lambda: console.receive(b"\renable\rwrite memory\r"))
        assert b"[OK]" in shown
        stored = folder.read("R1/startup-config")
        assert stored is not None
        assert b"hostname Router" in stored


def test_after_the_stop_nothing_wakes_it(loop: WallClock) -> None:
    lab = Lab("router")
    at: list[int] = []
    lab.clock.call_at(SECOND, lambda: at.append(lab.clock.now), background=True)
    driver = drive(loop, lab)
    driver.stop()
    loop.advance(5)
    assert at == []
