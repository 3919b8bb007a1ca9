"""A 2960: its configuration reads back the same, and its VLANs outlive a reload."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ios_emu.cli.loading import load_configuration
from ios_emu.cli.shell import Shell
from ios_emu.clock import Clock
from ios_emu.devices.catalyst import Catalyst
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.ios_device import IosDevice
from ios_emu.devices.nvram import MemoryJournal
from ios_emu.devices.running_config import configuration_body, running_config
from ios_emu.devices.switch_configuration import SWITCH_PORTS
from ios_emu.devices.vlan_database import VlanDatabase, read_database
from ios_emu.lab.device import SwitchDevice
from ios_emu.lab.topology import Lab
from ios_emu.stack.switching import Switch

CONFIGURED = """\
hostname SW1
vtp domain LAB
vtp mode transparent
vlan 10
 name SALES
vlan 20
 state suspend
vlan 2000
interface FastEthernet0/1
 description a PC
 switchport access vlan 10
 switchport mode access
 switchport voice vlan 20
 switchport port-security maximum 3
 switchport port-security
 switchport port-security violation restrict
 switchport port-security mac-address sticky
 switchport port-security mac-address sticky 0001.0002.0003
 switchport port-security mac-address 0001.0002.0004
 spanning-tree portfast
 speed 100
 duplex full
interface FastEthernet0/2
 shutdown
interface FastEthernet0/3
 no keepalive
interface FastEthernet0/4
 keepalive 5
interface GigabitEthernet0/1
 switchport trunk native vlan 99
 switchport trunk allowed vlan 10,20-22,99
 switchport mode trunk
 switchport nonegotiate
 speed 1000
interface GigabitEthernet0/2
 switchport mode dynamic desirable
interface Vlan10
 ip address 192.168.10.2 255.255.255.0
ip default-gateway 192.168.10.1
mac address-table aging-time 600
mac address-table static 0001.0002.0005 vlan 10 interface FastEthernet0/5
mac address-table static 0001.0002.0006 vlan 10 drop
line vty 5 15
 transport input ssh
"""


def read_config(device: IosDevice, text: str) -> None:
    faults = list(load_configuration(Shell(device, level=15), text))
    assert faults == [], text


def fresh(dialect: Dialect = Dialect.IOS, journal: MemoryJournal | None = None) -> Catalyst:
    clock = Clock()
    switch = Switch("SW1", clock, map(str, SWITCH_PORTS))
    return Catalyst(switch, clock, dialect, random.Random(7), journal, read_config)


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("text", ["", CONFIGURED])
def test_what_is_printed_reads_back_the_same(dialect: Dialect, text: str) -> None:
    switch, again = fresh(dialect), fresh(dialect)
    switch.startup = text
    switch.boot()
    printed = configuration_body(switch.config)
    again.startup = printed
    again.boot()
    assert configuration_body(again.config) == printed
    assert again.config == switch.config
    assert again.config.database.vlans == switch.config.database.vlans
    assert again.switch.settings == switch.switch.settings


def test_the_factory_configuration_of_packet_tracer_has_its_size() -> None:
    assert "Current configuration : 1080 bytes\n" in running_config(fresh(Dialect.PACKET_TRACER).config)


def type_at(switch: Catalyst, *lines: str) -> None:
    read_config(switch, "\n".join(lines))


def test_vlans_outlive_a_reload_without_a_write_and_are_forgotten_with_their_file() -> None:
    switch = fresh()
    switch.boot()
    type_at(switch, "vlan 10", "name SALES", "hostname SW9")
    switch.boot("reload")
    assert switch.config.hostname == "Switch"
    assert switch.config.database.vlans[10].name == "SALES"
    assert 10 in switch.switch.vlans
    switch.flash.remove("vlan.dat", lambda problem: None)
    switch.boot("reload")
    assert 10 not in switch.config.database.vlans
    assert 10 not in switch.switch.vlans


def test_a_file_that_is_no_database_is_a_fresh_one() -> None:
    assert read_database(b"") == VlanDatabase()
    assert read_database(b"\x00\xff nonsense\nvlan 10 X\n") == VlanDatabase()
    kept = VlanDatabase()
    kept.add(10).suspended = True
    assert read_database(kept.text()) == kept
    assert read_database(kept.text() + b"vlan\nvlan x y\nvlan 9999 z\nmode odd\n") == kept


def test_a_lab_file_configures_a_switch(tmp_path: Path) -> None:
    config = "hostname SW1\nvlan 10\n name SALES\ninterface Fa0/1\n switchport access vlan 10\n"
    (tmp_path / "SW1.cfg").write_text(config)
    links, switch = 'links = ["PC1 -- SW1:Fa0/1"]', '[devices.SW1]\ntype = "switch"\nconfig = "SW1.cfg"'
    path = tmp_path / "lab.toml"
    path.write_text(f'{links}\n{switch}\n[devices.PC1]\ntype = "pc"\n')
    device = Lab(str(path))["SW1"]
    assert isinstance(device, SwitchDevice)
    assert device.switch.operational("FastEthernet0/1") == ("access", 10)
    assert "SALES" in device.run("show vlan brief")
    assert device.run("show logging").count("%") == 0


def test_what_the_route_cache_is_set_to_reads_back_the_same() -> None:
    switch, again = fresh(), fresh()
    type_at(switch, "interface Vlan1", "ip route-cache")
    assert " ip route-cache\n" in configuration_body(switch.config)
    type_at(again, configuration_body(switch.config))
    assert configuration_body(again.config) == configuration_body(switch.config)


def test_the_flash_is_listed_in_summer_time() -> None:
    device = Lab("ping")["SW1"]
    for line in ("configure terminal", "clock summer-time CEST recurring", "end"):
        device.run(line)
    assert "c2960-lanbasek9-mz.122-55.SE3.bin" in device.run("show flash:")
