"""The command `ios-emu`: what each of its commands does, and what it says of bad arguments."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from ios_emu.main import main

BAD = {
    "an unknown command": (
        ["fly"],
        "ios-emu: No such command 'fly': see 'ios-emu --help'",
    ),
    "an unknown option": (
        ["up", "--fast"],
        "ios-emu: ios-emu up: No such option '--fast'",
    ),
    "an unknown lab": (
        ["run", "nowhere", "@R1", "show clock"],
        "ios-emu: nowhere: no such lab: it is neither a built-in lab nor a lab file; use one of",
    ),
    "an unknown device": (
        ["run", "router", "@R9", "show clock"],
        "ios-emu: R9: no such device: the lab has R1; use one of these names",
    ),
    "a command without a device": (
        ["run", "router", "show clock"],
        "ios-emu: show clock: no device to type it at: commands follow the device they go to; "
        "write @R1 before it",
    ),
    "no transcript": (
        ["replay"],
        "ios-emu: ios-emu replay: Missing argument 'PATH...': see 'ios-emu replay --help'",
    ),
    "an empty folder": (
        ["replay", "EMPTY"],
        "ios-emu: EMPTY: holds no transcript: their names end in .transcript; name another folder",
    ),
}


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Runs the command in this process; its exit status."""
    monkeypatch.setattr(sys, "argv", ["ios-emu", *arguments])
    status = 0
    try:
        main()
    except SystemExit as end:
        status = int(end.code or 0)
    return status


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_are_one_line_and_status_2(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "EMPTY").mkdir()
    monkeypatch.chdir(tmp_path)
    arguments, message = BAD[name]
    assert call(monkeypatch, *arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(message)
    assert shown.err.count("\n") == 1


def test_it_tells_its_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"ios-emu {version('ios-emu')}\n"


def test_help_lists_the_commands(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "--help") == 0
    shown = capsys.readouterr().out
    for command in ("up", "run", "replay", "record", "labs", "check"):
        assert f"\n  {command} " in shown


def test_run_prints_each_session(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "run", "router", "@R1", "show privilege", "nonsense word") == 0
    assert capsys.readouterr().out == (
        "Router>show privilege\n"
        "Current privilege level is 1\n"
        "Router>nonsense word\n"
        "        ^\n"
        "% Invalid input detected at '^' marker.\n"
        "\n"
        "Router>\n"
    )


def test_check_counts_the_devices(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "check", "ping") == 0
    assert capsys.readouterr().out == "ping: 5 devices, no fault found\n"


def test_replay_fails_on_a_difference_and_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.transcript"
    file.write_text("Router>show privilege\nCurrent privilege level is 9\nRouter>\n")
    assert call(monkeypatch, "replay", str(file)) == 1
    assert f"{file}:1: Router>show privilege" in capsys.readouterr().out
    assert call(monkeypatch, "replay", "--update", str(file)) == 0
    assert call(monkeypatch, "replay", str(file)) == 0
    assert "level is 1\n" in file.read_text()


def test_a_transcript_that_is_none_is_told_and_the_others_are_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.transcript").write_text("@nonsense\n")
    (tmp_path / "b.transcript").write_text("Router>show privilege\nCurrent privilege level is 1\nRouter>\n")
    assert call(monkeypatch, "replay", str(tmp_path)) == 2
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith(f"{tmp_path}/a.transcript:1: unknown directive @nonsense: ")
    assert shown[1:] == ["2 transcripts: 1 as printed, 1 not"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no broken pipes of this kind")
def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m ios_emu run router @R1 'show version' | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout == "Router>show version\n"
    assert done.stderr == ""
