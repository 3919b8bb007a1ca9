"""Lab files: TOML that says which devices there are and how they are cabled.

The rules. A lab file is read whole before anything is built. What is wrong in it is a LabFileError that
says where (file and key, or line), what, why, and what to do about it. `lab_schema.json` says the same for
editors, as far as a schema can. Read this first; `lab_devices`, `lab_links`, `lab_mail` and `lab_dns` read
their parts of the file.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from ios_emu.errors import LabFileError
from ios_emu.lab.lab_devices import DeviceFile, HostFile, RouterFile, SwitchFile, read_devices, type_of
from ios_emu.lab.lab_dns import DnsRecord, DnsService
from ios_emu.lab.lab_keys import KeyReader
from ios_emu.lab.lab_links import ROUTER_PORTS, SWITCH_PORTS, End, Link, read_links, segments
from ios_emu.lab.lab_mail import MailService
from ios_emu.services.mail_account import MailAccount
from ios_emu.wire.ethernet import MacAddress, mac_for

__all__ = [
    "ROUTER_PORTS",
    "SWITCH_PORTS",
    "DeviceFile",
    "DnsRecord",
    "DnsService",
    "End",
    "HostFile",
    "LabFile",
    "Link",
    "MailAccount",
    "MailService",
    "RouterFile",
    "SwitchFile",
    "built_in_labs",
    "find_lab",
    "lab_of",
    "read_lab_file",
]

LABS = Path(__file__).parent / "labs"
SCHEMA = Path(__file__).parent / "lab_schema.json"
"""A JSON schema (draft 7) of lab files, for editors that check TOML with one."""

LAB_KEYS = ("title", "links", "devices")

_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")
_ROUTER_ADDRESSES = 16


@dataclass(frozen=True, slots=True)
class LabFile:
    """What a lab file says."""

    path: Path
    title: str = ""
    devices: list[DeviceFile] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


def built_in_labs() -> list[str]:
    """The names of the labs that come with ios-emu."""
    return sorted(path.parent.name for path in LABS.glob("*/lab.toml"))


def find_lab(lab: str) -> Path:
    """The lab file of a built-in lab's name, or of a path. Raises LabFileError when there is none."""
    if lab in built_in_labs():
        return LABS / lab / "lab.toml"
    path = os.path.join(lab, "lab.toml") if os.path.isdir(lab) else lab
    if not os.path.isfile(path):
        names = ", ".join(built_in_labs())
        raise LabFileError(
            lab,
            "no such lab",
            "it is neither a built-in lab nor a lab file",
            f"use one of {names}, or a path",
        )
    return Path(path)


def read_lab_file(path: Path) -> LabFile:
    """Reads a lab file. Raises LabFileError with the place, the fault, the rule and the remedy."""
    try:
        # Editors on Windows begin UTF-8 with a byte order mark.
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LabFileError(
            str(path), "can't be read", str(error.strerror), "check the path and its rights"
        ) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise LabFileError(
            f"{path}:{line}", "is not UTF-8", "a lab file is text in UTF-8", "save it as UTF-8"
        ) from None
    try:
        tree = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _not_toml(path, error) from None
    return lab_of(path, tree)


def lab_of(path: Path, tree: dict[str, Any]) -> LabFile:
    """The lab of a file with this content. `path` begins messages; its folder has the configurations.

    Raises LabFileError.
    """
    keys = KeyReader(str(path))
    keys.only("", tree, LAB_KEYS, "a lab")
    title = keys.text("title", tree.get("title", ""), "a title is shown to people", 'write title = "..."')
    devices = read_devices(keys, tree.get("devices", {}), path.parent)
    if not devices:
        raise keys.error("", "has no devices", "a lab needs at least one", "add a table [devices.R1]")
    _check_macs(keys, devices)
    types = {device.name: type_of(device) for device in devices}
    links = read_links(keys, tree.get("links", []), types)
    _check_addresses(keys, devices, segments(links, types))
    return LabFile(path, title, devices, links)


def _not_toml(path: Path, error: Exception) -> LabFileError:
    """The error for a text that tomllib refuses, which tells the place in its words alone."""
    reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
    where, remedy = str(path), "mend the file"
    place = _TOML_PLACE.search(reason)
    if place is not None:
        reason = _TOML_PLACE.sub("", reason)
        remedy = f"look at column {place[2]}, and before it" if place[1] else "look at the end of the file"
        where += f":{place[1]}" if place[1] else ""
    return LabFileError(where, "is not TOML", reason[:1].lower() + reason[1:], remedy)


def _check_macs(keys: KeyReader, devices: list[DeviceFile]) -> None:
    """Two stations with one address would hear each other's frames: not even by accident."""
    owners: dict[MacAddress, str] = {}
    for device in devices:
        if isinstance(device, SwitchFile):
            continue
        given = device.mac if isinstance(device, HostFile) else None
        count = _ROUTER_ADDRESSES if isinstance(device, RouterFile) else 1
        for mac in [given] if given else [mac_for(device.name, index) for index in range(count)]:
            other = owners.setdefault(mac, device.name)
            if other != device.name:
                raise keys.error(
                    f"devices.{device.name}{'.mac' if given else ''}",
                    f"{mac} is the MAC address of {other}, too",
                    "stations have different addresses",
                    "write another" if given else "rename one, or give a host another mac",
                )


def _check_addresses(keys: KeyReader, devices: list[DeviceFile], segment_of: Mapping[str, int]) -> None:
    owners: dict[tuple[int, IPv4Address], str] = {}
    for device in devices:
        if isinstance(device, HostFile) and device.address is not None and device.name in segment_of:
            address = device.address.ip
            other = owners.setdefault((segment_of[device.name], address), device.name)
            if other != device.name:
                raise keys.error(
                    f"devices.{device.name}.address",
                    f"{address} is the address of {other}, too",
                    "hosts on one segment have different addresses",
                    "change one",
                )
