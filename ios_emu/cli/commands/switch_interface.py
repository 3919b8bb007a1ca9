"""What `interface ...` does otherwise at a switch: the modes of ports and SVIs, and their defaults."""

from __future__ import annotations

from ios_emu.cli import modes
from ios_emu.cli.shell import Call
from ios_emu.devices.interface import Interface
from ios_emu.devices.switch_configuration import SwitchInterface, new_interface


def mode_of(target: Interface) -> modes.Mode:
    """The mode in which an interface is configured."""
    if target.is_subinterface:
        return modes.SUBINTERFACE
    return modes.INTERFACE_VLAN if is_svi(target) else modes.INTERFACE


def is_svi(target: Interface) -> bool:
    """Is it an interface of a switch that is no port? A router's Vlan1 has the mode of all others."""
    return isinstance(target, SwitchInterface) and target.switchport is None


def default_of_switch(call: Call, present: SwitchInterface) -> str:
    """`default interface X`: the administrative state stays."""
    fresh = new_interface(present.name, call.catalyst.platform.base_mac, call.dialect)
    fresh.shutdown = present.shutdown
    call.config.interfaces[present.name] = fresh
    call.catalyst.switching_changed()
    return f"Building configuration...\n\nInterface {present.name} set to default configuration\n"
