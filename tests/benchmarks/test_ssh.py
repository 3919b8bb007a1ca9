"""SSH: commands a second for one client, a hundred logins at once, and what a command waits for meanwhile.

The lab is served by a process of its own; asyncssh's client is beside it, on the same machine, and costs as
much as the door. `-s` shows what was measured.
"""

from __future__ import annotations

import asyncio
import json
import signal
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

COMMANDS_A_SECOND = 500
LOGINS = 100
P99_SECONDS = 0.05
MOST_KILOBYTES = 90 * 1024
COMMANDS = 1000
ROUNDS = 3
PATIENCE = 120
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
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        [door] = json.loads(self.process.stdout.readline())["doors"]
        host, _, port = door["where"].rpartition(":")
        self.where = (host, int(port))

    @property
    def kilobytes(self) -> int:
        """What the process has in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    async def connect(self) -> asyncssh.SSHClientConnection:
        return await asyncssh.connect(
            *self.where,
            username="admin",
            password="hidden",
            known_hosts=None,
            config=None,
            client_keys=None,
            login_timeout=PATIENCE,
        )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    one = Served(tmp_path_factory.mktemp("ssh"))
    yield one
    one.process.send_signal(signal.SIGTERM)
    one.process.communicate(timeout=PATIENCE)


Process = asyncssh.SSHClientProcess[bytes]


async def session(stack: AsyncExitStack, served: Served) -> Process:
    client = await stack.enter_async_context(await served.connect())
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
