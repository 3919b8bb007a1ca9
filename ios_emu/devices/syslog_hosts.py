"""The syslog servers of a router: what is logged goes there by UDP (RFC 3164), where there are any."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ios_emu.devices.ios_device import IosDevice

# IOS sends its messages from the first free port that it found at its start.
_SYSLOG_SOURCE = 54546


def send_to_hosts(device: IosDevice, head: str, message: str) -> None:
    """Sends a message to the syslog servers of `logging host`: its head, `logging origin-id`, the message."""
    settings = device.config.logging
    if not settings.hosts:
        return
    source = None
    if settings.source_interface is not None:
        interface = device.network.interface(settings.source_interface)
        source = None if interface is None else interface.primary
    data = f"{head}{settings.origin(device.config.hostname, _address(device, source))}{message}"
    udp = device.network.node.udp
    for host, port in settings.hosts.items():
        udp.send(_SYSLOG_SOURCE, int(host), port, data.encode("latin-1", "replace"), source=source)


def _address(device: IosDevice, source: int | None) -> str:
    """The address that the messages come from: that of the source interface, or the first that is up."""
    if source is None:
        known = map(device.network.interface, sorted(device.config.interfaces))
        source = next((one.primary for one in known if one is not None and one.up and one.primary), 0)
    return str(IPv4Address(source))
