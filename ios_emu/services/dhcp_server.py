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
    # Which pool has a network, and which ones name a client: asked for each line of a long configuration.
    _networks: dict[IPv4Network, str] = field(default_factory=dict, compare=False)
    _clients: dict[bytes | MacAddress, list[str]] = field(default_factory=dict, compare=False)

    def set(self, pool: Pool, name: str, value: Setting | None) -> None:
        """Enters a setting of a pool, or removes it; a new value keeps the setting's place."""
        before = pool.settings.get(name)
        if name == "network":
            if isinstance(before, IPv4Network):
                self._networks.pop(before, None)
            if isinstance(value, IPv4Network):
                self._networks[value] = pool.name
        elif name in _CLIENT_SETTINGS:
            if before is not None:
                self._clients[_identity(before)].remove(pool.name)
            if value is not None:
                self._clients.setdefault(_identity(value), []).append(pool.name)
        if value is None:
            pool.settings.pop(name, None)
        else:
            pool.settings[name] = value

    def remove_pool(self, name: str) -> None:
        """Takes a pool away with all its settings. Raises KeyError when there is none."""
        pool = self.pools[name]
        for setting in list(pool.settings):
            self.set(pool, setting, None)
        del self.pools[name]

    def pool_of_network(self, network: IPv4Network) -> str | None:
        """The pool that has this network."""
        return self._networks.get(network)

    def pool_of_client(self, client: bytes | MacAddress, but: Pool) -> str | None:
        """Another pool that binds this client to an address of its own."""
        for name in self._clients.get(client, ()):
            if name != but.name and self.pools[name].host is not None:
                return name
        return None


def _identity(client: Setting) -> bytes | MacAddress:
    identity = client.address if isinstance(client, HardwareAddress) else client
    assert isinstance(identity, bytes | MacAddress)
    return identity


def manual_bindings(server: DhcpServer) -> Iterator[Binding]:
    """The bindings that host pools make: they are there as soon as address and client are known."""
    for pool in server.pools.values():
        client = pool.settings.get("client-identifier") or pool.settings.get("hardware-address")
        if pool.host is None or client is None:
            continue
        yield Binding(pool.host.ip, _identity(client), None, automatic=False, pool=pool.name)
