"""The CDP engine: tells the neighbours of this device, and knows them until they have been silent too long.

The rules. A port that has come up tells at once, then with all the others every `timer` seconds. A neighbour
is known by its name and its port, on the port that heard it. What is malformed is counted and ignored. All
timers are background: nobody waits for CDP.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from ios_emu.clock import SECOND, Clock, Timer
from ios_emu.errors import MalformedPacket
from ios_emu.services.cdp_times import DEFAULT_HOLDTIME, DEFAULT_TIMER
from ios_emu.wire.cdp import BadChecksum, BadHeader, CdpPacket
from ios_emu.wire.ethernet import MacAddress
from ios_emu.wire.snap import CDP, build_snap, parse_snap

# As many as a table holds: who floods a port with names does not fill the memory.
_MOST_NEIGHBOURS = 1000
_MOST_LETTERS = 1000


@dataclass(slots=True)
class CdpSettings:
    """How CDP runs: seconds between two packets, and for how long the others may keep them."""

    running: bool = True
    timer: int = DEFAULT_TIMER
    holdtime: int = DEFAULT_HOLDTIME
    version_2: bool = True
    log_duplex: bool = True


class CdpEnvironment(Protocol):
    """The device around the engine."""

    @property
    def settings(self) -> CdpSettings:
        """As configured now."""

    def ports(self) -> Iterable[str]:
        """The ports that are up, and have CDP on."""

    def says(self, port: str) -> CdpPacket:
        """What the device says of itself there."""

    def mac(self, port: str) -> MacAddress:
        """The port's address."""

    def send(self, port: str, frame: bytes) -> None:
        """Puts a frame on the cable."""

    def log(self, name: str, text: str) -> None:
        """Logs a message."""

    def debug(self, text: str) -> None:
        """Shows a line of `debug cdp packets`."""


@dataclass(slots=True)
class CdpCounters:
    """What `show cdp traffic` counts."""

    output_1: int = 0
    output_2: int = 0
    input_1: int = 0
    input_2: int = 0
    header_syntax: int = 0
    checksum: int = 0
    invalid: int = 0
    no_memory: int = 0


@dataclass(slots=True)
class Neighbour:
    """A device that was heard. `port` is the own port that heard it, `expires` a lab time."""

    port: str
    says: CdpPacket
    expires: int


def shown(text: str) -> str:
    """What a neighbour wrote, without the control characters: it reaches a terminal."""
    return "".join(letter if letter.isprintable() else "." for letter in text[:_MOST_LETTERS])


class CdpEngine:
    """CDP of one device."""

    def __init__(self, clock: Clock, environment: CdpEnvironment) -> None:
        self.counters = CdpCounters()
        self._clock = clock
        self._environment = environment
        self._neighbours: dict[tuple[str, str, str], Neighbour] = {}
        self._timer: Timer | None = None
        # The ports that tell as the next event.
        self._hurried: set[str] = set()

    def neighbours(self) -> list[Neighbour]:
        """Those that have not been silent for too long, the one that was found last at first."""
        self._forget_old()
        return list(reversed(self._neighbours.values()))

    def clear(self) -> None:
        """`clear cdp table`."""
        self._neighbours.clear()

    def clear_counters(self) -> None:
        """`clear cdp counters`."""
        self.counters = CdpCounters()

    def restart(self) -> None:
        """The device boots."""
        self.clear()
        self.clear_counters()

    def port_up(self, port: str) -> None:
        """A port has come up, or CDP was switched on there: it tells at once, as the next event."""
        if port not in self._hurried:
            self._hurried.add(port)
            self._clock.call_soon(self._tell_one, port, background=True)
        if self._timer is None:
            self._schedule()

    def settings_changed(self) -> None:
        """The timer may have another length."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._environment.settings.running:
            self._schedule()
        else:
            self._neighbours.clear()

    def receive(self, port: str, frame: bytes) -> None:
        """Takes a frame that came in at a port."""
        if port not in self._environment.ports():
            return
        try:
            found = parse_snap(frame)
            if found is None or found[1] != CDP:
                return
            packet = CdpPacket.parse(found[2])
        except BadHeader:
            self.counters.header_syntax += 1
            return
        except BadChecksum:
            self.counters.checksum += 1
            return
        except MalformedPacket:
            self.counters.invalid += 1
            return
        if packet.version == 1:
            self.counters.input_1 += 1
        else:
            self.counters.input_2 += 1
        self._learn(port, packet)

    def _learn(self, port: str, packet: CdpPacket) -> None:
        key = (port, packet.device_id, packet.port_id)
        known = key in self._neighbours
        self._environment.debug(f"CDP-PA: Packet received from {shown(packet.device_id)} on interface {port}")
        self._environment.debug("**Entry found in cache**" if known else "**Entry NOT found in cache**")
        if not packet.holdtime:
            self._neighbours.pop(key, None)
            return
        if not known and len(self._neighbours) >= _MOST_NEIGHBOURS:
            self._forget_old()
            if len(self._neighbours) >= _MOST_NEIGHBOURS:
                self.counters.no_memory += 1
                return
        self._neighbours[key] = Neighbour(port, packet, self._clock.now + packet.holdtime * SECOND)
        self._compare(port, packet)

    def _compare(self, port: str, packet: CdpPacket) -> None:
        """Logs where the two ends of the cable are set differently."""
        own, far = self._environment.says(port), f"{shown(packet.device_id)} {shown(packet.port_id)}"
        if None not in (own.native_vlan, packet.native_vlan) and own.native_vlan != packet.native_vlan:
            here, there = f"{port} ({own.native_vlan})", f"{far} ({packet.native_vlan})"
            text = f"Native VLAN mismatch discovered on {here}, with {there}."
            self._environment.log("CDP-4-NATIVE_VLAN_MISMATCH", text)
        if not self._environment.settings.log_duplex or None in (own.full_duplex, packet.full_duplex):
            return
        if own.full_duplex != packet.full_duplex:
            here, there = (
                ("not half duplex", "half duplex") if own.full_duplex else ("not full duplex", "full duplex")
            )
            text = f"duplex mismatch discovered on {port} ({here}), with {far} ({there})."
            self._environment.log("CDP-4-DUPLEX_MISMATCH", text)

    def _forget_old(self) -> None:
        now = self._clock.now
        for key in [key for key, one in self._neighbours.items() if one.expires <= now]:
            del self._neighbours[key]

    def _schedule(self) -> None:
        seconds = self._environment.settings.timer
        self._timer = self._clock.call_later(seconds * SECOND, self._tell_all, background=True)

    def _tell_all(self) -> None:
        """The timer: it goes on as long as a port is up."""
        self._timer = None
        ports = list(self._environment.ports())
        for port in ports:
            self._tell(port)
        if ports:
            self._schedule()

    def _tell_one(self, port: str) -> None:
        self._hurried.discard(port)
        if port in self._environment.ports():
            self._tell(port)

    def _tell(self, port: str) -> None:
        environment, settings = self._environment, self._environment.settings
        version = 2 if settings.version_2 else 1
        packet = environment.says(port)._replace(holdtime=settings.holdtime, version=version)
        if version == 2:
            self.counters.output_2 += 1
        else:
            self.counters.output_1 += 1
        environment.send(port, build_snap(environment.mac(port), CDP, packet.build()))
        environment.debug(f"CDP-PA: version {version} packet sent out on {port}")
