"""`ip helper-address`: what else it forwards than DHCP (RFC 1812, 5.3.5; IOS's `ip forward-protocol udp`).

A broadcast of one of these services goes on to each helper address of its interface, with the sender's
address and port, as if it had been sent there. DHCP's own port is the relay's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ios_emu.errors import MalformedPacket
from ios_emu.wire.dhcp import SERVER_PORT
from ios_emu.wire.ipv4 import UDP, Ipv4Packet
from ios_emu.wire.udp import UdpDatagram

if TYPE_CHECKING:
    from ios_emu.devices.network import DeviceNetwork
    from ios_emu.stack.ip_interface import IpInterface


class UdpHelper:
    """Forwards the broadcasts of one router."""

    def __init__(self, network: DeviceNetwork) -> None:
        self._network = network

    def forward(self, interface: IpInterface, packet: Ipv4Packet) -> None:
        """Takes a UDP broadcast that came in."""
        helpers = self._network.helpers.get(interface.name)
        port = int.from_bytes(packet.payload[2:4])
        if (
            not helpers
            or port not in self._network.forwarded_udp
            or port == SERVER_PORT
            or packet.ttl <= 1
            or not packet.source
        ):
            return
        try:
            datagram = UdpDatagram.parse(packet.payload, packet.source, packet.destination)
        except MalformedPacket:
            return
        for helper in helpers:
            data = datagram.build(packet.source, helper)
            forwarded = Ipv4Packet(packet.source, helper, UDP, data, ttl=packet.ttl - 1, tos=packet.tos)
            self._network.node.send(forwarded)
