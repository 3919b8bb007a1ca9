"""Telnet (RFC 854, 855, 857, 858, 1073, 1091): options and commands taken out of a stream of bytes.

The rules. Nobody ever waits for a negotiation: data flows from the first byte. A server says what it wants
once, at the beginning, and answers each option at most once, and of those that it did not name only the first
few: some clients take what comes after ten commands for data. A client answers what it is asked, each once.
A subnegotiation is swallowed, and kept up to a cap; it is given up at the end of a line, or when `give_up`
says that it has taken too long: a stream that opens one and never closes it is still heard. Bytes of any kind
are never an error, and how the stream is cut into pieces makes no difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

IAC, DONT, DO, WONT, WILL, SB = 255, 254, 253, 252, 251, 250
AYT, IP, BRK, NOP, SE = 246, 244, 243, 241, 240
ECHO, SUPPRESS_GO_AHEAD, TERMINAL_TYPE, WINDOW_SIZE = 1, 3, 24, 31

_MOST_SUBNEGOTIATION = 64
_WINDOW_LENGTH = 5
_CR, _LF = 13, 10
_COMMANDS = (WILL, WONT, DO, DONT)

# Data up to the next command, with the bytes 0xFF in it that are doubled. Possessive: it never goes back.
_DATA = re.compile(rb"(?:[^\xff]++|\xff\xff)*+")
# Options one after the other, for an end that has said all it ever answers to one.
_OPTIONS = re.compile(rb"(?:\xff[\xfb-\xfe][\x00-\xff])++")
_IN_SUBNEGOTIATION = re.compile(rb"[\xff\r\n]")

GREETING = bytes(
    (IAC, WILL, ECHO, IAC, WILL, SUPPRESS_GO_AHEAD, IAC, DO, TERMINAL_TYPE, IAC, DO, WINDOW_SIZE)
)
"""What a server says first: it echoes, nobody says go-ahead, and what kind of terminal is that?"""
MOST_ANSWERS = 4
"""So many commands besides its greeting does a server send in all."""
_WHICH_TERMINAL = bytes((IAC, SB, TERMINAL_TYPE, 1, IAC, SE))
TOO_MANY = b"\r\n% Too many sessions: try again later\r\n"
"""What a client is told for whom there is no room at a door."""
LAB_ENDS = b"\r\n\r\n% The lab ends\r\n"
"""What a client is told when its door closes."""

# A line of keys, or as much of it as is taken at once: each Enter, `?` and Tab can make much output.
_KEYS = re.compile(rb"[^\r\n\t?]{0,63}(?:\r[\n\0]?|[^\r])")


class Signal(Enum):
    """What a command of telnet says that is no option."""

    BREAK = auto()
    INTERRUPT = auto()
    ARE_YOU_THERE = auto()


_SIGNALS = {BRK: Signal.BREAK, IP: Signal.INTERRUPT, AYT: Signal.ARE_YOU_THERE}


@dataclass(slots=True)
class Received:
    """What was in a piece of the stream: its data, and what was said besides."""

    events: list[bytes | Signal] = field(default_factory=list)
    """Data and signals in the order in which they came: a break between two keys stays between them."""
    window: tuple[int, int] | None = None
    """Columns and rows."""
    terminal: str | None = None

    @property
    def data(self) -> bytes:
        """All data, without what came between."""
        return b"".join(event for event in self.events if isinstance(event, bytes))

    @property
    def signals(self) -> list[Signal]:
        """All signals, without what came between."""
        return [event for event in self.events if isinstance(event, Signal)]


class _State(Enum):
    DATA = auto()
    COMMAND = auto()
    OPTION = auto()
    SUBNEGOTIATION = auto()
    SUBNEGOTIATION_COMMAND = auto()


class Telnet:
    """One end of a connection. `answer` sends negotiation to the other end.

    `accepted` are the options that this end takes part in, as (command, option): (DO, ECHO) is asked by the
    other end and answered WILL. With `most_answers`, what is asked after that many answers has none.
    `asks_type`: who offers to tell the type of its terminal is asked for it.
    """

    def __init__(
        self,
        answer: Callable[[bytes], None],
        accepted: frozenset[tuple[int, int]],
        most_answers: int | None = None,
        asks_type: bool = False,
    ) -> None:
        self._answer = answer
        self._asks_type = asks_type
        self._left = most_answers
        self._accepted = accepted
        self._answered: set[tuple[int, int]] = set()
        self._state = _State.DATA
        self._command = 0
        self._subnegotiation = bytearray()

    def expect(self, *answers: tuple[int, int]) -> None:
        """These are answers to what this end has said: they are not answered again."""
        self._answered.update(answers)

    @property
    def unfinished(self) -> bool:
        """Is a subnegotiation open? Who sees that gives it a second, and then calls `give_up`."""
        return self._state in (_State.SUBNEGOTIATION, _State.SUBNEGOTIATION_COMMAND)

    def give_up(self) -> None:
        """Drops the subnegotiation that is open, if one is: what comes next is data."""
        if self.unfinished:
            self._state = _State.DATA

    def feed(self, data: bytes) -> Received:
        """Takes a piece of the stream; returns what it held for the user of this end."""
        received = Received()
        out = bytearray()
        position, end = 0, len(data)
        while position < end:
            if self._state is _State.DATA:
                position = self._take_data(data, position, out)
            elif self._state is _State.SUBNEGOTIATION:
                position = self._take_content(data, position)
            if position < end:
                self._take(data[position], out, received)
                position += 1
        if out:
            received.events.append(bytes(out))
        return received

    def _take_data(self, data: bytes, position: int, out: bytearray) -> int:
        """Takes data up to the next command; returns where that is."""
        while True:
            found = _DATA.match(data, position)
            assert found is not None
            out += found[0].replace(b"\xff\xff", b"\xff")
            options = _OPTIONS.match(data, found.end()) if self._left == 0 else None
            if options is None:
                return found.end()
            position = options.end()

    def _take_content(self, data: bytes, position: int) -> int:
        """Takes the content of a subnegotiation up to a byte that may end it; returns where that is."""
        found = _IN_SUBNEGOTIATION.search(data, position)
        end = len(data) if found is None else found.start()
        room = _MOST_SUBNEGOTIATION - len(self._subnegotiation)
        self._subnegotiation += data[position : min(end, position + room)]
        return end

    def _take(self, byte: int, out: bytearray, received: Received) -> None:
        match self._state:
            case _State.DATA:
                # What _take_data stops at.
                self._state = _State.COMMAND
            case _State.COMMAND:
                self._take_command(byte, out, received)
            case _State.OPTION:
                self._state = _State.DATA
                self._take_option(self._command, byte)
            case _State.SUBNEGOTIATION:
                self._take_subnegotiation(byte, out)
            case _State.SUBNEGOTIATION_COMMAND:
                self._state = _State.SUBNEGOTIATION
                if byte == SE:
                    self._state = _State.DATA
                    self._end_subnegotiation(received)
                elif byte == IAC:
                    self._keep(byte)
                elif byte in (_CR, _LF):
                    self._take_subnegotiation(byte, out)

    def _take_command(self, byte: int, out: bytearray, received: Received) -> None:
        self._state = _State.DATA
        if byte in _COMMANDS:
            self._command, self._state = byte, _State.OPTION
        elif byte == SB:
            self._subnegotiation.clear()
            self._state = _State.SUBNEGOTIATION
        elif byte == IAC:
            out.append(IAC)
        elif byte in _SIGNALS:
            if out:
                received.events.append(bytes(out))
                out.clear()
            received.events.append(_SIGNALS[byte])

    def _take_option(self, command: int, option: int) -> None:
        if self._asks_type and (command, option) == (WILL, TERMINAL_TYPE):
            self._ask_type()
        if (command, option) in self._answered or command in (WONT, DONT):
            return
        self._answered.add((command, option))
        if self._left is not None:
            if not self._left:
                return
            self._left -= 1
        agrees = (command, option) in self._accepted
        yes, no = (WILL, WONT) if command == DO else (DO, DONT)
        self._answer(bytes((IAC, yes if agrees else no, option)))

    def _ask_type(self) -> None:
        self._asks_type = False
        cost = _WHICH_TERMINAL.count(IAC)
        if self._left is None or self._left >= cost:
            self._left = None if self._left is None else self._left - cost
            self._answer(_WHICH_TERMINAL)

    def _take_subnegotiation(self, byte: int, out: bytearray) -> None:
        content = self._subnegotiation
        if byte == IAC:
            self._state = _State.SUBNEGOTIATION_COMMAND
        elif content[:1] == bytes((WINDOW_SIZE,)) and len(content) < _WINDOW_LENGTH:
            # A carriage return can be part of a window's size; behind one that is complete it is an Enter.
            self._keep(byte)
        else:
            # It was never closed: somebody types again.
            self._state = _State.DATA
            out.append(byte)

    def _keep(self, byte: int) -> None:
        if len(self._subnegotiation) < _MOST_SUBNEGOTIATION:
            self._subnegotiation.append(byte)

    def _end_subnegotiation(self, received: Received) -> None:
        content = bytes(self._subnegotiation)
        if content[:1] == bytes((WINDOW_SIZE,)) and len(content) == _WINDOW_LENGTH:
            received.window = int.from_bytes(content[1:3]), int.from_bytes(content[3:5])
        elif content[:2] == bytes((TERMINAL_TYPE, 0)):
            received.terminal = content[2:].decode("latin-1")


def server(answer: Callable[[bytes], None]) -> Telnet:
    """A server's end, which has sent GREETING: the answers to that are no news."""
    taken = frozenset({(DO, ECHO), (DO, SUPPRESS_GO_AHEAD), (WILL, SUPPRESS_GO_AHEAD)})
    end = Telnet(answer, taken, MOST_ANSWERS, asks_type=True)
    end.expect((DO, ECHO), (DO, SUPPRESS_GO_AHEAD), (WILL, TERMINAL_TYPE), (WILL, WINDOW_SIZE))
    return end


def client(answer: Callable[[bytes], None]) -> Telnet:
    """A client's end: the server may echo, and nobody says go-ahead."""
    return Telnet(answer, frozenset({(WILL, ECHO), (WILL, SUPPRESS_GO_AHEAD), (DO, SUPPRESS_GO_AHEAD)}))


def take_keys(typed: bytearray) -> bytes:
    """Takes the first keys out of what was typed: at most 64 bytes, up to the first that makes output.

    Who has many clients gives each a few of these at a time: none of them delays the others.
    """
    found = _KEYS.match(typed)
    assert found is not None
    keys = found[0]
    del typed[: len(keys)]
    return keys


def escape(data: bytes) -> bytes:
    """Data as it goes into the stream: its 0xFF bytes doubled."""
    return data.replace(b"\xff", b"\xff\xff")
