"""The NAT hosts of a lab: stations through which published ports reach a device over the emulated wire.

The rules. A NAT host joins a network of the device that it is asked for, at the highest address that nobody
has: none that the lab's devices are set to, and none that somebody answers ARP for. One serves all devices
of its link. When another station takes its address it gives way, and joins again at another. It sends what
it is asked to send, to a device of the lab, and nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

from ios_emu.clock import MILLISECOND
from ios_emu.errors import UsageError
from ios_emu.lab.device import HostDevice, RouterDevice, SwitchDevice
from ios_emu.stack.ip_interface import IpInterface, prefix_mask
from ios_emu.wire.ethernet import MacAddress, mac_for

if TYPE_CHECKING:
    from ios_emu.lab.topology import Lab
    from ios_emu.stack.cable import Port
    from ios_emu.stack.node import Node

_TTL = 64
# An answer to ARP is there within a few milliseconds, also from a kernel behind a TAP device.
_PROBE_TIME = 100 * MILLISECOND
_MOST_PROBES = 64
_SMALLEST_NETWORK = 30


class Place(NamedTuple):
    """Where a device is on a link: its address, the length of the network's prefix, its port, the VLAN."""

    address: int
    length: int
    port: Port
    vlan: int | None

    @property
    def network(self) -> int:
        """The first address of the network."""
        return self.address & prefix_mask(self.length)

    def __str__(self) -> str:
        return f"{IPv4Address(self.network)}/{self.length}"


class Way(NamedTuple):
    """How a device is reached: from a node's own address to that of the device."""

    node: Node
    local: int
    remote: int


Found = Callable[["Way | UsageError"], None]


class NatHosts:
    """The NAT hosts of `lab`, made when they are needed."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._hosts: dict[tuple[object, int, int, int | None], NatHost] = {}

    def __iter__(self) -> Iterator[NatHost]:
        return iter(self._hosts.values())

    def reach(self, device: str, found: Found) -> None:
        """Gives `found` the way to a device as it is now, at once or when a NAT host has joined its network.

        Where there is none, it is given a UsageError that says why.
        """
        try:
            places = list(self._places(device))
        except UsageError as error:
            found(error)
            return
        host = None
        for place in places:
            host = self._host(place)
            if host is not None:
                break
        if host is None:
            networks = ", ".join(str(place) for place in places)
            what = "leaves no address free for the NAT host that leads to it"
            found(UsageError(device, what, f"it is in {networks}", "give it an address in a larger network"))
            return

        def ready(local: int | None) -> None:
            if local is None:
                why = f"every address of {place} that was tried answers ARP"
                found(UsageError(device, "can't be reached", why, "free an address of that network"))
            else:
                found(Way(host.node, local, place.address))

        host.when_ready(ready)

    def _places(self, name: str) -> Iterator[Place]:
        """The addresses of a device on links. Raises UsageError when it has none."""
        device = self._lab[name]
        remedy = "give it one in the lab file"
        count = 0
        if isinstance(device, HostDevice):
            host = device.host
            if host.address is not None and host.port.cable is not None:
                count += 1
                yield Place(int(host.address.ip), host.address.network.prefixlen, host.port, None)
        elif isinstance(device, RouterDevice):
            remedy = "set `ip address` and `no shutdown` at its console and save it, or use --console"
            interfaces = device.router.network.node.interfaces
            for interface in sorted(interfaces, key=lambda one: (not one.up, one.vlan is not None)):
                if interface.port is not None and interface.port.enabled and interface.addresses:
                    count += 1
                    yield Place(*interface.addresses[0], interface.port, interface.vlan)
        elif isinstance(device, SwitchDevice):
            remedy = (
                "set `ip address` and `no shutdown` of an interface Vlan whose VLAN has an access port "
                "at its console and save it, or use --console"
            )
            for interface in device.ios.network.node.interfaces:
                port = _port_of(device, interface.vlan)
                if interface.up and port is not None and interface.addresses:
                    count += 1
                    yield Place(*interface.addresses[0], port, None)
        if not count:
            raise UsageError(
                name, "has no address on a cable", "a published port leads there over the wire", remedy
            )

    def _host(self, place: Place) -> NatHost | None:
        """The NAT host of that link and network, a new one if there is none; None where it finds no room."""
        if place.length > _SMALLEST_NETWORK:
            return None
        link = self._link(place.port)
        key = (link, place.network, place.length, place.vlan)
        host = self._hosts.get(key)
        if host is None and next(self._free(place), None) is not None:
            taken = {*self._lab.devices, *(one.name for one in self._hosts.values())}
            name = next(one for one in _names() if one not in taken)
            mac = mac_for(name, 0)
            host = NatHost(self._lab, name, mac, self._plug(name, mac, place.port), place, self._free)
            self._hosts[key] = host
        return host

    def _far(self, port: Port) -> tuple[SwitchDevice, str] | None:
        """The switch that a port is plugged into, and which of its ports that is."""
        if port.cable is None:
            return None
        a, b = port.cable.ends
        name, _, own = self._lab.ends[b if port is a else a].partition(":")
        device = self._lab.devices.get(name)
        return (device, own) if isinstance(device, SwitchDevice) else None

    def _link(self, port: Port) -> object:
        """What ports share that hear each other: the VLAN of their switch, or else their cable."""
        far = self._far(port)
        if far is None:
            return port.cable or port
        device, own = far
        return device, device.switch.operational(own)[:2]

    def _plug(self, name: str, mac: MacAddress, port: Port) -> Port:
        """A port on the link: at its switch, at the router's own free port, or else in the cable's middle."""
        lab = self._lab
        far = self._far(port)
        if far is not None:
            device, own = far
            free = _free_port(device, device.switch.operational(own))
            if free is not None:
                return lab.attach(name, device.name, free)
        if port.cable is None:
            owner, _, own = next(
                f"{device.name}:{own}".partition(":")
                for device in lab.devices.values()
                for own, its in device.ports.items()
                if its is port
            )
            return lab.attach(name, owner, own)
        return lab.branch(name, next(one for one in lab.cables if one.cable is port.cable), mac)

    def _free(self, place: Place) -> Iterator[int]:
        """The addresses of a network that nobody in the lab is known to have, the highest first."""
        used = set(self._known())
        last = place.network | (0xFFFFFFFF >> place.length)
        return (address for address in range(last - 1, place.network, -1) if address not in used)

    def _known(self) -> Iterator[int]:
        for device in self._lab.devices.values():
            if isinstance(device, HostDevice):
                host = device.host
                own = (host.address.ip if host.address is not None else None, host.gateway, host.dns_server)
                yield from (int(address) for address in own if address is not None)
            elif isinstance(device, RouterDevice | SwitchDevice):
                for interface in device.ios.network.node.interfaces:
                    yield from interface.own
        for nat in self._hosts.values():
            if nat.address is not None:
                yield nat.address


def _port_of(device: SwitchDevice, vlan: int | None) -> Port | None:
    """A port whose untagged frames are in that VLAN: one that is free, or else one with a cable."""
    switch, access = device.switch, ("access", vlan)
    free = _free_port(device, access)
    if free is not None:
        return switch.ports[free]
    return next((port for name, port in switch.ports.items() if switch.operational(name) == access), None)


def _free_port(device: SwitchDevice, works_as: tuple[object, ...]) -> str | None:
    """The last port that works so, is not shut down, and has no cable."""
    switch = device.switch
    for name, port in reversed(switch.ports.items()):
        if port.cable is None and not switch.settings[name].shutdown and switch.operational(name) == works_as:
            return name
    return None


def _names() -> Iterator[str]:
    yield "NAT"
    number = 2
    while True:
        yield f"NAT{number}"
        number += 1


class NatHost:
    """One of them, in the network of `place`; `free` gives the addresses to try."""

    def __init__(
        self,
        lab: Lab,
        name: str,
        mac: MacAddress,
        port: Port,
        place: Place,
        free: Callable[[Place], Iterator[int]],
    ) -> None:
        from ios_emu.stack.node import Node

        self.name = name
        self.address: int | None = None
        chance = random.Random(f"{lab.file.title}/{name}")
        self.node = Node(
            lab.clock, chance, forwards=False, ttl=_TTL, unreachable_interval=0, duplicate=self._duplicate
        )
        self._place = place
        self._free = free
        self._interface = IpInterface(name, port, mac, place.vlan)
        self._interface.up = True
        self._waiting: list[Callable[[int | None], None]] = []
        self._searching = False

    def when_ready(self, ready: Callable[[int | None], None]) -> None:
        """Calls `ready` with the own address, at once or when there is one; None when none was free."""
        self._waiting.append(ready)
        if self.address is not None:
            self._tell(self.address)
        else:
            self._search()

    def _search(self) -> None:
        """Looks for an address, unless it does already. It has none meanwhile."""
        if self._searching:
            return
        self._searching = True
        self.address = None
        self._interface.set_addresses(())
        self.node.configure([self._interface], [])
        self.node.clock.call_soon(self._try, self._free(self._place), _MOST_PROBES)

    def _try(self, candidates: Iterator[int], left: int) -> None:
        from ios_emu.stack.address_probe import AddressProbe

        address = next(candidates, None)
        if address is None or not left:
            self._tell(None)
            return

        def done(used: bool) -> None:
            if used:
                self._try(candidates, left - 1)
            else:
                self._take(address)

        AddressProbe(self.node, self._interface, address, done, _PROBE_TIME)

    def _take(self, address: int) -> None:
        from ios_emu.stack.forwarding import ForwardingEntry, Hop
        from ios_emu.stack.ip_interface import Prefix

        place = self._place
        self.address = address
        self._interface.set_addresses((Prefix(address, place.length),))
        link = ForwardingEntry(place.network, place.length, (Hop(self._interface, None),))
        self.node.configure([self._interface], [link])
        self._tell(address)

    def _tell(self, address: int | None) -> None:
        self._searching = False
        waiting, self._waiting = self._waiting, []
        for ready in waiting:
            ready(address)

    def _duplicate(self, _interface: IpInterface, address: int, _mac: MacAddress) -> None:
        """Another station has this address: it was not ours to keep."""
        if self.address == address:
            self.address = None
            self.node.clock.call_soon(self._give_way)

    def _give_way(self) -> None:
        for socket in self.node.tcp.connections:
            socket.abort()
        self._search()
