"""Waits until the MAC address on the way to a destination is known: for a packet that nobody sends twice."""

from __future__ import annotations

from collections.abc import Callable

from ios_emu.clock import SECOND
from ios_emu.stack.node import Node

_WAIT = SECOND


def when_reachable(node: Node, destination: int, then: Callable[[], None]) -> None:
    """Calls `then` once: when the next hop to `destination` has answered ARP, or has not in a second."""
    hop = node.forwarding.hop(0, destination)
    neighbour = destination if hop is None or hop.next_hop is None else hop.next_hop
    if hop is None or node.arp.lookup(hop.interface, neighbour) is not None:
        then()
        return

    def heard() -> None:
        timer.cancel()
        # The table learns the address after its listeners.
        node.clock.call_soon(then)

    def in_vain() -> None:
        stop_listening()
        then()

    timer = node.clock.call_later(_WAIT, in_vain)
    stop_listening = node.arp.listen(hop.interface, neighbour, heard)
    node.arp.request(hop.interface, neighbour)
