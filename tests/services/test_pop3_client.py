"""The POP3 client against servers that say what a test wants, over TCP."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ios_emu.clock import MINUTE
from ios_emu.services import pop3_client
from ios_emu.services.pop3_client import Fetched, Pop3Client
from tests.services.mail_net import Net, Script, number

MAIL = "Subject: m1\r\n\r\n..dot\r\nlast\r\n."
TAKEN = b"Subject: m1\r\n\r\n.dot\r\nlast\r\n"


class Kept:
    """Where the client puts what it fetched."""

    def __init__(self, problem: str | None = None, *, at_once: bool = True) -> None:
        self.messages: list[bytes] = []
        self.problem = problem
        self.waiting: list[Callable[[str | None], None]] = []
        self._at_once = at_once

    def __call__(self, messages: list[bytes], done: Callable[[str | None], None]) -> None:
        self.messages += messages
        if self._at_once:
            done(self.problem)
        else:
            self.waiting.append(done)


def client(
    net: Net, keep: Kept, *, user: str = "user2", password: str = "456", apop: bool = False
) -> Pop3Client:
    return Pop3Client(net.hosts[0].node, number("10.0.0.2"), user, password, keep, apop=apop)


def fetch(net: Net, keep: Kept | None = None, *, apop: bool = False) -> Fetched:
    made = client(net, keep or Kept(), apop=apop)
    net.run()
    result = made.finished.value
    assert isinstance(result, Fetched)
    return result


def test_it_fetches_keeps_and_then_deletes() -> None:
    net, keep = Net(), Kept()
    texts = [f"+OK 96 octets\r\n{MAIL}", "+OK 0 octets\r\n."]
    server = Script(net, 1, 110, "+OK hi", "+OK", "+OK in", "+OK 2 60", *texts, "+OK", "+OK", "+OK bye")
    assert fetch(net, keep) == Fetched([TAKEN, b""])
    assert keep.messages == [TAKEN, b""]
    assert server.heard == [
        "USER user2", "PASS 456", "STAT", "RETR 1", "RETR 2", "DELE 1", "DELE 2", "QUIT"
    ]  # fmt: skip


def test_an_empty_mailbox() -> None:
    net = Net()
    server = Script(net, 1, 110, "+OK hi", "+OK", "+OK in", "+OK 0 0", "+OK bye")
    assert fetch(net) == Fetched()
    assert server.heard[-1] == "QUIT"


def test_nothing_is_deleted_before_it_is_kept() -> None:
    net, keep = Net(), Kept(at_once=False)
    server = Script(net, 1, 110, "+OK", "+OK", "+OK", "+OK 1 9", f"+OK\r\n{MAIL}", "+OK", "+OK")
    made = client(net, keep)
    net.clock.run_until(net.clock.now + MINUTE)
    assert server.heard[-1] == "RETR 1"
    keep.waiting.pop()(None)
    net.run()
    assert server.heard[-2:] == ["DELE 1", "QUIT"]
    assert made.finished.value == Fetched([TAKEN])


def test_what_can_not_be_kept_stays_at_the_server() -> None:
    net = Net()
    server = Script(net, 1, 110, "+OK", "+OK", "+OK", "+OK 1 9", f"+OK\r\n{MAIL}", "+OK bye")
    assert fetch(net, Kept("the disk is full")).failure == "the disk is full"
    assert server.heard[-2:] == ["RETR 1", "QUIT"]


def test_apop_where_the_greeting_offers_it() -> None:
    net = Net()
    # The example of RFC 1939, section 7.
    server = Script(net, 1, 110, "+OK ready <1896.697170952@dbc.mtview.ca.us>", "+OK in", "+OK 0 0", "+OK")
    made = client(net, Kept(), user="mrose", password="tanstaaf", apop=True)
    net.run()
    assert made.finished.value == Fetched()
    assert server.heard[0] == "APOP mrose c4c9334bac560ecc979e58001b3e22fb"
    net = Net()
    server = Script(net, 1, 110, "+OK ready", "+OK", "+OK", "+OK 0 0", "+OK")
    assert fetch(net, apop=True) == Fetched()
    assert server.heard[0] == "USER user2"


@pytest.mark.parametrize(
    ("script", "refusal"),
    [
        (["-ERR [SYS/TEMP] Too many"], "-ERR [SYS/TEMP] Too many"),
        (["+OK", "+OK", "-ERR [AUTH] no", "+OK bye"], "-ERR [AUTH] no"),
        (["+OK", "+OK", "-ERR [IN-USE] no \x1b[2J", "+OK bye"], "-ERR [IN-USE] no [2J"),
        (["+OK", "+OK", "+OK", "+OK 1 9", "-ERR gone", "+OK bye"], "-ERR gone"),
        (["+OK", "+OK", "+OK", "+OK 1 9", f"+OK\r\n{MAIL}", "-ERR gone", "+OK bye"], "-ERR gone"),
    ],
)
def test_what_a_server_refuses(script: list[str], refusal: str) -> None:
    net = Net()
    Script(net, 1, 110, *script)
    result = fetch(net)
    assert (result.refusal, result.failure) == (refusal, None)


@pytest.mark.parametrize("spoken", range(8))
def test_wherever_the_connection_breaks_it_says_so(spoken: int) -> None:
    script = ["+OK hi", "+OK", "+OK", "+OK 1 9", f"+OK\r\n{MAIL}", "+OK", "+OK bye"]
    net, keep = Net(), Kept()
    server = Script(net, 1, 110, *script[:spoken], None)
    result = fetch(net, keep)
    assert (result.failure == "closed") == (spoken < 6)
    # It deletes only what it has.
    assert ("DELE 1" in server.heard) == (keep.messages == [TAKEN]) == (spoken >= 5)


@pytest.mark.parametrize("status", ["+OK", "+OK x", "+OK \xb2 1", "+OK -1 1", "+OK 99999999999999999999 1"])
def test_a_status_that_makes_no_sense_is_an_empty_mailbox(status: str) -> None:
    net = Net()
    server = Script(net, 1, 110, "+OK", "+OK", "+OK", status, "+OK bye")
    assert fetch(net) == Fetched()
    assert server.heard[-1] == "QUIT"


@pytest.mark.parametrize(
    ("user", "password", "heard"),
    [
        ("user2\r\nDELE 1", "456", ["USER user2DELE 1", "PASS 456"]),
        ("user2", "4\n56\0", ["USER user2", "PASS 456"]),
        ("\xe9", "p\xe4ss", ["USER \xc3\xa9", "PASS p\xc3\xa4ss"]),
    ],
)
def test_an_argument_is_never_a_command(user: str, password: str, heard: list[str]) -> None:
    net = Net()
    server = Script(net, 1, 110, "+OK", "+OK", "+OK", "+OK 0 0", "+OK bye")
    made = client(net, Kept(), user=user, password=password)
    net.run()
    assert made.finished.value == Fetched()
    assert server.heard == [*heard, "STAT", "QUIT"]


def test_what_is_more_than_enough_stays_for_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pop3_client, "_ENOUGH_AT_ONCE", 30)
    net, keep = Net(), Kept()
    texts = ["+OK\r\n" + "x" * 18 + "\r\n."] * 3
    server = Script(net, 1, 110, "+OK", "+OK", "+OK", "+OK 9 9", *texts[:2], "+OK", "+OK", "+OK bye")
    assert fetch(net, keep) == Fetched([b"x" * 18 + b"\r\n"] * 2)
    assert server.heard[-3:] == ["DELE 1", "DELE 2", "QUIT"]


@pytest.mark.parametrize("line", ["\r\n", "x" * 500 + "\r\n"])
def test_a_message_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr(pop3_client, "_LARGEST_MESSAGE", 5000)
    net = Net()
    Script(net, 1, 110, "+OK", "+OK", "+OK", "+OK 1 9", "+OK\r\n" + line * (10_000 // len(line)), "+OK")
    assert fetch(net).failure == "closed"


def test_a_closed_port() -> None:
    assert fetch(Net()).failure == "refused"
