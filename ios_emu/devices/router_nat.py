"""NAT at the router: the engine of `stack/nat.py`, as the configuration says at each moment.

The engine exists as soon as anything of NAT is configured. A change of the configuration leaves the entries
of all mappings that stay; what belonged to one that went goes with it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ios_emu.clock import SECOND
from ios_emu.devices.debugging import NAT, NAT_DETAILED
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.nat_settings import INSIDE, OUTSIDE, TIMEOUTS
from ios_emu.stack.routing import StaticRoute
from ios_emu.wire.ipv4 import ICMP, TCP, UDP, Ipv4Packet

if TYPE_CHECKING:
    from ios_emu.devices.nat_entries import NatRule, NatStatic
    from ios_emu.devices.router import Router
    from ios_emu.stack.nat import Nat
    from ios_emu.stack.nat_entry import NatEntry
    from ios_emu.stack.nat_pool import AddressPool
    from ios_emu.stack.nat_rules import DynamicRule, NatEvent
    from ios_emu.stack.node import Node
    from ios_emu.stack.tcp import TcpStack

PROTOCOLS = {"tcp": TCP, "udp": UDP}
"""Those of static mappings of a port."""

_FIELDS = dict(zip(TIMEOUTS, ("simple", "udp", "dns", "tcp", "finrst", "syn", "icmp"), strict=True))
# A pool that is exhausted is told of once in that time.
_ALLOCATION_LOG = 60 * SECOND


class RouterNat:
    """The translations of `router`."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._engine: Nat | None = None
        self._pools: dict[str, AddressPool] = {}
        self._rules: dict[NatRule, DynamicRule] = {}
        self._statics: dict[NatStatic, tuple[int, NatEntry]] = {}
        self._logged: dict[str, int] = {}
        self._mappings = 0
        router.network.on_change(self._apply)
        router.debugging.on_change(self._set_trace)

    @property
    def engine(self) -> Nat | None:
        """The engine, as the configuration is now; None where there was never anything for it to do."""
        self._settle()
        return self._engine

    def _settle(self) -> None:
        """Carries out what was configured last, if that still waits."""
        if not self._router.reading_nvram:
            self._router.network.settle()

    def restart(self) -> None:
        """The router boots: there are no translations."""
        if self._engine is not None:
            self._engine.clear()
            self._engine = None
            self._pools.clear()
            self._rules.clear()
            self._statics.clear()
            self._logged.clear()
            self._mappings = 0

    def rule_of(self, rule: NatRule) -> DynamicRule | None:
        """The engine's side of a mapping."""
        self._settle()
        return self._rules.get(rule)

    def entry_of(self, static: NatStatic) -> NatEntry | None:
        """The entry of a static mapping; None for one of networks, or of an interface without address."""
        self._settle()
        found = self._statics.get(static)
        return None if found is None else found[1]

    def pool_of(self, name: str) -> AddressPool | None:
        """The addresses of a pool."""
        self._settle()
        return self._pools.get(name)

    def routes(self) -> list[StaticRoute]:
        """The routes that `add-route` adds: to the outside local address of a station by its global one."""
        settings = self._router.config.nat
        pairs = [
            (static.after, static.before)
            for static in settings.statics
            if static.after is not None and "add-route" in static.options
        ]
        for rule in settings.rules.values():
            if rule.add_route and rule in self._rules and self._engine is not None:
                pairs += [
                    (IPv4Address(entry.outside_local), IPv4Address(entry.outside_global))
                    for entry in self._engine.table
                    if entry.rule is self._rules[rule] and not entry.extended
                ]
        return [StaticRoute(IPv4Network(local), global_, None) for local, global_ in pairs]

    def interfaces(self, side: str) -> list[str]:
        """The names of the interfaces of one side, in order."""
        config = self._router.config
        return [str(name) for name in sorted(config.interfaces) if config.interfaces[name].nat == side]

    # The configuration

    def _apply(self) -> None:
        settings = self._router.config.nat
        inside, outside = self.interfaces(INSIDE), self.interfaces(OUTSIDE)
        node = self._router.network.node
        if self._engine is None:
            if settings.empty and not inside and not outside:
                return
            self._engine = self._made(node)
        engine = self._engine
        engine.inside, engine.outside = frozenset(inside), frozenset(outside)
        engine.max_entries = settings.max_entries
        self._set_timeouts(engine)
        self._set_pools()
        self._set_rules(engine)
        self._set_statics(engine)
        engine.follow_addresses()
        self._join(node, engine if outside else None)
        self._set_trace()

    def _made(self, node: Node) -> Nat:
        from ios_emu.stack.nat import Nat
        from ios_emu.stack.nat_pool import PACKET_TRACER_GROUPS
        from ios_emu.wire import icmp

        engine = Nat(
            self._router.clock,
            unreachable=lambda interface, packet: node.icmp.error(
                interface, packet, icmp.DESTINATION_UNREACHABLE, icmp.HOST_UNREACHABLE
            ),
            reserved=partial(_used_by, node),
        )
        if self._router.dialect is Dialect.PACKET_TRACER:
            engine.mappings.ports.groups = PACKET_TRACER_GROUPS
        engine.exhausted = self._exhausted
        engine.assigned = self._assigned
        _reserve(node, engine.mappings.ports.uses)
        return engine

    def _join(self, node: Node, engine: Nat | None) -> None:
        from ios_emu.stack.packet_policy import PacketPolicy

        policy = node.policy
        if policy is None:
            if engine is None:
                return
            policy = node.policy = PacketPolicy(node)
        policy.translation = engine
        if policy.empty:
            node.policy = None

    def _set_timeouts(self, engine: Nat) -> None:
        from ios_emu.stack.nat_rules import Timeouts

        configured = self._router.config.nat.timeouts
        engine.timeouts = Timeouts(
            **{_FIELDS[name]: (seconds or 0) * SECOND for name, seconds in configured.items()}
        )

    def _set_pools(self) -> None:
        from ios_emu.stack.nat_pool import AddressPool

        wanted = self._router.config.nat.pools
        for name in [name for name in self._pools if name not in wanted]:
            del self._pools[name]
        for name, pool in wanted.items():
            shape = (int(pool.first), int(pool.last), pool.length, pool.kind)
            present = self._pools.get(name)
            if present is None or (present.first, present.last, present.length, present.kind) != shape:
                self._pools[name] = AddressPool(name, *shape)

    def _set_rules(self, engine: Nat) -> None:
        wanted = self._router.config.nat.rules.values()
        for rule in [rule for rule in self._rules if rule not in wanted]:
            engine.remove_rule(self._rules.pop(rule))
        for rule in wanted:
            if rule not in self._rules:
                self._rules[rule] = self._new_rule(rule)
            made = self._rules[rule]
            pool = None if rule.pool is None else self._pools.get(rule.pool)
            if made.pool is not pool:
                engine.remove_rule(made)
                made.pool = pool
        engine.mappings.rules = [self._rules[rule] for rule in wanted]

    def _new_rule(self, rule: NatRule) -> DynamicRule:
        from ios_emu.stack.nat_rules import DynamicRule
        from ios_emu.stack.nat_words import INSIDE_DESTINATION

        self._mappings += 1
        permits = partial(self.permits, rule.access_list)
        if rule.kind == INSIDE_DESTINATION:
            permits = partial(self._permits_destination, rule.access_list)
        made = DynamicRule(rule.kind, rule.access_list, self._mappings, permits, overload=rule.overload)
        if rule.interface is not None:
            made.address = partial(self._address, rule.interface)
        return made

    def permits(self, name: str, packet: Ipv4Packet) -> bool:
        """Does that access list permit the packet? One that does not exist has nothing translated."""
        found = self._router.config.access_lists.get(name)
        return found is not None and found.permits(packet)

    def _permits_destination(self, name: str, packet: Ipv4Packet) -> bool:
        """The same of the address that it goes to: a standard list looks at sources alone."""
        found = self._router.config.access_lists.get(name)
        if found is None:
            return False
        return found.permits(packet if found.extended else packet._replace(source=packet.destination))

    def _address(self, interface: str) -> int | None:
        found = self._router.network.named(interface)
        return None if found is None else found.primary

    def _set_statics(self, engine: Nat) -> None:
        from ios_emu.stack.nat_rules import StaticNetwork

        wanted = self._router.config.nat.statics
        kept = set(wanted)
        for static in [static for static in self._statics if static not in kept]:
            engine.remove(self._statics.pop(static)[1])
        networks = []
        for static in wanted:
            after = static.after
            if static.interface is not None:
                address = self._address(static.interface)
                after = None if address is None else IPv4Address(address)
            if static.length is not None and after is not None:
                networks.append(StaticNetwork(int(static.before), int(after), static.length))
                continue
            present = self._statics.get(static)
            if present is not None and (after is None or present[0] != int(after)):
                engine.remove(self._statics.pop(static)[1])
                present = None
            if present is None and after is not None:
                entry = _static_entry(static, int(after))
                self._statics[static] = int(after), entry
                engine.add_static(entry)
            if static in self._statics:
                entry = self._statics[static][1]
                entry.extendable = "extendable" in static.options
                entry.alias = "no-alias" not in static.options
        engine.mappings.networks = networks

    def _set_trace(self) -> None:
        """Shows what the engine does while `debug ip nat` is on."""
        if self._engine is not None:
            shown = {NAT, NAT_DETAILED} & self._router.debugging.active
            self._engine.trace = self._trace if shown else None

    def _trace(self, event: NatEvent) -> None:
        from ios_emu.devices.nat_debug import nat_lines

        router, debugging = self._router, self._router.debugging
        only = debugging.nat_list
        if only is not None and event.before is not None and not self.permits(str(only), event.before):
            return
        detailed = NAT_DETAILED in debugging.active
        # Packet Tracer has no details, but tells of this.
        failures = detailed or router.dialect is Dialect.PACKET_TRACER
        for line in nat_lines(event, detailed, failures):
            router.report_debug(line)

    def _assigned(self, entry: NatEntry) -> None:
        """An outside station has got another address inside: there may be a route to add."""
        if entry.outside and any(rule.add_route for rule in self._router.config.nat.rules.values()):
            self._router.network.changed()

    def _exhausted(self, rule: DynamicRule, packet: Ipv4Packet) -> None:
        if rule.pool is None or self._router.dialect is Dialect.PACKET_TRACER:
            return
        name, now = rule.pool.name, self._router.clock.now
        if name in self._logged and now - self._logged[name] < _ALLOCATION_LOG:
            return
        self._logged[name] = now
        source = IPv4Address(packet.source)
        text = f"Address allocation failed for {source}, pool {name} might be exhausted"
        self._router.report("IPNAT-4-ADDR_ALLOC_FAILURE", text)


def _static_entry(static: NatStatic, after: int) -> NatEntry:
    from ios_emu.stack.nat_entry import ANY, NOWHERE, NatEntry

    before = int(static.before)
    protocol = PROTOCOLS.get(static.protocol, ANY)
    nowhere = (NOWHERE, NOWHERE)
    if static.side == INSIDE:
        ports = (static.before_port, static.after_port, 0, 0)
        entry = NatEntry(protocol, (before, after), nowhere, ports, extended=bool(protocol), static=True)
    else:
        ports = (0, 0, static.after_port, static.before_port)
        entry = NatEntry(protocol, nowhere, (after, before), ports, extended=bool(protocol), static=True)
        entry.outside = True
    return entry


def _reserve(node: Node, uses: Callable[[int, int], bool]) -> None:
    """The router itself gets no port, and no identifier, that a translation uses."""
    node.icmp.reserved = partial(uses, ICMP)
    node.udp.reserved = partial(uses, UDP)

    def reserve(tcp: TcpStack) -> None:
        tcp.reserved = partial(uses, TCP)

    # TCP is made when it is first used.
    if "tcp" in node.__dict__:
        reserve(node.tcp)
    else:
        node.tcp_services.append(reserve)


def _used_by(node: Node, protocol: int, address: int, port: int) -> bool:
    """Does the router itself use a port of that address?"""
    if not node.is_local(address):
        return False
    if protocol == ICMP:
        return node.icmp.uses(port)
    if protocol == UDP:
        return node.udp.uses(port)
    return "tcp" in node.__dict__ and node.tcp.uses(port)
