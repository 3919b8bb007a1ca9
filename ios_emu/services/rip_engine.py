"""The RIP process of a router: requests, updates, and the timers of what it learnt (RFC 1058, RFC 2453).

Read this first of the RIP modules. The rules, where IOS has its own. A metric is stored as it was received
and told with one more. Every 30 seconds less up to 15 percent, all is told on every interface; a change is
told two seconds later. A route that its gateway poisons leaves at once; one that nobody tells of for 180
seconds is held (see `State.HELD`) until 240 seconds are over. What left by an interface that went down
leaves with it.

It never touches a socket: `environment` sends for it. Timers that only repeat are in the background.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ios_emu.clock import SECOND, Clock, Timer
from ios_emu.errors import MalformedPacket
from ios_emu.services.rip_database import NetworkKey, OwnRoute, RipRoute
from ios_emu.services.rip_environment import RipEnvironment, RipTrace
from ios_emu.services.rip_keys import RipKeys
from ios_emu.services.rip_learning import RipLearning
from ios_emu.services.rip_settings import RipInterface, RipSettings, Timers
from ios_emu.services.rip_update import Told, entries_for, network_of
from ios_emu.stack.ip_interface import LIMITED_BROADCAST, Prefix, prefix_mask
from ios_emu.wire.rip import (
    ALL_RIP_ROUTERS,
    FAMILY_IP,
    INFINITY,
    PORT,
    REQUEST,
    RESPONSE,
    VERSION_1,
    WHOLE_TABLE,
    RipEntry,
    RipMessage,
    messages,
)

_FLASH_DELAY = 2 * SECOND
# An update may come so much earlier than its interval says.
_JITTER = 0.15
_CONNECTED_METRIC = 1


@dataclass(slots=True)
class RipCounters:
    """What came in and was not taken."""

    malformed: int = 0
    ignored: int = 0
    bad_entries: int = 0


class RipEngine:
    """One process. `apply` gives it its settings and interfaces, and again whenever they changed."""

    def __init__(self, clock: Clock, chance: random.Random, environment: RipEnvironment) -> None:
        self.counters = RipCounters()
        self.settings = RipSettings()
        self.interfaces: dict[str, RipInterface] = {}
        self.own: dict[NetworkKey, OwnRoute] = {}
        self.next_update = clock.now
        self._clock = clock
        self._chance = chance
        self._environment = environment
        self._keys = RipKeys(clock)
        self._learning = RipLearning(clock, environment, self._changed, self._keys.forget)
        self._own_changed: set[NetworkKey] = set()
        self._timers = Timers()
        self._regular: Timer | None = None
        self._flash: Timer | None = None

    @property
    def trace(self) -> RipTrace | None:
        """Who is told what it does, if anybody is."""
        return self._learning.trace

    @trace.setter
    def trace(self, trace: RipTrace | None) -> None:
        self._learning.trace = trace

    @property
    def learnt(self) -> dict[NetworkKey, RipRoute]:
        """The routes that others told of."""
        return self._learning.routes

    @property
    def sources(self) -> dict[int, int]:
        """The gateways that told of something, and when they did so last."""
        return self._learning.sources

    # What the router sets

    def apply(
        self,
        settings: RipSettings,
        interfaces: Iterable[RipInterface],
        redistributed: Mapping[NetworkKey, OwnRoute],
    ) -> None:
        """Takes the settings, the interfaces that it runs on and that are up, and foreign routes to tell."""
        before, now = self.interfaces, {one.name: one for one in interfaces}
        self.settings, self.interfaces = settings, now
        self._learning.configure(settings)
        if now != before:
            self._learning.keep_only(now)
        self._set_own(redistributed)
        for interface in now.values():
            known = before.get(interface.name)
            if known is None or known.prefixes != interface.prefixes or known.passive != interface.passive:
                self._ask(interface)
        if self._regular is None or settings.timers != self._timers:
            self._timers = settings.timers
            self._schedule()

    def stop(self) -> None:
        """Ends, as `no router rip` does: nothing is told, and the routing table loses what was learnt."""
        for timer in (self._regular, self._flash):
            if timer is not None:
                timer.cancel()
        self._regular = self._flash = None
        self._learning.clear()
        self._learning.stop()
        self.interfaces, self.own = {}, {}
        self._own_changed.clear()

    def clear(self, network: NetworkKey | None = None) -> None:
        """Forgets one learnt route, or all and asks for them anew: `clear ip route`."""
        self._learning.clear(network)
        for interface in self.interfaces.values() if network is None else ():
            self._ask(interface)

    def hide(self, network: NetworkKey, hidden: bool) -> None:
        """The routing table prefers another source for a network, or does so no longer."""
        route = self.learnt.get(network)
        if route is not None:
            route.hidden = hidden

    def _set_own(self, redistributed: Mapping[NetworkKey, OwnRoute]) -> None:
        own = dict(redistributed)
        for interface in self.interfaces.values():
            for address, length in interface.prefixes:
                own[address & prefix_mask(length), length] = OwnRoute(_CONNECTED_METRIC, interface.name)
        before, self.own = self.own, own
        for network in before.keys() - own.keys():
            self._learning.lose(network)
        for network, route in own.items():
            if before.get(network) != route:
                self._learning.displace(network)
                self._own_changed.add(network)
        if self._own_changed:
            self._changed()

    # What is told

    def _schedule(self) -> None:
        """The next update to all. Nobody waits for it."""
        if self._regular is not None:
            self._regular.cancel()
        interval = self.settings.timers.update * SECOND
        self.next_update = self._clock.now + int(interval * (1 - _JITTER * self._chance.random()))
        self._regular = self._clock.call_at(self.next_update, self._regular_update, background=True)

    def _regular_update(self) -> None:
        self._update(flash=False)
        self._schedule()

    def _changed(self) -> None:
        """Something is different: the neighbours are told soon, unless they are told all soon anyway."""
        if self._flash is not None or not self.interfaces:
            return
        threshold = self.settings.flash_threshold
        if threshold is not None and self.next_update - self._clock.now <= threshold * SECOND:
            return
        self._flash = self._clock.call_later(_FLASH_DELAY, self._flash_update)

    def _flash_update(self) -> None:
        self._flash = None
        self._update(flash=True)

    def _update(self, *, flash: bool) -> None:
        routes = list(self._told())
        for interface in self.interfaces.values():
            if interface.speaks and not interface.passive:
                for version in sorted(interface.sends):
                    for prefix in interface.prefixes:
                        self._tell(
                            interface, prefix, version, _everybody(interface, version), PORT, routes, flash
                        )
        for neighbour in self.settings.neighbours:
            for interface in self.interfaces.values():
                near = interface.prefix_of(neighbour)
                if near is not None and interface.speaks:
                    for version in sorted(interface.sends):
                        self._tell(interface, near, version, neighbour, PORT, routes, flash)
        self._own_changed.clear()
        for route in self.learnt.values():
            route.changed = False

    def _told(self) -> Iterator[Told]:
        """All that may be told, as far as it is the same for all interfaces."""
        for network, own in self.own.items():
            there = () if own.interface is None else ((own.interface, 0),)
            yield Told(network, own.metric, there, own.tag, network in self._own_changed)
        for network, route in self.learnt.items():
            if not route.hidden:
                ways = tuple((path.interface, path.next_hop) for path in route.paths)
                yield Told(network, route.told_metric, ways, route.tag, route.changed)

    def _tell(
        self,
        interface: RipInterface,
        prefix: Prefix,
        version: int,
        destination: int,
        port: int,
        routes: Iterable[Told],
        flash: bool = False,
    ) -> None:
        chosen = (
            self._weighed(routes, interface) if self.settings.offsets or self.settings.filters else routes
        )
        entries = entries_for(chosen, interface, prefix, version, self.settings.auto_summary, flash)
        if self.trace is not None:
            self.trace.told(interface.name, prefix, version, destination, flash, entries)
        self._send(interface, prefix, version, destination, port, RESPONSE, entries)

    def _weighed(self, routes: Iterable[Told], interface: RipInterface) -> Iterator[Told]:
        """What `distribute-list out` lets through, with what `offset-list out` adds."""
        for route in routes:
            if self._learning.passes(route.network, interface.name, inbound=False):
                offset = self._learning.offset(route.network, interface.name, inbound=False)
                yield route._replace(metric=min(route.metric + offset, INFINITY))

    def _send(
        self,
        interface: RipInterface,
        prefix: Prefix,
        version: int,
        destination: int,
        port: int,
        command: int,
        entries: Iterable[RipEntry],
    ) -> None:
        authentication, key = self._keys.outgoing(interface, version)
        for payload in messages(command, version, entries, authentication, key):
            self._environment.send(interface.name, prefix.address, destination, port, payload)

    def _ask(self, interface: RipInterface) -> None:
        """Asks the routers of a link for all that they know."""
        if not interface.speaks or interface.passive or not interface.prefixes:
            return
        for version in sorted(interface.sends):
            if self.trace is not None:
                self.trace.asked(interface.name, _everybody(interface, version))
            prefix, entries = interface.prefixes[0], (WHOLE_TABLE,)
            self._send(interface, prefix, version, _everybody(interface, version), PORT, REQUEST, entries)

    # What comes in

    def receive(self, name: str, source: int, port: int, payload: bytes) -> None:
        """Takes a datagram that came to port 520 on an interface."""
        interface = self.interfaces.get(name)
        if interface is None or self._environment.is_own(source):
            return
        try:
            message = RipMessage.parse(payload)
        except MalformedPacket:
            self.counters.malformed += 1
            if self.trace is not None:
                self.trace.ignored(name, source, None, "malformed")
            return
        reason = self._refusal(interface, source, port, message)
        if reason is not None:
            self.counters.ignored += 1
            if self.trace is not None:
                self.trace.ignored(name, source, message.version, reason)
            return
        if self.trace is not None:
            self.trace.received(interface, source, message)
        near = interface.prefix_of(source) or interface.prefixes[0]
        if message.command == REQUEST:
            self._answer(interface, near, source, port, message)
        else:
            self._take(interface, near, source, message)

    def _refusal(self, interface: RipInterface, source: int, port: int, message: RipMessage) -> str | None:
        """Why a message is not taken; None when it is."""
        if message.version not in interface.receives:
            return "illegal version"
        if message.authentication is not None and self.trace is not None:
            self.trace.authenticated(message)
        if not self._keys.accepts(interface, source, message):
            return "invalid authentication"
        if message.command == RESPONSE:
            if port != PORT:
                return "bad port"
            if self.settings.validate_source and interface.prefix_of(source) is None:
                return "bad source"
        return None

    def _answer(
        self, interface: RipInterface, near: Prefix, source: int, port: int, message: RipMessage
    ) -> None:
        """Answers a request: with all, or to a program that asks with what it asks for (RFC 2453, 3.9.1)."""
        if interface.passive and port == PORT:
            return
        if message.asks_for_all:
            self._tell(interface, near, message.version, source, port, list(self._told()))
            return
        known = {one.network: one.metric for one in self._told()}
        entries = []
        for entry in message.entries:
            network = network_of(entry, message.version, near)
            metric = INFINITY if network is None else known.get(network, INFINITY)
            entries.append(entry._replace(metric=metric))
        self._send(interface, near, message.version, source, port, RESPONSE, entries)

    def _take(self, interface: RipInterface, near: Prefix, source: int, message: RipMessage) -> None:
        now = self._clock.now
        self.sources[source] = now
        weighed = bool(self.settings.offsets or self.settings.filters)
        for entry in message.entries:
            network = network_of(entry, message.version, near)
            if network is None or entry.family != FAMILY_IP or not 1 <= entry.metric <= INFINITY:
                self.counters.bad_entries += 1
                continue
            metric, next_hop = entry.metric, source
            if weighed:
                if not self._learning.passes(network, interface.name, inbound=True):
                    continue
                metric = min(metric + self._learning.offset(network, interface.name, inbound=True), INFINITY)
            if entry.next_hop and entry.next_hop != source and interface.prefix_of(entry.next_hop):
                # A way that leads back here is none.
                if self._environment.is_own(entry.next_hop):
                    continue
                next_hop = entry.next_hop
            if network not in self.own:
                self._learning.hear(network, metric, source, next_hop, interface.name, entry.tag)


def _everybody(interface: RipInterface, version: int) -> int:
    """Where an update to all routers of a link goes."""
    return LIMITED_BROADCAST if version == VERSION_1 or interface.broadcasts else ALL_RIP_ROUTERS
