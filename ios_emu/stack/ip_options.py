"""What a node does with the options of a packet: it records itself, and sends source-routed packets on.

The rules (RFC 791, 3.1; RFC 1122, 3.2.1.8 and 3.2.2.6; RFC 1812, 5.2.4). Whoever sends a packet out of an
interface writes that interface's address, or the time, into the first free slot. A packet whose source route
goes on is for this node and then for the next address, which takes the place of the destination. An echo
reply carries the options of the request on: routes to follow turned round, the others as they came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ios_emu.clock import MILLISECOND
from ios_emu.errors import MalformedPacket
from ios_emu.stack.ip_interface import IpInterface
from ios_emu.wire import icmp
from ios_emu.wire.ipv4 import (
    LOOSE_SOURCE_ROUTE,
    RECORD_ROUTE,
    STRICT_SOURCE_ROUTE,
    TIMESTAMP,
    Ipv4Packet,
    Option,
    build_options,
    read_options,
)
from ios_emu.wire.ipv4_options import RouteOption, TimestampOption

if TYPE_CHECKING:
    from ios_emu.stack.node import Node

_SOURCE_ROUTES = (LOOSE_SOURCE_ROUTE, STRICT_SOURCE_ROUTE)
# Where the options begin in a header: what a parameter problem points at.
_OPTIONS_AT = 20
_DAY = 24 * 60 * 60 * 1000


def recorded(packet: Ipv4Packet, interface: IpInterface, now: int) -> Ipv4Packet:
    """The packet as it leaves through `interface` at the lab time `now`. Raises MalformedPacket."""
    address = interface.source_for(packet.destination) if interface.addresses else 0
    written = []
    for option in read_options(packet.options):
        if option.kind == RECORD_ROUTE:
            option = RouteOption.parse(option).record(address).build()
        elif option.kind == TIMESTAMP:
            time = now // MILLISECOND % _DAY
            option = TimestampOption.parse(option).record(address, time).build()
        written.append(option)
    return packet._replace(options=build_options(written))


def led_on(node: Node, interface: IpInterface, packet: Ipv4Packet) -> Ipv4Packet | None:
    """The packet that came in, with its next address where a source route leads on from this node.

    None for one that is refused: its options can't be read, or its route can't be followed.
    """
    node.counters.with_options += 1
    try:
        for option in read_options(packet.options):
            node.counters.options[option.kind] += 1
            if option.kind in (*_SOURCE_ROUTES, RECORD_ROUTE):
                RouteOption.parse(option)
            elif option.kind == TIMESTAMP:
                TimestampOption.parse(option)
    except MalformedPacket:
        node.counters.options_refused += 1
        node.icmp.error(interface, packet, icmp.PARAMETER_PROBLEM, 0, _OPTIONS_AT << 24)
        return None
    route = _source_route(packet)
    here = node.is_local(packet.destination)
    if route is None or route.next_address is None or (not here and route.kind == LOOSE_SOURCE_ROUTE):
        return packet
    hop = node.forwarding.hop(packet.source, route.next_address) if node.forwards else None
    far = hop is None or (route.kind == STRICT_SOURCE_ROUTE and hop.next_hop is not None)
    if hop is None or far or not here or not hop.interface.up or not node.source_routes:
        node.counters.options_refused += 1
        node.icmp.error(interface, packet, icmp.DESTINATION_UNREACHABLE, icmp.SOURCE_ROUTE_FAILED)
        return None
    own = hop.interface.source_for(route.next_address)
    options = [
        route.record(own).build() if option.kind == route.kind else option
        for option in read_options(packet.options)
    ]
    return packet._replace(destination=route.next_address, options=build_options(options))


def _source_route(packet: Ipv4Packet) -> RouteOption | None:
    for option in read_options(packet.options):
        if option.kind in _SOURCE_ROUTES:
            return RouteOption.parse(option)
    return None


def returned(packet: Ipv4Packet) -> tuple[int, bytes]:
    """Where the reply to a packet goes first, and its options. Raises MalformedPacket."""
    destination, options = packet.source, list[Option]()
    for option in read_options(packet.options):
        if option.kind in _SOURCE_ROUTES:
            back = (*reversed(RouteOption.parse(option).recorded), packet.source)
            destination = back[0]
            if len(back) > 1:
                options.append(RouteOption(option.kind, back[1:]).build())
        else:
            options.append(option)
    return destination, build_options(options)
