"""The addresses and ports that NAT gives out: pools, and who has which port of an address.

A port is kept where it is free. Otherwise it is the lowest free one of its group (0-511, 512-1023,
1024-65535), as in IOS; Packet Tracer has one group, from 1024 on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ios_emu.stack.ip_interface import prefix_mask
from ios_emu.stack.nat_words import GENERIC, MATCH_HOST
from ios_emu.wire.ipv4 import ICMP

IOS_GROUPS = ((0, 511), (512, 1023), (1024, 65535))
PACKET_TRACER_GROUPS = ((1024, 65535),)

Owner = tuple[int, int]
"""An inside local address and port."""


@dataclass(slots=True)
class AddressPool:
    """`ip nat pool`: addresses from `first` to `last`. `allocated` maps those given out to their holders."""

    name: str
    first: int
    last: int
    length: int
    kind: str = GENERIC
    allocated: dict[int, int] = field(default_factory=dict)
    misses: int = 0
    _next: int = 0

    @property
    def size(self) -> int:
        """How many addresses it has."""
        return self.last - self.first + 1

    def __contains__(self, address: int) -> bool:
        return self.first <= address <= self.last

    def allocate(self, holder: int, taken: Callable[[int], bool]) -> int | None:
        """An address for `holder` alone: the next free one behind the last that was given out."""
        if self.kind == MATCH_HOST:
            host = holder & ~prefix_mask(self.length)
            wanted = self.first & prefix_mask(self.length) | host
            free = wanted in self and wanted not in self.allocated and not taken(wanted)
            return self._give(wanted, holder) if free else None
        if len(self.allocated) >= self.size:
            return None
        for step in range(self.size):
            address = self.first + (self._next + step) % self.size
            if address not in self.allocated and not taken(address):
                return self._give(address, holder)
        return None

    def _give(self, address: int, holder: int) -> int:
        self.allocated[address] = holder
        self._next = (address + 1 - self.first) % self.size
        return address

    def rotate(self) -> int:
        """The next address in turn, whoever has it."""
        address = self.first + self._next % self.size
        self._next = (self._next + 1) % self.size
        return address

    def release(self, address: int) -> None:
        """The address is free again."""
        self.allocated.pop(address, None)


class _Ports:
    """The ports of one protocol at one address: who has them, for how many flows."""

    __slots__ = ("holders", "lowest", "of")

    def __init__(self) -> None:
        self.holders: dict[int, Owner] = {}
        self.of: dict[Owner, list[int]] = {}
        # From where on to look for a free port of a group, by the group's first.
        self.lowest: dict[int, int] = {}


class PortBindings:
    """Who has which port of which global address. `taken` tells of ports that others have."""

    def __init__(self, taken: Callable[[int, int, int], bool]) -> None:
        self.groups: tuple[tuple[int, int], ...] = IOS_GROUPS
        self._taken = taken
        self._ports: dict[tuple[int, int], _Ports] = {}

    def in_use(self, address: int) -> bool:
        """Has anybody a port of that address?"""
        return any(key[1] == address for key in self._ports)

    def uses(self, protocol: int, port: int) -> bool:
        """Has anybody that port, of whatever address?"""
        return any(key[0] == protocol and port in ports.holders for key, ports in self._ports.items())

    def bind(self, protocol: int, address: int, owner: Owner) -> int | None:
        """A port for one more flow of `owner`: the same one as for its other flows. None: all are in use."""
        ports = self._ports.get((protocol, address))
        if ports is None:
            ports = self._ports[protocol, address] = _Ports()
        held = ports.of.get(owner)
        if held is not None:
            held[1] += 1
            return held[0]
        port = self._free(protocol, address, ports, owner[1])
        if port is None:
            if not ports.holders:
                del self._ports[protocol, address]
            return None
        ports.holders[port] = owner
        ports.of[owner] = [port, 1]
        return port

    def _free(self, protocol: int, address: int, ports: _Ports, wanted: int) -> int | None:
        if wanted not in ports.holders and not self._taken(protocol, address, wanted):
            return wanted
        first, last = next(group for group in self.groups if wanted <= group[1])
        # An identifier may be 0, a port not.
        lowest = max(first, 0 if protocol == ICMP else 1)
        for port in range(ports.lowest.get(first, lowest), last + 1):
            if port not in ports.holders and not self._taken(protocol, address, port):
                ports.lowest[first] = port
                return port
        ports.lowest[first] = last + 1
        return None

    def release(self, protocol: int, address: int, owner: Owner) -> None:
        """One flow of `owner` has ended."""
        ports = self._ports[protocol, address]
        held = ports.of[owner]
        held[1] -= 1
        if held[1]:
            return
        port = held[0]
        del ports.of[owner], ports.holders[port]
        for first, last in self.groups:
            if first <= port <= last:
                ports.lowest[first] = min(ports.lowest.get(first, port), port)
        if not ports.holders:
            del self._ports[protocol, address]
