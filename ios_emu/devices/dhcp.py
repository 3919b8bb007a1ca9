"""DHCP at the router: the server and the relay that its configuration asks for, on its side of the wire.

Port 67 is open while there is a pool or a helper address, and `service dhcp` is on. What the server and the
relay ask for is answered from the router's interfaces, its ARP table, its log, and the journal it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ios_emu.devices.debugging import DHCP_EVENTS, DHCP_LINKAGE, DHCP_PACKETS
from ios_emu.services.dhcp_engine import DhcpEngine
from ios_emu.services.dhcp_environment import Delivery, Destination
from ios_emu.services.dhcp_relay import DhcpRelay
from ios_emu.services.ping import Outcome, Pinger
from ios_emu.services.record_journal import RecordJournal
from ios_emu.stack.ip_interface import LIMITED_BROADCAST, IpInterface, Prefix
from ios_emu.wire import dhcp
from ios_emu.wire.dhcp import SERVER_PORT, DhcpMessage
from ios_emu.wire.ethernet import MacAddress

if TYPE_CHECKING:
    from ios_emu.devices.router import Router
    from ios_emu.stack.udp import Received, UdpSocket

_SUBJECTS = {"events": DHCP_EVENTS, "packet": DHCP_PACKETS, "linkage": DHCP_LINKAGE}
_MAC_LENGTH = 6
_ECHO_PATTERN = bytes(range(256))
_ECHO_SIZE = 72


class RouterDhcp:
    """Server and relay of one router. `journal` keeps the leases, `stored` is what it kept before."""

    def __init__(self, router: Router, journal: RecordJournal | None = None, stored: bytes = b"") -> None:
        self.journal = journal
        self.engine = DhcpEngine(router.config.dhcp, router.clock, self)
        self.relay = DhcpRelay(router.config.dhcp, self)
        self._router = router
        self._socket: UdpSocket | None = None
        self._pinger: Pinger | None = None
        self._sequence = 0
        if stored:
            self.restored = self.engine.restore(stored)

    def reload(self) -> None:
        """The router was reloaded: what is configured is new, and what was leased is gone."""
        config = self._router.config.dhcp
        self.relay.config = config
        self.engine.reload(config)

    def apply(self) -> None:
        """Opens or closes port 67, as the configuration asks."""
        router = self._router
        service = router.config.dhcp.service
        helped = any(interface.helper_addresses for interface in router.config.interfaces.values())
        wanted = self.engine.running or (service and helped)
        if wanted and self._socket is None:
            self._socket = router.network.node.udp.open(self._receive, dhcp.SERVER_PORT)
        elif not wanted and self._socket is not None:
            self._socket.close()
            self._socket = None

    def import_options(self, options: dict[int, bytes]) -> None:
        """What other servers told the router goes to the pools with `import all`."""
        if options != self.engine.imported:
            self.engine.imported = options
            self.engine.config.touch()

    def _receive(self, received: Received) -> None:
        payload, interface = received.payload, received.interface
        if payload[:1] == bytes((dhcp.BOOTREPLY,)):
            self.relay.receive_bytes(payload, interface.name)
            return
        unicast = interface.holds(received.destination) or self.is_own(received.destination)
        self.engine.receive_bytes(payload, interface.name, unicast=unicast)
        if not unicast and self.helper_addresses(interface.name):
            self.relay.receive_bytes(payload, interface.name)

    # What the server and the relay ask

    def networks(self, interface: str) -> Sequence[Prefix]:
        """The addresses of an interface that is up."""
        found = self._interface(interface)
        return () if found is None or not found.up else found.addresses

    def is_own(self, address: int) -> bool:
        """Is it an address of one of the router's interfaces, be they up or down?"""
        own = self._router.config.connected.owns(IPv4Address(address))
        return own or self._router.network.node.is_local(address)

    def send(self, message: DhcpMessage, destination: Destination, interface: str) -> None:
        """Sends a message in the way that it has to go."""
        if self._socket is None:
            return
        found, payload = self._interface(interface), message.build()
        delivery, address, port, source, hardware = destination
        if delivery is Delivery.ROUTED:
            self._socket.send(address, port, payload, source=source)
        elif found is None:
            return
        elif delivery is Delivery.HARDWARE and len(hardware) == _MAC_LENGTH:
            self._socket.send_to_station(
                address, port, payload, source=source, interface=found, mac=MacAddress(hardware)
            )
        else:
            self._socket.send(LIMITED_BROADCAST, port, payload, source=source, interface=found)

    def ping(self, address: int, count: int, timeout: int, done: Callable[[bool], None]) -> None:
        """Sends up to `count` echo requests, one each `timeout` nanoseconds."""
        pinger = self._pinger
        if pinger is None:
            pinger = self._pinger = Pinger(self._router.network.node)

        def ask(left: int) -> None:
            self._sequence += 1
            signal = pinger.probe(address, self._sequence, timeout, size=_ECHO_SIZE, payload=_ECHO_PATTERN)
            signal.subscribe(lambda outcome: heard(outcome, left - 1))

        def heard(outcome: object, left: int) -> None:
            assert isinstance(outcome, Outcome)
            if outcome.replied or not left:
                done(outcome.replied)
            elif outcome.report is None:
                ask(left)
            else:
                # An error came early: the rest of the time is waited for all the same.
                self._router.clock.call_later(max(timeout - outcome.elapsed, 0), ask, left)

        ask(count)

    def log(self, name: str, text: str) -> None:
        """Logs `%NAME: text`."""
        self._router.report(name, text)

    def debugging(self, kind: str) -> bool:
        """Is `debug ip dhcp server KIND` on?"""
        return _SUBJECTS[kind] in self._router.debugging.active

    def debug(self, kind: str, text: str) -> None:
        """Shows a line of that debugging, if it is on."""
        if self.debugging(kind):
            self._router.report_debug(text)

    def secure_arp(self, address: int, hardware: bytes | None, interface: str) -> None:
        """`update arp`: enters a client into the ARP table, or removes it."""
        found = self._interface(interface)
        arp = self._router.network.node.arp
        if hardware is None:
            arp.forget(found, address)
        elif found is not None and len(hardware) == _MAC_LENGTH:
            arp.add(found, address, MacAddress(hardware))

    def helper_addresses(self, interface: str) -> Sequence[int]:
        """`ip helper-address` of an interface."""
        network = self._router.network
        return network.helpers.get(interface, ()) if SERVER_PORT in network.forwarded_udp else ()

    def interface_of(self, address: int) -> str | None:
        """The interface that has this address."""
        found = self._router.network.node.interface_of(address)
        return None if found is None else found.name

    def trusted(self, interface: str) -> bool:
        """`ip dhcp relay information trusted` of an interface."""
        return any(
            one.relay_trusted
            for name, one in self._router.config.interfaces.items()
            if str(name) == interface
        )

    def _interface(self, name: str) -> IpInterface | None:
        return self._router.network.named(name)
