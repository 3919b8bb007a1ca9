"""Interface and sub-interface configuration."""

from __future__ import annotations

from dataclasses import fields
from ipaddress import IPv4Address, IPv4Interface

from ios_emu.cli import modes
from ios_emu.cli.commands.dhcp_client import leave_dhcp
from ios_emu.cli.commands.interface_ranges import read_ranges
from ios_emu.cli.commands.switch_interface import default_of_switch, is_svi, mode_of
from ios_emu.cli.dialogue import Reply
from ios_emu.cli.shell import Call
from ios_emu.cli.targets import InterfaceRange
from ios_emu.devices.configuration import VLAN1, Configuration
from ios_emu.devices.interface import (
    DEFAULT_BANDWIDTH,
    DEFAULT_DELAY,
    DEFAULT_KEEPALIVE,
    DEFAULT_LOAD_INTERVAL,
    DEFAULT_MTU,
    DhcpAddress,
    Dot1q,
    Interface,
)
from ios_emu.devices.switch_configuration import SwitchInterface
from ios_emu.errors import CommandRefused, InvalidInput
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.wire.ethernet import MacAddress

_LONGEST_DESCRIPTION = 240
_NEEDS_ENCAPSULATION = """
% Configuring IP routing on a LAN subinterface is only allowed if that
subinterface is already configured as part of an IEEE 802.10, IEEE 802.1Q,
or ISL vLAN.
"""
_POINT_TO_POINT = 31
_LOAD_STEP = 30


def interface(call: Call, interface_name: InterfaceName) -> str:
    """`interface X`: makes a loopback or a sub-interface when it is new; `no` removes it."""
    device, interfaces = call.device, call.config.interfaces
    if not device.has_port(interface_name):
        raise call.invalid("interface_name")
    if call.command.defaulted:
        return _default(call, interface_name)
    if call.no:
        return _remove(call, interface_name)
    if interface_name.sub is not None and interface_name.parent not in interfaces:
        raise call.invalid("interface_name")
    target = device.make_interface(interface_name)
    if device.reading_nvram:
        # NVRAM says `shutdown` of a port that is to stay down, and nothing of one that is to come up.
        target.shutdown = False
    call.shell.enter(mode_of(target), target)
    return ""


def interface_range(call: Call, ranges: str) -> str:
    """`interface range X - N , Y ...`: what follows is done to each of these interfaces.

    `default` resets each of them, `no` removes each that can be removed.
    """
    device = call.device
    try:
        names = read_ranges(ranges)
    except ValueError as error:
        raise call.invalid("ranges", error.args[0]) from None
    for name in names:
        missing_parent = name.sub is not None and name.parent not in call.config.interfaces
        if not device.has_port(name) or missing_parent:
            raise call.invalid("ranges")
    if call.command.defaulted:
        answers = [_default(call, name) for name in names if name in call.config.interfaces]
        return "".join([*answers[:1], *(answer.partition("\n\n")[2] for answer in answers[1:])])
    if call.no:
        return "".join(_remove(call, name) for name in names if name in call.config.interfaces)
    targets = [device.make_interface(name) for name in names]
    if any(map(is_svi, targets)):
        raise call.invalid("ranges")
    call.shell.enter(modes.INTERFACE_RANGE, InterfaceRange(targets))
    return ""


def _default(call: Call, name: InterfaceName) -> str:
    """`default interface X`: all that was configured on it goes, its administrative state stays."""
    present = call.config.interfaces.get(name)
    if present is None:
        raise call.invalid("interface_name")
    call.config.set_addresses(present, None)
    if isinstance(present, SwitchInterface):
        return default_of_switch(call, present)
    fresh = Interface(name, present.burned_in, shutdown=present.shutdown, encapsulation=present.encapsulation)
    for one in fields(Interface):
        if one.name != "name":
            setattr(present, one.name, getattr(fresh, one.name))
    call.device.keepalive_changed(present)
    return f"Building configuration...\n\nInterface {name} set to default configuration\n"


def _remove(call: Call, name: InterfaceName) -> str:
    interfaces = call.config.interfaces
    present = interfaces.get(name)
    if present is None:
        raise call.invalid("interface_name")
    removable = present.is_loopback or present.is_subinterface or (is_svi(present) and name != VLAN1)
    if not removable:
        return "% Removal of physical interfaces is not permitted\n"
    call.device.remove_interface(present)
    return ""


def description(call: Call, description: str | None = None) -> str:
    """`description TEXT`."""
    call.interface.description = (
        None if call.no or description is None else description[:_LONGEST_DESCRIPTION]
    )
    return ""


def bandwidth(call: Call, kilobits: int | None = None) -> str:
    """`bandwidth KBIT`: what `show interfaces` and metrics say; it limits nothing."""
    usual = DEFAULT_BANDWIDTH if call.interface.name.kind == "FastEthernet" else None
    call.interface.bandwidth = None if call.no or kilobits == usual else kilobits
    return ""


def ip_address(
    call: Call,
    address: IPv4Address | None = None,
    netmask: IPv4Address | None = None,
    secondary: str | None = None,
) -> Reply:
    """`ip address A MASK [secondary]`, with the checks and the words of IOS."""
    target = call.interface
    if target.dhcp is not None and secondary is None:
        return leave_dhcp(call, lambda: ip_address(call, address, netmask) if not call.no else "")
    if call.no:
        return _remove_address(call, address, netmask, secondary is not None)
    assert address is not None
    assert netmask is not None
    if target.is_subinterface and target.encapsulation is None:
        return _NEEDS_ENCAPSULATION
    entered = _checked_address(target, address, netmask)
    overlapping = call.device.overlapping(entered, target)
    answer = ""
    if overlapping is not None:
        answer = f"% {entered.network.network_address} overlaps with {overlapping}\n"
        # A shut interface takes the address all the same; `no shutdown` will complain.
        if not call.device.admin_down(target):
            return answer
    refusal = _set_address(call.config, target, entered, secondary is not None)
    if refusal:
        return refusal
    target.method = _method(call)
    return answer


def ip_address_dhcp(
    call: Call, interface_name: InterfaceName | None = None, dhcp_hostname: str | None = None
) -> Reply:
    """`ip address dhcp [client-id INTERFACE] [hostname NAME]`; `no` gives the lease back."""
    target = call.interface
    if target.is_subinterface and target.encapsulation is None and not call.no:
        return _NEEDS_ENCAPSULATION
    if call.no:
        return leave_dhcp(call, lambda: "")
    settings = DhcpAddress(interface_name, dhcp_hostname)
    if target.dhcp == settings:
        return ""

    def take_over() -> str:
        call.config.set_addresses(target, None)
        target.dhcp = settings
        target.method = "DHCP"
        call.device.network.leasing = True
        return ""

    return leave_dhcp(call, take_over)


def _method(call: Call) -> str:
    """How `show ip interface brief` says that an address, or none, was set."""
    return "NVRAM" if call.device.reading_nvram else "manual"


def _checked_address(target: Interface, address: IPv4Address, netmask: IPv4Address) -> IPv4Interface:
    """The address with its mask; raises CommandRefused in IOS's words."""
    try:
        entered = IPv4Interface(f"{address}/{netmask}")
        if int(entered.netmask) != int(netmask):
            raise ValueError(netmask)
    except ValueError:
        raise CommandRefused(f"Bad mask 0x{int(netmask):X} for address {address}") from None
    first = int(address) >> 24
    if first in (0, 127) or first >= 224:
        raise CommandRefused(f"Not a valid host address - {address}")
    length = entered.network.prefixlen
    if length == 0 or (length == 32 and not target.is_loopback):
        raise CommandRefused(f"Bad mask /{length} for address {address}")
    if length < _POINT_TO_POINT and address in (entered.network[0], entered.network[-1]):
        raise CommandRefused(f"Bad mask /{length} for address {address}")
    return entered


def _set_address(config: Configuration, target: Interface, entered: IPv4Interface, secondary: bool) -> str:
    network = entered.network
    if not secondary:
        if any(network.overlaps(other.network) for other in target.secondary):
            return f"% {network.network_address} overlaps with secondary address on {target.name}\n"
        config.set_addresses(target, entered, target.secondary)
        if network.prefixlen == _POINT_TO_POINT and not target.is_loopback:
            return "% Warning: use /31 mask on non point-to-point interface cautiously\n"
        return ""
    if target.address is not None and target.address.ip == entered.ip:
        return "% Secondary can't be same as primary\n"
    others = [other for other in target.secondary if other.ip != entered.ip]
    addresses = [*others, *([] if target.address is None else [target.address])]
    if any(network.overlaps(other.network) and network != other.network for other in addresses):
        return f"% {network.network_address} overlaps with {target.name}\n"
    config.set_addresses(target, target.address, [*others, entered])
    return ""


def _remove_address(
    call: Call, address: IPv4Address | None, netmask: IPv4Address | None, secondary: bool
) -> str:
    config, target = call.config, call.interface
    if address is None:
        config.set_addresses(target, None)
        target.method = _method(call)
        return ""
    if secondary:
        kept = [one for one in target.secondary if (one.ip, one.netmask) != (address, netmask)]
        if len(kept) == len(target.secondary):
            return "Invalid address\n"
        config.set_addresses(target, target.address, kept)
        return ""
    if target.address is None or (target.address.ip, target.address.netmask) != (address, netmask):
        return "Invalid address\n"
    if target.secondary:
        return "Must delete secondary before deleting primary\n"
    config.set_addresses(target, None)
    return ""


def ip_helper_address(call: Call, helper: IPv4Address | None = None) -> str:
    """`ip helper-address A`: where broadcasts of the interface are sent; several are possible."""
    helpers = call.interface.helper_addresses
    if call.no:
        call.interface.helper_addresses = [one for one in helpers if helper is not None and one != helper]
    elif helper is not None and helper not in helpers:
        helpers.append(helper)
    return ""


def shutdown(call: Call) -> str:
    """`shutdown` and `no shutdown`."""
    target = call.interface
    if target.shutdown != call.no:
        return ""
    target.shutdown = not call.no
    call.device.link_changed(target)
    if target.shutdown or target.address is None or call.device.reading_nvram:
        return ""
    overlapping = call.device.overlapping(target.address, target)
    if overlapping is None:
        return ""
    network = target.address.network.network_address
    return f"% {network} overlaps with {overlapping}\n{target.name}: incorrect IP address assignment\n"


def duplex(call: Call, auto: str = "", full: str = "", half: str = "") -> str:
    """`duplex auto|full|half`, of a port."""
    _check_port(call)
    call.interface.duplex = "auto" if call.no else auto or full or half
    return ""


def speed(call: Call, auto: str = "", ten: str = "", hundred: str = "", thousand: str = "") -> str:
    """`speed auto|10|100`, of a port; those of a switch that can do more also have `1000`."""
    _check_port(call)
    if thousand and call.interface.name.kind != "GigabitEthernet":
        raise call.invalid("thousand")
    call.interface.speed = "auto" if call.no else auto or ten or hundred or thousand
    return ""


def _check_port(call: Call) -> None:
    """Only a port has a medium; elsewhere IOS does not know the word."""
    if not call.interface.name.kind.endswith("Ethernet") or call.interface.is_subinterface:
        raise InvalidInput(min(call.command.columns.values(), default=0))


def encapsulation_dot1q(call: Call, vlan_id: int | None = None, native: str | None = None) -> str:
    """`encapsulation dot1Q VLAN [native]`: one sub-interface of a port for each VLAN."""
    target = call.interface
    if call.no or vlan_id is None:
        target.encapsulation = None
        return ""
    for other in call.config.interfaces.values():
        taken = other.encapsulation
        same_port = other.name.parent == target.name.parent and other is not target
        if same_port and taken is not None and taken.vlan == vlan_id:
            return (
                "% Configuration of multiple subinterfaces of the same main\n"
                f"interface with the same VID ({vlan_id}) is not permitted.\n"
                f"This VID is already configured on {other.name}.\n"
            )
    target.encapsulation = Dot1q(vlan_id, native is not None)
    return ""


def delay(call: Call, tens_of_microseconds: int | None = None) -> str:
    """`delay N`, in tens of microseconds: what `show interfaces` and metrics say."""
    usual = DEFAULT_DELAY if call.interface.name.kind == "FastEthernet" else None
    call.interface.delay = None if call.no or tens_of_microseconds == usual else tens_of_microseconds
    return ""


def mtu(call: Call, mtu_size: int | None = None) -> str:
    """`mtu N`: the largest packet that the interface sends in one piece."""
    call.interface.mtu = None if call.no or mtu_size == DEFAULT_MTU else mtu_size
    return ""


def ip_mtu(call: Call, ip_mtu_size: int | None = None) -> str:
    """`ip mtu N`: the same for IPv4 alone."""
    usual = call.interface.mtu or DEFAULT_MTU
    call.interface.ip_mtu = None if call.no or ip_mtu_size == usual else ip_mtu_size
    return ""


def mac_address(call: Call, mac_address: MacAddress | None = None) -> str:
    """`mac-address H.H.H`: instead of the address that was burned in; sub-interfaces follow their port."""
    target = call.interface
    if not call.no and mac_address is not None and mac_address[0] & 1:
        return "% Invalid: a group address can't be the address of an interface\n"
    target.mac_address = None if call.no else mac_address
    for interface in call.config.interfaces.values():
        if interface.name.parent == target.name:
            interface.mac = target.mac_address or target.burned_in
    return ""


def keepalive(call: Call, keepalive_seconds: int = DEFAULT_KEEPALIVE) -> str:
    """`keepalive [SECONDS]`; without keepalives the protocol of a port is up, cable or not."""
    _check_port(call)
    off = call.command.negated or keepalive_seconds == 0
    call.interface.keepalive = None if off else keepalive_seconds
    if call.command.defaulted:
        call.interface.keepalive = DEFAULT_KEEPALIVE
    call.device.keepalive_changed(call.interface)
    return ""


def load_interval(call: Call, load_seconds: int = DEFAULT_LOAD_INTERVAL) -> str:
    """`load-interval SECONDS`, a multiple of 30: what the rates are averaged over."""
    if load_seconds % _LOAD_STEP:
        raise CommandRefused(f"% The load interval must be a multiple of {_LOAD_STEP} seconds")
    call.interface.load_interval = DEFAULT_LOAD_INTERVAL if call.no else load_seconds
    return ""
