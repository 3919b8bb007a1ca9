"""The DHCP server's configuration: who is bound where, whose network is which, and classes."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import pytest

from ios_emu.services.dhcp_pool import DhcpClass, HardwareAddress, OptionPattern, Pool
from ios_emu.services.dhcp_server import DhcpServer
from ios_emu.wire.dhcp import RELAY_AGENT_INFORMATION
from ios_emu.wire.ethernet import MacAddress

SIX = bytes.fromhex("0060 5c2b 3dcc")
LAN = IPv4Network("192.168.1.0/24")
OPTION_60, OPTION_82 = 60, RELAY_AGENT_INFORMATION


def host(server: DhcpServer, name: str) -> Pool:
    pool = server.pools[name] = Pool(name)
    server.set(pool, "host", IPv4Interface(IPv4Address(f"192.168.1.{len(server.pools)}")))
    return pool


def test_six_bytes_are_not_the_hardware_address_of_the_same_bytes() -> None:
    server = DhcpServer()
    first, second, third = host(server, "A"), host(server, "B"), host(server, "C")
    server.set(first, "hardware-address", HardwareAddress(MacAddress(SIX)))
    assert server.pool_of_client(SIX, but=second) is None
    server.set(second, "client-identifier", SIX)
    assert server.pool_of_client(SIX, but=third) == "B"
    assert server.pool_of_client(HardwareAddress(MacAddress(SIX)), but=third) == "A"
    assert server.pool_of_client(HardwareAddress(MacAddress(SIX), 6), but=third) is None
    server.remove_pool("A")
    assert server.pool_of_client(HardwareAddress(MacAddress(SIX)), but=third) is None
    assert server.pool_of_client(SIX, but=third) == "B"


def test_a_pool_without_a_host_binds_nobody() -> None:
    server = DhcpServer()
    first, second = host(server, "A"), host(server, "B")
    server.set(first, "client-identifier", SIX)
    server.set(first, "host", None)
    assert server.pool_of_client(SIX, but=second) is None


def test_a_secondary_network_is_a_network_of_its_pool() -> None:
    server = DhcpServer()
    pool = server.pools["A"] = Pool("A")
    secondary = server.add_secondary(pool, LAN)
    assert server.add_secondary(pool, LAN) is secondary
    assert server.pool_of_network(LAN) == "A"
    before = server.revision
    assert server.remove_secondary(pool, LAN)
    assert not server.remove_secondary(pool, LAN)
    assert (server.pool_of_network(LAN), server.revision) == (None, before + 1)


def test_with_a_pool_go_its_networks() -> None:
    server = DhcpServer()
    pool = server.pools["A"] = Pool("A")
    server.set(pool, "network", IPv4Network("10.0.0.0/8"))
    server.add_secondary(pool, LAN)
    server.remove_pool("A")
    assert server.pool_of_network(LAN) is None
    assert server.pool_of_network(IPv4Network("10.0.0.0/8")) is None


PHONE = OptionPattern(OPTION_60, b"phone", prefix=True)
FLOOR = OptionPattern(OPTION_82, b"\1\3")


@pytest.mark.parametrize(
    ("known", "options", "fits"),
    [
        (DhcpClass("C"), {}, True),
        (DhcpClass("C", [PHONE]), {OPTION_60: b"phone 7"}, True),
        (DhcpClass("C", [PHONE]), {OPTION_60: b"fax"}, False),
        (DhcpClass("C", [PHONE]), {}, False),
        (DhcpClass("C", relay_information=True), {}, False),
        (DhcpClass("C", relay_information=True), {OPTION_82: b"\7"}, True),
        (DhcpClass("C", [FLOOR], relay_information=True), {OPTION_82: b"\7"}, False),
        (DhcpClass("C", [FLOOR], relay_information=True), {OPTION_82: b"\1\3"}, True),
        (DhcpClass("C", [PHONE], relay_information=True), {OPTION_82: b"\7"}, True),
        (DhcpClass("C", [PHONE, FLOOR], relay_information=True), {OPTION_60: b"phone"}, True),
    ],
)
def test_who_belongs_to_a_class(known: DhcpClass, options: dict[int, bytes], fits: bool) -> None:
    assert known.matches(options) is fits


def test_bits_of_the_mask_are_not_compared() -> None:
    pattern = OptionPattern(OPTION_60, b"\x0a\x00", mask=b"\x00\xff")
    assert DhcpClass("C", [pattern]).matches({OPTION_60: b"\x0a\x77"})
    assert not DhcpClass("C", [pattern]).matches({OPTION_60: b"\x0b\x77"})
