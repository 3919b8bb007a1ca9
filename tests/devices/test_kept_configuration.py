"""A long configuration is taken without an error, printed in the order of IOS, and read back the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from ios_emu.cli.loading import load_configuration
from ios_emu.cli.shell import Shell
from ios_emu.devices.configuration import Configuration
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.running_config import configuration_body
from ios_emu.lab.device import RouterDevice
from ios_emu.lab.topology import Lab

BRANCH = (Path(__file__).parent / "configurations" / "branch.cfg").read_text()
# What the router writes in another way than it was typed, or does not write at all.
UNLIKE = ("!", "version", "Authorized access only", "^C")


def loaded(text: str, dialect: Dialect = Dialect.IOS) -> tuple[Configuration, list[str]]:
    """The configuration of a fresh router that read a text, and the lines that it did not take."""
    device = Lab("router").devices["R1"]
    assert isinstance(device, RouterDevice)
    device.router.config.dialect = dialect
    faults = [line for _, line, _ in load_configuration(Shell(device.router, level=15), text)]
    return device.router.config, faults


def test_several_hundred_lines_are_taken_without_an_error() -> None:
    config, faults = loaded(BRANCH)
    assert faults == []
    printed = configuration_body(config)
    lines = [line.rstrip() for line in BRANCH.splitlines()]
    kept = [line for line in lines if line and not line.lstrip().startswith(UNLIKE)]
    missing = [line for line in kept if line not in [one.rstrip() for one in printed.splitlines()]]
    # The telephony of IOS writes numbers behind two blanks.
    assert missing == ["ephone-dn  1  dual-line", "ephone  1", " button  1:1"]


@pytest.mark.parametrize("dialect", list(Dialect))
def test_what_is_printed_reads_back_the_same(dialect: Dialect) -> None:
    config, _ = loaded(BRANCH, dialect)
    again, faults = loaded(configuration_body(config), dialect)
    assert faults == []
    assert configuration_body(again) == configuration_body(config)
