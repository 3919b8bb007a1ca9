"""Loads the page, without what only a client of such pages would need."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ios_emu.edges.doors import Site
    from ios_emu.edges.web.door import WebDoor

_OF_CLIENTS = "aiohttp"


def load() -> Callable[[Site, str], Awaitable[WebDoor]]:
    """What opens `--web`. Raises ModuleNotFoundError.

    python-socketio has a client beside its server, and takes aiohttp for that where there is one: a fifth of
    the time until the page is there. It does without where it finds none.
    """
    hidden = _OF_CLIENTS not in sys.modules
    if hidden:
        sys.modules[_OF_CLIENTS] = None  # type: ignore[assignment]
    try:
        from ios_emu.edges.web.door import open_web
    finally:
        if hidden:
            del sys.modules[_OF_CLIENTS]
    return open_web
