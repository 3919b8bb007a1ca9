"""`logging ...`, `show logging`, `clear logging` and `terminal monitor`."""

from __future__ import annotations

from ipaddress import IPv4Address

from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Kind
from ios_emu.cli.shell import Call
from ios_emu.devices.logging_settings import (
    DEBUGGING,
    DEFAULT_BUFFER,
    DEFAULT_FACILITY,
    FACILITIES,
    INFORMATIONAL,
    SEVERITIES,
)
from ios_emu.devices.syslog import Syslog
from ios_emu.stack.interface_name import InterfaceName


def _severity(words: dict[str, object], default: int) -> int:
    """The severity that a line names, by number or by word."""
    number = words.get("severity")
    if isinstance(number, int):
        return number
    return next((level for level, name in enumerate(SEVERITIES) if name in words), default)


def logging_console(call: Call, **words: object) -> str:
    """`logging console [SEVERITY]`; `no` keeps the console quiet."""
    call.config.logging.console = None if call.command.negated else _severity(words, DEBUGGING)
    return ""


def logging_monitor(call: Call, **words: object) -> str:
    """`logging monitor [SEVERITY]`: for terminals that asked with `terminal monitor`."""
    call.config.logging.monitor = None if call.command.negated else _severity(words, DEBUGGING)
    return ""


def logging_buffered(call: Call, buffer_size: int | None = None, **words: object) -> str:
    """`logging buffered [SIZE] [SEVERITY]`: what `show logging` shows; a new size empties it."""
    settings = call.config.logging
    if call.no:
        settings.buffered, settings.buffer_size = None, DEFAULT_BUFFER
        call.device.log.buffer = ""
        return ""
    if buffer_size is not None and buffer_size != settings.buffer_size:
        settings.buffer_size = buffer_size
        call.device.log.buffer = ""
    settings.buffered = _severity(words, DEBUGGING)
    return ""


def logging_trap(call: Call, **words: object) -> str:
    """`logging trap [SEVERITY]`: for syslog servers."""
    settings = call.config.logging
    settings.trap = None if call.command.negated else _severity(words, INFORMATIONAL)
    return ""


def logging_facility(call: Call, facility: str | None = None) -> str:
    """`logging facility NAME`: part of what a syslog server is sent."""
    if facility is not None and facility not in FACILITIES:
        raise call.invalid("facility")
    call.config.logging.facility = DEFAULT_FACILITY if call.no or facility is None else facility
    return ""


def logging_host(call: Call, log_host: IPv4Address) -> str:
    """`logging [host] A`: a syslog server that gets the messages of `logging trap`, at UDP port 514."""
    device, hosts = call.device, call.config.logging.hosts
    if call.no:
        if log_host in hosts:
            hosts.remove(log_host)
        return ""
    if log_host not in hosts:
        hosts.append(log_host)
        if not device.reading_nvram:
            text = f"Logging to host {log_host} port 514 started - CLI initiated"
            device.report("SYS-6-LOGGINGHOST_STARTSTOP", text)
    return ""


def logging_source_interface(call: Call, interface_name: InterfaceName | None = None) -> str:
    """`logging source-interface X`: whose address a syslog server sees."""
    call.config.logging.source_interface = None if call.no else interface_name
    return ""


def logging_on(call: Call) -> str:
    """`no logging on`: messages go to the console alone."""
    call.config.logging.on = not call.command.negated
    return ""


def service_sequence_numbers(call: Call) -> str:
    """`service sequence-numbers`: messages are numbered since the boot."""
    call.config.logging.sequence_numbers = not call.no
    return ""


def terminal_monitor(call: Call) -> str:
    """`terminal monitor`: this terminal shows messages, too."""
    if not call.shell.is_vty:
        return "% Console already monitors\n"
    call.shell.monitor = True
    return ""


def terminal_no_monitor(call: Call) -> str:
    """`terminal no monitor`."""
    call.shell.monitor = False
    return ""


def show_logging(call: Call) -> str:
    """`show logging`: where messages go, how many went, and the buffer."""
    settings, log = call.config.logging, call.device.log
    counts = log.counts
    state = "enabled" if settings.on else "disabled"
    text = (
        f"Syslog logging: {state} (0 messages dropped, 0 messages rate-limited,\n"
        "                0 flushes, 0 overruns, xml disabled, filtering disabled)\n"
    )
    for name, level, count in (
        ("Console logging", settings.console, counts.console),
        ("Monitor logging", settings.monitor, counts.monitor),
        ("Buffer logging", settings.buffered, counts.buffer),
    ):
        indent = " " * (20 if name.startswith("Buffer") else 21)
        text += f"    {name}: {_destination(level, count)}, xml disabled,\n{indent}filtering disabled\n"
    text += "    Logging Exception size (4096 bytes)\n    Count and timestamp logging messages: disabled\n"
    if settings.trap is None:
        text += "    Trap logging: disabled\n"
    else:
        lines = f"{counts.trap} message lines logged"
        text += f"    Trap logging: level {SEVERITIES[settings.trap]}, {lines}\n"
        for host in settings.hosts:
            text += f"        Logging to {host}, {lines}, xml disabled,\n               filtering disabled\n"
    return text + _buffer(log, settings.buffer_size) if settings.buffered is not None else text


def _destination(level: int | None, count: int) -> str:
    return "disabled" if level is None else f"level {SEVERITIES[level]}, {count} messages logged"


def _buffer(log: Syslog, size: int) -> str:
    return f"\nLog Buffer ({size} bytes):\n\n{log.buffer}"


def clear_logging(call: Call) -> Dialogue:
    """`clear logging`: empties the buffer, after a question."""
    try:
        answer = yield Ask("Clear logging buffer [confirm]", Kind.KEY)
    except Interrupted:
        return ""
    if answer.lower() in ("", "y"):
        call.device.log.buffer = ""
    return ""
