"""The values behind the keys of a lab file, read one by one, each with its own words for what is wrong.

The rules. Whatever TOML can say is read or is a LabFileError. A key is written in messages as in the file,
with its tables before it: `devices.PC1.address`; an entry of a list has its number, from 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Any, TypeVar

from ios_emu.errors import LabFileError
from ios_emu.lab.lab_values import ValueProblem, shown
from ios_emu.wire.ethernet import MacAddress

Value = TypeVar("Value")

_BARE = re.compile(r"[A-Za-z0-9_-]{1,63}")
_WITH_PREFIX = re.compile(r"[0-9.]+/([0-9]{1,2})")
_FIRST_GROUP = 224
_LOOPBACK = 127


class KeyReader:
    """Reads values of one lab file; `where`, its path, begins every message."""

    def __init__(self, where: str) -> None:
        self._where = where

    def error(self, key: str, what: str, why: str, remedy: str) -> LabFileError:
        """The error at a key of the file."""
        return LabFileError(f"{self._where}: {key}" if key else self._where, what, why, remedy)

    def only(self, key: str, table: dict[str, Any], known: Collection[str], what: str) -> None:
        """Raises LabFileError for a key that is not known, with the one that may have been meant."""
        for name in table:
            if name not in known:
                raise self.error(
                    within(key, name),
                    "unknown key",
                    f"{what} has the keys {', '.join(known)}",
                    near(name, known) or "remove it",
                )

    def all_of(self, key: str, table: dict[str, Any], names: Collection[str], what: str) -> None:
        """Raises LabFileError for a key that is missing."""
        for name in names:
            if name not in table:
                raise self.error(
                    within(key, name), "is missing", f"{what} needs {', '.join(names)}", "add this key"
                )

    def text(self, key: str, value: object, why: str, remedy: str) -> str:
        """A text on one line. Raises LabFileError for anything else."""
        if not isinstance(value, str):
            raise self.error(key, f"{shown(value)} is not text", why, remedy)
        if not value.isprintable():
            raise self.error(key, f"{shown(value)} has control characters", "it is one line", "remove them")
        return value

    def flag(self, key: str, table: dict[str, Any], name: str, default: bool, why: str) -> bool:
        """`true` or `false`. Raises LabFileError for anything else."""
        value = table.get(name, default)
        if not isinstance(value, bool):
            raise self.error(key, f"{shown(value)} is not true or false", why, f"write {name} = true")
        return value

    def table(self, key: str, value: object, why: str, remedy: str) -> dict[str, Any]:
        """A table. Raises LabFileError for anything else."""
        if not isinstance(value, dict):
            raise self.error(key, f"{shown(value)} is not a table", why, remedy)
        return value

    def known_table(self, key: str, value: object, known: Collection[str], what: str) -> dict[str, Any]:
        """A table with no other keys than these. Raises LabFileError."""
        name = key.rpartition(".")[2]
        table = self.table(key, value, f"{what} has the keys {', '.join(known)}", f"write {name} = {{ ... }}")
        self.only(key, table, known, what)
        return table

    def items(self, key: str, value: object, why: str, remedy: str) -> list[object]:
        """A list. Raises LabFileError for anything else."""
        if not isinstance(value, list):
            raise self.error(key, f"{shown(value)} is not a list", why, remedy)
        return value

    def checked(self, key: str, value: object, read: Callable[[object], Value]) -> Value:
        """What `read` makes of the value; its ValueProblem becomes a LabFileError."""
        try:
            return read(value)
        except ValueProblem as problem:
            raise self.error(key, problem.what, problem.why, problem.remedy) from None


def within(key: str, name: str) -> str:
    """The key `name` of the table `key`; quoted where TOML would quote it."""
    written = name if _BARE.fullmatch(name) else shown(name)
    return f"{key}.{written}" if key else written


def near(name: str, known: Collection[str]) -> str | None:
    """The remedy for a misspelt name, if one of `known` is like it."""
    import difflib

    like = difflib.get_close_matches(name, known, 1)
    return f"did you mean {like[0]}?" if like else None


def host_address(value: object) -> IPv4Interface:
    """A host's own address with its prefix length. Raises ValueProblem."""
    rule, remedy = "it is an IPv4 address with its prefix length, or dhcp", 'write address = "192.168.1.1/24"'
    try:
        address = IPv4Interface(value) if isinstance(value, str) else None
    except ValueError:
        address = None
    if address is None:
        raise ValueProblem(f"{shown(value)} is no address", rule, remedy)
    match = _WITH_PREFIX.fullmatch(str(value))
    if match is None:
        has = "another notation" if "/" in str(value) else "no prefix length"
        written = address if "/" in str(value) else f"{address.ip}/24"
        raise ValueProblem(f"{shown(value)} has {has}", rule, f'write address = "{written}"')
    if not 1 <= address.network.prefixlen <= 30:
        raise ValueProblem(
            f"{shown(value)} has no room for hosts", "a prefix length is from /1 to /30", remedy
        )
    ends = _end_of(address.ip, address.network)
    if ends is not None:
        raise ValueProblem(
            f"{address.ip} is the {ends} of {address.network}",
            "a host has an address of its own",
            "use another",
        )
    _check_unicast(address.ip)
    return address


def station(value: object, example: str) -> IPv4Address:
    """The address of another station. Raises ValueProblem."""
    try:
        address = IPv4Address(value) if isinstance(value, str) else None
    except ValueError:
        address = None
    if address is None:
        raise ValueProblem(f"{shown(value)} is no address", "it is an IPv4 address", f'write "{example}"')
    _check_unicast(address)
    return address


def gateway_of(value: object, address: IPv4Interface) -> IPv4Address:
    """The gateway of a host with that address. Raises ValueProblem."""
    gateway, network = station(value, "192.168.1.254"), address.network
    why = "a gateway is another device on the host's network"
    if gateway == address.ip:
        raise ValueProblem(f"{gateway} is the host itself", why, "use the router's address")
    if gateway not in network:
        raise ValueProblem(f"{gateway} is not in {network}", why, "use an address of that network")
    ends = _end_of(gateway, network)
    if ends is not None:
        raise ValueProblem(f"{gateway} is the {ends} of {network}", why, "use the router's address")
    return gateway


def station_mac(value: object) -> MacAddress:
    """A station's MAC address. Raises ValueProblem."""
    remedy = 'write mac = "0060.5C2B.3DCC"'
    try:
        mac = MacAddress.parse(value) if isinstance(value, str) else None
    except ValueError:
        mac = None
    if mac is None:
        raise ValueProblem(f"{shown(value)} is no MAC address", "it has six bytes", remedy)
    if mac.is_multicast:
        raise ValueProblem(
            f"{shown(value)} is the address of a group", "a station's first byte is even", remedy
        )
    if not any(mac):
        raise ValueProblem(f"{shown(value)} is nobody's address", "a station's is not zero", remedy)
    return mac


def _end_of(address: IPv4Address, network: IPv4Network) -> str | None:
    """Which end of the network the address is, in words, if it is one."""
    if address == network.network_address:
        return "network"
    return "broadcast address" if address == network.broadcast_address else None


def _check_unicast(address: IPv4Address) -> None:
    first = int(address) >> 24
    if first in (0, _LOOPBACK) or first >= _FIRST_GROUP:
        raise ValueProblem(
            f"{address} is no host's address", "those from 0, 127 and 224 to 255 are reserved", "use another"
        )
