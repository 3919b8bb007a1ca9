"""A Linux TAP device as the far end of a cable: the frames of this machine's kernel are frames of the lab."""

from __future__ import annotations

import asyncio
import errno
import os
import struct
import sys
from collections.abc import Callable

from ios_emu.edges.doors import Opened, Site
from ios_emu.errors import UsageError
from ios_emu.lab.topology import Lab
from ios_emu.stack.cable import Port

_TUN = "/dev/net/tun"
_TUNSETIFF = 0x400454CA
_IFF_TAP, _IFF_NO_PI = 0x0002, 0x1000
_LONGEST_NAME = 15
_LARGEST_FRAME = 65536
# How many frames one wake-up takes: what they bring is stored together.
_MOST_FRAMES = 64

Wake = Callable[[Callable[[], None]], None]


async def open_tap(site: Site, value: str) -> Tap:
    """Opens `--tap IFNAME=DEVICE[:PORT]`. Raises UsageError."""
    name, equals, end = value.partition("=")
    device, _, port = end.partition(":")
    if not (name and equals and device):
        raise UsageError(
            f"--tap {value}", "is not understood", "it is IFNAME=DEVICE[:PORT]", "write --tap tap0=R1:Fa0/0"
        )
    tap = Tap(site.lab, name, device, port or None)
    tap.start(asyncio.get_running_loop(), site.drive.wake)
    return tap


class Tap:
    """The TAP device `name` (made if it does not exist) at the far end of a cable into a device of the lab.

    `port` is the device's port by name; without one, its first free port. Raises UsageError.
    """

    def __init__(self, lab: Lab, name: str, device: str, port: str | None) -> None:
        if sys.platform != "linux":
            raise UsageError(f"--tap {name}", "can't be had", "only Linux has TAP devices", "use --publish")
        if not name or len(name.encode()) > _LONGEST_NAME or "/" in name or name.isspace():
            raise UsageError(
                f"--tap {name}", "is no interface name", "it has 1 to 15 letters without /", "choose another"
            )
        self.opened = Opened("tap", device, name)
        self._port: Port = lab.attach(f"tap {name}", device, port)
        self._port.receive = self._write
        self._descriptor = _open(name)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: Wake | None = None

    def start(self, loop: asyncio.AbstractEventLoop, wake: Wake) -> None:
        """Reads frames from now on; `wake` brings the lab to the present and does what it is given."""
        self._loop, self._wake = loop, wake
        loop.add_reader(self._descriptor, self._readable)

    async def close(self) -> None:
        """Lets go of the device; one that this process made is gone."""
        if self._loop is not None:
            self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)

    def _readable(self) -> None:
        frames: list[bytes] = []
        while len(frames) < _MOST_FRAMES:
            try:
                frames.append(os.read(self._descriptor, _LARGEST_FRAME))
            except OSError:
                break
        assert self._wake is not None
        self._wake(lambda: self._send(frames))

    def _send(self, frames: list[bytes]) -> None:
        for frame in frames:
            self._port.send(frame)

    def _write(self, frame: bytes) -> None:
        try:
            os.write(self._descriptor, frame)
        except OSError:
            # The device is down, or its queue is full: a frame on a wire may be lost.
            self._port.counters.output_drops += 1


def _open(name: str) -> int:
    import fcntl

    try:
        descriptor = os.open(_TUN, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(
            f"--tap {name}",
            f"can't open {_TUN}",
            os.strerror(error.errno or 0),
            "run as root, on a Linux that has TUN",
        ) from None
    try:
        fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TAP | _IFF_NO_PI))
    except OSError as error:
        os.close(descriptor)
        reasons = {
            errno.EPERM: (
                "the right to make network devices is missing",
                "run as root or with CAP_NET_ADMIN",
            ),
            errno.EBUSY: ("another process has it", "use another name"),
        }
        why, remedy = reasons.get(error.errno or 0, (os.strerror(error.errno or 0), "use another name"))
        raise UsageError(f"--tap {name}", "can't be had", why, remedy) from None
    return descriptor
