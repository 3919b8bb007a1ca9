"""`ip nat ...` in global configuration and on interfaces."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network

from ios_emu.cli.commands.config_kept import printed
from ios_emu.cli.dialogue import Dialogue, Interrupted, Reply
from ios_emu.cli.own_words import OwnWords
from ios_emu.cli.questions import ask_yes
from ios_emu.cli.shell import Call
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.nat_entries import NatPool, NatRule, NatStatic
from ios_emu.devices.nat_settings import INSIDE, OUTSIDE
from ios_emu.stack.nat_words import (
    GENERIC,
    INSIDE_DESTINATION,
    INSIDE_SOURCE,
    MATCH_HOST,
    OUTSIDE_SOURCE,
    ROTARY,
)

_LONGEST_POOL_PREFIX = 30
_REASSEMBLY = "ip virtual-reassembly"
_NOT_FOUND = "%Translation not found\n"


def ip_nat_pool(
    call: Call,
    nat_pool: str,
    pool_start: IPv4Address | None = None,
    pool_end: IPv4Address | None = None,
    pool_mask: IPv4Address | None = None,
    pool_length: int | None = None,
    pool_match_host: str | None = None,
    pool_rotary: str | None = None,
) -> str:
    """`ip nat pool NAME FIRST LAST {netmask M | prefix-length N} [type match-host|rotary]`."""
    settings = call.config.nat
    present = settings.pools.get(nat_pool)
    if call.no:
        if present is None:
            return f"%Pool {nat_pool} not found\n"
        if _in_use(call, nat_pool):
            return f"%Pool {nat_pool} in use, cannot destroy\n"
        del settings.pools[nat_pool]
        return ""
    assert pool_start is not None
    assert pool_end is not None
    length = pool_length
    if length is None:
        assert pool_mask is not None
        length = _length_of(pool_mask)
        if length is None:
            raise call.invalid("pool_mask")
    if pool_end < pool_start:
        return "%End address less than start address\n"
    if length > _LONGEST_POOL_PREFIX:
        return f"%Pool {nat_pool} prefix length {length} too large; should be no more than 30\n"
    if pool_end not in IPv4Network((int(pool_start), length), strict=False):
        return "%Start and end addresses on different subnets\n"
    kind = MATCH_HOST if pool_match_host else ROTARY if pool_rotary else GENERIC
    pool = NatPool(nat_pool, pool_start, pool_end, length, pool_length is not None, kind)
    if present is not None and present != pool and _in_use(call, nat_pool):
        raise OwnWords.POOL_IN_USE.refusal(pool=nat_pool)
    settings.pools[nat_pool] = pool
    return ""


def _length_of(mask: IPv4Address) -> int | None:
    try:
        network = IPv4Network(f"0.0.0.0/{mask}")
    except ValueError:
        return None
    return network.prefixlen if network.netmask == mask else None


def _in_use(call: Call, name: str) -> bool:
    """Does a mapping name the pool, or are addresses of it given out?"""
    pool = call.router.nat.pool_of(name)
    return call.config.nat.uses(name) or (pool is not None and bool(pool.allocated))


# Dynamic mappings


def nat_inside_source(
    call: Call,
    nat_list_number: int | None = None,
    nat_list_name: str | None = None,
    rule_pool: str | None = None,
    overload: str | None = None,
    **interface: object,
) -> Reply:
    """`ip nat inside source list L {pool P | interface X} [overload]`."""
    name = str(nat_list_number or nat_list_name)
    out_of = _interface(call) if interface else None
    return _rule(call, NatRule(INSIDE_SOURCE, name, rule_pool, out_of, overload is not None))


def nat_inside_destination(
    call: Call,
    nat_list_number: int | None = None,
    nat_list_name: str | None = None,
    rule_pool: str | None = None,
) -> Reply:
    """`ip nat inside destination list L pool P`: who is in the pool shares the load."""
    return _rule(call, NatRule(INSIDE_DESTINATION, str(nat_list_number or nat_list_name), rule_pool))


def nat_outside_source(
    call: Call,
    nat_list_number: int | None = None,
    nat_list_name: str | None = None,
    rule_pool: str | None = None,
    add_route: str | None = None,
) -> Reply:
    """`ip nat outside source list L pool P [add-route]`."""
    name = str(nat_list_number or nat_list_name)
    return _rule(call, NatRule(OUTSIDE_SOURCE, name, rule_pool, add_route=add_route is not None))


def _rule(call: Call, rule: NatRule) -> Reply:
    rules, key = call.config.nat.rules, (rule.kind, rule.access_list)
    present = rules.get(key)
    if call.no:
        if present is None or rule.pool not in (None, present.pool):
            raise OwnWords.NO_SUCH_MAPPING.refusal()
        if not _references(call, present):
            del rules[key]
            return ""
        if call.dialect is Dialect.PACKET_TRACER:
            return "%Dynamic mapping in use, cannot remove\n"
        return _remove_rule(call, key)
    if present is not None and present != rule and _references(call, present):
        raise OwnWords.MAPPING_IN_USE.refusal()
    rules[key] = rule
    return ""


def _references(call: Call, rule: NatRule) -> int:
    made = call.router.nat.rule_of(rule)
    return 0 if made is None else made.references


def _remove_rule(call: Call, key: tuple[str, str]) -> Dialogue:
    question = "\nDynamic mapping in use, do you want to delete all entries? [no]: "
    if (yield from _confirmed(question)):
        call.config.nat.rules.pop(key, None)
        call.router.network.changed()
    return ""


def _confirmed(question: str) -> Dialogue:
    try:
        return "yes" if (yield from ask_yes(question, False)) else ""
    except Interrupted:
        return ""


# Static mappings


def nat_inside_static(
    call: Call,
    local_ip: IPv4Address | None = None,
    local_port: int = 0,
    global_ip: IPv4Address | None = None,
    global_port: int = 0,
    static_tcp: str | None = None,
    static_udp: str | None = None,
    local_network: IPv4Address | None = None,
    global_network: IPv4Address | None = None,
    static_length: int | None = None,
    static_mask: IPv4Address | None = None,
    extendable: str | None = None,
    no_alias: str | None = None,
    no_payload: str | None = None,
    **interface: object,
) -> Reply:
    """`ip nat inside source static [tcp|udp|network] LOCAL [PORT] {GLOBAL | interface X} [PORT] ...`."""
    before, after, length = local_ip, global_ip, None
    if local_network is not None:
        length = static_length if static_mask is None else _length_of(static_mask)
        if length is None:
            raise call.invalid("static_mask")
        before, after = local_network, global_network
    assert before is not None
    protocol = static_tcp or static_udp or ""
    # IOS itself adds it where several ports of one address may be given away.
    extendable = extendable or ("extendable" if protocol and after is not None and _ios(call) else None)
    static = NatStatic(
        INSIDE,
        before,
        after,
        protocol,
        local_port,
        global_port,
        _interface(call) if interface else None,
        length,
        static_length is not None,
        _options(extendable, no_alias, no_payload),
    )
    return _static(call, static)


def nat_outside_static(
    call: Call,
    local_ip: IPv4Address,
    global_ip: IPv4Address,
    local_port: int = 0,
    global_port: int = 0,
    static_tcp: str | None = None,
    static_udp: str | None = None,
    add_route: str | None = None,
    extendable: str | None = None,
    no_alias: str | None = None,
    no_payload: str | None = None,
) -> Reply:
    """`ip nat outside source static [tcp|udp] GLOBAL [PORT] LOCAL [PORT] [add-route]`."""
    protocol = static_tcp or static_udp or ""
    options = _options(add_route, extendable, no_alias, no_payload)
    static = NatStatic(OUTSIDE, global_ip, local_ip, protocol, global_port, local_port, options=options)
    return _static(call, static)


def _ios(call: Call) -> bool:
    return call.dialect is Dialect.IOS


def _options(*words: str | None) -> tuple[str, ...]:
    return tuple(word for word in words if word is not None)


def _interface(call: Call) -> str:
    """The name of the interface in the line, as the configuration has it; it may be one that is only kept."""
    match = re.search(r" interface (\S+)", printed(call.command.text))
    assert match is not None
    return match[1]


def _static(call: Call, static: NatStatic) -> Reply:
    statics = call.config.nat.statics
    if call.no:
        if static not in statics:
            return _NOT_FOUND
        present = statics[statics.index(static)]
        entry = call.router.nat.entry_of(present)
        if entry is None or not entry.children or not _ios(call):
            statics.remove(present)
            return ""
        return _remove_static(call, present)
    if static in statics:
        # What stands behind the addresses may change.
        statics[statics.index(static)] = static
        return ""
    for other in statics:
        if other.side != static.side or other.protocol != static.protocol:
            continue
        same_after = (other.after, other.interface, other.after_port) == (
            static.after,
            static.interface,
            static.after_port,
        )
        if same_after:
            return f"% similar static entry ({other.pair}) already exists\n"
        same_before = (other.before, other.before_port) == (static.before, static.before_port)
        if same_before and other.length == static.length and "extendable" not in static.options:
            return f"% {other.before} already mapped ({other.pair})\n"
    statics.append(static)
    # They are printed in this order.
    statics.sort(key=lambda one: one.side)
    return ""


def _remove_static(call: Call, static: NatStatic) -> Dialogue:
    question = "\nStatic entry in use, do you want to delete child entries? [no]: "
    if (yield from _confirmed(question)) and static in call.config.nat.statics:
        call.config.nat.statics.remove(static)
        call.router.network.changed()
    return ""


# Timeouts and limits


def _timeout(call: Call, name: str, seconds: int | None) -> str:
    timeouts = call.config.nat.timeouts
    if call.no:
        timeouts.pop(name, None)
    else:
        timeouts[name] = seconds
    return ""


def nat_timeout(call: Call, nat_seconds: int | None = None, nat_never: str | None = None) -> str:
    """`ip nat translation timeout {SECONDS | never}`: of simple dynamic entries."""
    return _timeout(call, "timeout", nat_seconds)


def nat_tcp_timeout(call: Call, nat_seconds: int | None = None, nat_never: str | None = None) -> str:
    """`ip nat translation tcp-timeout {SECONDS | never}`."""
    return _timeout(call, "tcp-timeout", nat_seconds)


def nat_finrst_timeout(call: Call, nat_seconds: int | None = None, nat_never: str | None = None) -> str:
    """`ip nat translation finrst-timeout {SECONDS | never}`."""
    return _timeout(call, "finrst-timeout", nat_seconds)


def nat_syn_timeout(call: Call, nat_seconds: int | None = None, nat_never: str | None = None) -> str:
    """`ip nat translation syn-timeout {SECONDS | never}`."""
    return _timeout(call, "syn-timeout", nat_seconds)


def nat_udp_timeout(call: Call, nat_seconds: int | None = None, nat_never: str | None = None) -> str:
    """`ip nat translation udp-timeout {SECONDS | never}`."""
    return _timeout(call, "udp-timeout", nat_seconds)


def nat_dns_timeout(call: Call, nat_seconds: int | None = None, nat_never: str | None = None) -> str:
    """`ip nat translation dns-timeout {SECONDS | never}`."""
    return _timeout(call, "dns-timeout", nat_seconds)


def nat_icmp_timeout(call: Call, nat_seconds: int | None = None, nat_never: str | None = None) -> str:
    """`ip nat translation icmp-timeout {SECONDS | never}`."""
    return _timeout(call, "icmp-timeout", nat_seconds)


def nat_max_entries(call: Call, nat_entries: int | None = None) -> str:
    """`ip nat translation max-entries N`."""
    call.config.nat.max_entries = None if call.no else nat_entries
    return ""


# Interfaces


def interface_nat_inside(call: Call) -> str:
    """`ip nat inside`."""
    return _side(call, INSIDE)


def interface_nat_outside(call: Call) -> str:
    """`ip nat outside`."""
    return _side(call, OUTSIDE)


def _side(call: Call, side: str) -> str:
    interface = call.interface
    if call.no:
        if interface.nat == side:
            interface.nat = None
            if interface.virtual_reassembly == f"no {_REASSEMBLY}":
                interface.virtual_reassembly = None
        return ""
    interface.nat = side
    if interface.virtual_reassembly is None and _ios(call):
        # NAT brings it: a fragment without ports can't be translated by itself.
        interface.virtual_reassembly = _REASSEMBLY
    return ""


def virtual_reassembly(call: Call, kept_text: str | None = None) -> str:
    """`ip virtual-reassembly [...]`, which NAT switches on."""
    interface = call.interface
    by_nat = interface.nat is not None and _ios(call)
    if call.command.negated:
        interface.virtual_reassembly = f"no {_REASSEMBLY}" if by_nat else None
    elif call.command.defaulted:
        interface.virtual_reassembly = _REASSEMBLY if by_nat else None
    else:
        interface.virtual_reassembly = call.command.text
    return ""
