"""A router that leases the address of an interface: with a lab's clock, against another router's server."""

from __future__ import annotations

from pathlib import Path

import pytest

from ios_emu import Lab
from ios_emu.clock import HOUR, MINUTE, SECOND
from ios_emu.devices.router import Router
from ios_emu.lab.device import RouterDevice
from ios_emu.stack.interface_name import InterfaceName

LAB = """\
links = ["R1:Fa0/0 -- R2:Fa0/0"]
[devices.R1]
type = "2811"
config = "R1.cfg"
[devices.R2]
type = "2811"
config = "R2.cfg"
"""
SERVER = """\
ip dhcp excluded-address 10.0.0.1
ip dhcp pool LAN
 network 10.0.0.0 255.255.255.0
 default-router 10.0.0.1
 lease 0 1
interface FastEthernet0/0
 ip address 10.0.0.1 255.255.255.0
"""
CLIENT = "interface FastEthernet0/0\n ip address dhcp\n"
PORT = InterfaceName("FastEthernet", 0, 0)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    (tmp_path / "lab.toml").write_text(LAB)
    (tmp_path / "R1.cfg").write_text(SERVER)
    (tmp_path / "R2.cfg").write_text(CLIENT)
    lab = Lab(str(tmp_path / "lab.toml"))
    lab.clock.run_until_idle()
    return lab


def router(lab: Lab, name: str) -> Router:
    device = lab[name]
    assert isinstance(device, RouterDevice)
    return device.router


def address(lab: Lab) -> str | None:
    found = router(lab, "R2").config.interfaces[PORT].address
    return None if found is None else str(found)


def default_routes(lab: Lab) -> list[tuple[int, str]]:
    routes = router(lab, "R2").routes()
    return [(one.distance, str(one.paths[0][0])) for one in routes if one.network.prefixlen == 0]


def configure(lab: Lab, name: str, *lines: str) -> None:
    console = lab[name].console()
    for line in ("", "enable", "configure terminal", *lines, "end"):
        console.receive(line.encode() + b"\r")
        lab.clock.run_until_idle()


def test_a_start_up_configuration_leases_at_boot(lab: Lab) -> None:
    assert address(lab) == "10.0.0.2/24"
    assert default_routes(lab) == [(254, "10.0.0.1")]
    assert "ip address dhcp" in lab["R2"].run("show running-config")
    assert "10.0.0.2" not in lab["R2"].run("show running-config")


def test_a_static_default_route_beats_the_leased_one(lab: Lab) -> None:
    configure(lab, "R2", "ip route 0.0.0.0 0.0.0.0 10.0.0.9")
    assert default_routes(lab) == [(1, "10.0.0.9")]
    configure(lab, "R2", "no ip route 0.0.0.0 0.0.0.0 10.0.0.9")
    assert default_routes(lab) == [(254, "10.0.0.1")]


def test_the_lease_is_renewed_and_ends_with_the_server(lab: Lab) -> None:
    lab.clock.run_until(5 * HOUR)
    assert address(lab) == "10.0.0.2/24"
    configure(lab, "R1", "interface fa0/0", "shutdown")
    # The 2811 of the reference keeps its line up; the client stops with the line protocol.
    lab.clock.run_until(lab.clock.now + HOUR + 10 * MINUTE)
    assert address(lab) is None
    assert default_routes(lab) == []
    configure(lab, "R1", "interface fa0/0", "no shutdown")
    lab.clock.run_until(lab.clock.now + 10 * SECOND)
    assert address(lab) is not None


def test_a_reload_forgets_the_lease_and_asks_anew(lab: Lab) -> None:
    router(lab, "R2").startup = CLIENT
    router(lab, "R2").boot("reload")
    assert address(lab) is None
    lab.clock.run_until_idle()
    # The server knows the client by its identifier.
    assert address(lab) == "10.0.0.2/24"


def test_giving_the_address_up_tells_the_server(lab: Lab) -> None:
    engine = router(lab, "R1").dhcp.engine
    assert engine.automatic_bindings == 1
    configure(lab, "R2", "interface fa0/0", "no ip address")
    assert engine.automatic_bindings == 0
    assert engine.statistics.received["DHCPRELEASE"] == 1
    assert router(lab, "R2").network.node.udp.ports == []


def test_a_static_address_takes_the_place_of_a_lease(lab: Lab) -> None:
    configure(lab, "R2", "interface fa0/0", "ip address 10.0.0.77 255.255.255.0")
    assert address(lab) == "10.0.0.77/24"
    assert router(lab, "R1").dhcp.engine.automatic_bindings == 0
    lab.clock.run_until(3 * HOUR)
    assert address(lab) == "10.0.0.77/24"


def test_hostname_and_client_id_reach_the_server(lab: Lab) -> None:
    configure(lab, "R2", "interface fa0/0", "ip address dhcp client-id fa0/0 hostname branch")
    mac = router(lab, "R2").config.interfaces[PORT].mac
    assert mac is not None
    (binding,) = router(lab, "R1").dhcp.engine.bindings()
    assert binding.client == b"\x01" + bytes(mac)
    line = " ip address dhcp client-id FastEthernet0/0 hostname branch"
    assert line in lab["R2"].run("show running-config").splitlines()
