"""The mail program of a PC: what it keeps of what it fetched, also after a restart."""

from __future__ import annotations

from ios_emu.services.mail_program import MailProgram
from tests.services.mail_bench import Journal


def keep(program: MailProgram, *messages: bytes) -> list[str | None]:
    said: list[str | None] = []
    program.keep(list(messages), said.append)
    return said


def delete(program: MailProgram, place: int) -> list[str | None]:
    said: list[str | None] = []
    program.delete(program.inbox[place], said.append)
    return said


def contents(program: MailProgram) -> list[bytes]:
    return [message.data for message in program.inbox]


def test_without_a_journal_it_lives_as_long_as_the_lab() -> None:
    program = MailProgram()
    assert keep(program, b"one", b"two") == [None]
    assert delete(program, 0) == [None]
    assert contents(program) == [b"two"]
    assert [message.number for message in program.inbox] == [2]


def test_messages_are_there_when_the_disk_has_them() -> None:
    journal = Journal()
    program = MailProgram(journal)
    journal.held = True
    assert keep(program, b"one") == []
    assert contents(program) == []
    journal.commit()
    assert contents(program) == [b"one"]
    assert delete(program, 0) == []
    assert contents(program) == [b"one"]
    journal.commit("the disk is full")
    assert contents(program) == [b"one"]


def test_a_restart_finds_what_was_kept() -> None:
    journal = Journal()
    program = MailProgram(journal)
    keep(program, b"one", b"\xff\r\n", b"three")
    delete(program, 1)
    again = MailProgram(journal, journal.lines + b"torn")
    assert contents(again) == [b"one", b"three"]
    assert again.damaged == 1
    keep(again, b"four")
    assert [message.number for message in again.inbox] == [1, 3, 4]


def test_what_was_thrown_away_does_not_fill_the_disk_for_ever() -> None:
    journal = Journal()
    program = MailProgram(journal)
    for number in range(100):
        keep(program, b"mail %d" % number)
        if number:
            delete(program, 1)
    assert journal.lines.count(b"\n") == 199
    again = MailProgram(journal, journal.lines)
    assert journal.lines.count(b"\n") == 2
    assert contents(again) == contents(MailProgram(None, journal.lines)) == [b"mail 0"]
    keep(again, b"next")
    assert again.inbox[-1].number > 100
