"""The wire as a sequence diagram: who said what to whom, with the ports in view; as text, Mermaid or SVG.

The rules. A packet is one arrow, from the device that made it to the one it is for, however many switches and
routers passed it on. What never arrived has no arrow head's end: it is marked as lost. Only what can be shown
safely is shown: the text of packets is cut and cleaned, and escaped for each format.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

from ios_emu.clock import SECOND
from ios_emu.lab.device import ConsoleDevice, HostDevice
from ios_emu.lab.events import Event

if TYPE_CHECKING:
    from ios_emu.lab.topology import Lab
    from ios_emu.stack.node import Node

DEFAULT_FILTER = "dns or tcp"
_NARROWEST, _WIDEST, _LINE = 30, 60, 140
_TIME = 12
_WIDTH, _MARGIN, _TOP, _STEP = 1000, 100, 70, 30
_LETTER = 6.3
_MIDDLE = 'text-anchor="middle" fill="#10283d"'
# The line of another device does not run through a text.
_HALO = 'stroke="#ffffff" stroke-width="4" paint-order="stroke"'


class Message(NamedTuple):
    """A packet from one device to another."""

    time: int
    source: str
    target: str
    text: str
    lost: bool


def messages(lab: Lab, rows: Iterable[Event]) -> list[Message]:
    """The packets that the rows show, each once."""
    owners = _owners(lab)
    found: dict[tuple[object, ...], list[Event]] = {}
    for event in rows:
        decoded = event.decoded
        if decoded.source in owners and decoded.destination in owners and "arp" not in decoded.layers:
            # On its way only the time to live of a packet changes.
            said = decoded.info.partition(", TTL")[0]
            key = (decoded.source, decoded.destination, decoded.identification, said)
            found.setdefault(key, []).append(event)
    result = []
    for events in found.values():
        first = events[0]
        source, target = owners[first.decoded.source], owners[first.decoded.destination]
        if source != target:
            arrived = any(event.at == target for event in events)
            result.append(Message(first.time, source, target, _text(first), not arrived))
    return sorted(result, key=lambda message: message.time)


def _owners(lab: Lab) -> dict[IPv4Address | None, str]:
    owners: dict[IPv4Address | None, str] = {}
    for name, device in lab.devices.items():
        node: Node | None = None
        if isinstance(device, HostDevice):
            node = device.host.node
        elif isinstance(device, ConsoleDevice):
            node = device.ios.network.node
        for interface in () if node is None else node.interfaces:
            for prefix in interface.addresses:
                owners[IPv4Address(prefix.address)] = name
    return owners


def _text(event: Event) -> str:
    """The ports, and what is said; the addresses are the ends of the arrow."""
    info = event.info.partition(", TTL")[0].partition(" -> ")[2].partition(" ")[2]
    return info if event.kind in ("TCP", "UDP", "ICMP") else f"{event.kind} {info.partition(' ')[2]}"


def _participants(found: list[Message]) -> list[str]:
    names: dict[str, None] = {}
    for message in found:
        names[message.source] = names[message.target] = None
    return list(names)


def sequence_text(found: list[Message]) -> str:
    """For a terminal: a column for each device, an arrow for each packet."""
    if not found:
        return "nothing was said\n"
    names = _participants(found)
    column = max(_NARROWEST, min(_WIDEST, _LINE // len(names)))
    places = {name: _TIME + column // 2 + number * column for number, name in enumerate(names)}
    head = [" "] * (_TIME + column * len(names))
    for name, place in places.items():
        shown = name[: column - 2]
        start = max(place - len(shown) // 2, 0)
        head[start : start + len(shown)] = shown
    lines = ["".join(head).rstrip()]
    for message in found:
        row = [" "] * (_TIME + column * len(names))
        for place in places.values():
            row[place] = "|"
        a, b = places[message.source], places[message.target]
        left, right = min(a, b), max(a, b)
        room = right - left - 5
        text = message.text if len(message.text) <= room else f"{message.text[: room - 3]}..."
        arrow = f"-- {text} ".ljust(right - left - 1, "-")
        body = list(arrow)
        if a < b:
            body[-1] = "x" if message.lost else ">"
        else:
            body[0] = "x" if message.lost else "<"
        row[left + 1 : right] = body
        time = f"{message.time / SECOND:.6f}"
        row[: len(time)] = time
        lines.append("".join(row).rstrip())
    return "\n".join(lines) + "\n"


def sequence_mermaid(found: list[Message]) -> str:
    """For Mermaid."""
    names = _participants(found)
    ids = {name: f"p{number}" for number, name in enumerate(names)}
    lines = ["sequenceDiagram"]
    lines += [f"    participant {ids[name]} as {name}" for name in names]
    for message in found:
        arrow = "-x" if message.lost else "->>"
        lines.append(f"    {ids[message.source]}{arrow}{ids[message.target]}: {_mermaid(message.text)}")
    return "\n".join(lines) + "\n"


def _mermaid(text: str) -> str:
    codes = {"#": "#35;", ";": "#59;", "<": "#lt;", ">": "#gt;"}
    return "".join(codes.get(letter, letter) for letter in text)


def sequence_svg(found: list[Message]) -> str:
    """A picture, 1000 pixels wide; it grows downwards."""
    names = _participants(found)
    gap = (_WIDTH - 2 * _MARGIN) / max(len(names) - 1, 1)
    places = {name: _MARGIN + number * gap for number, name in enumerate(names)}
    height = _TOP + _STEP * (len(found) + 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" font-family="DejaVu Sans Mono, monospace" font-size="10.5">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        '<defs><marker id="head" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto">'
        '<path d="M0,0 L9,4 L0,8 z" fill="#1a3d5c"/></marker></defs>',
    ]
    for name, x in places.items():
        shown = name if len(name) * 8 < min(gap, 2 * _MARGIN) - 12 else f"{name[: int(gap / 8) - 4]}..."
        width = len(shown) * 8 + 16
        parts += [
            f'<line x1="{x:.1f}" y1="44" x2="{x:.1f}" y2="{height - 8}" stroke="#9fb4c7"/>',
            f'<rect x="{x - width / 2:.1f}" y="14" width="{width}" height="30" rx="4" fill="#e3eef8" '
            f'stroke="#1a3d5c"/>',
            f'<text x="{x:.1f}" y="34" font-size="13" {_MIDDLE}>{escape(shown)}</text>',
        ]
    for number, message in enumerate(found):
        y = _TOP + number * _STEP + 14
        a, b = places[message.source], places[message.target]
        room = int(abs(b - a) / _LETTER) - 3
        text = message.text if len(message.text) <= room else f"{message.text[: room - 3]}..."
        style = ' stroke-dasharray="5 4"' if message.lost else ' marker-end="url(#head)"'
        parts += [
            f'<line x1="{a:.1f}" y1="{y}" x2="{b:.1f}" y2="{y}" stroke="#1a3d5c"{style}/>',
            f'<text x="{(a + b) / 2:.1f}" y="{y - 5}" {_MIDDLE} {_HALO}>{escape(text)}</text>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"
