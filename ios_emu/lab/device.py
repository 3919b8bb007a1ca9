"""The devices of a lab as one meets them: a name, a kind, and a console to type at."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from ios_emu.cli.interpreter import Interpreter
from ios_emu.cli.session import Session, State
from ios_emu.cli.shell import Shell
from ios_emu.clock import Clock
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.ios_device import IosDevice
from ios_emu.devices.lines import LineSettings
from ios_emu.devices.router import Router
from ios_emu.lab.console import Console
from ios_emu.lab.vty import VtyLines
from ios_emu.stack.cable import Port

if TYPE_CHECKING:
    from ios_emu.devices.catalyst import Catalyst
    from ios_emu.devices.host import Host
    from ios_emu.lab.host_console import HostConsole

# More questions than any command asks.
_MOST_QUESTIONS = 30
_NEVER_TIMES_OUT = LineSettings(exec_timeout=(0, 0))


Listener = Callable[[bytes], None]
Detach = Callable[[], None]


class LabConsole(Protocol):
    """A console line of a device: bytes in, bytes out."""

    def receive(self, data: bytes) -> None:
        """Takes keys."""

    def attach(self, listener: Listener) -> Detach:
        """Gives its output to `listener`; call what is returned to stop that."""

    def set_paging(self, paging: bool) -> None:
        """Whether long output stops at each page."""

    @property
    def type_ahead(self) -> int:
        """How many bytes were typed that its session has not come to yet."""

    @property
    def waits_for_input(self) -> bool:
        """Does nothing happen here before somebody types?"""


class Device(Protocol):
    """A device of the lab."""

    name: str
    kind: str

    @property
    def ports(self) -> dict[str, Port]:
        """The sockets for cables, by their full names."""

    @property
    def waits_for_input(self) -> bool:
        """Does nothing happen at its console before somebody types?"""

    def console(self) -> LabConsole:
        """The console line."""

    def run(self, command: str) -> str:
        """Types a command at a prompt of its own and returns what it prints."""

    def boot(self, quick: bool) -> None:
        """Switches the power off and on."""

    def set_dialect(self, dialect: str) -> None:
        """Makes it print as `dialect` does. Raises ValueError for one that it does not know."""


class OwnSession:
    """A session that no console shows, for `run`: commands in, their text out."""

    def __init__(self, shell: Interpreter, clock: Clock) -> None:
        shell.terminal.length = shell.terminal.width = 0
        self._clock = clock
        self._printed: list[bytes] = []
        self._session = Session(shell, clock, self._printed.append)
        self._session.start()

    def run(self, command: str) -> str:
        """Types `command` and answers its questions with Enter; the lab runs until it is idle."""
        session, clock = self._session, self._clock
        self._printed.clear()
        session.receive(command.encode("latin-1", "replace") + b"\r")
        clock.run_until_idle()
        for _ in range(_MOST_QUESTIONS):
            if session.state is not State.QUESTION:
                break
            session.receive(b"\r")
            clock.run_until_idle()
        lines = b"".join(self._printed).decode("latin-1").replace("\r\n", "\n").split("\n")
        return "\n".join(lines[1:-1])


class ConsoleDevice:
    """A device that runs IOS, with its console line and its VTYs."""

    kind: str

    def __init__(self, ios: IosDevice, console: Console, vtys: VtyLines) -> None:
        self.name = ios.name
        self.ios = ios
        self.vtys = vtys
        self._console = console
        console.on_power_on = vtys.close_all

    @property
    def ports(self) -> dict[str, Port]:
        """The sockets for cables, by their full names."""
        return {str(name): port for name, port in self.ios.network.ports.items()}

    @property
    def waits_for_input(self) -> bool:
        """Does nothing happen at its console before somebody types?"""
        return self._console.waits_for_input

    def console(self) -> Console:
        """The device's console line: bytes in, bytes out."""
        return self._console

    def boot(self, quick: bool) -> None:
        """Switches the power off and on; without `quick` the console shows the boot."""
        self._console.quick = quick
        self._console.power_on()

    def set_dialect(self, dialect: str) -> None:
        """Makes it print as `dialect` does, and starts it anew. Raises ValueError for an unknown one."""
        self.ios.dialect = Dialect(dialect)
        self._console.power_on()

    def run(self, command: str) -> str:
        """Types `command` at a privileged prompt of its own and returns what it prints.

        Questions are answered with Enter. The lab runs until it is idle.
        """
        return self._own_session.run(command)

    @cached_property
    def _own_session(self) -> OwnSession:
        shell = Shell(self.ios, level=15, line=lambda _: _NEVER_TIMES_OUT)
        return OwnSession(shell, self.ios.clock)


class RouterDevice(ConsoleDevice):
    """A 2811."""

    kind = "2811"

    def __init__(self, router: Router, console: Console, vtys: VtyLines) -> None:
        super().__init__(router, console, vtys)
        self.router = router


class HostDevice:
    """A PC or a server."""

    def __init__(self, host: Host) -> None:
        self.name = host.name
        self.kind = host.kind
        self.host = host
        # A lab of routers alone does not wait for what hosts need.
        from ios_emu.lab.host_console import HostConsole

        self._console = HostConsole(host)

    @property
    def ports(self) -> dict[str, Port]:
        """The one port."""
        return {self.host.port.name: self.host.port}

    @property
    def waits_for_input(self) -> bool:
        """Does nothing happen at its prompt before somebody types?"""
        return self._console.waits_for_input

    def console(self) -> HostConsole:
        """Its command prompt."""
        return self._console

    def boot(self, quick: bool) -> None:
        """Opens a new command prompt."""
        self._console.power_on()

    def set_dialect(self, dialect: str) -> None:
        """A host has no dialect: Raises ValueError."""
        raise ValueError(f"{self.name} is a {self.kind}: only a 2811 and a switch have a dialect")

    def run(self, command: str) -> str:
        """Types `command` at a prompt of its own; the lab runs until it is idle."""
        return self._own_session.run(command)

    @cached_property
    def _own_session(self) -> OwnSession:
        from ios_emu.lab.host_console import new_host_shell

        return OwnSession(new_host_shell(self.host), self.host.clock)


class SwitchDevice(ConsoleDevice):
    """A 2960: `switch` is its forwarding, `catalyst` the device that is configured."""

    kind = "switch"

    def __init__(self, catalyst: Catalyst, console: Console, vtys: VtyLines) -> None:
        super().__init__(catalyst, console, vtys)
        self.catalyst = catalyst
        self.switch = catalyst.switch
