"""A router on a stick: sub-interfaces of one port, on a trunk of a switch with a VLAN for each."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from ios_emu import Lab
from ios_emu.clock import MILLISECOND, MINUTE
from ios_emu.lab.device import SwitchDevice
from ios_emu.wire.ethernet import EthernetFrame

PCS = {"PC1": 10, "PC2": 10, "PC3": 20, "PC4": 1}
STICK = """\
interface FastEthernet0/0
 no ip address
interface FastEthernet0/0.10
 encapsulation dot1Q 10
 ip address 192.168.10.1 255.255.255.0
interface FastEthernet0/0.20
 encapsulation dot1Q 20
 ip address 192.168.20.1 255.255.255.0
"""
POOLS = """\
ip dhcp pool TEN
   network 192.168.10.0 255.255.255.0
   default-router 192.168.10.1
ip dhcp pool TWENTY
   network 192.168.20.0 255.255.255.0
   default-router 192.168.20.1
"""
NATIVE_MAIN = "interface FastEthernet0/0\n ip address 192.168.1.1 255.255.255.0\n"
NATIVE_SUB = """\
interface FastEthernet0/0.1
 encapsulation dot1Q 1 native
 ip address 192.168.1.1 255.255.255.0
"""


def build(folder: Path, config: str, addresses: dict[str, str], more: Iterable[str] = ()) -> Lab:
    """R1 on the switch's trunk, and four PCs in their VLANs; those without an address ask for one."""
    lines = ["links = [", ' "R1:Fa0/0 -- SW1:Gi0/1",']
    lines += [f' "{name} -- SW1:Fa0/{number}",' for number, name in enumerate(PCS, 1)]
    lines += [f" {link}," for link in more if "--" in link] + ["]"]
    lines += ["[devices.R1]", 'type = "2811"', 'config = "R1.cfg"', "[devices.SW1]", 'type = "switch"']
    for name in PCS:
        address = addresses.get(name, "dhcp")
        lines += [f"[devices.{name}]", 'type = "pc"', f'address = "{address}"']
        if address != "dhcp":
            lines.append(f'gateway = "{address.split("/")[0].rpartition(".")[0]}.1"')
    lines += [line for line in more if "--" not in line]
    (folder / "lab.toml").write_text("\n".join(lines))
    (folder / "R1.cfg").write_text(config)
    lab = Lab(str(folder / "lab.toml"))
    device = lab["SW1"]
    assert isinstance(device, SwitchDevice)
    switch = device.switch
    switch.vlans |= {10: "TEN", 20: "TWENTY"}
    for number, vlan in enumerate(PCS.values(), 1):
        port = switch.settings[f"FastEthernet0/{number}"]
        port.mode, port.access_vlan = "access", vlan
    switch.settings["GigabitEthernet0/1"].mode = "trunk"
    switch.changed()
    return lab


STATIC = {
    "PC1": "192.168.10.2/24",
    "PC2": "192.168.10.3/24",
    "PC3": "192.168.20.2/24",
    "PC4": "192.168.1.2/24",
}


@pytest.mark.parametrize("native", [NATIVE_MAIN, NATIVE_SUB], ids=["main", "sub-interface"])
def test_the_router_routes_between_the_vlans(tmp_path: Path, native: str) -> None:
    lab = build(tmp_path, STICK + native, STATIC)
    for address in STATIC.values():
        # The router drops the packet that it sends an ARP request for.
        lab["R1"].run(f"ping {address.split('/')[0]}")
    for sender in PCS:
        for name, address in STATIC.items():
            if name != sender:
                target = address.split("/")[0]
                answer = lab[sender].run(f"ping -n 2 {target}")
                assert answer.count(f"Reply from {target}") == 2, f"{sender} to {name}"


def test_the_trunk_carries_the_tags(tmp_path: Path) -> None:
    lab = build(tmp_path, STICK + NATIVE_MAIN, STATIC)
    seen: set[tuple[str, int | None]] = set()

    def listen(_: int, end: str, data: bytes) -> None:
        tag = EthernetFrame.parse(data).tag
        seen.add((end.partition(":")[0], tag.vlan if tag is not None else None))

    lab.tap(listen)
    lab["PC1"].run("ping -n 1 192.168.20.2")
    lab["PC1"].run("ping -n 1 192.168.1.2")
    assert seen >= {("R1", 10), ("R1", 20), ("R1", None), ("SW1", 10), ("SW1", 20), ("SW1", None)}
    assert {tag for end, tag in seen if end.startswith("PC")} == {None}


def test_a_full_packet_fits_with_its_tag(tmp_path: Path) -> None:
    lab = build(tmp_path, STICK, STATIC)
    lab["PC1"].run("ping -n 1 192.168.20.2")
    for size in (1472, 3000):
        assert lab["PC1"].run(f"ping -n 1 -l {size} 192.168.20.2").count("Reply from") == 1
    assert "0 runts, 0 giants" in lab["R1"].run("show interfaces FastEthernet0/0")


def test_each_vlan_leases_from_its_own_pool(tmp_path: Path) -> None:
    lab = build(tmp_path, POOLS + STICK, {})
    lab.clock.run_until(MINUTE)
    for name, network in (("PC1", "192.168.10."), ("PC2", "192.168.10."), ("PC3", "192.168.20.")):
        text = lab[name].run("ipconfig")
        assert f"IPv4 Address....................: {network}" in text
        assert f"{network}1\n" in text, "the default gateway"
    assert ": 169.254." in lab["PC4"].run("ipconfig")


def test_a_relay_serves_the_vlans(tmp_path: Path) -> None:
    relay = (
        STICK.replace(" ip address", " ip helper-address 10.0.0.2\n ip address")
        + "interface FastEthernet0/1\n ip address 10.0.0.1 255.255.255.0\n"
    )
    (tmp_path / "R2.cfg").write_text(
        POOLS + "interface FastEthernet0/0\n ip address 10.0.0.2 255.255.255.0\n"
        "ip route 192.168.0.0 255.255.0.0 10.0.0.1\n"
    )
    more = ['"R1:Fa0/1 -- R2:Fa0/0"', "[devices.R2]", 'type = "2811"', 'config = "R2.cfg"']
    lab = build(tmp_path, relay, {}, more)
    lab.clock.run_until(MINUTE)
    assert ": 192.168.10." in lab["PC1"].run("ipconfig")
    assert ": 192.168.20." in lab["PC3"].run("ipconfig")
    assert lab["R2"].run("show ip dhcp binding").count("Automatic") == 3


def test_show_vlans_counts_what_crossed_each_vlan(tmp_path: Path) -> None:
    lab = build(tmp_path, STICK + NATIVE_MAIN, STATIC)
    lab.clock.run_until(100 * MILLISECOND)
    for target in ("192.168.20.2", "192.168.1.2"):
        # The first one is lost to the router's ARP, and three are answered.
        lab["PC1"].run(f"ping -n 4 {target}")
    text = lab["R1"].run("show vlans")
    assert text.startswith("""
Virtual LAN ID:  1 (IEEE 802.1Q Encapsulation)

   vLAN Trunk Interface:   FastEthernet0/0

 This is configured as native Vlan for the following interface(s) :
FastEthernet0/0

   Protocols Configured:   Address:              Received:        Transmitted:
           IP              192.168.1.1                  3                   3
        Other     """)
    assert (
        """
Virtual LAN ID:  20 (IEEE 802.1Q Encapsulation)

   vLAN Trunk Interface:   FastEthernet0/0.20

   Protocols Configured:   Address:              Received:        Transmitted:
           IP              192.168.20.1                 3                   3
"""
        in text
    )
    assert lab["R1"].run("show vlans 20") == text[text.index("\nVirtual LAN ID:  20") :]


def test_the_trunk_itself_is_the_native_vlans(tmp_path: Path) -> None:
    lab = build(tmp_path, STICK, STATIC)
    r1 = lab["R1"]
    assert "\n  Encapsulation 802.1Q Virtual LAN, Vlan ID  1., loopback not set\n" in r1.run(
        "show interfaces Fa0/0"
    )
    assert "\n  Encapsulation 802.1Q Virtual LAN, Vlan ID  20.\n" in r1.run("show interfaces Fa0/0.20")
    assert "\n  Encapsulation ARPA, loopback not set\n" in r1.run("show interfaces Fa0/1")


def test_a_router_without_sub_interfaces_has_no_vlans() -> None:
    assert Lab("ping")["R1"].run("show vlans") == "\nNo Virtual LANs configured."


def test_a_list_at_a_sub_interface_filters_its_vlan_alone(tmp_path: Path) -> None:
    lists = "access-list 101 deny ip any host 192.168.20.2\naccess-list 101 permit ip any any\n"
    config = STICK.replace(
        "192.168.10.1 255.255.255.0\n", "192.168.10.1 255.255.255.0\n ip access-group 101 in\n"
    )
    lab = build(tmp_path, config + NATIVE_MAIN + lists, STATIC)
    for name in ("PC1", "PC4"):
        lab[name].run("ping -n 2 192.168.20.2")
    assert "Reply from 192.168.10.1: Destination host unreachable." in lab["PC1"].run(
        "ping -n 1 192.168.20.2"
    )
    assert "Reply from 192.168.20.2" in lab["PC4"].run("ping -n 1 192.168.20.2")
    assert "Inbound  access list is 101" in lab["R1"].run("show ip interface FastEthernet0/0.10")
