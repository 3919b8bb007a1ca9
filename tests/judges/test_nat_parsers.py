"""Genie and ntc-templates read what `show ip nat ...` prints: the programs of others know its columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ios_emu.lab.topology import Lab
from tests.judges.automation import converse

pytestmark = [pytest.mark.judge, pytest.mark.slow]

Client = Callable[[str], Path]
TRANSLATIONS, STATISTICS = "show ip nat translations", "show ip nat statistics"


@pytest.fixture
def shown() -> dict[str, str]:
    """What a router with a static mapping, an exhausted pool, and flows of each kind shows."""
    lab = Lab("nat")
    router = lab["R1"]
    router.run("enable")
    for line in (
        "configure terminal",
        "no ip nat inside source list 1 interface FastEthernet0/1 overload",
        "ip nat pool WORLD 203.0.113.50 203.0.113.51 netmask 255.255.255.0",
        "ip nat inside source list 1 pool WORLD overload",
        "end",
    ):
        router.run(line)
    lab["PC1"].run("ping 198.51.100.10")
    lab["PC2"].run("ping 198.51.100.10")
    lab["PC2"].run("nslookup example.org")
    lab["PC3"].run("ping 203.0.113.10")
    return {command: router.run(command) for command in (TRANSLATIONS, STATISTICS)}


def test_genie(shown: dict[str, str], client: Client) -> None:
    parsed = converse(client("pyats"), "genie_parser.py", {"shown": shown})
    entries = parsed[TRANSLATIONS]["vrf"]["default"]["index"]
    assert [entries[str(number)]["protocol"] for number in range(1, 6)] == [
        "icmp",
        "---",
        "icmp",
        "icmp",
        "udp",
    ]
    assert entries["4"] == {
        "protocol": "icmp",
        "inside_global": "203.0.113.50:1",
        "inside_local": "192.168.1.2:0",
        "outside_local": "198.51.100.10:0",
        "outside_global": "198.51.100.10:1",
    }
    statistics = parsed[STATISTICS]
    assert statistics["active_translations"] == {"total": 5, "static": 1, "dynamic": 4, "extended": 4}
    assert statistics["interfaces"] == {"outside": ["FastEthernet0/1"], "inside": ["FastEthernet0/0"]}
    mapping = statistics["dynamic_mappings"]["inside_source"]["id"]
    [found] = mapping.values()
    assert (found["access_list"], found["refcount"]) == ("1", 3)
    assert found["pool"]["WORLD"]["allocated"] == 1


def test_ntc_templates(shown: dict[str, str], client: Client) -> None:
    rows = converse(client("netmiko"), "textfsm_parser.py", {"shown": {TRANSLATIONS: shown[TRANSLATIONS]}})
    assert [row["protocol"] for row in rows[TRANSLATIONS]] == ["icmp", "---", "icmp", "icmp", "udp"]
    echo = rows[TRANSLATIONS][3]
    assert (echo["inside_global_ip"], echo["inside_global_port"]) == ("203.0.113.50", "1")
    assert (echo["inside_local_ip"], echo["inside_local_port"]) == ("192.168.1.2", "0")
