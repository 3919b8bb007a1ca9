"""What crosses the cables of a lab, as the blocks of a PCAPNG file: one interface for each cable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC

from ios_emu.devices.system_clock import EPOCH
from ios_emu.lab.events import Event
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
        self._lab = lab
        self._described = 0
        self._numbers: dict[str, int] = {}
        self._describe()
        self.stop = lab.tap(self._frame)

    def _describe(self) -> None:
        """Tells of the cables that it has not told of yet, and whose ends they have."""
        for wired in self._lab.cables[self._described :]:
            a, b = wired.ends
            self._write(interface_description(f"{a} -- {b}"))
        self._described = len(self._lab.cables)
        for port, end in self._lab.ends.items():
            if port.cable is not None:
                cables = (number for number, one in enumerate(self._lab.cables) if one.cable is port.cable)
                self._numbers[end] = next(cables)

    def _frame(self, time: int, sender: str, frame: bytes) -> None:
        self.frames += 1
        if sender not in self._numbers:
            self._describe()
        self._write(enhanced_packet(self._numbers[sender], _EPOCH + time, frame, f"from {sender}"))


def captured(rows: Iterable[Event]) -> bytes:
    """The rows of the event list as a PCAPNG file: each frame once for each device that it has reached."""
    blocks = [section_header()]
    numbers: dict[frozenset[str], int] = {}
    for event in rows:
        ends = frozenset((event.last_end, event.at_end))
        if ends not in numbers:
            numbers[ends] = len(numbers)
            blocks.append(interface_description(" -- ".join(sorted(ends))))
        blocks.append(
            enhanced_packet(numbers[ends], _EPOCH + event.time, event.frame, f"from {event.last_end}")
        )
    return b"".join(blocks)
