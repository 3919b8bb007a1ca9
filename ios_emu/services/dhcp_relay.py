"""The DHCP relay of a router: `ip helper-address` (RFC 1542) and option 82 (RFC 3046).

The rules. The first relay writes its address on the client's network into giaddr; the others leave it. Option
82 is the first relay's to add, and goes no further than to it on the way back. A message that has one but no
relay is dropped, unless the interface is trusted: a client could say anything. A message that went through
sixteen relays goes round in circles.
"""

from __future__ import annotations

from dataclasses import dataclass

from ios_emu.errors import MalformedPacket
from ios_emu.services.dhcp_environment import Delivery, Destination, RelayInterfaces, broadcast_to_clients
from ios_emu.services.dhcp_identity import address_text, client_key, client_text, dotted
from ios_emu.services.dhcp_query import MOST_HOPS, fault
from ios_emu.services.dhcp_server import DhcpServer
from ios_emu.wire import dhcp
from ios_emu.wire.dhcp import DhcpMessage

_LARGEST_MESSAGE = 1500
_REMOTE_ID = 2
_LINK_SELECTION = 5
_SERVER_IDENTIFIER_OVERRIDE = 11
_LONGEST_OPTION = 255


@dataclass(slots=True)
class RelayCounters:
    """What the relay did."""

    requests: int = 0
    replies: int = 0
    dropped: int = 0
    malformed: int = 0


class DhcpRelay:
    """The relay of one router; `config.relay` are its settings."""

    def __init__(self, config: DhcpServer, environment: RelayInterfaces) -> None:
        self.config = config
        self.counters = RelayCounters()
        self._environment = environment

    def receive_bytes(self, data: bytes, interface: str) -> None:
        """Takes the payload of a datagram to port 67; what is no message is counted and dropped."""
        try:
            if len(data) > _LARGEST_MESSAGE:
                raise MalformedPacket(f"a DHCP message of {len(data)} bytes")
            message = DhcpMessage.parse(data)
        except MalformedPacket:
            self.counters.malformed += 1
            return
        self.receive(message, interface)

    def receive(self, message: DhcpMessage, interface: str) -> None:
        """Passes on a request of a client, or of another relay, or a server's reply to this relay."""
        if message.op == dhcp.BOOTREPLY:
            self._reply(message)
        else:
            self._request(message, interface)

    def _request(self, message: DhcpMessage, interface: str) -> None:
        helpers, networks = (
            self._environment.helper_addresses(interface),
            self._environment.networks(interface),
        )
        if not helpers or not networks:
            return
        if fault(message) is not None or message.hops >= MOST_HOPS:
            self.counters.malformed += 1
            return
        if message.giaddr and self._environment.is_own(message.giaddr):
            # It has been here.
            self.counters.dropped += 1
            return
        if self.config.relay.bootp_ignore and dhcp.MESSAGE_TYPE not in message.options:
            self.counters.dropped += 1
            return
        options = self._informed(message, interface)
        if options is None:
            self.counters.dropped += 1
            return
        giaddr = message.giaddr
        if not giaddr:
            giaddr = networks[0].address
            self._debug(f"DHCPD: setting giaddr to {address_text(giaddr)}.")
        passed = message._replace(hops=message.hops + 1, giaddr=giaddr, options=options)
        self.counters.requests += 1
        client = client_text(client_key(message))
        for helper in helpers:
            self._debug(f"DHCPD: BOOTREQUEST from {client} forwarded to {address_text(helper)}.")
            destination = Destination(Delivery.ROUTED, helper, dhcp.SERVER_PORT, giaddr)
            self._environment.send(passed, destination, interface)

    def _informed(self, message: DhcpMessage, interface: str) -> dict[int, bytes] | None:
        """The options to pass on, with option 82 as configured; None to drop the message."""
        settings, options = self.config.relay, message.options
        there = options.get(dhcp.RELAY_AGENT_INFORMATION)
        trusted = settings.trust_all or self._environment.trusted(interface)
        if there is not None and not message.giaddr and not trusted:
            return None
        if not settings.adds_information:
            return options
        own = self._own_information(interface)
        if there is None:
            # Another relay came first, and it did not add any (RFC 3046, 2.1.1).
            return options if message.giaddr else _with_information(options, own)
        match settings.policy:
            case "drop":
                return None
            case "keep":
                return options
            case "encapsulate" if len(own) + len(there) <= _LONGEST_OPTION:
                return _with_information(options, own + there)
            case "encapsulate":
                return options
            case _:
                return _with_information(options, own)

    def _own_information(self, interface: str) -> bytes:
        """The remote identifier, as IOS makes it: zeros around the address of the interface."""
        prefix = self._environment.networks(interface)[0]
        address = prefix.address.to_bytes(4)
        information = bytes((_REMOTE_ID, 10, 0, 0)) + address + bytes(4)
        if self.config.relay.server_override:
            information += bytes((_LINK_SELECTION, 4)) + prefix.network.to_bytes(4)
            information += bytes((_SERVER_IDENTIFIER_OVERRIDE, 4)) + address
        return information

    def _reply(self, message: DhcpMessage) -> None:
        interface = self._environment.interface_of(message.giaddr) if message.giaddr else None
        if interface is None or not self._environment.networks(interface):
            self.counters.dropped += 1
            return
        options = self._uninformed(message.options, interface)
        if options is None:
            self.counters.dropped += 1
            return
        self.counters.replies += 1
        hardware = message.chaddr[: message.hlen]
        self._debug(f"DHCPD: forwarding BOOTREPLY to client {dotted(hardware)}.")
        source = message.giaddr
        if message.broadcast or message.htype != dhcp.ETHERNET or not (message.yiaddr or message.ciaddr):
            self._debug(f"DHCPD: broadcasting BOOTREPLY to client {dotted(hardware)}.")
            destination = broadcast_to_clients(source)
        else:
            address = message.yiaddr or message.ciaddr
            client = f"{dotted(hardware)} ({address_text(address)})"
            self._debug(f"DHCPD: unicasting BOOTREPLY to client {client}.")
            destination = Destination(Delivery.HARDWARE, address, dhcp.CLIENT_PORT, source, hardware)
        self._environment.send(message._replace(options=options), destination, interface)

    def _uninformed(self, options: dict[int, bytes], interface: str) -> dict[int, bytes] | None:
        """The options without what this relay added; None when it is not what it added."""
        there, settings = options.get(dhcp.RELAY_AGENT_INFORMATION), self.config.relay
        if there is None or not settings.adds_information:
            return options
        own = self._own_information(interface)
        if there.startswith(own):
            rest = there[len(own) :]
            return _with_information(options, rest) if rest else _without_information(options)
        if settings.policy == "keep":
            return options
        return None if settings.check else _without_information(options)

    def _debug(self, text: str) -> None:
        if self._environment.debugging("packet"):
            self._environment.debug("packet", text)


def _with_information(options: dict[int, bytes], information: bytes) -> dict[int, bytes]:
    """The options with this option 82, last."""
    return _without_information(options) | {dhcp.RELAY_AGENT_INFORMATION: information}


def _without_information(options: dict[int, bytes]) -> dict[int, bytes]:
    return {code: data for code, data in options.items() if code != dhcp.RELAY_AGENT_INFORMATION}
