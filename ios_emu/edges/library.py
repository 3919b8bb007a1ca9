"""A served lab inside of a program: its doors on free ports of this machine, in a thread of its own.

    from ios_emu import serve
    with serve("lab5", publish=["Mail-Server:25"], console=["R1"]) as lab:
        host, port = lab.address("Mail-Server:25")

The lab runs in real time while the program does what it wants; `call` is how it looks into it.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self, TypeVar
from urllib.parse import urlsplit

from ios_emu.edges.doors import KINDS, LOOPBACK, Doors, OpenDoors
from ios_emu.edges.realtime import RealTime
from ios_emu.edges.serve import Service, consoles, finish
from ios_emu.errors import UsageError
from ios_emu.lab.topology import Lab

if TYPE_CHECKING:
    from ios_emu.edges.store import StateFolder

# Their values are what they are named after, or the place itself.
_NEED_NO_PLACE = ("tap", "web")
T = TypeVar("T")
Answer = concurrent.futures.Future[T]


class Address(NamedTuple):
    """Where a door listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class ServedLab:
    """A lab that is served while it is entered as a context; see `serve`."""

    def __init__(
        self, lab: str, doors: Doors, quick: bool, state: str | None, fresh: bool, speed: float
    ) -> None:
        self._lab_name = lab
        self._asked = doors
        self._quick, self._state, self._fresh, self._speed = quick, state, fresh, speed
        self._started: Answer[OpenDoors] = concurrent.futures.Future()
        self._thread = threading.Thread(target=self._run, name=f"ios-emu {lab}", daemon=True)
        self._failures: list[Exception] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._done: asyncio.Future[None] | None = None
        self._doors: OpenDoors | None = None

    def __enter__(self) -> Self:
        """Starts it; all doors are open then. Raises LabFileError, StateError, UsageError."""
        self._thread.start()
        try:
            self._doors = self._started.result()
        except BaseException:
            self._thread.join()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes all doors and ends the lab. What failed inside of it, which is our fault, is raised."""
        if self._loop is not None and self._done is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(finish, self._done)
        self._thread.join()
        if self._failures and kind is None:
            raise ExceptionGroup(f"the lab {self._lab_name} failed", self._failures)

    @property
    def addresses(self) -> dict[str, Address]:
        """Where each door listens, by `KIND DEVICE` or `KIND DEVICE:PORT`: `console R1`, `publish R1:23`."""
        assert self._doors is not None, "the lab is served inside of its `with`"
        found = {}
        for one in self._doors.opened:
            # A page's address is that of a door between `http://` and what only its first visitor needs.
            host, colon, port = (urlsplit(one.where).netloc or one.where).rpartition(":")
            if colon:
                found[f"{one.door} {one.leads_to}"] = Address(host.strip("[]"), int(port))
        return found

    def address(self, leads_to: str, door: str | None = None) -> Address:
        """Where the door listens that leads to `R1` or `R1:23`; `door` is its kind, if there are several.

        Raises UsageError when no door leads there.
        """
        known = self.addresses
        for name, address in known.items():
            kind, _, target = name.partition(" ")
            if target == leads_to and door in (None, kind):
                return address
        wanted = f"{door} {leads_to}" if door is not None else leads_to
        raise UsageError(
            wanted, "no door leads there", f"open are: {', '.join(known) or 'none'}", "ask `serve` for one"
        )

    def call(self, act: Callable[[Lab], T]) -> T:
        """What `act` returns, which looks at the lab in the lab's own thread, between two of its events."""
        assert self._loop is not None
        assert self._doors is not None, "the lab is served inside of its `with`"
        answer: Answer[T] = concurrent.futures.Future()
        site = self._doors.site

        def look() -> None:
            try:
                answer.set_result(act(site.lab))
            except BaseException as error:
                answer.set_exception(error)

        self._loop.call_soon_threadsafe(site.drive.wake, look)
        return answer.result()

    # In the thread

    def _run(self) -> None:
        try:
            if self._state is None:
                lab = Lab(self._lab_name, quick=self._quick, report=self._failures.append)
                self._serve(lab, None, lambda: RealTime(lab, speed=self._speed))
            else:
                from ios_emu.edges.commands import kept_lab

                kept = kept_lab(self._lab_name, self._quick, self._state, self._fresh, self._failures.append)
                with kept as (lab, folder, drive):
                    self._serve(lab, folder, drive)
        except BaseException as error:
            if self._started.done():
                self._failures.append(error if isinstance(error, Exception) else RuntimeError(repr(error)))
            else:
                self._started.set_exception(error)

    def _serve(self, lab: Lab, state: StateFolder | None, drive: Callable[[], RealTime]) -> None:
        asyncio.run(self._serve_until_done(lab, state, drive))

    async def _serve_until_done(
        self, lab: Lab, state: StateFolder | None, drive: Callable[[], RealTime]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._done = self._loop.create_future()
        asked = self._asked if self._asked.any else Doors(consoles(lab), self._asked.capture)
        await Service(lab, asked, drive, self._started.set_result, state).serve(self._done)


def serve(
    lab: str = "lab5",
    *,
    quick: bool = True,
    state: str | Path | None = None,
    fresh: bool = False,
    capture: str | Path | None = None,
    speed: float = 1.0,
    **doors: Iterable[str],
) -> ServedLab:
    """A lab with open doors, for a `with`: the same as the command `ios-emu serve`, in this process.

    `doors` are named as its options are: `console=["R1"]`, `publish=["R1:23", "DNS-Server:53/udp"]`; one
    that names no `HOST:PORT=` listens on a free port of loopback. Without any, each device has its console.
    Without `state` nothing outlives the lab. `speed` is lab seconds for each second, without `state`.
    Raises TypeError for a kind of door that there is not.
    """
    kinds = {kind.name: kind for kind in KINDS}
    unknown = [name for name in doors if name not in kinds]
    if unknown:
        raise TypeError(f"{unknown[0]} is no door: there are {', '.join(kinds)}")
    asked = {}
    for name, values in doors.items():
        given = [values] if isinstance(values, str) else list(values)
        asked[name] = tuple(
            value if "=" in value or name in _NEED_NO_PLACE else f"{LOOPBACK}:0={value}" for value in given
        )
    folder = os.fspath(state) if state is not None else None
    file = os.fspath(capture) if capture is not None else None
    return ServedLab(lab, Doors(asked, file), quick, folder, fresh, speed)
