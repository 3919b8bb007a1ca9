"""NAPALM's driver for IOS over SSH and telnet: facts, and configurations merged, replaced and rolled back.

What it asks of a router, a person configures first: the archive, and SCP where it copies over SSH. Over
telnet it writes its files with Tcl.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.judges.automation import FRESH, GUARDED, Automation, Door, converse

pytestmark = [pytest.mark.judge, pytest.mark.slow]

Client = Callable[[str], Path]
Call = tuple[str, dict[str, Any]]
PREPARE = ["archive", "path flash:archive", "exit", "ip scp server enable", "no logging console"]
WAYS = [("ssh", FRESH), ("ssh", GUARDED), ("telnet", FRESH), ("telnet", GUARDED)]
MERGED = "interface Loopback5\n description merged\n ip address 10.5.5.5 255.255.255.255\nend\n"
RUNNING: Call = ("get_config", {"retrieve": "running"})
COMPARE: Call = ("compare_config", {})
COMMIT: Call = ("commit_config", {})


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Automation]:
    """A lab of its own for each test: what is replaced is the whole configuration."""
    automation = Automation(tmp_path)
    yield automation
    automation.stop()


def door_of(lab: Automation, transport: str, router: str) -> Door:
    if transport == "ssh":
        door = lab.ssh(router)
        # Who copies files must be privileged from the login on.
        return door if router == FRESH else replace(door, user="admin", password="admin-secret")
    return lab.console(router) if router == FRESH else lab.vty()


def converse_with(lab: Automation, client: Client, transport: str, router: str, *calls: Call) -> list[Any]:
    door = door_of(lab, transport, router)
    options = {"port": door.port, "secret": door.enable, "transport": transport}
    device = {"hostname": door.host, "username": door.user, "password": door.password, "timeout": 60}
    request = {"device": device | {"optional_args": options}, "prepare": PREPARE, "calls": calls}
    answers = converse(client("napalm"), "napalm_client.py", request)
    assert isinstance(answers, list)
    return answers


def merge(config: str) -> Call:
    return "load_merge_candidate", {"config": config}


def candidate(config: str) -> Call:
    return "load_replace_candidate", {"config": config}


def test_it_reads_what_there_is(lab: Automation, client: Client) -> None:
    facts, interfaces, addresses, arp, pinged, alive = converse_with(
        lab,
        client,
        "ssh",
        GUARDED,
        ("get_facts", {}),
        ("get_interfaces", {}),
        ("get_interfaces_ip", {}),
        ("get_arp_table", {}),
        ("ping", {"destination": "192.0.2.20"}),
        ("is_alive", {}),
    )
    assert (facts["vendor"], facts["hostname"], facts["model"]) == ("Cisco", "R2", "2811")
    assert facts["fqdn"] == "R2.lab.example"
    assert facts["interface_list"] == ["FastEthernet0/0", "FastEthernet0/1", "Loopback0"]
    assert facts["os_version"].startswith("2800 Software (C2800NM-ADVIPSERVICESK9-M), Version 12.4")
    assert interfaces["FastEthernet0/0"]["description"] == "to the hosts"
    assert interfaces["FastEthernet0/0"]["is_up"] is True
    assert interfaces["FastEthernet0/1"]["is_enabled"] is False
    assert interfaces["FastEthernet0/0"]["speed"] == 100.0
    assert addresses["FastEthernet0/0"] == {"ipv4": {"192.0.2.1": {"prefix_length": 24}}}
    assert "192.0.2.1" in [row["ip"] for row in arp]
    # The first is lost while ARP asks.
    assert (pinged["success"]["probes_sent"], pinged["success"]["packet_loss"]) == (5, 1)
    assert alive == {"is_alive": True}


@pytest.mark.parametrize("transport", ["ssh", "telnet"])
def test_it_reads_a_router_from_the_box(transport: str, lab: Automation, client: Client) -> None:
    facts, interfaces, addresses, alive = converse_with(
        lab,
        client,
        transport,
        FRESH,
        ("get_facts", {}),
        ("get_interfaces", {}),
        ("get_interfaces_ip", {}),
        ("is_alive", {}),
    )
    assert (facts["hostname"], facts["model"], facts["fqdn"]) == ("Router", "2811", "Router.not set")
    assert facts["interface_list"] == ["FastEthernet0/0", "FastEthernet0/1"]
    assert interfaces["FastEthernet0/1"]["is_enabled"] is False
    assert addresses == {}
    assert alive == {"is_alive": True}


def said(config: dict[str, str]) -> list[str]:
    """The lines of a configuration, but for that which keeps files from asking while NAPALM is there."""
    return [line for line in config["running"].splitlines() if line not in ("!", "file prompt quiet")]


@pytest.mark.parametrize(("transport", "router"), WAYS)
def test_it_merges_and_rolls_back(transport: str, router: str, lab: Automation, client: Client) -> None:
    before, _, difference, done, after, _, running = converse_with(
        lab,
        client,
        transport,
        router,
        RUNNING,
        merge(MERGED),
        COMPARE,
        COMMIT,
        RUNNING,
        ("rollback", {}),
        RUNNING,
    )
    assert difference.splitlines() == [f"+{line}" for line in MERGED.splitlines()[:-1]]
    assert done is None
    assert "interface Loopback5\n description merged\n ip address 10.5.5.5" in after["running"]
    assert said(running) == said(before)


@pytest.mark.parametrize(("transport", "router"), WAYS)
def test_it_replaces(transport: str, router: str, lab: Automation, client: Client) -> None:
    [before] = converse_with(lab, client, transport, router, RUNNING)
    goal = before["running"].replace("interface FastEthernet0/1\n no ip address", CHANGED).lstrip()
    goal = goal[goal.index("version") :]
    _, difference, done, after, again, nothing = converse_with(
        lab, client, transport, router, candidate(goal), COMPARE, COMMIT, RUNNING, candidate(goal), COMPARE
    )
    assert difference.splitlines() == [
        "interface FastEthernet0/1",
        " +description replaced",
        " +ip address 203.0.113.9 255.255.255.0",
        "interface FastEthernet0/1",
        " -no ip address",
    ]
    assert done is None
    assert CHANGED in after["running"]
    assert (again, nothing) == (None, "")


CHANGED = "interface FastEthernet0/1\n description replaced\n ip address 203.0.113.9 255.255.255.0"


def test_what_cannot_be_replaced_leaves_the_router_as_it_was(lab: Automation, client: Client) -> None:
    [before] = converse_with(lab, client, "ssh", GUARDED, RUNNING)
    goal = before["running"].replace("hostname R2\n", "hostname R3\nno such command\n")
    goal = goal[goal.index("version") :]
    _, refused, after = converse_with(lab, client, "ssh", GUARDED, candidate(goal), COMMIT, RUNNING)
    assert refused["raised"] == "ReplaceConfigException"
    assert "Failed to apply command no such command" in refused["text"]
    assert said(after) == said(before)


def test_a_commit_that_nobody_confirms_is_reverted_and_one_can_be_confirmed(
    lab: Automation, client: Client
) -> None:
    _, _, pending, confirmed, rest, _, _, reverted, running = converse_with(
        lab,
        client,
        "ssh",
        GUARDED,
        merge("hostname R2\ninterface Loopback6\n description kept\nend\n"),
        ("commit_config", {"revert_in": 120}),
        ("has_pending_commit", {}),
        ("confirm_commit", {}),
        ("has_pending_commit", {}),
        merge("interface Loopback7\n description lost\nend\n"),
        ("commit_config", {"revert_in": 120}),
        ("rollback", {}),
        RUNNING,
    )
    assert (pending, confirmed, rest) == (True, None, False)
    assert reverted is None
    assert "description kept" in running["running"]
    assert "description lost" not in running["running"]
