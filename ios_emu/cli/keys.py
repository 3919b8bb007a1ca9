"""What a terminal sends, bytes, read as keys.

The rules. Bytes may be split between two feeds at any place: the keys are the same. CR, LF, CR LF and
CR NUL are one Enter; a CR is an Enter at once, and the LF or NUL that follows it is dropped when it comes.
NUL alone (a keepalive) is no key. Text is Latin-1, so that every byte has a meaning and nothing raises.
An escape sequence that is not finished waits for its rest; one that no key has is dropped whole.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple


class KeyKind(Enum):
    """What was pressed. `CTRL_H`, `CTRL_I`, `CTRL_J` and `CTRL_M` are Backspace, Tab and Enter."""

    TEXT = auto()
    ENTER = auto()
    QUESTION = auto()
    TAB = auto()
    BACKSPACE = auto()
    DELETE = auto()
    UP = auto()
    DOWN = auto()
    LEFT = auto()
    RIGHT = auto()
    HOME = auto()
    END = auto()
    BREAK = auto()
    CTRL_A = auto()
    CTRL_B = auto()
    CTRL_C = auto()
    CTRL_D = auto()
    CTRL_E = auto()
    CTRL_F = auto()
    CTRL_G = auto()
    CTRL_K = auto()
    CTRL_L = auto()
    CTRL_N = auto()
    CTRL_O = auto()
    CTRL_P = auto()
    CTRL_Q = auto()
    CTRL_R = auto()
    CTRL_S = auto()
    CTRL_T = auto()
    CTRL_U = auto()
    CTRL_V = auto()
    CTRL_W = auto()
    CTRL_X = auto()
    CTRL_Y = auto()
    CTRL_Z = auto()
    ESC_B = auto()
    ESC_C = auto()
    ESC_D = auto()
    ESC_F = auto()
    ESC_L = auto()
    ESC_Q = auto()
    ESC_U = auto()
    ESC_Y = auto()
    UNKNOWN = auto()


class Key(NamedTuple):
    """One key, or a run of printable ones: `text` is empty unless the kind is TEXT."""

    kind: KeyKind
    text: str = ""


_BREAK = "\x1e"
_ESCAPE = "\x1b"
# A run of printable characters; `?` acts at once, so it is never part of one. The bound keeps reading
# such a run one character at a time linear.
_TEXT = re.compile(r"[ ->@-~\xa0-\xff]{1,256}")
# CSI (the Linux console has `ESC [ [ A` as well), SS3, and Esc with a letter. A group that matched is the
# last byte of a whole sequence. The bounds end sequences that never do.
_SEQUENCE = re.compile(r"\x1b(?:\[\[?[0-?]{0,32}[ -/]{0,4}([@-~])?|O([@-~])?|([ -~]))?")

_SINGLES = {
    "\r": Key(KeyKind.ENTER),
    "\n": Key(KeyKind.ENTER),
    "?": Key(KeyKind.QUESTION),
    "\t": Key(KeyKind.TAB),
    "\b": Key(KeyKind.BACKSPACE),
    "\x7f": Key(KeyKind.BACKSPACE),
    _BREAK: Key(KeyKind.BREAK),
} | {chr(ord(letter) & 0x1F): Key(KeyKind[f"CTRL_{letter}"]) for letter in "ABCDEFGKLNOPQRSTUVWXYZ"}
_FINALS = {
    "A": Key(KeyKind.UP),
    "B": Key(KeyKind.DOWN),
    "C": Key(KeyKind.RIGHT),
    "D": Key(KeyKind.LEFT),
    "H": Key(KeyKind.HOME),
    "F": Key(KeyKind.END),
}
_NUMBERED = {
    "1": KeyKind.HOME,
    "7": KeyKind.HOME,
    "3": KeyKind.DELETE,
    "4": KeyKind.END,
    "8": KeyKind.END,
}
_SEQUENCES = (
    {f"\x1b{lead}{final}": key for lead in "[O" for final, key in _FINALS.items()}
    | {f"\x1b[{number}~": Key(kind) for number, kind in _NUMBERED.items()}
    | {f"\x1b{letter}": Key(KeyKind[f"ESC_{letter.upper()}"]) for letter in "bcdflquyBCDFLQUY"}
)
_UNKNOWN = Key(KeyKind.UNKNOWN)


class KeyReader:
    """Bytes in, keys out."""

    def __init__(self) -> None:
        self._fed: list[str] = []
        self._buffer = ""
        self._position = 0
        self._after_cr = False
        self._break_fed = False

    def feed(self, data: bytes) -> None:
        """Appends what the terminal sent."""
        text = data.decode("latin-1")
        self._fed.append(text)
        if _BREAK in text:
            self._break_fed = True

    def next(self, single: bool = False) -> Key | None:
        """The next key, or None when no whole one waits; with `single` a TEXT key is one character."""
        found = self._look()
        if found is None:
            return None
        key, end = found
        if single and len(key.text) > 1:
            self._position += 1
            return Key(KeyKind.TEXT, key.text[0])
        self._after_cr = self._buffer[end - 1] == "\r"
        self._position = end
        return key

    @property
    def waiting(self) -> int:
        """How many bytes wait."""
        return len(self._buffer) - self._position + sum(map(len, self._fed))

    @property
    def pending(self) -> bool:
        """Whether `next` has a key to give."""
        return self._look() is not None

    def take_break(self) -> bool:
        """Whether a BREAK (Ctrl-Shift-6) waits: drops the first one and everything before it."""
        if not self._break_fed:
            return False
        self._load()
        place = self._buffer.find(_BREAK, self._position)
        if place >= 0:
            self._position = place + 1
            self._after_cr = False
        self._break_fed = self._buffer.find(_BREAK, self._position) >= 0
        return place >= 0

    def clear(self) -> None:
        """Drops whatever waits."""
        self._load()
        if self._position < len(self._buffer):
            self._after_cr = self._buffer[-1] == "\r"
        self._position = len(self._buffer)
        self._break_fed = False

    def _look(self) -> tuple[Key, int] | None:
        """The next key and where it ends; steps over what is no key."""
        while True:
            if self._position >= len(self._buffer):
                if not self._fed:
                    return None
                self._load()
                continue
            char = self._buffer[self._position]
            if self._after_cr:
                self._after_cr = False
                if char == "\n":
                    self._position += 1
                    continue
            if match := _TEXT.match(self._buffer, self._position):
                return Key(KeyKind.TEXT, match[0]), match.end()
            if char == "\0":
                self._position += 1
                continue
            if char != _ESCAPE:
                return _SINGLES.get(char, _UNKNOWN), self._position + 1
            sequence = _SEQUENCE.match(self._buffer, self._position)
            assert sequence is not None, "the pattern fits whatever begins with ESC"
            finished = sequence.lastindex is not None
            if not finished and sequence.end() == len(self._buffer):
                if not self._fed:
                    return None
                self._load()
                continue
            if key := _SEQUENCES.get(sequence[0]):
                return key, sequence.end()
            if sequence[3] or len(sequence[0]) == 1:
                return _UNKNOWN, sequence.end()
            self._position = sequence.end()

    def _load(self) -> None:
        """Joins what was fed to the rest of the buffer."""
        self._buffer = self._buffer[self._position :] + "".join(self._fed)
        self._position = 0
        self._fed.clear()
