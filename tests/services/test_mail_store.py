"""Mailboxes and the lines that keep them: what was stored is there once, whatever was on its way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.services.mail_records import mail_record, read_mail_records
from ios_emu.services.mail_store import MailStore
from tests.services.mail_bench import DOMAIN, USERS, Journal


def store(journal: Journal | None = None, stored: bytes = b"") -> MailStore:
    made = MailStore(DOMAIN, dict(USERS), journal)
    made.restore(read_mail_records(stored))
    return made


def put(made: MailStore, data: bytes, user: str = "user2") -> int:
    """Delivers a message; it is entered when it is stored."""
    message, line = made.prepare(user, data)
    made.keep(line, lambda problem: made.enter(user, message) if problem is None else None)
    return message.uid


def contents(made: MailStore, user: str = "user2") -> list[tuple[int, bytes]]:
    return [(message.uid, message.data) for message in made.mailbox(user).messages.values()]


def test_who_is_a_user() -> None:
    made = store()
    assert made.user_of("USER2") == "user2"
    assert made.user_of("postmaster") == made.user_of("PostMaster") == "user1"
    assert made.user_of("nobody") is None
    made.users["Postmaster"] = "x"
    assert made.user_of("postmaster") == "Postmaster"
    assert store().authenticates("user1", "123")
    assert not store().authenticates("user1", "12")
    assert not store().authenticates("User1", "123")
    assert not store().authenticates("nobody", "")


def test_what_was_kept_is_there_again_and_numbers_go_on() -> None:
    journal = Journal()
    first = store(journal)
    uids = [put(first, b"mail %d" % number) for number in range(3)]
    first.remove("user2", uids[:1], lambda problem: None)
    put(first, b"for another", "user1")
    again = store(journal, journal.lines)
    assert contents(again) == contents(first) == [(uids[1], b"mail 1"), (uids[2], b"mail 2")]
    assert contents(again, "user1") == [(4, b"for another")]
    assert put(again, b"next") == 5


def test_the_last_number_is_not_given_again_after_all_is_deleted() -> None:
    journal = Journal()
    first = store(journal)
    uid = put(first, b"x")
    first.remove("user2", [uid], lambda problem: None)
    first.compact()
    again = store(journal, journal.lines)
    assert contents(again) == []
    assert put(again, b"y") == uid + 1


def test_what_can_not_be_stored_changes_nothing() -> None:
    journal = Journal()
    made = store(journal)
    uid = put(made, b"x")
    journal.held = True
    said: list[str | None] = []
    put(made, b"y")
    made.remove("user2", [uid], said.append)
    journal.commit("the disk is full")
    assert said == ["the disk is full"]
    assert contents(made) == [(uid, b"x")]


def test_deleting_nothing_needs_no_disk() -> None:
    journal = Journal()
    said: list[str | None] = []
    store(journal).remove("user2", [], said.append)
    assert said == [None]
    assert journal.lines == b""


def test_a_torn_line_and_a_damaged_one_cost_no_other_message() -> None:
    journal = Journal()
    first = store(journal)
    for number in range(4):
        put(first, b"mail %d" % number)
    lines = journal.lines.splitlines(keepends=True)
    lines[1] = b"\xff" + lines[1][1:]
    damaged = b"".join(lines)[:-5]
    again = MailStore(DOMAIN, dict(USERS))
    records = read_mail_records(damaged)
    again.restore(records)
    assert [data for _, data in contents(again)] == [b"mail 0", b"mail 2"]
    assert records.damaged == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "mail"},
        {"kind": "mail", "user": "u", "uid": "x", "data": b"y"},
        {"kind": "mail", "user": 1, "uid": 2, "data": b"y"},
        {"kind": "mail", "user": "u", "uid": 2, "data": "not base64"},
        {"kind": "deleted", "uids": [1]},
        {"kind": "last"},
    ],
)
def test_a_whole_line_that_makes_no_sense_is_counted(fields: dict[str, object]) -> None:
    records = read_mail_records(mail_record(**fields))
    made = store()
    made.restore(records)
    assert records.damaged == 1


def test_the_journal_does_not_grow_without_end() -> None:
    journal = Journal()
    made = store(journal)
    longest = 0
    for _ in range(1500):
        made.remove("user2", [put(made, b"x" * 10)], lambda problem: None)
        longest = max(longest, journal.lines.count(b"\n"))
    assert longest <= 510
    keep = put(made, b"stays")
    assert contents(store(stored=journal.lines)) == [(keep, b"stays")]


def test_compaction_forgets_nothing_that_one_commit_brings() -> None:
    """A deletion makes compaction due while a message of the same commit has not been entered."""
    journal = Journal()
    made = store(journal)
    while journal.lines.count(b"\n") < 499:
        made.remove("user2", [put(made, b"x")], lambda problem: None)
    last = put(made, b"y")
    journal.held = True
    made.remove("user2", [last], lambda problem: None)
    kept = put(made, b"must stay")
    journal.commit()
    journal.commit()
    assert contents(made) == [(kept, b"must stay")]
    assert contents(store(stored=journal.lines)) == [(kept, b"must stay")]


@pytest.mark.property
@settings(deadline=None, max_examples=100)
@given(
    steps=st.lists(st.sampled_from(["put", "put", "remove", "commit", "fail", "compact"]), max_size=40),
    torn=st.integers(0, 30),
)
def test_whenever_the_process_dies_each_acknowledged_message_is_there_once(
    steps: list[str], torn: int
) -> None:
    journal = Journal()
    made = store(journal)
    journal.held = True
    there: dict[int, bytes] = {}
    maybe: set[int] = set()

    def acknowledged(uid: int, data: bytes, problem: str | None) -> None:
        if problem is None:
            there[uid] = data

    def deleted(uid: int, problem: str | None) -> None:
        if problem is None:
            there.pop(uid, None)

    for number, step in enumerate(steps):
        match step:
            case "put":
                data = b"mail %d" % number
                message, line = made.prepare("user2", data)

                def stored(problem: str | None, message=message, data=data) -> None:  # type: ignore[no-untyped-def]
                    if problem is None:
                        made.enter("user2", message)
                    acknowledged(message.uid, data, problem)

                maybe.add(message.uid)
                made.keep(line, stored)
            case "remove" if there:
                uid = min(there)
                made.remove("user2", [uid], lambda problem, uid=uid: deleted(uid, problem))  # type: ignore[misc]
            case "commit":
                journal.commit()
            case "fail":
                journal.commit("the disk is full")
            case "compact" if not made._under_way:
                made.compact()
    # What was on its way to the disk when the process died may be there in part.
    on_its_way = b"".join(line for line, _ in journal.waiting)[:torn]
    found = contents(store(stored=journal.lines + on_its_way))
    assert dict(found).items() >= there.items()
    assert len(dict(found)) == len(found)
    assert set(dict(found)) <= maybe
