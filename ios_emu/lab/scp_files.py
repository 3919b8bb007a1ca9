"""The files of a router that `scp` copies: those of its flash, and the two configurations."""

from __future__ import annotations

from collections.abc import Callable

from ios_emu.cli.loading import load_configuration
from ios_emu.cli.shell import Shell
from ios_emu.devices.file_system import Url, parse_url, read_file, refuses, write_file
from ios_emu.devices.ios_device import IosDevice


class RouterFiles:
    """What is written to the running configuration is merged into it, as with `copy`."""

    def __init__(self, device: IosDevice) -> None:
        self._device = device

    def read(self, name: str) -> bytes | None:
        """The bytes of a file; None: there is none."""
        url = parse_url(name)
        return None if url is None else read_file(self._device, url)

    def refuses(self, name: str, size: int) -> str | None:
        """Why a file of that name and size can't be taken; None: it can."""
        url = self._url(name)
        return "No such file or directory" if url is None else refuses(self._device, url, size)

    def write(self, name: str, data: bytes, done: Callable[[str | None], None]) -> None:
        """Stores a file that is not refused."""
        url = self._url(name)
        assert url is not None
        if not url.is_running:
            write_file(self._device, url, data, done)
            return
        text = data.decode("latin-1").replace("\r\n", "\n")
        for _ in load_configuration(Shell(self._device, level=15), text):
            # As `copy` to the running configuration: lines that can't be read are passed over.
            pass
        self._device.network.changed()
        done(None)

    def _url(self, name: str) -> Url | None:
        url = parse_url(name)
        return url if url is not None and url.path else None
