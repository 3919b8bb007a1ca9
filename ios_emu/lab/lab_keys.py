"""The values behind the keys of a lab file, read one by one, each with its own words for what is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Interface
from typing import Any

from ios_emu.errors import LabFileError
from ios_emu.wire.ethernet import MacAddress


class KeyReader:
    """Reads values of one lab file; `where`, its path, begins every message."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._macs: dict[MacAddress, str] = {}

    def text(self, key: str, value: object, why: str, remedy: str) -> str:
        """A text. Raises LabFileError for anything else."""
        if not isinstance(value, str):
            raise self.error(key, "is not text", why, remedy)
        return value

    def only(self, key: str, table: dict[str, Any], known: Iterable[str], what: str) -> None:
        """Raises LabFileError for a key that is not known, with the one that may have been meant."""
        for name in table:
            if name not in known:
                place = f"{key}.{name}" if key else name
                near = difflib.get_close_matches(name, known, 1)
                remedy = f"did you mean {near[0]}?" if near else "remove it"
                raise self.error(place, "unknown key", f"{what} has the keys {', '.join(known)}", remedy)

    def error(self, key: str, what: str, why: str, remedy: str) -> LabFileError:
        """The error at a key of the file."""
        return LabFileError(f"{self._where}: {key}" if key else self._where, what, why, remedy)

    def host_address(self, key: str, value: object) -> IPv4Interface | None:
        """A host\'s own address with its prefix length. Raises LabFileError."""
        if value is None:
            return None
        example = 'write address = "192.168.1.1/24"'
        text = self.text(key, value, "it is an address with its prefix length", example)
        try:
            if "/" not in text:
                raise ValueError(text)
            address = IPv4Interface(text)
        except ValueError:
            raise self.error(
                key, f"{text!r} is no address", "it is an IPv4 address with its prefix length", example
            ) from None
        network = address.network
        if network.prefixlen < 31 and address.ip in (network.network_address, network.broadcast_address):
            which = "network" if address.ip == network.network_address else "broadcast address"
            raise self.error(
                key,
                f"{address.ip} is the {which} of {network}",
                "a host has an address of its own",
                "use another",
            )
        first = int(address.ip) >> 24
        if first in (0, 127) or first >= 224:
            raise self.error(
                key, f"{address.ip} is no host's address", "0, 127 and 224 to 255 are reserved", "use another"
            )
        return address

    def ip(self, key: str, value: object, example: str) -> IPv4Address | None:
        """An address. Raises LabFileError."""
        if value is None:
            return None
        name = key.rpartition(".")[2]
        text = self.text(key, value, "it is an IPv4 address", f'write {name} = "{example}"')
        try:
            return IPv4Address(text)
        except ValueError:
            raise self.error(
                key, f"{text!r} is no address", "it is an IPv4 address", f'write {name} = "{example}"'
            ) from None

    def mac(self, key: str, name: str, value: object) -> MacAddress | None:
        """A station\'s MAC address, which no other has. Raises LabFileError."""
        if value is None:
            return None
        example = 'write mac = "0060.5C2B.3DCC"'
        text = self.text(key, value, "it is a MAC address", example)
        try:
            mac = MacAddress.parse(text)
        except ValueError:
            raise self.error(key, f"{text!r} is no MAC address", "it has six bytes", example) from None
        if mac.is_multicast or not any(mac):
            raise self.error(
                key,
                f"{text} is no station's address",
                "its first byte is even, and it is not zero",
                "use another",
            )
        other = self._macs.setdefault(mac, name)
        if other != name:
            raise self.error(
                key,
                f"{text} is the address of {other}, too",
                "stations have different addresses",
                "change one",
            )
        return mac
