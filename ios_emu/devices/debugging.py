"""`debug arp`, `debug ip packet` and `debug ip icmp`: what the stack does, in IOS's words."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ios_emu.wire import icmp
from ios_emu.wire.arp import REQUEST

if TYPE_CHECKING:
    from ios_emu.devices.ios_device import IosDevice
    from ios_emu.stack.arp import ArpEvent
    from ios_emu.stack.icmp import IcmpEvent
    from ios_emu.stack.packet_event import PacketEvent
    from ios_emu.stack.routing_table import Change

ARP = "ARP packet"
ICMP = "ICMP packet"
PACKET = "IP packet"
DHCP_EVENTS = "DHCP server event"
DHCP_PACKETS = "DHCP server packet"
DHCP_LINKAGE = "DHCP server linkage"
DHCP_CLIENT = "DHCP client activity"
DOMAIN = "Domain Name System"
NAT = "IP NAT"
NAT_DETAILED = "IP NAT detailed"
CDP_PACKETS = "CDP packet info"
ROUTING = "IP routing"
RIP_PROTOCOL = "RIP protocol"
RIP_EVENTS = "RIP event"
RIP_DATABASE = "RIP database"
RIP_SUBJECTS = (RIP_PROTOCOL, RIP_EVENTS, RIP_DATABASE)
SUBJECTS = (
    ARP,
    ICMP,
    PACKET,
    DHCP_EVENTS,
    DHCP_PACKETS,
    DHCP_LINKAGE,
    DHCP_CLIENT,
    DOMAIN,
    CDP_PACKETS,
    ROUTING,
    *RIP_SUBJECTS,
    NAT,
    NAT_DETAILED,
)
"""What can be debugged, as the answers name it."""

_UNREACHABLE = {
    icmp.NET_UNREACHABLE: "net",
    icmp.HOST_UNREACHABLE: "host",
    icmp.PROTOCOL_UNREACHABLE: "protocol",
    icmp.PORT_UNREACHABLE: "port",
    icmp.FRAGMENTATION_NEEDED: "frag. needed and DF set",
    icmp.ADMINISTRATIVELY_PROHIBITED: "administratively prohibited",
}
_IP_HEADER = 20


class Debugging:
    """What is being debugged on a device. It is off after each boot."""

    def __init__(self, device: IosDevice) -> None:
        self._device = device
        self.active: set[str] = set()
        # `debug dhcp detail`
        self.dhcp_detail = False
        # `debug ip nat LIST`: of what the list permits alone.
        self.nat_list: int | None = None
        # `debug ip packet [LIST] [detail]`
        self.packet_list: int | None = None
        self.packet_detail = False
        self._followers: list[Callable[[], None]] = []

    def on_change(self, follow: Callable[[], None]) -> None:
        """Adds who looks anew at what is being debugged."""
        self._followers.append(follow)

    def set(self, subject: str, active: bool) -> None:
        """Switches one of SUBJECTS on or off."""
        if active:
            self.active.add(subject)
        else:
            self.active.discard(subject)
        node = self._device.network.node
        node.arp.trace = self._arp if ARP in self.active else None
        node.icmp.trace = self._icmp if ICMP in self.active else None
        node.trace = self._packet if PACKET in self.active else None
        if subject == ROUTING and active:
            self._device.network.watch_routes(self._routes)
        for follow in self._followers:
            follow()
        if subject == DOMAIN:
            names = self._device.dns
            names.resolver.trace = names.trace if active else None

    def set_all(self, active: bool) -> None:
        """Switches all of them on or off."""
        if not active and not self.active:
            return
        self.packet_list, self.packet_detail = None, False
        for subject in SUBJECTS:
            self.set(subject, active)

    def _routes(self, changes: list[Change]) -> None:
        if ROUTING in self.active:
            from ios_emu.devices.route_debug import route_lines

            for line in route_lines(changes):
                self._device.report_debug(line)

    def _arp(self, event: ArpEvent) -> None:
        packet, interface = event.packet, event.interface.name
        kind = "req" if packet.operation == REQUEST else "rep"
        source, target = IPv4Address(packet.sender_ip), IPv4Address(packet.target_ip)
        match event.kind:
            case "incomplete":
                text = f"IP ARP: creating incomplete entry for IP address: {target} interface {interface}"
            case "sent":
                text = (
                    f"IP ARP: sent {kind} src {source} {packet.sender_mac},\n"
                    f"                 dst {target} {packet.target_mac} {interface}"
                )
            case "filtered":
                text = (
                    f"IP ARP {kind} filtered src {source} {packet.sender_mac}, "
                    f"dst {target} {packet.target_mac} {event.note}, interface {interface}"
                )
            case _:
                text = f"IP ARP: rcvd {kind} src {source} {packet.sender_mac}, dst {target} {interface}"
        self._device.report_debug(text)

    def _packet(self, event: PacketEvent) -> None:
        packet = event.packet
        if self.packet_list is not None:
            wanted = self._device.config.access_lists.get(str(self.packet_list))
            if wanted is not None and not wanted.permits(packet):
                return
        source = f"s={IPv4Address(packet.source)} ({event.arrived.name if event.arrived else 'local'})"
        target = f"d={IPv4Address(packet.destination)}"
        length = _IP_HEADER + len(packet.options) + len(packet.payload)
        hop, kind = event.leaves, event.kind
        if kind == "rcvd":
            assert event.arrived is not None
            target += f" ({event.arrived.name})"
            kind = "rcvd 3"
        elif hop is not None:
            target += f" ({hop.interface.name})"
            if kind == "forward":
                gateway = packet.destination if hop.next_hop is None else hop.next_hop
                target += f", g={IPv4Address(gateway)}"
        self._device.report_debug(f"IP: {source}, {target}, len {length}, {kind}")
        if self.packet_detail:
            from ios_emu.devices.packet_text import inside

            more = inside(packet)
            if more is not None:
                self._device.report_debug(more)

    def _icmp(self, event: IcmpEvent) -> None:
        message = event.message
        source, target = IPv4Address(event.source), IPv4Address(event.destination)
        quoted = message.payload[16:20]
        about = IPv4Address(int.from_bytes(quoted)) if len(quoted) == 4 else None
        done = "sent" if event.sent else "rcvd"
        match message.type:
            case icmp.ECHO_REPLY:
                text = f"echo reply {done}, src {source}, dst {target}"
            case icmp.ECHO_REQUEST:
                # IOS tells of the answer alone.
                return
            case icmp.DESTINATION_UNREACHABLE:
                what = _UNREACHABLE.get(message.code, "host")
                way = f"sent to {target}" if event.sent else f"rcv from {source}"
                text = f"dst ({about}) {what} unreachable {way}"
            case icmp.TIME_EXCEEDED:
                what = "time to live" if message.code == icmp.TTL_EXCEEDED else "reassembly"
                if event.sent:
                    text = f"time exceeded ({what}) sent to {target} (dest was {about})"
                else:
                    text = f"time exceeded rcvd from {source}"
            case icmp.REDIRECT:
                gateway = IPv4Address(message.rest)
                if event.sent:
                    text = f"redirect sent to {target} for dest {about}, use gw {gateway}"
                else:
                    text = f"redirect rcvd from {source} -- for {about} use gw {gateway}"
            case _:
                text = f"type {message.type}, code {message.code} {done}, src {source}, dst {target}"
        self._device.report_debug(f"ICMP: {text}")
