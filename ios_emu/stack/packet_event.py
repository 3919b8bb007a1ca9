"""What `debug ip packet` is told of."""

from __future__ import annotations

from typing import NamedTuple

from ios_emu.stack.forwarding import Hop
from ios_emu.stack.ip_interface import IpInterface
from ios_emu.wire.ipv4 import Ipv4Packet


class PacketEvent(NamedTuple):
    """Something for `debug ip packet`: `kind` is sending, rcvd, forward, unroutable, encapsulation..."""

    kind: str
    packet: Ipv4Packet
    arrived: IpInterface | None
    leaves: Hop | None
