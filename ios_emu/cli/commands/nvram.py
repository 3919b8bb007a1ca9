"""NVRAM and boot: saving, erasing and showing the start-up configuration."""

from __future__ import annotations

from functools import partial

from ios_emu.cli.commands.config_kept import printed
from ios_emu.cli.commands.files import stored
from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Kind, Say
from ios_emu.cli.shell import Call
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.interface_config import interface_config
from ios_emu.devices.ios_device import IosDevice
from ios_emu.devices.kept_blocks import Block
from ios_emu.devices.running_config import running_config
from ios_emu.stack.interface_name import InterfaceName


def show_running_config(
    call: Call,
    interface_name: InterfaceName | None = None,
    all_defaults: str | None = None,
    brief: str | None = None,
    linenum: str | None = None,
) -> str:
    """`show running-config [interface X | all | brief | full | linenum]`, and `write terminal`.

    There are no certificates for `brief` to leave out, and nothing that `full` would add.
    """
    if interface_name is None:
        text = running_config(call.config, whole=all_defaults is not None)
        if linenum is None:
            return text
        head, body = text[: text.index("\n!") + 1], text[text.index("\n!") + 1 :]
        numbered = (f"{number:>6} : {line}" for number, line in enumerate(body.splitlines(), 1) if line)
        return head + "".join(f"{line}\n" for line in numbered) + "\n"
    interface = call.config.interfaces.get(interface_name)
    if interface is None:
        raise call.invalid("interface_name")
    return _part(interface_config(interface, call.dialect))


def _part(lines: list[str]) -> str:
    """A part of the configuration, as `show running-config interface` prints it."""
    count = sum(len(line) + 1 for line in ["!", *lines, "end"])
    body = "\n".join(["!", *lines, "end"])
    return f"Building configuration...\n\nCurrent configuration : {count} bytes\n{body}\n\n"


def show_running_block(call: Call, **words: object) -> str:
    """`show running-config interface Tunnel0` and its like: an interface whose lines are only kept."""
    header = printed(call.command.text).partition("running-config ")[2]
    for block in call.config.blocks.values():
        if isinstance(block, Block) and block.header.split()[:2] == header.split()[:2]:
            return _part(list(block.configuration()))
    raise call.invalid("kept_number")


def show_startup_config(call: Call) -> str:
    """`show startup-config`: what NVRAM holds."""
    text = call.device.startup
    if text is None:
        return "startup-config is not present\n"
    if call.dialect is Dialect.PACKET_TRACER:
        return f"Using {len(text)} bytes\n{text}"
    return f"Using {len(text)} out of {call.device.platform.nvram_bytes} bytes\n{text}\n"


def write_memory(call: Call) -> Dialogue:
    """`write [memory]`: saves the running configuration; says `[OK]` when it is safely stored."""
    return (yield from save_configuration(call.device))


def save_configuration(device: IosDevice) -> Dialogue:
    """Saves the running configuration and says so, as every command that does it."""
    yield Say("Building configuration...\n")
    problem = yield from stored(device.save)
    if problem is not None:
        return _open_failed(problem)
    if device.config.archive.write_memory and device.config.archive.path is not None:
        from ios_emu.cli.commands.archive import store_copy

        return "[OK]\n" + (yield from store_copy(device))
    return "[OK]\n"


def erase_startup(call: Call) -> Dialogue:
    """`erase startup-config`, `erase nvram:` and `write erase`."""
    question = "Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]"
    try:
        key = yield Ask(question, Kind.KEY)
    except Interrupted:
        key = "n"
    if key.lower() not in ("", "y"):
        return "File system erase is not confirmed or Could not be completed\n"
    problem = yield from stored(partial(call.device.store_startup, ""))
    if problem is not None:
        return _open_failed(problem)
    call.device.report("SYS-7-NV_BLOCK_INIT", "Initialized the geometry of nvram")
    return "[OK]\nErase of nvram: complete\n"


def _open_failed(problem: str) -> str:
    return f"startup-config file open failed ({problem})\n"
