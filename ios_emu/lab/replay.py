"""Replays a transcript: types what it types, and compares what it shows with what is printed.

The console decides where a command begins: a line of the transcript that starts with the console's
unfinished line is typed from there on, once all that the console printed has been matched.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ios_emu.errors import LabFileError, TranscriptError
from ios_emu.lab.console import Terminal
from ios_emu.lab.prompt import LabPromptConsole
from ios_emu.lab.screen import Screen
from ios_emu.lab.topology import Lab
from ios_emu.lab.transcript import (
    COMMENT,
    Directive,
    Step,
    Text,
    advance,
    merge,
    read_transcript,
    typeable,
)
from ios_emu.lab.typist import type_line

DEFAULT_LAB = "router"
LAB_PROMPT = "lab"
# What every prompt looks like; tells typed lines from printed ones where a replay has lost its way.
_PROMPT = re.compile(r"[A-Za-z][\w.-]*(\([\w-]+\))?[#>]")


@dataclass(frozen=True, slots=True)
class Difference:
    """A command that printed something else than the transcript says."""

    path: Path
    line: int
    command: str
    expected: list[str]
    actual: list[str]

    def render(self) -> str:
        """File, line and command, then what was expected (-) and what was printed (+).

        Blanks at a line's end, which nobody sees, are counted behind it.
        """
        rows = [f"{self.path}:{self.line}: {self.command or 'at the beginning'}"]
        wanted = [line for lines in merge(self.expected, self.actual) for line in lines]
        for row in list(difflib.unified_diff(self.expected, wanted, lineterm=""))[2:]:
            blanks = len(row) - len(row.rstrip(" ")) if row[0] in "+-" else 0
            rows.append(f"  {row}" + (f"  <- blanks at its end: {blanks}" if blanks else ""))
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
    row: str | None = None
    """How the row begins that the transcript has shown already: what completes it is not compared."""


class Replay:
    """One replay of one transcript, in a lab of its own, or in `lab`, whatever the transcript names."""

    def __init__(self, path: Path, steps: list[Step], lab: Lab | None = None) -> None:
        self._path = path
        self._given = lab
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
        self._prompt: str | None = None

    def run(self) -> Result:
        """Replays it all. Raises TranscriptError where the transcript asks for what can't be."""
        steps = self._steps
        while self._position < len(steps):
            step = steps[self._position]
            if isinstance(step, Text):
                self._compare()
                self._type()
                continue
            if step.name != COMMENT:
                self._compare_unasked()
            self._position += 1
            self._result.lines.append(step.text)
            if step.name != COMMENT:
                self._direct(step)
        self._compare_unasked()
        for name, seat in self._seats.items():
            if seat.printed:
                self._name = name
                self._result.lines.append(f"@device {name}")
                self._compare()
        return self._result

    # Comparing

    def _compare_unasked(self) -> None:
        """What was printed where the transcript expects nothing is a difference, too."""
        seat = None if self._lab is None else self._seats.get(self._device_name())
        if seat is not None and seat.printed:
            self._compare()

    def _compare(self) -> None:
        """Matches the lines that were printed with those of the transcript, up to the next typed line."""
        seat = self._seat()
        shown = seat.screen.unfinished
        end, fits = self._end_of_block(seat.printed, shown)
        block = self._steps[self._position : end]
        expected = [step.text for step in block if isinstance(step, Text)]
        following = self._steps[end] if end < len(self._steps) else None
        self._prompt = _prompt_of(following.text, shown) if isinstance(following, Text) else None
        lines = [[line] for line in expected] + [[]]
        if not fits or self._prompt not in (None, shown):
            lines = self._differ(expected, seat, shown)
        rest = iter(lines)
        for step in block:
            self._result.lines += next(rest) if isinstance(step, Text) else [step.text]
        self._result.lines += next(rest)
        seat.printed = []
        self._position = end

    def _differ(self, expected: list[str], seat: _Seat, shown: str) -> list[list[str]]:
        """Notes a difference; returns what the transcript has to expect instead, line by line."""
        printed = seat.printed
        lines = merge(expected, printed)
        actual = list(printed)
        if self._prompt not in (None, shown):
            # The wrong prompt is told, but it is no line of its own: the typed text goes on from it.
            expected, actual = [*expected, str(self._prompt)], [*actual, *filter(None, [shown])]
        elif self._prompt is None and len(expected) > len(printed) and shown and not shown.startswith("@"):
            # The transcript shows another question or prompt at the end.
            actual.append(shown)
            *before, last = merge(expected[:-1], printed)
            lines = [*before, [*last, shown], []]
            seat.row = shown
        difference = Difference(self._path, self._command_line, self._command, expected, actual)
        self._result.differences.append(difference)
        return lines

    def _end_of_block(self, printed: list[str], shown: str) -> tuple[int, bool]:
        """Where the output that is due ends, and whether it is what was printed.

        It ends where all that was printed has been matched: printed lines may begin as the prompt does.
        Where they do not match, it ends before the next line that could be a typed one.
        """
        reached = {0}
        at = self._position
        while True:
            step = self._steps[at] if at < len(self._steps) else None
            over = step is None or (isinstance(step, Directive) and step.name != COMMENT)
            typed = isinstance(step, Text) and bool(shown) and step.text.startswith(shown)
            if len(printed) in reached and (over or typed):
                return at, True
            if isinstance(step, Text):
                reached = advance(reached, step.text, printed)
            if over or not reached:
                break
            at += 1
        while at < len(self._steps):
            step = self._steps[at]
            if _prompt_of(step.text, shown) is not None if isinstance(step, Text) else step.name != COMMENT:
                break
            at += 1
        return at, False

    # Typing

    def _type(self) -> None:
        """Types the line that goes on where the console stands, if the next line is one."""
        prompt = self._prompt
        if prompt is None:
            return
        seat = self._seat()
        step = self._steps[self._position]
        shown, typed = seat.screen.unfinished, step.text[len(prompt) :]
        typeable(typed, f"{self._path}:{step.number}")
        self._position += 1
        if prompt == shown or (shown and not shown.startswith("@")):
            self._result.lines.append(shown + typed)
        else:
            # No prompt is there to show it behind.
            self._result.lines.append(f"@type {typed}")
        if not typed and shown and self._before_directive():
            seat.row = shown
            return
        self._command, self._command_line = step.text, step.number
        self._act(lambda: type_line(seat.console, shown, typed), seat)

    def _before_directive(self) -> bool:
        """Is the next step that is no comment a directive, or the end?"""
        for position in range(self._position, len(self._steps)):
            step = self._steps[position]
            if isinstance(step, Text):
                return False
            if step.name != COMMENT:
                return True
        return True

    def _act(self, act: Callable[[], None], typing: _Seat | None = None) -> None:
        """Does something to the lab, waits until it is idle, and collects what every seat printed.

        What is typed at a seat completes the row that its cursor is on: the transcript has it already.
        """
        if typing is not None:
            typing.row = typing.screen.unfinished
        act()
        self._running_lab().clock.run_until_idle()
        for one in self._seats.values():
            lines = one.screen.take_lines()
            # Where a pager's row was wiped out, or nothing was echoed, the first line is a new one.
            if lines and one.row is not None and lines[0].startswith(one.row):
                del lines[0]
            if lines or not one.row:
                one.row = None
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
                clock = self._running_lab().clock
                self._note(step)
                self._act(lambda: clock.wait(duration))
            case _, str(text):
                seat = self._seat()
                self._note(step)
                keys = text if step.name == "keys" else text + "\r"
                self._act(lambda: seat.console.receive(keys.encode("latin-1")), seat)

    def _note(self, step: Directive) -> None:
        self._command, self._command_line = step.text, step.number

    def _choose_lab(self, name: str, step: Directive) -> None:
        if self._given is not None:
            return
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
        self._act(lambda: device.boot(quick=False), seat if seat.screen.unfinished else None)

    def _error(self, step: Directive, what: str, why: str, remedy: str) -> TranscriptError:
        return TranscriptError(f"{self._path}:{step.number}", f"{step.text} {what}", why, remedy)

    # Lab and seats

    def _running_lab(self) -> Lab:
        if self._lab is None:
            self._lab = self._given or Lab(self._lab_name)
            if any(isinstance(one, Directive) and one.value == LAB_PROMPT for one in self._steps):
                # The list of events begins with the lab, not with the first look at it.
                len(self._lab.events)
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


def _prompt_of(line: str, shown: str) -> str | None:
    """The part of a typed line that is not typed: what the console shows, or something like a prompt."""
    if shown and line.startswith(shown):
        return shown
    prompt = _PROMPT.match(line)
    return None if prompt is None else prompt.group()
