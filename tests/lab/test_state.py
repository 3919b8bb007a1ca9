"""State files of any content: the lab starts, and its router answers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.devices.nvram import MemoryJournal
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


def test_the_configuration_register_outlives_the_process() -> None:
    journal = MemoryJournal()
    lab = Lab("router", journal=journal)
    for line in ("configure terminal", "hostname Kept", "config-register 0x2142", "end", "write memory"):
        lab["R1"].run(line)
    again = Lab("router", journal=journal, read_state=journal.records.get)
    # Bit 6 ignores what was saved.
    assert "Configuration register is 0x2142" in again["R1"].run("show version")
    assert "hostname Kept" not in again["R1"].run("show running-config")
    assert "hostname Kept" in again["R1"].run("show startup-config")


@pytest.mark.parametrize("record", [b"", b"nonsense", b"\xff\xfe", b"0x21\n42"])
def test_a_register_that_is_none_is_the_usual_one(record: bytes) -> None:
    lab = Lab("router", read_state={"R1/config-register": record}.get)
    assert "Configuration register is 0x2102" in lab["R1"].run("show version")


def test_files_of_the_flash_outlive_the_process() -> None:
    journal = MemoryJournal()

    def names(prefix: str) -> list[str]:
        return sorted(name for name in journal.records if name.startswith(prefix))

    lab = Lab("router", journal=journal, read_state=journal.records.get, list_state=names)
    for line in ("mkdir configs", "", "copy running-config flash:configs/first.cfg", ""):
        lab["R1"].run(line)
    before = lab["R1"].run("dir flash:configs")
    assert "first.cfg" in before
    again = Lab("router", journal=journal, read_state=journal.records.get, list_state=names)
    assert again["R1"].run("dir flash:configs") == before
    assert again["R1"].run("more flash:configs/first.cfg") == lab["R1"].run("more flash:configs/first.cfg")
