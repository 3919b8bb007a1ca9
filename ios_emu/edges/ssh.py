"""The SSH door: a port of this machine that leads to the SSH server of a router, by asyncssh.

asyncssh speaks the protocol; who may come in and what a session is, `lab/ssh` decides. A client has one
session; all that one wake-up prints is one write. A client that does not read is cut off when too much waits
for it, and one that types while a command is at work is not read from when too much waits for the command.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from ipaddress import ip_address

import asyncssh

from ios_emu.edges.tap import Wake
from ios_emu.lab.ssh import SshLine, take_line
from ios_emu.lab.vty import VtyLines
from ios_emu.lab.vty_terminal import VtyTerminal

_BACKLOG = 128
_MOST_WAITING = 4 * 1024 * 1024
_MOST_TYPED = 64 * 1024
_WINDOW = 64 * 1024
# How long a client may take to say goodbye.
_FAREWELL_SECONDS = 5.0
_VERSION = "Cisco-1.25"
_KEY_KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256")
_BREAK, _INTERRUPT = b"\x1e", b"\x03"

# What it says of clients that go away is news for nobody, and user names are nobody's business.
logging.getLogger("asyncssh").setLevel(logging.CRITICAL)
# A client that goes while it is written to: asyncssh only hears of it later, and writes on.
logging.getLogger("asyncio").addFilter(lambda record: "socket.send() raised" not in record.getMessage())


def host_keys(kept: bytes | None, keep: Callable[[bytes], None]) -> list[asyncssh.SSHKey]:
    """The keys that prove the door to its clients: those that were kept, or else new ones, to be kept.

    They are made by the system's chance, not by the lab's: nobody must be able to guess them.
    """
    if kept is not None:
        try:
            return [asyncssh.import_private_key(part) for part in _split(kept)]
        except asyncssh.KeyImportError:
            pass
    keys = [asyncssh.generate_private_key(kind) for kind in _KEY_KINDS]
    keep(b"".join(key.export_private_key() for key in keys))
    return keys


def _split(pem: bytes) -> list[bytes]:
    """The keys of a file that holds several."""
    end = b"-----END OPENSSH PRIVATE KEY-----\n"
    return [part + end for part in pem.split(end) if part.strip()]


class SshDoor:
    """A listening port for the SSH server of one router."""

    def __init__(self, lines: VtyLines, wake: Wake, keys: list[asyncssh.SSHKey]) -> None:
        self.lines = lines
        self.wake = wake
        self.clients: set[_Client] = set()
        self._keys = keys
        self._acceptor: asyncssh.SSHAcceptor | None = None

    async def listen(self, host: str, port: int) -> tuple[str, int]:
        """Opens the port; returns where it listens. Raises OSError."""
        self._acceptor = await asyncssh.create_server(
            lambda: _Client(self),
            host,
            port,
            server_host_keys=self._keys,
            server_version=_VERSION,
            backlog=_BACKLOG,
            encoding=None,
            line_editor=False,
            window=_WINDOW,
            compression_algs=None,
            agent_forwarding=False,
            x11_forwarding=False,
            gss_host=None,
            # The router's own time-out ends a login; this is for a client that never had a line.
            login_timeout="2m",
        )
        address = self._acceptor.sockets[0].getsockname()
        return address[0], address[1]

    async def close(self) -> None:
        """Closes the port and all its connections."""
        if self._acceptor is not None:
            self._acceptor.close()
        for client in list(self.clients):
            client.hang_up()


class _Client(asyncssh.SSHServer):
    """One connection: the login."""

    def __init__(self, door: SshDoor) -> None:
        self.door = door
        self.line: SshLine | None = None
        self._connection: asyncssh.SSHServerConnection | None = None
        self._session: _Session | None = None
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """A line is taken, or the client is turned away."""
        self._connection = conn
        self.door.clients.add(self)
        peer = ip_address(conn.get_extra_info("peername")[0].partition("%")[0])

        def take() -> None:
            self.line = take_line(self.door.lines, peer, self._end)

        self.door.wake(take)
        loop = asyncio.get_running_loop()
        if self.line is None:
            loop.call_soon(conn.abort)
        else:
            self._patience = loop.call_later(self.line.login_timeout, conn.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._be_patient_no_more()
        self.door.clients.discard(self)
        line = self.line
        if line is not None:
            self.door.wake(line.gone)

    def begin_auth(self, username: str) -> bool:
        """Shows the banner; False where nothing is asked."""
        line, connection = self.line, self._connection
        if line is None or connection is None:
            return True
        if line.banner:
            connection.send_auth_banner(line.banner.rstrip("\n") + "\n")
        if line.is_open:
            line.admit()
            return False
        return True

    def auth_completed(self) -> None:
        """The client is in."""
        self._be_patient_no_more()
        line, connection = self.line, self._connection
        if line is None or connection is None:
            return
        names = ("recv_cipher", "send_cipher", "recv_mac", "send_mac")
        agreed = [str(connection.get_extra_info(name)).partition("@")[0] for name in names]
        self.door.wake(lambda: line.connected(*agreed))

    def password_auth_supported(self) -> bool:
        """A password as a whole."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Is it right?"""
        return self._check(username, password)

    def kbdint_auth_supported(self) -> bool:
        """A password as the answer to a question."""
        return True

    def get_kbdint_challenge(
        self, username: str, lang: str, submethods: str
    ) -> tuple[str, str, str, list[tuple[str, bool]]]:
        """The question."""
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        """Is the answer right?"""
        return len(responses) == 1 and self._check(username, responses[0])

    def session_requested(self) -> _Session | bool:
        """The session, of which there is one."""
        if self.line is None or self._session is not None:
            return False
        self._session = _Session(self, self.line)
        return self._session

    def hang_up(self) -> None:
        """Ends the connection."""
        if self._connection is not None:
            self._connection.close()

    def abort(self) -> None:
        """Ends the connection with what waits for it."""
        if self._connection is not None:
            self._connection.abort()

    def _check(self, username: str, password: str) -> bool:
        line, connection = self.line, self._connection
        if line is None or connection is None:
            return False
        answers: list[bool] = []
        self.door.wake(lambda: answers.append(line.check(username, password)))
        if line.too_many_failures and not answers[0]:
            asyncio.get_running_loop().call_soon(
                connection.disconnect, asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE, "Too many failures"
            )
        return answers[0]

    def _be_patient_no_more(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _end(self) -> None:
        """The router hangs up: the session says goodbye, where there is one."""
        if self._session is not None:
            self._session.end()
        if self._connection is not None:
            asyncio.get_running_loop().call_later(
                _FAREWELL_SECONDS if self._session is not None else 0, self._connection.abort
            )


class _Session(asyncssh.SSHServerSession[bytes]):
    """The session of a client: a terminal, or a single command."""

    def __init__(self, client: _Client, line: SshLine) -> None:
        self._client = client
        self._line = line
        self._wake = client.door.wake
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._terminal: VtyTerminal | None = None
        self._window: tuple[int, int] | None = None
        self._command: str | None = None
        self._out = bytearray()
        self._typed = 0
        self._paused = False
        self._input_ended = False

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        """The channel is open."""
        self._channel = chan

    def pty_requested(self, term_type: str, term_size: tuple[int, int, int, int], term_modes: object) -> bool:
        """The client has a terminal of that size; its modes are its own affair."""
        self._window = term_size[:2]
        return True

    def shell_requested(self) -> bool:
        """The prompt, please."""
        return True

    def exec_requested(self, command: str) -> bool:
        """That command, please."""
        self._command = (command.splitlines() or [""])[0]
        return True

    def session_started(self) -> None:
        """Begins what was asked for."""
        self._wake(self._start)

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        """Keys."""
        self._type(data)

    def break_received(self, msec: int) -> bool:
        """The break key."""
        self._type(_BREAK)
        return True

    def signal_received(self, signal: str) -> None:
        """Ctrl-C, from a client that sends it so; others mean nothing to a router."""
        if signal == "INT":
            self._type(_INTERRUPT)

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        """The window was drawn larger or smaller."""
        terminal = self._terminal
        if terminal is not None:
            self._wake(lambda: terminal.set_window(width, height))

    def eof_received(self) -> bool:
        """The client types no more: the session ends with the command that is at work."""
        self._input_ended = True
        asyncio.get_running_loop().call_soon(self._flush)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is closed: without a session there is nothing left to do."""
        self._channel = None
        self._client.hang_up()

    def end(self) -> None:
        """The session is over."""
        self._write_out()
        if self._channel is not None:
            self._channel.exit(0)

    def _start(self) -> None:
        if self._command is None:
            self._terminal = self._line.open(self._show, self._window)
        else:
            self._terminal = self._line.run(self._command, self._show)

    def _type(self, data: bytes) -> None:
        terminal = self._terminal
        if terminal is None:
            return
        self._wake(lambda: terminal.receive(data))
        self._typed = self._typed + len(data) if terminal.deaf else 0
        if self._typed > _MOST_TYPED and self._channel is not None and not self._paused:
            self._paused = True
            self._channel.pause_reading()

    def _show(self, data: bytes) -> None:
        # All that one wake-up prints is one write: a client finds the prompt at the end of what it reads.
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out += data

    def _write_out(self) -> None:
        channel, data = self._channel, bytes(self._out)
        self._out.clear()
        if channel is None or channel.is_closing() or not data:
            return
        if channel.get_write_buffer_size() + len(data) > _MOST_WAITING:
            self._client.abort()
        else:
            channel.write(data)

    def _flush(self) -> None:
        """Writes; a session that listens again is typed at again, or is over when nobody types any more."""
        self._write_out()
        terminal, channel = self._terminal, self._channel
        if terminal is None or terminal.deaf or channel is None or channel.is_closing():
            return
        if self._paused:
            self._paused, self._typed = False, 0
            channel.resume_reading()
        if self._input_ended:
            self._wake(self._line.close)
