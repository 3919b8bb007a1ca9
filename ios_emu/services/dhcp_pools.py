"""The pools as the server works with them: subnets to hand out of, manual bindings, who inherits from whom.

The rules. A pool of a network has that subnet and its secondary ones, in order of configuration. The longest
prefix that an address is in decides which subnet it belongs to. A subnet keeps its leases and its place while
other things are configured; when its network or its pool goes, so do its leases.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from ios_emu.services.dhcp_addresses import Exclusions, Range
from ios_emu.services.dhcp_identity import configured_key
from ios_emu.services.dhcp_options import Profile
from ios_emu.services.dhcp_pool import AddressRange, HardwareAddress, Pool, SecondaryNetwork, UtilizationMark
from ios_emu.services.dhcp_server import DhcpServer
from ios_emu.stack.ip_interface import prefix_mask
from ios_emu.wire import dhcp

if TYPE_CHECKING:
    from ios_emu.services.dhcp_bindings import Lease


class Subnet:
    """A network that addresses are handed out of. `index` is the next one to be tried.

    `leases` are those of its clients by their keys; `offers` those that nobody took yet, the oldest first.
    """

    __slots__ = ("first", "index", "last", "leases", "mask", "network", "offers", "owner", "profile")

    def __init__(self, owner: PoolState, network: IPv4Network) -> None:
        self.owner = owner
        self.network = int(network.network_address)
        self.mask = int(network.netmask)
        self.first = self.network + 1
        self.last = int(network.broadcast_address) - 1
        self.index = self.first
        self.leases: dict[bytes, Lease] = {}
        self.offers: OrderedDict[int, Lease] = OrderedDict()
        self.profile: Profile

    @property
    def size(self) -> int:
        """How many hosts it has room for, excluded ones and all."""
        return max(0, self.last - self.first + 1)

    def __contains__(self, address: int) -> bool:
        return address & self.mask == self.network

    def move_on(self, address: int) -> None:
        """This one was handed out: the next one comes next, and the first one after the last."""
        self.index = address + 1 if address < self.last else self.first

    def is_host(self, address: int) -> bool:
        """Is it one of the subnet's addresses, neither its own nor its broadcast address?"""
        return self.first <= address <= self.last


class PoolState:
    """A pool at work: its subnets, how many of its addresses are leased, and its utilization."""

    __slots__ = ("high", "leased", "marks", "pool", "subnets")

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.subnets: list[Subnet] = []
        self.leased = 0
        self.high = False
        self.marks: tuple[UtilizationMark, UtilizationMark] | None = None

    def look_up_marks(self) -> None:
        """Sets `marks`, high and low, if one of them is to be logged; else to None."""
        high, low = self.pool.mark("high"), self.pool.mark("low")
        self.marks = (high, low) if high.log or low.log else None

    @property
    def total(self) -> int:
        """How many addresses it has."""
        return sum(subnet.size for subnet in self.subnets)

    def ranges(self, subnet: Subnet, names: list[str]) -> list[Range]:
        """Which parts of a subnet the clients of these classes may have."""
        ranges: list[Range] = []
        for name in names:
            parts = self.pool.classes[name]
            if not parts:
                return [(subnet.first, subnet.last)]
            ranges += [(max(int(part.low), subnet.first), min(int(part.high), subnet.last)) for part in parts]
        return ranges


class ManualBinding:
    """An address that a host pool keeps for one client. `mask` is that of its network."""

    __slots__ = ("address", "key", "mask", "pool", "profile")

    def __init__(self, address: int, key: bytes, mask: int, pool: Pool, profile: Profile) -> None:
        self.address = address
        self.key = key
        self.mask = mask
        self.pool = pool
        self.profile = profile

    def is_on(self, link: int) -> bool:
        """Is an address of the client's link in the same network?"""
        return not (self.address ^ link) & self.mask


class Pools:
    """All of a configuration's pools at work. `imported` is what `import all` takes over."""

    def __init__(self) -> None:
        self.states: dict[str, PoolState] = {}
        self.manual: dict[bytes, ManualBinding] = {}
        self.manual_addresses: dict[int, ManualBinding] = {}
        self.excluded = Exclusions()
        self._excluded: list[AddressRange] = []
        self._revision: int | None = None
        self._by_prefix: list[tuple[int, dict[int, Subnet]]] = []

    def stale(self, config: DhcpServer) -> bool:
        """Was something configured since the last `update`?"""
        return config.revision != self._revision or config.excluded != self._excluded

    def update(self, config: DhcpServer, imported: Mapping[int, bytes]) -> list[Subnet]:
        """Takes over what was configured; returns the subnets that are no more."""
        self._revision, self._excluded = config.revision, list(config.excluded)
        self.excluded = Exclusions((int(part.low), int(part.high)) for part in config.excluded)
        before = {(name, subnet.network, subnet.mask): subnet for name, subnet in self._all()}
        states: dict[str, PoolState] = {}
        prefixes: dict[int, dict[int, Subnet]] = {}
        networks = _networks_by_length(config)
        for name, pool in config.pools.items():
            old = self.states.get(name)
            state = states[name] = old if old is not None and old.pool is pool else PoolState(pool)
            state.subnets = []
            state.look_up_marks()
            for network, override in _subnets(pool):
                key = name, int(network.network_address), int(network.netmask)
                subnet = before.get(key) if state is old else None
                if subnet is None:
                    subnet = Subnet(state, network)
                else:
                    del before[key]
                subnet.profile = Profile(
                    [*_above(networks, network, pool), pool], subnet.mask, override, imported
                )
                state.subnets.append(subnet)
                prefixes.setdefault(subnet.mask, {}).setdefault(subnet.network, subnet)
        self.states = states
        self._by_prefix = sorted(prefixes.items(), reverse=True)
        self._update_manual(config, networks, imported)
        return list(before.values())

    def _update_manual(
        self, config: DhcpServer, networks: list[tuple[IPv4Network, Pool]], imported: Mapping[int, bytes]
    ) -> None:
        self.manual.clear()
        self.manual_addresses.clear()
        for pool in config.pools.values():
            client = pool.settings.get("client-identifier") or pool.settings.get("hardware-address")
            host = pool.host
            if host is None or not isinstance(client, bytes | HardwareAddress):
                continue
            above = _above(networks, IPv4Network(host.ip), pool)
            mask = int(host.netmask)
            binding = ManualBinding(
                int(host.ip),
                configured_key(client),
                mask,
                pool,
                Profile([*above, pool], mask, imported=imported),
            )
            self.manual.setdefault(binding.key, binding)
            self.manual_addresses.setdefault(binding.address, binding)

    def subnet_of(self, address: int) -> Subnet | None:
        """The subnet with the longest prefix that the address is in."""
        for mask, subnets in self._by_prefix:
            subnet = subnets.get(address & mask)
            if subnet is not None:
                return subnet
        return None

    def open_to(self, link: int) -> list[Subnet]:
        """The subnets that a client may have an address of, in order; `link` is an address of where it is.

        In a secondary subnet it is that one alone; in the primary one, all of the pool.
        """
        subnet = self.subnet_of(link)
        if subnet is None:
            return []
        return subnet.owner.subnets if subnet is subnet.owner.subnets[0] else [subnet]

    def _all(self) -> Iterator[tuple[str, Subnet]]:
        for name, state in self.states.items():
            for subnet in state.subnets:
                yield name, subnet


def _subnets(pool: Pool) -> Iterator[tuple[IPv4Network, dict[int, bytes]]]:
    if pool.network is not None:
        yield pool.network, {}
        for secondary in pool.secondaries.values():
            if secondary.network != pool.network:
                yield secondary.network, _override(secondary)


def _override(secondary: SecondaryNetwork) -> dict[int, bytes]:
    routers = b"".join(address.packed for address in secondary.default_router)
    return {dhcp.ROUTER: routers} if routers else {}


def _networks_by_length(config: DhcpServer) -> list[tuple[IPv4Network, Pool]]:
    """The pools of a network, the widest first."""
    found = [(pool.network, pool) for pool in config.pools.values() if pool.network is not None]
    return sorted(found, key=lambda entry: entry[0].prefixlen)


def _above(networks: list[tuple[IPv4Network, Pool]], inner: IPv4Network, own: Pool) -> Iterator[Pool]:
    """The pools that a network inherits from, the widest first."""
    address = int(inner.network_address)
    for network, pool in networks:
        if network.prefixlen >= inner.prefixlen:
            return
        if pool is not own and not (address ^ int(network.network_address)) & prefix_mask(network.prefixlen):
            yield pool
