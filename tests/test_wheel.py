"""The wheel: what is in it, and that it starts in an environment that has nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).resolve().parent.parent


def files_below(folder: Path) -> set[str]:
    """What a build takes from a folder, as paths from the root of the checkout."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def run(*command: str | Path, folder: Path) -> str:
    """What the command prints, run in `folder` without this environment's variables; it must succeed."""
    cleared = ("PYTHON", "VIRTUAL_ENV", "IOS_EMU")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(cleared)}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def build(kind: str, folder: Path) -> Path:
    """The one file that `python -m build` makes of the checkout."""
    output = folder / "dist"
    build = (sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", output, ROOT)
    run(*build, folder=folder)
    [built] = output.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of an environment into which only the wheel was installed."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=True)
    scripts = environment / ("Scripts" if sys.platform == "win32" else "bin")
    run(scripts / "python", "-m", "pip", "install", "--quiet", wheel, folder=environment)
    return scripts


def test_the_wheel_has_the_package_the_grammar_and_nothing_else(wheel: Path) -> None:
    grammar = {f"ios_emu/{name}" for name in files_below(ROOT / "grammar")}
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == files_below(ROOT / "ios_emu") | grammar
    assert {"ios_emu/py.typed", "ios_emu/grammar/common.lark"} <= names


def test_the_source_distribution_can_build_and_test_itself(tmp_path: Path) -> None:
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    expected = {"pyproject.toml", "LICENSE", "README.md", "Makefile"}
    for folder in ("ios_emu", "grammar", "tests", "transcripts"):
        expected |= files_below(ROOT / folder)
    assert expected <= names


def test_the_installed_command_tells_its_version(wheel: Path, scripts: Path, tmp_path: Path) -> None:
    version = wheel.name.split("-")[1]
    assert version in run(scripts / "ios-emu", "--version", folder=tmp_path)


def test_the_installed_router_answers(scripts: Path, tmp_path: Path) -> None:
    shown = run(scripts / "ios-emu", "run", "router", "@R1", "show version", folder=tmp_path)
    assert "Cisco IOS Software, 2800 Software" in shown


def test_the_installed_grammar_is_the_checkouts(scripts: Path, tmp_path: Path) -> None:
    program = "import ios_emu, os; print(os.path.dirname(ios_emu.__file__))"
    package = Path(run(scripts / "python", "-c", program, folder=tmp_path).strip())
    installed = {path.name: path.read_text() for path in (package / "grammar").glob("*.lark")}
    assert ROOT not in package.parents
    assert installed == {path.name: path.read_text() for path in (ROOT / "grammar").glob("*.lark")}
