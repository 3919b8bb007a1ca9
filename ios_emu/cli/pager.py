"""The pager: long output a screen at a time, with ` --More-- ` between."""

from __future__ import annotations

from ios_emu.cli.keys import Key, KeyKind

MORE = " --More-- "
# What takes the line away again, as IOS sends it: its first and its last blank stay.
_NO_MORE = "\b" * 9 + " " * 8 + "\b" * 9


class Pager:
    """Output on its way to a terminal of `length` lines; 0 is a terminal without end."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    @property
    def waits(self) -> bool:
        """Is ` --More-- ` on the screen?"""
        return bool(self._lines)

    def begin(self, text: str, length: int) -> str:
        """What to print first of `text` (line feeds alone): all of it, or a page."""
        lines = text.split("\n")
        rest = lines.pop()
        if length == 0 or len(lines) < length:
            return text.replace("\n", "\r\n")
        self._lines = [f"{line}\r\n" for line in lines]
        if rest:
            self._lines.append(rest)
        return self._page(length - 1)

    def turn(self, key: Key, length: int) -> str:
        """What a key brings: Enter a line, Space a page; any other key ends the output."""
        if key.kind is KeyKind.ENTER:
            return _NO_MORE + self._page(1)
        if key.text == " ":
            return _NO_MORE + self._page(max(1, length - 1))
        self.stop()
        return _NO_MORE

    def stop(self) -> None:
        """Drops what was not shown."""
        self._lines = []

    def _page(self, count: int) -> str:
        page, self._lines = self._lines[:count], self._lines[count:]
        return "".join(page) + (MORE if self._lines else "")
