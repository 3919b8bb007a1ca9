"""Services of a server: mail with its domain, users and log; DNS with its records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

from ios_emu.lab.device import HostDevice

if TYPE_CHECKING:
    from ios_emu.edges.web.room import Room

_KINDS = ["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "TXT"]
_MOST_LINES = 200


class ServicesTab:
    """The services of one server. What the switches and buttons do is typed at its prompt."""

    def __init__(self, room: Room, device: HostDevice) -> None:
        self._room, self._device = room, device
        self._seen: object = None
        with ui.row().classes("items-center"):
            self._smtp = self._switch("SMTP", "service smtp")
            self._pop3 = self._switch("POP3", "service pop3")
            self._dns = self._switch("DNS", "service dns")
            ui.button("Save", on_click=lambda: self._do("save")).props("dense outline")
        self._status = ui.label("").classes("said").props('role="status" aria-live="polite"')
        with ui.element("div").classes("form"):
            with ui.column():
                ui.label("Email").classes("text-subtitle2")
                with ui.row().classes("items-center"):
                    self._domain = ui.input("Domain Name").props("dense outlined")
                    ui.button("Set", on_click=self._set_domain).props("dense")
                with ui.row().classes("items-center"):
                    self._user = ui.input("User").props("dense outlined").style("width: 8rem")
                    self._password = (
                        ui.input("Password", password=True).props("dense outlined").style("width: 8rem")
                    )
                    ui.button("Add", on_click=self._add_user).props("dense")
                self._users = ui.list().props("dense bordered separator").classes("w-full")
            with ui.column():
                ui.label("DNS").classes("text-subtitle2")
                with ui.row().classes("items-center"):
                    self._name = ui.input("Name").props("dense outlined").style("width: 10rem")
                    self._kind = ui.select(_KINDS, value="A", label="Type").props(
                        "dense outlined options-dense"
                    )
                    self._value = ui.input("Address").props("dense outlined").style("width: 10rem")
                    ui.button("Add", on_click=self._add_record).props("dense")
                self._records = ui.list().props("dense bordered separator").classes("w-full")
        ui.label("Log").classes("text-subtitle2")
        self._log = ui.label("").classes("said")
        self.refresh()

    def refresh(self) -> None:
        """Everything as it is, when it is other than before."""
        host = self._device.host
        mail, dns = host.mail_server, host.dns_service
        users, records = list(mail.store.users), list(dns.records)
        now = (
            mail.smtp,
            mail.pop3,
            dns.enabled,
            mail.store.domain,
            users,
            records,
            list(mail.log)[-1:],
            len(mail.log),
        )
        if now == self._seen:
            return
        before, self._seen = self._seen, now
        for switch, on in ((self._smtp, mail.smtp), (self._pop3, mail.pop3), (self._dns, dns.enabled)):
            if switch.value != on:
                switch.set_value(on)
        if before is None or before[3] != mail.store.domain:  # type: ignore[index]
            self._domain.set_value(mail.store.domain)
        self._users.clear()
        with self._users:
            for user in users:
                self._row(user, f"service mail user delete {user}")
        self._records.clear()
        with self._records:
            for record in records:
                text = f"{record.name} {record.type} {record.value}"
                self._row(text, f"service dns delete {record.name} {record.type}")
        self._log.set_text("\n".join(list(mail.log)[-_MOST_LINES:]) or "Nothing yet.")

    def _row(self, text: str, remove: str) -> None:
        with ui.item():
            with ui.item_section():
                ui.item_label(text)
            with ui.item_section().props("side"):
                button = ui.button("Remove", on_click=lambda: self._do(remove)).props("dense flat")
                button.props["aria-label"] = f"Remove {text}"

    def _switch(self, label: str, command: str) -> ui.switch:
        def change(value: bool) -> None:
            host = self._device.host
            mail = host.mail_server
            now = {"SMTP": mail.smtp, "POP3": mail.pop3, "DNS": host.dns_service.enabled}[label]
            if value != now:
                self._do(f"{command} {'on' if value else 'off'}")

        return ui.switch(label, on_change=lambda event: change(bool(event.value)))

    def _do(self, command: str, shown: str | None = None) -> None:
        self._status.set_text("...")

        def done(text: str) -> None:
            self._status.set_text(text or "Done.")
            self.refresh()

        self._room.do(self._device.name, command, done, shown=shown)

    def _set_domain(self) -> None:
        domain = str(self._domain.value or "").strip()
        if domain:
            self._do(f"service mail domain {domain}")

    def _add_user(self) -> None:
        user, password = str(self._user.value or "").strip(), str(self._password.value or "")
        if not user or " " in user or not password:
            ui.notify("A user has a name and a password", type="warning")
            return
        command = f"service mail user add {user}"
        self._do(f"{command} {password}", f"{command} {'*' * 8}")
        self._password.set_value("")

    def _add_record(self) -> None:
        name, value = str(self._name.value or "").strip(), str(self._value.value or "").strip()
        if not name or not value:
            ui.notify("A record has a name and a value", type="warning")
            return
        self._do(f"service dns add {name} {self._kind.value} {value}")
