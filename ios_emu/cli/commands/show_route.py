"""`show ip route`: the routing table, one route of it, and how many routes it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network

from ios_emu.cli.shell import Call
from ios_emu.clock import SECOND
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.ios_device import IosDevice
from ios_emu.devices.syslog import short_time
from ios_emu.stack.routing import DEFAULT_NETWORK, Route, natural_prefix_length
from ios_emu.stack.routing_table import CONNECTED, RIP, STATIC

_CODES = {
    Dialect.IOS: """\
Codes: C - connected, S - static, R - RIP, M - mobile, B - BGP
       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area
       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2
       E1 - OSPF external type 1, E2 - OSPF external type 2
       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2
       ia - IS-IS inter area, * - candidate default, U - per-user static route
       o - ODR, P - periodic downloaded static route
""",
    Dialect.PACKET_TRACER: """\
Codes: C - connected, S - static, I - IGRP, R - RIP, M - mobile, B - BGP
       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area
       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2
       E1 - OSPF external type 1, E2 - OSPF external type 2, E - EGP
       i - IS-IS, L1 - IS-IS level-1, L2 - IS-IS level-2, ia - IS-IS inter area
       * - candidate default, U - per-user static route, o - ODR
       P - periodic downloaded static route
""",
}

_SOURCES = {"connected": CONNECTED, "static": STATIC, "rip": RIP}
# Longer lines are broken behind the network.
_WIDTH = 76
# What one route takes, and one network with subnets, as the real machine counts it.
_OVERHEAD = 72
_MEMORY = {Dialect.IOS: 136, Dialect.PACKET_TRACER: 128}
_INTERNAL = 1172
_MOST_PATHS = 16


def show_ip_route(
    call: Call,
    route_address: IPv4Address | None = None,
    route_mask: IPv4Address | None = None,
    longer_prefixes: str | None = None,
) -> str:
    """`show ip route [A.B.C.D [MASK [longer-prefixes]]]`."""
    routes = call.device.routes()
    if longer_prefixes is not None and route_address is not None:
        wanted = _network(route_address, route_mask)
        if wanted is None:
            return "%Inconsistent address and mask\n"
        network = wanted
        return _table(call, routes, lambda route: route.network.subnet_of(network))
    if route_address is not None:
        from ios_emu.cli.commands.show_route_entry import route_entry

        return route_entry(call, route_address, route_mask, routes)
    return _table(call, routes, lambda route: True)


def show_ip_route_source(call: Call) -> str:
    """`show ip route connected|static|rip`: the lines alone."""
    code = _SOURCES[call.command.text.split()[-1]]
    lines = _lines(call.device, call.device.routes(), lambda route: route.code == code)
    return "".join(f"{line}\n" for line in lines)


def show_ip_route_summary(call: Call) -> str:
    """`show ip route summary`: how many routes each source has, and what they take."""
    routes, memory = call.device.routes(), _MEMORY[call.dialect]
    lines = [
        "IP routing table name is Default-IP-Routing-Table(0)",
        f"IP routing table maximum-paths is {_MOST_PATHS}",
        "Route Source    Networks    Subnets     Overhead    Memory (bytes)",
    ]
    runs = call.config.rip is not None
    total = [0, 0, 0, 0]
    for name, code in _SOURCES.items():
        if code == RIP and not runs:
            continue
        subnets = [route for route in routes if route.code == code and _is_subnet(route.network)]
        count = sum(route.code == code for route in routes)
        row = [count - len(subnets), len(subnets), count * _OVERHEAD, count * memory]
        total = [one + other for one, other in zip(total, row, strict=True)]
        lines.append(_row(name, row))
    if call.dialect is Dialect.IOS:
        majors = sum(major is not None for major, _ in by_major_network(routes))
        if majors:
            lines.append(f"{'internal':<16}{majors:<36}{majors * _INTERNAL}")
        total[0], total[3] = total[0] + majors, total[3] + majors * _INTERNAL
    return "".join(f"{line}\n" for line in [*lines, _row("Total", total)])


def _row(name: str, numbers: list[int]) -> str:
    networks, subnets, overhead, memory = numbers
    return f"{name:<16}{networks:<12}{subnets:<12}{overhead:<12}{memory}"


def _is_subnet(network: IPv4Network) -> bool:
    return network.prefixlen > natural_prefix_length(network.network_address)


def _network(address: IPv4Address, mask: IPv4Address | None) -> IPv4Network | None:
    try:
        return IPv4Network(f"{address}/{mask}", strict=False)
    except ValueError:
        return None


def _table(call: Call, routes: list[Route], shown: Callable[[Route], bool]) -> str:
    default = next((route for route in routes if route.network == DEFAULT_NETWORK), None)
    lines = [_CODES[call.dialect], f"{_gateway(default)}\n", *_lines(call.device, routes, shown)]
    return "\n".join(lines) + "\n"


def _gateway(default: Route | None) -> str:
    if default is None:
        return "Gateway of last resort is not set"
    next_hop = next((hop for hop, _ in default.paths if hop is not None), IPv4Address(0))
    return f"Gateway of last resort is {next_hop} to network 0.0.0.0"


def _lines(device: IosDevice, routes: list[Route], shown: Callable[[Route], bool]) -> Iterator[str]:
    """The lines of some routes; the head of a class network counts all that is in it."""
    for major, children in by_major_network(routes):
        wanted = [route for route in children if shown(route)]
        if wanted:
            yield from _major_network(device, major, children, wanted)


def by_major_network(routes: list[Route]) -> Iterator[tuple[IPv4Network | None, list[Route]]]:
    """Groups subnets under their class A, B or C network; other routes stand alone, without one."""
    groups: dict[IPv4Network, list[Route]] = {}
    for route in routes:
        natural = natural_prefix_length(route.network.network_address)
        major = route.network.supernet(new_prefix=min(natural, route.network.prefixlen))
        groups.setdefault(major, []).append(route)
    for major, children in groups.items():
        if all(child.network == major for child in children):
            yield None, children
        else:
            yield major, children


def _major_network(
    device: IosDevice, major: IPv4Network | None, children: list[Route], wanted: list[Route]
) -> Iterator[str]:
    if major is None:
        for route in wanted:
            yield from _route_lines(device, route, f"{_code(route):<5}", with_length=True)
        return
    lengths = {child.network.prefixlen for child in children}
    count = len(children)
    if len(lengths) == 1:
        yield f"     {major.network_address}/{lengths.pop()} is subnetted, {count} subnets"
        lengths = set()
    else:
        yield f"     {major} is variably subnetted, {count} subnets, {len(lengths)} masks"
    for route in wanted:
        yield from _route_lines(device, route, f"{_code(route):<8}", with_length=bool(lengths))


def _code(route: Route) -> str:
    return f"{route.code}*" if route.network == DEFAULT_NETWORK else route.code


def subnet_lines(device: IosDevice, routes: list[Route]) -> Iterator[str]:
    """The lines of routes that stand below their class network."""
    for route in routes:
        yield from _route_lines(device, route, f"{_code(route):<8}", with_length=True)


def _route_lines(device: IosDevice, route: Route, start: str, *, with_length: bool) -> Iterator[str]:
    network = str(route.network) if with_length else str(route.network.network_address)
    if route.down:
        next_hop, interface = route.paths[0]
        yield f"{start}{network} is possibly down, routing via {next_hop}, {interface}"
        return
    ages = device.route_ages(route.network)
    for next_hop, interface in route.paths:
        if next_hop is None:
            line = f"is directly connected, {interface}"
        else:
            parts = [f"[{route.distance}/{route.metric}] via {next_hop}"]
            if next_hop in ages:
                parts.append(age(device, ages[next_hop]))
            line = ", ".join([*parts, *([] if interface is None else [str(interface)])])
        if next_hop is not None and len(start) + len(network) + 1 + len(line) > _WIDTH:
            if network.strip():
                yield f"{start}{network} "
            yield f"{'':<11}{line}"
        else:
            yield f"{start}{network} {line}"
        start, network = " " * len(start), " " * len(network)


def age(device: IosDevice, when: int) -> str:
    """How long ago something was, as IOS prints it: `00:00:14`."""
    return short_time(timedelta(seconds=(device.clock.now - when) // SECOND))
