"""The cables of a lab file: which ports they join, and their properties.

The rules. A cable joins two ports of two devices; a port takes one cable. A port's name may be cut short as
IOS takes it; a device with one port needs no name for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ios_emu.lab.lab_keys import KeyReader, near
from ios_emu.lab.lab_values import bandwidth, chance_of, duration, shown
from ios_emu.stack.cable import DEFAULT_DELAY

ROUTER_PORTS = ("FastEthernet0/0", "FastEthernet0/1")
SWITCH_PORTS = (*(f"FastEthernet0/{n}" for n in range(1, 25)), "GigabitEthernet0/1", "GigabitEthernet0/2")
HOST_PORTS = ("FastEthernet0",)
PORTS = {"2811": ROUTER_PORTS, "switch": SWITCH_PORTS, "pc": HOST_PORTS, "server": HOST_PORTS}
LINK_KEYS = ("ends", "delay", "bandwidth", "loss", "duplicate", "reorder", "down")

_PORT = re.compile(r"([A-Za-z]+) ?(\d{1,4}(?:/\d{1,4})*)", re.ASCII)
_EXAMPLE = 'write "R1:FastEthernet0/0 -- SW1:FastEthernet0/1"'


@dataclass(frozen=True, slots=True)
class End:
    """One end of a cable: a device and the full name of its port."""

    device: str
    port: str

    def __str__(self) -> str:
        return f"{self.device}:{self.port}"


@dataclass(frozen=True, slots=True)
class Link:
    """A cable. `delay` is in nanoseconds, `bandwidth` in bits per second, the rest are probabilities."""

    a: End
    b: End
    delay: int = DEFAULT_DELAY
    bandwidth: int | None = None
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    down: bool = False


def read_links(keys: KeyReader, value: object, types: Mapping[str, str]) -> list[Link]:
    """The cables between devices of these names and types. Raises LabFileError."""
    entries = keys.items(
        "links", value, "each cable is an entry of it", 'write links = ["R1:Fa0/0 -- SW1:Fa0/1"]'
    )
    plugged: dict[End, int] = {}
    links = []
    for number, entry in enumerate(entries, 1):
        link = _link(keys, f"links, entry {number}", entry, types)
        for end in (link.a, link.b):
            earlier = plugged.setdefault(end, number)
            if earlier != number:
                raise keys.error(
                    f"links, entry {number}",
                    f"{end} is taken by entry {earlier}",
                    "a port takes one cable",
                    "use another port",
                )
        links.append(link)
    return links


def segments(links: Iterable[Link], types: Mapping[str, str]) -> dict[str, int]:
    """For each host that is cabled, the number of its Ethernet segment: what switches and cables join."""
    joined: dict[object, object] = {}

    def root(node: object) -> object:
        while joined.setdefault(node, node) != node:
            joined[node] = joined[joined[node]]
            node = joined[node]
        return node

    def node(end: End) -> object:
        return end.device if types[end.device] == "switch" else end

    for link in links:
        joined[root(node(link.a))] = root(node(link.b))
    numbers: dict[object, int] = {}
    return {
        end.device: numbers.setdefault(root(end), len(numbers))
        for end in list(joined)
        if isinstance(end, End) and types[end.device] in ("pc", "server")
    }


def _link(keys: KeyReader, key: str, entry: object, types: Mapping[str, str]) -> Link:
    if not isinstance(entry, str | dict):
        raise keys.error(
            key, f"{shown(entry)} is no cable", "a cable is text, or a table with ends", _EXAMPLE
        )
    table: dict[str, Any] = {"ends": entry} if isinstance(entry, str) else entry
    keys.only(key, table, LINK_KEYS, "a cable")
    keys.all_of(key, table, ("ends",), "a cable")
    text = keys.text(key, table["ends"], "the ends of a cable are text", _EXAMPLE)
    parts = [part.strip() for part in text.split("--")]
    if len(parts) != 2:
        raise keys.error(key, f"{shown(text)} has not two ends", "two ends are joined by --", _EXAMPLE)
    a, b = (_end(keys, key, part, types) for part in parts)
    if a.device == b.device:
        raise keys.error(
            key, f"joins {a.device} with itself", "a cable joins two devices", "name another device"
        )
    given = {
        name: keys.checked(f"{key}, {name}", table[name], read)
        for name, read in (("loss", chance_of), ("duplicate", chance_of), ("reorder", chance_of))
        if name in table
    }
    return Link(
        a,
        b,
        delay=keys.checked(f"{key}, delay", table["delay"], duration) if "delay" in table else DEFAULT_DELAY,
        bandwidth=keys.checked(f"{key}, bandwidth", table["bandwidth"], bandwidth)
        if "bandwidth" in table
        else None,
        down=keys.flag(f"{key}, down", table, "down", False, "a cable is cut or whole"),
        **given,
    )


def _end(keys: KeyReader, key: str, text: str, types: Mapping[str, str]) -> End:
    device, colon, port = (part.strip() for part in text.partition(":"))
    kind = types.get(device)
    if kind is None:
        remedy = near(device, types) or f"use one of {', '.join(types)}"
        raise keys.error(key, f"no device {shown(device)}", "a cable joins devices of the lab", remedy)
    ports = PORTS[kind]
    if not colon and len(ports) == 1:
        return End(device, ports[0])
    if not port:
        raise keys.error(key, f"{device} has no port named", f"a {kind} has several", _EXAMPLE)
    found = find_port(port, ports)
    if found is None:
        has = f"{ports[0]} to {ports[-1]}" if len(ports) > 2 else " and ".join(ports)
        remedy = "use one of them" if len(ports) > 1 else "leave the port out"
        raise keys.error(key, f"{device} has no port {shown(port)}", f"a {kind} has {has}", remedy)
    return End(device, found)


def find_port(text: str, ports: Iterable[str]) -> str | None:
    """The port that a name in any form of IOS means: `Fa0/1`, `f 0/1`, `FastEthernet0/1`."""
    wanted = _PORT.fullmatch(text)
    if wanted is None:
        return None
    for port in ports:
        own = _PORT.fullmatch(port)
        assert own is not None
        if own[1].lower().startswith(wanted[1].lower()) and _numbers(own[2]) == _numbers(wanted[2]):
            return port
    return None


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split("/")]
