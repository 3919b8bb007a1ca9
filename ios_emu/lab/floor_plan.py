"""The lab as a plan to look at and to move about on: where devices stand, what they are, their cables.

Places are shares of the plan's width and height, so that any screen can show it. Devices that nobody moved
stand in rows: routers above, switches below them, hosts at the bottom.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ios_emu.lab.device import ConsoleDevice, Device, HostDevice, RouterDevice, SwitchDevice
from ios_emu.stack.interface_name import InterfaceName

if TYPE_CHECKING:
    from ios_emu.lab.events import Event
    from ios_emu.lab.topology import Lab

_RANKS = {"2811": 0, "switch": 1}
_HOSTS = 2
_MARGIN = 0.08
_MOST_IN_ROW = 7
_SHUT = "administratively down"

Place = tuple[float, float]


class FloorPlan:
    """Where the devices of `lab` stand."""

    def __init__(self, lab: Lab, kept: bytes | None = None) -> None:
        self._lab = lab
        self._places = _rows(lab)
        if kept is not None:
            self._restore(kept)

    def move(self, name: str, x: float, y: float) -> None:
        """Puts a device somewhere, as far as the plan reaches. Unknown names are ignored."""
        if name in self._places:
            self._places[name] = (_inside(x), _inside(y))

    def record(self) -> bytes:
        """What is to be kept of it."""
        places = {name: [round(x, 4), round(y, 4)] for name, (x, y) in self._places.items()}
        return json.dumps(places, indent=1).encode() + b"\n"

    def _restore(self, kept: bytes) -> None:
        with suppress(ValueError, TypeError, AttributeError):
            for name, (x, y) in json.loads(kept).items():
                self.move(name, float(x), float(y))

    def devices(self) -> list[dict[str, Any]]:
        """Each device: name, kind, place, addresses, and its ports for a closer look."""
        shown = []
        for name, device in self._lab.devices.items():
            x, y = self._places[name]
            entry = {"name": name, "kind": device.kind, "x": x, "y": y}
            shown.append(entry | {"addresses": addresses(device), "ports": _ports(device)})
        return shown

    def cables(self) -> list[dict[str, Any]]:
        """Each cable: its ends, whether it is whole, and which ends have a link."""
        shown = []
        for wired in self._lab.cables:
            (a, _, a_port), (b, _, b_port) = (end.partition(":") for end in wired.ends)
            if a in self._places and b in self._places:
                lights = [port.carrier for port in wired.cable.ends]
                ends = {"a": a, "b": b, "aPort": short(a_port), "bPort": short(b_port)}
                shown.append(ends | {"up": wired.cable.up, "lights": lights, "ends": list(wired.ends)})
        return shown

    def cable_between(self, event: Event) -> int:
        """The place among `cables` of the one that brought a frame; -1 for a cable that leads elsewhere."""
        ends = {event.last_end, event.at_end}
        return next((at for at, cable in enumerate(self.cables()) if set(cable["ends"]) == ends), -1)


def short(port: str) -> str:
    """`Fa0/0` for `FastEthernet0/0`."""
    try:
        return InterfaceName.read(port).short
    except ValueError:
        return port.replace("FastEthernet", "Fa").replace("GigabitEthernet", "Gi")


def addresses(device: Device) -> list[str]:
    """The addresses that a device has, as lines."""
    if isinstance(device, HostDevice):
        return [str(device.host.address or "no address")]
    if isinstance(device, ConsoleDevice):
        interfaces = sorted(device.ios.config.interfaces.items())
        return [f"{name.short} {one}" for name, interface in interfaces for one in interface.addresses]
    return []


def _ports(device: Device) -> list[dict[str, str]]:
    """The ports that matter: all of a router or a host, those with a cable of a switch."""
    rows = {}
    for name, port in device.ports.items():
        if port.cable is not None or not isinstance(device, SwitchDevice):
            state = "up" if port.carrier else "down" if port.enabled else _SHUT
            rows[short(name)] = {"port": short(name), "state": state, "address": "", "mac": ""}
    if isinstance(device, HostDevice):
        for row in rows.values():
            row |= {"address": str(device.host.address or ""), "mac": str(device.host.mac)}
    elif isinstance(device, RouterDevice):
        for key, interface in sorted(device.router.config.interfaces.items()):
            state = _SHUT if interface.shutdown else "up"
            row = rows.setdefault(key.short, {"port": key.short, "state": state})
            found = ", ".join(str(one) for one in interface.addresses)
            row |= {"address": found, "mac": str(interface.mac or "")}
    return list(rows.values())


def _rows(lab: Lab) -> dict[str, Place]:
    ranks: dict[int, list[str]] = {}
    for name, device in lab.devices.items():
        ranks.setdefault(_RANKS.get(device.kind, _HOSTS), []).append(name)
    rows = [
        names[start : start + _MOST_IN_ROW]
        for _, names in sorted(ranks.items())
        for start in range(0, len(names), _MOST_IN_ROW)
    ]
    places = {}
    for row, names in enumerate(rows):
        y = _MARGIN + (1 - 2 * _MARGIN) * row / (len(rows) - 1) if len(rows) > 1 else 0.5
        for number, name in enumerate(names):
            places[name] = (_inside((number + 0.5) / len(names)), _inside(y))
    return places


def _inside(share: float) -> float:
    # `max` also turns what is no number into one.
    return min(1 - _MARGIN, max(_MARGIN, share))
