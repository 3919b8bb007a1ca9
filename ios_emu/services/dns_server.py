"""An authoritative name server (RFC 1034, RFC 1035): bytes of a request in, bytes of its reply out.

The rules. It answers for its own zones alone, and never asks others. A question for ANY gets one set of
records (RFC 8482). The same request gets the same reply, but for its id: replies are kept.
"""

from __future__ import annotations

from collections.abc import Iterable

import dns.flags
import dns.rcode

from ios_emu.services.dns_message import Transport, read_query, render, response
from ios_emu.services.dns_zone import Zones

# Only short requests are kept, for they are those that come again.
_MOST_KEPT = 2048
_LONGEST_KEPT = 128


class DnsServer:
    """Answers from `records`, each `(name, type, value)`. Raises dns.exception.DNSException for a bad one."""

    def __init__(self, records: Iterable[tuple[str, str, str]] = ()) -> None:
        self._zones = Zones(records)
        self._kept: dict[tuple[bytes, Transport], bytes] = {}

    def answer(self, request: bytes, transport: Transport) -> bytes | None:
        """The reply to `request`; None for what gets none, such as an answer."""
        key = (request[2:], transport)
        kept = self._kept.get(key)
        if kept is not None:
            return request[:2] + kept
        reply = self._answer(request, transport)
        if reply is not None and len(request) <= _LONGEST_KEPT:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = reply[2:]
        return reply

    def _answer(self, request: bytes, transport: Transport) -> bytes | None:
        query = read_query(request, transport)
        if query is None or isinstance(query, bytes):
            return query
        finding = self._zones.find(query.name, query.type)
        message = response(query, finding.rcode, recursion=False)
        if finding.authoritative:
            message.flags |= dns.flags.AA
        message.answer.extend(finding.answer)
        message.authority.extend(finding.authority)
        message.additional.extend(finding.additional)
        return render(query, message)
