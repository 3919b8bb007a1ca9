"""What `ip nat ...` has configured, and how the configuration prints it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from ios_emu.stack.nat_words import GENERIC, INSIDE_DESTINATION, INSIDE_SOURCE, OUTSIDE_SOURCE

INSIDE, OUTSIDE = "inside", "outside"
TIMEOUTS = (
    "timeout",
    "udp-timeout",
    "dns-timeout",
    "tcp-timeout",
    "finrst-timeout",
    "syn-timeout",
    "icmp-timeout",
)
"""The timeouts of `ip nat translation`, as the configuration has them."""

_RULE_ORDER = (INSIDE_SOURCE, INSIDE_DESTINATION, OUTSIDE_SOURCE)


@dataclass(frozen=True, slots=True)
class NatPool:
    """`ip nat pool NAME FIRST LAST {netmask M | prefix-length N} [type KIND]`."""

    name: str
    first: IPv4Address
    last: IPv4Address
    length: int
    by_length: bool = False
    kind: str = GENERIC

    @property
    def netmask(self) -> IPv4Address:
        """The mask of its network."""
        return IPv4Network((0, self.length)).netmask

    @property
    def line(self) -> str:
        """As the configuration prints it."""
        size = f"prefix-length {self.length}" if self.by_length else f"netmask {self.netmask}"
        kind = "" if self.kind == GENERIC else f" type {self.kind}"
        return f"ip nat pool {self.name} {self.first} {self.last} {size}{kind}"


@dataclass(frozen=True, slots=True)
class NatStatic:
    """`ip nat {inside|outside} source static ...`.

    `before` is the address that a packet brings, inside local or outside global; `after` is what it becomes,
    or the address of `interface`. `protocol` is `tcp`, `udp` or empty; a `length` makes it one of networks.
    `options` are the words behind.
    """

    side: str
    before: IPv4Address
    after: IPv4Address | None
    protocol: str = ""
    before_port: int = 0
    after_port: int = 0
    interface: str | None = None
    length: int | None = None
    by_length: bool = False
    options: tuple[str, ...] = field(default=(), compare=False)

    @property
    def line(self) -> str:
        """As the configuration prints it."""
        words: list[object] = [f"ip nat {self.side} source static"]
        if self.length is not None:
            mask = IPv4Network((0, self.length)).netmask
            words += ["network", self.before, self.after, f"/{self.length}" if self.by_length else mask]
        else:
            after = self.after if self.interface is None else f"interface {self.interface}"
            if self.protocol:
                words += [self.protocol, self.before, self.before_port, after, self.after_port]
            else:
                words += [self.before, after]
        return " ".join(map(str, [*words, *self.options]))

    @property
    def pair(self) -> str:
        """As messages name it."""
        return f"{self.before} -> {self.after if self.interface is None else self.interface}"


@dataclass(frozen=True, slots=True)
class NatRule:
    """`ip nat KIND list L {pool P | interface X} [overload]`; `kind` is `inside source` or another.

    An outside source has `add_route`.
    """

    kind: str
    access_list: str
    pool: str | None = None
    interface: str | None = None
    overload: bool = False
    add_route: bool = False

    @property
    def line(self) -> str:
        """As the configuration prints it."""
        to = f"pool {self.pool}" if self.pool is not None else f"interface {self.interface}"
        ending = (" overload" if self.overload else "") + (" add-route" if self.add_route else "")
        return f"ip nat {self.kind} list {self.access_list} {to}{ending}"


@dataclass(slots=True)
class NatSettings:
    """All of it. `timeouts` are those that are not the default, in seconds; None is `never`."""

    pools: dict[str, NatPool] = field(default_factory=dict)
    statics: list[NatStatic] = field(default_factory=list)
    rules: dict[tuple[str, str], NatRule] = field(default_factory=dict)
    timeouts: dict[str, int | None] = field(default_factory=dict)
    max_entries: int | None = None

    @property
    def empty(self) -> bool:
        """Is nothing configured?"""
        return not (self.pools or self.statics or self.rules or self.timeouts or self.max_entries is not None)

    def uses(self, pool: str) -> bool:
        """Does a mapping name that pool?"""
        return any(rule.pool == pool for rule in self.rules.values())

    def lines(self) -> Iterator[str]:
        """The lines of the configuration."""
        for name in TIMEOUTS:
            if name in self.timeouts:
                seconds = self.timeouts[name]
                yield f"ip nat translation {name} {'never' if seconds is None else seconds}"
        if self.max_entries is not None:
            yield f"ip nat translation max-entries {self.max_entries}"
        yield from (pool.line for pool in self.pools.values())
        for kind in _RULE_ORDER:
            yield from (rule.line for rule in self.rules.values() if rule.kind == kind)
            if kind != INSIDE_DESTINATION:
                side = kind.split()[0]
                yield from (static.line for static in self.statics if static.side == side)
