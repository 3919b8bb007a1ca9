"""`show interfaces` and `show ip interface brief`: an interface's state and counters as text.

The rules. What is printed is a pure function of `InterfaceFacts` and of the dialect, whole with the line
ends (a line feed alone). Blanks at line ends are the router's own: real IOS puts one behind the state and
one behind the delay, Packet Tracer one behind the ARP timeout. A line that depends on the kind of the
interface is chosen beside the line, so that a screen can be read here from top to bottom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Interface

from ios_emu.devices.dialect import Dialect
from ios_emu.wire.ethernet import MacAddress


class InterfaceKind(StrEnum):
    """What decides which lines `show interfaces` prints."""

    FASTETHERNET = "fastethernet"
    LOOPBACK = "loopback"
    SUBINTERFACE = "subinterface"
    VLAN = "vlan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """All that an interface counts, since the boot or since its counters were cleared."""

    packets_input: int = 0
    bytes_input: int = 0
    no_buffer: int = 0
    broadcasts: int = 0
    multicasts: int = 0
    runts: int = 0
    giants: int = 0
    throttles: int = 0
    input_errors: int = 0
    crc: int = 0
    frame: int = 0
    overrun: int = 0
    ignored: int = 0
    abort: int = 0
    watchdog: int = 0
    dribble: int = 0
    packets_output: int = 0
    bytes_output: int = 0
    underruns: int = 0
    output_errors: int = 0
    collisions: int = 0
    interface_resets: int = 0
    babbles: int = 0
    late_collisions: int = 0
    deferred: int = 0
    lost_carrier: int = 0
    no_carrier: int = 0
    buffer_failures: int = 0
    buffers_swapped: int = 0
    input_drops: int = 0
    input_flushes: int = 0
    output_drops: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """What crossed an interface in one direction, per second, averaged over five minutes."""

    bits: int = 0
    packets: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceFacts:
    """What `show interfaces` tells of one interface.

    `vlan` is the 802.1Q VLAN of a sub-interface (None without encapsulation); on a FastEthernet with
    802.1Q sub-interfaces it is the native VLAN. `native` marks the sub-interface of the native VLAN, of
    which the screens of both dialects say nothing. `duplex` (`auto`, `full`, `half`) and `speed`
    (`auto`, `10`, `100`) are as configured: what is `auto` is negotiated while the protocol is up.
    `last_input` and `last_output` are times as IOS prints them (`00:00:08`), or `never`.
    """

    name: str
    kind: InterfaceKind
    admin_down: bool
    line_up: bool
    protocol_up: bool
    bandwidth_kbit: int
    delay_usec: int
    mtu: int
    mac: MacAddress | None = None
    burned_in: MacAddress | None = None
    keepalive: int | None = 10
    load_interval: int = 300
    description: str | None = None
    address: IPv4Interface | None = None
    duplex: str = "auto"
    speed: str = "auto"
    vlan: int | None = None
    native: bool = False
    counters: Counters = Counters()
    last_input: str = "never"
    last_output: str = "never"
    input_rate: Rate = Rate()
    output_rate: Rate = Rate()
    last_clearing: str = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefRow:
    """One row of `show ip interface brief`.

    `method` is how the address came: `unset`, `manual`, `NVRAM`, `DHCP`. `ok` is false for an address
    that the set-up dialogue has not confirmed.
    """

    name: str
    address: IPv4Interface | None
    method: str
    admin_down: bool
    line_up: bool
    protocol_up: bool
    ok: bool = True


def show_interface(facts: InterfaceFacts, dialect: Dialect) -> str:
    """One interface's part of `show interfaces`."""
    return "".join(f"{line}\n" for line in _interface(facts, dialect is Dialect.IOS))


def show_ip_interface_brief(rows: Iterable[BriefRow], dialect: Dialect, *, wide: bool = True) -> str:
    """`show ip interface brief` with its header, in the order of `rows`; a 2960's names are not `wide`."""
    # The protocol is a column of 8 on a real 2811, but not in its header; in Packet Tracer one blank
    # follows it, in the header too.
    name_width, protocol_width, end = (26 if wide else 22, 8, "") if dialect is Dialect.IOS else (22, 0, " ")
    text = f"{'Interface':<{name_width}} IP-Address      OK? Method Status                Protocol{end}\n"
    for row in rows:
        address = "unassigned" if row.address is None else str(row.address.ip)
        status, ok = _status(row.admin_down, row.line_up), "YES" if row.ok else "NO"
        protocol = f"{_up(row.protocol_up):<{protocol_width}}{end}"
        text += f"{row.name:<{name_width}} {address:<15} {ok:<3} {row.method:<6} {status:<21} {protocol}\n"
    return text


def _interface(facts: InterfaceFacts, ios: bool) -> Iterator[str]:
    kind = facts.kind
    status = _status(facts.admin_down, facts.line_up)
    yield f"{facts.name} is {status}, line protocol is {_protocol(facts, ios)}"
    yield f"  Hardware is {_hardware(facts, ios)}"
    if facts.description is not None:
        yield f"  Description: {facts.description}"
    if facts.address is not None:
        yield f"  Internet address is {facts.address}"
    end = " " if ios or kind is InterfaceKind.SUBINTERFACE else ""
    yield f"  MTU {facts.mtu} bytes, BW {facts.bandwidth_kbit} Kbit, DLY {facts.delay_usec} usec,{end}"
    transmitted, received = (traffic_load(rate, facts) for rate in (facts.output_rate, facts.input_rate))
    yield f"     reliability 255/255, txload {transmitted}/255, rxload {received}/255"
    yield f"  Encapsulation {_encapsulation(facts, ios)}"
    if kind is InterfaceKind.FASTETHERNET:
        if ios:
            seconds = facts.keepalive
            yield "  Keepalive not set" if seconds is None else f"  Keepalive set ({seconds} sec)"
        yield f"  {_medium(facts, ios)}"
    if kind is not InterfaceKind.LOOPBACK:
        yield f"  ARP type: ARPA, ARP Timeout 04:00:00{'' if ios or kind is InterfaceKind.VLAN else ', '}"
    if kind is InterfaceKind.SUBINTERFACE:
        yield f'  Last clearing of "show interface" counters {facts.last_clearing}'
        return
    yield f"  Last input {facts.last_input}, output {facts.last_output}, output hang never"
    yield f'  Last clearing of "show interface" counters {facts.last_clearing}'
    yield from _queues(facts, ios)
    for direction, rate in (("input", facts.input_rate), ("output", facts.output_rate)):
        yield f"  {period(facts)} {direction} rate {rate.bits} bits/sec, {rate.packets} packets/sec"
    yield from _counters(facts, ios)


def period(facts: InterfaceFacts) -> str:
    """`5 minute`, `30 second`: what the rates are averaged over."""
    minutes, seconds = divmod(facts.load_interval, 60)
    return f"{facts.load_interval} second" if seconds else f"{minutes} minute"


def _status(admin_down: bool, line_up: bool) -> str:
    return "administratively down" if admin_down else _up(line_up)


def _up(is_up: bool) -> str:
    return "up" if is_up else "down"


def _protocol(facts: InterfaceFacts, ios: bool) -> str:
    state = _up(facts.protocol_up)
    if ios:
        return f"{state} "
    if facts.kind is InterfaceKind.VLAN:
        return state
    return f"{state} ({'connected' if facts.protocol_up else 'disabled'})"


def _hardware(facts: InterfaceFacts, ios: bool) -> str:
    if facts.kind is InterfaceKind.LOOPBACK:
        return "Loopback"
    if facts.kind is InterfaceKind.VLAN:
        chip = "EtherSVI" if ios else "CPU Interface"
    elif ios:
        chip = "MV96340 Ethernet"
    else:
        chip = "PQUICC_FEC" if facts.kind is InterfaceKind.SUBINTERFACE else "Lance"
    return f"{chip}, address is {facts.mac} (bia {facts.burned_in or facts.mac})"


def traffic_load(rate: Rate, facts: InterfaceFacts) -> int:
    """A rate as a part of 255 of the bandwidth."""
    return max(1, min(255, rate.bits * 255 // (facts.bandwidth_kbit * 1000)))


def _encapsulation(facts: InterfaceFacts, ios: bool) -> str:
    if facts.kind is InterfaceKind.LOOPBACK:
        return "LOOPBACK, loopback not set"
    loopback = "" if facts.kind is InterfaceKind.SUBINTERFACE else ", loopback not set"
    # Packet Tracer says nothing of a trunk on the main interface.
    if facts.vlan is None or not (ios or facts.kind is InterfaceKind.SUBINTERFACE):
        return f"ARPA{loopback}"
    vlan = f" {facts.vlan}." if ios else f"{facts.vlan}"
    return f"802.1Q Virtual LAN, Vlan ID {vlan}{loopback}"


def _medium(facts: InterfaceFacts, ios: bool) -> str:
    # Packet Tracer shows the best that the port can do even when nothing is plugged in.
    negotiated = facts.protocol_up or not ios
    best_duplex, best_speed = ("Full", "100Mb/s") if negotiated else ("Auto", "Auto Speed")
    duplex = best_duplex if facts.duplex == "auto" else facts.duplex.capitalize()
    speed = best_speed if facts.speed == "auto" else f"{facts.speed}Mb/s"
    return f"{duplex}-duplex, {speed}, {'100BaseTX/FX' if ios else 'media type is RJ45'}"


def _queues(facts: InterfaceFacts, ios: bool) -> Iterator[str]:
    kind, c = facts.kind, facts.counters
    if kind is InterfaceKind.LOOPBACK and not ios:
        yield "  Queueing strategy: fifo"
        yield f"  Output queue 0/0, {c.output_drops} drops; input queue 0/75, {c.input_drops} drops"
        return
    if ios or kind is InterfaceKind.VLAN:
        queue = f"0/75/{c.input_drops}/{c.input_flushes} (size/max/drops/flushes)"
        output = f": 0/{0 if kind is InterfaceKind.LOOPBACK else 40}"
    else:
        queue, output = f"0/75/{c.input_drops} (size/max/drops)", " :0/40"
    yield f"  Input queue: {queue}; Total output drops: {c.output_drops}"
    yield "  Queueing strategy: fifo"
    yield f"  Output queue{output} (size/max)"


def _counters(facts: InterfaceFacts, ios: bool) -> Iterator[str]:
    c, is_vlan = facts.counters, facts.kind is InterfaceKind.VLAN
    ios_ethernet = ios and facts.kind is InterfaceKind.FASTETHERNET
    has_medium = ios_ethernet or not (ios or is_vlan)
    no_buffer = "" if ios_ethernet else f", {c.no_buffer} no buffer"
    yield f"     {c.packets_input} packets input, {c.bytes_input} bytes{no_buffer}"
    small_and_large = f"{c.runts} runts, {c.giants} giants, {c.throttles} throttles"
    if is_vlan and not ios:
        yield f"     Received {c.broadcasts} broadcasts (0 IP multicast)"
        yield f"     {small_and_large}"
    else:
        yield f"     Received {c.broadcasts} broadcasts, {small_and_large}"
    abort = "" if ios_ethernet or is_vlan else f", {c.abort} abort"
    yield (
        f"     {c.input_errors} input errors, {c.crc} CRC, {c.frame} frame, {c.overrun} overrun, "
        f"{c.ignored} ignored{abort}"
    )
    if ios_ethernet:
        yield f"     {c.watchdog} watchdog"
    if has_medium:
        yield f"     {c.dribble} input packets with dribble condition detected"
    yield f"     {c.packets_output} packets output, {c.bytes_output} bytes, {c.underruns} underruns"
    collisions = "" if is_vlan else f" {c.collisions} collisions,"
    yield f"     {c.output_errors} output errors,{collisions} {c.interface_resets} interface resets"
    if has_medium:
        yield f"     {c.babbles} babbles, {c.late_collisions} late collision, {c.deferred} deferred"
        yield f"     {c.lost_carrier} lost carrier, {c.no_carrier} no carrier"
    yield f"     {c.buffer_failures} output buffer failures, {c.buffers_swapped} output buffers swapped out"
