"""What the router is told of a session on one of its lines."""

from __future__ import annotations

from collections.abc import Callable

from ios_emu.cli.session import Session
from ios_emu.cli.shell import Shell
from ios_emu.devices.line_sessions import LineSession, Peer


def line_session(
    session: Session, shell: Shell, name: str, peer: Peer | None, close: Callable[[], None]
) -> LineSession:
    """The entry of a session in the router's list; `close` hangs up."""
    began = session.clock.now
    return LineSession(
        shell.line_number,
        name,
        peer,
        user=lambda: shell.user,
        hosts=lambda: shell.connected_hosts,
        idle=lambda: session.idle_time,
        active=lambda: session.clock.now - began,
        show=session.show_text,
        close=close,
    )
