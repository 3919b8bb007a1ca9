"""The screens on which a 2960 tells what it is: its boot, `show version`, `show boot`, `show inventory`."""

from __future__ import annotations

from datetime import timedelta

from ios_emu.cli.platform_text import CRYPTO, RESTRICTED_RIGHTS, text_lines, uptime_text
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.flash import Flash
from ios_emu.devices.switch_platform import FAST_ETHERNETS, GIGABIT_ETHERNETS, SwitchPlatform

_LOADER = "C2960 Boot Loader (C2960-HBOOT-M) Version 12.2(53r)SEY3, RELEASE SOFTWARE (fc1)"
_PACKET_TRACER_LOADER = "C2960 Boot Loader (C2960-HBOOT-M) Version 12.2(25r)FX, RELEASE SOFTWARE (fc4)"
_PACKET_TRACER_MEMORY = (
    "Cisco WS-C2960-24TT (RC32300) processor (revision C0) with 21039K bytes of memory.",
)
_PACKET_TRACER_FLASH_KBYTES = 63488
_PORTS = FAST_ETHERNETS + GIGABIT_ETHERNETS
_POST = (
    "CPU MIC register Tests",
    "PortASIC Memory Tests",
    "CPU MIC interface Loopback Tests",
    "PortASIC RingLoopback Tests",
    "PortASIC CAM Subsystem Tests",
    "PortASIC Port Loopback Tests",
)


def switch_boot_text(platform: SwitchPlatform, dialect: Dialect, flash: Flash) -> str:
    """All that the console shows from power-on or `reload` to the hardware."""
    if dialect is Dialect.IOS:
        return _ios_boot(platform, flash)
    return _packet_tracer_boot(platform, flash)


def switch_version(
    platform: SwitchPlatform,
    dialect: Dialect,
    hostname: str,
    uptime: timedelta,
    reload_reason: str,
    svis: int,
) -> str:
    """`show version`; `svis` is how many interfaces of its own the switch has."""
    if dialect is Dialect.PACKET_TRACER:
        return _packet_tracer_version(platform, reload_reason)
    software = platform.software
    return (
        text_lines(
            *software.lines(software.team),
            "Image text-base: 0x00003000, data-base: 0x01500000",
            "",
            "ROM: Bootstrap program is C2960 boot loader",
            f"BOOTLDR: {_LOADER}",
            "",
            f"{hostname} uptime is {uptime_text(uptime)}",
            f"System returned to ROM by {reload_reason}",
            f'System image file is "flash:{software.image}"',
            "",
            "",
        )
        + CRYPTO
        + _ios_hardware(platform, reload_reason, svis)
        + text_lines(
            "",
            "",
            "Switch Ports Model              SW Version            SW Image                 ",
            "------ ----- -----              ----------            ----------               ",
            f"*    1 {_PORTS}    {platform.model:<18} {software.version:<21} {software.feature_set:<25}",
            "",
            "",
            f"Configuration register is 0x{platform.configuration_register:X}",
            "",
        )
    )


def _ios_hardware(platform: SwitchPlatform, reload_reason: str, svis: int) -> str:
    virtual = f"{svis} Virtual Ethernet interface{'' if svis == 1 else 's'}"
    reset = "power-on" if reload_reason == "power-on" else "warm-reset"
    return text_lines(
        f"cisco {platform.model} (PowerPC405) processor (revision {platform.revision}) "
        f"with {platform.dram_kbytes}K bytes of memory.",
        f"Processor board ID {platform.board_id}",
        f"Last reset from {reset}",
        virtual,
        f"{platform.fast_ethernets} FastEthernet interfaces",
        f"{platform.gigabit_ethernets} Gigabit Ethernet interfaces",
        "The password-recovery mechanism is enabled.",
        "",
        f"{platform.nvram_kbytes}K bytes of flash-simulated non-volatile configuration memory.",
        f"Base ethernet MAC Address       : {_colons(platform)}",
        "Motherboard assembly number     : 73-10390-04",
        "Power supply part number        : 341-0097-02",
        f"Motherboard serial number       : {platform.numbers.motherboard}",
        f"Power supply serial number      : {platform.numbers.power_supply}",
        f"Model revision number           : {platform.revision}",
        "Motherboard revision number     : A0",
        f"Model number                    : {platform.model}",
        f"System serial number            : {platform.numbers.system}",
        "Top Assembly Part Number        : 800-27221-03",
        "Top Assembly Revision Number    : C0",
        "Version ID                      : V03",
        "CLEI Code Number                : COM3L00BRB",
        "Hardware Board Revision Number  : 0x01",
    )


def _colons(platform: SwitchPlatform) -> str:
    return ":".join(f"{byte:02X}" for byte in platform.base_mac)


def _packet_tracer_version(platform: SwitchPlatform, reload_reason: str) -> str:
    software = platform.software
    banner = [line for line in software.lines(software.team) if "Technical" not in line]
    return (
        text_lines(
            *banner,
            "",
            f"ROM: {_PACKET_TRACER_LOADER}",
            "",
            f"System returned to ROM by {reload_reason}",
            "",
            *_PACKET_TRACER_MEMORY,
            "",
            "",
        )
        + _packet_tracer_hardware(platform)
        + text_lines(
            "",
            "",
            "Switch   Ports  Model              SW Version              SW Image",
            "------   -----  -----              ----------              ----------",
            f"*    1   {_PORTS}     {platform.model:<18} {'12.2':<23} {software.feature_set}",
            "",
            f"Configuration register is 0x{platform.configuration_register:X}",
            "",
        )
    )


def _packet_tracer_hardware(platform: SwitchPlatform) -> str:
    return text_lines(
        f"{platform.fast_ethernets} FastEthernet/IEEE 802.3 interface(s)",
        f"{platform.gigabit_ethernets} Gigabit Ethernet/IEEE 802.3 interface(s)",
        "",
        f"{_PACKET_TRACER_FLASH_KBYTES}K bytes of flash-simulated non-volatile configuration memory.",
        f"Base ethernet MAC Address       : {str(platform.base_mac).upper()}",
        "Motherboard assembly number     : 73-9832-06",
        "Power supply part number        : 341-0097-02",
        f"Motherboard serial number       : {platform.numbers.motherboard}",
        f"Power supply serial number      : {platform.numbers.power_supply}",
        "Model revision number           : B0",
        "Motherboard revision number     : C0",
        f"Model number                    : {platform.model}",
        f"System serial number            : {platform.numbers.system}",
        "Top Assembly Part Number        : 800-26671-02",
        "Top Assembly Revision Number    : B0",
        "Version ID                      : V02",
        "CLEI Code Number                : COM3K00BRA",
        "Hardware Board Revision Number  : 0x01",
    )


def _flash_lines(flash: Flash) -> tuple[str, ...]:
    files, folders = (sum(entry.is_folder is kind for _, entry in flash) for kind in (False, True))
    return (
        "Xmodem file system is available.",
        "Initializing Flash...",
        f"flashfs[0]: {files} files, {folders} directories",
        "flashfs[0]: 0 orphaned files, 0 orphaned directories",
        f"flashfs[0]: Total bytes: {flash.size}",
        f"flashfs[0]: Bytes used: {flash.used}",
        f"flashfs[0]: Bytes available: {flash.free}",
    )


def _ios_boot(platform: SwitchPlatform, flash: Flash) -> str:
    software = platform.software
    first, *rest = _flash_lines(flash)
    post = [
        line for test in _POST for line in (f"POST: {test} : Begin", f"POST: {test} : End, Status Passed", "")
    ]
    return (
        text_lines(
            "Using driver version 1 for media type 1",
            f"Base ethernet MAC Address: {_colons(platform).lower()}",
            first,
            "The password-recovery mechanism is enabled.",
            *rest,
            "flashfs[0]: flashfs fsck took 10 seconds.",
            "...done Initializing Flash.",
            "done.",
            f'Loading "flash:{software.image}"...{"@" * 75}',
            f'File "flash:{software.image}" uncompressed and installed, entry point: 0x3000',
            "executing...",
            "",
        )
        + RESTRICTED_RIGHTS
        + text_lines(
            *software.lines(software.team),
            "Image text-base: 0x00003000, data-base: 0x01500000",
            "",
            "Initializing flashfs...",
            "",
            "Checking for Bootloader upgrade.. not needed",
            "",
            *post,
            "Waiting for Port download...Complete",
            "",
            "",
        )
        + CRYPTO
        + _ios_hardware(platform, "power-on", 1)
        + text_lines(
            "",
            "Switch Ports Model              SW Version            SW Image                 ",
            "------ ----- -----              ----------            ----------               ",
            f"*    1 {_PORTS}    {platform.model:<18} {software.version:<21} {software.feature_set:<25}",
            "",
        )
    )


def _packet_tracer_boot(platform: SwitchPlatform, flash: Flash) -> str:
    software = platform.software
    banner = [line for line in software.lines(software.team) if "Technical" not in line]
    return (
        text_lines(
            _PACKET_TRACER_LOADER,
            *_PACKET_TRACER_MEMORY,
            "2960-24TT starting...",
            f"Base ethernet MAC Address: {str(platform.base_mac).upper()}",
            *_flash_lines(flash),
            "flashfs[0]: flashfs fsck took 1 seconds.",
            "...done Initializing Flash.",
            "",
            "Boot Sector Filesystem (bs:) installed, fsid: 3",
            "Parameter Block Filesystem (pb:) installed, fsid: 4",
            "",
            "",
            f'Loading "flash:/{software.image}"...',
            f"{'#' * 74} [OK]",
        )
        + RESTRICTED_RIGHTS
        + text_lines(*banner, "Image text-base: 0x80008098, data-base: 0x814129C4", "")
        + text_lines(*_PACKET_TRACER_MEMORY, "", "")
        + _packet_tracer_hardware(platform)
        + text_lines("", *banner)
    )


def switch_boot_variables(platform: SwitchPlatform) -> str:
    """`show boot` and `show bootvar`."""
    return f"""\
BOOT path-list      : flash:/{platform.software.image}
Config file         : flash:/config.text
Private Config file : flash:/private-config.text
Enable Break        : no
Manual Boot         : no
HELPER path-list    : 
Auto upgrade        : yes
Auto upgrade path   : 
"""  # noqa: W291


def switch_inventory(platform: SwitchPlatform) -> str:
    """`show inventory`."""
    model = platform.model
    return f'NAME: "1", DESCR: "{model}"\nPID: {model:<18}, VID: V03  , SN: {platform.numbers.system}\n\n\n'
