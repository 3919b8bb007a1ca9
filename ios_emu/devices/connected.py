"""The networks and addresses of the router's own interfaces, kept so that a question costs no search.

A configuration of a thousand interfaces asks for each new address whether it overlaps another one.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from ios_emu.stack.interface_name import InterfaceName

_Key = tuple[int, int]


@dataclass(slots=True)
class ConnectedNetworks:
    """Which interfaces hold which networks. What is added must be taken away again when it changes."""

    _holders: dict[_Key, Counter[InterfaceName]] = field(default_factory=dict)
    _firsts: list[_Key] = field(default_factory=list)
    _lengths: Counter[int] = field(default_factory=Counter)
    _addresses: Counter[IPv4Address] = field(default_factory=Counter)

    def add(self, name: InterfaceName, address: IPv4Address, network: IPv4Network) -> None:
        """Notes an address of an interface."""
        key = _key(network)
        holders = self._holders.get(key)
        if holders is None:
            holders = self._holders[key] = Counter()
            insort(self._firsts, key)
            self._lengths[key[1]] += 1
        holders[name] += 1
        self._addresses[address] += 1

    def remove(self, name: InterfaceName, address: IPv4Address, network: IPv4Network) -> None:
        """Takes back what `add` noted."""
        key = _key(network)
        holders = self._holders[key]
        holders[name] -= 1
        if not holders[name]:
            del holders[name]
        if not holders:
            del self._holders[key]
            del self._firsts[bisect_left(self._firsts, key)]
            self._lengths[key[1]] -= 1
        self._addresses[address] -= 1

    def owns(self, address: IPv4Address) -> bool:
        """Is this an address of the router's own?"""
        return self._addresses[address] > 0

    def overlapping(self, network: IPv4Network, but: InterfaceName) -> InterfaceName | None:
        """The first interface in order, other than `but`, with a network that shares an address."""
        first, length = _key(network)
        keys: list[_Key] = []
        # Networks that hold this one: at most one for each prefix length that is in use.
        for shorter, count in self._lengths.items():
            if count and shorter <= length:
                keys.append((first >> (32 - shorter) << (32 - shorter), shorter))
        # Networks within this one begin within it.
        last = first + (1 << (32 - length)) - 1
        start = bisect_left(self._firsts, (first, 0))
        for key in self._firsts[start : bisect_left(self._firsts, (last, 33))]:
            keys.append(key)
        names = {name for key in keys for name in self._holders.get(key, ()) if name != but}
        return min(names, default=None)


def _key(network: IPv4Network) -> _Key:
    return int(network.network_address), network.prefixlen
