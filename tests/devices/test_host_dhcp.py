"""Hosts that lease their address: conversations with a router's server on a real cable, with lab times."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import pytest

from ios_emu import Lab
from ios_emu.clock import HOUR, MINUTE, SECOND
from ios_emu.devices.host import Host
from ios_emu.lab.device import HostDevice, RouterDevice, SwitchDevice
from ios_emu.services.dhcp_client import ClientState
from ios_emu.wire.ethernet import MacAddress

LAB = """\
links = ["R1:Fa0/0 -- SW1:Fa0/24", "PC1 -- SW1:Fa0/1", "PC2 -- SW1:Fa0/2"]
[devices.R1]
type = "2811"
config = "R1.cfg"
[devices.SW1]
type = "switch"
[devices.PC1]
type = "pc"
address = "dhcp"
[devices.PC2]
type = "pc"
address = "dhcp"
"""
CONFIG = """\
ip dhcp excluded-address 10.0.0.1 10.0.0.9
ip dhcp pool LAN
 network 10.0.0.0 255.255.255.0
 default-router 10.0.0.1
 dns-server 10.0.0.2 10.0.0.3
 domain-name example.org
 lease 0 4
interface FastEthernet0/0
 ip address 10.0.0.1 255.255.255.0
"""


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    (tmp_path / "lab.toml").write_text(LAB)
    (tmp_path / "R1.cfg").write_text(CONFIG)
    lab = Lab(str(tmp_path / "lab.toml"))
    lab.clock.run_until_idle()
    return lab


def host(lab: Lab, name: str) -> Host:
    device = lab[name]
    assert isinstance(device, HostDevice)
    return device.host


def state(lab: Lab, name: str) -> ClientState:
    dhcp = host(lab, name).dhcp
    assert dhcp is not None
    return dhcp.client.state


def bindings(lab: Lab) -> list[tuple[str, str]]:
    device = lab["R1"]
    assert isinstance(device, RouterDevice)
    found = device.router.dhcp.engine.bindings()
    return [(str(one.address), one.client.hex()) for one in found]


def set_link(lab: Lab, number: int, up: bool) -> None:
    lab.cables[number].cable.set_up(up)
    lab.clock.run_until_idle()


def test_two_hosts_lease_two_addresses_before_anybody_types(lab: Lab) -> None:
    pc1, pc2 = host(lab, "PC1"), host(lab, "PC2")
    assert {str(pc1.address), str(pc2.address)} == {"10.0.0.10/24", "10.0.0.11/24"}
    assert pc1.gateway == IPv4Address("10.0.0.1")
    assert pc1.dns_server == IPv4Address("10.0.0.2")
    assert pc1.domain == "example.org"
    assert "01" + bytes(pc1.mac).hex() in dict(bindings(lab)).values()
    assert lab.clock.now < 10 * SECOND


def test_a_lease_is_renewed_at_half_its_time_and_lasts(lab: Lab) -> None:
    pc1 = host(lab, "PC1")
    assert pc1.dhcp is not None
    first = pc1.dhcp.lease
    assert first is not None
    lab.clock.run_until(2 * HOUR + MINUTE)
    second = pc1.dhcp.lease
    assert second is not None
    assert second.address == first.address
    assert second.obtained - first.obtained == 2 * HOUR
    lab.clock.run_until(30 * HOUR)
    assert pc1.dhcp.lease is not None
    assert len(bindings(lab)) == 2


def test_the_address_is_kept_over_a_cut_of_the_cable(lab: Lab) -> None:
    before = host(lab, "PC1").address
    set_link(lab, 1, up=False)
    assert state(lab, "PC1") is ClientState.INIT
    set_link(lab, 1, up=True)
    assert state(lab, "PC1") is ClientState.BOUND
    assert host(lab, "PC1").address == before
    assert len(bindings(lab)) == 2


def test_the_lease_ends_when_no_server_is_there_to_renew_it(lab: Lab) -> None:
    set_link(lab, 0, up=False)
    lab.clock.run_until(4 * HOUR + 2 * MINUTE)
    lab.clock.run_until_idle()
    address = host(lab, "PC1").address
    assert address is not None
    assert str(address).startswith("169.254.")
    assert address.network.prefixlen == 16
    assert host(lab, "PC1").gateway is None
    # The server comes back: the address of the host's own choice is given up.
    set_link(lab, 0, up=True)
    lab.clock.run_until(lab.clock.now + 6 * MINUTE)
    assert str(host(lab, "PC1").address).startswith("10.0.0.")


def test_two_hosts_without_a_server_reach_each_other(lab: Lab) -> None:
    set_link(lab, 0, up=False)
    for name in ("PC1", "PC2"):
        assert "0.0.0.0" in lab[name].run("ipconfig /release")
        assert lab[name].run("ipconfig /renew") == "DHCP request failed. \n"
    other = host(lab, "PC2").address
    assert other is not None
    assert "Received = 4" in lab["PC1"].run(f"ping {other.ip}")


def test_a_released_address_goes_back_and_the_next_is_another(lab: Lab) -> None:
    before = host(lab, "PC1").address
    lab["PC1"].run("ipconfig /release")
    assert host(lab, "PC1").address is None
    assert len(bindings(lab)) == 1
    lab["PC1"].run("ipconfig /renew")
    after = host(lab, "PC1").address
    assert after is not None
    assert str(after) == "10.0.0.12/24" != str(before)


def test_an_address_that_a_silent_host_has_is_declined(lab: Lab) -> None:
    """The server's ping is not answered, ARP is: the client finds out, and the server is told."""
    pc2 = host(lab, "PC2")
    lab["PC2"].run("ipconfig 10.0.0.12 255.255.255.0 10.0.0.1")
    # A host that answers no ping: the frames of its ICMP are eaten.
    receive = pc2.port.receive
    pc2.port.receive = lambda frame: None if frame[12:14] == b"\x08\x00" else receive(frame)
    lab["PC1"].run("ipconfig /release")
    assert "10.0.0.13" in lab["PC1"].run("ipconfig /renew")
    router = lab["R1"]
    assert isinstance(router, RouterDevice)
    conflicts = router.router.dhcp.engine.conflicts()
    assert [str(IPv4Address(one.address)) for one in conflicts] == ["10.0.0.12"]
    assert conflicts[0].method == "Gratuitous ARP"


def test_a_host_with_a_static_address_answers_no_renew(lab: Lab) -> None:
    lab["PC1"].run("ipconfig 10.0.0.99 255.255.255.0")
    assert host(lab, "PC1").dhcp is None
    assert "static" in lab["PC1"].run("ipconfig /renew")
    assert "static" in lab["PC1"].run("ipconfig /release")
    assert "10.0.0." in lab["PC1"].run("ipconfig /dhcp")
    assert state(lab, "PC1") is ClientState.BOUND


def test_only_one_offer_of_two_servers_is_taken(tmp_path: Path) -> None:
    toml = LAB.replace('"PC2 -- SW1:Fa0/2"', '"R2:Fa0/0 -- SW1:Fa0/2"')
    toml = toml.split("[devices.PC2]")[0] + '[devices.R2]\ntype = "2811"\nconfig = "R2.cfg"\n'
    (tmp_path / "lab.toml").write_text(toml)
    # Who pings first offers too late.
    first = CONFIG.replace("ip dhcp pool", "ip dhcp ping packets 0\nip dhcp pool")
    (tmp_path / "R1.cfg").write_text(first)
    second = first.replace("ip address 10.0.0.1", "ip address 10.0.0.2").replace(
        "ip dhcp excluded-address 10.0.0.1 10.0.0.9", "ip dhcp excluded-address 10.0.0.1 10.0.0.99"
    )
    (tmp_path / "R2.cfg").write_text(second)
    lab = Lab(str(tmp_path / "lab.toml"))
    lab.clock.run_until_idle()
    lab.clock.run_until(lab.clock.now + 5 * SECOND)
    found = {}
    for name in ("R1", "R2"):
        device = lab[name]
        assert isinstance(device, RouterDevice)
        engine = device.router.dhcp.engine
        found[name] = ([str(one.address) for one in engine.bindings()], engine.statistics.sent["DHCPOFFER"])
    address = host(lab, "PC1").address
    assert address is not None
    taken = [name for name, (addresses, _) in found.items() if addresses == [str(address.ip)]]
    left = [name for name, (addresses, _) in found.items() if addresses == []]
    assert (len(taken), len(left)) == (1, 1)
    assert [offers for _, offers in found.values()] == [1, 1]


def test_a_class_of_hosts_leases_at_once(tmp_path: Path) -> None:
    count = 20
    links = "".join(f', "H{n} -- SW1:Fa0/{n}"' for n in range(1, count + 1))
    hosts = "".join(f'[devices.H{n}]\ntype = "pc"\naddress = "dhcp"\n' for n in range(1, count + 1))
    toml = LAB.split("links")[0] + f'links = ["R1:Fa0/0 -- SW1:Fa0/24"{links}]\n'
    toml += '[devices.R1]\ntype = "2811"\nconfig = "R1.cfg"\n[devices.SW1]\ntype = "switch"\n' + hosts
    (tmp_path / "lab.toml").write_text(toml)
    (tmp_path / "R1.cfg").write_text(CONFIG)
    lab = Lab(str(tmp_path / "lab.toml"))
    lab.clock.run_until_idle()
    addresses = {str(host(lab, f"H{n}").address) for n in range(1, count + 1)}
    assert addresses == {f"10.0.0.{n}/24" for n in range(10, 10 + count)}
    switch = lab["SW1"]
    assert isinstance(switch, SwitchDevice)
    assert all(isinstance(host(lab, f"H{n}").mac, MacAddress) for n in range(1, count + 1))
