"""DHCP pools: what `ip dhcp pool` leads to, with its secondary subnets and its classes."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from ios_emu.cli import modes
from ios_emu.cli.own_words import OwnWords
from ios_emu.cli.shell import Call
from ios_emu.devices.kept import POOL_KEPT, key_of
from ios_emu.errors import CommandRefused
from ios_emu.services.dhcp_pool import INFINITE, HardwareAddress, RawOption, Setting, UtilizationMark
from ios_emu.stack.routing import natural_prefix_length
from ios_emu.wire.ethernet import MacAddress

_ETHERNET, _IEEE802 = 1, 6
_HOUR = 60
_DAY = 24 * _HOUR
_HIGHEST_NODE_TYPE = 0xFF


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
    secondary_subnet: str | None = None,
) -> str:
    """`network NUMBER [MASK | /LENGTH] [secondary]`: without a mask that of the address's class."""
    if network_number is None or (call.no and secondary_subnet is None):
        return _set(call, "network", None)
    natural = natural_prefix_length(network_number)
    length = _prefix(call, network_mask, prefix_length, natural, "network_mask")
    entered = IPv4Network((network_number, length), strict=False)
    if secondary_subnet is not None:
        return _secondary(call, entered)
    if call.pool.host is not None:
        raise OwnWords.HAS_A_HOST.refusal()
    if entered != call.pool.network:
        _refuse_taken(call, entered)
    return _set(call, "network", entered)


def _secondary(call: Call, entered: IPv4Network) -> str:
    """A secondary subnet: into it, or with `no` away with it."""
    server, pool = call.config.dhcp, call.pool
    if call.no:
        if not server.remove_secondary(pool, entered):
            raise OwnWords.NO_SUCH_NETWORK.refusal(network=_spelled(entered))
        return ""
    if pool.host is not None:
        raise OwnWords.HAS_A_HOST.refusal()
    if entered not in pool.secondaries:
        _refuse_taken(call, entered)
    call.shell.enter_within(modes.DHCP_SUBNET, server.add_secondary(pool, entered))
    return ""


def _refuse_taken(call: Call, entered: IPv4Network) -> None:
    other = call.config.dhcp.pool_of_network(entered)
    if other is not None:
        raise OwnWords.NETWORK_TAKEN.refusal(network=_spelled(entered), pool=other)


def _spelled(network: IPv4Network) -> str:
    return f"{network.network_address} {network.netmask}"


def host(
    call: Call,
    host_address: IPv4Address | None = None,
    host_mask: IPv4Address | None = None,
    prefix_length: int | None = None,
) -> str:
    """`host ADDRESS [MASK | /LENGTH]`: the address of a manual binding."""
    if call.no or host_address is None:
        return _set(call, "host", None)
    if call.pool.network is not None or call.pool.secondaries:
        raise OwnWords.HAS_A_NETWORK.refusal()
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
    entered = HardwareAddress(hardware_address, kind)
    _refuse_duplicate(call, entered)
    return _set(call, "hardware-address", entered)


def client_identifier(call: Call, identifier: bytes | None = None) -> str:
    """`client-identifier HEX`: the client of a manual binding, as its option 61 names it."""
    if identifier is not None and not call.no:
        _refuse_duplicate(call, identifier)
    return _set(call, "client-identifier", identifier)


def _refuse_duplicate(call: Call, client: bytes | HardwareAddress) -> None:
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
    call: Call, b_node: str = "", h_node: str = "", m_node: str = "", p_node: str = "", node_type: str = ""
) -> str:
    """`netbios-node-type b-node|h-node|m-node|p-node`, or a hexadecimal number."""
    if not node_type:
        return _set(call, "netbios-node-type", b_node or h_node or m_node or p_node or None)
    try:
        number = int(node_type, 16)
    except ValueError:
        raise call.invalid("node_type") from None
    if not 0 <= number <= _HIGHEST_NODE_TYPE:
        raise call.invalid("node_type")
    return _set(call, "netbios-node-type", number)


def lease(call: Call, days: int = 1, hours: int = 0, minutes: int = 0, infinite: str | None = None) -> str:
    """`lease DAYS [HOURS [MINUTES]]` or `lease infinite`; one day is not written down."""
    if infinite is not None:
        return _set(call, "lease", INFINITE)
    total = days * _DAY + hours * _HOUR + minutes
    if total == 0:
        raise OwnWords.NO_TIME_AT_ALL.refusal()
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


def import_all(call: Call) -> str:
    """`import all`: what other servers told the router goes to the clients, too."""
    return _set(call, "import", "all")


def update_arp(call: Call) -> str:
    """`update arp`: who has a lease is in the ARP table for as long."""
    return _set(call, "update", "arp")


def mark_high(call: Call, percent: int | None = None, mark_log: str | None = None) -> str:
    """`utilization mark high PERCENT [log]`."""
    return _mark(call, "high", percent, mark_log is not None)


def mark_low(call: Call, percent: int | None = None, mark_log: str | None = None) -> str:
    """`utilization mark low PERCENT [log]`."""
    return _mark(call, "low", percent, mark_log is not None)


def _mark(call: Call, which: str, percent: int | None, log: bool) -> str:
    name = f"utilization mark {which}"
    if call.no or percent is None:
        return _set(call, name, None)
    low = percent if which == "low" else call.pool.mark("low").percent
    high = percent if which == "high" else call.pool.mark("high").percent
    if low >= high:
        raise OwnWords.MARKS_UPSIDE_DOWN.refusal(low=low, high=high)
    return _set(call, name, UtilizationMark(percent, log))


def kept(call: Call, **arguments: object) -> str:
    """The lines of a pool that are kept without effect: accounting, VRF, on-demand pools, and the like."""
    text = call.command.text
    key = key_of(text, POOL_KEPT)
    return _set(call, key, text[len(key) + 1 :])
