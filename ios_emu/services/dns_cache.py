"""The answers that a resolver keeps, for as long as their records say, on the lab's clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ios_emu.clock import SECOND, Clock
from ios_emu.services.dns_answer import Answer

MOST_ANSWERS = 512


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, and the lab times when it came and when it is too old."""

    answer: Answer
    since: int
    until: int


class DnsCache:
    """Answers by name and type; the oldest go when there are too many."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, str], Kept] = {}

    def __iter__(self) -> Iterator[Kept]:
        """What is kept and not too old, in the order of its coming."""
        return iter([kept for kept in self._kept.values() if kept.until > self._clock.now])

    def get(self, name: str, kind: str) -> Answer | None:
        """What is known of a name, with the times that are left; None when nothing is."""
        key = (name.lower(), kind)
        kept = self._kept.get(key)
        if kept is None:
            return None
        now = self._clock.now
        if kept.until <= now:
            del self._kept[key]
            return None
        age = (now - kept.since) // SECOND
        answer = kept.answer
        records = tuple(one._replace(ttl=max(one.ttl - age, 0)) for one in answer.records)
        soa = answer.soa and answer.soa._replace(ttl=max(answer.soa.ttl - age, 0))
        return replace(answer, records=records, soa=soa, server=None, authoritative=False)

    def put(self, answer: Answer) -> None:
        """Keeps an answer that may be kept."""
        if not (answer.found or answer.status.is_negative) or answer.ttl <= 0:
            return
        key = (answer.name.lower(), answer.type)
        self._kept.pop(key, None)
        if len(self._kept) >= MOST_ANSWERS:
            del self._kept[next(iter(self._kept))]
        now = self._clock.now
        self._kept[key] = Kept(answer, now, now + answer.ttl * SECOND)

    def forget(self, name: str | None = None) -> bool:
        """Drops what is known of a name, or everything; False when there was nothing of it."""
        dropped = [key for key in self._kept if name is None or key[0] == name.lower()]
        for key in dropped:
            del self._kept[key]
        return bool(dropped)
