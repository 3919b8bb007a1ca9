"""Netmiko at the console and over SSH: it configures, saves, and reads back, also by ntc-templates.

A console shows the log between what is typed, as every console does: a program is better off without.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ios_emu.edges.library import serve
from tests.judges.automation import FRESH, GUARDED, Automation, converse, shown_commands

pytestmark = [pytest.mark.judge, pytest.mark.slow]

Client = Callable[[str], Path]
SSH, CONSOLE, VTY = "ssh", "console", "vty"
DOORS = [(SSH, FRESH), (SSH, GUARDED), (CONSOLE, FRESH), (CONSOLE, GUARDED), (VTY, GUARDED)]
CONFIGURATION = [
    "interface FastEthernet0/1",
    "description set by a program",
    "ip address 203.0.113.1 255.255.255.0",
    "no shutdown",
]


def call(automation: Automation, client: Client, kind: str, router: str, *calls: Any) -> list[Any]:
    """Connects, goes to privileged mode, and calls; what the calls returned."""
    door = automation.vty() if kind == VTY else getattr(automation, kind)(router)
    device: dict[str, Any] = {"host": door.host, "port": door.port, "secret": door.enable}
    device["device_type"] = "cisco_ios" if kind == SSH else "cisco_ios_telnet"
    device |= {"username": door.user, "password": door.password}
    told = [(name, arguments, keywords) for name, arguments, keywords in calls]
    answers = converse(
        client("netmiko"), "netmiko_client.py", {"device": device, "calls": [("enable", (), {}), *told]}
    )
    assert isinstance(answers, list)
    return answers[1:]


def show(command: str) -> tuple[str, tuple[str], dict[str, Any]]:
    return "send_command", (command,), {}


def parse(command: str) -> tuple[str, tuple[str], dict[str, Any]]:
    return "send_command", (command,), {"use_textfsm": True, "raise_parsing_error": True}


@pytest.mark.parametrize(("kind", "router"), DOORS)
def test_it_configures_saves_and_reads_back(
    kind: str, router: str, automation: Automation, client: Client
) -> None:
    prompt, _, sent, saved, brief, startup, check = call(
        automation,
        client,
        kind,
        router,
        ("find_prompt", (), {}),
        ("send_config_set", (["no logging console", "banner motd ^C programs only ^C"],), {}),
        ("send_config_set", (CONFIGURATION,), {"error_pattern": "%"}),
        ("save_config", (), {}),
        parse("show ip interface brief"),
        show("show startup-config | section interface FastEthernet0/1"),
        ("check_enable_mode", (), {}),
    )
    assert prompt == ("Router#" if router == FRESH else "R2#")
    assert all(line in sent for line in CONFIGURATION)
    assert "[OK]" in saved
    [port] = [row for row in brief if row["interface"] == "FastEthernet0/1"]
    assert port["ip_address"] == "203.0.113.1"
    assert "ip address 203.0.113.1 255.255.255.0" in startup
    assert check is True


def the(rows: list[dict[str, Any]], key: str, value: str) -> dict[str, Any]:
    [row] = [row for row in rows if row[key] == value]
    return row


Parsed = list[dict[str, Any]]
READ: dict[str, Callable[[Parsed], bool]] = {
    "show version": lambda rows: (
        (rows[0]["version"], rows[0]["hardware"], rows[0]["hostname"], rows[0]["config_register"])
        == ("12.4(15)T1", ["2811"], "R2", "0x2102")
    ),
    "show interfaces": lambda rows: (
        the(rows, "interface", "FastEthernet0/0").items()
        >= {
            "link_status": "up",
            "hardware_type": "MV96340 Ethernet",
            "description": "to the hosts",
            "ip_address": "192.0.2.1",
            "prefix_length": "24",
            "mtu": "1500",
            "duplex": "Full-duplex",
            "speed": "100Mb/s",
            "bandwidth": "100000 Kbit",
            "input_errors": "0",
            "queue_max": "75",
        }.items()
    ),
    "show interfaces FastEthernet0/0": lambda rows: [row["interface"] for row in rows] == ["FastEthernet0/0"],
    "show interfaces description": lambda rows: the(rows, "port", "Fa0/0")["description"] == "to the hosts",
    "show ip interface": lambda rows: (
        the(rows, "interface", "FastEthernet0/0")["ip_address"] == ["192.0.2.1"]
    ),
    "show ip interface brief": lambda rows: the(rows, "interface", "Loopback0")["proto"] == "up",
    "show arp": lambda rows: the(rows, "address", "192.0.2.20")["interface"] == "FastEthernet0/0",
    "show ip arp": lambda rows: the(rows, "ip_address", "192.0.2.1")["age"] == "-",
    "show ip route": lambda rows: (
        {(row["protocol"], row["network"], row["nexthop_ip"]) for row in rows}
        >= {("C", "192.0.2.0", ""), ("C", "10.0.0.1", ""), ("S", "198.51.100.0", "192.0.2.254")}
    ),
    "show inventory": lambda rows: rows[0]["pid"] == "CISCO2811",
    "show users": lambda rows: the(rows, "user", "guest")["location"] == "127.0.0.1",
    "show clock": lambda rows: (rows[0]["timezone"], rows[0]["year"]) == ("UTC", "2002"),
    "show file systems": lambda rows: the(rows, "prefixes", "nvram:")["size"] == "245752",
    "show processes cpu": lambda rows: rows[0]["process_name"] == "Chunk Manager",
    "show aliases": lambda rows: the(rows, "alias", "sib")["command"] == "show ip interface brief",
    "show logging": lambda rows: {row["mnemonic"] for row in rows} >= {"CONFIG_I"},
    "show ip arp FastEthernet0/0": lambda rows: the(rows, "ip_address", "192.0.2.20")["age"].isdigit(),
    "show ip interface FastEthernet0/0": lambda rows: rows[0]["prefix_length"] == ["24"],
    "show interfaces FastEthernet0/0 description": lambda rows: rows[0]["port"] == "Fa0/0",
    "show ipv6 interface brief": lambda rows: the(rows, "interface", "Loopback0")["admin"] == "up",
    "show ip route summary": lambda rows: the(rows, "route_source", "static")["networks"] == "1",
    "show users all": lambda rows: the(rows, "line", "0 con 0")["user"] == "",
    "show clock detail": lambda rows: rows[0]["year"] == "2002",
    "show processes cpu sorted": lambda rows: "Logger" in {row["process_name"] for row in rows},
    "show archive": lambda rows: rows[0]["next_filename"] == "flash:archive-1",
    "show access-lists": lambda rows: (
        [(row["name"], row["action"], row["source"]) for row in rows]
        == [
            ("10", "permit", "192.0.2.0, wildcard bits 0.0.0.255"),
            ("10", "deny", "any"),
            ("WEB", "permit", "any"),
        ]
    ),
    "show ip access-lists": lambda rows: (
        the(rows, "protocol", "tcp").items()
        >= {"acl_name": "WEB", "dst_host": "192.0.2.1", "dst_port": "www", "log": "log"}.items()
    ),
    "show vlans": lambda rows: the(rows, "vlan_id", "10")["ip_addresses"] == ["10.10.10.1"],
    "dir": lambda rows: rows[0]["file_system"] == "flash:/",
    "ping 192.0.2.20": lambda rows: rows[0]["success_pct"] == "100",
    "traceroute 192.0.2.20": lambda rows: rows[0]["ip_address"] == "192.0.2.20",
}
"""What ntc-templates has a template for, and what it must have read from R2."""
ABOVE = [
    "archive",
    "path flash:archive",
    "access-list 10 permit 192.0.2.0 0.0.0.255",
    "access-list 10 deny any",
    "ip access-list extended WEB",
    "permit tcp any host 192.0.2.1 eq www log",
    "interface FastEthernet0/1.10",
    "encapsulation dot1Q 10",
    "ip address 10.10.10.1 255.255.255.0",
]
UNREADABLE = {
    # For these, the templates do not read what a real router prints.
    "show ip dhcp binding",
    "show boot",
    "show bootvar",
    "show hosts summary",
    "show running-config interface FastEthernet0/0",
    # Their names begin as those of commands for which the templates are.
    "show interfaces accounting",
    "show interfaces summary",
    "show ip rip database",
    "show archive config differences",
    "show archive config rollback timer",
    "show logging count",
    "show processes memory",
    "show startup-config",
}
ELSEWHERE = {
    "show dhcp lease",
    "show cdp neighbors",
    "show cdp neighbors detail",
    "show ip nat translations",
}
"""What other tests read."""


def test_no_template_for_what_we_show_is_forgotten(client: Client) -> None:
    commands = shown_commands("2811", "FastEthernet0/0")
    assert {"show version", "show interfaces", "show ip access-lists", "show users all"} <= set(commands)
    templates = dict(zip(commands, converse(client("netmiko"), "templates_client.py", commands), strict=True))
    known = READ.keys() | ELSEWHERE | UNREADABLE
    judged = {templates.get(command) for command in known}
    assert {
        command for command, template in templates.items() if template and template not in judged
    } == set()


def test_its_templates_read_what_the_router_shows(automation: Automation, client: Client) -> None:
    first: tuple[Any, ...] = (show("ping 192.0.2.20"), ("send_config_set", (ABOVE,), {"error_pattern": "%"}))
    answers = call(automation, client, SSH, GUARDED, *first, *map(parse, READ))[len(first) :]
    wrong = [
        f"{command}: {rows}"
        for (command, fits), rows in zip(READ.items(), answers, strict=True)
        if isinstance(rows, str) or not fits(rows)
    ]
    assert not wrong


def test_a_lease_of_the_router_is_read(automation: Automation, client: Client) -> None:
    lines = ["interface FastEthernet0/0", "ip address dhcp", "no shutdown"]
    configured = call(automation, client, SSH, FRESH, ("send_config_set", (lines,), {}))
    assert "ip address dhcp" in configured[0]
    for _ in range(20):
        [brief] = call(automation, client, SSH, FRESH, parse("show ip interface brief"))
        if the(brief, "interface", "FastEthernet0/0")["ip_address"].startswith("192.0.2."):
            break
    [lease] = call(automation, client, SSH, FRESH, parse("show dhcp lease"))
    assert (lease[0]["server"], lease[0]["state"], lease[0]["time_lease"]) == ("192.0.2.1", "Bound", "86400")


def test_a_router_from_the_box_is_read(automation: Automation, client: Client) -> None:
    """Nothing is set there: whatever is empty must not be an error."""
    commands = [
        "show version",
        "show interfaces",
        "show ip interface brief",
        "show ip interface",
        "show inventory",
    ]
    commands += ["show users", "show clock", "show file systems", "show interfaces description", "dir"]
    answers = call(automation, client, SSH, FRESH, *map(parse, commands))
    assert all(isinstance(rows, list) and rows for rows in answers), answers
    assert the(answers[2], "interface", "FastEthernet0/0")["status"] in ("up", "administratively down")


def test_the_neighbours_of_a_router_are_read(client: Client) -> None:
    with serve("three-routers", ssh=["R2"], speed=20) as lab:
        where = lab.address("R2")
        device = {"host": where.host, "port": where.port, "username": "any", "password": "thing"}
        calls = [("enable", (), {}), parse("show cdp neighbors"), parse("show cdp neighbors detail")]
        request = {"device": device | {"device_type": "cisco_ios"}, "calls": calls}
        for _ in range(30):
            _, rows, details = converse(client("netmiko"), "netmiko_client.py", request)
            if len(rows) == len(details) == 2 and isinstance(rows, list):
                break
    assert {row["neighbor_name"] for row in rows} == {"R1", "R3"}
    assert {row["platform"] for row in details} == {"Cisco 2811"}


def test_a_wrong_password_is_told(automation: Automation, client: Client) -> None:
    door = automation.ssh(GUARDED)
    device = {"device_type": "cisco_ios", "host": door.host, "port": door.port, "username": "guest"}
    with pytest.raises(AssertionError, match="NetmikoAuthenticationException"):
        converse(client("netmiko"), "netmiko_client.py", {"device": device | {"password": "no"}, "calls": []})


def test_a_router_that_boots_and_asks_whether_to_set_it_up(tmp_path: Path, client: Client) -> None:
    command = ["serve", "router", "--state", str(tmp_path), "--console", "127.0.0.1:0=R1"]
    program = [sys.executable, "-m", "ios_emu", *command]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout is not None
            host, _, port = served.stdout.readline().split()[-1].rpartition(":")
            device = {"device_type": "cisco_ios_telnet", "host": host, "port": int(port)}
            device |= {"username": "any", "password": "thing"}
            calls: list[Any] = [("enable", (), {}), ("find_prompt", (), {})]
            answers = converse(client("netmiko"), "netmiko_client.py", {"device": device, "calls": calls})
            assert answers[1] == "Router#"
        finally:
            served.terminate()
