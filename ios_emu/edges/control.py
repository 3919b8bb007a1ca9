"""What the lab prompt can do in a process: the pace of the lab, and captures on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ios_emu.lab.topology import Lab

if TYPE_CHECKING:
    from ios_emu.edges.capture_file import CaptureFile


class Gait(Protocol):
    """How lab time passes: RealTime, or FastControl of the lab prompt."""

    def set_speed(self, speed: float) -> str: ...

    def pause(self) -> str: ...

    def resume(self) -> str: ...

    def step(self) -> str: ...


class ProcessControl:
    """The gait of `lab`, and the capture that is being written, if any."""

    def __init__(self, lab: Lab, gait: Gait) -> None:
        self.gait = gait
        self._lab = lab
        self._capture: CaptureFile | None = None

    def set_speed(self, speed: float) -> str:
        """Lab seconds for each wall second."""
        return self.gait.set_speed(speed)

    def pause(self) -> str:
        """Stops lab time."""
        return self.gait.pause()

    def resume(self) -> str:
        """Lets lab time go on."""
        return self.gait.resume()

    def step(self) -> str:
        """Runs the next event alone."""
        return self.gait.step()

    def capture(self, path: str | None) -> str:
        """Writes all frames from now on to a file; None ends that. Raises UsageError."""
        ended = ""
        if self._capture is not None:
            frames = self._capture.frames
            self._capture.close()
            ended = f"{self._capture.path}: {frames} frame{'' if frames == 1 else 's'}\n"
            self._capture = None
        if path is not None:
            from ios_emu.edges.capture_file import CaptureFile

            self._capture = CaptureFile(self._lab, Path(path))
        return ended or ("" if path is not None else "nothing is being captured\n")

    def close(self) -> None:
        """Ends a capture that is being written."""
        if self._capture is not None:
            self.capture(None)
