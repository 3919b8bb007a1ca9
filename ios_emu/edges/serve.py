"""`ios-emu serve`: a lab without a terminal, and its doors, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ios_emu.cli.shared import shared_handlers, shared_reader
from ios_emu.edges.control import ProcessControl
from ios_emu.edges.doors import LOOPBACK, Doors, OpenDoors, Site
from ios_emu.edges.realtime import RealTime
from ios_emu.edges.store import StateFolder
from ios_emu.lab.topology import Lab


@dataclass(slots=True)
class Service:
    """A lab that is served: `drive` is made when the loop runs, `ready` is called once all doors are open.

    `state` keeps what the doors keep; `show_warning` is given lines for the person who opens them.
    """

    lab: Lab
    doors: Doors
    drive: Callable[[], RealTime]
    ready: Callable[[OpenDoors], None]
    state: StateFolder | None = None
    show_warning: Callable[[str], None] = lambda text: None

    async def run(self) -> None:
        """Serves until Ctrl-C or SIGTERM. Raises UsageError for a bad door."""
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        for name in ("SIGTERM", "SIGINT", "SIGHUP"):
            with contextlib.suppress(NotImplementedError, AttributeError, ValueError):
                loop.add_signal_handler(getattr(signal, name), finish, done)
        await self.serve(done)

    async def serve(self, done: asyncio.Future[None]) -> None:
        """Opens all doors, and serves until `done`. Raises UsageError for a bad door."""
        # Everybody would wait while the first command loads what all commands need.
        shared_reader()
        shared_handlers()
        drive = self.drive()
        control = ProcessControl(self.lab, drive)
        doors = OpenDoors(Site(self.lab, drive, self.state, self.show_warning))
        try:
            if self.doors.capture is not None:
                control.capture(self.doors.capture)
            opening = asyncio.ensure_future(doors.open(self.doors.asked))
            await asyncio.wait({opening, done}, return_when=asyncio.FIRST_COMPLETED)
            if not opening.done():
                # Told to end before it is ready: what waits for the lab waits no longer.
                opening.cancel()
                return
            opening.result()
            drive.wake()
            self.ready(doors)
            await done
        finally:
            await doors.close()
            drive.stop()
            control.close()


def announce(doors: OpenDoors, as_json: bool) -> None:
    """Prints what listens where, and that all does; at once, for a program may be waiting for it."""
    lines = [*doors.table(), "ready"]
    if as_json:
        lines = [json.dumps({"ready": True, "doors": [one.as_json for one in doors.opened]})]
    print(*lines, sep="\n", flush=True)


def consoles(lab: Lab) -> Mapping[str, tuple[str, ...]]:
    """Without any door that was asked for, every device has its console on loopback."""
    return {"console": tuple(f"{LOOPBACK}:0={name}" for name in lab.devices)}


def finish(done: asyncio.Future[None]) -> None:
    """It is over, if it was not before."""
    if not done.done():
        done.set_result(None)


def warn(text: str) -> None:
    """Shows a warning."""
    print(text, flush=True, file=sys.stderr)
