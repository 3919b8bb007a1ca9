"""Every command and every screen of README.md, run: what it shows is what happens.

The fences say what a block is: `transcript` is replayed, `console` is run and its output compared, `python`
is run and what it prints compared with the `text` block behind it (or it holds tests: pytest runs them),
`toml` is a file, and `sh` holds commands without a screen. All are used in one folder, as a reader would.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import select
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from ios_emu.lab.look import lab_after
from ios_emu.lab.replay import replay
from ios_emu.lab.wire_commands import picture_of
from ios_emu.main import cli, main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
_FENCE = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block: its line in the README, its kind and its text."""

    line: int
    kind: str
    text: str


def blocks(*kinds: str) -> list[Block]:
    found = [
        Block(README.count("\n", 0, match.start()) + 1, match["kind"], match["text"])
        for match in _FENCE.finditer(README)
    ]
    return [block for block in found if not kinds or block.kind in kinds]


def block_id(block: Block) -> str:
    return f"line {block.line}"


def name_of(transcript: Block) -> str:
    """A transcript's first line names its file."""
    return transcript.text.splitlines()[0].removeprefix("@# ")


SHELL = [line for block in blocks("sh") for line in block.text.splitlines()]
CONSOLE = [match for block in blocks("console") for match in _COMMAND.findall(block.text)]
TESTS = [block for block in blocks("python") if "\ndef test_" in block.text]
PROGRAMS = [
    (block, after.text)
    for block, after in zip(blocks(), blocks()[1:], strict=False)
    if block.kind == "python" and after.kind == "text"
]
# What sets an environment up is tested where that is done: tests/test_wheel.py installs the wheel.
SETUP = [f"python3 -m pip install {what}" for what in (".", "'.[ssh]'", "'.[web]'")]
_OPENS_A_CONSOLE = re.compile(r"ios-emu(?! (run|serve|sequence|graph)\b)")
PATIENCE = 20
"""Seconds after which a program that shows nothing has failed."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files of the README, and a home of its own for the state."""
    for block in blocks("transcript"):
        (tmp_path / name_of(block)).write_text(block.text, encoding="utf-8")
    for block in blocks("toml"):
        name = re.match(r"# (\S+\.toml)\n", block.text)
        (tmp_path / (name[1] if name else "lab.toml")).write_text(block.text, encoding="utf-8")
    for block in TESTS:
        (tmp_path / name_of(block).removeprefix("# ")).write_text(block.text, encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert {block.kind for block in blocks()} == {"console", "python", "sh", "text", "toml", "transcript"}
    assert README.count("\n```") == 2 * len(blocks())
    assert len(TESTS) + len(PROGRAMS) == len(blocks("python"))
    assert len(PROGRAMS) == len(blocks("text"))
    assert all(name_of(block).endswith(".transcript") for block in blocks("transcript"))


@pytest.mark.parametrize("block", blocks("transcript"), ids=name_of)
def test_a_screen_is_what_the_router_prints(block: Block, folder: Path) -> None:
    differences = replay(folder / name_of(block)).differences
    assert not differences, "\n".join(difference.render() for difference in differences)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("command", "shown"), CONSOLE, ids=lambda text: text.splitlines()[0])
def test_a_command_prints_what_is_shown(
    command: str, shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    assert sys.argv[0] == "ios-emu"
    with contextlib.suppress(SystemExit):
        main()
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == (shown, "")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("block", "shown"), PROGRAMS, ids=lambda one: block_id(one) if isinstance(one, Block) else ""
)
def test_a_program_prints_what_is_shown(block: Block, shown: str) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block.text, "README.md", "exec"), {"__name__": "readme"})
    assert printed.getvalue() == shown


@pytest.mark.slow
@pytest.mark.parametrize("line", [line for line in SHELL if line.startswith("pytest ")])
def test_the_tests_that_are_shown_pass(line: str, folder: Path) -> None:
    command = [sys.executable, "-m", *shlex.split(line), "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
@pytest.mark.parametrize("line", [line for line in SHELL if _OPENS_A_CONSOLE.match(line)])
def test_a_command_opens_a_console_that_can_be_left(line: str, folder: Path) -> None:
    screen = in_terminal([sys.executable, "-m", "ios_emu", *shlex.split(line)[1:]], folder)
    assert "lab>" in screen
    for word in shlex.split(line):
        if word.endswith(".transcript"):
            assert (folder / word).is_file()


@pytest.mark.slow
@pytest.mark.parametrize("line", [line for line in SHELL if re.match("ios-emu (run|sequence|graph)", line)])
def test_a_command_writes_the_file_that_it_names(line: str, folder: Path) -> None:
    words = shlex.split(line)
    subprocess.run([sys.executable, "-m", "ios_emu", *words[1:]], cwd=folder, capture_output=True, check=True)
    option = "--capture" if "--capture" in words else "--svg"
    assert (folder / words[words.index(option) + 1]).stat().st_size > 1000


def test_the_picture_is_that_of_the_lab() -> None:
    drawn = picture_of(lab_after("lab5"), "svg")
    assert (ROOT / "docs" / "lab5.svg").read_text(encoding="utf-8") == drawn


# The TAP device is opened where there is a namespace for it: tests/judges/test_kernel.py.
SERVED = [line for line in SHELL if line.startswith("ios-emu serve") and "--tap" not in line]


@pytest.mark.slow
@pytest.mark.parametrize("line", SERVED)
def test_a_lab_is_served_until_it_is_told_to_end(line: str, folder: Path) -> None:
    command = [sys.executable, "-m", "ios_emu", *shlex.split(line)[1:]]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = ""
        while "ready" not in said:
            more = process.stdout.readline()
            assert more, said
            said += more
        process.terminate()
        assert process.wait(PATIENCE) == 0


def in_terminal(command: list[str], folder: Path) -> str:
    """Runs a command in a pseudo-terminal, leaves with Ctrl-] and `quit`; what the terminal showed."""
    ours, theirs = os.openpty()
    # With Enter the first prompt comes, whether the router boots before it or not.
    conversation = [("", "\r"), (r"[>:] ?$", "\x1d"), ("lab>", "quit\r")]
    screen = ""
    with subprocess.Popen(command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        try:
            for awaited, keys in conversation:
                while not re.search(awaited, screen):
                    screen += read_screen(ours)
                os.write(ours, keys.encode())
            while more := read_screen(ours):
                screen += more
            assert process.wait(PATIENCE) == 0, screen
        finally:
            process.kill()
            os.close(ours)
    return screen


def read_screen(terminal: int) -> str:
    """What the terminal shows next; nothing when nobody is left who could write to it."""
    ready, _, _ = select.select([terminal], [], [], PATIENCE)
    assert ready, "nothing is shown any more"
    try:
        return os.read(terminal, 65536).decode("latin-1")
    except OSError:
        return ""


def test_every_shell_command_is_run_by_a_test() -> None:
    other = [line for line in SHELL if not line.startswith(("ios-emu", "pytest ", "make "))]
    assert other == SETUP


def test_every_make_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)
    assert {"run", "test", "help"} <= set(named) <= targets


def test_every_option_exists() -> None:
    options = {
        option
        for command in [cli, *cli.commands.values()]
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }
    assert set(re.findall(r"(?<![\w-])--[a-z]+", README)) <= options


def test_every_link_leads_somewhere() -> None:
    titles = re.findall(r"^## (.+)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert target[1:] in anchors if target.startswith("#") else (ROOT / target).is_file()


def test_the_directives_of_a_transcript_are_all_told() -> None:
    from ios_emu.lab import transcript

    assert transcript.__doc__ is not None
    directives = set(re.findall(r"^(@\S+)", transcript.__doc__, re.MULTILINE))
    assert set(re.findall(r"^\| `(@[a-z#]+)", README, re.MULTILINE)) == directives
