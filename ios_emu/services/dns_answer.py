"""What a resolver says of a name. Nothing here needs the messages of DNS."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address
from typing import NamedTuple


class Status(Enum):
    """What came of a lookup."""

    FOUND = "found"
    NO_DATA = "no such records"
    NO_NAME = "non-existent domain"
    REFUSED = "query refused"
    FAILED = "server failed"
    NO_REPLY = "no reply from the server"
    UNREACHABLE = "no name service at the server"
    NO_SERVER = "no name server is configured"
    LOOP = "an alias leads back to itself"
    BAD_NAME = "not a domain name"
    CANCELLED = "broken off"

    @property
    def is_negative(self) -> bool:
        """Does a server say that there is none?"""
        return self in (Status.NO_DATA, Status.NO_NAME)

    @property
    def is_answer(self) -> bool:
        """Did a server say something, even if it was that it would not?"""
        return self in (Status.FOUND, Status.NO_DATA, Status.NO_NAME, Status.REFUSED, Status.FAILED)

    @property
    def is_temporary(self) -> bool:
        """May the same question have an answer later?"""
        return self in (Status.FAILED, Status.REFUSED, Status.NO_REPLY, Status.UNREACHABLE, Status.NO_SERVER)


class Record(NamedTuple):
    """A record, its time to live in seconds; names, also in the value, are in full without the last dot."""

    name: str
    type: str
    ttl: int
    value: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a lookup of `name`. `records` are the aliases on the way, then those that were asked for.

    `server` is the address that answered, None for what was known. `soa` comes with a negative answer: its
    time to live is for how long one may keep that.
    """

    name: str
    type: str
    status: Status
    records: tuple[Record, ...] = ()
    server: int | None = None
    authoritative: bool = False
    soa: Record | None = None

    @property
    def found(self) -> bool:
        """Are there such records?"""
        return self.status is Status.FOUND

    @property
    def values(self) -> tuple[str, ...]:
        """The values of the records that were asked for."""
        return tuple(one.value for one in self.records if self.type in (one.type, "ANY"))

    @property
    def addresses(self) -> tuple[IPv4Address, ...]:
        """The IPv4 addresses, in the server's order."""
        return tuple(IPv4Address(one.value) for one in self.records if one.type == "A")

    @property
    def canonical(self) -> str:
        """The name behind the last alias."""
        return next((one.value for one in reversed(self.records) if one.type == "CNAME"), self.name)

    @property
    def aliases(self) -> tuple[str, ...]:
        """The names on the way to the canonical one."""
        return tuple(one.name for one in self.records if one.type == "CNAME" and self.type != "CNAME")

    @property
    def ttl(self) -> int:
        """For how many seconds the answer may be kept."""
        if not self.records or not self.found:
            return self.soa.ttl if self.soa is not None else 0
        return min(one.ttl for one in self.records)
