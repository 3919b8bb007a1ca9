"""The command interpreter of one session: mode, privilege level, and what a line does.

A shell has no terminal. A session gives it lines and shows what it answers; the start-up configuration is
fed through one at boot; `lab["R1"].run(...)` uses one without any console.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from types import GeneratorType
from typing import TYPE_CHECKING, TypeVar

from ios_emu.cli import modes, screens
from ios_emu.cli.aliases import aliases_of, begun_by, expand
from ios_emu.cli.dialogue import Answer, Output, Reply
from ios_emu.cli.editor import History
from ios_emu.cli.interpreter import Terminal
from ios_emu.cli.modes import Mode
from ios_emu.cli.shared import UNKNOWN_WORD, shared_handlers, shared_reader
from ios_emu.cli.targets import AnyTarget, InterfaceRange, Target
from ios_emu.devices.configuration import Configuration
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.interface import Interface
from ios_emu.devices.ios_device import IosDevice
from ios_emu.devices.lines import LineSettings
from ios_emu.devices.privileges import HIGHEST, Privileges
from ios_emu.errors import AmbiguousCommand, CommandError, CommandRefused, InvalidInput

if TYPE_CHECKING:
    from ios_emu.cli.connections import Connections
    from ios_emu.cli.form import Command
    from ios_emu.cli.reader import Menu, Reader
    from ios_emu.devices.catalyst import Catalyst
    from ios_emu.devices.router import Router
    from ios_emu.services.dhcp_pool import Pool

_Read = TypeVar("_Read")
_TO_FILES = ("append", "redirect", "tee")


class Shell:
    """One user's place in the command line. `line_name` is how messages call the user's line."""

    ctrl_c_breaks = False

    def __init__(
        self,
        device: IosDevice,
        reader: Callable[[], Reader] | None = None,
        *,
        level: int = 1,
        line_name: str = "console",
        line_number: int = 0,
        line: Callable[[Configuration], LineSettings] = lambda config: config.lines.console,
    ) -> None:
        self.device = device
        self._reader = reader or partial(shared_reader, device.model)
        self.level = level
        self.line_name = line_name
        self.line_number = line_number
        self.user = ""
        # May it `enable` without a secret, where there is none?
        self.trusted = not self.is_vty
        # `terminal monitor`: None leaves it to the line.
        self.monitor: bool | None = None
        self._line = line
        self.mode: Mode = modes.EXEC
        self.target: Target = None
        # The modes around the one that it is in, but for global configuration, the outermost first.
        self._around: list[tuple[Mode, Target]] = []
        self.terminal = Terminal()
        # Where it is in the flash.
        self.directory = ""
        self.ended = False

    @property
    def config(self) -> Configuration:
        """The device's configuration."""
        return self.device.config

    @property
    def dialect(self) -> Dialect:
        """How the device prints."""
        return self.device.dialect

    @property
    def line(self) -> LineSettings:
        """The settings of the line that the session is on."""
        return self._line(self.config)

    @property
    def prompt(self) -> str:
        """The prompt of the mode that the session is in."""
        return modes.prompt(self.config.hostname, self.mode, self.level)

    @property
    def history(self) -> History:
        """The history that belongs to the mode."""
        return self.terminal.exec_history if self.mode is modes.EXEC else self.terminal.config_history

    @property
    def who(self) -> str:
        """How messages call who does something: the user, if there is one, and the line."""
        return f"{self.user} on {self.line_name}" if self.user else self.line_name

    def take_line_settings(self) -> None:
        """Begins a session as the line is set: its screen and its history."""
        settings, terminal = self.line, self.terminal
        terminal.length = 24 if settings.length is None else settings.length
        terminal.width = 80 if settings.width is None else settings.width
        size = settings.history_size
        if size is not None or not settings.history:
            size = size if settings.history and size is not None else 0
            terminal.exec_history.size = terminal.config_history.size = size

    @property
    def is_vty(self) -> bool:
        """Did the user come over the network?"""
        return self.line_name.startswith("vty")

    @cached_property
    def connections(self) -> Connections:
        """The telnet connections to other devices."""
        from ios_emu.cli.connections import Connections

        return Connections()

    @property
    def connected_hosts(self) -> list[str]:
        """The names of the devices that telnet connections are open to."""
        return [one.name for one in self.connections] if "connections" in self.__dict__ else []

    @property
    def configuring(self) -> bool:
        """Is this a configuration mode?"""
        return self.mode is not modes.EXEC

    @property
    def logging_synchronous(self) -> bool:
        """Does the half-typed line come back behind a log line? In Packet Tracer it always does."""
        return self.dialect is Dialect.PACKET_TRACER or self.line.logging_synchronous

    @property
    def monitoring(self) -> bool:
        """Does the session, on another line than the console, show log messages?"""
        return self.line.monitor if self.monitor is None else self.monitor

    @property
    def exec_timeout(self) -> tuple[int, int]:
        """After how long without a key the session ends: `exec-timeout`."""
        return self.line.exec_timeout

    def enter(self, mode: Mode, target: Target = None) -> None:
        """Goes to a mode."""
        self.mode, self.target = mode, target
        self._around.clear()

    def enter_within(self, mode: Mode, target: Target) -> None:
        """Goes to a mode below the one that it is in: `exit` leads back there."""
        self._around.append((self.mode, self.target))
        self.mode, self.target = mode, target

    def exit_mode(self) -> None:
        """One level up."""
        if self._around:
            self.mode, self.target = self._around.pop()
        else:
            self.enter(modes.CONFIG)

    def leave_configuration(self) -> None:
        """Back to privileged EXEC, as `end` does, with its log line."""
        self.enter(modes.EXEC)
        self.device.report("SYS-5-CONFIG_I", f"Configured from console by {self.who}")

    def execute(self, line: str) -> Answer:
        """Runs a line. Returns its text, its output or its dialogue; raises the errors that IOS answers."""
        stripped = line.strip()
        if not stripped:
            return self._resume_current()
        if stripped.startswith("!"):
            return ""
        stripped = (line := expand(line, aliases_of(self.config, self.mode))).strip()
        try:
            command, mode = self._read(line)
        except InvalidInput:
            # One unknown word in EXEC is the name of a host to telnet to.
            if self.mode is modes.EXEC and len(stripped.split()) == 1:
                return shared_handlers()[UNKNOWN_WORD](self, stripped) or ""
            raise
        if not command.exec_:
            while mode is not self.mode:
                self.exit_mode()
        if command.known is not None:
            raise CommandRefused(
                f"% {command.known}: this command of a {self.device.model} is not implemented in ios-emu"
            )
        return self._run(command)

    def _resume_current(self) -> Reply:
        """An empty line in EXEC goes on at the connection that was suspended last."""
        # Most sessions never telnet anywhere.
        if self.configuring or "connections" not in self.__dict__:
            return ""
        current = self.connections.current
        if current is None:
            return ""
        from ios_emu.cli.commands.telnet import resume_connection

        return resume_connection(self, current)

    def menu(self, text: str) -> Menu:
        """The `?` list behind `text`; in a sub-mode also for what only global configuration knows."""
        dialect = "pt" if self.dialect is Dialect.PACKET_TRACER else "ios"

        def read(mode: Mode) -> Menu:
            return self._reader().menu(text, mode.name, self.level, dialect, self._privileges)

        return self._falling_back(read)[0]

    def help(self, before: str, width: int) -> str:
        """What `?` shows: the list, or why there is none."""
        try:
            names = begun_by(before, aliases_of(self.config, self.mode))
            return screens.menu(self.menu(before), self.mode, self.dialect, width, names)
        except CommandError as error:
            return screens.help_error(error, before)

    def explain(self, error: CommandError, line: str) -> str:
        """IOS's answer to a line that it can't take."""
        return screens.error(error, line, len(self.prompt), self.dialect)

    def complete(self, text: str) -> str | None:
        """The word that Tab writes out, or None."""
        reader, rules = self._reader(), self._privileges
        words = (reader.complete(text, mode.name, self.level, rules) for mode in self._modes())
        return next((word for word in words if word is not None), None)

    @property
    def _privileges(self) -> Privileges | None:
        """The router's rules for levels, where there are any."""
        rules = self.config.privileges
        return rules if rules.rules and self.level < HIGHEST else None

    def spelled_out(self, line: str, mode: str) -> list[str]:
        """The words of the beginning of a command of that mode, written out; raises CommandErrors."""
        return self._reader().spelled_out(line, mode)

    def _read(self, line: str) -> tuple[Command, Mode]:
        privileges = self._privileges

        def read(mode: Mode) -> Command:
            return self._reader().read(line, mode.name, self.level, privileges)

        command, mode = self._falling_back(read)
        if mode not in (modes.EXEC, modes.CONFIG) and not command.is_begun_by(line):
            # A whole word of global configuration is no abbreviation: `ephone` beside `ephone-template`.
            with suppress(CommandError):
                if (whole := read(modes.CONFIG)).is_begun_by(line):
                    return whole, modes.CONFIG
        return command, mode

    def _falling_back(self, read: Callable[[Mode], _Read]) -> tuple[_Read, Mode]:
        """Tries the mode, and behind a sub-mode those around it and global configuration, as IOS does.

        When all refuse, the answer is of the one that understood most of the line.
        """
        refusals: list[InvalidInput | AmbiguousCommand] = []
        for mode in self._modes():
            try:
                return read(mode), mode
            except (InvalidInput, AmbiguousCommand) as error:
                refusals.append(error)
        raise max(refusals, key=lambda one: one.column)

    def _modes(self) -> list[Mode]:
        """The mode that it is in, and those whose commands are understood there, too."""
        if self.mode in (modes.EXEC, modes.CONFIG):
            return [self.mode]
        return [self.mode, *(mode for mode, _ in reversed(self._around)), modes.CONFIG]

    def _run(self, command: Command) -> Answer:
        filter_ = command.filter
        if isinstance(self.target, InterfaceRange) and not command.exec_:
            reply: Answer = self._run_for_each(command, self.target)
        else:
            reply = self._handle(command)
        if self.configuring:
            self.device.network.changed(telling=self.mode in modes.TOLD_BY_RIP)
        if filter_ is not None and filter_.kind in _TO_FILES:
            from ios_emu.cli.redirect import to_file

            return to_file(Call(self, command), reply, filter_.kind, filter_.pattern)
        if filter_ is None or isinstance(reply, GeneratorType):
            return reply
        # Loaded when it is used: most sessions never filter, and every session waits for its first prompt.
        from ios_emu.cli.filters import parse_filter

        keep = parse_filter(filter_.kind, filter_.pattern)
        if isinstance(reply, Output):
            return Output(keep(reply.lines))
        assert isinstance(reply, str)
        return "".join(f"{line}\n" for line in keep(reply.splitlines()))

    def _handle(self, command: Command) -> Answer:
        handler = shared_handlers(self.device.model)[command.handler]
        return handler(Call(self, command), **command.arguments) or ""

    def _run_for_each(self, command: Command, targets: InterfaceRange) -> Answer:
        """Does a command to each interface of a range, until it leads somewhere else."""
        text, mode = "", self.mode
        try:
            for interface in targets.interfaces:
                self.target = interface
                reply = self._handle(command)
                if not isinstance(reply, str):
                    return reply
                text += reply
                if self.mode is not mode:
                    break
        finally:
            if self.mode is mode:
                self.target = targets
        return text


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler is given besides its arguments."""

    shell: Shell
    command: Command

    @property
    def device(self) -> IosDevice:
        """The device that the command is typed at."""
        return self.shell.device

    @property
    def router(self) -> Router:
        """The same, for a command that only routers have."""
        from ios_emu.devices.router import Router

        assert isinstance(self.shell.device, Router)
        return self.shell.device

    @property
    def catalyst(self) -> Catalyst:
        """The same, for a command that only switches have."""
        from ios_emu.devices.catalyst import Catalyst

        assert isinstance(self.shell.device, Catalyst)
        return self.shell.device

    @property
    def config(self) -> Configuration:
        """Its configuration."""
        return self.shell.device.config

    @property
    def dialect(self) -> Dialect:
        """How it prints."""
        return self.shell.device.dialect

    @property
    def no(self) -> bool:
        """Does the line begin with `no`, or with `default` where that is the same?"""
        return self.command.negated or self.command.defaulted

    @property
    def interface(self) -> Interface:
        """The interface that is being configured."""
        assert isinstance(self.shell.target, Interface)
        return self.shell.target

    @property
    def pool(self) -> Pool:
        """The DHCP pool that is being configured."""
        from ios_emu.services.dhcp_pool import Pool

        return self.target(Pool)

    def target(self, kind: type[AnyTarget]) -> AnyTarget:
        """What is being configured, in a mode of that kind."""
        assert isinstance(self.shell.target, kind)
        return self.shell.target

    @property
    def lines(self) -> list[LineSettings]:
        """The terminal lines that are being configured."""
        assert isinstance(self.shell.target, list)
        return self.shell.target

    def invalid(self, argument: str, offset: int = 0) -> InvalidInput:
        """The caret error under an argument that this router can't take."""
        return InvalidInput(self.command.columns[argument] + offset)
