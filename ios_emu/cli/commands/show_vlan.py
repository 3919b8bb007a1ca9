"""`show vlan ...` and `show vtp ...`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from ios_emu.cli.shell import Call
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.vlan_database import NORMAL, Vlan, VlanDatabase, is_ethernet

_BRIEF = """\

VLAN Name                             Status    Ports
---- -------------------------------- --------- -------------------------------
"""
_TYPES = """\

VLAN Type  SAID       MTU   Parent RingNo BridgeNo Stp  BrdgMode Trans1 Trans2
---- ----- ---------- ----- ------ ------ -------- ---- -------- ------ ------
"""
_PRIVATE = """\
Primary Secondary Type              Ports
------- --------- ----------------- ------------------------------------------
"""
_PORTS_IN_A_ROW = 4
# Type, spanning tree and bridge mode of the VLANs that are not Ethernet's.
_OTHERS = {
    1002: ("fddi", "-", "-"),
    1003: ("tr", "-", "srb"),
    1004: ("fdnet", "ieee", "-"),
    1005: ("trnet", "ibm", "-"),
}
_FIRST_SAID = 100_000
_MOST_VLANS = 255
_DIGEST_BYTES = 16


def _database(call: Call) -> VlanDatabase:
    return call.catalyst.config.database


def show_vlan(call: Call) -> str:
    """`show vlan`: VLANs and their ports, then what they are."""
    vlans = _database(call).vlans
    text = _ports_table(call, vlans) + _types_table(call, vlans)
    rows = [number for number, vlan in vlans.items() if vlan.remote_span]
    span = "".join(f"{number}\n" for number in rows)
    title = "\nRemote SPAN VLANs\n" + "-" * 78 + "\n"
    if call.dialect is Dialect.IOS:
        return f"{text}{title}{span}\n\n{_PRIVATE}\n"
    return f"{text}{_TYPES}{title}{span}\n{_PRIVATE}"


def show_vlan_brief(call: Call) -> str:
    """`show vlan brief`."""
    return _ports_table(call, _database(call).vlans)


def show_vlan_id(call: Call, table_vlan: int) -> str:
    """`show vlan id N`: one VLAN, with the trunks that carry it."""
    vlan = _database(call).vlans.get(table_vlan)
    if vlan is None:
        return f"VLAN id {table_vlan} not found in current VLAN database\n"
    return _one(call, table_vlan, vlan)


def show_vlan_name(call: Call, vlan_name: str) -> str:
    """`show vlan name X`."""
    for number, vlan in _database(call).vlans.items():
        if vlan.name == vlan_name:
            return _one(call, number, vlan)
    return f"VLAN {vlan_name} not found in current VLAN database\n"


def _one(call: Call, number: int, vlan: Vlan) -> str:
    span = "Enabled" if vlan.remote_span else "Disabled"
    text = _ports_table(call, {number: vlan}, trunks=True) + _types_table(call, {number: vlan})
    return f"{text}\nRemote SPAN VLAN\n----------------\n{span}\n\n{_PRIVATE}\n"


def show_vlan_summary(call: Call) -> str:
    """`show vlan summary`."""
    vlans = _database(call).vlans
    extended = sum(number not in NORMAL for number in vlans)
    return (
        f"Number of existing VLANs              : {len(vlans)}\n"
        f" Number of existing VTP VLANs         : {len(vlans) - extended}\n"
        f" Number of existing extended VLANS    : {extended}\n\n"
    )


def _ports_table(call: Call, vlans: dict[int, Vlan], *, trunks: bool = False) -> str:
    text = _BRIEF
    for number, vlan in vlans.items():
        ports = list(_ports(call, number, trunks))
        status = _status(call, number, vlan)
        text += f"{number:<4} {vlan.name:<32} {status:<9} {', '.join(ports[:_PORTS_IN_A_ROW])}\n"
        for begin in range(_PORTS_IN_A_ROW, len(ports), _PORTS_IN_A_ROW):
            text += f"{'':<48}{', '.join(ports[begin : begin + _PORTS_IN_A_ROW])}\n"
    return text


def _ports(call: Call, number: int, trunks: bool) -> Iterator[str]:
    """The ports that work as access ports of a VLAN; with `trunks` those that trunk it, too."""
    switch = call.catalyst.switch
    for interface in call.catalyst.config.ports:
        name = str(interface.name)
        works_as = switch.operational(name)
        if works_as[0] == "trunk" and switch.ports[name].carrier:
            member = trunks and number in works_as[2]
        else:
            member = call.catalyst.port(interface.name).access_vlan == number
        if member:
            yield call.catalyst.short_name(interface.name)


def _status(call: Call, number: int, vlan: Vlan) -> str:
    if not is_ethernet(number):
        return "act/unsup" if call.dialect is Dialect.IOS else "active"
    if vlan.shutdown:
        return "act/lshut" if not vlan.suspended else "sus/lshut"
    return "suspended" if vlan.suspended else "active"


def _types_table(call: Call, vlans: dict[int, Vlan]) -> str:
    text = _TYPES
    for number in vlans:
        kind, tree, mode = _OTHERS.get(number, ("enet", "-", "-"))
        said = _FIRST_SAID + number
        text += (
            f"{number:<4} {kind:<5} {said:<10} 1500  -      -      -        {tree:<4} {mode:<8} 0      0   \n"
        )
    return text


# VTP


def show_vtp_status(call: Call) -> str:
    """`show vtp status`, in the older form in Packet Tracer."""
    database = _database(call)
    digest = hashlib.md5(database.text(), usedforsecurity=False).digest()[:_DIGEST_BYTES]
    words = [f"0x{byte:02X}" for byte in digest]
    first, second = (" ".join([*words[at : at + 8], ""]) for at in (0, 8))
    updater = _updater(call)
    normal = sum(number in NORMAL for number in database.vlans)
    if call.dialect is Dialect.PACKET_TRACER:
        return f"""\
VTP Version                     : 2
Configuration Revision          : {database.revision}
Maximum VLANs supported locally : {_MOST_VLANS}
Number of existing VLANs        : {normal}
VTP Operating Mode              : {database.mode.capitalize()}
VTP Domain Name                 : {database.domain}
VTP Pruning Mode                : {"Enabled" if database.pruning else "Disabled"}
VTP V2 Mode                     : {"Enabled" if database.version > 1 else "Disabled"}
VTP Traps Generation            : Disabled
MD5 digest                      : {first}
Configuration last modified by 0.0.0.0 at 0-0-00 00:00:00
{updater}
"""
    return f"""\
VTP Version capable             : 1 to 3
VTP version running             : {database.version}
VTP Domain Name                 : {database.domain}
VTP Pruning Mode                : {"Enabled" if database.pruning else "Disabled"}
VTP Traps Generation            : Disabled
Device ID                       : {call.catalyst.platform.base_mac}
Configuration last modified by 0.0.0.0 at 0-0-00 00:00:00
{updater}

Feature VLAN:
--------------
VTP Operating Mode                : {database.mode.capitalize()}
Maximum VLANs supported locally   : {_MOST_VLANS}
Number of existing VLANs          : {normal}
Configuration Revision            : {database.revision}
MD5 digest                        : {first}
                                    {second}
"""


def _updater(call: Call) -> str:
    """Who would sign a change of the database: the first of the switch's own addresses."""
    for name, interface in sorted(call.config.interfaces.items()):
        if interface.address is not None:
            where = f"{interface.address.ip} on interface {name.short}"
            return f"Local updater ID is {where} (lowest numbered VLAN interface found)"
    return "Local updater ID is 0.0.0.0 (no valid interface found)"


def show_vtp_password(call: Call) -> str:
    """`show vtp password`."""
    password = _database(call).password
    return f"VTP Password: {password}\n" if password else "The VTP password is not configured.\n"
