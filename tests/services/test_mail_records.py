"""The lines by which mail lasts: what was written is read, what is damaged costs nothing else."""

from __future__ import annotations

from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.services.mail_records import binary, mail_record, number, read_mail_records, text, texts


def test_a_record_is_a_line_with_a_checksum() -> None:
    line = mail_record(kind="mail", uid=7, data=b"\0\r\n\xff")
    body = b'{"kind":"mail","uid":7,"data":"AA0K/w=="}'
    assert line == f"{crc32(body):08x} ".encode() + body + b"\n"
    [entry] = read_mail_records(line).entries
    assert (text(entry, "kind"), number(entry, "uid"), binary(entry, "data")) == ("mail", 7, b"\0\r\n\xff")


@pytest.mark.parametrize("read", [binary, text, number, texts])
@pytest.mark.parametrize("value", [None, 1.5, {"a": 1}, ["x", 1]])
def test_a_field_of_another_kind_is_refused(read: object, value: object) -> None:
    assert callable(read)
    with pytest.raises(ValueError, match="field"):
        read({"field": value}, "field")
    with pytest.raises(ValueError, match="field"):
        read({}, "field")


@pytest.mark.property
@settings(deadline=None, max_examples=200)
@given(
    records=st.lists(st.binary(max_size=30), max_size=6),
    place=st.integers(0, 1 << 16),
    flip=st.integers(1, 255),
    cut=st.integers(0, 40),
)
def test_damage_costs_the_damaged_line_only(records: list[bytes], place: int, flip: int, cut: int) -> None:
    lines = [mail_record(kind="mail", uid=at, data=data) for at, data in enumerate(records)]
    whole = b"".join(lines)
    assert [binary(entry, "data") for entry in read_mail_records(whole).entries] == records
    spoiled = bytearray(whole)
    hit = None
    if whole:
        hit = place % len(whole)
        spoiled[hit] ^= flip
    read = read_mail_records(bytes(spoiled) + mail_record(kind="last")[:cut])
    found = {number(entry, "uid") for entry in read.entries if entry.get("kind") == "mail"}
    start, untouched = 0, set()
    for at, line in enumerate(lines):
        # A line end that is spoiled costs the line behind it, too.
        if hit is None or not start - 1 <= hit < start + len(line):
            untouched.add(at)
        start += len(line)
    assert found >= untouched
    assert all(
        records[number(entry, "uid")] == binary(entry, "data") for entry in read.entries if "uid" in entry
    )
