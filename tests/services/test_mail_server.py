"""The mail server on TCP: ports on and off, sessions at once, relaying, bounces, and what a restart finds."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import IPv4Address

import pytest

from ios_emu.clock import DAY, HOUR, MINUTE, Signal
from ios_emu.services.mail_server import MailServer
from ios_emu.stack.tcp_connection import TcpState
from tests.services.mail_bench import Journal, without_trace
from tests.services.mail_net import Net, Peer, Script, connect, number

ONE, TWO = "one.example", "two.example"
HELLO = f"220 mail.{ONE} ESMTP"
QUEUED = "250 2.0.0 Ok: queued as "


def one_server(journal: Journal | None = None) -> tuple[Net, MailServer]:
    """A server on the first host, for `u1` and `u2`."""
    net = Net()
    return net, net.server(0, ONE, {"u1": "1", "u2": "2"}, journal)


def two_servers() -> tuple[Net, MailServer, MailServer]:
    """Servers of two domains on the first two hosts, which find each other."""
    net, one = one_server()
    two = net.server(1, TWO, {"v1": "1", "v2": "2"})
    net.route(ONE, "10.0.0.1")
    net.route(TWO, "10.0.0.2")
    return net, one, two


def mail(sender: str, recipient: str, *text: str) -> list[str]:
    return ["EHLO x", f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA", *text, ".", "QUIT"]


def inbox(server: MailServer, user: str) -> list[bytes]:
    return [message.data for message in server.store.mailbox(user).messages.values()]


def send(net: Net, at: int, sender: str, recipient: str, *text: str) -> list[str]:
    """A mail from the third host to the server on host `at`."""
    return connect(net, 2, at, 25).say(*mail(sender, recipient, *text))


# On and off


@pytest.mark.parametrize(("port", "greeting"), [(25, "220 "), (110, "+OK ")])
def test_a_service_that_is_off_answers_with_a_reset(port: int, greeting: str) -> None:
    net, server = one_server()
    assert connect(net, 2, 0, port).take()[0].startswith(greeting)
    switch = server.set_smtp if port == 25 else server.set_pop3
    switch(False)
    assert connect(net, 2, 0, port).closed == "refused"
    # The other service goes on.
    assert connect(net, 2, 0, 135 - port).take() != []
    switch(True)
    switch(True)
    assert connect(net, 2, 0, port).take()[0].startswith(greeting)
    assert (server.smtp, server.pop3) == (True, True)


def test_smtp_sessions_are_told_when_it_goes_off_and_pop3_sessions_are_closed() -> None:
    net, server = one_server()
    smtp, busy, pop3 = connect(net, 2, 0, 25), connect(net, 1, 0, 25), connect(net, 2, 0, 110)
    busy.say(*mail("a@b", f"u1@{ONE}", "half")[:-2])
    pop3.say("USER u1", "PASS 1", "NOOP")
    smtp.take()
    server.set_smtp(False)
    net.run()
    farewell = f"421 4.3.2 mail.{ONE} Service shutting down and closing transmission channel"
    assert smtp.take() == busy.take() == [farewell]
    assert (smtp.ended, busy.ended, pop3.ended) == (True, True, False)
    assert pop3.say("NOOP") == ["+OK"]
    server.set_pop3(False)
    net.run()
    assert (pop3.ended, pop3.take()) == (True, [])
    assert inbox(server, "u1") == []


def test_a_mail_and_its_reader_over_the_wire() -> None:
    net, server = one_server()
    said = send(net, 0, f"u1@{ONE}", f"u2@{ONE}", "Subject: x", "", "hello")
    assert said[0] == HELLO
    assert said[-1] == "221 2.0.0 Bye"
    reader = connect(net, 1, 0, 110)
    said = reader.say("USER u2", "PASS 2", "RETR 1", "DELE 1", "QUIT")
    assert said[-5:] == ["", "hello", ".", "+OK Marked to be deleted.", "+OK Logging out, messages deleted."]
    assert reader.ended
    assert inbox(server, "u2") == []
    reader.socket.close()
    net.run()
    assert reader.closed is None


def test_what_was_asked_before_the_end_is_answered() -> None:
    journal = Journal()
    net, server = one_server(journal)
    peer = connect(net, 2, 0, 25)
    journal.held = True
    lines = mail("a@b", f"u1@{ONE}", "first")[:-1] + mail("a@b", f"u1@{ONE}", "second")
    peer.send("".join(f"{line}\r\n" for line in lines).encode())
    peer.socket.shutdown()
    net.run()
    for _ in range(2):
        journal.commit()
        net.run()
    said = peer.take()
    assert sum(line.startswith(QUEUED) for line in said) == 2
    assert said[-1] == "221 2.0.0 Bye"
    assert [without_trace(data) for data in inbox(server, "u1")] == [b"first\r\n", b"second\r\n"]


# Limits


def test_one_client_has_fifty_sessions_and_all_have_a_hundred() -> None:
    net, server = one_server()
    first = [connect(net, 2, 0, 25) for _ in range(51)]
    assert [peer.take()[0][:3] for peer in first] == ["220"] * 50 + ["421"]
    assert first[50].ended
    # Another one is served meanwhile.
    second = [connect(net, 1, 0, 110) for _ in range(51)]
    assert [peer.take()[0][:3] for peer in second] == ["+OK"] * 50 + ["-ER"]
    assert connect(net, 0, 0, 25).take()[0][:3] == "421"
    for peer in (*first, *second):
        peer.socket.abort()
    net.run()
    assert server._sessions == {}
    assert server._clients == {}
    assert connect(net, 2, 0, 25).take() == [HELLO]


def test_idle_sessions_give_their_places_back() -> None:
    net, server = one_server()
    peers = [connect(net, 2, 0, 25) for _ in range(50)]
    net.clock.run_until(net.clock.now + 6 * MINUTE)
    assert all(peer.take()[-1].startswith("421 4.4.2 ") for peer in peers)
    assert server._sessions == {}


class Deaf(Peer):
    """A client that never reads."""

    def _read(self) -> None:
        pass


def test_who_asks_and_never_reads_holds_little_and_not_for_long() -> None:
    net, server = one_server()
    big = b"".join(b"x" * 998 + b"\r\n" for _ in range(5000))
    for _ in range(3):
        message, _ = server.store.prepare("u1", big)
        server.store.enter("u1", message)
    socket = net.hosts[2].node.tcp.connect(number("10.0.0.3"), number("10.0.0.1"), 110)
    deaf = Deaf(net, socket)
    deaf.send(b"USER u1\r\nPASS 1\r\n" + b"RETR 1\r\n" * 500)
    net.clock.run_until(net.clock.now + MINUTE)
    [transport] = server._sessions
    assert len(transport._waiting) < 2 * len(big)
    # Others are served meanwhile.
    assert connect(net, 1, 0, 110).say("USER u2", "PASS 2", "STAT")[-1] == "+OK 0 0"
    net.clock.run_until(net.clock.now + 15 * MINUTE)
    assert transport not in server._sessions
    assert transport._socket.state is TcpState.CLOSED
    # Its window was shut when the reset came: it hears of it when it speaks again.
    deaf.send(b"NOOP\r\n")
    net.run()
    assert deaf.closed == "reset"
    assert connect(net, 1, 0, 110).say("USER u1", "PASS 1", "STAT")[-1] == f"+OK 3 {3 * len(big)}"


def test_who_asks_for_all_at_once_and_reads_gets_it_all() -> None:
    net, server = one_server()
    big = b"x" * 998 + b"\r\n"
    for _ in range(40):
        message, _ = server.store.prepare("u1", big * 40)
        server.store.enter("u1", message)
    peer = connect(net, 2, 0, 110)
    peer.take()
    peer.send(
        b"USER u1\r\nPASS 1\r\n" + b"".join(b"RETR %d\r\n" % (at + 1) for at in range(40)) + b"QUIT\r\n"
    )
    net.run()
    assert len(peer.data) > 40 * 40_000
    assert peer.data.count(b"\r\n.\r\n") == 40
    assert peer.data.endswith(b"+OK Logging out.\r\n")
    assert peer.ended


# Other domains


def test_mail_for_another_domain_goes_to_its_server() -> None:
    net, one, two = two_servers()
    said = send(net, 0, f"u1@{ONE}", f"v1@{TWO}", "Subject: x", "", ".dot", "hello")
    assert said[-2].startswith(QUEUED)
    [data] = inbox(two, "v1")
    lines = data.decode().split("\r\n")
    assert lines[0] == f"Return-Path: <u1@{ONE}>"
    assert lines[1].startswith(f"Received: from mail.{ONE} (unknown [10.0.0.1]) by mail.{TWO} with ESMTP id ")
    assert lines[3].startswith(f"Received: from x (unknown [10.0.0.3]) by mail.{ONE} with ESMTP id ")
    # The one client sent a line with a dot as a client must not: it lost it.
    assert lines[5:] == ["Subject: x", "", "dot", "hello", ""]
    assert len(one.queue) == 0
    assert inbox(one, "u1") == []


def test_who_may_send_to_other_domains() -> None:
    net, server = one_server()
    for address, may in (("10.0.0.3", True), ("10.0.0.1", True), ("10.0.1.3", False), ("192.168.1.1", False)):
        assert server.may_relay(IPv4Address(address)) is may
    net.hosts[0].configure(None)
    assert not server.may_relay(IPv4Address("10.0.0.3"))


def bounces(server: MailServer, user: str) -> list[EmailMessage]:
    found = [message_from_bytes(data, policy=default) for data in inbox(server, user)]
    assert all(isinstance(one, EmailMessage) for one in found)
    return [one for one in found if isinstance(one, EmailMessage)]


@pytest.mark.parametrize(
    ("recipient", "reason"),
    [
        (
            f"nobody@{TWO}",
            f"550 5.1.1 <nobody@{TWO}>: Recipient address rejected: User unknown in virtual mailbox table",
        ),
        ("x@nowhere.example", "550 5.4.4 <nowhere.example>: no mail server is known: non-existent domain"),
    ],
)
def test_what_can_not_be_delivered_comes_back(recipient: str, reason: str) -> None:
    net, one, _ = two_servers()
    assert send(net, 0, f"u1@{ONE}", recipient, "Subject: secret plan", "", "the body")[-2].startswith(QUEUED)
    [bounce] = bounces(one, "u1")
    assert bounce["Return-Path"] == "<>"
    assert bounce["Subject"] == "Delivery Status Notification (Failure)"
    assert bounce["To"] == f"u1@{ONE}"
    assert bounce.get_content_type() == "multipart/report"
    text, report, headers = bounce.iter_parts()
    assert f"<{recipient}>: {reason}" in text.get_content()
    said = report.as_string()
    assert f"Final-Recipient: rfc822; {recipient}" in said
    assert "Action: failed" in said
    assert f"Status: {reason.split()[1]}" in said
    assert "Subject: secret plan" in headers.as_string()
    assert "the body" not in headers.as_string()
    assert len(one.queue) == 0


@pytest.mark.parametrize("sender", ["", f"nobody@{TWO}", f"nobody@{ONE}", "x@nowhere.example", f"u1@{ONE}"])
def test_a_bounce_never_makes_a_bounce(sender: str) -> None:
    net, one, two = two_servers()
    send(net, 0, sender, f"nobody@{TWO}", "x")
    net.clock.run_until(net.clock.now + 6 * DAY)
    found = [data for server in (one, two) for user in server.store.users for data in inbox(server, user)]
    assert len(found) == (sender == f"u1@{ONE}")
    assert (len(one.queue), len(two.queue)) == (0, 0)
    assert net.clock.idle


def test_a_mail_for_both_domains_is_reported_for_whom_it_failed_only() -> None:
    net, one, two = two_servers()
    peer = connect(net, 2, 0, 25)
    recipients = [f"u2@{ONE}", f"v1@{TWO}", f"v2@{TWO}", f"nobody@{TWO}"]
    lines = [f"RCPT TO:<{recipient}>" for recipient in recipients]
    peer.say("EHLO x", f"MAIL FROM:<u1@{ONE}>", *lines, "DATA", "hello", ".", "QUIT")
    assert [len(inbox(one, "u2")), len(inbox(two, "v1")), len(inbox(two, "v2"))] == [1, 1, 1]
    [bounce] = bounces(one, "u1")
    text = next(iter(bounce.iter_parts())).get_content()
    assert [recipient in text for recipient in recipients] == [False, False, False, True]


def test_a_server_that_is_off_gets_it_when_it_is_on_again() -> None:
    net, one, two = two_servers()
    two.set_smtp(False)
    send(net, 0, f"u1@{ONE}", f"v1@{TWO}", "hello")
    [queued] = one.queue
    assert queued.why == f"{TWO}: 10.0.0.2: refused"
    net.clock.run_until(net.clock.now + 4 * MINUTE)
    two.set_smtp(True)
    net.run()
    assert inbox(two, "v1") == []
    net.clock.run_until(net.clock.now + 2 * MINUTE)
    assert len(inbox(two, "v1")) == 1
    assert inbox(one, "u1") == []
    net.clock.run_until(net.clock.now + 6 * DAY)
    assert len(inbox(two, "v1")) == 1


def test_five_days_of_trying_end_with_a_bounce() -> None:
    net, one, two = two_servers()
    two.set_smtp(False)
    send(net, 0, f"u1@{ONE}", f"v1@{TWO}", "hello")
    net.clock.run_until(net.clock.now + 5 * DAY - HOUR)
    assert inbox(one, "u1") == []
    net.clock.run_until(net.clock.now + 3 * HOUR)
    [bounce] = bounces(one, "u1")
    assert "delivery time expired" in next(iter(bounce.iter_parts())).get_content()


def test_two_servers_that_hold_each_other_for_the_right_one() -> None:
    """Both send mail for the third domain to the other: it does not go round for ever."""
    net, one, two = two_servers()
    for server, other in ((one, "10.0.0.2"), (two, "10.0.0.1")):
        server._relay._resolve = _way(net, other)
    send(net, 0, f"u1@{ONE}", "x@third.example", "hello")
    net.clock.run_until(net.clock.now + DAY)
    [bounce] = bounces(one, "u1")
    assert "554 5.4.0 Error: too many hops" in next(iter(bounce.iter_parts())).get_content()
    assert (len(one.queue), len(two.queue)) == (0, 0)
    assert 40 < sum("x@third.example: sent" in line for line in (*one.log, *two.log)) <= 51


def _way(net: Net, other: str) -> Callable[[str], Signal]:
    def resolve(domain: str) -> Signal:
        if domain == "third.example":
            net.route(domain, other)
        return net._resolve(domain)

    return resolve


# Restarts


def test_a_restart_finds_mailboxes_and_queue_and_loses_nothing_that_comes_after() -> None:
    journal = Journal()
    net, one = one_server(journal)
    net.route(TWO, "10.0.0.2")
    for name in ("a", "b"):
        send(net, 0, f"u1@{ONE}", f"{name}@{TWO}", f"first {name}")
        send(net, 0, f"u1@{ONE}", f"u2@{ONE}", f"here {name}")
    before = [mail.queue_id for mail in one.queue]
    assert len(before) == 2
    again = Net()
    later = again.server(0, ONE, {"u1": "1", "u2": "2"}, journal, journal.lines)
    again.route(TWO, "10.0.0.2")
    assert [without_trace(data) for data in inbox(later, "u2")] == [b"here a\r\n", b"here b\r\n"]
    # Chance is seeded: it makes the identifiers that the queue has already.
    for name in ("c", "d", "e", "f"):
        send(again, 0, f"u1@{ONE}", f"{name}@{TWO}", f"then {name}")
    assert len({mail.queue_id for mail in later.queue}) == len(later.queue) == 6
    last = Net()
    restored = last.server(0, ONE, {"u1": "1"}, Journal(), journal.lines)
    assert sorted(mail.recipients[0][0] for mail in restored.queue) == ["a", "b", "c", "d", "e", "f"]


def test_a_mail_that_was_sent_on_is_not_sent_again_after_a_restart() -> None:
    journal = Journal()
    net, one = one_server(journal)
    two = Script(net, 1, 25, "220 x", "250 x", "250 ok", "250 ok", "354 go", "250 in", "221 x")
    net.route(TWO, "10.0.0.2")
    send(net, 0, f"u1@{ONE}", f"v1@{TWO}", "x")
    assert (two.connections, len(one.queue)) == (1, 0)
    again = Net()
    assert len(again.server(0, ONE, {}, journal, journal.lines).queue) == 0


def test_the_log_says_who_did_what() -> None:
    net, one, _ = two_servers()
    send(net, 0, f"u1@{ONE}", f"u2@{ONE}", "x")
    connect(net, 2, 0, 110).say("USER u2", "PASS wrong", "USER u2", "PASS 2", "QUIT")
    text = "\n".join(one.log)
    for line in (
        "Mar 01 00:00:00 smtp: 10.0.0.3 connected",
        f"from <u1@{ONE}>: delivered to u2",
        "pop3: 10.0.0.3 failed to log in",
        "pop3: 10.0.0.3 logged in as u2",
    ):
        assert line in text
    assert "wrong" not in text
    for _ in range(600):
        one.note("x")
    assert len(one.log) == 500
