"""The explicit list of commands that are accepted and kept in the configuration but have no effect.

Each has a place in the running configuration. Some are on by default (then `no` is what is printed), and
some stand in a dialect's configuration even when nobody ever typed them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ios_emu.devices.dialect import Dialect


@dataclass(frozen=True, slots=True)
class Kept:
    """A command without effect. `key` are its first words; `place` names a part of the configuration.

    `factory` maps a dialect to the line that a router fresh from the box prints there. `many` means that
    each different line is a setting of its own.
    """

    key: str
    place: str
    on_by_default: bool = False
    factory: tuple[tuple[Dialect, str], ...] = ()
    many: bool = False


_IOS, _PT = Dialect.IOS, Dialect.PACKET_TRACER

KEPT = (
    Kept("service config", "service"),
    Kept("service finger", "service"),
    Kept("service pad", "service", on_by_default=True),
    Kept("service tcp-keepalives-in", "service"),
    Kept("service tcp-keepalives-out", "service"),
    Kept("aaa new-model", "aaa", factory=((_IOS, "no aaa new-model"),)),
    Kept("ip subnet-zero", "cef", on_by_default=True),
    Kept("ip source-route", "cef", on_by_default=True),
    Kept("ip cef", "cef", on_by_default=True, factory=((_IOS, "ip cef"), (_PT, "ip cef"))),
    Kept("ipv6 cef", "cef", factory=((_PT, "no ipv6 cef"),)),
    Kept("ip dhcp smart-relay", "dhcp-relay"),
    Kept("ip dhcp relay information option vpn", "dhcp-relay"),
    Kept("ip dhcp relay information option subscriber-id", "dhcp-relay"),
    Kept("ip dhcp relay source-interface", "dhcp-relay"),
    Kept("ip dhcp subscriber-id interface-name", "dhcp-relay"),
    Kept("ip dhcp use vrf remote", "dhcp"),
    Kept("ip dhcp use subscriber-id client-id", "dhcp"),
    Kept("ip dhcp aaa default username", "dhcp"),
    Kept("ip dhcp binding cleanup interval", "dhcp"),
    Kept("ip dhcp compatibility lease-query client", "dhcp"),
    Kept("ip dhcp compatibility suboption link-selection", "dhcp"),
    Kept("ip dhcp limit lease log", "dhcp"),
    Kept("ip dhcp limit lease per interface", "dhcp"),
    Kept("ip dhcp limited-broadcast-address", "dhcp"),
    Kept("ip dhcp route connected", "dhcp"),
    Kept("ip dhcp route static", "dhcp"),
    Kept("ip dhcp update dns", "dhcp"),
    Kept("ip dhcp excluded-address vrf", "dhcp", many=True),
    Kept("ip dhcp-server query lease retries", "names"),
    Kept("ip dhcp-server query lease timeout", "names"),
    Kept("ip dhcp-server", "names", many=True),
    Kept("ip bootp server", "names", on_by_default=True),
    Kept("ip ssh source-interface", "ssh"),
    Kept("spanning-tree mode", "spanning-tree", factory=((_PT, "spanning-tree mode pvst"),)),
    Kept("ip classless", "classless", on_by_default=True, factory=((_PT, "ip classless"),)),
    Kept(
        "ip forward-protocol nd", "forward", on_by_default=True, factory=((_IOS, "ip forward-protocol nd"),)
    ),
    Kept("ip flow-export version", "flow", factory=((_PT, "ip flow-export version 9"),)),
    Kept("ip http server", "http", factory=((_IOS, "no ip http server"),)),
    Kept("ip http secure-server", "http", factory=((_IOS, "no ip http secure-server"),)),
    Kept("logging count", "logging"),
    Kept("logging exception", "logging"),
    Kept("logging message-counter", "logging"),
    Kept("logging origin-id", "logging"),
    Kept("logging queue-limit", "logging"),
    Kept("logging rate-limit", "logging"),
    Kept("logging userinfo", "logging"),
    Kept("snmp-server community", "snmp", many=True),
    Kept("snmp-server location", "snmp"),
    Kept("snmp-server contact", "snmp"),
    Kept("cdp run", "cdp", on_by_default=True),
    Kept("scheduler allocate", "scheduler", factory=((_IOS, "scheduler allocate 20000 1000"),)),
    Kept("file prompt quiet", "file"),
)

INTERFACE_KEPT = (
    "ip dhcp limit lease",
    "ip dhcp relay information check-reply",
    "ip dhcp relay information option-insert",
    "ip dhcp relay information option server-id-override",
    "ip dhcp relay information option subscriber-id",
    "ip dhcp relay information option vpn-id",
    "ip dhcp relay information policy-action",
)
"""The first words of an interface's lines that are kept without effect."""

POOL_KEPT = (
    "accounting",
    "origin",
    "relay destination",
    "relay source",
    "relay target",
    "subnet prefix-length",
    "update dns",
    "vrf",
)
"""Those of a DHCP pool."""

_BY_LENGTH = sorted(KEPT, key=lambda kept: -len(kept.key))


def kept_for(line: str) -> Kept:
    """The entry whose key `line` begins with. Raises KeyError: grammar and list do not fit each other."""
    for kept in _BY_LENGTH:
        if line == kept.key or line.startswith(kept.key + " "):
            return kept
    raise KeyError(line)


def key_of(line: str, keys: Iterable[str]) -> str:
    """Which of the keys `line` begins with. Raises KeyError when grammar and list do not fit each other."""
    for key in keys:
        if line == key or line.startswith(f"{key} "):
            return key
    raise KeyError(line)


def factory_lines(dialect: Dialect) -> dict[str, str]:
    """What a router fresh from the box keeps, by key."""
    return {kept.key: line for kept in KEPT for which, line in kept.factory if which is dialect}


def keep(lines: dict[str, str], line: str, dialect: Dialect, *, negated: bool, defaulted: bool) -> None:
    """Enters `line`, its `no` form or its `default` form into `lines` (key to line)."""
    kept = kept_for(line)
    key = line if kept.many else kept.key
    factory = dict(kept.factory).get(dialect)
    if defaulted:
        wanted = factory
    elif negated:
        wanted = f"no {kept.key}" if kept.on_by_default or factory is not None else None
    else:
        wanted = None if kept.on_by_default and factory is None else line
    if wanted is None:
        lines.pop(key, None)
    else:
        lines[key] = wanted


def lines_at(lines: dict[str, str], place: str) -> list[str]:
    """The lines of one place, in the order of the list above."""
    found = []
    for kept in KEPT:
        if kept.place == place:
            found += [
                line
                for key, line in lines.items()
                if key == kept.key or (kept.many and kept_for(key) is kept)
            ]
    return found
