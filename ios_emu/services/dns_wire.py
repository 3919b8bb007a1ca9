"""How a resolver's questions leave a node: UDP from any port, and TCP when a reply was too long for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ios_emu.services.dns_exchange import BROADCAST
from ios_emu.services.dns_listener import LENGTH, PORT

if TYPE_CHECKING:
    from ios_emu.stack.icmp import IcmpReport
    from ios_emu.stack.node import Node
    from ios_emu.stack.udp import Received


class NodeDatagrams:
    """A UDP port of a node; what does not come from a port 53 is nobody's reply."""

    def __init__(
        self, node: Node, received: Callable[[int, bytes], None], unreachable: Callable[[int], None]
    ) -> None:
        self._node = node
        self._received = received
        self._unreachable = unreachable
        self._socket = node.udp.open(self._receive, on_error=self._report)

    def send(self, server: int, payload: bytes) -> None:
        """Sends a question to a server's port 53; to everybody, out of every interface."""
        if server != BROADCAST:
            self._socket.send(server, PORT, payload)
            return
        for interface in self._node.interfaces:
            if interface.up and interface.port is not None and interface.primary is not None:
                self._socket.send(server, PORT, payload, interface=interface)

    def close(self) -> None:
        """Gives the port back."""
        self._socket.close()

    def _receive(self, received: Received) -> None:
        if received.source_port == PORT:
            self._received(received.source, received.payload)

    def _report(self, report: IcmpReport) -> None:
        if report.about is not None:
            self._unreachable(report.about.destination)


class NodeStream:
    """One question over TCP, and its reply."""

    def __init__(
        self,
        node: Node,
        server: int,
        payload: bytes,
        received: Callable[[bytes], None],
        failed: Callable[[], None],
    ) -> None:
        self._received = received
        self._failed = failed
        self._in = bytearray()
        self._over = False
        self._payload = len(payload).to_bytes(LENGTH) + payload
        local = node.source_for(server)
        self._socket = node.tcp.connect(local or 0, server, PORT)
        self._socket.on_connected = self._connected
        self._socket.on_readable = self._read
        self._socket.on_end = self._fail
        self._socket.on_closed = lambda reason: self._fail()

    def close(self) -> None:
        """Breaks it off."""
        self._over = True
        self._socket.receive()
        self._socket.close()

    def _connected(self) -> None:
        self._socket.send(self._payload)

    def _read(self) -> None:
        self._in += self._socket.receive()
        length = LENGTH + int.from_bytes(self._in[:LENGTH])
        if not self._over and len(self._in) >= max(length, LENGTH):
            self.close()
            self._received(bytes(self._in[LENGTH:length]))

    def _fail(self) -> None:
        if not self._over:
            self.close()
            self._failed()


class NodeWire:
    """Both, of one node."""

    def __init__(self, node: Callable[[], Node]) -> None:
        self._node = node

    def datagrams(
        self, received: Callable[[int, bytes], None], unreachable: Callable[[int], None]
    ) -> NodeDatagrams:
        """Opens a port; `received` gets a server's address and its datagram."""
        return NodeDatagrams(self._node(), received, unreachable)

    def stream(
        self, server: int, payload: bytes, received: Callable[[bytes], None], failed: Callable[[], None]
    ) -> Callable[[], None]:
        """Asks over TCP; call what is returned to break that off."""
        return NodeStream(self._node(), server, payload, received, failed).close
