"""RIP as `show running-config` prints it: `router rip`, and its lines of an interface."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from ios_emu.services.rip_interface_settings import RipInterfaceSettings
from ios_emu.services.rip_settings import (
    DEFAULT_DISTANCE,
    DEFAULT_PATHS,
    RipSettings,
    Timers,
)
from ios_emu.stack.ip_interface import prefix_mask


def rip_config(settings: RipSettings) -> Iterator[str]:
    """`router rip` with its lines and its `!`."""
    yield "router rip"
    yield from (f" {line}" for line in _lines(settings))
    yield "!"


def _lines(settings: RipSettings) -> Iterator[str]:
    if settings.version is not None:
        yield f"version {settings.version}"
    if settings.timers != Timers():
        yield "timers basic " + " ".join(map(str, settings.timers))
    if settings.output_delay is not None:
        yield f"output-delay {settings.output_delay}"
    if not settings.validate_source:
        yield "no validate-update-source"
    for source, how in sorted(settings.redistribute.items()):
        metric = "" if how.metric is None else f" metric {how.metric}"
        yield f"redistribute {source}{metric}{'' if how.route_map is None else f' route-map {how.route_map}'}"
    yield from (line for line in settings.kept.values() if line.startswith("redistribute "))
    if settings.flash_threshold is not None:
        yield f"flash-update-threshold {settings.flash_threshold}"
    for offset in settings.offsets:
        where = "" if offset.interface is None else f" {offset.interface}"
        yield f"offset-list {offset.list_} {_way(offset.inbound)} {offset.offset}{where}"
    if settings.passive_default:
        yield "passive-interface default"
    no = "no " if settings.passive_default else ""
    yield from (f"{no}passive-interface {name}" for name in settings.passive)
    yield from (f"network {IPv4Address(network)}" for network in settings.networks)
    yield from (f"neighbor {IPv4Address(neighbour)}" for neighbour in settings.neighbours)
    if settings.maximum_paths != DEFAULT_PATHS:
        yield f"maximum-paths {settings.maximum_paths}"
    if settings.default_metric is not None:
        yield f"default-metric {settings.default_metric}"
    if settings.default_information:
        yield "default-information originate"
    if settings.distance != DEFAULT_DISTANCE:
        yield f"distance {settings.distance}"
    for (gateway, wildcard), distance in settings.distances.items():
        yield f"distance {distance} {IPv4Address(gateway)} {IPv4Address(wildcard)}"
    for filter_ in settings.filters:
        where = "" if filter_.interface is None else f" {filter_.interface}"
        yield f"distribute-list {filter_.list_} {_way(filter_.inbound)}{where}"
    yield from (line for line in settings.kept.values() if not line.startswith("redistribute "))
    if not settings.auto_summary:
        yield "no auto-summary"


def _way(inbound: bool) -> str:
    return "in" if inbound else "out"


def interface_rip_config(settings: RipInterfaceSettings) -> Iterator[str]:
    """The lines of an interface, without the blank in front."""
    for word, versions in (("send", settings.sends), ("receive", settings.receives)):
        if versions is not None:
            yield f"ip rip {word} version {' '.join(map(str, sorted(versions)))}"
    if settings.broadcasts:
        yield "ip rip v2-broadcast"
    yield from settings.kept.values()
    if settings.authentication is not None:
        yield f"ip rip authentication mode {settings.authentication}"
    if settings.key_chain is not None:
        yield f"ip rip authentication key-chain {settings.key_chain}"
    for network, length in settings.summaries:
        yield f"ip summary-address rip {IPv4Address(network)} {IPv4Address(prefix_mask(length))}"
    if not settings.split_horizon:
        yield "no ip split-horizon"
