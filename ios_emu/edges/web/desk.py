"""The desks of the devices, a tab each: a console; of a host also its addresses, mail and services."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nicegui import ui

from ios_emu.edges.web.address import AddressTab
from ios_emu.edges.web.console import console
from ios_emu.edges.web.mail import MailTab
from ios_emu.edges.web.services import ServicesTab
from ios_emu.lab.device import HostDevice

if TYPE_CHECKING:
    from ios_emu.edges.web.room import Room

_HINTS = (
    "Click a device, or its tab: its console or its desk opens here.",
    "Click a cable to cut it, and again to mend it. Drag a device to where you want it.",
    "Simulation stops time: Step and Play then follow each frame along its cable.",
    "The line at the top shows what you could have typed instead of clicking.",
)
_TABS = "dense align=left no-caps narrow-indicator outside-arrows mobile-arrows"


class Desk:
    """The desks that one viewer sees; each is made when it is first opened."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._made: set[str] = set()
        self._refresh: list[Callable[[], None]] = []
        self._tabs_of: dict[str, ui.tab] = {}
        with ui.element("section").classes("panel place-desk").props('aria-label="Devices"') as self._place:
            self._tabs = ui.tabs(on_change=lambda change: self._show(str(change.value))).props(_TABS)
            self._tabs.classes("devices")
            with self._tabs:
                for name in room.lab.devices:
                    self._tabs_of[name] = ui.tab(name)
            with ui.element("div").classes("hint") as self._hint:
                for line in _HINTS:
                    ui.label(line)
            self._panels = ui.tab_panels(self._tabs, animated=False, keep_alive=True)

    def open(self, name: str) -> None:
        """Brings a device to the front, and into view where the page is long."""
        if self._tabs.value == name:
            self._room.ask_lab(f"open {name}")
        self._tabs.set_value(name)
        self._place.run_method("scrollIntoView", {"block": "nearest"})

    def refresh(self) -> None:
        """Shows addresses, services, accounts and mail as they are."""
        for refresh in self._refresh:
            refresh()

    def _show(self, name: str) -> None:
        self._room.ask_lab(f"open {name}")
        self._hint.set_visibility(False)
        if name not in self._made:
            self._made.add(name)
            with self._panels, ui.tab_panel(name) as panel:
                panel.props["data-desk"] = name
                self._fill(name)

    def _fill(self, name: str) -> None:
        device = self._room.lab[name]
        tab = self._tabs_of[name]
        if not isinstance(device, HostDevice):
            console(self._room, name, lambda: _focus(tab))
            return
        with ui.tabs().props(_TABS) as tabs:
            address = ui.tab("IP Configuration")
            prompt = ui.tab("Command Prompt")
            mail = ui.tab("Email") if device.kind == "pc" else None
            services = ui.tab("Services") if device.kind == "server" else None
        with ui.tab_panels(tabs, value=address, animated=False, keep_alive=True):
            with _part(address):
                self._refresh.append(AddressTab(self._room, device).refresh)
            with _part(prompt):
                console(self._room, name, lambda: _focus(prompt))
            if mail is not None:
                with _part(mail):
                    self._refresh.append(MailTab(self._room, device).refresh)
            if services is not None:
                with _part(services):
                    self._refresh.append(ServicesTab(self._room, device).refresh)


def _part(tab: ui.tab) -> ui.tab_panel:
    panel = ui.tab_panel(tab)
    panel.props["data-part"] = tab.props["name"]
    return panel


def _focus(tab: ui.tab) -> None:
    ui.run_javascript(f"getHtmlElement({tab.id}).focus()")
