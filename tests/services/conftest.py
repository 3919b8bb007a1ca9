"""A router's DHCP server on a bench: a clock, a configuration, and an environment that notes everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

import pytest

from ios_emu.clock import MILLISECOND, Clock
from ios_emu.services.dhcp_engine import DhcpEngine
from ios_emu.services.dhcp_environment import Destination
from ios_emu.services.dhcp_pool import AddressRange, Pool
from ios_emu.services.dhcp_server import DhcpServer
from ios_emu.stack.ip_interface import Prefix
from ios_emu.wire import dhcp
from ios_emu.wire.dhcp import DhcpMessage

LAN = "FastEthernet0/0"


def number(address: str) -> int:
    """The 32 bits of a dotted address; 0 for an empty text."""
    return int(IPv4Address(address)) if address else 0


class Sent(NamedTuple):
    """A message that the server sent."""

    time: int
    message: DhcpMessage
    destination: Destination
    interface: str

    @property
    def kind(self) -> int | None:
        return self.message.message_type

    @property
    def address(self) -> str:
        return str(IPv4Address(self.message.yiaddr))


class Journal:
    """A journal that stores at once, or when it is told to; it can fail."""

    def __init__(self) -> None:
        self.data = b""
        self.waiting: list[tuple[bytes, Callable[[str | None], None]]] = []
        self.held = False
        self.replaced = 0

    def append(self, record: bytes, done: Callable[[str | None], None]) -> None:
        if self.held:
            self.waiting.append((record, done))
        else:
            self.data += record
            done(None)

    def replace(self, records: bytes) -> None:
        self.data = records
        self.replaced += 1

    def commit(self, error: str | None = None) -> None:
        waiting, self.waiting = self.waiting, []
        for record, done in waiting:
            if error is None:
                self.data += record
            done(error)


@dataclass
class Router:
    """The environment: `alive` are the addresses that answer a ping, after one millisecond."""

    clock: Clock
    interfaces: dict[str, list[Prefix]]
    alive: set[int] = field(default_factory=set)
    pings: list[tuple[int, int, int, int]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    debugged: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    arp: dict[int, bytes | None] = field(default_factory=dict)
    journal: Journal | None = None

    def networks(self, interface: str) -> Sequence[Prefix]:
        return self.interfaces.get(interface, [])

    def is_own(self, address: int) -> bool:
        return any(prefix.address == address for prefixes in self.interfaces.values() for prefix in prefixes)

    def ping(self, address: int, count: int, timeout: int, done: Callable[[bool], None]) -> None:
        self.pings.append((self.clock.now, address, count, timeout))
        answered = address in self.alive
        self.clock.call_later(MILLISECOND if answered else count * timeout, done, answered)

    def send(self, message: DhcpMessage, destination: Destination, interface: str) -> None:
        assert DhcpMessage.parse(message.build()) == message
        self.sent.append(Sent(self.clock.now, message, destination, interface))

    def log(self, name: str, text: str) -> None:
        self.logged.append(f"%{name}: {text}")

    def debugging(self, kind: str) -> bool:
        return kind in self.kinds

    def debug(self, kind: str, text: str) -> None:
        assert kind in self.kinds
        self.debugged.append(text)

    def secure_arp(self, address: int, hardware: bytes | None, interface: str) -> None:
        assert interface in self.interfaces
        self.arp[address] = hardware


class Bench:
    """A server at 192.168.1.1/24 on FastEthernet0/0, with the pool LAN of that network."""

    def __init__(self, network: str = "192.168.1.0/24", ping_packets: int = 2) -> None:
        self.clock = Clock()
        lan = IPv4Network(network)
        self.router = Router(
            self.clock,
            {
                LAN: [Prefix(int(lan[1]), lan.prefixlen)],
                "FastEthernet0/1": [Prefix(number("172.16.0.1"), 24)],
            },
        )
        self.config = DhcpServer(ping_packets=ping_packets)
        self.lan = self.pool("LAN", network)
        self.exclude(str(lan[1]))
        self.engine = DhcpEngine(self.config, self.clock, self.router)
        self.transaction = 0x1000

    def keep(self) -> Journal:
        """Gives the router a journal."""
        self.router.journal = Journal()
        return self.router.journal

    def pool(self, name: str, network: str | None = None) -> Pool:
        pool = self.config.pools.setdefault(name, Pool(name))
        if network is not None:
            self.config.set(pool, "network", IPv4Network(network))
        return pool

    def exclude(self, low: str, high: str | None = None) -> None:
        self.config.excluded.append(AddressRange(IPv4Address(low), IPv4Address(high or low)))

    def message(
        self,
        kind: int | None,
        client: int,
        *,
        requested: str = "",
        server: str = "",
        ciaddr: str = "",
        giaddr: str = "",
        broadcast: bool = False,
        identifier: bytes | None = None,
        options: dict[int, bytes] | None = None,
    ) -> DhcpMessage:
        """A message of client number `client`, whose MAC address ends in that number."""
        self.transaction += 1
        filled: dict[int, bytes] = {} if kind is None else {dhcp.MESSAGE_TYPE: bytes((kind,))}
        if identifier is not None:
            filled[dhcp.CLIENT_IDENTIFIER] = identifier
        if requested:
            filled[dhcp.REQUESTED_ADDRESS] = number(requested).to_bytes(4)
        if server:
            filled[dhcp.SERVER_IDENTIFIER] = number(server).to_bytes(4)
        return DhcpMessage(
            op=dhcp.BOOTREQUEST,
            htype=1,
            hlen=6,
            hops=1 if giaddr else 0,
            xid=self.transaction,
            secs=0,
            flags=dhcp.BROADCAST_FLAG if broadcast else 0,
            ciaddr=number(ciaddr),
            yiaddr=0,
            siaddr=0,
            giaddr=number(giaddr),
            chaddr=bytes.fromhex("02000000") + client.to_bytes(2),
            sname=b"",
            file=b"",
            options=filled | (options or {}),
        )

    def tell(self, message: DhcpMessage, *, interface: str = LAN, unicast: bool = False) -> list[Sent]:
        """Gives the server a message; returns what it sends until it is idle."""
        before = len(self.router.sent)
        self.engine.receive(DhcpMessage.parse(message.build()), interface, unicast=unicast)
        self.clock.run_until_idle()
        return self.router.sent[before:]

    def offer(self, client: int, *, requested: str = "", giaddr: str = "") -> str:
        """The address that a DISCOVER is offered; nothing when there is no answer."""
        replies = self.tell(self.message(dhcp.DISCOVER, client, requested=requested, giaddr=giaddr))
        assert all(reply.kind == dhcp.OFFER for reply in replies)
        return replies[0].address if replies else ""

    def lease(self, client: int, *, giaddr: str = "") -> str:
        """The address that a client gets by DISCOVER and REQUEST."""
        offered = self.offer(client, giaddr=giaddr)
        if not offered:
            return ""
        own = str(IPv4Address(self.router.sent[-1].message.word(dhcp.SERVER_IDENTIFIER) or 0))
        request = self.message(dhcp.REQUEST, client, requested=offered, server=own, giaddr=giaddr)
        [ack] = self.tell(request)
        assert (ack.kind, ack.address) == (dhcp.ACK, offered)
        return offered

    @property
    def leases(self) -> dict[str, str]:
        """Who has what."""
        return {str(binding.address): binding.client.hex(".", -2) for binding in self.engine.bindings()}


@pytest.fixture
def bench() -> Bench:
    """A server that pings before it offers."""
    return Bench()


@pytest.fixture
def quick() -> Bench:
    """A server with `ip dhcp ping packets 0`."""
    return Bench(ping_packets=0)


@pytest.fixture(scope="session")
def make_bench() -> Callable[..., Bench]:
    """Makes servers, for tests that need several or another network."""
    return Bench
