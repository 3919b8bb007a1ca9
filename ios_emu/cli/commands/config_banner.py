"""`banner ...`: the texts that terminals show, each between two of a delimiter of one's choice."""

from __future__ import annotations

from collections.abc import Callable

from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Say
from ios_emu.cli.shell import Call

_CTRL_C = "^C"
_Keep = Callable[[str | None], None]


def banner_motd(call: Call, banner: str | None = None) -> Dialogue | str:
    """`banner motd C TEXT C`: before the login of every session."""

    def keep(text: str | None) -> None:
        call.config.banner_motd = text

    return _read(call, banner, keep)


def banner_login(call: Call, banner: str | None = None) -> Dialogue | str:
    """`banner login C TEXT C`: behind the message of the day, where a password is asked for."""
    return _read(call, banner, _named(call, "login"))


def banner_exec(call: Call, banner: str | None = None) -> Dialogue | str:
    """`banner exec C TEXT C`: behind the login."""
    return _read(call, banner, _named(call, "exec"))


def banner_incoming(call: Call, banner: str | None = None) -> Dialogue | str:
    """`banner incoming C TEXT C`: for reverse telnet, which leads to no line of a 2811 here."""
    return _read(call, banner, _named(call, "incoming"))


def _named(call: Call, kind: str) -> _Keep:
    def keep(text: str | None) -> None:
        if text is None:
            call.config.banners.pop(kind, None)
        else:
            call.config.banners[kind] = text

    return keep


def _read(call: Call, banner: str | None, keep: _Keep) -> Dialogue | str:
    """Any delimiter, over as many lines as it takes."""
    if call.no or banner is None:
        keep(None)
        return ""
    # The configuration writes the delimiter Ctrl-C as two characters, and reads them back as one.
    delimiter = _CTRL_C if banner.startswith(_CTRL_C) else banner[0]
    text, found, _ = banner[len(delimiter) :].partition(delimiter)
    if found:
        keep(text)
        return ""
    return _rest_of_banner(delimiter, text, keep)


def _rest_of_banner(delimiter: str, first: str, keep: _Keep) -> Dialogue:
    yield Say(f"Enter TEXT message.  End with the character '{delimiter}'.\n")
    lines = [first]
    try:
        while True:
            line = yield Ask("")
            text, found, _ = line.partition(delimiter)
            lines.append(text)
            if found:
                break
    except Interrupted:
        return ""
    keep("\n".join(lines))
    return ""
