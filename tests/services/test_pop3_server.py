"""POP3 sessions as conversations, with Dovecot's replies; times are the lab's."""

from __future__ import annotations

import hashlib
import poplib
from base64 import b64encode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ios_emu.clock import MINUTE, SECOND
from ios_emu.services.pop3_server import Pop3Session
from tests.services.mail_bench import BANNER, USERS, Bench, Journal, LoopPop3, pieces

FAILED = "-ERR [AUTH] Authentication failed."
IN_USE = "-ERR [IN-USE] Mailbox is locked by another POP3 session."
FIRST = "Subject: m1\n\nline1\nline2"
SECOND_MAIL = "Subject: m2\n\nline1\n..dot line\nline3"


def plain(user: str, password: str) -> str:
    return b64encode(f"\0{user}\0{password}".encode()).decode()


def digest(password: str) -> str:
    return hashlib.md5(f"{BANNER}{password}".encode(), usedforsecurity=False).hexdigest()


def with_two() -> Bench:
    """User2 has two messages."""
    bench = Bench()
    bench.deliver(FIRST)
    bench.deliver(SECOND_MAIL)
    return bench


def sizes(bench: Bench) -> list[int]:
    return [len(message.data) for message in bench.server.store.mailbox("user2").messages.values()]


def test_the_mail_of_a_user_from_the_login_to_quit() -> None:
    bench = with_two()
    first, second = sizes(bench)
    client = bench.pop3()
    assert client.say("USER user2") == ["+OK"]
    assert client.say("PASS 456") == ["+OK Logged in."]
    assert client.say("STAT") == [f"+OK 2 {first + second}"]
    assert client.say("LIST") == ["+OK 2 messages:", f"1 {first}", f"2 {second}", "."]
    assert client.say("LIST 1") == [f"+OK 1 {first}"]
    said = client.say("RETR 2")
    assert said[0] == f"+OK {second} octets"
    assert said[-6:] == ["Subject: m2", "", "line1", "..dot line", "line3", "."]
    assert client.say("DELE 1") == ["+OK Marked to be deleted."]
    assert client.say("STAT") == [f"+OK 1 {second}"]
    assert client.say("LIST") == ["+OK 1 messages:", f"2 {second}", "."]
    assert client.say("RSET", "STAT") == ["+OK", f"+OK 2 {first + second}"]
    assert client.say("DELE 1", "QUIT") == [
        "+OK Marked to be deleted.",
        "+OK Logging out, messages deleted.",
    ]
    assert client.closed
    assert bench.inbox() == [b"Subject: m2\r\n\r\nline1\r\n.dot line\r\nline3\r\n"]


def test_the_greeting_has_the_timestamp_of_apop() -> None:
    assert Bench().pop3(greeted=False).answers() == [f"+OK POP3 server ready {BANNER}"]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("LIST 99", "-ERR There's no message 99."),
        ("LIST x", "-ERR Invalid message number: x"),
        ("LIST -1", "-ERR Invalid message number: -1"),
        ("RETR", "-ERR Invalid message number: "),
        ("RETR 0", "-ERR There's no message 0."),
        ("RETR \xb2", "-ERR Invalid message number: ?"),
        ("RETR 00000000001", "-ERR Invalid message number: 00000000001"),
        (f"RETR {'9' * 400}", f"-ERR Invalid message number: {'9' * 80}"),
        ("TOP 1", "-ERR Noise after message number: "),
        ("TOP 1 x", "-ERR Noise after message number: x"),
        ("TOP 1 -1", "-ERR Noise after message number: -1"),
        ("TOP 1 1 1", "-ERR Noise after message number: 1 1"),
        ("TOP 9 1", "-ERR There's no message 9."),
        ("DELE 0", "-ERR There's no message 0."),
        ("UIDL 3", "-ERR There's no message 3."),
        ("BOGUS", "-ERR Unknown command: BOGUS"),
        ("LAST", "-ERR Unknown command: LAST"),
        ("USER user2", "-ERR Unknown command: USER"),
        ("", "-ERR Unknown command: "),
        (" STAT", "-ERR Unknown command: "),
        ("NOOP", "+OK"),
        ("noop ", "+OK"),
        ("STAT and more", "+OK 2 {}"),
        ("x" * 600, "-ERR Line too long."),
    ],
)
def test_a_reply_to_each_command(line: str, answer: str) -> None:
    bench = with_two()
    said = bench.pop3("user2").say(line)
    assert said == [answer.format(sum(sizes(bench)))]


@pytest.mark.parametrize(
    "line", ["STAT", "LIST", "RETR 1", "DELE 1", "UIDL", "RSET", "NOOP", "BOGUS", "", " USER x"]
)
def test_nothing_but_a_login_before_the_login(line: str) -> None:
    assert with_two().pop3().say(line) == ["-ERR Unknown command."]


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        (["PASS 456"], "-ERR No username given."),
        (["USER"], "-ERR No username given."),
        (["USER user2", "PASS 456", "CAPA", "NOOP"], "+OK"),
        (["USER user2", "USER user1", "PASS 123"], "+OK Logged in."),
        (["user user2", "pass 456"], "+OK Logged in."),
        ([f"APOP user2 {digest('456')}"], "+OK Logged in."),
        ([f"APOP user2 {digest('456').upper()}"], "+OK Logged in."),
        (["APOP user2"], "-ERR Invalid parameters."),
        (["AUTH CRAM-MD5"], "-ERR Unsupported authentication mechanism."),
        (["AUTH PLAIN", plain("user2", "456")], "+OK Logged in."),
        ([f"AUTH PLAIN {plain('user2', '456')}"], "+OK Logged in."),
        (["AUTH PLAIN", b64encode(b"user2\0user2\x00456").decode()], "+OK Logged in."),
        (["AUTH PLAIN", "*"], "-ERR Authentication aborted by client."),
        (["AUTH PLAIN", "not base64!"], FAILED),
        (["QUIT"], "+OK Logging out."),
    ],
)
def test_the_ways_to_log_in(lines: list[str], last: str) -> None:
    assert Bench().pop3().say(*lines)[-1] == last


def test_auth_without_a_mechanism_lists_them() -> None:
    assert Bench().pop3().say("AUTH") == ["+OK", "PLAIN", "."]
    assert Bench().pop3().say("AUTH PLAIN") == ["+ "]


def test_capabilities_before_and_after_the_login() -> None:
    client = Bench().pop3()
    before = ["CAPA", "TOP", "UIDL", "RESP-CODES", "PIPELINING", "AUTH-RESP-CODE", "USER", "SASL PLAIN"]
    assert client.say("CAPA") == ["+OK", *before, "."]
    client.say("USER user2", "PASS 456")
    assert client.say("CAPA") == ["+OK", *before[:6], "."]


@pytest.mark.parametrize(
    ("user", "password"),
    [("my dog", "a b"), ("u", " x "), ("\xe9t\xe9", "p\xe4ss"), ("u", ""), ("u", "\u4e2d")],
)
def test_a_password_in_any_letters(user: str, password: str) -> None:
    bench = Bench()
    bench.server.store.users[user] = password
    client = bench.pop3()
    client.send(f"USER {user}\r\nPASS {password}\r\n".encode())
    assert client.answers() == ["+OK", "+OK Logged in."]
    assert bench.pop3().say(f"AUTH PLAIN {plain(user, password)}") == [IN_USE]


@pytest.mark.parametrize(
    "lines",
    [
        ["USER user2", "PASS wrong"],
        ["USER nobody", "PASS 456"],
        ["USER user2", "PASS"],
        ["USER user2", "PASS 456 "],
        ["USER user2", "PASS  456"],
        ["USER user2", "PASS \xff\xfe"],
        ["USER ../user2", "PASS 456"],
        ["USER ../../../../etc/passwd", "PASS x"],
        ["USER user1", "PASS 456"],
        ["USER ", "PASS "],
        ["APOP user2 " + digest("wrong")],
        ["APOP user2 \xff"],
        ["APOP nobody " + digest("")],
        [f"AUTH PLAIN {plain('user2', 'wrong')}"],
        [f"AUTH PLAIN {plain('', '')}"],
    ],
)
def test_a_failed_login_is_answered_late_and_tells_nothing(lines: list[str]) -> None:
    bench = with_two()
    client = bench.pop3()
    before = bench.clock.now
    said = client.say(*lines)
    if lines == ["USER ", "PASS "]:
        assert said == ["-ERR No username given."] * 2
        return
    assert said[-1] == FAILED
    assert bench.clock.now - before == 2 * SECOND
    assert client.say("USER user2", "PASS 456") == ["+OK", "+OK Logged in."]
    assert list(bench.server.store.users) == ["user1", "user2"]


def test_five_failures_end_it() -> None:
    bench = Bench()
    client = bench.pop3()
    other = bench.pop3()
    said = client.say(*[line for number in range(6) for line in ("USER user2", f"PASS {number}")])
    assert said == ["+OK", FAILED] * 5
    assert client.closed
    assert bench.clock.now == 10 * SECOND
    assert other.say("USER user2", "PASS 456") == ["+OK", "+OK Logged in."]


def test_others_are_served_while_one_waits_for_its_failure() -> None:
    bench = Bench()
    guesser = bench.pop3()
    guesser.send(b"USER user2\r\nPASS x\r\n")
    other = bench.pop3()
    other.send(b"USER user2\r\nPASS 456\r\nNOOP\r\n")
    assert other.take() == b"+OK\r\n+OK Logged in.\r\n+OK\r\n"
    assert guesser.take() == b"+OK\r\n"


# One session for each mailbox


def test_a_mailbox_has_one_session_at_a_time() -> None:
    bench = with_two()
    first, second = bench.pop3("user2"), bench.pop3()
    assert second.say("USER user2", "PASS 456") == ["+OK", IN_USE]
    assert bench.pop3("user1").say("STAT") == ["+OK 0 0"]
    first.say("QUIT")
    assert second.say("USER user2", "PASS 456") == ["+OK", "+OK Logged in."]


@pytest.mark.parametrize("end", ["hang up", "idle", "off", "errors", "quit"])
def test_however_a_session_ends_its_mailbox_is_free(end: str) -> None:
    bench = with_two()
    client = bench.pop3("user2")
    client.say("DELE 1")
    match end:
        case "hang up":
            client.hang_up()
        case "idle":
            bench.clock.run_until(bench.clock.now + 10 * MINUTE)
        case "off":
            assert isinstance(client.session, Pop3Session)
            client.session.shut_down()
        case "errors":
            client.say(*["BOGUS"] * 21)
        case "quit":
            client.say("RSET", "QUIT")
    # Nothing was deleted without QUIT.
    assert bench.pop3("user2").say("STAT") == [f"+OK 2 {sum(sizes(bench))}"]


def test_a_session_sees_the_mailbox_as_it_was() -> None:
    bench = with_two()
    client = bench.pop3("user2")
    bench.deliver("late")
    assert client.say("STAT")[0].startswith("+OK 2 ")
    client.say("DELE 1", "DELE 2", "QUIT")
    assert bench.inbox() == [b"late\r\n"]
    assert bench.pop3("user2").say("STAT")[0].startswith("+OK 1 ")


# UIDL, TOP, RETR, DELE


def test_unique_identifiers_stay_and_are_never_used_twice() -> None:
    bench = with_two()
    client = bench.pop3("user2")
    first = client.say("UIDL")
    assert first[0] == "+OK"
    assert first[3] == "."
    numbers = dict(line.split() for line in first[1:3])
    assert client.say("UIDL 2") == [f"+OK 2 {numbers['2']}"]
    client.say("DELE 1", "DELE 2", "QUIT")
    bench.deliver("third")
    client = bench.pop3("user2")
    [third] = client.say("UIDL")[1:-1]
    assert third.split()[1] not in numbers.values()
    client.say("QUIT")
    assert bench.pop3("user2").say("UIDL")[1:-1] == [third]


@pytest.mark.parametrize(
    ("count", "lines"),
    [
        (0, []),
        (1, ["line1"]),
        (2, ["line1", "..dot line"]),
        (3, ["line1", "..dot line", "line3"]),
        (4, ["line1", "..dot line", "line3"]),
        (9_999_999_999, ["line1", "..dot line", "line3"]),
    ],
)
def test_top(count: int, lines: list[str]) -> None:
    said = with_two().pop3("user2").say(f"TOP 2 {count}")
    assert said[0] == "+OK"
    assert said[4:] == ["Subject: m2", "", *lines, "."]


def test_top_and_retr_of_what_has_no_body_and_of_nothing() -> None:
    bench = Bench()
    store = bench.server.store
    for data in (b"", b"Subject: x\r\n", b"\r\n\r\n.\r\n", b".\r\n", b"no end"):
        message, _ = store.prepare("user2", data)
        store.enter("user2", message)
    client = bench.pop3("user2")
    assert client.say("RETR 1") == ["+OK 0 octets", "."]
    assert client.say("TOP 1 5") == ["+OK", "."]
    assert client.say("TOP 2 5") == ["+OK", "Subject: x", "."]
    assert client.say("RETR 3") == ["+OK 7 octets", "", "", "..", "."]
    assert client.say("RETR 4") == ["+OK 3 octets", "..", "."]
    assert client.say("RETR 5", "NOOP") == ["+OK 6 octets", "no end", ".", "+OK"]


def test_what_is_deleted_is_not_there() -> None:
    client = with_two().pop3("user2")
    client.say("DELE 1")
    for line in ("DELE 1", "RETR 1", "TOP 1 0", "LIST 1", "UIDL 1"):
        assert client.say(line) == ["-ERR Message is deleted."]
    assert [line.split()[0] for line in client.say("UIDL")] == ["+OK", "2", "."]


def test_deletions_wait_for_the_disk() -> None:
    journal = Journal()
    bench = Bench(journal)
    bench.deliver(FIRST)
    journal.held = True
    client = bench.pop3("user2")
    client.say("DELE 1")
    assert client.say("QUIT") == []
    assert len(bench.inbox()) == 1
    journal.commit()
    assert client.answers() == ["+OK Logging out, messages deleted."]
    assert client.closed
    assert bench.inbox() == []


def test_deletions_that_can_not_be_stored() -> None:
    journal = Journal()
    bench = Bench(journal)
    bench.deliver(FIRST)
    journal.held = True
    client = bench.pop3("user2")
    client.say("DELE 1", "QUIT")
    journal.commit("the disk is full")
    assert client.answers() == ["-ERR [SYS/TEMP] Logging out, some messages were not deleted."]
    assert len(bench.inbox()) == 1
    assert bench.pop3("user2").say("STAT")[0].startswith("+OK 1 ")


# Time and limits


@pytest.mark.parametrize("user", ["", "user2"])
def test_an_idle_session_is_closed_without_a_word(user: str) -> None:
    bench = Bench()
    client = bench.pop3(user)
    bench.clock.run_until(bench.clock.now + 10 * MINUTE - 1)
    assert not client.closed
    bench.clock.run_until(bench.clock.now + 1)
    assert client.closed
    assert client.answers() == []
    assert bench.clock.next_event is None


def test_a_command_keeps_a_session_for_another_ten_minutes() -> None:
    bench = Bench()
    client = bench.pop3("user2")
    for _ in range(3):
        bench.clock.run_until(bench.clock.now + 9 * MINUTE)
        assert client.say("NOOP") == ["+OK"]
    assert not client.closed


def test_errors_have_a_limit() -> None:
    client = with_two().pop3("user2")
    assert client.say(*["LIST 99"] * 30) == ["-ERR There's no message 99."] * 21
    assert client.closed


def test_a_line_that_never_ends_takes_no_room() -> None:
    bench = with_two()
    client = bench.pop3("user2")
    for _ in range(1000):
        client.send(b"x" * 10_000)
    assert client.session is not None
    assert len(client.session._buffer) < 11_000
    assert client.say("", "NOOP") == ["-ERR Line too long.", "+OK"]


LINES = st.sampled_from(
    [
        "USER user2", "PASS 456", "PASS x", "STAT", "LIST", "LIST 1", "UIDL", "RETR 1", "RETR 2", "TOP 1 0",
        "TOP 2 1", "DELE 1", "DELE 2", "RSET", "NOOP", "CAPA", "QUIT", "AUTH PLAIN", plain("user2", "456"),
        plain("user2", "x"), "", "BOGUS", "x" * 600, "\xff", "RETR \xb2", "TOP 1 \xb9", "APOP user2 x", "*",
    ]
)  # fmt: skip


@pytest.mark.property
@settings(deadline=None, max_examples=60)
@given(
    lines=st.lists(st.tuples(LINES, st.sampled_from(["\r\n", "\r\n", "\r\n", "\n"])), max_size=30),
    cuts=st.lists(st.integers(0, 1 << 20), max_size=8),
    wait=st.booleans(),
)
@example(lines=[("USER user2", "\r\n"), ("PASS 456", "\r\n"), ("x" * 600, "\r\n")], cuts=[560], wait=True)
@example(lines=[("USER user2", "\n"), ("PASS 456", "\n"), ("TOP 1 \xb2", "\n")], cuts=[], wait=True)
def test_any_split_gives_the_same_replies(lines: list[tuple[str, str]], cuts: list[int], wait: bool) -> None:
    stream = "".join(line + end for line, end in lines).encode("latin-1")
    heard = []
    for parts in ([stream], pieces(stream, cuts)):
        bench = with_two()
        client = bench.pop3()
        for part in parts:
            client.send(part)
            if wait:
                bench.clock.run_until_idle()
        heard.append((client.answers(), client.closed, bench.inbox()))
    assert heard[0] == heard[1]


# The standard library's client


def test_poplib_reads_and_deletes() -> None:
    bench = with_two()
    client = LoopPop3(bench.pop3())
    assert client.capa()["SASL"] == ["PLAIN"]
    client.user("user2")
    client.pass_("456")
    assert client.stat() == (2, sum(sizes(bench)))
    assert client.retr(2)[1][-3:] == [b"line1", b".dot line", b"line3"]
    assert client.top(1, 1)[1][-3:] == [b"Subject: m1", b"", b"line1"]
    assert len(client.uidl()[1]) == 2
    client.dele(1)
    with pytest.raises(poplib.error_proto, match="Message is deleted"):
        client.retr(1)
    client.quit()
    assert len(bench.inbox()) == 1


def test_poplib_logs_in_with_apop() -> None:
    client = LoopPop3(with_two().pop3())
    with pytest.raises(poplib.error_proto, match=r"\[AUTH\]"):
        client.apop("user2", "wrong")
    assert client.apop("user2", USERS["user2"]) == b"+OK Logged in."
    assert client.stat()[0] == 2
