"""The DHCP server and relay in global configuration, and the relay's lines on an interface."""

from __future__ import annotations

from bisect import bisect_left
from ipaddress import IPv4Address

from ios_emu.cli import modes
from ios_emu.cli.own_words import OwnWords
from ios_emu.cli.shell import Call
from ios_emu.devices.kept import INTERFACE_KEPT, key_of
from ios_emu.services.dhcp_pool import DEFAULT_DELAY, AddressRange, DatabaseAgent, Pool
from ios_emu.services.dhcp_server import DEFAULT_PING_PACKETS, DEFAULT_PING_TIMEOUT, DEFAULT_POLICY


def service_dhcp(call: Call) -> str:
    """`service dhcp`: on unless `no` was said."""
    server = call.config.dhcp
    server.service = not call.command.negated
    server.touch()
    return ""


def excluded_address(call: Call, low_address: IPv4Address, high_address: IPv4Address | None = None) -> str:
    """`ip dhcp excluded-address LOW [HIGH]`."""
    entered = AddressRange(low_address, high_address or low_address)
    excluded = call.config.dhcp.excluded
    if entered.low > entered.high:
        raise OwnWords.RANGE_UPSIDE_DOWN.refusal()
    place = bisect_left(excluded, _order(entered), key=_order)
    present = place < len(excluded) and excluded[place] == entered
    if not call.no and not present:
        excluded.insert(place, entered)
    elif call.no and not present:
        raise OwnWords.NO_SUCH_RANGE.refusal(low=entered.low, high=entered.high)
    elif call.no:
        del excluded[place]
    call.config.dhcp.touch()
    return ""


def _order(excluded: AddressRange) -> tuple[IPv4Address, IPv4Address]:
    return excluded.low, excluded.high


def pool(call: Call, pool_name: str) -> str:
    """`ip dhcp pool NAME`: into the pool, which is made when it is new; `no` removes it."""
    server = call.config.dhcp
    if call.no:
        if pool_name not in server.pools:
            raise OwnWords.NO_SUCH_POOL.refusal(pool=pool_name)
        server.remove_pool(pool_name)
        return ""
    if pool_name not in server.pools:
        server.pools[pool_name] = Pool(pool_name)
        server.touch()
    call.shell.enter(modes.DHCP, server.pools[pool_name])
    return ""


def ping_packets(call: Call, ping_packets: int | None = None) -> str:
    """`ip dhcp ping packets N`: 0 or `no` for none, `default` for two."""
    server = call.config.dhcp
    if call.command.defaulted:
        server.ping_packets = DEFAULT_PING_PACKETS
    else:
        server.ping_packets = 0 if call.no or ping_packets is None else ping_packets
    server.touch()
    return ""


def ping_timeout(call: Call, ping_timeout: int = DEFAULT_PING_TIMEOUT) -> str:
    """`ip dhcp ping timeout MILLISECONDS`."""
    call.config.dhcp.ping_timeout = DEFAULT_PING_TIMEOUT if call.no else ping_timeout
    call.config.dhcp.touch()
    return ""


def conflict_logging(call: Call) -> str:
    """`ip dhcp conflict logging`: on unless `no` was said."""
    call.config.dhcp.conflict_logging = not call.command.negated
    call.config.dhcp.touch()
    return ""


def bootp_ignore(call: Call) -> str:
    """`ip dhcp bootp ignore`: BOOTP requests are left to others."""
    call.config.dhcp.bootp_ignore = not call.no
    call.config.dhcp.touch()
    return ""


def use_class(call: Call) -> str:
    """`ip dhcp use class`: pools are parted by classes unless `no` was said."""
    call.config.dhcp.use_class = not call.command.negated
    call.config.dhcp.touch()
    return ""


def database(
    call: Call,
    database_url: str,
    database_timeout: int = DEFAULT_DELAY,
    write_delay: int = DEFAULT_DELAY,
) -> str:
    """`ip dhcp database URL [timeout SECONDS] [write-delay SECONDS]`; `no` needs the URL alone."""
    agents = call.config.dhcp.databases
    if call.no:
        if agents.pop(database_url, None) is None:
            raise OwnWords.NO_SUCH_AGENT.refusal(url=database_url)
    else:
        agents[database_url] = DatabaseAgent(database_url, write_delay, database_timeout)
    call.config.dhcp.touch()
    return ""


# The relay


def relay_bootp_ignore(call: Call) -> str:
    """`ip dhcp relay bootp ignore`: BOOTP requests are not relayed."""
    call.config.dhcp.relay.bootp_ignore = not call.no
    return ""


def relay_information_option(call: Call) -> str:
    """`ip dhcp relay information option`: the relay adds option 82."""
    call.config.dhcp.relay.information = not call.no
    return ""


def relay_server_id_override(call: Call) -> str:
    """`ip dhcp relay information option server-id-override`: the relay is the clients' server."""
    call.config.dhcp.relay.server_override = not call.no
    return ""


def relay_information_check(call: Call) -> str:
    """`ip dhcp relay information check`: replies are checked unless `no` was said."""
    call.config.dhcp.relay.check = not call.command.negated
    return ""


def relay_information_policy(
    call: Call, drop: str = "", encapsulate: str = "", keep: str = "", replace: str = ""
) -> str:
    """`ip dhcp relay information policy drop|encapsulate|keep|replace`."""
    policy = drop or encapsulate or keep or replace
    call.config.dhcp.relay.policy = DEFAULT_POLICY if call.no else policy
    return ""


def relay_information_trust_all(call: Call) -> str:
    """`ip dhcp relay information trust-all`: option 82 without a relay is believed everywhere."""
    call.config.dhcp.relay.trust_all = not call.no
    return ""


def relay_information_trusted(call: Call) -> str:
    """`ip dhcp relay information trusted`: it is believed on this interface."""
    call.interface.relay_trusted = not call.no
    return ""


def interface_kept(call: Call, **arguments: object) -> str:
    """The lines of an interface that are kept without effect."""
    text, lines = call.command.text, call.interface.kept
    key = key_of(text, INTERFACE_KEPT)
    if call.no:
        lines.pop(key, None)
    else:
        lines[key] = text
    return ""
