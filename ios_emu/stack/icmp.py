"""ICMP at a node (RFC 792, RFC 1122 3.2.2, RFC 1812 4.3): answers, errors, and who is told of them.

The rules. No error is sent about an error, a broadcast, a fragment that is not the first, or a source that
is no single host. Unreachables are limited to one in `unreachable_interval`, as IOS limits them (500 ms):
that is why a traceroute to a router shows `*` between two answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ios_emu.errors import MalformedPacket
from ios_emu.stack.ip_options import returned
from ios_emu.wire import icmp as wire
from ios_emu.wire.icmp import IcmpMessage
from ios_emu.wire.ipv4 import ICMP, TCP, UDP, Ipv4Packet

if TYPE_CHECKING:
    from ios_emu.stack.ip_interface import IpInterface
    from ios_emu.stack.node import Node

_QUOTED_PAYLOAD = 8
_ERRORS = frozenset(
    (
        wire.DESTINATION_UNREACHABLE,
        wire.SOURCE_QUENCH,
        wire.REDIRECT,
        wire.TIME_EXCEEDED,
        wire.PARAMETER_PROBLEM,
    )
)
# What ends a connection that is being opened (RFC 1122, 4.2.3.9): protocol and port unreachable.
_HARD_CODES = (wire.PROTOCOL_UNREACHABLE, wire.PORT_UNREACHABLE)


class IcmpReport(NamedTuple):
    """An echo reply, or an error about a packet of ours. `about` is the packet that an error quotes."""

    source: int
    message: IcmpMessage
    ttl: int
    about: Ipv4Packet | None = None
    arrived: Ipv4Packet | None = None

    @property
    def is_reply(self) -> bool:
        """Did the destination answer?"""
        return self.message.type == wire.ECHO_REPLY


class IcmpEvent(NamedTuple):
    """Something for `debug ip icmp`."""

    sent: bool
    source: int
    destination: int
    message: IcmpMessage


Listener = Callable[[IcmpReport], None]


class Icmp:
    """The ICMP of one node."""

    def __init__(self, node: Node, unreachable_interval: int) -> None:
        self.unreachable_interval = unreachable_interval
        # IOS gives up a connection that an access list refuses; hosts try on.
        self._hard_codes = (*_HARD_CODES, *((wire.ADMINISTRATIVELY_PROHIBITED,) if node.forwards else ()))
        self.sent: Counter[tuple[int, int]] = Counter()
        self.received: Counter[tuple[int, int]] = Counter()
        self.malformed = 0
        self.trace: Callable[[IcmpEvent], None] | None = None
        self._node = node
        self._listeners: dict[int, Listener] = {}
        self._next_identifier = 0
        self._last_unreachable: int | None = None
        # Identifiers that are not to be used: translations of others use them.
        self.reserved: Callable[[int], bool] = lambda identifier: False

    def open(self, listener: Listener) -> int:
        """Gives `listener` the replies to a fresh identifier, and the errors about its echoes."""
        for _ in range(0x10000):
            identifier = self._next_identifier
            self._next_identifier = (identifier + 1) & 0xFFFF
            if identifier not in self._listeners and not self.reserved(identifier):
                break
        self._listeners[identifier] = listener
        return identifier

    def uses(self, identifier: int) -> bool:
        """Are replies to that identifier for this node?"""
        return identifier in self._listeners

    def close(self, identifier: int) -> None:
        """Nobody listens to that identifier any more."""
        self._listeners.pop(identifier, None)

    def send(self, packet: Ipv4Packet, message: IcmpMessage, interface: IpInterface | None = None) -> bool:
        """Sends `message` with the header of `packet`; False when there is no way to the destination."""
        self._note(True, packet.source, packet.destination, message)
        whole = packet._replace(protocol=ICMP, payload=message.build())
        return self._node.send(whole, interface)

    def receive(self, interface: IpInterface, packet: Ipv4Packet, broadcast: bool) -> None:
        """Takes an ICMP packet that is for this node."""
        try:
            message = IcmpMessage.parse(packet.payload)
        except MalformedPacket:
            self.malformed += 1
            return
        self._note(False, packet.source, packet.destination, message)
        if message.type == wire.ECHO_REQUEST:
            self._answer(interface, packet, message, broadcast)
        elif message.type == wire.ECHO_REPLY:
            listener = self._listeners.get(message.identifier)
            if listener is not None:
                listener(IcmpReport(packet.source, message, packet.ttl, arrived=packet))
        elif message.type in _ERRORS:
            self._report(packet, message)

    def error(
        self, interface: IpInterface | None, about: Ipv4Packet, kind: int, code: int, rest: int = 0
    ) -> None:
        """Sends an error about `about`, which came in on `interface`, unless the rules forbid it."""
        if self._node.policy is not None:
            # The sender is told of the packet that it knows.
            about = self._node.policy.as_it_came(about)
        if not self._may_complain(about):
            return
        if kind == wire.DESTINATION_UNREACHABLE:
            silent = interface is not None and not interface.unreachables
            if silent or not self._may_send_unreachable():
                return
        source = None if interface is None else interface.primary
        if source is None:
            return
        message = IcmpMessage(kind, code, rest, _quotation(about))
        tos = 0xC0 if kind != wire.REDIRECT else 0
        self.send(Ipv4Packet(source, about.source, ICMP, b"", ttl=self._node.ttl, tos=tos), message)

    def redirect(self, interface: IpInterface, packet: Ipv4Packet, next_hop: int | None) -> None:
        """The sender could reach the next hop (None: the destination) itself (RFC 1812, 5.2.7.2)."""
        gateway = packet.destination if next_hop is None else next_hop
        prefix = interface.prefix_of(packet.source)
        if prefix is not None and prefix is interface.prefix_of(gateway):
            self.error(interface, packet, wire.REDIRECT, wire.REDIRECT_HOST, gateway)

    def _may_send_unreachable(self) -> bool:
        now = self._node.clock.now
        last = self._last_unreachable
        if last is not None and now - last < self.unreachable_interval:
            return False
        self._last_unreachable = now
        return True

    def _may_complain(self, about: Ipv4Packet) -> bool:
        if about.fragment_offset or not is_single_host(about.source) or not is_single_host(about.destination):
            return False
        if self._node.is_broadcast(about.destination):
            return False
        return not (about.protocol == ICMP and (not about.payload or about.payload[0] in _ERRORS))

    def _answer(
        self, interface: IpInterface, packet: Ipv4Packet, message: IcmpMessage, broadcast: bool
    ) -> None:
        if not is_single_host(packet.source):
            return
        source = interface.primary if broadcast else packet.destination
        if source is None:
            return
        target, options = returned(packet) if packet.options else (packet.source, b"")
        reply = Ipv4Packet(source, target, ICMP, b"", ttl=self._node.ttl, tos=packet.tos, options=options)
        self.send(reply, message._replace(type=wire.ECHO_REPLY))

    def _report(self, packet: Ipv4Packet, message: IcmpMessage) -> None:
        """An error came in: whoever sent the quoted packet is told."""
        try:
            about = Ipv4Packet.parse_quoted(message.payload)
        except MalformedPacket:
            self.malformed += 1
            return
        if not self._node.is_local(about.source):
            return
        report = IcmpReport(packet.source, message, packet.ttl, about, packet)
        if message.type == wire.REDIRECT:
            return
        hard = message.type == wire.DESTINATION_UNREACHABLE and message.code in self._hard_codes
        if about.protocol == ICMP:
            if len(about.payload) >= _QUOTED_PAYLOAD:
                listener = self._listeners.get(int.from_bytes(about.payload[4:6]))
                if listener is not None:
                    listener(report)
        elif about.protocol == UDP:
            self._node.udp.report(report)
        elif about.protocol == TCP and message.type != wire.SOURCE_QUENCH:
            reason = "unreachable" if message.type == wire.DESTINATION_UNREACHABLE else "timed out"
            self._node.tcp.icmp_error(about.source, about.destination, about.payload, hard, reason)

    def _note(self, sent: bool, source: int, destination: int, message: IcmpMessage) -> None:
        (self.sent if sent else self.received)[message.type, message.code] += 1
        if self.trace is not None:
            self.trace(IcmpEvent(sent, source, destination, message))


def is_single_host(address: int) -> bool:
    """Can a single host have this address? Not 0/8, 127/8, nor class D and E (RFC 1812, 5.3.7)."""
    return 0 < address >> 24 < 224 and address >> 24 != 127


def _quotation(packet: Ipv4Packet) -> bytes:
    """The header and the first eight bytes of what it carried, as they came."""
    return packet.build()[: 20 + len(packet.options) + _QUOTED_PAYLOAD]
