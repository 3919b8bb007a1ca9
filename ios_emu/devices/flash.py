"""The CompactFlash: files and folders, each kept as a record of the journal.

The rules. A path is written without the file system and without a slash in front (`configs/a.cfg`). What is
written counts when the journal has stored it; until then the old file stands. The image that the router
booted from is a file like the others, but nobody has its bytes: it reads as zeros.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from ios_emu.devices.nvram import Journal

SIZE = 64016384
IMAGE_SIZE = 50938004
_IMAGE_DATE = datetime(2002, 3, 1, tzinfo=UTC)
_NAME = re.compile(r"[^\x00-\x20/\\:\x7f-\xff]{1,63}")
_MOST_DEPTH = 8
# What a file system of a host takes as a name, less what is put around it.
_LONGEST_RECORD = 200
_FOLDER = "%2F"

Done = Callable[[str | None], None]


@dataclass(frozen=True, slots=True)
class FlashFile:
    """A file, or a folder (`data` is None). `written` is the router's time in UTC."""

    data: bytes | None
    written: datetime
    image_size: int = 0

    @property
    def is_folder(self) -> bool:
        """Is it a folder?"""
        return self.data is None

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.image_size or len(self.data or b"")

    def read(self) -> bytes:
        """Its bytes."""
        return bytes(self.image_size) if self.image_size else self.data or b""


class Flash:
    """The file system of the device `name`; `image` is the file that it boots from. Sizes are in bytes."""

    def __init__(
        self, name: str, journal: Journal, image: str, size: int = SIZE, image_size: int = IMAGE_SIZE
    ) -> None:
        self.size = size
        self.prefix = f"{name}/flash/"
        self._journal = journal
        self._image = image
        self._entries = {image: FlashFile(b"", _IMAGE_DATE, image_size)}

    def __iter__(self) -> Iterator[tuple[str, FlashFile]]:
        """Paths and what is there, in the order in which they came."""
        return iter(self._entries.items())

    def __getitem__(self, path: str) -> FlashFile | None:
        """What is at a path; None: nothing."""
        return self._entries.get(path)

    @property
    def used(self) -> int:
        """The bytes of all files."""
        return sum(entry.size for entry in self._entries.values())

    @property
    def free(self) -> int:
        """The bytes that are left."""
        return self.size - self.used

    def set_image(self, image: str, size: int, image_size: int) -> None:
        """Puts another image in the place of the one that was there; the flash then is of that size."""
        self._entries.pop(self._image, None)
        self._image, self.size = image, size
        self._entries = {image: FlashFile(b"", _IMAGE_DATE, image_size), **self._entries}

    def within(self, folder: str) -> list[tuple[str, FlashFile]]:
        """What is directly in a folder, by its path; the outermost is the empty path."""
        inside = f"{folder}/" if folder else ""
        return [
            (path, entry)
            for path, entry in self._entries.items()
            if path.startswith(inside) and "/" not in path[len(inside) :]
        ]

    def refuses(self, path: str, size: int) -> str | None:
        """Why a file of that size can't be written there, as IOS puts it in brackets; None: it can."""
        parts = path.split("/")
        present = self._entries.get(path)
        if not all(_NAME.fullmatch(part) for part in parts) or {".", ".."} & set(parts):
            return "Invalid argument"
        if len(parts) > _MOST_DEPTH or len(_record(path)) > _LONGEST_RECORD:
            return "File name too long"
        if present is not None and present.is_folder:
            return "Is a directory"
        if present is not None and present.image_size:
            return "Text file busy"
        if not self.has_folder("/".join(parts[:-1])):
            return "No such file or directory"
        if size > self.free + (present.size if present is not None else 0):
            return "No space left on device"
        return None

    def has_folder(self, path: str) -> bool:
        """Is that a folder?"""
        entry = self._entries.get(path)
        return not path or (entry is not None and entry.is_folder)

    def write(self, path: str, data: bytes, now: datetime, done: Done) -> None:
        """Writes a file that `refuses` does not refuse, then calls `done(None)` or `done(reason)`."""
        self._store(path, FlashFile(data, now), done)

    def make_folder(self, path: str, now: datetime, done: Done) -> None:
        """Makes a folder in one that there is."""
        self._store(path, FlashFile(None, now), done)

    def remove(self, path: str, done: Done) -> None:
        """Removes a file or an empty folder. The image goes until the next start of the emulator."""
        entry = self._entries[path]

        def stored(problem: str | None) -> None:
            if problem is None:
                self._entries.pop(path, None)
            done(problem)

        if entry.image_size:
            stored(None)
        else:
            self._journal.write(self._key(path, entry), None, stored)

    def restore(self, records: Iterable[tuple[str, bytes]]) -> None:
        """Takes over what was kept: names of records, and what is in them. What is none is left alone."""
        found = []
        for key, record in records:
            name = unquote(key.removeprefix(self.prefix))
            date, _, data = record.partition(b"\n")
            with suppress(ValueError):
                written = datetime.fromisoformat(date.decode("ascii"))
                found.append((name.rstrip("/"), FlashFile(None if name.endswith("/") else data, written)))
        for path, entry in sorted(found, key=lambda one: (one[1].written, one[0])):
            self._entries.setdefault(path, entry)

    def _store(self, path: str, entry: FlashFile, done: Done) -> None:
        def stored(problem: str | None) -> None:
            if problem is None:
                # A file that is written anew is behind the others.
                self._entries.pop(path, None)
                self._entries[path] = entry
            done(problem)

        record = entry.written.isoformat().encode() + b"\n" + (entry.data or b"")
        self._journal.write(self._key(path, entry), record, stored)

    def _key(self, path: str, entry: FlashFile) -> str:
        return self.prefix + _record(path) + (_FOLDER if entry.is_folder else "")


def _record(path: str) -> str:
    """The name of a file's record: one level, and with no dot where that would mean something."""
    name = quote(path, safe="")
    return name.replace(".", "%2E") if name.startswith(".") or ".damaged" in name else name
