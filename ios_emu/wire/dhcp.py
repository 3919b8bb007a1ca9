"""BOOTP and DHCP messages (RFC 951, RFC 1542, RFC 2131, RFC 2132, RFC 3396).

The rules. Options come in the order in which they were sent. One that is sent in parts is put together, and
those in the fields `file` and `sname` (option 52) are read as if they followed the others: option 52 itself,
padding and the end are gone then. What breaks the format is refused; what breaks the protocol (an option of
a wrong length, say) is for who asked for the option, but for the message's type, which says what it is.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from ios_emu.errors import MalformedPacket

SERVER_PORT = 67
CLIENT_PORT = 68

BOOTREQUEST = 1
BOOTREPLY = 2
ETHERNET = 1
"""The hardware type of a chaddr that is a MAC address."""
BROADCAST_FLAG = 0x8000

DISCOVER = 1
OFFER = 2
REQUEST = 3
DECLINE = 4
ACK = 5
NAK = 6
RELEASE = 7
INFORM = 8

PAD = 0
SUBNET_MASK = 1
ROUTER = 3
DOMAIN_NAME_SERVER = 6
HOST_NAME = 12
DOMAIN_NAME = 15
INTERFACE_MTU = 26
BROADCAST_ADDRESS = 28
STATIC_ROUTE = 33
NTP_SERVERS = 42
VENDOR_SPECIFIC = 43
NETBIOS_NAME_SERVER = 44
NETBIOS_NODE_TYPE = 46
REQUESTED_ADDRESS = 50
LEASE_TIME = 51
OVERLOAD = 52
MESSAGE_TYPE = 53
SERVER_IDENTIFIER = 54
PARAMETER_REQUEST_LIST = 55
MESSAGE = 56
MAXIMUM_MESSAGE_SIZE = 57
RENEWAL_TIME = 58
REBINDING_TIME = 59
VENDOR_CLASS = 60
CLIENT_IDENTIFIER = 61
TFTP_SERVER_NAME = 66
BOOTFILE_NAME = 67
USER_CLASS = 77
CLIENT_FQDN = 81
RELAY_AGENT_INFORMATION = 82
SUBNET_SELECTION = 118
CLASSLESS_STATIC_ROUTE = 121
TFTP_SERVER_ADDRESS = 150
END = 255

INFINITE = 0xFFFFFFFF
"""A lease that never ends."""

_HEAD = struct.Struct("!BBBBIHHIIII")
_FORMAT = struct.Struct("!BBBBIHHIIII16s64s128s4s")
_CHADDR, _SNAME, _COOKIE_AT, _OPTIONS = 28, 44, 236, 240
_COOKIE = bytes((99, 130, 83, 99))
_MOST_HARDWARE, _MOST_SNAME, _MOST_FILE = 16, 64, 128
_SMALLEST = 300
_LONGEST_PART = 255
_FILE_OVERLOADED, _SNAME_OVERLOADED = 1, 2
_EMPTY_NAMES = bytes(_MOST_SNAME + _MOST_FILE)
_RESERVED = frozenset((PAD, OVERLOAD, END))


class DhcpMessage(NamedTuple):
    """A message; addresses are 32-bit integers. A plain BOOTP message has no MESSAGE_TYPE.

    `chaddr` has `hlen` bytes, `sname` and `file` end before their first zero.
    """

    op: int
    htype: int
    hlen: int
    hops: int
    xid: int
    secs: int
    flags: int
    ciaddr: int
    yiaddr: int
    siaddr: int
    giaddr: int
    chaddr: bytes
    sname: bytes
    file: bytes
    options: dict[int, bytes]

    @classmethod
    def parse(cls, data: bytes) -> DhcpMessage:
        """Reads a message. Raises MalformedPacket.

        Without the magic cookie it is a BOOTP message with no options. A missing end is forgiven.
        """
        if len(data) < _COOKIE_AT:
            raise MalformedPacket(f"a DHCP message of {len(data)} bytes")
        op, htype, hlen, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr = _HEAD.unpack_from(data)
        if op not in (BOOTREQUEST, BOOTREPLY):
            raise MalformedPacket(f"a DHCP message with operation {op}")
        if hlen > _MOST_HARDWARE:
            raise MalformedPacket(f"a DHCP message with a hardware address of {hlen} bytes")
        options: dict[int, bytes] = {}
        names = data[_SNAME:_COOKIE_AT]
        sname = file = b""
        overload = 0
        if data[_COOKIE_AT:_OPTIONS] == _COOKIE:
            _read_options(data, _OPTIONS, options)
            if OVERLOAD in options:
                overload = _overload(options.pop(OVERLOAD))
        if names != _EMPTY_NAMES:
            sname, file = names[:_MOST_SNAME], names[_MOST_SNAME:]
            if overload & _FILE_OVERLOADED:
                _read_options(file, 0, options)
                file = b""
            if overload & _SNAME_OVERLOADED:
                _read_options(sname, 0, options)
                sname = b""
            options.pop(OVERLOAD, None)
            sname, file = sname.partition(b"\0")[0], file.partition(b"\0")[0]
        if len(options.get(MESSAGE_TYPE, b"-")) != 1:
            raise MalformedPacket("a DHCP message whose type is not one byte")
        chaddr = data[_CHADDR : _CHADDR + hlen]
        return cls(
            op,
            htype,
            hlen,
            hops,
            xid,
            secs,
            flags,
            ciaddr,
            yiaddr,
            siaddr,
            giaddr,
            chaddr,
            sname,
            file,
            options,
        )

    def build(self) -> bytes:
        """The message's bytes, padded to 300: an option that is too long is sent in parts.

        Raises ValueError for fields and options that can't be sent.
        """
        (
            op,
            htype,
            hlen,
            hops,
            xid,
            secs,
            flags,
            ciaddr,
            yiaddr,
            siaddr,
            giaddr,
            chaddr,
            sname,
            file,
            options,
        ) = self
        if len(chaddr) != hlen or hlen > _MOST_HARDWARE or len(sname) > _MOST_SNAME or len(file) > _MOST_FILE:
            raise ValueError(
                f"a DHCP message with a chaddr of {len(chaddr)} bytes where hlen is {hlen}, "
                f"a sname of {len(sname)} and a file of {len(file)}"
            )
        if not _RESERVED.isdisjoint(options):
            raise ValueError("a DHCP message can't have options 0, 52 and 255 of its own")
        fixed = (op, htype, hlen, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr)
        parts = [_FORMAT.pack(*fixed, chaddr, sname, file, _COOKIE)]
        for code, value in options.items():
            if len(value) > _LONGEST_PART:
                for start in range(0, len(value), _LONGEST_PART):
                    part = value[start : start + _LONGEST_PART]
                    parts += (bytes((code, len(part))), part)
            else:
                parts += (bytes((code, len(value))), value)
        parts.append(b"\xff")
        return b"".join(parts).ljust(_SMALLEST, b"\0")

    @property
    def message_type(self) -> int | None:
        """DISCOVER to INFORM, or another number; None in a plain BOOTP message."""
        value = self.options.get(MESSAGE_TYPE)
        return value[0] if value else None

    @property
    def broadcast(self) -> bool:
        """Does the client ask for an answer to all stations?"""
        return bool(self.flags & BROADCAST_FLAG)

    def word(self, code: int) -> int | None:
        """An option of four bytes, an address or seconds; None where it is absent or of another length."""
        value = self.options.get(code)
        return None if value is None or len(value) != 4 else int.from_bytes(value)


def _read_options(data: bytes, position: int, options: dict[int, bytes]) -> None:
    """Adds the options from `position` on; the parts of one are put together, wherever they are."""
    end = len(data)
    while position < end:
        code = data[position]
        if code == PAD:
            position += 1
            continue
        if code == END:
            return
        start = position + 2
        # A code in the last byte has no length: it reaches behind the end, too.
        position = start + data[position + 1] if start <= end else start
        if position > end:
            raise MalformedPacket(f"a DHCP option {code} that is cut off")
        value = data[start:position]
        options[code] = options[code] + value if code in options else value


def _overload(value: bytes) -> int:
    if len(value) != 1 or not 1 <= value[0] <= _FILE_OVERLOADED | _SNAME_OVERLOADED:
        raise MalformedPacket("a DHCP option 52 that is not 1, 2 or 3")
    return value[0]
