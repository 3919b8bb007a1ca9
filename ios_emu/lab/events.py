"""What happens on the wire of a lab: one row each time a frame reaches a device.

The rules. A frame that was lost on its cable has reached nobody. Nothing is read into a frame before somebody
asks for the row. The newest rows are kept, up to a number and a size; rows keep their numbers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ios_emu.clock import SECOND
from ios_emu.lab.event_text import Decoded, decode

if TYPE_CHECKING:
    from ios_emu.lab.topology import Lab, LabCable
    from ios_emu.stack.cable import Port

MOST_ROWS = 50_000
MOST_BYTES = 64_000_000


@dataclass(frozen=True)
class Event:
    """A frame that reached a device. `time` is lab time; the ends are `DEVICE:PORT`."""

    number: int
    time: int
    last_end: str
    at_end: str
    frame: bytes

    @property
    def last(self) -> str:
        """The device that the frame comes from."""
        return self.last_end.partition(":")[0]

    @property
    def at(self) -> str:
        """The device that it has reached."""
        return self.at_end.partition(":")[0]

    @cached_property
    def decoded(self) -> Decoded:
        """What the frame says."""
        return decode(self.frame)

    @property
    def kind(self) -> str:
        """The type that the list shows: ARP, ICMP, TCP, SMTP..."""
        return self.decoded.kind

    @property
    def info(self) -> str:
        """The frame in one line."""
        return self.decoded.info

    def as_dict(self) -> dict[str, object]:
        """For programs."""
        return {
            "number": self.number,
            "time": self.time / SECOND,
            "last": self.last_end,
            "at": self.at_end,
            "type": self.kind,
            "info": self.info,
            "frame": self.frame.hex(),
        }


Listener = Callable[[Event], None]


class Events:
    """The rows of one lab, from the moment on that somebody first asked for them."""

    def __init__(self, lab: Lab) -> None:
        self.listeners: list[Listener] = []
        self._rows: deque[tuple[int, int, str, str, bytes]] = deque()
        self._bytes = 0
        self._number = 0
        self._known: dict[int, Event] = {}
        self._ends = lab.ends
        for wired in lab.cables:
            self.watch(wired)

    def watch(self, wired: LabCable) -> None:
        """Looks at one more cable."""
        wired.cable.arrivals.append(self._arrive)

    def __iter__(self) -> Iterator[Event]:
        for row in list(self._rows):
            yield self._event(row)

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, number: int) -> Event | None:
        """The row of that number; None when it was never there, or is no more."""
        if not self._rows or not self._rows[0][0] <= number <= self._number:
            return None
        return self._event(self._rows[number - self._rows[0][0]])

    @property
    def last_number(self) -> int:
        """The number of the newest row."""
        return self._number

    def clear(self) -> None:
        """Forgets all rows; the next one is number 1."""
        self._rows.clear()
        self._known.clear()
        self._bytes = self._number = 0

    def _event(self, row: tuple[int, int, str, str, bytes]) -> Event:
        event = self._known.get(row[0])
        if event is None:
            event = self._known[row[0]] = Event(*row)
        return event

    def _arrive(self, time: int, source: Port, target: Port, frame: bytes) -> None:
        self._number += 1
        row = (self._number, time, self._ends[source], self._ends[target], frame)
        self._rows.append(row)
        self._bytes += len(frame)
        while len(self._rows) > MOST_ROWS or self._bytes > MOST_BYTES:
            number, _, _, _, old = self._rows.popleft()
            self._bytes -= len(old)
            self._known.pop(number, None)
        for listener in self.listeners:
            listener(self._event(row))


def events_table(rows: Iterator[Event] | list[Event]) -> str:
    """The list: number, lab time in seconds, last device, at device, type, info."""
    shown = list(rows)
    if not shown:
        return "nothing has reached a device\n"
    last = max(len("Last"), *(len(row.last) for row in shown))
    at = max(len("At"), *(len(row.at) for row in shown))
    text = f"{'No.':>6}  {'Time':>12}  {'Last':<{last}}  {'At':<{at}}  {'Type':<7} Info\n"
    return text + "".join(event_line(row, last, at) for row in shown)


def event_line(row: Event, last: int = 12, at: int = 12) -> str:
    """One row of the list."""
    time = f"{row.time / SECOND:.6f}"
    return f"{row.number:>6}  {time:>12}  {row.last:<{last}}  {row.at:<{at}}  {row.kind:<7} {row.info}\n"
