"""The SSH door: a port of this machine that leads to the SSH server of a router, by asyncssh.

asyncssh speaks the protocol; who may come in and what a session is, `lab/ssh` decides. A client has one
session; all that one wake-up prints is one write. A client that does not read is cut off when too much waits
for it, and one that types while a command is at work is not read from when too much waits for the command.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import ip_address

import asyncssh

from ios_emu.edges.doors import (
    LOOPBACK,
    Opened,
    Site,
    cannot_listen,
    read_listening,
    warn_if_open,
    where,
)
from ios_emu.edges.ssh_session import SshSession
from ios_emu.edges.tap import Wake
from ios_emu.errors import UsageError
from ios_emu.lab.device import RouterDevice
from ios_emu.lab.ssh import SshLine, take_line
from ios_emu.services.telnet import LAB_ENDS

_BACKLOG = 128
_WINDOW = 64 * 1024
_READ_AT_ONCE = 4096
# How long a client may take to say goodbye.
_FAREWELL_SECONDS = 5.0
# How long all of them together may take to be told that the door closes.
_CLOSE_SECONDS = 1.0
_VERSION = "Cisco-1.25"
_KEY_KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256")

# What it says of clients that go away is news for nobody, and user names are nobody's business.
logging.getLogger("asyncssh").setLevel(logging.ERROR)
# A client that goes while it is written to: asyncssh only hears of it later, and writes on.
logging.getLogger("asyncio").addFilter(lambda record: "socket.send() raised" not in record.getMessage())


async def open_ssh(site: Site, value: str) -> SshDoor:
    """Opens `--ssh HOST:PORT=DEVICE`. Raises UsageError, and StateError where its key can't be kept."""
    listening = read_listening("ssh", value, "HOST:PORT=DEVICE", f"{LOOPBACK}:2222=R1")
    name, state = listening.target, site.state
    device = site.lab[name]
    if not isinstance(device, RouterDevice):
        raise UsageError(listening.option, "can't be opened", f"{name} has no SSH server", "name a router")
    record = f"{name}/ssh-host-keys"
    kept = None if state is None else state.read(record)
    keys = host_keys(kept, lambda data: None if state is None else state.write(record, data))
    door = SshDoor(device, site.drive.wake, keys)
    try:
        await door.listen(listening.host, listening.port)
    except (OSError, UnicodeError) as error:
        raise cannot_listen(listening, error) from None
    warn_if_open(site, door.opened)
    return door


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

    def __init__(self, device: RouterDevice, wake: Wake, keys: list[asyncssh.SSHKey]) -> None:
        self.opened = Opened("ssh", device.name, "")
        self.lines = device.vtys
        self.wake = wake
        self.clients: set[_Client] = set()
        self._keys = keys
        self._acceptor: asyncssh.SSHAcceptor | None = None

    async def listen(self, host: str, port: int) -> None:
        """Opens the port. Raises OSError, and UnicodeError for a name that can't be one."""
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
        for listening in self._acceptor.sockets:
            # Inherited by what is accepted: asyncssh takes all packets that were read at once.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _READ_AT_ONCE)
        self.opened = replace(self.opened, where=where(self._acceptor.sockets[0].getsockname()))

    async def close(self) -> None:
        """Closes the port and all its connections."""
        if self._acceptor is not None:
            self._acceptor.close()
        clients = list(self.clients)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                for client in clients:
                    await client.leave()


class _Client(asyncssh.SSHServer):
    """One connection: the login."""

    def __init__(self, door: SshDoor) -> None:
        self.door = door
        self.line: SshLine | None = None
        self._connection: asyncssh.SSHServerConnection | None = None
        self._session: SshSession | None = None
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """A line is taken, or the client is turned away."""
        self._connection = conn
        self.door.clients.add(self)
        name = conn.get_extra_info("peername")
        if name is None:
            # It has gone already.
            asyncio.get_running_loop().call_soon(conn.abort)
            return
        peer = ip_address(name[0].partition("%")[0])

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

    def session_requested(self) -> SshSession | bool:
        """The session, of which there is one."""
        if self.line is None or self._session is not None:
            return False
        self._session = SshSession(self.line, self.door.wake, self.hang_up, self.abort)
        return self._session

    async def leave(self) -> None:
        """Says that the lab ends, ends the connection, and waits until that is said."""
        if self._session is not None:
            self._session.say(LAB_ENDS)
        self.hang_up()
        if self._connection is not None:
            await self._connection.wait_closed()

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
