"""One event opened for the eye: its layers, their fields by Scapy, and which bytes each field is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ios_emu.lab.event_detail import deed, load_dissectors
from ios_emu.lab.event_text import printable

if TYPE_CHECKING:
    from ios_emu.lab.events import Event
    from ios_emu.lab.topology import Lab

_MOST_LETTERS = 2000
_OSI = {
    "Ethernet": "Layer 2, data link",
    "802.1Q": "Layer 2, data link",
    "ARP": "Layer 2 to 3, address resolution",
    "IP": "Layer 3, network",
    "ICMP": "Layer 3, network",
    "TCP": "Layer 4, transport",
    "UDP": "Layer 4, transport",
    "Padding": "Layer 2, to the shortest frame",
}
_APPLICATION = "Layer 7, application"


def pdu(lab: Lab, event: Event) -> dict[str, Any]:
    """The event for a window: what the device does with it, its layers, and its bytes in hexadecimal."""
    return {
        "number": event.number,
        "from": event.last_end,
        "at": event.at_end,
        "type": event.kind,
        "info": event.info,
        "deed": deed(lab, event),
        "layers": fields(event.frame),
        "hex": event.frame.hex(),
    }


def fields(frame: bytes) -> list[dict[str, Any]]:
    """The layers of a frame: name, OSI layer, first and last byte, and their fields with theirs."""
    from scapy.layers.l2 import Ether
    from scapy.packet import NoPayload, Packet

    load_dissectors()
    layers = []
    layer: Packet = Ether(frame)
    start = 0
    while not isinstance(layer, NoPayload):
        end = len(frame) if isinstance(layer.payload, NoPayload) else start + len(layer) - len(layer.payload)
        name = str(layer.name)
        osi = _OSI.get(name.split(" ")[0], _APPLICATION)
        shown = _fields(layer, start, min(end, len(frame)))
        layers.append({"name": name, "osi": osi, "start": start, "end": end, "fields": shown})
        layer, start = layer.payload, end
    return layers


def _fields(layer: Any, start: int, end: int) -> list[dict[str, Any]]:
    """The fields of a layer. One whose length can't be told ends where the layer does."""
    from scapy.fields import ConditionalField

    shown = []
    bit = start * 8
    for described in layer.fields_desc:
        field = described
        while isinstance(field, ConditionalField):
            if not field._evalcond(layer):
                break
            field = field.fld
        if isinstance(field, ConditionalField):
            continue
        value = layer.getfieldval(field.name)
        if hasattr(field, "tot_size"):
            # A field of bits: Scapy's classes for them have no common name that is public.
            length = abs(int(field.size))
        else:
            try:
                length = 8 * len(field.addfield(layer, b"", field.any2i(layer, value)))
            except Exception:
                # Scapy can't build what it read: a packet that was not well formed.
                length = end * 8 - bit
        first = min(bit // 8, end)
        bit += length
        last = min(max((bit + 7) // 8, first), end)
        text = printable(str(field.i2repr(layer, value)), _MOST_LETTERS)
        shown.append({"name": field.name, "value": text, "start": first, "end": last})
    return shown
