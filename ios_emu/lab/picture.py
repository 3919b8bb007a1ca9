"""The lab as a picture: devices with their addresses, cables with their ports and states; text, Mermaid, SVG.

Routers stand above, switches below them, hosts at the bottom. What a device with one cable is plugged into
stands in its own box; the ports of a cable between two others stand beside the cable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from ios_emu.lab.device import ConsoleDevice, Device, HostDevice
from ios_emu.stack.interface_name import InterfaceName

if TYPE_CHECKING:
    from ios_emu.lab.topology import Lab

_WIDTH, _ROW, _TOP = 1000, 170, 30
_BOX_WIDTH, _LINE = 150, 17
_MOST_IN_ROW = 6
_LETTER, _TITLE_LETTER = 7.2, 9.2
_COLOURS = {"2811": "#dcebfa", "switch": "#e4f3e3", "pc": "#fdf3d8", "server": "#f6e3ee"}
_RANKS = {"2811": 0, "switch": 1}


@dataclass(slots=True)
class _Link:
    a: str
    a_port: str
    b: str
    b_port: str
    up: bool

    def far(self, name: str) -> str:
        """The other end, seen from a device."""
        return f"{self.b} {self.b_port}" if name == self.a else f"{self.a} {self.a_port}"

    def near(self, name: str) -> str:
        """The own end."""
        return self.a_port if name == self.a else self.b_port


@dataclass(slots=True)
class _Box:
    name: str
    kind: str
    lines: list[str] = field(default_factory=list)
    x: float = 0
    y: float = 0

    @property
    def height(self) -> int:
        return 30 + _LINE * len(self.lines)


def _short(port: str) -> str:
    try:
        return InterfaceName.read(port).short
    except ValueError:
        return port.replace("FastEthernet", "Fa").replace("GigabitEthernet", "Gi")


def _links(lab: Lab) -> list[_Link]:
    links = []
    for wired in lab.cables:
        (a, _, a_port), (b, _, b_port) = (end.partition(":") for end in wired.ends)
        links.append(_Link(a, _short(a_port), b, _short(b_port), wired.cable.ends[0].carrier))
    return links


def _addresses(device: Device) -> Iterator[str]:
    if isinstance(device, HostDevice):
        yield str(device.host.address or "no address")
    elif isinstance(device, ConsoleDevice):
        for name, interface in sorted(device.ios.config.interfaces.items()):
            for address in interface.addresses:
                yield f"{name.short} {address}"


def picture_text(lab: Lab) -> str:
    """For a terminal: each device, its addresses, and what each cable leads to."""
    links = _links(lab)
    lines = []
    for name, device in lab.devices.items():
        lines.append(f"{name} ({device.kind})")
        lines += [f"    {address}" for address in _addresses(device)]
        for link in links:
            if name in (link.a, link.b):
                lines.append(f"    {link.near(name)} -- {link.far(name)}{'' if link.up else '  (down)'}")
    return "\n".join(lines) + "\n"


def picture_mermaid(lab: Lab) -> str:
    """For Mermaid."""
    ids = {name: f"d{number}" for number, name in enumerate(lab.devices)}
    lines = ["graph TD"]
    for name, device in lab.devices.items():
        text = "<br/>".join([name, *_addresses(device)])
        lines.append(f'    {ids[name]}["{text}"]')
    for link in _links(lab):
        if link.a in ids and link.b in ids:
            wire = "---" if link.up else "-.-"
            lines.append(f'    {ids[link.a]} {wire}|"{link.a_port} - {link.b_port}"| {ids[link.b]}')
    return "\n".join(lines) + "\n"


def _boxes(lab: Lab, links: list[_Link]) -> tuple[dict[str, _Box], float]:
    """The boxes with their places, and the height of the picture."""
    ranks: dict[int, list[_Box]] = {}
    boxes: dict[str, _Box] = {}
    for name, device in lab.devices.items():
        kind = "2811 router" if device.kind == "2811" else device.kind
        box = boxes[name] = _Box(name, device.kind, [kind, *_addresses(device)])
        own = [link for link in links if name in (link.a, link.b)]
        if len(own) == 1 and _RANKS.get(device.kind) is None:
            down = "" if own[0].up else " (down)"
            box.lines.append(f"{own[0].near(name)} - {own[0].far(name)}{down}")
        ranks.setdefault(_RANKS.get(device.kind, 2), []).append(box)
    _beside_their_switch(ranks.get(2, []), links, list(boxes))
    y: float = _TOP
    for rank in sorted(ranks):
        for start in range(0, len(ranks[rank]), _MOST_IN_ROW):
            row = ranks[rank][start : start + _MOST_IN_ROW]
            for number, box in enumerate(row):
                box.x, box.y = _WIDTH * (number + 0.5) / len(row), y
            y += max(max(box.height for box in row) + 80, _ROW)
    return boxes, y - 60


def _beside_their_switch(hosts: list[_Box], links: list[_Link], order: list[str]) -> None:
    """Hosts of one switch stand together, in the order of the switches."""

    def place(box: _Box) -> int:
        ends = [link for link in links if box.name in (link.a, link.b)]
        others = [link.b if box.name == link.a else link.a for link in ends]
        return min((order.index(other) for other in others if other in order), default=len(order))

    hosts.sort(key=place)


def picture_svg(lab: Lab) -> str:
    """A picture, 1000 pixels wide."""
    links = _links(lab)
    boxes, height = _boxes(lab, links)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {_WIDTH} {height:.0f}" font-family="DejaVu Sans, Verdana, sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{height:.0f}" fill="#ffffff"/>',
    ]
    between: dict[str, int] = {}
    for link in links:
        if link.a in boxes and link.b in boxes:
            parts += _cable(link, boxes[link.a], boxes[link.b], between)
    for box in boxes.values():
        parts += _box(box)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _cable(link: _Link, a: _Box, b: _Box, between: dict[str, int]) -> Iterator[str]:
    ya, yb = a.y + a.height / 2, b.y + b.height / 2
    style = 'stroke="#2e8540"' if link.up else 'stroke="#c0392b" stroke-dasharray="6 5"'
    yield f'<line x1="{a.x:.1f}" y1="{ya:.1f}" x2="{b.x:.1f}" y2="{yb:.1f}" stroke-width="2" {style}/>'
    if _RANKS.get(a.kind) is None or _RANKS.get(b.kind) is None:
        return
    text = f"{link.a_port} - {link.b_port}" + ("" if link.up else " (down)")
    # In one row the label stands above the cable; else in the gap between the boxes, beside it.
    top, bottom = (a, b) if ya < yb else (b, a)
    if a.y == b.y:
        x, y = (a.x + b.x) / 2, ya - 6
    else:
        y = (top.y + top.height + bottom.y) / 2 + 4
        share = (y - (top.y + top.height / 2)) / ((bottom.y + bottom.height / 2) - (top.y + top.height / 2))
        x = top.x + (bottom.x - top.x) * share
        # Several cables that lead to one box come close to each other there.
        at = between.get(f"{top.name}/{bottom.name}", 0)
        between[f"{top.name}/{bottom.name}"] = at + 1
        y += at * 16
    width = len(text) * _LETTER + 8
    yield f'<rect x="{x - width / 2:.1f}" y="{y - 12:.1f}" width="{width:.1f}" height="16" fill="#ffffff"/>'
    yield f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" fill="#333333">{escape(text)}</text>'


def _box(box: _Box) -> Iterator[str]:
    longest = max(len(box.name) * _TITLE_LETTER, *(len(line) * _LETTER for line in box.lines))
    width = max(_BOX_WIDTH, longest + 16)
    left = box.x - width / 2
    colour = _COLOURS.get(box.kind, "#eeeeee")
    yield (
        f'<rect x="{left:.1f}" y="{box.y:.1f}" width="{width:.1f}" height="{box.height}" rx="6" '
        f'fill="{colour}" stroke="#33475b"/>'
    )
    yield (
        f'<text x="{box.x:.1f}" y="{box.y + 20:.1f}" text-anchor="middle" font-size="14" font-weight="bold" '
        f'fill="#10283d">{escape(box.name)}</text>'
    )
    for number, line in enumerate(box.lines):
        y = box.y + 38 + number * _LINE
        yield f'<text x="{box.x:.1f}" y="{y:.1f}" text-anchor="middle" fill="#10283d">{escape(line)}</text>'
