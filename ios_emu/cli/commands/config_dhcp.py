"""The DHCP server's configuration: excluded addresses and pools.

Where Cisco's own words for a refusal are not known, ours say plainly what is wrong.
"""

from __future__ import annotations

from bisect import bisect_left
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from ios_emu.cli import modes
from ios_emu.cli.shell import Call
from ios_emu.errors import CommandRefused
from ios_emu.services.dhcp_server import (
    INFINITE,
    AddressRange,
    HardwareAddress,
    Pool,
    RawOption,
    Setting,
)
from ios_emu.stack.routing import natural_prefix_length
from ios_emu.wire.ethernet import MacAddress

_ETHERNET, _IEEE802 = 1, 6
_HOUR = 60
_DAY = 24 * _HOUR


def excluded_address(call: Call, low_address: IPv4Address, high_address: IPv4Address | None = None) -> str:
    """`ip dhcp excluded-address LOW [HIGH]`."""
    entered = AddressRange(low_address, high_address or low_address)
    excluded = call.config.dhcp.excluded
    if entered.low > entered.high:
        return "% Invalid address range: the low address is higher than the high address\n"
    place = bisect_left(excluded, _order(entered), key=_order)
    present = place < len(excluded) and excluded[place] == entered
    if not call.no and not present:
        excluded.insert(place, entered)
    elif call.no and not present:
        return f"% Range [{entered.low}, {entered.high}] is not in the database.\n"
    elif call.no:
        del excluded[place]
    return ""


def _order(excluded: AddressRange) -> tuple[IPv4Address, IPv4Address]:
    return excluded.low, excluded.high


def pool(call: Call, pool_name: str) -> str:
    """`ip dhcp pool NAME`: into the pool, which is made when it is new; `no` removes it."""
    pools = call.config.dhcp.pools
    if call.no:
        if pool_name not in pools:
            return f"% Pool {pool_name} is not in the database.\n"
        call.config.dhcp.remove_pool(pool_name)
        return ""
    call.shell.enter(modes.DHCP, pools.setdefault(pool_name, Pool(pool_name)))
    return ""


def _set(call: Call, name: str, value: Setting | None) -> str:
    """Enters or removes a setting; a new value keeps the setting's place."""
    call.config.dhcp.set(call.pool, name, None if call.no else value)
    return ""


def _prefix(call: Call, mask: IPv4Address | None, length: int | None, natural: int, argument: str) -> int:
    """The prefix length that a mask, a `/length` or neither of them means."""
    if length is not None:
        return length
    if mask is None:
        return natural
    try:
        network = IPv4Network(f"0.0.0.0/{mask}")
    except ValueError:
        raise call.invalid(argument) from None
    if network.netmask != mask:
        raise call.invalid(argument)
    return network.prefixlen


def network(
    call: Call,
    network_number: IPv4Address | None = None,
    network_mask: IPv4Address | None = None,
    prefix_length: int | None = None,
) -> str:
    """`network NUMBER [MASK | /LENGTH]`: without a mask that of the address's class."""
    if call.no or network_number is None:
        return _set(call, "network", None)
    if call.pool.host is not None:
        return "% This pool already has a host address; a pool has either a host or a network.\n"
    natural = natural_prefix_length(network_number)
    length = _prefix(call, network_mask, prefix_length, natural, "network_mask")
    entered = IPv4Network((network_number, length), strict=False)
    other = call.config.dhcp.pool_of_network(entered)
    if other not in (None, call.pool.name):
        place = f"{entered.network_address} {entered.netmask}"
        raise CommandRefused(f"% {place} is already the network of pool {other}.")
    return _set(call, "network", entered)


def host(
    call: Call,
    host_address: IPv4Address | None = None,
    host_mask: IPv4Address | None = None,
    prefix_length: int | None = None,
) -> str:
    """`host ADDRESS [MASK | /LENGTH]`: the address of a manual binding."""
    if call.no or host_address is None:
        return _set(call, "host", None)
    if call.pool.network is not None:
        return "% This pool already has a network; a pool has either a host or a network.\n"
    natural = natural_prefix_length(host_address)
    length = _prefix(call, host_mask, prefix_length, natural, "host_mask")
    return _set(call, "host", IPv4Interface((host_address, length)))


def hardware_address(
    call: Call,
    hardware_address: MacAddress | None = None,
    hardware_type: int | None = None,
    ethernet: str | None = None,
    ieee802: str | None = None,
) -> str:
    """`hardware-address H.H.H [TYPE]`: the client of a manual binding."""
    if call.no or hardware_address is None:
        return _set(call, "hardware-address", None)
    kind = _IEEE802 if ieee802 is not None else _ETHERNET if hardware_type is None else hardware_type
    _refuse_duplicate(call, hardware_address)
    return _set(call, "hardware-address", HardwareAddress(hardware_address, kind))


def client_identifier(call: Call, identifier: bytes | None = None) -> str:
    """`client-identifier HEX`: the client of a manual binding, as its option 61 names it."""
    if identifier is not None and not call.no:
        _refuse_duplicate(call, identifier)
    return _set(call, "client-identifier", identifier)


def _refuse_duplicate(call: Call, client: bytes | MacAddress) -> None:
    if call.config.dhcp.pool_of_client(client, but=call.pool) is not None:
        raise CommandRefused("% A binding for this client already exists.")


def client_name(call: Call, client_name: str | None = None) -> str:
    """`client-name NAME`."""
    return _set(call, "client-name", client_name)


def bootfile(call: Call, bootfile: str | None = None) -> str:
    """`bootfile FILE`."""
    return _set(call, "bootfile", bootfile)


def domain_name(call: Call, domain: str | None = None) -> str:
    """`domain-name NAME`."""
    return _set(call, "domain-name", domain)


def default_router(call: Call, router: list[IPv4Address] | None = None) -> str:
    """`default-router A [A ...]`, eight at most."""
    return _set(call, "default-router", tuple(router or ()) or None)


def dns_server(call: Call, dns_server: list[IPv4Address] | None = None) -> str:
    """`dns-server A [A ...]`, eight at most."""
    return _set(call, "dns-server", tuple(dns_server or ()) or None)


def netbios_name_server(call: Call, wins_server: list[IPv4Address] | None = None) -> str:
    """`netbios-name-server A [A ...]`, eight at most."""
    return _set(call, "netbios-name-server", tuple(wins_server or ()) or None)


def next_server(call: Call, next_server: list[IPv4Address] | None = None) -> str:
    """`next-server A [A ...]`, eight at most."""
    return _set(call, "next-server", tuple(next_server or ()) or None)


def netbios_node_type(
    call: Call, b_node: str = "", h_node: str = "", m_node: str = "", p_node: str = ""
) -> str:
    """`netbios-node-type b-node|h-node|m-node|p-node`."""
    return _set(call, "netbios-node-type", b_node or h_node or m_node or p_node or None)


def lease(call: Call, days: int = 1, hours: int = 0, minutes: int = 0, infinite: str | None = None) -> str:
    """`lease DAYS [HOURS [MINUTES]]` or `lease infinite`; one day is not written down."""
    if infinite is not None:
        return _set(call, "lease", INFINITE)
    total = days * _DAY + hours * _HOUR + minutes
    if total == 0:
        return "% A lease can't be of no time at all.\n"
    return _set(call, "lease", None if total == _DAY else total)


def option(
    call: Call,
    option_code: int,
    string: str | None = None,
    option_data: bytes | None = None,
    option_address: list[IPv4Address] | None = None,
) -> str:
    """`option CODE ascii TEXT | hex DATA | ip A [A ...]`."""
    value: Setting | None = None
    if string is not None:
        value = RawOption(option_code, "ascii", string.encode("latin-1", "replace"))
    elif option_data is not None:
        value = RawOption(option_code, "hex", option_data)
    elif option_address:
        value = RawOption(option_code, "ip", b"".join(address.packed for address in option_address))
    return _set(call, f"option {option_code}", value)
