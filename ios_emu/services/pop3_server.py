"""A POP3 session, the server's side (RFC 1939, 2449, 1734), with the replies of Dovecot.

The rules. One session has a mailbox at a time. It sees the messages that there were when it logged in;
what it deletes is gone at QUIT, and only then. Who fails to log in is answered late.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Protocol

from ios_emu.clock import MINUTE, SECOND, Clock
from ios_emu.services.line_session import LineSession, Transport
from ios_emu.services.mail_store import Mailbox, MailStore, StoredMessage
from ios_emu.services.sasl import plain_credentials
from ios_emu.services.smtp_text import outgoing_text

_IDLE = 10 * MINUTE
_LONGEST_LINE = 512
_LATE = 2 * SECOND
_MOST_FAILURES = 5
_MOST_ERRORS = 20
_NUMBER = re.compile(r"[0-9]{1,10}")
_FAILED = "-ERR [AUTH] Authentication failed."
_IN_USE = "-ERR [IN-USE] Mailbox is locked by another POP3 session."
# Before and after the login (RFC 2449, 5).
_CAPABILITIES = ("CAPA", "TOP", "UIDL", "RESP-CODES", "PIPELINING", "AUTH-RESP-CODE")
_LOGIN_CAPABILITIES = ("USER", "SASL PLAIN")


class Pop3Policy(Protocol):
    """What a session asks of the mail server that it belongs to."""

    @property
    def store(self) -> MailStore:
        """The mailboxes."""

    @property
    def validity(self) -> int:
        """A number of this server for its unique identifiers."""

    def note(self, text: str) -> None:
        """A line for the server's log."""


class Pop3Session(LineSession):
    """One client's session; it greets at once. `banner` is the timestamp of APOP, unique to the session."""

    def __init__(
        self, clock: Clock, transport: Transport, policy: Pop3Policy, client: IPv4Address, banner: str
    ) -> None:
        super().__init__(clock, transport, _IDLE, _LONGEST_LINE)
        self._policy = policy
        self._client = client
        self._banner = banner
        self._user: str | None = None
        self._mailbox: Mailbox | None = None
        self._messages: list[StoredMessage] = []
        self._deleted: set[int] = set()
        self._failures = 0
        self._errors = 0
        self._asking_plain = False
        self._login: dict[str, Callable[[list[str], str], None]] = {
            "USER": self._take_user,
            "PASS": self._take_password,
            "APOP": self._apop,
            "AUTH": self._auth,
            "CAPA": self._capa,
            "QUIT": self._quit,
        }
        self._commands: dict[str, Callable[[list[str], str], None]] = {
            "CAPA": self._capa,
            "STAT": self._stat,
            "LIST": self._list,
            "UIDL": self._uidl,
            "RETR": self._retr,
            "TOP": self._top,
            "DELE": self._dele,
            "RSET": self._rset,
            "NOOP": lambda words, rest: self.reply("+OK"),
            "QUIT": self._quit,
        }
        self.reply(f"+OK POP3 server ready {banner}")

    def shut_down(self) -> None:
        """The service goes off: the session ends without a word, and nothing is deleted."""
        self.end()

    def lost(self) -> None:
        """The connection is gone: the mailbox is free, and keeps what was only marked."""
        super().lost()
        if self._mailbox is not None:
            self._mailbox.in_use = False
            self._mailbox = None

    def timed_out(self) -> None:
        """Ends an idle session; RFC 1939 has no words for it."""
        self._policy.note(f"pop3: {self._client} timed out")
        self.end()

    def line_too_long(self) -> None:
        """A line without end."""
        self._error("-ERR Line too long.")

    def handle_line(self, line: bytes) -> None:
        """Takes a command, or the answer to `AUTH PLAIN`."""
        if self._asking_plain:
            self._asking_plain = False
            self._plain(line)
            return
        # A password may be in any letters; what is not UTF-8 fits none.
        text = line.decode("utf-8", "replace")
        command, _, rest = text.partition(" ")
        words, name = rest.split(), command.upper()
        handlers = self._login if self._mailbox is None else self._commands
        handler = handlers.get(name)
        if handler is not None:
            # A password may have blanks, also at its ends.
            handler(words, rest)
        elif self._mailbox is None:
            self._error("-ERR Unknown command.")
        else:
            shown = "".join(letter for letter in name if letter.isprintable())
            self._error(f"-ERR Unknown command: {shown}")

    # Before the login

    def _take_user(self, words: list[str], rest: str) -> None:
        if not words:
            self._error("-ERR No username given.")
            return
        self._user = rest.strip()
        self.reply("+OK")

    def _take_password(self, _words: list[str], rest: str) -> None:
        user, self._user = self._user, None
        if user is None:
            self._error("-ERR No username given.")
        else:
            self._log_in(user, self._policy.store.authenticates(user, rest))

    def _apop(self, words: list[str], _rest: str) -> None:
        if len(words) != 2:
            self._error("-ERR Invalid parameters.")
            return
        user, digest = words
        password = self._policy.store.users.get(user)
        expected = hashlib.md5(f"{self._banner}{password or ''}".encode(), usedforsecurity=False).hexdigest()
        fits = hmac.compare_digest(digest.lower().encode(), expected.encode())
        self._log_in(user, fits and password is not None)

    def _auth(self, words: list[str], _rest: str) -> None:
        if not words:
            self._list_of("+OK", ["PLAIN"])
        elif words[0].upper() != "PLAIN":
            self._error("-ERR Unsupported authentication mechanism.")
        elif len(words) > 1:
            self._plain(words[1].encode("utf-8", "replace"))
        else:
            self._asking_plain = True
            self.reply("+ ")

    def _plain(self, line: bytes) -> None:
        credentials = plain_credentials(line)
        if credentials is None:
            self._error("-ERR Authentication aborted by client." if line == b"*" else _FAILED)
        else:
            self._log_in(credentials.user, self._policy.store.authenticates(*credentials))

    def _log_in(self, user: str, known: bool) -> None:
        if not known:
            self._failures += 1
            self._policy.note(f"pop3: {self._client} failed to log in")
            self.answer_later(_LATE, self._tell_failure)
            return
        mailbox = self._policy.store.mailbox(user)
        if mailbox.in_use:
            self.reply(_IN_USE)
            return
        mailbox.in_use = True
        self._mailbox, self._messages = mailbox, list(mailbox.messages.values())
        self._policy.note(f"pop3: {self._client} logged in as {user}")
        self.reply("+OK Logged in.")

    def _tell_failure(self) -> None:
        self.reply(_FAILED)
        if self._failures >= _MOST_FAILURES:
            self.end()

    # After it

    def _capa(self, _words: list[str], _rest: str) -> None:
        more = _LOGIN_CAPABILITIES if self._mailbox is None else ()
        self._list_of("+OK", [*_CAPABILITIES, *more])

    def _left(self) -> list[tuple[int, StoredMessage]]:
        return [
            (number, message)
            for number, message in enumerate(self._messages, 1)
            if number not in self._deleted
        ]

    def _stat(self, _words: list[str], _rest: str) -> None:
        left = self._left()
        self.reply(f"+OK {len(left)} {sum(len(message.data) for _, message in left)}")

    def _list(self, words: list[str], _rest: str) -> None:
        self._one_or_all(words, lambda message: str(len(message.data)), "+OK {} messages:")

    def _uidl(self, words: list[str], _rest: str) -> None:
        validity = self._policy.validity
        self._one_or_all(words, lambda message: f"{message.uid:08x}{validity:08x}", "+OK")

    def _one_or_all(self, words: list[str], value: Callable[[StoredMessage], str], title: str) -> None:
        if words:
            found = self._message(words[0])
            if found is not None:
                self.reply(f"+OK {found[0]} {value(found[1])}")
            return
        left = self._left()
        self._list_of(title.format(len(left)), [f"{number} {value(message)}" for number, message in left])

    def _retr(self, words: list[str], _rest: str) -> None:
        found = self._message(words[0] if words else "")
        if found is not None:
            self.reply(f"+OK {len(found[1].data)} octets")
            self.write(outgoing_text(found[1].data))

    def _top(self, words: list[str], _rest: str) -> None:
        found = self._message(words[0] if words else "")
        if found is None:
            return
        if len(words) != 2 or _NUMBER.fullmatch(words[1]) is None:
            self._error("-ERR Noise after message number: " + " ".join(words[1:])[:80])
            return
        head, empty, body = found[1].data.partition(b"\r\n\r\n")
        lines = body.splitlines(keepends=True)[: int(words[1])]
        self.reply("+OK")
        self.write(outgoing_text(head + empty + b"".join(lines)))

    def _dele(self, words: list[str], _rest: str) -> None:
        found = self._message(words[0] if words else "")
        if found is not None:
            self._deleted.add(found[0])
            self.reply("+OK Marked to be deleted.")

    def _rset(self, _words: list[str], _rest: str) -> None:
        self._deleted.clear()
        self.reply("+OK")

    def _quit(self, _words: list[str], _rest: str) -> None:
        mailbox = self._mailbox
        if mailbox is None or not self._deleted:
            self.reply("+OK Logging out.")
            self.end()
            return

        def stored(problem: str | None) -> None:
            if problem is None:
                self.reply("+OK Logging out, messages deleted.")
            else:
                self._policy.note(f"pop3: messages of {mailbox.user} can't be deleted: {problem}")
                self.reply("-ERR [SYS/TEMP] Logging out, some messages were not deleted.")
            self.end()

        self.begin_waiting()
        self._policy.store.remove(
            mailbox.user, [self._messages[number - 1].uid for number in self._deleted], stored
        )

    def _message(self, word: str) -> tuple[int, StoredMessage] | None:
        """The message of a number; None when the client was told that there is none."""
        if _NUMBER.fullmatch(word) is None:
            self._error(f"-ERR Invalid message number: {word[:80]}")
            return None
        number = int(word)
        if not 1 <= number <= len(self._messages):
            self._error(f"-ERR There's no message {number}.")
            return None
        if number in self._deleted:
            self._error("-ERR Message is deleted.")
            return None
        return number, self._messages[number - 1]

    def _list_of(self, title: str, lines: list[str]) -> None:
        self.write("".join(f"{line}\r\n" for line in (title, *lines, ".")).encode("latin-1"))

    def _error(self, text: str) -> None:
        self._errors += 1
        self.reply(text)
        if self._errors > _MOST_ERRORS:
            self.end()
