"""pexpect types as a person does: pages and questions, at consoles, VTYs and over SSH."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.judges.automation import FRESH, GUARDED, Automation, Door, converse
from tests.judges.conftest import find_judge

pytestmark = [pytest.mark.judge, pytest.mark.slow]

Client = Callable[[str], Path]
Step = tuple[str, str | None]
SSH, CONSOLE, VTY = "ssh", "console", "vty"
DOORS = [(SSH, FRESH), (SSH, GUARDED), (CONSOLE, FRESH), (CONSOLE, GUARDED), (VTY, GUARDED)]
SSH_OPTIONS = [
    f"-o{option}" for option in ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR")
]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Automation]:
    """A lab of its own: what is typed changes its routers."""
    automation = Automation(tmp_path)
    yield automation
    automation.stop()


def arrival(kind: str, door: Door) -> tuple[list[str], list[Step]]:
    """The program that connects, and how one gets to its first prompt."""
    port = str(door.port)
    if kind == SSH:
        words = [find_judge("ssh"), "-F", "none", *SSH_OPTIONS, "-p", port, f"{door.user}@{door.host}"]
        return words, [("[Pp]assword: ", f"{door.password}\n")]
    steps: list[Step] = [(r"Escape character is .*\n", "\r" if kind == CONSOLE else None)]
    if door.user:
        steps.append(("Username: ", f"{door.user}\r"))
    if door.password:
        steps.append(("Password: ", f"{door.password}\r"))
    return [find_judge("telnet"), door.host, port], steps


@pytest.mark.parametrize(("kind", "router"), DOORS)
def test_a_session_with_pages_and_questions(kind: str, router: str, lab: Automation, client: Client) -> None:
    door = lab.vty() if kind == VTY else lab.ssh(router) if kind == SSH else lab.console(router)
    words, steps = arrival(kind, door)
    name = "Router" if router == FRESH else "R2"
    end = "\n" if kind == SSH else "\r"
    steps.append((f"{name}>", f"enable{end}"))
    if door.enable:
        steps.append(("Password: ", f"{door.enable}{end}"))
    steps += [
        (f"{name}#", f"show running-config{end}"),
        ("--More--", " "),
        ("--More--", "q"),
        (f"{name}#", f"terminal length 0{end}"),
        (f"{name}#", f"show version{end}"),
        (r"Configuration register is 0x2102\s+" + name + "#", f"configure terminal{end}"),
        (r"\(config\)#", f"hostname Typed{end}"),
        (r"Typed\(config\)#", f"end{end}"),
        ("Typed#", f"copy running-config startup-config{end}"),
        (r"Destination filename \[startup-config\]\? ", end),
        (r"\[OK\]", None),
        ("Typed#", f"configure terminal{end}"),
        (r"\(config\)#", f"no ip domain lookup{end}end{end}"),
        ("Typed#", f"reload{end}"),
        (r"Save\? \[yes/no\]: ", f"no{end}"),
        (r"Proceed with reload\? \[confirm\]", "n"),
        ("Typed#", f"exit{end}"),
    ]
    request = {
        "words": words,
        "steps": steps,
        "environment": os.environ | {"TERM": "vt100", "SSH_ASKPASS_REQUIRE": "never"},
    }
    shown = converse(client("pexpect"), "pexpect_client.py", request)
    assert len(shown) == len(steps)
    assert door.password == "" or not any(door.password in text for text in shown)
