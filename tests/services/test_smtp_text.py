"""The text of a message on its way: only CR LF . CR LF ends it, and nothing else can be taken for an end."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ios_emu.services.smtp_text import IncomingText, outgoing_text
from tests.services.mail_bench import pieces

# What line ends, dots and their neighbours can do to each other.
texts = st.lists(
    st.sampled_from([b"\r\n", b"\r", b"\n", b".", b"..", b"\r\n.", b"\n.\n", b"a", b"\0", b"\xff", b" "]),
    max_size=12,
).map(b"".join)
cuts = st.lists(st.integers(0, 1 << 16), max_size=6)
SMUGGLING = [
    b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r.\r", b"\r.\r\n", b"\n.\r", b"\r.\n",
    b"\r\n\0.\r\n", b"\r\n.\0\r\n", b"\r\n.\r\r\n", b"\r\r\n.\n", b"\r\n. \r\n", b"\r\n..\r\n",
]  # fmt: skip


def incoming(*chunks: bytes, largest: int = 100_000) -> tuple[bytes | None, bytes, bool]:
    """The text when it has ended, what is behind it, and whether it was too large."""
    text, buffer, found = IncomingText(largest), bytearray(), None
    for chunk in chunks:
        buffer += chunk
        if found is None:
            found = text.take(buffer)
    return found, bytes(buffer), text.too_large


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        (b".\r\n", b""),
        (b"a\r\n.\r\n", b"a\r\n"),
        (b"a\r\n..\r\n.\r\n", b"a\r\n.\r\n"),
        (b"..a\r\n.\r\n", b".a\r\n"),
        (b".a\r\n.\r\n", b"a\r\n"),
        (b"a\r\n\r\n.\r\n", b"a\r\n\r\n"),
        (b"bare\nlf\r\n.\r\n", b"bare\r\nlf\r\n"),
        (b"bare\rcr\r\n.\r\n", b"bare\r\ncr\r\n"),
    ],
)
def test_dots_and_line_ends(sent: bytes, taken: bytes) -> None:
    assert incoming(sent + b"QUIT\r\n") == (taken, b"QUIT\r\n", False)


@pytest.mark.parametrize("sequence", SMUGGLING)
def test_what_others_take_for_an_end_is_text(sequence: bytes) -> None:
    found, rest, _ = incoming(b"body" + sequence + b"MAIL FROM:<evil@x>\r\n.\r\n")
    assert found is not None
    assert rest == b""
    assert b"MAIL FROM:<evil@x>" in found
    # Nor can the next server take it for one.
    sent_on = outgoing_text(found)
    assert sent_on.find(b"\r\n.\r\n") == len(sent_on) - 5
    assert b"\n" not in sent_on.replace(b"\r\n", b"")
    assert b"\r" not in sent_on.replace(b"\r\n", b"")


@pytest.mark.property
@settings(deadline=None, max_examples=300)
@given(text=texts, cuts=cuts)
@example(text=b"\r\n.\r", cuts=[5])
@example(text=b"", cuts=[1, 2])
def test_any_split_gives_the_same_text(text: bytes, cuts: list[int]) -> None:
    stream = text + b"\r\n.\r\nNOOP\r\n"
    assert incoming(*pieces(stream, cuts)) == incoming(stream)
    # Never before the first CR LF . CR LF, and never behind it.
    found, rest, _ = incoming(stream)
    whole = b"\r\n" + stream
    assert found is not None
    assert rest == whole[whole.find(b"\r\n.\r\n") + 5 :]


@pytest.mark.property
@settings(deadline=None, max_examples=300)
@given(text=texts)
def test_what_goes_out_comes_in_as_it_was(text: bytes) -> None:
    clean = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    if clean and not clean.endswith(b"\r\n"):
        clean += b"\r\n"
    assert incoming(outgoing_text(clean)) == (clean, b"", False)


@pytest.mark.parametrize("size", [98, 99, 100, 101, 102, 500])
@pytest.mark.parametrize("piece", [1, 7, 64, 1000])
def test_the_limit_is_the_same_in_any_pieces(size: int, piece: int) -> None:
    stream = b"x" * (size - 2) + b"\r\n.\r\nNOOP\r\n"
    chunks = [stream[begin : begin + piece] for begin in range(0, len(stream), piece)]
    _, rest, too_large = incoming(*chunks, largest=100)
    assert too_large == (size > 100)
    assert rest == b"NOOP\r\n"


def test_what_is_too_large_is_not_kept() -> None:
    text, buffer = IncomingText(1000), bytearray()
    for _ in range(1000):
        buffer += b"x" * 1000
        assert text.take(buffer) is None
        assert len(text._text) <= 2002
    assert text.too_large
