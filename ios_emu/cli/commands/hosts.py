"""`show hosts` and `clear host`: the host table, and the names that the router learnt."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address

from ios_emu.cli.shell import Call
from ios_emu.clock import HOUR
from ios_emu.devices.dialect import Dialect

_CODES = """
Codes: UN - unknown, EX - expired, OK - OK, ?? - revalidate
       temp - temporary, perm - permanent
       NA - Not Applicable None - Not defined

Host                      Port  Flags      Age Type   Address(es)
"""
_BROADCAST = "255.255.255.255"
_ADDRESS_COLUMN = 54
_ALL = "*"


def show_hosts(call: Call, shown_host: str | None = None) -> str:
    """`show hosts [NAME]`."""
    config, names = call.config, call.config.names
    domain = "domain" if call.dialect is Dialect.IOS else "Domain"
    text = f"Default {domain} is {names.domain or 'not set'}\n"
    if names.domains:
        text += f"Domain list: {', '.join(names.domains)}\n"
    style = "domain service" if config.domain_lookup else "static mappings"
    text += f"Name/address lookup uses {style}\n"
    if config.domain_lookup:
        text += f"Name servers are {', '.join(map(str, call.device.name_servers)) or _BROADCAST}\n"
    text += _CODES
    for entry in names.hosts.values():
        if shown_host is None or shown_host.lower() == entry.name.lower():
            text += _row(entry.name, entry.port, "perm", 0, entry.addresses)
    for kept in call.device.dns.resolver.cache:
        answer = kept.answer
        if answer.type == "A" and answer.found and (shown_host or answer.name).lower() == answer.name.lower():
            age = (call.device.clock.now - kept.since) // HOUR
            text += _row(answer.name, None, "temp", age, answer.addresses)
    return text


def _row(name: str, port: int | None, kind: str, age: int, addresses: Iterable[IPv4Address]) -> str:
    first, *others = addresses
    where = "None" if port is None else str(port)
    text = f"{name:<25} {where:<5} ({kind}, OK) {age:>2}   {'IP':<5} {first}\n"
    return text + "".join(f"{'':{_ADDRESS_COLUMN}}{address}\n" for address in others)


def clear_host(call: Call, cleared_host: str) -> str:
    """`clear host NAME | *`: forgets what was learnt; the host table is the configuration's."""
    forgotten = call.device.dns.resolver.cache.forget(None if cleared_host == _ALL else cleared_host)
    return "" if forgotten or cleared_host == _ALL else f"% {cleared_host}: no such host was learnt\n"
