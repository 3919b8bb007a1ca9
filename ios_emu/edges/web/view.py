"""The page of one viewer: the plan, the event list, the desks of the devices, and what was typed last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Response
from nicegui import ui
from nicegui.element import Element

from ios_emu.clock import SECOND
from ios_emu.edges.web.desk import Desk
from ios_emu.errors import UsageError
from ios_emu.lab.device import SwitchDevice
from ios_emu.lab.event_filter import QUIET, read_filter
from ios_emu.lab.pdu import pdu
from ios_emu.lab.sequence import DEFAULT_FILTER, messages, sequence_svg

if TYPE_CHECKING:
    from ios_emu.edges.web.room import Room
    from ios_emu.lab.events import Event

_HERE = Path(__file__).parent
_FILTERS = ("all", "arp", "icmp", "dns", "dhcp", "smtp", "pop3", "tcp", "udp")
_COLOURS = {"SMTP": "mail", "POP3": "mail", "DNS": "name", "DHCP": "name", "ARP": "arp", "ICMP": "icmp"}
_MOST_ROWS = 500
_MOST_FLYING = 12


class Topology(Element, component="topology.js"):
    """The plan, drawn by the browser."""


class EventList(Element, component="event_list.js"):
    """The rows of the event list."""


class PduWindow(Element, component="pdu_window.js"):
    """One event, opened."""


def build(room: Room, app: FastAPI) -> None:
    """Puts the page and what it loads under `app`."""
    css = (_HERE / "page.css").read_text(encoding="utf-8")

    @ui.page("/")
    def page() -> None:
        ui.add_css(css)
        ui.colors(primary="#0a5fa8")
        View(room)

    @app.get("/capture.pcapng")
    def capture() -> Response:
        from ios_emu.lab.capture import captured

        name = 'attachment; filename="lab.pcapng"'
        return Response(
            captured(room.lab.events),
            media_type="application/octet-stream",
            headers={"content-disposition": name},
        )

    @app.get("/sequence.svg")
    def sequence(filter: str = "") -> Response:
        try:
            test = read_filter(filter or DEFAULT_FILTER, room.lab.devices)
        except UsageError as error:
            return Response(f"{error}\n", status_code=400, media_type="text/plain")
        drawn = sequence_svg(messages(room.lab, [event for event in room.lab.events if test(event)]))
        safe = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return Response(drawn, media_type="image/svg+xml", headers=safe)


class View:
    """What one browser sees of the room."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self._test = read_filter("", room.lab.devices)
        self._refresh: list[Callable[[], None]] = []
        self._bar()
        self._typed = ui.label("A click shows here which command it amounts to.").classes("typed")
        self._typed.props('role="status" aria-live="polite"')
        with ui.element("main").classes("room"):
            self._plan()
            self._events()
            self._desk = Desk(room)
        self._pdu_window()
        client = ui.context.client
        room.viewers.append(self)
        client.on_delete(lambda: room.viewers.remove(self))
        self.show_time()

    # Parts

    def _bar(self) -> None:
        room = self.room
        with ui.element("header").classes("bar row items-center"):
            with ui.element("h1"):
                ui.label(room.lab.file.title)
            self._time = ui.label().classes("time").props('aria-label="Lab time"')
            self._gait = ui.toggle(
                {False: "Realtime", True: "Simulation"},
                value=room.simulating,
                on_change=lambda change: self._set_gait(bool(change.value)),
            ).props("dense color=white text-color=black toggle-color=amber toggle-text-color=black")
            self._play = ui.button("Play", on_click=lambda: room.play(not room.playing))
            self._step = ui.button("Step", on_click=room.step)
            for button in (self._play, self._step):
                button.props("dense outline color=white")
            self._pace = ui.number(
                "Steps/s", value=room.pace, min=0.2, max=20, step=0.5, on_change=self._set_pace
            )
            self._pace.props("dense dark outlined").style("width: 6rem")

    def _plan(self) -> None:
        room = self.room
        with ui.element("section").classes("panel place-plan"):
            with ui.element("h2"):
                ui.label("Topology: drag to arrange, click a device to open it, a cable to cut or mend it")
            self._topology = Topology()
            self._topology.classes("w-full").style("flex: 1; min-height: 0")
            self._topology.on("open", lambda event: self.open(str(event.args)))
            self._topology.on("cable", lambda event: room.toggle_cable(int(event.args)))
            self._topology.on("move", lambda event: self._moved(event.args))
        self.show_plan()

    def _events(self) -> None:
        with ui.element("section").classes("panel place-events"):
            with ui.element("h2"):
                ui.label("Event list")
            with ui.row().classes("tools"):
                self._filter = ui.select(
                    list(_FILTERS), value="all", label="Protocol", on_change=self._set_filter
                )
                self._filter.props("dense outlined options-dense").style("width: 7.5rem")
                self._words = ui.input("Filter", on_change=self._set_filter).props(
                    "dense outlined debounce=300"
                )
                self._words.style("flex: 1 1 8rem").tooltip("for example: port 25, PC1, smtp or dns")
                ui.button("Clear", on_click=self._clear).props("dense flat")
                ui.button("Sequence", on_click=self._show_sequence).props("dense flat")
                ui.link("PCAPNG", "/capture.pcapng").props("download")
            self._rows = EventList()
            self._rows.on("pick", lambda event: self._open_event(int(event.args)))
        self._fill_events()

    def _pdu_window(self) -> None:
        with ui.dialog() as self._dialog, ui.card().style("width: 60rem; max-width: 96vw"):
            self._dialog_title = ui.label().classes("text-subtitle1")
            self._pdu = PduWindow()
            self._pdu.classes("w-full")
            ui.button("Close", on_click=self._dialog.close).props("flat")
        with ui.dialog() as self._drawing, ui.card().style("width: 64rem; max-width: 96vw"):
            ui.label("Who said what to whom").classes("text-subtitle1")
            self._sequence = ui.element("img").classes("sequence").props('alt="Sequence diagram"')
            ui.button("Close", on_click=self._drawing.close).props("flat")

    # What the person does

    def open(self, name: str) -> None:
        """Opens the desk of a device."""
        device = self.room.lab.devices.get(name)
        if device is None:
            return
        if isinstance(device, SwitchDevice):
            ui.notify(f"{name} works without commands", type="info")
            return
        self.room.ask_lab(f"open {name}")
        self._desk.open(name)

    def _moved(self, where: dict[str, Any]) -> None:
        self.room.move(str(where.get("name")), float(where.get("x", 0.5)), float(where.get("y", 0.5)))

    def _set_gait(self, simulating: bool) -> None:
        if simulating != self.room.simulating:
            self.room.simulate(simulating)

    def _set_pace(self) -> None:
        if self._pace.value:
            self.room.pace = min(20.0, max(0.2, float(self._pace.value)))

    def _clear(self) -> None:
        self.room.ask_lab("events clear")
        for viewer in self.room.viewers:
            if isinstance(viewer, View):
                viewer._fill_events()

    def _filter_text(self) -> str:
        protocol = "" if self._filter.value == "all" else str(self._filter.value)
        words = str(self._words.value or "").strip()
        return " and ".join(part for part in (protocol, f"({words})" if words else "") if part)

    def _set_filter(self) -> None:
        text = self._filter_text()
        try:
            self._test = read_filter(text, self.room.lab.devices)
        except UsageError as error:
            self._words.props(f'error error-message="{error.what}"'.replace("\n", " "))
            return
        self._words.props(remove="error error-message")
        self._fill_events()

    def _show_sequence(self) -> None:
        from urllib.parse import quote

        # A number behind makes the browser ask anew.
        number = self.room.lab.events.last_number
        self._sequence.props(f'src="/sequence.svg?filter={quote(self._filter_text())}&n={number}"')
        self._drawing.open()

    def _open_event(self, number: int) -> None:
        event = self.room.lab.events.find(number)
        if event is None:
            return
        self._dialog_title.set_text(
            f"Event {number}: {event.kind} at {event.at}, {event.time / SECOND:.6f} s"
        )
        self._pdu.props["pdu"] = pdu(self.room.lab, event)
        self._pdu.update()
        self._dialog.open()

    # What the room tells

    def show_events(self, events: Sequence[Event]) -> None:
        """Adds rows, and lets frames fly in simulation."""
        rows = [_row(event) for event in events if self._test(event)]
        if rows:
            self._rows.run_method("add", rows)
        if self.room.simulating:
            loud = [event for event in events if event.kind not in QUIET]
            flying = [{"last": e.last, "at": e.at, "label": e.kind} for e in loud[-_MOST_FLYING:]]
            self._topology.run_method("fly", flying)

    def show_time(self) -> None:
        """Lab time, and which buttons there are."""
        room = self.room
        self._time.set_text(f"{room.lab.clock.now / SECOND:,.3f} s")
        if self._gait.value != room.simulating:
            self._gait.set_value(room.simulating)
        for element in (self._play, self._step, self._pace):
            element.set_visibility(room.simulating)
        self._play.set_text("Pause" if room.playing else "Play")

    def show_plan(self) -> None:
        """Devices and cables as they are."""
        self._topology.props["devices"] = self.room.plan.devices()
        self._topology.props["cables"] = self.room.plan.cables()
        self._topology.update()

    def show_move(self, name: str) -> None:
        """A device stands elsewhere."""
        place = next((one for one in self.room.plan.devices() if one["name"] == name), None)
        if place is not None:
            self._topology.run_method("put", name, place["x"], place["y"])

    def show_typed(self, line: str) -> None:
        """The command of a click."""
        self._typed.set_text(line)

    def show_services(self) -> None:
        """Services, accounts, mail."""
        self._desk.refresh()

    def _fill_events(self) -> None:
        rows = [_row(event) for event in self.room.lab.events if self._test(event)]
        self._rows.run_method("set", rows[-_MOST_ROWS:])


def _row(event: Event) -> dict[str, Any]:
    colour = _COLOURS.get(event.kind, "tcp" if "tcp" in event.decoded.layers else "other")
    return {
        "number": event.number,
        "time": f"{event.time / SECOND:.6f}",
        "last": event.last,
        "at": event.at,
        "kind": event.kind,
        "colour": colour,
        "info": event.info,
    }
