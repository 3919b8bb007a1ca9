"""The flash: what it takes, what it refuses, and what of it outlives the process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.devices.flash import SIZE, Flash
from ios_emu.devices.nvram import MemoryJournal

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
IMAGE = "image.bin"


def flash(journal: MemoryJournal | None = None) -> Flash:
    return Flash("R1", journal or MemoryJournal(), IMAGE)


def write(flash: Flash, path: str, data: bytes = b"x", when: datetime = NOON) -> None:
    assert flash.refuses(path, len(data)) is None
    outcome: list[str | None] = []
    flash.write(path, data, when, outcome.append)
    assert outcome == [None]


def make_folder(flash: Flash, path: str) -> None:
    outcome: list[str | None] = []
    flash.make_folder(path, NOON, outcome.append)
    assert outcome == [None]


def test_a_file_takes_room_and_gives_it_back() -> None:
    one = flash()
    free = one.free
    write(one, "a.cfg", b"12345")
    assert one.free == free - 5
    write(one, "a.cfg", b"1")
    assert one.free == free - 1
    one.remove("a.cfg", lambda problem: None)
    assert one.free == free
    assert one["a.cfg"] is None


def test_what_it_refuses() -> None:
    one = flash()
    make_folder(one, "configs")
    write(one, "a.cfg")
    assert one.refuses("configs", 1) == "Is a directory"
    assert one.refuses("missing/a.cfg", 1) == "No such file or directory"
    assert one.refuses("a.cfg/b", 1) == "No such file or directory"
    assert one.refuses("", 1) == "Invalid argument"
    assert one.refuses("with blank", 1) == "Invalid argument"
    assert one.refuses("configs/../a.cfg", 1) == "Invalid argument"
    assert one.refuses("x" * 64, 1) == "Invalid argument"
    assert one.refuses("/".join(["configs"] * 9), 1) == "File name too long"
    assert one.refuses(IMAGE, 1) == "Text file busy"
    assert one.refuses("b.cfg", one.free) is None
    assert one.refuses("b.cfg", one.free + 1) == "No space left on device"


def test_the_image_has_a_size_and_no_bytes_of_its_own() -> None:
    image = flash()[IMAGE]
    assert image is not None
    assert image.size == len(image.read()) < SIZE
    assert set(image.read()[:1000]) == {0}


def test_the_contents_of_a_folder() -> None:
    one = flash()
    make_folder(one, "a")
    make_folder(one, "a/b")
    write(one, "a/one.cfg")
    write(one, "a/b/two.cfg")
    assert [path for path, _ in one.within("")] == [IMAGE, "a"]
    assert [path for path, _ in one.within("a")] == ["a/b", "a/one.cfg"]
    assert one.has_folder("a/b")
    assert not one.has_folder("a/one.cfg")


def test_a_journal_that_fails_leaves_the_old_file() -> None:
    class Full(MemoryJournal):
        full = False

        def write(self, name, data, done) -> None:  # type: ignore[no-untyped-def]
            if self.full:
                done("no space is left on the disk")
            else:
                super().write(name, data, done)

    journal = Full()
    one = flash(journal)
    write(one, "a.cfg", b"old")
    journal.full = True
    outcome: list[str | None] = []
    one.write("a.cfg", b"new", NOON, outcome.append)
    one.remove("a.cfg", outcome.append)
    assert outcome == ["no space is left on the disk"] * 2
    kept = one["a.cfg"]
    assert kept is not None
    assert kept.read() == b"old"


NAMES = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="/\\:"), min_size=1, max_size=20
)


@pytest.mark.property
@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(
        NAMES.filter(lambda name: name not in (".", "..", IMAGE)), st.binary(max_size=40), max_size=6
    )
)
def test_all_names_and_bytes_outlive_the_process(files: dict[str, bytes]) -> None:
    journal = MemoryJournal()
    one = flash(journal)
    make_folder(one, "sub.damaged")
    for number, (name, data) in enumerate(files.items()):
        if name != "sub.damaged":
            write(one, name, data, NOON + timedelta(seconds=number))
            write(one, f"sub.damaged/{name}", data, NOON + timedelta(seconds=number))
    again = flash()
    again.restore((name, data) for name, data in journal.records.items() if data is not None)
    assert dict(again) == dict(one)


def test_a_record_that_is_none_is_left_alone() -> None:
    one = flash()
    one.restore([("R1/flash/a.cfg", b"no date\nx"), ("R1/flash/b.cfg", b"\xff"), ("R1/flash/c.cfg", b"")])
    assert [path for path, _ in one] == [IMAGE]
