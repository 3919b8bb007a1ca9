"""Email of a PC: what was received, Compose, Receive, Reply, Delete, Configure Mail, and the status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nicegui import ui

from ios_emu.edges.web.mail_account import AccountForm
from ios_emu.lab.device import HostDevice
from ios_emu.services.mail_message import MailText, read_message

if TYPE_CHECKING:
    from ios_emu.edges.web.room import Room

_END = "."


class MailTab:
    """The mail program of one PC. What the buttons do is typed at its prompt."""

    def __init__(self, room: Room, device: HostDevice) -> None:
        self._room, self._device = room, device
        self._chosen: int | None = None
        self._answering: int | None = None
        self._seen: object = None
        self._account = AccountForm(device.host, self._do)
        with ui.element("div").classes("tools").props('role="toolbar" aria-label="Email"'):
            self._button("Compose", lambda: self._compose("", ""))
            self._button("Receive", lambda: self._do("mail receive"))
            self._reply = self._button("Reply", self._answer)
            self._delete = self._button("Delete", self._throw_away)
            self._button("Configure Mail", self._account.open, "outline")
        self._list = ui.list().props("dense separator bordered").classes("mails")
        self._text = ui.label("").classes("said letter")
        self._status = ui.label("").classes("said status").props('role="status" aria-live="polite"')
        self._make_letter()
        self.refresh()

    def _button(self, label: str, act: object, look: str = "unelevated") -> ui.button:
        return ui.button(label, on_click=act).props(f"dense {look}")  # type: ignore[arg-type]

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
                ui.item("There is no mail.").classes("nothing")
            for place, message in enumerate(inbox, 1):
                self._row(place, read_message(message.data))
        for button in (self._reply, self._delete):
            button.set_enabled(self._chosen is not None)
        self._text.set_visibility(self._chosen is not None)

    def _row(self, place: int, read: MailText) -> None:
        with ui.item(on_click=lambda: self._choose(place)) as item:
            item.props("clickable")
            if place == self._chosen:
                item.props("active aria-current=true")
            with ui.item_section():
                ui.item_label(read.subject or "(no subject)")
                ui.item_label(f"{read.sender}, {read.date}").props("caption")

    def _choose(self, place: int | None) -> None:
        self._chosen = place
        if place is not None:
            self._do(f"mail read {place}", into=self._text)
        self.refresh()

    def _do(
        self,
        command: str,
        answers: Sequence[str] = (),
        shown: str | None = None,
        into: ui.label | None = None,
    ) -> None:
        label = into or self._status
        label.set_text("...")

        def done(text: str) -> None:
            label.set_text(text)
            self._seen = None
            self.refresh()

        self._room.do(self._device.name, command, done, answers, shown)

    # Compose

    def _make_letter(self) -> None:
        with ui.dialog().props('aria-label="Compose Mail"') as self._letter, ui.card().classes("window"):
            ui.label("Compose Mail").classes("title")
            self._to = ui.input("To").props("dense outlined autocomplete=off")
            self._subject = ui.input("Subject").props("dense outlined autocomplete=off")
            self._body = ui.textarea("Text").props("outlined")
            with ui.element("div").classes("tools"):
                self._button("Send", self._send)
                self._button("Close", self._letter.close, "flat")

    def _compose(self, to: str, subject: str) -> None:
        if self._device.host.mail.account is None:
            ui.notify("Configure Mail first", type="warning")
            return
        self._answering = None
        self._to.set_value(to)
        self._subject.set_value(subject)
        self._body.set_value("")
        for field in (self._to, self._subject):
            field.set_enabled(True)
        self._letter.open()

    def _send(self) -> None:
        to, subject = one_line(self._to.value), one_line(self._subject.value)
        if not to or " " in to:
            ui.notify("To: one mail address", type="warning")
            return
        # A dot alone would end the text.
        lines = [f"{line} " if line == _END else line for line in str(self._body.value or "").splitlines()]
        self._letter.close()
        if self._answering is not None:
            self._do(f"mail reply {self._answering}", [*lines, _END])
        else:
            self._do(f"mail send {to} {subject}".rstrip(), [*lines, _END])

    def _answer(self) -> None:
        if self._chosen is None:
            return
        message = read_message(self._device.host.mail.inbox[self._chosen - 1].data)
        subject = message.subject
        self._compose(
            message.sender.rpartition("<")[2].rstrip(">") or message.sender,
            subject if subject.lower().startswith("re:") else f"RE: {subject}",
        )
        # `mail reply` knows whom it answers, and how the subject is.
        for field in (self._to, self._subject):
            field.set_enabled(False)
        self._answering = self._chosen

    def _throw_away(self) -> None:
        if self._chosen is not None:
            place = self._chosen
            self._choose(None)
            self._do(f"mail delete {place}")


def one_line(value: object) -> str:
    """What a person wrote into a field, on one line."""
    return " ".join(str(value or "").split())
