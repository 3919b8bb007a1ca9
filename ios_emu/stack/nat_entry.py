"""One translation of NAT (RFC 2663, RFC 3022), and what it does to a packet.

The words are IOS's. An inside station has a local address, which the inside sees, and a global one, which
the outside sees; so has an outside station. An extended entry belongs to one flow and knows all four with
their ports; a simple one knows one station's two addresses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ios_emu.wire.ipv4 import ICMP, TCP, UDP, Ipv4Packet

if TYPE_CHECKING:
    from ios_emu.stack.nat_rules import DynamicRule

FlowKey = tuple[int, int, int, bytes]
"""Protocol, source, destination, and what tells apart the flows between the two: ports, or an identifier."""

ANY = 0
"""The protocol of a simple entry, which IOS prints as `---`."""
NOWHERE = 0
"""The address of a station that an entry does not know."""

_TCP_CHECKSUM = 16
_UDP_CHECKSUM = 6


class NatEntry:
    """A translation. Addresses are integers, times nanoseconds; a `timeout` of 0 never ends.

    `ports` are those of inside local, inside global, outside local and outside global; of ICMP, identifiers.
    """

    __slots__ = (
        "_add_in",
        "_add_out",
        "_ports_in",
        "_ports_out",
        "alias",
        "bound",
        "children",
        "closing",
        "created",
        "destination",
        "extendable",
        "extended",
        "inside_global",
        "inside_local",
        "key_in",
        "key_out",
        "number",
        "opening",
        "outside",
        "outside_global",
        "outside_local",
        "parents",
        "ports",
        "protocol",
        "queued",
        "rule",
        "static",
        "timeout",
        "used",
    )

    def __init__(
        self,
        protocol: int,
        inside: tuple[int, int],
        outside: tuple[int, int],
        ports: tuple[int, int, int, int] = (0, 0, 0, 0),
        *,
        extended: bool = False,
        static: bool = False,
        rule: DynamicRule | None = None,
        parents: tuple[NatEntry, ...] = (),
    ) -> None:
        self.protocol = protocol
        self.inside_local, self.inside_global = inside
        self.outside_local, self.outside_global = outside
        self.ports = ports
        self.extended = extended
        self.static = static
        # Which dynamic mapping made it, and of which simple entries it is an instance.
        self.rule = rule
        self.parents = parents
        self.children = 0
        # Was a port bound for it?
        self.bound = False
        self.extendable = False
        # Does ARP answer for its address (not with `no-alias`)?
        self.alias = True
        # Does it translate outside addresses; is it one of several that share the load (a rotary pool)?
        self.outside = False
        self.destination = False
        # A TCP connection of which the first SYN was seen; one of which a FIN or RST was.
        self.opening = False
        self.closing = False
        self.number = 0
        self.created = self.used = self.timeout = self.queued = 0
        self._prepare()

    def _prepare(self) -> None:
        """Works out once what each packet of the flow needs."""
        local, global_, outside_local, outside_global = self.ports
        if not self.extended:
            self.key_out = self.key_in = (0, 0, 0, b"")
            self._ports_out = self._ports_in = b""
            self._add_out = self._add_in = 0
            return
        if self.protocol == ICMP:
            before, after = local.to_bytes(2), global_.to_bytes(2)
            out, back = before, after
            self._ports_out, self._ports_in = after, before
            added = global_ - local
        elif self.protocol in (TCP, UDP):
            out = local.to_bytes(2) + outside_local.to_bytes(2)
            back = outside_global.to_bytes(2) + global_.to_bytes(2)
            self._ports_out = global_.to_bytes(2) + outside_global.to_bytes(2)
            self._ports_in = outside_local.to_bytes(2) + local.to_bytes(2)
            added = self.inside_global + self.outside_global + global_ + outside_global
            added -= self.inside_local + self.outside_local + local + outside_local
        else:
            out = back = self._ports_out = self._ports_in = b""
            added = 0
        self.key_out = (self.protocol, self.inside_local, self.outside_local, out)
        self.key_in = (self.protocol, self.outside_global, self.inside_global, back)
        # RFC 1624 with long numbers: what the sum of the 16-bit words grows by is the same modulo 0xFFFF.
        self._add_out = added % 0xFFFF
        self._add_in = -added % 0xFFFF

    def outwards(self, packet: Ipv4Packet) -> Ipv4Packet:
        """A packet of the flow from the inside, as the outside sees it."""
        payload = _transport(self.protocol, packet.payload, self._ports_out, self._add_out)
        return moved(packet, self.inside_global, self.outside_global, payload)

    def inwards(self, packet: Ipv4Packet) -> Ipv4Packet:
        """A packet of the flow from the outside, as the inside sees it."""
        payload = _transport(self.protocol, packet.payload, self._ports_in, self._add_in)
        return moved(packet, self.outside_local, self.inside_local, payload)


def moved(packet: Ipv4Packet, source: int, destination: int, payload: bytes) -> Ipv4Packet:
    """The packet with other addresses and another payload."""
    return Ipv4Packet(
        source,
        destination,
        packet.protocol,
        payload,
        packet.ttl,
        packet.identification,
        packet.tos,
        packet.dont_fragment,
        packet.more_fragments,
        packet.fragment_offset,
        packet.options,
    )


def adjusted(checksum: int, added: int) -> int:
    """A checksum when the sum of the words under it has grown by `added` (RFC 1624, equation 3)."""
    total = (0xFFFF - checksum + added) % 0xFFFF
    return 0xFFFF - total if total else 0


def _transport(protocol: int, payload: bytes, ports: bytes, added: int) -> bytes:
    """The payload with other ports or another identifier, and the checksum that belongs to them."""
    if protocol == TCP:
        checksum = adjusted(int.from_bytes(payload[16:18]), added)
        return b"".join((ports, payload[4:_TCP_CHECKSUM], checksum.to_bytes(2), payload[18:]))
    if protocol == UDP:
        checksum = int.from_bytes(payload[_UDP_CHECKSUM:8])
        if checksum:
            # Zero says that there is none, and is sent as its other form.
            checksum = adjusted(checksum, added) or 0xFFFF
        return b"".join((ports, payload[4:_UDP_CHECKSUM], checksum.to_bytes(2), payload[8:]))
    if protocol == ICMP and ports:
        checksum = adjusted(int.from_bytes(payload[2:4]), added)
        return b"".join((payload[:2], checksum.to_bytes(2), ports, payload[6:]))
    return payload


def readdressed(packet: Ipv4Packet, source: int, destination: int) -> Ipv4Packet:
    """A packet with other addresses and the same ports; also the first of several fragments."""
    added = source + destination - packet.source - packet.destination
    payload = packet.payload
    if not packet.fragment_offset and packet.protocol in (TCP, UDP):
        payload = _transport(packet.protocol, payload, payload[:4], added % 0xFFFF)
    return moved(packet, source, destination, payload)
