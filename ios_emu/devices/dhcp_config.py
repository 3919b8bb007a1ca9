"""The DHCP part of `show running-config`: server, pools, classes and relay, in the order of IOS.

Three blanks stand in front of a pool's lines and a blank behind a list of addresses, as 12.4 prints them; in
Packet Tracer one, and none. Pool lines keep the order in which they were entered; secondary networks follow
the network, and classes come last.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from ios_emu.devices.dialect import Dialect
from ios_emu.devices.interface import Interface
from ios_emu.devices.kept import lines_at
from ios_emu.services.dhcp_identity import dotted
from ios_emu.services.dhcp_pool import (
    DEFAULT_DELAY,
    INFINITE,
    DatabaseAgent,
    DhcpClass,
    HardwareAddress,
    OptionPattern,
    Pool,
    RawOption,
    SecondaryNetwork,
    Setting,
)
from ios_emu.services.dhcp_server import (
    DEFAULT_PING_PACKETS,
    DEFAULT_PING_TIMEOUT,
    DEFAULT_POLICY,
    DhcpServer,
)

_HOUR = 60
_DAY = 24 * _HOUR


def dhcp_config(server: DhcpServer, kept: dict[str, str], dialect: Dialect) -> Iterator[str]:
    """The block of a configuration, with a `!` behind each of its parts."""
    ios = dialect is Dialect.IOS
    indent = "   " if ios else " "
    parts = (
        [*_relay(server), *lines_at(kept, "dhcp-relay")],
        [*_server(server, ios), *lines_at(kept, "dhcp")],
        *(_pool(pool, indent, " " if ios else "") for pool in server.pools.values()),
        *(_class(one, indent) for one in server.classes.values()),
    )
    for part in parts:
        lines = list(part)
        yield from lines
        if lines:
            yield "!"


def _relay(server: DhcpServer) -> Iterator[str]:
    relay = server.relay
    if relay.information:
        yield "ip dhcp relay information option"
    if relay.server_override:
        yield "ip dhcp relay information option server-id-override"
    if relay.policy != DEFAULT_POLICY:
        yield f"ip dhcp relay information policy {relay.policy}"
    if not relay.check:
        yield "no ip dhcp relay information check"
    if relay.trust_all:
        yield "ip dhcp relay information trust-all"
    if relay.bootp_ignore:
        yield "ip dhcp relay bootp ignore"


def _server(server: DhcpServer, ios: bool) -> Iterator[str]:
    if ios and (server.excluded or server.pools):
        yield "no ip dhcp use vrf connected"
    if not server.use_class:
        yield "no ip dhcp use class"
    if not server.conflict_logging:
        yield "no ip dhcp conflict logging"
    yield from map(_database, server.databases.values())
    if server.bootp_ignore:
        yield "ip dhcp bootp ignore"
    for excluded in server.excluded:
        high = f" {excluded.high}" if excluded.high != excluded.low else ""
        yield f"ip dhcp excluded-address {excluded.low}{high}"
    if server.ping_packets != DEFAULT_PING_PACKETS:
        yield f"ip dhcp ping packets {server.ping_packets}"
    if server.ping_timeout != DEFAULT_PING_TIMEOUT:
        yield f"ip dhcp ping timeout {server.ping_timeout}"


def _database(agent: DatabaseAgent) -> str:
    delay = f" write-delay {agent.write_delay}" if agent.write_delay != DEFAULT_DELAY else ""
    timeout = f" timeout {agent.timeout}" if agent.timeout != DEFAULT_DELAY else ""
    return f"ip dhcp database {agent.url}{delay}{timeout}"


def _pool(pool: Pool, indent: str, list_end: str) -> Iterator[str]:
    yield f"ip dhcp pool {pool.name}"
    if "network" not in pool.settings:
        yield from _secondaries(pool, indent, list_end)
    for name, value in pool.settings.items():
        end = list_end if isinstance(value, tuple) else ""
        yield f"{indent}{name} {_setting(name, value)}".rstrip() + end
        if name == "network":
            yield from _secondaries(pool, indent, list_end)
    for name, ranges in pool.classes.items():
        yield f"{indent}class {name}"
        yield from (f"{indent * 2}address range {part.low} {part.high}" for part in ranges)


def _secondaries(pool: Pool, indent: str, list_end: str) -> Iterator[str]:
    for secondary in pool.secondaries.values():
        yield f"{indent}network {_setting('network', secondary.network)} secondary"
        yield from (f"{indent * 2}{line}" for line in _overrides(secondary, list_end))


def _overrides(secondary: SecondaryNetwork, list_end: str) -> Iterator[str]:
    if secondary.default_router:
        yield f"override default-router {_setting('', secondary.default_router)}{list_end}"
    for which, percent in secondary.utilization.items():
        yield f"override utilization {which} {percent}"


def _class(known: DhcpClass, indent: str) -> Iterator[str]:
    yield f"ip dhcp class {known.name}"
    if known.remark is not None:
        yield f"{indent}remark {known.remark}"
    for pattern in known.patterns_of(relay=False):
        yield f"{indent}option {pattern.code} hex {_pattern(pattern, 'mask')}"
    if known.relay_information:
        yield f"{indent}relay agent information"
        for pattern in known.patterns_of(relay=True):
            yield f"{indent * 2}relay-information hex {_pattern(pattern, 'bitmask')}"


def _pattern(pattern: OptionPattern, mask_word: str) -> str:
    mask = f" {mask_word} {pattern.mask.hex()}" if pattern.mask else ""
    return f"{pattern.value.hex()}{'*' if pattern.prefix else ''}{mask}"


def _setting(name: str, value: Setting) -> str:
    match value:
        case IPv4Interface():
            return f"{value.ip} {value.netmask}"
        case IPv4Network():
            return f"{value.network_address} {value.netmask}"
        case HardwareAddress():
            return f"{value.address}" if value.type == 1 else f"{value.address} {value.type}"
        case RawOption():
            return f"{value.kind} {_option_data(value)}"
        case tuple():
            return " ".join(map(str, value))
        case bytes():
            return dotted(value)
        case int() if name == "lease":
            return _lease(value)
        case int():
            return f"{value:X}"
        case _:
            return str(value)


def _option_data(option: RawOption) -> str:
    if option.kind == "ascii":
        return option.data.decode("latin-1")
    if option.kind == "hex":
        return dotted(option.data)
    addresses = (IPv4Address(option.data[at : at + 4]) for at in range(0, len(option.data), 4))
    return " ".join(map(str, addresses))


def _lease(minutes: int) -> str:
    if minutes == INFINITE:
        return "infinite"
    days, rest = divmod(minutes, _DAY)
    hours, rest = divmod(rest, _HOUR)
    if rest:
        return f"{days} {hours} {rest}"
    return f"{days} {hours}" if hours else f"{days}"


def interface_dhcp_config(interface: Interface) -> list[str]:
    """What stands in front of an interface's address, without the blank at its beginning."""
    return ["ip dhcp relay information trusted"] if interface.relay_trusted else []
