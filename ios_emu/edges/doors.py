"""The doors of a served lab: which kinds there are, and how those that are asked for open and close.

Read this first for `--console`, `--publish`, `--tap` and the like: KINDS is the list of them, and one entry
of it is all that a new kind adds here. A kind is named as its option is; its function opens one door as the
option's value says, and lives in a module of its own, which is loaded when it is asked for.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ios_emu.errors import UsageError

if TYPE_CHECKING:
    from ios_emu.edges.realtime import RealTime
    from ios_emu.edges.store import StateFolder
    from ios_emu.lab.topology import Lab

LOOPBACK = "127.0.0.1"
_LAST_PORT = 65535
_COLUMN = 16


@dataclass(frozen=True, slots=True)
class Doors:
    """What the options ask for: the values of each kind's option, by the kind's name, and `--capture`."""

    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    capture: str | None = None

    @property
    def any(self) -> bool:
        """Is a door asked for?"""
        return any(self.asked.values())


@dataclass(frozen=True, slots=True)
class Site:
    """Where a door is opened: the lab, what brings it to the present, and the folder that keeps its state.

    `warn` shows a line to the person who opens the door.
    """

    lab: Lab
    drive: RealTime
    state: StateFolder | None
    warn: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Opened:
    """A door that is open, for the table and for programs: its kind, and where it leads and listens."""

    door: str
    device: str
    where: str
    port: str = ""

    @property
    def leads_to(self) -> str:
        """The device, and which port of it if that matters."""
        return f"{self.device}:{self.port}" if self.port else self.device

    @property
    def as_json(self) -> dict[str, str]:
        """A row for programs."""
        port = {"port": self.port} if self.port else {}
        return {"door": self.door, "device": self.device, **port, "where": self.where}


class Door(Protocol):
    """A door that is open."""

    opened: Opened

    async def close(self) -> None:
        """Tells who is connected, and closes."""


class Kind(NamedTuple):
    """A kind of door: its option is `--NAME METAVAR`, which can be given several times."""

    name: str
    metavar: str
    help: str
    open: Callable[[Site, str], Awaitable[Door]]
    """Opens a door as the option's value says. Raises UsageError."""


async def _console(site: Site, value: str) -> Door:
    from ios_emu.edges.telnet import open_console

    return await open_console(site, value)


async def _ssh(site: Site, value: str) -> Door:
    try:
        from ios_emu.edges.ssh import open_ssh
    except ModuleNotFoundError as error:
        raise UsageError(
            f"--ssh {value}",
            "can't be opened",
            f"{error.name} is not installed",
            "pip install 'ios-emu[ssh]'",
        ) from None
    return await open_ssh(site, value)


async def _tap(site: Site, value: str) -> Door:
    from ios_emu.edges.tap import open_tap

    return await open_tap(site, value)


async def _publish(site: Site, value: str) -> Door:
    from ios_emu.edges.publish import open_publish

    return await open_publish(site, value)


async def _web(site: Site, value: str) -> Door:
    try:
        from ios_emu.edges.web.loading import load

        open_web = load()
    except ModuleNotFoundError as error:
        raise UsageError(
            f"--web {value}",
            "can't be opened",
            f"{error.name} is not installed",
            "pip install 'ios-emu[web]'",
        ) from None
    return await open_web(site, value)


KINDS: tuple[Kind, ...] = (
    Kind("console", "HOST:PORT=DEVICE", "A device's console over telnet.", _console),
    Kind("ssh", "HOST:PORT=DEVICE", "A router's SSH server (needs ios-emu[ssh]).", _ssh),
    Kind("tap", "IFNAME=DEVICE[:PORT]", "A Linux TAP device as a cable's end.", _tap),
    # Behind the TAP devices: those have a port of their own choice.
    Kind(
        "publish",
        "HOST:PORT=DEVICE:PORT[/udp]",
        "A port of this machine that leads to a device's port, over the wire.",
        _publish,
    ),
    Kind("web", "HOST:PORT", "The lab as a web page (needs ios-emu[web]).", _web),
)


class OpenDoors:
    """The doors of a running lab."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._doors: list[Door] = []

    @property
    def opened(self) -> list[Opened]:
        """What is open, in the order of the kinds and of the options."""
        return [door.opened for door in self._doors]

    async def open(self, asked: Mapping[str, tuple[str, ...]]) -> None:
        """Opens what is asked for. Raises UsageError for the first that can't be: `close` is still due."""
        for kind in KINDS:
            for value in asked.get(kind.name, ()):
                self._doors.append(await kind.open(self.site, value))

    async def close(self) -> None:
        """Closes all, the last first."""
        while self._doors:
            with contextlib.suppress(OSError):
                await self._doors.pop().close()

    def table(self) -> list[str]:
        """A line for each door."""
        width = max([_COLUMN, *(len(one.leads_to) + 2 for one in self.opened)])
        return [f"{one.door:<10}{one.leads_to:<{width}}{one.where}" for one in self.opened]


# What the kinds that listen have in common


class Listening(NamedTuple):
    """`HOST:PORT=TARGET`, taken apart; `option` is how a message names it."""

    option: str
    host: str
    port: int
    target: str

    @property
    def where(self) -> str:
        """HOST:PORT, as it was given."""
        return where((self.host, self.port))


def where(address: tuple[str, int]) -> str:
    """An address of this machine as it is shown: an IPv6 address is in brackets."""
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def read_listening(kind: str, value: str, form: str, example: str) -> Listening:
    """Takes the value of an option apart; `form` and `example` are for the message. Raises UsageError."""
    return _take_apart(f"--{kind} {value}", value, form, f"--{kind} {example}")


def _take_apart(option: str, value: str, form: str, example: str) -> Listening:
    place, equals, target = value.partition("=")
    host, colon, port = place.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    numeric = port.isascii() and port.isdigit() and int(port) <= _LAST_PORT
    if not (equals and colon and bare and target and numeric and (":" not in bare or bare != host)):
        raise UsageError(option, "is not understood", f"it is {form}", f"write {example}")
    return Listening(option, bare, int(port), target)


def read_place(kind: str, value: str) -> Listening:
    """Takes `HOST:PORT` apart, for a door that leads to the whole lab. Raises UsageError."""
    option, form, example = f"--{kind} {value}", "HOST:PORT", f"--{kind} {LOOPBACK}:8080"
    if "=" in value:
        raise UsageError(option, "is not understood", f"it is {form}", f"write {example}")
    return _take_apart(option, f"{value}=lab", form, example)


def cannot_listen(listening: Listening, error: OSError | UnicodeError) -> UsageError:
    """The message for an address that can't be had."""
    reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
    if isinstance(error, socket.gaierror | UnicodeError):
        reason = "no such host"
    return UsageError(
        listening.option, f"can't listen at {listening.where}", reason, "use another address or port"
    )


def warn_if_open(site: Site, opened: Opened) -> None:
    """Says so when others than this machine's own programs can reach a door."""
    import ipaddress

    host = opened.where.rpartition(":")[0].strip("[]").partition("%")[0]
    if not ipaddress.ip_address(host).is_loopback:
        site.warn(
            f"ios-emu: warning: --{opened.door} {opened.where} can be reached from other machines; "
            f"listen at {LOOPBACK} to keep it to this one"
        )
