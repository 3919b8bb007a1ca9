"""`--publish HOST:PORT=DEVICE:PORT[/udp]`: a port of this machine that leads to a port of a device.

What comes in is carried over the emulated wire by a NAT host of the lab (`lab/nat_host`): its frames cross
the cables, access lists apply to them, and they end at the device that the option names.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ios_emu.edges.doors import (
    LOOPBACK,
    Listening,
    Opened,
    Site,
    cannot_listen,
    read_listening,
    warn_if_open,
    where,
)
from ios_emu.errors import UsageError
from ios_emu.lab.nat_host import Found, Way

if TYPE_CHECKING:
    from ios_emu.edges.publish_tcp import TcpDoor
    from ios_emu.edges.publish_udp import UdpDoor

_FORM = "HOST:PORT=DEVICE:PORT or HOST:PORT=DEVICE:PORT/udp"
_EXAMPLE = f"{LOOPBACK}:2323=R1:23"
_TARGET = re.compile(r"(.+):([0-9]{1,5})(?:/(tcp|udp))?")
_LAST_PORT = 65535


async def open_publish(site: Site, value: str) -> TcpDoor | UdpDoor:
    """Opens a published port; its device must have an address by now. Raises UsageError."""
    listening = read_listening("publish", value, _FORM, _EXAMPLE)
    target = _TARGET.fullmatch(listening.target)
    if target is None or not 0 < int(target[2]) <= _LAST_PORT:
        raise UsageError(
            listening.option, "is not understood", f"it is {_FORM}", f"write --publish {_EXAMPLE}"
        )
    device, port, protocol = target[1], int(target[2]), target[3] or "tcp"
    reach = partial(site.lab.nat_hosts.reach, device)
    await _can_reach(site, listening, reach)

    door: TcpDoor | UdpDoor
    try:
        if protocol == "udp":
            from ios_emu.edges.publish_udp import UdpDoor

            door = UdpDoor(site.lab.clock, site.drive.wake, reach, port)
        else:
            from ios_emu.edges.publish_tcp import TcpDoor

            door = TcpDoor(site.drive.wake, reach, port)
        address = await door.listen(listening.host, listening.port)
    except (OSError, UnicodeError) as error:
        raise cannot_listen(listening, error) from None
    suffix = "/udp" if protocol == "udp" else ""
    door.opened = Opened("publish", device, where(address), f"{port}{suffix}")
    warn_if_open(site, door.opened)
    return door


async def _can_reach(site: Site, listening: Listening, reach: Callable[[Found], None]) -> None:
    """Waits until a NAT host has joined a network of the device. Raises UsageError where none can."""
    answer: asyncio.Future[Way | UsageError] = asyncio.get_running_loop().create_future()

    def found(way: Way | UsageError) -> None:
        if not answer.done():
            answer.set_result(way)

    site.drive.wake(lambda: reach(found))
    way = await answer
    if isinstance(way, UsageError):
        raise UsageError(listening.option, f"{way.where} {way.what}", way.why, way.remedy)
