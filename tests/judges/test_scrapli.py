"""Scrapli, the classic one and that of today, over SSH and telnet, with each of their transports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.judges.automation import FRESH, GUARDED, Automation, converse
from tests.judges.conftest import find_judge

pytestmark = [pytest.mark.judge, pytest.mark.slow]

Client = Callable[[str], Path]
LINES = ["interface Loopback7", "description set by a program", "ip address 10.7.7.7 255.255.255.255"]
COMMANDS = ["show running-config interface Loopback7", "show vlkan", "show ip interface brief"]


class Way(NamedTuple):
    """A generation of Scrapli, a transport of it, and the program that the transport needs."""

    client: str
    script: str
    transport: str
    program: str | None = None


CLASSIC, TODAY = ("scrapli-classic", "scrapli_classic_client.py"), ("scrapli", "scrapli_client.py")
WAYS = [
    Way(*CLASSIC, "system", "ssh"),
    Way(*CLASSIC, "paramiko"),
    Way(*CLASSIC, "asyncssh"),
    Way(*CLASSIC, "telnet"),
    Way(*CLASSIC, "asynctelnet"),
    Way(*TODAY, "ssh2"),
    Way(*TODAY, "bin", "ssh"),
    Way(*TODAY, "telnet"),
]
PAIRS = [(way, router) for way in WAYS for router in (FRESH, GUARDED)]


@pytest.mark.parametrize(
    ("way", "router"), PAIRS, ids=[f"{way.client}-{way.transport}-{router}" for way, router in PAIRS]
)
def test_it_configures_and_reads_back(way: Way, router: str, automation: Automation, client: Client) -> None:
    if way.program is not None:
        find_judge(way.program)
    over_telnet = way.transport.endswith("telnet")
    door = automation.ssh(router)
    if over_telnet:
        # A console says nothing before it hears the first Enter, and Scrapli waits for the first question.
        door = automation.console(router) if router == FRESH else automation.vty()
    request = {
        "host": door.host,
        "port": door.port,
        "transport": way.transport,
        "auth_username": door.user,
        "auth_password": door.password,
        "auth_secondary": door.enable,
        "auth_bypass": over_telnet and not door.password,
        "lines": LINES,
        "commands": COMMANDS,
    }
    said = converse(client(way.client), way.script, request)
    assert said["prompt"] == ("Router#" if router == FRESH else "R2#")
    assert said["configured"] is True
    interface, mistake, brief = said["shown"]
    assert interface["result"].split("!\n")[1].splitlines() == [
        LINES[0],
        *(f" {line}" for line in LINES[1:]),
        "end",
    ]
    assert mistake["failed"] is True
    assert "% Invalid input detected at '^' marker." in mistake["result"]
    assert brief["failed"] is False
    assert "10.7.7.7        YES manual up                    up" in brief["result"]
