"""The DHCP server's configuration and its bindings: excluded addresses, pools, leases.

A pool keeps its settings in the order in which they were entered, as its configuration is printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from ios_emu.wire.ethernet import MacAddress

DAY = 24 * 60
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


Addresses = tuple[IPv4Address, ...]
Setting = IPv4Network | IPv4Interface | HardwareAddress | bytes | str | int | Addresses | RawOption


@dataclass(slots=True)
class Pool:
    """`ip dhcp pool NAME`. `settings` maps a setting's command word to its value, in order of entry.

    Keys are the words of the dhcp-config mode (`network`, `default-router`, ...); raw options have the
    keys `option CODE`. `lease` is in minutes, or INFINITE.
    """

    name: str
    settings: dict[str, Setting] = field(default_factory=dict)

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
    """The configuration of the server, as `ip dhcp ...` sets it."""

    excluded: list[AddressRange] = field(default_factory=list)
    pools: dict[str, Pool] = field(default_factory=dict)


def manual_bindings(server: DhcpServer) -> Iterator[Binding]:
    """The bindings that host pools make: they are there as soon as address and client are known."""
    for pool in server.pools.values():
        client = pool.settings.get("client-identifier") or pool.settings.get("hardware-address")
        if pool.host is None or client is None:
            continue
        identity = client.address if isinstance(client, HardwareAddress) else client
        assert isinstance(identity, bytes | MacAddress)
        yield Binding(pool.host.ip, identity, None, automatic=False, pool=pool.name)
