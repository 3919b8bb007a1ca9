"""The name service of a server: its records, and whether port 53 answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from ios_emu.devices.host_dns_log import DnsLog

if TYPE_CHECKING:
    from ios_emu.services.dns_listener import DnsListener, Reply
    from ios_emu.services.dns_server import DnsServer
    from ios_emu.stack.node import Node


class NameRecord(NamedTuple):
    """A record as a zone file writes it, names in full: `example.com`, `MX`, `10 mail.example.com`."""

    name: str
    type: str
    value: str


class DnsService:
    """The service on `node`; it is off until it is switched on. What it needs is loaded when it is asked."""

    def __init__(self, node: Node) -> None:
        self.records: list[NameRecord] = []
        self.log = DnsLog()
        self._node = node
        self._listener: DnsListener | None = None
        self._server: DnsServer | None = None

    @property
    def enabled(self) -> bool:
        """Does it answer?"""
        return self._listener is not None

    def set(self, enabled: bool) -> None:
        """Switches it on or off; off gives up the port at once. Raises ValueError when others have it."""
        if enabled and self._listener is None:
            from ios_emu.services.dns_listener import DnsListener

            self._listener = DnsListener(self._node, self._answer)
        elif not enabled and self._listener is not None:
            self._listener.close()
            self._listener = None

    def load(self, records: Iterable[NameRecord]) -> None:
        """Takes these records in place of those that there were."""
        self.records = list(records)
        self._server = None

    def add(self, record: NameRecord) -> bool:
        """Adds a record; False when it is there already. Raises ValueError for one that can't be.

        An alias has no other record beside it (RFC 1034 section 3.6.2).
        """
        if record in self.records:
            return False
        of_name = [one.type for one in self.records if one.name.lower() == record.name.lower()]
        if of_name and "CNAME" in (record.type, *of_name):
            raise ValueError(f"{record.name} would have a CNAME and another record")
        from dns.exception import DNSException

        from ios_emu.services.dns_server import DnsServer

        records = [*self.records, record]
        try:
            self._server = DnsServer(records)
        except DNSException as error:
            raise ValueError(f"{' '.join(record)} is no record: {error}") from None
        self.records = records
        return True

    def delete(self, name: str, kind: str | None = None, value: str | None = None) -> int:
        """Takes away the records of a name, or those of one type or value; returns how many."""
        kept = [
            one
            for one in self.records
            if one.name.lower() != name.lower()
            or (kind is not None and one.type != kind.upper())
            or (value is not None and one.value != value)
        ]
        deleted = len(self.records) - len(kept)
        if deleted:
            self.load(kept)
        return deleted

    def _answer(self, request: bytes, tcp: bool, reply: Reply, client: int) -> bool:
        from ios_emu.services.dns_message import Transport

        if self._server is None:
            from ios_emu.services.dns_server import DnsServer

            self._server = DnsServer(self.records)
        answer = self._server.answer(request, Transport.TCP if tcp else Transport.UDP)
        self.log.note(self._node.clock.now, client, answer)
        if answer is not None:
            reply(answer)
        return answer is not None
