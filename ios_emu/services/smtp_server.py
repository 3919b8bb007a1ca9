"""An SMTP session, the server's side (RFC 5321), with the replies of Postfix.

The rules. A message is taken when 250 says so: it is stored then. Its end is CR LF . CR LF and nothing else,
whatever else a client calls a line; lone CRs and LFs become line ends, so that nobody behind this server can
take them for an end either. Mail for other domains is taken from who may send it, or not at all. Everything
that a client can make long has a limit; errors slow a session down, and many of them end it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import NamedTuple, Protocol

from ios_emu.clock import MINUTE, SECOND, Clock
from ios_emu.services.line_session import LineSession, Transport
from ios_emu.services.mail_address import MailAddress, read_address, read_path
from ios_emu.services.sasl import decoded, plain_credentials
from ios_emu.services.smtp_text import IncomingText, flaw_of

LARGEST_MESSAGE = 10_240_000
MOST_RECIPIENTS = 100
LONGEST_LINE = 2048
_IDLE = 5 * MINUTE
_DATA_TIME = 10 * MINUTE
_PATIENT_ERRORS, _MOST_ERRORS = 10, 20
_MOST_IDLE_COMMANDS = 100
_ERROR_DELAY = SECOND
_UNKNOWN_USER = "550 5.1.1 <{}>: Recipient address rejected: User unknown in virtual mailbox table"
_NOT_MAIL = (b"CONNECT", b"GET", b"POST")


class Envelope(NamedTuple):
    """Who a message is from, and for whom. The sender is None for a bounce."""

    sender: MailAddress | None
    recipients: tuple[MailAddress, ...]


Accepted = Callable[[str | None, str], None]


class SmtpPolicy(Protocol):
    """What a session asks of the mail server that it belongs to."""

    @property
    def hostname(self) -> str:
        """The server's own name."""

    @property
    def offers_auth(self) -> bool:
        """May clients authenticate?"""

    def is_local(self, address: MailAddress) -> bool:
        """Is it an address of the own domain?"""

    def has_mailbox(self, address: MailAddress) -> bool:
        """Is there a mailbox for this address of the own domain?"""

    def may_relay(self, client: IPv4Address) -> bool:
        """May this client send to other domains?"""

    def authenticates(self, user: str, password: str) -> bool:
        """Is this the user's password?"""

    def accept(self, envelope: Envelope, text: bytes, received: str, done: Accepted) -> None:
        """Takes a message; `received` is the Received field. `done(problem, queue_id)` once it is stored."""

    def note(self, text: str) -> None:
        """A line for the server's log."""


@dataclass(slots=True)
class _Transaction:
    sender: MailAddress | None
    recipients: list[MailAddress]


class SmtpSession(LineSession):
    """One client's session; it greets at once."""

    def __init__(self, clock: Clock, transport: Transport, policy: SmtpPolicy, client: IPv4Address) -> None:
        super().__init__(clock, transport, _IDLE, LONGEST_LINE)
        self._policy = policy
        self._client = client
        self._hello = ""
        self._extended = False
        self._user: str | None = None
        self._transaction: _Transaction | None = None
        self._rejected = False
        self._errors = 0
        self._idle_commands = 0
        self._answer: Callable[[bytes], None] | None = None
        # The text of a message while it comes: None outside of DATA.
        self._text: IncomingText | None = None
        self._commands: dict[str, Callable[[str], None]] = {
            "HELO": self._helo,
            "EHLO": self._ehlo,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": self._noop,
            "QUIT": self._quit,
            "VRFY": self._vrfy,
            "HELP": self._help,
            "AUTH": self._auth,
        }
        self.reply(f"220 {policy.hostname} ESMTP")

    def shut_down(self) -> None:
        """The service goes off: the client is told."""
        self.reply(
            f"421 4.3.2 {self._policy.hostname} Service shutting down and closing transmission channel"
        )
        self.end()

    def timed_out(self) -> None:
        """The client was silent for too long, or sent its text too slowly."""
        self.reply(f"421 4.4.2 {self._policy.hostname} Error: timeout exceeded")
        self._policy.note(f"smtp: {self._client} timed out")
        self.end()

    def line_too_long(self) -> None:
        """A command line without end."""
        self._error("500 5.5.2 Error: line too long")

    def handle_line(self, line: bytes) -> None:
        """Takes a command, or an answer to what this server asked."""
        if self._answer is not None:
            answer, self._answer = self._answer, None
            answer(line)
            return
        word = line.split(None, 1)[0].upper() if line.split() else b""
        if word in _NOT_MAIL or (line and not line[:1].isalpha()):
            self.reply("221 2.7.0 Error: I can break rules, too. Goodbye.")
            self._policy.note(f"smtp: {self._client} does not speak SMTP")
            self.end()
            return
        name = word.decode("latin-1")
        handler = self._commands.get(name)
        if handler is None or (name == "AUTH" and not self._policy.offers_auth):
            self._error("500 5.5.2 Error: command not recognized" if word else "500 5.5.2 Error: bad syntax")
            return
        if name in ("NOOP", "RSET", "VRFY", "HELP", "HELO", "EHLO"):
            self._idle_commands += 1
            if self._idle_commands > _MOST_IDLE_COMMANDS:
                self._error("450 4.7.0 Error: too much idle talk")
                return
        try:
            argument = line[len(word) :].decode("ascii").strip()
        except UnicodeDecodeError:
            self._error("501 5.5.4 Error: only ASCII is taken in commands")
            return
        handler(argument)

    # Commands

    def _helo(self, argument: str) -> None:
        if self._greeted("HELO", argument, extended=False):
            self.reply(f"250 {self._policy.hostname}")

    def _ehlo(self, argument: str) -> None:
        if not self._greeted("EHLO", argument, extended=True):
            return
        offers = ["PIPELINING", f"SIZE {LARGEST_MESSAGE}", "VRFY"]
        if self._policy.offers_auth:
            offers.append("AUTH PLAIN LOGIN")
        offers += ["ENHANCEDSTATUSCODES", "8BITMIME", "HELP"]
        lines = [f"250-{line}" for line in (self._policy.hostname, *offers[:-1])]
        self.reply("\r\n".join([*lines, f"250 {offers[-1]}"]))

    def _greeted(self, word: str, argument: str, *, extended: bool) -> bool:
        if not argument:
            self._error(f"501 Syntax: {word} hostname")
            return False
        # The name goes into a header field: what can't be a name is not repeated there.
        self._hello = "".join(letter for letter in argument if letter.isalnum() or letter in ".-[]:_")[:255]
        self._extended = extended
        self._transaction = None
        return True

    def _mail(self, argument: str) -> None:
        if self._transaction is not None:
            self._error("503 5.5.1 Error: nested MAIL command")
            return
        found = read_path("FROM:", argument)
        if found is None:
            self._error("501 5.5.4 Syntax: MAIL FROM:<address>")
            return
        path, parameters = found
        sender = read_address(path) if path else None
        if path and sender is None:
            self._error("501 5.1.7 Bad sender address syntax")
            return
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            match name.upper():
                case "SIZE" if value.isdigit() and len(value) <= 20:
                    if int(value) > LARGEST_MESSAGE:
                        self._error("552 5.3.4 Message size exceeds fixed limit")
                        return
                case "BODY" if value.upper() in ("7BIT", "8BITMIME"):
                    pass
                case "AUTH" if self._policy.offers_auth:
                    pass
                case "SIZE" | "BODY":
                    self._error(f"501 5.5.4 Bad {name.upper()} parameter")
                    return
                case _:
                    self._error(f"555 5.5.4 Unsupported option: {parameter}")
                    return
        self._transaction, self._rejected = _Transaction(sender, []), False
        self.reply("250 2.1.0 Ok")

    def _rcpt(self, argument: str) -> None:
        if self._transaction is None:
            self._error("503 5.5.1 Error: need MAIL command")
            return
        found = read_path("TO:", argument)
        if found is None:
            self._error("501 5.5.4 Syntax: RCPT TO:<address>")
            return
        path, parameters = found
        address = read_address(path)
        if address is None:
            self._error("501 5.1.3 Bad recipient address syntax")
            return
        if parameters:
            self._error(f"555 5.5.4 Unsupported option: {parameters[0]}")
            return
        policy = self._policy
        if policy.is_local(address):
            if not policy.has_mailbox(address):
                self._reject(_UNKNOWN_USER.format(address))
                return
        elif not (self._user or policy.may_relay(self._client)):
            self._reject(f"554 5.7.1 <{address}>: Relay access denied")
            return
        if len(self._transaction.recipients) >= MOST_RECIPIENTS:
            self._reject("452 4.5.3 Error: too many recipients")
            return
        if address not in self._transaction.recipients:
            self._transaction.recipients.append(address)
        self.reply("250 2.1.5 Ok")

    def _reject(self, text: str) -> None:
        self._rejected = True
        self._policy.note(f"smtp: reject: RCPT from {self._client}: {text}")
        self._error(text)

    def _data(self, argument: str) -> None:
        if argument:
            self._error("501 5.5.4 Syntax: DATA")
        elif self._transaction is None:
            self._error("503 5.5.1 Error: need RCPT command")
        elif not self._transaction.recipients:
            self._error(
                "554 5.5.1 Error: no valid recipients"
                if self._rejected
                else "503 5.5.1 Error: need RCPT command"
            )
        else:
            self.reply("354 End data with <CR><LF>.<CR><LF>")
            self._text, self.take_raw = IncomingText(LARGEST_MESSAGE), self._take_text
            self.stay_awake(_DATA_TIME)

    def _rset(self, _argument: str) -> None:
        self._transaction = None
        self.reply("250 2.0.0 Ok")

    def _noop(self, _argument: str) -> None:
        self.reply("250 2.0.0 Ok")

    def _quit(self, _argument: str) -> None:
        self.reply("221 2.0.0 Bye")
        self.end()

    def _vrfy(self, argument: str) -> None:
        address = read_address(argument.strip("<>")) if argument else None
        if not argument:
            self._error("501 5.5.4 Syntax: VRFY address")
        elif address is None:
            self._error("501 5.1.3 Bad recipient address syntax")
        elif not self._policy.is_local(address):
            self._error(f"554 5.7.1 <{address}>: Relay access denied")
        elif not self._policy.has_mailbox(address):
            self._error(_UNKNOWN_USER.format(address))
        else:
            self.reply(f"252 2.0.0 {address}")

    def _help(self, _argument: str) -> None:
        self.reply("214 2.0.0 HELO EHLO MAIL RCPT DATA RSET NOOP QUIT VRFY HELP")

    # Authentication (RFC 4954)

    def _auth(self, argument: str) -> None:
        mechanism, _, initial = argument.partition(" ")
        if self._user is not None:
            self._error("503 5.5.1 Error: already authenticated")
        elif self._transaction is not None:
            self._error("503 5.5.1 Error: MAIL transaction in progress")
        elif mechanism.upper() == "PLAIN":
            if initial:
                self._plain(initial.encode())
            else:
                self._ask("334 ", self._plain)
        elif mechanism.upper() == "LOGIN":
            if initial:
                self._login_user(initial.encode())
            else:
                self._ask("334 VXNlcm5hbWU6", self._login_user)
        else:
            self._error("504 5.5.4 Error: unrecognized authentication type")

    def _ask(self, text: str, answer: Callable[[bytes], None]) -> None:
        self._answer = answer
        self.reply(text)

    def _plain(self, line: bytes) -> None:
        credentials = plain_credentials(line)
        if credentials is None:
            self._error("501 5.5.2 Error: invalid response")
        else:
            self._authenticate(*credentials)

    def _login_user(self, line: bytes) -> None:
        user = decoded(line)

        def take_password(given: bytes) -> None:
            password = decoded(given)
            if user is None or password is None:
                self._error("501 5.5.2 Error: invalid response")
            else:
                self._authenticate(user, password)

        self._ask("334 UGFzc3dvcmQ6", take_password)

    def _authenticate(self, user: str, password: str) -> None:
        if self._policy.authenticates(user, password):
            self._user = user
            self.reply("235 2.7.0 Authentication successful")
            return
        self._policy.note(f"smtp: {self._client} failed to authenticate")
        self.answer_later(
            2 * SECOND, lambda: self._error("535 5.7.8 Error: authentication failed: authentication failure")
        )

    # The text of a message

    def _take_text(self, buffer: bytearray) -> None:
        text = self._text
        assert text is not None
        body = text.take(buffer)
        if body is not None:
            self._text = self.take_raw = None
            # What was left of the text's time is not the next command's.
            self.stay_awake()
            self._finish(body, text.too_large)

    def _finish(self, text: bytes, too_large: bool) -> None:
        transaction, self._transaction = self._transaction, None
        assert transaction is not None
        if too_large:
            self._error("552 5.3.4 Error: message file too big")
            return
        flaw = flaw_of(text, LONGEST_LINE)
        if flaw is not None:
            self._error(flaw)
            return
        policy = self._policy
        protocol = "ESMTPA" if self._user else "ESMTP" if self._extended else "SMTP"
        source = f"{self._hello or 'unknown'} (unknown [{self._client}])"
        received = f"from {source} by {policy.hostname} with {protocol}"
        self.begin_waiting()

        def stored(problem: str | None, queue_id: str) -> None:
            if problem is None:
                self.reply(f"250 2.0.0 Ok: queued as {queue_id}")
            else:
                policy.note(f"smtp: a message of {self._client} can't be stored: {problem}")
                self.reply("451 4.3.0 Error: queue file write error")
            self.go_on()

        envelope = Envelope(transaction.sender, tuple(transaction.recipients))
        policy.accept(envelope, text, received, stored)

    def _error(self, text: str) -> None:
        """An error: the more there are, the slower it is told."""
        self._errors += 1
        if self._errors > _MOST_ERRORS:
            self.reply(f"421 4.7.0 {self._policy.hostname} Error: too many errors")
            self._policy.note(f"smtp: {self._client} made too many errors")
            self.end()
        elif self._errors > _PATIENT_ERRORS:
            self.answer_later(_ERROR_DELAY, lambda: self.reply(text))
        else:
            self.reply(text)
