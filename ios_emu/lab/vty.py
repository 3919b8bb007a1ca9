"""The virtual terminals of a router: telnet sessions over the emulated wire, at TCP port 23, and SSH.

Which line a session gets is decided here: the first that is free and takes its protocol.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ios_emu.devices.ios_device import IosDevice

if TYPE_CHECKING:
    from ios_emu.cli.reader import Reader
    from ios_emu.devices.lines import LineSettings
    from ios_emu.stack.tcp import TcpStack
    from ios_emu.stack.tcp_connection import TcpSocket

PORT = 23


class OnLine(Protocol):
    """What has a line, from the login on."""

    def close(self) -> None:
        """Ends the session and its connection."""


class VtyLines:
    """The VTYs of `device`; `read` gives the reader of commands."""

    def __init__(self, device: IosDevice, read: Callable[[], Reader]) -> None:
        self.device = device
        self.read = read
        self._taken: dict[int, OnLine] = {}
        device.network.with_tcp(self._listen)

    def close_all(self) -> None:
        """The router boots: every session is gone."""
        for session in list(self._taken.values()):
            session.close()

    def free_line(
        self, protocol: str, admits: Callable[[LineSettings], bool] = lambda settings: True
    ) -> int | None:
        """The first line that nobody has, that takes `telnet` or `ssh` and `admits` whoever comes.

        None where there is none.
        """
        for number, settings in enumerate(self.device.config.lines.vtys):
            transport = settings.transport_input
            takes = transport in (None, "all") or protocol in transport.split()
            if takes and number not in self._taken and admits(settings):
                return number
        return None

    def _telnet_line(self, remote: int, port: int, *, counts: bool) -> int | None:
        """The line of a telnet client: `access-class LIST in` may refuse it. `counts`: its SYN has come."""
        answers: dict[str, bool] = {}

        def admits(settings: LineSettings) -> bool:
            access_class = settings.access_classes.get("in")
            if access_class is None:
                return True
            name = access_class.access_list
            if name not in answers:
                from ios_emu.wire.ipv4 import TCP, Ipv4Packet

                # IOS does not say to which of its addresses the client came.
                head = port.to_bytes(2) + PORT.to_bytes(2)
                packet = Ipv4Packet(remote, 0, TCP, head)
                answers[name] = self.device.network.filters.admits(name, packet, counts=counts)
            return answers[name]

        return self.free_line("telnet", admits)

    def holds(self, number: int, session: OnLine) -> bool:
        """Is the line still that session's?"""
        return self._taken.get(number) is session

    def take(self, number: int, session: OnLine) -> None:
        """The line belongs to that session."""
        self._taken[number] = session

    def release(self, number: int) -> None:
        """The session on a line is over."""
        self._taken.pop(number, None)
        self.device.line_sessions.end(self.device.config.lines.first_vty + number)

    def _listen(self, tcp: TcpStack) -> None:
        tcp.listen(
            PORT,
            self._accept,
            admits=lambda remote, port: self._telnet_line(remote, port, counts=True) is not None,
        )

    def _accept(self, socket: TcpSocket) -> None:
        number = self._telnet_line(socket.remote, socket.remote_port, counts=False)
        if number is None:
            socket.abort()
            return
        from ios_emu.lab.vty_session import VtySession

        VtySession(self, number, socket)
