"""A device's console in a browser: the bytes that it shows, and the keys that are typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nicegui import ui

from ios_emu.edges.web.letters import Letters

if TYPE_CHECKING:
    from ios_emu.edges.web.room import ConsoleHub, Room

LEAVE = "\x1d"
"""Ctrl-], which leads out of a console, here as in a terminal: Tab belongs to the device."""
_TERMINAL = {
    "fontFamily": '"DejaVu Sans Mono", ui-monospace, Menlo, Consolas, monospace',
    "fontSize": 13,
    "scrollback": 5000,
    "cursorBlink": False,
    "screenReaderMode": True,
    "theme": {"background": "#0e1a24", "foreground": "#e8eef3", "cursor": "#ffd560"},
}


def console(room: Room, name: str, leave: Callable[[], None]) -> None:
    """Shows the console of a device; `leave` is called when Ctrl-] is typed there."""
    with ui.element("div").classes("console"):
        terminal = ui.xterm(_TERMINAL).classes("terminal")
        # Its size follows that of the window, in the browser.
        fit = f"() => {{ const shown = getElement({terminal.id}); if (shown?.terminal) shown.fit(); }}"
        ui.element("q-resize-observer").on("resize", js_handler=fit)
    ui.label("Enter wakes the console; Ctrl-] leaves it when the keyboard is to go elsewhere").classes("keys")
    _connect(terminal, room.console(name), leave)


def _connect(terminal: ui.xterm, hub: ConsoleHub, leave: Callable[[], None]) -> None:
    letters = Letters()

    def show(data: bytes) -> None:
        terminal.write(letters.read(data))

    def type_(data: str) -> None:
        keys = data.replace(LEAVE, "")
        if keys:
            hub.type(keys.encode("utf-8", "replace"))
        if keys != data:
            leave()

    client, left = ui.context.client, [False]

    def mounted() -> None:
        # Before it is there it would lose what it is told.
        if not left[0]:
            terminal.fit()
            client.on_delete(hub.join(show))

    terminal.on_data(lambda event: type_(event.data))
    client.on_delete(lambda: left.__setitem__(0, True))
    terminal.on("vnodeMounted", mounted, args=[])
