"""A capture on disk: a PCAPNG file that Wireshark opens, also while it is being written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Self

from ios_emu.errors import UsageError
from ios_emu.lab.capture import Capture
from ios_emu.lab.topology import Lab


class CaptureFile:
    """Writes all frames of `lab` to `path`, in place of what was there. Raises UsageError."""

    def __init__(self, lab: Lab, path: Path) -> None:
        self.path = path
        try:
            self._file: BinaryIO = path.open("wb")
        except OSError as error:
            raise UsageError(
                str(path), "can't be written", os.strerror(error.errno or 0), "name another file"
            ) from None
        self._capture = Capture(lab, self._file.write)

    @property
    def frames(self) -> int:
        """How many frames are in it."""
        return self._capture.frames

    def flush(self) -> None:
        """Makes what was captured so far readable by others."""
        self._file.flush()

    def close(self) -> None:
        """Ends the capture."""
        if not self._file.closed:
            self._capture.stop()
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
