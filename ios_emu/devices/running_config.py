"""Renders a configuration as `show running-config` prints it: the order, the blanks and the lone `!`.

Two layouts, one for each dialect, built of the same parts. A run of lone `!` is written as its length,
for it differs between images and means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ios_emu.devices.configuration import Configuration
from ios_emu.devices.dhcp_config import dhcp_config
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.forward_protocol import forward_protocol_lines
from ios_emu.devices.interface_config import interface_config
from ios_emu.devices.kept import lines_at
from ios_emu.devices.kept_blocks import blocks_at
from ios_emu.devices.switch_configuration import SwitchConfiguration
from ios_emu.services.cdp_times import DEFAULT_HOLDTIME, DEFAULT_TIMER
from ios_emu.stack.routing import StaticRoute

ALIAS_MODES = {"exec": "exec", "config": "configure", "interface": "interface", "line": "line"}
"""The modes that have aliases: the start rule of the grammar, and what `alias` calls it."""


_BEFORE_USERS = ("ip", "multilink", "vpdn", "parser", "voice-card", "voice", "key", "pki")
_BEHIND_USERS = (
    "vlan",
    "track",
    "class-map",
    "policy-map",
    "zone",
    "isakmp",
    "isakmp-settings",
    "ipsec",
    "crypto-map",
    "spanning-tree",
)
_BEHIND_CONTROL_PLANE = ("bridge", "voice-port", "mgcp", "dial-peer", "time-range")


def configuration_body(config: Configuration, whole: bool = False) -> str:
    """From the first `!` to `end` with its line end; `whole` with the defaults, too."""
    if whole and not isinstance(config, SwitchConfiguration):
        from ios_emu.devices.whole_config import with_defaults

        config = with_defaults(config)
    return "\n".join(_layout(config, whole)) + "\n"


def _layout(config: Configuration, whole: bool) -> Iterator[str]:
    if isinstance(config, SwitchConfiguration):
        # A lab of routers alone does not wait for it.
        from ios_emu.devices.switch_running_config import switch_layout

        return switch_layout(config, whole)
    return _ios(config, whole) if config.dialect is Dialect.IOS else _packet_tracer(config, whole)


def running_config(config: Configuration, whole: bool = False) -> str:
    """The whole answer of `show running-config`; `whole` is its `all`."""
    body = configuration_body(config, whole)
    end = "\n" if config.dialect is Dialect.IOS else "\n\n"
    # Packet Tracer's 2960 counts the empty line behind `end`, too.
    counts_more = isinstance(config, SwitchConfiguration) and config.dialect is Dialect.PACKET_TRACER
    size = len(body) + counts_more
    return f"Building configuration...\n\nCurrent configuration : {size} bytes\n{body}{end}"


def _ios(config: Configuration, whole: bool) -> Iterator[str]:
    yield from ("!", "version 12.4")
    yield timestamps_line("debug", config)
    yield timestamps_line("log", config)
    yield from password_encryption_lines(config)
    yield from ("!", f"hostname {config.hostname}", "!", "boot-start-marker")
    yield from _kept(config, "boot")
    yield from ("boot-end-marker", "!")
    yield from _kept(config, "first")
    yield from config.logging.first_lines(whole)
    yield from _kept(config, "logging")
    yield from enable_lines(config)
    yield "!"
    yield from _kept(config, "aaa", "aaa-groups", "aaa-lists", "aaa-session", "resource", "memory")
    yield from clock_lines(config)
    yield from ("!", "!")
    yield from _kept(config, "cef")
    yield from ("!", "!")
    yield from dhcp_config(config.dhcp, config.kept, config.dialect)
    yield "!"
    yield from name_lines(config, config.dialect is Dialect.IOS)
    yield from _kept(config, *_BEFORE_USERS)
    yield from user_lines(config)
    yield from config.archive.lines()
    yield from _kept(config, *_BEHIND_USERS)
    yield from ["!"] * 4
    yield from _interfaces(config)
    yield from _kept(config, "router")
    yield from _rip(config)
    yield from _kept(config, "routers", "pools", "forward")
    yield from forward_protocol_lines(config.forwarded_udp)
    yield from _kept(config, "arp", "classless")
    yield from _routes(config.routes.values())
    yield from _kept(config, "flow")
    yield from ("!", "!")
    yield from _kept(config, "http")
    yield from _dns_server(config)
    yield from config.nat.lines()
    yield from _kept(config, "nat")
    yield from _access_lists(config)
    yield from _kept(config, "lists", "sla")
    yield from ("!", "!")
    yield from _last_kept(config, whole)
    yield "control-plane"
    yield from _kept(config, "control-plane")
    yield "!"
    yield from _kept(config, *_BEHIND_CONTROL_PLANE)
    yield from banner_lines(config)
    yield "!"
    yield from line_lines(config, whole)
    yield "!"
    yield from _kept(config, "ntp-last", "scheduler", "ntp", "event")
    yield from ("!", "end")


def _packet_tracer(config: Configuration, whole: bool) -> Iterator[str]:
    yield from ("!", "version 12.4")
    yield timestamps_line("log", config)
    yield timestamps_line("debug", config)
    yield from password_encryption_lines(config)
    yield from ("!", f"hostname {config.hostname}", "!", "!", "!")
    yield from config.logging.first_lines(whole)
    yield from _kept(config, "logging")
    yield from enable_lines(config)
    yield from clock_lines(config)
    yield from _kept(config, "boot", "first")
    yield from ("!", "!")
    yield from dhcp_config(config.dhcp, config.kept, config.dialect)
    yield from ["!"] * 3
    yield from _kept(config, "aaa", "aaa-groups", "aaa-lists", "aaa-session", "resource", "memory")
    yield from _kept(config, "cef")
    yield from ["!"] * 8
    yield from name_lines(config, config.dialect is Dialect.IOS)
    yield from _kept(config, *_BEFORE_USERS)
    yield from user_lines(config)
    yield from config.archive.lines()
    yield from _kept(config, *(place for place in _BEHIND_USERS if place != "spanning-tree"))
    yield from ["!"] * 4
    yield from _kept(config, "spanning-tree")
    yield from ["!"] * 6
    yield from _interfaces(config)
    yield from _kept(config, "router")
    yield from _rip(config)
    yield from _kept(config, "routers")
    yield from config.nat.lines()
    yield from _kept(config, "nat", "pools", "arp", "classless", "forward")
    yield from forward_protocol_lines(config.forwarded_udp)
    yield from _routes(config.routes.values())
    yield "!"
    yield from _kept(config, "flow")
    yield from _kept(config, "http")
    yield from _dns_server(config)
    yield from _access_lists(config)
    yield from _kept(config, "lists", "sla")
    yield from ["!"] * 3
    yield from _last_kept(config, whole)
    if control_plane := lines_at(config.kept, "control-plane"):
        yield from ("control-plane", *control_plane, "!")
    yield from _kept(config, *_BEHIND_CONTROL_PLANE)
    yield from banner_lines(config)
    yield from ["!"] * 4
    yield from line_lines(config, whole)
    yield from _kept(config, "ntp-last", "scheduler", "ntp", "event")
    yield from ("!", "!", "!", "end")


def _kept(config: Configuration, *places: str) -> Iterator[str]:
    """What is kept at some places of the configuration: lines, then blocks."""
    for place in places:
        yield from lines_at(config.kept, place)
        yield from blocks_at(config.blocks, place)


def clock_lines(config: Configuration) -> Iterator[str]:
    """`clock timezone` and `clock summer-time`."""
    settings = config.clock
    if (settings.zone, settings.offset) != ("UTC", 0):
        hours, minutes = divmod(abs(settings.offset), 60)
        sign = "-" if settings.offset < 0 else ""
        yield f"clock timezone {settings.zone} {sign}{hours}" + (f" {minutes}" if minutes else "")
    if settings.summer is not None:
        yield f"clock summer-time {settings.summer.configuration}"


def _rip(config: Configuration) -> Iterator[str]:
    if config.rip is not None:
        # Loaded where RIP runs: every boot compares configurations.
        from ios_emu.devices.rip_config import rip_config

        yield from rip_config(config.rip)


def _access_lists(config: Configuration) -> Iterator[str]:
    """What stands in the place of lists that have names, and its `!`."""
    lines = lines_at(config.kept, "access-lists")
    if config.access_list_log_threshold:
        lines.append(f"ip access-list log-update threshold {config.access_list_log_threshold}")
    if config.access_lists:
        from ios_emu.devices.access_list import named_config, packet_tracer_config

        printed = named_config if config.dialect is Dialect.IOS else packet_tracer_config
        lines += printed(config.access_lists.values())
    yield from lines
    if lines:
        yield "!"


def _numbered_lists(config: Configuration) -> list[str]:
    """The lines of lists that have numbers, where they stand apart from those that have names."""
    if not config.access_lists or config.dialect is not Dialect.IOS:
        return []
    from ios_emu.devices.access_list import numbered_config

    return list(numbered_config(config.access_lists.values()))


def _last_kept(config: Configuration, whole: bool) -> Iterator[str]:
    yield from config.logging.last_lines(whole)
    for place in ("dialer-list", "cdp", "map-class", "route-map", "ipv6-list", "snmp", "tacacs"):
        lines = lines_at(config.kept, place)
        if place == "cdp":
            lines = [*cdp_lines(config), *lines]
        if place == "dialer-list":
            lines = _numbered_lists(config) + lines
        yield from lines
        if lines:
            yield "!"
        yield from blocks_at(config.blocks, place)
    if config.file_prompt != "alert":
        yield from (f"file prompt {config.file_prompt}", "!")


def cdp_lines(config: Configuration) -> Iterator[str]:
    """How often CDP speaks, and for how long it is true."""
    if config.cdp_timer != DEFAULT_TIMER:
        yield f"cdp timer {config.cdp_timer}"
    if config.cdp_holdtime != DEFAULT_HOLDTIME:
        yield f"cdp holdtime {config.cdp_holdtime}"


def timestamps_line(which: str, config: Configuration) -> str:
    """`service timestamps log` or `debug`."""
    stamps = config.timestamps_log if which == "log" else config.timestamps_debug
    if stamps is not None:
        return f"service timestamps {which} {stamps.configuration}"
    off = "uptime" if config.dialect is Dialect.IOS else "datetime msec"
    return f"no service timestamps {which} {off}"


def password_encryption_lines(config: Configuration) -> Iterator[str]:
    """The services that stand in front of the host name."""
    yield from _kept(config, "service")
    yield f"{'' if config.password_encryption else 'no '}service password-encryption"
    if config.logging.sequence_numbers:
        yield "service sequence-numbers"
    if config.tcp_small_servers:
        yield "service tcp-small-servers"
    if not config.dhcp.service:
        yield "no service dhcp"


def enable_lines(config: Configuration) -> Iterator[str]:
    """The secrets and the password of `enable`."""
    for level, secret in sorted(config.enable_levels.items()):
        yield f"enable secret level {level} {secret.configuration}"
    if config.enable_secret is not None:
        yield f"enable secret {config.enable_secret.configuration}"
    if config.enable_password is not None:
        yield f"enable password {config.enable_password.configuration}"


def name_lines(config: Configuration, ios: bool) -> Iterator[str]:
    """How names are looked up; with `ios` as 12.4 writes it, else as older images do."""
    if not config.domain_lookup:
        yield "no ip domain lookup" if ios else "no ip domain-lookup"
    yield from config.names.lines(ios)
    yield from (f"ip name-server {address}" for address in config.name_servers)
    yield from _kept(config, "names")


def user_lines(config: Configuration) -> Iterator[str]:
    """`username`, and what SSH is set to."""
    if config.users:
        yield "!"
    for user in config.users.values():
        yield from user.configuration()
    ssh = [*config.ssh.lines(), *lines_at(config.kept, "ssh")]
    if ssh:
        yield "!"
        yield from ssh


def _dns_server(config: Configuration) -> Iterator[str]:
    if config.names.server:
        yield "ip dns server"


def _interfaces(config: Configuration) -> Iterator[str]:
    software = False
    for name in sorted(config.interfaces):
        if not software and name.kind != "Loopback":
            software = True
            yield from _kept(config, "software-interfaces")
        yield from interface_config(config.interfaces[name], config.dialect)
        yield "!"
    yield from _kept(config, "dialer-interfaces")


def _routes(routes: Iterable[StaticRoute]) -> Iterator[str]:
    for route in routes:
        words: list[object] = ["ip route", route.network.network_address, route.network.netmask]
        words += [part for part in (route.interface, route.next_hop) if part is not None]
        if route.distance != 1:
            words.append(route.distance)
        if route.name is not None:
            words.append(f"name {route.name}")
        if route.permanent:
            words.append("permanent")
        if route.tag is not None:
            words.append(f"tag {route.tag}")
        if route.track is not None:
            words.append(f"track {route.track}")
        yield " ".join(map(str, words))


def banner_lines(config: Configuration) -> Iterator[str]:
    """The banners, the levels of commands, and aliases."""
    texts = dict(config.banners)
    if config.banner_motd is not None:
        texts["motd"] = config.banner_motd
    for kind in sorted(texts):
        yield from f"banner {kind} ^C{texts[kind]}^C".split("\n")
    yield from config.privileges.configuration()
    for mode, aliases in config.aliases.items():
        yield from (f"alias {ALIAS_MODES[mode]} {name} {text}" for name, text in aliases.items())


def line_lines(config: Configuration, whole: bool) -> Iterator[str]:
    """The terminal lines."""
    packet_tracer = config.dialect is Dialect.PACKET_TRACER
    separator = ["!"] if packet_tracer else []
    parts = [("con 0", config.lines.console)]
    if config.lines.has_aux:
        parts.append(("aux 0", config.lines.aux))
    for first, last, settings in config.lines.vty_groups():
        parts.append((f"vty {first}" if first == last else f"vty {first} {last}", settings))
    for name, settings in parts:
        yield f"line {name}"
        yield from (
            f" {line}" for line in settings.configuration(packet_tracer, name.startswith("vty"), whole)
        )
        if not name.startswith("vty"):
            yield from separator
