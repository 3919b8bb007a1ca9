"""VLANs and VTP: `vlan N` and what is set below it, `vtp ...`. The database is kept at each change."""

from __future__ import annotations

from ios_emu.cli import modes
from ios_emu.cli.own_words import OwnWords
from ios_emu.cli.shell import Call
from ios_emu.cli.targets import Vlans
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.vlan_database import FIXED, NORMAL, Vlan, VlanDatabase, default_name
from ios_emu.errors import CommandRefused
from ios_emu.stack.vlan_set import LAST_VLAN

_NOT_A_CLIENT = "%VTP VLAN configuration not allowed when device is in CLIENT mode."
_LONGEST_NAME = 32
_LONGEST_DOMAIN = 32


def _database(call: Call) -> VlanDatabase:
    return call.catalyst.config.database


def read_vlans(text: str) -> list[int]:
    """The numbers of `10,20-22`. Raises CommandRefused in IOS's words."""
    numbers: list[int] = []
    first: int | None = None
    digits = ""
    for position, character in enumerate(f"{text}\0", 1):
        if character.isascii() and character.isdigit():
            digits += character
            continue
        end = "EOL" if character == "\0" else character
        if end not in (",", "-", "EOL"):
            raise CommandRefused(
                f"Command rejected: Bad VLAN list - character #{position} is a non-numeric\n"
                f"character '{end}'."
            )
        number = int(digits or 0)
        if not 1 <= number <= LAST_VLAN:
            raise CommandRefused(
                f"Command rejected: Bad VLAN list - character #{position} ({end}) delimits a VLAN\n"
                f"number which is out of the range 1..{LAST_VLAN}."
            )
        if first is not None and (number < first or end == "-"):
            raise CommandRefused(
                f"Command rejected: Bad VLAN list - character #{position} ({end}) ends a range\n"
                "that is not in ascending order."
            )
        numbers += range(number if first is None else first, number + 1) if end != "-" else ()
        first, digits = (number, "") if end == "-" else (None, "")
    return sorted(set(numbers))


def vlan(call: Call, vlan_ids: str) -> str:
    """`vlan N[,N-N]`: makes the VLANs that are new and goes on with their settings; `no` removes them."""
    numbers, database = read_vlans(vlan_ids), _database(call)
    if database.mode == "client":
        raise CommandRefused(_NOT_A_CLIENT)
    if call.no:
        return _remove(call, numbers)
    extended = [number for number in numbers if number not in NORMAL]
    if extended and not database.transparent and not call.device.reading_nvram:
        names = ",".join(map(str, extended))
        raise CommandRefused(
            f"% Failed to create VLANs {names}\nExtended VLAN(s) not allowed in current VTP mode."
        )
    new = [number for number in numbers if number not in database.vlans]
    for number in new:
        database.add(number)
    if new:
        call.catalyst.database_changed()
    call.shell.enter(modes.VLAN, Vlans(tuple(numbers)))
    return ""


def _remove(call: Call, numbers: list[int]) -> str:
    database = _database(call)
    fixed = [number for number in numbers if number in FIXED]
    if fixed:
        return f"Default VLAN {fixed[0]} may not be deleted.\n"
    removed = [database.vlans.pop(number) for number in numbers if number in database.vlans]
    if removed:
        call.catalyst.database_changed()
    return ""


def _vlans(call: Call) -> list[tuple[int, Vlan]]:
    """The VLANs that are being configured."""
    database = _database(call)
    return [(number, database.add(number)) for number in call.target(Vlans).numbers]


def vlan_name(call: Call, vlan_name: str | None = None) -> str:
    """`name TEXT`, of one VLAN; no two may have the same."""
    vlans = _vlans(call)
    if vlan_name is not None and not call.no:
        if len(vlans) > 1:
            return "% Name is not allowed with VLAN range/list command\n"
        if len(vlan_name) > _LONGEST_NAME:
            raise OwnWords.VLAN_NAME_TOO_LONG.refusal(most=_LONGEST_NAME)
    for number, one in vlans:
        if number in FIXED:
            return f"Default VLAN {number} may not have its name changed.\n"
        wanted = default_name(number) if call.no or vlan_name is None else vlan_name
        for other, there in _database(call).vlans.items():
            if there.name == wanted and other != number:
                return f"ERROR: VLAN #{number} and #{other} have an identical name: {wanted}\n"
        one.name = wanted
    call.catalyst.database_changed()
    return ""


def vlan_state(call: Call, active: str | None = None, suspend: str | None = None) -> str:
    """`state active|suspend`: a suspended VLAN carries nothing."""
    for number, one in _vlans(call):
        if number in FIXED and suspend is not None:
            return f"Default VLAN {number} may not be suspended.\n"
        one.suspended = suspend is not None and not call.no
    call.catalyst.database_changed()
    return ""


def vlan_shutdown(call: Call) -> str:
    """`shutdown`: the VLAN carries nothing in this switch."""
    for number, one in _vlans(call):
        if number in FIXED and not call.no:
            return f"Default VLAN {number} may not be shutdown.\n"
        one.shutdown = not call.no
    call.catalyst.database_changed()
    return ""


def vlan_remote_span(call: Call) -> str:
    """`remote-span`: kept."""
    for _, one in _vlans(call):
        one.remote_span = not call.no
    call.catalyst.database_changed()
    return ""


# VTP: no protocol speaks here; its mode decides what may be configured and where it is shown.


def vtp_domain(call: Call, vtp_domain: str) -> str:
    """`vtp domain NAME`: a domain can be changed, not removed."""
    database = _database(call)
    if call.no:
        raise OwnWords.DOMAIN_STAYS.refusal()
    if len(vtp_domain) > _LONGEST_DOMAIN:
        raise OwnWords.DOMAIN_TOO_LONG.refusal(most=_LONGEST_DOMAIN)
    if database.domain == vtp_domain:
        return f"Domain name already set to {vtp_domain} .\n"
    answer = f"Changing VTP domain name from {database.domain or 'NULL'} to {vtp_domain}\n"
    database.domain = vtp_domain
    _changed(call)
    text = f"VTP domain name changed to {vtp_domain}."
    if not call.device.reading_nvram:
        call.device.report("SW_VLAN-6-VTP_DOMAIN_NAME_CHG", text)
    return answer


def vtp_mode(
    call: Call, client: str | None = None, server_mode: str | None = None, transparent: str | None = None
) -> str:
    """`vtp mode server|client|transparent`."""
    database = _database(call)
    wanted = "server" if call.no else client or server_mode or transparent or "server"
    if wanted == database.mode:
        return f"Device mode already VTP {wanted.upper()}.\n"
    extended = [number for number in database.vlans if number not in NORMAL]
    if extended and wanted != "transparent":
        return (
            "Device mode cannot be VTP CLIENT/SERVER because extended VLAN(s) exist.\n"
            if call.dialect is Dialect.IOS
            else f"Device mode cannot be VTP {wanted.upper()} because extended VLAN(s) exist\n"
        )
    database.mode = wanted
    if database.transparent:
        database.revision = 0
    _changed(call)
    return f"Setting device to VTP {wanted.upper()} mode.\n"


def vtp_password(call: Call, vtp_password: str | None = None) -> str:
    """`vtp password TEXT`."""
    database = _database(call)
    database.password = "" if call.no or vtp_password is None else vtp_password
    _changed(call)
    if not database.password:
        return "Clearing device VLAN database password.\n"
    return f"Setting device VLAN database password to {database.password}\n"


def vtp_pruning(call: Call) -> str:
    """`vtp pruning`."""
    database = _database(call)
    if database.pruning != call.no:
        return f"Pruning already switched {'off' if call.no else 'on'}\n"
    database.pruning = not call.no
    _changed(call)
    return f"Pruning switched {'on' if database.pruning else 'off'}\n"


def vtp_version(call: Call, vtp_version: int = 1) -> str:
    """`vtp version 1|2`."""
    database = _database(call)
    wanted = 1 if call.no else vtp_version
    if wanted == database.version:
        return f"VTP mode already in V{wanted}.\n"
    database.version = wanted
    _changed(call)
    return ""


def _changed(call: Call) -> None:
    call.catalyst.database_changed()
