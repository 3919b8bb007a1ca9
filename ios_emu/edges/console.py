"""The console in this terminal: keys through prompt_toolkit's input, bytes out as they are.

Ctrl-] leads to the lab prompt. The terminal is put back whatever happens.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from prompt_toolkit.input import Input, create_input
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from ios_emu.cli.shared import shared_reader
from ios_emu.edges.control import ProcessControl
from ios_emu.edges.doors import Doors, OpenDoors, Site
from ios_emu.edges.realtime import RealTime
from ios_emu.errors import UsageError
from ios_emu.lab.console import Terminal
from ios_emu.lab.prompt import FastControl, LabPrompt
from ios_emu.lab.topology import Lab

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

    from ios_emu.edges.store import StateFolder

ESCAPE = "\x1d"
"""Ctrl-]: from the console to the lab prompt."""

# The grammar is loaded while the person looks at the first screen, not before it is there.
_WARM_UP_SECONDS = 0.4
# How long a lone Esc waits for the rest of a sequence.
_ESCAPE_SECONDS = 0.05
# Windows gives special keys without the bytes that a terminal would send.
_BYTES = {
    str(Keys.Up): "\x1b[A",
    str(Keys.Down): "\x1b[B",
    str(Keys.Right): "\x1b[C",
    str(Keys.Left): "\x1b[D",
}


def require_terminal() -> None:
    """Raises UsageError where standard input or output is not a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "standard input or output",
            "is not a terminal",
            "`ios-emu up` opens a console to type at",
            'in a script use `ios-emu run LAB @DEVICE "COMMAND"...`',
        )


class Drive(Protocol):
    """What moves the lab on: in real time, or as fast as it can."""

    def wake(self, act: Callable[[], None] = ...) -> None:
        """Does `act` at the present lab time, and what follows from it."""

    def stop(self) -> None:
        """Ends the driving."""


class AsFastAsPossible:
    """Drives a lab without the wall clock: after each key it runs until it is idle."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def wake(self, act: Callable[[], None] = lambda: None) -> None:
        """Does `act`, and runs the lab until it is idle."""
        act()
        self._lab.clock.run_until_idle()

    def stop(self) -> None:
        """There is nothing to stop: between two keys lab time stands still."""


class TerminalConsole:
    """The consoles of a lab in one terminal, one at a time, and the lab prompt between them.

    `drive` is made when the loop runs; `console_of` gives the console of a device; `doors` are opened before
    the first console is, and `state` keeps what they keep.
    """

    def __init__(
        self,
        lab: Lab,
        drive: Callable[[], Drive],
        console_of: Callable[[str], Terminal] | None = None,
        doors: Doors | None = None,
        state: StateFolder | None = None,
    ) -> None:
        self.lab = lab
        self._make_drive = drive
        self._drive: Drive = AsFastAsPossible(lab)
        self._console_of = console_of or (lambda name: lab[name].console())
        self._control = ProcessControl(lab, FastControl(lab))
        self._prompt = LabPrompt(lab, self._control)
        self._doors = doors or Doors()
        self._state = state
        self._input: Input = create_input()
        self._left: asyncio.Future[None] | None = None
        self._flush: asyncio.TimerHandle | None = None
        self._device = lab.first_router

    async def run(self) -> None:
        """Shows the console until the lab prompt's `quit`, the end of input, or SIGTERM."""
        loop = asyncio.get_running_loop()
        self._drive = self._make_drive()
        if isinstance(self._drive, RealTime):
            self._control.gait = self._drive
        done = loop.create_future()
        for name in ("SIGTERM", "SIGHUP"):
            with contextlib.suppress(NotImplementedError, AttributeError, ValueError):
                loop.add_signal_handler(getattr(signal, name), _finish, done)
        warm_up = loop.call_later(_WARM_UP_SECONDS, shared_reader)
        opened: OpenDoors | None = None
        try:
            if self._doors.capture is not None:
                self._control.capture(self._doors.capture)
            if self._doors.any and isinstance(self._drive, RealTime):
                opened = OpenDoors(Site(self.lab, self._drive, self._state, print))
                await opened.open(self._doors.asked)
                print(*opened.table(), sep="\n", flush=True)
            while not done.done() and await self._console(done) and await self._lab_prompt(done):
                pass
        finally:
            warm_up.cancel()
            if opened is not None:
                await opened.close()
            self._drive.stop()
            self._control.close()

    async def _console(self, done: asyncio.Future[None]) -> bool:
        """Connects the terminal with the console until Ctrl-]; False when the input has ended."""
        console = self._console_of(self._device)
        self._left = asyncio.get_running_loop().create_future()
        with self._input.raw_mode(), self._input.attach(self._read):
            detach = console.attach(_write)
            try:
                self._drive.wake()
                await asyncio.wait({self._left, done}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                detach()
        return not self._input.closed and not done.done()

    def _read(self) -> None:
        if self._flush is not None:
            self._flush.cancel()
        loop = asyncio.get_running_loop()
        self._take(self._input.read_keys())
        self._flush = loop.call_later(_ESCAPE_SECONDS, lambda: self._take(self._input.flush_keys()))
        if self._input.closed:
            self._leave()

    def _take(self, presses: Iterable[KeyPress]) -> None:
        text = "".join(press.data or _BYTES.get(str(press.key), "") for press in presses)
        typed, escape, _ = text.partition(ESCAPE)
        data = typed.encode("utf-8", "surrogateescape")
        if data:
            console = self._console_of(self._device)
            self._drive.wake(lambda: console.receive(data))
        if escape:
            self._leave()

    def _leave(self) -> None:
        if self._left is not None:
            _finish(self._left)

    async def _lab_prompt(self, done: asyncio.Future[None]) -> bool:
        """The lab prompt, until a console is opened again; False on `quit`."""
        from prompt_toolkit import PromptSession
        from prompt_toolkit.completion import WordCompleter

        _write(b"\r\n")
        session: PromptSession[str] = PromptSession(completer=WordCompleter(self._prompt.words()))
        loop = asyncio.get_running_loop()

        def show_soon() -> None:
            loop.call_soon(self._show_notices)

        self._prompt.on_notice = show_soon
        try:
            return await self._ask_lab(session, done)
        finally:
            # A device's console is not written into: what happens meanwhile is told when one comes back.
            self._prompt.on_notice = lambda: None

    async def _ask_lab(self, session: PromptSession[str], done: asyncio.Future[None]) -> bool:
        while True:
            asking = asyncio.ensure_future(session.prompt_async(self._prompt.prompt))
            either: list[asyncio.Future[Any]] = [asking, done]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if done.done():
                asking.cancel()
                return False
            try:
                line = asking.result()
            except KeyboardInterrupt:
                continue
            except EOFError:
                line = f"open {self._device}"
            answers: list[str] = []
            self._drive.wake(partial(self._execute, line, answers))
            answer = "".join(answers) + self._prompt.take_notices()
            _write(answer.replace("\n", "\r\n").encode())
            if self._prompt.quitting:
                return False
            if self._prompt.opened is not None:
                self._device, self._prompt.opened = self._prompt.opened, None
                return True

    def _show_notices(self) -> None:
        """What happened meanwhile, above the line that is being typed."""
        from prompt_toolkit.application import run_in_terminal

        text = self._prompt.take_notices().replace("\n", "\r\n").encode()
        if text:
            run_in_terminal(lambda: _write(text))

    def _execute(self, line: str, answers: list[str]) -> None:
        answers.append(self._prompt.execute(line))


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _write(data: bytes) -> None:
    """Writes all of it to the terminal, past Python's buffers: what is shown is what was sent."""
    descriptor = sys.stdout.fileno()
    while data:
        data = data[os.write(descriptor, data) :]
