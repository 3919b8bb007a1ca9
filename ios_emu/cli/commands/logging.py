"""`logging ...`, `show logging`, `clear logging` and `terminal monitor`."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Kind
from ios_emu.cli.shell import Call
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.logging_settings import (
    DEBUGGING,
    DEFAULT_BUFFER,
    DEFAULT_FACILITY,
    FACILITIES,
    INFORMATIONAL,
    SEVERITIES,
    SYSLOG_PORT,
)
from ios_emu.devices.syslog import Syslog, short_time
from ios_emu.stack.interface_name import InterfaceName

_NOT_COUNTED = "% Messages are not counted: configure 'logging count'\n"
_COUNT_HEADER = f"{'Facility':<16}{'Message Name':<33}{'Sev Occur':<14}Last Time\n{'=' * 77}\n"
_COUNT_RULE = f"{'-' * 13} {'-' * 31} {'-' * 29}\n"


@dataclass(frozen=True, slots=True)
class _Form:
    """How `show logging` looks: what stands before, between and behind the destinations."""

    head: str
    middle: str
    host: str
    indent: int
    shorter_buffer: bool
    buffer_gap: str


_FORMS = {
    Dialect.IOS: _Form(
        "Syslog logging: {state} (0 messages dropped, 0 messages rate-limited,\n"
        "                0 flushes, 0 overruns, xml disabled, filtering disabled)\n",
        "    Logging Exception size (4096 bytes)\n    Count and timestamp logging messages: {count}\n",
        "        Logging to {host}, {lines}, xml disabled,\n               filtering disabled\n",
        21,
        True,
        " ",
    ),
    Dialect.PACKET_TRACER: _Form(
        "Syslog logging: {state} (0 messages dropped, 0 messages rate-limited,\n"
        "          0 flushes, 0 overruns, xml disabled, filtering disabled)\n\n"
        "No Active Message Discriminator.\n\n\nNo Inactive Message Discriminator.\n\n\n",
        "\n    Logging Exception size (4096 bytes)\n    Count and timestamp logging messages: {count}\n"
        "    Persistent logging: disabled\n\nNo active filter modules.\n\nESM: 0 messages dropped\n",
        "        Logging to {host}  (udp port {port},  audit disabled,\n"
        "             authentication disabled, encryption disabled, link up),\n             {lines},\n"
        "             0 message lines rate-limited,\n             0 message lines dropped-by-MD,\n"
        "             xml disabled, sequence number disabled\n             filtering disabled\n",
        10,
        False,
        "  ",
    ),
}


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


def logging_facility(call: Call, **words: object) -> str:
    """`logging facility NAME`: part of what a syslog server is sent."""
    named = next((name for name in FACILITIES if f"facility_{name}" in words), DEFAULT_FACILITY)
    call.config.logging.facility = DEFAULT_FACILITY if call.no else named
    return ""


def logging_host(call: Call, log_host: IPv4Address, log_port: int = SYSLOG_PORT) -> str:
    """`logging [host] A [transport udp [port N]]`: a server for the messages of `logging trap`."""
    device, hosts = call.device, call.config.logging.hosts
    if call.no:
        hosts.pop(log_host, None)
        return ""
    if hosts.get(log_host) != log_port:
        hosts[log_host] = log_port
        if not device.reading_nvram:
            text = f"Logging to host {log_host} port {log_port} started - CLI initiated"
            device.report("SYS-6-LOGGINGHOST_STARTSTOP", text)
    return ""


def logging_origin_id(
    call: Call,
    origin_hostname: str | None = None,
    origin_ip: str | None = None,
    origin_string: str | None = None,
    origin_text: str = "",
) -> str:
    """`logging origin-id hostname | ip | string TEXT`: stands in front of messages to syslog servers."""
    text = f"string {origin_text}" if origin_string is not None else origin_hostname or origin_ip
    call.config.logging.origin_id = None if call.no else text
    return ""


def logging_userinfo(call: Call) -> str:
    """`logging userinfo`: it is logged who gets which privileges."""
    call.config.logging.userinfo = not call.no
    return ""


def logging_count(call: Call) -> str:
    """`logging count`: messages are counted by their names, for `show logging count`."""
    call.config.logging.count = not call.no
    if call.no:
        call.device.log.names.clear()
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
    form = _FORMS[call.dialect]
    state = "enabled" if settings.on else "disabled"
    counts = log.counts
    text = form.head.format(state=state)
    for name, level, count in (
        ("Console logging", settings.console, counts.console),
        ("Monitor logging", settings.monitor, counts.monitor),
        ("Buffer logging", settings.buffered, counts.buffer),
    ):
        indent = " " * (form.indent - (form.shorter_buffer and name.startswith("Buffer")))
        gap = form.buffer_gap if name.startswith("Buffer") else " "
        text += f"    {name}:{gap}{_destination(level, count)}, xml disabled,\n{indent}filtering disabled\n"
    text += form.middle.format(count="enabled" if settings.count else "disabled")
    if settings.trap is None:
        text += "    Trap logging: disabled\n"
    else:
        lines = f"{counts.trap} message lines logged"
        text += f"    Trap logging: level {SEVERITIES[settings.trap]}, {lines}\n"
        for host, port in settings.hosts.items():
            text += form.host.format(host=host, port=port, lines=lines)
    return text + _buffer(log, settings.buffer_size) if settings.buffered is not None else text


def _destination(level: int | None, count: int) -> str:
    return "disabled" if level is None else f"level {SEVERITIES[level]}, {count} messages logged"


def _buffer(log: Syslog, size: int) -> str:
    return f"\nLog Buffer ({size} bytes):\n\n{log.buffer}"


def show_logging_count(call: Call) -> str:
    """`show logging count`: what `logging count` counted, a table for each facility."""
    if not call.config.logging.count:
        return _NOT_COUNTED
    facilities: dict[str, list[str]] = {}
    totals: dict[str, int] = {}
    for name, counted in call.device.log.names.items():
        facility, severity, mnemonic = name.rsplit("-", 2)
        row = f"{facility:<16}{mnemonic:<36}{severity:>1}{counted.count:>6}     {short_time(counted.last)}\n"
        facilities.setdefault(facility, []).append(row)
        totals[facility] = totals.get(facility, 0) + counted.count
    tables = [
        f"{''.join(rows)}{_COUNT_RULE}{f'{facility} TOTAL':<52}{totals[facility]:>7}\n"
        for facility, rows in facilities.items()
    ]
    return _COUNT_HEADER + "\n".join(tables)


def clear_logging(call: Call) -> Dialogue:
    """`clear logging`: empties the buffer, after a question."""
    try:
        answer = yield Ask("Clear logging buffer [confirm]", Kind.KEY)
    except Interrupted:
        return ""
    if answer.lower() in ("", "y"):
        call.device.log.buffer = ""
    return ""
