"""What a router keeps of SSH: its settings, and keys that outlive the process when they were saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ios_emu.devices.nvram import MemoryJournal
from ios_emu.devices.ssh import SshSettings
from ios_emu.lab.device import RouterDevice
from ios_emu.lab.topology import Lab

KEYS = "show crypto key mypubkey rsa | include name"


def router(journal: MemoryJournal) -> RouterDevice:
    device = Lab("router", journal=journal, read_state=journal.records.get)["R1"]
    assert isinstance(device, RouterDevice)
    return device


def generate(device: RouterDevice, label: str) -> None:
    for line in ("configure terminal", f"crypto key generate rsa label {label} modulus 360", "end"):
        device.run(line)


def test_saved_keys_outlive_the_process_and_the_rest_does_not() -> None:
    journal = MemoryJournal()
    device = router(journal)
    generate(device, "kept")
    before = device.run("show crypto key mypubkey rsa kept")
    device.run("write memory")
    generate(device, "lost")
    again = router(journal)
    assert again.run(KEYS).splitlines() == ["Key name: kept"]
    assert again.run("show crypto key mypubkey rsa") == before
    [key] = json.loads(journal.records["R1/private-config"])
    assert (key["name"], key["bits"], key["temporary"]) == ("kept", 360, False)


def test_the_server_key_is_made_anew_each_time() -> None:
    journal = MemoryJournal()
    device = router(journal)
    generate(device, "kept")
    assert device.run(KEYS).splitlines() == ["Key name: kept", "Key name: kept.server"]
    device.run("write memory")
    assert "server" not in journal.records["R1/private-config"].decode()


def test_without_keys_there_is_no_record_and_one_that_is_empty_again_is_removed() -> None:
    journal = MemoryJournal()
    device = router(journal)
    device.run("write memory")
    assert "R1/private-config" not in journal.records
    generate(device, "kept")
    device.run("write memory")
    assert "R1/private-config" in journal.records
    device.router.ssh.remove(None)
    device.run("write memory")
    assert "R1/private-config" not in journal.records


@pytest.mark.parametrize("record", [b"", b"not JSON", b"{}", b'[{"name": "x"}]', b"[1]"])
def test_a_record_that_is_none_is_left_alone(record: bytes) -> None:
    journal = MemoryJournal()
    journal.records["R1/private-config"] = record
    device = router(journal)
    assert device.run("show crypto key mypubkey rsa") == ""
    assert "SSH Disabled" in device.run("show ip ssh")


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        (SshSettings(), []),
        (SshSettings(timeout=60, retries=0, version=2, log_events=True), [
            "ip ssh time-out 60",
            "ip ssh authentication-retries 0",
            "ip ssh logging events",
            "ip ssh version 2",
        ]),
        (SshSettings(version=1), ["ip ssh version 1"]),
    ],
)  # fmt: skip
def test_the_settings_as_they_are_configured(settings: SshSettings, lines: list[str]) -> None:
    assert list(settings.lines()) == lines


def test_the_configuration_gives_the_same_settings_again(tmp_path: Path) -> None:
    device = router(MemoryJournal())
    lines = [
        "ip ssh time-out 60",
        "ip ssh version 2",
        "ip ssh logging events",
        "ip ssh authentication-retries 5",
    ]
    for line in ("configure terminal", *lines, "end"):
        device.run(line)
    (tmp_path / "R1.cfg").write_text(device.run("show running-config").partition("!\n")[2])
    (tmp_path / "lab.toml").write_text('title = "ssh"\n[devices.R1]\ntype = "2811"\nconfig = "R1.cfg"\n')
    other = Lab(str(tmp_path / "lab.toml"))["R1"]
    assert isinstance(other, RouterDevice)
    assert other.router.config.ssh == device.router.config.ssh == SshSettings(60, 5, 2, True)
