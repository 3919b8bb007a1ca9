"""pyATS: unicon connects at the console and over SSH, Genie parses what IOS has parsers for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.judges.automation import FRESH, GUARDED, Automation, converse
from tests.judges.conftest import find_judge

pytestmark = [pytest.mark.judge, pytest.mark.slow]

Client = Callable[[str], Path]
LINES = ["interface Loopback5", "ip address 10.5.5.5 255.255.255.255"]
COMMANDS = [
    "show version",
    "show interfaces",
    "show ip interface",
    "show ip interface brief",
    "show interfaces description",
    "show inventory",
    "show users",
    "show clock",
    "show running-config",
]
ROUTED = ["show ip route", "show arp"]
SSH_OPTIONS = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"


def visit(automation: Automation, client: Client, router: str, protocol: str, commands: list[str]) -> Any:
    door = automation.ssh(router) if protocol == "ssh" else automation.console(router)
    # unicon knows a device by its host name.
    name = "Router" if router == FRESH else "R2"
    credentials = {"default": {"username": door.user or "any", "password": door.password or "any"}}
    if door.enable:
        credentials["enable"] = {"password": door.enable}
    way = {"protocol": protocol, "ip": door.host, "port": door.port}
    if protocol == "ssh":
        way["ssh_options"] = SSH_OPTIONS
    device = {"os": "ios", "type": "router", "credentials": credentials, "connections": {"cli": way}}
    request = {"testbed": {"devices": {name: device}}, "device": name, "commands": commands, "lines": LINES}
    return converse(client("pyats"), "pyats_client.py", request)


@pytest.mark.parametrize("protocol", ["telnet", "ssh"])
def test_a_router_from_the_box(protocol: str, automation: Automation, client: Client) -> None:
    find_judge(protocol)
    said = visit(automation, client, FRESH, protocol, COMMANDS)
    parsed = said["parsed"]
    assert parsed["show version"]["version"]["version"] == "12.4(15)T1"
    assert parsed["show interfaces"]["FastEthernet0/1"]["enabled"] is False
    assert parsed["show ip interface brief"]["interface"]["FastEthernet0/1"]["ip_address"] == "unassigned"
    assert said["shown"].splitlines() == [LINES[0], f" {LINES[1]}"]


@pytest.mark.parametrize("protocol", ["telnet", "ssh"])
def test_a_router_that_asks_for_passwords(protocol: str, automation: Automation, client: Client) -> None:
    find_judge(protocol)
    said = visit(automation, client, GUARDED, protocol, COMMANDS + ROUTED)
    parsed = said["parsed"]
    version = parsed["show version"]["version"]
    assert (version["hostname"], version["chassis"], version["curr_config_register"]) == (
        "R2",
        "2811",
        "0x2102",
    )
    interface = parsed["show interfaces"]["FastEthernet0/0"]
    assert interface["ipv4"] == {"192.0.2.1/24": {"ip": "192.0.2.1", "prefix_length": "24"}}
    assert (interface["mtu"], interface["description"], interface["duplex_mode"]) == (
        1500,
        "to the hosts",
        "full",
    )
    brief = parsed["show ip interface brief"]["interface"]["FastEthernet0/0"]
    assert (brief["method"], brief["status"], brief["protocol"]) == ("NVRAM", "up", "up")
    routes = parsed["show ip route"]["vrf"]["default"]["address_family"]["ipv4"]["routes"]
    assert routes["198.51.100.0/24"]["next_hop"]["next_hop_list"]["1"]["next_hop"] == "192.0.2.254"
    assert routes["192.0.2.0/24"]["source_protocol"] == "connected"
    neighbours = parsed["show arp"]["interfaces"]["FastEthernet0/0"]["ipv4"]["neighbors"]
    assert neighbours["192.0.2.1"]["age"] == "-"
    assert parsed["show inventory"]["main"]["chassis"]["CISCO2811"]["sn"] == version["chassis_sn"]
