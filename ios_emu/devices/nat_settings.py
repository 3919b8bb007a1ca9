"""What `ip nat ...` has configured, and how the configuration prints it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ios_emu.stack.nat_words import INSIDE_DESTINATION, INSIDE_SOURCE, OUTSIDE_SOURCE

if TYPE_CHECKING:
    from ios_emu.devices.nat_entries import NatPool, NatRule, NatStatic

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
