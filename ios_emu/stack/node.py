"""An IPv4 node: a host or a router, from the frames of its ports up to ICMP, UDP and TCP.

Read this first in `stack/`. A frame comes in at a port, is given to the interface of its VLAN, and is then
ARP's, or a packet for this node, or one to forward. Nothing that comes in raises: what is wrong is counted
and dropped. Addresses are 32-bit integers.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from ios_emu.clock import HOUR, MILLISECOND, Clock
from ios_emu.errors import MalformedPacket
from ios_emu.stack.arp import ArpTable
from ios_emu.stack.broadcasts import send_everywhere
from ios_emu.stack.cable import Port
from ios_emu.stack.counters import IpCounters
from ios_emu.stack.forwarding import ForwardingEntry, ForwardingTable, Hop
from ios_emu.stack.icmp import Icmp, is_single_host
from ios_emu.stack.ip_interface import LIMITED_BROADCAST, IpInterface
from ios_emu.stack.ip_options import led_on, recorded
from ios_emu.stack.packet_event import PacketEvent
from ios_emu.stack.proxy_arp import answers_by_proxy
from ios_emu.stack.reassembly import Reassembly
from ios_emu.stack.udp import Udp
from ios_emu.wire import icmp
from ios_emu.wire.ethernet import BROADCAST, ETHERTYPE_IPV4, SMALLEST_FRAME, MacAddress
from ios_emu.wire.ipv4 import ICMP, TCP, UDP, Ipv4Packet, fragments

if TYPE_CHECKING:
    from ios_emu.stack.packet_policy import PacketPolicy
    from ios_emu.stack.tcp import TcpStack

_ARP_TIMEOUT = 4 * HOUR
_HOST_QUEUE = 3
_UNREACHABLE_INTERVAL = 500 * MILLISECOND
_MULTICAST_MAC = 0x01005E000000
_HEADERS = 40
_SMALLEST_HEADER = 20
_ETHERNET_HEADER = 14
_VLAN_MASK = 0x0FFF


class Node:
    """A host, or with `forwards` a router. `ttl` is the time to live of what it sends itself.

    `chance` makes initial sequence numbers. `duplicate` is told of another station with an own address.
    """

    def __init__(
        self,
        clock: Clock,
        chance: random.Random,
        *,
        forwards: bool,
        ttl: int,
        unreachable_interval: int = _UNREACHABLE_INTERVAL,
        duplicate: Callable[[IpInterface, int, MacAddress], None] = lambda interface, address, mac: None,
    ) -> None:
        self.clock = clock
        self.chance = chance
        self.forwards = forwards
        self.ttl = ttl
        self.counters = IpCounters()
        self.trace: Callable[[PacketEvent], None] | None = None
        self.groups: set[int] = set()
        # Access lists and NAT; None where there are none.
        self.policy: PacketPolicy | None = None
        self.source_routes = True
        # Is shown each UDP broadcast that comes in, besides who listens.
        self.broadcast_udp: Callable[[IpInterface, Ipv4Packet], None] | None = None
        # Is shown each frame that is neither IP nor ARP.
        self.others: Callable[[IpInterface, bytes], None] | None = None
        self.tcp_services: list[Callable[[TcpStack], object]] = []
        self.interfaces: tuple[IpInterface, ...] = ()
        self.forwarding = ForwardingTable()
        self.arp = ArpTable(
            clock,
            self.send_frame,
            timeout=_ARP_TIMEOUT,
            queue=0 if forwards else _HOST_QUEUE,
            proxy=partial(answers_by_proxy, self) if forwards else None,
            duplicate=duplicate,
        )
        self.icmp = Icmp(self, unreachable_interval)
        self.udp = Udp(self)
        self.reassembly = Reassembly(clock, self._reassembly_expired)
        self._local: dict[int, IpInterface] = {}
        self._broadcasts: frozenset[int] = frozenset()
        self._identification = 0

    @cached_property
    def tcp(self) -> TcpStack:
        """TCP, made when it is first used: many a router never opens a connection."""
        from ios_emu.stack.tcp import TcpStack

        tcp = TcpStack(self.clock, self._send_tcp, self.chance, self._mss_for)
        self.__dict__["tcp"] = tcp  # A service that is made now asks for it, too.
        for listen in self.tcp_services:
            listen(tcp)
        return tcp

    # What the device sets

    def configure(
        self,
        interfaces: Iterable[IpInterface],
        routes: Iterable[ForwardingEntry],
        *,
        announce: bool = True,
    ) -> None:
        """Takes the interfaces that there are now, and the routes that lead out of them.

        An interface that came up, or got another address, is announced on its link if `announce`.
        """
        known = dict(self._local)
        self.interfaces = tuple(interfaces)
        usable = [interface for interface in self.interfaces if interface.up]
        self._local = {prefix.address: one for one in reversed(usable) for prefix in one.addresses}
        self._broadcasts = frozenset().union(*(one.broadcasts for one in usable), (LIMITED_BROADCAST,))
        self.forwarding.replace(routes)
        by_port: dict[Port, dict[int | None, IpInterface]] = {}
        for interface in self.interfaces:
            if interface.port is not None:
                by_port.setdefault(interface.port, {})[interface.vlan] = interface
        for port, vlans in by_port.items():
            port.receive = partial(self._receive_frame, vlans)
        for entry in self.arp:
            if not entry.interface.up or entry.interface not in usable:
                self.arp.forget(entry.interface)
        for interface in usable if announce else ():
            for prefix in interface.addresses:
                if interface.port is not None and known.get(prefix.address) is not interface:
                    self.arp.announce(interface, prefix.address)

    # What the services ask

    def is_local(self, address: int) -> bool:
        """Is this an address of an own interface that is up?"""
        return address in self._local

    def is_broadcast(self, address: int) -> bool:
        """Is this the broadcast address of a link, or of all?"""
        return address in self._broadcasts

    def interface_of(self, address: int) -> IpInterface | None:
        """The interface that is up and has that address."""
        return self._local.get(address)

    def source_for(self, destination: int, interface: IpInterface | None = None) -> int | None:
        """The own address from which a packet to `destination` is sent; None where no way leads there."""
        if interface is not None:
            return interface.source_for(destination)
        if destination in self._local:
            return destination
        hop = self.forwarding.hop(0, destination)
        if hop is None:
            return None
        return hop.interface.source_for(destination if hop.next_hop is None else hop.next_hop)

    def send(self, packet: Ipv4Packet, interface: IpInterface | None = None) -> bool:
        """Sends a packet of this node's own; out of `interface`, if one is given, whatever the routes say.

        False when there is no way to the destination.
        """
        if not packet.identification:
            packet = packet._replace(identification=self._next_identification())
        destination = packet.destination
        if destination in self._local and interface is None:
            self.counters.sent += 1
            self.clock.call_soon(self._loop_back, packet)
            return True
        if destination == LIMITED_BROADCAST and interface is None:
            return send_everywhere(self, packet)
        hop = Hop(interface, None) if interface else self.forwarding.hop(packet.source, destination)
        if hop is None or not hop.interface.up:
            self.counters.no_route += 1
            self._trace("unroutable", packet, None, None)
            return False
        self.counters.sent += 1
        self._trace("sending", packet, None, hop)
        allowed = packet if self.policy is None else self.policy.originated(packet, hop.interface)
        if allowed is not None:
            self._output(allowed, hop, None)
        return True

    def send_to_station(self, packet: Ipv4Packet, interface: IpInterface, mac: MacAddress) -> None:
        """Sends a packet of this node's own in a frame to `mac`, whatever ARP knows (RFC 2131, 4.1)."""
        packet = packet._replace(identification=self._next_identification())
        self.counters.sent += 1
        self._trace("sending", packet, None, Hop(interface, None))
        for piece in fragments(packet, interface.mtu):
            self.send_frame(interface, mac, ETHERTYPE_IPV4, piece.build())

    def send_frame(self, interface: IpInterface, mac: MacAddress, ethertype: int, payload: bytes) -> None:
        """Puts a payload into a frame and sends it out of `interface`."""
        port = interface.port
        if port is not None and interface.up:
            frame = b"".join((mac, interface.frame_head, ethertype.to_bytes(2), payload))
            frame = frame if len(frame) >= SMALLEST_FRAME else frame.ljust(SMALLEST_FRAME, b"\0")
            if interface.vlan is not None:
                interface.counters.count_out(frame)
            port.send(frame)

    # Frames

    def _receive_frame(self, vlans: dict[int | None, IpInterface], frame: bytes) -> None:
        """Takes a frame of a port: for the interface of its VLAN, to this station or to a group."""
        ethertype, start, vlan = frame[12:14], _ETHERNET_HEADER, None
        if ethertype == b"\x81\x00" and len(frame) >= _ETHERNET_HEADER + 4:
            # VLAN 0 is a priority tag on an untagged frame (IEEE 802.1Q).
            vlan = int.from_bytes(frame[14:16]) & _VLAN_MASK or None
            ethertype, start = frame[16:18], _ETHERNET_HEADER + 4
        interface = vlans.get(vlan)
        if interface is None or not interface.up:
            self.counters.no_interface += 1
            return
        if vlan is not None:
            interface.counters.count_in(frame)
        group = frame[0] & 1
        if not group and frame[:6] != interface.mac:
            return
        if ethertype == b"\x08\x00":
            self.counters.received += 1
            if group:
                self.counters.count_group_in(frame)
            if group and not self.forwards and self.udp.nobody_listens(frame, start):
                return
            try:
                packet = Ipv4Packet.parse(frame[start:])
            except MalformedPacket:
                self.counters.malformed += 1
                return
            if self.policy is not None:
                self.policy.arrived = interface, frame[6:12]
            self._receive_packet(interface, packet, bool(group))
        elif ethertype == b"\x08\x06":
            self.arp.receive(interface, frame[start:])
        elif self.others is not None:
            self.others(interface, frame)

    # Packets

    def _receive_packet(self, interface: IpInterface, packet: Ipv4Packet, group: bool) -> None:
        if packet.options:
            passed = led_on(self, interface, packet)
            if passed is None:
                return
            packet = passed
        if self.policy is not None:
            allowed = self.policy.arriving(interface, packet)
            if allowed is None:
                return
            packet = allowed
        destination = packet.destination
        if destination in self._local:
            self._deliver(interface, packet, group)
        elif destination in self._broadcasts or destination in self.groups:
            if destination in interface.broadcasts or destination in (LIMITED_BROADCAST, *self.groups):
                self._deliver(interface, packet, True)
            else:
                self._directed_broadcast(interface, packet, group)
        elif interface.takes_any and packet.protocol == UDP:
            self._deliver(interface, packet, True)
        elif not self.forwards or group or destination >> 28 == 0xE:
            self.counters.not_for_us += 1
        else:
            self._forward(interface, packet)

    def _deliver(self, interface: IpInterface, packet: Ipv4Packet, broadcast: bool) -> None:
        if packet.more_fragments or packet.fragment_offset:
            self.counters.fragments_received += 1
            whole = self.reassembly.add(packet)
            if whole is None:
                return
            self.counters.reassembled += 1
            packet = whole
        self.counters.delivered += 1
        if self.trace is not None:
            self._trace("rcvd", packet, interface, None)
        protocol = packet.protocol
        if protocol == TCP:
            if not broadcast:
                self.tcp.receive(packet.source, packet.destination, packet.payload)
        elif protocol == ICMP:
            self.icmp.receive(interface, packet, broadcast)
        elif protocol == UDP:
            if broadcast and self.broadcast_udp is not None:
                self.broadcast_udp(interface, packet)
            self.udp.receive(interface, packet, broadcast)
        else:
            self.counters.unknown_protocol += 1
            if not broadcast:
                self.icmp.error(interface, packet, icmp.DESTINATION_UNREACHABLE, icmp.PROTOCOL_UNREACHABLE)

    def _loop_back(self, packet: Ipv4Packet) -> None:
        if (interface := self._local.get(packet.destination)) is not None:
            self._deliver(interface, packet, False)

    def _directed_broadcast(self, interface: IpInterface, packet: Ipv4Packet, group: bool) -> None:
        """A broadcast to a network behind another interface: for this router, and on, where allowed."""
        if not self.forwards or group:
            self.counters.not_for_us += 1
            return
        self._deliver(interface, packet, True)
        hop = self.forwarding.hop(packet.source, packet.destination)
        if hop is not None and hop.interface.directed_broadcast and packet.ttl > 1:
            self.counters.forwarded += 1
            self._output(packet._replace(ttl=packet.ttl - 1), hop, interface)

    def _forward(self, interface: IpInterface, packet: Ipv4Packet) -> None:
        if not is_single_host(packet.source) or not is_single_host(packet.destination):
            self.counters.not_for_us += 1
            return
        hop = self.forwarding.hop(packet.source, packet.destination)
        if hop is None or not hop.interface.up:
            self.counters.no_route += 1
            self._trace("unroutable", packet, interface, None)
            self.icmp.error(interface, packet, icmp.DESTINATION_UNREACHABLE, icmp.HOST_UNREACHABLE)
            return
        if packet.ttl <= 1:
            self.counters.bad_hop_count += 1
            self.icmp.error(interface, packet, icmp.TIME_EXCEEDED, icmp.TTL_EXCEEDED)
            return
        if hop.interface is interface and interface.redirects:
            self.icmp.redirect(interface, packet, hop.next_hop)
        if self.policy is not None:
            allowed = self.policy.leaving(interface, packet, hop.interface)
            if allowed is None:
                return
            packet = allowed
        self.counters.forwarded += 1
        self._trace("forward", packet, interface, hop)
        self._output(packet._replace(ttl=packet.ttl - 1), hop, interface)

    def _output(self, packet: Ipv4Packet, hop: Hop, arrived: IpInterface | None) -> None:
        """Sends a packet out of its interface, in pieces if it is too long."""
        interface, next_hop = hop
        if packet.options:
            packet = recorded(packet, interface, self.clock.now)
        if _SMALLEST_HEADER + len(packet.options) + len(packet.payload) <= interface.mtu:
            self._transmit(packet, hop, packet.build())
            return
        if packet.dont_fragment:
            self.counters.could_not_fragment += 1
            self.icmp.error(
                arrived, packet, icmp.DESTINATION_UNREACHABLE, icmp.FRAGMENTATION_NEEDED, interface.mtu
            )
            return
        self.counters.fragmented += 1
        for piece in fragments(packet, interface.mtu):
            self.counters.fragments_sent += 1
            self._transmit(piece, Hop(interface, next_hop), piece.build())

    def _transmit(self, packet: Ipv4Packet, hop: Hop, data: bytes) -> None:
        interface, next_hop = hop
        destination = packet.destination
        neighbour = destination if next_hop is None else next_hop
        mac = self.arp.lookup(interface, neighbour)
        if mac is not None:
            self.send_frame(interface, mac, ETHERTYPE_IPV4, data)
            return
        if neighbour == LIMITED_BROADCAST or neighbour in interface.broadcasts:
            mac = BROADCAST
            self.counters.broadcasts_sent += 1
        elif destination >> 28 == 0xE:
            self.counters.multicasts_sent += 1
            mac = MacAddress((_MULTICAST_MAC | destination & 0x7FFFFF).to_bytes(6))
        else:
            # Out of a loopback leads nowhere: its own address was delivered before.
            mac = None if interface.port is None else self.arp.resolve(interface, neighbour, data)
        if mac is not None:
            self.send_frame(interface, mac, ETHERTYPE_IPV4, data)
        elif self.forwards:
            self.counters.encapsulation_failed += 1
            self._trace("encapsulation failed", packet, None, hop)

    # For the parts of the node

    def _reassembly_expired(self, first: Ipv4Packet) -> None:
        interface = self._local.get(first.destination)
        self.icmp.error(interface, first, icmp.TIME_EXCEEDED, icmp.REASSEMBLY_TIME_EXCEEDED)

    def _send_tcp(self, source: int, destination: int, segment: bytes) -> None:
        self.send(Ipv4Packet(source, destination, TCP, segment, self.ttl, self._next_identification()))

    def _next_identification(self) -> int:
        self._identification = self._identification % 0xFFFF + 1
        return self._identification

    def _mss_for(self, destination: int) -> int:
        hop = self.forwarding.hop(0, destination)
        return (1500 if hop is None else hop.interface.mtu) - _HEADERS

    def _trace(self, kind: str, packet: Ipv4Packet, arrived: IpInterface | None, leaves: Hop | None) -> None:
        if self.trace is not None:
            self.trace(PacketEvent(kind, packet, arrived, leaves))
