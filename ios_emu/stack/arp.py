"""Address resolution (RFC 826): which MAC address answers for an IPv4 address of a link.

The rules. A request teaches whoever it asks; a reply or a gratuitous packet only updates what is known. A
packet that has to wait for an answer is kept by a host and dropped by a router, as IOS does: the first
packet of a ping is lost there. Entries age; a router asks again, by unicast, before it forgets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ios_emu.clock import MINUTE, SECOND, Clock, Timer
from ios_emu.errors import MalformedPacket
from ios_emu.stack.ip_interface import IpInterface
from ios_emu.wire.arp import REPLY, REQUEST, ArpPacket
from ios_emu.wire.ethernet import BROADCAST, ETHERTYPE_ARP, ETHERTYPE_IPV4, MacAddress

_NOBODY = MacAddress(bytes(6))
# Ethernet, IPv4, the lengths of their addresses, a request.
_REQUEST_HEAD = bytes.fromhex("0001080006040001")
_REPLY_HEAD = bytes.fromhex("0001080006040002")
_LENGTH = 28
_RETRY = SECOND
_HOST_TRIES = 3
_INCOMPLETE_LIFE = MINUTE
_REFRESH = MINUTE
# Entries that anybody on the link can make: a flood of them must not eat the memory.
_MOST_ENTRIES = 8192

SendFrame = Callable[[IpInterface, MacAddress, int, bytes], None]


class ArpEvent(NamedTuple):
    """Something for `debug arp`: `kind` is sent, rcvd, filtered, incomplete or throttled."""

    kind: str
    packet: ArpPacket
    interface: IpInterface
    note: str = ""


@dataclass(slots=True)
class ArpEntry:
    """What is known of an address: `mac` is None while nobody has answered."""

    interface: IpInterface
    address: int
    mac: MacAddress | None
    updated: int
    asked: int = 0
    tries: int = 0
    waiting: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class ArpCounters:
    """What `show ip traffic` counts."""

    requests_received: int = 0
    replies_received: int = 0
    requests_sent: int = 0
    replies_sent: int = 0
    proxy_replies_sent: int = 0
    malformed: int = 0


class ArpTable:
    """The table of one node. `queue` is how many packets wait for an answer; 0 drops them, as a router does.

    `timeout` is the life of an entry in nanoseconds. `proxy` tells whether this node answers for an address
    that is not its own; `duplicate` is told who else uses an own address.
    """

    def __init__(
        self,
        clock: Clock,
        send: SendFrame,
        *,
        timeout: int,
        queue: int,
        proxy: Callable[[IpInterface, ArpPacket], bool] | None = None,
        duplicate: Callable[[IpInterface, int, MacAddress], None] = lambda interface, address, mac: None,
    ) -> None:
        self.timeout = timeout
        self.queue = queue
        self.counters = ArpCounters()
        self.trace: Callable[[ArpEvent], None] | None = None
        self.answers_for_others = proxy is not None
        self._clock = clock
        self._send = send
        self._proxy = proxy
        self._duplicate = duplicate
        self._entries: dict[tuple[IpInterface, int], ArpEntry] = {}
        self._ageing: Timer | None = None
        # Who waits to hear whether an address is in use.
        self._listeners: dict[tuple[IpInterface, int], Callable[[], None]] = {}

    def __iter__(self) -> Iterator[ArpEntry]:
        return iter(list(self._entries.values()))

    def lookup(self, interface: IpInterface, address: int) -> MacAddress | None:
        """The MAC address of a neighbour, if it is known."""
        entry = self._entries.get((interface, address))
        return None if entry is None else entry.mac

    def resolve(self, interface: IpInterface, address: int, packet: bytes) -> MacAddress | None:
        """The MAC address; None while it has to be asked for: `packet` then waits, or is lost."""
        entry = self._entries.get((interface, address))
        if entry is not None and entry.mac is not None:
            return entry.mac
        if entry is None:
            entry = self.request(interface, address)
            if entry is None:
                return None
        elif self._clock.now - entry.asked >= _RETRY and not self.queue:
            self._ask(entry)
        if len(entry.waiting) < self.queue:
            entry.waiting.append(packet)
        return None

    def request(self, interface: IpInterface, address: int) -> ArpEntry | None:
        """Asks for an address that nothing is known of; None when the table is full."""
        if len(self._entries) >= _MOST_ENTRIES:
            return None
        entry = ArpEntry(interface, address, None, self._clock.now)
        self._entries[interface, address] = entry
        self._trace("incomplete", _request(interface, address), interface)
        self._ask(entry)
        return entry

    def receive(self, interface: IpInterface, data: bytes) -> None:
        """Takes an ARP packet from the link; what is not one is counted and dropped."""
        if self._is_for_others(interface, data):
            if data[7] == REQUEST:
                self.counters.requests_received += 1
            else:
                self.counters.replies_received += 1
            return
        try:
            packet = ArpPacket.parse(data)
        except MalformedPacket:
            self.counters.malformed += 1
            return
        if packet.operation not in (REQUEST, REPLY):
            self.counters.malformed += 1
            return
        if packet.operation == REQUEST:
            self.counters.requests_received += 1
        else:
            self.counters.replies_received += 1
        if packet.sender_mac.is_multicast or packet.sender_mac == interface.mac:
            return
        self._tell_listener(interface, packet)
        mine = interface.holds(packet.target_ip)
        self._trace("rcvd", packet, interface)
        if interface.holds(packet.sender_ip):
            self._duplicate(interface, packet.sender_ip, packet.sender_mac)
            if packet.operation == REQUEST and not mine:
                return
        elif packet.sender_ip and interface.prefix_of(packet.sender_ip) is not None:
            self._learn(interface, packet, asked_for_us=mine)
        elif packet.sender_ip:
            self._trace("filtered", packet, interface, "wrong cable")
            return
        if packet.operation == REQUEST and (
            mine or (self._proxy is not None and self._proxy(interface, packet))
        ):
            if not mine:
                self.counters.proxy_replies_sent += 1
            self._reply(interface, packet)

    def _is_for_others(self, interface: IpInterface, data: bytes) -> bool:
        """Does it concern only others? A link with many hosts is full of such packets."""
        head = data[:8]
        if (
            (head != _REQUEST_HEAD and head != _REPLY_HEAD)
            or len(data) < _LENGTH
            or self.trace is not None
            or self.answers_for_others
        ):
            return False
        own, sender = interface.own, int.from_bytes(data[14:18])
        target = int.from_bytes(data[24:28])
        if target in own or sender in own or (sender and (interface, sender) in self._entries):
            return False
        listeners = self._listeners
        return not listeners or not ((interface, sender) in listeners or (interface, target) in listeners)

    def announce(self, interface: IpInterface, address: int) -> None:
        """Tells the link of an own address: a gratuitous reply, as IOS sends when an interface comes up."""
        packet = ArpPacket(REPLY, interface.mac, address, BROADCAST, address)
        self.counters.replies_sent += 1
        self._emit(interface, BROADCAST, packet)

    def probe(self, interface: IpInterface, address: int) -> None:
        """Asks whether anybody uses `address`, without an address of our own (RFC 5227)."""
        self.counters.requests_sent += 1
        self._emit(interface, BROADCAST, ArpPacket(REQUEST, interface.mac, 0, _NOBODY, address))

    def listen(self, interface: IpInterface, address: int, heard: Callable[[], None]) -> Callable[[], None]:
        """Calls `heard` when another station has, or probes for, `address`; returns what ends that."""
        self._listeners[interface, address] = heard

        def stop() -> None:
            self._listeners.pop((interface, address), None)

        return stop

    def _tell_listener(self, interface: IpInterface, packet: ArpPacket) -> None:
        if not self._listeners:
            return
        # A probe has no sender's address: its target is what the other station is about to take.
        probed = packet.operation == REQUEST and not packet.sender_ip
        address = packet.target_ip if probed else packet.sender_ip
        heard = self._listeners.pop((interface, address), None)
        if heard is not None:
            heard()

    def add(self, interface: IpInterface, address: int, mac: MacAddress) -> None:
        """Notes what is known from elsewhere: the lease of a client, say."""
        entry = self._entries.get((interface, address))
        if entry is None:
            entry = self._entries[interface, address] = ArpEntry(interface, address, mac, self._clock.now)
        self._complete(entry, mac)

    def forget(self, interface: IpInterface | None = None, address: int | None = None) -> None:
        """Forgets the entries of an interface, of an address, or all of them."""
        for key in list(self._entries):
            if interface in (None, key[0]) and address in (None, key[1]):
                del self._entries[key]

    def refresh(self) -> None:
        """`clear arp-cache`: asks every known neighbour again, and forgets who does not answer."""
        for entry in self:
            if entry.mac is None:
                del self._entries[entry.interface, entry.address]
                continue
            mac, entry.mac = entry.mac, None
            entry.updated = self._clock.now
            self._ask(entry, mac)

    def _learn(self, interface: IpInterface, packet: ArpPacket, asked_for_us: bool) -> None:
        entry = self._entries.get((interface, packet.sender_ip))
        if entry is None:
            if not asked_for_us or len(self._entries) >= _MOST_ENTRIES:
                return
            entry = ArpEntry(interface, packet.sender_ip, None, self._clock.now)
            self._entries[interface, packet.sender_ip] = entry
        self._complete(entry, packet.sender_mac)

    def _complete(self, entry: ArpEntry, mac: MacAddress) -> None:
        entry.mac = mac
        entry.updated = self._clock.now
        entry.tries = 0
        waiting, entry.waiting = entry.waiting, []
        for packet in waiting:
            self._send(entry.interface, mac, ETHERTYPE_IPV4, packet)
        self._watch(entry)

    def _reply(self, interface: IpInterface, request: ArpPacket) -> None:
        self.counters.replies_sent += 1
        answer = ArpPacket(REPLY, interface.mac, request.target_ip, request.sender_mac, request.sender_ip)
        self._emit(interface, request.sender_mac, answer)

    def _ask(self, entry: ArpEntry, mac: MacAddress = BROADCAST) -> None:
        entry.asked = self._clock.now
        entry.tries += 1
        self.counters.requests_sent += 1
        self._emit(entry.interface, mac, _request(entry.interface, entry.address))
        if self.queue and entry.mac is None:
            # Whoever sent the packet that waits has a timer of its own.
            self._clock.call_later(_RETRY, self._retry, entry, background=True)
        else:
            self._watch(entry)

    def _retry(self, entry: ArpEntry) -> None:
        """A host asks three times, and then gives up what waited."""
        if entry.mac is not None or self._entries.get((entry.interface, entry.address)) is not entry:
            return
        if entry.tries < _HOST_TRIES:
            self._ask(entry)
        else:
            del self._entries[entry.interface, entry.address]

    def _watch(self, entry: ArpEntry) -> None:
        """Sets the alarm for an entry, unless an earlier one is set."""
        due = max(self._due(entry), self._clock.now + SECOND)
        if self._ageing is not None:
            if self._ageing.when <= due:
                return
            self._ageing.cancel()
        self._ageing = self._clock.call_at(due, self._age, background=True)

    def _due(self, entry: ArpEntry) -> int:
        if entry.mac is None:
            return entry.updated + _INCOMPLETE_LIFE
        if not self.queue and entry.tries == 0:
            return entry.updated + self.timeout - _REFRESH
        return entry.updated + self.timeout

    def _age(self) -> None:
        self._ageing = None
        for entry in self:
            if self._due(entry) > self._clock.now:
                continue
            if entry.mac is not None and self._clock.now < entry.updated + self.timeout:
                self._ask(entry, entry.mac)
            else:
                del self._entries[entry.interface, entry.address]
        for entry in self._entries.values():
            self._watch(entry)

    def _emit(self, interface: IpInterface, mac: MacAddress, packet: ArpPacket) -> None:
        self._trace("sent", packet, interface)
        self._send(interface, mac, ETHERTYPE_ARP, packet.build())

    def _trace(self, kind: str, packet: ArpPacket, interface: IpInterface, note: str = "") -> None:
        if self.trace is not None:
            self.trace(ArpEvent(kind, packet, interface, note))


def _request(interface: IpInterface, address: int) -> ArpPacket:
    return ArpPacket(REQUEST, interface.mac, interface.source_for(address), _NOBODY, address)
