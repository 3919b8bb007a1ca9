"""The telnet connections of one session: numbered from 1, one of them the current one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ios_emu.services.telnet_client import TelnetClient

MOST = 16


@dataclass(slots=True)
class Connection:
    """A connection; `name` is the host as it was typed."""

    number: int
    name: str
    client: TelnetClient


class Connections:
    """Those that are open. The current one is the last that was used."""

    def __init__(self) -> None:
        self._open: dict[int, Connection] = {}
        self._current: int | None = None

    def __iter__(self) -> Iterator[Connection]:
        self._forget_closed()
        return iter([self._open[number] for number in sorted(self._open)])

    @property
    def current(self) -> Connection | None:
        """The connection that an empty line resumes."""
        self._forget_closed()
        return None if self._current is None else self._open.get(self._current)

    def add(self, name: str, client: TelnetClient) -> Connection:
        """Notes a new connection. Raises ValueError when there are too many."""
        self._forget_closed()
        number = next((free for free in range(1, MOST + 1) if free not in self._open), None)
        if number is None:
            raise ValueError("too many connections")
        connection = self._open[number] = Connection(number, name, client)
        self._current = number
        return connection

    def find(self, which: str | None) -> Connection | None:
        """The connection of that number or name; without one, the current."""
        if which is None:
            return self.current
        return next((one for one in self if which in (str(one.number), one.name)), None)

    def use(self, connection: Connection) -> None:
        """It is the current one from now on."""
        self._current = connection.number

    def remove(self, connection: Connection) -> None:
        """It is closed."""
        if self._open.get(connection.number) is connection:
            del self._open[connection.number]
        if self._current == connection.number:
            self._current = max(self._open, default=None)

    def close_all(self) -> None:
        """The session is over."""
        for connection in self:
            connection.client.close()
        self._open.clear()
        self._current = None

    def _forget_closed(self) -> None:
        for connection in [one for one in self._open.values() if not one.client.alive]:
            self.remove(connection)
