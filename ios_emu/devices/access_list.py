"""The access lists of a router: numbered and named, standard and extended, and what they have counted.

The rules. The first entry that a packet fits decides; what fits none is denied, but by a list without any
entry, which permits. Entries are numbered in tens as they are added; the numbers are not part of the
configuration, so a reload numbers them anew. A remark belongs to the entry behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ios_emu.devices.dialect import Dialect

# What looks at packets is loaded with the first packet: the first prompt does not wait for it.
if TYPE_CHECKING:
    from ios_emu.stack.access_list import Matcher, Rule
    from ios_emu.wire.ipv4 import Ipv4Packet

STEP = 10
LAST_SEQUENCE = 2147483647
STANDARD_NUMBERS = (range(1, 100), range(1300, 2000))
EXTENDED_NUMBERS = (range(100, 200), range(2000, 2700))


@dataclass(slots=True)
class Entry:
    """A line that permits or denies. `criteria` are its words behind that, as they are printed.

    `log` is empty, `log` or `log-input`. `sequence` and `matches` are not part of the configuration.
    """

    permit: bool
    criteria: str
    rule: Rule = field(compare=False)
    log: str = ""
    time_range: str | None = None
    sequence: int = field(default=0, compare=False)
    matches: int = field(default=0, compare=False)

    @property
    def action(self) -> str:
        """`permit` or `deny`."""
        return "permit" if self.permit else "deny"

    @property
    def text(self) -> str:
        """The line, as it is known: two that are written alike are one."""
        return f"{self.action} {self.criteria}{self.options}"

    @property
    def options(self) -> str:
        """What stands behind the criteria, with a blank in front of each word."""
        log = f" {self.log}" if self.log else ""
        return log if self.time_range is None else f"{log} time-range {self.time_range}"


@dataclass(frozen=True, slots=True)
class Remark:
    """A line of comment."""

    text: str


class DuplicateSequence(ValueError):
    """Another entry has that sequence number."""


class SequenceTooHigh(ValueError):
    """No sequence number is left behind the last entry."""


@dataclass(slots=True)
class AccessList:
    """One access list. `name` may be a number. Two are equal when their lines are."""

    name: str
    extended: bool
    # Is the time range of that name active now?
    is_active: Callable[[str], bool] = field(default=lambda name: True, compare=False, repr=False)
    lines: list[Entry | Remark] = field(default_factory=list, init=False)
    _by_text: dict[str, Entry] = field(default_factory=dict, init=False, compare=False, repr=False)
    _by_sequence: dict[int, Entry] = field(default_factory=dict, init=False, compare=False, repr=False)
    # What packets are compared with; None when it has to be made anew.
    _matcher: Matcher | None = field(default=None, init=False, compare=False, repr=False)
    # The entries that have a time range, each by its bit.
    _timed: dict[int, str] = field(default_factory=dict, init=False, compare=False, repr=False)
    _entries: list[Entry] = field(default_factory=list, init=False, compare=False, repr=False)

    @property
    def numbered(self) -> bool:
        """Is its name a number?"""
        return self.name.isdigit()

    @property
    def kind(self) -> str:
        """`extended` or `standard`."""
        return "extended" if self.extended else "standard"

    @property
    def entries(self) -> Iterator[Entry]:
        """The lines that permit or deny."""
        return (line for line in self.lines if isinstance(line, Entry))

    @property
    def empty(self) -> bool:
        """Has it no entry? Then it permits everything."""
        return not self._by_sequence

    @property
    def asks_ports(self) -> bool:
        """Does any entry look at ports?"""
        rules = (entry.rule for entry in self.entries)
        return any(rule.source_ports is not None or rule.destination_ports is not None for rule in rules)

    # What packets ask

    def find(self, packet: Ipv4Packet) -> Entry | None:
        """The first entry that a packet fits."""
        number = (self._matcher or self._compiled()).first(packet, self._resting())
        return None if number is None else self._entries[number]

    def match(self, packet: Ipv4Packet) -> Entry | None:
        """The first entry that a packet fits, which counts it."""
        matcher = self._matcher or self._compiled()
        number = matcher.first(packet, self._resting() if self._timed else 0)
        if number is None:
            return None
        entry = self._entries[number]
        entry.matches += 1
        return entry

    def permits(self, packet: Ipv4Packet) -> bool:
        """May a packet pass? Who asks counts as a packet that came."""
        entry = self.match(packet)
        return self.empty if entry is None else entry.permit

    def permits_address(self, address: IPv4Address | int) -> bool:
        """Does it permit an address, as the source of packets to anywhere?"""
        from ios_emu.wire.ipv4 import Ipv4Packet

        return self.permits(Ipv4Packet(int(address), 0, 0, b""))

    def _compiled(self) -> Matcher:
        from ios_emu.stack.access_list import Matcher

        self._entries = list(self.entries)
        self._timed = {
            1 << number: entry.time_range
            for number, entry in enumerate(self._entries)
            if entry.time_range is not None
        }
        self._matcher = Matcher([entry.rule for entry in self._entries])
        return self._matcher

    def _resting(self) -> int:
        """The bits of the entries whose time range is not active."""
        return sum(bit for bit, name in self._timed.items() if not self.is_active(name))

    # What the configuration does

    def add(self, line: Entry | Remark, sequence: int | None = None) -> None:
        """Adds a line at its number, or at the end. An entry that is there already changes nothing.

        Raises DuplicateSequence and SequenceTooHigh.
        """
        if isinstance(line, Remark):
            self.lines.insert(len(self.lines) if sequence is None else self._place(sequence), line)
            return
        known, taken = self._by_text.get(line.text), self._by_sequence.get(sequence or 0)
        if taken is not None and taken is not known:
            raise DuplicateSequence
        if known is not None:
            return
        if sequence is None:
            line.sequence = self._last_sequence + STEP
            if line.sequence > LAST_SEQUENCE:
                raise SequenceTooHigh
            self.lines.append(line)
        else:
            line.sequence = sequence
            self.lines.insert(self._place(sequence), line)
        self._by_text[line.text] = self._by_sequence[line.sequence] = line
        self._matcher = None

    @property
    def _last_sequence(self) -> int:
        return next((line.sequence for line in reversed(self.lines) if isinstance(line, Entry)), 0)

    def _place(self, sequence: int) -> int:
        """Where a number belongs: in front of the first entry behind it, and of that entry's remarks."""
        if sequence > self._last_sequence:
            return len(self.lines)
        at = 0
        for place, line in enumerate(self.lines, 1):
            if isinstance(line, Entry):
                if line.sequence >= sequence:
                    break
                at = place
        return at

    def remove(self, line: Entry | Remark) -> bool:
        """Removes a line that is like this one; False when there is none."""
        if isinstance(line, Entry):
            known = self._by_text.get(line.text)
            return known is not None and self.remove_sequence(known.sequence)
        if line in self.lines:
            self.lines.remove(line)
            return True
        return False

    def remove_sequence(self, sequence: int) -> bool:
        """Removes the entry of that number; False when there is none."""
        entry = self._by_sequence.pop(sequence, None)
        if entry is None:
            return False
        del self._by_text[entry.text]
        self.lines = [line for line in self.lines if line is not entry]
        self._matcher = None
        return True

    def resequence(self, first: int, step: int) -> None:
        """Numbers the entries anew. Raises SequenceTooHigh, and changes nothing then."""
        entries = list(self.entries)
        if first + step * (len(entries) - 1) > LAST_SEQUENCE:
            raise SequenceTooHigh
        for place, entry in enumerate(entries):
            entry.sequence = first + step * place
        self._by_sequence = {entry.sequence: entry for entry in entries}

    def clear_counters(self) -> None:
        """No entry has seen a packet."""
        for entry in self.entries:
            entry.matches = 0


def kind_of_number(number: int) -> str | None:
    """`standard` or `extended`; None for a number that is no IP access list's."""
    if any(number in numbers for numbers in STANDARD_NUMBERS):
        return "standard"
    return "extended" if any(number in numbers for numbers in EXTENDED_NUMBERS) else None


def shown_order(lists: Iterable[AccessList]) -> list[AccessList]:
    """Standard lists first, numbers before names, as `show access-lists` has them."""
    return sorted(
        lists,
        key=lambda one: (one.extended, not one.numbered, int(one.name) if one.numbered else 0, one.name),
    )


def named_config(lists: Iterable[AccessList]) -> Iterator[str]:
    """The blocks of the lists that have names."""
    for one in shown_order(lists):
        if not one.numbered:
            yield f"ip access-list {one.kind} {one.name}"
            yield from (f" {line}" for line in _config_lines(one, Dialect.IOS))


def numbered_config(lists: Iterable[AccessList]) -> Iterator[str]:
    """The lines of the lists that have numbers, by their numbers."""
    for one in sorted((one for one in lists if one.numbered), key=lambda one: int(one.name)):
        yield from (f"access-list {one.name} {line}" for line in _config_lines(one, Dialect.IOS))


def packet_tracer_config(lists: Iterable[AccessList]) -> Iterator[str]:
    """All lists as Packet Tracer prints them: in the order in which they were made."""
    for one in lists:
        if not one.numbered:
            yield f"ip access-list {one.kind} {one.name}"
        start = f"access-list {one.name}" if one.numbered else ""
        yield from (f"{start} {line}" for line in _config_lines(one, Dialect.PACKET_TRACER))


def _config_lines(access_list: AccessList, dialect: Dialect) -> Iterator[str]:
    for line in access_list.lines:
        if isinstance(line, Remark):
            yield f"remark {line.text}"
        elif dialect is Dialect.IOS:
            yield f"{line.action:<6} {line.criteria}{line.options}"
        else:
            host = "" if access_list.extended or line.rule.source.wildcard else "host "
            yield f"{line.action} {host}{line.criteria}{line.options}"


def shown(
    access_list: AccessList, dialect: Dialect, counts: Mapping[int, int] | None = None
) -> Iterator[str]:
    """A list as `show access-lists` prints it, with what its entries counted, or with these `counts`.

    An entry is known by its identity in `counts`.
    """
    ios = dialect is Dialect.IOS
    yield f"{access_list.kind.capitalize()} IP access list {access_list.name}"
    for entry in access_list.entries:
        criteria = entry.criteria
        if not access_list.extended and ios:
            criteria = criteria.replace(" ", ", wildcard bits ")
        elif not access_list.extended and not entry.rule.source.wildcard:
            criteria = f"host {criteria}"
        options = entry.options
        if entry.time_range is not None:
            options += " (active)" if access_list.is_active(entry.time_range) else " (inactive)"
        action = f"{entry.action:<6}" if ios else entry.action
        matches = entry.matches if counts is None else counts.get(id(entry), 0)
        counted = f" ({_counted(matches, ios)})" if matches else ""
        yield f"    {entry.sequence} {action} {criteria}{options}{counted}"


def _counted(matches: int, ios: bool) -> str:
    """`1 match`, `12 matches`, and in Packet Tracer `12 match(es)`."""
    if not ios:
        return f"{matches} match(es)"
    return "1 match" if matches == 1 else f"{matches} matches"
