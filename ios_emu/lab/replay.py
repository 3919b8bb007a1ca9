"""Replays a transcript: types what it types, and compares what it shows with what is printed.

The console decides where a command begins: a line of the transcript that starts with the console's
unfinished line is typed from there on, once all that the console printed has been matched.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Protocol

from ios_emu.errors import LabFileError, TranscriptError
from ios_emu.lab.prompt import LabPromptConsole
from ios_emu.lab.screen import Screen
from ios_emu.lab.topology import Lab
from ios_emu.lab.transcript import COMMENT, Directive, Step, Text, read_transcript
from ios_emu.lab.typist import type_line

DEFAULT_LAB = "router"
LAB_PROMPT = "lab"
_ANY_LINES = "{...}"
_ANY_TEXT = "{*}"


class Terminal(Protocol):
    """A console's far end."""

    def receive(self, data: bytes) -> None:
        """Takes keys."""

    def attach(self, listener: Callable[[bytes], None]) -> Callable[[], None]:
        """Gives its output to `listener`."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A command that printed something else than the transcript says."""

    path: Path
    line: int
    command: str
    expected: list[str]
    actual: list[str]

    def render(self) -> str:
        """File, line and command, then what was expected (-) and what was printed (+)."""
        rows = [f"{self.path}:{self.line}: {self.command or 'at the beginning'}"]
        for row in difflib.ndiff(self.expected, self.actual):
            if not row.startswith("?"):
                rows.append(f"  {row}")
        return "\n".join(rows) + "\n"


@dataclass(slots=True)
class Result:
    """What a replay found, and the transcript as it is printed now."""

    differences: list[Difference] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Seat:
    """A place to type at: a console, its screen, and the finished lines that are still to be compared."""

    console: Terminal
    screen: Screen
    printed: list[str] = field(default_factory=list)
    skip_echo: bool = False
    shown: bool = False


class Replay:
    """One replay of one transcript, in a lab of its own."""

    def __init__(self, path: Path, steps: list[Step]) -> None:
        self._path = path
        self._steps = steps
        self._result = Result()
        self._lab: Lab | None = None
        self._lab_name = DEFAULT_LAB
        self._name: str | None = None
        self._dialects: dict[str, str] = {}
        self._seats: dict[str, _Seat] = {}
        self._command = ""
        self._command_line = 1
        self._position = 0

    def run(self) -> Result:
        """Replays it all. Raises TranscriptError where the transcript asks for what can't be."""
        steps = self._steps
        while self._position < len(steps):
            step = steps[self._position]
            if isinstance(step, Directive):
                self._position += 1
                self._result.lines.append(step.text)
                if step.name != COMMENT:
                    self._direct(step)
            else:
                self._compare()
                self._type()
        for name, seat in self._seats.items():
            if seat.printed:
                self._name = name
                self._compare()
        return self._result

    # Comparing

    def _compare(self) -> None:
        """Matches the lines that were printed with those of the transcript, up to the next typed line."""
        seat = self._seat()
        end = self._end_of_block(seat)
        expected = [step.text for step in self._steps[self._position : end] if isinstance(step, Text)]
        if not _match(expected, seat.printed):
            self._differ(expected, seat.printed)
            expected = seat.printed
        self._result.lines += expected
        seat.printed = []
        self._position = end

    def _differ(self, expected: list[str], actual: list[str]) -> None:
        difference = Difference(self._path, self._command_line, self._command, list(expected), list(actual))
        self._result.differences.append(difference)

    def _end_of_block(self, seat: _Seat) -> int:
        """Where the output that is due ends: behind as many lines as were printed, if they match."""
        shown = seat.screen.unfinished
        straight = self._position + len(seat.printed)
        if self._ends_block(straight, shown):
            block = self._steps[self._position : straight]
            texts = [step.text for step in block if isinstance(step, Text)]
            if len(texts) == len(block) and _ANY_LINES not in texts and _match(texts, seat.printed):
                return straight
        end = self._position
        while not self._ends_block(end, shown):
            end += 1
        return end

    def _ends_block(self, position: int, shown: str) -> bool:
        if position >= len(self._steps):
            return True
        step = self._steps[position]
        return isinstance(step, Directive) or bool(shown and step.text.startswith(shown))

    # Typing

    def _type(self) -> None:
        """Types the line that goes on where the console stands, if the next line is one."""
        seat = self._seat()
        if self._position >= len(self._steps):
            return
        step = self._steps[self._position]
        shown = seat.screen.unfinished
        if isinstance(step, Directive) or not shown or not step.text.startswith(shown):
            return
        self._position += 1
        self._result.lines.append(step.text)
        if step.text == shown and self._before_directive():
            seat.shown = True
            return
        self._command, self._command_line = step.text, step.number
        self._act(seat, lambda: type_line(seat.console, shown, step.text[len(shown) :]), skip_echo=True)

    def _before_directive(self) -> bool:
        """Is the next step that is no comment a directive, or the end?"""
        for step in self._steps[self._position :]:
            if isinstance(step, Text):
                return False
            if step.name != COMMENT:
                return True
        return True

    def _act(self, seat: _Seat, act: Callable[[], None], *, skip_echo: bool) -> None:
        """Does something to the lab, waits until it is idle, and collects what every seat printed.

        The line that the cursor was on is completed by the echo: it is not compared.
        """
        seat.skip_echo = skip_echo
        act()
        self._running_lab().clock.run_until_idle()
        for one in self._seats.values():
            lines = one.screen.take_lines()
            if lines and one.skip_echo:
                del lines[0]
                one.skip_echo = False
            if lines:
                one.shown = False
            one.printed += lines

    # Directives

    def _direct(self, step: Directive) -> None:
        match step.name, step.value:
            case "lab", str(name):
                self._choose_lab(name, step)
            case "device", str(name):
                self._choose_device(name, step)
            case "dialect", str(name):
                self._choose_dialect(name, step)
            case "boot", _:
                self._boot(step)
            case "wait", int(duration):
                seat = self._seat()
                clock = self._running_lab().clock
                self._note(step)
                self._act(seat, lambda: clock.wait(duration), skip_echo=seat.shown)
                # What did not finish the line that was shown leaves it standing.
                seat.skip_echo = False
            case _, str(text):
                seat = self._seat()
                self._note(step)
                keys = text if step.name == "keys" else text + "\r"
                data = keys.encode("latin-1", "replace")
                self._act(seat, lambda: seat.console.receive(data), skip_echo=True)

    def _note(self, step: Directive) -> None:
        self._command, self._command_line = step.text, step.number

    def _choose_lab(self, name: str, step: Directive) -> None:
        if self._lab is not None:
            raise self._error(step, "comes too late", "the lab is running already", "put it at the top")
        beside = self._path.parent / name
        self._lab_name = str(beside) if beside.exists() else name
        try:
            self._running_lab()
        except LabFileError as error:
            raise self._error(step, "can't be opened", error.what, error.remedy) from None

    def _choose_device(self, name: str, step: Directive) -> None:
        lab = self._running_lab()
        if name != LAB_PROMPT and name not in lab.devices:
            names = ", ".join(lab.devices)
            raise self._error(step, "no such device", f"the lab has {names}", "use one of these names")
        self._name = name

    def _choose_dialect(self, dialect: str, step: Directive) -> None:
        name = self._device_name()
        if name in self._seats or name == LAB_PROMPT:
            raise self._error(
                step, "comes too late", "the device is in use", "put it before anything is typed"
            )
        self._running_lab()[name].set_dialect(dialect)

    def _boot(self, step: Directive) -> None:
        name = self._device_name()
        if name == LAB_PROMPT:
            raise self._error(
                step, "can't be done", "the lab prompt has no power switch", "name a @device first"
            )
        self._note(step)
        device = self._running_lab()[name]
        seat = self._seats.get(name)
        if seat is None:
            seat = self._seats[name] = self._connect(device.console())
        self._act(seat, lambda: device.boot(quick=False), skip_echo=bool(seat.screen.unfinished))

    def _error(self, step: Directive, what: str, why: str, remedy: str) -> TranscriptError:
        return TranscriptError(f"{self._path}:{step.number}", f"{step.text} {what}", why, remedy)

    # Lab and seats

    def _running_lab(self) -> Lab:
        if self._lab is None:
            self._lab = Lab(self._lab_name)
        return self._lab

    def _device_name(self) -> str:
        return self._name if self._name is not None else self._running_lab().first_router

    def _seat(self) -> _Seat:
        """The seat at the current device; opening a console presses Enter once, unseen."""
        name = self._device_name()
        seat = self._seats.get(name)
        if seat is None:
            lab = self._running_lab()
            console: Terminal = LabPromptConsole(lab) if name == LAB_PROMPT else lab[name].console()
            seat = self._seats[name] = self._connect(console)
            console.receive(b"\r")
            lab.clock.run_until_idle()
            seat.screen.take_lines()
        return seat

    def _connect(self, console: Terminal) -> _Seat:
        screen = Screen()
        console.attach(screen.feed)
        return _Seat(console, screen)


def replay(path: Path) -> Result:
    """Replays a transcript file. Raises TranscriptError."""
    return Replay(path, read_transcript(path)).run()


def transcripts_at(path: Path) -> Iterator[Path]:
    """The transcript itself, or all that a folder holds, at any depth. Raises TranscriptError."""
    if path.is_dir():
        found = sorted(path.rglob("*.transcript"))
        if not found:
            raise TranscriptError(
                str(path), "holds no transcript", "their names end in .transcript", "name another folder"
            )
        yield from found
    else:
        yield path


@cache
def _pattern(line: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, line.split(_ANY_TEXT))))


def _match_line(expected: str, actual: str) -> bool:
    return expected == actual or (_ANY_TEXT in expected and _pattern(expected).fullmatch(actual) is not None)


def _match(expected: list[str], actual: list[str]) -> bool:
    """Do the lines match, one by one, where `{...}` stands for any number of them?"""
    # Reachable positions in `expected` after each actual line: patterns never cost more than the product.
    positions = _skip({0}, expected)
    for line in actual:
        following = {at for at in positions if at < len(expected) and expected[at] == _ANY_LINES}
        following |= {
            at + 1
            for at in positions
            if at < len(expected) and expected[at] != _ANY_LINES and _match_line(expected[at], line)
        }
        positions = _skip(following, expected)
        if not positions:
            return False
    return len(expected) in positions


def _skip(positions: set[int], expected: list[str]) -> set[int]:
    """Adds the positions that are reached by letting `{...}` stand for no line."""
    reached = set(positions)
    for at in sorted(positions):
        while at < len(expected) and expected[at] == _ANY_LINES:
            at += 1
            reached.add(at)
    return reached
