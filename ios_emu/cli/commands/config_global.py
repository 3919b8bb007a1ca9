"""Global configuration: host name, passwords, services, name lookup, and what is only kept."""

from __future__ import annotations

import re

from ios_emu.cli import modes
from ios_emu.cli.commands.config_kept import printed
from ios_emu.cli.shell import Call
from ios_emu.devices import passwords
from ios_emu.devices.configuration import Configuration
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.forward_protocol import FORWARDED
from ios_emu.devices.kept import keep
from ios_emu.devices.packet_names import UDP_PORTS
from ios_emu.devices.privileges import HIGHEST
from ios_emu.devices.secret import Secret
from ios_emu.devices.syslog import Timestamps
from ios_emu.errors import CommandRefused

_LONGEST_HOSTNAME = 63
_HOSTNAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


def hostname(call: Call, hostname: str = "") -> str:
    """`hostname NAME`. Names that RFC 1034 forbids are refused, as IOS refuses them."""
    if call.no:
        hostname = call.config.default_hostname
    if len(hostname) > _LONGEST_HOSTNAME:
        return f'% Hostname "{hostname}" is longer than {_LONGEST_HOSTNAME} characters\n'
    if not is_hostname(hostname):
        return "% Hostname contains one or more illegal characters.\n"
    call.config.hostname = hostname
    return ""


def is_hostname(text: str) -> bool:
    """Is this a name that `hostname` takes?"""
    return len(text) <= _LONGEST_HOSTNAME and _HOSTNAME.fullmatch(text) is not None


def enable_secret(
    call: Call, clear: str | None = None, hash: str | None = None, enable_level: int = HIGHEST
) -> str:
    """`enable secret [level N] [0|5] TEXT`: kept as MD5-crypt."""
    config = call.config
    if call.no:
        _set_enable_secret(config, enable_level, None)
        return ""
    if hash is not None:
        if not passwords.is_type5(hash):
            return "ERROR: The secret you entered is not a valid encrypted secret.\n" + HOW_TO_ENTER_SECRET
        _set_enable_secret(config, enable_level, Secret(5, hash))
        return ""
    assert clear is not None
    _set_enable_secret(config, enable_level, Secret.hashed(clear, call.device.chance))
    if enable_level != HIGHEST:
        return ""
    if config.enable_password is not None and config.enable_password.matches(clear):
        return _SAME_AS_PASSWORD
    return ""


def _set_enable_secret(config: Configuration, level: int, secret: Secret | None) -> None:
    if level == HIGHEST:
        config.enable_secret = secret
    elif secret is None:
        config.enable_levels.pop(level, None)
    else:
        config.enable_levels[level] = secret


HOW_TO_ENTER_SECRET = (
    "To enter an UNENCRYPTED secret, do not specify type 5 encryption.\n"
    "When you properly enter an UNENCRYPTED secret, it will be encrypted.\n"
)
_SAME_AS_PASSWORD = (
    "The enable secret you have chosen is the same as your enable password.\n"
    "This is not recommended.  Re-enter the enable secret.\n"
)
_SAME_AS_SECRET = (
    "The enable password you have chosen is the same as your enable secret.\n"
    "This is not recommended.  Re-enter the enable password.\n"
)


def enable_password(
    call: Call, clear: str | None = None, hidden: str | None = None, enable_level: int = HIGHEST
) -> str:
    """`enable password [level N] [0|7] TEXT`; another level than 15 has a secret all the same."""
    config = call.config
    if enable_level != HIGHEST:
        if call.no:
            _set_enable_secret(config, enable_level, None)
            return ""
        password = entered(call, clear, hidden).clear_text
        _set_enable_secret(config, enable_level, Secret.hashed(password, call.device.chance))
        return '% Converting to a secret.  Please use "enable secret" in the future.\n'
    if call.no:
        config.enable_password = None
        return ""
    config.enable_password = entered(call, clear, hidden)
    if clear is not None and config.enable_secret is not None and config.enable_secret.matches(clear):
        return _SAME_AS_SECRET
    return ""


def entered(call: Call, clear: str | None, hidden: str | None) -> Secret:
    """The password of a line with clear text, or with type 7 text behind a `7`."""
    if hidden is not None:
        try:
            passwords.decrypt_type7(hidden)
        except ValueError:
            raise CommandRefused(f"Invalid encrypted password: {hidden}") from None
        return Secret(7, hidden)
    assert clear is not None
    secret = Secret(0, clear)
    return secret.obfuscated(call.device.chance) if call.config.password_encryption else secret


def service_password_encryption(call: Call) -> str:
    """`service password-encryption`: obfuscates what is there and what comes; `no` leaves it so."""
    config = call.config
    config.password_encryption = not call.no
    if call.no:
        return ""
    chance = call.device.chance
    if config.enable_password is not None:
        config.enable_password = config.enable_password.obfuscated(chance)
    for settings in (config.lines.console, config.lines.aux, *config.lines.vtys):
        if settings.password is not None:
            settings.password = settings.password.obfuscated(chance)
    for user in config.users.values():
        if user.secret is not None:
            user.secret = user.secret.obfuscated(chance)
    return ""


def service_tcp_small_servers(call: Call) -> str:
    """`service tcp-small-servers`: echo, discard, daytime and chargen on the router's addresses."""
    call.config.tcp_small_servers = not call.no
    return ""


def service_timestamps(
    call: Call,
    log: str | None = None,
    debug: str | None = None,
    uptime: str | None = None,
    datetime: str | None = None,
    msec: list[str] | None = None,
    localtime: list[str] | None = None,
    show_timezone: list[str] | None = None,
    year: list[str] | None = None,
) -> str:
    """`service timestamps [log|debug] [uptime | datetime [msec] [localtime] [show-timezone] [year]]`."""
    stamps: Timestamps | None
    if call.command.negated:
        stamps = None
    elif call.command.defaulted:
        stamps = Timestamps(msec=True) if call.dialect is Dialect.IOS else None
    elif datetime is not None:
        stamps = Timestamps("datetime", bool(msec), bool(localtime), bool(show_timezone), bool(year))
    else:
        # Without a kind, IOS stamps with the uptime.
        stamps = Timestamps("uptime")
    if log is not None or debug is None:
        call.config.timestamps_log = stamps
    if debug is not None or log is None:
        call.config.timestamps_debug = stamps
    return ""


def kept(call: Call, **arguments: object) -> str:
    """The commands of the list in `devices/kept.py`: they stand in the configuration and do nothing."""
    command = call.command
    keep(
        call.config.kept,
        printed(command.text),
        call.device.factory_kept,
        negated=command.negated,
        defaulted=command.defaulted,
    )
    return ""


def no_snmp_server(call: Call) -> str:
    """`no snmp-server`: removes all that begins with these words."""
    kept = call.config.kept
    for key in [key for key in kept if key.startswith("snmp-server ")]:
        del kept[key]
    return ""


def marker(call: Call, **arguments: object) -> str:
    """Lines of a printed configuration that set nothing: they are read and that is all."""
    return ""


def ip_forward_udp(call: Call, udp_service: str | None = None) -> str:
    """`ip forward-protocol udp [PORT]`: which broadcasts helpers get; without a port the usual ones."""
    config = call.config
    if udp_service is None:
        config.forwarded_udp = frozenset() if call.command.negated else FORWARDED
        return ""
    port = int(udp_service) if udp_service.isdecimal() else UDP_PORTS.get(udp_service.lower(), -1)
    if not 0 <= port <= 0xFFFF:
        raise call.invalid("udp_service")
    wanted = port in FORWARDED if call.command.defaulted else not call.command.negated
    config.forwarded_udp = config.forwarded_udp | {port} if wanted else config.forwarded_udp - {port}
    return ""


def control_plane_policy(call: Call, **arguments: object) -> str:
    """`service-policy input|output NAME` of the control plane: kept."""
    key = f"control-plane {call.command.head}"
    if call.no:
        call.config.kept.pop(key, None)
    else:
        call.config.kept[key] = f" {call.command.text}"
    return ""


def control_plane(call: Call) -> str:
    """`control-plane`: the mode of its policy."""
    if not call.no:
        call.shell.enter(modes.CONTROL_PLANE)
    return ""
