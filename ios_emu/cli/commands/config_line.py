"""Line configuration: what a terminal line asks for and how long it waits."""

from __future__ import annotations

from ios_emu.cli import modes
from ios_emu.cli.commands.config_global import entered
from ios_emu.cli.shell import Call
from ios_emu.devices.lines import (
    DEFAULT_EXEC_TIMEOUT,
    DEFAULT_HISTORY,
    DEFAULT_LENGTH,
    DEFAULT_LOGIN_RESPONSE,
    DEFAULT_WIDTH,
    KEPT_BEFORE,
    KEPT_BEHIND,
    KEPT_BETWEEN,
    SWITCH_VTYS,
    AccessClass,
)


def line_console(call: Call, line_number: int) -> str:
    """`line console 0`."""
    if not call.no:
        call.shell.enter(modes.LINE, [call.config.lines.console])
    return ""


def line_aux(call: Call, line_number: int) -> str:
    """`line aux 0`."""
    if not call.no:
        call.shell.enter(modes.LINE, [call.config.lines.aux])
    return ""


def line_vty(call: Call, first_vty: int, last_vty: int | None = None) -> str:
    """`line vty FIRST [LAST]`: makes lines that are not there yet; `no` removes those behind the fifth."""
    lines = call.config.lines
    if call.no:
        if first_vty < lines.least_vtys:
            return f"% Can't delete last {lines.least_vtys} VTY lines\n"
        if first_vty < len(lines.vtys):
            lines.remove_vtys(first_vty)
        return ""
    last = first_vty if last_vty is None else last_vty
    if last < first_vty:
        raise call.invalid("last_vty")
    if not lines.has_aux and last >= SWITCH_VTYS:
        raise call.invalid("first_vty" if last_vty is None else "last_vty")
    call.shell.enter(modes.LINE, list(lines.vty_range(first_vty, last)))
    return ""


def line_numbered(call: Call, first_line: int, last_line: int | None = None) -> str:
    """`line FIRST [LAST]`: lines by the numbers that `show line` gives them."""
    lines = {number: settings for number, _, settings in call.config.lines.numbered()}
    last = first_line if last_line is None else last_line
    if first_line not in lines:
        raise call.invalid("first_line")
    if last not in lines or last < first_line:
        raise call.invalid("last_line")
    if not call.no:
        call.shell.enter(modes.LINE, [lines[number] for number in range(first_line, last + 1)])
    return ""


def exec_timeout(call: Call, timeout_minutes: int = 10, timeout_seconds: int = 0) -> str:
    """`exec-timeout MINUTES [SECONDS]`; `exec-timeout 0 0` never ends a session."""
    value = DEFAULT_EXEC_TIMEOUT if call.no else (timeout_minutes, timeout_seconds)
    if call.command.negated:
        value = (0, 0)
    for settings in call.lines:
        settings.exec_timeout = value
    return ""


def password(call: Call, clear: str | None = None, hidden: str | None = None) -> str:
    """`password [0|7] TEXT`."""
    secret = None if call.no else entered(call, clear, hidden)
    for settings in call.lines:
        settings.password = secret
    return ""


def login(call: Call, local: str | None = None) -> str:
    """`login [local]`: asks for the line's password, or for a user's name and password."""
    vtys = call.config.lines.vtys
    answer = ""
    for settings in call.lines:
        if call.command.defaulted:
            settings.login = "password" if settings in vtys else None
        else:
            settings.login = None if call.no else "local" if local is not None else "password"
        if settings.login == "password" and settings.password is None:
            answer += f"% Login disabled on line {_number(call, settings)}, until 'password' is set\n"
    return "" if call.device.reading_nvram else answer


def _number(call: Call, settings: object) -> int:
    """The line's number as `show line` counts: con 0, aux 1, the VTYs behind them."""
    lines = call.config.lines
    if settings is lines.console:
        return 0
    if settings is lines.aux:
        return 1
    return lines.first_vty + next(at for at, one in enumerate(lines.vtys) if one is settings)


def logging_synchronous(
    call: Call,
    sync_level: int | None = None,
    sync_all: str | None = None,
    sync_limit: int | None = None,
) -> str:
    """`logging synchronous [level N|all] [limit N]`: a log line does not tear a half-typed line.

    Level and limit are kept: no line waits long enough here for them to count.
    """
    options = [] if sync_level is None and sync_all is None else [f"level {sync_all or sync_level}"]
    if sync_limit is not None:
        options.append(f"limit {sync_limit}")
    for settings in call.lines:
        settings.logging_synchronous = not call.no
        settings.synchronous_options = "" if call.no else " ".join(options)
    return ""


def history_size(call: Call, history_size: int | None = None) -> str:
    """`history size N` of the line: sessions that begin later have it."""
    for settings in call.lines:
        settings.history_size = None if call.no or history_size == DEFAULT_HISTORY else history_size
    return ""


def length(call: Call, length: int | None = None) -> str:
    """`length N` of the line: sessions that begin later have it."""
    for settings in call.lines:
        settings.length = None if call.no or length == DEFAULT_LENGTH else length
    return ""


def width(call: Call, width: int | None = None) -> str:
    """`width N` of the line: sessions that begin later have it."""
    for settings in call.lines:
        settings.width = None if call.no or width == DEFAULT_WIDTH else width
    return ""


def timeout_login_response(call: Call, response_seconds: int = DEFAULT_LOGIN_RESPONSE) -> str:
    """`timeout login response N`: how many seconds a user has for each answer of a login; 0 is no limit."""
    for settings in call.lines:
        settings.login_response = DEFAULT_LOGIN_RESPONSE if call.no else response_seconds
    return ""


def transport_input(call: Call, **protocols: object) -> str:
    """`transport input all|none|telnet|ssh`: kept; nothing listens yet."""
    chosen = " ".join(name for name in ("all", "none", "telnet", "ssh") if name in protocols)
    for settings in call.lines:
        settings.transport_input = None if call.no else chosen
    return ""


def privilege(call: Call, user_level: int | None = None) -> str:
    """`privilege level N`: what a session on the line may do from its first prompt on."""
    for settings in call.lines:
        settings.privilege = None if call.no else user_level
    return ""


def has_exec(call: Call) -> str:
    """`no exec`: nobody gets a prompt on the line."""
    for settings in call.lines:
        settings.has_exec = not call.command.negated
    return ""


def exec_banner(call: Call) -> str:
    """`no exec-banner`: neither the message of the day nor the EXEC banner is shown."""
    for settings in call.lines:
        settings.exec_banner = not call.command.negated
    return ""


def motd_banner(call: Call) -> str:
    """`no motd-banner`: the message of the day is not shown."""
    for settings in call.lines:
        settings.motd_banner = not call.command.negated
    return ""


def access_class(
    call: Call,
    line_list: int | None = None,
    expanded_line_list: int | None = None,
    line_list_name: str | None = None,
    vrf_also: str | None = None,
    **direction: str,
) -> str:
    """`access-class LIST in|out`: who may come in over the line, and where its users may telnet to."""
    name = line_list or expanded_line_list or line_list_name
    for settings in call.lines:
        for one in direction or ("in", "out"):
            present = settings.access_classes.get(one)
            if not call.no:
                settings.access_classes[one] = AccessClass(str(name), vrf_also is not None)
            elif present is not None and (name is None or present.access_list == str(name)):
                del settings.access_classes[one]
    return ""


def lockable(call: Call) -> str:
    """`lockable`: the command `lock` works on the line."""
    for settings in call.lines:
        settings.lockable = not call.no
    return ""


def monitor(call: Call) -> str:
    """`monitor`: the line shows log messages without being asked with `terminal monitor`."""
    for settings in call.lines:
        settings.monitor = not call.no
    return ""


def history(call: Call) -> str:
    """`no history`: sessions that begin later remember no lines."""
    for settings in call.lines:
        settings.history = not call.command.negated
    return ""


def kept(call: Call, **arguments: object) -> str:
    """The line commands that stand in the configuration and do nothing."""
    text = call.command.text
    key = next(
        key
        for key in (*KEPT_BEFORE, *KEPT_BETWEEN, *KEPT_BEHIND)
        if text == key or text.startswith(f"{key} ")
    )
    for settings in call.lines:
        if call.no:
            settings.kept.pop(key, None)
        else:
            settings.kept[key] = text
    return ""
