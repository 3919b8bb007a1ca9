"""The desks of the devices that a viewer has opened: console, IP configuration, mail, services."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import AddressValueError, IPv4Address
from typing import TYPE_CHECKING

from nicegui import ui

from ios_emu.edges.web.mail import MailTab
from ios_emu.edges.web.services import ServicesTab
from ios_emu.lab.device import HostDevice

if TYPE_CHECKING:
    from ios_emu.edges.web.room import Room

_TERMINAL = {
    "fontFamily": '"DejaVu Sans Mono", monospace',
    "fontSize": 14,
    "scrollback": 5000,
    "cursorBlink": False,
    "screenReaderMode": True,
}
_NONE = "0.0.0.0"


class Desk:
    """The open devices, a tab each."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._open: dict[str, ui.tab] = {}
        self._refresh: list[Callable[[], None]] = []
        with ui.element("section").classes("panel place-desk"), ui.element("div").classes("desk"):
            self._hint = ui.label("Click a device to open its desk here.").classes("hint")
            self._tabs = ui.tabs().props("dense align=left no-caps")
            self._panels = ui.tab_panels(self._tabs, animated=False, keep_alive=True).classes("w-full")

    def open(self, name: str) -> None:
        """Opens a device, or brings it to the front."""
        self._hint.set_visibility(False)
        if name not in self._open:
            with self._tabs:
                self._open[name] = ui.tab(name)
            with self._panels, ui.tab_panel(name):
                self._fill(name)
        self._tabs.set_value(name)

    def refresh(self) -> None:
        """Shows services, accounts and mail as they are."""
        for refresh in self._refresh:
            refresh()

    def _fill(self, name: str) -> None:
        device = self._room.lab[name]
        if not isinstance(device, HostDevice):
            console(self._room, name)
            return
        with ui.tabs().props("dense align=left no-caps") as tabs:
            address = ui.tab("IP Configuration")
            prompt = ui.tab("Command Prompt")
            mail = ui.tab("Email") if device.kind == "pc" else None
            services = ui.tab("Services") if device.kind == "server" else None
        with ui.tab_panels(tabs, value=address, animated=False, keep_alive=True).classes("w-full"):
            with ui.tab_panel(address):
                self._refresh.append(AddressTab(self._room, device).refresh)
            with ui.tab_panel(prompt):
                console(self._room, name)
            if mail is not None:
                with ui.tab_panel(mail):
                    self._refresh.append(MailTab(self._room, device).refresh)
            if services is not None:
                with ui.tab_panel(services):
                    self._refresh.append(ServicesTab(self._room, device).refresh)


def console(room: Room, name: str) -> None:
    """The console of a device: the bytes that it shows, and the keys that are typed."""
    terminal = ui.xterm(_TERMINAL).classes("terminal")
    hub = room.console(name)

    def show(data: bytes) -> None:
        # Bytes travel as they are: what is no UTF-8 is shown as the terminal shows it.
        terminal.write(data.decode("latin-1"))

    def type_(data: str) -> None:
        hub.type(data.encode("latin-1", "replace"))

    terminal.on_data(lambda event: type_(event.data))
    client, left = ui.context.client, [False]

    def mounted() -> None:
        # Before it is there it would lose what it is told.
        if not left[0]:
            terminal.fit()
            client.on_delete(hub.join(show))

    client.on_delete(lambda: left.__setitem__(0, True))
    terminal.on("vnodeMounted", mounted, args=[])


class AddressTab:
    """IP Configuration: DHCP or static, and the four addresses."""

    def __init__(self, room: Room, device: HostDevice) -> None:
        self._room, self._device = room, device
        host = device.host
        self._way = ui.radio({"dhcp": "DHCP", "static": "Static"}, value="static").props("inline dense")
        with ui.element("div").classes("form"):
            self._address = ui.input("IPv4 Address")
            self._mask = ui.input("Subnet Mask")
            self._gateway = ui.input("Default Gateway")
            self._dns = ui.input("DNS Server")
        for field in (self._address, self._mask, self._gateway, self._dns):
            field.props("dense outlined")
            field.bind_enabled_from(self._way, "value", lambda way: way == "static")
        with ui.row().classes("items-center"):
            ui.button("Apply", on_click=self._apply).props("dense")
        self._said = ui.label().classes("said").props('role="status"')
        self._seen: object = None
        self._way.set_value("dhcp" if host.dhcp is not None else "static")
        self.refresh()

    def refresh(self) -> None:
        """The addresses that the host has, when they are others than before."""
        host = self._device.host
        now = (host.address, host.gateway, host.dns_server)
        if now == self._seen:
            return
        self._seen = now
        self._address.set_value("" if host.address is None else str(host.address.ip))
        self._mask.set_value("" if host.address is None else str(host.address.netmask))
        self._gateway.set_value("" if host.gateway is None else str(host.gateway))
        self._dns.set_value("" if host.dns_server is None else str(host.dns_server))

    def _apply(self) -> None:
        if self._way.value == "dhcp":
            self._do("ipconfig /dhcp")
            return
        fields = (self._address, self._mask, self._gateway, self._dns)
        values = [str(field.value or "").strip() for field in fields]
        if not values[0] and not any(values):
            self._said.set_text("Write an address first.")
            return
        for field, value in zip(fields, values, strict=True):
            if value and not _is_address(value):
                self._said.set_text(f"{field.label}: {value} is not an address.")
                return
        if not values[0] or not values[1]:
            self._said.set_text("An address and a mask belong together.")
            return
        while values and not values[-1]:
            values.pop()
        self._do(" ".join(["ipconfig", *(value or _NONE for value in values)]))

    def _do(self, command: str) -> None:
        self._said.set_text("...")

        def done(text: str) -> None:
            self._said.set_text(text or "Done.")
            self._seen = None
            self.refresh()

        self._room.do(self._device.name, command, done)


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return True
