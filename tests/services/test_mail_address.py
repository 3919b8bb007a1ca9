"""What is an address and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.services.mail_address import MailAddress, read_address, read_path


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("user1@univ-djelfa.com", MailAddress("user1", "univ-djelfa.com")),
        ("User.One+tag@EXAMPLE.org", MailAddress("User.One+tag", "example.org")),
        ("user1", MailAddress("user1", "")),
        ("a@b", MailAddress("a", "b")),
        ("a@1.2.3.4", MailAddress("a", "1.2.3.4")),
        ("o'brien/x=y@b", MailAddress("o'brien/x=y", "b")),
        ("a" * 64 + "@b", MailAddress("a" * 64, "b")),
        ("a@" + "b" * 63, MailAddress("a", "b" * 63)),
    ],
)
def test_what_is_an_address(text: str, address: MailAddress) -> None:
    assert read_address(text) == address
    assert str(address).lower() == text.lower()


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "@b", "a@", "a b", "a@b c", "a@b@c", ".a@b", "a.@b", "a..b@c", "a@.b", "a@b.", "a@b..c",
        "a@-b", "a@b-", "a@b_c", '"a b"@c', "a@[1.2.3.4]", "a\r@b", "a\n@b", "a@b\n", "a\0@b", "a(c)@b",
        "a<b@c", "a@b>", "\xe9@b", "a@\xe9", "a" * 65 + "@b", "a@" + "b" * 64, "a@" + "b." * 130 + "b",
        "\u0661@b", "a@\u0661",
    ],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    assert read_address(text) is None


@pytest.mark.property
@settings(deadline=None, max_examples=300)
@given(st.text(max_size=20) | st.text('a.@-_<>\r\n\0 1[]"\\', max_size=20))
def test_an_address_can_not_end_a_line_and_reads_again(text: str) -> None:
    address = read_address(text)
    if address is not None:
        assert read_address(str(address)) == address
        assert str(address).isascii()
        assert str(address).isprintable()
        assert not set(str(address)) & set(' <>()[]\\",:;')


@pytest.mark.parametrize(
    ("argument", "found"),
    [
        ("FROM:<a@b>", ("a@b", [])),
        ("from: <a@b>  SIZE=1 BODY=7BIT", ("a@b", ["SIZE=1", "BODY=7BIT"])),
        ("FROM:a@b", ("a@b", [])),
        ("FROM:<>", ("", [])),
        ("FROM:<@a,@b:c@d>", ("c@d", [])),
        ("FROM:", None),
        ("FROM", None),
        ("TO:<a@b>", None),
        ("FROM:<a@b>SIZE=1", None),
        ("FROM:<<a@b>>", None),
        ("FROM:<a@b", None),
        ("FROM:<a@b> \n", ("a@b", [])),
    ],
)
def test_the_paths_of_commands(argument: str, found: tuple[str, list[str]] | None) -> None:
    assert read_path("FROM:", argument) == found
