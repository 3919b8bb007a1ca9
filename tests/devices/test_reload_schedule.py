"""A reload to come: when it is announced, and that only the last one counts."""

from __future__ import annotations

from ios_emu.clock import HOUR, MINUTE, SECOND, Clock
from ios_emu.devices.reload_schedule import ReloadSchedule, Scheduled


class Conversation:
    def __init__(self) -> None:
        self.clock = Clock()
        self.told: list[tuple[int, str]] = []
        self.reloaded: list[int] = []
        self.schedule = ReloadSchedule(
            self.clock,
            lambda text: self.told.append((self.clock.now // SECOND, text.split("--- ")[1].split(" ---")[0])),
            lambda scheduled: self.reloaded.append(self.clock.now // SECOND),
        )

    def reload_in(self, delay: int) -> None:
        self.schedule.schedule(Scheduled(self.clock.now + delay, "console", "Reload Command", None))


def test_it_is_announced_an_hour_before_and_then_more_often() -> None:
    talk = Conversation()
    talk.reload_in(2 * HOUR)
    talk.clock.run_until(2 * HOUR)
    assert talk.told == [
        (0, "SHUTDOWN in 02:00:00"),
        (3600, "SHUTDOWN in 01:00:00"),
        (5400, "SHUTDOWN in 00:30:00"),
        (6900, "SHUTDOWN in 00:05:00"),
        (7140, "SHUTDOWN in 00:01:00"),
        (7200, "SHUTDOWN NOW"),
    ]
    assert talk.reloaded == [7200]


def test_a_cancelled_one_never_comes() -> None:
    talk = Conversation()
    assert not talk.schedule.cancel()
    talk.reload_in(10 * MINUTE)
    assert talk.schedule.cancel()
    talk.clock.run_until(HOUR)
    assert talk.reloaded == []
    assert talk.told[-1] == (0, "SHUTDOWN ABORTED")


def test_a_second_one_takes_the_place_of_the_first() -> None:
    talk = Conversation()
    talk.reload_in(10 * MINUTE)
    talk.reload_in(20 * MINUTE)
    talk.clock.run_until(HOUR)
    assert talk.reloaded == [1200]
