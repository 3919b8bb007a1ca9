"""`show ip nat ...`, `clear ip nat ...` and `debug ip nat`."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ios_emu.cli.dialogue import Answer, Output
from ios_emu.cli.own_words import OwnWords
from ios_emu.cli.shell import Call
from ios_emu.clock import MILLISECOND, SECOND
from ios_emu.devices.debugging import NAT, NAT_DETAILED
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.nat_entries import NatRule, NatStatic
from ios_emu.devices.nat_settings import INSIDE, OUTSIDE
from ios_emu.stack.nat_words import INSIDE_DESTINATION, INSIDE_SOURCE, OUTSIDE_SOURCE
from ios_emu.wire.ipv4 import ICMP, TCP, UDP

if TYPE_CHECKING:
    from ios_emu.stack.nat import Nat
    from ios_emu.stack.nat_entry import NatEntry
    from ios_emu.stack.nat_rules import NatCounters

_NAMES = {TCP: "tcp", UDP: "udp", ICMP: "icmp", 47: "gre", 50: "esp"}
_NOBODY = "---"
_BREATH = 200
_TITLES = {
    INSIDE_SOURCE: "Inside Source",
    INSIDE_DESTINATION: "Inside Destination",
    OUTSIDE_SOURCE: "Outside Source",
}


def show_ip_nat_translations(
    call: Call,
    shown_icmp: str | None = None,
    shown_tcp: str | None = None,
    shown_udp: str | None = None,
    nat_verbose: str | None = None,
) -> Answer:
    """`show ip nat translations [icmp|tcp|udp] [verbose]`."""
    engine = call.router.nat.engine
    wanted = shown_icmp or shown_tcp or shown_udp
    networks = [one for one in call.config.nat.statics if one.length is not None]
    entries = [] if engine is None else _in_order(engine, call.dialect)
    if wanted is not None:
        entries, networks = [one for one in entries if _NAMES.get(one.protocol) == wanted], []
    if not entries and not networks:
        return ""
    rows = _rows(call, entries, networks, nat_verbose is not None)
    return Output(rows)


def _in_order(engine: Nat, dialect: Dialect) -> list[NatEntry]:
    """IOS has the flows of an address, and then what they are of; Packet Tracer all flows first."""
    if dialect is Dialect.PACKET_TRACER:
        return sorted(engine.table, key=lambda one: (one.static or not one.extended, one.number))

    def place(entry: NatEntry) -> tuple[int, bool, int]:
        address = entry.inside_global or entry.outside_local
        return address, entry.static or not entry.extended, entry.number

    return sorted(engine.table, key=place)


def _rows(
    call: Call, entries: list[NatEntry], networks: list[NatStatic], verbose: bool
) -> Iterator[str | None]:
    ios = call.dialect is Dialect.IOS
    if ios:
        yield "Pro Inside global      Inside local       Outside local      Outside global"
    else:
        yield "Pro  Inside global     Inside local       Outside local      Outside global"
    now = call.router.clock.now
    for number, entry in enumerate(entries, 1):
        name = _NAMES.get(entry.protocol, str(entry.protocol)) if entry.protocol else _NOBODY
        yield _row(ios, name, *_ends(entry))
        if verbose:
            yield from _details(entry, now)
        if number % _BREATH == 0:
            yield None
    for static in networks:
        assert static.after is not None
        yield _row(ios, _NOBODY, str(static.after), str(static.before), _NOBODY, _NOBODY)
    if not ios:
        yield ""


def _row(ios: bool, name: str, *ends: str) -> str:
    if not ios:
        return f"{name:<5}{ends[0]:<18}{ends[1]:<19}{ends[2]:<19}{ends[3]}"
    first = f"{name} {ends[0]}"
    return f"{first:<22} {ends[1]:<18} {ends[2]:<18} {ends[3]}"


def _ends(entry: NatEntry) -> Iterator[str]:
    local, global_, outside_local, outside_global = entry.ports
    for address, port in (
        (entry.inside_global, global_),
        (entry.inside_local, local),
        (entry.outside_local, outside_local),
        (entry.outside_global, outside_global),
    ):
        if not address:
            yield _NOBODY
        else:
            yield f"{IPv4Address(address)}:{port}" if entry.extended else str(IPv4Address(address))


def _details(entry: NatEntry, now: int) -> Iterator[str]:
    left = ""
    if entry.timeout:
        left = f"left {_time(max(entry.used + entry.timeout - now, 0))}, "
    mapping = "" if entry.rule is None else f"Map-Id(In): {entry.rule.number}, "
    since = f"create {_time(now - entry.created)}, use {_time(now - entry.used)}"
    yield f"    {since} timeout:{entry.timeout // MILLISECOND}, {left}{mapping}"
    flags = [
        name
        for name, set_ in (
            ("static", entry.static),
            ("extended", entry.extended),
            ("outside", entry.outside),
            ("destination", entry.destination),
            ("extendable", entry.extendable),
            ("timing-out", entry.closing),
        )
        if set_
    ]
    yield "    flags: "
    counts = f"use_count: {entry.children}, entry-id: {entry.number}, lc_entries: 0"
    yield f"{', '.join(flags) or 'none'}, {counts}"


def _time(duration: int) -> str:
    """Hours, minutes and seconds."""
    seconds = duration // SECOND
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def show_ip_nat_statistics(call: Call) -> str:
    """`show ip nat statistics`."""
    engine = call.router.nat.engine
    lines = _ios_statistics(call, engine) if call.dialect is Dialect.IOS else _pt_statistics(call, engine)
    return "".join(f"{line}\n" for line in lines)


def _counts(call: Call, engine: Nat | None) -> tuple[int, int, int, int]:
    """All, static, dynamic, extended entries."""
    entries = [] if engine is None else list(engine.table)
    networks = sum(one.length is not None for one in call.config.nat.statics)
    static = sum(entry.static for entry in entries) + networks
    extended = sum(entry.extended for entry in entries)
    return len(entries) + networks, static, len(entries) + networks - static, extended


def _counters(engine: Nat | None) -> NatCounters:
    from ios_emu.stack.nat_rules import NatCounters

    return NatCounters() if engine is None else engine.counters


def _dynamic_mappings(call: Call) -> Iterator[str]:
    ios = call.dialect is Dialect.IOS
    yield "Dynamic mappings:"
    for kind, title in _TITLES.items():
        rules = [rule for rule in call.config.nat.rules.values() if rule.kind == kind]
        if rules:
            yield f"-- {title}"
        for rule in rules:
            made = call.router.nat.rule_of(rule)
            number, references = (0, 0) if made is None else (made.number, made.references)
            if ios:
                yield f"[Id: {number}] {_mapping(rule)} refcount {references}"
            else:
                yield f"{_mapping(rule)} refCount {references}"
            yield from _pool(call, rule, ios=ios)


def _ios_statistics(call: Call, engine: Nat | None) -> Iterator[str]:
    counters, nat = _counters(engine), call.router.nat
    total, static, dynamic, extended = _counts(call, engine)
    yield f"Total active translations: {total} ({static} static, {dynamic} dynamic; {extended} extended)"
    peak = f"Peak translations: {counters.peak}"
    ago = _time(call.router.clock.now - counters.peak_at)
    yield f"{peak}, occurred {ago} ago" if counters.peak else peak
    for title, side in (("Outside interfaces:", OUTSIDE), ("Inside interfaces: ", INSIDE)):
        yield title
        names = nat.interfaces(side)
        if names:
            yield f"  {', '.join(names)}"
    yield f"Hits: {counters.hits}  Misses: {counters.misses}"
    punted = min(counters.made, counters.hits)
    yield f"CEF Translated packets: {counters.hits - punted}, CEF Punted packets: {punted}"
    yield f"Expired translations: {counters.expired}"
    yield from _dynamic_mappings(call)
    if call.config.nat.max_entries is not None:
        yield "nat-limit statistics:"
        allowed = call.config.nat.max_entries
        yield f" max entry: max allowed {allowed}, used {total}, missed {counters.over_limit}"
    yield from ("Appl doors: 0", "Normal doors: 0", "Queued Packets: 0")


def _pt_statistics(call: Call, engine: Nat | None) -> Iterator[str]:
    counters, nat = _counters(engine), call.router.nat
    total, static, dynamic, extended = _counts(call, engine)
    yield f"Total translations: {total} ({static} static, {dynamic} dynamic, {extended} extended)"
    yield f"Outside Interfaces: {' , '.join(nat.interfaces(OUTSIDE))}"
    yield f"Inside Interfaces: {' , '.join(nat.interfaces(INSIDE))}"
    # A packet for which an entry had to be made is a miss there.
    hits = max(counters.hits - counters.made, 0)
    yield f"Hits: {hits}  Misses: {counters.made + counters.misses}"
    yield f"Expired translations: {counters.expired}"
    yield from _dynamic_mappings(call)
    yield ""


def _mapping(rule: NatRule) -> str:
    to = f"pool {rule.pool}" if rule.pool is not None else f"interface {rule.interface}"
    return f"access-list {rule.access_list} {to}"


def _pool(call: Call, rule: NatRule, *, ios: bool) -> Iterator[str]:
    """The addresses of a mapping's pool, and how many are in use."""
    if rule.pool is None or rule.pool not in call.config.nat.pools:
        return
    pool = call.config.nat.pools[rule.pool]
    made = call.router.nat.pool_of(pool.name)
    allocated, misses = (0, 0) if made is None else (len(made.allocated), made.misses)
    total = int(pool.last) - int(pool.first) + 1
    margin, blank = ("\t", "") if ios else (" " * 7, " ")
    yield f" pool {pool.name}: netmask {IPv4Network((0, pool.length)).netmask}"
    yield f"{margin}start {pool.first} end {pool.last}"
    share = f"allocated {allocated} ({allocated * 100 // total}%)"
    yield f"{margin}type {pool.kind}, total addresses {total}{blank}, {share}, misses {misses}"


def clear_ip_nat_statistics(call: Call) -> str:
    """`clear ip nat statistics`."""
    engine = call.router.nat.engine
    if engine is not None:
        from ios_emu.stack.nat_rules import NatCounters

        engine.counters = NatCounters(peak=len(engine.table), peak_at=call.router.clock.now)
    return ""


def clear_ip_nat_translation(
    call: Call,
    clear_all: str | None = None,
    forced: str | None = None,
    cleared_global: IPv4Address | None = None,
    cleared_local: IPv4Address | None = None,
    cleared_outside_local: IPv4Address | None = None,
    cleared_outside_global: IPv4Address | None = None,
    clear_tcp: str | None = None,
    clear_udp: str | None = None,
    cleared_global_port: int = 0,
    cleared_local_port: int = 0,
    cleared_outside_local_port: int = 0,
    cleared_outside_global_port: int = 0,
) -> str:
    """`clear ip nat translation {* | forced | [tcp|udp] inside G L [outside L G] | outside L G} [forced]`."""
    engine = call.router.nat.engine
    if engine is None:
        return "" if clear_all or forced else "%Translation not found\n"
    if clear_all or (forced and cleared_global is None and cleared_outside_local is None):
        engine.clear()
        return ""
    protocol = TCP if clear_tcp else UDP if clear_udp else 0
    ports = (cleared_local_port, cleared_global_port, cleared_outside_local_port, cleared_outside_global_port)

    def fits(entry: NatEntry) -> bool:
        if entry.static or (protocol and entry.protocol != protocol):
            return False
        named = (
            (cleared_global, entry.inside_global),
            (cleared_local, entry.inside_local),
            (cleared_outside_local, entry.outside_local),
            (cleared_outside_global, entry.outside_global),
        )
        if any(address is not None and int(address) != its for address, its in named):
            return False
        if protocol:
            return all(not port or port == its for port, its in zip(ports, entry.ports, strict=True))
        simple = cleared_global is None or cleared_outside_local is None
        return entry.extended is not simple

    found = [entry for entry in engine.table if fits(entry)]
    if not found:
        return "%Translation not found\n"
    if not forced and any(entry.children for entry in found):
        raise OwnWords.HAS_FLOWS.refusal()
    for entry in found:
        if entry in engine.table:
            engine.remove(entry)
    return ""


def _state(subject: str, active: bool = True) -> str:
    return f"{subject} debugging is {'on' if active else 'off'}"


def debug_ip_nat(call: Call, nat_debug_list: int | None = None, nat_detailed: str | None = None) -> str:
    """`debug ip nat [LIST] [detailed]`."""
    subject = NAT_DETAILED if nat_detailed else NAT
    call.router.debugging.nat_list = nat_debug_list
    call.router.debugging.set(subject, True)
    only = "" if nat_debug_list is None else f" for access list {nat_debug_list}"
    return f"{_state(subject)}{only}\n"


def undebug_ip_nat(call: Call, nat_debug_list: int | None = None, nat_detailed: str | None = None) -> str:
    """`undebug ip nat [LIST] [detailed]`."""
    subject = NAT_DETAILED if nat_detailed else NAT
    call.router.debugging.set(subject, False)
    return f"{_state(subject, False)}\n"
