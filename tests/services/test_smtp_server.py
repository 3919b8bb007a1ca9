"""SMTP sessions as conversations, with Postfix's replies; times are the lab's."""

from __future__ import annotations

import smtplib
from base64 import b64encode
from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ios_emu.clock import MINUTE, SECOND
from ios_emu.services.smtp_server import SmtpSession
from tests.services.mail_bench import (
    DOMAIN,
    RECIPIENT,
    SENDER,
    Bench,
    Journal,
    LoopSmtp,
    pieces,
)

HOST = f"mail.{DOMAIN}"
MAIL, RCPT = f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{RECIPIENT}>"
QUEUED = "250 2.0.0 Ok: queued as "


def plain(user: str, password: str) -> str:
    return b64encode(f"\0{user}\0{password}".encode()).decode()


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def test_a_mail_from_the_greeting_to_the_mailbox() -> None:
    bench = Bench()
    client = bench.smtp(greeted=False)
    assert client.answers() == [f"220 {HOST} ESMTP"]
    assert client.say("HELO pc0") == [f"250 {HOST}"]
    assert client.say(MAIL) == ["250 2.1.0 Ok"]
    assert client.say(RCPT) == ["250 2.1.5 Ok"]
    assert client.say("DATA") == ["354 End data with <CR><LF>.<CR><LF>"]
    assert client.say("Subject: x", "", "hello", "..dot") == []
    [answer] = client.say(".")
    assert answer.startswith(QUEUED)
    assert client.say("QUIT") == ["221 2.0.0 Bye"]
    assert client.closed
    assert bench.inbox() == [b"Subject: x\r\n\r\nhello\r\n.dot\r\n"]
    assert bench.inbox("user1") == []
    [stored] = bench.server.store.mailbox("user2").messages.values()
    queue_id = answer.removeprefix(QUEUED)
    assert stored.data.decode().split("\r\n")[:3] == [
        f"Return-Path: <{SENDER}>",
        f"Received: from pc0 (unknown [10.9.9.9]) by {HOST} with SMTP id {queue_id};",
        "\tFri, 01 Mar 2002 00:00:00 +0000",
    ]


def test_what_ehlo_offers() -> None:
    offers = Bench().smtp(greeted=False).say("EHLO pc0")[1:]
    assert offers == [
        f"250-{HOST}",
        "250-PIPELINING",
        "250-SIZE 10240000",
        "250-VRFY",
        "250-ENHANCEDSTATUSCODES",
        "250-8BITMIME",
        "250 HELP",
    ]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("EHLO", "501 Syntax: EHLO hostname"),
        ("HELO", "501 Syntax: HELO hostname"),
        ("VRFY user1", "252 2.0.0 user1"),
        (f"VRFY <{SENDER}>", f"252 2.0.0 {SENDER}"),
        ("VRFY", "501 5.5.4 Syntax: VRFY address"),
        ("VRFY x@elsewhere.example", "554 5.7.1 <x@elsewhere.example>: Relay access denied"),
        ("EXPN user1", "500 5.5.2 Error: command not recognized"),
        ("BOGUS", "500 5.5.2 Error: command not recognized"),
        ("AUTH PLAIN", "500 5.5.2 Error: command not recognized"),
        ("STARTTLS", "500 5.5.2 Error: command not recognized"),
        ("", "500 5.5.2 Error: bad syntax"),
        ("NOOP", "250 2.0.0 Ok"),
        ("noop words that mean nothing", "250 2.0.0 Ok"),
        ("RSET", "250 2.0.0 Ok"),
        ("HELP", "214 2.0.0 HELO EHLO MAIL RCPT DATA RSET NOOP QUIT VRFY HELP"),
        (RCPT, "503 5.5.1 Error: need MAIL command"),
        ("DATA", "503 5.5.1 Error: need RCPT command"),
        ("MAIL", "501 5.5.4 Syntax: MAIL FROM:<address>"),
        ("MAIL FROM:", "501 5.5.4 Syntax: MAIL FROM:<address>"),
        (f"MAIL FROM:{SENDER}", "250 2.1.0 Ok"),
        (f"MAIL FROM: <{SENDER}>", "250 2.1.0 Ok"),
        (f"mail from:<{SENDER}> size=20 body=8bitmime", "250 2.1.0 Ok"),
        ("MAIL FROM:<>", "250 2.1.0 Ok"),
        ("MAIL FROM:<@a.example,@b.example:x@c.example>", "250 2.1.0 Ok"),
        ("MAIL FROM:<a b@c>", "501 5.1.7 Bad sender address syntax"),
        ("MAIL FROM:<a@b@c>", "501 5.1.7 Bad sender address syntax"),
        ("MAIL FROM:<a@b..c>", "501 5.1.7 Bad sender address syntax"),
        (f"{MAIL} SIZE=99999999999", "552 5.3.4 Message size exceeds fixed limit"),
        (f"{MAIL} SIZE=10240001", "552 5.3.4 Message size exceeds fixed limit"),
        (f"{MAIL} SIZE=10240000", "250 2.1.0 Ok"),
        (f"{MAIL} SIZE=x", "501 5.5.4 Bad SIZE parameter"),
        (f"{MAIL} SIZE={'9' * 1000}", "501 5.5.4 Bad SIZE parameter"),
        (f"{MAIL} BODY=BINARYMIME", "501 5.5.4 Bad BODY parameter"),
        (f"{MAIL} SMTPUTF8", "555 5.5.4 Unsupported option: SMTPUTF8"),
        (f"{MAIL} AUTH=<>", "555 5.5.4 Unsupported option: AUTH=<>"),
    ],
)
def test_a_reply_to_each_command(line: str, answer: str) -> None:
    assert Bench().smtp().say(line) == [answer]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (RCPT, "250 2.1.5 Ok"),
        ("RCPT TO:<USER2@UNIV-DJELFA.COM>", "250 2.1.5 Ok"),
        ("RCPT TO:<user2>", "250 2.1.5 Ok"),
        (f"RCPT TO:<user2@{HOST}>", "250 2.1.5 Ok"),
        ("RCPT TO:<postmaster>", "250 2.1.5 Ok"),
        ("RCPT TO:<Postmaster@univ-djelfa.com>", "250 2.1.5 Ok"),
        (
            f"RCPT TO:<nobody@{DOMAIN}>",
            f"550 5.1.1 <nobody@{DOMAIN}>: Recipient address rejected: User unknown in virtual mailbox table",
        ),
        ("RCPT TO:<x@elsewhere.example>", "554 5.7.1 <x@elsewhere.example>: Relay access denied"),
        (f"RCPT TO:<x@sub.{DOMAIN}>", f"554 5.7.1 <x@sub.{DOMAIN}>: Relay access denied"),
        ("RCPT TO:<>", "501 5.1.3 Bad recipient address syntax"),
        ("RCPT TO:", "501 5.5.4 Syntax: RCPT TO:<address>"),
        ("RCPT FROM:<a@b>", "501 5.5.4 Syntax: RCPT TO:<address>"),
        (f"{RCPT} NOTIFY=NEVER", "555 5.5.4 Unsupported option: NOTIFY=NEVER"),
        (MAIL, "503 5.5.1 Error: nested MAIL command"),
        ("DATA", "503 5.5.1 Error: need RCPT command"),
    ],
)
def test_a_reply_within_a_transaction(line: str, answer: str) -> None:
    assert Bench().smtp().say(MAIL, line) == ["250 2.1.0 Ok", answer]


def test_data_without_a_valid_recipient() -> None:
    said = Bench().smtp().say(MAIL, f"RCPT TO:<nobody@{DOMAIN}>", "DATA")
    assert said[2] == "554 5.5.1 Error: no valid recipients"
    assert Bench().smtp().say(MAIL, RCPT, "DATA now")[2] == "501 5.5.4 Syntax: DATA"


@pytest.mark.parametrize("word", ["RSET", "EHLO pc0", "HELO pc0"])
def test_what_forgets_a_transaction(word: str) -> None:
    client = Bench().smtp()
    client.say(MAIL, RCPT, word)
    assert client.say("DATA") == ["503 5.5.1 Error: need RCPT command"]
    assert client.say(MAIL) == ["250 2.1.0 Ok"]


def test_one_mail_for_two_and_for_one_twice() -> None:
    bench = Bench()
    client = bench.smtp()
    client.say(MAIL, RCPT, RCPT, "RCPT TO:<User2>", f"RCPT TO:<{SENDER}>", "DATA", "hello", ".")
    assert bench.inbox("user1") == bench.inbox("user2") == [b"hello\r\n"]


def test_several_mails_in_one_session() -> None:
    bench = Bench()
    said = bench.smtp().say(
        *(line for number in range(5) for line in (MAIL, RCPT, "DATA", f"mail {number}", ".")), "QUIT"
    )
    assert len(said) == 21
    assert len({line for line in said if line.startswith(QUEUED)}) == 5
    assert bench.inbox() == [f"mail {number}\r\n".encode() for number in range(5)]


def test_eight_bits_and_an_empty_message() -> None:
    bench = Bench()
    client = bench.smtp()
    client.say(f"{MAIL} BODY=8BITMIME", RCPT, "DATA", "\xe9t\xe9", ".", MAIL, RCPT, "DATA", ".")
    assert bench.inbox() == [b"\xe9t\xe9\r\n", b""]


def test_a_250_waits_for_the_disk_and_others_are_served_meanwhile() -> None:
    journal = Journal()
    bench = Bench(journal)
    journal.held = True
    first, second = bench.smtp(), bench.smtp()
    assert first.say(MAIL, RCPT, "DATA", "hello", ".", "NOOP")[2:] == ["354 End data with <CR><LF>.<CR><LF>"]
    assert first.paused
    assert second.say(MAIL) == ["250 2.1.0 Ok"]
    assert bench.pop3("user2").say("STAT") == ["+OK 0 0"]
    journal.commit()
    [stored, noop] = first.answers()
    assert stored.startswith(QUEUED)
    assert noop == "250 2.0.0 Ok"
    assert not first.paused
    assert bench.inbox() == [b"hello\r\n"]


def test_a_disk_that_fails_makes_no_250() -> None:
    journal = Journal()
    bench = Bench(journal)
    journal.held = True
    client = bench.smtp()
    client.say(MAIL, RCPT, "DATA", "hello", ".")
    journal.commit("the disk is full")
    assert client.answers() == ["451 4.3.0 Error: queue file write error"]
    assert bench.inbox() == []
    client.say(MAIL, RCPT, "DATA", "hello", ".")
    journal.commit()
    assert client.answers()[0].startswith(QUEUED)
    assert bench.inbox() == [b"hello\r\n"]


def test_a_client_that_is_gone_before_the_disk_has_answered() -> None:
    journal = Journal()
    bench = Bench(journal)
    journal.held = True
    client = bench.smtp()
    client.say(MAIL, RCPT, "DATA", "hello", ".")
    client.hang_up()
    journal.commit()
    # It was not told; what is stored is delivered all the same.
    assert client.answers() == []
    assert bench.inbox() == [b"hello\r\n"]


@pytest.mark.parametrize(
    "begin", [(), (MAIL,), (MAIL, RCPT), (MAIL, RCPT, "DATA"), (MAIL, RCPT, "DATA", "half a mail")]
)
def test_what_was_not_ended_is_not_taken(begin: tuple[str, ...]) -> None:
    bench = Bench()
    client = bench.smtp()
    client.say(*begin)
    client.hang_up()
    assert bench.inbox() == []
    assert bench.clock.next_event is None


# Authentication


def with_auth() -> Bench:
    bench = Bench()
    bench.server.offers_auth = True
    return bench


def test_auth_is_offered_when_it_is_asked_for() -> None:
    client = with_auth().smtp(greeted=False)
    assert "250-AUTH PLAIN LOGIN" in client.say("EHLO pc0")
    assert client.say(f"AUTH PLAIN {plain('user1', '123')}") == ["235 2.7.0 Authentication successful"]
    assert client.say(f"AUTH PLAIN {plain('user1', '123')}") == ["503 5.5.1 Error: already authenticated"]


def test_auth_in_two_steps_and_what_it_opens() -> None:
    bench = with_auth()
    client = bench.smtp()
    assert client.say(MAIL, "RCPT TO:<x@elsewhere.example>")[1].startswith("554 5.7.1 ")
    assert client.say("RSET", "AUTH PLAIN") == ["250 2.0.0 Ok", "334 "]
    assert client.say(plain("user1", "123")) == ["235 2.7.0 Authentication successful"]
    said = client.say(f"{MAIL} AUTH=<>", "RCPT TO:<x@elsewhere.example>", "DATA", "hello", ".")
    assert said[:2] == ["250 2.1.0 Ok", "250 2.1.5 Ok"]
    assert said[3].startswith(QUEUED)
    assert bench.lookups == ["elsewhere.example"]


def test_auth_login() -> None:
    client = with_auth().smtp()
    assert client.say("AUTH LOGIN") == ["334 VXNlcm5hbWU6"]
    assert client.say(encoded("user1")) == ["334 UGFzc3dvcmQ6"]
    assert client.say(encoded("123")) == ["235 2.7.0 Authentication successful"]
    client = with_auth().smtp()
    assert client.say(f"AUTH LOGIN {encoded('user1')}") == ["334 UGFzc3dvcmQ6"]
    assert client.say(encoded("123")) == ["235 2.7.0 Authentication successful"]


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        (["AUTH CRAM-MD5"], "504 5.5.4 Error: unrecognized authentication type"),
        (["AUTH"], "504 5.5.4 Error: unrecognized authentication type"),
        (["AUTH PLAIN", "*"], "501 5.5.2 Error: invalid response"),
        (["AUTH PLAIN", "not base64!"], "501 5.5.2 Error: invalid response"),
        (["AUTH PLAIN ="], "501 5.5.2 Error: invalid response"),
        ([f"AUTH PLAIN {encoded('user1')}"], "501 5.5.2 Error: invalid response"),
        (["AUTH LOGIN", encoded("user1"), "*"], "501 5.5.2 Error: invalid response"),
        ([MAIL, "AUTH PLAIN"], "503 5.5.1 Error: MAIL transaction in progress"),
    ],
)
def test_auth_that_can_not_be(lines: list[str], answer: str) -> None:
    client = with_auth().smtp()
    assert client.say(*lines)[-1] == answer
    # What follows is a command again.
    assert client.say("NOOP") == ["250 2.0.0 Ok"]


@pytest.mark.parametrize(
    "who", [("user1", "wrong"), ("nobody", "123"), ("", ""), ("user1", ""), ("user2", "123")]
)
def test_a_wrong_password_is_answered_late(who: tuple[str, str]) -> None:
    bench = with_auth()
    client = bench.smtp()
    before = bench.clock.now
    assert client.say(f"AUTH PLAIN {plain(*who)}", "NOOP") == [
        "535 5.7.8 Error: authentication failed: authentication failure",
        "250 2.0.0 Ok",
    ]
    assert bench.clock.now - before == 2 * SECOND


def test_who_guesses_passwords_gets_slower_answers_in_order() -> None:
    bench = with_auth()
    client = bench.smtp()
    lines = [line for number in range(25) for line in (f"AUTH PLAIN {plain('user1', str(number))}", "NOOP")]
    said = client.say(*lines)
    failed = "535 5.7.8 Error: authentication failed: authentication failure"
    assert said == [failed, "250 2.0.0 Ok"] * 20 + [f"421 4.7.0 {HOST} Error: too many errors"]
    assert bench.clock.now == (21 * 2 + 10) * SECOND
    assert client.closed


# Time


def test_an_idle_client_is_told_and_let_go() -> None:
    bench = Bench()
    client = bench.smtp()
    bench.clock.run_until(bench.clock.now + 5 * MINUTE - 1)
    assert client.answers() == []
    bench.clock.run_until(bench.clock.now + 1)
    assert client.answers() == [f"421 4.4.2 {HOST} Error: timeout exceeded"]
    assert client.closed
    assert bench.clock.idle


def test_a_command_that_trickles_in_has_no_more_time() -> None:
    bench = Bench()
    client = bench.smtp()
    for _ in range(5):
        client.send(b"N")
        bench.clock.run_until(bench.clock.now + MINUTE)
    assert client.closed


def test_a_text_has_ten_minutes_however_it_comes() -> None:
    bench = Bench()
    client = bench.smtp()
    client.say(MAIL, RCPT, "DATA")
    for _ in range(9):
        client.send(b"a line\r\n")
        bench.clock.run_until(bench.clock.now + MINUTE)
    assert not client.closed
    bench.clock.run_until(bench.clock.now + MINUTE)
    assert client.answers() == [f"421 4.4.2 {HOST} Error: timeout exceeded"]
    assert bench.inbox() == []


def test_a_slow_text_leaves_the_next_command_its_time() -> None:
    bench = Bench()
    client = bench.smtp()
    client.say(MAIL, RCPT, "DATA")
    bench.clock.run_until(bench.clock.now + 10 * MINUTE - SECOND)
    assert client.say(".")[0].startswith(QUEUED)
    bench.clock.run_until(bench.clock.now + 5 * MINUTE - 1)
    assert client.say("NOOP") == ["250 2.0.0 Ok"]
    bench.clock.run_until(bench.clock.now + 5 * MINUTE)
    assert client.closed


def test_a_slow_disk_is_not_the_clients_fault() -> None:
    journal = Journal()
    bench = Bench(journal)
    journal.held = True
    client = bench.smtp()
    client.say(MAIL, RCPT, "DATA", "hello", ".")
    bench.clock.run_until(bench.clock.now + 30 * MINUTE)
    assert not client.closed
    journal.commit()
    assert client.answers()[0].startswith(QUEUED)


def test_the_service_goes_off_under_a_session() -> None:
    bench = Bench()
    client = bench.smtp()
    client.say(MAIL, RCPT, "DATA", "half")
    assert isinstance(client.session, SmtpSession)
    client.session.shut_down()
    assert client.answers() == [f"421 4.3.2 {HOST} Service shutting down and closing transmission channel"]
    assert client.closed
    assert bench.inbox() == []


# However the bytes come

LINES = st.sampled_from(
    [
        "EHLO pc0", "HELO x", MAIL, RCPT, "RCPT TO:<nobody@univ-djelfa.com>", "DATA", ".", "..", "text",
        "RSET", "NOOP", "VRFY user1", "BOGUS", "", "\xff\xfe", "X" * 3000, f"{MAIL} SIZE=x", "AUTH PLAIN",
        plain("user1", "123"), plain("user1", "x"), "QUIT", "a\rb", "a\0b", " NOOP", "GET / HTTP/1.0",
    ]
)  # fmt: skip


@pytest.mark.property
@settings(deadline=None, max_examples=60)
@given(
    lines=st.lists(st.tuples(LINES, st.sampled_from(["\r\n", "\r\n", "\r\n", "\n"])), max_size=30),
    cuts=st.lists(st.integers(0, 1 << 20), max_size=8),
    wait=st.booleans(),
)
@example(lines=[("X" * 3000, "\r\n"), ("NOOP", "\r\n")], cuts=[2500], wait=False)
@example(lines=[("X" * 2046 + "NOOP", "\r\n")], cuts=[2049, 2050], wait=False)
def test_any_split_gives_the_same_replies(lines: list[tuple[str, str]], cuts: list[int], wait: bool) -> None:
    stream = "".join(line + end for line, end in lines).encode("latin-1")
    heard = []
    for parts in ([stream], pieces(stream, cuts)):
        bench = with_auth()
        client = bench.smtp()
        for part in parts:
            client.send(part)
            if wait:
                bench.clock.run_until_idle()
        heard.append((client.answers(), client.closed, bench.inbox()))
    assert heard[0] == heard[1]


@pytest.mark.property
@settings(deadline=None, max_examples=60)
@given(data=st.lists(st.binary(max_size=60), max_size=10))
def test_nothing_that_comes_ends_the_server(data: list[bytes]) -> None:
    bench = with_auth()
    client = bench.smtp()
    for one in data:
        client.send(one + b"\r\n")
        bench.clock.run_until_idle()
    assert all(line[:3].isdigit() for line in client.answers())
    assert bench.smtp().say("NOOP") == ["250 2.0.0 Ok"]


# The standard library's client


def test_smtplib_sends_a_mail_with_what_it_finds_offered() -> None:
    bench = Bench()
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, RECIPIENT, "h\xe9llo"
    message.set_content("line1\n.dot\n..two\n.\nlast\n")
    client = LoopSmtp(bench.smtp(greeted=False))
    assert client.send_message(message) == {}
    assert client.esmtp_features["size"] == "10240000"
    assert client.noop() == (250, b"2.0.0 Ok")
    assert client.verify("user2") == (252, b"2.0.0 user2")
    assert client.quit() == (221, b"2.0.0 Bye")
    [taken] = bench.inbox()
    assert taken.partition(b"\r\n\r\n")[2] == b"line1\r\n.dot\r\n..two\r\n.\r\nlast\r\n"


def test_smtplib_authenticates_and_is_refused() -> None:
    bench = with_auth()
    client = LoopSmtp(bench.smtp(greeted=False))
    with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        client.login("user1", "wrong")
    assert refused.value.smtp_code == 535
    code, _ = client.login("user1", "123")
    assert code == 235
    assert client.sendmail(SENDER, ["x@elsewhere.example"], "hello") == {}
    outside = LoopSmtp(Bench().smtp(greeted=False))
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        outside.sendmail(SENDER, ["x@elsewhere.example"], "hello")
    with pytest.raises(smtplib.SMTPSenderRefused):
        outside.sendmail(SENDER, [RECIPIENT], "x" * 10_240_001)
