"""A program as at a user's second start: what Python compiles is there already."""

from __future__ import annotations

import compileall
import os
from pathlib import Path

import ios_emu


def compiled() -> dict[str, str]:
    """The environment for such a program. To compile while it starts would cost it time and memory."""
    compileall.compile_dir(Path(ios_emu.__file__).parent, quiet=1)
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
