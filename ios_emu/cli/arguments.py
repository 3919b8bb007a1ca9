"""The typed arguments of the command line: which words fit a type, and the value that they stand for.

A type is a primitive terminal of `grammar/common.lark`. Its function gets the word and the range that the
`?` text declares, and returns the value or raises ValueError: the caret then stands under the word.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Address

from ios_emu.wire.ethernet import MacAddress

_DIGITS = re.compile(r"[0-9]{1,10}")
_PORT = re.compile(r"[0-9]{1,3}/[0-9]{1,3}(\.[0-9]{1,10})?")
_PREFIX = re.compile(r"/([0-9]{1,2})")
_HEX_DATA = re.compile(r"[0-9A-Fa-f]+(\.[0-9A-Fa-f]+)*")


def _integer(word: str, low: int, high: int) -> int:
    if _DIGITS.fullmatch(word) is None:
        raise ValueError(f"{word} is not a number")
    number = int(word)
    if not low <= number <= high:
        raise ValueError(f"{word} is not in {low}..{high}")
    return number


def _address(word: str, low: int, high: int) -> IPv4Address:
    octets = word.split(".")
    if len(octets) != 4:
        raise ValueError(f"{word} is not an address")
    value = 0
    for octet in octets:
        # IOS reads 010 as ten, where `ipaddress` refuses a leading zero.
        if not (octet.isascii() and octet.isdigit()) or len(octet) > 3 or int(octet) > 255:
            raise ValueError(f"{word} is not an address")
        value = value << 8 | int(octet)
    return IPv4Address(value)


def _prefix_length(word: str, low: int, high: int) -> int:
    match = _PREFIX.fullmatch(word)
    if match is None:
        raise ValueError(f"{word} is not a prefix length")
    return _integer(match[1], 0, 32)


def _mac_address(word: str, low: int, high: int) -> MacAddress:
    if word.count(".") != 2:
        raise ValueError(f"{word} is not of the form H.H.H")
    return MacAddress.parse(".".join(group.zfill(4) for group in word.split(".")))


def _hex_data(word: str, low: int, high: int) -> bytes:
    digits = word.replace(".", "")
    if _HEX_DATA.fullmatch(word) is None or len(digits) % 2:
        raise ValueError(f"{word} is not dotted hexadecimal")
    return bytes.fromhex(digits)


def _port(word: str, low: int, high: int) -> str:
    if _PORT.fullmatch(word) is None:
        raise ValueError(f"{word} is not slot/port")
    return word


def _url(scheme: str) -> Parse:
    begins = re.compile(rf"{scheme}:", re.IGNORECASE)

    def parse(word: str, low: int, high: int) -> str:
        if begins.match(word) is None:
            raise ValueError(f"{word} is not in {scheme}:")
        return word

    return parse


def _file(word: str, low: int, high: int) -> str:
    if word.endswith(":"):
        raise ValueError(f"{word} is no file")
    return word


def _word(word: str, low: int, high: int) -> str:
    return word


Parse = Callable[[str, int, int], object]

# In this order, from narrow to wide, they are tried where several fit.
TYPES: dict[str, Parse] = {
    "INT": _integer,
    "PREFIX_LENGTH": _prefix_length,
    "SLOT_PORT": _port,
    "IP": _address,
    "MAC": _mac_address,
    "HEX_DATA": _hex_data,
    "FLASH_URL": _url("flash[01]?"),
    "NVRAM_URL": _url("nvram"),
    "SYSTEM_URL": _url("system"),
    "NULL_URL": _url("null"),
    "FILE": _file,
    "WORD": _word,
    "LINE": _word,
}

RANK = {name: rank for rank, name in enumerate(TYPES)}
