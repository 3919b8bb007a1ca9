"""The box and its parts: inventory, controllers, diag, memory, file systems, boot."""

from __future__ import annotations

from collections.abc import Iterator

from ios_emu.cli.commands.show_ip import interface_facts
from ios_emu.cli.platform_text import register_text
from ios_emu.cli.shell import Call
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.platform import Platform
from ios_emu.devices.running_config import configuration_body
from ios_emu.devices.switch_platform import SwitchPlatform

_PROCESSOR_BASE, _IO_BASE = 0x44F2D3E0, 0x0F600000
# What a router without any configuration has in use, and what each byte of configuration adds.
_USED_AT_BOOT = 30_215_480
_USED_PER_BYTE = 8
_IO_USED = 3_920_416


def show_file_systems(call: Call) -> str:
    """`show file systems`: an asterisk marks where one is."""
    nvram = call.device.platform.nvram_bytes
    free = nvram - len(call.device.startup or "")
    rows = (
        (" ", "-", "-", "opaque", "rw", "archive:"),
        (" ", "-", "-", "opaque", "rw", "system:"),
        (" ", "-", "-", "opaque", "rw", "null:"),
        (" ", "-", "-", "network", "rw", "tftp:"),
        (" ", str(nvram), str(free), "nvram", "rw", "nvram:"),
        ("*", str(call.device.flash.size), str(call.device.flash.free), "disk", "rw", "flash:#"),
        (" ", "-", "-", "opaque", "wo", "syslog:"),
        (" ", "-", "-", "opaque", "rw", "xmodem:"),
        (" ", "-", "-", "opaque", "rw", "ymodem:"),
        (" ", "-", "-", "network", "rw", "rcp:"),
        (" ", "-", "-", "network", "rw", "pram:"),
        (" ", "-", "-", "network", "rw", "http:"),
        (" ", "-", "-", "network", "rw", "ftp:"),
        (" ", "-", "-", "network", "rw", "scp:"),
        (" ", "-", "-", "opaque", "ro", "tar:"),
        (" ", "-", "-", "network", "rw", "https:"),
        (" ", "-", "-", "opaque", "ro", "cns:"),
    )
    text = "File Systems:\n\n       Size(b)       Free(b)      Type  Flags  Prefixes\n"
    for mark, size, free_, kind, flags, prefix in rows:
        text += f"{mark}{size:>13}{free_:>14}{kind:>10}{flags:>7}   {prefix}\n"
    return text + "\n"


def show_inventory(call: Call) -> str:
    """`show inventory`: the chassis and its serial number."""
    platform = call.device.platform
    if isinstance(platform, SwitchPlatform):
        from ios_emu.cli.switch_platform_text import switch_inventory

        return switch_inventory(platform)
    board = _board(call)
    return f'NAME: "2811 chassis", DESCR: "2811 chassis"\nPID: CISCO2811         , VID: V05 , SN: {board}\n\n'


def _board(call: Call) -> str:
    platform = call.device.platform
    return platform.packet_tracer.board_id if call.dialect is Dialect.PACKET_TRACER else platform.board_id


def show_controllers(call: Call) -> str:
    """`show controllers`: the Ethernet chips, their medium and what they counted."""
    text = ""
    for name, interface in sorted(call.config.interfaces.items()):
        if name.kind != "FastEthernet" or interface.is_subinterface:
            continue
        facts = interface_facts(call.device, interface)
        c = facts.counters
        link = "Up" if facts.protocol_up else "Down"
        speed = "100" if facts.speed == "auto" else facts.speed
        duplex = "full" if facts.duplex == "auto" else facts.duplex
        text += (
            f"Interface {name}\nHardware is MV96340\n"
            f" MAC address {facts.mac}, link {link}, {duplex} duplex, {speed} Mb/s\n"
            f" Rx: {c.packets_input} frames, {c.bytes_input} bytes, {c.broadcasts} broadcast, "
            f"{c.runts} runt, {c.giants} giant\n"
            f" Tx: {c.packets_output} frames, {c.bytes_output} bytes, {c.output_drops} dropped, "
            f"{c.lost_carrier} lost carrier\n\n"
        )
    return text


def show_diag(call: Call) -> str:
    """`show diag`: what is written in the EEPROM of the motherboard."""
    board = _board(call)
    return f"""\
Slot 0:
\tC2811 Motherboard with 2FE and integrated VPN Port adapter, 2 ports
\tPort adapter is analyzed
\tPort adapter insertion time unknown
\tOnboard VPN             : v2.3.3
\tEEPROM contents at hardware discovery:
\tPCB Serial Number        : {board.replace("FTX", "FOC").replace("JAD", "FOC")}
\tHardware Revision        : {call.device.platform.revision}
\tProduct (FRU) Number     : CISCO2811
\tVersion Identifier       : V05
\tChassis Serial Number    : {board}
\tNumber of Ethernet ports : {call.device.platform.fast_ethernets}

"""


def show_memory(call: Call) -> str:
    """`show memory`: the two pools, and how much the configuration and the tables take."""
    text = f"{'':<16}Head    Total(b)     Used(b)     Free(b)   Lowest(b)  Largest(b)\n"
    for name, head, total, used in memory_pools(call):
        free = total - used
        text += f"{name:>9}   {head:08X}{total:>12}{used:>12}{free:>12}{free:>12}{free - 4096:>12}\n"
    return text


def memory_pools(call: Call) -> Iterator[tuple[str, int, int, int]]:
    """The pools of memory: name, where it begins, its bytes, how many of them are used."""
    platform: Platform = call.device.platform
    used = _USED_AT_BOOT + _USED_PER_BYTE * len(configuration_body(call.config))
    used += sum(1024 for _ in call.device.line_sessions)
    yield "Processor", _PROCESSOR_BASE, platform.main_kbytes * 1024 - platform.software.image_bytes, used
    yield "I/O", _IO_BASE, platform.iomem_kbytes * 1024, _IO_USED


def show_boot(call: Call) -> str:
    """`show boot` and `show bootvar`: the register, and variables that nobody set."""
    platform = call.device.platform
    if isinstance(platform, SwitchPlatform):
        from ios_emu.cli.switch_platform_text import switch_boot_variables

        return switch_boot_variables(platform)
    register = register_text(call.device.platform, call.device.register.value)
    return (
        "BOOT variable does not exist\nCONFIG_FILE variable does not exist\nBOOTLDR variable does not exist\n"
        f"{register}\n"
    )
