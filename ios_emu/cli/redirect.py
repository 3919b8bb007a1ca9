"""`| redirect URL`, `| append URL` and `| tee URL`: the output of a command goes to a file."""

from __future__ import annotations

from types import GeneratorType
from typing import TYPE_CHECKING

from ios_emu.cli.dialogue import Answer, Dialogue, Output, Say
from ios_emu.devices.file_system import read_file, refuses, write_file

if TYPE_CHECKING:
    from ios_emu.cli.shell import Call


def to_file(call: Call, reply: Answer, kind: str, name: str) -> Dialogue:
    """Writes what a command answered to the file `name`; `tee` shows it, too. Raises CommandRefused."""
    from ios_emu.cli.commands.files import find, opening, stored

    url = find(call, name)
    if isinstance(reply, Output):
        text = "".join(f"{line}\n" for line in reply.lines if line is not None)
    elif isinstance(reply, GeneratorType):
        text = yield from reply
    else:
        assert isinstance(reply, str)
        text = reply
    before = read_file(call.device, url) if kind == "append" else None
    data = (before or b"") + text.encode("latin-1", "replace")
    problem = "Permission denied" if url.is_running else refuses(call.device, url, len(data))
    if problem is None:
        problem = yield from stored(lambda done: write_file(call.device, url, data, done))
    if problem is not None:
        yield Say(opening(url, problem))
    return text if kind == "tee" else ""
