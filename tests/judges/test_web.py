"""The page of a lab in a headless Chromium: every view, the lab sheet, simulation, consoles, keys."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ios_emu import Lab
from tests.judges.automation import PATIENCE, converse

pytestmark = [pytest.mark.judge, pytest.mark.slow]

# All of an act, on a machine that has other things to do.
ACT_PATIENCE = 400
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
MARKUP = "<img src=x onerror=window.alarms=1>"


class Pages:
    """Serves labs, and does acts at their pages."""

    def __init__(self, folder: Path, browser: str, environment: Path) -> None:
        self.folder = folder
        # Where somebody looks at the pictures, they are kept.
        self.pictures = Path(os.environ.get("IOS_EMU_PICTURES", folder))
        self._browser, self._environment = browser, environment

    def command(self, lab: str, host: str) -> list[str]:
        arguments = ["serve", lab, "--quick", "--state", str(self.folder / "state"), "--json"]
        return [sys.executable, "-m", "ios_emu", *arguments, "--web", f"{host}:0"]

    def ask(self, **request: object) -> Any:
        """Has a request done, and sees to it that nothing was wrong with the page."""
        asked = {"browser": self._browser, "pictures": str(self.pictures), **request}
        seen = converse(self._environment, "web_client.py", asked, ACT_PATIENCE)
        assert (seen["problems"], seen["outside"]) == ([], [])
        return seen

    def act(self, name: str, lab: str = "lab5", host: str = "127.0.0.1", **more: object) -> Any:
        """Serves a lab for the time of an act."""
        process = subprocess.Popen(
            self.command(lab, host), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if host != "127.0.0.1":
                assert "can be reached from other machines" in line
                line = process.stdout.readline()
            url = json.loads(line)["doors"][0]["where"].replace(host, "127.0.0.1")
            return self.ask(act=name, url=url if "?" in url else f"{url}/", **more)
        finally:
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=PATIENCE)[0]
            assert (process.returncode, said) == (0, ""), said


@pytest.fixture
def pages(tmp_path: Path, judge: Callable[[str], str], client: Callable[[str], Path]) -> Pages:
    """The pages of this test's labs."""
    return Pages(tmp_path, judge("chromium"), client("playwright"))


def test_the_lab_sheet_is_done_by_clicks_alone(pages: Pages, judge: Callable[[str], str]) -> None:
    lab = pages.folder / "lab.toml"
    lab.write_text(SHEET)
    seen = pages.act("lab_sheet", str(lab))
    assert seen["account"] == "The mail account is saved."
    assert "Sending mail to user2@univ-djelfa.com" in seen["sent"]
    assert seen["sent"].endswith("Send Success.")
    assert seen["received"].endswith("Receive Mail Success.\n1 new message.")
    assert seen["read"].endswith("First line\n. \nlast line")
    assert seen["replied"].endswith("Send Success.")
    assert seen["deleted"] == "The mail is deleted."
    assert "refused the connection on TCP port 25 (SMTP)" in seen["refused"]
    assert "pop3: 192.168.1.2 logged in as user2" in seen["mail log"]
    assert "dns: 192.168.1.1 asked A univ-djelfa.com: 192.168.1.10" in seen["dns log"]
    assert "-> 25 [SYN]" in seen["smtp"]
    assert "-> 110 [SYN]" in seen["pop3"]
    assert seen["layers"] == ["Ethernet", "IP", "TCP", "Padding"]
    assert seen["lit"] == ["00", "6e"]
    capture = ["-r", str(pages.pictures / "lab.pcapng"), "-Y", 'smtp.req.command == "MAIL"']
    shown = subprocess.run([judge("tshark"), *capture], capture_output=True, text=True, check=True)
    assert "user1@univ-djelfa.com" in shown.stdout


def test_simulation_goes_step_by_step(pages: Pages) -> None:
    seen = pages.act("simulation")
    assert (seen["before"], seen["one step"]) == (0, 1)
    assert seen["frame"] == "ARP from user1-pc at SW1: open event"
    assert "SW1" in seen["deed"]


def test_the_plan_is_arranged_and_stays_so(pages: Pages) -> None:
    seen = pages.act("plan")
    assert seen["dragged"] == [60, -90]
    assert seen["by key"]
    assert pages.act("kept")["place"] == pytest.approx(seen["place"], abs=1)


def test_two_browsers_see_what_a_terminal_shows(pages: Pages) -> None:
    seen = pages.act("consoles")
    assert seen["here"] == seen["there"]
    brief = Lab("lab5")["R1"].run("show ip interface brief").splitlines()
    end = len(seen["here"]) - 1
    assert seen["here"][end - len(brief) : end] == [line.rstrip() for line in brief]
    before, after = seen["rows"]
    assert 24 <= before < after


def test_a_switch_has_a_console_too(pages: Pages) -> None:
    shown = pages.act("switch")["shown"]
    [sales] = [line.split() for line in shown if line.startswith("10 ")]
    assert sales == ["10", "SALES", "active", "Fa0/7"]


def test_every_view_at_a_desk(pages: Pages) -> None:
    pages.act("views")


def test_every_view_on_a_phone(pages: Pages) -> None:
    pages.act("views", phone=True)


def test_all_is_done_without_a_mouse(pages: Pages) -> None:
    seen = pages.act("keyboard")
    reached = dict(seen["reached"])
    assert [name for name, is_seen in seen["reached"] if not is_seen] == []
    devices = [
        "R1, 2811",
        "SW1, switch",
        "user1-pc, pc, 192.168.1.1/24",
        "DNS-Server, server, 192.168.1.20/24",
    ]
    cables = ["Cable user1-pc Fa0 to SW1 Fa0/1, whole: click to cut it"]
    others = ["Realtime", "Simulation", "Protocols", "Filter", "Clear", "Sequence", "PCAPNG"]
    assert {*devices, *cables, *others} <= reached.keys()
    assert len(seen["opened"]) == 1
    assert not seen["console keeps"]


def test_what_would_be_markup_stays_text(pages: Pages) -> None:
    lab = pages.folder / "lab.toml"
    path = Lab("lab5").file.path
    assert path is not None
    source = path.read_text(encoding="utf-8")
    lines = [line for line in source.splitlines() if not line.startswith("title")]
    lab.write_text("\n".join([f'title = "{MARKUP}"', *lines, ""]))
    seen = pages.act("hostile", str(lab))
    assert (seen["alarms"], seen["made"]) == (0, 0)


def test_elsewhere_only_who_has_the_token_gets_in(pages: Pages) -> None:
    seen = pages.act("token", host="0.0.0.0")
    refusal = "The address that ios-emu printed has a token in it: open that one."
    assert seen["stranger"] == [403, refusal]
