"""A switch: learns where stations are, and forwards frames to them (IEEE 802.1D, without spanning tree).

The rules. A frame leaves in the same event in which it came, never by the port that it came from. Without a
spanning tree, switches that are joined in a ring pass a broadcast around for ever, as real ones would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from ios_emu.clock import SECOND, Clock
from ios_emu.stack.cable import Port
from ios_emu.wire.ethernet import MacAddress

AGEING_TIME = 300 * SECOND

# 01-80-C2-00-00-00 to -0F: for the bridge itself, never forwarded (IEEE 802.1D, 7.12.6).
_RESERVED = bytes.fromhex("0180c20000")
# As many as the table of a small switch holds.
_MOST_STATIONS = 8192


class Station(NamedTuple):
    """A line of the MAC address table."""

    mac: MacAddress
    port: str
    type: str = "DYNAMIC"


@dataclass(slots=True)
class SwitchCounters:
    """What became of the frames that came: each is counted once."""

    forwarded: int = 0
    """To the one port where the station is."""
    flooded: int = 0
    """To all other ports: for a group, or for a station that is not known."""
    filtered: int = 0
    """To nobody: for the bridge itself, or for a station behind the port that it came from."""


class Switch:
    """A switch with ports of the given names, all in one VLAN."""

    def __init__(self, name: str, clock: Clock, port_names: Iterable[str]) -> None:
        self.name = name
        self.counters = SwitchCounters()
        self.ports: dict[str, Port] = {}
        self._clock = clock
        self._stations: dict[bytes, tuple[Port, int]] = {}
        for port_name in port_names:
            port = self.ports[port_name] = Port(port_name)
            port.receive = partial(self._receive, port)
            port.carrier_changed = partial(self._carrier_changed, port)
        self._all = tuple(self.ports.values())

    def mac_table(self) -> Iterator[Station]:
        """The stations that it knows, in the order of the addresses."""
        oldest = self._clock.now - AGEING_TIME
        for mac, (port, seen) in sorted(self._stations.items()):
            if seen > oldest:
                yield Station(MacAddress(mac), port.name)

    def forget(self) -> None:
        """Empties the table."""
        self._stations.clear()

    def _receive(self, port: Port, frame: bytes) -> None:
        now = self._clock.now
        stations = self._stations
        destination, source = frame[:6], frame[6:12]
        if not source[0] & 1 and (source in stations or len(stations) < _MOST_STATIONS or self._purge(now)):
            stations[source] = (port, now)
        if destination[0] & 1:
            if destination[:5] == _RESERVED and destination[5] < 0x10:
                self.counters.filtered += 1
                return
        else:
            known = stations.get(destination)
            if known is not None and known[1] > now - AGEING_TIME:
                target = known[0]
                if target is port:
                    self.counters.filtered += 1
                else:
                    self.counters.forwarded += 1
                    target.send(frame)
                return
        self.counters.flooded += 1
        for target in self._all:
            if target is not port and target.carrier:
                target.send(frame)

    def _purge(self, now: int) -> bool:
        """Makes room in a full table; False when nobody in it is old."""
        old = [mac for mac, (_, seen) in self._stations.items() if seen <= now - AGEING_TIME]
        for mac in old:
            del self._stations[mac]
        return bool(old)

    def _carrier_changed(self, port: Port) -> None:
        """Nobody is behind a port without a cable."""
        if not port.carrier:
            for mac in [mac for mac, (where, _) in self._stations.items() if where is port]:
                del self._stations[mac]
