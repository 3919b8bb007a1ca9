"""The names of a router's interfaces, as IOS spells, shortens and sorts them."""

from __future__ import annotations

import re
from dataclasses import dataclass

# In this order the kinds stand in a configuration; the second entry is the short form (`Fa0/0`).
KINDS: dict[str, str] = {
    "Loopback": "Lo",
    "FastEthernet": "Fa",
    "GigabitEthernet": "Gi",
    "Vlan": "Vl",
    "Null": "Nu",
}
_ORDER = {kind: position for position, kind in enumerate(KINDS)}
_WRITTEN = re.compile(r"([A-Za-z]+) ?([0-9].*)")
_NUMBER = re.compile(r"(?:(?P<slot>\d+)/)?(?P<port>\d+)(?:\.(?P<sub>\d+))?")


@dataclass(frozen=True, slots=True)
class InterfaceName:
    """`FastEthernet0/0.10`: kind, slot, port and sub-interface number (None on a main interface).

    Interfaces without slots (Loopback, Vlan) keep their number in `port` and None in `slot`.
    """

    kind: str
    slot: int | None
    port: int
    sub: int | None = None

    @classmethod
    def parse(cls, kind: str, number: str) -> InterfaceName:
        """Makes a name of an IOS kind and a number such as `0/0`, `0/0.10` or `5`.

        Raises ValueError where the number is not one.
        """
        match = _NUMBER.fullmatch(number)
        if match is None or kind not in KINDS:
            raise ValueError(f"{kind}{number} is not an interface name")
        slot, port, sub = (None if part is None else int(part) for part in match.group("slot", "port", "sub"))
        assert port is not None
        return cls(kind, slot, port, sub)

    @classmethod
    def read(cls, text: str) -> InterfaceName:
        """Reads a name in any form that IOS takes: `FastEthernet0/0`, `fa0/0.10`, `f 0/0`, `lo5`.

        Raises ValueError for anything else.
        """
        match = _WRITTEN.fullmatch(text)
        kinds = [kind for kind in KINDS if match is not None and kind.lower().startswith(match[1].lower())]
        if match is None or len(kinds) != 1:
            raise ValueError(f"{text!r} is not an interface name")
        return cls.parse(kinds[0], match[2])

    @property
    def number(self) -> str:
        """The part behind the kind."""
        slot = "" if self.slot is None else f"{self.slot}/"
        sub = "" if self.sub is None else f".{self.sub}"
        return f"{slot}{self.port}{sub}"

    @property
    def parent(self) -> InterfaceName:
        """The main interface of a sub-interface; a main interface's own name."""
        return InterfaceName(self.kind, self.slot, self.port)

    @property
    def is_null(self) -> bool:
        """Is it Null0, where packets go to be discarded?"""
        return self.kind == "Null"

    @property
    def short(self) -> str:
        """`Fa0/0.10`, as tables with narrow columns print it."""
        return KINDS[self.kind] + self.number

    def __str__(self) -> str:
        return self.kind + self.number

    def __lt__(self, other: InterfaceName) -> bool:
        return self._key() < other._key()

    def _key(self) -> tuple[int, int, int, int]:
        return (
            _ORDER[self.kind],
            -1 if self.slot is None else self.slot,
            self.port,
            -1 if self.sub is None else self.sub,
        )
