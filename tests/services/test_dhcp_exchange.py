"""Conversations of clients with the server, with lab times: who gets what, when, and which way it goes."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import TYPE_CHECKING

import pytest

from ios_emu.clock import DAY, HOUR, MILLISECOND, MINUTE, SECOND
from ios_emu.services.dhcp_environment import Delivery, Destination
from ios_emu.services.dhcp_pool import (
    AddressRange,
    DhcpClass,
    HardwareAddress,
    OptionPattern,
    RawOption,
    SecondaryNetwork,
    UtilizationMark,
)
from ios_emu.stack.ip_interface import Prefix
from ios_emu.wire import dhcp
from ios_emu.wire.ethernet import MacAddress

if TYPE_CHECKING:
    from tests.services.conftest import Bench

SERVER = "192.168.1.1"


def number(address: str) -> int:
    return int(IPv4Address(address))


def seconds(value: int) -> bytes:
    return value.to_bytes(4)


def test_the_address_is_bound_at_discover_and_pinged_before_the_offer(bench: Bench) -> None:
    bench.engine.receive(bench.message(dhcp.DISCOVER, 1), "FastEthernet0/0")
    assert bench.leases == {"192.168.1.2": "0200.0000.0001"}
    assert bench.router.pings == [(0, number("192.168.1.2"), 2, SECOND)]
    assert bench.router.sent == []
    bench.clock.run_until_idle()
    [offer] = bench.router.sent
    assert (offer.time, offer.kind, offer.address) == (2 * SECOND, dhcp.OFFER, "192.168.1.2")


def test_without_ping_packets_the_offer_comes_at_once(quick: Bench) -> None:
    [offer] = quick.tell(quick.message(dhcp.DISCOVER, 1))
    assert (offer.time, offer.address) == (0, "192.168.1.2")
    assert quick.router.pings == []


def test_a_client_that_asks_again_during_the_ping_is_answered_once_and_for_its_last_message(
    bench: Bench,
) -> None:
    bench.engine.receive(bench.message(dhcp.DISCOVER, 1), "FastEthernet0/0")
    bench.clock.run_until(SECOND)
    [offer] = bench.tell(bench.message(dhcp.DISCOVER, 1))
    assert offer.message.xid == bench.transaction
    assert (offer.time, len(bench.router.pings)) == (2 * SECOND, 1)


def test_an_address_that_answers_is_in_conflict_until_somebody_clears_it(bench: Bench) -> None:
    bench.router.alive.add(number("192.168.1.2"))
    [offer] = bench.tell(bench.message(dhcp.DISCOVER, 1))
    assert (offer.time, offer.address) == (2 * SECOND + MILLISECOND, "192.168.1.3")
    assert bench.router.logged == [
        "%DHCPD-4-PING_CONFLICT: DHCP address conflict:  server pinged 192.168.1.2."
    ]
    [conflict] = bench.engine.conflicts()
    assert conflict == (number("192.168.1.2"), "Ping", MILLISECOND)
    assert bench.offer(2, requested="192.168.1.2") == "192.168.1.4"
    bench.router.alive.clear()
    assert bench.engine.clear_conflict(IPv4Address("192.168.1.2"))
    assert not bench.engine.clear_conflict(IPv4Address("192.168.1.2"))
    assert bench.offer(3, requested="192.168.1.2") == "192.168.1.2"


def test_the_events_of_a_conflict_come_in_the_order_of_ios(bench: Bench) -> None:
    bench.router.kinds = {"events", "linkage"}
    bench.router.alive.add(number("192.168.1.2"))
    bench.offer(1)
    assert bench.router.debugged == [
        "DHCPD: Adding binding to radix tree (192.168.1.2)",
        "DHCPD: assigned IP address 192.168.1.2 to client 0200.0000.0001.",
        "DHCPD: returned 192.168.1.2 to address pool LAN.",
        "DHCPD: Adding binding to radix tree (192.168.1.3)",
        "DHCPD: assigned IP address 192.168.1.3 to client 0200.0000.0001.",
    ]


@pytest.mark.parametrize("packets", [0, 2])
def test_the_routers_own_address_is_no_exception_it_is_a_conflict(
    make_bench: Callable[..., Bench], packets: int
) -> None:
    bench = make_bench(ping_packets=packets)
    bench.config.excluded.clear()
    assert bench.offer(1) == "192.168.1.2"
    assert [IPv4Address(one.address) for one in bench.engine.conflicts()] == [IPv4Address(SERVER)]
    assert "server pinged 192.168.1.1." in bench.router.logged[0]


def test_without_conflict_logging_an_address_that_answers_is_only_passed_over(bench: Bench) -> None:
    bench.config.conflict_logging = False
    bench.router.alive.add(number("192.168.1.2"))
    assert bench.offer(1) == "192.168.1.3"
    assert (bench.router.logged, bench.engine.conflicts()) == ([], [])


def test_where_every_address_is_answered_for_a_client_gets_none(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench("10.0.0.0/16")
    bench.config.conflict_logging = False
    bench.router.alive |= set(range(number("10.0.0.0"), number("10.0.4.0")))
    assert bench.offer(1) == ""
    assert len(bench.router.pings) == 256


def test_the_index_moves_upwards_and_a_released_address_is_not_given_out_again_soon(quick: Bench) -> None:
    assert [quick.lease(client) for client in (1, 2, 3)] == ["192.168.1.2", "192.168.1.3", "192.168.1.4"]
    [subnet] = quick.engine.pool_usage("LAN").subnets
    assert (str(subnet.current), subnet.leased, subnet.total) == ("192.168.1.5", 3, 254)
    quick.tell(quick.message(dhcp.RELEASE, 1, ciaddr="192.168.1.2", server=SERVER), unicast=True)
    assert quick.lease(1) == "192.168.1.5"


def test_behind_the_last_address_comes_the_first_that_is_free(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench("192.168.1.0/29", ping_packets=0)
    assert [bench.lease(client) for client in range(5)] == [f"192.168.1.{last}" for last in range(2, 7)]
    assert str(bench.engine.pool_usage("LAN").subnets[0].current) == "192.168.1.1"
    assert bench.lease(9) == ""
    bench.tell(bench.message(dhcp.RELEASE, 2, ciaddr="192.168.1.4"), unicast=True)
    assert bench.lease(9) == "192.168.1.4"


def test_excluded_addresses_are_passed_over_and_a_lease_in_them_lasts(quick: Bench) -> None:
    assert quick.lease(1) == "192.168.1.2"
    quick.exclude("192.168.1.1", "192.168.1.50")
    assert quick.lease(2) == "192.168.1.51"
    assert quick.lease(1) == "192.168.1.2"


def test_options_come_from_the_natural_network_and_the_subnet_to_the_host_but_the_lease_does_not(
    quick: Bench,
) -> None:
    wide, host = quick.pool("WIDE", "192.168.0.0/16"), quick.pool("HOST")
    quick.config.set(wide, "domain-name", "wide.example")
    quick.config.set(wide, "dns-server", (IPv4Address("192.168.0.53"),))
    quick.config.set(wide, "lease", 30)
    quick.config.set(quick.lan, "default-router", (IPv4Address(SERVER),))
    quick.config.set(quick.lan, "domain-name", "lan.example")
    quick.config.set(host, "host", IPv4Interface("192.168.1.200/24"))
    quick.config.set(host, "hardware-address", HardwareAddress(MacAddress.parse("0200.0000.0007")))
    quick.config.set(host, "client-name", "seven")
    [offer] = quick.tell(quick.message(dhcp.DISCOVER, 7))
    assert offer.address == "192.168.1.200"
    options = offer.message.options
    assert options[dhcp.ROUTER] == seconds(number(SERVER))
    assert options[dhcp.DOMAIN_NAME] == b"lan.example"
    assert options[dhcp.DOMAIN_NAME_SERVER] == seconds(number("192.168.0.53"))
    assert options[dhcp.HOST_NAME] == b"seven"
    assert options[dhcp.LEASE_TIME] == seconds(86400)


def test_the_longest_prefix_decides_between_nested_pools(quick: Bench) -> None:
    quick.pool("WIDE", "192.168.0.0/16")
    quick.pool("NARROW", "192.168.1.128/25")
    assert quick.lease(1) == "192.168.1.2"
    assert quick.offer(2, giaddr="192.168.1.200") == "192.168.1.129"
    assert quick.offer(3, giaddr="192.168.77.1") == "192.168.0.1"


def test_a_giaddr_in_a_secondary_subnet_gets_its_address_there_others_the_primary_first(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench("192.168.1.0/30", ping_packets=0)
    second, third = IPv4Network("10.2.0.0/29"), IPv4Network("10.3.0.0/29")
    bench.lan.secondaries[second] = SecondaryNetwork(second, (IPv4Address("10.2.0.6"),))
    bench.lan.secondaries[third] = SecondaryNetwork(third)
    bench.config.set(bench.lan, "default-router", (IPv4Address(SERVER),))
    assert bench.lease(1, giaddr="10.3.0.6") == "10.3.0.1"
    assert [bench.lease(client) for client in (2, 3)] == ["192.168.1.2", "10.2.0.1"]
    assert bench.router.sent[-1].message.options[dhcp.ROUTER] == seconds(number("10.2.0.6"))
    usage = bench.engine.pool_usage("LAN")
    assert (usage.total, usage.leased, [subnet.leased for subnet in usage.subnets]) == (14, 3, [1, 1, 1])


def test_option_61_says_who_a_client_is(quick: Bench) -> None:
    named = b"\1\2\0\0\0\0\1"
    assert quick.lease(1) == "192.168.1.2"
    offered = quick.tell(quick.message(dhcp.DISCOVER, 1, identifier=named))
    assert offered[0].address == "192.168.1.3"
    same = quick.tell(quick.message(dhcp.DISCOVER, 2, identifier=named))
    assert same[0].address == "192.168.1.3"
    assert quick.leases == {"192.168.1.2": "0200.0000.0001", "192.168.1.3": "0102.0000.0000.01"}


def test_six_bytes_in_option_61_are_not_the_address_of_six_bytes(quick: Bench) -> None:
    assert quick.lease(1) == "192.168.1.2"
    mac = bytes.fromhex("020000000001")
    assert quick.tell(quick.message(dhcp.DISCOVER, 9, identifier=mac))[0].address == "192.168.1.3"


def test_a_host_pool_with_hardware_address_is_not_for_a_client_that_sends_option_61(quick: Bench) -> None:
    host = quick.pool("HOST")
    quick.config.set(host, "host", IPv4Interface("192.168.1.200/24"))
    quick.config.set(host, "hardware-address", HardwareAddress(MacAddress.parse("0200.0000.0007")))
    assert quick.lease(7) == "192.168.1.200"
    named = quick.message(dhcp.DISCOVER, 7, identifier=b"\1\2\0\0\0\0\7")
    assert quick.tell(named)[0].address == "192.168.1.2"
    quick.config.set(host, "hardware-address", None)
    quick.config.set(host, "client-identifier", b"\1\2\0\0\0\0\7")
    assert quick.tell(named)[0].address == "192.168.1.200"
    assert not quick.engine.binding(IPv4Address("192.168.1.200")).automatic  # type: ignore[union-attr]


def test_a_manual_address_is_nobody_elses_and_only_for_its_network(quick: Bench) -> None:
    host = quick.pool("HOST")
    quick.config.set(host, "host", IPv4Interface("192.168.1.2/24"))
    quick.config.set(host, "hardware-address", HardwareAddress(MacAddress.parse("0200.0000.0007")))
    quick.pool("OTHER", "10.9.0.0/24")
    assert quick.offer(1, requested="192.168.1.2") == "192.168.1.3"
    assert quick.offer(7, giaddr="10.9.0.9") == "10.9.0.1"
    assert quick.lease(7) == "192.168.1.2"


def test_an_address_that_becomes_manual_stays_so_when_its_lease_is_given_back(quick: Bench) -> None:
    assert quick.lease(1) == "192.168.1.2"
    host = quick.pool("HOST")
    quick.config.set(host, "host", IPv4Interface("192.168.1.2/24"))
    quick.config.set(host, "hardware-address", HardwareAddress(MacAddress.parse("0200.0000.0007")))
    assert quick.offer(7) == "192.168.1.3"
    quick.tell(quick.message(dhcp.RELEASE, 1, ciaddr="192.168.1.2"), unicast=True)
    assert quick.offer(2, requested="192.168.1.2") == "192.168.1.4"
    assert quick.lease(7) == "192.168.1.2"
    quick.config.remove_pool("HOST")
    assert quick.offer(8, requested="192.168.1.2") == "192.168.1.2"


def test_only_requested_parameters_are_sent_in_their_order_and_always_lease_and_mask(quick: Bench) -> None:
    quick.config.set(quick.lan, "default-router", (IPv4Address(SERVER),))
    quick.config.set(quick.lan, "domain-name", "lan.example")
    quick.config.set(quick.lan, "dns-server", (IPv4Address("1.1.1.1"), IPv4Address("2.2.2.2")))
    quick.config.set(quick.lan, "netbios-node-type", "h-node")
    quick.config.set(quick.lan, "option 150", RawOption(150, "ip", b"\1\2\3\4"))
    head = [53, 54, 51, 58, 59, 1]
    [everything] = quick.tell(quick.message(dhcp.DISCOVER, 1))
    assert list(everything.message.options) == [*head, 3, 15, 6, 46, 150]
    asked = quick.message(dhcp.DISCOVER, 2, options={dhcp.PARAMETER_REQUEST_LIST: bytes((15, 1, 3, 3, 42))})
    [some] = quick.tell(asked)
    assert list(some.message.options) == [*head, 15, 3]
    [mask_only] = quick.tell(quick.message(dhcp.DISCOVER, 3, options={dhcp.PARAMETER_REQUEST_LIST: b"\1"}))
    assert list(mask_only.message.options) == head


def test_t1_is_half_and_t2_seven_eighths_of_the_lease(quick: Bench) -> None:
    [offer] = quick.tell(quick.message(dhcp.DISCOVER, 1))
    times = [offer.message.word(code) for code in (dhcp.LEASE_TIME, dhcp.RENEWAL_TIME, dhcp.REBINDING_TIME)]
    assert times == [86400, 43200, 75600]


def test_an_infinite_lease_never_ends(quick: Bench) -> None:
    quick.config.set(quick.lan, "lease", -1)
    quick.lease(1)
    assert quick.router.sent[-1].message.word(dhcp.LEASE_TIME) == dhcp.INFINITE
    quick.clock.wait(400 * DAY)
    assert quick.engine.binding(IPv4Address("192.168.1.2")).expires is None  # type: ignore[union-attr]


def test_next_server_and_bootfile_go_into_the_header_the_servers_in_turn(quick: Bench) -> None:
    quick.config.set(quick.lan, "next-server", (IPv4Address("1.1.1.1"), IPv4Address("2.2.2.2")))
    quick.config.set(quick.lan, "bootfile", "image.bin")
    offers = [quick.tell(quick.message(dhcp.DISCOVER, client))[0].message for client in (1, 2, 3)]
    assert [str(IPv4Address(offer.siaddr)) for offer in offers] == ["1.1.1.1", "2.2.2.2", "1.1.1.1"]
    assert offers[0].file == b"image.bin"


def test_imported_options_fill_what_a_pool_with_import_all_does_not_set(quick: Bench) -> None:
    quick.config.set(quick.lan, "import", "all")
    quick.config.set(quick.lan, "domain-name", "own.example")
    quick.engine.imported = {dhcp.DOMAIN_NAME: b"isp.example", dhcp.DOMAIN_NAME_SERVER: b"\x09\x09\x09\x09"}
    quick.config.touch()
    [offer] = quick.tell(quick.message(dhcp.DISCOVER, 1))
    assert offer.message.options[dhcp.DOMAIN_NAME] == b"own.example"
    assert offer.message.options[dhcp.DOMAIN_NAME_SERVER] == b"\x09\x09\x09\x09"


def test_selecting_the_client_gets_the_address_that_was_offered(quick: Bench) -> None:
    assert quick.lease(1) == "192.168.1.2"
    assert quick.engine.binding(IPv4Address("192.168.1.2")).expires == DAY  # type: ignore[union-attr]


def test_selecting_another_server_is_silent_and_frees_the_offer(quick: Bench) -> None:
    quick.router.kinds = {"events"}
    quick.offer(1)
    other = quick.message(dhcp.REQUEST, 1, requested="192.168.1.77", server="192.168.1.6")
    assert quick.tell(other) == []
    assert quick.leases == {}
    assert quick.router.debugged[-2:] == [
        "DHCPD: client rejected 192.168.1.2, sent 192.168.1.6.",
        "DHCPD: returned 192.168.1.2 to address pool LAN.",
    ]


def test_selecting_with_another_address_than_the_offered_is_refused(quick: Bench) -> None:
    quick.offer(1)
    [nak] = quick.tell(quick.message(dhcp.REQUEST, 1, requested="192.168.1.9", server=SERVER))
    assert (nak.kind, nak.message.yiaddr, nak.destination.delivery) == (dhcp.NAK, 0, Delivery.BROADCAST)
    [unknown] = quick.tell(quick.message(dhcp.REQUEST, 2, requested="192.168.1.9", server=SERVER))
    assert unknown.kind == dhcp.NAK


def test_rebooting_on_the_wrong_network_is_refused(quick: Bench) -> None:
    [nak] = quick.tell(quick.message(dhcp.REQUEST, 1, requested="10.0.0.9"))
    assert nak.kind == dhcp.NAK


def test_rebooting_a_client_that_nobody_knows_gets_no_answer(quick: Bench) -> None:
    assert quick.tell(quick.message(dhcp.REQUEST, 1, requested="192.168.1.9")) == []


def test_rebooting_with_another_address_than_its_own_is_refused(quick: Bench) -> None:
    quick.router.kinds = {"events"}
    quick.lease(1)
    [nak] = quick.tell(quick.message(dhcp.REQUEST, 1, requested="192.168.1.9"))
    assert nak.kind == dhcp.NAK
    assert quick.router.debugged[-1] == (
        "DHCPD: client is confused about its IP address (requested 192.168.1.9, assigned 192.168.1.2)."
    )


def test_rebooting_with_its_own_address_is_acknowledged_and_prolonged(quick: Bench) -> None:
    quick.lease(1)
    quick.clock.run_until(HOUR)
    [ack] = quick.tell(quick.message(dhcp.REQUEST, 1, requested="192.168.1.2"))
    assert (ack.kind, ack.address) == (dhcp.ACK, "192.168.1.2")
    assert quick.engine.binding(IPv4Address("192.168.1.2")).expires == HOUR + DAY  # type: ignore[union-attr]


def test_a_refusal_is_kept_back_where_the_server_identifier_is_overridden(quick: Bench) -> None:
    information = {dhcp.RELAY_AGENT_INFORMATION: b"\x0b\x04\xc0\xa8\x01\xfe"}
    [offer] = quick.tell(quick.message(dhcp.DISCOVER, 1, giaddr="192.168.1.254", options=information))
    assert offer.message.word(dhcp.SERVER_IDENTIFIER) == number("192.168.1.254")
    wrong = quick.message(
        dhcp.REQUEST, 1, requested="192.168.1.9", giaddr="192.168.1.254", options=information
    )
    assert quick.tell(wrong) == []
    right = quick.message(
        dhcp.REQUEST,
        1,
        requested=offer.address,
        server="192.168.1.254",
        giaddr="192.168.1.254",
        options=information,
    )
    assert quick.tell(right)[0].kind == dhcp.ACK


def test_renewing_uses_ciaddr_and_comes_from_anywhere(quick: Bench) -> None:
    quick.lease(1)
    quick.clock.run_until(12 * HOUR)
    renewal = quick.message(dhcp.REQUEST, 1, ciaddr="192.168.1.2")
    [ack] = quick.tell(renewal, interface="FastEthernet0/1", unicast=True)
    assert (ack.kind, ack.address, ack.message.ciaddr) == (dhcp.ACK, "192.168.1.2", number("192.168.1.2"))
    assert ack.destination == Destination(
        Delivery.ROUTED, number("192.168.1.2"), 68, number("172.16.0.1"), b""
    )
    quick.clock.run_until(36 * HOUR - 1)
    assert quick.leases
    quick.clock.run_until(36 * HOUR)
    assert not quick.leases


def test_renewing_somebody_elses_address_is_refused_and_an_unknown_one_is_not_answered(quick: Bench) -> None:
    quick.lease(1)
    [nak] = quick.tell(quick.message(dhcp.REQUEST, 2, ciaddr="192.168.1.2"), unicast=True)
    assert nak.kind == dhcp.NAK
    assert quick.tell(quick.message(dhcp.REQUEST, 2, ciaddr="192.168.1.99"), unicast=True) == []


def test_rebinding_is_heard_as_a_broadcast_and_refused_on_the_wrong_network(quick: Bench) -> None:
    quick.pool("OTHER", "172.16.0.0/24")
    quick.lease(1)
    rebinding = quick.message(dhcp.REQUEST, 1, ciaddr="192.168.1.2")
    assert quick.tell(rebinding)[0].kind == dhcp.ACK
    assert quick.tell(rebinding, interface="FastEthernet0/1")[0].kind == dhcp.NAK


def test_release_needs_client_and_address_and_gets_no_reply(quick: Bench) -> None:
    quick.lease(1)
    for wrong in (
        quick.message(dhcp.RELEASE, 2, ciaddr="192.168.1.2"),
        quick.message(dhcp.RELEASE, 1, ciaddr="192.168.1.3"),
        quick.message(dhcp.RELEASE, 1),
        quick.message(dhcp.RELEASE, 1, ciaddr="192.168.1.2", server="192.168.1.6"),
        quick.message(dhcp.RELEASE, 1, ciaddr="192.168.1.2", identifier=b"\1another"),
    ):
        assert quick.tell(wrong, unicast=True) == []
        assert "192.168.1.2" in quick.leases
    assert quick.tell(quick.message(dhcp.RELEASE, 1, ciaddr="192.168.1.2"), unicast=True) == []
    assert quick.leases == {}


def test_decline_makes_a_conflict_if_the_address_is_the_clients_own(quick: Bench) -> None:
    quick.lease(1)
    quick.tell(quick.message(dhcp.DECLINE, 2, requested="192.168.1.2", server=SERVER))
    assert quick.engine.conflicts() == []
    assert quick.tell(quick.message(dhcp.DECLINE, 1, requested="192.168.1.2", server=SERVER)) == []
    [conflict] = quick.engine.conflicts()
    assert conflict.method == "Gratuitous ARP"
    assert quick.router.logged == [
        "%DHCPD-4-DECLINE_CONFLICT: DHCP address conflict:  client 0200.0000.0001 declined 192.168.1.2."
    ]
    assert quick.lease(1) == "192.168.1.3"


def test_inform_gets_settings_but_no_address_and_no_lease(quick: Bench) -> None:
    quick.config.set(quick.lan, "domain-name", "lan.example")
    [ack] = quick.tell(quick.message(dhcp.INFORM, 1, ciaddr="192.168.1.77"))
    assert (ack.kind, ack.message.yiaddr) == (dhcp.ACK, 0)
    assert list(ack.message.options) == [53, 54, 1, 15]
    assert (ack.destination.delivery, ack.destination.address) == (Delivery.ROUTED, number("192.168.1.77"))
    assert quick.leases == {}
    assert quick.tell(quick.message(dhcp.INFORM, 1)) == []


def test_the_reply_goes_to_the_relay_to_all_or_to_the_hardware_address(quick: Bench) -> None:
    mac = bytes.fromhex("020000000001")
    [offer] = quick.tell(quick.message(dhcp.DISCOVER, 1))
    own = number(SERVER)
    assert offer.destination == Destination(Delivery.HARDWARE, number("192.168.1.2"), 68, own, mac)
    [offer] = quick.tell(quick.message(dhcp.DISCOVER, 1, broadcast=True))
    assert offer.destination == Destination(Delivery.BROADCAST, 0xFFFFFFFF, 68, own)
    [offer] = quick.tell(quick.message(dhcp.DISCOVER, 1, giaddr="192.168.1.254"))
    assert offer.destination == Destination(Delivery.ROUTED, number("192.168.1.254"), 67, own)
    # A client without an address has none, whatever it says: nobody is flooded in its name.
    [offer] = quick.tell(quick.message(dhcp.DISCOVER, 1, ciaddr="8.8.8.8"))
    assert offer.destination.delivery is Delivery.HARDWARE


def test_a_refusal_through_a_relay_has_the_broadcast_bit(quick: Bench) -> None:
    [nak] = quick.tell(quick.message(dhcp.REQUEST, 1, requested="10.0.0.9", giaddr="192.168.1.254"))
    assert nak.message.broadcast
    assert nak.destination.address == number("192.168.1.254")


def test_option_82_comes_back_as_it_was_and_last_and_option_61_before_it(quick: Bench) -> None:
    information = b"\1\4\0\1\2\3\2\2ab"
    asked = quick.message(
        dhcp.DISCOVER,
        1,
        giaddr="192.168.1.254",
        identifier=b"\xffname",
        options={dhcp.RELAY_AGENT_INFORMATION: information, dhcp.PARAMETER_REQUEST_LIST: b"\3"},
    )
    [offer] = quick.tell(asked)
    assert list(offer.message.options.items())[-2:] == [(61, b"\xffname"), (82, information)]
    [nak] = quick.tell(asked._replace(options=asked.options | {53: b"\3", 50: b"\x0a\0\0\1"}))
    assert (nak.kind, list(nak.message.options)[-1]) == (dhcp.NAK, 82)


def test_link_selection_comes_before_giaddr(quick: Bench) -> None:
    quick.pool("OTHER", "10.9.0.0/24")
    link = {dhcp.RELAY_AGENT_INFORMATION: b"\5\4\x0a\x09\0\0"}
    [offer] = quick.tell(quick.message(dhcp.DISCOVER, 1, giaddr="192.168.1.254", options=link))
    assert offer.address == "10.9.0.1"


def test_an_interface_with_two_addresses_answers_from_the_one_of_the_clients_network(quick: Bench) -> None:
    second = IPv4Network("10.2.0.0/24")
    quick.router.interfaces["FastEthernet0/0"].append(Prefix(number("10.2.0.1"), 24))
    quick.lan.secondaries[second] = SecondaryNetwork(second)
    quick.exclude("192.168.1.1", "192.168.1.254")
    quick.exclude("10.2.0.1")
    quick.config.touch()
    assert quick.lease(1) == "10.2.0.2"
    assert quick.router.sent[-1].message.word(dhcp.SERVER_IDENTIFIER) == number("10.2.0.1")


def test_no_pool_for_a_network_means_no_answer_and_one_line_a_minute(quick: Bench) -> None:
    quick.router.kinds = {"events"}
    for _ in range(3):
        assert quick.offer(1, giaddr="172.31.0.1") == ""
    assert quick.router.debugged == ["DHCPD: there is no address pool for 172.31.0.1."] * 3
    line = "%DHCPD-7-NO_LEASE: DHCP lease assignment failure, client 0200.0000.0001 reason NO POOL"
    assert quick.router.logged == [line]
    quick.clock.wait(MINUTE)
    quick.offer(1, giaddr="172.31.0.1")
    assert quick.router.logged == [line] * 2


def test_bootp_gets_manual_addresses_alone_unless_it_is_ignored(quick: Bench) -> None:
    host = quick.pool("HOST")
    quick.config.set(host, "host", IPv4Interface("192.168.1.200/24"))
    quick.config.set(host, "hardware-address", HardwareAddress(MacAddress.parse("0200.0000.0007")))
    assert quick.tell(quick.message(None, 1)) == []
    [reply] = quick.tell(quick.message(None, 7))
    assert (reply.kind, reply.address) == (None, "192.168.1.200")
    assert dhcp.LEASE_TIME not in reply.message.options
    quick.config.bootp_ignore = True
    assert quick.tell(quick.message(None, 7)) == []
    assert quick.engine.statistics.received["BOOTREQUEST"] == 3
    assert quick.engine.statistics.sent["BOOTREPLY"] == 1


def test_utilization_is_logged_when_a_mark_is_passed(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench("192.168.1.0/28", ping_packets=0)
    bench.config.set(bench.lan, "utilization mark high", UtilizationMark(50, log=True))
    bench.config.set(bench.lan, "utilization mark low", UtilizationMark(30, log=True))
    for client in range(8):
        bench.lease(client)
    for client in range(8):
        bench.tell(bench.message(dhcp.RELEASE, client, ciaddr=f"192.168.1.{client + 2}"), unicast=True)
    assert bench.router.logged == [
        '%DHCPD-6-HIGH_UTIL: Pool "LAN" is in high utilization state (7 addresses used out of 14). '
        "Threshold set at 50%.",
        '%DHCPD-6-LOW_UTIL: Pool "LAN" is in low utilization state (4 addresses used out of 14). '
        "Threshold set at 30%.",
    ]


def test_a_class_gets_its_part_of_the_pool(quick: Bench) -> None:
    quick.config.classes["PHONES"] = DhcpClass("PHONES", [OptionPattern(60, b"phone", prefix=True)])
    quick.config.classes["REST"] = DhcpClass("REST")
    quick.lan.classes["PHONES"] = [AddressRange(IPv4Address("192.168.1.100"), IPv4Address("192.168.1.101"))]
    quick.lan.classes["UNKNOWN"] = []
    phone = {dhcp.VENDOR_CLASS: b"phone 7"}
    offers = [quick.tell(quick.message(dhcp.DISCOVER, client, options=phone)) for client in (1, 2, 3)]
    assert [offer[0].address if offer else "" for offer in offers] == ["192.168.1.100", "192.168.1.101", ""]
    assert quick.offer(4) == ""
    quick.lan.classes["REST"] = []
    assert quick.offer(4) == "192.168.1.102"
    quick.config.use_class = False
    assert quick.offer(5, requested="192.168.1.7") == "192.168.1.7"


def test_the_packets_are_shown_as_ios_shows_them(quick: Bench) -> None:
    quick.router.kinds = {"packet"}
    quick.tell(quick.message(dhcp.DISCOVER, 1, identifier=b"\1\2\0\0\0\0\1"))
    ask = quick.message(
        dhcp.REQUEST,
        1,
        identifier=b"\1\2\0\0\0\0\1",
        requested="192.168.1.2",
        server=SERVER,
        broadcast=True,
        options={dhcp.PARAMETER_REQUEST_LIST: b"\1"},
    )
    quick.tell(ask)
    quick.tell(quick.message(dhcp.DISCOVER, 2, giaddr="192.168.1.254"))
    quick.tell(quick.message(dhcp.RELEASE, 1, identifier=b"\1\2\0\0\0\0\1", ciaddr="192.168.1.2"))
    assert quick.router.debugged == [
        "DHCPD: DHCPDISCOVER received from client 0102.0000.0000.01 on interface FastEthernet0/0.",
        "DHCPD: Sending DHCPOFFER to client 0102.0000.0000.01 (192.168.1.2).",
        "DHCPD: unicasting BOOTREPLY to client 0200.0000.0001 (192.168.1.2).",
        "DHCPD: DHCPREQUEST received from client 0102.0000.0000.01.",
        "DHCPD: No default domain to append - abort update",
        "DHCPD: Sending DHCPACK to client 0102.0000.0000.01 (192.168.1.2).",
        "DHCPD: Setting only requested parameters",
        "DHCPD: broadcasting BOOTREPLY to client 0200.0000.0001.",
        "DHCPD: DHCPDISCOVER received from client 0200.0000.0002 through relay 192.168.1.254.",
        "DHCPD: Sending DHCPOFFER to client 0200.0000.0002 (192.168.1.3).",
        "DHCPD: unicasting BOOTREPLY for client 0200.0000.0002 to relay 192.168.1.254.",
        "DHCPD: DHCPRELEASE message received from client 0102.0000.0000.01 (192.168.1.2).",
    ]


def test_update_arp_holds_the_client_in_the_arp_table_while_its_lease_lasts(quick: Bench) -> None:
    quick.config.set(quick.lan, "update", "arp")
    quick.lease(1)
    assert quick.router.arp == {number("192.168.1.2"): bytes.fromhex("020000000001")}
    quick.clock.wait(DAY)
    assert quick.router.arp == {number("192.168.1.2"): None}
