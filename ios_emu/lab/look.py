"""A lab after something was done in it, for those who want to see what crossed the wire."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ios_emu.lab.replay import Replay
from ios_emu.lab.run import run_commands
from ios_emu.lab.topology import Lab
from ios_emu.lab.transcript import read_transcript


def lab_after(name: str, transcript: Path | None = None, commands: Sequence[str] = ()) -> Lab:
    """The lab after a transcript was typed there, and then the commands; its events are recorded.

    What the transcript expects is not compared. Raises LabFileError, TranscriptError, UsageError.
    """
    lab = Lab(name)
    # From the first frame on.
    assert len(lab.events) == 0
    lab.clock.run_until_idle()
    if transcript is not None:
        Replay(transcript, read_transcript(transcript), lab).run()
    for _ in run_commands(lab, commands):
        pass
    return lab
