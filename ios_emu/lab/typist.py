"""How a line is typed at a console: with Enter, but for `?` at a prompt and the one key of `[confirm]`."""

from __future__ import annotations

import re
from typing import Protocol

# `Router(config)#` and what was typed behind it; a question has a blank before any `#` or `>`.
_PROMPT = re.compile(r"\S*[#>]")


class Receiver(Protocol):
    """Something to type at."""

    def receive(self, data: bytes) -> None:
        """Takes the bytes of keys."""


def keystrokes(shown: str, text: str) -> str:
    """The keys that put `text` in, where the console shows the unfinished line `shown`."""
    if shown.rstrip().endswith("[confirm]"):
        return text[:1] or "\r"
    if text.endswith("?") and _PROMPT.match(shown):
        return text
    return text + "\r"


def type_line(console: Receiver, shown: str, text: str) -> None:
    """Types `text` at a console that shows the unfinished line `shown`."""
    console.receive(keystrokes(shown, text).encode("latin-1", "replace"))
