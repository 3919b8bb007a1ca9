"""What a name server was asked, and by whom. A line is read out of the messages when somebody looks."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from ipaddress import IPv4Address
from typing import NamedTuple

from ios_emu.clock import MICROSECOND
from ios_emu.devices.system_clock import EPOCH

_MOST_LINES = 500
# Of a longer reply only so much is kept.
_MOST_READ = 4096


class _Asked(NamedTuple):
    time: int
    client: int
    reply: bytes | None


class DnsLog:
    """The newest questions; `number` says how many there were."""

    def __init__(self) -> None:
        self.number = 0
        self._asked: deque[_Asked] = deque(maxlen=_MOST_LINES)

    def note(self, time: int, client: int, reply: bytes | None) -> None:
        """Keeps what `client` was told, which has its question in it; None when it got no reply."""
        self.number += 1
        self._asked.append(_Asked(time, client, None if reply is None else reply[:_MOST_READ]))

    def lines(self) -> list[str]:
        """A line for each, the oldest first."""
        return [_line(one) for one in self._asked]


def _line(asked: _Asked) -> str:
    date = EPOCH + timedelta(microseconds=asked.time // MICROSECOND)
    return f"{date:%b %d %H:%M:%S} dns: {IPv4Address(asked.client)} {_said(asked)}"


def _said(asked: _Asked) -> str:
    import dns.message
    import dns.rcode
    import dns.rdatatype

    if asked.reply is None:
        return "sent what is no question: it got no reply"
    reply = dns.message.from_wire(asked.reply, keyring=False, continue_on_error=True)
    if not reply.question:
        return f"sent what is no question: {dns.rcode.to_text(reply.rcode())}"
    question = reply.question[0]
    kind = dns.rdatatype.to_text(question.rdtype)
    name = question.name.to_text(omit_final_dot=True)
    found = ", ".join(rdata.to_text() for rrset in reply.answer for rdata in rrset)
    code = dns.rcode.to_text(reply.rcode())
    return f"asked {kind} {name}: {found or (code if reply.rcode() else 'no such record')}"
