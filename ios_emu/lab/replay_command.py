"""`ios-emu replay`: replays transcripts, shows what differs, and rewrites them when asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ios_emu.errors import TranscriptError
from ios_emu.lab.replay import replay, transcripts_at

DIFFERENT = 1
BAD_FILE = 2


def replay_paths(paths: Iterable[Path], *, update: bool, show: Callable[[str], None]) -> int:
    """Replays all transcripts of `paths`; returns the exit status.

    It is 1 where something differed (and was not just rewritten). A transcript that is not one is told and
    makes it 2; the others are still replayed.
    """
    count = failed = status = 0
    for path in (one for given in paths for one in transcripts_at(given)):
        count += 1
        try:
            result = replay(path)
        except TranscriptError as error:
            show(str(error))
            failed += 1
            status = BAD_FILE
            continue
        if result.differences and update:
            rewrite(path, result.lines)
            show(f"{path}: rewritten")
        elif result.differences:
            failed += 1
            status = status or DIFFERENT
            for difference in result.differences:
                show(difference.render())
    show(f"{count} transcript{'' if count == 1 else 's'}: {count - failed} as printed, {failed} not")
    return status


def rewrite(path: Path, lines: list[str]) -> None:
    """Writes a transcript anew, whole or not at all."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    temporary.replace(path)
