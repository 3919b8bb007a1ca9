"""A relay between a client's network and a server: what it adds, takes away, and does not let pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.services.dhcp_environment import Delivery, Destination
from ios_emu.services.dhcp_relay import DhcpRelay
from ios_emu.services.dhcp_server import DhcpServer
from ios_emu.stack.ip_interface import Prefix
from ios_emu.wire import dhcp
from ios_emu.wire.dhcp import DhcpMessage

LAN, WAN = "FastEthernet0/0", "FastEthernet0/1"
MAC = bytes.fromhex("02000000000a")
REMOTE_ID = bytes.fromhex("020a0000" + "c0a80101" + "00000000")


def number(address: str) -> int:
    return int(IPv4Address(address))


@dataclass
class Router:
    """192.168.1.1 on the clients' side, which helps to two servers, and 10.0.0.1 on theirs."""

    helpers: dict[str, list[int]] = field(
        default_factory=lambda: {LAN: [number("10.0.0.9"), number("10.0.0.8")]}
    )
    interfaces: dict[str, list[Prefix]] = field(
        default_factory=lambda: {
            LAN: [Prefix(number("192.168.1.1"), 24), Prefix(number("192.168.2.1"), 24)],
            WAN: [Prefix(number("10.0.0.1"), 24)],
        }
    )
    trust: set[str] = field(default_factory=set)
    sent: list[tuple[DhcpMessage, Destination, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def networks(self, interface: str) -> Sequence[Prefix]:
        return self.interfaces.get(interface, [])

    def is_own(self, address: int) -> bool:
        return self.interface_of(address) is not None

    def interface_of(self, address: int) -> str | None:
        for name, prefixes in self.interfaces.items():
            if any(prefix.address == address for prefix in prefixes):
                return name
        return None

    def helper_addresses(self, interface: str) -> Sequence[int]:
        return self.helpers.get(interface, [])

    def trusted(self, interface: str) -> bool:
        return interface in self.trust

    def send(self, message: DhcpMessage, destination: Destination, interface: str) -> None:
        assert DhcpMessage.parse(message.build()) == message
        self.sent.append((message, destination, interface))

    def debugging(self, kind: str) -> bool:
        return kind == "packet"

    def debug(self, kind: str, text: str) -> None:
        assert self.debugging(kind)
        self.lines.append(text)


class Bench:
    def __init__(self) -> None:
        self.config = DhcpServer()
        self.router = Router()
        self.relay = DhcpRelay(self.config, self.router)

    def pass_on(self, message: DhcpMessage, interface: str = LAN) -> list[DhcpMessage]:
        before = len(self.router.sent)
        self.relay.receive_bytes(message.build(), interface)
        return [message for message, _, _ in self.router.sent[before:]]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def discover(**fields: int) -> DhcpMessage:
    return DhcpMessage(
        dhcp.BOOTREQUEST, 1, 6, 0, 7, 0, 0, 0, 0, 0, 0, MAC, b"", b"", {53: b"\1", 61: b"\1" + MAC}
    )._replace(**fields)  # type: ignore[arg-type]


def offer(giaddr: str = "192.168.1.1", information: bytes | None = None, flags: int = 0) -> DhcpMessage:
    options = {53: b"\2", 54: b"\x0a\0\0\x09"} | ({} if information is None else {82: information})
    address = number("192.168.1.77")
    return DhcpMessage(2, 1, 6, 0, 7, 0, flags, 0, address, 0, number(giaddr), MAC, b"", b"", options)


def with_82(message: DhcpMessage, information: bytes) -> DhcpMessage:
    return message._replace(options=message.options | {82: information})


def test_a_request_goes_to_all_helpers_with_the_primary_address_as_giaddr(bench: Bench) -> None:
    first, second = bench.pass_on(discover())
    assert first == second == discover(hops=1, giaddr=number("192.168.1.1"))
    own = number("192.168.1.1")
    assert [destination for _, destination, _ in bench.router.sent] == [
        Destination(Delivery.ROUTED, number("10.0.0.9"), 67, own),
        Destination(Delivery.ROUTED, number("10.0.0.8"), 67, own),
    ]
    assert bench.router.lines == [
        "DHCPD: setting giaddr to 192.168.1.1.",
        "DHCPD: BOOTREQUEST from 0102.0000.0000.0a forwarded to 10.0.0.9.",
        "DHCPD: BOOTREQUEST from 0102.0000.0000.0a forwarded to 10.0.0.8.",
    ]


def test_the_second_relay_leaves_giaddr_alone(bench: Bench) -> None:
    bench.config.relay.information = True
    passed = bench.pass_on(discover(hops=1, giaddr=number("172.16.0.1")))[0]
    assert (passed.hops, passed.giaddr) == (2, number("172.16.0.1"))
    assert 82 not in passed.options


def test_without_a_helper_address_nothing_is_passed_on(bench: Bench) -> None:
    assert bench.pass_on(discover(), WAN) == []
    bench.router.interfaces[LAN].clear()
    assert bench.pass_on(discover()) == []


@pytest.mark.parametrize(("hops", "passed"), [(15, 2), (16, 0), (255, 0)])
def test_sixteen_relays_are_enough(bench: Bench, hops: int, passed: int) -> None:
    assert len(bench.pass_on(discover(hops=hops))) == passed


def test_what_has_been_here_does_not_pass_again(bench: Bench) -> None:
    assert bench.pass_on(discover(hops=1, giaddr=number("10.0.0.1"))) == []
    assert bench.relay.counters.dropped == 1


def test_a_reply_goes_to_the_client_on_the_interface_of_giaddr(bench: Bench) -> None:
    assert bench.pass_on(offer(), WAN) == [offer()]
    _, destination, interface = bench.router.sent[0]
    address, own = number("192.168.1.77"), number("192.168.1.1")
    assert (interface, destination) == (LAN, Destination(Delivery.HARDWARE, address, 68, own, MAC))
    bench.pass_on(offer(flags=dhcp.BROADCAST_FLAG), WAN)
    assert bench.router.sent[1][1].delivery is Delivery.BROADCAST
    assert bench.router.lines == [
        "DHCPD: forwarding BOOTREPLY to client 0200.0000.000a.",
        "DHCPD: unicasting BOOTREPLY to client 0200.0000.000a (192.168.1.77).",
        "DHCPD: forwarding BOOTREPLY to client 0200.0000.000a.",
        "DHCPD: broadcasting BOOTREPLY to client 0200.0000.000a.",
    ]


def test_a_refusal_is_broadcast(bench: Bench) -> None:
    bench.pass_on(offer()._replace(yiaddr=0, options={53: b"\6"}), WAN)
    assert bench.router.sent[0][1].delivery is Delivery.BROADCAST


def test_a_reply_for_another_relay_is_dropped(bench: Bench) -> None:
    assert bench.pass_on(offer("192.168.9.1"), WAN) == []
    assert bench.pass_on(offer("0.0.0.0"), WAN) == []


def test_option_82_is_added_last_and_taken_away_on_the_way_back(bench: Bench) -> None:
    bench.config.relay.information = True
    passed = bench.pass_on(discover())[0]
    assert list(passed.options.items())[-1] == (82, REMOTE_ID)
    assert bench.pass_on(offer(information=REMOTE_ID), WAN) == [offer()]


@pytest.mark.parametrize("information", [True, False])
def test_the_server_override_tells_link_and_identifier(bench: Bench, information: bool) -> None:
    bench.config.relay.information, bench.config.relay.server_override = information, True
    added = bench.pass_on(discover())[0].options[82]
    assert added == REMOTE_ID + bytes.fromhex("0504c0a80100" + "0b04c0a80101")
    assert bench.pass_on(offer(information=added), WAN) == [offer()]


def test_a_reply_with_another_option_82_is_dropped_if_it_is_checked(bench: Bench) -> None:
    bench.config.relay.information = True
    assert bench.pass_on(offer(information=b"\1\1x"), WAN) == []
    bench.config.relay.check = False
    assert bench.pass_on(offer(information=b"\1\1x"), WAN) == [offer()]


@pytest.mark.parametrize("trust", ["nobody", "interface", "all"])
def test_option_82_without_a_relay_passes_only_where_it_is_trusted(bench: Bench, trust: str) -> None:
    if trust == "interface":
        bench.router.trust.add(LAN)
    bench.config.relay.trust_all = trust == "all"
    passed = bench.pass_on(with_82(discover(), b"\1\1x"))
    assert len(passed) == (0 if trust == "nobody" else 2)


@pytest.mark.parametrize(
    ("policy", "result"),
    [("replace", REMOTE_ID), ("keep", b"\1\1x"), ("encapsulate", REMOTE_ID + b"\1\1x"), ("drop", None)],
)
def test_the_policy_says_what_becomes_of_an_option_82_that_is_there(
    bench: Bench, policy: str, result: bytes | None
) -> None:
    bench.config.relay.information, bench.config.relay.policy = True, policy
    bench.router.trust.add(LAN)
    passed = bench.pass_on(with_82(discover(), b"\1\1x"))
    assert [message.options[82] for message in passed] == ([] if result is None else [result] * 2)
    if policy in ("keep", "encapsulate"):
        assert result is not None
        assert bench.pass_on(offer(information=result), WAN)[0].options[82] == b"\1\1x"


def test_bootp_is_passed_on_unless_it_is_ignored(bench: Bench) -> None:
    assert len(bench.pass_on(discover()._replace(options={}))) == 2
    bench.config.relay.bootp_ignore = True
    assert bench.pass_on(discover()._replace(options={})) == []
    assert len(bench.pass_on(discover())) == 2


@pytest.mark.property
@settings(deadline=None)
@given(st.binary(max_size=80), st.binary(max_size=120), st.booleans())
def test_no_bytes_raise_an_exception(head: bytes, options: bytes, whole: bool) -> None:
    bench = Bench()
    bench.config.relay.information = True
    start = discover().build()
    bench.relay.receive_bytes(start[:240] + options if whole else head + start[len(head) :], LAN)
    bench.relay.receive_bytes(head, WAN)
