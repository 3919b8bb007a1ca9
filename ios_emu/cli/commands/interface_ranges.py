"""The interfaces of `interface range X - N , Y`."""

from __future__ import annotations

import re
from dataclasses import replace

from ios_emu.stack.interface_name import InterfaceName

_LONGEST_RANGE = 255
_RANGE = re.compile(r"\s*([A-Za-z]+\s*[0-9./]+)\s*(?:-\s*([0-9]+)\s*)?")


def read_ranges(text: str) -> list[InterfaceName]:
    """The names that `fa0/0 - 1 , lo0 - 3` stands for.

    Raises ValueError with the place of the first character that can't be understood.
    """
    names: list[InterfaceName] = []
    at = 0
    while True:
        match = _RANGE.match(text, at)
        if match is None:
            raise ValueError(at)
        try:
            first = InterfaceName.read(re.sub(r"\s+", "", match[1]))
        except ValueError:
            raise ValueError(match.start(1)) from None
        names += _up_to(first, match)
        at = match.end()
        if at == len(text):
            return list(dict.fromkeys(names))
        if text[at] != ",":
            raise ValueError(at)
        at += 1


def _up_to(first: InterfaceName, match: re.Match[str]) -> list[InterfaceName]:
    number = first.port if first.sub is None else first.sub
    last = number if match[2] is None else int(match[2])
    if not number <= last <= number + _LONGEST_RANGE:
        raise ValueError(match.start(2))
    counted = range(number, last + 1)
    if first.sub is not None:
        return [replace(first, sub=sub) for sub in counted]
    return [replace(first, port=port) for port in counted]
