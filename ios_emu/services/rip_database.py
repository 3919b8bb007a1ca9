"""What RIP knows: its own routes, and those that it has learnt, with their ages.

A network is a pair of its first address and its prefix length. Only the best routes are kept, as IOS does:
equal ones from several gateways side by side. Times are the lab's, in nanoseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from ios_emu.wire.rip import INFINITY

NetworkKey = tuple[int, int]
"""The first address of a network, and its prefix length."""


class OwnRoute(NamedTuple):
    """A route of the router's own: of a connected network, or one that RIP was told to tell of.

    `metric` is what is sent. `interface` is where a connected network is.
    """

    metric: int
    interface: str | None = None
    tag: int = 0


@dataclass(slots=True)
class RipPath:
    """A way to a network: the gateway that told of it, and when it did so last."""

    gateway: int
    next_hop: int
    interface: str
    updated: int


class State(Enum):
    """How a learnt route stands.

    `VALID`: it is used. `HELD`: nobody has told of it for too long; it stays in the routing table, is told to
    others as unreachable, and nothing worse takes its place (holddown). `GONE`: it has left the routing
    table, and the neighbours are told so for a while.
    """

    VALID = auto()
    HELD = auto()
    GONE = auto()


@dataclass(slots=True)
class RipRoute:
    """A learnt route. `metric` is as it was received; of a held one, what it was before.

    `until` is when its state ends: the holddown of a held one, and of any the time at which it is dropped.
    """

    metric: int
    paths: list[RipPath] = field(default_factory=list)
    tag: int = 0
    distance: int = 0
    state: State = State.VALID
    held_until: int = 0
    dropped_at: int = 0
    # Not told to the neighbours yet.
    changed: bool = True
    # The routing table has something better, so others are not told of it.
    hidden: bool = False

    @property
    def told_metric(self) -> int:
        """The metric that the neighbours are told."""
        return min(self.metric + 1, INFINITY) if self.state is State.VALID else INFINITY

    @property
    def updated(self) -> int:
        """When somebody told of it last."""
        return max((path.updated for path in self.paths), default=0)
