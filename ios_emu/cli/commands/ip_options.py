"""The IP options of an extended ping or traceroute: the questions, the bytes, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import NamedTuple

from ios_emu.cli.commands.names import read_address
from ios_emu.cli.dialogue import Ask
from ios_emu.cli.questions import Asking, ask_number
from ios_emu.errors import CommandRefused
from ios_emu.wire.ipv4 import (
    LOOSE_SOURCE_ROUTE,
    RECORD_ROUTE,
    STRICT_SOURCE_ROUTE,
    TIMESTAMP,
    build_options,
    read_options,
)
from ios_emu.wire.ipv4_options import TIMESTAMPS_ONLY, RouteOption, TimestampOption

_MOST_OPTIONS = 40
_MOST_HOPS = 9
_NAMES = ("loose", "strict", "record", "timestamp", "verbose")
_TITLES = {
    LOOSE_SOURCE_ROUTE: "Loose source route",
    STRICT_SOURCE_ROUTE: "Strict source route",
    RECORD_ROUTE: "Record route",
}


class Chosen(NamedTuple):
    """The options of a header, and where the packet goes first (None: to the target itself)."""

    options: bytes = b""
    first_hop: int | None = None
    verbose: bool = False


def ask_options(target: IPv4Address) -> Asking[Chosen]:
    """`Loose, Strict, Record, Timestamp, Verbose`, until Enter alone. Any of the first four is verbose, too.

    Raises CommandRefused for what is none of them, and when they are too long together.
    """
    letters = ""
    options = []
    first_hop = None
    while True:
        shown = f"[{letters or 'none'}]: "
        answer = (yield Ask(f"Loose, Strict, Record, Timestamp, Verbose{shown}")).strip().lower()
        if not answer:
            break
        name = next((name for name in _NAMES if name.startswith(answer)), "")
        if not name:
            raise CommandRefused("% Invalid option")
        if name in ("loose", "strict"):
            route = yield from _ask_route()
            first_hop = route[0]
            kind = LOOSE_SOURCE_ROUTE if name == "loose" else STRICT_SOURCE_ROUTE
            options.append(RouteOption(kind, (*route[1:], int(target))).build())
        elif name == "record":
            hops = yield from ask_number(f"Number of hops [ {_MOST_HOPS} ]: ", _MOST_HOPS, 1, _MOST_HOPS)
            options.append(RouteOption(RECORD_ROUTE, (0,) * hops).build())
        elif name == "timestamp":
            count = yield from ask_number(
                f"Number of timestamps [ {_MOST_HOPS} ]: ", _MOST_HOPS, 1, _MOST_HOPS
            )
            options.append(TimestampOption(TIMESTAMPS_ONLY, ((0, 0),) * count).build())
        letters = letters.replace("V", "") + ("" if name == "verbose" else name[0].upper()) + "V"
    data = build_options(options)
    if len(data) > _MOST_OPTIONS:
        raise CommandRefused(f"% IP options are {len(data)} bytes long: {_MOST_OPTIONS} are allowed")
    return Chosen(data, first_hop, bool(letters))


def _ask_route() -> Asking[list[int]]:
    words = (yield Ask("Source route: ")).split()
    addresses = [read_address(word) for word in words]
    found = [int(address) for address in addresses if address is not None]
    if not found or len(found) != len(words) or len(found) > _MOST_HOPS:
        raise CommandRefused("% Bad IP address in the source route")
    return found


def shown(options: bytes) -> str:
    """The options of a header, one slot in a line; `<*>` stands behind the last that was written."""
    lines: list[str] = []
    length = 0
    for option in read_options(options):
        length += len(option.data) + 2 if option.data else 1
        if option.kind in _TITLES:
            lines += _route(RouteOption.parse(option))
        elif option.kind == TIMESTAMP:
            lines += _timestamps(TimestampOption.parse(option))
    head = f" Total option bytes= {length}, padded length={len(options)}\n"
    return head + "".join(f"{line}\n" for line in lines)


def _route(route: RouteOption) -> Iterator[str]:
    written = len(route.recorded)
    yield f" {_TITLES[route.kind]}:{' <*>' if written == 0 else ''}"
    for number, address in enumerate(route.addresses, 1):
        yield f"   ({IPv4Address(address)}){' <*>' if number == written else ''}"


def _timestamps(option: TimestampOption) -> Iterator[str]:
    length, overflows = 4 + 4 * len(option.slots), option.overflow
    yield f" Timestamp: Type {option.mode}.  Overflows: {overflows} length {length}, ptr {option.pointer}"
    written = (option.pointer - 5) // 4
    for number, (_, time) in enumerate(option.slots):
        if number == written:
            yield "  >>Current pointer<<"
        seconds, milliseconds = divmod(time, 1000)
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{milliseconds:03}"
        yield f"  Time= {clock} UTC ({time:08X})"
    if written == len(option.slots):
        yield "  >>Current pointer<<"
