"""What crossed the wire, for one viewer: the list of events, an event opened, the diagram, the capture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nicegui import ui
from nicegui.element import Element

from ios_emu.clock import SECOND
from ios_emu.errors import UsageError
from ios_emu.lab.event_filter import read_filter
from ios_emu.lab.pdu import pdu
from ios_emu.lab.sequence import DEFAULT_FILTER, messages

if TYPE_CHECKING:
    from ios_emu.edges.web.room import Room
    from ios_emu.lab.events import Event

_PROTOCOLS = (
    "arp", "cdp", "dhcp", "dns", "icmp", "pop3", "rip", "smtp", "ssh", "tcp", "telnet", "udp",
)  # fmt: skip
_COLOURS = {"SMTP": "mail", "POP3": "mail", "DNS": "name", "DHCP": "name", "ARP": "arp", "ICMP": "icmp"}
_MOST_ROWS = 500


class EventList(Element, component="event_list.js"):
    """The rows of the event list."""


class PduWindow(Element, component="pdu_window.js"):
    """One event, opened."""


class Wire:
    """The event list and its windows; `show_typed` tells the viewer what a click amounts to."""

    def __init__(self, room: Room, show_typed: Callable[[str], None]) -> None:
        self._room, self._show_typed = room, show_typed
        self._test = read_filter("", room.lab.devices)
        self._pdu_window()
        self._sequence_window()
        with ui.element("section").classes("panel place-events").props('aria-label="Events"'):
            with ui.element("div").classes("head"):
                with ui.element("h2"):
                    ui.label("Event list")
                self._tools()
            self._rows = EventList()
            self._rows.on("pick", lambda event: self.open(int(event.args)))
        self.fill()

    def _tools(self) -> None:
        with ui.element("div").classes("tools"):
            self._protocols = ui.select(
                list(_PROTOCOLS), value=[], multiple=True, label="Protocols", on_change=self._set_filter
            )
            self._protocols.props("dense outlined options-dense").classes("protocols")
            self._words = ui.input("Filter", on_change=self._set_filter, validation=self._fault)
            self._words.props("dense outlined debounce=300 autocomplete=off hide-bottom-space").classes(
                "words"
            )
            self._words.tooltip("for example: port 25, PC1, smtp or dns")
            ui.button("Clear", on_click=self._clear).props("dense flat")
            ui.button("Sequence", on_click=self._show_sequence).props("dense flat")
            capture = ui.link("PCAPNG", "/capture.pcapng").props("download").classes("capture")
            capture.tooltip("Downloads what is in the list, for Wireshark")
            capture.on("click", lambda: self._show_typed("ios-emu serve --capture lab.pcapng"))

    def _pdu_window(self) -> None:
        with ui.dialog().props('aria-label="PDU"') as self._opened, ui.card().classes("window wide"):
            self._title = ui.label().classes("title")
            self._pdu = PduWindow()
            with ui.element("div").classes("tools"):
                ui.button("Close", on_click=self._opened.close).props("dense outline")

    def _sequence_window(self) -> None:
        with (
            ui.dialog().props('aria-label="Sequence diagram"') as self._drawing,
            ui.card().classes("window wide"),
        ):
            ui.label("Who said what to whom").classes("title")
            with ui.element("div").classes("drawing").props('tabindex=0 role="region" aria-label="Diagram"'):
                self._sequence = ui.element("img").props('alt="Sequence diagram"')
                self._nothing = ui.label("Nothing was said yet, or nothing that the filter lets through.")
            with ui.element("div").classes("tools"):
                ui.button("Close", on_click=self._drawing.close).props("dense outline")

    # What the person does

    def open(self, number: int) -> None:
        """Opens an event."""
        event = self._room.lab.events.find(number)
        if event is None:
            ui.notify(f"Event {number} is no longer kept", type="info")
            return
        self._show_typed(f"lab> events show {number}")
        self._title.set_text(f"Event {number}, {event.time / SECOND:.6f} s")
        self._pdu.props["pdu"] = pdu(self._room.lab, event)
        self._pdu.update()
        self._opened.open()

    def _clear(self) -> None:
        self._room.ask_lab("events clear")
        self._room.tell_cleared()

    def _filter_text(self) -> str:
        chosen = " or ".join(self._protocols.value)
        words = str(self._words.value or "").strip()
        if chosen and words:
            return f"({chosen}) and ({words})"
        return chosen or words

    def _fault(self, words: object) -> str | None:
        """Why a filter can't be understood."""
        try:
            read_filter(str(words or ""), self._room.lab.devices)
        except UsageError as error:
            return error.why
        return None

    def _set_filter(self) -> None:
        text = self._filter_text()
        if self._fault(self._words.value) is not None:
            return
        self._test = read_filter(text, self._room.lab.devices)
        self._show_typed(f"lab> events {text}".rstrip())
        self.fill()

    def _show_sequence(self) -> None:
        text = "" if self._fault(self._words.value) else self._filter_text()
        test = read_filter(text or DEFAULT_FILTER, self._room.lab.devices)
        found = messages(self._room.lab, [event for event in self._room.lab.events if test(event)])
        self._show_typed(f"lab> sequence {text}".rstrip())
        # A number behind makes the browser ask anew.
        number = self._room.lab.events.last_number
        self._sequence.props["src"] = f"/sequence.svg?filter={quote(text)}&n={number}" if found else ""
        self._sequence.update()
        self._sequence.set_visibility(bool(found))
        self._nothing.set_visibility(not found)
        self._drawing.open()

    # What the room tells

    def add(self, events: Sequence[Event]) -> None:
        """These have reached devices."""
        rows = [_row(event) for event in events if self._test(event)]
        if rows:
            self._rows.run_method("add", rows)

    def show_newest(self) -> None:
        """Brings the newest row into view."""
        self._rows.run_method("newest")

    def fill(self) -> None:
        """Shows the list anew."""
        rows = [_row(event) for event in self._room.lab.events if self._test(event)]
        self._rows.run_method("set", rows[-_MOST_ROWS:])


def colour(event: Event) -> str:
    """The group that the colour of an event tells."""
    return _COLOURS.get(event.kind, "tcp" if "tcp" in event.decoded.layers else "other")


def _row(event: Event) -> dict[str, Any]:
    return {
        "number": event.number,
        "time": f"{event.time / SECOND:.6f}",
        "last": event.last,
        "at": event.at,
        "kind": event.kind,
        "colour": colour(event),
        "info": event.info,
    }
