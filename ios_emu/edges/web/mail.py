"""Email of a PC: Configure Mail, the messages that were received, Compose, Receive, Reply, Delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nicegui import ui

from ios_emu.lab.device import HostDevice
from ios_emu.services.mail_message import read_message

if TYPE_CHECKING:
    from ios_emu.edges.web.room import Room

_FIELDS = (
    ("name", "Your Name"),
    ("address", "Email Address"),
    ("incoming", "Incoming Mail Server"),
    ("outgoing", "Outgoing Mail Server"),
    ("user", "User Name"),
    ("password", "Password"),
)
_END = "."


class MailTab:
    """The mail program of one PC. What the buttons do is typed at its prompt."""

    def __init__(self, room: Room, device: HostDevice) -> None:
        self._room, self._device = room, device
        self._chosen: int | None = None
        self._answering: int | None = None
        self._seen: object = None
        with ui.row().classes("items-center"):
            ui.button("Compose", on_click=lambda: self._compose("", "")).props("dense")
            ui.button("Receive", on_click=lambda: self._do("mail receive")).props("dense")
            self._reply = ui.button("Reply", on_click=self._answer).props("dense")
            self._delete = ui.button("Delete", on_click=self._throw_away).props("dense")
            ui.button("Configure Mail", on_click=self._configure).props("dense outline")
        self._status = ui.label("").classes("said").props('role="status" aria-live="polite"')
        self._list = ui.list().props("dense separator bordered").classes("w-full")
        self._text = ui.label("").classes("said")
        self._make_account()
        self._make_letter()
        self.refresh()

    def refresh(self) -> None:
        """The messages that there are."""
        inbox = self._device.host.mail.inbox
        now = ([message.number for message in inbox], self._chosen)
        if now != self._seen:
            self._seen = now
            if self._chosen is not None and self._chosen > len(inbox):
                self._choose(None)
            self._fill()

    def _fill(self) -> None:
        inbox = self._device.host.mail.inbox
        self._list.clear()
        with self._list:
            if not inbox:
                ui.item("There is no mail.")
            for place, message in enumerate(inbox, 1):
                read = read_message(message.data)
                with ui.item(on_click=lambda place=place: self._choose(place)) as item:
                    item.props(f"clickable {'active' if place == self._chosen else ''}")
                    with ui.item_section():
                        ui.item_label(read.subject or "(no subject)")
                        ui.item_label(f"{read.sender}  {read.date}").props("caption")
        for button in (self._reply, self._delete):
            button.set_enabled(self._chosen is not None)

    def _choose(self, place: int | None) -> None:
        self._chosen = place
        if place is None:
            self._text.set_text("")
        else:
            self._do(f"mail read {place}", into=self._text)
        self.refresh()

    def _do(self, command: str, answers: Sequence[str] = (), into: ui.label | None = None) -> None:
        status = into or self._status
        status.set_text("...")

        def done(text: str) -> None:
            status.set_text(text)
            self._seen = None
            self.refresh()

        self._room.do(self._device.name, command, done, answers)

    # Configure Mail

    def _make_account(self) -> None:
        with ui.dialog() as self._account, ui.card().style("width: 36rem; max-width: 96vw"):
            ui.label("Configure Mail").classes("text-subtitle1")
            self._fields = {}
            with ui.element("div").classes("form"):
                for field, label in _FIELDS:
                    made = ui.input(label, password=field == "password").props("dense outlined")
                    self._fields[field] = made
            with ui.row():
                ui.button("Save", on_click=self._save).props("dense")
                ui.button("Clear", on_click=self._clear).props("dense outline")
                ui.button("Reset", on_click=self._reset).props("dense outline")
                ui.button("Close", on_click=self._account.close).props("dense flat")

    def _configure(self) -> None:
        self._reset()
        self._account.open()

    def _reset(self) -> None:
        account = self._device.host.mail.account
        for field, made in self._fields.items():
            made.set_value("" if account is None else getattr(account, field))

    def _clear(self) -> None:
        for made in self._fields.values():
            made.set_value("")

    def _save(self) -> None:
        answers = [_one_line(made.value) for made in self._fields.values()]
        missing = [label for (_, label), answer in zip(_FIELDS, answers, strict=True) if not answer]
        if missing:
            ui.notify(f"{missing[0]} is missing", type="warning")
            return
        self._account.close()
        self._do("mail configure", answers)

    # Compose

    def _make_letter(self) -> None:
        with ui.dialog() as self._letter, ui.card().style("width: 40rem; max-width: 96vw"):
            ui.label("Compose Mail").classes("text-subtitle1")
            self._to = ui.input("To").props("dense outlined").classes("w-full")
            self._subject = ui.input("Subject").props("dense outlined").classes("w-full")
            self._body = ui.textarea("Text").props("outlined").classes("w-full")
            with ui.row():
                ui.button("Send", on_click=self._send).props("dense")
                ui.button("Close", on_click=self._letter.close).props("dense flat")

    def _compose(self, to: str, subject: str) -> None:
        if self._device.host.mail.account is None:
            ui.notify("Configure Mail first", type="warning")
            return
        self._answering = None
        self._to.set_value(to)
        self._subject.set_value(subject)
        self._body.set_value("")
        self._letter.open()

    def _send(self) -> None:
        to, subject = _one_line(self._to.value), _one_line(self._subject.value)
        if not to or " " in to:
            ui.notify("To: one mail address", type="warning")
            return
        # A dot alone would end the text.
        lines = [f"{line} " if line == _END else line for line in str(self._body.value or "").splitlines()]
        self._letter.close()
        if self._answering is not None:
            place, self._answering = self._answering, None
            self._do(f"mail reply {place}", [*lines, _END])
        else:
            self._do(f"mail send {to} {subject}".rstrip(), [*lines, _END])

    def _answer(self) -> None:
        if self._chosen is None:
            return
        message = read_message(self._device.host.mail.inbox[self._chosen - 1].data)
        self._compose(message.sender, f"Re: {message.subject}")
        self._to.set_value(message.sender.rpartition("<")[2].rstrip(">") or message.sender)
        self._answering = self._chosen

    def _throw_away(self) -> None:
        if self._chosen is not None:
            place = self._chosen
            self._choose(None)
            self._do(f"mail delete {place}")


def _one_line(value: object) -> str:
    return " ".join(str(value or "").split())
