"""The plugin that the package brings: transcripts are tests, and `ios_lab` builds labs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

RIGHT = "Router>show privilege\nCurrent privilege level is 1\nRouter>\n"
WRONG = "Router>show privilege\nCurrent privilege level is 15\nRouter>\n"


def run_pytest(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and output of pytest in a folder of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_transcripts_below_a_folder_of_that_name_are_collected(tmp_path: Path) -> None:
    folder = tmp_path / "transcripts" / "deep"
    folder.mkdir(parents=True)
    (folder / "right.transcript").write_text(RIGHT)
    (tmp_path / "elsewhere.transcript").write_text(WRONG)
    status, output = run_pytest(tmp_path)
    assert (status, "1 passed" in output) == (0, True), output


def test_a_transcript_that_is_named_is_run_wherever_it_is(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.transcript").write_text(RIGHT)
    status, output = run_pytest(tmp_path, "elsewhere.transcript")
    assert (status, "1 passed" in output) == (0, True), output


def test_what_differs_is_shown_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "wrong.transcript").write_text(WRONG)
    status, output = run_pytest(tmp_path, "wrong.transcript")
    assert status == 1
    assert "wrong.transcript:1: Router>show privilege" in output
    assert "-Current privilege level is 15" in output
    assert "+Current privilege level is 1\n" in output
    assert "Traceback" not in output


def test_a_bad_transcript_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "bad.transcript").write_text("@nonsense\n")
    status, output = run_pytest(tmp_path, "bad.transcript")
    assert status == 1
    assert "bad.transcript:1: unknown directive @nonsense" in output
    assert "Traceback" not in output


def test_the_fixture_builds_labs(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "def test_it(ios_lab):\n"
        "    assert ios_lab('router')['R1'].run('show privilege') == 'Current privilege level is 15'\n"
        "    assert 'R1' in ios_lab().devices\n"
    )
    status, output = run_pytest(tmp_path)
    assert (status, "1 passed" in output) == (0, True), output
