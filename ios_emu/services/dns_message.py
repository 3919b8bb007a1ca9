"""DNS messages as a server reads and writes them: what is no question is answered with its error.

The rules. An answer is never answered, nor is what has no header. Whatever else comes gets one reply: its
error where it is none of the questions that a server takes (RFC 1035 section 4.1, RFC 6891, RFC 9619).
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype

HEADER = 12
LARGEST_UDP = 1232
"""What a datagram may carry and still cross any link whole (the DNS Flag Day of 2020)."""
_SMALLEST_UDP = 512
_LARGEST_TCP = 65_535
_QR = 0x8000
_RD = 0x0100
_OPCODE = 0x7800
# An OPT record, and a signature that nobody here can check.
_MOST_ADDITIONAL = 2
_TRANSFERS = (dns.rdatatype.AXFR, dns.rdatatype.IXFR)
# Types that only messages have, no names (RFC 6895 section 3.1).
_FIRST_META, _LAST_META = 128, 255


class Transport(Enum):
    """How a message came."""

    UDP = "udp"
    TCP = "tcp"


class Query(NamedTuple):
    """A question that is in order."""

    message: dns.message.Message
    name: dns.name.Name
    type: dns.rdatatype.RdataType
    transport: Transport


def read_query(request: bytes, transport: Transport) -> Query | bytes | None:
    """The question in `request`, or the reply that it gets instead, or None when it gets none."""
    if len(request) < HEADER:
        return None
    flags = int.from_bytes(request[2:4])
    if flags & _QR:
        return None
    if flags & _OPCODE:
        return _header(request, dns.rcode.NOTIMP)
    questions, answers, authorities, additional = (
        int.from_bytes(request[at : at + 2]) for at in range(4, 12, 2)
    )
    if questions != 1 or answers or authorities or additional > _MOST_ADDITIONAL:
        return _header(request, dns.rcode.FORMERR)
    try:
        message = dns.message.from_wire(request, keyring=False)
    except (dns.exception.DNSException, ValueError):
        return _header(request, dns.rcode.FORMERR)
    question = message.question[0]
    query = Query(message, question.name, question.rdtype, transport)
    refusal = _refusal(query, question.rdclass)
    return query if refusal is None else reply(query, refusal, recursion=False)


def reply(query: Query, rcode: dns.rcode.Rcode, *, recursion: bool) -> bytes:
    """A reply that has nothing but its code."""
    return render(query, response(query, rcode, recursion=recursion))


def response(query: Query, rcode: dns.rcode.Rcode, *, recursion: bool) -> dns.message.Message:
    """The beginning of a reply; `recursion`: does this server ask others?"""
    made = dns.message.make_response(query.message, recursion, LARGEST_UDP, pad=0)
    made.set_rcode(rcode)
    return made


def render(query: Query, message: dns.message.Message) -> bytes:
    """The bytes of a reply: what is too long for UDP is cut, and says so with TC."""
    largest = _LARGEST_TCP
    if query.transport is Transport.UDP:
        asked = query.message.payload if query.message.edns >= 0 else _SMALLEST_UDP
        largest = min(max(asked, _SMALLEST_UDP), LARGEST_UDP)
    # In the order of the records: dnspython would shuffle them with a chance of its own.
    return message.to_wire(max_size=largest, prefer_truncation=True, want_shuffle=False)


def _refusal(query: Query, rdclass: dns.rdataclass.RdataClass) -> dns.rcode.Rcode | None:
    """Why a question is not looked up: an EDNS to come, another class, a transfer, no type of a record."""
    kind = query.type
    if query.message.edns > 0:
        return dns.rcode.BADVERS
    if rdclass != dns.rdataclass.IN or kind in _TRANSFERS:
        return dns.rcode.REFUSED
    if kind in (dns.rdatatype.NONE, dns.rdatatype.OPT):
        return dns.rcode.FORMERR
    if _FIRST_META <= kind < _LAST_META:
        return dns.rcode.NOTIMP
    return None


def _header(request: bytes, rcode: dns.rcode.Rcode) -> bytes:
    """A reply of a header alone, for a request whose question can't be repeated."""
    flags = _QR | int.from_bytes(request[2:4]) & (_OPCODE | _RD) | rcode
    return request[:2] + flags.to_bytes(2) + bytes(8)
