"""A judge that is missing is never taken for one that agreed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

REASON = (
    "the judge no-such-judge is not installed: its test needs it; "
    "install its package, which tests/judges/debian-packages.txt names"
)


def test_without_its_judge_a_test_is_skipped(
    judge: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("IOS_EMU_JUDGES", raising=False)
    with pytest.raises(pytest.skip.Exception) as skipped:
        judge("no-such-judge")
    assert str(skipped.value) == REASON


def test_without_its_judge_a_test_fails_where_judges_are_required(
    judge: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IOS_EMU_JUDGES", "required")
    with pytest.raises(pytest.fail.Exception) as failed:
        judge("no-such-judge")
    assert str(failed.value) == REASON


@pytest.mark.parametrize(
    ("setting", "end"), [("", pytest.skip.Exception), ("required", pytest.fail.Exception)]
)
def test_a_client_library_that_is_not_installed(
    setting: str,
    end: type[BaseException],
    client: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("IOS_EMU_JUDGES", setting)
    monkeypatch.setenv("IOS_EMU_JUDGES_CACHE", str(tmp_path))
    with pytest.raises(end) as ended:
        client("netmiko")
    assert str(ended.value) == (
        "the judge netmiko is not installed: its test needs it; "
        "run tests/judges/install, which installs what tests/judges/clients lists"
    )
