"""An IPv4 interface of a node: a port (or one VLAN of it, or no port at all) and its addresses.

Addresses are 32-bit integers here, for speed; `prefix_mask` and `Prefix` do the little arithmetic on them.
"""

from __future__ import annotations

from typing import NamedTuple

from ios_emu.stack.cable import Port
from ios_emu.stack.counters import VlanCounters
from ios_emu.wire.ethernet import ETHERTYPE_DOT1Q, MacAddress

LIMITED_BROADCAST = 0xFFFFFFFF
DEFAULT_MTU = 1500
_POINT_TO_POINT = 31


class Prefix(NamedTuple):
    """An address of an interface with the length of its network's prefix."""

    address: int
    length: int

    @property
    def network(self) -> int:
        """The first address of the network."""
        return self.address & prefix_mask(self.length)

    @property
    def broadcast(self) -> int | None:
        """The directed broadcast address; None where a network has none (/31 of RFC 3021, /32)."""
        if self.length >= _POINT_TO_POINT:
            return None
        return self.address | (LIMITED_BROADCAST >> self.length)


def prefix_mask(length: int) -> int:
    """The netmask of a prefix length."""
    return LIMITED_BROADCAST << (32 - length) & LIMITED_BROADCAST


class IpInterface:
    """What IPv4 knows of an interface. `port` is None for a loopback, `vlan` is None for untagged frames.

    `up` says whether it may be used at all: the line protocol, as IOS calls it.
    """

    __slots__ = (
        "addresses",
        "broadcasts",
        "counters",
        "directed_broadcast",
        "frame_head",
        "mac",
        "mtu",
        "name",
        "own",
        "port",
        "proxy_arp",
        "redirects",
        "takes_any",
        "unreachables",
        "up",
        "vlan",
    )

    def __init__(self, name: str, port: Port | None, mac: MacAddress, vlan: int | None = None) -> None:
        self.name = name
        self.port = port
        self.mac = mac
        self.vlan = vlan
        # What stands between the destination and the type of each frame.
        self.frame_head: bytes = mac if vlan is None else mac + (ETHERTYPE_DOT1Q << 16 | vlan).to_bytes(4)
        # Of tagged frames; the others are the port's.
        self.counters = VlanCounters()
        self.mtu = DEFAULT_MTU
        self.addresses: tuple[Prefix, ...] = ()
        self.broadcasts: frozenset[int] = frozenset()
        # Its own addresses alone.
        self.own: frozenset[int] = frozenset()
        self.up = False
        self.proxy_arp = False
        self.redirects = True
        # Are ICMP unreachables sent about what came in here?
        self.unreachables = True
        self.directed_broadcast = False
        # UDP to whatever address is taken: this host has none yet, and asked for one (RFC 2131, 4.1).
        self.takes_any = False

    def set_addresses(self, addresses: tuple[Prefix, ...]) -> None:
        """Gives it its addresses, the primary one first."""
        self.addresses = addresses
        self.own = frozenset(prefix.address for prefix in addresses)
        # A host also takes the network's own address for a broadcast (RFC 1122, 3.3.6).
        both = {prefix.broadcast for prefix in addresses} | {
            prefix.network for prefix in addresses if prefix.broadcast is not None
        }
        self.broadcasts = frozenset(address for address in both if address is not None)

    @property
    def primary(self) -> int | None:
        """The primary address."""
        return self.addresses[0].address if self.addresses else None

    def holds(self, address: int) -> bool:
        """Is this one of its own addresses?"""
        return address in self.own

    def prefix_of(self, address: int) -> Prefix | None:
        """The first of its prefixes whose network `address` is in."""
        for prefix in self.addresses:
            if not (address ^ prefix.address) & prefix_mask(prefix.length):
                return prefix
        return None

    def source_for(self, destination: int) -> int:
        """The own address that speaks to `destination`: of its network, else the primary one, else 0."""
        prefix = self.prefix_of(destination)
        return prefix.address if prefix is not None else self.primary or 0

    def __repr__(self) -> str:
        return f"<IpInterface {self.name}>"
