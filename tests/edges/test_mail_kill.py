"""Mail that got its 250 outlives `kill -9`, as often as it comes, and nobody has it twice."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import ios_emu.errors
from ios_emu.edges.journal import Journals
from ios_emu.edges.store import StateFolder
from ios_emu.lab.device import HostDevice
from ios_emu.lab.topology import Lab

ROUNDS = 8
WORKER = Path(__file__).with_name("mail_worker.py")
PACKAGE = Path(ios_emu.errors.__file__).parents[1]
NUMBER = re.compile(rb"^X-Number: (\d+)", re.MULTILINE)
LAB = """\
links = ["LOAD -- SW1:Fa0/1", "MAIL -- SW1:Fa0/2"]
[devices.SW1]
type = "switch"
[devices.LOAD]
type = "pc"
address = "10.0.0.2/24"
[devices.MAIL]
type = "server"
address = "10.0.0.1/24"
mail = { domain = "univ-djelfa.com", users = { user1 = "123", user2 = "456" } }
"""


def start(state: Path, lab: Path, first: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WORKER), str(state), str(lab), str(first)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
    )


def restarted(state: Path, lab: Path) -> tuple[list[int], int]:
    """The numbers of the messages that a new process finds, in mailbox and queue; how many lines were bad."""
    with StateFolder(state) as folder:
        journals = Journals(folder)
        device = Lab(str(lab), mail=journals.opener("mail"))["MAIL"]
        assert isinstance(device, HostDevice)
        server = device.host.mail_server
        texts = [message.data for message in server.store.mailbox("user2").messages.values()]
        texts += [mail.data for mail in server.queue]
        journals.close()
    return [int(NUMBER.findall(text)[0]) for text in texts], server.damaged


@pytest.mark.kill
def test_acknowledged_mail_survives_being_killed_under_load(tmp_path: Path) -> None:
    lab, state, chance = tmp_path / "lab.toml", tmp_path / "state", random.Random(5)
    lab.write_text(LAB)
    sent: set[int] = set()
    taken: list[int] = []
    first = 0
    for _ in range(ROUNDS):
        with start(state, lab, first) as worker:
            assert worker.stdout is not None
            lines = [worker.stdout.readline() for _ in range(chance.randrange(1, 200))]
            worker.kill()
            # What was on its way through the pipe was acknowledged, too; a torn last line says nothing.
            lines += worker.stdout.readlines()
        for line in lines:
            if line.endswith("\n"):
                word, *numbers = line.split()
                (sent.update if word == "sent" else taken.extend)(map(int, numbers))
        first = max(sent, default=first) + 100
        found = Counter(restarted(state, lab)[0])
        assert set(found.values()) <= {1}
        assert not set(found) & set(taken)
        # What is gone was deleted by a last fetch that could not say so any more: the mailbox, as a whole.
        missing = sent - set(found) - set(taken)
        assert all(number % 2 for number in missing)
        assert not missing or not any(number % 2 for number in found)
        taken += missing
    assert len(sent) > 300
    assert len(set(taken)) == len(taken) > 50


@pytest.mark.kill
def test_a_torn_and_a_garbled_line_cost_no_other_mail(tmp_path: Path) -> None:
    lab, state = tmp_path / "lab.toml", tmp_path / "state"
    lab.write_text(LAB)
    with start(state, lab, 1) as worker:
        assert worker.stdout is not None
        sent = {int(worker.stdout.readline().split()[1]) for _ in range(20)}
        worker.kill()
    journal = state / "MAIL" / "mail"
    lines = journal.read_bytes().splitlines(keepends=True)
    damaged = int(NUMBER.findall(_text(lines[3]))[0])
    lines[3] = b"\xff" * 20 + b"\n"
    lines.insert(10, lines[9])
    journal.write_bytes(b"".join(lines) + b"0123abcd {")
    found, bad = restarted(state, lab)
    assert bad == 2
    assert len(set(found)) == len(found)
    assert set(found) >= sent - {damaged}


def _text(line: bytes) -> bytes:
    import json
    from base64 import b64decode

    return b64decode(json.loads(line.partition(b" ")[2])["data"])
