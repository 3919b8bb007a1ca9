"""`ios-emu serve`: a lab without a terminal, and its doors, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ios_emu.edges.control import ProcessControl
from ios_emu.edges.doors import LOOPBACK, Doors, OpenDoors, Site
from ios_emu.edges.realtime import RealTime
from ios_emu.edges.store import StateFolder
from ios_emu.lab.device import SwitchDevice
from ios_emu.lab.topology import Lab


@dataclass(slots=True)
class Service:
    """A lab that is served: `show` prints, `drive` is made when the loop runs."""

    lab: Lab
    doors: Doors
    drive: Callable[[], RealTime]
    show: Callable[[str], None]
    as_json: bool = False
    state: StateFolder | None = None

    async def run(self) -> None:
        """Opens all doors, says `ready`, and waits for the end. Raises UsageError for a bad door."""
        loop = asyncio.get_running_loop()
        drive = self.drive()
        control = ProcessControl(self.lab, drive)
        done = loop.create_future()
        for name in ("SIGTERM", "SIGINT", "SIGHUP"):
            with contextlib.suppress(NotImplementedError, AttributeError, ValueError):
                loop.add_signal_handler(getattr(signal, name), _finish, done)
        doors = OpenDoors(Site(self.lab, drive, self.state, warn))
        try:
            if self.doors.capture is not None:
                control.capture(self.doors.capture)
            await doors.open(self.doors.asked if self.doors.any else consoles(self.lab))
            drive.wake()
            self._announce(doors)
            await done
        finally:
            await doors.close()
            drive.stop()
            control.close()

    def _announce(self, doors: OpenDoors) -> None:
        if self.as_json:
            rows = [one.as_json for one in doors.opened]
            self.show(json.dumps({"ready": True, "doors": rows}))
            return
        for line in (*doors.table(), "ready"):
            self.show(line)


def consoles(lab: Lab) -> Mapping[str, tuple[str, ...]]:
    """Without any door that was asked for, every device has its console on loopback."""
    devices = lab.devices.items()
    named = [name for name, device in devices if not isinstance(device, SwitchDevice)]
    return {"console": tuple(f"{LOOPBACK}:0={name}" for name in named)}


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def say(text: str) -> None:
    """Prints a line at once: a program may be waiting for it."""
    print(text, flush=True, file=sys.stdout)


def warn(text: str) -> None:
    """Shows a warning."""
    print(text, flush=True, file=sys.stderr)
