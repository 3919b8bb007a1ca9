"""What always holds of the server, whatever clients send, and with clients of ours over a lossy wire."""

from __future__ import annotations

import random
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.clock import DAY, HOUR, MILLISECOND, MINUTE, SECOND, Clock
from ios_emu.services.dhcp_client import ClientState, DhcpClient
from ios_emu.services.dhcp_client_lease import ClientIdentity, ClientLease
from ios_emu.services.dhcp_pool import HardwareAddress
from ios_emu.wire import dhcp
from ios_emu.wire.dhcp import DhcpMessage
from ios_emu.wire.ethernet import MacAddress

if TYPE_CHECKING:
    from tests.services.conftest import Bench

LAN = "FastEthernet0/0"
SERVER = "192.168.1.1"

values = st.binary(max_size=8) | st.binary(min_size=250, max_size=255)
addresses = st.sampled_from(
    [0, 0xFFFFFFFF, 0x7F000001, 0xC0A80101, 0xC0A80102, 0xC0A80103, 0xC0A801FE, 0x0A000001]
)
messages = st.builds(
    DhcpMessage,
    op=st.sampled_from([1, 1, 1, 2]),
    htype=st.sampled_from([1, 1, 6, 255]),
    hlen=st.just(6),
    hops=st.integers(0, 255),
    xid=st.integers(0, 0xFFFFFFFF),
    secs=st.integers(0, 0xFFFF),
    flags=st.sampled_from([0, 0x8000, 0xFFFF]),
    ciaddr=addresses,
    yiaddr=addresses,
    siaddr=addresses,
    giaddr=addresses,
    chaddr=st.sampled_from([b"\2\0\0\0\0\1", b"\2\0\0\0\0\2", bytes(6), b"\xff" * 6]),
    sname=st.just(b""),
    file=st.just(b""),
    options=st.dictionaries(
        st.sampled_from([50, 51, 54, 55, 57, 61, 81, 82, 118, 121]),
        values | addresses.map(lambda address: address.to_bytes(4)),
    ).flatmap(
        lambda options: st.sampled_from(
            [options] + [{**options, 53: bytes((kind,))} for kind in (1, 1, 3, 3, 4, 7, 8, 13)]
        )
    ),
)


@pytest.mark.property
@settings(deadline=None)
@given(st.lists(messages, max_size=6), st.booleans())
def test_no_message_raises_an_exception_and_every_reply_can_be_read(
    make_bench: Callable[..., Bench], asked: list[DhcpMessage], unicast: bool
) -> None:
    bench = make_bench("192.168.1.0/29")
    bench.router.kinds = {"packet", "events", "linkage"}
    for message in asked:
        bench.engine.receive_bytes(message.build(), LAN, unicast=unicast)
        bench.clock.run_until_idle()
    # The environment builds and reads each message that it is given.
    assert all(sent.message.op == dhcp.BOOTREPLY for sent in bench.router.sent)
    assert len(bench.leases) <= 5


@pytest.mark.property
@settings(deadline=None)
@given(st.binary(max_size=600), st.binary(max_size=100), st.integers(0, 300))
def test_no_bytes_raise_an_exception(
    make_bench: Callable[..., Bench], noise: bytes, tail: bytes, at: int
) -> None:
    bench = make_bench(ping_packets=0)
    good = bench.message(dhcp.DISCOVER, 1).build()
    for data in (noise, good[:240] + tail, good[:at] + noise + good[at:]):
        bench.engine.receive_bytes(data, LAN)
    bench.clock.run_until_idle()


actions = st.tuples(
    st.sampled_from(["lease", "lease", "renew", "reboot", "release", "decline", "offer", "steal", "wait"]),
    st.integers(0, 9),
    st.integers(0, 9),
)


@pytest.mark.property
@settings(deadline=None)
@given(st.lists(actions, max_size=40))
def test_no_two_clients_hold_one_address_none_is_outside_the_pool_and_every_lease_ends(
    make_bench: Callable[..., Bench], steps: list[tuple[str, int, int]]
) -> None:
    """The model: an address belongs to who got the last ACK for it, until an hour has passed."""
    bench = make_bench("192.168.1.0/29", ping_packets=0)
    bench.config.set(bench.lan, "lease", 60)
    host = bench.pool("HOST")
    bench.config.set(host, "host", IPv4Interface("192.168.1.6/29"))
    bench.config.set(host, "hardware-address", HardwareAddress(MacAddress.parse("0200.0000.0009")))
    pool = {f"192.168.1.{last}" for last in range(2, 7)}
    held: dict[str, tuple[int, int]] = {}
    conflicts: set[str] = set()

    def owner(address: str) -> int | None:
        client, until = held.get(address, (-1, 0))
        return client if until > bench.clock.now else None

    def request(client: int, **fields: str) -> None:
        for reply in bench.tell(bench.message(dhcp.REQUEST, client, **fields)):  # type: ignore[arg-type]
            if reply.kind == dhcp.ACK:
                assert reply.address in pool - conflicts
                assert owner(reply.address) in (None, client)
                assert (reply.address == "192.168.1.6") == (client == 9)
                held[reply.address] = client, bench.clock.now + HOUR

    for action, client, other in steps:
        own = next((address for address in held if owner(address) == client), f"192.168.1.{other}")
        match action:
            case "lease":
                if offered := bench.offer(client):
                    request(client, requested=offered, server=SERVER)
            case "renew":
                request(client, ciaddr=own)
            case "reboot":
                request(client, requested=own)
            case "steal":
                request(client, requested=f"192.168.1.{other}", server=SERVER)
            case "offer":
                bench.offer(client)
            case "release":
                bench.tell(bench.message(dhcp.RELEASE, client, ciaddr=own))
                if owner(own) == client:
                    del held[own]
            case "decline":
                bench.tell(bench.message(dhcp.DECLINE, client, requested=own))
                if owner(own) == client and client != 9:
                    del held[own]
                    conflicts.add(own)
            case _:
                bench.clock.run_until(bench.clock.now + client * other * MINUTE)
    bench.clock.run_until(bench.clock.now + 2 * HOUR)
    assert set(bench.leases) == {"192.168.1.6"}
    assert bench.engine.pool_usage("LAN").leased == 0


class Station:
    """A host with a client of ours, on a wire that loses, doubles and delays what it carries."""

    def __init__(self, bench: Bench, number: int, chance: random.Random, loss: float) -> None:
        self.mac = MacAddress(bytes.fromhex("02000000") + number.to_bytes(2))
        self.bench = bench
        self.chance = chance
        self.loss = loss
        self.lease: ClientLease | None = None
        self.client = DhcpClient(bench.clock, self, chance, ClientIdentity(self.mac))

    @property
    def clock(self) -> Clock:
        return self.bench.clock

    def carry(self, deliver: Callable[[], None]) -> None:
        for _ in range(2 if self.chance.random() < self.loss / 2 else 1):
            if self.chance.random() >= self.loss:
                self.clock.call_later(self.chance.randrange(MILLISECOND, 300 * MILLISECOND), deliver)

    def send(self, message: DhcpMessage, source: int, destination: int) -> None:
        unicast = destination != 0xFFFFFFFF
        assert source or not unicast
        data = message.build()
        self.carry(lambda: self.bench.engine.receive_bytes(data, LAN, unicast=unicast))

    def probe(self, address: int, done: Callable[[bool], None]) -> None:
        used = any(
            station is not self and station.lease is not None and station.lease.address == address
            for station in self.others
        )
        self.clock.call_later(SECOND, done, used)

    def bound(self, lease: ClientLease) -> None:
        self.lease = lease

    def unbound(self) -> None:
        self.lease = None

    def unanswered(self) -> None:
        self.lease = None

    def debug(self, text: str) -> None:
        assert text.startswith("DHCP: ")

    others: list[Station]


@pytest.mark.property
@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.1, 0.3, 0.5]))
def test_clients_and_server_agree_in_the_end_over_a_wire_that_loses(
    make_bench: Callable[..., Bench], seed: int, loss: float
) -> None:
    chance = random.Random(seed)
    bench = make_bench("192.168.1.0/28")
    stations = [Station(bench, number, chance, loss) for number in range(6)]
    carried = 0

    def carry_replies() -> None:
        nonlocal carried
        for sent in bench.router.sent[carried:]:
            data = sent.message.build()
            for station in stations:
                station.carry(lambda data=data, to=station: to.client.receive(DhcpMessage.parse(data)))  # type: ignore[misc]
        carried = len(bench.router.sent)
        if bench.clock.now < 2 * HOUR:
            bench.clock.call_later(50 * MILLISECOND, carry_replies, background=True)

    carry_replies()
    for station in stations:
        station.others = stations
        station.client.start()
    for _ in range(24):
        bench.clock.run_until(bench.clock.now + 5 * MINUTE)
        used = [station.lease.address for station in stations if station.lease is not None]
        assert len(used) == len(set(used))
        if len(used) == len(stations):
            break
    assert all(station.client.state is ClientState.BOUND for station in stations)
    for station in stations:
        assert station.lease is not None
        binding = bench.engine.binding(IPv4Address(station.lease.address))
        assert binding is not None
        assert binding.client == station.mac
        assert IPv4Address(station.lease.address) in IPv4Network("192.168.1.0/28")
        # The server never thinks that a lease is over while its client still uses it.
        assert binding.expires is not None
        assert station.lease.expires is not None
        assert binding.expires >= station.lease.expires
        assert station.lease.expires > bench.clock.now - DAY
