"""Installs the client libraries that judge, each in a virtual environment of its own.

They are kept for the next time, in the user's cache folder (or in IOS_EMU_JUDGES_CACHE): one is made anew
when its list of requirements, or this Python, is another. All are installed at once.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LISTS = Path(__file__).resolve().parent
# Of Ansible's hundred collections these three are for us; the package has nothing else that would be run.
COLLECTIONS_PACKAGE = "ansible==12.3.0"
COLLECTIONS = ("ansible/netcommon", "ansible/utils", "cisco/ios")


def cache_folder() -> Path:
    """Where the environments are kept."""
    named = os.environ.get("IOS_EMU_JUDGES_CACHE")
    if named:
        return Path(named)
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "ios-emu" / "judges"


def environment(name: str) -> Path:
    """The environment of the client library of that name."""
    return cache_folder() / f"{name}-{sys.version_info[0]}.{sys.version_info[1]}"


def is_ready(name: str) -> bool:
    """Is it installed, as its list asks?"""
    try:
        return (environment(name) / "installed.txt").read_text() == _wanted(name)
    except OSError:
        return False


def _wanted(name: str) -> str:
    wanted = (LISTS / f"{name}.txt").read_text()
    return wanted + f"{COLLECTIONS_PACKAGE} {COLLECTIONS}\n" if name == "ansible" else wanted


def install(name: str) -> None:
    """Makes the environment of one client library. Raises CalledProcessError."""
    if is_ready(name):
        return
    where = environment(name)
    shutil.rmtree(where, ignore_errors=True)
    venv.create(where, with_pip=True)
    _pip(where, "install", "-r", str(LISTS / f"{name}.txt"))
    if name == "ansible":
        _install_collections(where)
    (where / "installed.txt").write_text(_wanted(name))


def _install_collections(where: Path) -> None:
    downloaded = where / "downloaded"
    _pip(
        where, "download", "--no-deps", "--only-binary=:all:", "--dest", str(downloaded), COLLECTIONS_PACKAGE
    )
    [packages] = where.glob("lib/python*/site-packages")
    [wheel] = downloaded.glob("*.whl")
    folders = tuple(f"ansible_collections/{name}/" for name in COLLECTIONS)
    with zipfile.ZipFile(wheel) as content:
        content.extractall(packages, [name for name in content.namelist() if name.startswith(folders)])
    shutil.rmtree(downloaded)


def _pip(where: Path, *arguments: str) -> None:
    command = [str(where / "bin" / "python"), "-m", "pip", "-qq", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True)


def main() -> None:
    """Installs what is missing."""
    names = sorted(path.stem for path in LISTS.glob("*.txt"))
    with ThreadPoolExecutor() as pool:
        list(pool.map(install, names))


if __name__ == "__main__":
    main()
