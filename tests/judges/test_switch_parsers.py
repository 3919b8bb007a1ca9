"""ntc-templates read what a switch shows: the programs of others know its columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ios_emu.lab.topology import Lab
from tests.judges.automation import converse, shown_commands

pytestmark = [pytest.mark.judge, pytest.mark.slow]

Client = Callable[[str], Path]
Parsed = list[dict[str, Any]]
PORT = "FastEthernet0/1"


def the(rows: Parsed, field: str, value: str) -> dict[str, Any]:
    """The one row that has this value in that field."""
    [row] = [row for row in rows if row[field] == value]
    return row


def stations(rows: Parsed) -> set[tuple[str, str]]:
    """The VLAN and the port of each station that was learnt."""
    return {(row["vlan_id"], row["destination_port"][0]) for row in rows if row["type"] == "DYNAMIC"}


LEARNT = {("20", "Fa0/11"), ("10", "Gi0/1"), ("20", "Gi0/1")}
READ: dict[str, Callable[[Parsed], bool]] = {
    "show interfaces status": lambda rows: (
        the(rows, "port", "Fa0/1").items() >= {"status": "connected", "vlan_id": "10"}.items()
        and the(rows, "port", "Gi0/1")["vlan_id"] == "trunk"
        and len(rows) == 26
    ),
    "show interfaces status err-disabled": lambda rows: (
        the(rows, "interface", "Fa0/2").items()
        >= {"status": "err-disabled", "port_error": "psecure-violation"}.items()
    ),
    "show interfaces switchport": lambda rows: (
        the(rows, "interface", "Fa0/1").items() >= {"mode": "static access", "access_vlan": "10"}.items()
        and the(rows, "interface", "Gi0/1").items() >= {"mode": "trunk", "native_vlan": "99"}.items()
    ),
    "show mac address-table": lambda rows: stations(rows) >= LEARNT,
    "show mac address-table dynamic": lambda rows: stations(rows) >= LEARNT,
    "show mac address-table static": lambda rows: (
        the(rows, "destination_address", "ffff.ffff.ffff")["vlan_id"] == "All"
    ),
    f"show mac address-table interface {PORT}": lambda rows: (
        [(row["vlan_id"], row["type"]) for row in rows] == [("10", "STATIC")]
    ),
    f"show port-security interface {PORT}": lambda rows: (
        rows[0].items()
        >= {"port_status": "Secure-up", "violation_mode": "Shutdown", "sticky_mac_addrs": "1"}.items()
    ),
    "show vlan": lambda rows: the(rows, "vlan_id", "20")["interfaces"] == ["Fa0/11", "Fa0/12"],
    "show vlan brief": lambda rows: "Fa0/1" in the(rows, "vlan_id", "10")["interfaces"],
    "show vtp status": lambda rows: (
        rows[0].items() >= {"mode": "Server", "existing_vlan_count": "8", "max_vlans": "255"}.items()
    ),
}
"""What ntc-templates has a template for, and what it must have read."""
UNREADABLE = {
    # Their names begin as those of commands for which the templates are.
    "show interfaces trunk",
    "show mac address-table aging-time",
    "show mac address-table count",
    "show vlan summary",
    # A switch has no routes, and says who leads on: the template is for a table of them.
    "show ip route",
}


@pytest.fixture
def shown() -> dict[str, str]:
    """What the switch of a router on a stick shows, with a secure port, and one that was violated."""
    lab = Lab("stick")
    switch = lab["SW1"]
    switch.run("enable")
    for line in (
        "configure terminal",
        f"interface {PORT}",
        "switchport port-security",
        "switchport port-security mac-address sticky",
        "interface FastEthernet0/2",
        "switchport port-security",
        "switchport port-security mac-address 0200.0000.0001",
        "end",
    ):
        switch.run(line)
    lab["PC1"].run("ping 192.168.20.10")
    lab["PC2"].run("ping 192.168.10.1")
    return {command: switch.run(command) for command in READ}


def test_ntc_templates(shown: dict[str, str], client: Client) -> None:
    parsed = converse(client("netmiko"), "textfsm_parser.py", {"shown": shown})
    assert [command for command, fits in READ.items() if not fits(parsed[command])] == []


def test_no_template_for_what_a_switch_shows_is_forgotten(client: Client) -> None:
    # The older name of the table shows the same.
    commands = [
        command
        for command in shown_commands("2960", PORT)
        if not command.startswith("show mac-address-table")
    ]
    assert {"show vlan brief", "show interfaces switchport", "show port-security"} <= set(commands)
    templates = converse(client("netmiko"), "templates_client.py", commands)
    found = {command for command, template in zip(commands, templates, strict=True) if template}
    assert found == READ.keys() | UNREADABLE
