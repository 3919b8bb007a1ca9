"""The console line of an IOS device: boot, `Press RETURN`, login, session, and again after `exit`.

A console is what is at the far end of the console cable: bytes in, bytes out. It outlives its sessions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ios_emu.cli import platform_text, screens
from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Kind, Say
from ios_emu.cli.loading import load_configuration
from ios_emu.cli.login import arrive
from ios_emu.cli.modes import CONFIG
from ios_emu.cli.modes import prompt as mode_prompt
from ios_emu.cli.questions import ask_yes
from ios_emu.cli.session import Session
from ios_emu.cli.shell import Shell
from ios_emu.clock import Clock
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.ios_device import IosDevice
from ios_emu.lab.line_session import line_session
from ios_emu.lab.output import Listener, Output

if TYPE_CHECKING:
    from ios_emu.cli.reader import Reader

_LINE = 0
_SETUP_QUESTION = "Would you like to enter the initial configuration dialog? [yes/no]: "
_SETUP_TITLE = {
    Dialect.IOS: "\n\n         --- System Configuration Dialog ---\n\n",
    Dialect.PACKET_TRACER: "\n\n         --- System Configuration Dialog ---\n\n",
}
_AUTOINSTALL_QUESTION = "\nWould you like to terminate autoinstall? [yes]: "
_STARTED = "\n\nPress RETURN to get started!\n\n\n"
_AVAILABLE = "\n" * 33 + "{} con0 is now available\n" + "\n" * 5 + "Press RETURN to get started.\n" + "\n" * 4


class Terminal(Protocol):
    """A console's far end."""

    def receive(self, data: bytes) -> None:
        """Takes keys."""

    def attach(self, listener: Callable[[bytes], None]) -> Callable[[], None]:
        """Gives its output to `listener`."""


class Console:
    """The console of `device`. `quick` leaves out boot text, setup dialogue and `Press RETURN`.

    Without `paging` its sessions begin with a terminal of no length and no width.
    """

    def __init__(
        self, device: IosDevice, read: Callable[[], Reader], clock: Clock, *, quick: bool = True
    ) -> None:
        self.device = device
        self.clock = clock
        self.quick = quick
        self.paging = True
        self._read = read
        self._output = Output()
        self._session: Session | None = None
        self._shell = Shell(device, read)
        self._problems: list[str] = []
        self.on_power_on: Callable[[], None] = lambda: None
        device.read_config = self._read_configuration
        device.reload_requested = self._reload
        device.log.subscribe(self._show_log)

    def attach(self, listener: Listener) -> Callable[[], None]:
        """Adds a terminal: it gets all bytes from now on, and what nobody saw so far.

        Call what is returned to take it away.
        """
        return self._output.attach(listener)

    def receive(self, data: bytes) -> None:
        """Takes what was typed."""
        if self._session is not None:
            self._session.receive(data)

    def set_paging(self, paging: bool) -> None:
        """Without paging, this session and later ones have a terminal of no length and no width."""
        self.paging = paging
        if not paging and self._session is not None:
            self._session.set_size(0, 0)

    @property
    def type_ahead(self) -> int:
        """How many bytes were typed that its session has not come to yet."""
        return self._session.type_ahead if self._session is not None else 0

    @property
    def waits_for_input(self) -> bool:
        """Does nothing happen here before somebody types?"""
        return self._session is None or self._session.waits_for_input

    def power_on(self) -> None:
        """Boots the device and waits for the first Enter."""
        self.on_power_on()
        self._problems.clear()
        self.device.line_sessions.end(_LINE)
        self.device.boot(self.device.reload_reason)
        problems = "".join(self._problems)
        if self.quick:
            self._open(self._arrive(problems))
        else:
            self._open(self._boot(problems))

    def _reload(self) -> None:
        if self._session is not None:
            self._session.close()
        self.device.reload_reason = platform_text.reloaded_at(self.device.now)
        self.power_on()

    def _read_configuration(self, device: IosDevice, text: str) -> None:
        """Feeds NVRAM's text to the device; what can't be read is shown as IOS shows it at boot."""
        shell = Shell(device, self._read, level=15)
        for _, line, error in load_configuration(shell, text):
            start = len(mode_prompt(device.config.hostname, CONFIG, 15))
            self._problems.append(f"{line}\n{screens.error(error, line, start, device.dialect)}")

    def _open(self, dialogue: Dialogue) -> None:
        """Begins the next session on the line, behind what has to be said and asked before it."""
        shell = self._shell = Shell(self.device, self._read)
        shell.take_line_settings()
        if not self.paging:
            shell.terminal.length = shell.terminal.width = 0
        self._session = Session(shell, self.clock, self._output.send, self._session_ended)
        self._session.start(dialogue)

    def _session_ended(self) -> None:
        """`exit`, a failed login, or nobody typed for too long."""
        self.device.line_sessions.end(_LINE)
        if not self.device.reloading:
            self._open(self._arrive(_AVAILABLE.format(self.device.config.hostname)))

    def _boot(self, problems: str) -> Dialogue:
        yield Say(platform_text.device_boot_text(self.device))
        yield Say(problems)
        if not self.device.boots_configured and self.device.asks_for_setup:
            yield Say(_SETUP_TITLE[self.device.dialect])
            yield Say((yield from self._initial_dialogue()))
        return (yield from self._arrive(_STARTED))

    def _initial_dialogue(self) -> Dialogue:
        try:
            wanted = yield from ask_yes(_SETUP_QUESTION)
            if not wanted:
                # It has begun where there is a link. Nobody in a lab serves configurations: it ends by
                # itself, whatever is answered.
                linked = any(port.cable is not None for port in self.device.network.ports.values())
                if linked and self.device.dialect is Dialect.IOS:
                    yield from ask_yes(_AUTOINSTALL_QUESTION, True)
                return ""
        except Interrupted:
            return ""
        from ios_emu.cli.setup_dialogue import set_up

        return (yield from set_up(self._shell))

    def _arrive(self, text: str) -> Dialogue:
        """Waits for Enter, shows the banner, and asks for the line's password."""
        yield Say(text)
        shell = self._shell
        yield Ask("", Kind.RETURN)
        while not shell.line.has_exec:
            yield Ask("", Kind.RETURN)
        assert self._session is not None
        self.device.line_sessions.begin(line_session(self._session, shell, "con 0", None, self._hang_up))
        return (yield from arrive(shell))

    def _hang_up(self) -> None:
        """`clear line 0`."""
        if self._session is not None:
            self._session.close()
            self._session_ended()

    def _show_log(self, line: str) -> None:
        if self._session is not None:
            self._session.show_log(line)
