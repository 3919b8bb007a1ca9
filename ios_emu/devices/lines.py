"""The terminal lines: `line con 0`, `line aux 0` and `line vty 0 4`, and how they are printed together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ios_emu.devices.secret import Secret

DEFAULT_EXEC_TIMEOUT = (10, 0)
# IOS prints the first five VTYs apart from the rest, even when all are set alike.
FIRST_VTYS = 5
"""How many VTYs there are at least."""
SWITCH_VTYS = 16
DEFAULT_LENGTH, DEFAULT_WIDTH, DEFAULT_HISTORY = 24, 80, 10
"""The lines and columns of a terminal, and how many commands it remembers."""

DEFAULT_LOGIN_RESPONSE = 30
"""How many seconds a user has for the name, and for the password."""

KEPT_BEFORE = (
    "absolute-timeout",
    "session-timeout",
)
"""Line commands without effect that stand in front of `access-class` in the configuration."""
KEPT_BETWEEN = (
    "ipv6 access-class",
    "location",
    "autocommand",
    "authorization",
    "accounting",
    "login authentication",
)
"""Those between it and `exec-timeout`."""
KEPT_BEHIND = (
    "notify",
    "full-help",
    "domain-lookup",
    "editing",
    "international",
    "escape-character",
    "disconnect-character",
    "hold-character",
    "start-character",
    "stop-character",
    "exec-character-bits",
    "special-character-bits",
    "data-character-bits",
    "dispatch-timeout",
    "logout-warning",
    "session-limit",
    "session-disconnect-warning",
    "refuse-message",
    "vacant-message",
    "terminal-type",
    "telnet",
    "padding",
    "private",
    "script",
    "autohangup",
    "autoselect",
    "modem",
    "transport preferred",
    "transport output",
    "databits",
    "parity",
    "stopbits",
    "rxspeed",
    "txspeed",
    "speed",
    "flowcontrol",
    "rotary",
)
"""Those that stand behind the rest."""


@dataclass(frozen=True, slots=True)
class AccessClass:
    """`access-class LIST in|out [vrf-also]`, for one direction."""

    access_list: str
    vrf_also: bool = False


@dataclass(slots=True)
class LineSettings:
    """What `line ...` sets. `exec_timeout` is (minutes, seconds), (0, 0) for never.

    `login` is None (no login), `password` (plain `login`) or `local`. `access_classes` are by direction, `in`
    or `out`; `kept` are the commands without effect, by their first words.
    """

    password: Secret | None = None
    login: str | None = None
    exec_timeout: tuple[int, int] = DEFAULT_EXEC_TIMEOUT
    privilege: int | None = None
    logging_synchronous: bool = False
    synchronous_options: str = ""
    has_exec: bool = True
    exec_banner: bool = True
    motd_banner: bool = True
    lockable: bool = False
    monitor: bool = False
    history: bool = True
    length: int | None = None
    width: int | None = None
    history_size: int | None = None
    transport_input: str | None = None
    login_response: int = DEFAULT_LOGIN_RESPONSE
    access_classes: dict[str, AccessClass] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)

    def configuration(self, packet_tracer: bool, is_vty: bool, whole: bool = False) -> Iterator[str]:
        """The lines below `line ...` in the running configuration, without their first blank.

        `whole` with the defaults. A VTY asks for a password unless it is told not to; the other lines are
        the other way round.
        """
        yield from (self.kept[key] for key in KEPT_BEFORE if key in self.kept)
        for direction, one in sorted(self.access_classes.items()):
            yield f"access-class {one.access_list} {direction}{' vrf-also' if one.vrf_also else ''}"
        yield from (self.kept[key] for key in KEPT_BETWEEN if key in self.kept)
        if whole or self.exec_timeout != DEFAULT_EXEC_TIMEOUT:
            yield "exec-timeout {} {}".format(*self.exec_timeout)
        if self.privilege is not None:
            yield f"privilege level {self.privilege}"
        if self.password is not None:
            yield f"password {self.password.configuration}"
        if self.logging_synchronous:
            yield f"logging synchronous {self.synchronous_options}".rstrip()
        if self.login is not None:
            yield "login local" if self.login == "local" else "login"
        elif is_vty or (packet_tracer and self.password is not None):
            yield "no login"
        for word, is_set in (("exec", self.has_exec), ("exec-banner", self.exec_banner)):
            if whole or not is_set:
                yield word if is_set else f"no {word}"
        if whole or not self.motd_banner:
            yield "motd-banner" if self.motd_banner else "no motd-banner"
        if self.lockable:
            yield "lockable"
        if self.monitor:
            yield "monitor"
        if not self.history:
            yield "no history"
        for word, value, default in (
            ("history size", self.history_size, DEFAULT_HISTORY),
            ("length", self.length, DEFAULT_LENGTH),
            ("width", self.width, DEFAULT_WIDTH),
        ):
            if value is not None or whole:
                yield f"{word} {default if value is None else value}"
        if whole or self.login_response != DEFAULT_LOGIN_RESPONSE:
            yield f"timeout login response {self.login_response}"
        if self.transport_input is not None:
            yield f"transport input {self.transport_input}"
        yield from (self.kept[key] for key in KEPT_BEHIND if key in self.kept)


def _fresh_vtys() -> list[LineSettings]:
    return [LineSettings(login="password") for _ in range(FIRST_VTYS)]


@dataclass(slots=True)
class Lines:
    """All lines of a device. A router has five VTYs until more are configured; a switch always has 16."""

    console: LineSettings = field(default_factory=LineSettings)
    aux: LineSettings = field(default_factory=LineSettings)
    vtys: list[LineSettings] = field(default_factory=_fresh_vtys)
    has_aux: bool = True
    least_vtys: int = FIRST_VTYS

    @classmethod
    def of_switch(cls) -> Lines:
        """Those of a switch, which has no auxiliary port."""
        vtys = [LineSettings(login="password") for _ in range(SWITCH_VTYS)]
        return cls(vtys=vtys, has_aux=False, least_vtys=SWITCH_VTYS)

    @property
    def first_vty(self) -> int:
        """The first VTY's number where all lines are counted: behind the console and the auxiliary port."""
        return 2 if self.has_aux else 1

    def vty_range(self, first: int, last: int) -> list[LineSettings]:
        """The VTYs from `first` to `last`; those that do not exist yet are made."""
        while len(self.vtys) <= last:
            self.vtys.append(LineSettings(login="password"))
        return self.vtys[first : last + 1]

    def remove_vtys(self, first: int) -> None:
        """`no line vty N`: removes the VTYs from `first` on, never one of those that always are there."""
        del self.vtys[max(first, self.least_vtys) :]

    def numbered(self) -> Iterator[tuple[int, str, LineSettings]]:
        """All lines as they are counted: number, name, settings."""
        yield 0, "con 0", self.console
        if self.has_aux:
            yield 1, "aux 0", self.aux
        for number, settings in enumerate(self.vtys):
            yield self.first_vty + number, f"vty {number}", settings

    def vty_groups(self) -> Iterator[tuple[int, int, LineSettings]]:
        """Neighbours that are set alike, as (first, last, settings)."""
        first = 0
        for number in range(1, len(self.vtys) + 1):
            at_end = number == len(self.vtys)
            if at_end or number == FIRST_VTYS or self.vtys[number] != self.vtys[first]:
                yield first, number - 1, self.vtys[first]
                first = number
