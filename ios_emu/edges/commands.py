"""What `ios-emu up`, `serve`, `run` and `record` do: state folder, lab, doors, and all put away."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ios_emu.edges.control import ProcessControl
from ios_emu.edges.journal import Journals
from ios_emu.edges.realtime import RealTime
from ios_emu.edges.store import StateFolder, default_state_folder
from ios_emu.errors import StateError
from ios_emu.lab.lab_file import find_lab
from ios_emu.lab.prompt import FastControl
from ios_emu.lab.topology import Lab

if TYPE_CHECKING:
    from ios_emu.edges.doors import Doors, OpenDoors

_CLOCK = "lab-time"


def up(lab: str, doors: Doors, *, quick: bool, state: str | None, fresh: bool) -> None:
    """Runs a lab in this terminal until its end. Raises LabFileError, StateError, UsageError."""
    from ios_emu.edges.console import TerminalConsole, require_terminal

    find_lab(lab)
    require_terminal()

    def run_terminal(running: Lab, folder: StateFolder, drive: Callable[[], RealTime]) -> None:
        gc.freeze()
        gc.enable()
        try:
            asyncio.run(TerminalConsole(running, drive, doors=doors, state=folder).run())
        finally:
            print("\r")

    _with_state(lab, quick, state, fresh, run_terminal)


def serve(lab: str, doors: Doors, *, quick: bool, state: str | None, fresh: bool, as_json: bool) -> None:
    """Runs a lab without a terminal until it is told to end. Raises LabFileError, StateError, UsageError."""
    from ios_emu.edges.serve import Service, announce, consoles, warn

    def run_service(running: Lab, folder: StateFolder, drive: Callable[[], RealTime]) -> None:
        def ready(opened: OpenDoors) -> None:
            # What is there now stays: a collection that looked at all of it would hold up a reply.
            gc.freeze()
            gc.enable()
            announce(opened, as_json)

        wanted = doors if doors.any else replace(doors, asked=consoles(running))
        service = Service(running, wanted, drive, ready, folder, warn)
        asyncio.run(service.run())

    _with_state(lab, quick, state, fresh, run_service)


def _with_state(
    lab: str,
    quick: bool,
    state: str | None,
    fresh: bool,
    run: Callable[[Lab, StateFolder, Callable[[], RealTime]], None],
) -> None:
    with kept_lab(lab, quick, state, fresh, _report) as (running, folder, drive):
        run(running, folder, drive)


@contextlib.contextmanager
def kept_lab(
    lab: str, quick: bool, state: str | None, fresh: bool, report: Callable[[Exception], None]
) -> Iterator[tuple[Lab, StateFolder, Callable[[], RealTime]]]:
    """Opens the state folder and builds the lab; gives what drives it, and keeps its time to the end.

    Raises LabFileError, StateError.
    """
    find_lab(lab)
    folder = StateFolder(Path(state) if state is not None else default_state_folder(lab), fresh)
    with folder:

        def keep_lab_time() -> None:
            _keep_lab_time(folder, running.clock.now)

        journals = Journals(folder, committed=keep_lab_time)
        running = Lab(
            lab,
            quick=quick,
            journal=journals.values,
            read_state=folder.read,
            list_state=folder.names,
            leases=journals.opener("dhcp-leases"),
            mail=journals.opener("mail"),
            now=_lab_time(folder),
            report=report,
        )
        for notice in folder.notices:
            print(notice, file=sys.stderr)
        # Leases end at lab times: a process that is killed has kept where its own began.
        keep_lab_time()
        try:
            yield running, folder, lambda: RealTime(running, journals)
        finally:
            keep_lab_time()
            journals.close()


def run(lab_name: str, commands: tuple[str, ...], capture: str | None) -> Iterator[str]:
    """Types commands in a fresh lab, with a capture if asked; yields what the consoles show."""
    from ios_emu.lab.run import run_commands

    lab = Lab(lab_name)
    control = ProcessControl(lab, FastControl(lab))
    if capture is not None:
        control.capture(capture)
    try:
        yield from run_commands(lab, commands, control)
    finally:
        control.close()


def record(file: Path, lab: str) -> None:
    """Opens a console of a fresh lab and writes the session down as a transcript.

    Lab time stands still between two keys, so that the replay prints the same times.
    """
    from ios_emu.edges.console import AsFastAsPossible, TerminalConsole, require_terminal
    from ios_emu.lab.record import Recording
    from ios_emu.lab.replay_command import rewrite

    find_lab(lab)
    require_terminal()
    recorded = Lab(lab)
    recording = Recording(recorded, lab)
    console = TerminalConsole(recorded, lambda: AsFastAsPossible(recorded), recording.console)
    try:
        asyncio.run(console.run())
    finally:
        rewrite(file, recording.lines())
        print(f"\r\nwritten: {file}")


def _report(error: Exception) -> None:
    """An event of the lab failed, which is our fault: it is told, and the lab goes on."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(frame.filename).name}:{frame.lineno}"
    print(f"ios-emu: internal error: {where}: {type(error).__name__}: {error}", file=sys.stderr)


def _lab_time(folder: StateFolder) -> int:
    """The lab time to go on at: what was kept, and the wall time that has passed since."""
    kept = folder.read(_CLOCK)
    if kept is None:
        return 0
    try:
        lab_time, wall_time = map(int, kept.split())
    except ValueError:
        return 0
    return lab_time + max(0, time.time_ns() - wall_time)


def _keep_lab_time(folder: StateFolder, now: int) -> None:
    try:
        folder.write(_CLOCK, f"{now} {time.time_ns()}\n".encode())
    except StateError as error:
        print(error, file=sys.stderr)
