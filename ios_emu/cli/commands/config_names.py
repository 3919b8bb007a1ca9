"""The configuration of names: `ip domain ...`, `ip name-server`, `ip host`, `ip dns server`."""

from __future__ import annotations

from ipaddress import IPv4Address

from ios_emu.cli.shell import Call
from ios_emu.devices.configuration import MOST_NAME_SERVERS
from ios_emu.devices.names_config import DOMAIN_RETRY, DOMAIN_TIMEOUT, MOST_ADDRESSES, HostEntry


def ip_domain_lookup(call: Call) -> str:
    """`ip domain lookup`: on unless `no` was said."""
    call.config.domain_lookup = not call.command.negated
    return ""


def ip_domain_name(call: Call, domain_name: str | None = None) -> str:
    """`ip domain name NAME`: what is put behind a name without a dot."""
    call.config.names.domain = None if call.no else domain_name
    return ""


def ip_domain_list(call: Call, domain_name: str | None = None) -> str:
    """`ip domain list NAME`: one more domain to try, in place of the default one."""
    names = call.config.names
    if call.no:
        names.domains = [one for one in names.domains if domain_name is not None and one != domain_name]
    elif domain_name is not None and domain_name not in names.domains:
        names.domains.append(domain_name)
    return ""


def ip_domain_timeout(call: Call, domain_timeout: int | None = None) -> str:
    """`ip domain timeout SECONDS`: how long a server is waited for."""
    call.config.names.timeout = DOMAIN_TIMEOUT if call.no or domain_timeout is None else domain_timeout
    return ""


def ip_domain_retry(call: Call, domain_retry: int | None = None) -> str:
    """`ip domain retry N`: how often a server is asked again."""
    call.config.names.retry = DOMAIN_RETRY if call.no or domain_retry is None else domain_retry
    return ""


def ip_name_server(call: Call, server: list[IPv4Address] | None = None) -> str:
    """`ip name-server A [A ...]`: six at most; `no` alone removes them all."""
    servers = call.config.name_servers
    if call.no:
        call.config.name_servers = [one for one in servers if server and one not in server]
        return ""
    for address in server or []:
        if address in servers:
            continue
        if len(servers) == MOST_NAME_SERVERS:
            return f"% Name-server table is full; {address} not added\n"
        servers.append(address)
    return ""


def ip_dns_server(call: Call) -> str:
    """`ip dns server`: others may ask this router for names."""
    call.config.names.server = not call.no
    return ""


def ip_host(
    call: Call,
    host_name: str,
    host_port_number: int | None = None,
    additional: str | None = None,
    host_ip: list[IPv4Address] | None = None,
) -> str:
    """`ip host NAME [PORT] [additional] A [A ...]`: what is given takes the place of what there was.

    `no` with addresses takes those away, without any the whole name.
    """
    hosts, key = call.config.names.hosts, host_name.lower()
    present = hosts.get(key)
    given = list(dict.fromkeys(host_ip or []))
    if call.no:
        left = tuple(one for one in present.addresses if one not in given) if present is not None else ()
        if present is not None and given and left:
            hosts[key] = HostEntry(present.name, left, present.port)
        else:
            hosts.pop(key, None)
        return ""
    if additional is not None and present is not None:
        given = [*present.addresses, *(one for one in given if one not in present.addresses)]
        host_port_number = present.port
    if len(given) > MOST_ADDRESSES:
        return f"% A host has at most {MOST_ADDRESSES} addresses\n"
    hosts[key] = HostEntry(host_name, tuple(given), host_port_number)
    return ""
