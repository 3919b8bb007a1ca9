"""`terminal ...`: what one session sets for itself."""

from __future__ import annotations

from ios_emu.cli.shell import Call
from ios_emu.devices.lines import DEFAULT_HISTORY, DEFAULT_LENGTH, DEFAULT_WIDTH


def length(call: Call, length: int) -> str:
    """`terminal length N`: lines on a screen, 0 for no pausing."""
    call.shell.terminal.length = length
    return ""


def no_length(call: Call) -> str:
    """`terminal no length`: back to the line's own, or 24."""
    settings = call.shell.line
    call.shell.terminal.length = DEFAULT_LENGTH if settings.length is None else settings.length
    return ""


def width(call: Call, width: int) -> str:
    """`terminal width N`: columns of the screen, 0 for no limit."""
    call.shell.terminal.width = width
    return ""


def no_width(call: Call) -> str:
    """`terminal no width`: back to the line's own, or 80."""
    settings = call.shell.line
    call.shell.terminal.width = DEFAULT_WIDTH if settings.width is None else settings.width
    return ""


def history(call: Call) -> str:
    """`terminal history`: as many commands are remembered as the line says, or 10."""
    return history_size(call, call.shell.line.history_size or DEFAULT_HISTORY)


def no_history(call: Call) -> str:
    """`terminal no history`: none is remembered."""
    return history_size(call, 0)


def history_size(call: Call, history_size: int) -> str:
    """`terminal history size N`."""
    call.shell.terminal.exec_history.size = history_size
    call.shell.terminal.config_history.size = history_size
    return ""
