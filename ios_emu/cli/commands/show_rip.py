"""`show ip protocols`, `show ip rip database`, and `clear ip route`."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from ios_emu.cli.commands.show_route import age
from ios_emu.cli.shell import Call
from ios_emu.clock import SECOND
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.rip import RouterRip
from ios_emu.services.rip_database import NetworkKey, OwnRoute, RipRoute, State
from ios_emu.services.rip_learning import network_text
from ios_emu.services.rip_settings import Filter, RipSettings
from ios_emu.services.rip_update import major_network


def show_ip_protocols(call: Call) -> str:
    """`show ip protocols`: the routing protocols that run."""
    settings = call.config.rip
    if settings is None:
        return ""
    router = call.router
    # What is configured is carried out first.
    assert router.network.routing is not None
    if call.dialect is Dialect.PACKET_TRACER:
        lines = list(_protocol_packet_tracer(call, settings, router.rip))
    else:
        lines = [*_protocol(call, settings, router.rip), ""]
    return "".join(f"{line}\n" for line in ['Routing Protocol is "rip"', *lines])


def _timing(call: Call, settings: RipSettings, rip: RouterRip) -> Iterator[str]:
    due = max(rip.engine.next_update - call.router.clock.now, 0) // SECOND
    timers = settings.timers
    yield f"Sending updates every {timers.update} seconds, next due in {due} seconds"
    yield f"Invalid after {timers.invalid} seconds, hold down {timers.holddown}, flushed after {timers.flush}"


def _filtering(filters: list[Filter]) -> Iterator[str]:
    for way, inbound in (("Outgoing", False), ("Incoming", True)):
        everywhere = next((one for one in filters if one.inbound == inbound and one.interface is None), None)
        yield f"{way} update filter list for all interfaces is " + (
            "not set" if everywhere is None else everywhere.list_
        )
        for one in filters:
            if one.inbound == inbound and one.interface is not None:
                yield f"  {one.interface} filtered by {one.list_} (per-user), default is not set"


def _redistributing(settings: RipSettings) -> str:
    return "Redistributing: " + ", ".join([*sorted(settings.redistribute), "rip"])


def _protocol(call: Call, settings: RipSettings, rip: RouterRip) -> Iterator[str]:
    if settings.output_delay is not None:
        yield f"  Output delay {settings.output_delay} milliseconds between packets"
    yield from (f"  {line}" for line in _filtering(settings.filters))
    for offset in settings.offsets:
        way = "Incoming" if offset.inbound else "Outgoing"
        where = "" if offset.interface is None else f" on {offset.interface}"
        about = "" if offset.list_ == "0" else f" if on list {offset.list_}"
        yield f"  {way} routes{where} will have {offset.offset} added to metric{about}"
    yield from (f"  {line}" for line in _timing(call, settings, rip))
    if settings.default_metric is not None:
        yield f"  Default redistribution metric is {settings.default_metric}"
    yield f"  {_redistributing(settings)}"
    if settings.neighbours:
        yield "  Neighbor(s):"
        yield from (f"    {IPv4Address(neighbour)}" for neighbour in settings.neighbours)
    yield f"  Default version control: {_versions(settings, 'version ')}"
    speaking = [one for one in rip.interfaces() if not one.passive]
    if speaking:
        yield "    Interface             Send  Recv  Triggered RIP  Key-chain"
    for one in speaking:
        chain = next(
            (
                interface.rip.key_chain
                for name, interface in call.config.interfaces.items()
                if str(name) == one.name
            ),
            None,
        )
        sends, receives = (" ".join(map(str, sorted(numbers))) for numbers in (one.sends, one.receives))
        yield f"    {one.name:<22}{sends:<6}{receives:<6}{'':<15}{chain or '':<16}"
    yield f"  Automatic network summarization is {_in_effect(settings)}"
    summaries = [
        f"    {network_text(summary)} for {one.name}" for one in rip.interfaces() for summary in one.summaries
    ]
    if summaries:
        yield "  Address Summarization:"
        yield from summaries
    yield f"  Maximum path: {settings.maximum_paths}"
    yield "  Routing for Networks:"
    yield from (f"    {IPv4Address(network)}" for network in settings.networks)
    passive = _passive(call, settings)
    if passive:
        yield "  Passive Interface(s):"
        yield from (f"    {name}" for name in passive)
    yield "  Routing Information Sources:"
    yield "    Gateway         Distance      Last Update"
    yield from (f"    {line}" for line in _sources(call, settings, rip))
    yield f"  Distance: (default is {settings.distance})"


def _protocol_packet_tracer(call: Call, settings: RipSettings, rip: RouterRip) -> Iterator[str]:
    yield from _timing(call, settings, rip)
    yield from _filtering(settings.filters)
    yield _redistributing(settings)
    yield f"Default version control: {_versions(settings, '')}"
    yield "  Interface             Send  Recv  Triggered RIP  Key-chain"
    for one in rip.interfaces():
        if not one.passive:
            sends = " ".join(map(str, sorted(one.sends)))
            receives = " ".join(map(str, sorted(one.receives, reverse=True)))
            yield f"  {one.name:<22}{sends:<6}{receives:<6}"
    yield f"Automatic network summarization is {_in_effect(settings)}"
    yield f"Maximum path: {settings.maximum_paths}"
    yield "Routing for Networks:"
    yield from (f"\t{IPv4Address(network)}" for network in settings.networks)
    yield "Passive Interface(s):"
    yield from (f"\t{name}" for name in _passive(call, settings))
    yield "Routing Information Sources:"
    yield "\tGateway         Distance      Last Update"
    yield from (f"\t{line}" for line in _sources(call, settings, rip))
    yield f"Distance: (default is {settings.distance})"


def _versions(settings: RipSettings, word: str) -> str:
    """What is sent and taken. Packet Tracer leaves the second `version` out."""
    if settings.version is None:
        return "send version 1, receive any version"
    return f"send version {settings.version}, receive {word}{settings.version}"


def _in_effect(settings: RipSettings) -> str:
    return "in effect" if settings.auto_summary else "not in effect"


def _passive(call: Call, settings: RipSettings) -> list[str]:
    if not settings.passive_default:
        return settings.passive
    return [str(name) for name in sorted(call.config.interfaces) if settings.is_passive(str(name))]


def _sources(call: Call, settings: RipSettings, rip: RouterRip) -> Iterator[str]:
    for source, heard in sorted(rip.engine.sources.items()):
        distance = settings.distance_of(source)
        yield f"{IPv4Address(source)!s:<16}{distance:>8}      {age(call.router, heard)}"


def show_ip_rip_database(
    call: Call, database_address: IPv4Address | None = None, database_mask: IPv4Address | None = None
) -> str:
    """`show ip rip database [A.B.C.D MASK]`: own and learnt routes, under their class networks."""
    if call.config.rip is None:
        return ""
    router = call.router
    assert router.network.routing is not None
    engine = router.rip.engine
    entries: dict[NetworkKey, OwnRoute | RipRoute] = {**engine.learnt, **engine.own}
    if database_address is not None and database_mask is not None:
        wanted = int(database_address), int(database_mask).bit_count()
        entries = {network: route for network, route in entries.items() if network == wanted}
        if not entries:
            return "% Route not in database\n"
        return "".join(f"{line}\n" for line in _database_entry(call, wanted, entries[wanted]))
    groups: dict[NetworkKey, dict[NetworkKey, OwnRoute | RipRoute]] = {}
    for network in sorted(entries):
        major = network if call.dialect is Dialect.PACKET_TRACER else _head(network)
        groups.setdefault(major, {})[network] = entries[network]
    lines: list[str] = []
    for major, routes in groups.items():
        lost = all(isinstance(one, RipRoute) and one.state is not State.VALID for one in routes.values())
        lines.append(f"{network_text(major)}    {'is possibly down' if lost else 'auto-summary'}")
        for network, route in routes.items():
            lines += _database_entry(call, network, route)
    return "".join(f"{line}\n" for line in lines)


def _head(network: NetworkKey) -> NetworkKey:
    """The class network that an entry stands under."""
    major = major_network(network[0])
    return major if network[1] > major[1] else network


def _database_entry(call: Call, network: NetworkKey, route: OwnRoute | RipRoute) -> Iterator[str]:
    text = network_text(network)
    if isinstance(route, OwnRoute):
        if route.interface is not None:
            yield f"{text}    directly connected, {route.interface}"
        else:
            yield f"{text}    redistributed"
            yield f"    [{route.metric}] via 0.0.0.0, "
    elif route.state is not State.VALID:
        yield f"{text}    is possibly down"
    else:
        yield text
        for path in route.paths:
            via = f"    [{route.metric}] via {IPv4Address(path.next_hop)}"
            yield f"{via}, {age(call.router, path.updated)}, {path.interface}"


def clear_ip_route(
    call: Call,
    all_routes: str | None = None,
    cleared_route: IPv4Address | None = None,
    cleared_mask: IPv4Address | None = None,
) -> str:
    """`clear ip route *|A.B.C.D [MASK]`: what RIP learnt is forgotten; it comes again."""
    router = call.router
    if cleared_route is None:
        if call.config.rip is not None:
            router.rip.engine.clear()
        return ""
    for route in router.routes():
        network = route.network
        if network.network_address == cleared_route and cleared_mask in (None, network.netmask):
            if call.config.rip is not None:
                router.rip.engine.clear((int(cleared_route), network.prefixlen))
            return ""
    return "%No matching route to delete\n"
