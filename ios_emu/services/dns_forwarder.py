"""A name server that knows a host table and asks other servers for the rest, as `ip dns server` makes one.

The rules. The host table's names have addresses alone, and the server is sure of them. Everything else is
the resolver's, with its cache. Who asks what is being asked already waits for the same answer, so servers
that ask each other in a circle come to an end.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from ios_emu.services.dns_answer import Answer, Record, Status
from ios_emu.services.dns_codec import name_text
from ios_emu.services.dns_message import Query, Transport, read_query, render, reply, response
from ios_emu.services.resolver import Resolver, Settings

HOST_TTL = 10
"""Seconds for which others may keep what the host table says."""
MOST_WAITING = 256

_RCODES = {
    Status.FOUND: dns.rcode.NOERROR,
    Status.NO_DATA: dns.rcode.NOERROR,
    Status.NO_NAME: dns.rcode.NXDOMAIN,
    Status.REFUSED: dns.rcode.REFUSED,
}
_Reply = Callable[[bytes], None]


class _Waiting(NamedTuple):
    query: Query
    reply: _Reply


class DnsForwarder:
    """Answers with what `resolver` finds; `settings` says whom it asks for others, maybe nobody."""

    def __init__(self, resolver: Resolver, settings: Callable[[], Settings]) -> None:
        self._resolver = resolver
        self._settings = settings
        self._waiting: dict[tuple[str, int], list[_Waiting]] = {}

    def answer(self, request: bytes, tcp: bool, send: _Reply) -> bool:
        """Gives the reply to `send`, now or later. Is there going to be one?"""
        query = read_query(request, Transport.TCP if tcp else Transport.UDP)
        if query is None:
            return False
        if isinstance(query, bytes):
            send(query)
            return True
        settings = self._settings()
        name, kind = name_text(query.name), dns.rdatatype.to_text(query.type)
        own = self._resolver.known(name, kind)
        if own is not None:
            records = tuple(Record(name, kind, HOST_TTL, value) for value in own)
            answer = Answer(name, kind, Status.FOUND, records, authoritative=True)
            send(_rendered(query, answer, bool(settings.servers)))
        elif not settings.servers or not query.message.flags & dns.flags.RD:
            send(reply(query, dns.rcode.REFUSED, recursion=bool(settings.servers)))
        else:
            self._forward(_Waiting(query, send), name, kind, settings)
        return True

    def _forward(self, waiting: _Waiting, name: str, kind: str, settings: Settings) -> None:
        key = (name.lower(), int(waiting.query.type))
        others = self._waiting.get(key)
        if sum(map(len, self._waiting.values())) >= MOST_WAITING:
            waiting.reply(reply(waiting.query, dns.rcode.SERVFAIL, recursion=True))
        elif others is not None:
            others.append(waiting)
        else:
            self._waiting[key] = [waiting]
            # As it stands: the search list is for this device's own names.
            signal = self._resolver.lookup(f"{name}.", kind, settings._replace(search=()))
            signal.subscribe(partial(self._found, key))

    def _found(self, key: tuple[str, int], answer: object) -> None:
        assert isinstance(answer, Answer)
        for waiting in self._waiting.pop(key):
            waiting.reply(_rendered(waiting.query, answer, True))


def _rendered(query: Query, answer: Answer, recursion: bool) -> bytes:
    message = response(query, _RCODES.get(answer.status, dns.rcode.SERVFAIL), recursion=recursion)
    # Only the host table is this server's own; what others were sure of, it has heard.
    if answer.authoritative and answer.server is None:
        message.flags |= dns.flags.AA
    _add(message.answer, answer.records)
    if answer.soa is not None:
        _add(message.authority, (answer.soa,))
    return render(query, message)


def _add(section: list[dns.rrset.RRset], records: tuple[Record, ...]) -> None:
    for record in records:
        name, kind = dns.name.from_text(record.name), dns.rdatatype.from_text(record.type)
        rdata = dns.rdata.from_text(
            dns.rdataclass.IN, kind, record.value, origin=dns.name.root, relativize=False
        )
        present = next((one for one in section if one.name == name and one.rdtype == kind), None)
        if present is None:
            section.append(dns.rrset.from_rdata(name, record.ttl, rdata))
        else:
            present.add(rdata)
