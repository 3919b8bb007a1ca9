"""The VLANs that a switch knows, and its VTP settings: what a 2960 keeps in `flash:vlan.dat`.

The rules. The database is kept at each change, without a `write memory`, and is there again after a reload.
Only a switch in VTP mode transparent shows it in its running configuration, too. Our file is text.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from ios_emu.stack.switching import FACTORY_VLANS, NOT_ETHERNET

FILE = "vlan.dat"
NORMAL = range(1, 1006)
"""The VLANs that VTP servers and clients can have; those above need VTP mode transparent."""
FIXED = frozenset(FACTORY_VLANS)
"""The VLANs that always are there."""
VTP_MODES = ("server", "client", "transparent")
_HEAD = "ios-emu vlan database 1"


@dataclass(slots=True)
class Vlan:
    """A VLAN: its name, whether it is suspended in all switches, and whether it is shut in this one."""

    name: str
    suspended: bool = False
    shutdown: bool = False
    remote_span: bool = False


def default_name(number: int) -> str:
    """The name of a VLAN that nobody named."""
    return FACTORY_VLANS.get(number, f"VLAN{number:04}")


def _factory() -> dict[int, Vlan]:
    return {number: Vlan(name) for number, name in FACTORY_VLANS.items()}


@dataclass(slots=True)
class VlanDatabase:
    """VLANs by number, and VTP. `revision` counts the changes while VTP spreads them; None: no domain yet."""

    vlans: dict[int, Vlan] = field(default_factory=_factory)
    mode: str = "server"
    domain: str = ""
    password: str = ""
    version: int = 1
    pruning: bool = False
    revision: int = 0

    @property
    def transparent(self) -> bool:
        """Does the configuration show the VLANs?"""
        return self.mode == "transparent"

    def add(self, number: int) -> Vlan:
        """The VLAN of that number, made if it is not there."""
        vlan = self.vlans.get(number)
        if vlan is None:
            vlan = self.vlans[number] = Vlan(default_name(number))
            self.vlans = dict(sorted(self.vlans.items()))
        return vlan

    @property
    def inactive(self) -> set[int]:
        """The VLANs that carry nothing."""
        return {number for number, vlan in self.vlans.items() if vlan.suspended or vlan.shutdown}

    @property
    def is_factory(self) -> bool:
        """Is it as it comes from the box?"""
        return self == VlanDatabase()

    def text(self) -> bytes:
        """What the file holds."""
        lines = [_HEAD, f"mode {self.mode}", f"version {self.version}", f"revision {self.revision}"]
        lines += [f"domain {self.domain}"] * bool(self.domain)
        lines += [f"password {self.password}"] * bool(self.password)
        lines += ["pruning"] * self.pruning
        for number, vlan in self.vlans.items():
            flags = [
                word
                for word, set_ in (
                    ("suspended", vlan.suspended),
                    ("shutdown", vlan.shutdown),
                    ("remote-span", vlan.remote_span),
                )
                if set_
            ]
            lines.append(" ".join([f"vlan {number} {vlan.name}", *flags]))
        return "".join(f"{line}\n" for line in lines).encode("latin-1", "replace")


def read_database(data: bytes) -> VlanDatabase:
    """What a file holds. A file that is none is a fresh database; bad lines are passed over."""
    database = VlanDatabase()
    head, *lines = data.decode("latin-1").splitlines() or [""]
    if head != _HEAD:
        return database
    for line in lines:
        with suppress(ValueError, IndexError):
            _read_line(database, line)
    database.vlans = dict(sorted(database.vlans.items()))
    return database


def _read_line(database: VlanDatabase, line: str) -> None:
    word, *rest = line.split()
    match word:
        case "mode" if rest[0] in VTP_MODES:
            database.mode = rest[0]
        case "version":
            database.version = int(rest[0])
        case "revision":
            database.revision = int(rest[0])
        case "domain" | "password":
            setattr(database, word, rest[0])
        case "pruning":
            database.pruning = True
        case "vlan" if 1 <= int(rest[0]) < 4095:
            number, name, *flags = rest
            flagged = {flag.replace("-", "_"): True for flag in flags}
            database.vlans[int(number)] = Vlan(name, **flagged)


def is_ethernet(number: int) -> bool:
    """Can an Ethernet port be in that VLAN?"""
    return number not in NOT_ETHERNET
