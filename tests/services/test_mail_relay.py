"""The way to another domain: MX by preference, then A; what is for good, what is for now, and loops."""

from __future__ import annotations

import pytest

from ios_emu.services.dns_answer import Status
from ios_emu.services.mail_relay import MailRelay
from ios_emu.services.mail_route import MailRoute
from ios_emu.services.smtp_client import Delivery
from tests.services.mail_net import Net, Script

TO = "a@x.example"
GOOD = ["220 x", "250 x", "250 ok", "250 ok", "354 go", "250 in", "221 x"]


def deliver(net: Net) -> Delivery:
    relay = MailRelay(net.hosts[0].node, net._resolve, lambda: "mail.y.example")
    finished = relay.deliver("x.example", "me@y.example", [TO], b"hello\r\n")
    net.run()
    assert isinstance(finished.value, Delivery)
    return finished.value


def test_the_best_exchanger_gets_it() -> None:
    net = Net()
    net.route("x.example", "10.0.0.2", "10.0.0.3")
    best, other = Script(net, 1, 25, *GOOD), Script(net, 2, 25, *GOOD)
    assert deliver(net) == Delivery([TO], reply="250 in")
    assert (best.connections, other.connections) == (1, 0)
    assert best.heard[0] == "EHLO mail.y.example"


@pytest.mark.parametrize("script", [["220 x", None], [None]])
def test_the_next_one_is_tried_when_the_best_can_not_be_spoken_to(script: list[str | None]) -> None:
    net = Net()
    net.route("x.example", "10.0.0.2", "10.0.0.3")
    Script(net, 1, 25, *script)
    other = Script(net, 2, 25, *GOOD)
    assert deliver(net).accepted == [TO]
    assert other.connections == 1


def test_a_closed_port_and_then_an_open_one() -> None:
    net = Net()
    net.route("x.example", "10.0.0.2", "10.0.0.3")
    Script(net, 2, 25, *GOOD)
    assert deliver(net).accepted == [TO]


def test_what_one_refuses_is_not_taken_to_the_next() -> None:
    net = Net()
    net.route("x.example", "10.0.0.2", "10.0.0.3")
    Script(net, 1, 25, "220 x", "250 x", "250 ok", "550 no such user", "221 x")
    other = Script(net, 2, 25, *GOOD)
    assert deliver(net).refused == {TO: "550 no such user"}
    assert other.connections == 0


def test_nobody_answers() -> None:
    net = Net()
    net.route("x.example", "10.0.0.2", "10.0.0.3")
    assert deliver(net) == Delivery(failure="10.0.0.3: refused")


@pytest.mark.parametrize(
    ("route", "result"),
    [
        (
            MailRoute("x.example", Status.NO_NAME),
            Delivery(refused={"": "550 5.4.4 <x.example>: no mail server is known: non-existent domain"}),
        ),
        (
            MailRoute("x.example", Status.NO_DATA),
            Delivery(refused={"": "550 5.4.4 <x.example>: no mail server is known: no such records"}),
        ),
        (
            MailRoute("x.example", Status.NO_DATA, accepts_none=True),
            Delivery(refused={"": "556 5.1.10 <x.example>: the domain takes no mail"}),
        ),
        (
            MailRoute("x.example", Status.NO_REPLY),
            Delivery(failure="the mail server of x.example can't be found: no reply from the server"),
        ),
        (
            MailRoute("x.example", Status.NO_SERVER),
            Delivery(failure="the mail server of x.example can't be found: no name server is configured"),
        ),
    ],
)
def test_where_there_is_no_way(route: MailRoute, result: Delivery) -> None:
    net = Net()
    net.routes["x.example"] = route
    assert deliver(net) == result


def test_mail_that_would_come_back_is_not_sent_round() -> None:
    net = Net()
    net.route("x.example", "10.0.0.1", "10.0.0.2")
    worse = Script(net, 1, 25, *GOOD)
    assert deliver(net).refused == {"": "554 5.4.6 <x.example>: mail for mx1.x.example loops back to myself"}
    assert worse.connections == 0


def test_a_backup_keeps_what_the_best_can_not_take_now() -> None:
    net = Net()
    net.route("x.example", "10.0.0.2", "10.0.0.1", "10.0.0.3")
    worse = Script(net, 2, 25, *GOOD)
    assert deliver(net) == Delivery(failure="10.0.0.2: refused")
    assert worse.connections == 0
    Script(net, 1, 25, *GOOD)
    assert deliver(net).accepted == [TO]
