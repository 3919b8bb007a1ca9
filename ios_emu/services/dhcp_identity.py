"""Who a DHCP client is, and how it is printed.

The rules. Option 61 is who it is, whatever its hardware address; without one it is its hardware type and
address. Both are kept as one key, whose first byte tells them apart: a client that names itself with six
bytes is not the one that has them as its address.
"""

from __future__ import annotations

from ios_emu.services.dhcp_pool import HardwareAddress
from ios_emu.wire.dhcp import CLIENT_IDENTIFIER, DhcpMessage
from ios_emu.wire.ethernet import MacAddress

_HARDWARE = b"\0"
_IDENTIFIER = b"\1"
_MAC_LENGTH = 6


def client_key(message: DhcpMessage) -> bytes:
    """The key of the client that sent this. An empty option 61 is none."""
    identifier = message.options.get(CLIENT_IDENTIFIER)
    if identifier:
        return _IDENTIFIER + identifier
    return hardware_key(message.htype, message.chaddr[: message.hlen])


def hardware_key(htype: int, address: bytes) -> bytes:
    """The key of a client that sends no option 61."""
    return _HARDWARE + bytes((htype,)) + address


def configured_key(client: bytes | HardwareAddress) -> bytes:
    """The key of the client that a pool names: by `client-identifier`, or by `hardware-address`."""
    if isinstance(client, HardwareAddress):
        return hardware_key(client.type, client.address)
    return _IDENTIFIER + client


def key_client(key: bytes) -> bytes | MacAddress:
    """The identifier or address in a key: a MacAddress for an Ethernet address, else bytes."""
    if key[:1] == _IDENTIFIER:
        return key[1:]
    return MacAddress(key[2:]) if len(key) == 2 + _MAC_LENGTH else key[2:]


def client_text(key: bytes) -> str:
    """As IOS prints a client: `0100.605c.2b3d.cc`, or `0060.5c2b.3dcc` of one without option 61."""
    return dotted(key[1:] if key[:1] == _IDENTIFIER else key[2:])


def dotted(data: bytes) -> str:
    """Hexadecimal with a dot after every four digits."""
    return data.hex(".", -2) if data else ""


def address_text(address: int) -> str:
    """A 32-bit address in dotted decimal."""
    return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"
