"""A resolver on a bench: a clock, and a wire that notes what is sent and says what servers say."""

from __future__ import annotations

import random
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import NamedTuple

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from ios_emu.clock import SECOND, Clock
from ios_emu.services.dns_answer import Answer
from ios_emu.services.resolver import Lookup, Resolver, Settings

S1, S2 = int(IPv4Address("10.0.0.1")), int(IPv4Address("10.0.0.2"))


class Sent(NamedTuple):
    """A question: when, to whom, over TCP or not, and the message."""

    time: int
    server: int
    tcp: bool
    message: dns.message.Message

    def __str__(self) -> str:
        question = self.message.question[0]
        way = " tcp" if self.tcp else ""
        return (
            f"{self.time / SECOND:g} {IPv4Address(self.server)}{way} {question.name} {question.rdtype.name}"
        )


Serve = Callable[[Sent], bytes | None]


class BenchWire:
    """The wire of a resolver. `serve` answers at once what is sent; None is silence."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.sent: list[Sent] = []
        self.serve: Serve = lambda sent: None
        self.open: set[BenchSocket] = set()
        self.streams = 0

    def datagrams(
        self, received: Callable[[int, bytes], None], unreachable: Callable[[int], None]
    ) -> BenchSocket:
        return BenchSocket(self, received, unreachable)

    def stream(
        self, server: int, payload: bytes, received: Callable[[bytes], None], failed: Callable[[], None]
    ) -> Callable[[], None]:
        self.streams += 1
        over = False

        def close() -> None:
            nonlocal over
            self.streams -= not over
            over = True

        def answer() -> None:
            reply = self.serve(note)
            if not over and reply == b"":
                failed()
            elif not over and reply is not None:
                received(reply)

        note = self.note(server, payload, True)
        self.clock.call_soon(answer)
        return close

    def note(self, server: int, payload: bytes, tcp: bool) -> Sent:
        sent = Sent(self.clock.now, server, tcp, dns.message.from_wire(payload))
        self.sent.append(sent)
        return sent

    @property
    def log(self) -> list[str]:
        """What was sent, a line each."""
        return [str(sent) for sent in self.sent]


class BenchSocket:
    """A port of the wire."""

    def __init__(
        self, wire: BenchWire, received: Callable[[int, bytes], None], unreachable: Callable[[int], None]
    ) -> None:
        self._wire = wire
        self.received = received
        self.unreachable = unreachable
        wire.open.add(self)

    def send(self, server: int, payload: bytes) -> None:
        sent = self._wire.note(server, payload, False)
        self._wire.clock.call_soon(self._answer, sent)

    def _answer(self, sent: Sent) -> None:
        reply = self._wire.serve(sent)
        if reply is not None:
            self.hear(sent.server, reply)

    def hear(self, source: int, payload: bytes) -> None:
        """A datagram comes."""
        if self in self._wire.open:
            self.received(source, payload)

    def close(self) -> None:
        self._wire.open.remove(self)


class Bench:
    """A resolver with two servers and a search list."""

    def __init__(self, **more: object) -> None:
        self.clock = Clock()
        self.wire = BenchWire(self.clock)
        self.settings = Settings((S1, S2), timeouts=(1 * SECOND, 2 * SECOND))._replace(**more)  # type: ignore[arg-type]
        self.hosts: dict[tuple[str, str], tuple[str, ...]] = {}
        self.resolver = Resolver(
            self.clock,
            self.wire,
            random.Random(1),
            lambda: self.settings,
            lambda name, kind: self.hosts.get((name.lower(), kind)),
        )

    def look(self, name: str, kind: str = "A") -> Answer:
        """The answer to a lookup, after all that it takes."""
        lookup = self.begin(name, kind)
        self.clock.run_until_idle()
        assert lookup.answer is not None
        assert self.wire.open == set()
        assert self.wire.streams == 0
        return lookup.answer

    def begin(self, name: str, kind: str = "A") -> Lookup:
        return self.resolver.begin(name, kind)

    def forget(self) -> None:
        """What was sent so far is no news."""
        self.wire.sent.clear()


def reply(
    sent: Sent,
    *records: str,
    rcode: dns.rcode.Rcode = dns.rcode.NOERROR,
    authority: str | None = None,
    truncated: bool = False,
    authoritative: bool = True,
) -> bytes:
    """A server's reply; a record is `NAME TTL TYPE VALUE`."""
    message = dns.message.make_response(sent.message, pad=0)
    message.set_rcode(rcode)
    if authoritative:
        message.flags |= dns.flags.AA
    if truncated:
        message.flags |= dns.flags.TC
    for section, lines in ((message.answer, records), (message.authority, [authority] if authority else [])):
        for line in lines:
            name, ttl, kind, value = line.split(None, 3)
            section.append(dns.rrset.from_text(name, int(ttl), "IN", kind, value))
    return message.to_wire(want_shuffle=False)


def script(*replies: bytes | Callable[[Sent], bytes | None] | None) -> Serve:
    """Says these, one after the other; then nothing more."""
    rest = list(replies)

    def serve(sent: Sent) -> bytes | None:
        if not rest:
            return None
        said = rest.pop(0)
        return said(sent) if callable(said) else said

    return serve
