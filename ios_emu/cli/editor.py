"""The line editor of IOS: keys in, terminal text and events out; every door shares it.

The rules. The echo is printable text, BS, CR, LF and BEL, never an escape sequence. A line is never
wrapped: nothing is written into the last column, and a line that does not fit is seen through a window
that shifts by about ten columns, with `$` at the side where text is hidden. What the terminal shows is
remembered, and every change writes the difference only. A word is what stands between blanks.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase

from ios_emu.cli.keys import Key, KeyKind

_LONGEST = 254
_KILLS = 10
_SHIFT = 10
# Columns that the text always has: a prompt that leaves less loses its head, a terminal is never narrower.
_LEAST_ROOM = 8
_NARROWEST = 10
# ASCII alone: the capital of a Latin-1 letter may be outside of Latin-1, or two letters.
_UPPER = str.maketrans(ascii_lowercase, ascii_uppercase)
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


@dataclass(frozen=True, slots=True)
class Line:
    """Enter: the line as typed. Its echo, CR LF, is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Help:
    """`?`: the text up to the cursor. Nothing is inserted or echoed; `redraw` goes on with the line."""

    before: str


@dataclass(frozen=True, slots=True)
class Complete:
    """Tab: the text up to the cursor. Nothing is echoed; `replace_word` answers it."""

    before: str


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Ctrl-C. Nothing is echoed, the line stays as it is until `begin`."""


@dataclass(frozen=True, slots=True)
class End:
    """Ctrl-Z: the line as typed. Its echo, `^Z` and CR LF, is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Break:
    """Ctrl-Shift-6. Nothing is echoed, the line stays as it is."""


Event = Line | Help | Complete | Interrupt | End | Break


class History:
    """The lines that `show history` lists; `terminal history size` sets how many (0 to 256)."""

    def __init__(self, size: int = 10) -> None:
        self._entries: deque[str] = deque()
        self.size = size

    @property
    def size(self) -> int:
        """How many lines are kept. Raises ValueError when set outside 0 to 256."""
        return self._size

    @size.setter
    def size(self, size: int) -> None:
        if not 0 <= size <= 256:
            raise ValueError(f"a history keeps 0 to 256 lines, not {size}")
        self._size = size
        self._entries = deque(self._entries, maxlen=size)

    @property
    def entries(self) -> list[str]:
        """The lines, oldest first."""
        return list(self._entries)

    def add(self, line: str) -> None:
        """Keeps a line, unless it is blank or the same as the one before it."""
        if line.strip() and (not self._entries or self._entries[-1] != line):
            self._entries.append(line)


class Editor:
    """One line being typed. `echo` is called with what goes to the terminal, as it is.

    `history` may be set at any time (None: there is none). A new `width` (columns of the terminal, 0 is
    unlimited) counts from the next `begin` or `redraw`. `text`, `cursor`, `prompt` and `hidden` are for
    reading. A hidden line (a password) has neither history nor help nor completion: `?` is a character.
    """

    prompt: str
    text: str
    cursor: int
    hidden: bool
    # Where the text of the last Ctrl-Y or Esc-Y begins, and which of the kills it is.
    _yanked: tuple[int, int] | None
    # How far back in the history the line is, and the line that was left for it.
    _back: int
    _typed: str

    def __init__(self, echo: Callable[[str], None], width: int = 80) -> None:
        self.history: History | None = None
        self.width = width
        self._echo = echo
        self._kills: deque[str] = deque(maxlen=_KILLS)
        self._start("", "", hidden=False)

    def begin(self, prompt: str, text: str = "", hidden: bool = False) -> None:
        """Starts a new line on an empty row: echoes the prompt, one row of printable text, and `text`."""
        self._start(prompt, text, hidden)
        self._show()

    def redraw(self) -> None:
        """Echoes prompt and text again on the row, now empty, that the cursor is on (after `?`, logs)."""
        self._lay_out()
        self._show()

    def replace_word(self, word: str, suffix: str) -> None:
        """Answers Tab as IOS does: goes to a new row and draws the line again there, with `word` and
        `suffix` in place of the word left of the cursor. A result that is too long rings the bell and
        the text stays as it was.
        """
        start = self.text.rfind(" ", 0, self.cursor) + 1
        longer = self.text[:start] + word + suffix
        if len(longer) + len(self.text) - self.cursor > _LONGEST:
            self._bell()
        else:
            self.text, self.cursor = longer + self.text[self.cursor :], len(longer)
        self._redraw_below()

    @property
    def window(self) -> tuple[str, int]:
        """What the row of the terminal shows, prompt and visible text, and the cursor's column."""
        if self.hidden:
            return self._head, len(self._head)
        visible = self.text[self._offset : self._offset + self._room]
        if self._offset:
            visible = "$" + visible[1:]
        if len(self.text) > self._offset + self._room:
            visible = visible[:-1] + "$"
        return self._head + visible, len(self._head) + self.cursor - self._offset

    def press(self, key: Key) -> Event | None:
        """Does what a key does; the event, when it is the session's turn."""
        kind = key.kind
        if kind is KeyKind.TEXT:
            self._quoted = False
            self._yanked = None
            self._type(key.text)
            return None
        if kind is KeyKind.QUESTION and (self._quoted or self.hidden):
            return self.press(Key(KeyKind.TEXT, "?"))
        self._quoted = False
        if kind is not KeyKind.ESC_Y:
            self._yanked = None
        action = _ACTIONS.get(kind)
        return action(self) if action else None

    def _start(self, prompt: str, text: str, hidden: bool) -> None:
        self.prompt = prompt
        self.text = text
        self.cursor = len(text)
        self.hidden = hidden
        self._quoted = False
        self._yanked = None
        self._back = 0
        self._typed = ""
        self._lay_out()

    def _lay_out(self) -> None:
        """Fits prompt and window to the width; the row is empty from here on."""
        self._head = self.prompt
        # Columns for the text and the cursor behind it.
        self._room = sys.maxsize
        if self.width > 0 and not self.hidden:
            usable = max(self.width, _NARROWEST) - 1
            self._head = self.prompt[-min(len(self.prompt), usable - _LEAST_ROOM) :]
            self._room = usable - len(self._head)
        self._offset = 0
        self._shown = ""
        self._column = 0

    # The row of the terminal

    def _show(self) -> None:
        """Brings the row up to date, by the shortest text that does."""
        scrolled = self._scroll()
        old, at = self._shown, self._column
        new, column = self.window
        if scrolled:
            start, stop = 0, len(new)
            out = "\r" if at else ""
        elif old == new:
            start = stop = at
            out = ""
        else:
            changed = (place for place, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
            start, stop = next(changed, min(len(old), len(new))), len(new)
            if len(old) == len(new):
                while old[stop - 1] == new[stop - 1]:
                    stop -= 1
            out = old[at:start] + "\b" * (at - start)
        gone = max(0, len(old) - len(new))
        at = stop + gone
        out += new[start:stop] + " " * gone + new[at:column] + "\b" * (at - column)
        self._shown, self._column = new, column
        if out:
            self._echo(out)

    def _scroll(self) -> bool:
        """Shifts the window to where the cursor stands on a character, not on a `$`."""
        before, step = self._offset, min(_SHIFT, self._room // 2)
        while self._offset and self.cursor <= self._offset:
            self._offset = max(0, self._offset - step)
        while self.cursor - self._offset >= self._room - (len(self.text) > self._offset + self._room):
            self._offset += step
        return self._offset != before

    def _redraw_below(self) -> None:
        self._echo("\r\n")
        self.redraw()

    # Changes of the text

    def _type(self, text: str) -> None:
        """Inserts printable text at the cursor."""
        text = self._fit(text, 0)
        if self.hidden or self.cursor < len(self.text):
            self._replace(self.cursor, self.cursor, text)
            return
        while text:
            fits = self._room - 1 - (self.cursor - self._offset)
            piece, text = text[: max(fits, 1)], text[max(fits, 1) :]
            self.text += piece
            self.cursor += len(piece)
            if fits:
                self._shown += piece
                self._column += len(piece)
                self._echo(piece)
            else:
                self._show()

    def _fit(self, text: str, gone: int) -> str:
        """What the line takes of `text` when `gone` characters go; the rest is dropped with a bell."""
        space = max(0, _LONGEST - len(self.text) + gone)
        if len(text) > space:
            self._bell()
        return text[:space]

    def _replace(self, start: int, end: int, text: str) -> None:
        """Puts `text` where start to end was, the cursor behind it."""
        self.text = self.text[:start] + text + self.text[end:]
        self.cursor = start + len(text)
        self._show()

    def _move(self, cursor: int) -> None:
        self.cursor = min(max(cursor, 0), len(self.text))
        self._show()

    def _delete(self, start: int, end: int) -> None:
        if 0 <= start < end <= len(self.text):
            self._replace(start, end, "")

    def _kill(self, start: int, end: int) -> None:
        """Deletes, and keeps for Ctrl-Y; a password is never kept."""
        if start < end and not self.hidden:
            self._kills.appendleft(self.text[start:end])
        self._delete(start, end)

    def _yank(self, start: int, end: int, which: int) -> None:
        """Puts one of the kills (0 is the newest) where start to end was."""
        if self._kills and not self.hidden:
            which %= len(self._kills)
            self._replace(start, end, self._fit(self._kills[which], end - start))
            self._yanked = (start, which)

    def _recall(self, back: int) -> None:
        """Shows the line that is `back` lines old; 0 is the one that was being typed."""
        entries = self.history.entries if self.history and not self.hidden else []
        if not 0 <= back <= len(entries):
            self._bell()
            return
        if self._back == 0:
            self._typed = self.text
        self._back = back
        self._offset = 0
        self._replace(0, len(self.text), entries[-back] if back else self._typed)

    def _word_start(self) -> int:
        """Where the word left of the cursor begins."""
        return self.text[: self.cursor].rstrip(" ").rfind(" ") + 1

    def _word_end(self) -> int:
        """Where the word at the cursor, or the next one, ends."""
        rest = self.text[self.cursor :]
        blanks = len(rest) - len(rest.lstrip(" "))
        return self.cursor + blanks + len(rest[blanks:].partition(" ")[0])

    def _change_word(self, change: Callable[[str], str]) -> None:
        end = self._word_end()
        self._replace(self.cursor, end, change(self.text[self.cursor : end]))

    def _bell(self) -> None:
        if not self.hidden:
            self._echo("\a")

    # What the keys do

    def _enter(self) -> Event:
        text = self.text
        self._echo("\r\n")
        self._start("", "", hidden=False)
        return Line(text)

    def _end(self) -> Event:
        text = self.text
        # Two columns are needed, and none of them may be the last of the terminal.
        back = max(0, self.cursor - self._offset + 2 - self._room)
        self._echo("\r\n" if self.hidden else "\b" * back + "^Z\r\n")
        self._start("", "", hidden=False)
        return End(text)

    def _transpose(self) -> None:
        """Swaps the characters left of and at the cursor (at the end of the line the last two)."""
        place = min(self.cursor, len(self.text) - 1)
        if place > 0:
            self._replace(place - 1, place + 1, self.text[place] + self.text[place - 1])

    def _yank_older(self) -> None:
        if self._yanked:
            start, which = self._yanked
            self._yank(start, self.cursor, which + 1)

    def _quote(self) -> None:
        self._quoted = True


def _capital(word: str) -> str:
    first = len(word) - len(word.lstrip(" "))
    return word[:first] + word[first : first + 1].translate(_UPPER) + word[first + 1 :]


_ACTIONS: dict[KeyKind, Callable[[Editor], Event | None]] = {
    KeyKind.ENTER: Editor._enter,
    KeyKind.QUESTION: lambda line: Help(line.text[: line.cursor]),
    KeyKind.TAB: lambda line: None if line.hidden else Complete(line.text[: line.cursor]),
    KeyKind.CTRL_C: lambda _: Interrupt(),
    KeyKind.CTRL_Z: Editor._end,
    KeyKind.BREAK: lambda _: Break(),
    KeyKind.CTRL_A: lambda line: line._move(0),
    KeyKind.HOME: lambda line: line._move(0),
    KeyKind.CTRL_E: lambda line: line._move(len(line.text)),
    KeyKind.END: lambda line: line._move(len(line.text)),
    KeyKind.CTRL_B: lambda line: line._move(line.cursor - 1),
    KeyKind.LEFT: lambda line: line._move(line.cursor - 1),
    KeyKind.CTRL_F: lambda line: line._move(line.cursor + 1),
    KeyKind.RIGHT: lambda line: line._move(line.cursor + 1),
    KeyKind.ESC_B: lambda line: line._move(line._word_start()),
    KeyKind.ESC_F: lambda line: line._move(line._word_end()),
    KeyKind.BACKSPACE: lambda line: line._delete(line.cursor - 1, line.cursor),
    KeyKind.CTRL_D: lambda line: line._delete(line.cursor, line.cursor + 1),
    KeyKind.DELETE: lambda line: line._delete(line.cursor, line.cursor + 1),
    KeyKind.CTRL_K: lambda line: line._kill(line.cursor, len(line.text)),
    KeyKind.CTRL_U: lambda line: line._kill(0, line.cursor),
    KeyKind.CTRL_X: lambda line: line._kill(0, line.cursor),
    KeyKind.CTRL_W: lambda line: line._kill(line._word_start(), line.cursor),
    KeyKind.ESC_D: lambda line: line._kill(line.cursor, line._word_end()),
    KeyKind.CTRL_Y: lambda line: line._yank(line.cursor, line.cursor, 0),
    KeyKind.ESC_Y: Editor._yank_older,
    KeyKind.CTRL_T: Editor._transpose,
    KeyKind.ESC_C: lambda line: line._change_word(_capital),
    KeyKind.ESC_L: lambda line: line._change_word(lambda word: word.translate(_LOWER)),
    KeyKind.ESC_U: lambda line: line._change_word(lambda word: word.translate(_UPPER)),
    KeyKind.CTRL_P: lambda line: line._recall(line._back + 1),
    KeyKind.UP: lambda line: line._recall(line._back + 1),
    KeyKind.CTRL_N: lambda line: line._recall(line._back - 1),
    KeyKind.DOWN: lambda line: line._recall(line._back - 1),
    KeyKind.CTRL_L: Editor._redraw_below,
    KeyKind.CTRL_R: Editor._redraw_below,
    KeyKind.CTRL_V: Editor._quote,
    KeyKind.ESC_Q: Editor._quote,
}
