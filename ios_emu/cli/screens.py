"""What the command line itself prints: errors with their caret, and the lists of `?`."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ios_emu.cli.modes import Mode
from ios_emu.devices.dialect import Dialect
from ios_emu.errors import AmbiguousCommand, CommandError, CommandRefused, IncompleteCommand, InvalidInput

if TYPE_CHECKING:
    from ios_emu.cli.reader import Menu

_DEFAULT_WIDTH = 80


def error(problem: CommandError, line: str, start: int, dialect: Dialect) -> str:
    """IOS's answer to a line that it can't take; `start` is the column of the screen that it began in.

    Packet Tracer's caret stands under the word, IOS's under the first letter of it that does not fit.
    """
    packet_tracer = dialect is Dialect.PACKET_TRACER
    match problem:
        case InvalidInput(column=column):
            if packet_tracer:
                column = max(line.rfind(" ", 0, column), line.rfind("\t", 0, column)) + 1
            end = "\t\n" if packet_tracer else "\n"
            return f"{' ' * (start + column)}^\n% Invalid input detected at '^' marker.\n{end}"
        case AmbiguousCommand():
            return f'% Ambiguous command:  "{line.strip()}"\n'
        case IncompleteCommand(hint=str() as word):
            return f'% Type "{word} ?" for a list of subcommands\n'
        case IncompleteCommand():
            return "% Incomplete command.\n" + ("" if packet_tracer else "\n")
        case CommandRefused():
            return f"{problem.text}\n"
        case _:
            return f"% {problem}\n"


def help_error(problem: CommandError, line: str) -> str:
    """The answer to `?` behind words that do not fit."""
    if isinstance(problem, AmbiguousCommand):
        return f'% Ambiguous command:  "{line.strip()}"\n'
    return "% Unrecognized command\n"


def menu(found: Menu, mode: Mode, dialect: Dialect, width: int, aliases: Sequence[str] = ()) -> str:
    """The list of `?`, with its title when the whole line was `?`, and the empty line behind it.

    `aliases` stand before the names that a half-typed word may become.
    """
    columns = width or _DEFAULT_WIDTH
    if found.partial:
        names = "  ".join([*aliases, *(entry.name for entry in found.entries)])
        return "\n".join(textwrap.wrap(names, columns, break_on_hyphens=False)) + "\n\n"
    longest = max((len(entry.name) for entry in found.entries), default=0)
    lines = []
    titled = dialect is Dialect.IOS or mode.title_packet_tracer
    if found.whole and titled:
        lines.append(mode.title)
    for entry in found.entries:
        first = f"  {entry.name:<{longest}}  "
        room = max(columns - len(first), 20)
        texts = textwrap.wrap(entry.text, room, break_on_hyphens=False) or [""]
        lines.append((first + texts[0]).rstrip())
        lines += [" " * len(first) + text for text in texts[1:]]
    return "\n".join(lines) + "\n\n"
