"""UDP probes: what the router's `traceroute` sends, and what comes of each.

A probe goes to a port where nobody listens, with a short time to live: a router on the way answers that the
time is exceeded, the destination that the port is unreachable.
"""

from __future__ import annotations

from ios_emu.clock import Signal, Timer
from ios_emu.services.ping import Outcome
from ios_emu.stack.icmp import IcmpReport
from ios_emu.stack.node import Node

FIRST_PORT = 33434
"""Where the ports of the probes begin, one more for each."""


class Tracer:
    """Sends UDP probes from `node`, one at a time; close it at the end."""

    def __init__(self, node: Node, source: int | None = None) -> None:
        self._node = node
        self._source = source
        self._socket = node.udp.open(lambda received: None, on_error=self._report)
        self._signal: Signal | None = None
        self._timer: Timer | None = None
        self._port = 0
        self._sent = 0

    def probe(self, destination: int, port: int, ttl: int, timeout: int, options: bytes = b"") -> Signal:
        """Sends one probe; what is returned fires with its Outcome. `timeout` is in nanoseconds.

        `options` are those of the IP header; with a source route, `destination` is where it begins.
        """
        clock = self._node.clock
        self._signal, self._port, self._sent = Signal(), port, clock.now
        self._timer = clock.call_later(timeout, self._finish, None)
        self._socket.send(destination, port, bytes(8), source=self._source, ttl=ttl, options=options)
        return self._signal

    def close(self) -> None:
        """Gives the port back."""
        self._socket.close()
        if self._timer is not None:
            self._timer.cancel()

    def _report(self, report: IcmpReport) -> None:
        assert report.about is not None
        if int.from_bytes(report.about.payload[2:4]) == self._port:
            self._finish(report)

    def _finish(self, report: IcmpReport | None) -> None:
        signal, self._signal = self._signal, None
        if signal is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        signal.fire(Outcome(self._node.clock.now - self._sent, report))
