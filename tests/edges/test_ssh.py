"""The SSH door: asyncssh's client at asyncssh's server, with a router behind it that decides."""

from __future__ import annotations

import asyncio
import contextlib
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncssh
import pytest

from ios_emu.edges.doors import Site
from ios_emu.edges.realtime import RealTime
from ios_emu.edges.ssh import SshDoor, host_keys, open_ssh
from ios_emu.edges.store import StateFolder
from ios_emu.errors import UsageError
from ios_emu.lab.device import RouterDevice
from ios_emu.lab.topology import Lab

# Each connection agrees on keys first.
pytestmark = pytest.mark.slow

PATIENCE = 10
LOCAL = """\
hostname R1
username admin privilege 15 secret hidden
username guest password 0 seen
line vty 0 4
 login local
"""
LINE_PASSWORD = "hostname R1\nenable secret top\nline vty 0 4\n password line\n login\n"
KEYS = host_keys(None, lambda data: None)


class Door:
    """The door of a router that has read a configuration."""

    def __init__(self, lab: Lab, where: tuple[str, int]) -> None:
        device = lab["R1"]
        assert isinstance(device, RouterDevice)
        self.lab = lab
        self.device = device
        self.where = where

    async def connect(
        self, user: str = "admin", password: str | None = "hidden"
    ) -> asyncssh.SSHClientConnection:
        async with asyncio.timeout(PATIENCE):
            return await asyncssh.connect(
                *self.where, username=user, password=password, known_hosts=None, config=None, client_keys=None
            )

    async def refused(self, user: str = "admin", password: str | None = "hidden") -> str:
        with pytest.raises((asyncssh.Error, ConnectionError)) as refusal:
            await self.connect(user, password)
        return type(refusal.value).__name__


class Terminal:
    """A terminal in a session: what was typed there, and what it shows."""

    def __init__(self, process: asyncssh.SSHClientProcess[bytes]) -> None:
        self.process = process

    async def expect(self, text: str) -> str:
        async with asyncio.timeout(PATIENCE):
            shown: bytes = await self.process.stdout.readuntil(text.encode())
        return shown.decode()

    def type(self, text: str) -> None:
        self.process.stdin.write(text.encode())

    async def answer(self, line: str, prompt: str = "R1#") -> str:
        self.type(f"{line}\r")
        return await self.expect(prompt)

    async def end(self) -> str:
        async with asyncio.timeout(PATIENCE):
            shown: bytes = await self.process.stdout.read()
        return shown.decode()


@asynccontextmanager
async def door(tmp_path: Path, configuration: str = LOCAL) -> AsyncIterator[Door]:
    (tmp_path / "lab.toml").write_text('title = "ssh"\n[devices.R1]\ntype = "2811"\nconfig = "R1.cfg"\n')
    (tmp_path / "R1.cfg").write_text(configuration)
    lab = Lab(str(tmp_path / "lab.toml"))
    device = lab["R1"]
    assert isinstance(device, RouterDevice)
    drive = RealTime(lab)
    opened = SshDoor(device, drive.wake, KEYS)
    try:
        await opened.listen("127.0.0.1", 0)
        host, _, port = opened.opened.where.rpartition(":")
        yield Door(lab, (host, int(port)))
    finally:
        await opened.close()
        drive.stop()


@asynccontextmanager
async def terminal(
    client: asyncssh.SSHClientConnection, columns: int = 511, rows: int = 1000
) -> AsyncIterator[Terminal]:
    async with (
        client,
        client.create_process(term_type="vt100", term_size=(columns, rows), encoding=None) as process,
    ):
        yield Terminal(process)


def scenario(act: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        await act()

    asyncio.run(run())


async def kbdint(where: tuple[str, int], password: str) -> str:
    """Logs in by keyboard-interactive alone; the question that was asked."""
    asked: list[str] = []

    class Client(asyncssh.SSHClient):
        def kbdint_auth_requested(self) -> str:
            return ""

        def kbdint_challenge_received(
            self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
        ) -> list[str]:
            asked.extend(prompt for prompt, _ in prompts)
            return [password] * len(prompts)

    async with asyncssh.connect(
        *where,
        username="admin",
        client_factory=Client,
        preferred_auth="keyboard-interactive",
        known_hosts=None,
        config=None,
        client_keys=None,
    ):
        return "".join(asked)


def test_a_user_of_login_local_comes_in_with_his_level(tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path) as opened:
            async with terminal(await opened.connect()) as session:
                assert await session.expect("R1#") == "\r\nR1#"
                assert "level is 15" in await session.answer("show privilege")
                users = await session.answer("show users")
                assert "*  2 vty 0     admin      idle                 00:00:00   127.0.0.1" in users
                assert "Session started       admin" in await session.answer("show ssh")
                session.type("exit\r")
                assert await session.end() == "exit\r\n"
            async with terminal(await opened.connect("guest", "seen")) as session:
                await session.expect("R1>")
                assert "% No password set" in await session.answer("enable", "R1>")

    scenario(act)


def test_the_password_may_be_the_answer_to_a_question(tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path) as opened:
            assert await kbdint(opened.where, "hidden") == "Password: "

    scenario(act)


def test_wrong_names_and_passwords_are_refused_and_cost_no_line(tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path) as opened:
            for user, password in [
                ("admin", "wrong"),
                ("nobody", "hidden"),
                ("admin", ""),
                ("guest", "hidden"),
            ] * 2:
                assert await opened.refused(user, password) == "PermissionDenied"
            async with terminal(await opened.connect()) as session:
                await session.expect("R1#")
                assert " 2 vty 0     admin" in await session.answer("show users")

    scenario(act)


def test_who_guesses_too_often_is_cut_off(tmp_path: Path) -> None:
    async def act() -> None:
        tries: list[str] = []

        class Guesser(asyncssh.SSHClient):
            def password_auth_requested(self) -> str:
                tries.append("wrong")
                return "wrong"

        async with door(tmp_path, "ip ssh authentication-retries 2\n" + LOCAL) as opened:
            with pytest.raises(asyncssh.Error):
                async with asyncio.timeout(PATIENCE):
                    await asyncssh.connect(
                        *opened.where,
                        username="admin",
                        client_factory=Guesser,
                        preferred_auth="password",
                        known_hosts=None,
                        config=None,
                        client_keys=None,
                    )
        assert 2 <= len(tries) <= 3

    scenario(act)


def test_a_line_with_a_password_asks_for_that_whoever_it_is(tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path, LINE_PASSWORD) as opened:
            assert await opened.refused("anybody", "wrong") == "PermissionDenied"
            async with terminal(await opened.connect("anybody", "line")) as session:
                await session.expect("R1>")
                session.type("enable\r")
                await session.expect("Password: ")
                await session.answer("top")

    scenario(act)


def test_a_router_from_the_box_is_reached_as_by_its_console(tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path, "hostname R1\n") as opened:
            async with terminal(await opened.connect("any", "thing")) as session:
                await session.expect("R1>")
                assert await session.answer("enable") == "enable\r\nR1#"
                await session.answer("configure terminal", "(config)#")
                await session.answer("username admin secret hidden", "(config)#")
            assert await opened.refused("any", "thing") == "PermissionDenied"
            async with terminal(await opened.connect()) as session:
                await session.expect("R1>")
                assert "% No password set" in await session.answer("enable", "R1>")

    scenario(act)


def test_a_line_without_login_asks_for_nothing(tmp_path: Path) -> None:
    async def act() -> None:
        configuration = "hostname R1\nline vty 0 4\n no login\n"
        async with (
            door(tmp_path, configuration) as opened,
            terminal(await opened.connect("any", None)) as session,
        ):
            await session.expect("R1>")

    scenario(act)


@pytest.mark.parametrize("configuration", [
    "line vty 0 4\n transport input telnet\n",
    "line vty 0 4\n transport input none\n",
    "ip ssh version 1\n",
])  # fmt: skip
def test_a_router_without_ssh_on_its_lines_hangs_up(configuration: str, tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path, LOCAL + configuration) as opened:
            assert await opened.refused() in ("ConnectionLost", "ConnectionResetError")

    scenario(act)


def test_the_lines_are_shared_and_when_all_are_taken_nobody_comes_in(tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path) as opened:
            clients = [await opened.connect() for _ in range(5)]
            assert await opened.refused() in ("ConnectionLost", "ConnectionResetError")
            clients[2].close()
            await clients[2].wait_closed()
            async with terminal(await opened.connect()) as session:
                await session.expect("R1#")
                assert "vty 2     admin" in await session.answer("show users")
            for client in clients:
                client.close()

    scenario(act)


def test_clear_line_and_a_reload_hang_up(tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path) as opened:
            async with terminal(await opened.connect()) as session:
                await session.expect("R1#")
                console = opened.device.console()
                console.receive(b"\renable\rclear line vty 0\r\r")
                assert await session.end() == ""
            async with terminal(await opened.connect()) as session:
                await session.expect("R1#")
                opened.device.boot(True)
                assert await session.end() == ""

    scenario(act)


def test_a_command_that_comes_with_the_connection_is_done_and_all_is_over(tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path) as opened:
            for command, answer in {
                "show privilege": "\r\nCurrent privilege level is 15\r\n",
                "show running-config | include ^username guest": "\r\nusername guest password 0 seen\r\n",
                "show vlkan": 'Line has invalid autocommand "show vlkan"\r\n',
                "write memory": "\r\nBuilding configuration...\r\n[OK]\r\n",
            }.items():
                async with asyncio.timeout(PATIENCE), await opened.connect() as client:
                    done = await client.run(command)
                    assert (done.stdout, done.exit_status) == (answer, 0)

    scenario(act)


def test_input_that_ends_ends_the_session_behind_the_last_command(tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path) as opened, asyncio.timeout(PATIENCE):
            client = await opened.connect()
            for last, end in (("", ""), ("exit\n", "exit\r\n")):
                done = await client.run(input=f"show privilege\nping 192.0.2.1 repeat 1\n{last}")
                assert isinstance(done.stdout, str)
                assert "level is 15" in done.stdout
                assert done.stdout.endswith(f"Success rate is 0 percent (0/1)\r\nR1#{end}")
                client = await opened.connect()
            client.close()

    scenario(act)


def test_the_terminal_is_as_large_as_the_client_says(tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path) as opened, terminal(await opened.connect(), 100, 30) as session:
            await session.expect("R1#")
            assert "Length: 30 lines, Width: 100 columns" in (
                await session.answer("show terminal | include Length")
            )
            assert 'Type: "vt100"' in await session.answer("show terminal | include Type")
            session.process.change_terminal_size(120, 40)
            assert "Length: 40 lines, Width: 120 columns" in (
                await session.answer("show terminal | include Length")
            )
            await session.answer("terminal length 0")
            session.process.change_terminal_size(90, 20)
            assert "Length: 0 lines, Width: 120 columns" in (
                await session.answer("show terminal | include Length")
            )

    scenario(act)


def test_keepalives_line_feeds_breaks_and_signals(tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path) as opened, terminal(await opened.connect()) as session:
            await session.expect("R1#")
            session.type("\0\0show\0 privilege\n")
            assert "level is 15" in await session.expect("R1#")
            session.type("half a line")
            session.process.send_signal("INT")
            assert "half a line^C" in await session.expect("^C\r\nR1#")
            session.process.change_terminal_size(80, 24)
            session.type("ping 192.0.2.1\r")
            await session.expect("timeout is 2 seconds:")
            session.process.send_break(500)
            await session.expect("R1#")

    scenario(act)


def test_what_is_printed_is_one_write_with_the_prompt_at_its_end(tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path) as opened, terminal(await opened.connect()) as session:
            await session.expect("R1#")
            session.type("show version\r")
            shown = await session.process.stdout.read(65536)
            assert shown.startswith(b"show version\r\n")
            assert shown.endswith(b"\r\nR1#")

    scenario(act)


def test_logins_are_logged_without_the_password(tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path, "ip ssh logging events\nlogging buffered 10000\n" + LOCAL) as opened:
            await opened.refused("admin", "my-secret")
            async with terminal(await opened.connect()) as session:
                await session.expect("R1#")
                log = ""
                # What is logged is written a moment later.
                async with asyncio.timeout(PATIENCE):
                    while "SSH2_SESSION" not in log:
                        log = await session.answer("show logging")
        client = "from 127.0.0.1 (tty = 0)"
        assert f"%SSH-5-SSH2_USERAUTH: User 'admin' authentication for SSH2 Session {client} Failed" in log
        assert f"%SSH-5-SSH2_SESSION: SSH2 Session request {client} using crypto cipher '" in log
        assert "my-secret" not in log

    scenario(act)


def test_the_banners_come_before_and_behind_the_login(tmp_path: Path) -> None:
    banners: list[str] = []

    class Client(asyncssh.SSHClient):
        def auth_banner_received(self, msg: str, lang: str) -> None:
            banners.append(msg)

    async def act() -> None:
        texts = (
            "banner login ^C $(hostname) line $(line) ^C\nbanner motd ^C today ^C\nbanner exec ^C behind ^C\n"
        )
        async with door(tmp_path, texts + LOCAL) as opened:
            client = await asyncssh.connect(
                *opened.where,
                username="admin",
                password="hidden",
                client_factory=Client,
                known_hosts=None,
                config=None,
                client_keys=None,
            )
            async with terminal(client) as session:
                shown = await session.expect("R1#")
        assert banners == [" R1 line 2 \n"]
        assert shown.index(" today ") < shown.index(" behind ") < shown.index("R1#")

    scenario(act)


def test_a_second_session_and_forwarded_ports_are_refused(tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path) as opened, await opened.connect() as client:
            async with client.create_process(term_type="vt100", encoding=None):
                with pytest.raises(asyncssh.ChannelOpenError):
                    await client.run("show clock")
            with pytest.raises(asyncssh.ChannelOpenError):
                await client.open_connection("127.0.0.1", opened.where[1])

    scenario(act)


def test_a_client_that_types_on_while_a_command_works_is_stopped_and_heard_later(tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path) as opened, terminal(await opened.connect()) as session:
            await session.expect("R1#")
            session.type("ping 192.0.2.1 repeat 1\r")
            await session.expect("seconds:")
            session.type("\x15" * 300_000)
            session.type("show privilege\r")
            assert "level is 15" in await session.expect("level is 15")

    scenario(act)


def test_a_client_that_does_not_read_holds_up_nobody_and_is_answered_when_it_reads(tmp_path: Path) -> None:
    async def act() -> None:
        async with door(tmp_path) as opened, terminal(await opened.connect()) as other:
            await other.expect("R1#")
            async with terminal(await opened.connect()) as deaf:
                await deaf.expect("R1#")
                await deaf.answer("terminal length 0")
                deaf.process.channel.pause_reading()
                deaf.type("show running-config\r" * 500 + "show privilege\r")
                for _ in range(50):
                    assert "vty 1" in await other.answer("show users")
                deaf.process.channel.resume_reading()
                assert (await deaf.expect("level is 15")).count("version 12.4") == 500

    scenario(act)


def test_what_is_typed_without_a_pause_holds_up_nobody(tmp_path: Path) -> None:
    """A turn is short: between two of them somebody else is answered."""

    async def act() -> None:
        async with door(tmp_path) as opened, terminal(await opened.connect()) as other:
            await other.expect("R1#")
            async with terminal(await opened.connect()) as busy:
                await busy.expect("R1#")
                busy.type("?" * 200)
                await busy.expect("Exec commands:")
                await other.answer("show clock")
                shown: bytes = await busy.process.stdout.read(1 << 24)
                assert shown.count(b"Exec commands:") < 100
                # What is left of it is not waited for.
                busy.process.channel.abort()

    scenario(act)


def test_who_says_nothing_or_rubbish_gives_the_line_back(tmp_path: Path) -> None:
    async def act() -> None:
        configuration = "ip ssh time-out 1\n" + LOCAL + "no line vty 5\n"
        async with door(tmp_path, configuration) as opened, asyncio.timeout(PATIENCE):
            silent = [await asyncio.open_connection(*opened.where) for _ in range(5)]
            assert await opened.refused() in ("ConnectionLost", "ConnectionResetError")
            for reader, writer in silent:
                assert (await reader.read()).startswith(b"SSH-2.0-Cisco-1.25\r\n")
                writer.close()
            for rubbish in (
                b"GET / HTTP/1.0\r\n\r\n",
                bytes(range(256)) * 64,
                b"SSH-2.0-x\r\n" + b"\xff" * 9000,
            ):
                reader, writer = await asyncio.open_connection(*opened.where)
                writer.write(rubbish)
                with contextlib.suppress(ConnectionError):
                    await reader.read()
                writer.close()
            async with terminal(await opened.connect()) as session:
                await session.expect("R1#")
                assert "  2 vty 0     admin" in await session.answer("show users")

    scenario(act)


def test_who_is_connected_when_the_door_closes_is_told(tmp_path: Path) -> None:
    async def act() -> None:
        async with AsyncExitStack() as stack:
            async with door(tmp_path) as opened:
                session = await stack.enter_async_context(terminal(await opened.connect()))
                await session.expect("R1#")
            assert "% The lab ends" in await session.end()

    scenario(act)


def test_host_keys_are_kept_and_damaged_ones_are_made_anew() -> None:
    kept: list[bytes] = []
    made = host_keys(None, kept.append)
    assert [key.get_algorithm() for key in made] == ["ssh-ed25519", "ecdsa-sha2-nistp256"]
    again = host_keys(kept[0], kept.append)
    assert [key.get_fingerprint() for key in again] == [key.get_fingerprint() for key in made]
    assert len(kept) == 1
    host_keys(b"rubbish", kept.append)
    assert len(kept) == 2


def test_a_door_that_can_not_be_is_told(tmp_path: Path) -> None:
    async def act() -> None:
        lab = Lab("ping")
        for value, message in {
            "127.0.0.1:0=PC1": "can't be opened: PC1 has no SSH server; name a router",
            "127.0.0.1=R1": "is not understood: it is HOST:PORT=DEVICE; write --ssh 127.0.0.1:2222=R1",
            "192.0.2.1:0=R1": "can't listen at 192.0.2.1:0: Cannot assign requested address; use another",
        }.items():
            with pytest.raises(UsageError, match=re.escape(f"--ssh {value}: {message}")):
                await open_ssh(Site(lab, RealTime(lab), None, lambda text: None), value)
        with StateFolder(tmp_path) as state:
            site = Site(lab, RealTime(lab), state, lambda text: None)
            first, second = [await open_ssh(site, "127.0.0.1:0=R1") for _ in range(2)]
            assert state.names() == ["R1/ssh-host-keys"]
            for door in (first, second):
                await door.close()

    scenario(act)


def test_without_asyncssh_one_line_says_what_to_install(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['asyncssh'] = None; sys.argv[0] = 'ios-emu'; "
        "from ios_emu.main import main; main()"
    )
    arguments = ["serve", "router", "--state", str(tmp_path / "state"), "--ssh", "127.0.0.1:0=R1"]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    message = "can't be opened: asyncssh is not installed; pip install 'ios-emu[ssh]'"
    assert done.stderr == f"ios-emu: --ssh 127.0.0.1:0=R1: {message}\n"
