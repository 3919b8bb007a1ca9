"""The SSH server of a router, without SSH: who may come in, on which line, and what a session is there.

The rules. A client has a VTY from its first byte on, and one session. What the line asks for decides who may
come in:

* `login local`: a name and a password of `username`.
* `login` with a `password` on the line: any name, and that password.
* `login` without one: a user, where there are users. Where there are none the line is as it comes from the
  box and lets nobody in over the network. Who reaches it here came out of band, as with the console cable,
  and has the console's rights: everybody may come in, and `enable` needs no secret where none is set.
* `no login`: everybody may come in.

`access-class` is not asked: a client comes out of band, from no address of the lab.

`transport input` without `ssh`, `ip ssh version 1`, and lines that are all taken: nobody gets a line. The
door does not wait for `crypto key generate rsa`: what encrypts its connections is not the router's key.
"""

from __future__ import annotations

from collections.abc import Callable
from types import GeneratorType
from typing import TYPE_CHECKING

from ios_emu.cli.dialogue import BREATH, Dialogue, Output, Say
from ios_emu.cli.login import filled_in, greet
from ios_emu.devices.line_sessions import Peer
from ios_emu.devices.lines import LineSettings
from ios_emu.devices.ssh import SshConnection
from ios_emu.devices.users import User
from ios_emu.errors import AmbiguousCommand, CommandError, IncompleteCommand, InvalidInput
from ios_emu.lab.scp_files import RouterFiles
from ios_emu.lab.vty_terminal import VtyTerminal, vty_settings
from ios_emu.services.scp import Copy, Sink, Source

if TYPE_CHECKING:
    from ios_emu.cli.shell import Shell
    from ios_emu.lab.vty import VtyLines

_VERSION_1 = 1
_PRIVILEGED = 15
_SCP_SERVER = "ip scp server enable"


class SshLine:
    """A client's line, from before the login on. `hang_up` closes the client's connection."""

    def __init__(self, lines: VtyLines, number: int, peer: Peer, hang_up: Callable[[], None]) -> None:
        self.peer = peer
        self.failures = 0
        self.user: str | None = None
        self._lines = lines
        self._number = number
        self._hang_up = hang_up
        self._terminal: VtyTerminal | None = None
        self._admitted: User | None = None
        self._trusted = False
        self._ciphers = ""
        lines.take(number, self)

    # Login

    @property
    def settings(self) -> LineSettings:
        """What the line asks for."""
        return vty_settings(self._number, self._lines.device.config)

    @property
    def login_timeout(self) -> int:
        """How many seconds the login may take."""
        return self._lines.device.config.ssh.timeout

    @property
    def is_open(self) -> bool:
        """Does the line ask for nothing?"""
        return self.settings.login is None

    @property
    def banner(self) -> str:
        """What the client is shown before it logs in."""
        config = self._lines.device.config
        text = config.banners.get("login", "")
        return filled_in(text, config, config.lines.first_vty + self._number, self.settings)

    def admit(self) -> None:
        """Lets somebody in whom the line asks nothing."""
        self.user = self.user or ""

    def check(self, user: str, password: str) -> bool:
        """May that user come in with that password? Logs the attempt where that is asked for."""
        config, settings = self._lines.device.config, self.settings
        if settings.login == "password" and settings.password is not None:
            admitted = settings.password.matches(password)
        elif settings.login == "password" and not config.users:
            admitted = self._trusted = True
        elif settings.login is None:
            admitted = True
        else:
            known = config.users.get(user)
            admitted = known is not None and known.admits(password)
            self._admitted = known if admitted else None
        if admitted:
            self.user = user
        else:
            self.failures += 1
        self._log_event("USERAUTH", f"User '{user}' authentication for SSH2 Session", admitted)
        return admitted

    @property
    def too_many_failures(self) -> bool:
        """Is it time to hang up?"""
        return self.failures >= max(1, self._lines.device.config.ssh.retries)

    def connected(self, cipher_in: str, cipher_out: str, mac_in: str, mac_out: str) -> None:
        """The client and the door have agreed on these."""
        if self._number in self._lines.device.ssh.connections or self.user is None:
            return
        self._ciphers = f"using crypto cipher '{cipher_in}', hmac '{mac_in}'"
        self._lines.device.ssh.connections[self._number] = SshConnection(
            self._number,
            lambda: self.user or "",
            lambda: "Session started",
            cipher_in,
            cipher_out,
            mac_in,
            mac_out,
        )
        self._log_event("SESSION", "SSH2 Session request", True)

    def _log_event(self, kind: str, what: str, succeeded: bool) -> None:
        device = self._lines.device
        if device.config.ssh.log_events:
            outcome = "Succeeded" if succeeded else "Failed"
            where = f"from {self.peer} (tty = {self._number})"
            device.report(f"SSH-5-SSH2_{kind}", " ".join(f"{what} {where} {self._ciphers} {outcome}".split()))

    # Session

    def open(
        self, write: Callable[[bytes], None], window: tuple[int, int] | None, terminal_type: str = ""
    ) -> VtyTerminal:
        """The session at the prompt; `window` is columns and rows, where the client has a terminal."""
        terminal = self._new_terminal(write)
        terminal.set_type(terminal_type)
        if window is not None:
            terminal.set_window(*window)
        terminal.start(_arrive(terminal.shell))
        return terminal

    def run(self, command: str, write: Callable[[bytes], None]) -> VtyTerminal:
        """A session that does one command and is over."""
        terminal = self._new_terminal(write)
        terminal.session.set_size(0, 0)
        terminal.start(_one_command(terminal.shell, command))
        return terminal

    def copy(
        self, copy: Copy, write: Callable[[bytes], None], finished: Callable[[bool], None]
    ) -> Source | Sink | None:
        """The other end of `scp`, where `ip scp server enable` and the user's level allow it; else None."""
        device = self._lines.device
        refusal = None
        if _SCP_SERVER not in device.config.kept.values():
            refusal = "Administratively disabled.\n"
        elif self._level < _PRIVILEGED and not (self._trusted and device.config.enable_secret is None):
            refusal = "Privilege denied.\n"
        if refusal is not None:
            write(refusal.encode())
            finished(False)
            return None
        end = Source if copy.sends else Sink
        return end(RouterFiles(device), copy.name, write, finished)

    @property
    def _level(self) -> int:
        """The privilege level that a session begins with."""
        settings = self.settings
        if self._admitted is not None and (self._admitted.level > 1 or settings.privilege is None):
            return self._admitted.level
        return 1 if settings.privilege is None else settings.privilege

    def _new_terminal(self, write: Callable[[bytes], None]) -> VtyTerminal:
        terminal = VtyTerminal(self._lines, self._number, self.peer, write, self._closed)
        shell = terminal.shell
        shell.user = "" if self.user is None or self._trusted else self.user
        shell.trusted = self._trusted
        shell.level = self._level
        self._terminal = terminal
        return terminal

    def close(self) -> None:
        """Ends the session, if there is one, and the connection."""
        if self._terminal is not None:
            self._terminal.close()
        else:
            self._closed()

    def gone(self) -> None:
        """The connection is lost."""
        if self._terminal is not None:
            self._terminal.release()
        self._forget()

    def _closed(self) -> None:
        self._forget()
        self._hang_up()

    def _forget(self) -> None:
        device = self._lines.device
        if device.ssh.connections.pop(self._number, None) is not None and device.config.ssh.log_events:
            what = f"SSH2 Session from {self.peer} (tty = {self._number}) for user '{self.user}'"
            device.report("SSH-5-SSH2_CLOSE", f"{what} {self._ciphers} closed")
        if self._lines.holds(self._number, self):
            self._lines.release(self._number)


def take_line(lines: VtyLines, peer: Peer, hang_up: Callable[[], None]) -> SshLine | None:
    """The line of a new client; None: the router takes none, now or at all."""
    if lines.device.config.ssh.version == _VERSION_1:
        return None
    number = lines.free_line("ssh")
    return None if number is None else SshLine(lines, number, peer, hang_up)


def _arrive(shell: Shell) -> Dialogue:
    """What follows the login: the banners, and a new line for the first prompt."""
    if not shell.line.has_exec:
        shell.ended = True
        return ""
    yield from greet(shell)
    return "\n"


def _one_command(shell: Shell, command: str) -> Dialogue:
    """Does a command as IOS does one that comes with the connection; then the session is over."""
    text = "\n"
    try:
        reply = shell.execute(command)
        if isinstance(reply, Output):
            yield Say("\n")
            for line in reply.lines:
                yield BREATH if line is None else Say(f"{line}\n")
        elif isinstance(reply, GeneratorType):
            yield Say("\n")
            text = yield from reply
        else:
            text = f"\n{reply}"
    except (InvalidInput, AmbiguousCommand, IncompleteCommand):
        text = f'Line has invalid autocommand "{command}"\n'
    except CommandError as error:
        text = shell.explain(error, command)
    shell.ended = True
    return text
