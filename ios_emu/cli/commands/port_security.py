"""`switchport port-security ...`, `show port-security ...` and `clear port-security ...`."""

from __future__ import annotations

from collections.abc import Iterator

from ios_emu.cli.commands.switch_port import port_of
from ios_emu.cli.own_words import OwnWords
from ios_emu.cli.shell import Call
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.switch_configuration import SwitchInterface
from ios_emu.errors import CommandRefused
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.port_security import Secured, SecurePort
from ios_emu.stack.switch_port import Violation
from ios_emu.wire.ethernet import MacAddress

_MOST_IN_SYSTEM = {Dialect.IOS: 8192, Dialect.PACKET_TRACER: 1024}
_NOBODY = "0000.0000.0000:0"
_TABLE = """\
Secure Port  MaxSecureAddr  CurrentAddr  SecurityViolation  Security Action
                (Count)       (Count)          (Count)
---------------------------------------------------------------------------
"""
_TABLE_END = "-" * 75 + "\n"
_PACKET_TRACER_TABLE = """\
Secure Port MaxSecureAddr CurrentAddr SecurityViolation Security Action
               (Count)       (Count)        (Count)
--------------------------------------------------------------------
"""
_PACKET_TRACER_TABLE_END = "-" * 70 + "\n"
_ADDRESSES = """\
               Secure Mac Address Table
-----------------------------------------------------------------------------
Vlan    Mac Address       Type                          Ports   Remaining Age
                                                                   (mins)
----    -----------       ----                          -----   -------------
"""
_ADDRESSES_END = "-" * 77 + "\n"
_PACKET_TRACER_ADDRESSES = (
    "\t\t\tSecure Mac Address Table\n"
    + "-" * 79
    + "\nVlan\tMac Address\tType\t\t\tPorts\t\tRemaining Age\n\t\t\t\t\t\t\t\t(mins)\n"
    "----\t-----------\t----\t\t\t-----\t\t-------------\n"
)
_PACKET_TRACER_ADDRESSES_END = "-" * 78 + "\n"


# Configuration


def port_security(call: Call) -> str:
    """`switchport port-security`: only stations that are known may speak, as far as there is room."""
    interface, port = port_of(call)
    if not call.no and port.mode.startswith("dynamic"):
        raise CommandRefused(f"Command rejected: {interface.name} is a dynamic port.")
    port.security.enabled = not call.no
    call.catalyst.switching_changed()
    return ""


def port_security_maximum(call: Call, most_secure: int = 1) -> str:
    """`switchport port-security maximum N`."""
    interface, port = port_of(call)
    wanted = 1 if call.no else most_secure
    if wanted < _state(call, interface.name).count:
        return "Maximum is less than number of currently secured mac-addresses.\n"
    port.security.maximum = wanted
    call.catalyst.switching_changed()
    return ""


def port_security_violation(
    call: Call, protect: str | None = None, restrict: str | None = None, shut: str | None = None
) -> str:
    """`switchport port-security violation protect|restrict|shutdown`."""
    _, port = port_of(call)
    reaction: Violation = "shutdown"
    if not call.no and protect is not None:
        reaction = "protect"
    elif not call.no and restrict is not None:
        reaction = "restrict"
    port.security.violation = reaction
    return ""


def port_security_mac(call: Call, secure_mac: MacAddress | None = None, sticky: str | None = None) -> str:
    """`switchport port-security mac-address H.H.H | sticky [H.H.H]`."""
    interface, port = port_of(call)
    security = port.security
    if secure_mac is None:
        security.sticky = sticky is not None and not call.no
        if not security.sticky:
            # What was learnt so is learnt again, and is no setting any more.
            security.sticky_addresses.clear()
    else:
        group = security.static_addresses if sticky is None else security.sticky_addresses
        if call.no:
            if secure_mac in group:
                group.remove(secure_mac)
        else:
            _add_address(call, interface, group, secure_mac)
    call.catalyst.switching_changed()
    return ""


def _add_address(call: Call, interface: SwitchInterface, group: list[MacAddress], mac: MacAddress) -> None:
    assert interface.switchport is not None
    security = interface.switchport.security
    if mac[0] & 1:
        raise OwnWords.NOT_UNICAST.refusal(mac=mac)
    if mac in security.static_addresses or mac in security.sticky_addresses:
        raise CommandRefused(f"Found duplicate mac-address {mac}.")
    state = _state(call, interface.name)
    state.forget(mac)
    if state.count >= security.maximum and not call.device.reading_nvram:
        raise CommandRefused(
            f"Total secure mac-addresses on interface {interface.name} has reached maximum limit."
        )
    group.append(mac)


def _state(call: Call, name: InterfaceName) -> SecurePort:
    """What port security has learnt at a port; while NVRAM is read that is nothing."""
    if call.device.reading_nvram:
        return SecurePort(call.catalyst.port(name).security)
    return call.catalyst.switch.secure[str(name)]


# show


def _secure_ports(call: Call) -> Iterator[SwitchInterface]:
    for interface in call.catalyst.config.ports:
        if interface.switchport is not None and interface.switchport.security.enabled:
            yield interface


def _total(call: Call) -> str:
    states = [_state(call, interface.name) for interface in _secure_ports(call)]
    beyond = sum(max(0, state.count - 1) for state in states)
    return (
        f"Total Addresses in System (excluding one mac per port)     : {beyond}\n"
        f"Max Addresses limit in System (excluding one mac per port) : {_MOST_IN_SYSTEM[call.dialect]}\n"
    )


def show_port_security(call: Call) -> str:
    """`show port-security`: the ports that have it, and what they counted."""
    rows = ""
    packet_tracer = call.dialect is Dialect.PACKET_TRACER
    widths = (13, 9, 11, 18, 17) if packet_tracer else (11, 15, 13, 19, 17)
    for interface in _secure_ports(call):
        state = _state(call, interface.name)
        action = state.settings.violation.capitalize()
        columns = (
            _short(call, interface.name),
            state.settings.maximum,
            state.count,
            state.violations,
            action,
        )
        rows += "".join(f"{one:>{width}}" for one, width in zip(columns, widths, strict=True)) + "\n"
    if packet_tracer:
        return _PACKET_TRACER_TABLE + rows + _PACKET_TRACER_TABLE_END
    return _TABLE + rows + _TABLE_END + _total(call)


def _short(call: Call, name: InterfaceName) -> str:
    return call.catalyst.short_name(name)


def show_port_security_interface(call: Call, interface_name: InterfaceName) -> str:
    """`show port-security interface X`."""
    interface = _port(call, interface_name)
    state = _state(call, interface.name)
    security, kept = state.settings, interface.kept
    source = _NOBODY
    if state.last_source is not None:
        mac, vlan = state.last_source
        source = f"{_mac(call, mac)}:{vlan}"
    minutes = kept.get("switchport port-security aging time", "x x x x 0").split()[-1]
    kind = kept.get("switchport port-security aging type", "absolute").split()[-1]
    static = "Enabled" if "switchport port-security aging static" in kept else "Disabled"
    return f"""\
Port Security              : {"Enabled" if security.enabled else "Disabled"}
Port Status                : Secure-{_status(call, interface)}
Violation Mode             : {security.violation.capitalize()}
Aging Time                 : {minutes} mins
Aging Type                 : {kind.capitalize()}
SecureStatic Address Aging : {static}
Maximum MAC Addresses      : {security.maximum}
Total MAC Addresses        : {state.count}
Configured MAC Addresses   : {len(security.static_addresses)}
Sticky MAC Addresses       : {len(security.sticky_addresses)}
Last Source Address:Vlan   : {source}
Security Violation Count   : {state.violations}

"""


def _port(call: Call, name: InterfaceName) -> SwitchInterface:
    interface = call.config.interfaces.get(name)
    if not isinstance(interface, SwitchInterface) or interface.switchport is None:
        raise call.invalid("interface_name")
    return interface


def _mac(call: Call, mac: MacAddress) -> str:
    return str(mac).upper() if call.dialect is Dialect.PACKET_TRACER else str(mac)


def _status(call: Call, interface: SwitchInterface) -> str:
    assert interface.switchport is not None
    if str(interface.name) in call.catalyst.switch.err_disabled:
        return "shutdown"
    return "up" if interface.switchport.security.enabled and call.device.protocol_up(interface) else "down"


def show_port_security_address(call: Call, interface_name: InterfaceName | None = None) -> str:
    """`show port-security [interface X] address`."""
    ports = list(_secure_ports(call)) if interface_name is None else [_port(call, interface_name)]
    packet_tracer = call.dialect is Dialect.PACKET_TRACER
    rows = ""
    for interface in ports:
        assert interface.switchport is not None
        vlan = interface.switchport.access_vlan
        for mac, how in _state(call, interface.name).addresses():
            if packet_tracer:
                kind = "DynamicConfigured" if how is Secured.LEARNED else how.value
                rows += f"{vlan}\t{_mac(call, mac)}\t{kind}\t{interface.name}\t\t-\n"
            else:
                rows += f"{vlan:>4}    {mac}    {how.value:<28}{interface.name.short:>7}        -\n"
    if packet_tracer:
        return _PACKET_TRACER_ADDRESSES + rows + _PACKET_TRACER_ADDRESSES_END + _total(call)
    return _ADDRESSES + rows + _ADDRESSES_END + _total(call)


# clear


def clear_port_security(call: Call) -> str:
    """`clear port-security all`."""
    for clear in (clear_port_security_dynamic, clear_port_security_sticky, clear_port_security_configured):
        clear(call)
    return ""


def clear_port_security_dynamic(call: Call) -> str:
    """`clear port-security dynamic`: the addresses that were learnt."""
    for interface in _secure_ports(call):
        _state(call, interface.name).forget()
    call.catalyst.switching_changed()
    return ""


def clear_port_security_sticky(call: Call) -> str:
    """`clear port-security sticky`: those that were learnt and became settings."""
    for interface in _secure_ports(call):
        _state(call, interface.name).settings.sticky_addresses.clear()
    call.catalyst.switching_changed()
    return ""


def clear_port_security_configured(call: Call) -> str:
    """`clear port-security configured`: those that were configured."""
    for interface in _secure_ports(call):
        _state(call, interface.name).settings.static_addresses.clear()
    call.catalyst.switching_changed()
    return ""
