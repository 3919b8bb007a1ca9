"""The networks of the own interfaces, against a plain search."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.devices.connected import ConnectedNetworks
from ios_emu.stack.interface_name import InterfaceName

NAMES = [InterfaceName("Loopback", None, number) for number in range(4)]
networks = st.builds(
    lambda number, length: IPv4Network((number << 8 >> (32 - length) << (32 - length), length)),
    st.integers(0, 2**24 - 1),
    st.integers(20, 32),
)


@pytest.mark.property
@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(NAMES), networks), max_size=12),
    networks,
    st.sampled_from(NAMES),
    st.data(),
)
def test_overlaps_are_those_that_a_search_finds(
    held: list[tuple[InterfaceName, IPv4Network]], asked: IPv4Network, own: InterfaceName, data: st.DataObject
) -> None:
    connected = ConnectedNetworks()
    for name, network in held:
        connected.add(name, network[0], network)
    removed = data.draw(st.sets(st.sampled_from(range(len(held))))) if held else set()
    for position in removed:
        name, network = held[position]
        connected.remove(name, network[0], network)
    left = [one for position, one in enumerate(held) if position not in removed]
    assert connected.overlapping(asked, own) == min(
        (name for name, network in left if network.overlaps(asked) and name != own), default=None
    )
    for _, network in held:
        assert connected.owns(network[0]) == any(network[0] == other[0] for _, other in left)
    assert not connected.owns(IPv4Address("255.255.255.255"))
