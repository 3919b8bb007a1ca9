"""The screens on which the router tells what it is: its boot, `show version` and the log of a restart.

The rules. Texts are pure functions of the platform's facts, of the time that passed and of the dialect.
Lines end in a line feed alone, and blanks at line ends are the router's own. A boot ends behind the line
of the CompactFlash: what follows (the dialogue, `Press RETURN to get started!`) is a conversation.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ios_emu.devices.dialect import Dialect
from ios_emu.devices.ios_device import IosDevice
from ios_emu.devices.platform import SOFTWARE, Platform
from ios_emu.devices.switch_platform import SwitchPlatform

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_WEEK = 7 * _DAY
_YEAR = 365 * _DAY
_UNITS = (("year", _YEAR), ("week", _WEEK), ("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE))
_KBYTES_PER_MB = 1024
_IOMEM_REQUEST = 0x009D7000

RESTRICTED_RIGHTS = """\
              Restricted Rights Legend

Use, duplication, or disclosure by the Government is
subject to restrictions as set forth in subparagraph
(c) of the Commercial Computer Software - Restricted
Rights clause at FAR sec. 52.227-19 and subparagraph
(c) (1) (ii) of the Rights in Technical Data and Computer
Software clause at DFARS sec. 252.227-7013.

           cisco Systems, Inc.
           170 West Tasman Drive
           San Jose, California 95134-1706



"""

CRYPTO = """\
This product contains cryptographic features and is subject to United
States and local country laws governing import, export, transfer and
use. Delivery of Cisco cryptographic products does not imply
third-party authority to import, export, distribute or use encryption.
Importers, exporters, distributors and users are responsible for
compliance with U.S. and local country laws. By using this product you
agree to comply with applicable laws and regulations. If you are unable
to comply with U.S. and local laws, return this product immediately.

A summary of U.S. laws governing Cisco cryptographic products may be found at:
http://www.cisco.com/wwl/export/crypto/tool/stqrg.html

If you require further assistance please contact us by sending email to
export@cisco.com.

"""


RESTART_LINES: tuple[str, str, str, str] = SOFTWARE.lines()
"""The lines that follow `%SYS-5-RESTART: System restarted --` in the log, without line ends."""


def uptime_text(uptime: timedelta) -> str:
    """`1 year, 2 weeks, 3 days, 4 hours, 5 minutes`.

    Minutes are always named, of the other units those that are not zero. A year has 365 days.
    """
    rest = int(uptime.total_seconds())
    parts = []
    for name, seconds in _UNITS:
        count, rest = divmod(rest, seconds)
        if count or name == "minute":
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return ", ".join(parts)


def reloaded_at(when: datetime) -> str:
    """What follows `System returned to ROM by` after a `reload` at `when` (UTC)."""
    return f"reload at {when:%H:%M:%S} UTC {when:%a} {when:%b} {when.day} {when.year}"


def device_boot_text(device: IosDevice) -> str:
    """All that the console of a device shows from power-on or `reload` to its hardware."""
    platform, dialect = device.platform, device.dialect
    if isinstance(platform, SwitchPlatform):
        from ios_emu.cli.switch_platform_text import switch_boot_text

        return switch_boot_text(platform, dialect, device.flash)
    return boot_text(platform, dialect)


def boot_text(platform: Platform, dialect: Dialect) -> str:
    """All that the console shows from power-on or `reload` to the line of the CompactFlash."""
    if dialect is Dialect.IOS:
        return _ios_boot(platform)
    return _packet_tracer_boot(platform)


def show_version(
    platform: Platform,
    dialect: Dialect,
    hostname: str,
    uptime: timedelta,
    reload_reason: str,
    next_register: int | None = None,
) -> str:
    """`show version`. `reload_reason` is `power-on`, or what `reloaded_at` gives.

    `next_register` is what the configuration register is set to for the next boot.

    Packet Tracer's has no line for the uptime.
    """
    software = platform.software
    if dialect is Dialect.IOS:
        return (
            text_lines(
                *software.lines(software.team),
                "",
                f"ROM: System Bootstrap, Version {platform.rom_version}",
                "",
                f"{hostname} uptime is {uptime_text(uptime)}",
                f"System returned to ROM by {reload_reason}",
                f'System image file is "{software.image_file}"',
                "",
                "",
            )
            + CRYPTO
            + _ios_hardware(platform)
            + text_lines("", register_text(platform, next_register), "")
        )
    facts = platform.packet_tracer
    return (
        text_lines(
            *software.lines(facts.team),
            "",
            f"ROM: System Bootstrap, Version {facts.rom_version}",
            f"Copyright (c) {facts.rom_copyright_year} by cisco Systems, Inc.",
            "",
            f"System returned to ROM by {reload_reason}",
            f'System image file is "{software.image}"',
            "",
            "",
        )
        + CRYPTO
        + _packet_tracer_hardware(platform)
        + text_lines("", register_text(platform, next_register), "")
    )


def _ios_boot(platform: Platform) -> str:
    dram, iomem = (size // _KBYTES_PER_MB for size in (platform.dram_kbytes, platform.iomem_kbytes))
    return (
        text_lines(
            f"System Bootstrap, Version {platform.rom_version}",
            "Technical Support: http://www.cisco.com/techsupport",
            f"Copyright (c) {platform.rom_copyright_year} by cisco Systems, Inc.",
            "",
            "Initializing memory for ECC",
            "..",
            f"c{platform.model} platform with {platform.dram_kbytes} Kbytes of main memory",
            "Main memory is configured to 64 bit mode with ECC enabled",
            "",
            "",
            "Readonly ROMMON initialized",
            "program load complete, entry point: 0x8000f000, size: 0xcb80",
            "program load complete, entry point: 0x8000f000, size: 0xcb80",
            "",
            "program load complete, entry point: 0x8000f000, size: 0x3093f40",
            f"Self decompressing the image : {'#' * 150} [OK]",
            "",
            "Smart Init is enabled",
            "smart init is sizing iomem",
            "                 TYPE      MEMORY_REQ",
            "    Onboard devices &",
            f"         buffer pools      0x{_IOMEM_REQUEST:08X}",
            "-----------------------------------------------",
            f"               TOTAL:      0x{_IOMEM_REQUEST:08X}",
            "",
            f"Rounded IOMEM up to: {iomem}MB.",
            f"Using {100 * iomem // dram} percent iomem. [{iomem}MB/{dram}MB]",
            "",
        )
        + RESTRICTED_RIGHTS
        + text_lines(*platform.software.lines(platform.software.team), "", "")
        + CRYPTO
        + _ios_hardware(platform)
    )


def _packet_tracer_boot(platform: Platform) -> str:
    facts = platform.packet_tracer
    return (
        text_lines(
            f"System Bootstrap, Version {facts.rom_version}",
            f"Copyright (c) {facts.rom_copyright_year} by cisco Systems, Inc.",
            "Initializing memory for ECC",
            "..",
            f"cisco {platform.model} ({facts.processor}) processor "
            f"with {facts.boot_memory_kbytes} Kbytes of main memory",
            "Main memory is configured to 64 bit mode with ECC enabled",
            "",
            "Readonly ROMMON initialized",
            "",
            "Self decompressing the image :",
            f"{'#' * 74} [OK]",
            "",
        )
        + RESTRICTED_RIGHTS
        + text_lines(*platform.software.lines(facts.team), "")
        + CRYPTO
        + _packet_tracer_hardware(platform)
    )


def _ios_hardware(platform: Platform) -> str:
    return text_lines(
        f"Cisco {platform.model} (revision {platform.revision}) "
        f"with {platform.main_kbytes}K/{platform.iomem_kbytes}K bytes of memory.",
        f"Processor board ID {platform.board_id}",
        f"{platform.fast_ethernets} FastEthernet interfaces",
        "DRAM configuration is 64 bits wide with parity enabled.",
        f"{platform.nvram_kbytes}K bytes of non-volatile configuration memory.",
        f"{platform.flash_kbytes}K bytes of ATA CompactFlash (Read/Write)",
    )


def _packet_tracer_hardware(platform: Platform) -> str:
    facts = platform.packet_tracer
    return text_lines(
        f"cisco {platform.model} ({facts.processor}) processor (revision {facts.revision}) "
        f"with {facts.main_kbytes}K/{facts.iomem_kbytes}K bytes of memory",
        f"Processor board ID {facts.board_id} ({facts.chassis_id})",
        "M860 processor: part number 0, mask 49",
        f"{platform.fast_ethernets} FastEthernet/IEEE 802.3 interface(s)",
        f"{platform.nvram_kbytes}K bytes of NVRAM.",
        f"{platform.flash_kbytes}K bytes of processor board System flash (Read/Write)",
    )


def register_text(platform: Platform, next_register: int | None) -> str:
    """The line of the configuration register, and what it will be when that is something else."""
    now = platform.configuration_register
    later = f" (will be 0x{next_register:x} at next reload)" if next_register not in (None, now) else ""
    return f"Configuration register is 0x{now:x}{later}"


def text_lines(*lines: str) -> str:
    """Lines with their ends."""
    return "".join(f"{line}\n" for line in lines)
