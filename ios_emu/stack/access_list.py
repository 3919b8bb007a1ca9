"""Which of many rules is the first that a packet fits: the heart of an access list.

The rules. Every condition of a rule is about one octet of the packet, or about a range of ports or of the
time to live. For each octet a table says, for each of its 256 values, which rules it fits, as the bits of one
number; a packet's first rule is the lowest bit of the conjunction of a dozen of them (T. V. Lakshman and
D. Stiliadis, 1998). So a list of a thousand lines takes little longer than one of ten.

A fragment that is not the first has no ports to look at: it fits a rule that asks for more than addresses
and protocol only when the rule permits, as in IOS. `fragments` asks for such fragments alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from ios_emu.errors import MalformedPacket
from ios_emu.wire.ipv4 import ICMP, TCP, UDP, Ipv4Packet, read_options

IGMP = 2
ANY_OPTION = -1
"""Stands for whatever option a header may have, in `Rule.option`."""

_ALL_BITS = 0xFFFFFFFF
_TCP_FLAGS = 13
_PORTS_END = 4

Ranges = tuple[tuple[int, int], ...]
"""Numbers, as ranges with both ends in them; none overlaps another."""

_Asked = TypeVar("_Asked")
_Table = TypeVar("_Table")


class Addresses(NamedTuple):
    """The addresses that equal `address` in the bits that are 0 in `wildcard`."""

    address: int
    wildcard: int


ANY = Addresses(0, _ALL_BITS)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a packet must be, and whether it may pass then. What is None is not asked.

    `flags` are the values of the octet of TCP's flags that fit, `tos` those of the type of service;
    `message` is the type of an ICMP or IGMP message and its code (None: any). `option` is the type of an
    IP option.
    """

    permit: bool
    source: Addresses = ANY
    destination: Addresses = ANY
    protocol: int | None = None
    source_ports: Ranges | None = None
    destination_ports: Ranges | None = None
    flags: frozenset[int] | None = None
    message: tuple[int, int | None] | None = None
    tos: frozenset[int] | None = None
    ttl: Ranges | None = None
    option: int | None = None
    fragments: bool = False

    @property
    def asks_inside(self) -> bool:
        """Does it ask for something that only the first fragment has?"""
        asked = (self.source_ports, self.destination_ports, self.flags, self.message)
        return any(one is not None for one in asked)


class Matcher:
    """Rules, made fast to look through."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        numbered = list(enumerate(rules))
        self._sources = _address_tables([rule.source for rule in rules])
        self._destinations = _address_tables([rule.destination for rule in rules])
        self._protocols = _octets(
            (number, None if rule.protocol is None else (rule.protocol,)) for number, rule in numbered
        )
        self._whole = _bits(number for number, rule in numbered if not rule.fragments)
        self._pieces = _bits(
            number for number, rule in numbered if rule.fragments or rule.permit or not rule.asks_inside
        )
        self._tos = _asked(rules, lambda rule: rule.tos, _octets)
        self._ttl = _asked(rules, lambda rule: rule.ttl, _Steps)
        self._source_ports = _asked(rules, lambda rule: rule.source_ports, _Steps)
        self._destination_ports = _asked(rules, lambda rule: rule.destination_ports, _Steps)
        self._no_ports = _bits(
            number
            for number, rule in numbered
            if rule.source_ports is None and rule.destination_ports is None
        )
        self._flags = _asked(rules, lambda rule: rule.flags, _octets)
        self._no_flags = _bits(number for number, rule in numbered if rule.flags is None)
        self._types = _asked(rules, _types, _octets)
        self._codes = _asked(rules, _codes, _octets)
        self._no_message = _bits(number for number, rule in numbered if rule.message is None)
        self._no_option = _bits(number for number, rule in numbered if rule.option is None)
        self._options: dict[int, int] = {}
        for number, rule in numbered:
            if rule.option is not None:
                self._options[rule.option] = self._options.get(rule.option, 0) | 1 << number

    def first(self, packet: Ipv4Packet, but: int = 0) -> int | None:
        """The number of the first rule that the packet fits; the bits of `but` are rules that rest."""
        source, destination, protocol, payload = packet[:4]
        a, b, c, d = self._sources
        bits = a[source >> 24] & b[source >> 16 & 255] & c[source >> 8 & 255] & d[source & 255]
        a, b, c, d = self._destinations
        bits &= (
            a[destination >> 24]
            & b[destination >> 16 & 255]
            & c[destination >> 8 & 255]
            & d[destination & 255]
            & self._protocols[protocol]
            & ~but
        )
        if not bits:
            return None
        if self._tos is not None:
            bits &= self._tos[packet.tos]
        if self._ttl is not None:
            bits &= self._ttl[packet.ttl]
        if self._options:
            bits &= self._fitting_options(packet)
        bits &= self._pieces if packet.fragment_offset else self._inside(protocol, payload)
        return (bits & -bits).bit_length() - 1 if bits else None

    def _inside(self, protocol: int, payload: bytes) -> int:
        """The rules that the beginning of what a packet carries fits; what is cut off fits none that asks."""
        bits = self._whole
        if protocol in (TCP, UDP):
            if self._source_ports is not None or self._destination_ports is not None:
                if len(payload) < _PORTS_END:
                    bits &= self._no_ports
                else:
                    if self._source_ports is not None:
                        bits &= self._source_ports[payload[0] << 8 | payload[1]]
                    if self._destination_ports is not None:
                        bits &= self._destination_ports[payload[2] << 8 | payload[3]]
            if self._flags is not None and protocol == TCP:
                bits &= self._flags[payload[_TCP_FLAGS]] if len(payload) > _TCP_FLAGS else self._no_flags
        elif self._types is not None and protocol in (ICMP, IGMP):
            assert self._codes is not None
            if len(payload) >= 2:
                bits &= self._types[payload[0]] & self._codes[payload[1]]
            else:
                bits &= self._no_message
        return bits

    def _fitting_options(self, packet: Ipv4Packet) -> int:
        bits = self._no_option
        if packet.options:
            bits |= self._options.get(ANY_OPTION, 0)
            try:
                for option in read_options(packet.options):
                    bits |= self._options.get(option.kind, 0)
            except MalformedPacket:
                pass
        return bits


def _types(rule: Rule) -> tuple[int, ...] | None:
    return None if rule.message is None else (rule.message[0],)


def _codes(rule: Rule) -> tuple[int, ...] | None:
    """The codes that a rule with a message takes: one of them, or all."""
    if rule.message is None:
        return None
    return tuple(range(256)) if rule.message[1] is None else (rule.message[1],)


def _bits(numbers: Iterable[int]) -> int:
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


def _asked(
    rules: Sequence[Rule],
    what: Callable[[Rule], _Asked | None],
    table: Callable[[list[tuple[int, _Asked | None]]], _Table],
) -> _Table | None:
    """The table of a condition; None where no rule asks for it."""
    asked = [(number, what(rule)) for number, rule in enumerate(rules)]
    return None if all(one is None for _, one in asked) else table(asked)


def _octets(asked: Iterable[tuple[int, Iterable[int] | None]]) -> list[int]:
    """For each value of an octet, the rules that it fits."""
    everywhere = 0
    table = [0] * 256
    for number, values in asked:
        bit = 1 << number
        if values is None:
            everywhere |= bit
        else:
            for value in values:
                table[value] |= bit
    return [bits | everywhere for bits in table]


def _address_tables(asked: Sequence[Addresses]) -> tuple[list[int], list[int], list[int], list[int]]:
    first, second, third, fourth = (
        _octet_table([(one.address >> shift & 255, one.wildcard >> shift & 255) for one in asked])
        for shift in (24, 16, 8, 0)
    )
    return first, second, third, fourth


def _octet_table(asked: Sequence[tuple[int, int]]) -> list[int]:
    """For each value of an octet, the rules whose octet it equals but for the bits of their wildcard."""
    by_wildcard: dict[int, dict[int, int]] = {}
    for number, (octet, wildcard) in enumerate(asked):
        fitting = by_wildcard.setdefault(wildcard, {})
        fixed = octet & ~wildcard
        fitting[fixed] = fitting.get(fixed, 0) | 1 << number
    table = [0] * 256
    for wildcard, fitting in by_wildcard.items():
        looked_at = ~wildcard & 255
        table = [bits | fitting.get(value & looked_at, 0) for value, bits in enumerate(table)]
    return table


class _Steps:
    """For each number, the rules that it fits: they change at the ends of the rules' ranges alone."""

    def __init__(self, asked: Iterable[tuple[int, Ranges | None]]) -> None:
        asked = list(asked)
        everywhere = _bits(number for number, ranges in asked if ranges is None)
        changes: dict[int, int] = {0: 0}
        for number, ranges in asked:
            for low, high in ranges or ():
                changes[low] = changes.get(low, 0) ^ 1 << number
                changes[high + 1] = changes.get(high + 1, 0) ^ 1 << number
        self._starts = sorted(changes)
        self._bits: list[int] = []
        bits = everywhere
        for start in self._starts:
            bits ^= changes[start]
            self._bits.append(bits)

    def __getitem__(self, number: int) -> int:
        return self._bits[bisect_right(self._starts, number) - 1]
