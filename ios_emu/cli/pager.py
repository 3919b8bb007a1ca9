"""The pager: long output a screen at a time, with ` --More-- ` between.

At ` --More-- ` a `/`, `+` or `-` begins a regular expression: the output goes on with the first line that
matches, with those that do, or with those that do not.

Output that is made while it is shown is asked for as far as the screen goes, and one line further: only then
it is known whether there is more.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ios_emu.cli.keys import Key, KeyKind
from ios_emu.errors import CommandRefused

MORE = " --More-- "
# What takes the line away again, as IOS sends it: its first and its last blank stay.
_NO_MORE = "\b" * 9 + " " * 8 + "\b" * 9
_WHOLE = -1
_FILTERS = {"/": "begin", "+": "include", "-": "exclude"}
_FILTERING = "\r\nfiltering...\r\n"


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
        self._pattern: str | None = None

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
        """What a key brings: Enter a line, Space a page, a filter's sign a search; any other ends it."""
        if self._pattern is not None:
            return self._type(key, self._pattern, length)
        if key.kind is KeyKind.TEXT and key.text in _FILTERS:
            self._pattern = key.text
            return _NO_MORE + key.text
        self.waits = False
        if key.kind is KeyKind.ENTER:
            self._room = 1
        elif key.text == " ":
            self._room = max(1, length - 1)
        else:
            self.stop()
            return _NO_MORE
        return _NO_MORE + self.go_on()

    def _type(self, key: Key, pattern: str, length: int) -> str:
        """A key of the regular expression behind a filter's sign."""
        if key.kind is KeyKind.TEXT:
            self._pattern = pattern + key.text
            return key.text
        if key.kind is KeyKind.BACKSPACE and len(pattern) > 1:
            self._pattern = pattern[:-1]
            return "\b \b"
        if key.kind is KeyKind.ENTER:
            return self._search(_FILTERS[pattern[0]], pattern[1:], length)
        if key.kind is not KeyKind.CTRL_C:
            return ""
        self.stop()
        return "\r\n"

    def _search(self, kind: str, pattern: str, length: int) -> str:
        from ios_emu.cli.filters import parse_filter

        try:
            keep = parse_filter(kind, pattern)
        except CommandRefused as error:
            self.stop()
            return f"\r\n{error}\r\n"
        self._pattern, self.waits = None, False
        rest = chain([] if self._next is None else [self._next], self._lines)
        kept = keep(line if line is None else line.removesuffix("\r\n") for line in rest)
        self._room, self._next = max(1, length - 1), None
        self._lines = (line if line is None else f"{line}\r\n" for line in kept)
        return _FILTERING + self.go_on()

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
        self._pattern = None
        self._lines, self._next = iter(()), None
