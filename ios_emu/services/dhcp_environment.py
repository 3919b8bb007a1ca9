"""What the DHCP server and the relay need of the router around them: addresses, the wire, a log, a journal.

The rules. They never touch a socket, an ARP table or a file: they hand over a message with the way that it
has to go, a line for the log, a record to be kept. Addresses are 32-bit integers, interfaces are named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import NamedTuple, Protocol

from ios_emu.services.record_journal import RecordJournal
from ios_emu.stack.ip_interface import LIMITED_BROADCAST, Prefix
from ios_emu.wire.dhcp import CLIENT_PORT, DhcpMessage


class Delivery(Enum):
    """How a message goes out (RFC 2131, 4.1).

    `BROADCAST`: to 255.255.255.255, as a broadcast of the interface. `HARDWARE`: to an address that nobody
    answers ARP for yet, in a frame to `hardware` of the interface. `ROUTED`: as any packet, by the routes.
    """

    BROADCAST = auto()
    HARDWARE = auto()
    ROUTED = auto()


class Destination(NamedTuple):
    """Where a message goes, and the own address that it comes from."""

    delivery: Delivery
    address: int
    port: int
    source: int
    hardware: bytes = b""


def broadcast_to_clients(source: int) -> Destination:
    """To all clients of the interface."""
    return Destination(Delivery.BROADCAST, LIMITED_BROADCAST, CLIENT_PORT, source)


class RelayEnvironment(Protocol):
    """What a relay asks of its router."""

    def networks(self, interface: str) -> Sequence[Prefix]:
        """The addresses of an interface with their prefix lengths, the primary one first."""

    def is_own(self, address: int) -> bool:
        """Is it an address of one of the router's interfaces?"""

    def send(self, message: DhcpMessage, destination: Destination, interface: str) -> None:
        """Sends a message. `interface` is the one to use, except for `Delivery.ROUTED`."""

    def debugging(self, kind: str) -> bool:
        """Is `debug ip dhcp server KIND` on (`events`, `packet`, `linkage`)?"""

    def debug(self, kind: str, text: str) -> None:
        """Shows a line of that debugging; it was asked for before the text was made."""


class DhcpEnvironment(RelayEnvironment, Protocol):
    """What the server asks of its router, beyond that."""

    def ping(self, address: int, count: int, timeout: int, done: Callable[[bool], None]) -> None:
        """Sends up to `count` echo requests, one each `timeout` nanoseconds.

        `done` is called once: with True as soon as one is answered, with False when the last has timed out.
        """

    def log(self, name: str, text: str) -> None:
        """Logs `%NAME: text`, where `name` is like `DHCPD-4-PING_CONFLICT`."""

    def secure_arp(self, address: int, hardware: bytes | None, interface: str) -> None:
        """`update arp`: enters a client into the ARP table for as long as its lease lasts, or removes it."""

    @property
    def journal(self) -> RecordJournal | None:
        """Where leases are kept; None when they last as long as the process."""


class RelayInterfaces(RelayEnvironment, Protocol):
    """What a relay asks about its interfaces, beyond that."""

    def helper_addresses(self, interface: str) -> Sequence[int]:
        """`ip helper-address` of an interface."""

    def interface_of(self, address: int) -> str | None:
        """The interface that has this address."""

    def trusted(self, interface: str) -> bool:
        """`ip dhcp relay information trusted` of an interface."""
