"""The queue: when what is tried, what is reported to the sender, and what is left after the process died."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from ios_emu.clock import DAY, HOUR, MINUTE, Clock, Signal
from ios_emu.services.mail_queue import LIFETIME, MailQueue, QueuedMail
from ios_emu.services.mail_records import read_mail_records
from ios_emu.services.smtp_client import Delivery

A, B, C = "a@one.example", "b@one.example", "c@two.example"
SENDER = "user1@univ-djelfa.com"


@dataclass
class Server:
    """What the queue asks of its server. `answers` come in turn for each domain; the last one stays."""

    clock: Clock
    answers: dict[str, list[Delivery]]
    held: bool = False
    tries: list[tuple[int, str, list[str]]] = field(default_factory=list)
    bounces: list[tuple[int, list[tuple[str, str]]]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    lines: bytes = b""
    order: list[str] = field(default_factory=list)
    waiting: list[Callable[[], None]] = field(default_factory=list)

    def deliver(self, domain: str, mail: QueuedMail, recipients: list[str]) -> Signal:
        assert mail.data == b"hello\r\n"
        self.tries.append((self.clock.now, domain, list(recipients)))
        answers, signal = self.answers[domain], Signal()
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if self.held:
            self.waiting.append(lambda: signal.fire(answer))
        else:
            signal.fire(answer)
        return signal

    def keep(self, record: bytes, done: Callable[[str | None], None]) -> None:
        self.lines += record
        self.order.append("keep")
        done(None)

    def bounce(self, mail: QueuedMail, failures: list[tuple[str, str]]) -> None:
        assert mail.sender == SENDER
        self.order.append("bounce")
        self.bounces.append((self.clock.now, failures))

    def note(self, line: str) -> None:
        self.log.append(line)


def taken(*recipients: str) -> Delivery:
    return Delivery(accepted=list(recipients), reply="250 2.0.0 Ok: queued as 1")


def no_answer() -> Delivery:
    return Delivery(failure="10.0.0.1: timed out")


def queue(
    answers: dict[str, list[Delivery]], *recipients: str, held: bool = False
) -> tuple[MailQueue, Server]:
    """A queue with one message in it."""
    clock = Clock()
    server = Server(clock, answers, held)
    made = MailQueue(clock, server)
    mail = QueuedMail("0000000001A", SENDER, list(recipients), b"hello\r\n", clock.now)
    server.lines = made.record(mail)
    made.enter(mail)
    return made, server


def test_what_is_taken_at_once_leaves_the_queue() -> None:
    made, server = queue({"one.example": [taken(A, B)], "two.example": [taken(C)]}, A, B, C)
    assert len(made) == 1
    server.clock.run_until_idle()
    assert server.tries == [(0, "one.example", [A, B]), (0, "two.example", [C])]
    assert len(made) == 0
    assert server.bounces == []
    assert server.clock.next_event is None
    assert server.log[0] == "smtp: 0000000001A to a@one.example: sent (250 2.0.0 Ok: queued as 1)"


def test_the_tries_come_later_and_later_and_end_with_a_bounce() -> None:
    made, server = queue({"one.example": [no_answer()]}, A)
    server.clock.run_until(6 * DAY)
    times = [time for time, _, _ in server.tries]
    waits = [after - before for before, after in pairwise(times)]
    assert waits[:5] == [5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE, 64 * MINUTE]
    assert set(waits[5:]) == {64 * MINUTE}
    assert LIFETIME <= times[-1] < LIFETIME + 2 * HOUR
    assert len(made) == 0
    assert server.bounces == [
        (times[-1], [(A, "554 5.4.7 delivery time expired: one.example: 10.0.0.1: timed out")])
    ]
    assert server.clock.next_event is None


def test_waiting_for_a_try_does_not_keep_the_lab_busy() -> None:
    _, server = queue({"one.example": [no_answer()]}, A)
    server.clock.run_until_idle()
    assert server.clock.now == 0
    assert len(server.tries) == 1
    assert server.clock.idle


@pytest.mark.parametrize(
    "delivery",
    [
        Delivery(refused={A: "550 5.1.1 <a@one.example>: nobody"}),
        Delivery(refused={"": "550 5.1.1 <a@one.example>: nobody"}),
        Delivery(refused={A: "550 5.1.1 <a@one.example>: nobody"}, failure="10.0.0.1: closed"),
    ],
)
def test_what_is_refused_for_good_is_reported_once(delivery: Delivery) -> None:
    made, server = queue({"one.example": [delivery]}, A)
    server.clock.run_until(DAY)
    assert len(server.tries) == 1
    assert server.bounces == [(0, [(A, "550 5.1.1 <a@one.example>: nobody")])]
    assert len(made) == 0
    # The report is stored before the message is forgotten.
    assert server.order == ["bounce", "keep"]


def test_what_is_refused_for_now_is_tried_again() -> None:
    made, server = queue({"one.example": [Delivery(refused={A: "450 4.2.0 later"}), taken(A)]}, A)
    server.clock.run_until_idle()
    [mail] = made
    assert mail.why == "450 4.2.0 later"
    assert mail.recipients == [A]
    server.clock.run_until(5 * MINUTE)
    assert len(made) == 0
    assert server.bounces == []


def test_each_recipient_has_a_fate_of_its_own() -> None:
    first = Delivery(accepted=[A], refused={B: "550 5.1.1 no"}, reply="250 Ok")
    made, server = queue({"one.example": [first], "two.example": [no_answer(), taken(C)]}, A, B, C)
    server.clock.run_until_idle()
    assert server.bounces == [(0, [(B, "550 5.1.1 no")])]
    [mail] = made
    assert mail.recipients == [C]
    server.clock.run_until(DAY)
    # Nobody gets it twice.
    assert server.tries == [
        (0, "one.example", [A, B]), (0, "two.example", [C]), (5 * MINUTE, "two.example", [C])
    ]  # fmt: skip
    assert len(server.bounces) == 1


def test_a_recipient_that_was_known_but_got_nothing_is_not_delivered() -> None:
    """The connection broke between RCPT and the end of the text."""
    made, server = queue({"one.example": [Delivery(failure="10.0.0.1: closed"), taken(A)]}, A)
    server.clock.run_until_idle()
    assert len(made) == 1
    server.clock.run_until(DAY)
    assert len(server.tries) == 2


def test_flushing_does_not_try_what_is_being_tried_and_keeps_one_timer() -> None:
    made, server = queue({"one.example": [no_answer()]}, A, held=True)
    server.clock.run_until_idle()
    for _ in range(3):
        made.flush()
        server.clock.run_until_idle()
    assert len(server.tries) == 1
    server.waiting.pop()()
    server.held = False
    for _ in range(3):
        made.flush()
        server.clock.run_until_idle()
    assert len(server.tries) == 4
    server.clock.run_until(server.clock.now + 64 * MINUTE)
    assert len(server.tries) == 5


def test_what_an_earlier_process_had_queued_is_tried_again() -> None:
    made, server = queue({"one.example": [taken(A), no_answer()], "two.example": [no_answer()]}, A, C)
    server.clock.run_until_idle()
    clock = Clock(now=3 * DAY)
    later = Server(clock, {"two.example": [no_answer()]})
    again = MailQueue(clock, later)
    again.restore(read_mail_records(server.lines + b"torn"))
    [mail] = again
    assert (mail.sender, mail.recipients, mail.arrived) == (SENDER, [C], 0)
    clock.run_until(3 * DAY)
    assert later.tries == [(3 * DAY, "two.example", [C])]
    # Its five days began when it was taken.
    clock.run_until(5 * DAY + 2 * HOUR)
    assert len(later.bounces) == 1
    assert len(again) == 0
    assert read_mail_records(server.lines + later.lines).damaged == 0
    last = MailQueue(Clock(), later)
    last.restore(read_mail_records(server.lines + later.lines))
    assert len(last) == 0
    assert "0000000001A" in made


def test_an_exception_of_one_record_costs_no_other() -> None:
    made, server = queue({"one.example": [no_answer()]}, A)
    [mail] = made
    lines = server.lines + server.lines.replace(b'"id"', b'"xx"') + made.record(mail)
    records = read_mail_records(lines)
    again = MailQueue(Clock(), server)
    again.restore(records)
    assert records.damaged == 1
    assert len(again) == 1
