"""What viewers of the page share: steps, consoles, errands; and what one of them can not spoil."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from ios_emu.edges.doors import Site
from ios_emu.edges.realtime import RealTime
from ios_emu.edges.web.room import Room
from ios_emu.lab.event_filter import QUIET
from ios_emu.lab.events import Event
from ios_emu.lab.topology import Lab

PATIENCE = 10.0


class Viewer:
    """Somebody who looks, and notes what is told."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.typed: list[str] = []
        self.plans = 0
        self.told = asyncio.Event()

    def show_events(self, events: Sequence[Event]) -> None:
        self.kinds += [event.kind for event in events]
        self.told.set()

    def show_plan(self) -> None:
        self.plans += 1

    def show_typed(self, line: str) -> None:
        self.typed.append(line)

    def show_cleared(self) -> None: ...

    def show_time(self) -> None: ...

    def show_services(self) -> None: ...

    def show_move(self, name: str) -> None: ...


class Broken(Viewer):
    """A viewer that can't be told anything."""

    def show_events(self, events: Sequence[Event]) -> None:
        raise RuntimeError(f"{len(events)} events")


async def opened(*viewers: Viewer) -> Room:
    lab = Lab("lab5")
    room = Room(Site(lab, RealTime(lab), None, print))
    room.viewers += viewers
    return room


def seen(room: Room) -> list[str]:
    """The kinds of the events that are shown unless somebody asks for more."""
    return [event.kind for event in room.lab.events if event.kind not in QUIET]


def test_a_step_goes_on_to_the_next_frame() -> None:
    async def look() -> None:
        viewer = Viewer()
        room = await opened(viewer)
        room.simulate(True)
        room.do("user1-pc", "ping 192.168.1.2 -n 1")
        assert seen(room) == []
        room.step()
        assert seen(room) == ["ARP"]
        assert viewer.typed[:2] == ["lab> pause", r"user1-pc C:\>ping 192.168.1.2 -n 1"]
        assert viewer.typed[2].startswith("lab> step")
        room.simulate(False)
        room.step()
        assert viewer.typed[3:] == ["lab> resume"]
        await room.close()

    asyncio.run(look())


def test_the_terminal_may_pause_the_lab_too() -> None:
    async def look() -> None:
        room = await opened()
        room.control.pause()
        assert room.simulating
        room.control.resume()
        assert not room.simulating
        await room.close()

    asyncio.run(look())


def test_who_comes_late_to_a_console_sees_what_was_shown() -> None:
    async def look() -> None:
        room = await opened()
        first, second = bytearray(), bytearray()
        hub = room.console("user1-pc")
        leave = hub.join(first.extend)
        hub.type(b"service list\r")
        assert b"Only a server has services" in first
        room.console("user1-pc").join(second.extend)
        assert second == first
        leave()
        hub.type(b"\r")
        assert len(second) > len(first)
        await room.close()

    asyncio.run(look())


def test_what_a_prompt_does_not_take_is_not_typed() -> None:
    async def look() -> None:
        viewer, said = Viewer(), list[str]()
        room = await opened(viewer)
        room.do("user1-pc", "mail send user2@univ-djelfa.com \u0633\u0644\u0627\u0645", said.append)
        assert said == ["Nothing was typed: the prompt does not take \u0633 \u0644 \u0627 \u0645."]
        assert viewer.typed == []
        await room.close()

    asyncio.run(look())


def test_a_viewer_that_fails_does_not_stop_the_others() -> None:
    async def look() -> None:
        problems: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: problems.append(context))
        viewer = Viewer()
        room = await opened(viewer, Broken())
        room.do("user1-pc", "ping 192.168.1.2 -n 1")
        await asyncio.wait_for(viewer.told.wait(), PATIENCE)
        viewer.told.clear()
        room.viewers.reverse()
        room.do("user1-pc", "ping 192.168.1.10 -n 1")
        await asyncio.wait_for(viewer.told.wait(), PATIENCE)
        assert all("was not told" in problem["message"] for problem in problems)
        assert problems
        await room.close()

    asyncio.run(look())
