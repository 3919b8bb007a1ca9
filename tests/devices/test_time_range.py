"""Time ranges of access lists: when they are active, and what an entry that is not does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ios_emu.clock import HOUR
from ios_emu.devices.time_range import is_active
from tests.devices.filtered import Filtered
from tests.devices.test_access_list import packet

WORDS = ["absolute", "periodic", "start", "end", "to", "daily", "week", "Monday"]
WORDS += ["1:00", "23:59", "99:99", "1", "31", "March", "December", "2002", "9999", "x"]
# A Friday.
FRIDAY = datetime(2002, 3, 1, tzinfo=UTC)


def at(day: int, time: str) -> datetime:
    hour, minute = map(int, time.split(":"))
    return FRIDAY.replace(day=day, hour=hour, minute=minute, second=59)


@pytest.mark.parametrize(
    ("lines", "active", "resting"),
    [
        (
            ["periodic weekdays 9:00 to 17:00"],
            [at(1, "9:00"), at(4, "17:00")],
            [at(1, "17:01"), at(2, "12:00")],
        ),
        (
            ["periodic weekend 0:00 to 23:59"],
            [at(2, "0:00"), at(3, "23:59")],
            [at(1, "23:59"), at(4, "0:00")],
        ),
        (["periodic daily 8:00 to 8:00"], [at(5, "8:00")], [at(5, "7:59"), at(5, "8:01")]),
        (["periodic Monday Friday 1:00 to 2:00"], [at(1, "1:30"), at(4, "1:30")], [at(5, "1:30")]),
        (
            ["periodic Friday 22:00 to Monday 6:00"],
            [at(1, "23:00"), at(3, "1:00"), at(4, "6:00")],
            [at(4, "6:01")],
        ),
        (
            ["absolute start 8:00 1 March 2002 end 9:00 2 Mar 2002"],
            [at(1, "8:00"), at(2, "9:00")],
            [at(2, "9:01")],
        ),
        (["absolute end 9:00 2 March 2002"], [at(1, "0:00")], [at(2, "9:01")]),
        (
            [
                "absolute start 0:00 5 March 2002",
                "periodic weekdays 9:00 to 10:00",
                "periodic Saturday 1:00 to 2:00",
            ],
            [at(5, "9:30"), at(9, "1:00")],
            [at(4, "9:30"), at(5, "11:00"), at(9, "9:30")],
        ),
        ([], [], [at(1, "0:00")]),
        (["periodic someday 1:00 to 2:00"], [], [at(1, "1:30")]),
        (["periodic daily 25:00 to 26:00"], [], [at(1, "1:30")]),
        (["absolute start 1:00 31 February 2002"], [], [at(1, "1:30")]),
    ],
)
def test_when_a_range_is_active(lines: list[str], active: list[datetime], resting: list[datetime]) -> None:
    assert [is_active(lines, moment) for moment in active] == [True] * len(active)
    assert [is_active(lines, moment) for moment in resting] == [False] * len(resting)


@pytest.mark.property
@given(
    st.lists(
        st.lists(
            st.sampled_from(WORDS),
            max_size=11,
        ).map(" ".join),
        max_size=4,
    )
)
def test_whatever_is_written_in_a_range_it_is_active_or_not(lines: list[str]) -> None:
    assert is_active(lines, FRIDAY) in (True, False)


def test_an_entry_whose_range_rests_is_passed_over() -> None:
    bench = Filtered(
        "time-range NIGHT\nperiodic daily 2:00 to 3:00\nip access-list extended X\n"
        "deny icmp any any time-range NIGHT\npermit ip any any\ndeny ip any any time-range NEVER\n"
        "interface fa0/0\nip access-group X in"
    )
    assert bench.passed([packet()]) == [True]
    shown = bench.show("show access-lists").splitlines()
    assert shown[1:] == [
        "    10 deny   icmp any any time-range NIGHT (inactive)",
        "    20 permit ip any any (1 match)",
        "    30 deny   ip any any time-range NEVER (inactive)",
    ]
    bench.wait(2 * HOUR)
    assert bench.passed([packet()]) == [False]
    assert "time-range NIGHT (active) (1 match)" in bench.show("show access-lists")
    bench.wait(3 * HOUR // 2)
    assert bench.passed([packet()]) == [True]
    assert "time-range NIGHT\n" in bench.show("show running-config")
