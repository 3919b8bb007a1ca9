"""What is typed while the terminal is connected to another device: all of it goes there, but the escape.

The escape character is Ctrl-Shift-6 (0x1e). Followed by `x` it suspends the connection; twice, it is sent
once; followed by anything else, both are dropped, as IOS does with escapes that it does not know.
"""

from __future__ import annotations

from collections.abc import Callable

_ESCAPE = 0x1E


class RelayKeys:
    """Looks for the escape in what is typed; `suspend` is called when it was."""

    def __init__(self, send: Callable[[bytes], None], suspend: Callable[[], None]) -> None:
        self._send = send
        self._suspend = suspend
        self._escaped = False

    def feed(self, data: bytes) -> bytes:
        """Takes keys; returns those that were typed behind the escape."""
        sent = bytearray()
        for position, byte in enumerate(data):
            if self._escaped:
                self._escaped = False
                if byte in b"xX":
                    self._flush(sent)
                    self._suspend()
                    return data[position + 1 :]
                if byte == _ESCAPE:
                    sent.append(byte)
            elif byte == _ESCAPE:
                self._escaped = True
            else:
                sent.append(byte)
        self._flush(sent)
        return b""

    def _flush(self, sent: bytearray) -> None:
        if sent:
            self._send(bytes(sent))
