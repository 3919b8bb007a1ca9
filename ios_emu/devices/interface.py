"""An interface of the router: what was configured on it, and what it is doing."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from ios_emu.services.rip_interface_settings import RipInterfaceSettings
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.wire.ethernet import MacAddress

DEFAULT_KEEPALIVE = 10
DEFAULT_LOAD_INTERVAL = 300
DEFAULT_MTU = 1500
DEFAULT_BANDWIDTH, DEFAULT_DELAY = 100_000, 10
"""Of a FastEthernet: kilobits a second, and tens of microseconds."""


@dataclass(frozen=True, slots=True)
class Dot1q:
    """`encapsulation dot1Q VLAN [native]` of a sub-interface."""

    vlan: int
    native: bool = False


@dataclass(frozen=True, slots=True)
class DhcpAddress:
    """`ip address dhcp [client-id INTERFACE] [hostname NAME]`."""

    client_id: InterfaceName | None = None
    hostname: str | None = None


@dataclass(slots=True)
class Interface:
    """One interface. Fields that `show running-config` does not print take no part in comparisons.

    `method` is the column of that name in `show ip interface brief`: how the address came (`unset`, `manual`,
    `NVRAM`, `DHCP`). `mac` is the address in use: `mac_address` where one was configured, else `burned_in`.
    `delay` is in tens of microseconds; `keepalive` and `load_interval` are in seconds.
    """

    name: InterfaceName
    mac: MacAddress | None = field(compare=False)
    description: str | None = None
    address: IPv4Interface | None = None
    secondary: list[IPv4Interface] = field(default_factory=list)
    shutdown: bool = False
    duplex: str = "auto"
    speed: str = "auto"
    encapsulation: Dot1q | None = None
    bandwidth: int | None = None
    delay: int | None = None
    mtu: int | None = None
    ip_mtu: int | None = None
    mac_address: MacAddress | None = None
    keepalive: int | None = DEFAULT_KEEPALIVE
    load_interval: int = DEFAULT_LOAD_INTERVAL
    helper_addresses: list[IPv4Address] = field(default_factory=list)
    relay_trusted: bool = False
    # Where the address comes from, when a server gives it; `address` then is what was leased.
    dhcp: DhcpAddress | None = None
    # `inside` or `outside`: `ip nat`; and the line of `ip virtual-reassembly`, which comes with it.
    nat: str | None = None
    virtual_reassembly: str | None = None
    rip: RipInterfaceSettings = field(default_factory=RipInterfaceSettings)
    # `ip access-group`: the list's name by the direction, `in` or `out`.
    access_groups: dict[str, str] = field(default_factory=dict)
    # Lines without effect, by the words that they begin with.
    kept: dict[str, str] = field(default_factory=dict)
    method: str = field(default="unset", compare=False)
    burned_in: MacAddress | None = field(init=False, compare=False)

    def __post_init__(self) -> None:
        self.burned_in = self.mac

    @property
    def is_loopback(self) -> bool:
        """True for an interface that exists in software alone and is up unless shut."""
        return self.name.kind == "Loopback"

    @property
    def is_subinterface(self) -> bool:
        """True for `FastEthernet0/0.10` and its like."""
        return self.name.sub is not None

    @property
    def addresses(self) -> list[IPv4Interface]:
        """The primary address, then the secondary ones."""
        return [*([] if self.address is None else [self.address]), *self.secondary]

    @property
    def networks(self) -> list[IPv4Network]:
        """The connected networks, in the order of the addresses."""
        return [address.network for address in self.addresses]
