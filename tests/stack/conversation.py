"""A node on cables whose far ends the test holds: frames are put in, and what comes out is read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv4Address
from typing import Any

from ios_emu.clock import Clock
from ios_emu.stack.cable import Cable, Port
from ios_emu.stack.forwarding import ForwardingEntry, Hop
from ios_emu.stack.ip_interface import IpInterface, Prefix
from ios_emu.stack.node import Node
from ios_emu.wire.arp import REPLY, REQUEST, ArpPacket
from ios_emu.wire.ethernet import BROADCAST, ETHERTYPE_ARP, ETHERTYPE_IPV4, EthernetFrame, MacAddress
from ios_emu.wire.icmp import IcmpMessage, echo
from ios_emu.wire.ipv4 import ICMP, Ipv4Packet

NOBODY = MacAddress(bytes(6))


def ip(text: str) -> int:
    """An address as the stack has it."""
    return int(IPv4Address(text))


@dataclass
class Station:
    """Somebody at the far end of a cable."""

    mac: MacAddress
    address: int
    port: Port
    heard: list[EthernetFrame] = field(default_factory=list)

    def packets(self) -> list[Ipv4Packet]:
        """The IPv4 packets that came, and forgets all that came."""
        found = [Ipv4Packet.parse(one.payload) for one in self.heard if one.ethertype == ETHERTYPE_IPV4]
        self.heard.clear()
        return found

    def arps(self) -> list[ArpPacket]:
        """The ARP packets that came, and forgets all that came."""
        found = [ArpPacket.parse(one.payload) for one in self.heard if one.ethertype == ETHERTYPE_ARP]
        self.heard.clear()
        return found

    def messages(self) -> list[tuple[str, IcmpMessage]]:
        """The ICMP messages that came, each with its sender."""
        return [
            (str(IPv4Address(packet.source)), IcmpMessage.parse(packet.payload))
            for packet in self.packets()
            if packet.protocol == ICMP
        ]


def _hear(station: Station, frame: bytes) -> None:
    station.heard.append(EthernetFrame.parse(frame))


class Bench:
    """A node with interfaces 10.0.1.1/24, 10.0.2.1/24, ... and a station .2 at each.

    A router when `forwards`; it has a default route to 10.0.2.2 when it has two interfaces.
    """

    def __init__(self, *, forwards: bool = True, links: int = 2) -> None:
        self.clock = Clock()
        self.node = Node(self.clock, random.Random(1), forwards=forwards, ttl=255 if forwards else 128)
        self.interfaces: list[IpInterface] = []
        self.stations: list[Station] = []
        for number in range(1, links + 1):
            near, far = Port(f"near {number}"), Port(f"far {number}")
            Cable(self.clock, near, far, delay=0)
            interface = IpInterface(f"Fa0/{number - 1}", near, MacAddress(bytes((2, 0, 0, 0, 1, number))))
            interface.set_addresses((Prefix(ip(f"10.0.{number}.1"), 24),))
            interface.up = True
            self.interfaces.append(interface)
            station = Station(MacAddress(bytes((2, 0, 0, 0, 2, number))), ip(f"10.0.{number}.2"), far)
            far.receive = partial(_hear, station)
            self.stations.append(station)
        self.configure()
        self.run()
        self.forget()

    def configure(self) -> None:
        """Tells the node what its interfaces and routes are now."""
        self.node.configure(self.interfaces, self.routes())

    def routes(self) -> Iterator[ForwardingEntry]:
        for interface in self.interfaces:
            for prefix in interface.addresses:
                if interface.up:
                    yield ForwardingEntry(prefix.network, prefix.length, (Hop(interface, None),))
        if len(self.interfaces) > 1:
            yield ForwardingEntry(0, 0, (Hop(self.interfaces[1], ip("10.0.2.2")),))

    def run(self) -> None:
        self.clock.run_until_idle()

    def forget(self) -> None:
        for station in self.stations:
            station.heard.clear()

    def know(self) -> None:
        """Makes the stations' addresses known to the node."""
        for interface, station in zip(self.interfaces, self.stations, strict=True):
            self.node.arp.add(interface, station.address, station.mac)

    def frame(self, station: int, ethertype: int, payload: bytes, to: MacAddress | None = None) -> None:
        """A station sends a frame, to the node unless it is told otherwise."""
        who = self.stations[station]
        target = self.interfaces[station].mac if to is None else to
        who.port.send(EthernetFrame(target, who.mac, ethertype, payload).build())
        self.run()

    def packet(self, station: int, packet: Ipv4Packet, to: MacAddress | None = None) -> None:
        """A station sends a packet."""
        self.frame(station, ETHERTYPE_IPV4, packet.build(), to)

    def ping(
        self,
        station: int,
        target: str,
        *,
        ttl: int = 64,
        size: int = 8,
        to: MacAddress | None = None,
        **fields: Any,
    ) -> None:
        """A station sends an echo request."""
        message = echo(7, 1, bytes(size)).build()
        packet = Ipv4Packet(
            self.stations[station].address, ip(target), ICMP, message, ttl=ttl, identification=9
        )
        self.packet(station, packet._replace(**fields), to)

    def ask(self, station: int, target: str, *, sender: str | None = None) -> None:
        """A station asks by ARP who has an address."""
        who = self.stations[station]
        source = who.address if sender is None else ip(sender)
        request = ArpPacket(REQUEST, who.mac, source, NOBODY, ip(target))
        self.frame(station, ETHERTYPE_ARP, request.build(), BROADCAST)

    def tell(self, station: int, address: str, mac: MacAddress | None = None) -> None:
        """A station answers an ARP request of the node's."""
        who, interface = self.stations[station], self.interfaces[station]
        reply = ArpPacket(REPLY, mac or who.mac, ip(address), interface.mac, ip(f"10.0.{station + 1}.1"))
        self.frame(station, ETHERTYPE_ARP, reply.build())
