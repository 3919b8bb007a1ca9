"""OpenSSH's client: its questions, single commands, sessions, and a host key that stays the same."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.judges.automation import FRESH, GUARDED, PATIENCE, Automation

pytestmark = [pytest.mark.judge, pytest.mark.slow]

Judge = Callable[[str], str]


class Ssh:
    """OpenSSH's client, with a folder for what it knows of hosts."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program = program
        self.known = folder / "known_hosts"
        self.ask = folder / "ask"

    def run(
        self, automation: Automation, router: str, *command: str, typed: str = "", **options: str
    ) -> subprocess.CompletedProcess[str]:
        """Connects; `options` are those of ssh_config, and `password` takes the place of the right one."""
        door = automation.ssh(router)
        self.ask.write_text(f"#!/bin/sh\necho '{options.pop('password', door.password)}'\n")
        self.ask.chmod(0o700)
        told = {
            "UserKnownHostsFile": str(self.known),
            "GlobalKnownHostsFile": "/dev/null",
            "StrictHostKeyChecking": "accept-new",
            "HostKeyAlias": router,
            "LogLevel": "ERROR",
            "NumberOfPasswordPrompts": "1",
            "PubkeyAuthentication": "no",
        } | options
        arguments = [f"-o{name}={value}" for name, value in told.items()]
        return subprocess.run(
            [
                self.program,
                "-F",
                "none",
                *arguments,
                "-p",
                str(door.port),
                f"{door.user}@{door.host}",
                *command,
            ],
            input=typed,
            env=os.environ | {"SSH_ASKPASS": str(self.ask), "SSH_ASKPASS_REQUIRE": "force"},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )


@pytest.fixture
def ssh(judge: Judge, tmp_path: Path) -> Ssh:
    return Ssh(judge("ssh"), tmp_path)


@pytest.mark.parametrize("router", [FRESH, GUARDED])
@pytest.mark.parametrize("method", ["password", "keyboard-interactive"])
def test_a_single_command(method: str, router: str, automation: Automation, ssh: Ssh) -> None:
    done = ssh.run(automation, router, "show privilege", PreferredAuthentications=method)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "\nCurrent privilege level is 1\n"


def test_a_wrong_password_is_refused(automation: Automation, ssh: Ssh) -> None:
    done = ssh.run(automation, GUARDED, "show privilege", password="wrong")
    assert done.returncode == 255
    assert "Permission denied (" in done.stderr


def test_a_session_ends_with_its_input_and_with_exit(automation: Automation, ssh: Ssh) -> None:
    for router, prompt in ((FRESH, "Router"), (GUARDED, "R2")):
        secret = automation.ssh(router).enable
        lines = ["enable", *([secret] if secret else []), "show privilege", "exit"]
        done = ssh.run(automation, router, "-tt", typed="".join(f"{line}\n" for line in lines))
        assert done.returncode == 0, done.stderr
        assert f"{prompt}#show privilege\nCurrent privilege level is 15\n{prompt}#exit\n" in done.stdout
        done = ssh.run(automation, router, typed="show privilege\n")
        assert done.stdout == f"\n{prompt}>show privilege\nCurrent privilege level is 1\n{prompt}>"


def test_the_host_key_outlives_the_process(ssh: Ssh, tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    for checking in ("accept-new", "yes"):
        automation = Automation(tmp_path / "lab")
        try:
            done = ssh.run(automation, GUARDED, "show clock", StrictHostKeyChecking=checking)
            assert done.returncode == 0, done.stderr
            other = ssh.run(
                automation, FRESH, "show clock", StrictHostKeyChecking="yes", HostKeyAlias=GUARDED
            )
            assert "Host key verification failed" in other.stderr
        finally:
            automation.stop()


def test_nothing_else_is_to_be_had(automation: Automation, ssh: Ssh) -> None:
    subsystem = ssh.run(automation, GUARDED, "-s", "sftp")
    assert subsystem.returncode != 0
    assert "subsystem request failed" in subsystem.stderr
    forwarded = ssh.run(automation, GUARDED, "-W", "127.0.0.1:22")
    assert forwarded.returncode == 255
    assert "forwarding failed" in forwarded.stderr
