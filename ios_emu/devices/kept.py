"""Commands that are accepted and kept in the configuration but have no effect: entering and printing them.

`kept_list` lists those of global configuration. Some are on by default (then `no` is what is printed), and
some stand in a dialect's configuration even when nobody ever typed them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from ios_emu.devices.dialect import Dialect
from ios_emu.devices.kept_list import KEPT, Kept

INTERFACE_KEPT = (
    "ip dhcp limit lease",
    "ip dhcp relay information check-reply",
    "ip dhcp relay information option-insert",
    "ip dhcp relay information option server-id-override",
    "ip dhcp relay information option subscriber-id",
    "ip dhcp relay information option vpn-id",
    "ip dhcp relay information policy-action",
)
"""The first words of an interface's lines that are kept without effect."""

POOL_KEPT = (
    "accounting",
    "origin",
    "relay destination",
    "relay source",
    "relay target",
    "subnet prefix-length",
    "update dns",
    "vrf",
)
"""Those of a DHCP pool."""

_BY_KEY = {kept.key: kept for kept in KEPT}
_ORDER = {kept.key: number for number, kept in enumerate(KEPT)}
_SAID = [kept.key for kept in KEPT if kept.said]
_MOST_WORDS = max(len(key.split()) for key in _BY_KEY)


@lru_cache(maxsize=4096)
def kept_for(line: str) -> Kept:
    """The entry whose key `line` begins with. Raises KeyError: grammar and list do not fit each other."""
    words = line.split()[:_MOST_WORDS]
    while words:
        kept = _BY_KEY.get(" ".join(words))
        if kept is not None:
            return kept
        words.pop()
    raise KeyError(line)


def key_of(line: str, keys: Iterable[str]) -> str:
    """Which of the keys `line` begins with. Raises KeyError when grammar and list do not fit each other."""
    for key in keys:
        if line == key or line.startswith(f"{key} "):
            return key
    raise KeyError(line)


def is_said(line: str) -> bool:
    """Does `line` stand with `no` or without, as it was said? Then only `default` takes it away."""
    return any(line == key or line.startswith(f"{key} ") for key in _SAID)


@cache
def factory_lines(dialect: Dialect) -> Mapping[str, str]:
    """What a router fresh from the box keeps, by key."""
    return {kept.key: line for kept in KEPT for which, line in kept.factory if which is dialect}


def keep(
    lines: dict[str, str], line: str, fresh: Mapping[str, str], *, negated: bool, defaulted: bool
) -> None:
    """Enters `line`, its `no` form or its `default` form into `lines` (key to line).

    `fresh` are those of a device from the box.
    """
    kept = kept_for(line)
    key = _key(kept, line)
    factory = fresh.get(key)
    if defaulted:
        wanted = factory
    elif kept.said:
        wanted = f"no {line}" if negated else line
    elif negated:
        wanted = (
            f"no {line if kept.many else kept.key}" if kept.on_by_default or factory is not None else None
        )
    else:
        wanted = None if kept.on_by_default and factory is None else line
    if wanted is not None:
        lines[key] = wanted
        return
    lines.pop(key, None)
    if kept.many:
        for longer in [one for one in lines if one.startswith(f"{line} ")]:
            del lines[longer]


def _key(kept: Kept, line: str) -> str:
    """What a line is known by."""
    if kept.many:
        return line
    return " ".join([kept.key, *line.split()[len(kept.key.split()) :][: kept.named]])


def lines_at(lines: dict[str, str], place: str) -> list[str]:
    """The lines of one place, in the order of the list."""
    there = [(kept.key, line) for key, line in lines.items() if (kept := kept_for(key)).place == place]
    return [line for _, line in sorted(there, key=lambda one: _ORDER[one[0]])]


def interface_lines(lines: dict[str, str]) -> tuple[list[str], list[str], list[str]]:
    """The kept lines of an interface: those before its address, those behind, those behind its medium."""
    before: list[str] = []
    behind: list[str] = []
    last: list[str] = []
    for line in lines.values():
        setting = line.removeprefix("no ")
        part = (
            before
            if setting.startswith(("ip dhcp ", "ip vrf "))
            else behind
            if setting.startswith("ip ")
            else last
        )
        part.append(line)
    return before, behind, last
