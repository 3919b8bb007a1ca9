"""`switchport ...` of a port, and what else a switch's interfaces have: portfast, the default gateway."""

from __future__ import annotations

from ipaddress import IPv4Address

from ios_emu.cli.commands.switch_vlan import read_vlans
from ios_emu.cli.own_words import OwnWords
from ios_emu.cli.shell import Call
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.switch_configuration import ROUTE_CACHE, SwitchInterface
from ios_emu.devices.vlan_database import NORMAL, is_ethernet
from ios_emu.errors import CommandRefused
from ios_emu.stack.switch_port import PortMode, SwitchPort
from ios_emu.stack.vlan_set import ALL_VLANS, VlanSet

_FACTORY_MODE: PortMode = "dynamic auto"
_CONFLICT = "Command rejected: Conflict between 'nonegotiate' and 'dynamic' status."
_PORTFAST = "spanning-tree portfast"
_PORTFAST_WARNING = """\
%Warning: portfast should only be enabled on ports connected to a single
 host. Connecting hubs, concentrators, switches, bridges, etc... to this
 interface  when portfast is enabled, can cause temporary bridging loops.
 Use with CAUTION

"""


def port_of(call: Call) -> tuple[SwitchInterface, SwitchPort]:
    """The port that is being configured, and its `switchport` settings."""
    interface = call.interface
    assert isinstance(interface, SwitchInterface)
    assert interface.switchport is not None
    return interface, interface.switchport


def _changed(call: Call) -> str:
    call.catalyst.switching_changed()
    return ""


def switchport_mode(
    call: Call,
    access_mode: str | None = None,
    trunk_mode: str | None = None,
    auto_mode: str | None = None,
    desirable: str | None = None,
) -> str:
    """`switchport mode access|trunk|dynamic auto|dynamic desirable`."""
    interface, port = port_of(call)
    mode: PortMode = _FACTORY_MODE
    if not call.no:
        if access_mode is not None:
            mode = "access"
        elif trunk_mode is not None:
            mode = "trunk"
        elif desirable is not None:
            mode = "dynamic desirable"
    if mode.startswith("dynamic"):
        if port.nonegotiate:
            raise CommandRefused(_CONFLICT)
        if port.security.enabled:
            raise OwnWords.SECURE_PORT.refusal(interface=interface.name)
    port.mode = mode
    return _changed(call)


def switchport_nonegotiate(call: Call) -> str:
    """`switchport nonegotiate`: no DTP; a port in a dynamic mode lives by it."""
    _, port = port_of(call)
    if not call.no and port.mode.startswith("dynamic"):
        raise CommandRefused(_CONFLICT)
    port.nonegotiate = not call.no
    return _changed(call)


def switchport_access_vlan(call: Call, access_vlan: int = 1) -> str:
    """`switchport access vlan N`: makes the VLAN where there is none."""
    _, port = port_of(call)
    port.access_vlan = 1 if call.no else _checked(access_vlan)
    answer = _make_sure(call, port.access_vlan, "Access VLAN")
    _changed(call)
    return answer


def switchport_voice_vlan(call: Call, voice_vlan: int | None = None) -> str:
    """`switchport voice vlan N`: kept."""
    interface, _ = port_of(call)
    interface.voice_vlan = None if call.no or voice_vlan is None else _checked(voice_vlan)
    if interface.voice_vlan is None:
        return ""
    return _make_sure(call, interface.voice_vlan, "Voice VLAN")


def _checked(number: int) -> int:
    if not is_ethernet(number):
        raise OwnWords.NOT_ETHERNET.refusal(number=number)
    return number


def _make_sure(call: Call, number: int, which: str) -> str:
    database = call.catalyst.config.database
    # What NVRAM says of a port makes no VLAN: those are in the database.
    if number in database.vlans or call.device.reading_nvram:
        return ""
    if database.mode == "client" or (number not in NORMAL and not database.transparent):
        return f"% {which} does not exist. Unable to create vlan {number}\n"
    database.add(number)
    call.catalyst.database_changed()
    return f"% {which} does not exist. Creating vlan {number}\n"


def switchport_native_vlan(call: Call, native_vlan: int = 1) -> str:
    """`switchport trunk native vlan N`: the VLAN of untagged frames on a trunk."""
    _, port = port_of(call)
    port.native_vlan = 1 if call.no else _checked(native_vlan)
    return _changed(call)


def switchport_allowed_vlan(
    call: Call,
    allowed_vlans: str | None = None,
    allowed_add: str | None = None,
    allowed_all: str | None = None,
    allowed_except: str | None = None,
    allowed_none: str | None = None,
    allowed_remove: str | None = None,
) -> str:
    """`switchport trunk allowed vlan [add | except | remove] LIST`, `all` or `none`."""
    _, port = port_of(call)
    listed = set() if allowed_vlans is None else set(read_vlans(allowed_vlans))
    if call.no or allowed_all is not None:
        allowed: set[int] | frozenset[int] = ALL_VLANS
    elif allowed_add is not None:
        allowed = port.allowed_vlans | listed
    elif allowed_except is not None:
        allowed = ALL_VLANS - listed
    elif allowed_remove is not None:
        allowed = port.allowed_vlans - listed
    else:
        allowed = listed
    port.allowed_vlans = VlanSet(allowed)
    return _changed(call)


def spanning_tree_portfast(call: Call, disable: str | None = None, trunk_port: str | None = None) -> str:
    """`spanning-tree portfast [disable | trunk]`: kept, with the warning that IOS gives."""
    interface, _ = port_of(call)
    if call.no:
        interface.kept.pop(_PORTFAST, None)
        return ""
    words = [word for word in (disable, trunk_port) if word is not None]
    interface.kept[_PORTFAST] = " ".join([_PORTFAST, *words])
    if disable is not None or call.device.reading_nvram:
        return ""
    effect = (
        f"%Portfast has been configured on {interface.name} but will only\n"
        " have effect when the interface is in a non-trunking mode.\n"
    )
    return _PORTFAST_WARNING + ("" if trunk_port is not None else effect)


def route_cache(call: Call) -> str:
    """`ip route-cache`: kept; a real 2960 has it off, and says so."""
    kept = call.interface.kept
    if not call.command.defaulted:
        kept[ROUTE_CACHE] = f"no {ROUTE_CACHE}" if call.command.negated else ROUTE_CACHE
    elif call.dialect is Dialect.IOS:
        kept[ROUTE_CACHE] = f"no {ROUTE_CACHE}"
    else:
        kept.pop(ROUTE_CACHE, None)
    return ""


def ip_default_gateway(call: Call, default_gateway: IPv4Address | None = None) -> str:
    """`ip default-gateway A`: where the switch's own packets go that leave its networks."""
    call.catalyst.config.default_gateway = None if call.no else default_gateway
    return ""
