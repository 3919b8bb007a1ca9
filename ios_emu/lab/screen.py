"""What a terminal shows of a console's bytes: finished lines, and the line that the cursor is on."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\r\n\b\a\0]")
# Stands in a cell over which a blank was written: NUL itself never gets there.
_ERASED = "\0"


class Screen:
    """A terminal of one endless line after the other. Bytes are Latin-1; BEL and NUL show nothing."""

    def __init__(self) -> None:
        self._finished: list[str] = []
        self._cells: list[str] = []
        self._column = 0

    def feed(self, data: bytes) -> None:
        """Takes what the console sent."""
        text = data.decode("latin-1")
        start = 0
        for match in _CONTROL.finditer(text):
            self._write(text[start : match.start()])
            start = match.end()
            self._control(match.group())
        self._write(text[start:])

    def take_lines(self) -> list[str]:
        """The lines that were finished since this was last asked."""
        lines, self._finished = self._finished, []
        return lines

    @property
    def unfinished(self) -> str:
        """The line that the cursor is on, without what was erased at its end."""
        line = "".join(self._cells)
        end = len(line.rstrip(f" {_ERASED}"))
        # Blanks at the end are text like any other, up to the first that was put over something; what
        # stands left of the cursor was not erased, and an erasure leaves the cursor where it began.
        erased = line.find(_ERASED, max(end, self._column))
        if erased >= 0:
            line = line[: self._column if self._column >= end else erased]
        return line.replace(_ERASED, " ")

    def _write(self, text: str) -> None:
        if not text:
            return
        end = self._column + len(text)
        over = len(self._cells) - self._column
        if over > 0:
            text = text[:over].replace(" ", _ERASED) + text[over:]
        self._cells[self._column : end] = text
        self._column = end

    def _control(self, control: str) -> None:
        if control == "\n":
            self._finished.append(self.unfinished)
            self._cells.clear()
            self._column = 0
        elif control == "\r":
            self._column = 0
        elif control == "\b":
            self._column = max(0, self._column - 1)
