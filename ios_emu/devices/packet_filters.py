"""The access lists in the way of packets: `ip access-group` of interfaces, and `access-class` of lines.

A list that is not there, or has no entries, permits everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ios_emu.devices.access_list_log import AccessListLog
from ios_emu.stack.packet_policy import PacketPolicy
from ios_emu.wire.ethernet import MacAddress
from ios_emu.wire.ipv4 import Ipv4Packet

if TYPE_CHECKING:
    from ios_emu.devices.access_list import AccessList
    from ios_emu.devices.ios_device import IosDevice


class InterfaceFilter:
    """A list at an interface in one direction. `counts` are its entries' packets here, by their identity."""

    def __init__(self, filters: PacketFilters, access_list: AccessList) -> None:
        self.access_list = access_list
        self.counts: dict[int, int] = {}
        self._filters = filters

    def __call__(self, packet: Ipv4Packet) -> bool:
        """May the packet pass?"""
        access_list = self.access_list
        entry = access_list.match(packet)
        if entry is None:
            return access_list.empty
        known = id(entry)
        self.counts[known] = self.counts.get(known, 0) + 1
        if entry.log:
            self._filters.log.note(access_list, entry, packet, self._filters.station())
        return entry.permit


class PacketFilters:
    """The filters of `device`, as its configuration says."""

    def __init__(self, device: IosDevice) -> None:
        self._device = device
        self._at: dict[tuple[str, str], InterfaceFilter] = {}
        self.log = AccessListLog(device)

    def apply(self) -> None:
        """Puts the lists that the interfaces name into the packets' way."""
        config, node = self._device.config, self._device.network.node
        found: dict[tuple[str, str], InterfaceFilter] = {}
        for name, interface in config.interfaces.items():
            for direction, wanted in interface.access_groups.items():
                access_list = config.access_lists.get(wanted)
                if access_list is not None:
                    found[str(name), direction] = self._filter(str(name), direction, access_list)
        self._at = found
        if node.policy is None:
            if not found:
                return
            node.policy = PacketPolicy(node)
        for direction, filters in (("in", node.policy.filters_in), ("out", node.policy.filters_out)):
            filters.clear()
            filters.update({name: one for (name, way), one in found.items() if way == direction})
        if node.policy.empty:
            node.policy = None

    def _filter(self, name: str, direction: str, access_list: AccessList) -> InterfaceFilter:
        known = self._at.get((name, direction))
        if known is not None and known.access_list is access_list:
            return known
        return InterfaceFilter(self, access_list)

    def at(self, interface: str, direction: str) -> InterfaceFilter | None:
        """The filter of an interface in a direction, `in` or `out`."""
        return self._at.get((interface, direction))

    def admits(self, name: str, packet: Ipv4Packet, *, counts: bool = True) -> bool:
        """Does the list of that name permit a packet that opens a session? It is counted, and logged."""
        access_list = self._device.config.access_lists.get(name)
        if access_list is None:
            return True
        if not counts:
            found = access_list.find(packet)
            return access_list.empty if found is None else found.permit
        entry = access_list.match(packet)
        if entry is None:
            return access_list.empty
        if entry.log:
            self.log.note(access_list, entry, packet, self.station())
        return entry.permit

    def station(self) -> str:
        """From where the packet came: its interface and the MAC address of who sent it on that link."""
        policy = self._device.network.node.policy
        if policy is None or policy.arrived is None:
            return ""
        interface, station = policy.arrived
        return f"{interface.name} {MacAddress(station)}"
