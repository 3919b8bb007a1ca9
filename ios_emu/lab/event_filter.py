"""Filters of the event list: words such as `smtp`, `PC1`, `192.168.1.10`, `port 25`, `tcp.port == 25`.

Words side by side, or with `and`, must all fit; `or`, `not` and parentheses are as one expects, `not` binding
closest and `or` least.

What devices tell each other all the time for themselves (CDP, DTP) is shown only when a filter names it, or
`eth`: it would hide what a lab is about.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network

from ios_emu.errors import UsageError
from ios_emu.lab.events import Event

Test = Callable[[Event], bool]
QUIET = frozenset(("CDP", "DTP"))
"""The types of rows that nobody is shown who does not ask for them."""

_TOKEN = re.compile(r"\s*(==|!=|>=|<=|&&|\|\||[()<>!]|[^\s()<>=!&|]+)")
_COMPARISONS: dict[str, Callable[[object, object], bool]] = {"==": operator.eq, "!=": operator.ne}
_LINK_PROTOCOLS = ("eth", "vlan", "cdp", "dtp", "arp", "ip", "icmp", "udp", "tcp")
_NAMES_QUIET = frozenset(("eth", "cdp", "dtp"))
_SERVICES = ("dhcp", "dns", "smtp", "pop3", "telnet", "ssh", "http", "tftp", "ntp", "rip", "echo")
_PROTOCOLS = frozenset((*_LINK_PROTOCOLS, *_SERVICES))
_FIELDS = (
    "ip.addr", "ip.src", "ip.dst", "tcp.port", "tcp.srcport", "tcp.dstport", "udp.port", "udp.srcport",
    "udp.dstport", "eth.addr", "eth.src", "eth.dst", "frame.number",
)  # fmt: skip


class _Reader:
    def __init__(self, text: str, devices: Iterable[str]) -> None:
        self._text = text
        self._devices = {name.lower(): name for name in devices}
        self._tokens = _TOKEN.findall(text)
        self._at = 0
        if "".join(self._tokens) != re.sub(r"\s+", "", text):
            raise self._problem("it can't be read")

    def read(self) -> Test:
        test = self._either()
        if self._at < len(self._tokens):
            raise self._problem(f"{self._tokens[self._at]} is too much")
        if _NAMES_QUIET & {token.lower() for token in self._tokens}:
            return test
        return lambda event: event.kind not in QUIET and test(event)

    def _either(self) -> Test:
        tests = [self._all()]
        while self._take("or", "||"):
            tests.append(self._all())
        return lambda event: any(test(event) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while True:
            if self._take("and", "&&") or self._peek() not in ("", "or", "||", ")"):
                tests.append(self._one())
            else:
                return lambda event: all(test(event) for test in tests)

    def _one(self) -> Test:
        if self._take("not", "!"):
            test = self._one()
            return lambda event: not test(event)
        if self._take("("):
            test = self._either()
            if not self._take(")"):
                raise self._problem("a parenthesis is open")
            return test
        word = self._next("a filter ends too early")
        lowered = word.lower()
        if lowered == "port":
            number = self._number(self._next("port wants a number"))
            return lambda event: number in (event.decoded.source_port, event.decoded.destination_port)
        if lowered in _FIELDS:
            return self._comparison(lowered)
        if lowered in _PROTOCOLS:
            return lambda event: lowered in event.decoded.layers
        if lowered in self._devices:
            name = self._devices[lowered]
            return lambda event: name in (event.last, event.at)
        try:
            network = IPv4Network(word, strict=False)
        except ValueError:
            raise self._problem(f"{word} is no protocol, device, address or field") from None
        return lambda event: any(
            address is not None and address in network
            for address in (event.decoded.source, event.decoded.destination)
        )

    def _comparison(self, name: str) -> Test:
        sign = self._next(f"{name} wants a comparison, as in {name} == ...")
        value = self._next(f"{name} {sign} wants a value")
        if name == "frame.number":
            order: dict[str, Callable[[int, int], bool]] = {
                "==": operator.eq,
                "!=": operator.ne,
                "<": operator.lt,
                ">": operator.gt,
                "<=": operator.le,
                ">=": operator.ge,
            }
            if sign not in order:
                raise self._problem(f"{sign} is no comparison")
            compare, number = order[sign], self._number(value)
            return lambda event: compare(event.number, number)
        if sign not in _COMPARISONS:
            raise self._problem(f"{name} is compared by == or !=")
        wanted: object = value.lower()
        if name.startswith("ip."):
            try:
                wanted = IPv4Address(value)
            except ValueError:
                raise self._problem(f"{value} is no address") from None
        elif "port" in name:
            wanted = self._number(value)
        equal = sign == "=="
        return lambda event: (wanted in _values(event, name)) is equal

    def _number(self, word: str) -> int:
        if not word.isascii() or not word.isdigit() or len(word) > 9:
            raise self._problem(f"{word} is no number")
        return int(word)

    def _peek(self) -> str:
        return self._tokens[self._at].lower() if self._at < len(self._tokens) else ""

    def _take(self, *words: str) -> bool:
        if self._peek() not in words or not self._peek():
            return False
        self._at += 1
        return True

    def _next(self, missing: str) -> str:
        if self._at >= len(self._tokens):
            raise self._problem(missing)
        self._at += 1
        return str(self._tokens[self._at - 1])

    def _problem(self, why: str) -> UsageError:
        remedy = "write words such as smtp, PC1, 192.168.1.10, port 25, tcp.port == 25, and, or, not"
        return UsageError(f"filter {self._text.strip()}", "is not understood", why, remedy)


def _values(event: Event, name: str) -> tuple[object, ...]:
    decoded = event.decoded
    protocol, _, part = name.partition(".")
    if protocol == "eth":
        pair: tuple[object, object] = decoded.macs
    elif protocol == "ip":
        pair = (decoded.source, decoded.destination) if "ip" in decoded.layers else ("", "")
    else:
        fits = decoded.transport == protocol.upper()
        pair = (decoded.source_port, decoded.destination_port) if fits else ("", "")
    if part in ("addr", "port"):
        return pair
    return (pair[0],) if part.startswith("src") else (pair[1],)


def read_filter(text: str, devices: Iterable[str]) -> Test:
    """Reads a filter; an empty one lets everything through that is not quiet. Raises UsageError."""
    if not text.strip():
        return lambda event: event.kind not in QUIET
    return _Reader(text, devices).read()
