"""Is an address in use on a link? Asked by ARP, before the address is taken (RFC 5227, 2.1.1)."""

from __future__ import annotations

from collections.abc import Callable

from ios_emu.clock import MILLISECOND
from ios_emu.stack.ip_interface import IpInterface
from ios_emu.stack.node import Node

# One frame may be lost.
_PROBES = 2
_BETWEEN = 500 * MILLISECOND


class AddressProbe:
    """Probes `address` twice; `done` is called once, with True as soon as somebody has it.

    `between` is how long each probe waits for an answer, in nanoseconds.
    """

    def __init__(
        self,
        node: Node,
        interface: IpInterface,
        address: int,
        done: Callable[[bool], None],
        between: int = _BETWEEN,
    ) -> None:
        self._node = node
        self._interface = interface
        self._address = address
        self._done = done
        self._left = _PROBES
        self._between = between
        self._stop_listening = node.arp.listen(interface, address, self._heard)
        self._ask()

    def _ask(self) -> None:
        if not self._left:
            self._finish(False)
            return
        self._left -= 1
        self._node.arp.probe(self._interface, self._address)
        self._timer = self._node.clock.call_later(self._between, self._ask)

    def _heard(self) -> None:
        self._timer.cancel()
        self._finish(True)

    def _finish(self, used: bool) -> None:
        self._stop_listening()
        self._done(used)
