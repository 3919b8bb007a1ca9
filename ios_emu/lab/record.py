"""Writes a session down as a transcript while a person types it.

Editing within a line leaves no trace: what counts is the line on the screen when Enter is pressed.
"""

from __future__ import annotations

from collections.abc import Callable

from ios_emu.cli.keys import Key, KeyKind, KeyReader
from ios_emu.lab.replay import DEFAULT_LAB, Terminal
from ios_emu.lab.screen import Screen
from ios_emu.lab.topology import Lab
from ios_emu.lab.transcript import key_name
from ios_emu.lab.typist import keystrokes

# Keys that the session acts upon at once, and the byte that each one is.
_ACTING = {
    KeyKind.CTRL_C: "\x03",
    KeyKind.CTRL_Z: "\x1a",
    KeyKind.BREAK: "\x1e",
}
# Keys that draw the line again on a new row: the rows that they leave behind are not part of the session.
_REDRAWING = (KeyKind.TAB, KeyKind.CTRL_L, KeyKind.CTRL_R)


class Recording:
    """The transcript of one or more consoles of a lab."""

    def __init__(self, lab: Lab, lab_name: str) -> None:
        self._lab = lab
        self._lines = [] if lab_name == DEFAULT_LAB else [f"@lab {lab_name}"]
        self._consoles: dict[str, RecordedConsole] = {}
        self._current = lab.first_router

    def console(self, name: str) -> Terminal:
        """The console of a device, with a recorder on it."""
        if name not in self._consoles:
            self._consoles[name] = RecordedConsole(self._lab, name, self._add)
        if name != self._current:
            self._current = name
            self._lines.append(f"@device {name}")
        return self._consoles[name]

    def lines(self) -> list[str]:
        """The transcript so far."""
        return list(self._lines)

    def _add(self, lines: list[str]) -> None:
        self._lines += lines


class RecordedConsole:
    """A console that tells what is typed at it and what it prints."""

    def __init__(self, lab: Lab, name: str, add: Callable[[list[str]], None]) -> None:
        self._clock = lab.clock
        self._console = lab[name].console()
        self._add = add
        self._keys = KeyReader()
        self._screen = Screen()
        self._hidden = ""
        self._line_at_key = ""
        self._console.attach(self._screen.feed)
        # A replay opens a console with one Enter that is not in the transcript.
        self._press("\r")
        self._screen.take_lines()
        self._greeting = self._screen.unfinished

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
        before = self._screen.unfinished
        pressed = _KEYSTROKES.get(key.kind, key.text)
        if not pressed:
            return
        self._press(pressed)
        shown, printed = self._screen.unfinished, self._screen.take_lines()
        if key.kind in _REDRAWING:
            return
        if key.kind in _ACTING:
            self._add([*self._standing(before), f"@keys {key_name(pressed)}", *printed[1:]])
        elif key.kind is KeyKind.ENTER:
            self._enter(before, printed)
        elif printed or before.rstrip().endswith("[confirm]"):
            self._act(key, before, pressed, printed)
        elif key.kind is KeyKind.TEXT and shown == before:
            self._hidden += key.text

    def _enter(self, before: str, printed: list[str]) -> None:
        if self._hidden:
            self._add([before, f"@hidden {self._hidden}", *printed[1:]])
            self._hidden = ""
        elif before == MORE:
            self._add([before, "@keys Enter", *printed[1:]])
        elif before:
            self._add([before, *printed[1:]])
        else:
            self._add(["@keys Enter", *printed[1:]])

    def _act(self, key: Key, before: str, pressed: str, printed: list[str]) -> None:
        """A key that had its effect at once: `?`, the answer to `[confirm]`, a page of output."""
        line = before + pressed
        if key.kind is KeyKind.QUESTION or keystrokes(before, pressed) == pressed:
            self._add([line, *printed[1:]])
        else:
            self._add([before, f"@keys {key_name(pressed)}", *printed[1:]])

    def _standing(self, line: str) -> list[str]:
        return [line] if line else []

    def _press(self, keys: str) -> None:
        self._console.receive(keys.encode("latin-1", "replace"))
        self._clock.run_until_idle()


MORE = " --More-- "
_KEYSTROKES = {
    KeyKind.ENTER: "\r",
    KeyKind.QUESTION: "?",
    KeyKind.TAB: "\t",
    KeyKind.BACKSPACE: "\x7f",
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
