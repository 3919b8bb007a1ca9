"""Writes a session down as a transcript while a person types it.

Editing within a line leaves no trace: what counts is the line on the screen when Enter is pressed. What
that line can't tell (keys that act at once, a line wider than the screen) is written down as keys.
"""

from __future__ import annotations

from collections.abc import Callable

from ios_emu.cli.keys import Key, KeyKind, KeyReader
from ios_emu.lab.console import Terminal
from ios_emu.lab.replay import DEFAULT_LAB
from ios_emu.lab.screen import Screen
from ios_emu.lab.topology import Lab
from ios_emu.lab.transcript import as_expected, key_name
from ios_emu.lab.typist import keystrokes

MORE = " --More-- "
# Keys that draw the line again on a new row: the rows that they leave behind are not part of the session.
_REDRAWING = {KeyKind.TAB, KeyKind.CTRL_L, KeyKind.CTRL_R}
# Keys that leave the cursor at the end of the line, when it is there.
_AT_END = _REDRAWING | {
    KeyKind.TEXT,
    KeyKind.BACKSPACE,
    KeyKind.UP,
    KeyKind.DOWN,
    *(KeyKind[f"CTRL_{letter}"] for letter in "NPUWX"),
}
_EDITING = _AT_END | {
    KeyKind.DELETE,
    KeyKind.LEFT,
    KeyKind.RIGHT,
    KeyKind.HOME,
    KeyKind.END,
    *(KeyKind[f"CTRL_{letter}"] for letter in "ABDEFKTY"),
    *(KeyKind[f"ESC_{letter}"] for letter in "BCDFLUY"),
}


class Recording:
    """The transcript of one or more consoles of a lab."""

    def __init__(self, lab: Lab, lab_name: str) -> None:
        self._lab = lab
        self._lines = [] if lab_name == DEFAULT_LAB else [f"@lab {lab_name}"]
        self._consoles: dict[str, RecordedConsole] = {}
        self._current = lab.first_router
        self._bare = False

    def console(self, name: str) -> Terminal:
        """The console of a device, with a recorder on it."""
        if name not in self._consoles:
            self._consoles[name] = RecordedConsole(self._lab, name, self._add)
        if name != self._current:
            self._current = name
            self._add([f"@device {name}"], False)
        return self._consoles[name]

    def lines(self) -> list[str]:
        """The transcript so far."""
        return list(self._lines)

    def _add(self, lines: list[str], bare: bool) -> None:
        """Writes lines down; with `bare` the last of them is a prompt at which Enter alone was pressed."""
        if not lines:
            return
        if self._bare and lines[0].startswith("@"):
            # A prompt before a directive is only shown: the key has to be told.
            self._lines.append("@keys Enter")
        self._lines += lines
        self._bare = bare


class RecordedConsole:
    """A console that tells what is typed at it and what it prints."""

    def __init__(self, lab: Lab, name: str, add: Callable[[list[str], bool], None]) -> None:
        self._clock = lab.clock
        self._console = lab[name].console()
        self._add = add
        self._keys = KeyReader()
        self._screen = Screen()
        # The line that is being typed: what it began with, its keys, the rows that were finished since, and
        # how many of them are only the line itself, before it was drawn again.
        self._start = ""
        self._typed: list[tuple[KeyKind, str]] = []
        self._rows: list[str] = []
        self._redrawn = 0
        self._console.attach(self._screen.feed)
        # A replay opens a console with one Enter that is not in the transcript.
        self._press("\r")
        self._screen.take_lines()

    def attach(self, listener: Callable[[bytes], None]) -> Callable[[], None]:
        """Gives the console's output to a terminal, and first the prompt that it stands at."""
        listener(f"\r\n{self._screen.unfinished}".encode("latin-1", "replace"))
        return self._console.attach(listener)

    def receive(self, data: bytes) -> None:
        """Takes keys, one at a time: each has its effect before the next is written down."""
        self._keys.feed(data)
        while (key := self._keys.next(single=True)) is not None:
            self._take(key)

    def _take(self, key: Key) -> None:
        pressed = _KEYSTROKES.get(key.kind, key.text)
        if not pressed:
            return
        before = self._screen.unfinished
        if not self._typed:
            self._start = before
        self._typed.append((key.kind, pressed))
        self._press(pressed)
        self._rows += self._screen.take_lines()
        answered = self._start == MORE or self._start.rstrip().endswith("[confirm]")
        if key.kind in _REDRAWING and not answered:
            self._redrawn = len(self._rows)
        if answered or key.kind is KeyKind.ENTER or len(self._rows) > self._redrawn:
            self._write(before)
            self._typed.clear()
            self._rows.clear()
            self._redrawn = 0

    def _write(self, before: str) -> None:
        """Writes down what was typed and what was printed. `before` was shown before the last key."""
        start, rows = self._start, self._rows
        line = self._line(before)
        if line is not None:
            typed, rows = [line], rows[self._redrawn :]
        else:
            typed = [self._directive(before)]
            if start and not start.startswith("@"):
                typed.insert(0, start)
        # The rest of the row that was typed on; a pager's row is wiped out and written over.
        printed = rows[1:] if rows and rows[0].startswith(start) else rows
        self._add([*typed, *map(as_expected, printed)], line == start)

    def _line(self, before: str) -> str | None:
        """The line of the terminal that stands for what was typed; None when none does."""
        start, keys = self._start, "".join(pressed for _, pressed in self._typed)
        *earlier, (last, pressed) = self._typed
        kinds = {kind for kind, _ in earlier}
        if not start or start.startswith("@") or start == MORE:
            return None
        ending = "\r" if last is KeyKind.ENTER else ""
        if kinds <= {KeyKind.TEXT, KeyKind.QUESTION}:
            text = keys.removesuffix(ending)
            told = not earlier or before != start
        elif kinds <= (_EDITING if last is KeyKind.ENTER else _AT_END):
            text = before[len(start) :] + ("" if ending else pressed)
            # A `$` says that the screen shows a part of the line only, and a `?` that came back from the
            # history would ask for help.
            told = before.startswith(start) and before != start and "$" not in (text[0], before[-1])
            told = told and "?" not in text
        else:
            return None
        # Blanks alone are hard to see: as keys they can't be lost.
        fits = keystrokes(start, text) == text + ending and (not text or bool(text.strip()))
        return start + text if told and fits else None

    def _directive(self, before: str) -> str:
        """What was typed as a directive: hidden text, text where no prompt shows, or keys."""
        *earlier, (last, _) = self._typed
        text = "".join(pressed for _, pressed in earlier)
        if (
            text
            and last is KeyKind.ENTER
            and {kind for kind, _ in earlier} <= {KeyKind.TEXT, KeyKind.QUESTION}
        ):
            if not self._start:
                return f"@type {text}"
            if before == self._start:
                return f"@hidden {text}"
        keys = [pressed for _, pressed in self._typed]
        row = before[len(self._start) :]
        yanked = any(kind in (KeyKind.CTRL_Y, KeyKind.ESC_Y) for kind, _ in earlier)
        if yanked and before.startswith(self._start) and not set("$?") & set(row):
            # What was yanked may come from a line whose editing has left no trace.
            keys = [*row, keys[-1]]
        return "@keys " + " ".join(map(key_name, keys))

    def _press(self, keys: str) -> None:
        self._console.receive(keys.encode("latin-1", "replace"))
        self._clock.run_until_idle()


_KEYSTROKES = {
    KeyKind.ENTER: "\r",
    KeyKind.QUESTION: "?",
    KeyKind.TAB: "\t",
    KeyKind.BACKSPACE: "\b",
    KeyKind.DELETE: "\x1b[3~",
    KeyKind.UP: "\x1b[A",
    KeyKind.DOWN: "\x1b[B",
    KeyKind.RIGHT: "\x1b[C",
    KeyKind.LEFT: "\x1b[D",
    KeyKind.HOME: "\x1b[H",
    KeyKind.END: "\x1b[F",
    KeyKind.BREAK: "\x1e",
    **{kind: chr(ord(kind.name[-1]) - 64) for kind in KeyKind if kind.name.startswith("CTRL_")},
    **{kind: "\x1b" + kind.name[-1].lower() for kind in KeyKind if kind.name.startswith("ESC_")},
}
