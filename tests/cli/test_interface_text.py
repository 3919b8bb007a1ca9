"""`show interfaces` and `show ip interface brief`, whole and to the letter, in both dialects."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Interface

import pytest

from ios_emu.cli.interface_text import (
    BriefRow,
    Counters,
    InterfaceFacts,
    InterfaceKind,
    Rate,
    show_interface,
    show_ip_interface_brief,
)
from ios_emu.devices.dialect import Dialect
from ios_emu.wire.ethernet import MacAddress

IOS, PACKET_TRACER = Dialect.IOS, Dialect.PACKET_TRACER

# What the router leaves at the end of a line, kept visible here.
END = " "

FAST_ETHERNET = InterfaceFacts(
    name="FastEthernet0/0",
    kind=InterfaceKind.FASTETHERNET,
    admin_down=False,
    line_up=True,
    protocol_up=True,
    mac=MacAddress.parse("001b.0c3d.5a60"),
    description="to the lab's switch",
    address=IPv4Interface("172.20.5.1/24"),
    bandwidth_kbit=100000,
    delay_usec=100,
    mtu=1500,
    counters=Counters(
        packets_input=1, bytes_input=2, no_buffer=3, broadcasts=4, runts=5, giants=6, throttles=7,
        input_errors=8, crc=9, frame=10, overrun=11, ignored=12, abort=13, watchdog=14, dribble=15,
        packets_output=16, bytes_output=17, underruns=18, output_errors=19, collisions=20,
        interface_resets=21, babbles=22, late_collisions=23, deferred=24, lost_carrier=25, no_carrier=26,
        buffer_failures=27, buffers_swapped=28, input_drops=29, input_flushes=30, output_drops=31,
    ),
    last_input="00:00:02",
    last_output="00:00:04",
    input_rate=Rate(bits=43000, packets=86),
    output_rate=Rate(bits=50_000_000, packets=4200),
)  # fmt: skip

SHUT = replace(
    FAST_ETHERNET,
    name="FastEthernet0/1",
    admin_down=True,
    line_up=False,
    protocol_up=False,
    description=None,
    address=None,
    counters=Counters(),
    last_input="never",
    last_output="never",
    input_rate=Rate(),
    output_rate=Rate(),
)

LOOPBACK = InterfaceFacts(
    name="Loopback0",
    kind=InterfaceKind.LOOPBACK,
    admin_down=False,
    line_up=True,
    protocol_up=True,
    address=IPv4Interface("10.255.0.1/32"),
    bandwidth_kbit=8000000,
    delay_usec=5000,
    mtu=1514,
)

SUBINTERFACE = replace(
    FAST_ETHERNET,
    name="FastEthernet0/0.10",
    kind=InterfaceKind.SUBINTERFACE,
    description="staff",
    address=IPv4Interface("172.20.10.1/26"),
    vlan=10,
    input_rate=Rate(),
    output_rate=Rate(),
)

VLAN = replace(SHUT, name="Vlan1", kind=InterfaceKind.VLAN, delay_usec=1000000)


def test_ios_fast_ethernet_that_is_up() -> None:
    assert show_interface(FAST_ETHERNET, IOS) == (
        f"""\
FastEthernet0/0 is up, line protocol is up{END}
  Hardware is MV96340 Ethernet, address is 001b.0c3d.5a60 (bia 001b.0c3d.5a60)
  Description: to the lab's switch
  Internet address is 172.20.5.1/24
  MTU 1500 bytes, BW 100000 Kbit, DLY 100 usec,{END}
     reliability 255/255, txload 127/255, rxload 1/255
  Encapsulation ARPA, loopback not set
  Keepalive set (10 sec)
  Full-duplex, 100Mb/s, 100BaseTX/FX
  ARP type: ARPA, ARP Timeout 04:00:00
  Last input 00:00:02, output 00:00:04, output hang never
  Last clearing of "show interface" counters never
  Input queue: 0/75/29/30 (size/max/drops/flushes); Total output drops: 31
  Queueing strategy: fifo
  Output queue: 0/40 (size/max)
  5 minute input rate 43000 bits/sec, 86 packets/sec
  5 minute output rate 50000000 bits/sec, 4200 packets/sec
     1 packets input, 2 bytes
     Received 4 broadcasts, 5 runts, 6 giants, 7 throttles
     8 input errors, 9 CRC, 10 frame, 11 overrun, 12 ignored
     14 watchdog
     15 input packets with dribble condition detected
     16 packets output, 17 bytes, 18 underruns
     19 output errors, 20 collisions, 21 interface resets
     22 babbles, 23 late collision, 24 deferred
     25 lost carrier, 26 no carrier
     27 output buffer failures, 28 output buffers swapped out
"""
    )


def test_ios_fast_ethernet_that_is_shut() -> None:
    assert show_interface(SHUT, IOS) == (
        f"""\
FastEthernet0/1 is administratively down, line protocol is down{END}
  Hardware is MV96340 Ethernet, address is 001b.0c3d.5a60 (bia 001b.0c3d.5a60)
  MTU 1500 bytes, BW 100000 Kbit, DLY 100 usec,{END}
     reliability 255/255, txload 1/255, rxload 1/255
  Encapsulation ARPA, loopback not set
  Keepalive set (10 sec)
  Auto-duplex, Auto Speed, 100BaseTX/FX
  ARP type: ARPA, ARP Timeout 04:00:00
  Last input never, output never, output hang never
  Last clearing of "show interface" counters never
  Input queue: 0/75/0/0 (size/max/drops/flushes); Total output drops: 0
  Queueing strategy: fifo
  Output queue: 0/40 (size/max)
  5 minute input rate 0 bits/sec, 0 packets/sec
  5 minute output rate 0 bits/sec, 0 packets/sec
     0 packets input, 0 bytes
     Received 0 broadcasts, 0 runts, 0 giants, 0 throttles
     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored
     0 watchdog
     0 input packets with dribble condition detected
     0 packets output, 0 bytes, 0 underruns
     0 output errors, 0 collisions, 0 interface resets
     0 babbles, 0 late collision, 0 deferred
     0 lost carrier, 0 no carrier
     0 output buffer failures, 0 output buffers swapped out
"""
    )


def test_ios_loopback() -> None:
    assert show_interface(LOOPBACK, IOS) == (
        f"""\
Loopback0 is up, line protocol is up{END}
  Hardware is Loopback
  Internet address is 10.255.0.1/32
  MTU 1514 bytes, BW 8000000 Kbit, DLY 5000 usec,{END}
     reliability 255/255, txload 1/255, rxload 1/255
  Encapsulation LOOPBACK, loopback not set
  Last input never, output never, output hang never
  Last clearing of "show interface" counters never
  Input queue: 0/75/0/0 (size/max/drops/flushes); Total output drops: 0
  Queueing strategy: fifo
  Output queue: 0/0 (size/max)
  5 minute input rate 0 bits/sec, 0 packets/sec
  5 minute output rate 0 bits/sec, 0 packets/sec
     0 packets input, 0 bytes, 0 no buffer
     Received 0 broadcasts, 0 runts, 0 giants, 0 throttles
     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored, 0 abort
     0 packets output, 0 bytes, 0 underruns
     0 output errors, 0 collisions, 0 interface resets
     0 output buffer failures, 0 output buffers swapped out
"""
    )


def test_ios_subinterface() -> None:
    assert show_interface(SUBINTERFACE, IOS) == (
        f"""\
FastEthernet0/0.10 is up, line protocol is up{END}
  Hardware is MV96340 Ethernet, address is 001b.0c3d.5a60 (bia 001b.0c3d.5a60)
  Description: staff
  Internet address is 172.20.10.1/26
  MTU 1500 bytes, BW 100000 Kbit, DLY 100 usec,{END}
     reliability 255/255, txload 1/255, rxload 1/255
  Encapsulation 802.1Q Virtual LAN, Vlan ID  10.
  ARP type: ARPA, ARP Timeout 04:00:00
  Last clearing of "show interface" counters never
"""
    )


def test_ios_vlan() -> None:
    assert show_interface(VLAN, IOS) == (
        f"""\
Vlan1 is administratively down, line protocol is down{END}
  Hardware is EtherSVI, address is 001b.0c3d.5a60 (bia 001b.0c3d.5a60)
  MTU 1500 bytes, BW 100000 Kbit, DLY 1000000 usec,{END}
     reliability 255/255, txload 1/255, rxload 1/255
  Encapsulation ARPA, loopback not set
  ARP type: ARPA, ARP Timeout 04:00:00
  Last input never, output never, output hang never
  Last clearing of "show interface" counters never
  Input queue: 0/75/0/0 (size/max/drops/flushes); Total output drops: 0
  Queueing strategy: fifo
  Output queue: 0/40 (size/max)
  5 minute input rate 0 bits/sec, 0 packets/sec
  5 minute output rate 0 bits/sec, 0 packets/sec
     0 packets input, 0 bytes, 0 no buffer
     Received 0 broadcasts, 0 runts, 0 giants, 0 throttles
     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored
     0 packets output, 0 bytes, 0 underruns
     0 output errors, 0 interface resets
     0 output buffer failures, 0 output buffers swapped out
"""
    )


def test_packet_tracer_fast_ethernet_that_is_up() -> None:
    assert show_interface(FAST_ETHERNET, PACKET_TRACER) == (
        f"""\
FastEthernet0/0 is up, line protocol is up (connected)
  Hardware is Lance, address is 001b.0c3d.5a60 (bia 001b.0c3d.5a60)
  Description: to the lab's switch
  Internet address is 172.20.5.1/24
  MTU 1500 bytes, BW 100000 Kbit, DLY 100 usec,
     reliability 255/255, txload 127/255, rxload 1/255
  Encapsulation ARPA, loopback not set
  Full-duplex, 100Mb/s, media type is RJ45
  ARP type: ARPA, ARP Timeout 04:00:00,{END}
  Last input 00:00:02, output 00:00:04, output hang never
  Last clearing of "show interface" counters never
  Input queue: 0/75/29 (size/max/drops); Total output drops: 31
  Queueing strategy: fifo
  Output queue :0/40 (size/max)
  5 minute input rate 43000 bits/sec, 86 packets/sec
  5 minute output rate 50000000 bits/sec, 4200 packets/sec
     1 packets input, 2 bytes, 3 no buffer
     Received 4 broadcasts, 5 runts, 6 giants, 7 throttles
     8 input errors, 9 CRC, 10 frame, 11 overrun, 12 ignored, 13 abort
     15 input packets with dribble condition detected
     16 packets output, 17 bytes, 18 underruns
     19 output errors, 20 collisions, 21 interface resets
     22 babbles, 23 late collision, 24 deferred
     25 lost carrier, 26 no carrier
     27 output buffer failures, 28 output buffers swapped out
"""
    )


def test_packet_tracer_fast_ethernet_that_is_shut() -> None:
    assert show_interface(SHUT, PACKET_TRACER) == (
        f"""\
FastEthernet0/1 is administratively down, line protocol is down (disabled)
  Hardware is Lance, address is 001b.0c3d.5a60 (bia 001b.0c3d.5a60)
  MTU 1500 bytes, BW 100000 Kbit, DLY 100 usec,
     reliability 255/255, txload 1/255, rxload 1/255
  Encapsulation ARPA, loopback not set
  Full-duplex, 100Mb/s, media type is RJ45
  ARP type: ARPA, ARP Timeout 04:00:00,{END}
  Last input never, output never, output hang never
  Last clearing of "show interface" counters never
  Input queue: 0/75/0 (size/max/drops); Total output drops: 0
  Queueing strategy: fifo
  Output queue :0/40 (size/max)
  5 minute input rate 0 bits/sec, 0 packets/sec
  5 minute output rate 0 bits/sec, 0 packets/sec
     0 packets input, 0 bytes, 0 no buffer
     Received 0 broadcasts, 0 runts, 0 giants, 0 throttles
     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored, 0 abort
     0 input packets with dribble condition detected
     0 packets output, 0 bytes, 0 underruns
     0 output errors, 0 collisions, 0 interface resets
     0 babbles, 0 late collision, 0 deferred
     0 lost carrier, 0 no carrier
     0 output buffer failures, 0 output buffers swapped out
"""
    )


def test_packet_tracer_loopback() -> None:
    assert show_interface(LOOPBACK, PACKET_TRACER) == (
        """\
Loopback0 is up, line protocol is up (connected)
  Hardware is Loopback
  Internet address is 10.255.0.1/32
  MTU 1514 bytes, BW 8000000 Kbit, DLY 5000 usec,
     reliability 255/255, txload 1/255, rxload 1/255
  Encapsulation LOOPBACK, loopback not set
  Last input never, output never, output hang never
  Last clearing of "show interface" counters never
  Queueing strategy: fifo
  Output queue 0/0, 0 drops; input queue 0/75, 0 drops
  5 minute input rate 0 bits/sec, 0 packets/sec
  5 minute output rate 0 bits/sec, 0 packets/sec
     0 packets input, 0 bytes, 0 no buffer
     Received 0 broadcasts, 0 runts, 0 giants, 0 throttles
     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored, 0 abort
     0 input packets with dribble condition detected
     0 packets output, 0 bytes, 0 underruns
     0 output errors, 0 collisions, 0 interface resets
     0 babbles, 0 late collision, 0 deferred
     0 lost carrier, 0 no carrier
     0 output buffer failures, 0 output buffers swapped out
"""
    )


def test_packet_tracer_subinterface() -> None:
    assert show_interface(SUBINTERFACE, PACKET_TRACER) == (
        f"""\
FastEthernet0/0.10 is up, line protocol is up (connected)
  Hardware is PQUICC_FEC, address is 001b.0c3d.5a60 (bia 001b.0c3d.5a60)
  Description: staff
  Internet address is 172.20.10.1/26
  MTU 1500 bytes, BW 100000 Kbit, DLY 100 usec,{END}
     reliability 255/255, txload 1/255, rxload 1/255
  Encapsulation 802.1Q Virtual LAN, Vlan ID 10
  ARP type: ARPA, ARP Timeout 04:00:00,{END}
  Last clearing of "show interface" counters never
"""
    )


def test_packet_tracer_vlan() -> None:
    assert show_interface(VLAN, PACKET_TRACER) == (
        """\
Vlan1 is administratively down, line protocol is down
  Hardware is CPU Interface, address is 001b.0c3d.5a60 (bia 001b.0c3d.5a60)
  MTU 1500 bytes, BW 100000 Kbit, DLY 1000000 usec,
     reliability 255/255, txload 1/255, rxload 1/255
  Encapsulation ARPA, loopback not set
  ARP type: ARPA, ARP Timeout 04:00:00
  Last input never, output never, output hang never
  Last clearing of "show interface" counters never
  Input queue: 0/75/0/0 (size/max/drops/flushes); Total output drops: 0
  Queueing strategy: fifo
  Output queue: 0/40 (size/max)
  5 minute input rate 0 bits/sec, 0 packets/sec
  5 minute output rate 0 bits/sec, 0 packets/sec
     0 packets input, 0 bytes, 0 no buffer
     Received 0 broadcasts (0 IP multicast)
     0 runts, 0 giants, 0 throttles
     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored
     0 packets output, 0 bytes, 0 underruns
     0 output errors, 0 interface resets
     0 output buffer failures, 0 output buffers swapped out
"""
    )


@pytest.mark.parametrize(
    ("duplex", "speed", "protocol_up", "ios", "packet_tracer"),
    [
        ("auto", "auto", True, "Full-duplex, 100Mb/s", "Full-duplex, 100Mb/s"),
        ("auto", "auto", False, "Auto-duplex, Auto Speed", "Full-duplex, 100Mb/s"),
        ("half", "10", True, "Half-duplex, 10Mb/s", "Half-duplex, 10Mb/s"),
        ("half", "auto", False, "Half-duplex, Auto Speed", "Half-duplex, 100Mb/s"),
        ("auto", "100", False, "Auto-duplex, 100Mb/s", "Full-duplex, 100Mb/s"),
        ("full", "100", False, "Full-duplex, 100Mb/s", "Full-duplex, 100Mb/s"),
    ],
)
def test_what_is_auto_is_negotiated(
    duplex: str, speed: str, protocol_up: bool, ios: str, packet_tracer: str
) -> None:
    facts = replace(FAST_ETHERNET, duplex=duplex, speed=speed, protocol_up=protocol_up)
    assert f"\n  {ios}, 100BaseTX/FX\n" in show_interface(facts, IOS)
    assert f"\n  {packet_tracer}, media type is RJ45\n" in show_interface(facts, PACKET_TRACER)


@pytest.mark.parametrize(
    ("line_up", "ios", "packet_tracer"),
    [
        (True, "up, line protocol is down ", "up, line protocol is down (disabled)"),
        (False, "down, line protocol is down ", "down, line protocol is down (disabled)"),
    ],
)
def test_without_a_cable(line_up: bool, ios: str, packet_tracer: str) -> None:
    facts = replace(FAST_ETHERNET, line_up=line_up, protocol_up=False)
    assert show_interface(facts, IOS).startswith(f"FastEthernet0/0 is {ios}\n")
    assert show_interface(facts, PACKET_TRACER).startswith(f"FastEthernet0/0 is {packet_tracer}\n")


def test_a_main_interface_with_subinterfaces_names_its_native_vlan() -> None:
    facts = replace(FAST_ETHERNET, vlan=1)
    assert "\n  Encapsulation 802.1Q Virtual LAN, Vlan ID  1., loopback not set\n" in show_interface(
        facts, IOS
    )
    assert "\n  Encapsulation ARPA, loopback not set\n" in show_interface(facts, PACKET_TRACER)


@pytest.mark.parametrize("dialect", Dialect)
def test_the_native_subinterface_looks_like_the_others(dialect: Dialect) -> None:
    native = replace(SUBINTERFACE, native=True)
    assert show_interface(native, dialect) == show_interface(SUBINTERFACE, dialect)


@pytest.mark.parametrize("dialect", Dialect)
def test_a_subinterface_without_encapsulation(dialect: Dialect) -> None:
    assert "\n  Encapsulation ARPA\n" in show_interface(replace(SUBINTERFACE, vlan=None), dialect)


def test_load_never_passes_255() -> None:
    facts = replace(FAST_ETHERNET, output_rate=Rate(bits=10**9), input_rate=Rate(bits=10**8))
    assert ", txload 255/255, rxload 255/255\n" in show_interface(facts, IOS)


ROWS = [
    BriefRow(
        name="FastEthernet0/0",
        address=IPv4Interface("172.20.5.1/24"),
        method="manual",
        admin_down=False,
        line_up=True,
        protocol_up=True,
    ),
    BriefRow(
        name="FastEthernet0/0.4001",
        address=IPv4Interface("172.20.110.129/25"),
        method="NVRAM",
        admin_down=False,
        line_up=True,
        protocol_up=False,
    ),
    BriefRow(
        name="FastEthernet0/1",
        address=None,
        method="unset",
        admin_down=True,
        line_up=False,
        protocol_up=False,
        ok=False,
    ),
    BriefRow(
        name="Loopback0",
        address=IPv4Interface("10.255.0.1/32"),
        method="DHCP",
        admin_down=False,
        line_up=False,
        protocol_up=False,
    ),
]


def test_ios_brief_pads_the_protocol_to_eight_columns() -> None:
    assert show_ip_interface_brief(ROWS, IOS).split("\n") == [
        "Interface                  IP-Address      OK? Method Status                Protocol",
        "FastEthernet0/0            172.20.5.1      YES manual up                    up      ",
        "FastEthernet0/0.4001       172.20.110.129  YES NVRAM  up                    down    ",
        "FastEthernet0/1            unassigned      NO  unset  administratively down down    ",
        "Loopback0                  10.255.0.1      YES DHCP   down                  down    ",
        "",
    ]


def test_packet_tracer_brief_ends_its_lines_with_one_blank() -> None:
    assert show_ip_interface_brief(ROWS, PACKET_TRACER).split("\n") == [
        "Interface              IP-Address      OK? Method Status                Protocol ",
        "FastEthernet0/0        172.20.5.1      YES manual up                    up ",
        "FastEthernet0/0.4001   172.20.110.129  YES NVRAM  up                    down ",
        "FastEthernet0/1        unassigned      NO  unset  administratively down down ",
        "Loopback0              10.255.0.1      YES DHCP   down                  down ",
        "",
    ]


def test_brief_of_no_interface_is_the_header() -> None:
    assert show_ip_interface_brief([], IOS).count("\n") == 1
