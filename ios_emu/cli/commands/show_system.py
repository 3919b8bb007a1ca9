"""`show version`."""

from __future__ import annotations

from ios_emu.cli import platform_text
from ios_emu.cli.shell import Call
from ios_emu.devices.switch_platform import SwitchPlatform


def show_version(call: Call) -> str:
    """`show version`."""
    device = call.device
    if isinstance(device.platform, SwitchPlatform):
        from ios_emu.cli.switch_platform_text import switch_version

        svis = sum(name.kind == "Vlan" for name in call.config.interfaces)
        hostname, reason = call.config.hostname, device.reload_reason
        return switch_version(device.platform, call.dialect, hostname, device.uptime, reason, svis)
    return platform_text.show_version(
        device.platform,
        call.dialect,
        call.config.hostname,
        device.uptime,
        device.reload_reason,
        device.register.value,
    )
