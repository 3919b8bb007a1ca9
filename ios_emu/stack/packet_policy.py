"""What a router does with a packet besides routing it: access lists and NAT, in the order in which IOS does.

The rules. A packet that arrives is filtered first and translated then, before it is routed or delivered; one
that is forwarded is translated first and filtered then, before it leaves. What the router itself sends is
translated as if it came from the interface whose address it has, and not filtered. A packet that a filter
drops is answered with `administratively prohibited` (RFC 1812, 5.2.7.1), as often as other unreachables are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ios_emu.stack.forwarding import Hop
from ios_emu.stack.ip_interface import IpInterface
from ios_emu.stack.packet_event import PacketEvent
from ios_emu.wire import icmp
from ios_emu.wire.ipv4 import Ipv4Packet

if TYPE_CHECKING:
    from ios_emu.stack.node import Node

PacketFilter = Callable[[Ipv4Packet], bool]
"""May the packet pass?"""


class Translation(Protocol):
    """Network address translation (RFC 2663, RFC 3022)."""

    def arriving(self, interface: IpInterface, packet: Ipv4Packet) -> Ipv4Packet | None:
        """The packet as it is routed; None when it is dropped."""

    def leaving(self, arrived: IpInterface, packet: Ipv4Packet, leaves: IpInterface) -> Ipv4Packet | None:
        """The packet as it leaves; None when it is dropped."""

    def answers_for(self, interface: IpInterface, address: int) -> bool:
        """Does ARP answer for that address on the link of `interface`: are packets translated to it?"""


class PacketPolicy:
    """The filters and the translation of `node`. The filters are those of an interface's name."""

    def __init__(self, node: Node) -> None:
        self.filters_in: dict[str, PacketFilter] = {}
        self.filters_out: dict[str, PacketFilter] = {}
        self.translation: Translation | None = None
        # Where the packet that is at work came in, and the station that sent it there.
        self.arrived: tuple[IpInterface, bytes] | None = None
        self._node = node
        # The packet that is being dealt with, as it came in.
        self._came: Ipv4Packet | None = None

    @property
    def empty(self) -> bool:
        """Is there nothing to do?"""
        return not self.filters_in and not self.filters_out and self.translation is None

    def arriving(self, interface: IpInterface, packet: Ipv4Packet) -> Ipv4Packet | None:
        """What becomes of a packet that came in on `interface`; None when it is dropped."""
        self._came = packet
        passes = self.filters_in.get(interface.name)
        if passes is not None and not passes(packet):
            self._prohibit(interface, packet, None)
            return None
        return packet if self.translation is None else self.translation.arriving(interface, packet)

    def leaving(self, arrived: IpInterface, packet: Ipv4Packet, leaves: IpInterface) -> Ipv4Packet | None:
        """What becomes of a packet that is forwarded to another interface; None when it is dropped."""
        translated = packet
        if self.translation is not None:
            changed = self.translation.leaving(arrived, packet, leaves)
            if changed is None:
                return None
            translated = changed
        passes = self.filters_out.get(leaves.name)
        if passes is not None and not passes(translated):
            self._prohibit(arrived, packet, leaves)
            return None
        return translated

    def originated(self, packet: Ipv4Packet, leaves: IpInterface) -> Ipv4Packet | None:
        """What becomes of a packet that the router itself sends; None when it is dropped."""
        if self.translation is None:
            return packet
        own = self._node.interface_of(packet.source)
        return packet if own is None or own is leaves else self.translation.leaving(own, packet, leaves)

    def as_it_came(self, packet: Ipv4Packet) -> Ipv4Packet:
        """The packet before it was translated, if it is the one that is being dealt with."""
        came = self._came
        same = (
            came is not None
            and came.identification == packet.identification
            and came.protocol == packet.protocol
            and came.fragment_offset == packet.fragment_offset
            and len(came.payload) == len(packet.payload)
        )
        return came if came is not None and same else packet

    def _prohibit(self, arrived: IpInterface, packet: Ipv4Packet, leaves: IpInterface | None) -> None:
        self._node.counters.prohibited += 1
        if self._node.trace is not None:
            hop = None if leaves is None else Hop(leaves, None)
            self._node.trace(PacketEvent("access denied", packet, arrived, hop))
        self._node.icmp.error(arrived, packet, icmp.DESTINATION_UNREACHABLE, icmp.ADMINISTRATIVELY_PROHIBITED)
