"""Which hosts take the mail of a domain (RFC 5321 section 5.1).

The rules. The MX records say it, the smallest preference first. A domain without any takes its mail itself,
at its own address. A lone MX record whose host is the root says that it takes none (RFC 7505).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from ipaddress import IPv4Address
from typing import Any, NamedTuple

from ios_emu.clock import Signal
from ios_emu.services.dns_answer import Answer, Status

_NOBODY = "."


class MailHost(NamedTuple):
    """A host that takes mail."""

    preference: int
    name: str
    addresses: tuple[IPv4Address, ...]


class MailRoute(NamedTuple):
    """The hosts to try, in order. Without any, `status` says why; or the domain `accepts_none`."""

    domain: str
    status: Status
    hosts: tuple[MailHost, ...] = ()
    accepts_none: bool = False

    @property
    def is_temporary(self) -> bool:
        """Is it worth another try later?"""
        return not self.hosts and not self.accepts_none and self.status.is_temporary


def find_mail_route(
    domain: str, lookup: Callable[[str, str], Signal]
) -> Generator[int | Signal, Any, MailRoute]:
    """A process that finds the route with `lookup`, which is given a name and a type."""
    answer: Answer = yield lookup(domain, "MX")
    if answer.status is Status.NO_DATA:
        answer = yield lookup(domain, "A")
        hosts = (MailHost(0, domain, answer.addresses),) if answer.found else ()
        return MailRoute(domain, answer.status, hosts)
    if not answer.found:
        return MailRoute(domain, answer.status)
    exchangers = sorted(_exchanger(value) for value in answer.values)
    if [name for _, name in exchangers] == [_NOBODY]:
        return MailRoute(domain, Status.NO_DATA, accepts_none=True)
    found = []
    failed = Status.NO_DATA
    for preference, name in exchangers:
        address: Answer = yield lookup(name, "A")
        if address.found:
            found.append(MailHost(preference, name, address.addresses))
        elif not failed.is_temporary:
            failed = address.status
    return MailRoute(domain, Status.FOUND if found else failed, tuple(found))


def _exchanger(value: str) -> tuple[int, str]:
    preference, _, name = value.partition(" ")
    return int(preference), name
