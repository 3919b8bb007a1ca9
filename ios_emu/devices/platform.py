"""What a 2811 is made of: the facts about its hardware and its software that screens are printed from.

The rules. Nothing here is configured or changes while the router runs. Serial numbers are invented: they
come from the device's name, so that a lab has the same ones every time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ios_emu.devices.flash import IMAGE_SIZE, SIZE

# Cisco writes the year of manufacture as years since 1996: from 2005 to 2010 for a 2811.
_FIRST_YEAR, _YEARS = 9, 6
_WEEKS = 52
_LEAST_CHASSIS = 4_000_000_000
# Letters and digits that are hard to confuse on a label.
_SERIAL_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Software:
    """The IOS image: its family and feature set, its version, and who compiled it and when."""

    family: str = "2800"
    feature_set: str = "C2800NM-ADVIPSERVICESK9-M"
    version: str = "12.4(15)T1"
    release: str = "RELEASE SOFTWARE (fc2)"
    copyright_years: str = "1986-2007"
    compiled: str = "Wed 18-Jul-07 06:21"
    team: str = "prod_rel_team"
    image: str = "c2800nm-advipservicesk9-mz.124-15.T1.bin"
    image_bytes: int = IMAGE_SIZE

    def lines(self, team: str | None = None) -> tuple[str, str, str, str]:
        """What it says of itself first, with another team that compiled it if one is given."""
        return (
            f"Cisco IOS Software, {self.family} Software ({self.feature_set}), "
            f"Version {self.version}, {self.release}",
            "Technical Support: http://www.cisco.com/techsupport",
            f"Copyright (c) {self.copyright_years} by Cisco Systems, Inc.",
            f"Compiled {self.compiled} by {team or self.team}",
        )

    @property
    def image_file(self) -> str:
        """Where the router booted from: the image on its CompactFlash."""
        return f"flash:{self.image}"


SOFTWARE = Software()


@dataclass(frozen=True, slots=True)
class CdpIdentity:
    """What a device tells its neighbours of its kind; `capabilities` are CDP's bits.

    `manageable`: does it tell by which addresses it is managed, too?
    """

    platform: str
    capabilities: int
    software: tuple[str, ...]
    manageable: bool = False


@dataclass(frozen=True, slots=True)
class PacketTracerFacts:
    """What Packet Tracer's 2811 says of itself where it differs; sizes in units of 1024 bytes."""

    board_id: str
    chassis_id: int
    rom_version: str = "12.1(3r)T2, RELEASE SOFTWARE (fc1)"
    rom_copyright_year: int = 2000
    processor: str = "MPC860"
    revision: str = "0x200"
    # The boot always reports this amount, whatever the model has.
    boot_memory_kbytes: int = 524288
    main_kbytes: int = 60416
    iomem_kbytes: int = 5120
    team: str = "pt_rel_team"


@dataclass(frozen=True, slots=True)
class Platform:
    """A 2811; sizes in units of 1024 bytes unless the name says bytes."""

    board_id: str
    packet_tracer: PacketTracerFacts
    software: Software = SOFTWARE
    model: str = "2811"
    revision: str = "53.51"
    rom_version: str = "12.4(13r)T, RELEASE SOFTWARE (fc1)"
    rom_copyright_year: int = 2006
    dram_kbytes: int = 262144
    iomem_kbytes: int = 10240
    nvram_kbytes: int = 239
    nvram_bytes: int = 245752
    flash_kbytes: int = 62720
    flash_bytes: int = SIZE
    fast_ethernets: int = 2
    configuration_register: int = 0x2102

    @property
    def main_kbytes(self) -> int:
        """What is left of the DRAM for the processor, next to the packet buffers of `iomem_kbytes`."""
        return self.dram_kbytes - self.iomem_kbytes


def platform_for(device: str) -> Platform:
    """The 2811 with that device name: always the same serial numbers for the same name."""
    digest = hashlib.sha256(device.encode()).digest()
    year = _FIRST_YEAR + digest[0] % _YEARS
    week = 1 + digest[1] % _WEEKS
    serial = "".join(_SERIAL_CHARACTERS[byte % len(_SERIAL_CHARACTERS)] for byte in digest[2:6])
    number = f"{year:02}{week:02}{serial}"
    # Ten digits of a 32-bit number, as Packet Tracer prints them behind its board ID.
    chassis = _LEAST_CHASSIS + int.from_bytes(digest[6:10]) % (2**32 - _LEAST_CHASSIS)
    return Platform(f"FTX{number}", PacketTracerFacts(f"JAD{number}", chassis))
