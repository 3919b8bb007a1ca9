"""The DHCP server's configuration and its bindings: excluded addresses, pools, leases.

A pool keeps its settings in the order in which they were entered, as its configuration is printed. Who
changes a field in place, and not through `set` or `remove_pool`, calls `touch`: the engine that serves by
this configuration looks at `revision` to learn that it changed.
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
DEFAULT_PING_PACKETS = 2
DEFAULT_PING_TIMEOUT = 500
INFINITE = -1
DEFAULT_POLICY = "replace"
_CLIENT_SETTINGS = ("client-identifier", "hardware-address")


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
class RelaySettings:
    """`ip dhcp relay ...`. `information` is `information option`: the relay adds option 82.

    `server_override` adds it with the sub-options of RFC 3527 and RFC 5107. `policy` is what it does with an
    option 82 that is there: `drop`, `encapsulate`, `keep` or `replace`.
    """

    information: bool = False
    server_override: bool = False
    check: bool = True
    policy: str = DEFAULT_POLICY
    trust_all: bool = False
    bootp_ignore: bool = False

    @property
    def adds_information(self) -> bool:
        """Does the relay add an option 82 of its own?"""
        return self.information or self.server_override


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


@dataclass(slots=True)
class DhcpServer:
    """The configuration of the server, as `ip dhcp ...` sets it.

    `ping_timeout` is in milliseconds. `revision` counts the changes.
    """

    excluded: list[AddressRange] = field(default_factory=list)
    pools: dict[str, Pool] = field(default_factory=dict)
    service: bool = True
    ping_packets: int = DEFAULT_PING_PACKETS
    ping_timeout: int = DEFAULT_PING_TIMEOUT
    conflict_logging: bool = True
    bootp_ignore: bool = False
    use_class: bool = True
    databases: dict[str, DatabaseAgent] = field(default_factory=dict)
    classes: dict[str, DhcpClass] = field(default_factory=dict)
    relay: RelaySettings = field(default_factory=RelaySettings)
    revision: int = field(default=0, compare=False)
    # Which pool has a network, and which ones name a client: asked for each line of a long configuration.
    _networks: dict[IPv4Network, str] = field(default_factory=dict, compare=False)
    # An identifier never equals a hardware address, were it the same bytes.
    _clients: dict[bytes | HardwareAddress, list[str]] = field(default_factory=dict, compare=False)

    def touch(self) -> None:
        """Says that something changed."""
        self.revision += 1

    def set(self, pool: Pool, name: str, value: Setting | None) -> None:
        """Enters a setting of a pool, or removes it; a new value keeps the setting's place."""
        self.touch()
        before = pool.settings.get(name)
        if name == "network":
            if isinstance(before, IPv4Network):
                self._networks.pop(before, None)
            if isinstance(value, IPv4Network):
                self._networks[value] = pool.name
        elif name in _CLIENT_SETTINGS:
            if isinstance(before, bytes | HardwareAddress):
                self._clients[before].remove(pool.name)
            if isinstance(value, bytes | HardwareAddress):
                self._clients.setdefault(value, []).append(pool.name)
        if value is None:
            pool.settings.pop(name, None)
        else:
            pool.settings[name] = value

    def add_secondary(self, pool: Pool, network: IPv4Network) -> SecondaryNetwork:
        """A secondary network of a pool, made when it is new."""
        self.touch()
        self._networks[network] = pool.name
        return pool.secondaries.setdefault(network, SecondaryNetwork(network))

    def remove_secondary(self, pool: Pool, network: IPv4Network) -> bool:
        """Takes a secondary network away; False when the pool has none such."""
        if pool.secondaries.pop(network, None) is None:
            return False
        self.touch()
        del self._networks[network]
        return True

    def remove_pool(self, name: str) -> None:
        """Takes a pool away with all its settings. Raises KeyError when there is none."""
        pool = self.pools[name]
        for setting in list(pool.settings):
            self.set(pool, setting, None)
        for network in list(pool.secondaries):
            self.remove_secondary(pool, network)
        del self.pools[name]
        self.touch()

    def pool_of_network(self, network: IPv4Network) -> str | None:
        """The pool that has this network."""
        return self._networks.get(network)

    def pool_of_client(self, client: bytes | HardwareAddress, but: Pool) -> str | None:
        """Another pool that binds this client to an address of its own."""
        for name in self._clients.get(client, ()):
            if name != but.name and self.pools[name].host is not None:
                return name
        return None
