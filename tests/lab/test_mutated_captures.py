"""Frames of a real conversation, broken in every way and put back on the wire: the lab still works."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.clock import SECOND
from ios_emu.lab.capture import Capture
from ios_emu.lab.device import HostDevice, RouterDevice
from ios_emu.lab.topology import Lab
from ios_emu.wire.pcap import read_capture

CONFIGURE = ["configure terminal", "service tcp-small-servers", "line vty 0 4", "no login", "end"]


def served_lab() -> Lab:
    """The lab `ping` with everything listening."""
    lab = Lab("ping")
    for line in CONFIGURE:
        lab["R1"].run(line)
    return lab


@cache
def conversation() -> tuple[bytes, ...]:
    """The frames of pings, fragments, a traceroute and telnet, read back from their capture."""
    lab = served_lab()
    data = bytearray()
    capture = Capture(lab, data.extend)
    for name, command in (
        ("PC1", "ping 192.168.2.2"),
        ("PC1", "ping 192.168.1.1 -n 1 -l 4000"),
        ("R1", "traceroute 192.168.2.2"),
        ("PC2", "telnet 192.168.2.1 13"),
        ("PC1", "telnet 192.168.1.1 99"),
    ):
        lab[name].run(command)
    capture.stop()
    frames = tuple(frame.data for frame in read_capture(bytes(data)))
    assert len(frames) == capture.frames > 60
    return frames


mutations = st.lists(
    st.tuples(
        st.integers(0, 10_000),
        st.sampled_from(["flip", "cut", "grow", "again"]),
        st.lists(st.tuples(st.integers(0, 1600), st.integers(0, 255)), max_size=4),
    ),
    min_size=1,
    max_size=30,
)


@pytest.mark.property
@settings(deadline=None, max_examples=40)
@given(mutations, st.integers(0, 3))
def test_whatever_comes_over_a_cable_the_lab_still_works(
    broken: list[tuple[int, str, list[tuple[int, int]]]], cable: int
) -> None:
    frames, lab = conversation(), served_lab()
    ends = lab.cables[cable].cable.ends
    for number, how, changes in broken:
        frame = bytearray(frames[number % len(frames)])
        for place, byte in changes:
            if how == "flip":
                frame[place % len(frame)] = byte
            elif how == "cut":
                del frame[max(place % len(frame), 1) :]
            elif how == "grow":
                frame += bytes([byte]) * (place % 200)
        ends[number % 2].send(bytes(frame))
        lab.clock.run_until_idle()
    lab.clock.run_until(lab.clock.now + 300 * SECOND)
    router, host = lab["R1"], lab["PC1"]
    assert isinstance(router, RouterDevice)
    assert isinstance(host, HostDevice)
    for node in (router.router.network.node, host.host.node):
        # Somebody may have lied about an address: that is ARP's weakness, not ours.
        node.arp.forget()
    assert "Received = 2" in host.run("ping 192.168.1.1 -n 2")
    assert "2002" in host.run("telnet 192.168.1.1 13")
    assert "Fa0/0" not in router.run("show interfaces fa0/0 | include drops")
