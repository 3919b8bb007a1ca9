"""The judges: independent programs that say whether our bytes are right.

A judge that is not installed skips its tests and says why. With IOS_EMU_JUDGES=required, as `make judges`
sets it, its absence is a failure instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

import pytest


def find_judge(program: str) -> str:
    """The path of a program that judges; without it, the test that asks is skipped or fails."""
    path = shutil.which(program)
    if path is not None:
        return path
    reason = (
        f"the judge {program} is not installed: its test needs it; "
        f"install its package, which tests/judges/debian-packages.txt names"
    )
    if os.environ.get("IOS_EMU_JUDGES") == "required":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture
def judge() -> Callable[[str], str]:
    """`judge("openssl")` is that program's path, or the end of the test."""
    return find_judge
