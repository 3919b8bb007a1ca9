"""A switch's side of the wire: its ports are the forwarding's; its own node is behind the port of the CPU."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from ios_emu.clock import Clock
from ios_emu.devices.interface import Interface
from ios_emu.devices.network import DeviceNetwork
from ios_emu.devices.switch_configuration import SWITCH_PORTS
from ios_emu.stack.cable import Port
from ios_emu.stack.counters import VlanCounters
from ios_emu.stack.inner_wire import join
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.switching import Switch
from ios_emu.wire.ethernet import SMALLEST_FRAME, MacAddress, without_tag

if TYPE_CHECKING:
    from ios_emu.devices.catalyst import Catalyst
    from ios_emu.stack.ip_interface import IpInterface
    from ios_emu.stack.node import Node


class SviCounters(VlanCounters):
    """What crosses an SVI, counted as frames of a port: without tags, and not what is for other stations."""

    __slots__ = ("_clock", "mac", "port")

    def __init__(self, clock: Clock, name: InterfaceName, mac: MacAddress) -> None:
        super().__init__()
        self._clock = clock
        self.mac = mac
        self.port = Port(str(name))
        # Where it leads to, nobody listens: it is there to count.
        join(clock, self.port, Port(str(name)))

    def count_in(self, frame: bytes) -> None:
        """Counts a tagged frame that came."""
        super().count_in(frame)
        if frame[0] & 1 or frame[:6] == self.mac:
            self.port.take(_untagged(frame), self._clock.now)

    def count_out(self, frame: bytes) -> None:
        """Counts a tagged frame that was sent."""
        super().count_out(frame)
        self.port.send(_untagged(frame))


def _untagged(frame: bytes) -> bytes:
    return without_tag(frame).ljust(SMALLEST_FRAME, b"\0")


class SwitchNetwork(DeviceNetwork):
    """Ports of `switch`, and the node behind its CPU's port, which does not forward."""

    forwards = False

    def __init__(self, device: Catalyst, clock: Clock, chance: random.Random, switch: Switch) -> None:
        self.switch = switch
        self._catalyst = device
        self._svis: dict[InterfaceName, SviCounters] = {}
        super().__init__(device, clock, chance, {name: switch.ports[str(name)] for name in SWITCH_PORTS})

    def _claim(self) -> list[Port]:
        self.switch.link_changed = self._link_changed
        return [self.switch.cpu]

    @property
    def _node(self) -> Node:
        """The node. As every IOS device, it keeps no packet while it asks for a neighbour's address."""
        fresh = self._made is None
        node = super()._node
        if fresh:
            node.arp.queue = 0
        return node

    def set_enabled(self, interface: Interface) -> None:
        """Switches a port on or off at once, as `shutdown` does."""
        settings = self.switch.settings.get(str(interface.name))
        if settings is not None and settings.shutdown != interface.shutdown:
            settings.shutdown = interface.shutdown
            self.switch.changed()

    def _wire_of(self, interface: Interface) -> tuple[Port | None, int | None]:
        """A port has no IPv4 of its own: an SVI is on the port of the CPU."""
        name = interface.name
        return (self.switch.cpu, name.port) if name.kind == "Vlan" else (None, None)

    def _ip_interface(self, name: InterfaceName, interface: Interface) -> IpInterface:
        made = super()._ip_interface(name, interface)
        if name.kind == "Vlan":
            counters = self._svis.get(name)
            if counters is None:
                counters = self._svis[name] = SviCounters(self._clock, name, made.mac)
                self.traffic.add(name, counters.port)
            counters.mac = made.mac
            made.counters = counters
        return made

    def _link_changed(self, port: Port) -> None:
        self._catalyst.neighbours.dtp.link_changed(port.name)
        self._carrier_changed(InterfaceName.read(port.name))
