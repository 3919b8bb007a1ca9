"""Authentication of RIP: which key an interface sends with, and which messages it takes."""

from __future__ import annotations

from ios_emu.clock import SECOND, Clock
from ios_emu.services.rip_settings import RipInterface
from ios_emu.wire.rip import VERSION_1, Authentication, Digest, Password, RipMessage


class RipKeys:
    """The sequence numbers of digests, ours and those of the gateways."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heard: dict[int, int] = {}

    def outgoing(self, interface: RipInterface, version: int) -> tuple[Authentication | None, bytes]:
        """The authentication of what an interface sends, and the key that makes its digest."""
        if not interface.keys or version == VERSION_1:
            return None, b""
        key = interface.keys[0]
        if not interface.digest:
            return Password(key.text[:16]), b""
        # The lab's time never goes back, not even when the router boots.
        return Digest(key.number & 0xFF, self._clock.now // SECOND), key.text

    def accepts(self, interface: RipInterface, source: int, message: RipMessage) -> bool:
        """Was a message authenticated as the interface asks?"""
        said = message.authentication
        if interface.keys is None:
            return said is None
        if message.version == VERSION_1:
            return True
        if isinstance(said, Password):
            return not interface.digest and any(said.text == key.text[:16] for key in interface.keys)
        if said is None or not interface.digest or said.sequence < self._heard.get(source, 0):
            return False
        if not any(key.number & 0xFF == said.key_id and said.fits(key.text) for key in interface.keys):
            return False
        self._heard[source] = said.sequence
        return True

    def forget(self, source: int) -> None:
        """Nothing was heard of a gateway for long: it may begin to count anew (RFC 2082, 3.2.2)."""
        self._heard.pop(source, None)
