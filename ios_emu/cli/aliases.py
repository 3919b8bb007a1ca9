"""Aliases: short names of commands, a few from the box and others from `alias`."""

from __future__ import annotations

from collections.abc import Mapping

from ios_emu.cli import modes
from ios_emu.cli.modes import Mode
from ios_emu.devices.configuration import Configuration
from ios_emu.devices.dialect import Dialect

DEFAULT_ALIASES = {
    "h": "help",
    "lo": "logout",
    "p": "ping",
    "r": "resume",
    "s": "show",
    "u": "undebug",
    "un": "undebug",
    "w": "where",
}
"""The aliases of EXEC that IOS has without being told."""


def aliases_of(config: Configuration, mode: Mode) -> Mapping[str, str]:
    """The aliases of a mode: what was configured, and in EXEC those that IOS has from the box."""
    own = config.aliases.get(mode.name, {})
    if mode is modes.EXEC and config.dialect is Dialect.IOS:
        return {**DEFAULT_ALIASES, **own}
    return own


def expand(line: str, aliases: Mapping[str, str]) -> str:
    """The line with the command that its first word is an alias of."""
    if not aliases:
        return line
    first, _, rest = line.lstrip().partition(" ")
    command = aliases.get(first)
    return line if command is None else f"{command} {rest}".rstrip()


def begun_by(text: str, aliases: Mapping[str, str]) -> list[str]:
    """The aliases that a half-typed first word begins, as `?` lists them."""
    word = text.strip()
    if not word or text[-1].isspace() or " " in word:
        return []
    return [f"*{name}={command}" for name, command in aliases.items() if name.startswith(word)]
