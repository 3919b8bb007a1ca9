"""IP Configuration of a PC or a server: DHCP or static, and the four addresses."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address
from typing import TYPE_CHECKING

from nicegui import ui

from ios_emu.lab.device import HostDevice

if TYPE_CHECKING:
    from ios_emu.edges.web.room import Room

_NONE = "0.0.0.0"


class AddressTab:
    """What Apply does is typed at the prompt, as `ipconfig`."""

    def __init__(self, room: Room, device: HostDevice) -> None:
        self._room, self._device = room, device
        self._seen: object = None
        self._way = ui.radio({"dhcp": "DHCP", "static": "Static"}, value="static").props("inline dense")
        self._way.props('aria-label="How the address is set"')
        with ui.element("div").classes("form"):
            self._address = ui.input("IPv4 Address")
            self._mask = ui.input("Subnet Mask")
            self._gateway = ui.input("Default Gateway")
            self._dns = ui.input("DNS Server")
        for field in (self._address, self._mask, self._gateway, self._dns):
            field.props("dense outlined autocomplete=off inputmode=decimal")
            field.bind_enabled_from(self._way, "value", lambda way: way == "static")
        with ui.element("div").classes("tools"):
            ui.button("Apply", on_click=self._apply).props("dense unelevated")
        self._said = ui.label().classes("said").props('role="status"')
        self.refresh()

    def refresh(self) -> None:
        """How the host has its addresses, when it is other than before."""
        host = self._device.host
        now = (host.address, host.gateway, host.dns_server, host.dhcp is not None)
        if now == self._seen:
            return
        self._seen = now
        self._way.set_value("dhcp" if host.dhcp is not None else "static")
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
        if not any(values):
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
