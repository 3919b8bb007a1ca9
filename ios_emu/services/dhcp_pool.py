"""What a DHCP server is configured with: pools and their settings, classes, ranges, agents; and its bindings.

A pool keeps its settings in the order in which they were entered, as its configuration is printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import NamedTuple

from ios_emu.wire.dhcp import RELAY_AGENT_INFORMATION
from ios_emu.wire.ethernet import MacAddress

DAY = 24 * 60
DEFAULT_DELAY = 300
INFINITE = -1


@dataclass(frozen=True, slots=True)
class AddressRange:
    """`ip dhcp excluded-address LOW [HIGH]`, both ends included."""

    low: IPv4Address
    high: IPv4Address

    def __contains__(self, address: object) -> bool:
        return isinstance(address, IPv4Address) and self.low <= address <= self.high


@dataclass(frozen=True, slots=True)
class HardwareAddress:
    """`hardware-address ADDRESS [TYPE]`: RFC 1700 hardware types, 1 is Ethernet."""

    address: MacAddress
    type: int = 1


@dataclass(frozen=True, slots=True)
class RawOption:
    """`option CODE ascii|hex|ip ...`: `kind` is how it was entered, `data` what goes on the wire."""

    code: int
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class UtilizationMark:
    """`utilization mark high|low PERCENT [log]`."""

    percent: int
    log: bool = False

    def __str__(self) -> str:
        return f"{self.percent} log" if self.log else str(self.percent)


Addresses = tuple[IPv4Address, ...]
Setting = (
    IPv4Network
    | IPv4Interface
    | HardwareAddress
    | bytes
    | str
    | int
    | Addresses
    | RawOption
    | UtilizationMark
)


@dataclass(slots=True)
class SecondaryNetwork:
    """`network NUMBER MASK secondary`: one more subnet of a pool, and what it overrides.

    `utilization` holds `override utilization high|low`, which have no effect.
    """

    network: IPv4Network
    default_router: Addresses = ()
    utilization: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OptionPattern:
    """`option CODE hex PATTERN`, or `relay-information hex` with code 82, of a class.

    Bits that are set in `mask` are not compared. With `prefix` (a `*` at the end) the rest may be anything.
    """

    code: int
    value: bytes
    mask: bytes = b""
    prefix: bool = False

    def matches(self, options: Mapping[int, bytes]) -> bool:
        """Does a message with these options fit?"""
        found = options.get(self.code)
        if found is None or len(found) < len(self.value):
            return False
        if len(found) > len(self.value) and not self.prefix:
            return False
        mask = self.mask.ljust(len(self.value), b"\0")
        return all((a ^ b) & ~m & 0xFF == 0 for a, b, m in zip(found, self.value, mask, strict=False))


@dataclass(slots=True)
class DhcpClass:
    """`ip dhcp class NAME`. Without a pattern every client belongs to it; with several, one has to fit.

    `relay_information` is `relay agent information`: without patterns of its own, any option 82 fits.
    """

    name: str
    patterns: list[OptionPattern] = field(default_factory=list)
    remark: str | None = None
    relay_information: bool = False

    def patterns_of(self, *, relay: bool) -> list[OptionPattern]:
        """Those of option 82, or those of the other options."""
        return [pattern for pattern in self.patterns if (pattern.code == RELAY_AGENT_INFORMATION) is relay]

    def matches(self, options: Mapping[int, bytes]) -> bool:
        """Does a client whose message has these options belong to the class?"""
        if not self.patterns and not self.relay_information:
            return True
        if any(pattern.matches(options) for pattern in self.patterns):
            return True
        any_relay = self.relay_information and not self.patterns_of(relay=True)
        return any_relay and RELAY_AGENT_INFORMATION in options


@dataclass(frozen=True, slots=True)
class DatabaseAgent:
    """`ip dhcp database URL [write-delay SECONDS] [timeout SECONDS]`."""

    url: str
    write_delay: int = DEFAULT_DELAY
    timeout: int = DEFAULT_DELAY


@dataclass(slots=True)
class Pool:
    """`ip dhcp pool NAME`. `settings` maps a setting's command word to its value, in order of entry.

    Keys are the words of the dhcp-config mode (`network`, `default-router`, ...); raw options have the
    keys `option CODE`. `lease` is in minutes, or INFINITE.
    """

    name: str
    settings: dict[str, Setting] = field(default_factory=dict)
    secondaries: dict[IPv4Network, SecondaryNetwork] = field(default_factory=dict)
    # `class NAME`: which part of the pool its clients get; an empty list is all of it.
    classes: dict[str, list[AddressRange]] = field(default_factory=dict)

    @property
    def network(self) -> IPv4Network | None:
        """The pool's subnet; None in a pool that has none (yet)."""
        value = self.settings.get("network")
        return value if isinstance(value, IPv4Network) else None

    @property
    def host(self) -> IPv4Interface | None:
        """The address of a manual binding; None in a pool of a network."""
        value = self.settings.get("host")
        return value if isinstance(value, IPv4Interface) else None

    @property
    def lease(self) -> int:
        """How long a lease lasts, in minutes; INFINITE for ever. One day unless set."""
        value = self.settings.get("lease", DAY)
        assert isinstance(value, int)
        return value

    def mark(self, which: str) -> UtilizationMark:
        """`utilization mark high` or `low`; 100 and 0 percent unless set, and then nothing is logged."""
        value = self.settings.get(f"utilization mark {which}")
        if isinstance(value, UtilizationMark):
            return value
        return UtilizationMark(100 if which == "high" else 0)


class PoolClass(NamedTuple):
    """`class NAME` of a pool."""

    pool: Pool
    name: str

    @property
    def ranges(self) -> list[AddressRange]:
        """Its `address range` lines. If another session removed it meanwhile, it is there again."""
        return self.pool.classes.setdefault(self.name, [])


@dataclass(frozen=True, slots=True)
class Binding:
    """An address given to a client. `expires` is a lab time in nanoseconds, None for never."""

    address: IPv4Address
    client: bytes | MacAddress
    expires: int | None
    automatic: bool
    pool: str
