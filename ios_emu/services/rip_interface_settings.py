"""What the interfaces of a router are given to RIP. Every interface has it, and few say anything here."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class RipInterfaceSettings:
    """`ip rip ...`, `ip split-horizon` and `ip summary-address rip` of an interface.

    `sends` and `receives` are None where the process decides. `kept` are lines without effect.
    """

    sends: frozenset[int] | None = None
    receives: frozenset[int] | None = None
    split_horizon: bool = True
    authentication: str | None = None
    key_chain: str | None = None
    broadcasts: bool = False
    summaries: list[tuple[int, int]] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)


UNTOUCHED = RipInterfaceSettings()
"""What an interface has that nobody told anything."""
