"""What a switch counts of its own interfaces."""

from __future__ import annotations

from ios_emu.clock import SECOND, Clock
from ios_emu.devices.switch_network import SviCounters
from ios_emu.stack.interface_name import InterfaceName
from ios_emu.wire.ethernet import MacAddress

OWN, OTHER = (MacAddress(bytes((2, 0, 0, 0, 0, last))) for last in (1, 2))
TAG = b"\x81\x00\x00\x0a"


def test_frames_are_counted_without_their_tags_and_those_for_others_are_not() -> None:
    clock = Clock()
    counters = SviCounters(clock, InterfaceName.read("Vlan10"), OWN)
    clock.run_until(3 * SECOND)
    for destination in (OWN, OTHER, b"\xff" * 6, b"\x01\x00\x5e\x00\x00\x01"):
        counters.count_in(destination + OTHER + TAG + b"\x08\x00" + bytes(82))
    counters.count_out(OTHER + OWN + TAG + b"\x08\x06" + bytes(42))
    counted = counters.port.counters
    assert (counted.frames_in, counted.bytes_in) == (3, 3 * 96)
    assert (counted.broadcasts_in, counted.multicasts_in) == (2, 1)
    # The tag goes, and what is then too short is filled up.
    assert (counted.frames_out, counted.bytes_out, counted.arp_out) == (1, 60, 1)
    assert (counters.port.last_in, counters.port.last_out) == (3 * SECOND, 3 * SECOND)
    assert (counters.frames_in, counters.ip_in) == (4, 4)
