"""Leases that were acknowledged outlive `kill -9`, as often as it comes, and no address is given twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import ios_emu.errors

ROUNDS = 20
WORKER = Path(__file__).with_name("lease_worker.py")
PACKAGE = Path(ios_emu.errors.__file__).parents[1]
LAB = 'links = []\n[devices.R1]\ntype = "2811"\nconfig = "R1.cfg"\n'
CONFIG = """\
ip dhcp ping packets 0
ip dhcp excluded-address 10.0.0.1
ip dhcp pool LOAD
 network 10.0.0.0 255.255.0.0
interface FastEthernet0/0
 ip address 10.0.0.1 255.255.0.0
"""


def start(state: Path, lab: Path, first: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WORKER), str(state), str(lab), str(first), "100000"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
    )


@pytest.mark.kill
def test_acknowledged_leases_survive_being_killed_under_load(tmp_path: Path) -> None:
    lab = tmp_path / "lab.toml"
    lab.write_text(LAB)
    (tmp_path / "R1.cfg").write_text(CONFIG)
    state, chance = tmp_path / "state", random.Random(4)
    leased: dict[int, str] = {}
    first = 1
    for _ in range(ROUNDS):
        with start(state, lab, first) as worker:
            assert worker.stdin is not None
            assert worker.stdout is not None
            # Not all each time: renewing ten thousand would take longer than the killing.
            asked = chance.sample(sorted(leased), min(len(leased), 60))
            worker.stdin.write("".join(f"{client} {leased[client]}\n" for client in asked) + "\n")
            worker.stdin.flush()
            assert [worker.stdout.readline().strip() for _ in asked] == ["ACK"] * len(asked)
            for _ in range(chance.randrange(1, 400)):
                client, address = worker.stdout.readline().split()
                leased[int(client)] = address
            worker.kill()
            # What was on its way through the pipe was acknowledged, too; a torn last line says nothing.
            for line in worker.stdout.read().splitlines(keepends=True):
                if line.endswith("\n"):
                    client, address = line.split()
                    leased[int(client)] = address
        first = max(leased) + 1000
    assert len(leased) > 1000
    assert len(set(leased.values())) == len(leased)
    with start(state, lab, first) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write("".join(f"{client} {address}\n" for client, address in leased.items()) + "\n")
        worker.stdin.flush()
        answers = [worker.stdout.readline().strip() for _ in leased]
        worker.kill()
    assert answers == ["ACK"] * len(leased)


@pytest.mark.kill
def test_a_torn_and_a_garbled_line_cost_no_other_lease(tmp_path: Path) -> None:
    lab = tmp_path / "lab.toml"
    lab.write_text(LAB)
    (tmp_path / "R1.cfg").write_text(CONFIG)
    state = tmp_path / "state"
    with start(state, lab, 1) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
        leased = dict(worker.stdout.readline().split() for _ in range(40))
        worker.kill()
    journal = state / "R1" / "dhcp-leases"
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[3] = b"\xff" * 20 + b"\n"
    lines.insert(10, lines[9])
    journal.write_bytes(b"".join(lines) + b"L 0a0000")
    with start(state, lab, 5000) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write("".join(f"{client} {address}\n" for client, address in leased.items()) + "\n")
        worker.stdin.flush()
        answers = [worker.stdout.readline().strip() for _ in leased]
        fresh = [worker.stdout.readline().split()[1] for _ in range(8)]
        worker.kill()
    # The one whose line is garbage is not known any more; nobody is told anything wrong.
    assert sorted(answers) == ["ACK"] * 39 + ["silence"]
    assert len(set(fresh) & set(leased.values())) <= 1
    assert b"\xff" not in journal.read_bytes()
