"""Routes and timestamps in an IPv4 header: RFC 791's pictures, and Scapy's opinion."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import IPOption_LSRR, IPOption_RR, IPOption_SSRR, IPOption_Timestamp

from ios_emu.errors import MalformedPacket
from ios_emu.wire.ipv4 import (
    LOOSE_SOURCE_ROUTE,
    RECORD_ROUTE,
    STRICT_SOURCE_ROUTE,
    TIMESTAMP,
    Option,
    build_options,
    read_options,
)
from ios_emu.wire.ipv4_options import (
    PRESPECIFIED,
    TIMESTAMPS_ONLY,
    WITH_ADDRESSES,
    RouteOption,
    TimestampOption,
)

R1, R2, R3 = 0x0A000001, 0x0A000101, 0x0A000201
SCAPY_ROUTES = {
    RECORD_ROUTE: IPOption_RR,
    LOOSE_SOURCE_ROUTE: IPOption_LSRR,
    STRICT_SOURCE_ROUTE: IPOption_SSRR,
}
words = st.integers(0, 2**32 - 1)


def test_a_route_is_recorded_until_no_slot_is_free() -> None:
    route = RouteOption(RECORD_ROUTE, (0, 0))
    assert build_options([route.build()]) == bytes.fromhex("07 0b 04 00000000 00000000 00")
    route = route.record(R1)
    assert (route.recorded, route.next_address) == ((R1,), 0)
    route = route.record(R2)
    assert build_options([route.build()]) == bytes.fromhex("07 0b 0c 0a000001 0a000101 00")
    assert (route.recorded, route.next_address) == ((R1, R2), None)
    assert route.record(R3) == route


def test_a_source_route_is_followed_and_records_the_way() -> None:
    route = RouteOption(LOOSE_SOURCE_ROUTE, (R2, R3))
    assert route.next_address == R2
    route = route.record(R1)
    assert (route.next_address, route.addresses, route.pointer) == (R3, (R1, R3), 8)


@pytest.mark.parametrize("data", ["", "04 0a0000", "03 0a000001", "00", "05 0a000001", "04 0a000001 0a"])
def test_a_route_that_is_none_is_refused(data: str) -> None:
    content = bytes.fromhex(data)
    with pytest.raises(MalformedPacket, match=f"^an IPv4 route option of {len(content)} bytes$"):
        RouteOption.parse(Option(RECORD_ROUTE, content))


def test_times_alone_are_recorded_and_then_counted() -> None:
    stamps = TimestampOption(TIMESTAMPS_ONLY, ((0, 0),)).record(R1, 1000)
    assert build_options([stamps.build()]) == bytes.fromhex("44 08 09 00 000003e8")
    for _ in range(16):
        stamps = stamps.record(R2, 2000)
    assert (stamps.slots, stamps.overflow) == (((0, 1000),), 15)
    assert build_options([stamps.build()]) == bytes.fromhex("44 08 09 f0 000003e8")


def test_times_are_recorded_with_addresses() -> None:
    stamps = TimestampOption(WITH_ADDRESSES, ((0, 0), (0, 0))).record(R1, 1000)
    assert build_options([stamps.build()]) == bytes.fromhex("44 14 0d 01 0a000001 000003e8 00000000 00000000")


def test_only_routers_that_are_named_write_their_times() -> None:
    stamps = TimestampOption(PRESPECIFIED, ((R1, 0), (R3, 0)))
    assert stamps.record(R2, 1) == stamps
    stamps = stamps.record(R1, 5).record(R2, 6).record(R3, 7)
    assert (stamps.slots, stamps.pointer, stamps.overflow) == (((R1, 5), (R3, 7)), 21, 0)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "an IPv4 timestamp option of an unknown kind"),
        ("05", "an IPv4 timestamp option of an unknown kind"),
        ("05 02", "an IPv4 timestamp option of an unknown kind"),
        ("04 00 00000000", "an IPv4 timestamp option of 6 bytes"),
        ("06 00 00000000", "an IPv4 timestamp option of 6 bytes"),
        ("05 01 00000000", "an IPv4 timestamp option of 6 bytes"),
        ("09 03 00000000 00000000", "an IPv4 timestamp option of 10 bytes"),
    ],
)
def test_timestamps_that_are_none_are_refused(data: str, reason: str) -> None:
    with pytest.raises(MalformedPacket, match=f"^{reason}$"):
        TimestampOption.parse(Option(TIMESTAMP, bytes.fromhex(data)))


@pytest.mark.property
@settings(deadline=None)
@given(st.sampled_from(sorted(SCAPY_ROUTES)), st.lists(words, min_size=1, max_size=9), st.integers(0, 9))
def test_scapy_and_we_build_and_read_the_same_routes(kind: int, addresses: list[int], slot: int) -> None:
    route = RouteOption(kind, tuple(addresses), 4 + 4 * slot)
    routers = [str(IPv4Address(address)) for address in addresses]
    theirs = bytes(SCAPY_ROUTES[kind](routers=routers, pointer=route.pointer))
    assert build_options([route.build()])[: len(theirs)] == theirs
    [option] = read_options(theirs)
    assert RouteOption.parse(option) == route
    read = SCAPY_ROUTES[kind](theirs)
    assert (read.routers, read.pointer) == (routers, route.pointer)


@pytest.mark.property
@settings(deadline=None)
@given(words, words, st.sampled_from([WITH_ADDRESSES, PRESPECIFIED]), st.integers(0, 15))
def test_scapy_and_we_build_and_read_the_same_timestamp(
    address: int, time: int, mode: int, overflow: int
) -> None:
    """Scapy knows one slot."""
    stamps = TimestampOption(mode, ((address, time),), 5, overflow)
    theirs = IPOption_Timestamp(
        pointer=5, oflw=overflow, flg=mode, internet_address=str(IPv4Address(address)), timestamp=time
    )
    assert build_options([stamps.build()]) == bytes(theirs)
    [option] = read_options(bytes(theirs))
    assert TimestampOption.parse(option) == stamps


@pytest.mark.property
@settings(deadline=None)
@given(
    st.binary(max_size=38)
    | st.builds(lambda head, rest: head + rest, st.sampled_from([b"\5\0", b"\5\1"]), st.binary(max_size=36))
)
def test_any_bytes_are_an_option_or_malformed(data: bytes) -> None:
    for parse, kind in ((RouteOption.parse, RECORD_ROUTE), (TimestampOption.parse, TIMESTAMP)):
        option = Option(kind, data)
        try:
            read = parse(option)
        except MalformedPacket:
            continue
        assert read.build() == option
        if isinstance(read, RouteOption):
            read.record(R1)
        else:
            read.record(R1, 1)
