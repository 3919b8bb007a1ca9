"""The door `--web HOST:PORT`: a web server in the lab's own loop, with the page behind a guard."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from ipaddress import ip_address

import uvicorn
from fastapi import FastAPI
from nicegui import ui

from ios_emu.edges.doors import Opened, Site, cannot_listen, read_place, where
from ios_emu.edges.web.guard import Guard
from ios_emu.edges.web.room import Room
from ios_emu.edges.web.view import build
from ios_emu.errors import UsageError

_BACKLOG = 128
_CLOSE_SECONDS = 1.0
# Where the page of this process was opened.
_pages: list[str] = []
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="6" fill="#0b3557"/>'
    '<g fill="#d9e8f6" stroke="#fff" stroke-width="1.5"><path d="M4 12v8a12 5 0 0 0 24 0v-8"/>'
    '<ellipse cx="16" cy="12" rx="12" ry="5"/></g></svg>'
)


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the process has its own."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        """Takes no signals."""
        yield


class WebDoor:
    """The page, as long as it is open."""

    def __init__(self, room: Room, server: _Server, listening: socket.socket, token: str | None) -> None:
        address = where(listening.getsockname())
        query = "" if token is None else f"/?token={token}"
        self.opened = Opened("web", room.lab.file.title, f"http://{address}{query}")
        self._room = room
        self._server = server
        self._serving = asyncio.ensure_future(server.serve(sockets=[listening]))

    async def ready(self) -> None:
        """Waits until it answers."""
        while not self._server.started and not self._serving.done():
            await asyncio.sleep(0.01)
        if self._serving.done():
            self._serving.result()

    async def close(self) -> None:
        """Ends it; browsers are told that the connection is gone."""
        self._server.should_exit = True
        self._server.force_exit = True
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(self._serving, _CLOSE_SECONDS)
        await self._room.close()


async def open_web(site: Site, value: str) -> WebDoor:
    """Opens `--web HOST:PORT`. Raises UsageError. The page of a process shows one lab."""
    place = read_place("web", value)
    if _pages:
        raise UsageError(
            place.option,
            "can't be opened",
            "NiceGUI has one page for a process, and there was one",
            "use one --web, or another process",
        )
    try:
        listening = socket.create_server((place.host, place.port), backlog=_BACKLOG)
    except (OSError, UnicodeError) as error:
        raise cannot_listen(place, error) from None
    token = None
    if not ip_address(listening.getsockname()[0]).is_loopback:
        token = secrets.token_urlsafe(18)
        site.warn(
            f"ios-emu: warning: --web {value} can be reached from other machines by who has its token; "
            "listen at 127.0.0.1 to keep it to this one"
        )
    _pages.append(place.where)
    room = Room(site)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    build(room, app)
    title = f"{site.lab.file.title} - ios-emu"
    ui.run_with(
        app,
        title=title,
        favicon=_ICON,
        language="en-US",
        dark=False,
        reconnect_timeout=10,
        binding_refresh_interval=None,
        # The page has its own style, and no use for what takes the browser long to load.
        tailwind=False,
        show_welcome_message=False,
    )
    config = uvicorn.Config(
        Guard(app, token), log_level="critical", access_log=False, lifespan="on", ws_max_size=1 << 20
    )
    door = WebDoor(room, _Server(config), listening, token)
    await door.ready()
    return door
