"""Services of a server: mail with its domain and users, DNS with its records, each with its log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from nicegui import ui

from ios_emu.lab.device import HostDevice

if TYPE_CHECKING:
    from ios_emu.edges.web.room import Room

_KINDS = ["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "TXT"]
_MOST_LINES = 200
_HIDDEN = "*" * 8


class ServicesTab:
    """The services of one server. What the switches and buttons do is typed at its prompt."""

    def __init__(self, room: Room, device: HostDevice) -> None:
        self._room, self._device = room, device
        with ui.element("div").classes("tools"):
            ui.button("Save", on_click=lambda: self._do("save")).props("dense outline")
            ui.label("keeps the services as they are for the next start").classes("soft")
        self._status = ui.label("").classes("said status").props('role="status" aria-live="polite"')
        with ui.element("div").classes("services"):
            self._mail = _MailCard(device, self._do)
            self._dns = _DnsCard(device, self._do)
        self.refresh()

    def refresh(self) -> None:
        """Everything as it is."""
        self._mail.refresh()
        self._dns.refresh()

    def _do(self, command: str, shown: str | None = None) -> None:
        self._status.set_text("...")

        def done(text: str) -> None:
            self._status.set_text(text or "Done.")
            self.refresh()

        self._room.do(self._device.name, command, done, shown=shown)


_Do = Callable[..., None]


class _Card:
    """A service: its switches in the head, its settings, and its log."""

    def __init__(self, title: str, do: _Do) -> None:
        self._do = do
        self._seen: object = None
        with ui.element("section").classes("card").props(f'aria-label="{title}"') as self._place:
            head = ui.element("div").classes("head")
        with head:
            with ui.element("h3"):
                ui.label(title)
            self._head = ui.element("div").classes("tools")

    def _switch(self, label: str, command: str, now: Callable[[], bool]) -> ui.switch:
        def change(value: bool) -> None:
            if value != now():
                self._do(f"{command} {'on' if value else 'off'}")

        with self._head:
            return ui.switch(label, on_change=lambda event: change(bool(event.value))).props("dense")

    def _list(self, label: str) -> ui.list:
        return ui.list().props(f'dense bordered separator aria-label="{label}"')

    def _log(self) -> ui.label:
        with ui.element("h4"):
            ui.label("Log")
        log = ui.label("").classes("said log")
        log.props('tabindex=0 role="region"').props["aria-label"] = "Log"
        return log

    def _fill(self, rows: ui.list, entries: Iterable[tuple[str, str]], nothing: str) -> None:
        """Shows entries, each with what removes it."""
        rows.clear()
        with rows:
            entry = None
            for entry in entries:
                self._row(*entry)
            if entry is None:
                ui.item(nothing).classes("nothing")

    def _row(self, text: str, remove: str) -> None:
        with ui.item():
            with ui.item_section():
                ui.item_label(text)
            with ui.item_section().props("side"):
                button = ui.button("Remove", on_click=lambda: self._do(remove)).props("dense flat size=sm")
                button.props["aria-label"] = f"Remove {text}"


class _MailCard(_Card):
    def __init__(self, device: HostDevice, do: _Do) -> None:
        super().__init__("Email", do)
        self._server = server = device.host.mail_server
        self._domain_seen: str | None = None
        self._smtp = self._switch("SMTP", "service smtp", lambda: server.smtp)
        self._pop3 = self._switch("POP3", "service pop3", lambda: server.pop3)
        with self._place:
            with ui.element("div").classes("fields"):
                self._domain = ui.input("Domain Name").props("dense outlined autocomplete=off")
                ui.button("Set", on_click=self._set_domain).props("dense unelevated")
            with ui.element("div").classes("fields"):
                self._user = ui.input("User").props("dense outlined autocomplete=off")
                self._password = ui.input("Password", password=True)
                self._password.props("dense outlined autocomplete=new-password")
            with ui.element("div").classes("tools"):
                ui.button("Add", on_click=lambda: self._set_user("add")).props("dense unelevated")
                change = ui.button("Change", on_click=lambda: self._set_user("password"))
                change.props("dense outline").tooltip("Gives the user this password")
            self._users = self._list("Users")
            self._lines = self._log()

    def refresh(self) -> None:
        """Shows it as it is, when it is other than before."""
        server = self._server
        users, lines = list(server.store.users), list(server.log)
        now = (server.smtp, server.pop3, server.store.domain, users, lines[-1:], len(lines))
        if now == self._seen:
            return
        self._seen = now
        self._smtp.set_value(server.smtp)
        self._pop3.set_value(server.pop3)
        # What somebody is writing there stays, while the domain does.
        if self._domain_seen != server.store.domain:
            self._domain_seen = server.store.domain
            self._domain.set_value(server.store.domain)
        self._fill(self._users, ((user, f"service mail user delete {user}") for user in users), "No users.")
        self._lines.set_text("\n".join(lines[-_MOST_LINES:]) or "Nothing yet.")

    def _set_domain(self) -> None:
        domain = str(self._domain.value or "").strip()
        if domain:
            self._do(f"service mail domain {domain}")

    def _set_user(self, deed: str) -> None:
        user, password = str(self._user.value or "").strip(), str(self._password.value or "")
        if not user or " " in user or not password:
            ui.notify("A user has a name and a password", type="warning")
            return
        command = f"service mail user {deed} {user}"
        self._do(f"{command} {password}", f"{command} {_HIDDEN}")
        self._password.set_value("")


class _DnsCard(_Card):
    def __init__(self, device: HostDevice, do: _Do) -> None:
        super().__init__("DNS", do)
        self._service = service = device.host.dns_service
        self._dns = self._switch("DNS", "service dns", lambda: service.enabled)
        with self._place:
            with ui.element("div").classes("fields"):
                self._name = ui.input("Name").props("dense outlined autocomplete=off")
                self._kind = ui.select(_KINDS, value="A", label="Type")
                self._kind.props("dense outlined options-dense").classes("kind")
            with ui.element("div").classes("fields"):
                self._value = ui.input("Address").props("dense outlined autocomplete=off")
                ui.button("Add", on_click=self._add).props("dense unelevated")
            self._records = self._list("Records")
            self._lines = self._log()
        self._kind.on_value_change(lambda change: self._name_value(str(change.value)))

    def _name_value(self, kind: str) -> None:
        self._value.props["label"] = "Address" if kind in ("A", "AAAA") else "Value"
        self._value.update()

    def refresh(self) -> None:
        """Shows it as it is, when it is other than before."""
        service = self._service
        now = (service.enabled, list(service.records), service.log.number)
        if now == self._seen:
            return
        self._seen = now
        self._dns.set_value(service.enabled)
        records = ((" ".join(record), f"service dns delete {' '.join(record)}") for record in service.records)
        self._fill(self._records, records, "No records.")
        self._lines.set_text("\n".join(service.log.lines()[-_MOST_LINES:]) or "Nothing yet.")

    def _add(self) -> None:
        name, value = str(self._name.value or "").strip(), str(self._value.value or "").strip()
        if not name or not value:
            ui.notify("A record has a name and a value", type="warning")
            return
        self._do(f"service dns add {name} {self._kind.value} {value}")
