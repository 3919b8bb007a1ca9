"""The page of a lab in a headless Chromium: the lab sheet by clicks, simulation, consoles, hostile texts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.judges.automation import PATIENCE, converse

pytestmark = [pytest.mark.judge, pytest.mark.slow]

SHEET = """\
title = "The lab sheet, from the beginning"
links = [
    "user1-pc -- SW1:Fa0/1",
    "user2-pc -- SW1:Fa0/2",
    "Mail-Server -- SW1:Fa0/3",
    "DNS-Server -- SW1:Fa0/4",
    "R1:Fa0/0 -- SW1:Fa0/24",
]
devices.R1.type = "2811"
devices.SW1.type = "switch"
devices.user1-pc.type = "pc"
devices.user2-pc.type = "pc"
devices.Mail-Server.type = "server"
devices.DNS-Server.type = "server"
"""
Act = Callable[..., Any]


@pytest.fixture
def page(tmp_path: Path, judge: Callable[[str], str], client: Callable[[str], Path]) -> Iterator[Act]:
    """`page("lab_sheet", "lab.toml")` serves the lab, does an act in the browser, and tells what was seen."""
    browser = judge("chromium")
    processes = []

    def act(name: str, lab: str) -> Any:
        arguments = ["serve", lab, "--quick", "--state", str(tmp_path / "state"), "--json"]
        process = subprocess.Popen(
            [sys.executable, "-m", "ios_emu", *arguments, "--web", "127.0.0.1:0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        processes.append(process)
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["doors"][0]["where"]
        # Where somebody looks at the pictures, they are kept.
        pictures = Path(os.environ.get("IOS_EMU_PICTURES", tmp_path))
        request = {"url": f"{url}/", "browser": browser, "pictures": str(pictures), "act": name}
        seen = converse(client("playwright"), "web_client.py", request)
        assert (seen["problems"], seen["outside"]) == ([], [])
        assert all(low == [] for low in seen["contrast"]), seen["contrast"]
        return seen

    yield act
    for process in processes:
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=PATIENCE)[0]
        assert (process.returncode, said) == (0, ""), said


def test_the_lab_sheet_is_done_by_clicks_alone(
    page: Act, tmp_path: Path, judge: Callable[[str], str]
) -> None:
    (tmp_path / "lab.toml").write_text(SHEET)
    seen = page("lab_sheet", str(tmp_path / "lab.toml"))
    assert seen["typed"][0] == r"user1-pc C:\>ipconfig 192.168.1.1 255.255.255.0 0.0.0.0 192.168.1.20"
    assert seen["password"] == r"Mail-Server C:\>service mail user add user2 ********"
    assert seen["account"].endswith("The mail account is saved.")
    assert "Sending mail to user2@univ-djelfa.com" in seen["sent"]
    assert "Receive Mail Success.\n1 new message." in seen["received"]
    assert seen["read"].endswith("First line\n. \nlast line")
    assert "refused the connection on TCP port 25 (SMTP)" in seen["refused"]
    assert "-> 25 [SYN]" in seen["smtp"]
    assert "-> 110 [SYN]" in seen["pop3"]
    assert seen["lit"] == ["00", "6e"]
    pictures = Path(os.environ.get("IOS_EMU_PICTURES", tmp_path))
    shown = subprocess.run(
        [judge("tshark"), "-r", str(pictures / "lab.pcapng"), "-Y", 'smtp.req.command == "MAIL"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "user1@univ-djelfa.com" in shown.stdout


def test_simulation_goes_step_by_step(page: Act) -> None:
    seen = page("simulation", "lab5")
    assert (seen["before"], seen["one step"], seen["moved"]) == (0, 1, True)
    assert seen["cut"] == "lab> link user1-pc:FastEthernet0 SW1:FastEthernet0/1 down"
    assert seen["title"] == "user2-pc (pc)\n192.168.1.2/24\nFa0: up"


def test_two_browsers_see_the_same_console(page: Act) -> None:
    assert page("consoles", "lab5")["terminals"] == 2


def test_it_fits_on_a_phone(page: Act) -> None:
    assert page("phone", "lab5")["wide"] is False


def test_what_would_be_markup_stays_text(page: Act) -> None:
    seen = page("hostile", "lab5")
    assert (seen["alarms"], seen["made"]) == (0, 0)
