"""An SMTP client (RFC 5321): hands one message to one server, and says what came of each recipient.

EHLO first, HELO for a server that does not know it. Who has a user name and a password authenticates where
the server offers it. A lost connection before the last reply is a failure that may be tried again.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from ios_emu.services.reply_client import ReplyClient
from ios_emu.services.sasl import Credentials, plain_response
from ios_emu.services.smtp_text import outgoing_text
from ios_emu.stack.node import Node

SMTP_PORT = 25
_LONGEST_REPLY = 200


@dataclass(slots=True)
class Delivery:
    """What came of a message. `failure` is why the server could not be spoken to at all.

    `refused` maps a recipient, or the empty text for all of them, to the server's reply.
    """

    accepted: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    failure: str | None = None
    reply: str = ""


def is_permanent(reply: str) -> bool:
    """Does a reply say that it is no use to try again?"""
    return reply.startswith("5")


class SmtpClient(ReplyClient):
    """Delivers `text` to `address`; `finished` fires with a Delivery. An empty sender is that of a bounce."""

    def __init__(
        self,
        node: Node,
        address: int,
        hello: str,
        sender: str,
        recipients: Sequence[str],
        text: bytes,
        credentials: Credentials | None = None,
    ) -> None:
        self._delivery = Delivery()
        self._hello = hello
        self._sender = sender
        self._recipients = recipients
        self._text = text
        self._credentials = credentials
        self._reply: list[str] = []
        self._settled = False
        self._steps = self._dialogue()
        next(self._steps)
        super().__init__(node, address, SMTP_PORT)

    def take_line(self, line: bytes) -> None:
        """Gathers the lines of a reply (RFC 5321, 4.2.1)."""
        text = "".join(letter for letter in line.decode("latin-1") if letter.isprintable())
        if len(text) < 3 or not text[:3].isdigit():
            self.fail("closed")
            return
        self._reply.append(text)
        if len(self._reply) > _LONGEST_REPLY:
            self.fail("closed")
            return
        if text[3:4] == "-":
            return
        lines, self._reply = self._reply, []
        if not self._settled:
            self._delivery.reply = lines[-1]
        try:
            self._steps.send(lines)
        except StopIteration:
            self.finish(self._delivery)

    def fail(self, reason: str) -> None:
        """The connection can't be used, or is gone; that it goes after the last word is no failure."""
        if not self._settled:
            self._delivery.failure = reason
        self.finish(self._delivery)

    def _dialogue(self) -> Generator[None, list[str], None]:
        delivery = self._delivery
        lines = yield
        if not lines[0].startswith("2"):
            delivery.refused[""] = lines[-1]
            return
        self.command(f"EHLO {self._hello}")
        lines = yield
        if not lines[0].startswith("2"):
            self.command(f"HELO {self._hello}")
            lines = yield
            if not lines[0].startswith("2"):
                delivery.refused[""] = lines[-1]
                return
        offered = {line[4:].split()[0].upper(): line[4:].upper() for line in lines if line[4:].split()}
        if self._credentials is not None and "PLAIN" in offered.get("AUTH", ""):
            self.command(f"AUTH PLAIN {plain_response(*self._credentials)}")
            lines = yield
            if not lines[0].startswith("2"):
                delivery.refused[""] = lines[-1]
                return
        size = f" SIZE={len(self._text)}" if "SIZE" in offered else ""
        eight = " BODY=8BITMIME" if "8BITMIME" in offered and not self._text.isascii() else ""
        self.command(f"MAIL FROM:<{self._sender}>{size}{eight}")
        lines = yield
        if not lines[0].startswith("2"):
            delivery.refused[""] = lines[-1]
            return
        # Who is known has nothing yet: the message is accepted when the reply to its text says so.
        taken = []
        for recipient in self._recipients:
            self.command(f"RCPT TO:<{recipient}>")
            lines = yield
            if lines[0].startswith("2"):
                taken.append(recipient)
            else:
                delivery.refused[recipient] = lines[-1]
        if taken:
            self.command("DATA")
            lines = yield
            if lines[0].startswith("3"):
                self.write(outgoing_text(self._text))
                lines = yield
            if not lines[0].startswith("2"):
                delivery.refused |= dict.fromkeys(taken, lines[-1])
            else:
                delivery.accepted = taken
        self._settled = True
        self.command("QUIT")
        yield
