"""A POP3 client (RFC 1939): fetches all messages of a mailbox, and deletes them there once they are kept.

A password is not sent in the clear where the greeting offers APOP.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import partial

from ios_emu.services.reply_client import ReplyClient
from ios_emu.stack.node import Node

POP3_PORT = 110
_NUMBER = re.compile(r"[0-9]{1,9}")
_TIMESTAMP = re.compile(r"<[^<>\s]+@[^<>\s]+>")
_LARGEST_MESSAGE = 50_000_000
_ENOUGH_AT_ONCE = 50_000_000

Keep = Callable[[list[bytes], Callable[[str | None], None]], None]
"""Is given the messages; calls back with None when they are kept, or why they can't be."""


@dataclass(slots=True)
class Fetched:
    """What came of it. `refusal` is the server's -ERR, `failure` why it could not be spoken to."""

    messages: list[bytes] = field(default_factory=list)
    refusal: str | None = None
    failure: str | None = None


class Pop3Client(ReplyClient):
    """Fetches the mail of `user` from `address`; `finished` fires with a Fetched."""

    def __init__(
        self, node: Node, address: int, user: str, password: str, keep: Keep, *, apop: bool = False
    ) -> None:
        self._fetched = Fetched()
        self._user = user
        self._password = password
        self._keep = keep
        self._apop = apop
        self._text: list[bytes] | None = None
        self._size = 0
        self._fetched_bytes = 0
        self._settled = False
        self._steps = self._dialogue()
        next(self._steps)
        super().__init__(node, address, POP3_PORT)

    def take_line(self, line: bytes) -> None:
        """Takes a reply, or a line of a message that is on its way."""
        if self._text is None:
            self._go_on(line.decode("latin-1"))
            return
        if line == b".":
            lines, self._text = self._text, None
            self._fetched_bytes += self._size
            self._size = 0
            self._fetched.messages.append(b"".join(one + b"\r\n" for one in lines))
            self._go_on("")
            return
        # An empty line takes room, too.
        self._size += len(line) + 2
        if self._size > _LARGEST_MESSAGE:
            self.fail("closed")
            return
        self._text.append(line[1:] if line.startswith(b".") else line)

    def fail(self, reason: str) -> None:
        """The connection can't be used, or is gone; that it goes after QUIT is no failure."""
        if not self._settled:
            self._fetched.failure = reason
        self.finish(self._fetched)

    def _go_on(self, reply: str) -> None:
        shown = "".join(letter for letter in reply if letter.isprintable())
        try:
            if reply.startswith("-ERR"):
                self._fetched.refusal = shown
                self._settled = True
                self.command("QUIT")
                self._steps.close()
                self._steps = self._wait_for_end()
                next(self._steps)
            else:
                self._steps.send(shown)
        except StopIteration:
            self.finish(self._fetched)

    def _wait_for_end(self) -> Generator[None, str, None]:
        yield

    def _dialogue(self) -> Generator[None, str, None]:
        greeting = yield
        timestamp = _TIMESTAMP.search(greeting)
        if self._apop and timestamp is not None:
            secret = f"{timestamp[0]}{self._password}".encode()
            self.command(f"APOP {self._user} {hashlib.md5(secret, usedforsecurity=False).hexdigest()}")
            yield
        else:
            self.command(f"USER {self._user}")
            yield
            self.command(f"PASS {self._password}")
            yield
        self.command("STAT")
        status = yield
        counted = status.split()
        there = int(counted[1]) if len(counted) > 1 and _NUMBER.fullmatch(counted[1]) else 0
        count = 0
        # What is more than enough stays for the next time.
        while count < there and self._fetched_bytes < _ENOUGH_AT_ONCE:
            count += 1
            self.command(f"RETR {count}")
            yield
            # The lines of the message come behind the reply, and go on with an empty one.
            self._text = []
            yield
        if count:
            # Not before this step has ended, even where there is nothing to wait for.
            self._keep(self._fetched.messages, partial(self._kept, count))
            yield
        self._settled = True
        self.command("QUIT")
        yield

    def _kept(self, count: int, problem: str | None) -> None:
        self._clock.call_soon(self._delete, count, problem)

    def _delete(self, count: int, problem: str | None) -> None:
        """The messages are kept here: the server may forget them."""
        if problem is not None:
            self._fetched.failure = problem
            self._settled = True
            self.command("QUIT")
            return
        self._steps.close()
        self._steps = self._deletions(count)
        next(self._steps)

    def _deletions(self, count: int) -> Generator[None, str, None]:
        for number in range(1, count + 1):
            self.command(f"DELE {number}")
            yield
        self._settled = True
        self.command("QUIT")
        yield
