"""The page of one viewer: the bar, the plan, the event list, the desks, and what was typed last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Response
from nicegui import ui
from nicegui.element import Element

from ios_emu.clock import SECOND
from ios_emu.edges.web.desk import Desk
from ios_emu.edges.web.wire import Wire, colour
from ios_emu.errors import UsageError
from ios_emu.lab.event_filter import QUIET, read_filter
from ios_emu.lab.sequence import DEFAULT_FILTER, messages, sequence_svg

if TYPE_CHECKING:
    from ios_emu.edges.web.room import Room
    from ios_emu.lab.events import Event

_HERE = Path(__file__).parent
_STYLES = ("page.css", "panels.css")
_MOST_FLYING = 12
_SLOWEST, _FASTEST = 0.2, 20.0


class Topology(Element, component="topology.js"):
    """The plan, drawn by the browser."""


def build(room: Room, app: FastAPI) -> None:
    """Puts the page and what it loads under `app`."""
    css = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in _STYLES)

    @ui.page("/")
    def page() -> None:
        ui.add_css(css)
        ui.colors(primary="#0a5fa8")
        # The cookie has it from now on: nobody reads the token in the address.
        ui.run_javascript("if (location.search) history.replaceState(null, '', location.pathname)")
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
        return Response(drawn, media_type="image/svg+xml")


class View:
    """What one browser sees of the room."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self._bar()
        with ui.element("div").classes("typed"):
            ui.label("Command").classes("what")
            self._typed = ui.label("a click shows here what it amounts to").classes("line")
            self._typed.props('role="status" aria-live="polite"')
        with ui.element("main").classes("room"):
            self._plan()
            self._desk = Desk(room)
            self._wire = Wire(room, self.show_typed)
        client = ui.context.client
        room.viewers.append(self)
        client.on_delete(lambda: room.viewers.remove(self))
        self.show_time()

    # Parts

    def _bar(self) -> None:
        room = self.room
        with ui.element("header").classes("bar"):
            with ui.element("h1"):
                ui.label(room.lab.file.title)
            self._time = ui.label().classes("time").props('role="timer" aria-label="Lab time"')
            with ui.element("div").classes("tools").props('role="group" aria-label="Lab time"'):
                self._gait = ui.toggle(
                    {False: "Realtime", True: "Simulation"},
                    value=room.simulating,
                    on_change=lambda change: self._set_gait(bool(change.value)),
                )
                self._gait.props("dense unelevated no-caps color=white text-color=dark")
                self._gait.props("toggle-color=amber-6 toggle-text-color=dark")
                self._play = ui.button("Play", on_click=self._toggle_play)
                self._step = ui.button("Step", on_click=self._make_step)
                for button in (self._play, self._step):
                    button.props("dense outline color=white")
                self._pace = ui.number(
                    "Steps/s", value=room.pace, min=_SLOWEST, max=_FASTEST, step=0.2, on_change=self._set_pace
                )
                self._pace.props("dense dark outlined").classes("pace")

    def _plan(self) -> None:
        room = self.room
        with ui.element("section").classes("panel place-plan").props('aria-label="Topology"'):
            with ui.element("div").classes("head"):
                with ui.element("h2"):
                    ui.label("Topology")
                ui.label("drag to arrange; click a device to open it, a cable to cut or mend it").classes(
                    "soft"
                )
            self._topology = Topology()
            self._topology.on("open", lambda event: self.open(str(event.args)))
            self._topology.on("cable", lambda event: room.toggle_cable(int(event.args)))
            self._topology.on("move", lambda event: self._moved(event.args))
            self._topology.on("frame", lambda event: self._wire.open(int(event.args)))
        self.show_plan()

    # What the person does

    def open(self, name: str) -> None:
        """Opens the desk of a device."""
        if name in self.room.lab.devices:
            self._desk.open(name)

    def _moved(self, where: dict[str, Any]) -> None:
        self.room.move(str(where.get("name")), float(where.get("x", 0.5)), float(where.get("y", 0.5)))

    def _set_gait(self, simulating: bool) -> None:
        if simulating != self.room.simulating:
            self.room.simulate(simulating)

    def _toggle_play(self) -> None:
        self.room.play(not self.room.playing)
        self._wire.show_newest()

    def _make_step(self) -> None:
        self.room.step()
        self._wire.show_newest()

    def _set_pace(self) -> None:
        if self._pace.value:
            self.room.pace = min(_FASTEST, max(_SLOWEST, float(self._pace.value)))

    # What the room tells

    def show_events(self, events: Sequence[Event]) -> None:
        """Adds rows, and lets frames fly in simulation."""
        self._wire.add(events)
        loud = [event for event in events if event.kind not in QUIET]
        if self.room.simulating and loud:
            flying = [_flight(event, self.room.plan.cable_between(event)) for event in loud[-_MOST_FLYING:]]
            self._topology.run_method("fly", flying)

    def show_cleared(self) -> None:
        """The list begins anew."""
        self._wire.fill()

    def show_time(self) -> None:
        """Lab time, and which buttons there are."""
        room = self.room
        self._time.set_text(f"{room.lab.clock.now / SECOND:,.3f} s")
        if self._gait.value != room.simulating:
            self._gait.set_value(room.simulating)
        if self._step.visible and not room.simulating:
            self._topology.run_method("land")
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
        """Addresses, services, accounts, mail."""
        self._desk.refresh()


def _flight(event: Event, cable: int) -> dict[str, Any]:
    text = f"{event.kind} from {event.last} at {event.at}: open event {event.number}"
    looks = {"label": event.kind, "colour": colour(event), "text": text}
    return {"number": event.number, "from": event.last_end, "cable": cable, **looks}
