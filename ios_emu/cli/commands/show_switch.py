"""`show interfaces status|trunk|switchport`, and what a switch without routing says of routes."""

from __future__ import annotations

from collections.abc import Iterator

from ios_emu.cli.shell import Call
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.switch_configuration import SwitchInterface
from ios_emu.devices.vlan_database import is_ethernet
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.switch_port import SwitchPort
from ios_emu.stack.vlan_set import ALL_VLANS

_STATUS = "\nPort      Name               Status       Vlan       Duplex  Speed Type\n"
_NAME_WIDTH = 18
_TRUNK_PARTS = (
    "Vlans allowed on trunk",
    "Vlans allowed and active in management domain",
    "Vlans in spanning tree forwarding state and not pruned",
)
_TRUNK_MODES = {"trunk": "on", "access": "off", "dynamic auto": "auto", "dynamic desirable": "desirable"}
# Packet Tracer's switches know no others on a trunk.
_PACKET_TRACER_VLANS = range(1, 1006)


def _ports(call: Call, name: InterfaceName | None) -> list[SwitchInterface]:
    """The port of that name, or all of them."""
    if name is None:
        return call.catalyst.config.ports
    interface = call.config.interfaces.get(name)
    if not isinstance(interface, SwitchInterface) or interface.switchport is None:
        raise call.invalid("interface_name")
    return [interface]


def is_gigabit(interface: SwitchInterface) -> bool:
    """Is it one of the uplinks?"""
    return interface.name.kind == "GigabitEthernet"


def port_state(call: Call, interface: SwitchInterface) -> str:
    """`connected`, `notconnect`, `disabled` or `err-disabled`."""
    if interface.shutdown:
        return "disabled"
    if str(interface.name) in call.catalyst.switch.err_disabled:
        return "err-disabled"
    return "connected" if call.device.network.carrier(interface.name) else "notconnect"


# status


def show_interfaces_status(call: Call, interface_name: InterfaceName | None = None) -> str:
    """`show interfaces [X] status`."""
    return _STATUS.removeprefix("\n" * (call.dialect is Dialect.PACKET_TRACER)) + "".join(
        f"{_status_row(call, one)}\n" for one in _ports(call, interface_name)
    )


def _status_row(call: Call, interface: SwitchInterface) -> str:
    state = port_state(call, interface)
    name = (interface.description or "")[:_NAME_WIDTH]
    short = call.catalyst.short_name(interface.name)
    vlan = _vlan_column(call, interface)
    if call.dialect is Dialect.PACKET_TRACER:
        column = "disabled " if state == "disabled" else f"{state:<12} "
        return (
            f"{short:<9} {name:<18} {column}{vlan:<11}{interface.duplex:<8}{interface.speed:<6}10/100BaseTX"
        )
    up = state == "connected"
    duplex = interface.duplex if interface.duplex != "auto" else "a-full" if up else "auto"
    best = "a-1000" if is_gigabit(interface) else "a-100"
    speed = interface.speed if interface.speed != "auto" else best if up else "auto"
    kind = "10/100/1000BaseTX" if is_gigabit(interface) else "10/100BaseTX"
    return f"{short:<9} {name:<18} {state:<12} {vlan:<10} {duplex:>6} {speed:>6} {kind}"


def _vlan_column(call: Call, interface: SwitchInterface) -> str:
    works_as = call.catalyst.switch.operational(str(interface.name))
    if works_as[0] == "trunk" and call.device.network.carrier(interface.name):
        return "trunk"
    return str(call.catalyst.port(interface.name).access_vlan)


def show_interfaces_err_disabled(call: Call) -> str:
    """`show interfaces status err-disabled`: the ports that are off for a fault."""
    rows = ""
    for interface in call.catalyst.config.ports:
        cause = call.catalyst.switch.err_disabled.get(str(interface.name))
        if cause is not None:
            name = (interface.description or "")[:_NAME_WIDTH]
            rows += f"{interface.name.short:<9} {name:<18} err-disabled {cause}\n"
    return f"\nPort      Name               Status       Reason               Err-disabled Vlans\n{rows}"


# trunk


def show_interfaces_trunk(call: Call, interface_name: InterfaceName | None = None) -> str:
    """`show interfaces [X] trunk`: the ports that trunk and what they carry; a port that is named, always."""
    ports = [
        one for one in _ports(call, interface_name) if interface_name is not None or _is_trunking(call, one)
    ]
    if not ports:
        return ""
    ios = call.dialect is Dialect.IOS
    width = 17 if ios else 13
    text = "\n" * ios + f"Port        {'Mode':<{width}}Encapsulation  Status        Native vlan\n"
    for interface in ports:
        port = call.catalyst.port(interface.name)
        status = "trunking" if _is_trunking(call, interface) else "not-trunking"
        short = call.catalyst.short_name(interface.name)
        text += (
            f"{short:<12}{_TRUNK_MODES[port.mode]:<{width}}802.1q         {status:<14}{port.native_vlan}\n"
        )
    for number, title in enumerate(_TRUNK_PARTS):
        text += f"\nPort        {title}\n"
        for interface in ports:
            short = call.catalyst.short_name(interface.name)
            text += f"{short:<12}{_carried(call, interface, number)}\n"
    return text


def _is_trunking(call: Call, interface: SwitchInterface) -> bool:
    name = interface.name
    return call.catalyst.switch.operational(str(name))[0] == "trunk" and call.device.network.carrier(name)


def _carried(call: Call, interface: SwitchInterface, part: int) -> str:
    """The VLANs that may cross a trunk, those of them that are active, and those that do."""
    port, database = call.catalyst.port(interface.name), call.catalyst.config.database
    if not _is_trunking(call, interface):
        return str(port.access_vlan) if part < 2 else "none"
    allowed = set(port.allowed_vlans)
    if call.dialect is Dialect.PACKET_TRACER:
        allowed &= set(_PACKET_TRACER_VLANS)
    if part:
        active = {number for number in database.vlans if is_ethernet(number)} - database.inactive
        allowed &= active
        if call.dialect is Dialect.PACKET_TRACER:
            allowed |= set(port.allowed_vlans) & set(database.vlans)
    return vlan_ranges(allowed)


def vlan_ranges(numbers: set[int]) -> str:
    """`1,10,20-21`: the screens write neighbours as a range, however few there are."""
    pieces: list[str] = []
    first = last = 0
    for number in [*sorted(numbers), 0]:
        if number != last + 1 and last:
            pieces.append(f"{first}-{last}" if first != last else str(first))
        first = number if number != last + 1 or not last else first
        last = number
    return ",".join(pieces) or "none"


# switchport


def show_interfaces_switchport(call: Call, interface_name: InterfaceName | None = None) -> str:
    """`show interfaces [X] switchport`."""
    parts = ("".join(f"{line}\n" for line in _switchport(call, one)) for one in _ports(call, interface_name))
    return "\n".join(parts) + "\n" * (call.dialect is Dialect.IOS)


def _switchport(call: Call, interface: SwitchInterface) -> Iterator[str]:
    port, ios = call.catalyst.port(interface.name), call.dialect is Dialect.IOS
    trunking, up = _is_trunking(call, interface), call.device.network.carrier(interface.name)
    end = " " if ios else ""
    yield f"Name: {call.catalyst.short_name(interface.name)}"
    yield "Switchport: Enabled"
    yield f"Administrative Mode: {'static access' if port.mode == 'access' else port.mode}"
    yield f"Operational Mode: {('trunk' if trunking else 'static access') if up else 'down'}"
    yield "Administrative Trunking Encapsulation: dot1q"
    if up:
        yield f"Operational Trunking Encapsulation: {'dot1q' if trunking else 'native'}"
    yield f"Negotiation of Trunking: {'Off' if port.mode == 'access' or port.nonegotiate else 'On'}"
    yield f"Access Mode VLAN: {_named(call, port.access_vlan)}"
    yield f"Trunking Native Mode VLAN: {_named(call, port.native_vlan)}"
    if ios:
        yield "Administrative Native VLAN tagging: enabled"
    yield f"Voice VLAN: {'none' if interface.voice_vlan is None else _named(call, interface.voice_vlan)}"
    yield f"Administrative private-vlan host-association: none{end}"
    yield f"Administrative private-vlan mapping: none{end}"
    yield "Administrative private-vlan trunk native VLAN: none"
    if ios:
        yield "Administrative private-vlan trunk Native VLAN tagging: enabled"
    yield "Administrative private-vlan trunk encapsulation: dot1q"
    yield "Administrative private-vlan trunk normal VLANs: none"
    if ios:
        yield "Administrative private-vlan trunk associations: none"
        yield "Administrative private-vlan trunk mappings: none"
    else:
        yield "Administrative private-vlan trunk private VLANs: none"
    yield "Operational private-vlan: none"
    yield f"Trunking VLANs Enabled: {_enabled(port)}"
    yield "Pruning VLANs Enabled: 2-1001"
    yield "Capture Mode Disabled"
    yield "Capture VLANs Allowed: ALL"
    if ios:
        yield ""
    yield f"Protected: {'true' if 'switchport protected' in interface.kept else 'false'}"
    for kind in ("unicast", "multicast"):
        blocked = "enabled" if f"switchport block {kind}" in interface.kept else "disabled"
        yield f"Unknown {kind} blocked: {blocked}"
    yield "Appliance trust: none"


def _named(call: Call, number: int) -> str:
    vlan = call.catalyst.config.database.vlans.get(number)
    return f"{number} ({'Inactive' if vlan is None else vlan.name})"


def _enabled(port: SwitchPort) -> str:
    return "ALL" if port.allowed_vlans == ALL_VLANS else vlan_ranges(set(port.allowed_vlans))


# The way out


def show_ip_redirects(call: Call) -> str:
    """`show ip route`: a switch that does not route has a default gateway at most."""
    gateway = call.catalyst.config.default_gateway
    text = "Default gateway is not set\n" if gateway is None else f"Default gateway is {gateway}\n"
    return (
        f"{text}\n"
        "Host               Gateway           Last Use    Total Uses  Interface\n"
        "ICMP redirect cache is empty\n"
    )
