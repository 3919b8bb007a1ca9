"""State files of any content: the lab starts, and its router answers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.lab.topology import Lab

LINES = (
    b"hostname Kept|interface FastEthernet0/0| ip address 10.0.0.1 255.0.0.0|banner motd ^C|ip dhcp pool P|"
    b" network 10.0.0.0 255.0.0.0|enable secret 5 $1$x$y|line con 0| login|end|interface Vlan1|!"
).split(b"|")
records = st.one_of(
    st.binary(max_size=300),
    st.lists(st.one_of(st.sampled_from(LINES), st.binary(max_size=40)), max_size=15).map(b"\n".join),
)


@pytest.mark.property
@settings(deadline=None, max_examples=60)
@given(records)
def test_any_start_up_configuration_boots(record: bytes) -> None:
    lab = Lab("router", read_state={"R1/startup-config": record}.get)
    shown = bytearray()
    console = lab["R1"].console()
    console.attach(shown.extend)
    console.receive(b"\r")
    lab.clock.run_until_idle()
    assert shown
    assert lab.idle
    assert lab["R1"].run("show privilege") == "Current privilege level is 15"
