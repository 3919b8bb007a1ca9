"""What a pool tells its clients: its settings as options of RFC 2132, in the order of what they asked for.

The rules. Options pass down a tree: a pool of a natural network hands them to those of its subnets, these to
host pools, and the more specific one wins; the lease is not handed down. A client that names what it wants
(option 55) gets only that, and always its lease and its mask. What does not fit in the client's largest
message is left out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping

from ios_emu.services.dhcp_pool import INFINITE, Pool, RawOption, Setting
from ios_emu.wire import dhcp

MINUTE = 60

_ADDRESS_LISTS = {
    "default-router": dhcp.ROUTER,
    "dns-server": dhcp.DOMAIN_NAME_SERVER,
    "netbios-name-server": dhcp.NETBIOS_NAME_SERVER,
}
_TEXTS = {
    "domain-name": dhcp.DOMAIN_NAME,
    "client-name": dhcp.HOST_NAME,
    "bootfile": dhcp.BOOTFILE_NAME,
}
_NODE_TYPES = {"b-node": 1, "p-node": 2, "m-node": 4, "h-node": 8}
# What the protocol itself says is no pool's to set.
_RESERVED = {
    dhcp.PAD,
    dhcp.SUBNET_MASK,
    dhcp.REQUESTED_ADDRESS,
    dhcp.LEASE_TIME,
    dhcp.OVERLOAD,
    dhcp.MESSAGE_TYPE,
    dhcp.SERVER_IDENTIFIER,
    dhcp.PARAMETER_REQUEST_LIST,
    dhcp.MAXIMUM_MESSAGE_SIZE,
    dhcp.RENEWAL_TIME,
    dhcp.REBINDING_TIME,
    dhcp.CLIENT_IDENTIFIER,
    dhcp.RELAY_AGENT_INFORMATION,
    dhcp.END,
}
_LONGEST_FILE = 127
# A client that asks for one thing after the other must not fill the memory with our answers.
_MOST_ANSWERS = 64
_LONGEST_REQUEST = 255
_SMALLEST_MESSAGE = 576
_LARGEST_MESSAGE = 1500
# IP and UDP headers, the fixed part with the magic cookie, and the end option.
_OVERHEAD = 20 + 8 + 240 + 1


def pool_options(pool: Pool) -> dict[int, bytes]:
    """The options that the pool itself sets, in order of entry."""
    options: dict[int, bytes] = {}
    raw: dict[int, bytes] = {}
    for name, value in pool.settings.items():
        if name in _ADDRESS_LISTS and isinstance(value, tuple):
            options[_ADDRESS_LISTS[name]] = b"".join(address.packed for address in value)
        elif name in _TEXTS and isinstance(value, str):
            options[_TEXTS[name]] = value.encode("latin-1", "replace")[:255]
        elif name == "netbios-node-type":
            options[dhcp.NETBIOS_NODE_TYPE] = bytes((_node_type(value),))
        elif isinstance(value, RawOption) and value.code not in _RESERVED:
            raw[value.code] = value.data
    return options | raw


def _node_type(value: Setting) -> int:
    if isinstance(value, str):
        return _NODE_TYPES.get(value, 8)
    return value & 0xFF if isinstance(value, int) else 8


def lease_seconds(pool: Pool) -> int:
    """How long a lease of this pool lasts; `dhcp.INFINITE` for ever."""
    return dhcp.INFINITE if pool.lease == INFINITE else pool.lease * MINUTE


class Profile:
    """What the clients of one subnet, or one host, are told.

    `pools` are the pools that hand down to it, the widest first, and last its own, whose lease counts.
    `override` replaces some of their options, `imported` are those that other servers gave the router.
    """

    def __init__(
        self,
        pools: Iterable[Pool],
        mask: int,
        override: Mapping[int, bytes] | None = None,
        imported: Mapping[int, bytes] | None = None,
    ) -> None:
        chain = list(pools)
        own = chain[-1]
        self.options: dict[int, bytes] = {}
        if imported is not None and "import" in own.settings:
            self.options |= imported
        self.lease = lease_seconds(own)
        next_servers: tuple[int, ...] = ()
        for pool in chain:
            self.options |= pool_options(pool)
            servers = pool.settings.get("next-server")
            if isinstance(servers, tuple):
                next_servers = tuple(int(address) for address in servers)
        self.options |= override or {}
        self.file = self.options.get(dhcp.BOOTFILE_NAME, b"")[:_LONGEST_FILE]
        self._next_servers = next_servers
        self._handed_out = 0
        self._mask = struct.pack("!I", mask)
        forever = self.lease == dhcp.INFINITE
        # 50 % and 87.5 % (RFC 2131, 4.4.5).
        renewal = dhcp.INFINITE if forever else self.lease // 2
        rebinding = dhcp.INFINITE if forever else self.lease * 7 // 8
        self._times = {
            dhcp.LEASE_TIME: struct.pack("!I", self.lease),
            dhcp.RENEWAL_TIME: struct.pack("!I", renewal),
            dhcp.REBINDING_TIME: struct.pack("!I", rebinding),
        }
        self._answers: dict[tuple[bytes | None, bool], dict[int, bytes]] = {}

    def next_server(self) -> int:
        """The server of the next boot stage, each in its turn; 0 when none is set."""
        if not self._next_servers:
            return 0
        self._handed_out += 1
        return self._next_servers[(self._handed_out - 1) % len(self._next_servers)]

    def answer(self, requested: bytes | None, with_lease: bool) -> Mapping[int, bytes]:
        """The options for a client whose option 55 is `requested` (None: it sent none); not to be changed.

        `with_lease` is false for those that have an address already (DHCPINFORM, BOOTP).
        """
        if requested is not None and len(requested) > _LONGEST_REQUEST:
            requested = requested[:_LONGEST_REQUEST]
        answer = self._answers.get((requested, with_lease))
        if answer is None:
            if len(self._answers) >= _MOST_ANSWERS:
                self._answers.clear()
            answer = self._answers[requested, with_lease] = self._make(requested, with_lease)
        return answer

    def _make(self, requested: bytes | None, with_lease: bool) -> dict[int, bytes]:
        answer = {**(self._times if with_lease else {}), dhcp.SUBNET_MASK: self._mask}
        wanted = self.options if requested is None else dict.fromkeys(requested)
        answer |= {code: self.options[code] for code in wanted if code in self.options}
        return answer


def fit(options: dict[int, bytes], last: Mapping[int, bytes], largest: bytes | None) -> dict[int, bytes]:
    """As many of the options, in order, as the client's option 57 has room for, with `last` behind them."""
    room = _SMALLEST_MESSAGE
    if largest is not None and len(largest) == 2:
        room = min(max(room, int.from_bytes(largest)), _LARGEST_MESSAGE)
    room -= _OVERHEAD
    # Nearly always everything fits, even if an option has to be split.
    if sum(map(len, options.values())) + sum(map(len, last.values())) + 3 * len(options) + 2 < room - 2:
        return {**options, **last}
    room -= sum(map(_size, last.values()))
    fitting: dict[int, bytes] = {}
    for code, data in options.items():
        size = _size(data)
        if size <= room:
            room -= size
            fitting[code] = data
    fitting.update(last)
    return fitting


def _size(data: bytes) -> int:
    """With the code and length of each part that RFC 3396 splits it into."""
    return len(data) + 2 * max(1, -(-len(data) // 255))
