"""tshark reads captures of all that the wire can build: no fault, right checksums, the same fields."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from ios_emu.wire import dhcp, icmp
from ios_emu.wire.arp import REPLY, REQUEST, ArpPacket
from ios_emu.wire.dhcp import DhcpMessage
from ios_emu.wire.ethernet import (
    BROADCAST,
    ETHERTYPE_ARP,
    ETHERTYPE_IPV4,
    Dot1qTag,
    EthernetFrame,
    MacAddress,
)
from ios_emu.wire.icmp import IcmpMessage
from ios_emu.wire.ipv4 import (
    ICMP,
    LOOSE_SOURCE_ROUTE,
    RECORD_ROUTE,
    TCP,
    UDP,
    Ipv4Packet,
    build_options,
    fragments,
)
from ios_emu.wire.ipv4_options import WITH_ADDRESSES, RouteOption, TimestampOption
from ios_emu.wire.pcap import (
    enhanced_packet,
    interface_description,
    pcap_header,
    pcap_packet,
    section_header,
)
from ios_emu.wire.tcp import ACK, FIN, PSH, SYN, TcpSegment
from ios_emu.wire.udp import UdpDatagram

pytestmark = pytest.mark.judge

START = 1_014_940_800_000_000_000
R1, PC1 = int(IPv4Address("192.168.0.1")), int(IPv4Address("192.168.0.51"))
R1_MAC, PC1_MAC = MacAddress.parse("001b.0c3d.5a60"), MacAddress.parse("0060.5c2b.3dcc")
CHECKS = [word for name in ("ip", "tcp", "udp") for word in ("-o", f"{name}.check_checksum:TRUE")]


def packet(number: int, protocol: int, payload: bytes, options: bytes = b"") -> Ipv4Packet:
    return Ipv4Packet(PC1, R1, protocol, payload, ttl=128, identification=number, options=options)


def dialogue() -> list[bytes]:
    """The frames of a host and a router: ARP, ping, options, fragments, DHCP, TCP, and a tagged one."""
    frames = [
        EthernetFrame(
            BROADCAST,
            PC1_MAC,
            ETHERTYPE_ARP,
            ArpPacket(REQUEST, PC1_MAC, PC1, MacAddress(bytes(6)), R1).build(),
        ),
        EthernetFrame(PC1_MAC, R1_MAC, ETHERTYPE_ARP, ArpPacket(REPLY, R1_MAC, R1, PC1_MAC, PC1).build()),
    ]
    route = RouteOption(RECORD_ROUTE, (0, 0, 0)).record(PC1).build()
    times = TimestampOption(WITH_ADDRESSES, ((0, 0), (0, 0))).record(PC1, 1000).build()
    source_route = RouteOption(LOOSE_SOURCE_ROUTE, (R1, PC1)).build()
    ping = icmp.echo(1, 1, bytes(range(32))).build()
    packets = [
        packet(number, ICMP, ping, build_options([option]))
        for number, option in enumerate((route, times, source_route))
    ]
    packets += fragments(packet(9, ICMP, icmp.echo(1, 2, bytes(3000)).build()), 1500)
    quoted = packet(10, UDP, UdpDatagram(33434, 33434, b"").build(PC1, R1)).build()
    for kind, code, rest in (
        (icmp.DESTINATION_UNREACHABLE, icmp.PORT_UNREACHABLE, 0),
        (icmp.DESTINATION_UNREACHABLE, icmp.FRAGMENTATION_NEEDED, 1400),
        (icmp.TIME_EXCEEDED, icmp.TTL_EXCEEDED, 0),
        (icmp.REDIRECT, icmp.REDIRECT_HOST, R1),
    ):
        packets.append(packet(11, ICMP, IcmpMessage(kind, code, rest, quoted).build()))
    packets += [packet(20, UDP, UdpDatagram(68, 67, message.build()).build(PC1, R1)) for message in leases()]
    packets += [packet(30, TCP, segment.build(PC1, R1)) for segment in connection()]
    frames += [EthernetFrame(R1_MAC, PC1_MAC, ETHERTYPE_IPV4, one.build()) for one in packets]
    frames.append(frames[2]._replace(tag=Dot1qTag(10, 5)))
    return [frame.build() for frame in frames]


def leases() -> list[DhcpMessage]:
    request = DhcpMessage(
        1, 1, 6, 0, 0x3903F326, 0, dhcp.BROADCAST_FLAG, 0, 0, 0, 0, PC1_MAC.packed, b"", b"", {}
    )
    return [
        request._replace(
            options={
                dhcp.MESSAGE_TYPE: bytes([dhcp.DISCOVER]),
                dhcp.CLIENT_IDENTIFIER: b"\x01" + PC1_MAC,
                dhcp.HOST_NAME: b"user1-pc",
                dhcp.PARAMETER_REQUEST_LIST: bytes([1, 3, 6, 15]),
            }
        ),
        request._replace(
            op=dhcp.BOOTREPLY,
            yiaddr=PC1,
            sname=b"R1",
            file=b"boot.bin",
            options={
                dhcp.MESSAGE_TYPE: bytes([dhcp.OFFER]),
                dhcp.SERVER_IDENTIFIER: R1.to_bytes(4),
                dhcp.LEASE_TIME: (86400).to_bytes(4),
                dhcp.SUBNET_MASK: b"\xff\xff\xff\x00",
                dhcp.DOMAIN_NAME: b"univ-djelfa.com",
                dhcp.VENDOR_SPECIFIC: bytes(300),
            },
        ),
    ]


def connection() -> list[TcpSegment]:
    return [
        TcpSegment(1025, 23, 100, 0, SYN, 4128, mss=1460),
        TcpSegment(1025, 23, 101, 501, ACK, 4128),
        TcpSegment(1025, 23, 101, 501, PSH | ACK, 4128, b"cisco"),
        TcpSegment(1025, 23, 106, 501, FIN | ACK, 4128),
    ]


def write_pcapng(path: Path) -> None:
    data = section_header() + interface_description("PC1:Fa0 -- R1:Fa0/0")
    for number, frame in enumerate(dialogue()):
        data += enhanced_packet(0, START + number, frame, f"frame {number}")
    path.write_bytes(data)


def write_pcap(path: Path) -> None:
    data = pcap_header()
    for number, frame in enumerate(dialogue()):
        data += pcap_packet(START + number, frame)
    path.write_bytes(data)


Ask = Callable[..., list[str]]


@pytest.fixture(params=[write_pcapng, write_pcap], ids=["pcapng", "pcap"])
def ask(request: pytest.FixtureRequest, tmp_path: Path, judge: Callable[[str], str]) -> Ask:
    """`ask(filter, field, ...)`: those fields of the frames that fit the filter, a line for each frame."""
    tshark, capture = judge("tshark"), tmp_path / "wire"
    request.param(capture)

    def fields(display_filter: str, *names: str) -> list[str]:
        wanted = [word for name in names or ("frame.number",) for word in ("-e", name)]
        command = [tshark, "-n", "-r", str(capture), *CHECKS, "-Y", display_filter, "-T", "fields", *wanted]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    return fields


def test_no_fault_is_found(ask: Ask) -> None:
    assert len(ask("frame")) == len(dialogue())
    assert ask("_ws.malformed || _ws.expert.severity == error || _ws.short") == []
    statuses = ("ip.checksum.status", "tcp.checksum.status", "udp.checksum.status", "icmp.checksum.status")
    assert ask(" || ".join(f"{status} == Bad" for status in statuses)) == []
    assert len(ask("ip.checksum.status == Good")) == len(dialogue()) - 2
    assert len(ask("tcp.checksum.status == Good")) == 4


def test_times_and_names_are_read(ask: Ask, request: pytest.FixtureRequest) -> None:
    assert ask("frame.number == 8", "frame.time_epoch") == ["1014940800.000000007"]
    if "pcapng" in request.node.name:
        assert set(ask("frame", "frame.interface_name")) == {"PC1:Fa0 -- R1:Fa0/0"}
        assert ask("frame.number == 3", "frame.comment") == ["frame 2"]


def test_arp_and_tags_are_read(ask: Ask) -> None:
    names = ("arp.opcode", "arp.src.hw_mac", "arp.src.proto_ipv4", "arp.dst.hw_mac", "arp.dst.proto_ipv4")
    assert ask("arp", *names) == [
        "1\t00:60:5c:2b:3d:cc\t192.168.0.51\t00:00:00:00:00:00\t192.168.0.1",
        "2\t00:1b:0c:3d:5a:60\t192.168.0.1\t00:60:5c:2b:3d:cc\t192.168.0.51",
    ]
    assert ask("vlan", "vlan.id", "vlan.priority", "vlan.etype") == ["10\t5\t0x0800"]


def test_options_and_fragments_are_read(ask: Ask) -> None:
    assert ask("ip.rec_rt && !vlan", "ip.rec_rt") == ["192.168.0.51"]
    assert ask("ip.opt.type == 68", "ip.opt.time_stamp", "ip.opt.time_stamp_addr") == [
        "1000,0\t192.168.0.51,0.0.0.0"
    ]
    assert ask("ip.opt.type == 131", "ip.opt.ptr") == ["4"]
    assert ask("ip.id == 9", "ip.len") == ["1500", "1500", "68"]
    assert ask("icmp.seq == 2", "data.len") == ["3000"]


def test_errors_are_read(ask: Ask) -> None:
    assert ask(
        "icmp.type == 3 || icmp.type == 11 || icmp.type == 5", "icmp.type", "icmp.code", "icmp.mtu"
    ) == [
        "3\t3\t",
        "3\t4\t1400",
        "11\t0\t",
        "5\t1\t",
    ]
    assert ask("icmp.type == 5", "icmp.redir_gw") == ["192.168.0.1"]


def test_dhcp_is_read(ask: Ask) -> None:
    # Versions write a flag as 1 or as True: the filter asks for it.
    client = "dhcp.flags.bc == 1 && dhcp.hw.mac_addr == 00:60:5c:2b:3d:cc"
    assert ask(client, "dhcp.option.dhcp", "dhcp.id", "dhcp.ip.your") == [
        "1\t0x3903f326\t0.0.0.0",
        "2\t0x3903f326\t192.168.0.51",
    ]
    assert ask("dhcp.option.dhcp == 1", "dhcp.option.hostname") == ["user1-pc"]
    assert ask("dhcp.option.dhcp == 2", "dhcp.server", "dhcp.file", "dhcp.option.ip_address_lease_time") == [
        "R1\tboot.bin\t86400"
    ]


def test_tcp_is_read(ask: Ask) -> None:
    assert ask("tcp", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags", "tcp.len", "tcp.options.mss_val") == [
        "100\t0\t0x0002\t0\t1460",
        "101\t501\t0x0010\t0\t",
        "101\t501\t0x0018\t5\t",
        "106\t501\t0x0011\t0\t",
    ]
