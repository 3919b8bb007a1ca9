"""The pager: long output a screen at a time, with ` --More-- ` between.

Output that is made while it is shown is asked for as far as the screen goes, and one line further: only then
it is known whether there is more.
"""

from __future__ import annotations

from collections.abc import Iterator

from ios_emu.cli.keys import Key, KeyKind

MORE = " --More-- "
# What takes the line away again, as IOS sends it: its first and its last blank stay.
_NO_MORE = "\b" * 9 + " " * 8 + "\b" * 9
_WHOLE = -1


class Pager:
    """Output on its way to a terminal of `length` lines; 0 is a terminal without end.

    `waits` tells that ` --More-- ` is on the screen, `pauses` that the output is to be gone on with later.
    """

    def __init__(self) -> None:
        self.waits = False
        self.pauses = False
        self._lines: Iterator[str | None] = iter(())
        self._next: str | None = None
        self._room = _WHOLE

    def begin(self, text: str, length: int) -> str:
        """What to print first of `text` (line feeds alone): all of it, or a page."""
        lines = text.split("\n")
        rest = lines.pop()
        if length == 0 or len(lines) < length:
            return text.replace("\n", "\r\n")
        ended: list[str | None] = [f"{line}\r\n" for line in lines]
        if rest:
            ended.append(rest)
        return self._start(iter(ended), length)

    def begin_output(self, lines: Iterator[str | None], length: int) -> str:
        """What to print first of an Output."""
        return self._start((line if line is None else f"{line}\r\n" for line in lines), length)

    def _start(self, lines: Iterator[str | None], length: int) -> str:
        self._lines, self._next = lines, None
        self._room = length - 1 if length else _WHOLE
        return self.go_on()

    def turn(self, key: Key, length: int) -> str:
        """What a key brings: Enter a line, Space a page; any other key ends the output."""
        self.waits = False
        if key.kind is KeyKind.ENTER:
            self._room = 1
        elif key.text == " ":
            self._room = max(1, length - 1)
        else:
            self.stop()
            return _NO_MORE
        return _NO_MORE + self.go_on()

    def go_on(self) -> str:
        """What comes next, up to the end of the page, a pause, or the end."""
        page: list[str] = []
        self.pauses = False
        while True:
            if self._next is None:
                self._next = next(self._lines, "")
                if self._next is None:
                    self.pauses = True
                    break
                if not self._next:
                    self.stop()
                    break
            if self._room == 0:
                self.waits = True
                page.append(MORE)
                break
            page.append(self._next)
            self._next = None
            self._room -= self._room != _WHOLE
        return "".join(page)

    def stop(self) -> None:
        """Drops what was not shown."""
        self.waits = self.pauses = False
        self._lines, self._next = iter(()), None
