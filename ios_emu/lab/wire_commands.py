"""What `ios-emu events`, `ports`, `sequence` and `graph` print."""

from __future__ import annotations

import json

from ios_emu.lab.event_filter import read_filter
from ios_emu.lab.events import Event, events_table
from ios_emu.lab.picture import picture_mermaid, picture_svg, picture_text
from ios_emu.lab.ports import ports_table, ports_used
from ios_emu.lab.sequence import (
    DEFAULT_FILTER,
    messages,
    sequence_mermaid,
    sequence_svg,
    sequence_text,
)
from ios_emu.lab.topology import Lab


def filtered(lab: Lab, text: str) -> list[Event]:
    """The events that fit a filter. Raises UsageError."""
    test = read_filter(text, lab.devices)
    return [event for event in lab.events if test(event)]


def events_text(lab: Lab, event_filter: str, as_json: bool) -> str:
    """The list of events."""
    rows = filtered(lab, event_filter)
    return _json([row.as_dict() for row in rows]) if as_json else events_table(rows)


def ports_text(lab: Lab, as_json: bool) -> str:
    """The ports that were used."""
    uses = ports_used(lab.events)
    return _json([use.as_dict() for use in uses]) if as_json else ports_table(uses)


def _json(value: object) -> str:
    return json.dumps(value, indent=1) + "\n"


def sequence_of(lab: Lab, event_filter: str, form: str) -> str:
    """The sequence diagram: `text`, `mermaid`, `svg` or `json`. Raises UsageError for a bad filter."""
    found = messages(lab, filtered(lab, event_filter or DEFAULT_FILTER))
    if form == "json":
        return _json([message._asdict() for message in found])
    return {"text": sequence_text, "mermaid": sequence_mermaid, "svg": sequence_svg}[form](found)


def picture_of(lab: Lab, form: str) -> str:
    """The lab's picture: `text`, `mermaid` or `svg`."""
    return {"text": picture_text, "mermaid": picture_mermaid, "svg": picture_svg}[form](lab)
