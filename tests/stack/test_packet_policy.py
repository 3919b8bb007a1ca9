"""What a router does with packets besides routing them, on the wire: in which order, and who is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from ios_emu.stack.ip_interface import IpInterface
from ios_emu.stack.packet_policy import PacketPolicy
from ios_emu.wire import icmp
from ios_emu.wire.arp import REPLY
from ios_emu.wire.icmp import IcmpMessage, echo
from ios_emu.wire.ipv4 import ICMP, Ipv4Packet
from tests.stack.conversation import Bench, ip

INSIDE, GLOBAL = "10.0.1.2", "10.0.2.77"


@dataclass
class StaticTranslation:
    """The station of the first link is another one on the second."""

    inside: str = INSIDE
    log: list[str] = field(default_factory=list)

    def arriving(self, interface: IpInterface, packet: Ipv4Packet) -> Ipv4Packet | None:
        self.log.append(f"arriving {interface.name}")
        return packet._replace(destination=ip(self.inside)) if packet.destination == ip(GLOBAL) else packet

    def leaving(self, arrived: IpInterface, packet: Ipv4Packet, leaves: IpInterface) -> Ipv4Packet | None:
        self.log.append(f"leaving {arrived.name} by {leaves.name}")
        return packet._replace(source=ip(GLOBAL)) if packet.source == ip(self.inside) else packet

    def answers_for(self, interface: IpInterface, address: int) -> bool:
        return address == ip(GLOBAL) and interface.holds(ip("10.0.2.1"))


def policed() -> tuple[Bench, PacketPolicy]:
    bench = Bench()
    bench.know()
    policy = bench.node.policy = PacketPolicy(bench.node)
    return bench, policy


def test_what_a_filter_drops_as_it_arrives_is_answered_and_counted() -> None:
    bench, policy = policed()
    assert policy.empty
    policy.filters_in["Fa0/0"] = lambda packet: packet.destination != ip("10.0.2.2")
    assert not policy.empty
    bench.ping(0, "10.0.2.2")
    [(source, message)] = bench.stations[0].messages()
    assert (source, message.type, message.code) == (
        "10.0.1.1",
        icmp.DESTINATION_UNREACHABLE,
        icmp.ADMINISTRATIVELY_PROHIBITED,
    )
    assert bench.stations[1].packets() == []
    assert bench.node.counters.prohibited == 1


def test_a_filter_of_what_arrives_concerns_the_router_itself_too() -> None:
    bench, policy = policed()
    policy.filters_in["Fa0/0"] = lambda packet: False
    bench.ping(0, "10.0.1.1")
    assert [message.code for _, message in bench.stations[0].messages()] == [icmp.ADMINISTRATIVELY_PROHIBITED]


def test_a_filter_of_what_leaves_does_not_concern_what_the_router_sends_itself() -> None:
    bench, policy = policed()
    policy.filters_out["Fa0/1"] = lambda packet: False
    bench.node.icmp.send(Ipv4Packet(ip("10.0.2.1"), ip("10.0.2.2"), ICMP, b"", 64), echo(1, 1, b""))
    bench.clock.run_until_idle()
    assert [message.type for _, message in bench.stations[1].messages()] == [icmp.ECHO_REQUEST]
    bench.ping(0, "10.0.2.2")
    assert bench.stations[1].packets() == []
    assert [message.code for _, message in bench.stations[0].messages()] == [icmp.ADMINISTRATIVELY_PROHIBITED]


def test_it_is_translated_before_the_filter_of_what_leaves_and_behind_that_of_what_arrives() -> None:
    bench, policy = policed()
    translation = policy.translation = StaticTranslation()
    seen: list[tuple[str, int, int]] = []

    def sees(direction: str, packet: Ipv4Packet) -> bool:
        seen.append((direction, packet.source, packet.destination))
        return True

    policy.filters_out["Fa0/1"] = partial(sees, "out")
    policy.filters_in["Fa0/1"] = partial(sees, "in")
    bench.ping(0, "10.0.2.2")
    [packet] = bench.stations[1].packets()
    assert packet.source == ip(GLOBAL)
    bench.ping(1, GLOBAL)
    [packet] = bench.stations[0].packets()
    assert packet.destination == ip(INSIDE)
    assert seen == [("out", ip(GLOBAL), ip("10.0.2.2")), ("in", ip("10.0.2.2"), ip(GLOBAL))]
    assert translation.log == [
        "arriving Fa0/0",
        "leaving Fa0/0 by Fa0/1",
        "arriving Fa0/1",
        "leaving Fa0/1 by Fa0/0",
    ]


def test_who_was_refused_behind_a_translation_is_told_of_the_packet_that_it_sent() -> None:
    bench, policy = policed()
    policy.translation = StaticTranslation()
    policy.filters_out["Fa0/1"] = lambda packet: False
    bench.ping(0, "10.0.2.2")
    [(_, message)] = bench.stations[0].messages()
    assert message.payload[12:16] == ip(INSIDE).to_bytes(4)
    assert IcmpMessage.parse(message.build()) == message


def test_arp_answers_for_an_address_that_packets_are_translated_to() -> None:
    bench, policy = policed()
    policy.translation = StaticTranslation()
    bench.ask(1, GLOBAL)
    assert [(one.operation, one.sender_mac) for one in bench.stations[1].arps()] == [
        (REPLY, bench.interfaces[1].mac)
    ]
    bench.ask(0, GLOBAL)
    assert bench.stations[0].arps() == []


def test_the_routers_own_packet_with_an_inside_address_is_translated_and_its_answer_comes_home() -> None:
    bench, policy = policed()
    translation = policy.translation = StaticTranslation(inside="10.0.1.1")
    bench.node.icmp.send(Ipv4Packet(ip("10.0.1.1"), ip("10.0.2.2"), ICMP, b"", 64), echo(1, 1, b""))
    bench.run()
    [packet] = bench.stations[1].packets()
    assert packet.source == ip(GLOBAL)
    assert translation.log == ["leaving Fa0/0 by Fa0/1"]
    bench.ping(1, GLOBAL)
    [(source, message)] = bench.stations[1].messages()
    assert (source, message.type) == (GLOBAL, icmp.ECHO_REPLY)


def test_the_routers_own_packet_with_the_address_that_it_leaves_by_is_left_as_it_is() -> None:
    bench, policy = policed()
    translation = policy.translation = StaticTranslation(inside="10.0.2.1")
    bench.node.icmp.send(Ipv4Packet(ip("10.0.2.1"), ip("10.0.2.2"), ICMP, b"", 64), echo(1, 1, b""))
    bench.run()
    [packet] = bench.stations[1].packets()
    assert packet.source == ip("10.0.2.1")
    assert translation.log == []
