"""The command prompt of a host as a console: bytes in, bytes out, for as long as the lab runs."""

from __future__ import annotations

from collections.abc import Callable

from ios_emu.cli.dialogue import Dialogue, Say
from ios_emu.cli.host_shell import BANNER, HostShell
from ios_emu.cli.session import Session
from ios_emu.cli.shared import shared_reader
from ios_emu.devices.host import Host
from ios_emu.lab.output import Output


def new_host_shell(host: Host) -> HostShell:
    """An interpreter of its own for each prompt."""
    from ios_emu.cli.commands.host_table import HOST_HANDLERS

    return HostShell(host, shared_reader, HOST_HANDLERS)


class HostConsole:
    """The prompt of `host`."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._output = Output()
        self._session: Session | None = None

    def attach(self, listener: Callable[[bytes], None]) -> Callable[[], None]:
        """Adds a terminal; call what is returned to take it away. The first one finds the prompt open."""
        if self._session is None:
            self.power_on()
        return self._output.attach(listener)

    def receive(self, data: bytes) -> None:
        """Takes what was typed."""
        if self._session is not None:
            self._session.receive(data)

    def set_paging(self, paging: bool) -> None:
        """A host's prompt has no pages."""

    def power_on(self) -> None:
        """Opens a new prompt."""
        if self._session is not None:
            self._session.close()
        session = self._session = Session(new_host_shell(self.host), self.host.clock, self._output.send)
        session.start(_banner())

    @property
    def type_ahead(self) -> int:
        """How many bytes were typed that its session has not come to yet."""
        return self._session.type_ahead if self._session is not None else 0

    @property
    def waits_for_input(self) -> bool:
        """Does nothing happen here before somebody types?"""
        return self._session is None or self._session.waits_for_input


def _banner() -> Dialogue:
    yield Say(BANNER)
    return ""
