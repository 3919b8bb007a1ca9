"""The syslog servers of a router: what is logged goes there by UDP (RFC 3164), where there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ios_emu.devices.ios_device import IosDevice

# IOS sends its messages from the first free port that it found at its start.
_SYSLOG_SOURCE = 54546


def send_to_hosts(device: IosDevice, message: str) -> None:
    """Sends a message to the syslog servers of `logging host`."""
    settings = device.config.logging
    if not settings.hosts:
        return
    source = None
    if settings.source_interface is not None:
        interface = device.network.interface(settings.source_interface)
        source = None if interface is None else interface.primary
    udp = device.network.node.udp
    for host, port in settings.hosts.items():
        udp.send(_SYSLOG_SOURCE, int(host), port, message.encode("latin-1", "replace"), source=source)
