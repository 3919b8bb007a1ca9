"""The SMTP client against servers that say what a test wants, over TCP."""

from __future__ import annotations

import pytest

from ios_emu.clock import MINUTE
from ios_emu.services.sasl import Credentials
from ios_emu.services.smtp_client import Delivery, SmtpClient, is_permanent
from tests.services.mail_net import Net, Script, number

A, B = "a@x.example", "b@x.example"
EHLO = "250-mx.x.example\r\n250-PIPELINING\r\n250 SIZE 1000"
TEXT = b"Subject: x\r\n\r\n.dot\r\nlast\r\n"


def deliver(
    net: Net,
    *,
    to: tuple[str, ...] = (A,),
    sender: str = "me@y.example",
    text: bytes = TEXT,
    credentials: Credentials | None = None,
    target: str = "10.0.0.2",
) -> Delivery:
    """What comes of a message from the first host to the second."""
    client = SmtpClient(net.hosts[0].node, number(target), "pc0", sender, to, text, credentials)
    net.run()
    result = client.finished.value
    assert isinstance(result, Delivery)
    return result


def test_a_message_is_delivered() -> None:
    net = Net()
    server = Script(
        net, 1, 25, "220 hi", EHLO, "250 ok", "250 ok", "250 ok", "354 go", "250 queued", "221 bye"
    )
    assert deliver(net, to=(A, B)) == Delivery([A, B], reply="250 queued")
    assert server.heard == [
        "EHLO pc0", f"MAIL FROM:<me@y.example> SIZE={len(TEXT)}", f"RCPT TO:<{A}>", f"RCPT TO:<{B}>", "DATA",
        "Subject: x", "", "..dot", "last", ".", "QUIT",
    ]  # fmt: skip


def test_a_server_of_old_is_greeted_with_helo() -> None:
    net = Net()
    server = Script(
        net, 1, 25, "220 hi", "500 what?", "250 hello", "250 ok", "250 ok", "354 go", "250 ok", "221 x"
    )
    assert deliver(net, sender="").accepted == [A]
    assert server.heard[:4] == ["EHLO pc0", "HELO pc0", "MAIL FROM:<>", f"RCPT TO:<{A}>"]


def test_eight_bits_are_announced_where_they_are_taken() -> None:
    net = Net()
    server = Script(
        net, 1, 25, "220 hi", "250-x\r\n250 8BITMIME", "250 ok", "250 ok", "354 go", "250 ok", "221 x"
    )
    assert deliver(net, text=b"\xe9\r\n").accepted == [A]
    assert server.heard[1] == "MAIL FROM:<me@y.example> BODY=8BITMIME"


def test_it_authenticates_where_that_is_offered() -> None:
    net = Net()
    script = [
        "220 hi",
        "250-x\r\n250 AUTH LOGIN PLAIN",
        "235 in",
        "250 ok",
        "250 ok",
        "354 go",
        "250 ok",
        "221 x",
    ]
    server = Script(net, 1, 25, *script)
    assert deliver(net, credentials=Credentials("user1", "123")).accepted == [A]
    assert server.heard[1] == "AUTH PLAIN AHVzZXIxADEyMw=="
    net = Net()
    Script(net, 1, 25, *script[:2], "535 5.7.8 no")
    assert deliver(net, credentials=Credentials("user1", "x")).refused == {"": "535 5.7.8 no"}
    net = Net()
    server = Script(net, 1, 25, "220 hi", EHLO, "250 ok", "250 ok", "354 go", "250 ok", "221 x")
    assert deliver(net, credentials=Credentials("user1", "123")).accepted == [A]
    assert server.heard[1].startswith("MAIL ")


@pytest.mark.parametrize(
    ("script", "result"),
    [
        (["554 5.7.1 go away"], Delivery(refused={"": "554 5.7.1 go away"}, reply="554 5.7.1 go away")),
        (["421 later"], Delivery(refused={"": "421 later"}, reply="421 later")),
        (
            ["220 x", "500 a", "500 no hello"],
            Delivery(refused={"": "500 no hello"}, reply="500 no hello"),
        ),
        (
            ["220 x", EHLO, "552 too big"],
            Delivery(refused={"": "552 too big"}, reply="552 too big"),
        ),
        (
            ["220 x", EHLO, "250 ok", "550 no a", "550 no b", "221 x"],
            Delivery(refused={A: "550 no a", B: "550 no b"}, reply="550 no b"),
        ),
        (
            ["220 x", EHLO, "250 ok", "550 no a", "250 ok", "354 go", "250 in", "221 x"],
            Delivery([B], {A: "550 no a"}, reply="250 in"),
        ),
        (
            ["220 x", EHLO, "250 ok", "250 ok", "450 b later", "451 not now", "221 x"],
            Delivery(refused={A: "451 not now", B: "450 b later"}, reply="451 not now"),
        ),
        (
            ["220 x", EHLO, "250 ok", "250 ok", "250 ok", "354 go", "554-a\r\n554 no", "221 x"],
            Delivery(refused={A: "554 no", B: "554 no"}, reply="554 no"),
        ),
    ],
)
def test_what_a_server_refuses(script: list[str], result: Delivery) -> None:
    net = Net()
    Script(net, 1, 25, *script)
    assert deliver(net, to=(A, B)) == result


@pytest.mark.parametrize("spoken", range(8))
def test_wherever_the_connection_breaks_nothing_is_called_delivered(spoken: int) -> None:
    """Above all between RCPT and the reply to the text."""
    script = ["220 x", EHLO, "250 ok", "250 ok", "250 ok", "354 go", "250 in", "221 x"]
    net = Net()
    Script(net, 1, 25, *script[:spoken], None)
    result = deliver(net, to=(A, B))
    if spoken < 7:
        assert (result.accepted, result.failure) == ([], "closed")
    else:
        assert (result.accepted, result.failure) == ([A, B], None)


@pytest.mark.parametrize("answer", ["hello", "2", "", "25", "abc ok", "\x1b[2J"])
def test_what_is_no_reply_ends_it(answer: str) -> None:
    net = Net()
    Script(net, 1, 25, "220 x", answer)
    assert deliver(net).failure == "closed"


def test_a_reply_that_never_ends_ends_it() -> None:
    net = Net()
    Script(net, 1, 25, "220-x\r\n" * 3000 + "220 x")
    assert deliver(net).failure == "closed"


def test_no_control_character_of_a_server_is_passed_on() -> None:
    net = Net()
    Script(net, 1, 25, "554 \x1b[2Jgo\a away\0")
    assert deliver(net).refused == {"": "554 [2Jgo away"}


def test_a_closed_port_a_silent_host_and_no_way_at_all() -> None:
    net = Net()
    before = net.clock.now
    assert deliver(net).failure == "refused"
    assert net.clock.now - before < MINUTE
    assert deliver(net, target="10.9.9.9").failure == "unreachable"
    assert deliver(net, target="10.0.0.99").failure in ("timed out", "unreachable")


def test_a_server_that_says_nothing_is_given_up() -> None:
    net = Net()
    net.hosts[1].node.tcp.listen(25, lambda socket: None)
    before = net.clock.now
    assert deliver(net).failure == "timed out"
    assert 5 * MINUTE <= net.clock.now - before < 6 * MINUTE


def test_it_can_be_broken_off() -> None:
    net = Net()
    net.hosts[1].node.tcp.listen(25, lambda socket: None)
    client = SmtpClient(net.hosts[0].node, number("10.0.0.2"), "pc0", "a@b", [A], TEXT)
    net.clock.run_until(net.clock.now + MINUTE)
    client.stop()
    net.run()
    result = client.finished.value
    assert isinstance(result, Delivery)
    assert result.failure == "interrupted"
    assert net.clock.now < 2 * MINUTE
    client.stop()


def test_what_is_permanent() -> None:
    assert is_permanent("550 x")
    assert not is_permanent("450 x")
    assert not is_permanent("")
