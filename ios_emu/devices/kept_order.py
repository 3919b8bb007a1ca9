"""Blocks of kept lines: the order that IOS gives to some lines, and what a new one says by itself."""

from __future__ import annotations

TYPED = {
    "router_ospf": {"log-adjacency-changes": "log-adjacency-changes"},
    "router_eigrp": {"auto-summary": "auto-summary"},
    "router_bgp": {
        "synchronization": "no synchronization",
        "bgp log-neighbor-changes": "bgp log-neighbor-changes",
        "auto-summary": "no auto-summary",
    },
}
"""The lines that a routing process has as soon as its name was typed, by what they are known by."""

_IN_FRONT = {
    "kept_interface": ("description", "bandwidth", "delay", "ip vrf"),
    "router_ospf": ("router-id", "ispf", "log-adjacency-changes", "auto-cost", "area"),
    "router_eigrp": (),
    "router_bgp": ("synchronization", "bgp"),
}
_BEHIND = {
    "router_ospf": ("redistribute", "passive-interface", "network", "default-information", "distance"),
    "router_eigrp": ("auto-summary", "eigrp"),
    "router_bgp": ("auto-summary",),
}


def rank(kind: str, line: str) -> int:
    """Where a line stands among those of its block; those of one rank stand as they came."""
    setting = line.removeprefix("no ")
    front, behind = _IN_FRONT.get(kind, ()), _BEHIND.get(kind, ())
    for number, words in enumerate(front, -len(front)):
        if setting == words or setting.startswith(f"{words} "):
            return number
    for number, words in enumerate(behind, 1):
        if setting == words or setting.startswith(f"{words} "):
            return number
    return 0
