"""What a switch port is set to: its VLANs, whether it trunks, and who may speak there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ios_emu.stack.vlan_set import ALL_VLANS, VlanSet
from ios_emu.wire.ethernet import MacAddress

PortMode = Literal["access", "trunk", "dynamic auto", "dynamic desirable"]
Violation = Literal["shutdown", "restrict", "protect"]


@dataclass
class PortSecurity:
    """`switchport port-security`: how many stations may speak at a port, and which ones."""

    enabled: bool = False
    maximum: int = 1
    violation: Violation = "shutdown"
    sticky: bool = False
    static_addresses: list[MacAddress] = field(default_factory=list)
    sticky_addresses: list[MacAddress] = field(default_factory=list)
    """Those that were learned and have become settings; the switch adds to them while `sticky` is on."""


@dataclass
class SwitchPort:
    """The settings of a port of that (full) name, as it comes from the factory."""

    name: str
    mode: PortMode = "dynamic auto"
    access_vlan: int = 1
    native_vlan: int = 1
    allowed_vlans: VlanSet = ALL_VLANS
    nonegotiate: bool = False
    shutdown: bool = False
    security: PortSecurity = field(default_factory=PortSecurity)
