"""The devices of a lab file: their types, and what each type may say of itself.

The rules. A device is a table whose `type` decides which other keys it has. Its name is what people type
behind `open` and `@`, and the first half of a cable's end.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Any

from ios_emu.devices.dialect import Dialect
from ios_emu.lab.lab_dns import DnsService, dns_service
from ios_emu.lab.lab_keys import KeyReader, gateway_of, host_address, near, station, station_mac, within
from ios_emu.lab.lab_mail import MailService, mail_account, mail_service
from ios_emu.lab.lab_values import shown
from ios_emu.services.mail_account import MailAccount
from ios_emu.wire.ethernet import MacAddress

DEVICE_KEYS = {
    "2811": ("type", "config", "dialect"),
    "switch": ("type", "config", "dialect"),
    "pc": ("type", "address", "gateway", "dns", "mac", "mail"),
    "server": ("type", "address", "gateway", "dns", "mac", "mail"),
}

_DHCP = "dhcp"
_NAME = re.compile(r"(?!.*--)[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_RESERVED = "lab"


@dataclass(frozen=True, slots=True)
class RouterFile:
    """A 2811; `config` is the text of its start-up configuration."""

    name: str
    dialect: Dialect = Dialect.IOS
    config: str | None = None


@dataclass(frozen=True, slots=True)
class SwitchFile:
    """A switch; `config` is the text of its start-up configuration."""

    name: str
    dialect: Dialect = Dialect.IOS
    config: str | None = None


@dataclass(frozen=True, slots=True)
class HostFile:
    """A PC or a server (`kind` is `pc` or `server`).

    Without an address it has none until somebody sets one, or with `dhcp` until a DHCP server gives it one.
    `dns` is the name server that it asks; a server that has a `dns_service` may have none. A PC has a mail
    `account`, a server the services.
    """

    name: str
    kind: str
    address: IPv4Interface | None = None
    gateway: IPv4Address | None = None
    dns: IPv4Address | None = None
    mac: MacAddress | None = None
    dhcp: bool = False
    account: MailAccount | None = None
    mail_service: MailService | None = None
    dns_service: DnsService | None = None


DeviceFile = RouterFile | SwitchFile | HostFile


def type_of(device: DeviceFile) -> str:
    """The device's `type` in the file."""
    if isinstance(device, RouterFile):
        return "2811"
    return "switch" if isinstance(device, SwitchFile) else device.kind


def read_devices(keys: KeyReader, value: object, folder: Path) -> list[DeviceFile]:
    """The devices of the table `devices`; configurations are found from `folder`. Raises LabFileError."""
    tables = keys.table("devices", value, "it has a table for each device", "write [devices.R1]")
    names: dict[str, str] = {}
    devices = []
    for name, table in tables.items():
        key = within("devices", name)
        _check_name(keys, key, name)
        other = names.setdefault(name.lower(), name)
        if other != name:
            raise keys.error(
                key, f"is the name of {other}, too", "names differ by more than capitals", "rename one"
            )
        devices.append(_device(keys, key, name, table, folder))
    return devices


def _check_name(keys: KeyReader, key: str, name: str) -> None:
    if _NAME.fullmatch(name) is None:
        raise keys.error(
            key,
            "is no device name",
            "a name has up to 63 letters, digits, _ and single -, and begins with a letter or a digit",
            "choose another name",
        )
    if name.lower() == _RESERVED:
        raise keys.error(key, "is a reserved name", "@lab is the lab prompt", "choose another name")


def _device(keys: KeyReader, key: str, name: str, value: object, folder: Path) -> DeviceFile:
    table = keys.table(key, value, "a device has a type", f"write [{key}]")
    types = ", ".join(DEVICE_KEYS)
    if "type" not in table:
        raise keys.error(f"{key}.type", "is missing", "a device has a type", f"write one of {types}")
    kind = keys.text(f"{key}.type", table["type"], f"there are {types}", 'write type = "2811"')
    if kind not in DEVICE_KEYS:
        remedy = near(kind, DEVICE_KEYS) or "use one of them"
        raise keys.error(f"{key}.type", f"unknown type {shown(kind)}", f"there are {types}", remedy)
    keys.only(key, table, DEVICE_KEYS[kind], f"a {kind}")
    if kind in ("2811", "switch"):
        made = RouterFile if kind == "2811" else SwitchFile
        return made(name, *_ios_device(keys, key, name, table, folder))
    return _host(keys, key, name, kind, table)


def _ios_device(
    keys: KeyReader, key: str, name: str, table: dict[str, Any], folder: Path
) -> tuple[Dialect, str | None]:
    place, why, remedy = f"{key}.dialect", f"there are {' and '.join(Dialect)}", 'write dialect = "ios"'
    dialect = keys.text(place, table.get("dialect", Dialect.IOS), why, remedy)
    if dialect not in list(Dialect):
        raise keys.error(
            place, f"unknown dialect {shown(dialect)}", why, near(dialect, list(Dialect)) or remedy
        )
    config = _config(keys, f"{key}.config", name, table["config"], folder) if "config" in table else None
    return Dialect(dialect), config


def _config(keys: KeyReader, key: str, name: str, value: object, folder: Path) -> str:
    file = keys.text(key, value, "it is the path of a file", f'write config = "{name}.cfg"')
    path, remedy = folder / file, "a path is relative to the lab file's folder"
    if not os.path.isfile(path):
        reason = "that is no file" if os.path.exists(path) else "there is no such file"
        raise keys.error(key, f"can't read {shown(file)}", reason, remedy)
    try:
        return path.read_text(encoding="latin-1")
    except OSError as error:
        raise keys.error(key, f"can't read {shown(file)}", str(error.strerror), remedy) from None


def _host(keys: KeyReader, key: str, name: str, kind: str, table: dict[str, Any]) -> HostFile:
    dhcp = table.get("address") == _DHCP
    for setting in ("gateway", "dns"):
        if dhcp and not isinstance(table.get(setting, {}), dict):
            raise keys.error(
                f"{key}.{setting}", "is set beside DHCP", "the DHCP server gives it", "remove it"
            )
    address = gateway = dns = account = mail = names = mac = None
    if "address" in table and not dhcp:
        address = keys.checked(f"{key}.address", table["address"], host_address)
    if "gateway" in table:
        gateway = _gateway(keys, f"{key}.gateway", table["gateway"], address)
    if "dns" in table:
        if kind == "server" and isinstance(table["dns"], dict):
            names = dns_service(keys, f"{key}.dns", table["dns"])
        else:
            dns = keys.checked(f"{key}.dns", table["dns"], lambda value: station(value, "192.168.1.20"))
    if "mac" in table:
        mac = keys.checked(f"{key}.mac", table["mac"], station_mac)
    if "mail" in table and kind == "server":
        mail = mail_service(keys, f"{key}.mail", table["mail"])
    elif "mail" in table:
        account = mail_account(keys, f"{key}.mail", table["mail"])
    return HostFile(name, kind, address, gateway, dns, mac, dhcp, account, mail, names)


def _gateway(keys: KeyReader, key: str, value: object, address: IPv4Interface | None) -> IPv4Address:
    if address is None:
        raise keys.error(
            key, "is set without an address", "a gateway is on the host's network", "set address, too"
        )
    return keys.checked(key, value, lambda value: gateway_of(value, address))
