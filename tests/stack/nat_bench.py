"""A NAT router between an inside link (10.0.1.0/24) and an outside one (10.0.2.0/24), and its packets."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address

from scapy.layers.inet import ICMP as ScapyIcmp
from scapy.layers.inet import IP
from scapy.layers.inet import TCP as ScapyTcp
from scapy.layers.inet import UDP as ScapyUdp

from ios_emu.stack.nat import Nat
from ios_emu.stack.nat_entry import ANY, NOWHERE, NatEntry
from ios_emu.stack.nat_pool import AddressPool
from ios_emu.stack.nat_rules import DynamicRule
from ios_emu.stack.nat_words import GENERIC, INSIDE_SOURCE
from ios_emu.stack.packet_policy import PacketPolicy
from ios_emu.wire import icmp
from ios_emu.wire.icmp import echo
from ios_emu.wire.ipv4 import ICMP, TCP, UDP, Ipv4Packet
from ios_emu.wire.tcp import TcpSegment
from ios_emu.wire.udp import UdpDatagram
from tests.stack.conversation import Bench, ip

INSIDE, OUTSIDE = "10.0.1.2", "10.0.2.2"
ROUTER = "10.0.2.1"
SYN, ACK, FIN, RST = 0x02, 0x10, 0x01, 0x04


def udp(source: str, sport: int, destination: str, dport: int, data: bytes = b"data") -> Ipv4Packet:
    payload = UdpDatagram(sport, dport, data).build(ip(source), ip(destination))
    return Ipv4Packet(ip(source), ip(destination), UDP, payload, 64, 11)


def tcp(source: str, sport: int, destination: str, dport: int, flags: int = SYN) -> Ipv4Packet:
    segment = TcpSegment(sport, dport, 1000, 0, flags, 4096, b"text").build(ip(source), ip(destination))
    return Ipv4Packet(ip(source), ip(destination), TCP, segment, 64, 12)


def ping(source: str, destination: str, identifier: int, *, reply: bool = False) -> Ipv4Packet:
    message = echo(identifier, 1, b"abcdefgh", reply).build()
    return Ipv4Packet(ip(source), ip(destination), ICMP, message, 64, 13)


def answer(packet: Ipv4Packet) -> Ipv4Packet:
    """What the receiver of a packet sends back."""
    source, destination = str(IPv4Address(packet.destination)), str(IPv4Address(packet.source))
    ports = int.from_bytes(packet.payload[:2]), int.from_bytes(packet.payload[2:4])
    if packet.protocol == UDP:
        return udp(source, ports[1], destination, ports[0])
    if packet.protocol == TCP:
        return tcp(source, ports[1], destination, ports[0], SYN | ACK)
    return ping(source, destination, int.from_bytes(packet.payload[4:6]), reply=True)


def ends(packet: Ipv4Packet) -> str:
    """`10.0.1.2:1025 > 10.0.2.2:53`."""
    source, destination = IPv4Address(packet.source), IPv4Address(packet.destination)
    if packet.protocol == ICMP:
        return f"{source} > {destination} id {int.from_bytes(packet.payload[4:6])}"
    ports = int.from_bytes(packet.payload[:2]), int.from_bytes(packet.payload[2:4])
    return f"{source}:{ports[0]} > {destination}:{ports[1]}"


def sound(packet: Ipv4Packet) -> bool:
    """Are all checksums of a packet those that Scapy computes, but for a UDP checksum that is not used?"""
    data = packet.build()
    seen = IP(data)
    for layer in (IP, ScapyTcp, ScapyUdp, ScapyIcmp):
        if seen.haslayer(layer) and not (layer is ScapyUdp and seen[layer].chksum == 0):
            del seen[layer].chksum
    return bytes(seen) == data


def quoted_sound(quoted: bytes, whole: Ipv4Packet) -> bool:
    """Is that what the beginning of `whole` looks like, but for its time to live? Scapy sums its header."""
    expected = bytearray(whole.build()[: len(quoted)])
    expected[8:9], expected[10:12] = quoted[8:9], quoted[10:12]
    header = IP(quoted[:20])
    del header.chksum
    return bytes(expected) == quoted and bytes(header)[10:12] == quoted[10:12]


class NatBench(Bench):
    """A Bench with NAT: Fa0/0 is inside, Fa0/1 outside; packets are given to the policy alone."""

    def __init__(self) -> None:
        super().__init__()
        self.know()
        self.nat = Nat(
            self.clock,
            unreachable=lambda interface, packet: self.node.icmp.error(
                interface, packet, icmp.DESTINATION_UNREACHABLE, icmp.HOST_UNREACHABLE
            ),
        )
        self.nat.inside, self.nat.outside = frozenset(("Fa0/0",)), frozenset(("Fa0/1",))
        self.policy = self.node.policy = PacketPolicy(self.node)
        self.policy.translation = self.nat

    def rule(
        self,
        pool: tuple[str, str] | None = None,
        *,
        overload: bool = True,
        kind: str = INSIDE_SOURCE,
        pool_kind: str = GENERIC,
        permits: Callable[[Ipv4Packet], bool] = lambda packet: True,
    ) -> DynamicRule:
        """A dynamic mapping to a pool, or to the address of the outside interface."""
        made = DynamicRule(kind, "1", len(self.nat.mappings.rules) + 1, permits, overload=overload)
        if pool is None:
            made.address = lambda: self.interfaces[1].primary
        else:
            made.pool = AddressPool("P", ip(pool[0]), ip(pool[1]), 24, pool_kind)
        self.nat.mappings.rules.append(made)
        return made

    def static(
        self, local: str, global_: str, protocol: int = ANY, ports: tuple[int, int] = (0, 0)
    ) -> NatEntry:
        """A static mapping of an address, or of one port."""
        entry = NatEntry(
            protocol,
            (ip(local), ip(global_)),
            (NOWHERE, NOWHERE),
            (*ports, 0, 0),
            extended=protocol != ANY,
            static=True,
        )
        self.nat.add_static(entry)
        return entry

    def outside_static(self, global_: str, local: str) -> NatEntry:
        """A static mapping of an outside station."""
        entry = NatEntry(ANY, (NOWHERE, NOWHERE), (ip(local), ip(global_)), static=True)
        entry.outside = True
        self.nat.add_static(entry)
        return entry

    def out(self, packet: Ipv4Packet) -> Ipv4Packet | None:
        """A packet from the inside, as it leaves."""
        return self.nat.leaving(self.interfaces[0], packet, self.interfaces[1])

    def sent(self, packet: Ipv4Packet) -> Ipv4Packet:
        """The same, of a packet that must leave."""
        left = self.out(packet)
        assert left is not None
        return left

    def back(self, packet: Ipv4Packet) -> Ipv4Packet | None:
        """A packet from the outside, as it is routed."""
        return self.nat.arriving(self.interfaces[1], packet)

    def came(self, packet: Ipv4Packet) -> Ipv4Packet:
        """The same, of a packet that must come in."""
        got = self.back(packet)
        assert got is not None
        return got
