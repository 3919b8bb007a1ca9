"""Terminal lines and who is on them: `show users`, `show line`, `clear line`, `send`, `lock`, `login`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ios_emu.cli.dialogue import Ask, Dialogue, EndedText, Interrupted, Kind, Say, TimedOut
from ios_emu.cli.login import ask_for_user
from ios_emu.cli.shell import Call
from ios_emu.clock import SECOND
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.line_sessions import LineSession
from ios_emu.devices.lines import LineSettings
from ios_emu.devices.syslog import short_time
from ios_emu.errors import CommandRefused

_CONSOLE, _AUX = 0, 1
_USERS = "    Line       User       Host(s)              Idle       Location\n"
_INTERFACES = "\n  Interface    User               Mode         Idle     Peer Address\n"
_LINES = "   Tty Line Typ     Tx/Rx    A Modem  Roty AccO AccI  Uses  Noise Overruns  Int\n"
_LOCKED = "\n\n                                Locked\n\n"
_LOGIN_TRIES = 3


def show_users(call: Call, all_users: str | None = None, wide: str | None = None) -> str:
    """`show users [all | wide]`, `who`, `systat`: the lines in use, with a star before one's own."""
    sessions = {one.number: one for one in call.device.line_sessions}
    packet_tracer = call.dialect is Dialect.PACKET_TRACER
    text = _USERS
    for number, name, _ in call.config.lines.numbered():
        if number in sessions:
            rows = list(_user_rows(call, sessions[number]))
        elif all_users is not None:
            rows = [f" {number:>3} {name:<9} {'':<10} {'':<20} 00:00:00 "]
        else:
            continue
        text += "".join(f"{row if packet_tracer else row.rstrip()}\n" for row in rows)
    return text if packet_tracer else text + _INTERFACES


def _user_rows(call: Call, session: LineSession) -> Iterator[str]:
    mark = "*" if session.number == call.shell.line_number else " "
    hosts = session.hosts() or ["idle"]
    idle = short_time(timedelta(seconds=session.idle() // SECOND))
    peer = "" if session.peer is None else f"  {session.peer}"
    yield f"{mark}{session.number:>3} {session.name:<9} {session.user():<10} {hosts[0]:<20} {idle:<8} {peer}"
    for host in hosts[1:]:
        yield f"{'':<25} {host:<20} {idle:<8} "


def show_line(
    call: Call,
    line_index: int | None = None,
    console: str | None = None,
    aux: str | None = None,
    vty: str | None = None,
    line_number: int | None = None,
    first_vty: int | None = None,
    last_line: int | None = None,
    last_vty: int | None = None,
) -> str:
    """`show line [N [M] | console 0 | aux 0 | vty N [M]]`: the table, and all of one line."""
    lines = {number: settings for number, _, settings in call.config.lines.numbered()}
    if line_index is None and line_number is None and first_vty is None:
        return _line_table(call, lines)
    number = _number(call, line_index, console, first_vty)
    if last_line is not None or last_vty is not None:
        last = last_line if last_vty is None else call.config.lines.first_vty + last_vty
        if last not in lines or last < number:
            raise call.invalid("last_line" if last_vty is None else "last_vty")
        return _line_table(call, {one: lines[one] for one in range(number, last + 1)})
    return _LINES + _line_row(call, number, lines[number]) + "\n" + line_details(call, number, lines[number])


def _line_table(call: Call, lines: dict[int, LineSettings]) -> str:
    rows = "".join(_line_row(call, number, settings) for number, settings in lines.items())
    return f"{_LINES}{rows}\n"


def _line_row(call: Call, number: int, settings: LineSettings) -> str:
    sessions = call.device.line_sessions
    mark = "*" if sessions.on(number) is not None else " "
    speed = "9600/9600" if _line_type(call, number) == "AUX" else ""
    lists = {way: one.access_list for way, one in settings.access_classes.items()}
    incoming, outgoing = (lists.get(way, "-") for way in ("in", "out"))
    return (
        f"{mark}{number:>5}{number:>5} {_line_type(call, number)} {speed:>11}  -    -      -"
        f"{outgoing:>5}{incoming:>5}{sessions.uses(number):>6}{0:>7}    0/0      -\n"
    )


def _line_type(call: Call, number: int) -> str:
    if number == _CONSOLE:
        return "CTY"
    return "AUX" if number < call.config.lines.first_vty else "VTY"


def line_details(call: Call, number: int, settings: LineSettings) -> str:
    """What `show line N` and `show terminal` say of a line, below the table."""
    session = call.device.line_sessions.on(number)
    terminal = call.shell.terminal if number == call.shell.line_number else None
    length = terminal.length if terminal else 24 if settings.length is None else settings.length
    width = terminal.width if terminal else 80 if settings.width is None else settings.width
    status = "PSI Enabled, Ready, Active" if session is not None else "No Exit Banner"
    size = terminal.exec_history.size if terminal else settings.history_size or 10
    minutes, seconds = settings.exec_timeout
    timeout = f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}" if minutes or seconds else "never"
    active = "never" if session is None else short_time(timedelta(seconds=session.active() // SECOND))
    location = settings.kept.get("location", "location ").removeprefix("location ")
    kind = session.terminal_type if session is not None else ""
    inputs = settings.transport_input or "lapb-ta mop pad rlogin telnet udptn v120 ssh"
    allowed = "none" if number == _CONSOLE or inputs == "none" else inputs
    if inputs == "all" and number != _CONSOLE:
        allowed = "lapb-ta mop pad rlogin telnet udptn v120 ssh"
    monitored = call.shell.monitoring if terminal else settings.monitor
    capabilities = "Receives Logging Output" if monitored else "none"
    activation = "none" if number >= call.config.lines.first_vty else ""
    return f"""\
Line {number}, Location: "{location}", Type: "{kind}"
Length: {length} lines, Width: {width} columns
Baud rate (TX/RX) is 9600/9600, no parity, 2 stopbits, 8 databits
Status: {status}
Capabilities: {capabilities}
Modem state: {"Ready" if session is not None else "Idle"}
Special Chars: Escape  Hold  Stop  Start  Disconnect  Activation
                ^^x    none   -     -       none         {activation}
Timeouts:      Idle EXEC    Idle Session   Modem Answer  Session   Dispatch
               {timeout:<13}never                        none     not set
                            Idle Session Disconnect Warning
                              never
                            Login-sequence User Response
                             {_login_response(settings)}
                            Autoselect Initial Wait
                              not set
Modem type is unknown.
Session limit is not set.
Time since activation: {active}
Editing is enabled.
History is {"enabled" if size else "disabled"}, history size is {size}.
DNS resolution in show commands is enabled
Full user help is disabled
Allowed input transports are {allowed}.
Allowed output transports are lapb-ta mop pad rlogin telnet udptn v120 ssh.
Preferred transport is telnet.
No output characters are padded
No special data dispatching characters
"""


def _login_response(settings: LineSettings) -> str:
    seconds = settings.login_response
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}" if seconds else "not set"


def _number(call: Call, line_index: int | None, console: str | None, first_vty: int | None) -> int:
    """The number of the line that a command names. Raises InvalidInput where there is none."""
    if line_index is not None:
        if line_index >= call.config.lines.first_vty + len(call.config.lines.vtys):
            raise call.invalid("line_index")
        return line_index
    if first_vty is not None:
        if first_vty >= len(call.config.lines.vtys):
            raise call.invalid("first_vty")
        return call.config.lines.first_vty + first_vty
    return _CONSOLE if console is not None else _AUX


def clear_line(
    call: Call,
    line_index: int | None = None,
    console: str | None = None,
    aux: str | None = None,
    vty: str | None = None,
    line_number: int | None = None,
    first_vty: int | None = None,
) -> Dialogue:
    """`clear line N`: hangs up, after a question."""
    number = _number(call, line_index, console, first_vty)
    if number == call.shell.line_number:
        return "% Not allowed to clear current line\n"
    try:
        answer = yield Ask("[confirm]", Kind.KEY)
    except Interrupted:
        return ""
    if answer.lower() not in ("", "y"):
        return ""
    session = call.device.line_sessions.on(number)
    if session is not None:
        session.close()
    return " [OK]\n"


def send(
    call: Call,
    all_lines: str | None = None,
    line_index: int | None = None,
    console: str | None = None,
    aux: str | None = None,
    vty: str | None = None,
    line_number: int | None = None,
    first_vty: int | None = None,
) -> Dialogue:
    """`send * | N | console 0 | vty N`: a message to the terminals of others."""
    number = None if all_lines is not None else _number(call, line_index, console, first_vty)
    yield Say("Enter message, end with CTRL/Z; abort with CTRL/C:\n")
    lines = []
    try:
        while True:
            line = yield Ask("")
            lines.append(line)
            if isinstance(line, EndedText):
                break
        answer = yield Ask("Send message? [confirm]", Kind.KEY)
    except Interrupted:
        return "% Send aborted\n"
    if answer.lower() not in ("", "y"):
        return ""
    to = "all terminals" if number is None else f"tty{number}"
    body = "\n".join(lines)
    text = f"\n\n\n***\n***\n*** Message from tty{call.shell.line_number} to {to}:\n***\n{body}\n\n"
    own = call.shell.line_number
    for session in list(call.device.line_sessions):
        if session.number != own and number in (None, session.number):
            session.show(text)
    return text if number in (None, own) else ""


def lock(call: Call) -> Dialogue:
    """`lock`: the terminal asks for a password of the moment, and takes nothing else until it is given."""
    if not call.shell.line.lockable:
        raise CommandRefused("% Locking is not enabled on this line (configure 'lockable')")
    try:
        password = yield Ask("Password: ", Kind.HIDDEN)
        again = yield Ask("Again: ", Kind.HIDDEN)
    except Interrupted:
        return ""
    if password != again or not password:
        return "% Passwords do not match\n"
    yield Say(_LOCKED)
    while True:
        try:
            typed = yield Ask("Password: ", Kind.HIDDEN)
        except Interrupted:
            continue
        if typed == password:
            return ""


def login(call: Call) -> Dialogue:
    """`login`: to be another user from here on."""
    yield Say("\nUser Access Verification\n\n")
    try:
        for _ in range(_LOGIN_TRIES):
            if (yield from ask_for_user(call.shell)):
                return ""
    except (Interrupted, TimedOut):
        return ""
    return "% Bad passwords\n"
