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

FOLDER = Path(__file__).parent / "configurations"
CONFIGURATIONS = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.cfg"))}
# What the router writes in another way than it was typed, or does not write at all.
UNLIKE = ("!", "version", "Authorized access only", "^C")
# The telephony of IOS writes numbers behind two blanks.
TWO_BLANKS = ("ephone-dn  ", "ephone  ", " button  ")


def loaded(text: str, dialect: Dialect = Dialect.IOS) -> tuple[Configuration, list[str]]:
    """The configuration of a fresh router that read a text, and the lines that it did not take."""
    device = Lab("router").devices["R1"]
    assert isinstance(device, RouterDevice)
    device.router.config.dialect = dialect
    faults = [line for _, line, _ in load_configuration(Shell(device.router, level=15), text)]
    return device.router.config, faults


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_several_hundred_lines_are_taken_without_an_error(name: str) -> None:
    text = CONFIGURATIONS[name]
    config, faults = loaded(text)
    assert faults == []
    printed = [line.rstrip() for line in configuration_body(config).splitlines()]
    lines = [line.rstrip() for line in text.splitlines()]
    kept = [line for line in lines if line and not line.lstrip().startswith(UNLIKE)]
    assert [line for line in kept if line not in printed and not line.startswith(TWO_BLANKS)] == []


@pytest.mark.parametrize("name", CONFIGURATIONS)
@pytest.mark.parametrize("dialect", list(Dialect))
def test_what_is_printed_reads_back_the_same(name: str, dialect: Dialect) -> None:
    config, _ = loaded(CONFIGURATIONS[name], dialect)
    again, faults = loaded(configuration_body(config), dialect)
    assert faults == []
    assert configuration_body(again) == configuration_body(config)
