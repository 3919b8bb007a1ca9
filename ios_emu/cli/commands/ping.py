"""`ping`: on one line with its options, and as the dialogue that asks for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address

from ios_emu.cli.commands.ip_options import ask_options, shown
from ios_emu.cli.commands.names import resolve, source_address, unrecognized
from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Say
from ios_emu.cli.questions import Asking, ask_number, ask_yes
from ios_emu.cli.shell import Call
from ios_emu.clock import MILLISECOND, SECOND
from ios_emu.devices.dialect import Dialect
from ios_emu.errors import CommandRefused
from ios_emu.services.ping import Outcome, Pinger
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.wire import icmp

_HEADERS = 28
_MARKS_IN_LINE = 70
_DEFAULT_PATTERN = 0xABCD
_MARKS = {
    icmp.SOURCE_QUENCH: "Q",
    icmp.TIME_EXCEEDED: "&",
    icmp.DESTINATION_UNREACHABLE: "U",
}
_UNREACHABLE_MARKS = {icmp.FRAGMENTATION_NEEDED: "M"}


@dataclass(frozen=True, slots=True)
class Request:
    """All that a ping can be told. `timeout` is in seconds, `size` is that of the IP packet."""

    target: IPv4Address
    repeat: int = 5
    sizes: range = range(100, 101)
    timeout: int = 2
    source: int | None = None
    tos: int = 0
    dont_fragment: bool = False
    validate: bool = False
    pattern: int = _DEFAULT_PATTERN
    verbose: bool = False
    options: bytes = b""
    first_hop: int | None = None

    @property
    def total(self) -> int:
        """How many echoes are sent."""
        return self.repeat * len(self.sizes)

    def each_size(self) -> Iterator[int]:
        """The size of each echo, in the order of sending."""
        for _ in range(self.repeat):
            yield from self.sizes


@dataclass(slots=True)
class _Tally:
    sent: int = 0
    times: list[int] = field(default_factory=list)


def ping(
    call: Call,
    target: str,
    repeat: int = 5,
    size: int = 100,
    timeout: int = 2,
    interface_name: InterfaceName | None = None,
    source_ip: IPv4Address | None = None,
    df_bit: str | None = None,
    validate: str | None = None,
    pattern: str | None = None,
) -> Dialogue:
    """`ping TARGET [repeat N] [size N] [timeout N] [source X] [df-bit] [validate] [data HEX]`."""
    try:
        found = yield from resolve(call.shell, target)
    except Interrupted:
        return "\n"
    if found is None:
        return unrecognized(call.dialect)
    source = interface_name or source_ip
    request = Request(
        found.address,
        repeat,
        range(size, size + 1),
        timeout,
        source=None if source is None else source_address(call, source),
        dont_fragment=df_bit is not None,
        validate=validate is not None,
        pattern=_DEFAULT_PATTERN if pattern is None else _pattern(pattern),
    )
    return (yield from _run(call, request))


def ping_dialogue(call: Call) -> Dialogue:
    """`ping` alone: asks for everything."""
    try:
        request = yield from _ask(call)
    except Interrupted:
        return ""
    if request is None:
        return unrecognized(call.dialect)
    return (yield from _run(call, request))


def _ask(call: Call) -> Asking[Request | None]:
    protocol = yield Ask("Protocol [ip]: ")
    if protocol.strip() and not "ip".startswith(protocol.strip().lower()):
        raise CommandRefused(f'% Unknown protocol - "{protocol.strip()}", type "ping ?" for help')
    target = (yield Ask("Target IP address: ")).strip()
    if not target:
        raise CommandRefused("% Bad IP address")
    found = yield from resolve(call.shell, target)
    if found is None:
        return None
    request = Request(
        found.address,
        repeat=(yield from ask_number("Repeat count [5]: ", 5, 1, 2_147_483_647)),
        sizes=_one((yield from ask_number("Datagram size [100]: ", 100, 36, 18024))),
        timeout=(yield from ask_number("Timeout in seconds [2]: ", 2, 0, 3600)),
    )
    if (yield from ask_yes("Extended commands [n]: ", False)):
        request = yield from _ask_extended(call, request)
    if (yield from ask_yes("Sweep range of sizes [n]: ", False)):
        low = yield from ask_number("Sweep min size [36]: ", 36, 36, 18024)
        high = yield from ask_number("Sweep max size [18024]: ", 18024, low, 18024)
        step = yield from ask_number("Sweep interval [1]: ", 1, 1, 18024)
        request = replace(request, sizes=range(low, high + 1, step))
    return request


def _ask_extended(call: Call, request: Request) -> Asking[Request]:
    source = (yield Ask("Source address or interface: ")).strip()
    tos = yield from ask_number("Type of service [0]: ", 0, 0, 255)
    dont_fragment = yield from ask_yes("Set DF bit in IP header? [no]: ", False)
    validate = yield from ask_yes("Validate reply data? [no]: ", False)
    pattern = (yield Ask("Data pattern [0xABCD]: ")).strip()
    chosen = yield from ask_options(request.target)
    return replace(
        request,
        source=source_address(call, source) if source else None,
        tos=tos,
        dont_fragment=dont_fragment,
        validate=validate,
        pattern=_pattern(pattern) if pattern else _DEFAULT_PATTERN,
        verbose=chosen.verbose,
        options=chosen.options,
        first_hop=chosen.first_hop,
    )


def _one(size: int) -> range:
    return range(size, size + 1)


def _pattern(text: str) -> int:
    try:
        return int(text.removeprefix("0x").removeprefix("0X"), 16) & 0xFFFF
    except ValueError:
        raise CommandRefused("% Invalid pattern") from None


def _run(call: Call, request: Request) -> Dialogue:
    node = call.device.network.node
    target = int(request.target)
    pinger = Pinger(node, source=request.source)
    tally = _Tally()
    yield Say(_heading(request))
    try:
        if node.is_broadcast(target):
            yield Say("\n")
            yield from _broadcast(pinger, request, call)
            return ""
        yield from _echoes(pinger, request, tally, call)
    except Interrupted:
        pass
    finally:
        pinger.close()
    return _result(tally, call.dialect)


def _heading(request: Request) -> str:
    sizes = request.sizes
    size = f"{sizes[0]}-byte" if len(sizes) == 1 else f"[{sizes[0]}..{sizes[-1]}]-byte"
    lines = [
        "",
        "Type escape sequence to abort.",
        f"Sending {request.total}, {size} ICMP Echos to {request.target}, "
        f"timeout is {request.timeout} seconds:",
    ]
    if request.source is not None:
        lines.append(f"Packet sent with a source address of {IPv4Address(request.source)} ")
    if request.dont_fragment:
        lines.append("Packet sent with the DF bit set")
    if request.validate:
        lines.append("Reply data will be validated")
    if request.pattern != _DEFAULT_PATTERN:
        lines.append(f"Packet has data pattern 0x{request.pattern:04X}")
    if request.options:
        lines += f"Packet has IP options: {shown(request.options)}".split("\n")
    return "\n".join(lines) + "\n"


def _echoes(pinger: Pinger, request: Request, tally: _Tally, call: Call) -> Dialogue:
    payload = request.pattern.to_bytes(2)
    for number, size in enumerate(request.each_size()):
        tally.sent += 1
        outcome: Outcome = yield pinger.probe(
            request.first_hop or int(request.target),
            number,
            request.timeout * SECOND,
            size=max(0, size - _HEADERS - len(request.options)),
            payload=payload,
            tos=request.tos,
            dont_fragment=request.dont_fragment,
            options=request.options,
        )
        if outcome.replied:
            tally.times.append(_milliseconds(outcome, call.dialect))
        if request.verbose:
            yield Say(_verbose(number, outcome, size, call.dialect))
            continue
        last = number + 1 == request.total
        wraps = (number + 1) % _MARKS_IN_LINE == 0
        yield Say(_mark(outcome) + ("\n" if last or wraps else ""))
    return ""


def _broadcast(pinger: Pinger, request: Request, call: Call) -> Dialogue:
    """Every station may answer: each reply has a line of its own."""
    for number, size in enumerate(request.each_size()):
        replies: list[Outcome] = []
        yield pinger.probe(
            int(request.target),
            number,
            request.timeout * SECOND,
            size=size - _HEADERS,
            payload=request.pattern.to_bytes(2),
            tos=request.tos,
            each=replies.append,
        )
        if not replies:
            yield Say(".\n")
        for outcome in replies:
            assert outcome.report is not None
            source = IPv4Address(outcome.report.source)
            time = _milliseconds(outcome, call.dialect)
            yield Say(f"Reply to request {number} from {source}, {time} ms\n")
    return ""


def _mark(outcome: Outcome) -> str:
    report = outcome.report
    if report is None:
        return "."
    if report.is_reply:
        return "!"
    message = report.message
    if message.type == icmp.DESTINATION_UNREACHABLE:
        return _UNREACHABLE_MARKS.get(message.code, "U")
    return _MARKS.get(message.type, "?")


def _verbose(number: int, outcome: Outcome, size: int, dialect: Dialect) -> str:
    if outcome.report is None:
        return f"Request {number} timed out\n"
    if not outcome.replied:
        return f"Unreachable from {IPv4Address(outcome.report.source)}\n"
    assert outcome.report is not None
    options = b"" if outcome.report.arrived is None else outcome.report.arrived.options
    time = f"({_milliseconds(outcome, dialect)} ms)"
    if not options:
        return f"Reply to request {number} {time} (size {size})\n"
    return f"Reply to request {number} {time}.  Received packet has options\n{shown(options)} End of list\n\n"


def _milliseconds(outcome: Outcome, dialect: Dialect) -> int:
    """A real router's clock has no reading below 1 ms; Packet Tracer prints 0."""
    rounded = (outcome.elapsed + MILLISECOND // 2) // MILLISECOND
    return max(rounded, 1) if dialect is Dialect.IOS else rounded


def _result(tally: _Tally, dialect: Dialect) -> str:
    received = len(tally.times)
    percent = 100 * received // tally.sent if tally.sent else 0
    text = f"Success rate is {percent} percent ({received}/{tally.sent})"
    if received:
        low, high = min(tally.times), max(tally.times)
        text += f", round-trip min/avg/max = {low}/{sum(tally.times) // received}/{high} ms"
    return f"{text}\n" + ("\n" if dialect is Dialect.PACKET_TRACER else "")
