"""The questions of a resolver as bytes, and what it takes from the bytes of a reply.

The rules. A reply counts when it has the question's id, its name, type and class, and says that it is one
(RFC 5452 section 9). Of its records only those count that the name asked for leads to, along its aliases.
"""

from __future__ import annotations

from typing import NamedTuple

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.SOA import SOA
from dns.rdtypes.mxbase import MXBase
from dns.rdtypes.nsbase import NSBase

from ios_emu.services.dns_answer import Record, Status

# Nobody needs to keep for longer that something does not exist (RFC 2308 section 5).
_LONGEST_NEGATIVE = 10_800
_MOST_ALIASES = 16
_STATUS = {
    dns.rcode.NOERROR: Status.NO_DATA,
    dns.rcode.NXDOMAIN: Status.NO_NAME,
    dns.rcode.REFUSED: Status.REFUSED,
}


class Question(NamedTuple):
    """A question with its id."""

    id: int
    name: dns.name.Name
    type: dns.rdatatype.RdataType

    def build(self) -> bytes:
        """Its bytes: it asks for recursion."""
        return dns.message.make_query(self.name, self.type, id=self.id).to_wire()


class Reply(NamedTuple):
    """What a reply says. `target` is where its aliases lead; unless `complete` that is to be asked for."""

    status: Status
    truncated: bool
    authoritative: bool
    records: tuple[Record, ...] = ()
    target: str = ""
    complete: bool = True
    soa: Record | None = None


def read_name(name: str) -> dns.name.Name | None:
    """A domain name as a person writes it, in full; None for what is none."""
    try:
        return dns.name.from_text(name)
    except (dns.exception.DNSException, UnicodeError):
        return None


def read_type(kind: str) -> dns.rdatatype.RdataType | None:
    """A type of records by its name; None for one that there is not."""
    try:
        return dns.rdatatype.from_text(kind)
    except (dns.exception.DNSException, ValueError):
        return None


def name_text(name: dns.name.Name) -> str:
    """A name without the dot at its end; the root is a dot."""
    return name.to_text(omit_final_dot=True) if len(name) > 1 else "."


def reverse_name(address: str) -> str:
    """The name that the PTR record of an IPv4 address has."""
    return ".".join([*reversed(address.split(".")), "in-addr.arpa"])


def read_reply(payload: bytes, question: Question) -> Reply | None:
    """What `payload` says to `question`; None when it is no reply to it."""
    try:
        message = dns.message.from_wire(payload, keyring=False, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError):
        return None
    flags = message.flags
    if message.id != question.id or not flags & dns.flags.QR or message.opcode() != dns.opcode.QUERY:
        return None
    if len(message.question) != 1 or not _is_question(message.question[0], question):
        return None
    truncated = bool(flags & dns.flags.TC)
    authoritative = bool(flags & dns.flags.AA)
    rcode = message.rcode()
    if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Reply(_STATUS.get(rcode, Status.FAILED), truncated, authoritative)
    return _read_records(message, question, truncated, authoritative)


def _is_question(one: dns.rrset.RRset, question: Question) -> bool:
    return one.name == question.name and one.rdtype == question.type and one.rdclass == dns.rdataclass.IN


def _read_records(
    message: dns.message.Message, question: Question, truncated: bool, authoritative: bool
) -> Reply:
    """Follows the aliases from the name that was asked for."""
    sets = {(one.name, one.rdtype): one for one in message.answer if one.rdclass == dns.rdataclass.IN}
    name, records = question.name, []
    seen = {name}
    while True:
        if question.type == dns.rdatatype.ANY:
            found = [one for (owner, _), one in sets.items() if owner == name]
        else:
            found = [one for one in [sets.get((name, question.type))] if one is not None]
        if found:
            records += [record for one in found for record in _records(one)]
            return Reply(Status.FOUND, truncated, authoritative, tuple(records), name_text(name))
        alias = sets.get((name, dns.rdatatype.CNAME))
        if alias is None:
            break
        records.append(next(iter(_records(alias))))
        name = alias[0].target
        if name in seen or len(seen) > _MOST_ALIASES:
            return Reply(Status.LOOP, truncated, authoritative, tuple(records))
        seen.add(name)
    status, soa = _STATUS[message.rcode()], _soa(message)
    if not records and status is Status.NO_DATA and not authoritative and soa is None and message.authority:
        # A referral: a server that does not ask others for us is of no use.
        status = Status.FAILED
    complete = not records or status is Status.NO_NAME or soa is not None
    return Reply(status, truncated, authoritative, tuple(records), name_text(name), complete, soa)


def _records(rrset: dns.rrset.RRset) -> list[Record]:
    name, kind = name_text(rrset.name), dns.rdatatype.to_text(rrset.rdtype)
    return [Record(name, kind, rrset.ttl, _value(rdata)) for rdata in rrset]


def _value(rdata: dns.rdata.Rdata) -> str:
    match rdata:
        case NSBase():
            return name_text(rdata.target)
        case MXBase():
            return f"{rdata.preference} {name_text(rdata.exchange)}"
        case SOA():
            numbers = (rdata.serial, rdata.refresh, rdata.retry, rdata.expire, rdata.minimum)
            return " ".join([name_text(rdata.mname), name_text(rdata.rname), *map(str, numbers)])
        case _:
            return rdata.to_text()


def _soa(message: dns.message.Message) -> Record | None:
    """The SOA of a negative answer, with the time for which to keep that (RFC 2308 section 5)."""
    for one in message.authority:
        rdata = one[0]
        if isinstance(rdata, SOA) and one.rdclass == dns.rdataclass.IN:
            return _records(one)[0]._replace(ttl=min(one.ttl, rdata.minimum, _LONGEST_NEGATIVE))
    return None
