"""`show ip dhcp ...` and `clear ip dhcp ...`: the server's tables, as the 2811 and Packet Tracer print them.

The bindings are printed while they are looked up: a router may have very many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache
from ipaddress import IPv4Address

from ios_emu.cli.dialogue import BREATH, Dialogue, Output, Reply
from ios_emu.cli.own_words import OwnWords
from ios_emu.cli.shell import Call
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.system_clock import EPOCH
from ios_emu.services.dhcp_engine import DhcpEngine, PoolUsage
from ios_emu.services.dhcp_identity import dotted
from ios_emu.services.dhcp_keeper import AgentActivity
from ios_emu.services.dhcp_pool import Addresses, Binding, DatabaseAgent, Pool
from ios_emu.wire import dhcp

_NANOSECONDS = 1_000_000_000
_MINUTE = 60

# Where a binding's client identifier goes on in the next line.
_CLIENT_WIDTH = 20
# So many rows are made, or bindings cleared, before others may go first.
_ROWS = 250

_BINDINGS = """\
Bindings from all pools not associated with VRF:
IP address          Client-ID/\t \t    Lease expiration        Type
\t\t    Hardware address/
\t\t    User name"""
_BINDINGS_PACKET_TRACER = """\
IP address       Client-ID/              Lease expiration        Type
                 Hardware address"""
_CONFLICTS = "IP address        Detection method   Detection time          VRF"

# So many times of leases are kept as text: most leases end in the same minutes.
_TIMES = 4096

# What the server's memory is said to be: a sum of such parts. No two routers agree on it.
_MEMORY, _MEMORY_POOL, _MEMORY_BINDING = 16_384, 4_096, 512


# Bindings


def show_ip_dhcp_binding(call: Call, binding_address: IPv4Address | None = None) -> Output:
    """`show ip dhcp binding [ADDRESS]`."""
    engine = call.router.dhcp.engine
    if binding_address is None:
        return Output(_binding_lines(engine.bindings(), call.dialect))
    found = engine.binding(binding_address)
    return Output(_binding_lines(() if found is None else (found,), call.dialect))


def _binding_lines(bindings: Iterable[Binding], dialect: Dialect) -> Iterator[str | None]:
    packet_tracer = dialect is Dialect.PACKET_TRACER
    yield from (_BINDINGS_PACKET_TRACER if packet_tracer else _BINDINGS).split("\n")
    row = _packet_tracer_row if packet_tracer else _row
    for number, binding in enumerate(bindings, 1):
        yield from row(binding)
        if not number % _ROWS:
            yield None


def _packet_tracer_row(binding: Binding) -> Iterator[str]:
    client = bytes(binding.client)
    # Of an Ethernet client's identifier, type and address, the address.
    if len(client) == 7 and client[0] == 1:
        client = client[1:]
    kind = "Automatic" if binding.automatic else "Manual"
    yield f"{binding.address!s:<17}{dotted(client).upper():<24} {'--':<23}{kind}"


def _row(binding: Binding) -> Iterator[str]:
    client = dotted(binding.client)
    expiry = "Infinite" if binding.expires is None else _minute(binding.expires // _NANOSECONDS // _MINUTE)
    kind = "Automatic" if binding.automatic else "Manual"
    yield f"{binding.address!s:<20}{client[:_CLIENT_WIDTH]:<24}{expiry:<24}{kind}"
    for at in range(_CLIENT_WIDTH, len(client), _CLIENT_WIDTH):
        yield f"{'':<20}{client[at : at + _CLIENT_WIDTH]}"


@lru_cache(maxsize=_TIMES)
def _minute(minutes: int) -> str:
    """A time as the tables of DHCP print it; `minutes` is lab time."""
    return f"{EPOCH + timedelta(minutes=minutes):%b %d %Y %I:%M %p}"


def _time(nanoseconds: int | None) -> str:
    return "Never" if nanoseconds is None else _minute(nanoseconds // _NANOSECONDS // _MINUTE)


def clear_ip_dhcp_binding(
    call: Call, everything: str | None = None, binding_address: IPv4Address | None = None
) -> Reply:
    """`clear ip dhcp binding ADDRESS | *`: automatic bindings alone."""
    engine = call.router.dhcp.engine
    if binding_address is None:
        return _clear_all(engine)
    if engine.clear_binding(binding_address):
        return ""
    found = engine.binding(binding_address)
    if found is None:
        raise OwnWords.NO_BINDING.refusal(address=binding_address)
    raise OwnWords.MANUAL_BINDING.refusal(address=binding_address, pool=found.pool)


def _clear_all(engine: DhcpEngine) -> Dialogue:
    for number, binding in enumerate(engine.bindings(), 1):
        if binding.automatic:
            engine.clear_binding(binding.address)
        if not number % _ROWS:
            yield BREATH
    return ""


# Conflicts


def show_ip_dhcp_conflict(call: Call, conflict_address: IPv4Address | None = None) -> str:
    """`show ip dhcp conflict [ADDRESS]`."""
    lines = [_CONFLICTS]
    for address, method, time in call.router.dhcp.engine.conflicts():
        if conflict_address is None or address == int(conflict_address):
            lines.append(f"{IPv4Address(address)!s:<18}{method:<19}{_time(time):<24}")
    return _text(lines)


def clear_ip_dhcp_conflict(
    call: Call, everything: str | None = None, conflict_address: IPv4Address | None = None
) -> str:
    """`clear ip dhcp conflict ADDRESS | *`."""
    if not call.router.dhcp.engine.clear_conflict(None if everything is not None else conflict_address):
        raise OwnWords.NO_CONFLICT.refusal(address=conflict_address)
    return ""


# Pools


def show_ip_dhcp_pool(call: Call, pool: str | None = None) -> str:
    """`show ip dhcp pool [NAME]`."""
    server = call.config.dhcp
    if pool is not None and pool not in server.pools:
        raise OwnWords.NO_SUCH_POOL.refusal(pool=pool)
    shown = server.pools.values() if pool is None else [server.pools[pool]]
    engine, excluded = call.router.dhcp.engine, len(server.excluded)
    lines: list[str] = []
    for one in shown:
        lines += _pool(one, engine.pool_usage(one.name), call.dialect, excluded)
    return _text(lines)


def _pool(pool: Pool, usage: PoolUsage, dialect: Dialect, excluded: int) -> Iterator[str]:
    packet_tracer = dialect is Dialect.PACKET_TRACER
    vrf = pool.settings.get("vrf")
    facts: list[tuple[str, object]] = [
        ("Utilization mark (high/low)", f"{pool.mark('high').percent} / {pool.mark('low').percent}"),
        ("Subnet size (first/next)", "0 / 0 "),
        *([] if vrf is None else [("VRF name", vrf)]),
        ("Total addresses", usage.total),
        ("Leased addresses", usage.leased),
        *([("Excluded addresses", excluded)] if packet_tracer else []),
        ("Pending event", "none"),
    ]
    yield ""
    yield f"Pool {pool.name} :"
    yield from (f" {label:<31}: {value}" for label, value in facts)
    count = len(usage.subnets)
    subnets = f" {count} subnet is" if count < 2 else f" {count} subnets are"
    if packet_tracer:
        yield ""
        yield f"{subnets} currently in the pool"
    else:
        yield f"{subnets} currently in the pool :"
    title = "Leased/Excluded/Total" if packet_tracer else "Leased addresses"
    yield f" {'Current index':<20} {'IP address range':<35} {title}"
    for subnet in usage.subnets:
        # Packet Tracer's index never moves.
        current = subnet.first if packet_tracer else subnet.current
        middle = f" {current!s:<20} {subnet.first!s:<16} - {subnet.last!s:<16} "
        if packet_tracer:
            yield f"{middle}{subnet.leased:<4} / {excluded:<5} / {subnet.total}"
        else:
            yield f"{middle} {subnet.leased}"


# Statistics


def show_ip_dhcp_statistics(call: Call) -> str:
    """`show ip dhcp server statistics`."""
    engine, server = call.router.dhcp.engine, call.config.dhcp
    statistics, pools = engine.statistics, len(server.pools)
    automatic, manual = engine.automatic_bindings, engine.manual_bindings
    memory = _MEMORY + _MEMORY_POOL * pools + _MEMORY_BINDING * (automatic + manual)
    counters: tuple[tuple[str, object], ...] = (
        ("Memory usage", memory),
        ("Address pools", pools),
        ("Database agents", len(server.databases)),
        ("Automatic bindings", automatic),
        ("Manual bindings", manual),
        ("Expired bindings", statistics.expired),
        ("Malformed messages", statistics.malformed),
        ("Secure arp entries", engine.secure_arp_entries),
        *(("", ""), ("Message", "Received"), *statistics.received.items()),
        *(("", ""), ("Message", "Sent"), *statistics.sent.items()),
    )
    return _text(f"{label:<20} {value}".rstrip() for label, value in counters)


def clear_ip_dhcp_statistics(call: Call) -> str:
    """`clear ip dhcp server statistics`."""
    call.router.dhcp.engine.clear_statistics()
    return ""


# Database agents, relay, import


def show_ip_dhcp_database(call: Call, agent_url: str | None = None) -> str:
    """`show ip dhcp database [URL]`."""
    agents = call.config.dhcp.databases
    if agent_url is not None and agent_url not in agents:
        raise OwnWords.NO_SUCH_AGENT.refusal(url=agent_url)
    activity = call.router.dhcp.engine.database_activity()
    shown = [agent for url, agent in agents.items() if agent_url in (None, url)]
    return "\n".join(_text(_agent(agent, activity[agent.url])) for agent in shown)


def _agent(agent: DatabaseAgent, activity: AgentActivity) -> Iterator[str]:
    facts = (
        ("URL", agent.url),
        ("Read", _time(activity.read)),
        ("Written", _time(activity.written)),
        ("Status", _status(activity)),
        ("Delay", f"{agent.write_delay} seconds"),
        ("Timeout", f"{agent.timeout} seconds"),
        ("Failures", activity.failures),
        ("Successes", activity.successes),
    )
    return (f"{label:<10}:    {value}" for label, value in facts)


def _status(activity: AgentActivity) -> str:
    match activity.last:
        case "read":
            return "Last read succeeded. Bindings have been loaded in RAM."
        case "written":
            return OwnWords.AGENT_WRITTEN.text()
        case "failed":
            return OwnWords.AGENT_FAILED.text()
        case _:
            return OwnWords.AGENT_UNUSED.text()


def show_ip_dhcp_trusted_sources(call: Call) -> str:
    """`show ip dhcp relay information trusted-sources`."""
    if call.config.dhcp.relay.trust_all:
        return "All interfaces are trusted source of relay agent information option\n"
    trusted = [str(name) for name, one in sorted(call.config.interfaces.items()) if one.relay_trusted]
    rows = [trusted[at : at + _SOURCES] for at in range(0, len(trusted), _SOURCES)]
    lines = ("".join(f"{name:<{_SOURCE_WIDTH}}" for name in row).rstrip() for row in rows)
    return _text(["List of trusted sources of relay agent information option:", *lines])


_SOURCES, _SOURCE_WIDTH = 4, 19

_IMPORTED_LISTS = {
    dhcp.DOMAIN_NAME_SERVER: "Domain Name Server(s)",
    dhcp.NETBIOS_NAME_SERVER: "NetBIOS Name Server(s)",
}


def show_ip_dhcp_import(call: Call) -> str:
    """`show ip dhcp import`: what the pools with `import all` took over from other servers."""
    imported = call.router.dhcp.engine.imported
    lines: list[str] = []
    for pool in call.config.dhcp.pools.values():
        if "import" not in pool.settings or not imported:
            continue
        lines.append(f"Address Pool Name: {pool.name}")
        for code, label in _IMPORTED_LISTS.items():
            if code in imported:
                lines.append(f"{label}: {' '.join(map(str, _addresses(imported[code])))}")
        if dhcp.DOMAIN_NAME in imported:
            lines.append(f"Domain Name Option: {_printable(imported[dhcp.DOMAIN_NAME])}")
    return _text(lines)


def _addresses(data: bytes) -> Addresses:
    return tuple(IPv4Address(data[at : at + 4]) for at in range(0, len(data) - 3, 4))


def _printable(data: bytes) -> str:
    """What another server sent goes to a terminal: no control characters."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in data)


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
