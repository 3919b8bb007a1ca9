"""Echo probes (RFC 792): what `ping` and the `tracert` of a host send, and what comes of each.

The rules. A probe is one packet and one outcome: an echo reply, an ICMP error, or nothing in time. Who pings
decides when the next one goes out, what is printed, and how long to wait.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from ios_emu.clock import Signal, Timer
from ios_emu.stack.icmp import IcmpReport
from ios_emu.stack.ip_interface import IpInterface
from ios_emu.stack.node import Node
from ios_emu.wire import icmp
from ios_emu.wire.ipv4 import ICMP, Ipv4Packet


class Outcome(NamedTuple):
    """What came of a probe. `report` is None when nothing came in time; `elapsed` is in nanoseconds."""

    elapsed: int
    report: IcmpReport | None

    @property
    def replied(self) -> bool:
        """Did the destination answer?"""
        return self.report is not None and self.report.is_reply


@dataclass(slots=True)
class _Waiting:
    sent: int
    signal: Signal
    timer: Timer
    each: Callable[[Outcome], None] | None


class Pinger:
    """Sends echo requests from `node`; close it when the last outcome is there.

    `source` and `interface` are chosen by the routes unless they are given.
    """

    def __init__(
        self, node: Node, *, source: int | None = None, interface: IpInterface | None = None
    ) -> None:
        self._node = node
        self._source = source
        self._interface = interface
        self._waiting: dict[int, _Waiting] = {}
        self._identifier = node.icmp.open(self._receive)

    def probe(
        self,
        destination: int,
        sequence: int,
        timeout: int,
        *,
        size: int = 0,
        payload: bytes = b"",
        ttl: int | None = None,
        tos: int = 0,
        dont_fragment: bool = False,
        options: bytes = b"",
        each: Callable[[Outcome], None] | None = None,
    ) -> Signal:
        """Sends one echo request; what is returned fires with its Outcome.

        `payload` is repeated up to `size` bytes, `timeout` is in nanoseconds. A probe that can't be sent
        times out like one that is lost. With `each`, as for a broadcast, every reply is given to it, and the
        time is always waited for. `options` are those of the IP header; with a source route, `destination` is
        the first address of the route and the option holds the others.
        """
        node, signal, sequence = self._node, Signal(), sequence & 0xFFFF
        timer = node.clock.call_later(timeout, self._finish, sequence, None)
        self._waiting[sequence] = _Waiting(node.clock.now, signal, timer, each)
        source = self._source
        if source is None:
            source = node.source_for(destination, self._interface)
        body = (payload * (size // len(payload) + 1))[:size] if payload else bytes(size)
        packet = Ipv4Packet(
            source or 0,
            destination,
            ICMP,
            b"",
            ttl=node.ttl if ttl is None else ttl,
            tos=tos,
            dont_fragment=dont_fragment,
            options=options,
        )
        node.icmp.send(packet, icmp.echo(self._identifier, sequence, body), self._interface)
        return signal

    def close(self) -> None:
        """Ends the listening; probes under way have no outcome any more."""
        self._node.icmp.close(self._identifier)
        for waiting in self._waiting.values():
            waiting.timer.cancel()
        self._waiting.clear()

    def _receive(self, report: IcmpReport) -> None:
        if report.is_reply:
            self._finish(report.message.sequence, report)
        elif report.about is not None:
            self._finish(int.from_bytes(report.about.payload[6:8]), report)

    def _finish(self, sequence: int, report: IcmpReport | None) -> None:
        waiting = self._waiting.get(sequence)
        if waiting is None:
            return
        outcome = Outcome(self._node.clock.now - waiting.sent, report)
        if waiting.each is not None and report is not None:
            waiting.each(outcome)
            return
        del self._waiting[sequence]
        waiting.timer.cancel()
        waiting.signal.fire(outcome)
