"""`show interfaces` of a switch: its ports and its own interfaces, as text.

The rules are those of `interface_text`: blanks at line ends are the switch's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ios_emu.cli.commands.show_ip import interface_facts
from ios_emu.cli.commands.show_switch import is_gigabit, port_state
from ios_emu.cli.interface_text import InterfaceFacts, period, traffic_load
from ios_emu.cli.shell import Call
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.interface import Interface
from ios_emu.devices.switch_configuration import SwitchInterface

_GIGABIT = 1_000_000


def show_switch_interface(call: Call, interface: Interface) -> str:
    """One interface's part of `show interfaces`."""
    assert isinstance(interface, SwitchInterface)
    facts = interface_facts(call.device, interface)
    ios = call.dialect is Dialect.IOS
    if interface.switchport is None:
        lines = _svi(facts, ios)
    else:
        bandwidth = interface.bandwidth or _bandwidth(interface, facts, ios)
        delay = facts.delay_usec if interface.delay else 10 if bandwidth == _GIGABIT else 100 if ios else 1000
        if ios and not facts.line_up and not interface.delay:
            delay = 1000
        facts = replace(facts, bandwidth_kbit=bandwidth, delay_usec=delay)
        lines = _port(facts, interface, port_state(call, interface), ios)
    return "".join(f"{line}\n" for line in lines)


def _bandwidth(interface: SwitchInterface, facts: InterfaceFacts, ios: bool) -> int:
    """What was negotiated; a real 2960 says 10 Mb/s of a port where nothing is plugged in."""
    if interface.speed != "auto":
        return int(interface.speed) * 1000
    if ios and not facts.line_up:
        return 10_000
    return _GIGABIT if is_gigabit(interface) else 100_000


def _status(facts: InterfaceFacts) -> str:
    return "administratively down" if facts.admin_down else "up" if facts.line_up else "down"


def _port(facts: InterfaceFacts, interface: SwitchInterface, state: str, ios: bool) -> Iterator[str]:
    c, up = facts.counters, "up" if facts.protocol_up else "down"
    if not ios:
        state = (
            "err-disabled" if state == "err-disabled" else "connected" if facts.protocol_up else "disabled"
        )
    end = " " if ios else ""
    yield f"{facts.name} is {_status(facts)}, line protocol is {up} ({state}){end}"
    speed = "Gigabit" if is_gigabit(interface) else "Fast"
    chip = f"{speed} Ethernet" if ios else "Lance"
    yield f"  Hardware is {chip}, address is {facts.mac} (bia {facts.burned_in})"
    if facts.description is not None:
        yield f"  Description: {facts.description}"
    mtu = f"  MTU {facts.mtu} bytes," if ios else ""
    yield f"{mtu} BW {facts.bandwidth_kbit} Kbit, DLY {facts.delay_usec} usec,{end}"
    yield from _load(facts)
    yield "  Encapsulation ARPA, loopback not set"
    yield "  Keepalive not set" if facts.keepalive is None else f"  Keepalive set ({facts.keepalive} sec)"
    yield f"  {_medium(facts, interface, ios)}"
    flow = "unsupported " if ios else "off"
    yield f"  input flow-control is off, output flow-control is {flow}"
    yield from _times(facts, ios)
    yield f"     {c.packets_input} packets input, {c.bytes_input} bytes, 0 no buffer"
    if ios:
        yield f"     Received {c.broadcasts} broadcasts ({c.multicasts} multicasts)"
        yield f"     {c.runts} runts, {c.giants} giants, {c.throttles} throttles"
        yield f"     {c.input_errors} input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored"
    else:
        yield f"     Received {c.broadcasts} broadcasts, {c.runts} runts, {c.giants} giants, 0 throttles"
        yield f"     {c.input_errors} input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored, 0 abort"
    yield f"     0 watchdog, {c.multicasts} multicast, 0 pause input"
    yield "     0 input packets with dribble condition detected"
    yield f"     {c.packets_output} packets output, {c.bytes_output} bytes, 0 underruns"
    yield f"     0 output errors, 0 collisions, {c.interface_resets} interface resets"
    yield "     0 babbles, 0 late collision, 0 deferred"
    yield f"     {c.lost_carrier} lost carrier, 0 no carrier" + (", 0 PAUSE output" if ios else "")
    yield "     0 output buffer failures, 0 output buffers swapped out"


def _medium(facts: InterfaceFacts, interface: SwitchInterface, ios: bool) -> str:
    known = facts.line_up or not ios
    duplex = "Full" if facts.duplex == "auto" and known else facts.duplex.capitalize()
    best = "1000" if is_gigabit(interface) else "100"
    if facts.speed != "auto" or known:
        speed = f"{best if facts.speed == 'auto' else facts.speed}Mb/s"
    else:
        speed = "Auto-speed"
    if not ios:
        return f"{duplex}-duplex, {speed}"
    medium = "10/100/1000BaseTX" if is_gigabit(interface) else "10/100BaseTX"
    return f"{duplex}-duplex, {speed}, media type is {medium}"


def _svi(facts: InterfaceFacts, ios: bool) -> Iterator[str]:
    c, up = facts.counters, "up" if facts.protocol_up else "down"
    end = " " if ios else ""
    yield f"{facts.name} is {_status(facts)}, line protocol is {up}{end}"
    yield f"  Hardware is {'EtherSVI' if ios else 'CPU Interface'}, address is {facts.mac} (bia {facts.mac})"
    if facts.description is not None:
        yield f"  Description: {facts.description}"
    if facts.address is not None:
        yield f"  Internet address is {facts.address}"
    bandwidth, delay = (_GIGABIT, 10) if ios else (100_000, 1_000_000)
    yield f"  MTU {facts.mtu} bytes, BW {bandwidth} Kbit, DLY {delay} usec,{end}"
    yield from _load(facts)
    yield "  Encapsulation ARPA, loopback not set"
    yield from _times(facts, ios=True)
    yield f"     {c.packets_input} packets input, {c.bytes_input} bytes, 0 no buffer"
    yield f"     Received {c.broadcasts} broadcasts ({c.multicasts} IP multicast{'s' if ios else ''})"
    yield f"     {c.runts} runts, {c.giants} giants, 0 throttles"
    yield f"     {c.input_errors} input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored"
    yield f"     {c.packets_output} packets output, {c.bytes_output} bytes, 0 underruns"
    yield "     0 output errors, 0 interface resets"
    yield "     0 output buffer failures, 0 output buffers swapped out"


def _load(facts: InterfaceFacts) -> Iterator[str]:
    transmitted, received = (traffic_load(rate, facts) for rate in (facts.output_rate, facts.input_rate))
    yield f"     reliability 255/255, txload {transmitted}/255, rxload {received}/255"


def _times(facts: InterfaceFacts, ios: bool) -> Iterator[str]:
    c = facts.counters
    yield "  ARP type: ARPA, ARP Timeout 04:00:00"
    yield f"  Last input {facts.last_input}, output {facts.last_output}, output hang never"
    yield f'  Last clearing of "show interface" counters {facts.last_clearing}'
    yield f"  Input queue: 0/75/0/0 (size/max/drops/flushes); Total output drops: {c.output_drops}"
    yield "  Queueing strategy: fifo"
    yield f"  Output queue{': ' if ios else ' :'}0/40 (size/max)"
    for direction, rate in (("input", facts.input_rate), ("output", facts.output_rate)):
        yield f"  {period(facts)} {direction} rate {rate.bits} bits/sec, {rate.packets} packets/sec"
