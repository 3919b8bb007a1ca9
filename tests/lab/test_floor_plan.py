"""The plan of a lab: rows at first, places that are kept, and what it tells of devices and cables."""

from __future__ import annotations

import pytest

from ios_emu.lab.floor_plan import FloorPlan
from ios_emu.lab.topology import Lab


def test_routers_stand_above_switches_above_hosts() -> None:
    plan = {one["name"]: one for one in FloorPlan(Lab("lab5")).devices()}
    assert plan["R1"]["y"] < plan["SW1"]["y"] < plan["user1-pc"]["y"] == plan["DNS-Server"]["y"]
    assert plan["user1-pc"]["addresses"] == ["192.168.1.1/24"]
    assert [(port["port"], port["state"]) for port in plan["R1"]["ports"]] == [
        ("Fa0/0", "administratively down"),
        ("Fa0/1", "administratively down"),
    ]


def test_a_closer_look_shows_addresses_of_every_port() -> None:
    lab = Lab("ping")
    lab["R1"].run("configure terminal")
    lab["R1"].run("interface loopback 3")
    lab["R1"].run("ip address 10.3.3.3 255.255.255.255")
    plan = {one["name"]: one["ports"] for one in FloorPlan(lab).devices()}
    seen = [(port["port"], port["state"], port["address"]) for port in plan["R1"]]
    assert seen == [
        ("Fa0/0", "up", "192.168.1.1/24"),
        ("Fa0/1", "up", "192.168.2.1/24"),
        ("Lo3", "up", "10.3.3.3/32"),
    ]
    [port] = plan["PC1"]
    assert (port["port"], port["address"]) == ("Fa0", "192.168.1.2/24")
    assert len(port["mac"]) == len("0000.0000.0000")
    assert {port["port"] for port in plan["SW1"]} == {"Fa0/1", "Fa0/24"}


def test_a_switch_shows_the_addresses_of_its_vlans() -> None:
    lab = Lab("lab5")
    for line in ("enable", "configure terminal", "interface Vlan1", "ip address 192.168.1.50 255.255.255.0"):
        lab["SW1"].run(line)
    plan = {one["name"]: one for one in FloorPlan(lab).devices()}
    assert plan["SW1"]["addresses"] == ["Vl1 192.168.1.50/24"]


def test_cables_have_lights_and_can_be_cut() -> None:
    lab = Lab("lab5")
    plan = FloorPlan(lab)
    first = plan.cables()[0]
    assert (first["a"], first["b"], first["up"], first["lights"]) == ("user1-pc", "SW1", True, [True, True])
    lab.cables[0].cable.set_up(False)
    cut = plan.cables()[0]
    assert (cut["up"], cut["lights"]) == (False, [False, False])


def test_places_are_kept_within_the_plan() -> None:
    lab = Lab("lab5")
    plan = FloorPlan(lab)
    plan.move("R1", 0.25, 7.0)
    plan.move("nobody", 0.5, 0.5)
    again = {one["name"]: one for one in FloorPlan(lab, plan.record()).devices()}
    assert (again["R1"]["x"], again["R1"]["y"]) == (0.25, 0.92)


@pytest.mark.parametrize(
    "kept", [b"", b"[]", b"{", b'{"R1": 1}', b'{"R1": ["a", "b"]}', b'{"R1": [NaN, 1e999]}']
)
def test_a_record_that_is_none_is_left_alone(kept: bytes) -> None:
    for one in FloorPlan(Lab("lab5"), kept).devices():
        assert 0.08 <= one["x"] <= 0.92
        assert 0.08 <= one["y"] <= 0.92
