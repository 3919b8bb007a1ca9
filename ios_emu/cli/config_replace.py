"""`configure replace`: what must be typed so that the running configuration becomes the one of a file.

The rules. The file is read by a router of its own, so that it may be written in any way that IOS reads: what
it means is compared, and which of its lines mean nothing is known. In a pass, what the file does not have
goes, then what it has more comes; a pass that changes nothing any more is the last. Lines that stand in
another order go and come again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import GeneratorType

from ios_emu.cli import modes
from ios_emu.cli.loading import answer_with, load_configuration
from ios_emu.cli.shell import Shell
from ios_emu.devices.config_text import Step, additions, rebuilt, removals, sections
from ios_emu.devices.ios_device import IosDevice
from ios_emu.devices.running_config import configuration_body
from ios_emu.errors import CommandError

MOST_PASSES = 5


@dataclass(slots=True)
class Replacement:
    """How it went: what was typed in each pass, and what can't be had.

    `faulty` are lines of the file that mean nothing here, `missing` what a further pass would type.
    """

    passes: list[list[Step]] = field(default_factory=list)
    faulty: list[str] = field(default_factory=list)
    missing: list[Step] = field(default_factory=list)

    @property
    def done(self) -> bool:
        """Is the configuration that of the file?"""
        return not self.faulty and not self.missing


def meaning(device: IosDevice, text: str) -> tuple[str, list[str]]:
    """The configuration of a device like this one that reads `text`, and the lines that it can't take."""
    reader = device.blank()
    reader.reading_nvram = True
    faulty = [line.strip() for _, line, _ in load_configuration(Shell(reader, level=15), text)]
    return configuration_body(reader.config), faulty


def replace(device: IosDevice, text: str) -> Replacement:
    """Makes the running configuration that of `text`, as far as it can be."""
    goal, faulty = meaning(device, text)
    result = Replacement(faulty=faulty)
    new = sections(goal)
    while True:
        old = sections(configuration_body(device.config))
        steps = [*removals(old, new), *additions(old, new)] or [*rebuilt(old, new)]
        if not steps or len(result.passes) == MOST_PASSES:
            result.missing = steps
            return result
        _type(device, steps)
        result.passes.append(steps)


def _type(device: IosDevice, steps: Sequence[Step]) -> None:
    """Types lines of configuration, each at its depth. What is refused shows in the next pass."""
    shell = Shell(device, level=15)
    shell.enter(modes.CONFIG)
    depth = 0
    for step in steps:
        while depth > step.depth:
            shell.exit_mode()
            depth -= 1
        if depth < step.depth:
            # The line above was refused, and with it what belongs to it.
            continue
        mode, target = shell.mode, shell.target
        try:
            reply = shell.execute(step.text)
            if isinstance(reply, GeneratorType):
                answer_with(reply, step.raw)
        except CommandError:
            continue
        if (shell.mode, shell.target) != (mode, target):
            depth += 1
