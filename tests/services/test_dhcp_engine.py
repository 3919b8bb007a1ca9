"""What odd and hostile messages do to the server (nothing), and how it is looked at, cleared and reloaded."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

import pytest

from ios_emu.clock import DAY, MINUTE, SECOND
from ios_emu.services.dhcp_allocator import MOST_OFFERS
from ios_emu.services.dhcp_pool import DatabaseAgent, Pool
from ios_emu.services.dhcp_server import DhcpServer
from ios_emu.wire import dhcp

if TYPE_CHECKING:
    from tests.services.conftest import Bench

LAN = "FastEthernet0/0"
SERVER = "192.168.1.1"


def raw(bench: Bench, data: bytes) -> int:
    """Gives the server a datagram; returns how many messages it sent."""
    before = len(bench.router.sent)
    bench.engine.receive_bytes(data, LAN)
    bench.clock.run_until_idle()
    return len(bench.router.sent) - before


def with_options(message: dhcp.DhcpMessage, options: bytes) -> bytes:
    """The message with these bytes where its options were."""
    return message._replace(options={}).build()[:240] + options


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("op", 2),
        ("hops", 17),
        ("giaddr", 0x7F000001),
        ("giaddr", 0xFFFFFFFF),
        ("giaddr", 0xE0000001),
        ("giaddr", 0x00000005),
        ("giaddr", 0xC0A80101),
        ("giaddr", 0xAC100001),
        ("chaddr", b"\xff" * 6),
        ("chaddr", b"\1\0\x5e\0\0\1"),
        ("chaddr", bytes(6)),
    ],
)
def test_a_field_that_can_not_be_drops_the_message_and_counts(
    quick: Bench, field: str, value: object
) -> None:
    message = quick.message(dhcp.DISCOVER, 1)._replace(**{field: value})  # type: ignore[arg-type]
    assert raw(quick, message.build()) == 0
    assert (quick.engine.statistics.malformed, quick.leases) == (1, {})


@pytest.mark.parametrize(("at", "value"), [(0, 0), (2, 0), (2, 17), (2, 255), (2, 7)])
def test_an_operation_or_a_hardware_length_that_is_none_drops_the_message(
    quick: Bench, at: int, value: int
) -> None:
    data = bytearray(quick.message(dhcp.DISCOVER, 1).build())
    data[at] = value
    assert raw(quick, bytes(data)) == 0
    assert quick.engine.statistics.malformed == 1


@pytest.mark.parametrize(
    "options",
    [
        b"\x35\x01\x01\x0c\x20abc",
        b"\x35\x01\x01\x0c",
        b"\x35\x02\x01\x01\xff",
        b"\x35\x01\x01\x35\x01\x01\xff",
        b"\x35\x00\xff",
        b"\x35\x01\x02\xff",
        b"\x35\x01\x63\xff",
        b"\x35\x01\x00\xff",
        b"\x35\x01\x01\x34\x01\x09\xff",
        b"\x35\x01\x01" + b"\x3d\xff" + bytes(255) + b"\x3d\x02ab\xff",
    ],
)
def test_options_that_break_the_format_drop_the_message(quick: Bench, options: bytes) -> None:
    assert raw(quick, with_options(quick.message(dhcp.DISCOVER, 1), options)) == 0
    assert quick.engine.statistics.malformed == 1


@pytest.mark.parametrize(
    "options",
    [
        b"\x35\x01\x01\x32\x03\1\2\3\xff",
        b"\x35\x01\x01\x33\x02\1\2\xff",
        b"\x35\x01\x01\x3d\x00\xff",
        b"\x35\x01\x01\x3d\x01\x07\xff",
        b"\x35\x01\x01\x51\x05\0\0\0\x7fa\xff",
        b"\x35\x01\x01\x0c\x07a\x1b[2Jbc\xff",
        b"\x35\x01\x01\x39\x01\xff\xff",
        b"\x35\x01\x01\x37\x00\xff",
        b"\x35\x01\x01",
    ],
)
def test_an_option_that_means_nothing_is_ignored(quick: Bench, options: bytes) -> None:
    assert raw(quick, with_options(quick.message(dhcp.DISCOVER, 1), options)) == 1
    assert quick.engine.statistics.malformed == 0


def test_a_message_type_in_the_field_file_counts(quick: Bench) -> None:
    data = bytearray(with_options(quick.message(dhcp.DISCOVER, 1), b"\x34\x01\x01\xff"))
    data[108:112] = b"\x35\x01\x01\xff"
    assert raw(quick, bytes(data)) == 1


def test_a_datagram_of_more_than_1500_bytes_is_dropped(quick: Bench) -> None:
    data = quick.message(dhcp.DISCOVER, 1).build()
    assert raw(quick, data.ljust(8000, b"\0")) == 0
    assert raw(quick, data.ljust(1500, b"\0")) == 1


def test_an_empty_option_61_is_none_and_one_of_a_byte_is_a_name(quick: Bench) -> None:
    raw(quick, quick.message(dhcp.DISCOVER, 1, identifier=b"").build())
    raw(quick, quick.message(dhcp.DISCOVER, 1, identifier=b"\7").build())
    assert quick.leases == {"192.168.1.2": "0200.0000.0001", "192.168.1.3": "07"}


@pytest.mark.parametrize(
    "fields",
    [
        {"options": {dhcp.SERVER_IDENTIFIER: b"\1\2"}, "requested": "192.168.1.2"},
        {"server": SERVER},
        {},
    ],
)
def test_a_request_that_asks_for_nothing_is_malformed(quick: Bench, fields: dict[str, object]) -> None:
    assert quick.tell(quick.message(dhcp.REQUEST, 1, **fields)) == []  # type: ignore[arg-type]
    assert quick.engine.statistics.malformed == 1


def test_an_interface_without_an_address_answers_nothing(quick: Bench) -> None:
    assert quick.tell(quick.message(dhcp.DISCOVER, 1), interface="Vlan1") == []


def test_without_service_dhcp_or_a_pool_nothing_listens(quick: Bench) -> None:
    quick.config.service = False
    assert (quick.engine.running, quick.offer(1)) == (False, "")
    quick.config.service = True
    quick.config.remove_pool("LAN")
    assert (quick.engine.running, quick.offer(1)) == (False, "")
    assert sum(quick.engine.statistics.received.values()) == 0


def test_a_flood_of_discovers_leaves_an_address_for_the_next_client(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench("192.168.1.0/28", ping_packets=0)
    for client in range(13):
        bench.clock.run_until(client * SECOND)
        assert bench.offer(client + 100)
    assert bench.lease(1) == "192.168.1.2"
    assert len(bench.leases) == 13


def test_an_offer_that_its_client_may_be_about_to_take_is_not_given_away(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench("192.168.1.0/30", ping_packets=0)
    assert bench.offer(1) == "192.168.1.2"
    assert bench.offer(2) == ""
    assert bench.lease(1) == "192.168.1.2"
    bench.clock.run_until(MINUTE)
    assert bench.offer(2) == ""


def test_an_offer_that_nobody_takes_ends_after_a_minute(quick: Bench) -> None:
    quick.offer(1)
    quick.clock.run_until(MINUTE - 1)
    assert quick.leases
    quick.clock.run_until(MINUTE)
    assert (quick.leases, quick.engine.statistics.expired) == ({}, 0)


def test_offers_are_bounded_for_each_interface(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench("10.0.0.0/8", ping_packets=0)
    taken = bench.lease(1)
    message = bench.message(dhcp.DISCOVER, 2)
    for number in range(MOST_OFFERS + 50):
        bench.engine.receive(message._replace(chaddr=b"\2\1" + number.to_bytes(4)), LAN)
    leases = bench.leases
    assert len(leases) == MOST_OFFERS + 1
    assert taken in leases


def test_a_storm_of_requests_for_one_lease_is_one_lease(quick: Bench) -> None:
    quick.lease(1)
    again = quick.message(dhcp.REQUEST, 1, requested="192.168.1.2", server=SERVER)
    for _ in range(100):
        assert quick.tell(again)[0].kind == dhcp.ACK
    assert len(quick.leases) == 1


def test_declining_the_whole_pool_takes_it_away_until_the_conflicts_are_cleared(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench("192.168.1.0/29", ping_packets=0)
    for client in range(5):
        address = bench.lease(client)
        bench.tell(bench.message(dhcp.DECLINE, client, requested=address, server=SERVER))
    assert bench.offer(9) == ""
    assert (len(bench.engine.conflicts()), bench.leases) == (5, {})
    assert bench.engine.clear_conflict()
    assert bench.offer(9) != ""


def test_many_parameter_request_lists_do_not_fill_the_memory(quick: Bench) -> None:
    for number in range(1000):
        wanted = {dhcp.PARAMETER_REQUEST_LIST: number.to_bytes(2)}
        quick.engine.receive(quick.message(dhcp.DISCOVER, 1, options=wanted), LAN)
    profile = quick.engine._pools.states["LAN"].subnets[0].profile
    assert len(profile._answers) <= 64


def test_released_leases_leave_nothing_behind(quick: Bench) -> None:
    for _ in range(2000):
        address = quick.lease(1)
        quick.tell(quick.message(dhcp.RELEASE, 1, ciaddr=address), unicast=True)
    assert len(quick.engine._table._heap) <= 257


def test_a_reply_has_no_more_than_the_client_can_take(quick: Bench) -> None:
    quick.config.set(quick.lan, "domain-name", "x" * 250)
    quick.config.set(quick.lan, "dns-server", (IPv4Address("1.1.1.1"),))
    asked = quick.message(
        dhcp.DISCOVER,
        1,
        identifier=b"y" * 255,
        giaddr="192.168.1.254",
        options={dhcp.RELAY_AGENT_INFORMATION: b"z" * 255},
    )
    [small] = quick.tell(asked)
    assert list(small.message.options) == [53, 54, 51, 58, 59, 1, 6, 82]
    assert len(small.message.build()) <= 548
    [large] = quick.tell(asked._replace(options=asked.options | {57: (1400).to_bytes(2)}))
    assert list(large.message.options) == [53, 54, 51, 58, 59, 1, 15, 6, 61, 82]


def test_a_lease_ends_and_its_address_is_free(quick: Bench) -> None:
    quick.router.kinds = {"events"}
    quick.config.set(quick.lan, "lease", 90)
    quick.lease(1)
    quick.clock.run_until(90 * MINUTE - 1)
    assert quick.engine.automatic_bindings == 1
    quick.clock.run_until(90 * MINUTE)
    assert (quick.engine.automatic_bindings, quick.engine.statistics.expired) == (0, 1)
    assert quick.router.debugged[-3:] == [
        "DHCPD: checking for expired leases.",
        "DHCPD: the lease for address 192.168.1.2 has expired.",
        "DHCPD: returned 192.168.1.2 to address pool LAN.",
    ]


def test_no_timer_of_a_lease_keeps_the_lab_from_being_idle(quick: Bench) -> None:
    for client in range(10):
        quick.lease(client)
    assert quick.clock.idle
    assert quick.clock.next_event == MINUTE


def test_a_pool_that_is_removed_takes_its_leases_along(quick: Bench) -> None:
    quick.pool("OTHER", "10.9.0.0/24")
    quick.lease(1)
    quick.lease(2, giaddr="10.9.0.1")
    quick.config.remove_pool("LAN")
    assert list(quick.leases) == ["10.9.0.1"]


def test_a_network_that_is_changed_takes_its_leases_along_others_stay(quick: Bench) -> None:
    quick.pool("OTHER", "10.9.0.0/24")
    quick.lease(1)
    quick.lease(2, giaddr="10.9.0.1")
    quick.config.set(quick.lan, "network", IPv4Network("192.168.1.0/25"))
    assert list(quick.leases) == ["10.9.0.1"]
    quick.config.set(quick.lan, "lease", 7)
    assert list(quick.leases) == ["10.9.0.1"]


def test_a_ping_that_ends_after_its_pool_was_removed_means_nothing(bench: Bench) -> None:
    bench.engine.receive(bench.message(dhcp.DISCOVER, 1), LAN)
    bench.config.remove_pool("LAN")
    bench.pool("LAN", "192.168.1.0/24")
    assert bench.leases == {}
    bench.clock.run_until_idle()
    assert bench.router.sent == []


def test_clear_binding_frees_one_or_all(quick: Bench) -> None:
    for client in range(3):
        quick.lease(client)
    assert quick.engine.clear_binding(IPv4Address("192.168.1.3"))
    assert not quick.engine.clear_binding(IPv4Address("192.168.1.3"))
    assert list(quick.leases) == ["192.168.1.2", "192.168.1.4"]
    assert quick.engine.clear_binding()
    assert (quick.leases, quick.engine.pool_usage("LAN").leased) == ({}, 0)


def test_bindings_come_in_order_and_one_can_be_asked_for(quick: Bench) -> None:
    for client, wanted in ((1, "192.168.1.9"), (2, "192.168.1.30"), (3, "192.168.1.4")):
        quick.offer(client, requested=wanted)
    assert list(quick.leases) == ["192.168.1.4", "192.168.1.9", "192.168.1.30"]
    binding = quick.engine.binding(IPv4Address("192.168.1.30"))
    assert binding is not None
    assert (binding.pool, binding.automatic, binding.expires) == ("LAN", True, MINUTE)
    assert quick.engine.binding(IPv4Address("192.168.1.31")) is None


def test_messages_are_counted_by_their_names(quick: Bench) -> None:
    quick.lease(1)
    quick.tell(quick.message(dhcp.REQUEST, 2, requested="10.0.0.1"))
    quick.tell(quick.message(dhcp.RELEASE, 1, ciaddr="192.168.1.2"))
    statistics = quick.engine.statistics
    assert statistics.received == {
        "BOOTREQUEST": 0,
        "DHCPDISCOVER": 1,
        "DHCPREQUEST": 2,
        "DHCPDECLINE": 0,
        "DHCPRELEASE": 1,
        "DHCPINFORM": 0,
    }
    assert statistics.sent == {"BOOTREPLY": 0, "DHCPOFFER": 1, "DHCPACK": 1, "DHCPNAK": 1}
    quick.engine.clear_statistics()
    assert sum(quick.engine.statistics.received.values()) == 0


def test_a_reload_forgets_automatic_bindings(quick: Bench) -> None:
    quick.lease(1)
    quick.engine.reload(DhcpServer(pools={"LAN": quick.lan}, ping_packets=0))
    assert (quick.leases, quick.clock.next_event) == ({}, None)
    assert quick.offer(2, requested="192.168.1.2") == "192.168.1.2"


def test_a_reload_keeps_what_a_database_agent_has(quick: Bench) -> None:
    agent = DatabaseAgent("flash:leases")
    quick.config.databases[agent.url] = agent
    quick.lease(1)
    quick.offer(2)
    again = DhcpServer(databases=dict(quick.config.databases), ping_packets=0)
    pool = again.pools["NEW"] = Pool("NEW")
    again.set(pool, "network", IPv4Network("192.168.1.0/24"))
    quick.engine.reload(again)
    assert quick.leases == {"192.168.1.2": "0200.0000.0001"}
    quick.clock.wait(DAY)
    assert quick.leases == {}


def test_a_ping_that_ends_after_a_reload_means_nothing(bench: Bench) -> None:
    bench.engine.receive(bench.message(dhcp.DISCOVER, 1), LAN)
    bench.engine.reload(bench.config)
    bench.clock.run_until_idle()
    assert (bench.router.sent, bench.leases) == ([], {})


def test_bindings_may_end_while_they_are_listed(quick: Bench) -> None:
    for client in range(1, 6):
        quick.lease(client)
    listed = quick.engine.bindings()
    first = next(listed)
    quick.engine.clear_binding(IPv4Address("192.168.1.3"))
    second = next(listed)
    quick.config.remove_pool("LAN")
    quick.engine.pool_usage(quick.pool("NEW", "10.0.0.0/24").name)
    addresses = [str(binding.address) for binding in (first, second, *listed)]
    assert addresses == ["192.168.1.2", "192.168.1.4"]


def test_secure_arp_entries_are_those_of_clients_with_a_lease(quick: Bench) -> None:
    quick.config.set(quick.lan, "update", "arp")
    quick.lease(1)
    quick.offer(2)
    assert quick.engine.secure_arp_entries == 1
    quick.config.set(quick.lan, "update", None)
    assert quick.engine.secure_arp_entries == 0
