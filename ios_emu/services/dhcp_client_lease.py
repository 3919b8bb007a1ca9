"""What a DHCP client sends, and what it makes of an ACK (RFC 2131, tables 4 and 5)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import NamedTuple

from ios_emu.clock import SECOND
from ios_emu.stack.ip_interface import prefix_mask
from ios_emu.stack.routing import natural_prefix_length
from ios_emu.wire import dhcp
from ios_emu.wire.dhcp import DhcpMessage
from ios_emu.wire.ethernet import MacAddress

REQUESTED_PARAMETERS = (
    dhcp.SUBNET_MASK,
    dhcp.DOMAIN_NAME_SERVER,
    dhcp.DOMAIN_NAME,
    dhcp.NETBIOS_NAME_SERVER,
    dhcp.VENDOR_SPECIFIC,
    dhcp.STATIC_ROUTE,
    dhcp.TFTP_SERVER_ADDRESS,
    dhcp.ROUTER,
)
_LARGEST_MESSAGE = 1152
_LONGEST_WAIT = 0xFFFF
_LOOPBACK, _FIRST_MULTICAST = 127, 224
_FULL_MASK = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class ClientIdentity:
    """Who a client says it is.

    `identifier` is option 61, None for none; `broadcast` asks for answers to all stations.
    """

    hardware: MacAddress
    identifier: bytes | None = None
    hostname: str | None = None
    vendor_class: str | None = None
    broadcast: bool = False
    parameters: tuple[int, ...] = REQUESTED_PARAMETERS


class ClientLease(NamedTuple):
    """An address and what came with it. Times are lab times; `expires` is None for never."""

    address: int
    mask: int
    server: int
    obtained: int
    renewal: int | None
    rebinding: int | None
    expires: int | None
    options: dict[int, bytes]

    def addresses(self, code: int) -> list[IPv4Address]:
        """The addresses in an option, routers or DNS servers; those that are cut off are left out."""
        data = self.options.get(code, b"")
        whole = len(data) - len(data) % 4
        return [IPv4Address(data[at : at + 4]) for at in range(0, whole, 4)]

    def text(self, code: int) -> str:
        """The text in an option, without what a terminal could take for more than text."""
        text = self.options.get(code, b"").decode("latin-1")
        return "".join(letter for letter in text if letter.isprintable())


def ethernet_identifier(hardware: MacAddress) -> bytes:
    """Option 61 as PCs send it: the hardware type and the address."""
    return bytes((dhcp.ETHERNET,)) + hardware


def cisco_identifier(hardware: MacAddress, short_name: str) -> bytes:
    """Option 61 as a Cisco router sends it; `short_name` is like `Fa0/0`."""
    return b"\0" + f"cisco-{hardware}-{short_name}".encode("ascii")


def request(
    identity: ClientIdentity,
    kind: int,
    xid: int,
    waited: int,
    *,
    ciaddr: int = 0,
    options: dict[int, bytes] | None = None,
) -> DhcpMessage:
    """A message of the client; `waited` is how many nanoseconds it has been at it."""
    all_options = {dhcp.MESSAGE_TYPE: bytes((kind,))}
    if identity.identifier is not None:
        all_options[dhcp.CLIENT_IDENTIFIER] = identity.identifier
    all_options |= options or {}
    if kind in (dhcp.DISCOVER, dhcp.REQUEST):
        all_options[dhcp.MAXIMUM_MESSAGE_SIZE] = _LARGEST_MESSAGE.to_bytes(2)
        if identity.hostname:
            all_options[dhcp.HOST_NAME] = identity.hostname.encode("ascii", "replace")[:255]
        if identity.vendor_class:
            all_options[dhcp.VENDOR_CLASS] = identity.vendor_class.encode("ascii", "replace")[:255]
        all_options[dhcp.PARAMETER_REQUEST_LIST] = bytes(identity.parameters)
    return DhcpMessage(
        op=dhcp.BOOTREQUEST,
        htype=dhcp.ETHERNET,
        hlen=len(identity.hardware),
        hops=0,
        xid=xid,
        secs=min(waited // SECOND, _LONGEST_WAIT),
        flags=dhcp.BROADCAST_FLAG if identity.broadcast and not ciaddr else 0,
        ciaddr=ciaddr,
        yiaddr=0,
        siaddr=0,
        giaddr=0,
        chaddr=bytes(identity.hardware),
        sname=b"",
        file=b"",
        options=all_options,
    )


def is_host(address: int) -> bool:
    """Can a host have this address at all?"""
    first = address >> 24
    return 0 < first < _FIRST_MULTICAST and first != _LOOPBACK


def lease_from(ack: DhcpMessage, server: int | None, sent: int) -> ClientLease | None:
    """The lease that an ACK gives; None when it gives none.

    `server` is who was asked, for an ACK that does not say; `sent` when, for the times count from then.
    """
    seconds, server = ack.word(dhcp.LEASE_TIME), ack.word(dhcp.SERVER_IDENTIFIER) or server
    if not seconds or not server or not is_host(ack.yiaddr):
        return None
    renewal, rebinding = ack.word(dhcp.RENEWAL_TIME), ack.word(dhcp.REBINDING_TIME)
    if renewal is None or rebinding is None or not 0 < renewal < rebinding < seconds:
        renewal, rebinding = seconds // 2, seconds * 7 // 8
    endless = seconds == dhcp.INFINITE
    mask = ack.word(dhcp.SUBNET_MASK)
    if mask is None or not _is_mask(mask):
        mask = prefix_mask(natural_prefix_length(IPv4Address(ack.yiaddr)))
    return ClientLease(
        ack.yiaddr,
        mask,
        server,
        sent,
        None if endless else sent + renewal * SECOND,
        None if endless else sent + rebinding * SECOND,
        None if endless else sent + seconds * SECOND,
        ack.options,
    )


def _is_mask(mask: int) -> bool:
    rest = ~mask & _FULL_MASK
    return mask != 0 and not rest & (rest + 1)
