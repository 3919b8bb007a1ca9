"""NAT hosts: where they join, which addresses they leave alone, and what becomes of them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

import pytest

from ios_emu.clock import MILLISECOND, SECOND
from ios_emu.errors import LabFileError, UsageError
from ios_emu.lab.device import HostDevice
from ios_emu.lab.nat_host import NatHost, Way
from ios_emu.lab.topology import Lab

DIRECT = """
title = "A router, a PC on a cable of its own, and a port without a cable"
links = ["R1:Fa0/0 -- PC1"]
[devices.R1]
type = "2811"
config = "R1.cfg"
[devices.PC1]
type = "pc"
address = "10.0.0.2/29"
gateway = "10.0.0.6"
"""
R1 = """
hostname R1
interface FastEthernet0/0
 ip address 10.0.0.1 255.255.255.248
 no shutdown
interface FastEthernet0/1
 ip address 10.1.0.1 255.255.255.0
 no shutdown
interface Loopback0
 ip address 10.2.0.1 255.255.255.255
service tcp-small-servers
end
"""


def lab_of(folder: Path, lab: str, config: str = R1) -> Lab:
    (folder / "lab.toml").write_text(lab)
    (folder / "R1.cfg").write_text(config)
    return Lab(str(folder / "lab.toml"))


def reach(lab: Lab, device: str) -> Way:
    """The way to a device, once there is one."""
    ways: list[Way | UsageError] = []
    lab.nat_hosts.reach(device, ways.append)
    lab.clock.run_until(lab.clock.now + 2 * SECOND)
    [way] = ways
    if isinstance(way, UsageError):
        raise way
    return way


def addresses(way: Way) -> tuple[str, str]:
    return str(IPv4Address(way.local)), str(IPv4Address(way.remote))


def host(lab: Lab, name: str) -> HostDevice:
    device = lab[name]
    assert isinstance(device, HostDevice)
    return device


def echo(lab: Lab, way: Way, data: bytes = b"hello") -> bytes:
    """What the echo service of the device answers."""
    socket = way.node.tcp.connect(way.local, way.remote, 7)
    socket.on_connected = lambda: (socket.send(data), None)[1]
    lab.clock.run_until(lab.clock.now + SECOND)
    return socket.receive()


def test_it_joins_the_switch_at_the_highest_address_that_is_free() -> None:
    lab = Lab("ping")
    host(lab, "PC1").host.configure(IPv4Interface("192.168.1.254/24"), IPv4Address("192.168.1.253"))
    assert addresses(reach(lab, "PC1")) == ("192.168.1.252", "192.168.1.254")
    assert addresses(reach(lab, "R1")) == ("192.168.1.252", "192.168.1.1")
    assert [nat.name for nat in lab.nat_hosts] == ["NAT"]
    assert lab.cables[-1].ends == ("SW1:GigabitEthernet0/2", "NAT:0")


MANAGED = """
title = "A switch with an address in VLAN 10"
links = ["PC1 -- SW1:Fa0/1"]
[devices.SW1]
type = "switch"
config = "SW1.cfg"
[devices.PC1]
type = "pc"
address = "10.0.0.253/24"
"""
SW1 = """
vlan 10
interface FastEthernet0/1
 switchport access vlan 10
 switchport mode access
interface FastEthernet0/7
 switchport access vlan 10
 switchport mode access
interface FastEthernet0/8
 switchport access vlan 10
 switchport mode access
 shutdown
interface Vlan10
 ip address 10.0.0.254 255.255.255.0
 no shutdown
service tcp-small-servers
end
"""


def managed(folder: Path, config: str) -> Lab:
    (folder / "SW1.cfg").write_text(config)
    (folder / "lab.toml").write_text(MANAGED)
    return Lab(str(folder / "lab.toml"))


def test_a_switch_is_reached_in_the_vlan_of_its_address(tmp_path: Path) -> None:
    lab = managed(tmp_path, SW1)
    way = reach(lab, "SW1")
    assert addresses(way) == ("10.0.0.252", "10.0.0.254")
    assert lab.cables[-1].ends == ("SW1:FastEthernet0/7", "NAT:0")
    assert echo(lab, way) == b"hello"


def test_a_host_is_reached_in_the_vlan_of_its_port(tmp_path: Path) -> None:
    lab = managed(tmp_path, SW1)
    way = reach(lab, "PC1")
    assert addresses(way) == ("10.0.0.252", "10.0.0.253")
    assert lab.cables[-1].ends == ("SW1:FastEthernet0/7", "NAT:0")


def test_where_the_vlan_has_no_free_port_it_joins_a_cable(tmp_path: Path) -> None:
    lab = managed(tmp_path, SW1.replace("FastEthernet0/7", "FastEthernet0/1"))
    way = reach(lab, "SW1")
    assert len(lab.cables) == 1
    assert echo(lab, way) == b"hello"


def test_each_link_has_its_own() -> None:
    lab = Lab("ping")
    assert addresses(reach(lab, "PC1")) == ("192.168.1.254", "192.168.1.2")
    assert addresses(reach(lab, "PC2")) == ("192.168.2.254", "192.168.2.2")
    assert [nat.name for nat in lab.nat_hosts] == ["NAT", "NAT2"]


def test_an_address_that_a_stranger_answers_for_is_left_alone() -> None:
    lab = Lab("ping")
    stranger = lab.attach("stranger", "SW1")

    def answer(frame: bytes) -> None:
        asked = frame[38:42]
        if frame[12:14] == b"\x08\x06" and asked == bytes((192, 168, 1, 254)) and frame[21] == 1:
            mac = bytes.fromhex("0200000000fe")
            head = frame[6:12] + mac + frame[12:20] + b"\x00\x02"
            stranger.send(head + mac + asked + frame[22:28] + bytes(4))

    stranger.receive = answer
    assert addresses(reach(lab, "R1"))[0] == "192.168.1.253"


def test_the_way_is_there_at_once_when_the_host_has_joined() -> None:
    lab = Lab("ping")
    first = reach(lab, "R1")
    ways: list[Way | UsageError] = []
    lab.nat_hosts.reach("R1", ways.append)
    assert ways == [first]


def test_it_takes_a_fifth_of_a_second_to_be_sure_of_an_address() -> None:
    lab = Lab("ping")
    ways: list[object] = []
    lab.nat_hosts.reach("R1", ways.append)
    lab.nat_hosts.reach("PC1", ways.append)
    lab.clock.run_until(lab.clock.now + 199 * MILLISECOND)
    assert ways == []
    lab.clock.run_until(lab.clock.now + 2 * MILLISECOND)
    assert len(ways) == 2


def test_between_two_devices_it_stands_in_the_middle_of_their_cable(tmp_path: Path) -> None:
    lab = lab_of(tmp_path, DIRECT)
    way = reach(lab, "R1")
    assert addresses(way) == ("10.0.0.5", "10.0.0.1")
    assert echo(lab, way) == b"hello"
    assert [wired.ends for wired in lab.cables] == [("R1:FastEthernet0/0", "PC1:FastEthernet0")]
    assert "TTL=255" in host(lab, "PC1").run("ping 10.0.0.1 -n 1")
    assert "TTL=64" in host(lab, "PC1").run("ping 10.0.0.5 -n 1")


def test_what_it_says_is_in_the_events_and_only_where_it_goes(tmp_path: Path) -> None:
    lab = lab_of(tmp_path, DIRECT)
    rows = lab.events
    way = reach(lab, "R1")
    echo(lab, way)
    rows.clear()
    assert echo(lab, way) == b"hello"
    seen = {(row.last_end, row.at_end) for row in rows}
    assert ("NAT:0", "R1:FastEthernet0/0") in seen
    assert ("NAT:0", "PC1:FastEthernet0") not in seen


def test_a_router_without_a_cable_is_plugged_in(tmp_path: Path) -> None:
    alone = DIRECT.replace('links = ["R1:Fa0/0 -- PC1"]', "")
    lab = lab_of(tmp_path, alone)
    way = reach(lab, "R1")
    assert addresses(way) == ("10.0.0.5", "10.0.0.1")
    assert echo(lab, way) == b"hello"


def test_a_tagged_network_is_joined_with_its_tag(tmp_path: Path) -> None:
    config = """
hostname R1
service tcp-small-servers
interface FastEthernet0/0
 no shutdown
interface FastEthernet0/0.10
 encapsulation dot1Q 10
 ip address 10.0.10.1 255.255.255.0
end
"""
    lab = lab_of(tmp_path, DIRECT, config)
    way = reach(lab, "R1")
    assert addresses(way) == ("10.0.10.254", "10.0.10.1")
    assert echo(lab, way) == b"hello"


def test_it_follows_the_device_to_another_address() -> None:
    lab = Lab("ping")
    assert addresses(reach(lab, "R1")) == ("192.168.1.254", "192.168.1.1")
    console = lab["R1"].console()
    console.receive(
        b"\renable\rconfigure terminal\rinterface fa0/0\rip address 172.16.0.1 255.255.0.0\rend\r"
    )
    lab.clock.run_until_idle()
    assert addresses(reach(lab, "R1")) == ("172.16.255.254", "172.16.0.1")


def test_it_gives_way_to_who_takes_its_address_and_breaks_its_connections_off() -> None:
    lab = Lab("ping")
    way = reach(lab, "PC1")
    host(lab, "PC1").host.node.tcp.listen(99, lambda socket: None)
    socket = way.node.tcp.connect(way.local, way.remote, 99)
    ends: list[str | None] = []
    socket.on_closed = ends.append
    lab.clock.run_until(lab.clock.now + SECOND)
    console = lab["R1"].console()
    console.receive(
        b"\renable\rconfigure terminal\rinterface fa0/0\rip address 192.168.1.254 255.255.255.0\rend\r"
    )
    lab.clock.run_until(lab.clock.now + 3 * SECOND)
    assert ends == ["aborted"]
    assert addresses(reach(lab, "PC1")) == ("192.168.1.253", "192.168.1.2")
    assert addresses(reach(lab, "R1")) == ("192.168.1.253", "192.168.1.254")
    assert "TTL=255" in host(lab, "PC1").run("ping 192.168.1.254 -n 2")


SMALL = DIRECT.replace("10.0.0.2/29", "10.0.0.2/30").replace("10.0.0.6", "10.0.0.1")


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("R9", "R9: no such device: the lab has R1, PC1; use one of these names"),
        (
            "PC1",
            "PC1: leaves no address free for the NAT host that leads to it: it is in 10.0.0.0/30; "
            "give it an address in a larger network",
        ),
        (
            "R1",
            "R1: has no address on a cable: a published port leads there over the wire; "
            "set `ip address` and `no shutdown` at its console and save it, or use --console",
        ),
    ],
)
def test_where_there_is_no_way_the_reason_is_told(device: str, message: str, tmp_path: Path) -> None:
    lab = lab_of(tmp_path, SMALL, "hostname R1\ninterface Loopback0\n ip address 10.2.0.1 255.255.255.255\n")
    with pytest.raises((UsageError, LabFileError)) as error:
        reach(lab, device)
    assert str(error.value) == message


def test_a_full_network_is_told_of(tmp_path: Path) -> None:
    lab = lab_of(tmp_path, DIRECT)
    way = reach(lab, "R1")
    nat = next(iter(lab.nat_hosts))
    assert isinstance(nat, NatHost)
    assert nat.address == way.local
    stranger = lab.branch("stranger", lab.cables[0], nat.node.interfaces[0].mac)

    def answer(frame: bytes) -> None:
        if frame[12:14] == b"\x08\x06" and frame[21] == 1:
            mac = bytes.fromhex("0200000000fe")
            head = frame[6:12] + mac + frame[12:20] + b"\x00\x02"
            stranger.send(head + mac + frame[38:42] + frame[22:28] + frame[28:32])

    stranger.receive = answer
    nat._give_way()
    with pytest.raises(UsageError) as error:
        reach(lab, "R1")
    assert str(error.value) == (
        "R1: can't be reached: every address of 10.0.0.0/29 that was tried answers ARP; "
        "free an address of that network"
    )
