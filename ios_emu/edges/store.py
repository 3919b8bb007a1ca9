"""The state folder: a lab's NVRAM, its time, leases and mail, as files that survive `kill -9`.

- A folder belongs to one process at a time: a lock that the system drops when the process dies.
- A key such as `R1/nvram` is a file of that name in the folder. Its first line is
  `ios-emu state 1 CRC32 LENGTH`; what follows is the data as it is, so that a person can read it.
- A file is replaced, never changed: a temporary file beside it, fsync, rename, fsync of the folder.
- A file that is not whole is set aside under another name, with a notice, and counts as absent.
- Nothing is deleted to start afresh: the content moves into the subfolder `previous`.
- Whatever the system refuses is a StateError, one line for a person.

Names that begin with a dot are the store's own: the lock, temporary files, a move that is under way.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import re
import shutil
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from ios_emu.errors import StateError

_VERSION = 1
_LOCK = ".ios-emu.lock"
_TEMPORARY = (".ios-emu-", ".tmp")
_MOVING = ".ios-emu-previous"
_PREVIOUS = "previous"
_HEADER = re.compile(rb"ios-emu state (\d{1,9}) [0-9a-f]{8} (\d{1,18})")
# Backslash and colon lead out of the folder on Windows; keys are the same on every system.
_KEY_PART = re.compile(r"(?!\.)(?!.*\.damaged(-\d+)?\Z)[^/\\:\0]+", re.DOTALL)

_ELSEWHERE = "name another folder with --state DIR"
_MAKE_ROOM = "make room there and try again"
_REASONS = {
    errno.ENOSPC: ("no space is left on the disk", _MAKE_ROOM),
    errno.EDQUOT: ("the disk quota is used up", _MAKE_ROOM),
    errno.EROFS: ("the file system is read-only", _ELSEWHERE),
    errno.EACCES: ("permission is denied", _ELSEWHERE),
    errno.EPERM: ("permission is denied", _ELSEWHERE),
    errno.EEXIST: ("a file stands where a folder should be", _ELSEWHERE),
    errno.ENOTDIR: ("a file stands where a folder should be", _ELSEWHERE),
}

if sys.platform == "win32":
    import msvcrt

    # Far behind the process id: on Windows nobody else can read a byte that is locked.
    _LOCKED_BYTE = 1 << 30

    def _lock(descriptor: int) -> None:
        """Locks the open file for this process; PermissionError when another has it."""
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _sync_folder(folder: Path) -> None:
        """Windows has no fsync for a folder: its file system journals names itself."""

else:
    import fcntl

    # Some network and shared file systems can't sync a folder, and some folders can't be opened to do so.
    _NO_FOLDER_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EACCES})

    def _lock(descriptor: int) -> None:
        """Locks the open file for this process; BlockingIOError (PermissionError) when another has it."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _sync_folder(folder: Path) -> None:
        """Makes new, renamed and removed names in `folder` last."""
        try:
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            if error.errno not in _NO_FOLDER_SYNC:
                raise


def default_state_folder(lab: str) -> Path:
    """The folder that keeps the state of `lab` unless the user names one.

    `lab` is a built-in lab's name (letters, digits, `-` and `_`), or else the path of a lab file: then
    the folder's name ends in 8 hex digits of the path's SHA-256, for two labs may have one file name.

    Raises StateError when this user has no home folder.
    """
    name = lab
    if not re.fullmatch(r"[A-Za-z0-9_-]+", lab):
        path = os.path.normcase(os.path.abspath(lab))
        name = f"{Path(lab).stem}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:8]}"
    if sys.platform in ("win32", "darwin"):
        import click

        return Path(click.get_app_dir("ios-emu", roaming=False), name)
    state_home = os.environ.get("XDG_STATE_HOME", "")
    # The XDG Base Directory Specification: a relative path there is to be ignored.
    if os.path.isabs(state_home):
        return Path(state_home, "ios-emu", name)
    try:
        return Path.home() / ".local" / "state" / "ios-emu" / name
    except RuntimeError as error:
        why = "HOME is not set, and the system knows none for this user"
        raise StateError("the state folder", "there is no home folder for it", why, _ELSEWHERE) from error


class StateFolder:
    """A folder of named values, held by this process until `close`.

    Every method raises StateError when the system refuses, and ValueError for a key that is none or
    when the folder is closed. `notices` are lines for the user about files that were set aside.
    """

    def __init__(self, path: Path, fresh: bool = False) -> None:
        """Creates the folder (only its user may enter) or opens it, and locks it.

        `fresh` moves what is there into the subfolder `previous`, in place of what was moved before.
        """
        self.path = path
        self.notices: list[str] = []
        self._descriptor: int | None = None
        try:
            with blamed(path, "the state folder can't be used"):
                sync_folders(make_folder(path))
                if fresh:
                    self._check_ours()
                self._acquire()
                self._remove_temporary_files()
                if fresh or (path / _MOVING).exists():
                    self._move_aside()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Releases the lock. Closing twice is fine."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)

    def read(self, name: str) -> bytes | None:
        """The value of `name`, or None: there is none, or it was damaged and is now set aside."""
        target = self._target(name)
        with blamed(target, "the state can't be read"):
            if not target.is_file():
                return None
            stored = target.read_bytes()
            head, newline, data = stored.partition(b"\n")
            if head + newline == _header(data):
                return data
            self._set_aside(target, _fault(head, data))
        return None

    def write(self, name: str, data: bytes) -> None:
        """Stores `data` as the value of `name`, whole or not at all.

        After a StateError the old value still stands; only when the folder itself can't be synced may it
        be the new one, which then is not sure to outlive a power cut.
        """
        self._store_one(name, data)

    def remove(self, name: str) -> None:
        """Forgets `name`; that it is unknown is fine."""
        self._store_one(name, None)

    def store(self, records: Iterable[tuple[str, bytes | None]]) -> list[StateError | None]:
        """Writes each (name, data) in turn, or removes name for None; one fsync for each folder touched.

        Returns for each record None, or the error that kept it from being stored.
        """
        targets = [(self._target(name), data) for name, data in records]
        outcomes: list[StateError | None] = []
        touched: list[set[Path]] = []
        for target, data in targets:
            try:
                touched.append(_remove(target) if data is None else _replace(target, data))
                outcomes.append(None)
            except StateError as error:
                touched.append(set())
                outcomes.append(error)
        for folder in set().union(*touched):
            try:
                with blamed(folder, "the state can't be stored"):
                    _sync_folder(folder)
            except StateError as error:
                pairs = zip(outcomes, touched, strict=True)
                outcomes = [error if folder in folders else outcome for outcome, folders in pairs]
        return outcomes

    def names(self, prefix: str = "") -> list[str]:
        """The keys that begin with `prefix`, sorted."""
        self._check_open()
        keys = (file.relative_to(self.path).as_posix() for file in self._files())
        return sorted(key for key in keys if key.startswith(prefix) and _is_key(key))

    def _store_one(self, name: str, data: bytes | None) -> None:
        [error] = self.store([(name, data)])
        if error is not None:
            raise error

    def _check_open(self) -> None:
        if self._descriptor is None:
            raise ValueError(f"the state folder {self.path} is closed")

    def _target(self, name: str) -> Path:
        self._check_open()
        check_key(name)
        return self.path / name

    def _acquire(self) -> None:
        self._descriptor = descriptor = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor)
        except (BlockingIOError, PermissionError) as error:
            os.lseek(descriptor, 0, os.SEEK_SET)
            holder = os.read(descriptor, 20).strip()
            why = f"process {int(holder)} holds it" if holder.isdigit() else "another process holds it"
            remedy = f"stop that ios-emu, or {_ELSEWHERE}"
            raise StateError(_printable(self.path), "the state folder is in use", why, remedy) from error
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, b"%d\n" % os.getpid())

    def _files(self) -> Iterator[Path]:
        """Every file below the folder; subfolders that can't be entered are not ours and are left out."""
        for folder, _, files in os.walk(self.path):
            yield from (Path(folder, file) for file in files)

    def _remove_temporary_files(self) -> None:
        # Making one more proves that names can be added here, before anybody relies on it.
        begin, end = _TEMPORARY
        (self.path / f"{begin}{end}").touch(0o600)
        for file in self._files():
            if file.name.startswith(begin) and file.name.endswith(end):
                file.unlink()

    def _content(self) -> list[Path]:
        entries = sorted(self.path.iterdir())
        return [entry for entry in entries if not entry.name.startswith(".") and entry.name != _PREVIOUS]

    def _check_ours(self) -> None:
        """Keeps `--fresh` from carrying off the files of a folder that was named by mistake."""
        if not (self.path / _LOCK).exists() and self._content():
            what, why = (
                "the state folder can't be started afresh",
                "it holds files that are not a lab's state",
            )
            raise StateError(_printable(self.path), what, why, _ELSEWHERE)

    def _move_aside(self) -> None:
        """Moves the content into `previous`. A move that was killed is finished by the next process."""
        moving, previous = self.path / _MOVING, self.path / _PREVIOUS
        content = self._content()
        if content:
            moving.mkdir(0o700, exist_ok=True)
        for entry in content:
            entry.rename(moving / entry.name)
        # Without content `previous` stays: afresh twice must not lose what the first time kept.
        if moving.exists():
            sync_folders({moving, self.path})
            if previous.exists():
                shutil.rmtree(previous)
            moving.rename(previous)
            sync_folders({self.path})

    def _set_aside(self, target: Path, fault: str) -> None:
        endings = itertools.chain([".damaged"], (f".damaged-{number}" for number in itertools.count(2)))
        aside = next(file for end in endings if not os.path.lexists(file := Path(f"{target}{end}")))
        target.rename(aside)
        sync_folders({target.parent})
        remedy = "the lab goes on without it; look there for what can be saved"
        what = f"the state was set aside as {aside.name}"
        self.notices.append(_printable(f"{target}: {what}: {fault}; {remedy}"))


@contextmanager
def blamed(where: Path, what: str) -> Iterator[None]:
    """Turns what the system refuses into a StateError about `where`."""
    try:
        yield
    except OSError as error:
        why, remedy = _REASONS.get(error.errno or 0, (error.strerror or str(error), _ELSEWHERE))
        raise StateError(_printable(where), what, why, remedy) from error


def _printable(text: Path | str) -> str:
    """A file name may hold line ends; a message is one line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))


def _is_key(name: str) -> bool:
    parts = name.split("/")
    return parts[0].casefold() != _PREVIOUS and all(_KEY_PART.fullmatch(part) for part in parts)


def check_key(name: str) -> None:
    """Raises ValueError for a key that would leave the folder or that its own files could have."""
    if not _is_key(name):
        raise ValueError(f"not a key of the state folder: {name!r}")


def _header(data: bytes) -> bytes:
    return b"ios-emu state %d %08x %d\n" % (_VERSION, zlib.crc32(data), len(data))


def _fault(head: bytes, data: bytes) -> str:
    """Why a file with this first line and this data is not whole."""
    match = _HEADER.fullmatch(head)
    if match is None:
        return "its first line is not that of a state file"
    version, length = int(match[1]), int(match[2])
    if version != _VERSION:
        return f"it is of version {version}, and this ios-emu reads version {_VERSION}"
    if length != len(data):
        return f"it holds {len(data)} bytes instead of {length}"
    return "its checksum does not fit its content"


def make_folder(folder: Path) -> set[Path]:
    """Makes the folder and those above it that are missing; returns the folders that got a new name."""
    if folder.is_dir():
        return set()
    touched = set() if folder.parent == folder else make_folder(folder.parent)
    folder.mkdir(0o700, exist_ok=True)
    return touched | {folder.parent}


def _replace(target: Path, data: bytes) -> set[Path]:
    """Puts `data` in the place of the file, all or nothing; returns the folders that are to be synced."""
    temporary = target.with_name(target.name.join(_TEMPORARY))
    with blamed(target, "the state can't be stored"):
        touched = make_folder(target.parent)
        try:
            # Configurations hold passwords: only their user may read them.
            with open(temporary, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write(_header(data))
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except OSError:
            with suppress(OSError):
                temporary.unlink()
            raise
    return touched | {target.parent}


def _remove(target: Path) -> set[Path]:
    with blamed(target, "the state can't be removed"):
        if not target.is_file():
            return set()
        target.unlink()
    return {target.parent}


def sync_folders(folders: set[Path]) -> None:
    """Makes new, renamed and removed names in these folders last."""
    for folder in folders:
        _sync_folder(folder)
