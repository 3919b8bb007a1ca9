"""A served lab for automation: a router fresh from the box, and one that asks for passwords."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 120
FRESH, GUARDED = "R1", "R2"

LAB = """\
title = "Automation"
links = ["R2:Fa0/0 -- SW1:Fa0/1", "PC1 -- SW1:Fa0/2", "R1:Fa0/0 -- SW1:Fa0/3"]

[devices.R1]
type = "2811"

[devices.R2]
type = "2811"
config = "R2.cfg"

[devices.SW1]
type = "switch"

[devices.PC1]
type = "pc"
address = "192.0.2.20/24"
"""
R2 = """\
hostname R2
enable secret top-secret
username admin privilege 15 secret admin-secret
username guest secret guest-secret
logging buffered 20000
ip domain name lab.example
ip dhcp excluded-address 192.0.2.1 192.0.2.29
ip dhcp pool LAN
 network 192.0.2.0 255.255.255.0
 default-router 192.0.2.1
interface FastEthernet0/0
 description to the hosts
 ip address 192.0.2.1 255.255.255.0
 no shutdown
interface Loopback0
 ip address 10.0.0.1 255.255.255.255
ip route 198.51.100.0 255.255.255.0 192.0.2.254
alias exec sib show ip interface brief
line con 0
 password line-secret
 login
line vty 0 15
 login local
"""


@dataclass(frozen=True)
class Door:
    """Where a door is, and what one says there; an empty password: nobody asks."""

    host: str
    port: int
    user: str
    password: str
    enable: str


class Automation:
    """The lab, with a console door and an SSH door at each router; telnet to the guarded one is published."""

    def __init__(self, folder: Path) -> None:
        (folder / "lab.toml").write_text(LAB)
        (folder / "R2.cfg").write_text(R2)
        arguments = ["serve", str(folder / "lab.toml"), "--quick", "--state", str(folder / "state"), "--json"]
        for router in (FRESH, GUARDED):
            arguments += ["--console", f"127.0.0.1:0={router}", "--ssh", f"127.0.0.1:0={router}"]
        arguments += ["--publish", f"127.0.0.1:0={GUARDED}:23"]
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ios_emu", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert said.startswith("{"), said
        self._where: dict[tuple[str, str], tuple[str, int]] = {}
        for door in json.loads(said)["doors"]:
            host, _, port = door["where"].rpartition(":")
            self._where[door["door"], door["device"]] = (host, int(port))

    def ssh(self, router: str) -> Door:
        """A router's SSH server."""
        if router == FRESH:
            return Door(*self._where["ssh", router], "anybody", "anything", "")
        return Door(*self._where["ssh", router], "guest", "guest-secret", "top-secret")

    def console(self, router: str) -> Door:
        """A router's console over telnet."""
        if router == FRESH:
            return Door(*self._where["console", router], "", "", "")
        return Door(*self._where["console", router], "", "line-secret", "top-secret")

    def vty(self) -> Door:
        """The guarded router's telnet, over the emulated wire."""
        return Door(*self._where["publish", GUARDED], "guest", "guest-secret", "top-secret")

    def stop(self) -> None:
        """Ends it, which must go well: no word on standard error."""
        self.process.send_signal(signal.SIGTERM)
        said = self.process.communicate(timeout=PATIENCE)[0]
        assert (self.process.returncode, said) == (0, ""), said or self.process.returncode


def converse(
    environment: Path, script: str, request: Mapping[str, Any] | list[str], patience: float = PATIENCE
) -> Any:
    """Runs a script of `clients/` in a client's environment: JSON in on its standard input, JSON out."""
    # A script of several parts finds them.
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [str(environment / "bin" / "python"), str(Path(__file__).parent / "clients" / script)],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def shown_commands(model: str, interface: str) -> list[str]:
    """Every show command of words alone, or with an interface, that COMMANDS.md lists for a model."""
    text = (Path(__file__).resolve().parents[2] / "COMMANDS.md").read_text(encoding="utf-8")
    of = " of a switch" if model == "2960" else ""
    commands = []
    for listed in re.findall(
        rf"^## (?:User|Privileged) EXEC{of}: .*?^Works:\n\n```\n(.*?)^```", text, re.S | re.M
    ):
        for line in listed.splitlines():
            words = re.sub(r" (\[[^a-z]*\]|\([^)]*\)\.\.\.)", "", line).replace("INTERFACE", interface)
            required, _, optional = words.partition(" [")
            commands += [
                required,
                *(f"{required} {word}" for word in optional.rstrip("]").split(" | ") if word),
            ]
    whole = re.compile(rf"show [a-z0-9 /:-]+({interface})?[a-z ]*")
    return [command for command in commands if whole.fullmatch(command)]
