"""`show version`."""

from __future__ import annotations

from ios_emu.cli import platform_text
from ios_emu.cli.shell import Call


def show_version(call: Call) -> str:
    """`show version`."""
    device = call.device
    return platform_text.show_version(
        device.platform,
        call.dialect,
        call.config.hostname,
        device.uptime,
        device.reload_reason,
        device.register.value,
    )
