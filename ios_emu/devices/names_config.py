"""What is configured about names: `ip host`, `ip domain ...`, `ip dns server`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address

MOST_ADDRESSES = 8
DOMAIN_TIMEOUT = 3
DOMAIN_RETRY = 2


@dataclass(frozen=True, slots=True)
class HostEntry:
    """A line of the host table; `port` is where `telnet` goes, unless it says otherwise."""

    name: str
    addresses: tuple[IPv4Address, ...]
    port: int | None = None


@dataclass(slots=True)
class Names:
    """The settings. `hosts` has lower-case keys; `timeout` is in seconds; `server`: does it serve names?"""

    domain: str | None = None
    domains: list[str] = field(default_factory=list)
    hosts: dict[str, HostEntry] = field(default_factory=dict)
    timeout: int = DOMAIN_TIMEOUT
    retry: int = DOMAIN_RETRY
    server: bool = False

    def lines(self, spaced: bool) -> Iterator[str]:
        """Its lines in the running configuration, but for `ip dns server`; `spaced`: `ip domain name`."""
        between = " " if spaced else "-"
        yield from (f"ip domain{between}list {domain}" for domain in self.domains)
        if self.domain is not None:
            yield f"ip domain{between}name {self.domain}"
        if self.retry != DOMAIN_RETRY:
            yield f"ip domain retry {self.retry}"
        if self.timeout != DOMAIN_TIMEOUT:
            yield f"ip domain timeout {self.timeout}"
        for entry in self.hosts.values():
            port = "" if entry.port is None else f" {entry.port}"
            yield f"ip host {entry.name}{port} {' '.join(map(str, entry.addresses))}"
