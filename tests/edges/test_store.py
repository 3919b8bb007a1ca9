"""The state folder: whole values or none, one process at a time, and words for whatever goes wrong."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ios_emu.errors
from ios_emu.devices.nvram import Journal, MemoryJournal
from ios_emu.edges.journal import StoreJournal
from ios_emu.edges.store import StateFolder, default_state_folder
from ios_emu.errors import StateError

PACKAGE = Path(ios_emu.errors.__file__).parents[1]
posix = pytest.mark.skipif(sys.platform == "win32", reason="modes, limits and folders that can be synced")

HOLDER = """
import sys
from pathlib import Path
from ios_emu.edges.store import StateFolder
with StateFolder(Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.read()
"""

WRITER = """
import sys
from pathlib import Path
from ios_emu.edges.store import StateFolder
folder = StateFolder(Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    number += 1
    folder.write("R1/nvram", b"%d\\n" % number + bytes([number % 251]) * (number * 7919 % 200_000))
    print(number, flush=True)
"""


def written(number: int) -> bytes:
    """What WRITER stores as its value of that number."""
    return b"%d\n" % number + bytes([number % 251]) * (number * 7919 % 200_000)


def run(script: str, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lab5"


@pytest.fixture
def folder(path: Path) -> Iterator[StateFolder]:
    with StateFolder(path) as opened:
        yield opened


@contextmanager
def refusing(monkeypatch: pytest.MonkeyPatch, function: str, code: int) -> Iterator[None]:
    """The system answers this function with this error."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(function, refuse)
        yield


def files(path: Path) -> list[str]:
    return sorted(file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file())


# Values


def test_a_value_is_read_as_it_was_written(folder: StateFolder) -> None:
    assert folder.read("R1/nvram") is None
    folder.write("R1/nvram", b"hostname R1\n")
    folder.write("time", b"")
    folder.write("R1/nvram", b"hostname R2\n\0\xff")
    assert folder.read("R1/nvram") == b"hostname R2\n\0\xff"
    assert folder.read("time") == b""
    assert folder.notices == []


def test_a_value_lasts_until_the_next_process(path: Path) -> None:
    with StateFolder(path) as folder:
        folder.write("R1/nvram", b"hostname R1\n")
    with StateFolder(path) as folder:
        assert folder.read("R1/nvram") == b"hostname R1\n"


def test_a_person_can_read_the_file(folder: StateFolder) -> None:
    folder.write("R1/nvram", b"123456789")
    # cbf43926 is the check value that the catalogues of CRCs give for CRC-32.
    assert (folder.path / "R1" / "nvram").read_bytes() == b"ios-emu state 1 cbf43926 9\n123456789"


def test_nothing_but_the_values_and_the_lock_is_left(folder: StateFolder) -> None:
    folder.write("R1/nvram", b"one")
    folder.write("R1/nvram", b"two")
    assert files(folder.path) == [".ios-emu.lock", "R1/nvram"]


def test_remove(folder: StateFolder) -> None:
    folder.write("R1/nvram", b"one")
    folder.remove("R1/nvram")
    folder.remove("R1/nvram")
    folder.remove("nobody/nvram")
    assert folder.read("R1/nvram") is None
    assert folder.names() == []


def test_names_are_the_keys_alone(folder: StateFolder) -> None:
    for name in ("R2/nvram", "R1/nvram", "R1/leases", "time"):
        folder.write(name, b"x")
    (folder.path / "R1" / "nvram").write_bytes(b"garbage")
    folder.read("R1/nvram")
    assert folder.names() == ["R1/leases", "R2/nvram", "time"]
    assert folder.names("R1/") == ["R1/leases"]
    assert folder.names("R3/") == []


def test_a_folder_of_keys_is_no_value(folder: StateFolder) -> None:
    folder.write("R1/nvram", b"x")
    folder.remove("R1")
    assert folder.read("R1") is None
    assert folder.read("R1/nvram/deeper") is None
    assert folder.read("R1/nvram") == b"x"


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../x", "R1/../../x", "/etc/passwd", "R1//nvram", "R1/", "R1/\0", "a\\..\\b", "C:x"),
        *(".ios-emu.lock", "R1/.hidden", "previous/nvram", "Previous", "R1/nvram.damaged", "a.damaged-2"),
    ],
)
def test_a_key_stays_in_the_folder(folder: StateFolder, name: str) -> None:
    before = files(folder.path.parent)
    calls: list[Callable[[], object]] = [
        lambda: folder.read(name),
        lambda: folder.write(name, b"x"),
        lambda: folder.remove(name),
        lambda: StoreJournal(folder).write(name, b"x", lambda _: None),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"^not a key of the state folder: '") as caught:
            call()
        assert str(caught.value) == f"not a key of the state folder: {name!r}"
    assert files(folder.path.parent) == before


@posix
def test_only_its_user_may_look_inside(tmp_path: Path) -> None:
    with StateFolder(tmp_path / "new" / "lab5") as folder:
        folder.write("R1/nvram", b"enable password cisco")
        made = [folder.path.parent, folder.path, folder.path / "R1"]
        assert [stat.S_IMODE(place.stat().st_mode) for place in made] == [0o700] * 3
        kept = [folder.path / ".ios-emu.lock", folder.path / "R1" / "nvram"]
        assert [stat.S_IMODE(place.stat().st_mode) for place in kept] == [0o600] * 2


# One process at a time


def test_a_second_process_is_told_who_holds_the_folder(path: Path) -> None:
    with run(HOLDER, str(path)) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().split() == [b"open"]
        with pytest.raises(StateError) as caught:
            StateFolder(path)
        assert str(caught.value) == (
            f"{path}: the state folder is in use: process {holder.pid} holds it; "
            "stop that ios-emu, or name another folder with --state DIR"
        )
        holder.kill()
    StateFolder(path).close()


def test_the_lock_holds_within_a_process_too(folder: StateFolder) -> None:
    with pytest.raises(StateError, match=f"in use: process {os.getpid()} holds it"):
        StateFolder(folder.path, fresh=True)


def test_a_holder_that_has_not_signed_yet(folder: StateFolder) -> None:
    (folder.path / ".ios-emu.lock").write_bytes(b"")
    with pytest.raises(StateError, match="in use: another process holds it"):
        StateFolder(folder.path)


def test_closing_twice_and_using_it_afterwards(path: Path) -> None:
    folder = StateFolder(path)
    journal = StoreJournal(folder)
    journal.write("R1/nvram", b"x", lambda _: None)
    folder.close()
    folder.close()
    StateFolder(path).close()
    calls: list[Callable[[], object]] = [
        lambda: folder.read("a"),
        lambda: folder.write("a", b""),
        folder.names,
        journal.commit,
    ]
    for call in calls:
        with pytest.raises(ValueError, match="is closed"):
            call()
    assert journal.pending


# Damage


def aside(folder: StateFolder, stored: bytes) -> str:
    """The notice that a file with these bytes brings, without its beginning and its end."""
    target = folder.path / "R1" / "nvram"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(stored)
    assert folder.read("R1/nvram") is None
    assert not target.exists()
    notice = folder.notices[-1].removeprefix(f"{target}: the state was set aside as nvram.damaged")
    return notice.removesuffix("; the lab goes on without it; look there for what can be saved")


def test_the_notice_says_where_what_why_and_what_to_do(folder: StateFolder) -> None:
    folder.write("R1/nvram", b"123456789")
    target = folder.path / "R1" / "nvram"
    target.write_bytes(target.read_bytes()[:-1])
    assert folder.read("R1/nvram") is None
    assert folder.notices == [
        f"{target}: the state was set aside as nvram.damaged: it holds 8 bytes instead of 9; "
        "the lab goes on without it; look there for what can be saved"
    ]
    assert (folder.path / "R1" / "nvram.damaged").read_bytes() == b"ios-emu state 1 cbf43926 9\n12345678"
    assert folder.read("R1/nvram") is None
    assert len(folder.notices) == 1


def test_each_kind_of_damage_has_its_words(folder: StateFolder) -> None:
    assert aside(folder, b"") == ": its first line is not that of a state file"
    assert aside(folder, b"hostname R1\n!\n") == "-2: its first line is not that of a state file"
    assert aside(folder, b"ios-emu state 1 cbf43926 9\n") == "-3: it holds 0 bytes instead of 9"
    assert (
        aside(folder, b"ios-emu state 1 cbf43926 9\n123456780") == "-4: its checksum does not fit its content"
    )
    assert (
        aside(folder, b"ios-emu state 2 cbf43926 9\n123456789")
        == "-5: it is of version 2, and this ios-emu reads version 1"
    )
    assert (folder.path / "R1" / "nvram.damaged-2").read_bytes() == b"hostname R1\n!\n"


@posix
def test_a_line_end_in_a_file_name_does_not_break_the_notice(tmp_path: Path) -> None:
    with StateFolder(tmp_path / "two\nlines") as folder:
        (folder.path / "x\ny").write_bytes(b"")
        assert folder.read("x\ny") is None
        assert folder.notices[0].startswith(
            f"{tmp_path}/two\\nlines/x\\ny: the state was set aside as x\\ny.damaged: "
        )
        with pytest.raises(StateError, match=r"two\\nlines: the state folder is in use"):
            StateFolder(folder.path)


@st.composite
def corruptions(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    place, flip = draw(st.integers(0, 10_000)), draw(st.integers(1, 255))
    added = draw(st.binary(min_size=1, max_size=40))

    def flipped(stored: bytes) -> bytes:
        at = place % len(stored)
        return stored[:at] + bytes([stored[at] ^ flip]) + stored[at + 1 :]

    kinds: list[Callable[[bytes], bytes]] = [
        flipped,
        lambda stored: stored[: place % len(stored)],
        lambda stored: added + stored,
        lambda stored: stored + added,
        lambda stored: stored[place % len(stored) :],
        lambda stored: stored,
    ]
    return draw(st.sampled_from(kinds))


@pytest.mark.property
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=80), corrupt=corruptions())
def test_whatever_happens_to_a_file_it_reads_the_same_or_is_set_aside(
    folder: StateFolder, data: bytes, corrupt: Callable[[bytes], bytes]
) -> None:
    folder.notices.clear()
    folder.write("time", data)
    stored = (folder.path / "time").read_bytes()
    corrupted = corrupt(stored)
    (folder.path / "time").write_bytes(corrupted)
    if corrupted == stored:
        assert folder.read("time") == data
        assert folder.notices == []
        return
    assert folder.read("time") is None
    [notice] = folder.notices
    assert "\n" not in notice
    [kept] = folder.path.glob("time.damaged*")
    assert kept.read_bytes() == corrupted
    kept.unlink()


# Death and full disks


@pytest.mark.kill
def test_a_writer_killed_at_any_moment_leaves_a_whole_value(path: Path) -> None:
    chance = random.Random(2811)
    number = 0
    for _ in range(15):
        with run(WRITER, str(path), str(number)) as writer:
            assert writer.stdout is not None
            stored = [int(writer.stdout.readline()) for _ in range(chance.randint(1, 5))]
            with suppress(subprocess.TimeoutExpired):
                writer.wait(chance.uniform(0, 0.005))
            writer.kill()
            stored += [int(line) for line in writer.stdout.read().splitlines(keepends=True) if b"\n" in line]
        with StateFolder(path) as folder:
            value = folder.read("R1/nvram")
            assert value is not None
            number = int(value.partition(b"\n")[0])
            assert value == written(number)
            # What it was told to be stored is stored; one more may be, that nobody was told of.
            assert number - stored[-1] in (0, 1)
            assert folder.notices == []
            assert files(path) == [".ios-emu.lock", "R1/nvram"]


def test_what_a_killed_process_left_half_done_is_removed(path: Path) -> None:
    StateFolder(path).close()
    (path / "R1").mkdir()
    (path / "R1" / ".ios-emu-nvram.tmp").write_bytes(b"ios-emu st")
    (path / "R1" / ".notes.tmp").write_bytes(b"not ours")
    with StateFolder(path) as folder:
        assert folder.names() == []
    assert files(path) == [".ios-emu.lock", "R1/.notes.tmp"]


@posix
def test_a_write_that_stops_half_way_leaves_the_old_value(folder: StateFolder) -> None:
    import resource

    folder.write("R1/nvram", b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(StateError, match="the state can't be stored: File too large"):
            folder.write("R1/nvram", b"n" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert folder.read("R1/nvram") == b"old"
    assert files(folder.path) == [".ios-emu.lock", "R1/nvram"]


@pytest.mark.parametrize("function", ["os.fsync", "os.replace"])
def test_a_full_disk(folder: StateFolder, monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    folder.write("R1/nvram", b"old")
    with refusing(monkeypatch, function, errno.ENOSPC), pytest.raises(StateError) as caught:
        folder.write("R1/nvram", b"new")
    assert str(caught.value) == (
        f"{folder.path / 'R1' / 'nvram'}: the state can't be stored: no space is left on the disk; "
        "make room there and try again"
    )
    assert folder.read("R1/nvram") == b"old"
    assert files(folder.path) == [".ios-emu.lock", "R1/nvram"]


def test_a_file_that_cannot_be_read_or_removed(folder: StateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write("time", b"x")
    with refusing(monkeypatch, "pathlib.Path.read_bytes", errno.EIO), pytest.raises(StateError) as caught:
        folder.read("time")
    assert str(caught.value) == (
        f"{folder.path / 'time'}: the state can't be read: {os.strerror(errno.EIO)}; "
        "name another folder with --state DIR"
    )
    with refusing(monkeypatch, "os.unlink", errno.EPERM), pytest.raises(StateError) as caught:
        folder.remove("time")
    assert str(caught.value) == (
        f"{folder.path / 'time'}: the state can't be removed: permission is denied; "
        "name another folder with --state DIR"
    )
    assert folder.read("time") == b"x"


def test_a_key_below_a_value_is_refused(folder: StateFolder) -> None:
    folder.write("R1", b"x")
    with pytest.raises(StateError, match="a file stands where a folder should be"):
        folder.write("R1/nvram", b"y")
    assert folder.read("R1") == b"x"


# Folders that can't be used


def refused(path: Path) -> str:
    with pytest.raises(StateError) as caught:
        StateFolder(path)
    assert "\n" not in str(caught.value)
    beginning = f"{path}: the state folder can't be used: "
    assert str(caught.value).startswith(beginning)
    return str(caught.value).removeprefix(beginning)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    answer = "a file stands where a folder should be; name another folder with --state DIR"
    assert refused(tmp_path / "file") == answer
    assert refused(tmp_path / "file" / "lab5") == answer
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        (errno.EROFS, "the file system is read-only; name another folder with --state DIR"),
        (errno.EACCES, "permission is denied; name another folder with --state DIR"),
        (errno.ENOSPC, "no space is left on the disk; make room there and try again"),
        (errno.EDQUOT, "the disk quota is used up; make room there and try again"),
        (errno.EIO, f"{os.strerror(errno.EIO)}; name another folder with --state DIR"),
    ],
)
@pytest.mark.parametrize("function", ["os.mkdir", "os.open"])
def test_a_folder_that_the_system_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, code: int, answer: str
) -> None:
    place = tmp_path / "lab5" if function == "os.mkdir" else tmp_path
    with refusing(monkeypatch, function, code):
        assert refused(place) == answer


def test_a_folder_that_takes_no_new_files(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    StateFolder(path).close()
    with refusing(monkeypatch, "pathlib.Path.touch", errno.EACCES):
        assert refused(path) == "permission is denied; name another folder with --state DIR"
    StateFolder(path).close()


# Afresh


def test_afresh_moves_the_content_into_previous(path: Path) -> None:
    with StateFolder(path) as folder:
        folder.write("R1/nvram", b"first")
        folder.write("time", b"1")
    with StateFolder(path, fresh=True) as folder:
        assert folder.names() == []
        assert files(path) == [".ios-emu.lock", "previous/R1/nvram", "previous/time"]
        folder.write("R1/nvram", b"second")
    with StateFolder(path, fresh=True):
        assert files(path) == [".ios-emu.lock", "previous/R1/nvram"]
    # Nothing new was stored since: what was moved before stays.
    with StateFolder(path, fresh=True) as folder:
        assert folder.names() == []
    (path / "previous" / "R1").rename(path / "R1")
    with StateFolder(path) as folder:
        assert folder.read("R1/nvram") == b"second"


def test_a_move_that_was_killed_is_finished(path: Path) -> None:
    with StateFolder(path) as folder:
        folder.write("R1/nvram", b"first")
        folder.write("time", b"1")
    (path / ".ios-emu-previous").mkdir()
    (path / "R1").rename(path / ".ios-emu-previous" / "R1")
    with StateFolder(path) as folder:
        assert folder.names() == []
    assert files(path) == [".ios-emu.lock", "previous/R1/nvram", "previous/time"]


def test_afresh_does_not_carry_off_files_that_are_not_ours(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    for _ in range(2):
        with pytest.raises(StateError) as caught:
            StateFolder(tmp_path, fresh=True)
        assert str(caught.value) == (
            f"{tmp_path}: the state folder can't be started afresh: "
            "it holds files that are not a lab's state; name another folder with --state DIR"
        )
    assert files(tmp_path) == ["thesis.txt"]


# The journals


def test_the_memory_journal_answers_at_once() -> None:
    memory = MemoryJournal()
    journal: Journal = memory
    answers: list[str | None] = []
    journal.write("R1/nvram", b"x", answers.append)
    assert memory.records == {"R1/nvram": b"x"}
    journal.write("R1/nvram", None, answers.append)
    journal.write("R1/nvram", None, answers.append)
    assert memory.records == {}
    assert answers == [None, None, None]


def test_the_store_journal_answers_when_it_is_stored(folder: StateFolder) -> None:
    store = StoreJournal(folder)
    journal: Journal = store
    answers: list[tuple[str, str | None, bytes | None]] = []

    def note(name: str) -> Callable[[str | None], None]:
        return lambda reason: answers.append((name, reason, folder.read("R1/nvram")))

    journal.write("R1/nvram", b"one", note("first"))
    journal.write("R1/nvram", b"two", note("second"))
    journal.write("R2/nvram", None, note("third"))
    assert store.pending
    assert answers == []
    assert folder.names() == []
    store.commit()
    assert answers == [("first", None, b"two"), ("second", None, b"two"), ("third", None, b"two")]
    assert not store.pending
    journal.write("R1/nvram", None, note("fourth"))
    store.commit()
    store.commit()
    assert answers[3:] == [("fourth", None, None)]


def test_a_record_that_fails_does_not_stop_the_others(folder: StateFolder) -> None:
    journal = StoreJournal(folder)
    answers: list[str | None] = []
    journal.write("R1", b"x", answers.append)
    journal.write("R1/nvram", b"y", answers.append)
    journal.write("R2", b"z", answers.append)
    journal.commit()
    assert answers == [
        None,
        f"{folder.path / 'R1' / 'nvram'}: the state can't be stored: "
        "a file stands where a folder should be; name another folder with --state DIR",
        None,
    ]
    assert folder.read("R2") == b"z"


def test_a_listener_may_write_and_may_fail(folder: StateFolder) -> None:
    journal = StoreJournal(folder)
    answers: list[str | None] = []

    def again(_: str | None) -> None:
        journal.write("b", b"later", answers.append)
        raise KeyError("a listener's own fault")

    journal.write("a", b"1", again)
    journal.write("c", b"2", answers.append)
    with pytest.raises(ExceptionGroup) as caught:
        journal.commit()
    assert [type(failure) for failure in caught.value.exceptions] == [KeyError]
    assert answers == [None]
    assert journal.pending
    journal.commit()
    assert answers == [None, None]
    assert folder.names() == ["a", "b", "c"]


@posix
def test_a_group_syncs_each_folder_once(folder: StateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = StoreJournal(folder)
    folder.write("R1/nvram", b"x")
    folder.write("R2/nvram", b"x")
    synced: list[bool] = []
    fsync = os.fsync

    def count(descriptor: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", count)
    answers: list[str | None] = []
    for number in range(10):
        journal.write(f"R1/{number}", b"x", answers.append)
        journal.write(f"R2/{number}", b"x", answers.append)
    journal.write("R1/nvram", None, answers.append)
    journal.commit()
    assert synced == [False] * 20 + [True] * 2
    assert answers == [None] * 21


@posix
def test_a_folder_that_cannot_be_synced(folder: StateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    fsync, code = os.fsync, errno.EIO

    def refuse_folders(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(code, os.strerror(code))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", refuse_folders)
    with pytest.raises(StateError, match="the state can't be stored: Input/output error"):
        folder.write("time", b"1")
    # A file system that knows no such thing is no reason to store nothing.
    code = errno.EINVAL
    folder.write("time", b"2")
    assert folder.read("time") == b"2"


# Where the state is kept


@pytest.fixture
def linux(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    return tmp_path


@posix
def test_the_default_folder(linux: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_state_folder("lab5") == linux / ".local" / "state" / "ios-emu" / "lab5"
    monkeypatch.setenv("XDG_STATE_HOME", "relative/is/ignored")
    assert default_state_folder("two-domains") == linux / ".local" / "state" / "ios-emu" / "two-domains"
    monkeypatch.setenv("XDG_STATE_HOME", str(linux / "state"))
    assert default_state_folder("lab5") == linux / "state" / "ios-emu" / "lab5"


@posix
def test_the_default_folder_of_a_lab_file(linux: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(linux)
    digits = hashlib.sha256(os.fsencode(linux / "my lab.toml")).hexdigest()[:8]
    expected = linux / ".local" / "state" / "ios-emu" / f"my lab-{digits}"
    for spelling in ("my lab.toml", "./my lab.toml", "x/../my lab.toml", str(linux / "my lab.toml")):
        assert default_state_folder(spelling) == expected
    assert default_state_folder("other/my lab.toml") != expected


@posix
def test_the_default_folder_on_macos(linux: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert default_state_folder("lab5") == linux / "Library" / "Application Support" / "ios-emu" / "lab5"


@posix
def test_a_user_without_a_home(linux: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError(f"Could not determine home directory, not even {linux}.")

    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(StateError) as caught:
        default_state_folder("lab5")
    assert str(caught.value) == (
        "the state folder: there is no home folder for it: "
        "HOME is not set, and the system knows none for this user; name another folder with --state DIR"
    )
