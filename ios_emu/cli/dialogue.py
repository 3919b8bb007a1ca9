"""What a command that asks says to the session that runs it.

A handler that only answers returns its text, or an Output that makes it while it is shown. One that asks,
waits or speaks in between is a generator: it yields these steps, is sent the answers, and returns its last
text.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from ios_emu.clock import MILLISECOND, Signal

# It is more than a part of the work takes: at the wall clock's pace, who falls behind would have ever longer
# parts to do at once.
BREATH = 10 * MILLISECOND
"""How long a command with much to do lets others go first, between two parts of it."""


class Kind(Enum):
    """How a question is answered."""

    LINE = auto()
    HIDDEN = auto()
    KEY = auto()
    """One key alone: `[confirm]`. Enter answers with an empty text."""
    RETURN = auto()
    """Enter alone; other keys do nothing and are not echoed."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question: the generator is sent the answer as text, or is thrown Interrupted.

    `patience` is how many seconds are given for the answer; behind them TimedOut is thrown. 0 is no limit.
    """

    prompt: str
    kind: Kind = Kind.LINE
    patience: int = 0


class EndedText(str):
    """The answer to a question that Ctrl-Z ended; Enter gives a plain text."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Say:
    """Text for the terminal, at once."""

    text: str


class Departure(Enum):
    """How one left the other end of a Relay."""

    SUSPENDED = auto()
    """Ctrl-Shift-6 x: the connection stays."""
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class Relay:
    """The terminal now talks to another device: `send` gets what is typed.

    `attach` is given where the other end's bytes go, and what to call when it has ended. The generator is
    sent the Departure.
    """

    send: Callable[[bytes], None]
    attach: Callable[[Callable[[bytes], None], Callable[[], None]], None]


@dataclass(frozen=True, slots=True)
class Linger:
    """Sleeps that many nanoseconds, but nobody waits for it: a lab that has only this left is idle."""

    duration: int


class Interrupted(Exception):
    """Thrown into a dialogue: Ctrl-C at a question, Ctrl-Shift-6 while it waits."""


class TimedOut(Exception):
    """Thrown into a dialogue: nobody answered its question in time."""


Step = Ask | Say | Relay | Linger | Signal | int
"""A plain number sleeps that many nanoseconds of lab time."""


@dataclass(frozen=True, slots=True)
class Output:
    """Long text that is made while it is shown: lines without their ends, as the terminal takes them.

    `None` between two lines is where others may go first: nobody is to wait for all of it.
    """

    lines: Iterator[str | None]


Dialogue = Generator[Step, Any, str]
Reply = str | Dialogue
Answer = Reply | Output
"""What a command gives: its text, a text that is made while it is shown, or a dialogue."""
