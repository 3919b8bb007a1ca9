"""`ip route`: static routes."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from ios_emu.cli.shell import Call
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.routing import StaticRoute


def ip_route(
    call: Call,
    network: IPv4Address,
    mask: IPv4Address,
    interface_name: InterfaceName | None = None,
    next_hop: IPv4Address | None = None,
    distance: int = 1,
    name: str | None = None,
    permanent: str | None = None,
    tag: int | None = None,
    tracked_object: int | None = None,
    null: str | None = None,
    null_number: int = 0,
) -> str:
    """`ip route NETWORK MASK {INTERFACE | NEXT-HOP | INTERFACE NEXT-HOP} [DISTANCE] [name N] [permanent]`."""
    config = call.config
    destination = _destination(network, mask)
    if destination is None:
        return "%Inconsistent address and mask\n"
    if null is not None:
        interface_name = InterfaceName("Null", None, null_number)
    elif interface_name is not None and interface_name not in config.interfaces:
        raise call.invalid("interface_name")
    if config.rip is not None and "static" in config.rip.redistribute:
        call.device.network.telling = True
    route = StaticRoute(
        destination, next_hop, interface_name, distance, name, permanent is not None, tag, tracked_object
    )
    if call.no:
        return _remove(call, route)
    if next_hop is not None and config.connected.owns(next_hop):
        return "%Invalid next hop address (it's this router)\n"
    if next_hop is not None and (int(next_hop) >> 24 in (0, 127) or int(next_hop) >> 28 == 0xE):
        return "%Invalid next hop address\n"
    config.routes[route.path] = route
    return ""


def _destination(network: IPv4Address, mask: IPv4Address) -> IPv4Network | None:
    try:
        destination = IPv4Network(f"{network}/{mask}")
    except ValueError:
        return None
    # `ipaddress` also takes a wildcard mask; a route does not.
    return destination if destination.netmask == mask else None


def _remove(call: Call, route: StaticRoute) -> str:
    routes = call.config.routes
    every_path = route.next_hop is None and route.interface is None
    gone = [path for path in routes if path[0] == route.network and (every_path or path == route.path)]
    for path in gone:
        del routes[path]
    return "" if gone else "%No matching route to delete\n"
