"""What the commands of a mode work on: an interface, a pool, lines, a block of kept lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from ios_emu.devices.interface import Interface

if TYPE_CHECKING:
    from ios_emu.devices.access_list import AccessList
    from ios_emu.devices.kept_blocks import Block
    from ios_emu.devices.lines import LineSettings
    from ios_emu.services.dhcp_pool import DhcpClass, Pool, PoolClass, SecondaryNetwork
    from ios_emu.services.rip_settings import RipSettings


@dataclass(frozen=True, slots=True)
class InterfaceRange:
    """The interfaces of `interface range`: a command is done to one after the other."""

    interfaces: list[Interface]


@dataclass(frozen=True, slots=True)
class Vlans:
    """The VLANs of `vlan 10,20-22`: a command is done to all of them."""

    numbers: tuple[int, ...]


AnyTarget = TypeVar("AnyTarget")
Target: TypeAlias = (
    "Interface | InterfaceRange | Pool | SecondaryNetwork | PoolClass | DhcpClass | Block | Vlans"
    " | RipSettings | AccessList | list[LineSettings] | None"
)
"""What the commands of a sub-mode work on."""
