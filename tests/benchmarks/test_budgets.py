"""The budgets: the first prompt, memory, configuration lines per second, a pasted configuration.

Machines differ, so a time is held against another that is measured beside it: `shlex.split` of the same
lines (pure Python that reads text, as the engine is), or the start of a program that only imports what the
command can't do without. What the budgets mean in seconds is for a machine on which shlex splits 80,000 of
these lines a second and the bare program needs 0.13 s; `-s` shows what was measured.
"""

from __future__ import annotations

import os
import select
import shlex
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from ios_emu import Lab
from ios_emu.cli import modes
from ios_emu.cli.grammar import MODES, Grammar
from ios_emu.cli.grammar_source import grammar_folder
from ios_emu.cli.grammar_tables import kept_tables
from ios_emu.cli.shell import Shell
from ios_emu.lab.device import RouterDevice

SPLITS_A_SECOND = 80_000
LINES_A_SECOND = 20_000
PASTED_LINES = 10_000
PASTE_SECONDS = 3.0
PASTE_CHUNK = 4096
FIRST_PROMPT_SECONDS = 0.25
BARE_SECONDS = 0.13
MOST_KILOBYTES = 60 * 1024
ROUNDS = 7
PATIENCE = 20

BARE = "import click, prompt_toolkit.input.vt100; print('>', end='', flush=True)"
Result = TypeVar("Result")
pseudo_terminal = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's /proc")


def configuration(lines: int) -> list[str]:
    """A configuration as routers have them: of ten lines, three are an interface, four a pool."""
    text: list[str] = []
    for number in range(lines // 10):
        high, low = number >> 8, number & 255
        text += [
            f"interface Loopback{number}",
            f" description Link to building {number}",
            f" ip address 10.{high}.{low}.1 255.255.255.0",
            f"ip route 172.{16 + high}.{low}.0 255.255.255.0 10.{high}.{low}.2",
            f"ip dhcp excluded-address 10.{high}.{low}.1 10.{high}.{low}.9",
            f"ip dhcp pool POOL{number}",
            f"   network 10.{high}.{low}.0 255.255.255.0",
            f"   default-router 10.{high}.{low}.1 ",
            "   dns-server 10.0.0.3 ",
            "!",
        ]
    return text


def seconds(act: Callable[[], object]) -> float:
    """Processor time: what else the machine does counts as little as can be."""
    start = time.process_time()
    act()
    return time.process_time() - start


def splitting(lines: list[str]) -> float:
    return seconds(lambda: [shlex.split(line) for line in lines])


def typing(lines: list[str]) -> float:
    """The time that the shell of a fresh router takes for the lines, without a terminal."""
    device = Lab("router")["R1"]
    assert isinstance(device, RouterDevice)
    shell = Shell(device.router, level=15)
    shell.enter(modes.CONFIG)
    return seconds(lambda: [shell.execute(line) for line in lines])


def pasting(lines: list[str]) -> float:
    return seconds(lambda: paste(lines))


def ratio(measure: Callable[[], float], reference: Callable[[], float], rounds: int = ROUNDS) -> float:
    """How many times as long as the reference it takes: the median of runs side by side."""
    return statistics.median(measure() / reference() for _ in range(rounds))


def paste(lines: list[str]) -> None:
    """Sends the lines to a console in pieces, as a terminal does; none may be refused or lost."""
    lab = Lab("router")
    console = lab["R1"].console()
    shown: list[bytes] = []
    console.attach(shown.append)
    console.receive(b"\renable\rconfigure terminal\r")
    data = "".join(f"{line}\r" for line in lines).encode()
    for start in range(0, len(data), PASTE_CHUNK):
        console.receive(data[start : start + PASTE_CHUNK])
        lab.clock.run_until_idle()
    screen = b"".join(shown)
    assert b"\n%" not in screen
    assert screen.count(b"\n") >= len(lines)


def test_configuration_lines(benchmark: BenchmarkFixture) -> None:
    lines = configuration(1000)
    typing(lines)
    measured = once(benchmark, lambda: ratio(lambda: typing(lines), lambda: splitting(lines)))
    best = min(typing(lines) for _ in range(ROUNDS))
    print(f"\na line costs {measured:.2f} splits; here at best {len(lines) / best:.0f} lines/s")
    assert measured <= SPLITS_A_SECOND / LINES_A_SECOND


def test_ten_thousand_lines_pasted(benchmark: BenchmarkFixture) -> None:
    lines = configuration(PASTED_LINES)
    paste(lines[:100])
    measured = once(benchmark, lambda: ratio(lambda: pasting(lines), lambda: splitting(lines), 3))
    best = min(pasting(lines) for _ in range(3))
    print(f"\na pasted line costs {measured:.2f} splits; here at best {best:.2f} s for {len(lines)}")
    assert measured <= PASTE_SECONDS * SPLITS_A_SECOND / PASTED_LINES


def test_a_long_configuration_costs_no_more_by_the_line_than_a_short_one() -> None:
    short, long = configuration(1000), configuration(4000)
    measured = ratio(lambda: typing(long), lambda: typing(short), 3)
    print(f"\nfour times the lines take {measured:.1f} times the time")
    assert measured < 4 * 1.5


def test_the_grammar_of_all_modes_is_loaded(benchmark: BenchmarkFixture) -> None:
    kept_tables(grammar_folder(), MODES)
    loaded = once(benchmark, lambda: Grammar(kept_tables(grammar_folder(), MODES)), rounds=5)
    assert loaded.begin("exec").choices()  # type: ignore[no-untyped-call]


def once(benchmark: BenchmarkFixture, act: Callable[[], Result], rounds: int = 1) -> Result:
    """What `act` returns, run so many times and shown in the table of pytest-benchmark."""
    result: Result = benchmark.pedantic(act, rounds=rounds)  # type: ignore[no-untyped-call]
    return result


@pseudo_terminal
def test_the_first_prompt_and_its_memory(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ios_emu", "--quick", "--state", str(tmp_path)]
    first_prompt(command, b"Router>")
    pairs = [
        (first_prompt(command, b"Router>"), first_prompt([sys.executable, "-c", BARE], b">"))
        for _ in range(ROUNDS)
    ]
    measured = statistics.median(prompt[0] / bare[0] for prompt, bare in pairs)
    memory = max(prompt[1] for prompt, _ in pairs)
    middle = statistics.median(prompt[0] for prompt, _ in pairs)
    print(f"\nfirst prompt after {middle:.3f} s, {measured:.2f} times the bare start; {memory / 1024:.0f} MB")
    assert memory < MOST_KILOBYTES
    assert measured <= FIRST_PROMPT_SECONDS / BARE_SECONDS


def first_prompt(command: list[str], prompt: bytes) -> tuple[float, int]:
    """Seconds from the start of a process in a pseudo-terminal to its prompt, and its peak of kilobytes."""
    import pty

    start = time.perf_counter()
    process, terminal = pty.fork()
    if process == 0:
        # As at a user's second start: what was compiled is kept.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        os.execve(command[0], command, kept)
    try:
        os.write(terminal, b"\r")
        shown = b""
        while prompt not in shown:
            ready, _, _ = select.select([terminal], [], [], PATIENCE)
            assert ready, shown
            shown += os.read(terminal, 65536)
        taken = time.perf_counter() - start
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    finally:
        os.kill(process, 9)
        os.waitpid(process, 0)
        os.close(terminal)
    [peak] = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return taken, int(peak)
