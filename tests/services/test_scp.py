"""The protocol of `scp`, byte for byte, and against clients that mean no good."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.services.scp import Copy, Sink, Source, read_command


class Shelf:
    """Files in memory; those that begin with `no` are refused."""

    def __init__(self, **files: bytes) -> None:
        self.files = dict(files)

    def read(self, name: str) -> bytes | None:
        return self.files.get(name)

    def refuses(self, name: str, size: int) -> str | None:
        return "Permission denied" if name.startswith("no") or size > 1000 else None

    def write(self, name: str, data: bytes, done: Callable[[str | None], None]) -> None:
        self.files[name] = data
        done(None)


class Wire:
    """What an end said, and how it went."""

    def __init__(self) -> None:
        self.said = b""
        self.outcome: list[bool] = []

    def write(self, data: bytes) -> None:
        self.said += data


@pytest.mark.parametrize(
    ("command", "copy"),
    [
        ("scp -f flash:/a.cfg", Copy(True, "flash:/a.cfg")),
        ("scp -v -p -t flash:", Copy(False, "flash:")),
        ("scp -t -- 'flash:a.cfg'", Copy(False, "flash:a.cfg")),
        ("scp -f -t x", None),
        ("scp x", None),
        ("show version", None),
    ],
)
def test_commands(command: str, copy: Copy | None) -> None:
    assert read_command(command) == copy


def test_a_file_is_sent() -> None:
    wire = Wire()
    source = Source(Shelf(a=b"hello"), "a", wire.write, wire.outcome.append)
    assert wire.said == b""
    source.receive(b"\0")
    assert wire.said == b"C0644 5 a\n"
    source.receive(b"\0")
    assert wire.said == b"C0644 5 a\nhello\0"
    source.receive(b"\0")
    assert wire.outcome == [True]


def test_a_file_that_is_not_there_is_said_so() -> None:
    wire = Wire()
    Source(Shelf(), "a", wire.write, wire.outcome.append).receive(b"\0")
    assert wire.said == b"\x01scp: a: No such file or directory\n"
    assert wire.outcome == [False]


def test_a_file_is_taken_in_pieces() -> None:
    wire, shelf = Wire(), Shelf()
    sink = Sink(shelf, "flash:", wire.write, wire.outcome.append)
    for byte in b"T1 0 1 0\nC0644 5 a.cfg\nhello\0":
        sink.receive(bytes([byte]))
    assert wire.said == b"\0\0\0\0"
    sink.end()
    assert shelf.files == {"flash:a.cfg": b"hello"}
    assert wire.outcome == [True]


def test_what_is_not_taken() -> None:
    for header, answer in [
        (b"C0644 5 no.cfg\n", b"\0\x01scp: no.cfg: Permission denied\n"),
        (b"C0644 5000 a.cfg\n", b"\0\x01scp: a.cfg: Permission denied\n"),
        (b"D0755 0 folder\n", b"\0\x01scp: a.cfg: not a directory\n"),
        (b"C0644 5 ../a.cfg\n", b"\0\x01scp: protocol error: unexpected data\n"),
        (b"x" * 600, b"\0\x01scp: protocol error: unexpected data\n"),
    ]:
        wire, shelf = Wire(), Shelf()
        target = "no.cfg" if b"no.cfg" in header else "a.cfg"
        Sink(shelf, target, wire.write, wire.outcome.append).receive(header)
        assert (wire.said, wire.outcome, shelf.files) == (answer, [False], {})


def test_a_client_that_leaves_in_the_middle_leaves_nothing() -> None:
    wire, shelf = Wire(), Shelf()
    sink = Sink(shelf, "a.cfg", wire.write, wire.outcome.append)
    sink.receive(b"C0644 5 a.cfg\nhel")
    sink.end()
    assert (wire.outcome, shelf.files) == ([False], {})


@pytest.mark.property
@settings(deadline=None, max_examples=100)
@given(st.lists(st.binary(max_size=30), max_size=8))
def test_anything_ends_once(pieces: list[bytes]) -> None:
    wire, shelf = Wire(), Shelf(a=b"hello")
    ends: list[Sink | Source] = [Sink(shelf, "b", wire.write, wire.outcome.append)]
    other = Wire()
    ends.append(Source(shelf, "a", other.write, other.outcome.append))
    for end in ends:
        for piece in pieces:
            end.receive(piece)
        end.end()
    assert len(wire.outcome) == len(other.outcome) == 1
