"""The CDP engine: two devices on a cable, what they know of each other, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from ios_emu.clock import SECOND, Clock
from ios_emu.services.cdp import CdpEngine, CdpSettings
from ios_emu.wire.cdp import CdpPacket
from ios_emu.wire.ethernet import MacAddress
from ios_emu.wire.snap import CDP, DTP, build_snap

PORT = "FastEthernet0/0"
MAC = MacAddress.parse("0200.0000.0001")


@dataclass
class Device:
    """A device with one port; what it sends reaches `far` at once."""

    name: str
    clock: Clock
    native_vlan: int | None = None
    full_duplex: bool = True
    settings: CdpSettings = field(default_factory=CdpSettings)
    up: bool = True
    far: Device | None = None
    sent: list[int] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    debugged: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine = CdpEngine(self.clock, self)

    def ports(self) -> list[str]:
        return [PORT] if self.up and self.settings.running else []

    def says(self, port: str) -> CdpPacket:
        return CdpPacket(self.name, port, native_vlan=self.native_vlan, full_duplex=self.full_duplex)

    def mac(self, _: str) -> MacAddress:
        return MAC

    def send(self, _: str, frame: bytes) -> None:
        self.sent.append(self.clock.now // SECOND)
        if self.far is not None:
            self.far.engine.receive(PORT, frame)

    def log(self, name: str, text: str) -> None:
        self.logged.append(f"%{name}: {text}")

    def debug(self, text: str) -> None:
        self.debugged.append(text)

    def names(self) -> list[str]:
        return [one.says.device_id for one in self.engine.neighbours()]


def pair(
    *, native: tuple[int | None, int | None] = (None, None), duplex: bool = True
) -> tuple[Device, Device]:
    clock = Clock()
    a, b = Device("R1", clock, native[0]), Device("R2", clock, native[1], duplex)
    a.far, b.far = b, a
    for device in (a, b):
        device.engine.port_up(PORT)
    clock.run_until(0)
    return a, b


def test_a_port_that_comes_up_tells_at_once_and_then_every_minute() -> None:
    a, b = pair()
    assert (a.names(), b.names()) == (["R2"], ["R1"])
    a.clock.run_until(200 * SECOND)
    assert a.sent == [0, 60, 120, 180]


def test_nobody_waits_for_cdp() -> None:
    a, _ = pair()
    assert a.clock.idle


def test_a_neighbour_that_is_silent_is_forgotten_when_its_time_is_over() -> None:
    a, b = pair()
    b.up = False
    a.clock.run_until(180 * SECOND - 1)
    assert a.names() == ["R2"]
    a.clock.run_until(180 * SECOND)
    assert a.names() == []


def test_the_neighbour_says_for_how_long() -> None:
    a, b = pair()
    b.settings = CdpSettings(holdtime=20, timer=200)
    b.engine.settings_changed()
    b.engine.port_up(PORT)
    a.clock.run_until(19 * SECOND)
    assert a.names() == ["R2"]
    a.clock.run_until(20 * SECOND)
    assert a.names() == []


def test_the_timer_is_a_setting() -> None:
    a, _ = pair()
    a.settings = CdpSettings(timer=5)
    a.engine.settings_changed()
    a.clock.run_until(11 * SECOND)
    assert a.sent == [0, 5, 10]


def test_a_device_that_does_not_run_cdp_knows_nobody_and_says_nothing() -> None:
    a, _ = pair()
    a.settings = CdpSettings(running=False)
    a.engine.settings_changed()
    a.clock.run_until(300 * SECOND)
    assert a.names() == []
    assert a.sent == [0]


def test_a_holdtime_of_zero_is_a_farewell() -> None:
    a, _ = pair()
    packet = CdpPacket("R2", PORT, holdtime=0)
    a.engine.receive(PORT, build_snap(MAC, CDP, packet.build()))
    assert a.names() == []


def test_versions_are_counted() -> None:
    a, b = pair()
    a.settings = CdpSettings(version_2=False)
    a.clock.run_until(60 * SECOND)
    assert (a.engine.counters.output_1, a.engine.counters.output_2) == (1, 1)
    assert (b.engine.counters.input_1, b.engine.counters.input_2) == (1, 1)


@pytest.mark.parametrize(
    ("payload", "counter"),
    [
        (b"\x02", "header_syntax"),
        (b"\x02\xb4\x12\x34", "checksum"),
        (CdpPacket("", PORT).build(), "invalid"),
    ],
)
def test_what_is_malformed_is_counted_and_ignored(payload: bytes, counter: str) -> None:
    a, _ = pair()
    a.engine.receive(PORT, build_snap(MAC, CDP, payload))
    assert getattr(a.engine.counters, counter) == 1
    assert a.names() == ["R2"]
    assert a.engine.counters.input_2 == 1


def test_what_is_not_cdp_is_not_counted() -> None:
    a, _ = pair()
    a.engine.receive(PORT, build_snap(MAC, DTP, b""))
    assert a.engine.counters.invalid == a.engine.counters.header_syntax == 0


def test_a_flood_of_names_does_not_fill_the_memory() -> None:
    a, _ = pair()
    for number in range(1200):
        packet = CdpPacket(f"X{number}", PORT, holdtime=10)
        a.engine.receive(PORT, build_snap(MAC, CDP, packet.build()))
    assert len(a.names()) == 1000
    assert a.engine.counters.no_memory == 201
    a.clock.run_until(10 * SECOND)
    a.engine.receive(PORT, build_snap(MAC, CDP, CdpPacket("late", PORT).build()))
    assert a.names() == ["late", "R2"]


def test_different_native_vlans_are_logged_each_time() -> None:
    a, _ = pair(native=(1, 99))
    a.clock.run_until(60 * SECOND)
    line = f"%CDP-4-NATIVE_VLAN_MISMATCH: Native VLAN mismatch discovered on {PORT} (1), with R2 {PORT} (99)."
    assert a.logged == [line, line]


@pytest.mark.parametrize("native", [(None, 99), (99, None), (99, 99)])
def test_who_has_no_native_vlan_has_no_other_one(native: tuple[int | None, int | None]) -> None:
    a, b = pair(native=native)
    assert a.logged == b.logged == []


def test_different_duplex_is_logged_unless_that_is_off() -> None:
    a, b = pair(duplex=False)
    assert a.logged == [
        f"%CDP-4-DUPLEX_MISMATCH: duplex mismatch discovered on {PORT} (not half duplex), "
        f"with R2 {PORT} (half duplex)."
    ]
    assert b.logged == [
        f"%CDP-4-DUPLEX_MISMATCH: duplex mismatch discovered on {PORT} (not full duplex), "
        f"with R1 {PORT} (full duplex)."
    ]
    a.settings = CdpSettings(log_duplex=False)
    a.clock.run_until(60 * SECOND)
    assert len(a.logged) == 1


def test_what_debug_says() -> None:
    a, _ = pair()
    a.clock.run_until(60 * SECOND)
    assert a.debugged[-3:] == [
        f"CDP-PA: version 2 packet sent out on {PORT}",
        f"CDP-PA: Packet received from R2 on interface {PORT}",
        "**Entry found in cache**",
    ]


def test_the_table_and_the_counters_can_be_cleared() -> None:
    a, _ = pair()
    a.engine.clear()
    a.engine.clear_counters()
    assert a.names() == []
    assert a.engine.counters.output_2 == 0
