"""What all sessions share: the readers of commands and the handlers, each loaded when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from ios_emu.cli.dialogue import Answer

if TYPE_CHECKING:
    from ios_emu.cli.reader import Reader

UNKNOWN_WORD = "(unknown word)"
"""The handler of a single word in EXEC that is no command. No alternative of the grammar names it."""

Handler = Callable[..., Answer | None]


def shared_reader(model: str = "2811") -> Reader:
    """The reader of this installation's grammar, as far as that model has it.

    It is loaded when the first word has to be understood: the first prompt does not wait for Lark.
    """
    from ios_emu.cli.reader import load_reader

    return load_reader(model)


@cache
def shared_handlers(model: str = "2811") -> dict[str, Handler]:
    """The handlers of all commands of that model, loaded when the first command runs."""
    from ios_emu.cli.commands import HANDLERS

    if model == "2811":
        return HANDLERS
    from ios_emu.cli.commands.switch_table import SWITCH_HANDLERS

    return HANDLERS | SWITCH_HANDLERS
