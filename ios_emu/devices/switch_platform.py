"""What a Catalyst 2960 is made of, as `platform` says it of a 2811: hardware, software, invented numbers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ios_emu.devices.platform import PacketTracerFacts, Platform, Software, platform_for
from ios_emu.wire.ethernet import MacAddress

FAST_ETHERNETS, GIGABIT_ETHERNETS = 24, 2
# The last byte of the base address has its low seven bits free: 1 to 26 are the ports', 64 and on the SVIs'.
_ADDRESS_BITS = 0x7F
_FIRST_VLAN_ADDRESS = 0x40
_SVI_ADDRESSES = 63
_CISCO_OUI = bytes.fromhex("001ef7")
_CONFIGURATION_REGISTER = 0xF

SWITCH_SOFTWARE = Software(
    family="C2960",
    feature_set="C2960-LANBASEK9-M",
    version="12.2(55)SE3",
    release="RELEASE SOFTWARE (fc1)",
    copyright_years="1986-2011",
    compiled="Thu 05-May-11 16:17",
    image="c2960-lanbasek9-mz.122-55.SE3.bin",
    image_bytes=10737735,
)
PACKET_TRACER_SOFTWARE = Software(
    family="C2960",
    feature_set="C2960-LANBASE-M",
    version="12.2(25)FX",
    release="RELEASE SOFTWARE (fc1)",
    copyright_years="1986-2005",
    compiled="Wed 12-Oct-05 22:05",
    team="pt_team",
    image="c2960-lanbase-mz.122-25.FX.bin",
    image_bytes=4414921,
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The serial numbers that `show version` prints."""

    system: str
    motherboard: str
    power_supply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchPlatform(Platform):
    """A WS-C2960-24TT-L; Packet Tracer's is an older one."""

    numbers: Numbers
    base_mac: MacAddress
    gigabit_ethernets: int = GIGABIT_ETHERNETS


def switch_platform(device: str, packet_tracer: bool) -> SwitchPlatform:
    """The 2960 with that device name: always the same numbers for the same name."""
    router = platform_for(device)
    number = router.board_id.removeprefix("FTX")
    digest = hashlib.sha256(f"{device}/parts".encode()).hexdigest().upper()
    numbers = Numbers(f"FOC{number}", f"FOC{number[:4]}{digest[:4]}", f"AZS{number[:4]}{digest[4:8]}")
    return SwitchPlatform(
        board_id=numbers.system,
        packet_tracer=PacketTracerFacts(numbers.system, 0),
        software=PACKET_TRACER_SOFTWARE if packet_tracer else SWITCH_SOFTWARE,
        model="WS-C2960-24TT" if packet_tracer else "WS-C2960-24TT-L",
        revision="C0" if packet_tracer else "D0",
        dram_kbytes=65536,
        iomem_kbytes=0,
        nvram_kbytes=64,
        nvram_bytes=65536,
        flash_kbytes=31752,
        flash_bytes=64016384 if packet_tracer else 32514048,
        fast_ethernets=FAST_ETHERNETS,
        configuration_register=_CONFIGURATION_REGISTER,
        numbers=numbers,
        base_mac=_base(device),
    )


def _base(device: str) -> MacAddress:
    first, second, third = hashlib.sha256(f"{device}/base".encode()).digest()[:3]
    return MacAddress(_CISCO_OUI + bytes((first, second, third & ~_ADDRESS_BITS & 0xFF)))


def port_mac(base: MacAddress, index: int) -> MacAddress:
    """The address of port number `index`, the first is 1."""
    return MacAddress(base[:5] + bytes((base[5] | index,)))


def vlan_mac(base: MacAddress, vlan: int) -> MacAddress:
    """The address of the switch's own interface in a VLAN. Two of them may be the same: they never meet."""
    return MacAddress(base[:5] + bytes((base[5] | _FIRST_VLAN_ADDRESS + (vlan - 1) % _SVI_ADDRESSES,)))
