"""What crosses the cables of a lab, as the blocks of a PCAPNG file: one interface for each cable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

from ios_emu.devices.system_clock import EPOCH
from ios_emu.lab.topology import Lab
from ios_emu.wire.pcap import enhanced_packet, interface_description, section_header

# Lab time 0 is what the clock of a router shows that was never set.
_EPOCH = int(EPOCH.replace(tzinfo=UTC).timestamp()) * 1_000_000_000


class Capture:
    """Gives the file's bytes to `write` as they come, until it is stopped."""

    def __init__(self, lab: Lab, write: Callable[[bytes], object]) -> None:
        self.frames = 0
        self._write = write
        write(section_header())
        numbers: dict[str, int] = {}
        for number, wired in enumerate(lab.cables):
            a, b = wired.ends
            numbers[a] = numbers[b] = number
            write(interface_description(f"{a} -- {b}"))
        self._numbers = numbers
        self.stop = lab.tap(self._frame)

    def _frame(self, time: int, sender: str, frame: bytes) -> None:
        self.frames += 1
        self._write(enhanced_packet(self._numbers[sender], _EPOCH + time, frame, f"from {sender}"))
