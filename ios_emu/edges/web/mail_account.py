"""Configure Mail of a PC: the account, with the fields of the lab's mail program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from nicegui import ui

if TYPE_CHECKING:
    from ios_emu.devices.host import Host

_GROUPS = (
    ("User Information", (("name", "Your Name"), ("address", "Email Address"))),
    ("Server Information", (("incoming", "Incoming Mail Server"), ("outgoing", "Outgoing Mail Server"))),
    ("Logon Information", (("user", "User Name"), ("password", "Password"))),
)
_PASSWORD = "password"
_HIDDEN = "*" * 8


class _Do(Protocol):
    def __call__(self, command: str, answers: Sequence[str] = (), shown: str | None = None) -> None:
        """Types a command at the host's prompt; `shown` hides a password in it."""


class AccountForm:
    """The window. Save types `mail configure`, Clear empties the fields, Reset shows what is saved."""

    def __init__(self, host: Host, do: _Do) -> None:
        self._host, self._do = host, do
        self._fields: dict[str, ui.input] = {}
        with ui.dialog().props('aria-label="Configure Mail"') as self._window, ui.card().classes("window"):
            ui.label("Configure Mail").classes("title")
            for title, fields in _GROUPS:
                with ui.element("fieldset"):
                    with ui.element("legend"):
                        ui.label(title)
                    with ui.element("div").classes("form"):
                        for field, label in fields:
                            self._fields[field] = self._input(field, label)
            with ui.element("div").classes("tools"):
                ui.button("Save", on_click=self._save).props("dense unelevated")
                ui.button("Clear", on_click=self._clear).props("dense outline")
                ui.button("Reset", on_click=self._reset).props("dense outline")
                ui.button("Close", on_click=self._window.close).props("dense flat")

    def _input(self, field: str, label: str) -> ui.input:
        return ui.input(label, password=field == _PASSWORD).props("dense outlined autocomplete=off")

    def open(self) -> None:
        """Shows the account."""
        self._reset()
        self._window.open()

    def _reset(self) -> None:
        account = self._host.mail.account
        for field, made in self._fields.items():
            made.set_value("" if account is None else getattr(account, field))

    def _clear(self) -> None:
        for made in self._fields.values():
            made.set_value("")

    def _save(self) -> None:
        answers = [" ".join(str(made.value or "").split()) for made in self._fields.values()]
        missing = [
            made.label for made, answer in zip(self._fields.values(), answers, strict=True) if not answer
        ]
        if missing:
            ui.notify(f"{missing[0]} is missing", type="warning")
            return
        self._window.close()
        if any(" " in answer for answer in answers[:-1]):
            # A name of several words can only be told to the questions.
            self._do("mail configure", answers)
        else:
            line = " ".join(["mail configure", *answers])
            self._do(line, (), line.removesuffix(answers[-1]) + _HIDDEN)
