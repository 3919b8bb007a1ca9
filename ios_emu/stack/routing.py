"""Routes: the static ones as they are configured, and the lines of the routing table.

`routing_table` is the module of the table that they make.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from ios_emu.stack.interface_name import InterfaceName

DEFAULT_NETWORK = IPv4Network("0.0.0.0/0")


Path = tuple[IPv4Network, IPv4Address | None, InterfaceName | None]
"""What makes two static routes the same one: entering it again changes the rest."""


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """`ip route NETWORK MASK [INTERFACE] [NEXT-HOP] [DISTANCE] [name N] [permanent] [tag N] [track N]`."""

    network: IPv4Network
    next_hop: IPv4Address | None
    interface: InterfaceName | None
    distance: int = 1
    name: str | None = None
    permanent: bool = False
    tag: int | None = None
    track: int | None = None

    @property
    def path(self) -> Path:
        """The route's identity."""
        return self.network, self.next_hop, self.interface


HopPath = tuple[IPv4Address | None, InterfaceName | None]
"""A way to a network: a next hop, an interface, or both."""


@dataclass(frozen=True, slots=True)
class Route:
    """A line of the routing table, with all its equal paths.

    `code` is its source: connected (`C`), static (`S`) or RIP (`R`). A route that is `down` leads nowhere as
    far as its source knows; it stays, and is used, for the time that the source says (`is possibly down`).
    """

    code: str
    network: IPv4Network
    distance: int
    paths: tuple[HopPath, ...]
    metric: int = 0
    down: bool = False


def natural_prefix_length(address: IPv4Address) -> int:
    """The prefix length of the address's class (RFC 791): 8, 16 or 24; 32 for class D and E."""
    first = int(address) >> 24
    if first < 128:
        return 8
    if first < 192:
        return 16
    return 24 if first < 224 else 32
