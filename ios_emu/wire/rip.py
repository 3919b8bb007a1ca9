"""RIP messages: version 1 (RFC 1058), version 2 (RFC 2453), and their authentication (RFC 2082).

The rules. A message is a header of four bytes and 1 to 25 entries of twenty. In version 2 the first entry may
be a password, or may say that an MD5 digest follows behind the last one. Addresses are 32-bit integers.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from typing import NamedTuple

from ios_emu.errors import MalformedPacket

PORT = 520
ALL_RIP_ROUTERS = 0xE0000009
"""224.0.0.9, where version 2 speaks to."""

REQUEST = 1
RESPONSE = 2

VERSION_1 = 1
VERSION_2 = 2

INFINITY = 16
"""The metric of what can't be reached."""

MOST_ENTRIES = 25

FAMILY_NONE = 0
"""The address family of the entry that asks for a whole table."""

FAMILY_IP = 2

_FAMILY_AUTHENTICATION = 0xFFFF
_PASSWORD = 2
_DIGEST = 3
_TRAILER = b"\xff\xff\x00\x01"
_DIGEST_SIZE = 16
_KEY_SIZE = 16
_HEADER = struct.Struct("!BBH")
_ENTRY = struct.Struct("!HHIIII")
_AUTHENTICATION = struct.Struct("!HH16s")
_DIGEST_HEAD = struct.Struct("!HHHBBIII")
# Version 1 has nothing in these places of an entry.
_VERSION_1_ZEROS = (1, 3, 4)


class RipEntry(NamedTuple):
    """One route of a message. In version 1, `mask`, `next_hop` and `tag` are 0."""

    network: int
    mask: int
    metric: int
    next_hop: int = 0
    tag: int = 0
    family: int = FAMILY_IP


WHOLE_TABLE = RipEntry(0, 0, INFINITY, family=FAMILY_NONE)
"""The only entry of a request for everything (RFC 2453, 3.9.1)."""


class Password(NamedTuple):
    """Authentication by a password that everybody on the link can read (RFC 2453, 4.1)."""

    text: bytes


class Digest(NamedTuple):
    """Authentication by keyed MD5 (RFC 2082). `sequence` never goes down while the key is in use.

    `digest` and `covered` are those of a message that was read: covered by the digest is what is before it.
    """

    key_id: int
    sequence: int
    digest: bytes = b""
    covered: bytes = b""

    def fits(self, key: bytes) -> bool:
        """Was the message made with this key?"""
        return _md5(self.covered, key) == self.digest


Authentication = Password | Digest


class RipMessage(NamedTuple):
    """A request or a response."""

    command: int
    version: int
    entries: tuple[RipEntry, ...]
    authentication: Authentication | None = None

    @property
    def asks_for_all(self) -> bool:
        """Is this a request for the whole table?"""
        return (
            self.command == REQUEST
            and len(self.entries) == 1
            and self.entries[0].family == FAMILY_NONE
            and self.entries[0].metric == INFINITY
        )

    @classmethod
    def parse(cls, data: bytes) -> RipMessage:
        """Reads a message. Raises MalformedPacket for what neither version of the protocol allows.

        What an entry says is not judged here: one that makes no sense spoils only itself.
        """
        if len(data) < _HEADER.size:
            raise MalformedPacket(f"a RIP message of {len(data)} bytes")
        command, version, zero = _HEADER.unpack_from(data)
        if command not in (REQUEST, RESPONSE):
            raise MalformedPacket(f"a RIP message with command {command}")
        if version not in (VERSION_1, VERSION_2):
            raise MalformedPacket(f"a RIP message of version {version}")
        if zero and version == VERSION_1:
            raise MalformedPacket("a RIP message of version 1 with something where nothing may be")
        body, authentication = data[_HEADER.size :], None
        if version == VERSION_2 and body[:2] == b"\xff\xff":
            body, authentication = _authenticated(data)
        count, rest = divmod(len(body), _ENTRY.size)
        most = MOST_ENTRIES if authentication is None else MOST_ENTRIES - 1
        if rest or count > most or not (count or authentication):
            raise MalformedPacket(f"a RIP message with {len(body)} bytes of entries")
        entries = []
        for fields in _ENTRY.iter_unpack(body):
            family, tag, network, mask, next_hop, metric = fields
            if family == _FAMILY_AUTHENTICATION:
                raise MalformedPacket("a RIP message with an authentication that is not its first entry")
            if version == VERSION_1 and family == FAMILY_IP and any(fields[at] for at in _VERSION_1_ZEROS):
                raise MalformedPacket("a RIP entry of version 1 with something where nothing may be")
            entries.append(RipEntry(network, mask, metric, next_hop, tag, family))
        return cls(command, version, tuple(entries), authentication)

    def build(self, key: bytes = b"") -> bytes:
        """The message's bytes; `key` is that of a Digest. Raises ValueError for too many entries."""
        room = MOST_ENTRIES if self.authentication is None else MOST_ENTRIES - 1
        if len(self.entries) > room:
            raise ValueError(f"a RIP message of {len(self.entries)} entries")
        head = _HEADER.pack(self.command, self.version, 0)
        body = b"".join(
            _ENTRY.pack(family, tag, network, mask, next_hop, metric)
            for network, mask, metric, next_hop, tag, family in self.entries
        )
        match self.authentication:
            case None:
                return head + body
            case Password(text):
                return head + _AUTHENTICATION.pack(_FAMILY_AUTHENTICATION, _PASSWORD, text) + body
            case Digest(key_id, sequence):
                length = _HEADER.size + _DIGEST_HEAD.size + len(body)
                said = _DIGEST_HEAD.pack(
                    _FAMILY_AUTHENTICATION, _DIGEST, length, key_id, _DIGEST_SIZE, sequence, 0, 0
                )
                covered = head + said + body + _TRAILER
                return covered + _md5(covered, key)


def messages(
    command: int,
    version: int,
    entries: Iterable[RipEntry],
    authentication: Authentication | None = None,
    key: bytes = b"",
) -> list[bytes]:
    """As many messages as the entries need."""
    room = MOST_ENTRIES if authentication is None else MOST_ENTRIES - 1
    left = tuple(entries)
    return [
        RipMessage(command, version, left[at : at + room], authentication).build(key)
        for at in range(0, len(left), room)
    ]


def _authenticated(data: bytes) -> tuple[bytes, Authentication]:
    """The entries of a message that begins with an authentication, and what that is."""
    start = _HEADER.size
    if len(data) < start + _ENTRY.size:
        raise MalformedPacket(f"a RIP message of {len(data)} bytes")
    _, kind, text = _AUTHENTICATION.unpack_from(data, start)
    body = data[start + _ENTRY.size :]
    if kind == _PASSWORD:
        return body, Password(text.rstrip(b"\0"))
    if kind != _DIGEST:
        raise MalformedPacket(f"a RIP message with authentication of type {kind}")
    _, _, length, key_id, size, sequence, _, _ = _DIGEST_HEAD.unpack_from(data, start)
    # The digest may be counted with the four bytes in front of it.
    if size not in (_DIGEST_SIZE, _DIGEST_SIZE + len(_TRAILER)):
        raise MalformedPacket(f"a RIP message with a digest of {size} bytes")
    end = length + len(_TRAILER)
    if length < start + _ENTRY.size or len(data) != end + _DIGEST_SIZE or data[length:end] != _TRAILER:
        raise MalformedPacket("a RIP message whose digest is not where it says")
    return data[start + _ENTRY.size : length], Digest(key_id, sequence, data[end:], data[:end])


def _md5(covered: bytes, key: bytes) -> bytes:
    padded = key[:_KEY_SIZE].ljust(_KEY_SIZE, b"\0")
    return hashlib.md5(covered + padded, usedforsecurity=False).digest()
