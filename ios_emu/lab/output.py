"""What a console shows, given to every terminal on it; kept for the next one while there is none."""

from __future__ import annotations

from collections.abc import Callable

_MOST_UNSEEN = 65536

Listener = Callable[[bytes], None]


class Output:
    """The listeners of one console, and the last 64 KiB that nobody has seen."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._unseen = bytearray()

    def attach(self, listener: Listener) -> Callable[[], None]:
        """Adds a terminal: it gets all bytes from now on, and what nobody saw so far.

        Call what is returned to take it away.
        """
        self._listeners.append(listener)
        if self._unseen:
            listener(bytes(self._unseen))
            self._unseen.clear()
        return lambda: self._listeners.remove(listener)

    def send(self, data: bytes) -> None:
        """Shows bytes."""
        if not self._listeners:
            self._unseen += data
            del self._unseen[:-_MOST_UNSEEN]
        for listener in list(self._listeners):
            listener(data)
