"""`logging ...`: which messages go where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from ios_emu.stack.interface_name import InterfaceName

SEVERITIES = (
    "emergencies",
    "alerts",
    "critical",
    "errors",
    "warnings",
    "notifications",
    "informational",
    "debugging",
)
"""The names of the severities, from 0 to 7."""

DEBUGGING, INFORMATIONAL = 7, 6
DEFAULT_BUFFER = 4096
FACILITIES = {
    name: number
    for number, name in enumerate(
        (
            "kern",
            "user",
            "mail",
            "daemon",
            "auth",
            "syslog",
            "lpr",
            "news",
            "uucp",
            "sys9",
            "sys10",
            "sys11",
            "sys12",
            "sys13",
            "sys14",
            "cron",
            *tuple(f"local{number}" for number in range(8)),
        )
    )
}
"""The facilities and their numbers in a syslog message."""
DEFAULT_FACILITY = "local7"
SYSLOG_PORT = 514
"""Where a syslog server listens (UDP), unless it is said otherwise."""


@dataclass(slots=True)
class LoggingSettings:
    """The least severe messages that each destination gets, as numbers; None for none at all.

    `hosts` are the syslog servers with their UDP ports; `count`: are messages counted by their names?
    `userinfo`: is it logged who gets privileges? `origin_id`, such as `string here`, is what syslog servers
    are told of where a message comes from.
    """

    on: bool = True
    console: int | None = DEBUGGING
    monitor: int | None = DEBUGGING
    buffered: int | None = None
    buffer_size: int = DEFAULT_BUFFER
    trap: int | None = INFORMATIONAL
    facility: str = DEFAULT_FACILITY
    hosts: dict[IPv4Address, int] = field(default_factory=dict)
    count: bool = False
    userinfo: bool = False
    origin_id: str | None = None
    source_interface: InterfaceName | None = None
    sequence_numbers: bool = False

    def first_lines(self, whole: bool = False) -> Iterator[str]:
        """What stands near the head of the running configuration; `whole` with the defaults."""
        if whole or not self.on:
            yield "logging on" if self.on else "no logging on"
        if self.buffered is not None:
            level = "" if self.buffered == DEBUGGING else f" {SEVERITIES[self.buffered]}"
            yield f"logging buffered {self.buffer_size}{level}"
        if self.count:
            yield "logging count"
        for name, level_of in (("console", self.console), ("monitor", self.monitor)):
            if level_of is None:
                yield f"no logging {name}"
            elif whole or level_of != DEBUGGING:
                yield f"logging {name} {SEVERITIES[level_of]}"

    def origin(self, hostname: str, address: str) -> str:
        """What stands in front of a message to a syslog server."""
        if self.origin_id is None:
            return ""
        kind, _, text = self.origin_id.partition(" ")
        return f"{hostname if kind == 'hostname' else address if kind == 'ip' else text.strip(chr(34))}: "

    def last_lines(self, whole: bool = False) -> Iterator[str]:
        """What stands behind the access lists; `whole` with the defaults."""
        if self.trap is None:
            yield "no logging trap"
        elif whole or self.trap != INFORMATIONAL:
            yield f"logging trap {SEVERITIES[self.trap]}"
        if whole or self.facility != DEFAULT_FACILITY:
            yield f"logging facility {self.facility}"
        if self.userinfo:
            yield "logging userinfo"
        if self.origin_id is not None:
            yield f"logging origin-id {self.origin_id}"
        if self.source_interface is not None:
            yield f"logging source-interface {self.source_interface}"
        for host, port in self.hosts.items():
            yield (
                f"logging {host}" if port == SYSLOG_PORT else f"logging host {host} transport udp port {port}"
            )
