"""The file systems of the router as its commands see them: `flash:`, `nvram:`, `system:` and `null:`.

A file is named by a URL such as `flash:/configs/a.cfg`, by `running-config` or `startup-config`, or by a path
alone, which is in the folder that the session is in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ios_emu.devices.flash import Done

if TYPE_CHECKING:
    from ios_emu.devices.ios_device import IosDevice

RUNNING, STARTUP = "running-config", "startup-config"
LOCAL = ("flash", "nvram", "system", "null")
# Served by other machines, or by hardware that is not there.
ELSEWHERE = (
    "archive",
    "cns",
    "ftp",
    "http",
    "https",
    "pram",
    "rcp",
    "scp",
    "tar",
    "tftp",
    "tmpsys",
    "xmodem",
    "ymodem",
)


@dataclass(frozen=True, slots=True)
class Url:
    """A file or folder: the file system's name and the path there, without a slash in front."""

    system: str
    path: str

    def __str__(self) -> str:
        return (
            f"{self.system}:/{self.path}"
            if self.system in ("flash", "nvram")
            else f"{self.system}:{self.path}"
        )

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def short(self) -> str:
        """As IOS proposes it in a question: `flash:a.cfg`."""
        return f"{self.system}:{self.path}"

    @property
    def is_running(self) -> bool:
        """Is it the running configuration?"""
        return self.system == "system" and self.path == RUNNING

    @property
    def is_startup(self) -> bool:
        """Is it the start-up configuration?"""
        return self.system == "nvram" and self.path == STARTUP


def parse_url(text: str, folder: str = "") -> Url | None:
    """The file that a text names; `folder` is where a path alone begins. None: no such file system."""
    for file, system in ((RUNNING, "system"), (STARTUP, "nvram")):
        # Keywords may be shortened, as long as they can't be taken for a file.
        if len(text) > 2 and file.startswith(text.lower()):
            return Url(system, file)
    system, colon, path = text.partition(":")
    if not colon:
        parts = f"{folder}/{text}" if not text.startswith("/") else text
        return Url("flash", _plain(parts))
    system = system.lower()
    if system in ("flash0", "flash1"):
        system = "flash"
    if system not in LOCAL + ELSEWHERE:
        return None
    path = _plain(path) if system in LOCAL else path
    if system in ("system", "nvram"):
        full = {"system": RUNNING, "nvram": STARTUP}[system]
        path = full if len(path) > 2 and full.startswith(path.lower()) else path
    return Url(system, path)


def _plain(path: str) -> str:
    """Without slashes that mean nothing, `.` and `..`."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def read_file(device: IosDevice, url: Url) -> bytes | None:
    """What is in a file; None where there is none."""
    if url.is_running:
        return device.configuration_text.encode("latin-1", "replace")
    if url.is_startup:
        return None if device.startup is None else device.startup.encode("latin-1", "replace")
    if url.system == "null":
        return b""
    if url.system == "flash":
        entry = device.flash[url.path]
        return None if entry is None or entry.is_folder else entry.read()
    return None


def refuses(device: IosDevice, url: Url, size: int) -> str | None:
    """Why a file of that size can't be written there; None: it can."""
    if url.is_running or url.system == "null":
        return None
    if url.is_startup:
        return "No space left on device" if size > device.platform.nvram_bytes else None
    if url.system == "flash":
        return device.flash.refuses(url.path, size)
    return "Permission denied" if url.system in LOCAL else "Timed out"


def write_file(device: IosDevice, url: Url, data: bytes, done: Done) -> None:
    """Stores a file that is not refused. The running configuration is not written so: its lines are typed."""
    if url.is_startup:
        device.store_startup(data.decode("latin-1").replace("\r\n", "\n"), done)
    elif url.system == "flash":
        device.flash.write(url.path, data, device.now.replace(microsecond=0), done)
    else:
        done(None)
