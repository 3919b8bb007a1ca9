"""CDP of an IOS device: what it says of itself on each port, and when a port has CDP on.

CDP is on unless `no cdp run`, or `no cdp enable` at the interface, says otherwise. Only ports with a cable
take part; a sub-interface does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from ios_emu.devices.debugging import CDP_PACKETS
from ios_emu.devices.dialect import Dialect
from ios_emu.stack.interface_name import InterfaceName

if TYPE_CHECKING:
    from ios_emu.devices.ios_device import IosDevice
    from ios_emu.services.cdp import CdpEngine, CdpSettings
    from ios_emu.wire.cdp import CdpPacket
    from ios_emu.wire.ethernet import MacAddress


class DeviceCdp:
    """CDP of `device`. The engine is made when the first port has a cable."""

    def __init__(self, device: IosDevice) -> None:
        self._device = device
        self._settings: CdpSettings | None = None
        # The ports that take part, as far as is known.
        self._taking_part: set[InterfaceName] = set()

    @cached_property
    def engine(self) -> CdpEngine:
        """Neighbours and counters."""
        from ios_emu.services.cdp import CdpEngine

        return CdpEngine(self._device.clock, self)

    @property
    def settings(self) -> CdpSettings:
        """As configured now."""
        from ios_emu.services.cdp import CdpSettings

        config = self._device.config
        kept = config.kept
        return CdpSettings(
            running="cdp run" not in kept,
            timer=config.cdp_timer,
            holdtime=config.cdp_holdtime,
            version_2="cdp advertise-v2" not in kept,
            log_duplex="cdp log mismatch duplex" not in kept,
        )

    def enabled(self, name: InterfaceName) -> bool:
        """Is CDP on at that interface?"""
        interface = self._device.config.interfaces.get(name)
        running = "cdp run" not in self._device.config.kept
        return running and interface is not None and "cdp enable" not in interface.kept

    def _up(self) -> Iterator[InterfaceName]:
        ports = self._device.network.ports
        return (name for name, port in ports.items() if port.carrier and self.enabled(name))

    # What changes

    def carrier_changed(self, name: InterfaceName) -> None:
        """A port has got a cable that works, or lost it."""
        self._taking_part.discard(name)
        if self._device.network.ports[name].carrier and self.enabled(name):
            self._begin(name)

    def restart(self) -> None:
        """The device boots: it knows no neighbours, and tells those that are there."""
        if "engine" in self.__dict__:
            self.engine.restart()
        self._settings = None
        self._taking_part.clear()
        for name in self._up():
            self._begin(name)

    def apply(self) -> None:
        """The configuration may have changed."""
        up = set(self._up())
        if not up and "engine" not in self.__dict__:
            return
        before, self._settings = self._settings, self.settings
        if before not in (None, self._settings):
            self.engine.settings_changed()
        new = sorted(up - self._taking_part)
        self._taking_part &= up
        for name in new:
            self._begin(name)

    def _begin(self, name: InterfaceName) -> None:
        self._taking_part.add(name)
        self.engine.port_up(str(name))

    def receive(self, port: str, frame: bytes) -> None:
        """A frame that is neither IP nor ARP has come in at a port of that full name."""
        self.engine.receive(port, frame)

    # What the engine asks

    def ports(self) -> Iterator[str]:
        """The ports that are up, and have CDP on."""
        return map(str, self._up())

    def says(self, port: str) -> CdpPacket:
        """What the device says of itself on a port."""
        from ios_emu.wire.cdp import CdpPacket

        device, config = self._device, self._device.config
        name = InterfaceName.read(port)
        ios = device.dialect is Dialect.IOS
        identity = device.cdp_identity
        domain = config.names.domain
        addresses = tuple(map(int, device.cdp_addresses(name)))
        return CdpPacket(
            device_id=f"{config.hostname}.{domain}" if domain and ios else config.hostname,
            port_id=port,
            capabilities=identity.capabilities,
            software="\n".join(identity.software),
            platform=identity.platform,
            addresses=addresses,
            vtp_domain="" if ios else None,
            native_vlan=device.cdp_native_vlan(name),
            full_duplex=config.interfaces[name].duplex != "half",
            management=addresses if identity.manageable else None,
        )

    def mac(self, port: str) -> MacAddress:
        """The port's address."""
        mac = self._device.config.interfaces[InterfaceName.read(port)].mac
        assert mac is not None
        return mac

    def send(self, port: str, frame: bytes) -> None:
        """Puts a frame on the cable."""
        self._device.network.ports[InterfaceName.read(port)].send(frame)

    def log(self, name: str, text: str) -> None:
        """Logs a message."""
        self._device.report(name, text)

    def debug(self, text: str) -> None:
        """Shows a line of `debug cdp packets`."""
        if CDP_PACKETS in self._device.debugging.active:
            self._device.report_debug(text)
