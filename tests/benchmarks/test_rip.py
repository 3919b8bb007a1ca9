"""The budgets of RIP: a row of routers that converges, and a thousand routes.

Times are held against a reference, as in the budgets of the wire; `-s` shows what was measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from ios_emu import Lab
from ios_emu.clock import MINUTE, SECOND
from ios_emu.lab.device import RouterDevice
from tests.benchmarks.test_budgets import once
from tests.benchmarks.test_wire import best

ROW = 50
ROW_SECONDS = 5.0
# Fifteen hops, each two seconds after the one before, and what it takes to begin.
ROW_LAB_SECONDS = 40
ROUTES = 1000
ROUTES_SECONDS = 1.0
MINUTE_SECONDS = 0.5

RIP = "router rip\n version 2\n no auto-summary\n network 10.0.0.0\n network 192.168.{number}.0\n"


def row(folder: Path, count: int, more: str = "") -> Path:
    """The lab file of a row of routers with a loopback each; `more` is configured on the first one."""
    links, devices = [], ""
    for number in range(count):
        config = f"hostname R{number}\ninterface Loopback0\n ip address 192.168.{number}.1 255.255.255.0\n"
        if number:
            config += f"interface FastEthernet0/0\n ip address 10.0.{number - 1}.2 255.255.255.0\n"
        if number < count - 1:
            config += f"interface FastEthernet0/1\n ip address 10.0.{number}.1 255.255.255.0\n"
            links.append(f"R{number}:Fa0/1 -- R{number + 1}:Fa0/0")
        config += RIP.format(number=number) + ("" if number else more) + "end\n"
        (folder / f"R{number}.cfg").write_text(config)
        devices += f'[devices.R{number}]\ntype = "2811"\nconfig = "R{number}.cfg"\n'
    file = folder / "lab.toml"
    file.write_text(f"links = {links}\n{devices}")
    return file


def table(lab: Lab, name: str) -> dict[str, int]:
    device = lab.devices[name]
    assert isinstance(device, RouterDevice)
    return {str(route.network): route.metric for route in device.router.routes() if route.code == "R"}


def test_fifty_routers_in_a_row_converge(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    file = row(tmp_path, ROW)

    def run() -> float:
        lab = Lab(str(file))
        began = time.perf_counter()
        lab.clock.run_until_idle()
        taken = time.perf_counter() - began
        assert lab.clock.now <= ROW_LAB_SECONDS * SECOND
        assert table(lab, "R0") == expected()
        return taken

    measured = once(benchmark, lambda: best(run, 2))
    print(f"\n{ROW} routers in a row converge in {measured:.2f} s on the reference machine")
    assert measured < ROW_SECONDS


def expected() -> dict[str, int]:
    """What the first router of the row knows: as far as 15 hops lead."""
    loopbacks = {f"192.168.{number}.0/24": number for number in range(1, 16)}
    links = {f"10.0.{number}.0/24": number for number in range(1, 16)}
    return loopbacks | links


def thousand(folder: Path) -> Callable[[], Lab]:
    """Three routers, the first of which tells of a thousand static routes."""
    statics = "".join(
        f"ip route 172.{16 + number // 256}.{number % 256}.0 255.255.255.0 Null0\n"
        for number in range(ROUTES)
    )
    file = row(folder, 3, f" redistribute static\n{statics}")
    return lambda: Lab(str(file))


def test_a_thousand_routes_cross_two_hops(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    make = thousand(tmp_path)

    def run() -> float:
        lab = make()
        began = time.perf_counter()
        lab.clock.run_until_idle()
        taken = time.perf_counter() - began
        assert len(table(lab, "R2")) == ROUTES + 3
        return taken

    measured = once(benchmark, lambda: best(run, 2))
    print(f"\n{ROUTES} routes cross two hops in {measured:.2f} s on the reference machine")
    assert measured < ROUTES_SECONDS


def test_a_minute_with_a_thousand_routes(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    lab = thousand(tmp_path)()
    lab.clock.run_until_idle()

    def run() -> float:
        began = time.perf_counter()
        lab.clock.wait(MINUTE)
        return time.perf_counter() - began

    measured = once(benchmark, lambda: best(run, 3))
    print(f"\na minute with {ROUTES} routes on three routers takes {measured:.2f} s on the reference machine")
    assert measured < MINUTE_SECONDS
