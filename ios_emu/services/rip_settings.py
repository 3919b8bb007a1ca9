"""How RIP is configured: the process (`router rip`), and what its interfaces are given to it.

The rules are those of IOS: without `version`, version 1 is sent and both are taken; `network` names class
A, B and C networks; times are in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ios_emu.stack.ip_interface import Prefix
from ios_emu.wire.rip import VERSION_1, VERSION_2

DEFAULT_DISTANCE = 120
DEFAULT_PATHS = 4
MOST_PATHS = 16
REDISTRIBUTED_METRIC = 1
"""The metric of a redistributed static or connected route that nobody gave one."""


class Timers(NamedTuple):
    """`timers basic UPDATE INVALID HOLDDOWN FLUSH`, in seconds."""

    update: int = 30
    invalid: int = 180
    holddown: int = 180
    flush: int = 240


class Offset(NamedTuple):
    """`offset-list LIST in|out OFFSET [INTERFACE]`: list 0 is every network."""

    list_: str
    inbound: bool
    offset: int
    interface: str | None = None


class Filter(NamedTuple):
    """`distribute-list LIST in|out [INTERFACE]`."""

    list_: str
    inbound: bool
    interface: str | None = None


class Redistribution(NamedTuple):
    """`redistribute SOURCE [metric METRIC] [route-map MAP]`; the route map is only kept."""

    metric: int | None = None
    route_map: str | None = None


@dataclass(slots=True)
class RipSettings:
    """`router rip` and what stands below it. Networks and addresses are 32-bit integers, the
    networks in order.

    `passive` holds interfaces by name; with `passive_default` those that are not. `redistribute` maps a
    source (`connected`, `static`) to how it is told. `distances` maps a gateway and a wildcard mask to the
    distance of what comes from there. `kept` are lines without effect, by what they are known by.
    """

    version: int | None = None
    timers: Timers = field(default_factory=Timers)
    networks: list[int] = field(default_factory=list)
    neighbours: list[int] = field(default_factory=list)
    passive_default: bool = False
    passive: list[str] = field(default_factory=list)
    auto_summary: bool = True
    default_information: bool = False
    redistribute: dict[str, Redistribution] = field(default_factory=dict)
    default_metric: int | None = None
    distance: int = DEFAULT_DISTANCE
    distances: dict[tuple[int, int], int] = field(default_factory=dict)
    maximum_paths: int = DEFAULT_PATHS
    offsets: list[Offset] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    validate_source: bool = True
    flash_threshold: int | None = None
    output_delay: int | None = None
    kept: dict[str, str] = field(default_factory=dict)

    @property
    def sends(self) -> frozenset[int]:
        """The versions that an interface sends, unless it is told otherwise."""
        return frozenset((self.version or VERSION_1,))

    @property
    def receives(self) -> frozenset[int]:
        """The versions that an interface takes, unless it is told otherwise."""
        return frozenset((VERSION_1, VERSION_2) if self.version is None else (self.version,))

    def is_passive(self, interface: str) -> bool:
        """Does RIP only listen there?"""
        return (interface in self.passive) != self.passive_default

    def distance_of(self, gateway: int) -> int:
        """The administrative distance of what a gateway tells."""
        for (address, wildcard), distance in self.distances.items():
            if (gateway ^ address) & ~wildcard & 0xFFFFFFFF == 0:
                return distance
        return self.distance


class Key(NamedTuple):
    """A key of a key chain."""

    number: int
    text: bytes


@dataclass(frozen=True, slots=True)
class RipInterface:
    """An interface that RIP runs on and that is up.

    `prefixes` are its addresses that a `network` line covers, `attached` are all of them. `speaks` is False
    for a loopback: its network is told to others, and nothing is sent there. With `broadcasts`, version 2
    goes to 255.255.255.255, too. `keys` is None where nothing is authenticated; with `digest` the first key
    makes MD5 digests, else it is a password.
    """

    name: str
    prefixes: tuple[Prefix, ...]
    attached: tuple[Prefix, ...]
    speaks: bool = True
    passive: bool = False
    sends: frozenset[int] = frozenset((VERSION_1,))
    receives: frozenset[int] = frozenset((VERSION_1, VERSION_2))
    split_horizon: bool = True
    broadcasts: bool = False
    summaries: tuple[tuple[int, int], ...] = ()
    keys: tuple[Key, ...] | None = None
    digest: bool = False

    def prefix_of(self, address: int) -> Prefix | None:
        """The prefix whose network an address is in."""
        for prefix in self.attached:
            if address >> (32 - prefix.length) == prefix.address >> (32 - prefix.length):
                return prefix
        return None
