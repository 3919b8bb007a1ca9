"""A lab's mail server under a load of clients, in a process that is there to be killed.

`python mail_worker.py STATE LAB FIRST` sends messages number FIRST and up, by turns to a mailbox and to a
domain that nobody finds. It prints `sent NUMBER` once the 250 has crossed the wire. Now and then it fetches
the mailbox and deletes what it fetched, and prints `taken NUMBER...` once the server has said so.
"""

from __future__ import annotations

import re
import sys
from itertools import count
from pathlib import Path

from ios_emu.edges.journal import Journals
from ios_emu.edges.store import StateFolder
from ios_emu.lab.device import HostDevice
from ios_emu.lab.topology import Lab
from ios_emu.services.pop3_client import Fetched, Pop3Client
from ios_emu.services.smtp_client import Delivery, SmtpClient

_TOGETHER = 10
_SERVER = 0x0A000001
_NUMBER = re.compile(rb"^X-Number: (\d+)", re.MULTILINE)


class Load:
    """A PC beside the mail server."""

    def __init__(self, state: Path, lab_file: str) -> None:
        self.journals = Journals(StateFolder(state))
        self.lab = Lab(lab_file, mail=self.journals.opener("mail"))
        device = self.lab["LOAD"]
        assert isinstance(device, HostDevice)
        self.node = device.host.node

    def settle(self) -> None:
        """Runs the lab until nothing happens; lab time stands still while something is stored."""
        clock = self.lab.clock
        while self.journals.pending or not clock.idle:
            # Several sessions' messages of one moment are stored together.
            while not clock.idle and not (self.journals.pending and clock.next_event != clock.now):
                clock.step()
            self.journals.commit()

    def send(self, numbers: range) -> None:
        """Several messages at once, as one wake-up of the real door brings them."""
        clients = {}
        for number in numbers:
            recipient = "user2@univ-djelfa.com" if number % 2 else "x@elsewhere.example"
            text = b"Subject: x\r\nX-Number: %d\r\n\r\n" % number + b"line\r\n" * (number % 50)
            clients[number] = SmtpClient(
                self.node, _SERVER, "load", "user1@univ-djelfa.com", [recipient], text
            )
        self.settle()
        for number, client in clients.items():
            delivery = client.finished.value
            assert isinstance(delivery, Delivery)
            assert delivery.accepted, delivery
            print("sent", number, flush=True)

    def fetch(self) -> None:
        """Fetches and deletes all that there is."""
        client = Pop3Client(self.node, _SERVER, "user2", "456", lambda messages, done: done(None))
        self.settle()
        fetched = client.finished.value
        assert isinstance(fetched, Fetched)
        assert fetched.failure is fetched.refusal is None, fetched
        print("taken", *(int(_NUMBER.findall(data)[0]) for data in fetched.messages), flush=True)


def main() -> None:
    """Sends and fetches until it is killed."""
    state, lab_file, first = sys.argv[1:]
    load = Load(Path(state), lab_file)
    for begin in count(int(first), _TOGETHER):
        load.send(range(begin, begin + _TOGETHER))
        if begin % 7 == 0:
            load.fetch()


if __name__ == "__main__":
    main()
