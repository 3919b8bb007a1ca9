"""`traceroute`: the routers on the way to a destination, and how far each one is."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from ios_emu.cli.commands.ip_options import ask_options, shown
from ios_emu.cli.commands.names import resolve, source_address, unrecognized
from ios_emu.cli.dialogue import Ask, Dialogue, Interrupted, Say
from ios_emu.cli.questions import Asking, ask_number, ask_yes
from ios_emu.cli.shell import Call
from ios_emu.clock import MILLISECOND, SECOND
from ios_emu.devices.dialect import Dialect
from ios_emu.errors import CommandRefused
from ios_emu.services.ping import Outcome
from ios_emu.services.traceroute import FIRST_PORT, Tracer
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.wire import icmp

_UNREACHABLE = {
    icmp.NET_UNREACHABLE: "!N",
    icmp.HOST_UNREACHABLE: "!H",
    icmp.PROTOCOL_UNREACHABLE: "!P",
    icmp.FRAGMENTATION_NEEDED: "!F",
    icmp.ADMINISTRATIVELY_PROHIBITED: "!A",
}


@dataclass(frozen=True, slots=True)
class Request:
    """All that a traceroute can be told. `timeout` is in seconds, `options` are those of the IP header.

    `first_hop` is where a source route begins.
    """

    target: IPv4Address
    source: int | None = None
    timeout: int = 3
    probes: int = 3
    first_ttl: int = 1
    last_ttl: int = 30
    port: int = FIRST_PORT
    name: str | None = None
    numeric: bool = False
    options: bytes = b""
    first_hop: int | None = None


def traceroute(
    call: Call,
    target: str,
    interface_name: InterfaceName | None = None,
    source_ip: IPv4Address | None = None,
    timeout: int = 3,
    probe: int = 3,
    ttl: int = 1,
    max_ttl: int = 30,
    port: int = FIRST_PORT,
    numeric: str | None = None,
) -> Dialogue:
    """`traceroute TARGET [source X] [timeout N] [probe N] [ttl MIN MAX] [port N] [numeric]`."""
    try:
        found = yield from resolve(call.shell, target)
    except Interrupted:
        return "\n"
    if found is None:
        return unrecognized(call.dialect)
    source = interface_name or source_ip
    request = Request(
        found.address,
        None if source is None else source_address(call, source),
        timeout,
        probe,
        ttl,
        max_ttl,
        port,
        None if numeric is not None else found.name,
        numeric is not None,
    )
    return (yield from _run(call, request))


def traceroute_dialogue(call: Call) -> Dialogue:
    """`traceroute` alone: asks for everything."""
    try:
        request = yield from _ask(call)
    except Interrupted:
        return ""
    if request is None:
        return unrecognized(call.dialect)
    return (yield from _run(call, request))


def _ask(call: Call) -> Asking[Request | None]:
    protocol = (yield Ask("Protocol [ip]: ")).strip().lower()
    if protocol and not "ip".startswith(protocol):
        raise CommandRefused(f'% Unknown protocol - "{protocol}", type "trace ?" for help')
    target = (yield Ask("Target IP address: ")).strip()
    if not target:
        raise CommandRefused("% Bad IP address")
    found = yield from resolve(call.shell, target)
    if found is None:
        return None
    source = (yield Ask("Source address: ")).strip()
    from_address = source_address(call, source) if source else None
    numeric = yield from ask_yes("Numeric display [n]: ", False)
    timeout = yield from ask_number("Timeout in seconds [3]: ", 3, 0, 3600)
    probes = yield from ask_number("Probe count [3]: ", 3, 1, 65535)
    first = yield from ask_number("Minimum Time to Live [1]: ", 1, 0, 255)
    last = yield from ask_number("Maximum Time to Live [30]: ", 30, max(first, 1), 255)
    port = yield from ask_number(f"Port Number [{FIRST_PORT}]: ", FIRST_PORT, 1, 65535)
    chosen = yield from ask_options(found.address)
    name = None if numeric else found.name
    return Request(
        found.address,
        from_address,
        timeout,
        probes,
        max(first, 1),
        last,
        port,
        name,
        numeric,
        chosen.options,
        chosen.first_hop,
    )


def _run(call: Call, request: Request) -> Dialogue:
    tracer = Tracer(call.device.network.node, request.source)
    names = _HopNames(call, request)
    where = str(request.target)
    if request.name is not None and call.dialect is Dialect.IOS:
        where = f"{request.name} ({where})"
    yield Say(f"\nType escape sequence to abort.\nTracing the route to {where}\n\n")
    port = request.port
    destination = int(request.target) if request.first_hop is None else request.first_hop
    if request.options:
        yield Say(f"Packet has IP options: {shown(request.options)}\n")
    try:
        for ttl in range(request.first_ttl, request.last_ttl + 1):
            yield Say(f"{ttl:>3} ")
            last_source: int | None = None
            arrived = False
            for _ in range(request.probes):
                outcome: Outcome = yield tracer.probe(
                    destination, port, ttl, request.timeout * SECOND, request.options
                )
                port = port + 1 if port < 65535 else FIRST_PORT
                report = outcome.report
                if report is None:
                    yield Say(" * ")
                    continue
                if report.source != last_source:
                    start = "" if last_source is None else "\n    "
                    source = IPv4Address(report.source)
                    name = yield from names.name_of(source)
                    yield Say(f"{start}{source}" if name is None else f"{start}{name} ({source})")
                    last_source = report.source
                arrived |= report.message.type == icmp.DESTINATION_UNREACHABLE
                yield Say(_mark(outcome))
                if report.about is not None and report.about.options:
                    yield Say(f"\nReceived packet has options\n{shown(report.about.options)} End of list\n")
            yield Say("\n")
            if arrived:
                break
    except Interrupted:
        return "\n"
    finally:
        tracer.close()
    return ""


class _HopNames:
    """The names of the routers on the way, where the host table or a name server that was set has them."""

    def __init__(self, call: Call, request: Request) -> None:
        self._router = call.device
        config = call.config
        wanted = not request.numeric and call.dialect is Dialect.IOS
        self._from_table = wanted and bool(config.names.hosts)
        self._from_servers = wanted and config.domain_lookup and bool(call.device.name_servers)

    def name_of(self, address: IPv4Address) -> Asking[str | None]:
        """The name of a hop; asks no more once a server did not answer."""
        name = self._router.dns.name_of(address) if self._from_table else None
        if name is not None or not self._from_servers:
            return name
        lookup = self._router.dns.resolver.begin(str(address), "PTR")
        try:
            while lookup.answer is None:
                yield lookup.progress()
        except Interrupted:
            lookup.cancel()
            raise
        self._from_servers = lookup.answer.status.is_answer
        return lookup.answer.values[0] if lookup.answer.found else None


def _mark(outcome: Outcome) -> str:
    """The time, or why the probe ended short of its destination."""
    assert outcome.report is not None
    message = outcome.report.message
    if message.type == icmp.DESTINATION_UNREACHABLE and message.code in _UNREACHABLE:
        return f" {_UNREACHABLE[message.code]} "
    if message.type == icmp.SOURCE_QUENCH:
        return " Q "
    return f" {(outcome.elapsed + MILLISECOND // 2) // MILLISECOND} msec"
