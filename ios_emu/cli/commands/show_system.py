"""`show version` and `show clock`."""

from __future__ import annotations

from ios_emu.cli import platform_text
from ios_emu.cli.shell import Call
from ios_emu.devices.dialect import Dialect


def show_version(call: Call) -> str:
    """`show version`."""
    router = call.router
    return platform_text.show_version(
        router.platform, call.dialect, call.config.hostname, router.uptime, router.reload_reason
    )


def show_clock(call: Call) -> str:
    """`show clock`: the asterisk says that the time was never set."""
    now = call.router.now
    milliseconds = now.microsecond // 1000
    date = f"UTC {now:%a %b} {now.day} {now.year}"
    if call.dialect is Dialect.PACKET_TRACER:
        return f"{now:%H:%M}:{now.second}.{milliseconds:03} {date}\n"
    return f"*{now:%H:%M:%S}.{milliseconds:03} {date}\n"
