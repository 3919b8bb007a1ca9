"""For whom a router answers ARP besides itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ios_emu.stack.icmp import is_single_host
from ios_emu.stack.ip_interface import IpInterface
from ios_emu.wire.arp import ArpPacket

if TYPE_CHECKING:
    from ios_emu.stack.node import Node


def answers_by_proxy(node: Node, interface: IpInterface, packet: ArpPacket) -> bool:
    """Proxy ARP (RFC 1027), as IOS has it on by default: what another interface leads to is here.

    So are the addresses that packets are translated to.
    """
    translation = None if node.policy is None else node.policy.translation
    if translation is not None and translation.answers_for(interface, packet.target_ip):
        return True
    if not interface.proxy_arp or not is_single_host(packet.target_ip):
        return False
    if interface.prefix_of(packet.target_ip) is not None:
        return False
    hop = node.forwarding.hop(packet.sender_ip, packet.target_ip)
    return hop is not None and hop.interface is not interface
