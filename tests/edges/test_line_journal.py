"""Journals of lines: what was said to be stored is there, whatever the disk or a killer does."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ios_emu.edges import line_journal
from ios_emu.edges.journal import Journals
from ios_emu.edges.line_journal import LineJournal
from ios_emu.edges.store import StateFolder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "R1" / "leases"


def append(journal: LineJournal, *records: bytes) -> list[str | None]:
    outcomes: list[str | None] = []
    for record in records:
        journal.append(record, outcomes.append)
    return outcomes


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, function: str, code: int) -> Iterator[None]:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(os, function, refuse)
        yield


def test_nothing_is_acknowledged_before_it_is_stored(path: Path) -> None:
    journal = LineJournal(path)
    outcomes = append(journal, b"one\n", b"two\n")
    assert journal.pending
    assert outcomes == []
    assert journal.read() == b""
    journal.commit()
    assert outcomes == [None, None]
    assert not journal.pending
    assert LineJournal(path).read() == b"one\ntwo\n"


def test_what_one_wake_up_brought_costs_one_fdatasync(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs: list[int] = []
    monkeypatch.setattr(line_journal, "_store", syncs.append)
    journal = LineJournal(path)
    append(journal, *(b"%d\n" % number for number in range(64)))
    journal.commit()
    assert len(syncs) == 1
    append(journal, b"64\n")
    journal.commit()
    assert len(syncs) == 2
    assert journal.read().count(b"\n") == 65


def test_only_its_user_may_read_it(path: Path) -> None:
    journal = LineJournal(path)
    append(journal, b"one\n")
    journal.commit()
    assert path.stat().st_mode & 0o077 == 0
    journal.replace(b"two\n")
    journal.commit()
    assert path.stat().st_mode & 0o077 == 0


def test_a_replacement_stands_before_what_waited(path: Path) -> None:
    journal = LineJournal(path)
    append(journal, b"old\n")
    journal.commit()
    outcomes = append(journal, b"waiting\n")
    journal.replace(b"whole\n")
    outcomes_after = append(journal, b"later\n")
    journal.commit()
    assert (outcomes, outcomes_after) == ([None], [None])
    assert journal.read() == b"whole\nwaiting\nlater\n"
    append(journal, b"last\n")
    journal.commit()
    assert journal.read() == b"whole\nwaiting\nlater\nlast\n"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_write_that_fails_leaves_no_trace(path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    journal = LineJournal(path)
    append(journal, b"one\n")
    journal.commit()
    with failing(monkeypatch, "write", code):
        outcomes = append(journal, b"two\n")
        journal.commit()
    (reason,) = outcomes
    assert reason is not None
    assert "the state can't be stored" in reason
    assert "\n" not in reason
    outcomes = append(journal, b"three\n")
    journal.commit()
    assert outcomes == [None]
    assert journal.read() == b"one\nthree\n"


def test_half_a_write_is_cut_off(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = LineJournal(path)
    append(journal, b"one\n")
    journal.commit()
    write, calls = os.write, 0

    def full_disk(descriptor: int, data: bytes) -> int:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data[:3])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full_disk)
        outcomes = append(journal, b"a longer line\n")
        journal.commit()
    assert outcomes != [None]
    assert path.read_bytes() == b"one\n"
    append(journal, b"two\n")
    journal.commit()
    assert path.read_bytes() == b"one\ntwo\n"


def test_what_the_disk_did_not_sync_counts_as_not_stored(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    journal = LineJournal(path)
    append(journal, b"one\n")
    journal.commit()
    with monkeypatch.context() as patched:
        patched.setattr(line_journal, "_store", refuse)
        outcomes = append(journal, b"two\n")
        journal.commit()
    assert outcomes != [None]
    append(journal, b"three\n")
    journal.commit()
    assert journal.read() == b"one\nthree\n"


def test_a_replacement_that_fails_leaves_what_there_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = LineJournal(path)
    append(journal, b"one\n")
    journal.commit()
    with failing(monkeypatch, "replace", errno.EROFS):
        journal.replace(b"other\n")
        outcomes = append(journal, b"two\n")
        journal.commit()
    assert outcomes != [None]
    assert journal.read() == b"one\n"
    assert [file.name for file in path.parent.iterdir()] == ["leases"]


def test_a_listener_that_fails_does_not_stop_the_others(path: Path) -> None:
    journal = LineJournal(path)
    told: list[str | None] = []

    def fail(reason: str | None) -> None:
        raise RuntimeError(reason)

    journal.append(b"one\n", fail)
    journal.append(b"two\n", told.append)
    with pytest.raises(ExceptionGroup, match="listeners failed"):
        journal.commit()
    assert told == [None]


def test_the_journals_of_a_lab_are_stored_with_its_values(tmp_path: Path) -> None:
    kept: list[str] = []
    with StateFolder(tmp_path / "state") as folder:
        journals = Journals(folder, committed=lambda: kept.append("committed"))
        leases, stored = journals.lines("dhcp-leases", "R1")
        assert stored == b""
        assert not journals.pending
        outcomes = append(leases, b"one\n")
        assert journals.pending
        journals.commit()
        assert (outcomes, kept) == ([None], [])
        journals.values.write("R1/startup-config", b"hostname R1\n", outcomes.append)
        journals.commit()
        assert (outcomes, kept) == ([None, None], ["committed"])
        journals.close()
    with StateFolder(tmp_path / "state") as folder:
        _, stored = Journals(folder).lines("dhcp-leases", "R1")
        assert stored == b"one\n"
    with StateFolder(tmp_path / "state", fresh=True) as folder:
        assert Journals(folder).lines("dhcp-leases", "R1")[1] == b""
        assert (folder.path / "previous" / "R1" / "dhcp-leases").read_bytes() == b"one\n"
