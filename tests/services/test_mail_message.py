"""Messages as texts: what a person types injects nothing, what another wrote is read whatever is in it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.services.mail_address import MailAddress
from ios_emu.services.mail_message import (
    MailText,
    is_clean,
    read_message,
    reply_address,
    write_bounce,
    write_message,
)

ME, YOU = MailAddress("user1", "univ-djelfa.com"), MailAddress("user2", "univ-djelfa.com")
NOW = datetime(2002, 3, 1, 12, 30, tzinfo=UTC)
HOST = "mail.univ-djelfa.com"


def write(subject: str = "hello", body: str = "text\n", name: str = "User1") -> bytes:
    return write_message(name, ME, YOU, subject, body, NOW, "1.pc0")


def test_a_message_as_it_is_sent() -> None:
    assert write().decode().split("\r\n") == [
        "From: User1 <user1@univ-djelfa.com>",
        "To: user2@univ-djelfa.com",
        "Subject: hello",
        "Date: Fri, 01 Mar 2002 12:30:00 +0000",
        "Message-ID: <1.pc0@univ-djelfa.com>",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: 7bit",
        "MIME-Version: 1.0",
        "",
        "text",
        "",
    ]


@pytest.mark.parametrize(
    "bad",
    [
        "x\r\nBcc: evil@x", "x\nX: 1", "x\rX: 1", "x\0", "x\x1b[2J", "x\x0bX: 1", "x\x85y", "x\u2028y",
        "x\x1cy", "\x7f",
    ],
)  # fmt: skip
def test_nothing_that_is_typed_becomes_a_header_field(bad: str) -> None:
    assert not is_clean(bad)
    with pytest.raises(ValueError, match="control characters"):
        write(subject=bad)
    with pytest.raises(ValueError, match="control characters"):
        write(name=bad)


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60)


@pytest.mark.property
@settings(deadline=None, max_examples=150)
@given(name=words, subject=words, body=st.text(st.characters(codec="utf-8"), max_size=200))
def test_what_is_written_has_its_fields_and_lines_that_smtp_takes(name: str, subject: str, body: str) -> None:
    try:
        data = write(subject, body, name)
    except ValueError:
        assert not (is_clean(name) and is_clean(subject))
        return
    head, _, _ = data.partition(b"\r\n\r\n")
    fields = [line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert fields == [
        b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Content-Type", b"Content-Transfer-Encoding",
        b"MIME-Version",
    ]  # fmt: skip
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert head.isascii()


@pytest.mark.parametrize("text", ["hello", "h\xe9llo w\xf6rld", "\u4f60\u597d", "x" * 300])
def test_what_is_written_is_read_again(text: str) -> None:
    read = read_message(write(text, f"{text}\n.\n..\n", text))
    assert read.subject == text
    assert read.body.rstrip("\n") == f"{text}\n.\n.."
    assert read.sender.endswith("<user1@univ-djelfa.com>")
    assert read.to == "user2@univ-djelfa.com"
    assert read.date == "Fri, 01 Mar 2002 12:30:00 +0000"


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (b"", MailText("", "", "", "", "")),
        (b"hello\r\n", MailText("", "", "", "", "hello\n")),
        (b"Subject: a\r\n b\r\nsubject: c\r\n\r\nx", MailText("", "", "a b", "", "x")),
        (b"FROM: \xc3\xa9 <a@b>\r\n\r\n\xc3\xa9", MailText("\xe9 <a@b>", "", "", "", "\xe9")),
        (b"Subject: \x1b[2J=?utf-8?q?=1b=0d=0aX?=\r\n\r\n", MailText("", "", " [2J   X", "", "")),
        (b"\r\n\x1b[2J\x07a\tb", MailText("", "", "", "", "?[2J?a\tb")),
        (b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\n\xe9", MailText("", "", "", "", "\xe9")),
        (b"Content-Type: text/plain; charset=nonsense\r\n\r\nx", MailText("", "", "", "", "x")),
        (b"Content-Type: text/html\r\n\r\n<b>x</b>", MailText("", "", "", "", "<b>x</b>")),
        (b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n", MailText("", "", "", "", "hello")),
        (b"Content-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\nc", MailText("", "", "", "", "a=bc")),
        (b"Subject: =?utf-8?b?!!!?=\r\n\r\n", MailText("", "", "", "", "")),
    ],
)  # fmt: skip
def test_what_a_reader_sees(data: bytes, read: MailText) -> None:
    found = read_message(data)
    assert found == read


def test_the_plain_text_of_several_parts() -> None:
    message = EmailMessage()
    message["Subject"] = "x"
    message.set_content("plain\n")
    message.add_alternative("<b>html</b>\n", subtype="html")
    message.add_attachment(b"\0\1", maintype="application", subtype="octet-stream")
    assert read_message(message.as_bytes()).body == "plain\n"


HOSTILE = {
    "nested comments": b"From: " + b"(" * 100_000,
    "commas": b"To: " + b"," * 190_000,
    "quotes": b"From: " + b'"\\' * 50_000,
    "angles": b"From: " + b"<" * 100_000,
    "encoded words": b"Subject: " + b"=?utf-8?q?x?= " * 10_000,
    "half encoded words": b"Subject: " + b"=?utf-8?q?" * 15_000,
    "many fields": b"X: y\r\n" * 30_000,
    "folded": b"Subject: x" + b"\r\n y" * 40_000,
    "parameters": b"Content-Type: text/plain" + b"; a=b" * 20_000,
    "continued parameters": b"Content-Type: text/plain" + b"".join(b"; a*%d=b" % n for n in range(9000)),
    "semicolons": b'Content-Type: multipart/mixed; x="' + b";" * 50_000,
    "nested parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)
    ),
    "nested messages": b"Content-Type: message/rfc822\r\n\r\n" * 5000,
    "punycode": b"Content-Type: text/plain; charset=punycode\r\n\r\nx" + b"-a" * 50_000,
    "a codec that is none": b"Content-Type: text/plain; charset=zlib\r\n\r\nx",
    "a date": b"Date: " + b"9" * 10_000,
    "zeros": b"\0" * 200_000,
    "large": b"Subject: x\r\n\r\n" + b"x" * 10_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_message_stops_its_reader(name: str) -> None:
    start = time.process_time()
    read = read_message(HOSTILE[name] + b"\r\n\r\nbody")
    assert time.process_time() - start < 0.25
    assert max(map(len, (read.sender, read.to, read.subject, read.date))) <= 1000
    assert len(read.body) <= 200_000


PIECES = [
    b"From: ", b"Subject: ", b"\r\n", b"\r\n\r\n", b"=?utf-8?b?", b"?=", b"\x1b[2J", b"\x9b", b"\xff", b" ",
    b"\0", b"Content-Type: multipart/mixed; boundary=x\r\n", b"--x\r\n", b"--x--\r\n", b"a@b", b";", b'"',
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Type: text/plain; charset=utf-16\r\n",
    b"Content-Type: message/rfc822\r\n",
]  # fmt: skip


@pytest.mark.property
@settings(deadline=None, max_examples=300)
@given(data=st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join))
def test_nothing_of_a_message_reaches_the_terminal_as_a_control(data: bytes) -> None:
    read = read_message(data)
    for text in (read.sender, read.to, read.subject, read.date):
        assert text == "" or text.isprintable()
    assert all(letter.isprintable() or letter in "\n\t" for letter in read.body)


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("a@b", "a@b"),
        ("<a@b>", "a@b"),
        ("A Name <a@b> ", "a@b"),
        ("a@b (A Name)", "a@b"),
        ('"x <evil@x>" <a@b>', "a@b"),
        ("<evil@x> <a@b>", "a@b"),
        ("Mail Delivery System <MAILER-DAEMON@mail.x>", "MAILER-DAEMON@mail.x"),
        ("", None),
        ("nobody at all", None),
        ("<>", None),
        ("<a@b", None),
        ("(" * 1000, None),
        ("<" * 1000, None),
    ],
)
def test_whom_one_answers(sender: str, address: str | None) -> None:
    found = reply_address(sender)
    assert (None if found is None else str(found)) == address


def test_a_bounce_as_its_reader_sees_it() -> None:
    text = b"Subject: plan\r\nFrom: x\r\n\r\nthe body"
    failures = [
        (MailAddress("a", "x.example"), "550 5.1.1 nobody"),
        (MailAddress("b", "x.example"), "nothing"),
    ]
    data = write_bounce(HOST, ME, failures, text, NOW, "ABC")
    read = read_message(data)
    assert (read.sender, read.to) == (f"Mail Delivery System <MAILER-DAEMON@{HOST}>", str(ME))
    assert read.subject == "Delivery Status Notification (Failure)"
    assert "<a@x.example>: 550 5.1.1 nobody\n" in read.body
    message = message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "text/plain", "message/delivery-status", "text/rfc822-headers"
    ]  # fmt: skip
    report = list(message.iter_parts())[1]
    statuses = [part["Status"] for part in report.walk() if part["Status"]]
    assert statuses == ["5.1.1", "5.0.0"]
    assert message["Auto-Submitted"] == "auto-replied"
    assert b"the body" not in data


@pytest.mark.parametrize(
    "reason",
    ["550 x\r\nBcc: evil@x", "550 \x1b[2J", "550 " + "x" * 5000, "550 \xe9", "--ABC/mail.univ-djelfa.com"],
)
def test_a_reply_of_another_server_injects_nothing_into_a_bounce(reason: str) -> None:
    data = write_bounce(
        HOST, ME, [(YOU, reason)], b"Subject: x\r\n--ABC/" + HOST.encode() + b"\r\n\r\n", NOW, "ABC"
    )
    message = message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    assert message["Bcc"] is None
    assert len(list(message.iter_parts())) == 3
    assert b"\x1b" not in data
    assert max(map(len, data.split(b"\r\n"))) <= 998
