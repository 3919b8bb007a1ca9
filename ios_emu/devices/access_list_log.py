"""The log messages of access lists: who was permitted or denied, where an entry says `log`.

The rules. The first packet of a flow is told of at once. The others of the flow are counted, and told of
together five minutes later, or when there are as many as `ip access-list log-update threshold` says. A flow
that five minutes bring nothing of is forgotten. The ports are only known where an entry of the list looks
at ports: else they are 0, as in IOS.
"""

from __future__ import annotations

from functools import partial
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ios_emu.clock import MINUTE
from ios_emu.devices.packet_names import PROTOCOLS, name_of
from ios_emu.wire.ipv4 import ICMP, TCP, UDP, Ipv4Packet

if TYPE_CHECKING:
    from ios_emu.devices.access_list import AccessList, Entry
    from ios_emu.devices.ios_device import IosDevice

_INTERVAL = 5 * MINUTE
_MOST_FLOWS = 4096

_Flow = tuple[str, str]
"""The name of the message, and its text up to the number of packets."""


class AccessListLog:
    """The flows of `device` that entries with `log` have seen."""

    def __init__(self, device: IosDevice) -> None:
        self._device = device
        self._waiting: dict[_Flow, int] = {}
        self._missed = 0

    def note(self, access_list: AccessList, entry: Entry, packet: Ipv4Packet, station: str) -> None:
        """An entry with `log` has seen a packet; `station` is its interface and its sender."""
        flow = _flow(access_list, entry, packet, f"({station}) " if entry.log == "log-input" else "")
        waiting = self._waiting.get(flow)
        if waiting is None:
            if len(self._waiting) >= _MOST_FLOWS:
                self._miss()
                return
            self._waiting[flow] = 0
            self._report(flow, 1)
            self._later(flow)
            return
        threshold = self._device.config.access_list_log_threshold
        if threshold and waiting + 1 >= threshold:
            self._waiting[flow] = 0
            self._report(flow, waiting + 1)
        else:
            self._waiting[flow] = waiting + 1

    def restart(self) -> None:
        """The device boots: no flow is known."""
        self._waiting.clear()
        self._missed = 0

    def _later(self, flow: _Flow) -> None:
        self._device.clock.call_later(_INTERVAL, partial(self._summarize, flow), background=True)

    def _summarize(self, flow: _Flow) -> None:
        waiting = self._waiting.get(flow)
        if not waiting:
            self._waiting.pop(flow, None)
            return
        self._waiting[flow] = 0
        self._report(flow, waiting)
        self._later(flow)

    def _miss(self) -> None:
        """There are too many flows: only how many packets nothing was told of is told."""
        if not self._missed:
            self._device.clock.call_later(_INTERVAL, self._tell_missed, background=True)
        self._missed += 1

    def _tell_missed(self) -> None:
        if self._missed:
            text = f"access-list logging rate-limited or missed {_packets(self._missed)}"
            self._device.report("SEC-6-IPACCESSLOGRL", text, 0)
        self._missed = 0

    def _report(self, flow: _Flow, packets: int) -> None:
        name, text = flow
        self._device.report(name, f"{text}{_packets(packets)}", 0)


def _packets(number: int) -> str:
    return f"{number} packet{'' if number == 1 else 's'}"


def _flow(access_list: AccessList, entry: Entry, packet: Ipv4Packet, station: str) -> _Flow:
    done = f"list {access_list.name} {'permitted' if entry.permit else 'denied'}"
    source, destination = IPv4Address(packet.source), IPv4Address(packet.destination)
    if not access_list.extended:
        return "SEC-6-IPACCESSLOGS", f"{done} {source} "
    protocol, payload = packet.protocol, packet.payload
    name = name_of(protocol, PROTOCOLS)
    if protocol in (TCP, UDP):
        seen = access_list.asks_ports and not packet.fragment_offset and len(payload) >= 4
        ports = int.from_bytes(payload[:2]) if seen else 0, int.from_bytes(payload[2:4]) if seen else 0
        start = f"{source}({ports[0]}) {station}"
        return "SEC-6-IPACCESSLOGP", f"{done} {name} {start}-> {destination}({ports[1]}), "
    if protocol == ICMP:
        kind, code = (*payload[:2], 0, 0)[:2] if not packet.fragment_offset else (0, 0)
        return "SEC-6-IPACCESSLOGDP", f"{done} icmp {source} {station}-> {destination} ({kind}/{code}), "
    known = "NP" if name.isdigit() else "RP"
    return f"SEC-6-IPACCESSLOG{known}", f"{done} {name} {source} {station}-> {destination}, "
