"""The pytest plugin: collects transcripts as tests, and gives tests the fixtures `ios_lab` and `ios_served`.

Transcripts are collected where they are named on the command line and below folders called `transcripts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ios_emu.edges.library import ServedLab
    from ios_emu.lab.topology import Lab

_FOLDER = "transcripts"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Makes a test of each transcript."""
    if file_path.suffix != ".transcript":
        return None
    named = parent.session.isinitpath(file_path)
    if named or _FOLDER in file_path.parts:
        return TranscriptFile.from_parent(parent, path=file_path)
    return None


class TranscriptFile(pytest.File):
    """A transcript."""

    def collect(self) -> Iterator[pytest.Item]:
        """One test: the replay."""
        yield TranscriptItem.from_parent(self, name="replay")


class _Differs(Exception):
    """The transcript shows something else than is printed."""


class TranscriptItem(pytest.Item):
    """The replay of a transcript."""

    def runtest(self) -> None:
        """Replays it; what differs is the failure."""
        from ios_emu.lab.replay import replay

        differences = replay(self.path).differences
        if differences:
            raise _Differs("\n".join(difference.render() for difference in differences))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The differences alone, without a traceback; a bad transcript as its one line."""
        from ios_emu.errors import UserError

        if isinstance(excinfo.value, _Differs | UserError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the test is."""
        return self.path, 0, self.path.name


@pytest.fixture
def ios_lab() -> Callable[..., Lab]:
    """Builds labs: `ios_lab("router")`. Without an argument it is the default lab."""
    from ios_emu.lab.topology import Lab

    return Lab


@pytest.fixture
def ios_served() -> Iterator[Callable[..., ServedLab]]:
    """Serves labs until the end of the test: `ios_served("lab5", publish=["Mail-Server:25"])`.

    Its arguments are those of `ios_emu.serve`; the lab that it returns has its doors open.
    """
    from contextlib import ExitStack

    from ios_emu.edges.library import serve

    with ExitStack() as running:

        def start(*arguments: Any, **options: Any) -> ServedLab:
            return running.enter_context(serve(*arguments, **options))

        yield start
