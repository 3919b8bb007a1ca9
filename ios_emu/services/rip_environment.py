"""What a RIP process asks of the router around it, and whom it tells what it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ios_emu.services.rip_database import NetworkKey, RipRoute
from ios_emu.services.rip_settings import RipInterface
from ios_emu.stack.ip_interface import Prefix
from ios_emu.wire.rip import RipEntry, RipMessage


class RipEnvironment(Protocol):
    """The router. Addresses are 32-bit integers, interfaces are named."""

    def send(self, interface: str, source: int, destination: int, port: int, payload: bytes) -> None:
        """Sends a message from port 520 out of an interface."""

    def is_own(self, address: int) -> bool:
        """Is it an address of the router's own?"""

    def install(self, network: NetworkKey, route: RipRoute) -> None:
        """The routing table takes a route, in place of what RIP told it of that network before."""

    def withdraw(self, network: NetworkKey) -> None:
        """The routing table loses what RIP told it of a network."""

    def permits(self, list_: str, network: NetworkKey) -> bool:
        """Does an access list let a network through? One that does not exist lets everything through."""


class RipTrace(Protocol):
    """Who is told what a process does: `debug ip rip`."""

    def asked(self, interface: str, destination: int) -> None:
        """A request was sent."""

    def told(
        self,
        interface: str,
        prefix: Prefix,
        version: int,
        destination: int,
        flash: bool,
        entries: Sequence[RipEntry],
    ) -> None:
        """An update was sent, or not sent because there was nothing to tell."""

    def received(self, interface: RipInterface, source: int, message: RipMessage) -> None:
        """A message was taken."""

    def ignored(self, interface: str, source: int, version: int | None, reason: str) -> None:
        """A message was not taken: its version is None when it could not be read."""

    def authenticated(self, message: RipMessage) -> None:
        """A message came with an authentication, which is looked at next."""

    def database(self, text: str) -> None:
        """The database changed."""
