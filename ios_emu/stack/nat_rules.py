"""What NAT is told to do, as the engine needs it: dynamic mappings, static networks, timeouts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ios_emu.clock import HOUR, MINUTE
from ios_emu.stack.ip_interface import prefix_mask
from ios_emu.stack.nat_pool import AddressPool
from ios_emu.wire.ipv4 import Ipv4Packet

if TYPE_CHECKING:
    from ios_emu.stack.nat_entry import NatEntry


@dataclass(eq=False, slots=True)
class DynamicRule:
    """A dynamic mapping: what `permits` permits is translated to the addresses of a pool, or of an interface.

    `label` is the access list's name, `number` the mapping's, as `show ip nat statistics` has it. `address`
    is the interface's at this moment; None where it has none. `references` counts the entries that are of it.
    """

    kind: str
    label: str
    number: int
    permits: Callable[[Ipv4Packet], bool]
    pool: AddressPool | None = None
    address: Callable[[], int | None] = lambda: None
    overload: bool = False
    references: int = 0
    # The address that the interface had when the last entry was made.
    last_address: int | None = None


class StaticNetwork(NamedTuple):
    """`ip nat inside source static network`: a network of local addresses and one of global ones."""

    local: int
    global_: int
    length: int

    def to_global(self, address: int) -> int | None:
        """The global address of a local one; None where it is of another network."""
        mask = prefix_mask(self.length)
        return None if (address ^ self.local) & mask else self.global_ & mask | address & ~mask

    def to_local(self, address: int) -> int | None:
        """The local address of a global one; None where it is of another network."""
        mask = prefix_mask(self.length)
        return None if (address ^ self.global_) & mask else self.local & mask | address & ~mask


@dataclass(slots=True)
class Timeouts:
    """How long an entry that nothing uses stays, in nanoseconds; 0 is for ever."""

    simple: int = 24 * HOUR
    tcp: int = 24 * HOUR
    finrst: int = MINUTE
    syn: int = MINUTE
    udp: int = 5 * MINUTE
    dns: int = MINUTE
    icmp: int = MINUTE


@dataclass(slots=True)
class NatCounters:
    """What `show ip nat statistics` counts."""

    # Packets that were translated; of them those for which an entry had to be made first.
    hits: int = 0
    made: int = 0
    # Packets that were to be translated and could not be.
    misses: int = 0
    expired: int = 0
    peak: int = 0
    peak_at: int = 0
    # Packets over the limit of entries; malformed ones; fragments of which the first was not seen.
    over_limit: int = 0
    malformed: int = 0
    fragments: int = 0


@dataclass(frozen=True, slots=True)
class NatEvent:
    """Something for `debug ip nat`.

    `kind` is `translated` (with `before` and `after`, and `fast` when its entry was there), `expiring` (with
    `entry`), `no address` (with `rule`) or `failed` (with `before` alone).
    """

    kind: str
    before: Ipv4Packet | None = None
    after: Ipv4Packet | None = None
    fast: bool = False
    outbound: bool = False
    entry: NatEntry | None = None
    rule: DynamicRule | None = None
