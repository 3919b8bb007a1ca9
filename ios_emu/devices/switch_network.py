"""A switch's side of the wire: its ports are the forwarding's; its own node is behind the port of the CPU."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from ios_emu.clock import Clock
from ios_emu.devices.interface import Interface
from ios_emu.devices.network import DeviceNetwork
from ios_emu.devices.switch_configuration import SWITCH_PORTS
from ios_emu.stack.cable import Port
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.stack.switching import Switch

if TYPE_CHECKING:
    from ios_emu.devices.catalyst import Catalyst
    from ios_emu.stack.node import Node


class SwitchNetwork(DeviceNetwork):
    """Ports of `switch`, and the node behind its CPU's port, which does not forward."""

    forwards = False

    def __init__(self, device: Catalyst, clock: Clock, chance: random.Random, switch: Switch) -> None:
        self.switch = switch
        self._catalyst = device
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

    def _link_changed(self, port: Port) -> None:
        self._catalyst.neighbours.dtp.link_changed(port.name)
        self._carrier_changed(InterfaceName.read(port.name))
