"""A switch: learns where stations are, and forwards frames to them (IEEE 802.1Q, without spanning tree).

The rules. A frame belongs to one VLAN: that of its tag, or that of the port for frames without one. Stations
are learned, and frames forwarded, within a VLAN alone. A frame leaves in the same event in which it came,
never by the port that it came from, with a tag where the port is a trunk and the VLAN not its native one.
Only the outer tag counts: another one behind it is payload. Without a spanning tree, switches that are joined
in a ring pass a broadcast around for ever, as real ones would.

The switch's own control plane is one more port, `cpu`, on which all frames are tagged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

from ios_emu.clock import SECOND, Clock
from ios_emu.stack.cable import Port
from ios_emu.stack.inner_wire import join
from ios_emu.stack.port_security import SecurePort
from ios_emu.stack.switch_port import SwitchPort
from ios_emu.stack.vlan_set import VlanSet
from ios_emu.wire.ethernet import MacAddress, with_tag, without_tag

AGEING_TIME = 300 * SECOND
FACTORY_VLANS = {
    1: "default",
    1002: "fddi-default",
    1003: "token-ring-default",
    1004: "fddinet-default",
    1005: "trnet-default",
}
NOT_ETHERNET = range(1002, 1006)
"""VLANs of token rings and FDDI, which no Ethernet port can be in."""
CPU = "CPU"
"""The name of the control plane's port."""

Operational = tuple[Literal["access"], int] | tuple[Literal["trunk"], int, VlanSet]

# 01-80-C2-00-00-00 to -0F: for the bridge itself, never forwarded (IEEE 802.1D, 7.12.6).
_RESERVED = bytes.fromhex("0180c20000")
# Cisco's own protocols of neighbours: CDP, VTP, DTP, PAgP, UDLD.
_CISCO = bytes.fromhex("01000ccccccc")
# As many as the table of a small switch holds.
_MOST_STATIONS = 8192
_DOT1Q = b"\x81\x00"
_TAGGED_HEADER = 18
# When a static entry was last heard: later than any lab time.
_ALWAYS = 1 << 100


class Station(NamedTuple):
    """A line of the MAC address table."""

    mac: MacAddress
    port: str
    type: str = "DYNAMIC"
    vlan: int = 1


@dataclass(slots=True)
class SwitchCounters:
    """What became of the frames that came: each is counted once."""

    forwarded: int = 0
    """To the one port where the station is."""
    flooded: int = 0
    """To all other ports of the VLAN: for a group, or for a station that is not known."""
    filtered: int = 0
    """To no other port: for the switch itself, or for a station behind the port that it came from."""
    tagged_at_access: int = 0
    """Dropped: a tag where none may be."""
    vlan_not_here: int = 0
    """Dropped: of a VLAN that the trunk does not carry, or that does not exist."""
    insecure: int = 0
    """Dropped: from a station that port security does not let speak."""
    malformed: int = 0
    """Dropped: a tag that is cut off, or of the reserved VLAN 4095."""


class _Vlan:
    """A VLAN that is active. `stations` holds where each one is, and when it spoke last."""

    __slots__ = ("members", "number", "stations")

    def __init__(self, number: int) -> None:
        self.number = number
        self.stations: dict[bytes, tuple[_Line, int]] = {}
        self.members: tuple[_Line, ...] = ()


class _Line:
    """A port as the forwarding sees it: the VLAN of frames without tag, and the VLANs by their tags."""

    __slots__ = ("port", "secure", "tagged", "trunk", "untagged")

    def __init__(self, port: Port) -> None:
        self.port = port
        self.untagged: _Vlan | None = None
        self.tagged: dict[int, _Vlan] = {}
        self.trunk = False
        self.secure: SecurePort | None = None


class Switch:
    """A switch with ports of the given names, all in VLAN 1.

    `settings`, `vlans`, `suspended`, `static` and `cpu_addresses` are for others to change; call `changed`
    then. `static` has the port (or None, to drop what is for it) of a VLAN and address. `cpu_addresses` has
    the VLANs in which the control plane has an interface, with its address there.
    """

    def __init__(self, name: str, clock: Clock, port_names: Iterable[str]) -> None:
        self.name = name
        self.counters = SwitchCounters()
        self.ports: dict[str, Port] = {}
        self.settings: dict[str, SwitchPort] = {}
        self.vlans = dict(FACTORY_VLANS)
        self.suspended: set[int] = set()
        self.static: dict[tuple[int, MacAddress], str | None] = {}
        self.cpu_addresses: dict[int, MacAddress] = {}
        # Ports that are off for a fault, with its cause as IOS names it (`psecure-violation`).
        self.err_disabled: dict[str, str] = {}
        self.secure: dict[str, SecurePort] = {}
        # Ports in a dynamic mode that have agreed on a trunk with the other end.
        self.negotiated: set[str] = set()
        # The control plane is shown each frame that is for the switch itself, and told of what happens.
        self.control: Callable[[Port, bytes], None] = lambda port, frame: None
        self.link_changed: Callable[[Port], None] = lambda port: None
        self.violated: Callable[[str, MacAddress, int], None] = lambda port, mac, vlan: None
        self.err_disable: Callable[[str, str], None] = lambda port, cause: None
        self._clock = clock
        self._lifetime = AGEING_TIME
        self._lines: dict[str, _Line] = {}
        self._vlans: dict[int, _Vlan] = {}
        for port_name in port_names:
            port = self.ports[port_name] = Port(port_name)
            line = self._lines[port_name] = _Line(port)
            port.receive = partial(self._receive, line)
            port.carrier_changed = partial(self._carrier_changed, line)
            settings = self.settings[port_name] = SwitchPort(port_name)
            self.secure[port_name] = SecurePort(settings.security)
        self.cpu = Port(CPU)
        self._cpu_line = _Line(Port(CPU))
        self._cpu_line.trunk = True
        self._cpu_line.port.receive = partial(self._receive, self._cpu_line)
        join(clock, self.cpu, self._cpu_line.port)
        self.changed()

    @property
    def ageing_time(self) -> int:
        """Nanoseconds after which a silent station is forgotten; 0 for never."""
        return self._lifetime % _ALWAYS

    @ageing_time.setter
    def ageing_time(self, lifetime: int) -> None:
        self._lifetime = lifetime or _ALWAYS

    def operational(self, port: str) -> Operational:
        """What the port of that name works as: its VLAN, or a trunk's native VLAN and those it may carry."""
        settings = self.settings[port]
        if settings.mode == "trunk" or (settings.mode != "access" and port in self.negotiated):
            return "trunk", settings.native_vlan, settings.allowed_vlans
        return "access", settings.access_vlan

    def changed(self) -> None:
        """Takes the settings, VLANs and static entries that there are now."""
        active = {
            number for number in self.vlans if number not in self.suspended and number not in NOT_ETHERNET
        }
        self._vlans = {number: self._vlans.get(number) or _Vlan(number) for number in sorted(active)}
        for name, line in self._lines.items():
            self._set_line(name, line)
        self._cpu_line.tagged = {
            number: self._vlans[number] for number in self.cpu_addresses if number in active
        }
        for vlan in self._vlans.values():
            lines = (*self._lines.values(), self._cpu_line)
            vlan.members = tuple(
                one for one in lines if one.untagged is vlan or one.tagged.get(vlan.number) is vlan
            )
            for mac, (line, seen) in list(vlan.stations.items()):
                if seen == _ALWAYS or line not in vlan.members:
                    del vlan.stations[mac]
        self._add_static()
        for name, settings in self.settings.items():
            if settings.shutdown:
                self.err_disabled.pop(name, None)
            self.ports[name].set_enabled(not settings.shutdown and name not in self.err_disabled)

    def _set_line(self, name: str, line: _Line) -> None:
        settings, works_as = self.settings[name], self.operational(name)
        line.trunk = works_as[0] == "trunk"
        line.untagged, line.tagged = self._vlans.get(works_as[1]), {}
        if works_as[0] == "trunk":
            line.tagged = {number: vlan for number, vlan in self._vlans.items() if number in works_as[2]}
            if works_as[1] not in line.tagged:
                line.untagged = None
        self.secure[name].settings_changed()
        line.secure = self.secure[name] if settings.security.enabled else None
        if line.secure is None:
            self.secure[name].forget()

    def _add_static(self) -> None:
        """Stations that nobody has to hear: as configured, secure ones, and the switch itself."""
        blackhole = _Line(Port("Drop"))
        for (number, mac), name in self.static.items():
            vlan = self._vlans.get(number)
            line = blackhole if name is None else self._lines.get(name)
            if vlan is not None and line is not None and (name is None or line in vlan.members):
                vlan.stations[mac] = line, _ALWAYS
        for line in self._lines.values():
            if line.secure is not None and line.untagged is not None:
                for mac, _ in line.secure.addresses():
                    line.untagged.stations[mac] = line, _ALWAYS
        for number, vlan in self._cpu_line.tagged.items():
            vlan.stations[self.cpu_addresses[number]] = self._cpu_line, _ALWAYS

    # The table

    def mac_table(self) -> Iterator[Station]:
        """The stations that it knows, in the order of the VLANs and addresses."""
        oldest = self._clock.now - self._lifetime
        for number, vlan in self._vlans.items():
            for mac, (line, seen) in sorted(vlan.stations.items(), key=lambda one: one[0]):
                if seen > oldest:
                    kind = "STATIC" if seen == _ALWAYS else "DYNAMIC"
                    yield Station(MacAddress(mac), line.port.name, kind, number)

    def forget(
        self, *, vlan: int | None = None, port: str | None = None, mac: MacAddress | None = None
    ) -> None:
        """Takes dynamic entries out of the table: all of them, or those of a VLAN, port, address."""
        for number, one in self._vlans.items():
            if vlan is None or vlan == number:
                for station, (line, seen) in list(one.stations.items()):
                    here = port is None or line.port.name == port
                    if seen != _ALWAYS and here and (mac is None or mac == station):
                        del one.stations[station]

    # Frames

    def _receive(self, line: _Line, frame: bytes) -> None:
        now = self._clock.now
        destination, source = frame[:6], frame[6:12]
        vlan, tagged = line.untagged, frame[12:14] == _DOT1Q
        if tagged:
            found = self._read_tag(line, frame)
            if found is None:
                return
            vlan, frame = found
        group = destination[0] & 1
        if group and (destination == _CISCO or (destination[:5] == _RESERVED and destination[5] < 0x10)):
            self._to_itself(line, vlan, source, without_tag(frame) if tagged else frame)
            return
        if vlan is None:
            self.counters.vlan_not_here += 1
            return
        stations = vlan.stations
        if not source[0] & 1:
            if line.secure is not None and not self._may_speak(line, line.secure, vlan, source):
                self.counters.insecure += 1
                return
            entry = stations.get(source)
            if (entry[1] <= now) if entry is not None else self._has_room(now):
                stations[source] = line, now
        if not group:
            entry = stations.get(destination)
            if entry is not None and entry[1] > now - self._lifetime:
                target = entry[0]
                if target is line:
                    self.counters.filtered += 1
                else:
                    self.counters.forwarded += 1
                    if tagged or target.untagged is not vlan:
                        frame = _dressed(frame, tagged, vlan, target)
                    target.port.send(frame)
                return
        self.counters.flooded += 1
        for target in vlan.members:
            if target is not line and target.port.carrier:
                if tagged or target.untagged is not vlan:
                    target.port.send(_dressed(frame, tagged, vlan, target))
                else:
                    target.port.send(frame)

    def _read_tag(self, line: _Line, frame: bytes) -> tuple[_Vlan | None, bytes] | None:
        """The VLAN of a tagged frame, and the frame with that VLAN in its tag; None for one that is dropped.

        VLAN 0 is a priority alone: the frame is of the VLAN that it would have without a tag.
        """
        if len(frame) < _TAGGED_HEADER:
            self.counters.malformed += 1
            return None
        control = frame[14] << 8 | frame[15]
        number = control & 0xFFF
        if number == 0xFFF:
            self.counters.malformed += 1
            return None
        if not number:
            vlan = line.untagged
            if vlan is not None:
                frame = frame[:14] + (control | vlan.number).to_bytes(2) + frame[16:]
            return vlan, frame
        if not line.trunk:
            self.counters.tagged_at_access += 1
            return None
        return line.tagged.get(number), frame

    def _to_itself(self, line: _Line, vlan: _Vlan | None, source: bytes, frame: bytes) -> None:
        """A frame for the switch goes to its control plane. Who sent it is a station as any other."""
        self.counters.filtered += 1
        now = self._clock.now
        if vlan is not None and not source[0] & 1:
            entry = vlan.stations.get(source)
            if line.secure is None and ((entry[1] <= now) if entry is not None else self._has_room(now)):
                vlan.stations[source] = line, now
        self.control(line.port, frame)

    def _may_speak(self, line: _Line, secure: SecurePort, vlan: _Vlan, source: bytes) -> bool:
        """Port security: lets a station speak that is known, or takes it in; else it is a violation."""
        mac = MacAddress(source)
        secure.last_source = mac, vlan.number
        if secure.knows(source):
            return True
        entry = vlan.stations.get(source)
        elsewhere = entry is not None and entry[0] is not line and entry[0].secure is not None
        if not elsewhere and secure.learn(mac):
            vlan.stations[source] = line, _ALWAYS
            return True
        reaction = secure.settings.violation
        if reaction == "protect":
            return False
        secure.violations += 1
        name = line.port.name
        if reaction == "shutdown":
            self.err_disabled[name] = "psecure-violation"
            self.err_disable(name, "psecure-violation")
        self.violated(name, mac, vlan.number)
        if reaction == "shutdown":
            line.port.set_enabled(False)
        return False

    def _has_room(self, now: int) -> bool:
        """Is there room for one more station? Makes some in a full table, where somebody in it is old."""
        tables = [vlan.stations for vlan in self._vlans.values()]
        if sum(map(len, tables)) < _MOST_STATIONS:
            return True
        purged = False
        for stations in tables:
            for mac in [mac for mac, (_, seen) in stations.items() if seen <= now - self._lifetime]:
                del stations[mac]
                purged = True
        return purged

    def _carrier_changed(self, line: _Line) -> None:
        """Nobody is behind a port without a cable."""
        if not line.port.carrier:
            name = line.port.name
            self.secure[name].forget()
            for vlan in self._vlans.values():
                for mac, (where, seen) in list(vlan.stations.items()):
                    if where is line and (seen != _ALWAYS or not self._stays(line, vlan, mac)):
                        del vlan.stations[mac]
        self.link_changed(line.port)

    def _stays(self, line: _Line, vlan: _Vlan, mac: bytes) -> bool:
        """Does a static entry outlive the link?"""
        configured = (vlan.number, mac) in self.static
        return configured or (line.secure is not None and line.secure.knows(mac))


def _dressed(frame: bytes, tagged: bool, vlan: _Vlan, target: _Line) -> bytes:
    """The frame as it leaves by that port: with the VLAN's tag, or without one."""
    if target.untagged is vlan:
        return without_tag(frame) if tagged else frame
    return frame if tagged else with_tag(frame, vlan.number)
