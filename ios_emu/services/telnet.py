"""Telnet (RFC 854, 855, 857, 858, 1073, 1091): options and commands taken out of a stream of bytes.

The rules. Nobody ever waits for a negotiation: data flows from the first byte. A server says what it wants
once, at the beginning, and answers each option at most once; a client answers what it is asked, each once.
A subnegotiation is swallowed up to a cap, and is given up at the end of a line: a stream that opens one and
never closes it is still heard. Bytes of any kind are never an error.
"""

from __future__ import annotations

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

GREETING = bytes(
    (IAC, WILL, ECHO, IAC, WILL, SUPPRESS_GO_AHEAD, IAC, DO, TERMINAL_TYPE, IAC, DO, WINDOW_SIZE)
)
"""What a server says first: it echoes, nobody says go-ahead, and what kind of terminal is that?"""


class Signal(Enum):
    """What a command of telnet says that is no option."""

    BREAK = auto()
    INTERRUPT = auto()
    ARE_YOU_THERE = auto()


@dataclass(slots=True)
class Received:
    """What was in a piece of the stream: its data, and what was said besides."""

    data: bytes = b""
    signals: list[Signal] = field(default_factory=list)
    window: tuple[int, int] | None = None
    """Columns and rows."""
    terminal: str | None = None


class _State(Enum):
    DATA = auto()
    COMMAND = auto()
    OPTION = auto()
    SUBNEGOTIATION = auto()
    SUBNEGOTIATION_COMMAND = auto()


class Telnet:
    """One end of a connection. `answer` sends negotiation to the other end.

    `accepted` are the options that this end takes part in, as (command, option): (DO, ECHO) is asked by the
    other end and answered WILL.
    """

    def __init__(self, answer: Callable[[bytes], None], accepted: frozenset[tuple[int, int]]) -> None:
        self._answer = answer
        self._accepted = accepted
        self._answered: set[tuple[int, int]] = set()
        self._state = _State.DATA
        self._command = 0
        self._subnegotiation = bytearray()

    def expect(self, *answers: tuple[int, int]) -> None:
        """These are answers to what this end has said: they are not answered again."""
        self._answered.update(answers)

    def feed(self, data: bytes) -> Received:
        """Takes a piece of the stream; returns what it held for the user of this end."""
        received = Received()
        if self._state is _State.DATA and IAC not in data:
            received.data = data
            return received
        out = bytearray()
        for byte in data:
            self._take(byte, out, received)
        received.data = bytes(out)
        return received

    def _take(self, byte: int, out: bytearray, received: Received) -> None:
        match self._state:
            case _State.DATA:
                if byte == IAC:
                    self._state = _State.COMMAND
                else:
                    out.append(byte)
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

    def _take_command(self, byte: int, out: bytearray, received: Received) -> None:
        self._state = _State.DATA
        if byte in _COMMANDS:
            self._command, self._state = byte, _State.OPTION
        elif byte == SB:
            self._subnegotiation.clear()
            self._state = _State.SUBNEGOTIATION
        elif byte == IAC:
            out.append(IAC)
        elif byte == BRK:
            received.signals.append(Signal.BREAK)
        elif byte == IP:
            received.signals.append(Signal.INTERRUPT)
        elif byte == AYT:
            received.signals.append(Signal.ARE_YOU_THERE)

    def _take_option(self, command: int, option: int) -> None:
        if (command, option) in self._answered or command in (WONT, DONT):
            return
        self._answered.add((command, option))
        agrees = (command, option) in self._accepted
        yes, no = (WILL, WONT) if command == DO else (DO, DONT)
        self._answer(bytes((IAC, yes if agrees else no, option)))

    def _take_subnegotiation(self, byte: int, out: bytearray) -> None:
        if byte == IAC:
            self._state = _State.SUBNEGOTIATION_COMMAND
        elif byte in (_CR, _LF):
            # A carriage return can be part of a window's size; behind one that is complete it is an Enter.
            if (
                self._subnegotiation[:1] == bytes((WINDOW_SIZE,))
                and len(self._subnegotiation) < _WINDOW_LENGTH
            ):
                self._keep(byte)
                return
            # It was never closed: somebody types again.
            self._state = _State.DATA
            out.append(byte)
        else:
            self._keep(byte)

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
    end = Telnet(answer, frozenset({(DO, ECHO), (DO, SUPPRESS_GO_AHEAD), (WILL, SUPPRESS_GO_AHEAD)}))
    end.expect((DO, ECHO), (DO, SUPPRESS_GO_AHEAD), (WILL, TERMINAL_TYPE), (WILL, WINDOW_SIZE))
    return end


def client(answer: Callable[[bytes], None]) -> Telnet:
    """A client's end: the server may echo, and nobody says go-ahead."""
    return Telnet(answer, frozenset({(WILL, ECHO), (WILL, SUPPRESS_GO_AHEAD), (DO, SUPPRESS_GO_AHEAD)}))


def escape(data: bytes) -> bytes:
    """Data as it goes into the stream: its 0xFF bytes doubled."""
    return data.replace(b"\xff", b"\xff\xff")
