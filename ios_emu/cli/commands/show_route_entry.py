"""`show ip route A.B.C.D`: one route, with where it comes from and where it leads."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from ios_emu.cli.commands.show_route import age, subnet_lines
from ios_emu.cli.shell import Call
from ios_emu.clock import SECOND
from ios_emu.devices.router import Router
from ios_emu.services.rip_settings import RipSettings
from ios_emu.stack.routing import DEFAULT_NETWORK, Route, natural_prefix_length
from ios_emu.stack.routing_table import CONNECTED, RIP, STATIC

_NAMES = {CONNECTED: "connected", STATIC: "static", RIP: "rip"}
_NO_NETWORK = "% Network not in table\n"
_NO_SUBNET = "% Subnet not in table\n"


def route_entry(call: Call, address: IPv4Address, mask: IPv4Address | None, routes: list[Route]) -> str:
    """The route that an address is reached by, or the one of just that network; the default is none."""
    major = _major(address)
    inside = [route for route in routes if route.network.subnet_of(major)]
    if mask is not None:
        found = next((route for route in routes if _is(route.network, address, mask)), None)
    else:
        if address == major.network_address and any(route.network != major for route in inside):
            return "".join(f"{line}\n" for line in _subnets(call, major, inside))
        holding = [one for one in routes if address in one.network and one.network != DEFAULT_NETWORK]
        found = max(holding, key=lambda route: route.network.prefixlen, default=None)
        if found is None and address == IPv4Address(0):
            found = next((route for route in routes if route.network == DEFAULT_NETWORK), None)
    if found is None:
        return _NO_SUBNET if inside else _NO_NETWORK
    return "".join(f"{line}\n" for line in _entry(call, found))


def _major(address: IPv4Address) -> IPv4Network:
    return IPv4Network((int(address), natural_prefix_length(address)), strict=False)


def _is(network: IPv4Network, address: IPv4Address, mask: IPv4Address) -> bool:
    return network.netmask == mask and address in network


def _subnets(call: Call, major: IPv4Network, routes: list[Route]) -> Iterator[str]:
    """All that is known within a class network."""
    yield f"Routing entry for {major}, {len(routes)} known subnets"
    attached = sum(route.code == CONNECTED for route in routes)
    if attached:
        yield f"  Attached ({attached} connections)"
    lengths = {route.network.prefixlen for route in routes}
    if len(lengths) > 1:
        yield f"  Variably subnetted with {len(lengths)} masks"
    if call.config.rip is not None and any(_told(call, route) for route in routes):
        yield "  Redistributing via rip"
    yield ""
    yield from subnet_lines(call.device, routes)


def _told(call: Call, route: Route) -> bool:
    """Does RIP tell of a route?"""
    return route.code == RIP or (isinstance(call.device, Router) and call.device.tells_of(route.network))


def _entry(call: Call, route: Route) -> Iterator[str]:
    supernet = route.network.prefixlen < natural_prefix_length(route.network.network_address)
    yield f"Routing entry for {route.network}{', supernet' if supernet else ''}"
    metric = "4294967295 (inaccessible)" if route.down else str(route.metric)
    about = " (connected, via interface)" if route.code == CONNECTED else ""
    candidate = ", candidate default path" if route.network == DEFAULT_NETWORK else ""
    yield f'  Known via "{_NAMES[route.code]}", distance {route.distance}, metric {metric}{about}{candidate}'
    if _told(call, route):
        yield "  Redistributing via rip"
        yield from _advertised(call.config.rip, route)
    if route.code == RIP:
        yield from _learnt(call, route)
    yield "  Routing Descriptor Blocks:"
    ages = call.device.route_ages(route.network)
    for number, (next_hop, interface) in enumerate(route.paths):
        mark = "*" if number == 0 else " "
        if next_hop is None:
            yield f"  {mark} directly connected, via {interface}"
        elif next_hop in ages:
            ago = age(call.device, ages[next_hop])
            yield f"  {mark} {next_hop}, from {next_hop}, {ago} ago, via {interface}"
        else:
            yield f"  {mark} {next_hop}" + ("" if interface is None else f", via {interface}")
        yield f"      Route metric is {route.metric}, traffic share count is 1"


def _advertised(settings: RipSettings | None, route: Route) -> Iterator[str]:
    how = None if settings is None else settings.redistribute.get(_NAMES[route.code])
    if how is not None:
        yield "  Advertised by rip" + ("" if how.metric is None else f" metric {how.metric}")


def _learnt(call: Call, route: Route) -> Iterator[str]:
    """When RIP heard of a route last, and how long it is held."""
    ages = call.device.route_ages(route.network)
    if not ages:
        return
    latest = max(ages, key=lambda hop: ages[hop])
    interface = next(name for hop, name in route.paths if hop == latest)
    yield f"  Last update from {latest} on {interface}, {age(call.device, ages[latest])} ago"
    if route.down and isinstance(call.device, Router):
        held = call.device.rip.engine.learnt.get(
            (int(route.network.network_address), route.network.prefixlen)
        )
        if held is not None:
            yield f"  Hold down timer expires in {(held.held_until - call.device.clock.now) // SECOND} secs"
