"""UDP at a node (RFC 768): ports, who listens on them, and what is answered when nobody does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ios_emu.errors import MalformedPacket
from ios_emu.stack.icmp import IcmpReport
from ios_emu.wire import icmp
from ios_emu.wire.ipv4 import UDP, Ipv4Packet
from ios_emu.wire.udp import UdpDatagram

if TYPE_CHECKING:
    from ios_emu.stack.ip_interface import IpInterface
    from ios_emu.stack.node import Node
    from ios_emu.wire.ethernet import MacAddress

_FIRST_EPHEMERAL = 49152
_LAST_PORT = 65535
# IPv4, without options.
_PLAIN_HEADER = 0x45


class Received(NamedTuple):
    """A datagram as its listener gets it."""

    interface: IpInterface
    source: int
    source_port: int
    destination: int
    payload: bytes
    ttl: int


@dataclass(slots=True)
class UdpCounters:
    """What `show ip traffic` counts."""

    received: int = 0
    sent: int = 0
    malformed: int = 0
    no_port: int = 0


Receive = Callable[[Received], None]
Report = Callable[[IcmpReport], None]


class UdpSocket:
    """A port that is in use. `on_error` is told of ICMP errors about what was sent from it."""

    def __init__(self, udp: Udp, port: int, receive: Receive, on_error: Report | None) -> None:
        self.port = port
        self.receive = receive
        self.on_error = on_error
        self._udp = udp

    def send(
        self,
        destination: int,
        port: int,
        payload: bytes,
        *,
        source: int | None = None,
        interface: IpInterface | None = None,
        ttl: int | None = None,
        options: bytes = b"",
    ) -> bool:
        """Sends a datagram, with these options in its IP header; False when there is no way there."""
        return self._udp.send(
            self.port,
            destination,
            port,
            payload,
            source=source,
            interface=interface,
            ttl=ttl,
            options=options,
        )

    def send_to_station(
        self,
        destination: int,
        port: int,
        payload: bytes,
        *,
        source: int,
        interface: IpInterface,
        mac: MacAddress,
    ) -> None:
        """Sends a datagram in a frame to `mac`, without ARP: nobody answers for `destination` yet."""
        self._udp.send_to_station(
            self.port, destination, port, payload, source=source, interface=interface, mac=mac
        )

    def close(self) -> None:
        """Gives the port back."""
        self._udp.release(self)


class Udp:
    """The UDP of one node."""

    def __init__(self, node: Node) -> None:
        self.counters = UdpCounters()
        self._node = node
        self._sockets: dict[int, UdpSocket] = {}
        self._next_port = _FIRST_EPHEMERAL
        # Ports that no client of this node is to have: translations of others use them.
        self.reserved: Callable[[int], bool] = lambda port: False

    def open(self, receive: Receive, port: int | None = None, on_error: Report | None = None) -> UdpSocket:
        """Opens a port, or any free one. Raises ValueError when that port is in use."""
        if port is None:
            port = self._free_port()
        elif port in self._sockets:
            raise ValueError(f"UDP port {port} is in use")
        socket = self._sockets[port] = UdpSocket(self, port, receive, on_error)
        return socket

    @property
    def ports(self) -> list[int]:
        """The ports in use, in order."""
        return sorted(self._sockets)

    def uses(self, port: int) -> bool:
        """Is that port in use?"""
        return port in self._sockets

    def release(self, socket: UdpSocket) -> None:
        """Frees the port of a socket."""
        if self._sockets.get(socket.port) is socket:
            del self._sockets[socket.port]

    def send(
        self,
        source_port: int,
        destination: int,
        port: int,
        payload: bytes,
        *,
        source: int | None = None,
        interface: IpInterface | None = None,
        ttl: int | None = None,
        options: bytes = b"",
    ) -> bool:
        """Sends a datagram, with these options in its IP header; False when there is no way there."""
        if source is None:
            source = self._node.source_for(destination, interface)
            if source is None:
                return False
        self.counters.sent += 1
        data = UdpDatagram(source_port, port, payload).build(source, destination)
        life = self._node.ttl if ttl is None else ttl
        packet = Ipv4Packet(source, destination, UDP, data, ttl=life, options=options)
        return self._node.send(packet, interface)

    def send_to_station(
        self,
        source_port: int,
        destination: int,
        port: int,
        payload: bytes,
        *,
        source: int,
        interface: IpInterface,
        mac: MacAddress,
    ) -> None:
        """Sends a datagram in a frame to `mac`, without ARP."""
        self.counters.sent += 1
        data = UdpDatagram(source_port, port, payload).build(source, destination)
        packet = Ipv4Packet(source, destination, UDP, data, ttl=self._node.ttl)
        self._node.send_to_station(packet, interface, mac)

    def nobody_listens(self, frame: bytes, start: int) -> bool:
        """Is the packet at `start` a whole datagram to a port that is closed? Looked at without parsing.

        What a link broadcasts to all is for few: a host must not read through the DHCP of all others.
        """
        head = frame[start : start + 24]
        if len(head) < 24 or head[0] != _PLAIN_HEADER or head[9] != UDP or head[6] & 0x3F or head[7]:
            return False
        if int.from_bytes(head[22:24]) in self._sockets:
            return False
        self.counters.no_port += 1
        return True

    def receive(self, interface: IpInterface, packet: Ipv4Packet, broadcast: bool) -> None:
        """Takes a datagram that is for this node."""
        try:
            datagram = UdpDatagram.parse(packet.payload, packet.source, packet.destination)
        except MalformedPacket:
            self.counters.malformed += 1
            return
        self.counters.received += 1
        socket = self._sockets.get(datagram.destination_port)
        if socket is not None:
            socket.receive(
                Received(
                    interface,
                    packet.source,
                    datagram.source_port,
                    packet.destination,
                    datagram.payload,
                    packet.ttl,
                )
            )
            return
        self.counters.no_port += 1
        if not broadcast:
            self._node.icmp.error(interface, packet, icmp.DESTINATION_UNREACHABLE, icmp.PORT_UNREACHABLE)

    def report(self, report: IcmpReport) -> None:
        """An ICMP error about a datagram of ours."""
        assert report.about is not None
        head = report.about.payload
        socket = self._sockets.get(int.from_bytes(head[:2]))
        if socket is not None and socket.on_error is not None:
            socket.on_error(report)

    def _free_port(self) -> int:
        for _ in range(_FIRST_EPHEMERAL, _LAST_PORT + 1):
            port = self._next_port
            self._next_port = _FIRST_EPHEMERAL if port == _LAST_PORT else port + 1
            if port not in self._sockets and not self.reserved(port):
                return port
        raise ValueError("no UDP port is free")
