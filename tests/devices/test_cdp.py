"""CDP of a router: when it is on, and from when on the others know of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ios_emu import Lab
from ios_emu.clock import SECOND

LAB = """\
links = ["R1:Fa0/0 -- R2:Fa0/0"]
[devices.R1]
type = "2811"
config = "R1.cfg"
[devices.R2]
type = "2811"
config = "R2.cfg"
"""
UP = "interface FastEthernet0/0\n no shutdown\n"


def build(folder: Path, first: str = "", second: str = "") -> Lab:
    (folder / "lab.toml").write_text(LAB)
    (folder / "R1.cfg").write_text(f"hostname R1\n{UP}{first}")
    (folder / "R2.cfg").write_text(f"hostname R2\n{UP}{second}")
    lab = Lab(str(folder / "lab.toml"))
    lab.clock.run_until_idle()
    return lab


def knows(lab: Lab, device: str, other: str) -> bool:
    return f"\n{other} " in lab[device].run("show cdp neighbors")


def configure(lab: Lab, device: str, *lines: str) -> None:
    for line in ("enable", "configure terminal", *lines, "end"):
        lab[device].run(line)
    lab.clock.run_until(lab.clock.now + SECOND)


def test_neighbours_know_each_other_before_the_first_command(tmp_path: Path) -> None:
    lab = build(tmp_path)
    assert lab.clock.now < SECOND
    assert knows(lab, "R1", "R2")
    assert knows(lab, "R2", "R1")


@pytest.mark.parametrize(
    ("off", "on"), [("no cdp run\n", ["cdp run"]), (" no cdp enable\n", ["interface Fa0/0", "cdp enable"])]
)
def test_who_starts_without_cdp_can_switch_it_on(tmp_path: Path, off: str, on: list[str]) -> None:
    lab = build(tmp_path, off)
    assert not knows(lab, "R2", "R1")
    configure(lab, "R1", *on)
    assert knows(lab, "R2", "R1")


def test_a_link_that_comes_up_is_told_at_once(tmp_path: Path) -> None:
    lab = build(tmp_path, " shutdown\n")
    assert not knows(lab, "R2", "R1")
    configure(lab, "R1", "interface Fa0/0", "no shutdown")
    assert knows(lab, "R2", "R1")


def test_a_reload_forgets_and_tells(tmp_path: Path) -> None:
    lab = build(tmp_path)
    lab["R2"].boot(quick=True)
    lab.clock.run_until(lab.clock.now + SECOND)
    assert "Total packets output: 1, Input: 0" in lab["R2"].run("show cdp traffic")
    assert "Input: 2" in lab["R1"].run("show cdp traffic")


def test_the_domain_is_part_of_the_name(tmp_path: Path) -> None:
    lab = build(tmp_path, "ip domain name example.com\n")
    assert "Device ID: R1.example.com\n" in lab["R2"].run("show cdp neighbors detail")


def test_a_sub_interface_of_the_native_vlan_lends_its_address(tmp_path: Path) -> None:
    lab = build(
        tmp_path,
        "interface FastEthernet0/0.9\n encapsulation dot1Q 9 native\n ip address 10.9.9.1 255.255.255.0\n",
    )
    assert "  IP address: 10.9.9.1\n" in lab["R2"].run("show cdp neighbors detail")


def test_what_a_neighbour_writes_does_nothing_to_the_terminal(tmp_path: Path) -> None:
    from ios_emu.wire.cdp import CdpPacket
    from ios_emu.wire.ethernet import MacAddress
    from ios_emu.wire.snap import CDP, build_snap

    lab = build(tmp_path)
    port = lab.attach("foe", "R1", "Fa0/1")
    configure(lab, "R1", "interface Fa0/1", "no shutdown")
    hostile = CdpPacket("evil\x1b[2J", "P\r1", 0xFF, "soft\x07\nware", "Cisco \x9bX", (1,))
    port.send(build_snap(MacAddress(b"\2" * 6), CDP, hostile.build()))
    lab.clock.run_until_idle()
    for command in ("neighbors", "neighbors detail", "entry *", "entry * version", "entry * protocol"):
        shown = lab["R1"].run(f"show cdp {command}")
        assert "evil" in shown
        assert all(letter.isprintable() for letter in shown.replace("\n", ""))
