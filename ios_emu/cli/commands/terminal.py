"""`terminal ...`: what one session sets for itself."""

from __future__ import annotations

from ios_emu.cli.shell import Call

_LENGTH, _WIDTH = 24, 80


def length(call: Call, length: int) -> str:
    """`terminal length N`: lines on a screen, 0 for no pausing."""
    call.shell.terminal.length = length
    return ""


def no_length(call: Call) -> str:
    """`terminal no length`: back to the line's own, or 24."""
    settings = call.shell.line
    call.shell.terminal.length = _LENGTH if settings.length is None else settings.length
    return ""


def width(call: Call, width: int) -> str:
    """`terminal width N`: columns of the screen, 0 for no limit."""
    call.shell.terminal.width = width
    return ""


def no_width(call: Call) -> str:
    """`terminal no width`: back to the line's own, or 80."""
    settings = call.shell.line
    call.shell.terminal.width = _WIDTH if settings.width is None else settings.width
    return ""


def history_size(call: Call, history_size: int) -> str:
    """`terminal history size N`."""
    call.shell.terminal.exec_history.size = history_size
    call.shell.terminal.config_history.size = history_size
    return ""
