"""The pools and mappings that `ip nat ...` configures, each with the line that the configuration prints."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from ios_emu.stack.nat_words import GENERIC


@dataclass(frozen=True, slots=True)
class NatPool:
    """`ip nat pool NAME FIRST LAST {netmask M | prefix-length N} [type KIND]`."""

    name: str
    first: IPv4Address
    last: IPv4Address
    length: int
    by_length: bool = False
    kind: str = GENERIC

    @property
    def netmask(self) -> IPv4Address:
        """The mask of its network."""
        return IPv4Network((0, self.length)).netmask

    @property
    def line(self) -> str:
        """As the configuration prints it."""
        size = f"prefix-length {self.length}" if self.by_length else f"netmask {self.netmask}"
        kind = "" if self.kind == GENERIC else f" type {self.kind}"
        return f"ip nat pool {self.name} {self.first} {self.last} {size}{kind}"


@dataclass(frozen=True, slots=True)
class NatStatic:
    """`ip nat {inside|outside} source static ...`.

    `before` is the address that a packet brings, inside local or outside global; `after` is what it becomes,
    or the address of `interface`. `protocol` is `tcp`, `udp` or empty; a `length` makes it one of networks.
    `options` are the words behind.
    """

    side: str
    before: IPv4Address
    after: IPv4Address | None
    protocol: str = ""
    before_port: int = 0
    after_port: int = 0
    interface: str | None = None
    length: int | None = None
    by_length: bool = False
    options: tuple[str, ...] = field(default=(), compare=False)

    @property
    def line(self) -> str:
        """As the configuration prints it."""
        words: list[object] = [f"ip nat {self.side} source static"]
        if self.length is not None:
            mask = IPv4Network((0, self.length)).netmask
            words += ["network", self.before, self.after, f"/{self.length}" if self.by_length else mask]
        else:
            after = self.after if self.interface is None else f"interface {self.interface}"
            if self.protocol:
                words += [self.protocol, self.before, self.before_port, after, self.after_port]
            else:
                words += [self.before, after]
        return " ".join(map(str, [*words, *self.options]))

    @property
    def pair(self) -> str:
        """As messages name it."""
        return f"{self.before} -> {self.after if self.interface is None else self.interface}"


@dataclass(frozen=True, slots=True)
class NatRule:
    """`ip nat KIND list L {pool P | interface X} [overload]`; `kind` is `inside source` or another.

    An outside source has `add_route`.
    """

    kind: str
    access_list: str
    pool: str | None = None
    interface: str | None = None
    overload: bool = False
    add_route: bool = False

    @property
    def line(self) -> str:
        """As the configuration prints it."""
        to = f"pool {self.pool}" if self.pool is not None else f"interface {self.interface}"
        ending = (" overload" if self.overload else "") + (" add-route" if self.add_route else "")
        return f"ip nat {self.kind} list {self.access_list} {to}{ending}"
