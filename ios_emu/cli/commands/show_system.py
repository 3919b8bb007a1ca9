"""`show version`."""

from __future__ import annotations

from ios_emu.cli import platform_text
from ios_emu.cli.shell import Call


def show_version(call: Call) -> str:
    """`show version`."""
    router = call.router
    return platform_text.show_version(
        router.platform,
        call.dialect,
        call.config.hostname,
        router.uptime,
        router.reload_reason,
        router.register.value,
    )
