"""What a switch says to its neighbours, and hears from them: CDP of its ports, and DTP."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ios_emu.devices.dialect import Dialect
from ios_emu.devices.platform import CdpIdentity
from ios_emu.services.dtp import DtpEngine
from ios_emu.stack.cable import Port
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.wire.cdp import IGMP, SWITCH
from ios_emu.wire.ethernet import MacAddress

if TYPE_CHECKING:
    from ios_emu.devices.catalyst import Catalyst


class SwitchNeighbours:
    """The neighbours of `device`. What comes in for the switch itself is CDP's or DTP's."""

    def __init__(self, device: Catalyst) -> None:
        self._device = device
        self.dtp = DtpEngine(device.clock, device.switch, self._mac, lambda: device.config.database.domain)
        self.dtp.agreed = device.apply
        device.switch.control = self._receive

    def _mac(self, port: str) -> MacAddress:
        mac = self._device.config.interfaces[InterfaceName.read(port)].mac
        assert mac is not None
        return mac

    def _receive(self, port: Port, frame: bytes) -> None:
        self._device.cdp.receive(port.name, frame)
        self.dtp.receive(port.name, frame)

    # What CDP tells

    @property
    def identity(self) -> CdpIdentity:
        """A 2960 is a switch that knows groups; Packet Tracer's is a switch."""
        platform = self._device.platform
        software = platform.software.lines()
        if self._device.dialect is Dialect.IOS:
            return CdpIdentity(f"cisco {platform.model}", SWITCH | IGMP, software, manageable=True)
        # That it has support is not among the lines of this one.
        return CdpIdentity("cisco 2960", SWITCH, (software[0], *software[2:]))

    def addresses(self) -> list[IPv4Address]:
        """The address of the first SVI that is up."""
        device = self._device
        found = [
            one.address.ip
            for name, one in sorted(device.config.interfaces.items())
            if name.kind == "Vlan" and one.address is not None and device.interface_up(one)
        ]
        return found[:1]

    def native_vlan(self, port: InterfaceName) -> int | None:
        """A trunk's native VLAN, or the VLAN of an access port; Packet Tracer tells none."""
        return self._device.switch.operational(str(port))[1] if self._device.dialect is Dialect.IOS else None
