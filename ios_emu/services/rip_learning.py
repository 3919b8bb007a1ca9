"""What a RIP process does with the routes it hears of: the better one wins, the old one ends.

Nobody waits for the timers here; one timer serves all routes, set to the first that is due.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ios_emu.clock import SECOND, Clock, Timer
from ios_emu.services.rip_database import NetworkKey, RipPath, RipRoute, State
from ios_emu.services.rip_environment import RipEnvironment, RipTrace
from ios_emu.services.rip_settings import RipInterface, RipSettings
from ios_emu.wire.rip import INFINITY

_NEVER = 255


class RipLearning:
    """The learnt routes. `changed` is told when the neighbours must be, `silent` of silent gateways."""

    def __init__(
        self,
        clock: Clock,
        environment: RipEnvironment,
        changed: Callable[[], None],
        silent: Callable[[int], None],
    ) -> None:
        self.routes: dict[NetworkKey, RipRoute] = {}
        self.sources: dict[int, int] = {}
        self._clock = clock
        self._environment = environment
        self._changed = changed
        self._silent = silent
        self._settings = RipSettings()
        self.trace: RipTrace | None = None
        self._timer: Timer | None = None

    def configure(self, settings: RipSettings) -> None:
        """Takes the settings, which may have become others."""
        self._settings = settings
        if self.routes:
            self._watch(self._clock.now)

    def stop(self) -> None:
        """Ends the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.sources.clear()

    # Lists

    def passes(self, network: NetworkKey, interface: str, *, inbound: bool) -> bool:
        """Do the `distribute-list`s let a network through?"""
        return all(
            self._environment.permits(one.list_, network)
            for one in self._settings.filters
            if one.inbound == inbound and one.interface in (None, interface)
        )

    def offset(self, network: NetworkKey, interface: str, *, inbound: bool) -> int:
        """What the `offset-list`s add to the metric of a network: the one of the interface goes first."""
        found = 0
        for one in self._settings.offsets:
            if (
                one.inbound == inbound
                and one.interface in (None, interface)
                and (one.list_ == "0" or self._environment.permits(one.list_, network))
            ):
                found = one.offset
                if one.interface is not None:
                    break
        return found

    # What is heard

    def hear(
        self, network: NetworkKey, metric: int, gateway: int, next_hop: int, interface: str, tag: int
    ) -> None:
        """Takes what a gateway told of a network."""
        route = self.routes.get(network)
        if route is not None and route.state is State.VALID:
            for path in route.paths:
                if path.gateway == gateway and path.interface == interface:
                    self._again(network, route, path, metric, next_hop, tag)
                    return
        if metric >= INFINITY:
            return
        distance = self._settings.distance_of(gateway)
        if distance == _NEVER:
            return
        path = RipPath(gateway, next_hop, interface, self._clock.now)
        if route is None or route.state is not State.VALID:
            held = route is not None and route.state is State.HELD and self._clock.now < route.held_until
            # What is told of a held route may be its own echo, if it is worse than the route was.
            if route is None or not held or metric <= route.metric:
                self._take(network, path, metric, tag, distance)
        elif (distance, metric) < (route.distance, route.metric):
            self._take(network, path, metric, tag, distance)
        elif (distance, metric) == (route.distance, route.metric) and self._has_room(route):
            route.paths.append(path)
            self._environment.install(network, route)
            self._watch(path.updated + self._settings.timers.invalid * SECOND)

    def _has_room(self, route: RipRoute) -> bool:
        return len(route.paths) < self._settings.maximum_paths

    def _take(self, network: NetworkKey, path: RipPath, metric: int, tag: int, distance: int) -> None:
        route = self.routes[network] = RipRoute(metric, [path], tag, distance)
        if self.trace is not None:
            self.trace.database(f"adding {network_text(network)} (metric {metric}) via {path.interface}")
        self._environment.install(network, route)
        self._watch(path.updated + self._settings.timers.invalid * SECOND)
        self._changed()

    def _again(
        self, network: NetworkKey, route: RipRoute, path: RipPath, metric: int, next_hop: int, tag: int
    ) -> None:
        """A gateway of the route tells of it once more."""
        if metric == route.metric:
            path.updated = self._clock.now
            if path.next_hop != next_hop:
                path.next_hop = next_hop
                self._environment.install(network, route)
            route.tag = tag
        elif metric < route.metric:
            better = RipPath(path.gateway, next_hop, path.interface, self._clock.now)
            self._take(network, better, metric, tag, route.distance)
        elif len(route.paths) > 1:
            route.paths.remove(path)
            self._environment.install(network, route)
        elif metric >= INFINITY:
            self._remove(network, route)
        else:
            path.updated, path.next_hop = self._clock.now, next_hop
            route.metric, route.tag, route.changed = metric, tag, True
            self._environment.install(network, route)
            self._changed()

    def _remove(self, network: NetworkKey, route: RipRoute) -> None:
        """The route is lost: it leaves the routing table, and that is told for a while."""
        if self.trace is not None:
            self.trace.database(f"{network_text(network)} is lost")
        route.state, route.changed, route.hidden = State.GONE, True, False
        route.dropped_at = self._clock.now + self._telling
        self._environment.withdraw(network)
        self._watch(route.dropped_at)
        self._changed()

    @property
    def _telling(self) -> int:
        """How long the neighbours are told that a route is lost."""
        timers = self._settings.timers
        return max(timers.flush - timers.invalid, timers.update) * SECOND

    # What the router does

    def lose(self, network: NetworkKey) -> None:
        """A route of the router's own is no more: the neighbours are told so."""
        self.routes[network] = route = RipRoute(INFINITY, state=State.GONE)
        route.dropped_at = self._clock.now + self._telling
        self._watch(route.dropped_at)
        self._changed()

    def displace(self, network: NetworkKey) -> None:
        """A route of the router's own takes the place of what was learnt."""
        if self.routes.pop(network, None) is not None:
            self._environment.withdraw(network)

    def keep_only(self, interfaces: Mapping[str, RipInterface]) -> None:
        """Loses the ways through interfaces that are down, or have other addresses now."""
        for network, route in list(self.routes.items()):
            if route.state is State.GONE:
                continue
            paths = [path for path in route.paths if self._reaches(interfaces.get(path.interface), path)]
            if len(paths) == len(route.paths):
                continue
            if paths:
                route.paths = paths
                self._environment.install(network, route)
            else:
                self._remove(network, route)

    def _reaches(self, interface: RipInterface | None, path: RipPath) -> bool:
        if interface is None:
            return False
        return not self._settings.validate_source or interface.prefix_of(path.next_hop) is not None

    def clear(self, network: NetworkKey | None = None) -> None:
        """Forgets one route, or all."""
        for key in list(self.routes) if network is None else [network]:
            if self.routes.pop(key, None) is not None:
                self._environment.withdraw(key)

    # Time

    def _watch(self, when: int) -> None:
        """Makes sure that the routes are looked at by then."""
        timer = self._timer
        if timer is not None and timer.active:
            if timer.when <= when:
                return
            timer.cancel()
        self._timer = self._clock.call_at(max(when, self._clock.now), self._look, background=True)

    def _look(self) -> None:
        """Ends what is due, and waits for the next."""
        timers, now = self._settings.timers, self._clock.now
        invalid, due = timers.invalid * SECOND, []
        for network, route in list(self.routes.items()):
            if route.state is State.VALID:
                old = [path for path in route.paths if path.updated + invalid <= now]
                if len(old) == len(route.paths):
                    self._expire(network, route)
                elif old:
                    route.paths = [path for path in route.paths if path not in old]
                    self._environment.install(network, route)
            if route.state is State.VALID:
                due.append(min(path.updated for path in route.paths) + invalid)
            elif route.dropped_at <= now:
                self._drop(network, route)
            else:
                due.append(route.dropped_at)
        for source, heard in list(self.sources.items()):
            if heard + timers.flush * SECOND <= now:
                del self.sources[source]
                self._silent(source)
        if due:
            self._watch(min(due))

    def _expire(self, network: NetworkKey, route: RipRoute) -> None:
        """Nobody tells of the route any more."""
        timers, now = self._settings.timers, self._clock.now
        dropped_at = route.updated + timers.flush * SECOND
        if not timers.holddown or dropped_at <= now:
            self._remove(network, route)
            return
        if self.trace is not None:
            self.trace.database(f"{network_text(network)} is possibly down")
        route.state, route.changed = State.HELD, True
        route.held_until, route.dropped_at = now + timers.holddown * SECOND, dropped_at
        self._environment.install(network, route)
        self._changed()

    def _drop(self, network: NetworkKey, route: RipRoute) -> None:
        del self.routes[network]
        if route.state is State.HELD:
            self._environment.withdraw(network)


def network_text(network: NetworkKey) -> str:
    """A network as IOS writes it: `10.0.0.0/8`."""
    address, length = network
    return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}/{length}"
