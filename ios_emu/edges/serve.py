"""`ios-emu serve`: a lab without a terminal, and its doors, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from ios_emu.edges.control import ProcessControl
from ios_emu.edges.realtime import RealTime
from ios_emu.edges.tap import Tap
from ios_emu.edges.telnet import ConsoleDoor
from ios_emu.errors import UsageError
from ios_emu.lab.device import RouterDevice, SwitchDevice
from ios_emu.lab.topology import Lab

if TYPE_CHECKING:
    from ios_emu.edges.ssh import SshDoor

_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Doors:
    """What `--console`, `--ssh`, `--tap` and `--capture` ask for, as text."""

    consoles: tuple[str, ...] = ()
    ssh: tuple[str, ...] = ()
    taps: tuple[str, ...] = ()
    capture: str | None = None


class Keep(Protocol):
    """A store of named values."""

    def read(self, name: str) -> bytes | None:
        """The value of that name, or None."""

    def write(self, name: str, data: bytes) -> None:
        """Stores a value. Raises StateError."""


@dataclass(slots=True)
class Opened:
    """A door that is open, for the table and for programs."""

    door: str
    device: str
    where: str


@dataclass(slots=True)
class Service:
    """A lab that is served: `show` prints, `drive` is made when the loop runs.

    `keep` is where the SSH door's host keys outlive the process; without it they don't.
    """

    lab: Lab
    doors: Doors
    drive: Callable[[], RealTime]
    show: Callable[[str], None]
    as_json: bool = False
    keep: Keep | None = None
    _opened: list[Opened] = field(default_factory=list)
    _closing: list[Callable[[], object]] = field(default_factory=list)

    async def run(self) -> None:
        """Opens all doors, says `ready`, and waits for the end. Raises UsageError for a bad door."""
        loop = asyncio.get_running_loop()
        drive = self.drive()
        control = ProcessControl(self.lab, drive)
        done = loop.create_future()
        for name in ("SIGTERM", "SIGINT", "SIGHUP"):
            with contextlib.suppress(NotImplementedError, AttributeError, ValueError):
                loop.add_signal_handler(getattr(signal, name), _finish, done)
        consoles: list[ConsoleDoor] = []
        ssh: list[SshDoor] = []
        taps: list[Tap] = []
        try:
            for text in self._console_doors():
                consoles.append(await self._open_console(text, drive))
            for text in self.doors.ssh:
                ssh.append(await self._open_ssh(text, drive))
            for text in self.doors.taps:
                taps.append(self._open_tap(text, loop, drive))
            if self.doors.capture is not None:
                control.capture(self.doors.capture)
            drive.wake()
            self._announce()
            await done
        finally:
            for tap in taps:
                tap.close()
            for door in consoles:
                await door.close()
            for ssh_door in ssh:
                await ssh_door.close()
            drive.stop()
            control.close()

    def _console_doors(self) -> Iterable[str]:
        """Without any door that was asked for, every device has its console on loopback."""
        if self.doors.consoles or self.doors.ssh or self.doors.taps:
            return self.doors.consoles
        devices = self.lab.devices.items()
        return [f"{_LOOPBACK}:0={name}" for name, device in devices if not isinstance(device, SwitchDevice)]

    async def _open_console(self, text: str, drive: RealTime) -> ConsoleDoor:
        host, port, device = _where("--console", text, 2001)
        door = ConsoleDoor(self.lab[device].console(), drive.wake)
        await self._listen("console", text, door.listen(host, port), device)
        return door

    async def _open_ssh(self, text: str, drive: RealTime) -> SshDoor:
        host, port, device = _where("--ssh", text, 2222)
        try:
            from ios_emu.edges.ssh import SshDoor, host_keys
        except ModuleNotFoundError as error:
            raise UsageError(
                f"--ssh {text}", "can't be", f"{error.name} is not installed", "pip install 'ios-emu[ssh]'"
            ) from None
        router = self.lab[device]
        if not isinstance(router, RouterDevice):
            raise UsageError(f"--ssh {text}", "can't be", f"{device} is no router", "name a router")
        name, keep = f"{device}/ssh-host-keys", self.keep
        kept = None if keep is None else keep.read(name)
        keys = host_keys(kept, lambda data: None if keep is None else keep.write(name, data))
        door = SshDoor(router.vtys, drive.wake, keys)
        await self._listen("ssh", text, door.listen(host, port), device)
        return door

    async def _listen(
        self, kind: str, text: str, listening: Coroutine[Any, Any, tuple[str, int]], device: str
    ) -> None:
        """Waits until a door is open, and notes it. Raises UsageError where it can't be opened."""
        try:
            opened = await listening
        except (OSError, UnicodeError) as error:
            reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
            if isinstance(error, socket.gaierror):
                reason = "no such host"
            where = text.rpartition("=")[0]
            raise UsageError(
                f"--{kind} {text}", f"can't listen at {where}", reason, "use another address or port"
            ) from None
        self._opened.append(Opened(kind, device, f"{opened[0]}:{opened[1]}"))

    def _open_tap(self, text: str, loop: asyncio.AbstractEventLoop, drive: RealTime) -> Tap:
        name, equals, end = text.partition("=")
        device, _, port = end.partition(":")
        if not (name and equals and device):
            raise UsageError(
                f"--tap {text}",
                "is not understood",
                "it is IFNAME=DEVICE[:PORT]",
                "write --tap tap0=R1:Fa0/0",
            )
        tap = Tap(self.lab, name, device, port or None)
        tap.start(loop, drive.wake)
        self._opened.append(Opened("tap", device, name))
        return tap

    def _announce(self) -> None:
        if self.as_json:
            rows = [{"door": one.door, "device": one.device, "where": one.where} for one in self._opened]
            self.show(json.dumps({"ready": True, "doors": rows}))
            return
        for one in self._opened:
            self.show(f"{one.door:<10}{one.device:<16}{one.where}")
        self.show("ready")


def _where(option: str, text: str, example: int) -> tuple[str, int, str]:
    """Host, port and device of a door. Raises UsageError."""
    where, equals, device = text.rpartition("=")
    host, colon, port = where.rpartition(":")
    if not (equals and colon and port.isascii() and port.isdigit() and int(port) < 65536):
        raise UsageError(
            f"{option} {text}",
            "is not understood",
            "it is HOST:PORT=DEVICE",
            f"write {option} {_LOOPBACK}:{example}=R1",
        )
    return host.strip("[]"), int(port), device


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def say(text: str) -> None:
    """Prints a line at once: a program may be waiting for it."""
    print(text, flush=True, file=sys.stdout)
