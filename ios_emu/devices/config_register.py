"""The configuration register: 16 bits that say how the router boots; kept with NVRAM."""

from __future__ import annotations

from contextlib import suppress

from ios_emu.devices.nvram import Journal


class ConfigRegister:
    """The register of the router `name`. `value` counts from the next boot on."""

    def __init__(self, name: str, journal: Journal, value: int) -> None:
        self.value = value
        self.record = f"{name}/config-register"
        self._journal = journal

    def set(self, value: int) -> None:
        """`config-register`: it is kept at once, without a `write memory`."""
        self.value = value
        self._journal.write(self.record, f"0x{value:04X}\n".encode(), lambda problem: None)

    def restore(self, record: bytes) -> None:
        """Takes over what was kept; what is no register is left alone."""
        with suppress(ValueError):
            self.value = int(record, 16) & 0xFFFF
