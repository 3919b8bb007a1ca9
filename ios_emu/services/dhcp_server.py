"""The DHCP server's configuration: excluded addresses, pools, the relay.

Who changes a field in place, and not through `set` or `remove_pool`, calls `touch`: the engine that serves by
this configuration looks at `revision` to learn that it changed. Every router has one of these, and the parts
of `dhcp_pool` are loaded where there are any.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ios_emu.services.dhcp_pool import (
        AddressRange,
        DatabaseAgent,
        DhcpClass,
        HardwareAddress,
        Pool,
        SecondaryNetwork,
        Setting,
    )

DEFAULT_PING_PACKETS = 2
DEFAULT_PING_TIMEOUT = 500
DEFAULT_POLICY = "replace"
_CLIENT_SETTINGS = ("client-identifier", "hardware-address")


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
            from ios_emu.services.dhcp_pool import HardwareAddress

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
        from ios_emu.services.dhcp_pool import SecondaryNetwork

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
