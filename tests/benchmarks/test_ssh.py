"""SSH: commands a second for one client, a hundred logins at once, and what a command waits for meanwhile.

The lab is served by a process of its own; asyncssh's client is beside it, on the same machine, and costs as
much as the door. FakeNOS, a device of canned answers, is measured beside it. `-s` shows what was measured.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import asyncssh
import pytest

from tests.benchmarks.compiled import compiled
from tests.judges.clients.install import environment, is_ready

COMMANDS_A_SECOND = 500
LOGINS = 100
P99_SECONDS = 0.05
MOST_KILOBYTES = 90 * 1024
COMMANDS = 1000
ROUNDS = 3
PATIENCE = 120
MOST_LOGIN_SECONDS = 30
LAB = 'title = "SSH"\n[devices.R1]\ntype = "2811"\nconfig = "R1.cfg"\n'
CONFIGURATION = """\
hostname R1
username admin privilege 15 secret hidden
interface FastEthernet0/0
 ip address 192.0.2.1 255.255.255.0
line vty 0 199
 login local
"""


class Served:
    """The process that serves the lab."""

    def __init__(self, folder: Path) -> None:
        (folder / "lab.toml").write_text(LAB)
        (folder / "R1.cfg").write_text(CONFIGURATION)
        arguments = ["serve", str(folder / "lab.toml"), "--quick", "--state", str(folder / "state"), "--json"]
        command = [sys.executable, "-m", "ios_emu", *arguments, "--ssh", "127.0.0.1:0=R1"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=compiled())
        assert self.process.stdout is not None
        [door] = json.loads(self.process.stdout.readline())["doors"]
        host, _, port = door["where"].rpartition(":")
        self.where = (host, int(port))

    @property
    def kilobytes(self) -> int:
        """What the process has in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    one = Served(tmp_path_factory.mktemp("ssh"))
    yield one
    one.process.send_signal(signal.SIGTERM)
    one.process.communicate(timeout=PATIENCE)


class FakeNos:
    """FakeNOS with one router, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.where: tuple[str, int] = free.getsockname()
        host = {"port": self.where[1], "platform": "cisco_ios", "username": "admin", "password": "hidden"}
        (folder / "inventory.yaml").write_text(json.dumps({"hosts": {"R1": host}}))
        program = environment("fakenos") / "bin" / "fakenos"
        self.process = subprocess.Popen(
            [program, "-i", str(folder / "inventory.yaml")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    async def until_it_listens(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    socket.create_connection(self.where).close()
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    return


class Measured(NamedTuple):
    """Seconds to the first prompt, commands a second; how many of the logins came in, and in which time."""

    prompt: float
    rate: float
    came_in: int
    logins: float

    def __str__(self) -> str:
        first = f"prompt after {self.prompt * 1e3:.0f} ms, {self.rate:.1f} commands/s"
        return f"{first}, {self.came_in} of {LOGINS} logins in after {self.logins:.1f} s"


Process = asyncssh.SSHClientProcess[bytes]


async def connect(where: tuple[str, int]) -> asyncssh.SSHClientConnection:
    return await asyncssh.connect(
        *where,
        username="admin",
        password="hidden",
        known_hosts=None,
        config=None,
        client_keys=None,
        login_timeout=PATIENCE,
    )


async def session(stack: AsyncExitStack, served: Served) -> Process:
    client = await stack.enter_async_context(await connect(served.where))
    process = await stack.enter_async_context(client.create_process(term_type="vt100", encoding=None))
    await process.stdout.readuntil(b"R1#")
    return process


async def show(process: Process, command: bytes = b"show ip interface brief\r") -> float:
    """Types a command; the seconds until the prompt is back."""
    began = time.perf_counter()
    process.stdin.write(command)
    await process.stdout.readuntil(b"\r\nR1#")
    return time.perf_counter() - began


async def commands_a_second(served: Served) -> float:
    async with AsyncExitStack() as stack:
        process = await session(stack, served)
        for _ in range(COMMANDS // 10):
            await show(process)
        began = time.perf_counter()
        for _ in range(COMMANDS):
            await show(process)
        return COMMANDS / (time.perf_counter() - began)


def test_show_commands_of_one_client(served: Served) -> None:
    best = max(asyncio.run(commands_a_second(served)) for _ in range(ROUNDS))
    print(f"\n{best:.0f} show commands/s over SSH")
    assert best >= COMMANDS_A_SECOND


class Crowd(NamedTuple):
    """Many logins at once: their time, that of commands behind them, of one's meanwhile, and memory."""

    took: float
    times: list[float]
    meanwhile: list[float]
    kilobytes: int


async def log_in_at_once(served: Served) -> Crowd:
    """Logs everybody in while another session goes on; then each shows something."""
    async with AsyncExitStack() as stack:
        witness = await session(stack, served)
        began = time.perf_counter()
        logins = asyncio.gather(*(session(stack, served) for _ in range(LOGINS)))
        meanwhile = []
        while not logins.done():
            meanwhile.append(await show(witness))
        processes = await logins
        took = time.perf_counter() - began
        times = [await show(process) for _ in range(5) for process in processes]
        return Crowd(took, times, meanwhile, served.kilobytes)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's /proc")
def test_a_hundred_logins_at_once(served: Served) -> None:
    crowd = asyncio.run(log_in_at_once(served))
    p99 = statistics.quantiles(crowd.times, n=100)[98]
    print(f"\n{LOGINS} logins at once in {crowd.took:.1f} s; a command: p99 {p99 * 1000:.1f} ms")
    print(f"another session meanwhile: at most {max(crowd.meanwhile) * 1000:.0f} ms; {crowd.kilobytes} kB")
    assert p99 < P99_SECONDS
    assert crowd.kilobytes < MOST_KILOBYTES


async def measure(where: tuple[str, int], prompt: bytes, commands: int) -> Measured:
    """The same for whoever listens there: one client, then all at once. Nobody waits for a goodbye."""

    async def come_in(stack: AsyncExitStack) -> Process:
        connection = await connect(where)
        stack.callback(connection.abort)
        process = await connection.create_process(term_type="vt100", encoding=None)
        await process.stdout.readuntil(prompt)
        return process

    async with AsyncExitStack() as stack, asyncio.timeout(PATIENCE):
        began = time.perf_counter()
        process = await come_in(stack)
        first = time.perf_counter() - began
        began = time.perf_counter()
        for _ in range(commands):
            process.stdin.write(b"show clock\r")
            await process.stdout.readuntil(b"\r\n" + prompt)
        rate = commands / (time.perf_counter() - began)
    async with AsyncExitStack() as stack:
        began = time.perf_counter()
        logins = [asyncio.ensure_future(come_in(stack)) for _ in range(LOGINS)]
        done, late = await asyncio.wait(logins, timeout=MOST_LOGIN_SECONDS)
        took = time.perf_counter() - began
        for login in late:
            login.cancel()
        came_in = sum(not login.exception() for login in done)
        await asyncio.gather(*late, return_exceptions=True)
    return Measured(first, rate, came_in, took)


@pytest.mark.skipif(not is_ready("fakenos"), reason="tests/judges/install installs FakeNOS")
def test_beside_fakenos(served: Served, tmp_path: Path) -> None:
    fake = FakeNos(tmp_path)
    try:
        asyncio.run(fake.until_it_listens())
        theirs = asyncio.run(measure(fake.where, b"R1>", 10))
    finally:
        fake.process.kill()
        fake.process.wait()
    ours = asyncio.run(measure(served.where, b"R1#", COMMANDS))
    print(f"\nios-emu: {ours}\nFakeNOS: {theirs}")
    assert ours.came_in == LOGINS
    assert ours.rate > theirs.rate
    assert ours.prompt < theirs.prompt
