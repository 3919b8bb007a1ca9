"""A lab: its clock and its devices, built from a lab file.

Read this first in `lab/`. `Lab("router")` is the whole emulator for a program: it runs on its own clock, as
fast as it can, and does nothing between two calls.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ios_emu.cli.session import Session, State
from ios_emu.cli.shell import Shell, shared_reader
from ios_emu.clock import Clock
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.lines import LineSettings
from ios_emu.devices.nvram import Journal, MemoryJournal
from ios_emu.devices.router import Router
from ios_emu.errors import LabFileError
from ios_emu.lab.console import Console

LABS = Path(__file__).parent / "labs"
_DEVICE_KEYS = ("type", "config", "dialect")
_LAB_KEYS = ("title", "devices")
# More questions than any command asks.
_MOST_QUESTIONS = 10

_NEVER_TIMES_OUT = LineSettings(exec_timeout=(0, 0))

ReadState = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class DeviceFile:
    """A device as the lab file has it; `config` is the text of its start-up configuration."""

    name: str
    dialect: Dialect = Dialect.IOS
    config: str | None = None


@dataclass(frozen=True, slots=True)
class LabFile:
    """What a lab file says."""

    path: Path
    title: str = ""
    devices: list[DeviceFile] = field(default_factory=list)


def built_in_labs() -> list[str]:
    """The names of the labs that come with ios-emu."""
    return sorted(path.parent.name for path in LABS.glob("*/lab.toml"))


def find_lab(lab: str) -> Path:
    """The lab file of a built-in lab's name, or of a path. Raises LabFileError when there is none."""
    if lab in built_in_labs():
        return LABS / lab / "lab.toml"
    path = Path(lab)
    if path.is_dir():
        path /= "lab.toml"
    if not path.is_file():
        names = ", ".join(built_in_labs())
        raise LabFileError(
            lab,
            "no such lab",
            "it is neither a built-in lab nor a lab file",
            f"use one of {names}, or a path",
        )
    return path


def read_lab_file(path: Path) -> LabFile:
    """Reads a lab file. Raises LabFileError with the place, the fault, the rule and the remedy."""
    where = str(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LabFileError(
            where, "can't be read", str(error.strerror), "check the path and its rights"
        ) from None
    except UnicodeDecodeError:
        raise LabFileError(where, "is not text", "a lab file is TOML in UTF-8", "save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise LabFileError(where, "is not TOML", str(error), "mend that place") from None
    _only(where, data, _LAB_KEYS, "the lab")
    devices = data.get("devices")
    if not isinstance(devices, dict) or not devices:
        raise LabFileError(where, "has no devices", "a lab needs at least one", "add a table [devices.R1]")
    title = data.get("title", "")
    if not isinstance(title, str):
        raise LabFileError(
            f"{where}: title", "is not text", "a title is shown to people", 'write title = "..."'
        )
    return LabFile(path, title, [_device(where, path.parent, name, table) for name, table in devices.items()])


def _only(where: str, table: dict[str, object], keys: tuple[str, ...], what: str) -> None:
    for key in table:
        if key not in keys:
            known = ", ".join(keys)
            raise LabFileError(
                f"{where}: {key}", "unknown key", f"{what} has the keys {known}", "remove or mend it"
            )


def _device(where: str, folder: Path, name: str, table: object) -> DeviceFile:
    place = f"{where}: devices.{name}"
    if not isinstance(table, dict):
        raise LabFileError(place, "is not a table", "a device has a type", f"write [devices.{name}]")
    _only(place, table, _DEVICE_KEYS, "a device")
    if table.get("type") != "2811":
        raise LabFileError(
            f"{place}.type", "unknown type", "there is only the 2811 so far", 'write type = "2811"'
        )
    dialect = table.get("dialect", Dialect.IOS.value)
    if dialect not in list(Dialect):
        names = " and ".join(Dialect)
        raise LabFileError(
            f"{place}.dialect", "unknown dialect", f"there are {names}", 'write dialect = "ios"'
        )
    config = table.get("config")
    if config is None:
        return DeviceFile(name, Dialect(dialect))
    try:
        return DeviceFile(name, Dialect(dialect), (folder / str(config)).read_text(encoding="latin-1"))
    except OSError as error:
        raise LabFileError(
            f"{place}.config",
            f"can't read {config}",
            str(error.strerror),
            "a path is relative to the lab file",
        ) from None


class Device:
    """A router of the lab."""

    kind = "2811"

    def __init__(self, router: Router, console: Console, clock: Clock) -> None:
        self.name = router.name
        self.router = router
        self._console = console
        self._clock = clock

    def console(self) -> Console:
        """The device's console line: bytes in, bytes out."""
        return self._console

    def boot(self, quick: bool) -> None:
        """Switches the power off and on; without `quick` the console shows the boot."""
        self._console.quick = quick
        self._console.power_on()

    def set_dialect(self, dialect: str) -> None:
        """Makes it print as `dialect` does, and starts it anew. Raises ValueError for an unknown one."""
        self.router.dialect = Dialect(dialect)
        self._console.power_on()

    def run(self, command: str) -> str:
        """Types `command` at a privileged prompt of its own and returns what it prints.

        Questions are answered with Enter. The lab runs until it is idle.
        """
        session, printed = self._own_session
        printed.clear()
        session.receive(command.encode("latin-1", "replace") + b"\r")
        self._clock.run_until_idle()
        for _ in range(_MOST_QUESTIONS):
            if session.state is not State.QUESTION:
                break
            session.receive(b"\r")
            self._clock.run_until_idle()
        lines = b"".join(printed).decode("latin-1").replace("\r\n", "\n").split("\n")
        return "\n".join(lines[1:-1])

    @cached_property
    def _own_session(self) -> tuple[Session, list[bytes]]:
        printed: list[bytes] = []
        shell = Shell(self.router, shared_reader, level=15, line=lambda _: _NEVER_TIMES_OUT)
        shell.terminal.length = shell.terminal.width = 0
        session = Session(shell, self._clock, printed.append)
        session.start()
        return session, printed


class Lab:
    """A running lab. `lab` is the name of a built-in lab or the path of a lab file.

    `journal` and `read_state` keep NVRAM beyond the process; without them it lives as long as the lab.
    `now` is the lab time to begin at, in nanoseconds. Raises LabFileError.
    """

    def __init__(
        self,
        lab: str = "router",
        *,
        quick: bool = True,
        journal: Journal | None = None,
        read_state: ReadState | None = None,
        now: int = 0,
    ) -> None:
        self.file = read_lab_file(find_lab(lab))
        self.clock = Clock(now)
        self.chance = random.Random(self.file.title)
        self.devices: dict[str, Device] = {}
        for described in self.file.devices:
            router = Router(
                described.name,
                self.clock,
                described.dialect,
                random.Random(self.chance.random()),
                journal or MemoryJournal(),
            )
            stored = read_state(router.startup_record) if read_state is not None else None
            if stored is not None:
                router.startup = stored.decode("latin-1") or None
            else:
                router.startup = described.config
            console = Console(router, shared_reader, self.clock, quick=quick)
            self.devices[router.name] = Device(router, console, self.clock)
            console.power_on()

    @property
    def first_router(self) -> str:
        """The name of the router that a terminal opens with."""
        return next(iter(self.devices))

    @property
    def idle(self) -> bool:
        """Does every console wait for input, with nothing under way?"""
        waiting = all(device.console().waits_for_input for device in self.devices.values())
        return waiting and self.clock.idle

    def __getitem__(self, name: str) -> Device:
        device = self.devices.get(name)
        if device is None:
            names = ", ".join(self.devices)
            raise LabFileError(name, "no such device", f"the lab has {names}", "use one of these names")
        return device
