"""One line of an access list, read from its words as IOS prints it.

The words are those that the command line has understood: whole keywords, and arguments that fit. What IOS
changes is changed here: an address loses the bits that its wildcard does not look at, a wildcard of all ones
becomes `any`, one of all zeros a host, and numbers become the names that IOS has for them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address

from ios_emu.devices import packet_names as names
from ios_emu.devices.access_list import Entry
from ios_emu.stack.access_list import ANY, ANY_OPTION, IGMP, Addresses, Ranges, Rule
from ios_emu.wire.ipv4 import ICMP, TCP, UDP

_LAST_PORT = 65535
_LAST_TTL = 255
_ALL_BITS = 0xFFFFFFFF
_IGMP_VERSION_1 = 0x10
_OPERATORS = ("eq", "neq", "gt", "lt", "range")
_PORTS = {TCP: names.TCP_PORTS, UDP: names.UDP_PORTS}
_ESTABLISHED = names.TCP_FLAGS["ack"] | names.TCP_FLAGS["rst"]


def read_standard(permit: bool, words: Iterable[str]) -> Entry:
    """An entry of a standard list: `any`, `host A`, `A`, `A WILDCARD`, and then perhaps `log`."""
    rest = deque(words)
    source = _addresses(rest, standard=True)
    log = rest.popleft() if rest else ""
    if source == ANY:
        criteria = "any"
    elif source.wildcard:
        criteria = _pair(source)
    else:
        criteria = str(IPv4Address(source.address))
    return Entry(permit, criteria, Rule(permit, source), log)


def read_extended(permit: bool, words: Iterable[str]) -> Entry:
    """An entry of an extended list: `PROTOCOL SOURCE [PORTS] DESTINATION [PORTS] [OPTION...]`."""
    return _Reading(permit, words).entry()


def _addresses(words: deque[str], *, standard: bool = False) -> Addresses:
    first = words.popleft()
    if first == "any":
        return ANY
    if first == "host":
        return Addresses(_number(words.popleft()), 0)
    address, wildcard = _number(first), 0
    if not standard or (words and words[0] not in ("log", "log-input")):
        wildcard = _number(words.popleft())
    return Addresses(address & ~wildcard & _ALL_BITS, wildcard)


def _number(address: str) -> int:
    """The 32 bits of A.B.C.D; IOS reads 010 as ten."""
    value = 0
    for octet in address.split("."):
        value = value << 8 | int(octet)
    return value


def _pair(addresses: Addresses) -> str:
    return f"{IPv4Address(addresses.address)} {IPv4Address(addresses.wildcard)}"


class _Reading:
    """Goes through the words of an extended entry."""

    def __init__(self, permit: bool, words: Iterable[str]) -> None:
        self._words = deque(words)
        self._permit = permit
        self._printed: list[str] = []
        self._protocol: int | None = None
        self._flags: frozenset[int] | None = None
        self._message: tuple[int, int | None] | None = None
        self._options: dict[str, str] = {}
        self._ttl: Ranges | None = None
        self._option: int | None = None

    def entry(self) -> Entry:
        word = self._words.popleft()
        if word not in ("ip", "0"):
            self._protocol = names.PROTOCOLS[word] if word in names.PROTOCOLS else int(word)
        protocol = self._protocol
        self._printed.append("ip" if protocol is None else names.name_of(protocol, names.PROTOCOLS))
        source, source_ports = self._end()
        destination, destination_ports = self._end()
        if self._protocol == ICMP:
            self._icmp()
        elif self._protocol == IGMP:
            self._igmp()
        flags = list(self._other_options())
        rule = Rule(
            self._permit,
            source,
            destination,
            self._protocol,
            source_ports,
            destination_ports,
            self._flags,
            self._message,
            self._tos(),
            self._ttl,
            self._option,
            "fragments" in self._options,
        )
        order = ("precedence", "tos", "dscp", "option", "ttl", "fragments")
        self._printed += [*flags, *(self._options[one] for one in order if one in self._options)]
        return Entry(
            self._permit,
            " ".join(self._printed),
            rule,
            self._options.get("log", ""),
            self._options.get("time-range"),
        )

    def _end(self) -> tuple[Addresses, Ranges | None]:
        """The source or the destination, with its ports."""
        found = _addresses(self._words)
        if found == ANY:
            self._printed.append("any")
        elif found.wildcard:
            self._printed.append(_pair(found))
        else:
            self._printed.append(f"host {IPv4Address(found.address)}")
        if self._protocol not in _PORTS or not self._words or self._words[0] not in _OPERATORS:
            return found, None
        operator = self._words.popleft()
        ranges, text = self._compared(operator, _PORTS[self._protocol], _LAST_PORT)
        self._printed.append(text)
        return found, ranges

    def _compared(self, operator: str, known: dict[str, int], last: int) -> tuple[Ranges, str]:
        """What `eq 80 443` means, and how it is printed."""
        numbers = [self._one_of(known)]
        while self._words and (self._words[0].isdigit() or self._words[0] in known):
            if operator == "range" and len(numbers) == 2:
                break
            numbers.append(self._one_of(known))
        if operator == "range":
            numbers = [min(numbers), max(numbers)]
        elif operator in ("eq", "neq"):
            numbers = list(dict.fromkeys(numbers))
        text = " ".join([operator, *(names.name_of(number, known) for number in numbers)])
        return _ranges(operator, numbers, last), text

    def _one_of(self, known: dict[str, int]) -> int:
        word = self._words.popleft()
        return known[word] if word in known else int(word)

    def _icmp(self) -> None:
        if not self._words:
            return
        if self._words[0] in names.ICMP_MESSAGES:
            self._message = names.ICMP_MESSAGES[self._words.popleft()]
        elif self._words[0].isdigit():
            kind = int(self._words.popleft())
            code = int(self._words.popleft()) if self._words and self._words[0].isdigit() else None
            self._message = kind, code
        else:
            return
        name = next((one for one, what in names.ICMP_MESSAGES.items() if what == self._message), None)
        kind, code = self._message
        self._printed.append(name or (f"{kind}" if code is None else f"{kind} {code}"))

    def _igmp(self) -> None:
        if self._words and (self._words[0].isdigit() or self._words[0] in names.IGMP_MESSAGES):
            kind = self._one_of(names.IGMP_MESSAGES)
            self._message = _IGMP_VERSION_1 | kind, None
            self._printed.append(names.name_of(kind, names.IGMP_MESSAGES))

    def _other_options(self) -> Iterator[str]:
        """Takes the options, in whatever order they come; gives those about TCP's flags."""
        words = self._words
        wanted = 0
        while words:
            word = words.popleft()
            if word == "established":
                self._flags = _octets_with(_ESTABLISHED)
                yield word
            elif word in ("match-any", "match-all"):
                yield self._signed_flags(word)
            elif word in names.TCP_FLAGS:
                wanted |= names.TCP_FLAGS[word]
                self._flags = _octets_with(wanted)
            elif word == "precedence":
                self._keep_named(word, names.PRECEDENCES)
            elif word == "tos":
                self._keep_named(word, names.SERVICES)
            elif word == "dscp":
                self._keep_named(word, names.CODE_POINTS)
            elif word == "ttl":
                self._ttl, text = self._compared(words.popleft(), {}, _LAST_TTL)
                self._options[word] = f"ttl {text}"
            elif word == "option":
                self._ip_option()
            elif word == "time-range":
                self._options[word] = words.popleft()
            else:
                self._options["log" if word.startswith("log") else word] = word
        yield from sorted(name for name, bit in names.TCP_FLAGS.items() if wanted & bit)

    def _signed_flags(self, word: str) -> str:
        """`match-all +syn -ack` and `match-any +rst`."""
        signed = []
        while self._words and self._words[0][0] in "+-":
            signed.append(self._words.popleft())
        wanted = [(names.TCP_FLAGS[one[1:]], one[0] == "+") for one in signed]
        every = all if word == "match-all" else any
        self._flags = frozenset(
            value for value in range(256) if every(bool(value & bit) is on for bit, on in wanted)
        )
        return " ".join([word, *signed])

    def _keep_named(self, word: str, known: dict[str, int]) -> None:
        self._options[word] = f"{word} {names.name_of(self._one_of(known), known)}"

    def _ip_option(self) -> None:
        if self._words[0] == "any-options":
            self._option, text = ANY_OPTION, self._words.popleft()
        else:
            self._option = self._one_of(names.IP_OPTIONS)
            text = names.name_of(self._option, names.IP_OPTIONS)
        self._options["option"] = f"option {text}"

    def _tos(self) -> frozenset[int] | None:
        """The values of the octet of the type of service (RFC 791, RFC 1349, RFC 2474) that fit."""
        asked = [
            (shift, mask, known[value] if value in known else int(value))
            for word, shift, mask, known in (
                ("precedence", 5, 7, names.PRECEDENCES),
                ("tos", 1, 15, names.SERVICES),
                ("dscp", 2, 63, names.CODE_POINTS),
            )
            if word in self._options
            for value in (self._options[word].split()[1],)
        ]
        if not asked:
            return None
        return frozenset(
            octet
            for octet in range(256)
            if all(octet >> shift & mask == wanted for shift, mask, wanted in asked)
        )


def _octets_with(bits: int) -> frozenset[int]:
    return frozenset(value for value in range(256) if value & bits)


def _ranges(operator: str, numbers: list[int], last: int) -> Ranges:
    """The numbers from 0 to `last` that an operator means."""
    first = numbers[0]
    match operator:
        case "eq":
            return tuple((number, number) for number in sorted(numbers))
        case "neq":
            starts = [0, *(number + 1 for number in sorted(numbers))]
            ends = [*(number - 1 for number in sorted(numbers)), last]
            return tuple((low, high) for low, high in zip(starts, ends, strict=True) if low <= high)
        case "gt":
            return ((first + 1, last),) if first < last else ()
        case "lt":
            return ((0, first - 1),) if first else ()
        case _:
            return ((first, numbers[1]),)
