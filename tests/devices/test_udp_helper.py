"""`ip helper-address` for the services besides DHCP: broadcasts of hosts, and where they arrive."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import pytest

from ios_emu import Lab
from ios_emu.devices.forward_protocol import FORWARDED
from ios_emu.devices.host import Host
from ios_emu.lab.device import HostDevice
from ios_emu.stack.ip_interface import LIMITED_BROADCAST
from ios_emu.stack.udp import Received

TIME, TACACS, DOMAIN, TFTP, NETBIOS_NS, NETBIOS_DGM, SYSLOG = 37, 49, 53, 69, 137, 138, 514
LAB = """\
links = ["R1:Fa0/0 -- PC1", "R1:Fa0/1 -- S1"]
[devices.R1]
type = "2811"
config = "R1.cfg"
[devices.PC1]
type = "pc"
address = "10.0.1.2/24"
gateway = "10.0.1.1"
[devices.S1]
type = "server"
address = "10.0.2.2/24"
gateway = "10.0.2.1"
"""
CONFIG = """\
interface FastEthernet0/0
 ip address 10.0.1.1 255.255.255.0
 ip helper-address 10.0.2.2
interface FastEthernet0/1
 ip address 10.0.2.1 255.255.255.0
"""


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    (tmp_path / "lab.toml").write_text(LAB)
    (tmp_path / "R1.cfg").write_text(CONFIG)
    lab = Lab(str(tmp_path / "lab.toml"))
    # The router drops the packet that it asks ARP for: the first ping teaches it.
    lab["PC1"].run("ping 10.0.2.2")
    return lab


def host(lab: Lab, name: str) -> Host:
    device = lab[name]
    assert isinstance(device, HostDevice)
    return device.host


def configure(lab: Lab, *lines: str) -> None:
    console = lab["R1"].console()
    for line in ("", "enable", "configure terminal", *lines, "end"):
        console.receive(line.encode() + b"\r")
    lab.clock.run_until_idle()


def arrived(lab: Lab, port: int, destination: int = LIMITED_BROADCAST) -> list[Received]:
    heard: list[Received] = []
    socket = host(lab, "S1").node.udp.open(heard.append, port)
    pc1 = host(lab, "PC1")
    sender = pc1.node.udp.open(lambda received: None)
    sender.send(destination, port, b"who is there", interface=pc1.interface)
    lab.clock.run_until_idle()
    socket.close()
    sender.close()
    return heard


@pytest.mark.parametrize("port", [TIME, TACACS, DOMAIN, TFTP, NETBIOS_NS, NETBIOS_DGM])
def test_a_broadcast_of_a_known_service_reaches_the_helper(lab: Lab, port: int) -> None:
    (received,) = arrived(lab, port)
    assert received.payload == b"who is there"
    assert IPv4Address(received.source) == IPv4Address("10.0.1.2")
    assert received.destination == int(IPv4Address("10.0.2.2"))
    assert received.ttl == 127


def test_so_does_a_broadcast_of_the_network(lab: Lab) -> None:
    assert len(arrived(lab, TFTP, int(IPv4Address("10.0.1.255")))) == 1


def test_other_services_stay_on_their_link(lab: Lab) -> None:
    assert {TIME, TACACS, DOMAIN, 67, 68, TFTP, NETBIOS_NS, NETBIOS_DGM} == FORWARDED
    assert arrived(lab, SYSLOG) == []


def test_which_services_is_a_setting(lab: Lab) -> None:
    configure(lab, "no ip forward-protocol udp tftp", "ip forward-protocol udp syslog")
    assert arrived(lab, TFTP) == []
    assert len(arrived(lab, SYSLOG)) == 1
    configure(lab, "ip forward-protocol udp")
    assert len(arrived(lab, TFTP)) == 1
    assert arrived(lab, SYSLOG) == []


def test_without_helper_addresses_nothing_is_forwarded(lab: Lab) -> None:
    configure(lab, "interface fa0/0", "no ip helper-address 10.0.2.2")
    assert arrived(lab, TFTP) == []


def test_a_broadcast_whose_checksum_is_wrong_is_dropped(lab: Lab) -> None:
    heard: list[Received] = []
    host(lab, "S1").node.udp.open(heard.append, TFTP)
    port = host(lab, "PC1").port
    caught: list[bytes] = []

    def see(_time: int, _port: object, frame: bytes) -> None:
        if frame[12:14] == b"\x08\x00":
            caught.append(frame)

    lab.cables[0].cable.taps.append(see)
    pc1 = host(lab, "PC1")
    sender = pc1.node.udp.open(lambda received: None)
    sender.send(LIMITED_BROADCAST, TFTP, b"right", interface=pc1.interface)
    lab.clock.run_until_idle()
    assert [one.payload for one in heard] == [b"right"]
    wrong = bytearray(caught[0])
    wrong[42] ^= 0xFF
    port.send(bytes(wrong))
    lab.clock.run_until_idle()
    assert len(heard) == 1
