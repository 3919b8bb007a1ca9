"""The resolver of a device: names to records (RFC 1034 section 5.3.1), with its search list and its cache.

The rules. A name without a dot is looked for in each domain of the search list, then as it stands; one with
a dot as it stands. What the device itself knows of a name, its host table, goes before all servers. An
alias that a server does not follow is followed here. An address is its own answer.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address
from typing import NamedTuple

from ios_emu.clock import SECOND, Clock, Process, Signal
from ios_emu.services.dns_answer import Answer, Record, Status
from ios_emu.services.dns_cache import DnsCache
from ios_emu.services.dns_codec import Question, name_text, read_name, read_type, reverse_name
from ios_emu.services.dns_exchange import Exchange, Outcome, Policy, Wire
from ios_emu.services.mail_route import MailRoute, find_mail_route

_IDS = 1 << 16
_MOST_QUESTIONS = 8
_TIMEOUTS = (1 * SECOND, 2 * SECOND, 4 * SECOND)
# When nobody answers there is no use in asking for another name.
_FINAL = (Status.FOUND, Status.NO_REPLY, Status.UNREACHABLE, Status.NO_SERVER, Status.BAD_NAME)


class Settings(NamedTuple):
    """Whom to ask, as 32-bit addresses; how long to wait in each round, in nanoseconds; the search list.

    Without `keeps_negative` a server is asked again for what it did not have.
    """

    servers: tuple[int, ...] = ()
    search: tuple[str, ...] = ()
    timeouts: tuple[int, ...] = _TIMEOUTS
    keeps_negative: bool = True


class Step(NamedTuple):
    """A step of a lookup: a server was `asked`, `timed out` or `replied`."""

    what: str
    server: int


Known = Callable[[str, str], tuple[str, ...] | None]
"""The device's own table: the values for a name and a type, None for what it does not have."""
Trace = Callable[[str, int, int, Status | None], None]
"""Is told of each question: the name, the number of its type, the server; then of what came from there."""


class Resolver:
    """Looks names up. `settings` are read for each lookup; `chance` makes the ids of questions."""

    def __init__(
        self,
        clock: Clock,
        wire: Wire,
        chance: random.Random,
        settings: Callable[[], Settings],
        known: Known = lambda name, kind: None,
    ) -> None:
        self.clock = clock
        self.wire = wire
        self.cache = DnsCache(clock)
        self.known = known
        self.trace: Trace | None = None
        self._chance = chance
        self._settings = settings

    @property
    def settings(self) -> Settings:
        """The settings at this moment."""
        return self._settings()

    def begin(
        self, name: str, kind: str = "A", settings: Settings | None = None, *, fresh: bool = False
    ) -> Lookup:
        """Begins a lookup, to be watched; `fresh` asks servers whatever is known, and keeps nothing."""
        return Lookup(self, name, kind.upper(), settings or self._settings(), lambda answer: None, fresh)

    def lookup(self, name: str, kind: str = "A", settings: Settings | None = None) -> Signal:
        """Looks a name up; what is returned fires with its Answer."""
        signal = Signal()
        Lookup(self, name, kind.upper(), settings or self._settings(), signal.fire)
        return signal

    def resolve_mx(self, domain: str) -> Signal:
        """Finds the hosts that take a domain's mail; what is returned fires with a MailRoute."""
        signal = Signal()

        def found(route: MailRoute) -> None:
            signal.fire(route)

        Process(self.clock, find_mail_route(domain, self.lookup), found)
        return signal

    def new_id(self) -> int:
        """The id of a question."""
        return self._chance.randrange(_IDS)


class Lookup:
    """A lookup under way. `answer` is there when it is over; steps are collected for who watches."""

    def __init__(
        self,
        resolver: Resolver,
        name: str,
        kind: str,
        settings: Settings,
        done: Callable[[Answer], None],
        fresh: bool = False,
    ) -> None:
        self.name = name
        self.type = kind
        self.answer: Answer | None = None
        self._resolver = resolver
        self._policy = Policy(settings.servers, settings.timeouts)
        self._keeps_negative = settings.keeps_negative
        self._done = done
        self._fresh = fresh
        self._steps: list[Step] = []
        self._wake: Signal | None = None
        self._exchange: Exchange | None = None
        self._records: list[Record] = []
        self._questions = 0
        self._negative: Answer | None = None
        self._candidate, self._asking = name, name
        self._candidates: list[str] = []
        address = _address(name)
        if address is not None and kind != "PTR":
            self._records = [Record(name, "A", 0, str(address))] if kind == "A" else []
            self._conclude(Status.FOUND if kind == "A" else Status.NO_DATA)
            return
        bare = name.removesuffix(".") if address is None else reverse_name(str(address))
        qualified = "." in bare or name.endswith(".")
        domains = () if qualified else settings.search
        self._candidates = [*(f"{bare}.{domain}" for domain in domains), bare]
        self._next_candidate()

    def progress(self) -> Signal:
        """Fires at the next step, or when it is over."""
        self._wake = Signal()
        return self._wake

    def take_steps(self) -> list[Step]:
        """What was done since this was last called."""
        steps, self._steps = self._steps, []
        return steps

    def cancel(self) -> None:
        """Breaks it off: there will be no answer."""
        if self._exchange is not None:
            self._exchange.close()
            self._exchange = None

    @property
    def timeout(self) -> int:
        """How long a server is waited for at first, in nanoseconds."""
        return self._policy.timeouts[0]

    # For the exchange

    def asked(self, server: int) -> None:
        """A question went to that server."""
        self._step("asked", server)
        self._trace(server, None)

    def timed_out(self, server: int) -> None:
        """It did not answer in time."""
        self._step("timed out", server)

    def replied(self, server: int, status: Status) -> None:
        """A reply came from there."""
        self._trace(server, status)
        self._step("replied", server)

    def _step(self, what: str, server: int) -> None:
        self._steps.append(Step(what, server))
        self._tell()

    def _trace(self, server: int, status: Status | None) -> None:
        if self._resolver.trace is not None:
            self._resolver.trace(self._asking, int(read_type(self.type) or 0), server, status)

    def _tell(self) -> None:
        wake, self._wake = self._wake, None
        if wake is not None:
            wake.fire()

    def _next_candidate(self) -> None:
        self._candidate = self._candidates.pop(0)
        self._records.clear()
        self._look(self._candidate)

    def _look(self, name: str) -> None:
        """Asks for a name: a candidate, or what an alias leads to."""
        self._questions += 1
        self._asking = name
        parsed, kind = read_name(name), read_type(self.type)
        if parsed is None or kind is None or len(parsed) == 1:
            self._conclude(Status.BAD_NAME)
            return
        if self._questions > _MOST_QUESTIONS:
            self._conclude(Status.LOOP)
            return
        resolver = self._resolver
        own = resolver.known(name, self.type)
        if own is not None:
            self._records += [Record(name, self.type, 0, value) for value in own]
            self._conclude(Status.FOUND)
            return
        kept = None if self._fresh else resolver.cache.get(name_text(parsed), self.type)
        if kept is not None and (kept.found or self._keeps_negative):
            self._records += kept.records
            self._conclude(kept.status, soa=kept.soa)
        elif not self._policy.servers:
            self._conclude(Status.NO_SERVER)
        else:
            question = Question(resolver.new_id(), parsed, kind)
            self._exchange = Exchange(resolver.clock, resolver.wire, question, self._policy, self, self._take)

    def _take(self, outcome: Outcome) -> None:
        """A server, or the lack of one, has said something."""
        self._exchange = None
        reply = outcome.reply
        if reply is None:
            self._conclude(outcome.status, outcome.server)
            return
        self._records += reply.records
        if reply.complete:
            self._conclude(reply.status, outcome.server, reply.authoritative, reply.soa)
        else:
            self._look(reply.target)

    def _conclude(
        self,
        status: Status,
        server: int | None = None,
        authoritative: bool = False,
        soa: Record | None = None,
    ) -> None:
        """The candidate has its answer: it is the answer, or the next one's turn."""
        name = self._candidate
        answer = Answer(name, self.type, status, tuple(self._records), server, authoritative, soa)
        if server is not None and not self._fresh:
            self._resolver.cache.put(answer)
        if status not in _FINAL:
            if self._negative is None or self._negative.status is not Status.NO_DATA:
                self._negative = answer
            if self._candidates:
                self._next_candidate()
                return
            answer = replace(self._negative, server=server)
        self.answer = answer
        self._done(answer)
        self._tell()


def _address(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except ValueError:
        return None
