"""A lab's router under a load of clients, in a process that is there to be killed.

`python lease_worker.py STATE FIRST COUNT` lets clients number FIRST to FIRST+COUNT-1 lease, and prints
`CLIENT ADDRESS` once the ACK has crossed the wire. `renew CLIENT ADDRESS` lines on standard input ask, in
the state INIT-REBOOT, for what a client had before; the answer is `ACK` or `NAK` or `silence`.
"""

from __future__ import annotations

import sys
from ipaddress import IPv4Address
from pathlib import Path

from ios_emu.edges.journal import Journals
from ios_emu.edges.store import StateFolder
from ios_emu.lab.topology import Lab
from ios_emu.wire import dhcp
from ios_emu.wire.dhcp import DhcpMessage
from ios_emu.wire.ethernet import BROADCAST, ETHERTYPE_IPV4, EthernetFrame, MacAddress
from ios_emu.wire.ipv4 import UDP, Ipv4Packet
from ios_emu.wire.udp import UdpDatagram

_ALL = 0xFFFFFFFF
_TOGETHER = 8


class Load:
    """Clients behind one port of the router."""

    def __init__(self, state: Path, lab_file: str) -> None:
        self.journals = Journals(StateFolder(state))
        self.lab = Lab(lab_file, leases=self.journals.opener("dhcp-leases"))
        self.port = self.lab.attach("load", "R1")
        self.port.receive = self.receive
        self.answers: dict[int, DhcpMessage] = {}
        self.settle()

    def settle(self) -> None:
        """Runs the lab until nothing happens, and stores what it wants stored."""
        self.lab.clock.run_until_idle()
        while self.journals.pending:
            self.journals.commit()
            self.lab.clock.run_until_idle()

    def receive(self, frame: bytes) -> None:
        """Notes the answers of the server."""
        ethernet = EthernetFrame.parse(frame)
        if ethernet.ethertype != ETHERTYPE_IPV4:
            return
        packet = Ipv4Packet.parse(ethernet.payload)
        if packet.protocol == UDP:
            message = DhcpMessage.parse(
                UdpDatagram.parse(packet.payload, packet.source, packet.destination).payload
            )
            self.answers[message.xid] = message

    def ask(self, client: int, kind: int, options: dict[int, bytes]) -> None:
        """One message of a client, as a broadcast from no address."""
        mac = MacAddress(b"\x02\0" + client.to_bytes(4))
        message = DhcpMessage(
            op=dhcp.BOOTREQUEST,
            htype=1,
            hlen=6,
            hops=0,
            xid=client,
            secs=0,
            flags=dhcp.BROADCAST_FLAG,
            ciaddr=0,
            yiaddr=0,
            siaddr=0,
            giaddr=0,
            chaddr=bytes(mac),
            sname=b"",
            file=b"",
            options={dhcp.MESSAGE_TYPE: bytes((kind,)), **options},
        )
        data = UdpDatagram(68, 67, message.build()).build(0, _ALL)
        packet = Ipv4Packet(0, _ALL, UDP, data, ttl=64, identification=1)
        self.port.send(EthernetFrame(BROADCAST, mac, ETHERTYPE_IPV4, packet.build()).build())

    def lease(self, clients: range) -> None:
        """Several clients at once, as one wake-up of the real door brings them."""
        for client in clients:
            self.ask(client, dhcp.DISCOVER, {})
        self.settle()
        for client in clients:
            offer = self.answers.pop(client, None)
            if offer is not None:
                options = {
                    dhcp.REQUESTED_ADDRESS: offer.yiaddr.to_bytes(4),
                    dhcp.SERVER_IDENTIFIER: offer.options[dhcp.SERVER_IDENTIFIER],
                }
                self.ask(client, dhcp.REQUEST, options)
        self.settle()
        for client in clients:
            ack = self.answers.pop(client, None)
            if ack is not None and ack.message_type == dhcp.ACK:
                print(client, IPv4Address(ack.yiaddr), flush=True)

    def renew(self, client: int, address: str) -> str:
        """What a client that comes back with its address is told."""
        self.ask(client, dhcp.REQUEST, {dhcp.REQUESTED_ADDRESS: IPv4Address(address).packed})
        self.settle()
        answer = self.answers.pop(client, None)
        if answer is None:
            return "silence"
        return (
            "ACK" if answer.message_type == dhcp.ACK and str(IPv4Address(answer.yiaddr)) == address else "NAK"
        )


def main() -> None:
    """Renews what standard input names, then leases."""
    state, lab_file, first, count = sys.argv[1:]
    load = Load(Path(state), lab_file)
    for line in sys.stdin:
        if line == "\n":
            break
        client, address = line.split()
        print(load.renew(int(client), address), flush=True)
    for begin in range(int(first), int(first) + int(count), _TOGETHER):
        load.lease(range(begin, begin + _TOGETHER))


if __name__ == "__main__":
    main()
