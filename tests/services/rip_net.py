"""RIP processes joined by links without delay: a routing table of each, and what was said on the links."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from ios_emu.clock import SECOND, Clock
from ios_emu.services.rip_database import NetworkKey, OwnRoute, RipRoute
from ios_emu.services.rip_engine import RipEngine
from ios_emu.services.rip_settings import RipInterface, RipSettings
from ios_emu.stack.ip_interface import LIMITED_BROADCAST, Prefix
from ios_emu.wire.rip import ALL_RIP_ROUTERS, PORT, RipMessage

GROUPS = (LIMITED_BROADCAST, ALL_RIP_ROUTERS)


def ip(text: str) -> int:
    a, b, c, d = map(int, text.split("."))
    return a << 24 | b << 16 | c << 8 | d


def net(text: str) -> NetworkKey:
    address, _, length = text.partition("/")
    return ip(address), int(length)


def dotted(address: int) -> str:
    return ".".join(map(str, address.to_bytes(4)))


@dataclass
class Sent:
    """A message on its way."""

    at: int
    interface: str
    source: int
    destination: int
    port: int
    payload: bytes

    @property
    def message(self) -> RipMessage:
        return RipMessage.parse(self.payload)

    @property
    def routes(self) -> dict[str, int]:
        """The metrics by network; those of version 1 without their masks."""
        return {
            f"{dotted(one.network)}/{one.mask.bit_count()}" if one.mask else dotted(one.network): one.metric
            for one in self.message.entries
        }


@dataclass
class Speaker:
    """A process and the router around it. `links` says where an interface leads."""

    clock: Clock
    settings: RipSettings = field(default_factory=RipSettings)
    interfaces: dict[str, RipInterface] = field(default_factory=dict)
    foreign: dict[NetworkKey, OwnRoute] = field(default_factory=dict)
    seed: int = 1

    def __post_init__(self) -> None:
        self.table: dict[NetworkKey, RipRoute] = {}
        self.sent: list[Sent] = []
        self.links: dict[str, list[tuple[Speaker, str]]] = {}
        self.refused: Callable[[str, NetworkKey], bool] = lambda list_, network: False
        self.engine = RipEngine(self.clock, random.Random(self.seed), self)

    def add(self, name: str, address: str, **more: object) -> None:
        """Gives it an interface: `10.0.0.1/24`."""
        at, _, length = address.partition("/")
        prefix = Prefix(ip(at), int(length))
        self.interfaces[name] = RipInterface(name, (prefix,), (prefix,), **more)  # type: ignore[arg-type]

    def apply(self) -> None:
        self.engine.apply(self.settings, self.interfaces.values(), self.foreign)

    def up(self) -> dict[str, int]:
        """The routes of the routing table, and their metrics."""
        return {f"{dotted(address)}/{length}": one.metric for (address, length), one in self.table.items()}

    # What the process asks

    def send(self, interface: str, source: int, destination: int, port: int, payload: bytes) -> None:
        self.sent.append(Sent(self.clock.now, interface, source, destination, port, payload))
        for other, name in self.links.get(interface, ()):
            far = other.interfaces.get(name)
            if far is not None and (destination in GROUPS or far.prefixes[0].address == destination):
                self.clock.call_soon(other.engine.receive, name, source, PORT, payload)

    def is_own(self, address: int) -> bool:
        return any(prefix.address == address for one in self.interfaces.values() for prefix in one.attached)

    def install(self, network: NetworkKey, route: RipRoute) -> None:
        self.table[network] = route

    def withdraw(self, network: NetworkKey) -> None:
        self.table.pop(network, None)

    def permits(self, list_: str, network: NetworkKey) -> bool:
        return not self.refused(list_, network)


def version_2(**more: object) -> RipSettings:
    """Version 2 without summaries."""
    return RipSettings(version=2, auto_summary=False, **more)  # type: ignore[arg-type]


def join(one: Speaker, name: str, other: Speaker, far: str) -> None:
    """Joins two interfaces by a link."""
    one.links.setdefault(name, []).append((other, far))
    other.links.setdefault(far, []).append((one, name))


def wait(clock: Clock, seconds: float) -> None:
    """Lets time pass."""
    clock.run_until(clock.now + int(seconds * SECOND))
