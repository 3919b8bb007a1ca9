"""A router between two links whose far ends the test holds, configured as at its console."""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import partial
from ipaddress import IPv4Address

from ios_emu.cli.loading import load_configuration
from ios_emu.cli.shell import Shell
from ios_emu.clock import Clock
from ios_emu.devices.configuration import PORTS
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.router import Router
from ios_emu.stack.cable import Cable, Port
from ios_emu.wire.ethernet import ETHERTYPE_IPV4, EthernetFrame, MacAddress
from ios_emu.wire.icmp import IcmpMessage
from ios_emu.wire.ipv4 import ICMP, Ipv4Packet

BASE = """\
interface FastEthernet0/0
 ip address 10.0.1.1 255.255.255.0
 no shutdown
interface FastEthernet0/1
 ip address 10.0.2.1 255.255.255.0
 no shutdown
ip route 0.0.0.0 0.0.0.0 10.0.2.2
end
"""
"""Station 0 is 10.0.1.2 at FastEthernet0/0, station 1 is 10.0.2.2 at FastEthernet0/1: the default route."""


class Filtered:
    """The router `R1`, and what its two stations hear."""

    def __init__(self, config: str = "", dialect: Dialect = Dialect.IOS) -> None:
        self.clock = Clock()
        self.router = Router("R1", self.clock, dialect, random.Random(1))
        self.log: list[str] = []
        self.router.log.subscribe(self.log.append)
        self.heard: list[list[Ipv4Packet]] = [[], []]
        self.macs = [MacAddress(bytes((2, 0, 0, 0, 2, number))) for number in (1, 2)]
        self.ports = [Port("far 0"), Port("far 1")]
        for number, port in enumerate(self.ports):
            Cable(self.clock, self.router.network.ports[PORTS[number]], port, delay=0)
            port.receive = partial(self._hear, number)
        self.type(BASE)
        self.type(config)
        node = self.router.network.node
        for number, interface in enumerate(node.interfaces):
            node.arp.add(interface, int(IPv4Address(f"10.0.{number + 1}.2")), self.macs[number])
        self.clock.run_until_idle()

    def type(self, text: str) -> None:
        """Types lines of configuration; none may be refused."""
        assert list(load_configuration(Shell(self.router, level=15), text)) == []

    def show(self, command: str) -> str:
        """What a command of privileged EXEC answers."""
        answer = Shell(self.router, level=15).execute(command)
        assert isinstance(answer, str)
        return answer

    def send(self, packet: Ipv4Packet | bytes, station: int = 0) -> None:
        """A station sends a packet through the router."""
        data = packet if isinstance(packet, bytes) else packet.build()
        mac = self.router.config.interfaces[PORTS[station]].mac
        assert mac is not None
        self.ports[station].send(EthernetFrame(mac, self.macs[station], ETHERTYPE_IPV4, data).build())
        self.clock.run_until_idle()

    def passed(self, packets: Iterable[Ipv4Packet | bytes], station: int = 0) -> list[bool]:
        """Which of the packets came out at the other station."""
        answers = []
        for packet in packets:
            self.heard[1 - station].clear()
            self.send(packet, station)
            answers.append(bool(self.heard[1 - station]))
        return answers

    def wait(self, span: int) -> None:
        """Lets time pass."""
        self.clock.run_until(self.clock.now + span)

    def messages(self, station: int = 0) -> list[tuple[int, int]]:
        """The types and codes of the ICMP messages that a station heard, which it forgets."""
        found = [IcmpMessage.parse(one.payload) for one in self.heard[station] if one.protocol == ICMP]
        self.heard[station].clear()
        return [(one.type, one.code) for one in found]

    def logged(self) -> list[str]:
        """The log messages of access lists, without their time."""
        return [line[line.index("%") :] for line in self.log if "%SEC-6" in line]

    def _hear(self, number: int, frame: bytes) -> None:
        parsed = EthernetFrame.parse(frame)
        if parsed.ethertype == ETHERTYPE_IPV4:
            self.heard[number].append(Ipv4Packet.parse(parsed.payload))
