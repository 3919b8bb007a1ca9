"""The virtual terminals of a router: telnet sessions over the emulated wire, at TCP port 23."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ios_emu.devices.lines import FIRST_VTY_LINE
from ios_emu.devices.router import Router

if TYPE_CHECKING:
    from ios_emu.cli.reader import Reader
    from ios_emu.lab.vty_session import VtySession
    from ios_emu.stack.tcp import TcpStack
    from ios_emu.stack.tcp_connection import TcpSocket

PORT = 23


class VtyLines:
    """The VTYs of `router`: each connection gets the first line that is free and takes telnet."""

    def __init__(self, router: Router, read: Callable[[], Reader]) -> None:
        self.router = router
        self._read = read
        self._sessions: dict[int, VtySession] = {}
        router.network.with_tcp(self._listen)

    def close_all(self) -> None:
        """The router boots: every session is gone."""
        for session in list(self._sessions.values()):
            session.close()

    def _listen(self, tcp: TcpStack) -> None:
        tcp.listen(PORT, self._accept, admits=lambda: self._free_line() is not None)

    def _free_line(self) -> int | None:
        for number, settings in enumerate(self.router.config.lines.vtys):
            transport = settings.transport_input
            takes = transport is None or transport in ("all",) or "telnet" in transport.split()
            if takes and number not in self._sessions:
                return number
        return None

    def _accept(self, socket: TcpSocket) -> None:
        number = self._free_line()
        if number is None:
            socket.abort()
            return
        from ios_emu.lab.vty_session import VtySession

        self._sessions[number] = VtySession(self, number, socket, self._read)

    def release(self, number: int) -> None:
        """The session on a line is over."""
        self._sessions.pop(number, None)
        self.router.line_sessions.end(FIRST_VTY_LINE + number)
