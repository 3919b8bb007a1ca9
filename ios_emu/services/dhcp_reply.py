"""The server's answers: OFFER, ACK, NAK and BOOTREPLY, and the way that each of them goes (RFC 2131, 4.1).

The rules. To the relay if there is one; else to the address that the client uses; else to all if it can't
take a unicast yet; else to its new address, in a frame to its hardware address. A NAK goes to all. Option 61
is sent back (RFC 6842), and option 82 as it came, last (RFC 3046).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ios_emu.services.dhcp_environment import (
    Delivery,
    Destination,
    DhcpEnvironment,
    broadcast_to_clients,
)
from ios_emu.services.dhcp_identity import address_text, dotted
from ios_emu.services.dhcp_options import Profile, fit
from ios_emu.services.dhcp_query import Query
from ios_emu.wire import dhcp
from ios_emu.wire.dhcp import DhcpMessage

NAMES = {
    dhcp.DISCOVER: "DHCPDISCOVER",
    dhcp.OFFER: "DHCPOFFER",
    dhcp.REQUEST: "DHCPREQUEST",
    dhcp.DECLINE: "DHCPDECLINE",
    dhcp.ACK: "DHCPACK",
    dhcp.NAK: "DHCPNAK",
    dhcp.RELEASE: "DHCPRELEASE",
    dhcp.INFORM: "DHCPINFORM",
}


def _received() -> dict[str, int]:
    codes = (dhcp.DISCOVER, dhcp.REQUEST, dhcp.DECLINE, dhcp.RELEASE, dhcp.INFORM)
    return {"BOOTREQUEST": 0} | {NAMES[code]: 0 for code in codes}


def _sent() -> dict[str, int]:
    return {"BOOTREPLY": 0} | {NAMES[code]: 0 for code in (dhcp.OFFER, dhcp.ACK, dhcp.NAK)}


@dataclass(slots=True)
class Statistics:
    """What `show ip dhcp server statistics` counts; `received` and `sent` in its order."""

    expired: int = 0
    malformed: int = 0
    received: dict[str, int] = field(default_factory=_received)
    sent: dict[str, int] = field(default_factory=_sent)


class Replies:
    """Makes the answers of one server and sends them."""

    def __init__(self, environment: DhcpEnvironment, echo_client_id: bool = True) -> None:
        self.statistics = Statistics()
        self._environment = environment
        self._echo_client_id = echo_client_id

    def give(self, query: Query, kind: int, address: int, profile: Profile) -> None:
        """An OFFER, or the ACK of a REQUEST, with an address."""
        query.answer_for(address)
        self._lease_debug(query, kind, address)
        message = query.message
        # A client that only looks for an address has none, whatever it writes into ciaddr.
        ciaddr = message.ciaddr if kind == dhcp.ACK else 0
        options = self._options(query, kind, profile.answer(query.wanted, True))
        self._send(query, kind, self._message(query, ciaddr, address, profile, options), ciaddr)

    def inform(self, query: Query, profile: Profile) -> None:
        """The ACK of an INFORM: settings for a client that has an address (RFC 2131, 4.3.5)."""
        ciaddr = query.message.ciaddr
        self._lease_debug(query, dhcp.ACK, ciaddr)
        options = self._options(query, dhcp.ACK, profile.answer(query.wanted, False))
        reply = self._message(query, ciaddr, 0, profile, options)
        self._count(dhcp.ACK)
        routed = Destination(Delivery.ROUTED, ciaddr, dhcp.CLIENT_PORT, query.server)
        self._environment.send(reply, routed, query.interface)

    def bootp(self, query: Query, address: int, profile: Profile) -> None:
        """A BOOTREPLY for a client that speaks no DHCP (RFC 951)."""
        query.answer_for(address)
        options = fit(dict(profile.answer(None, False)), self._last(query), None)
        self._send(query, None, self._message(query, 0, address, profile, options), 0)

    def refuse(self, query: Query) -> None:
        """A NAK: the client has to start anew."""
        self._lease_debug(query, dhcp.NAK, None)
        message = query.message
        # Through a relay the broadcast bit is set: the client can't take a unicast (RFC 2131, 4.3.2).
        flags = message.flags | dhcp.BROADCAST_FLAG if message.giaddr else message.flags
        options = self._options(query, dhcp.NAK, {})
        self._send(query, dhcp.NAK, self._message(query, 0, 0, None, options)._replace(flags=flags), 0)

    def _options(self, query: Query, kind: int, given: Mapping[int, bytes]) -> dict[int, bytes]:
        options = {
            dhcp.MESSAGE_TYPE: bytes((kind,)),
            dhcp.SERVER_IDENTIFIER: query.identifier.to_bytes(4),
            **given,
        }
        asked = query.message.options
        identifier = asked.get(dhcp.CLIENT_IDENTIFIER)
        if identifier and self._echo_client_id:
            options[dhcp.CLIENT_IDENTIFIER] = identifier
        return fit(options, self._last(query), asked.get(dhcp.MAXIMUM_MESSAGE_SIZE))

    def _last(self, query: Query) -> dict[int, bytes]:
        information = query.message.options.get(dhcp.RELAY_AGENT_INFORMATION)
        return {} if information is None else {dhcp.RELAY_AGENT_INFORMATION: information}

    def _message(
        self, query: Query, ciaddr: int, yiaddr: int, profile: Profile | None, options: dict[int, bytes]
    ) -> DhcpMessage:
        asked = query.message
        return DhcpMessage(
            op=dhcp.BOOTREPLY,
            htype=asked.htype,
            hlen=asked.hlen,
            hops=0,
            xid=asked.xid,
            secs=0,
            flags=asked.flags,
            ciaddr=ciaddr,
            yiaddr=yiaddr,
            siaddr=0 if profile is None else profile.next_server(),
            giaddr=asked.giaddr,
            chaddr=asked.chaddr,
            sname=b"",
            file=b"" if profile is None else profile.file,
            options=options,
        )

    def _send(self, query: Query, kind: int | None, reply: DhcpMessage, ciaddr: int) -> None:
        self._count(kind)
        destination = self._destination(query, kind, reply, ciaddr)
        if self._environment.debugging("packet"):
            self._environment.debug("packet", _way(query, reply, destination))
        self._environment.send(reply, destination, query.interface)

    def _destination(self, query: Query, kind: int | None, reply: DhcpMessage, ciaddr: int) -> Destination:
        asked, source = query.message, query.server
        if asked.giaddr:
            return Destination(Delivery.ROUTED, asked.giaddr, dhcp.SERVER_PORT, source)
        if kind == dhcp.NAK:
            return broadcast_to_clients(source)
        if ciaddr:
            return Destination(Delivery.ROUTED, ciaddr, dhcp.CLIENT_PORT, source)
        if asked.broadcast or asked.htype != dhcp.ETHERNET:
            return broadcast_to_clients(source)
        return Destination(Delivery.HARDWARE, reply.yiaddr, dhcp.CLIENT_PORT, source, query.hardware)

    def _count(self, kind: int | None) -> None:
        self.statistics.sent["BOOTREPLY" if kind is None else NAMES[kind]] += 1

    def _lease_debug(self, query: Query, kind: int, address: int | None) -> None:
        if not self._environment.debugging("packet"):
            return
        where = "" if address is None else f" ({address_text(address)})"
        self._environment.debug("packet", f"DHCPD: Sending {NAMES[kind]} to client {query.client}{where}.")
        if query.wanted is not None and kind != dhcp.NAK:
            self._environment.debug("packet", "DHCPD: Setting only requested parameters")


def _way(query: Query, reply: DhcpMessage, destination: Destination) -> str:
    hardware = dotted(query.hardware)
    if query.message.giaddr:
        relay = address_text(destination.address)
        return f"DHCPD: unicasting BOOTREPLY for client {hardware} to relay {relay}."
    if destination.delivery is Delivery.BROADCAST:
        return f"DHCPD: broadcasting BOOTREPLY to client {hardware}."
    address = address_text(reply.yiaddr or reply.ciaddr)
    return f"DHCPD: unicasting BOOTREPLY to client {hardware} ({address})."
