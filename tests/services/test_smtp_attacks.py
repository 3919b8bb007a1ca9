"""What is tried against an SMTP server, its answer, and that others are served meanwhile."""

from __future__ import annotations

import pytest

from ios_emu.clock import SECOND
from ios_emu.services.smtp_text import outgoing_text
from tests.services.mail_bench import DOMAIN, RECIPIENT, SENDER, Bench, Wire

HOST = f"mail.{DOMAIN}"
MAIL, RCPT = f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{RECIPIENT}>"
QUEUED = "250 2.0.0 Ok: queued as "
GOODBYE = "221 2.7.0 Error: I can break rules, too. Goodbye."
DENIED = "554 5.7.1 <{}>: Relay access denied"


def serves(bench: Bench) -> bool:
    """Is another client served as if nothing were?"""
    before, other = len(bench.inbox()), bench.smtp("10.9.9.10")
    said = other.say(MAIL, RCPT, "DATA", "hello", ".", "QUIT")
    return said[3].startswith(QUEUED) and len(bench.inbox()) == before + 1


def headers(data: bytes) -> list[bytes]:
    """The header lines of a stored message, with what continues them."""
    lines: list[bytes] = []
    for line in data.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        if line[:1] in (b" ", b"\t"):
            lines[-1] += line
        else:
            lines.append(line)
    return lines


# Smuggling


@pytest.mark.parametrize(
    "end",
    [
        b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\n.\r", b"\r.\n",
        b"\r\n.\r\r\n", b"\r\n\0.\r\n", b"\r\n.\0\r\n", b"\r\n .\r\n", b"\r\n. \r\n", b"\r\n..\r\n",
    ],
)  # fmt: skip
def test_one_mail_stays_one_mail(end: bytes) -> None:
    bench = Bench()
    client = bench.smtp()
    client.say(MAIL, RCPT, "DATA")
    second = b"MAIL FROM:<evil@x>\r\nRCPT TO:<user1>\r\nDATA\r\nSubject: smuggled\r\n\r\nx"
    client.send(b"Subject: first\r\n\r\nbody" + end + second + b"\r\n.\r\n")
    [answer] = client.answers()
    assert answer.startswith(QUEUED)
    [mail] = bench.inbox()
    assert b"smuggled" in mail
    assert bench.inbox("user1") == []
    # Who fetches it with POP3 sees one mail as well, to its last line.
    reader = bench.pop3("user2")
    reader.send(b"RETR 1\r\n")
    sent = reader.take().partition(b"\r\n")[2]
    assert sent == outgoing_text(next(iter(bench.server.store.mailbox("user2").messages.values())).data)
    assert sent.find(b"\r\n.\r\n") == len(sent) - 5
    assert reader.say("NOOP") == ["+OK"]


def test_commands_behind_the_true_end_are_commands() -> None:
    bench = Bench()
    client = bench.smtp()
    client.send(f"{MAIL}\r\n{RCPT}\r\nDATA\r\nhello\r\n.\r\nNOOP\r\n".encode())
    assert client.answers()[-1] == "250 2.0.0 Ok"


# Injection into header fields


@pytest.mark.parametrize(
    "name",
    [
        "x\rX-Evil: 1", "x\0y", "x y (comment)", "x;\tid 1", "(((", "x\x1b[2J", "<a@b>", "[10.9.9.9]",
        "x" * 2000,
    ],
)  # fmt: skip
def test_a_client_s_name_can_not_end_its_line(name: str) -> None:
    bench = Bench()
    client = bench.smtp(greeted=False)
    client.say(f"EHLO {name}", MAIL, RCPT, "DATA", "Subject: x", "", "hello", ".")
    [message] = bench.server.store.mailbox("user2").messages.values()
    found = headers(message.data)
    assert [line.partition(b":")[0] for line in found] == [b"Return-Path", b"Received", b"Subject"]
    source = found[1].removeprefix(b"Received: from ").partition(b" (unknown [10.9.9.9]) by ")[0]
    assert all(letter in b".-[]:_" or (letter < 128 and chr(letter).isalnum()) for letter in source)
    assert len(source) <= 255


@pytest.mark.parametrize(
    "address",
    [
        "a\rX-Evil: 1@b", "a\r\n DATA@b", "a@b\rX: 1", "a\0@b", "a@b\0", '"a b"@c', '"\\\r"@b', "a@b>\rX: 1",
        "a<x@b", "a@b c", "\x7f@b", "\x1b[2J@b", "a@-b", "a@b_c", "a" * 65 + "@b", "a@" + "b" * 64,
        "a@" + "b." * 130 + "c", "..@b", ".a@b", "a.@b",
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["MAIL FROM", "RCPT TO"])
def test_what_is_no_address_is_refused(command: str, address: str) -> None:
    bench = Bench()
    client = bench.smtp()
    if command == "RCPT TO":
        client.say(MAIL)
    first = client.say(f"{command}:<{address}>")[0]
    assert first.startswith(("501 ", "555 "))
    assert "\r" not in first
    assert serves(bench)


@pytest.mark.parametrize(
    "local", ["../user2", "../../../etc/passwd", "/etc/passwd", "user2/../user1", "user2\0", "~root", "C:\\x"]
)
def test_a_user_is_never_a_path(local: str) -> None:
    bench = Bench()
    said = bench.smtp().say(MAIL, f"RCPT TO:<{local}@{DOMAIN}>")[1]
    assert said.startswith(("550 5.1.1 ", "501 5.1.3 "))
    assert list(bench.server.store.users) == ["user1", "user2"]


# Relaying


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("x@elsewhere.example", DENIED),
        ("x@ELSEWHERE.EXAMPLE", "554 5.7.1 <x@elsewhere.example>: Relay access denied"),
        (f"@{DOMAIN}:x@elsewhere.example", "554 5.7.1 <x@elsewhere.example>: Relay access denied"),
        (f"@{DOMAIN},@{DOMAIN}:x@elsewhere.example", "554 5.7.1 <x@elsewhere.example>: Relay access denied"),
        (f"x%elsewhere.example@{DOMAIN}", None),
        (f"elsewhere.example!x@{DOMAIN}", None),
        (f"x@elsewhere.example@{DOMAIN}", None),
        (f'"x@elsewhere.example"@{DOMAIN}', None),
        (f"x@{DOMAIN}@elsewhere.example", None),
        (f"x@{DOMAIN}.elsewhere.example", DENIED),
        (f"x@evil{DOMAIN}", DENIED),
        ("x@[10.0.0.1]", None),
        ("x@10.0.0.1", DENIED),
        (f"x@{DOMAIN}.", None),
        ("x%elsewhere.example", None),
    ],
)
def test_never_an_open_relay(path: str, answer: str | None) -> None:
    bench = Bench()
    client = bench.smtp()
    said = client.say(MAIL, f"RCPT TO:<{path}>", "DATA")
    if answer is None:
        assert said[1][:3] in ("501", "550")
    else:
        assert said[1] == answer.format(path)
    assert said[2][:3] in ("554", "503")
    assert len(bench.server.queue) == 0
    assert bench.lookups == []
    assert serves(bench)


def test_a_sender_of_the_own_domain_opens_nothing() -> None:
    bench = Bench()
    for sender in (SENDER, "", "postmaster", f"user1@{HOST}"):
        said = bench.smtp().say(f"MAIL FROM:<{sender}>", "RCPT TO:<x@elsewhere.example>")
        assert said[1] == DENIED.format("x@elsewhere.example")


# Too much of anything


def test_a_command_line_has_a_limit() -> None:
    bench = Bench()
    client = bench.smtp()
    too_long = "500 5.5.2 Error: line too long"
    assert client.say("NOOP " + "x" * 2042) == ["250 2.0.0 Ok"]
    assert client.say("NOOP " + "x" * 2043) == [too_long]
    assert client.say("NOOP " + "x" * 100_000, "NOOP") == [too_long, "250 2.0.0 Ok"]
    assert serves(bench)


def test_a_line_that_never_ends_takes_no_room() -> None:
    bench = Bench()
    client = bench.smtp()
    for _ in range(1000):
        client.send(b"x" * 10_000)
    assert client.session is not None
    assert len(client.session._buffer) <= 12_048
    assert serves(bench)
    assert client.say("", "NOOP") == ["500 5.5.2 Error: line too long", "250 2.0.0 Ok"]


def test_a_line_of_the_text_has_a_limit() -> None:
    bench = Bench()
    client = bench.smtp()
    said = client.say(MAIL, RCPT, "DATA", "x" * 2049, ".", MAIL, RCPT, "DATA", "x" * 2048, ".")
    assert said[3] == "500 5.6.0 Error: line too long"
    assert said[-1].startswith(QUEUED)
    assert len(bench.inbox()) == 1


def test_a_message_has_a_limit_also_for_who_does_not_announce_it() -> None:
    bench = Bench()
    client = bench.smtp()
    client.say(MAIL, RCPT, "DATA")
    lines = (b"x" * 998 + b"\r\n") * 64
    for _ in range(160):
        client.send(lines)
    client.send(b".\r\n")
    assert client.answers()[0].startswith(QUEUED)
    client.say(MAIL, RCPT, "DATA")
    for _ in range(320):
        client.send(lines)
    assert client.answers() == []
    client.send(b".\r\nNOOP\r\n")
    assert client.answers() == ["552 5.3.4 Error: message file too big", "250 2.0.0 Ok"]
    assert len(bench.inbox()) == 1
    assert serves(bench)


def test_recipients_have_a_limit_and_the_first_hundred_get_the_mail() -> None:
    bench = Bench()
    for number in range(150):
        bench.server.store.users[f"u{number}"] = "x"
    client = bench.smtp()
    said = client.say(MAIL, *(f"RCPT TO:<u{number}>" for number in range(103)), "DATA", "hello", ".")
    assert said[1:101] == ["250 2.1.5 Ok"] * 100
    assert said[101:104] == ["452 4.5.3 Error: too many recipients"] * 3
    assert said[-1].startswith(QUEUED)
    assert [len(bench.inbox(f"u{number}")) for number in (0, 99, 100)] == [1, 1, 0]


def test_errors_get_slower_and_then_end_it() -> None:
    bench = Bench()
    client = bench.smtp()
    times = []
    for _ in range(20):
        before = bench.clock.now
        assert client.say("FOO") == ["500 5.5.2 Error: command not recognized"]
        times.append(bench.clock.now - before)
    assert times == [0] * 10 + [SECOND] * 10
    assert client.say("FOO", "NOOP") == [f"421 4.7.0 {HOST} Error: too many errors"]
    assert client.closed
    assert serves(bench)


def test_guessing_recipients_is_slow_too() -> None:
    bench = Bench()
    client = bench.smtp()
    said = client.say(MAIL, *(f"RCPT TO:<name{number}>" for number in range(30)))
    assert [line[:3] for line in said] == ["250"] + ["550"] * 20 + ["421"]
    assert bench.clock.now == 10 * SECOND
    assert serves(bench)


def test_idle_talk_has_a_limit() -> None:
    bench = Bench()
    client = bench.smtp()
    said = client.say(*["NOOP"] * 130)
    assert said[:99] == ["250 2.0.0 Ok"] * 99
    assert "450 4.7.0 Error: too much idle talk" in said
    assert said[-1] == f"421 4.7.0 {HOST} Error: too many errors"
    assert client.closed


@pytest.mark.parametrize(
    "line", ["GET / HTTP/1.1", "POST /x HTTP/1.0", "CONNECT a:25", "\x16\x03\x01", "<x>", " "]
)
def test_who_does_not_speak_smtp_is_shown_out(line: str) -> None:
    bench = Bench()
    client = bench.smtp(greeted=False)
    assert client.say(line, "Host: x", MAIL)[1:] == [GOODBYE]
    assert client.closed
    assert serves(bench)


def hundred(bench: Bench) -> list[Wire]:
    return [bench.smtp() for _ in range(100)]


def test_many_sessions_at_once_get_their_own_answers() -> None:
    bench = Bench()
    clients = hundred(bench)
    for number, client in enumerate(clients):
        client.send(f"{MAIL}\r\n{RCPT}\r\nDATA\r\nmail {number}\r\n".encode())
    for client in reversed(clients):
        assert client.say(".")[-1].startswith(QUEUED)
    assert sorted(bench.inbox()) == sorted(f"mail {number}\r\n".encode() for number in range(100))
