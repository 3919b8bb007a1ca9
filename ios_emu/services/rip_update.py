"""What RIP tells on one interface: split horizon, summaries, and what version 1 can't say.

The rules. A route is not told where it was learnt (split horizon), unless it is lost: that is told
everywhere. A route to a subnet leaves its class A, B or C network as one route to that network, in version
1 always and in version 2 with `auto-summary`. Within its network, version 1 tells only of subnets with the
interface's own mask, and of hosts (RFC 1058, 3.2): it has no masks. A summary has the best metric of its
parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import NamedTuple

from ios_emu.services.rip_database import NetworkKey
from ios_emu.services.rip_settings import RipInterface
from ios_emu.stack.ip_interface import Prefix, prefix_mask
from ios_emu.stack.routing import natural_prefix_length
from ios_emu.wire.rip import INFINITY, VERSION_1, VERSION_2, RipEntry

_HOST = 32


class Told(NamedTuple):
    """A route that may be told. `ways` are the interfaces where it was learnt, and the next hops there.

    One that is connected has its interface there, and 0.
    """

    network: NetworkKey
    metric: int
    ways: tuple[tuple[str, int], ...] = ()
    tag: int = 0
    changed: bool = False


def major_network(address: int) -> NetworkKey:
    """The class A, B or C network that an address is in."""
    length = natural_prefix_length(IPv4Address(address))
    return address & prefix_mask(length), length


def entries_for(
    routes: Iterable[Told],
    interface: RipInterface,
    prefix: Prefix,
    version: int,
    auto_summary: bool,
    changed_only: bool = False,
) -> list[RipEntry]:
    """The entries of an update out of `interface` from the address `prefix`, the lowest network first."""
    mine = major_network(prefix.address)
    told: dict[NetworkKey, Told] = {}
    for route in routes:
        if interface.split_horizon and route.metric < INFINITY and _is_there(route, interface):
            continue
        network = _as_told(route.network, interface, prefix, version, auto_summary, mine)
        if network is None:
            continue
        other = told.get(network)
        if other is not None:
            changed = route.changed or other.changed
            best = route if route.metric < other.metric else other
            told[network] = best._replace(network=network, ways=(), changed=changed)
        elif network != route.network:
            told[network] = route._replace(network=network, ways=())
        else:
            told[network] = route
    return [
        _entry(told[network], interface, prefix, version)
        for network in sorted(told)
        if told[network].changed or not changed_only
    ]


def _as_told(
    network: NetworkKey,
    interface: RipInterface,
    prefix: Prefix,
    version: int,
    auto_summary: bool,
    mine: NetworkKey,
) -> NetworkKey | None:
    """The network, or the summary that stands for it; None when it can't be told."""
    address, length = network
    if version == VERSION_2:
        for summary in interface.summaries:
            if length >= summary[1] and address & prefix_mask(summary[1]) == summary[0]:
                return summary
        if not auto_summary:
            return network
    if not length:
        return network
    major = major_network(address)
    if length > major[1] and major != mine:
        return major
    if version == VERSION_1 and (
        length < major[1] or (length > major[1] and length not in (prefix.length, _HOST))
    ):
        return None
    return network


def _entry(route: Told, interface: RipInterface, prefix: Prefix, version: int) -> RipEntry:
    (address, length), metric = route.network, route.metric
    if version == VERSION_1:
        return RipEntry(address, 0, metric)
    # Who is told on the link where the gateway is can go there itself (RFC 2453, 4.4).
    beside = (hop for name, hop in route.ways if name == interface.name and _in(prefix, hop))
    next_hop = next(beside, 0) if route.ways and metric < INFINITY else 0
    return RipEntry(address, prefix_mask(length), metric, next_hop, route.tag)


def _is_there(route: Told, interface: RipInterface) -> bool:
    """Does a way lead out of the interface, or is the network on it?"""
    return any(name == interface.name for name, _ in route.ways)


def _in(prefix: Prefix, address: int) -> bool:
    return not (address ^ prefix.address) & prefix_mask(prefix.length)


def network_of(entry: RipEntry, version: int, prefix: Prefix) -> NetworkKey | None:
    """The network that an entry means that came to the address `prefix`; None for what can't be reached."""
    address, first = entry.network, entry.network >> 24
    if not address:
        return (0, 0) if version == VERSION_1 or not entry.mask else None
    if first in (0, 127) or first >= 224:
        return None
    if version == VERSION_2 and entry.mask:
        length = entry.mask.bit_count()
        if prefix_mask(length) != entry.mask or address & ~entry.mask:
            return None
        return address, length
    return _guessed(address, prefix)


def _guessed(address: int, prefix: Prefix) -> NetworkKey:
    """The mask that version 1 leaves out: of the class, or of the link the route came by, or a host's."""
    major = major_network(address)
    if address == major[0]:
        return major
    if major == major_network(prefix.address) and not address & ~prefix_mask(prefix.length):
        return address, prefix.length
    return address, _HOST
