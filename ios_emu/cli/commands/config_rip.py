"""`router rip` and what stands below it."""

from __future__ import annotations

from bisect import insort
from ipaddress import IPv4Address

from ios_emu.cli import modes
from ios_emu.cli.commands.config_kept import printed
from ios_emu.cli.shell import Call
from ios_emu.services.rip_settings import (
    DEFAULT_DISTANCE,
    DEFAULT_PATHS,
    Filter,
    Offset,
    Redistribution,
    RipSettings,
    Timers,
)
from ios_emu.services.rip_update import major_network
from ios_emu.stack.interface_name import InterfaceName


def router_rip(call: Call) -> str:
    """`router rip`: makes the process; `no` ends it with all that was said below it."""
    if call.no:
        call.config.rip = None
        return ""
    if call.config.rip is None:
        call.config.rip = RipSettings()
    call.shell.enter(modes.ROUTER_RIP, call.config.rip)
    return ""


def _settings(call: Call) -> RipSettings:
    return call.target(RipSettings)


def auto_summary(call: Call) -> str:
    """`auto-summary`: subnets leave their class A, B or C network as one route."""
    _settings(call).auto_summary = not call.command.negated
    return ""


def default_information(call: Call, rip_originate: str) -> str:
    """`default-information originate`: the router tells of a default route."""
    _settings(call).default_information = not call.no
    return ""


def default_metric(call: Call, rip_default_metric: int | None = None) -> str:
    """`default-metric N`: of redistributed routes that have none of their own."""
    _settings(call).default_metric = None if call.no else rip_default_metric
    return ""


def distance(
    call: Call,
    rip_distance: int = DEFAULT_DISTANCE,
    rip_gateway: IPv4Address | None = None,
    rip_wildcard: IPv4Address | None = None,
) -> str:
    """`distance N [GATEWAY WILDCARD]`: the administrative distance of RIP, or of what a gateway tells."""
    settings = _settings(call)
    if rip_gateway is None or rip_wildcard is None:
        settings.distance = DEFAULT_DISTANCE if call.no else rip_distance
        return ""
    key = int(rip_gateway) & ~int(rip_wildcard) & 0xFFFFFFFF, int(rip_wildcard)
    if call.no:
        settings.distances.pop(key, None)
    else:
        settings.distances[key] = rip_distance
    return ""


def distribute_list(
    call: Call,
    rip_list: str,
    rip_in: str | None = None,
    rip_out: str | None = None,
    interface_name: InterfaceName | None = None,
) -> str:
    """`distribute-list LIST in|out [INTERFACE]`: which networks are taken, or told."""
    filters = _settings(call).filters
    entered = Filter(rip_list, rip_in is not None, _checked(call, interface_name))
    place = (entered.inbound, entered.interface)
    filters[:] = [one for one in filters if (one.inbound, one.interface) != place]
    if not call.no:
        filters.append(entered)
    return ""


def offset_list(
    call: Call,
    rip_offset_list: str,
    rip_offset: int,
    rip_in: str | None = None,
    rip_out: str | None = None,
    interface_name: InterfaceName | None = None,
) -> str:
    """`offset-list LIST in|out N [INTERFACE]`: what is added to metrics."""
    offsets = _settings(call).offsets
    entered = Offset(rip_offset_list, rip_in is not None, rip_offset, _checked(call, interface_name))
    place = (entered.inbound, entered.interface)
    offsets[:] = [one for one in offsets if (one.inbound, one.interface) != place]
    if not call.no:
        offsets.append(entered)
    return ""


def _checked(call: Call, name: InterfaceName | None) -> str | None:
    """The name of an interface that there is."""
    if name is not None and name not in call.config.interfaces:
        raise call.invalid("interface_name")
    return None if name is None else str(name)


def flash_update_threshold(call: Call, rip_threshold: int | None = None) -> str:
    """`flash-update-threshold SECONDS`: no flash update if the regular one is due so soon."""
    _settings(call).flash_threshold = None if call.no else rip_threshold
    return ""


def maximum_paths(call: Call, rip_paths: int = DEFAULT_PATHS) -> str:
    """`maximum-paths N`: how many equal ways to one network are used."""
    _settings(call).maximum_paths = DEFAULT_PATHS if call.no else rip_paths
    return ""


def neighbour(call: Call, rip_neighbor: IPv4Address) -> str:
    """`neighbor A`: it is told everything by itself, also behind a passive interface."""
    neighbours = _settings(call).neighbours
    if int(rip_neighbor) in neighbours:
        neighbours.remove(int(rip_neighbor))
    if not call.no:
        neighbours.append(int(rip_neighbor))
    return ""


def network(call: Call, rip_network: IPv4Address) -> str:
    """`network A`: RIP runs on the interfaces of that class A, B or C network; on all for 0.0.0.0."""
    networks, entered = _settings(call).networks, major_network(int(rip_network))[0]
    if call.no and entered in networks:
        networks.remove(entered)
    elif not call.no and entered not in networks:
        insort(networks, entered)
    return ""


def output_delay(call: Call, rip_delay: int | None = None) -> str:
    """`output-delay MS`: between the messages of one update; links here never need it."""
    _settings(call).output_delay = None if call.no else rip_delay
    return ""


def passive_interface(call: Call, **arguments: object) -> str:
    """`passive-interface X|default`: RIP listens there and tells nothing."""
    settings = _settings(call)
    named = arguments.get("interface_name")
    if isinstance(named, InterfaceName):
        _checked(call, named)
    name = printed(call.command.text).split()[-1]
    if name == "default":
        if settings.passive_default == call.no:
            settings.passive.clear()
        settings.passive_default = not call.no
        return ""
    # Behind `passive-interface default`, those that are listed are not passive.
    listed = call.no == settings.passive_default
    if listed and name not in settings.passive:
        settings.passive.append(name)
    elif not listed and name in settings.passive:
        settings.passive.remove(name)
    return ""


def redistribute(
    call: Call,
    rip_metric: int | None = None,
    rip_transparent: str | None = None,
    rip_map: str | None = None,
) -> str:
    """`redistribute connected|static [metric N] [route-map MAP]`: routes of others that RIP tells of."""
    source, told = call.command.text.split()[1], _settings(call).redistribute
    if call.no:
        told.pop(source, None)
    else:
        told[source] = Redistribution(rip_metric or None, rip_map)
    return ""


def timers_basic(
    call: Call,
    rip_update: int | None = None,
    rip_invalid: int | None = None,
    rip_holddown: int | None = None,
    rip_flush: int | None = None,
) -> str:
    """`timers basic UPDATE INVALID HOLDDOWN FLUSH`, in seconds."""
    given = (rip_update, rip_invalid, rip_holddown, rip_flush)
    known = [one for one in given if one is not None]
    _settings(call).timers = Timers() if call.no or len(known) < len(given) else Timers(*known)
    return ""


def validate_update_source(call: Call) -> str:
    """`validate-update-source`: updates from another network than the link's own are not taken."""
    _settings(call).validate_source = not call.command.negated
    return ""


def version(call: Call, rip_version: int | None = None) -> str:
    """`version 1|2`: which version is sent and taken."""
    _settings(call).version = None if call.no else rip_version
    return ""


def kept(call: Call, **arguments: object) -> str:
    """A line that stays in the configuration and does nothing."""
    lines, text = _settings(call).kept, printed(call.command.text)
    key = call.command.head if len(call.command.head.split()) > 1 else text.split()[0]
    if key.startswith("distribute-list"):
        key = text
    if call.no:
        for one in [one for one in lines if one == key or one.startswith(f"{key} ")]:
            del lines[one]
    else:
        lines[key] = text
    return ""
