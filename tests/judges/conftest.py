"""The judges: independent programs that say whether our bytes are right.

A judge that is not installed skips its tests and says why. With IOS_EMU_JUDGES=required, as `make judges`
sets it, its absence is a failure instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.judges.automation import Automation
from tests.judges.clients.install import environment, is_ready


def find_judge(program: str) -> str:
    """The path of a program that judges; without it, the test that asks is skipped or fails."""
    path = shutil.which(program)
    if path is not None:
        return path
    return _missing(program, "install its package, which tests/judges/debian-packages.txt names")


def _missing(judge: str, remedy: str) -> NoReturn:
    reason = f"the judge {judge} is not installed: its test needs it; {remedy}"
    if os.environ.get("IOS_EMU_JUDGES") == "required":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def find_client(name: str) -> Path:
    """The environment of a client library that judges; without it, the test that asks is skipped or fails."""
    if is_ready(name):
        return environment(name)
    return _missing(name, "run tests/judges/install, which installs what tests/judges/clients lists")


@pytest.fixture(scope="session")
def client() -> Callable[[str], Path]:
    """`client("netmiko")` is the environment that has that library, or the end of the test."""
    return find_client


@pytest.fixture(scope="module")
def automation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Automation]:
    """A lab for automation, with two routers that nobody has touched yet."""
    lab = Automation(tmp_path_factory.mktemp("automation"))
    yield lab
    lab.stop()


@pytest.fixture
def judge() -> Callable[[str], str]:
    """`judge("openssl")` is that program's path, or the end of the test."""
    return find_judge
