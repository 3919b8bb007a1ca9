"""A client's message as the server looks at it: who sent it, from which link, and whether it may be believed.

The rules. A message is dropped when it can't be what it says: a reply, a hardware address that is none or a
group's, a relay that can't be one. Where the link is comes from sub-option 5 of option 82 (RFC 3527), else
from giaddr, else from the interface. Sub-option 11 (RFC 5107) names the server that clients know.
"""

from __future__ import annotations

from collections.abc import Sequence

from ios_emu.services.dhcp_identity import address_text, client_key, client_text
from ios_emu.stack.ip_interface import Prefix
from ios_emu.wire import dhcp
from ios_emu.wire.dhcp import DhcpMessage

MAC_LENGTH = 6
MOST_HOPS = 16
_LONGEST_HARDWARE = 16
_LONGEST_OPTION = 255
_LINK_SELECTION = 5
_SERVER_IDENTIFIER_OVERRIDE = 11
_LOOPBACK = 127
_FIRST_MULTICAST = 224


class Query:
    """One message. `server` is the own address that answers, `identifier` the one that option 54 says.

    `unicast` tells that it was sent to the server's address and not to all. Raises ValueError when the
    interface has no address.
    """

    __slots__ = (
        "identifier",
        "interface",
        "key",
        "link",
        "message",
        "networks",
        "overridden",
        "server",
        "unicast",
        "wanted",
    )

    def __init__(
        self, message: DhcpMessage, interface: str, networks: Sequence[Prefix], unicast: bool
    ) -> None:
        if not networks:
            raise ValueError(f"{interface} has no address")
        self.message = message
        self.interface = interface
        self.networks = networks
        self.unicast = unicast
        self.key = client_key(message)
        self.server = networks[0].address
        self.link = message.giaddr or self.server
        self.identifier = self.server
        self.overridden = False
        self.wanted = message.options.get(dhcp.PARAMETER_REQUEST_LIST)
        information = message.options.get(dhcp.RELAY_AGENT_INFORMATION)
        if information is not None and message.giaddr:
            parts = sub_options(information)
            self.link = _address(parts.get(_LINK_SELECTION)) or self.link
            override = _address(parts.get(_SERVER_IDENTIFIER_OVERRIDE))
            if override is not None:
                self.identifier, self.overridden = override, True

    def answer_for(self, address: int) -> None:
        """Lets the own address of that network answer, where the client is directly connected."""
        if self.message.giaddr or len(self.networks) == 1:
            return
        for own, length in self.networks:
            if not (own ^ address) >> (32 - length):
                self.server = self.identifier = own
                return

    @property
    def client(self) -> str:
        """The client, as IOS prints it."""
        return client_text(self.key)

    @property
    def hardware(self) -> bytes:
        """The hardware address."""
        return self.message.chaddr[: self.message.hlen]

    @property
    def way(self) -> str:
        """How it came, as IOS prints it."""
        if self.message.giaddr:
            return f"through relay {address_text(self.message.giaddr)}"
        return f"on interface {self.interface}"


def fault(message: DhcpMessage) -> str | None:
    """What is wrong with a client's message, so that no server may answer it; None when nothing is."""
    if message.op != dhcp.BOOTREQUEST:
        return "not a request"
    hlen = message.hlen
    if not 0 < hlen <= _LONGEST_HARDWARE or len(message.chaddr) < hlen:
        return "a hardware address that is none"
    options = message.options
    if message.htype == dhcp.ETHERNET:
        if hlen != MAC_LENGTH:
            return "a hardware address that is none"
        if message.chaddr[0] & 1:
            return "a hardware address of a group"
    if not any(message.chaddr[:hlen]) and not options.get(dhcp.CLIENT_IDENTIFIER):
        return "a client without a name"
    if message.hops > MOST_HOPS:
        return "too many relays"
    if message.giaddr and message.giaddr >> 24 in _NO_HOSTS:
        return "a relay that can't be one"
    for code in (dhcp.CLIENT_IDENTIFIER, dhcp.RELAY_AGENT_INFORMATION):
        if len(options.get(code, b"")) > _LONGEST_OPTION:
            return "an option that is too long"
    return None


_NO_HOSTS = frozenset({0, _LOOPBACK, *range(_FIRST_MULTICAST, 256)})


def sub_options(information: bytes) -> dict[int, bytes]:
    """The sub-options of option 82 (RFC 3046), up to the first that is cut off."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 2 <= len(information):
        end = at + 2 + information[at + 1]
        if end > len(information):
            break
        found[information[at]] = information[at + 2 : end]
        at = end
    return found


def _address(data: bytes | None) -> int | None:
    return int.from_bytes(data) if data is not None and len(data) == 4 else None
