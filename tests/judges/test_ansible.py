"""Ansible's cisco.ios over SSH: facts, commands, configuration; what is done already is not done again."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.judges.automation import FRESH, GUARDED, PATIENCE, Automation

pytestmark = [pytest.mark.judge, pytest.mark.slow]

Client = Callable[[str], Path]
PLAYBOOK = Path(__file__).parent / "clients" / "playbook.yml"


def play(automation: Automation, environment: Path, folder: Path, library: str) -> dict[str, Any]:
    """Runs the playbook with one of the two SSH libraries; what was found, by router."""
    lines = ["[routers]"]
    for router in (FRESH, GUARDED):
        door = automation.ssh(router)
        become = f" ansible_become_password={door.enable}" if door.enable else ""
        login = f"ansible_user={door.user} ansible_password={door.password}"
        lines.append(f"{router} ansible_port={door.port} {login}{become}")
    lines += [
        "[routers:vars]",
        "ansible_host=127.0.0.1",
        "ansible_connection=ansible.netcommon.network_cli",
        "ansible_network_os=cisco.ios.ios",
        "ansible_become=true",
        "ansible_become_method=ansible.netcommon.enable",
        f"ansible_network_cli_ssh_type={library}",
    ]
    folder.mkdir(exist_ok=True)
    (folder / "inventory.ini").write_text("\n".join(lines) + "\n")
    command = [environment / "bin" / "ansible-playbook", "-i", folder / "inventory.ini", PLAYBOOK]
    own = {"ANSIBLE_HOST_KEY_CHECKING": "false", "ANSIBLE_HOME": str(folder), "HOME": str(folder)}
    # Ansible looks for its own programs along the path.
    own["PATH"] = f"{environment / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(
        [*map(str, command), "-e", f"results={folder}"],
        env=os.environ | own,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {router: json.loads((folder / f"{router}.json").read_text()) for router in (FRESH, GUARDED)}


def test_facts_and_configuration_and_nothing_to_do_the_second_time(
    automation: Automation, client: Client, tmp_path: Path
) -> None:
    first = play(automation, client("ansible"), tmp_path / "first", "paramiko")
    for router, hostname in ((FRESH, "Router"), (GUARDED, "R2")):
        facts = first[router]["facts"]
        assert facts["ansible_net_hostname"] == hostname
        assert (facts["ansible_net_version"], facts["ansible_net_model"]) == ("12.4(15)T1", "2811")
        assert facts["ansible_net_image"] == "flash:c2800nm-advipservicesk9-mz.124-15.T1.bin"
        assert facts["ansible_net_serialnum"].startswith("FTX")
        assert facts["ansible_net_iostype"] == "IOS"
        assert first[router]["changed"] == [True] * 4
        assert 'b"show' not in facts["ansible_net_interfaces"]
    guarded = first[GUARDED]["facts"]
    assert guarded["ansible_net_all_ipv4_addresses"] == ["192.0.2.1", "10.0.0.1"]
    interface = guarded["ansible_net_interfaces"]["FastEthernet0/0"]
    assert interface["ipv4"] == [{"address": "192.0.2.1", "subnet": "24"}]
    assert (interface["operstatus"], interface["description"], interface["bandwidth"]) == (
        "up",
        "to the hosts",
        100000,
    )
    resources = guarded["ansible_network_resources"]
    assert {"name": "Loopback0", "ipv4": [{"address": "10.0.0.1/32"}]} in resources["l3_interfaces"]
    [family] = resources["static_routes"][0]["address_families"]
    assert family["routes"][0]["dest"] == "198.51.100.0/24"

    second = play(automation, client("ansible"), tmp_path / "second", "libssh")
    for router in (FRESH, GUARDED):
        assert second[router]["changed"] == [False] * 4
        assert "10.8.8.8        YES manual up                    up" in second[router]["brief"]
        assert {"10.8.8.8", "10.9.9.9"} <= set(second[router]["facts"]["ansible_net_all_ipv4_addresses"])
        startup = second[router]["facts"]["ansible_net_config"]
        assert "ip route 203.0.113.0 255.255.255.0 192.0.2.253" in startup
