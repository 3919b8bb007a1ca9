"""A packet to all stations: out of each interface, with the address that the node has there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ios_emu.wire.ipv4 import Ipv4Packet

if TYPE_CHECKING:
    from ios_emu.stack.node import Node


def send_everywhere(node: Node, packet: Ipv4Packet) -> bool:
    """A limited broadcast goes out of every interface that is up, each time with its address.

    False when there was no interface to send it out of.
    """
    sent = False
    for interface in node.interfaces:
        if interface.up and interface.port is not None and interface.primary is not None:
            source = packet.source if packet.source in (0, interface.primary) else interface.primary
            sent |= node.send(packet._replace(source=source), interface)
    return sent
