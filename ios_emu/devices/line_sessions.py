"""Who is on the router's terminal lines: each session in use is listed here by the number of its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

Peer = IPv4Address | IPv6Address
"""Where a session comes from: on the wire IPv4, at a door of this machine either."""


@dataclass(slots=True)
class LineSession:
    """A session on a line. `name` is `con 0` or `vty 3`; `peer` is where it comes from, over the network.

    `user` tells who logged in, `hosts` the open connections, `idle` the nanoseconds since the last key,
    `active` those since the session began.
    `show` prints a text on the terminal, `close` hangs up. `terminal_type` is what the client calls its own.
    """

    number: int
    name: str
    peer: Peer | None
    user: Callable[[], str]
    hosts: Callable[[], list[str]]
    idle: Callable[[], int]
    active: Callable[[], int]
    show: Callable[[str], None]
    close: Callable[[], None]
    terminal_type: str = ""


class LineSessions:
    """The sessions of one router, and how often each line was used."""

    def __init__(self) -> None:
        self._open: dict[int, LineSession] = {}
        self._uses: dict[int, int] = {}

    def __iter__(self) -> Iterator[LineSession]:
        return iter([self._open[number] for number in sorted(self._open)])

    def begin(self, session: LineSession) -> None:
        """Somebody is on that line."""
        self._open[session.number] = session
        self._uses[session.number] = self.uses(session.number) + 1

    def end(self, number: int) -> None:
        """Nobody is, any more."""
        self._open.pop(number, None)

    def on(self, number: int) -> LineSession | None:
        """The session on the line of that number."""
        return self._open.get(number)

    def uses(self, number: int) -> int:
        """How many sessions that line had."""
        return self._uses.get(number, 0)
