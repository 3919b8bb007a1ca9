"""One question, put to one name server after another until one answers it.

The rules. Each round asks every server once, and waits a while for each. A reply counts when it comes from
a server that was asked, also when it comes late. One that is cut off (TC) is asked for again over TCP. A
server that refuses, fails, or is not there is not asked again; what the last one said is the outcome.
Time and the wire are handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from ios_emu.clock import Clock, Timer
from ios_emu.services.dns_answer import Status
from ios_emu.services.dns_codec import Question, Reply, read_reply

BROADCAST = 0xFFFFFFFF
"""As a server's address: whoever is there may answer."""


class Datagrams(Protocol):
    """A port of this node's UDP."""

    def send(self, server: int, payload: bytes) -> None:
        """Sends a question to a server's port 53."""

    def close(self) -> None:
        """Gives the port back."""


class Wire(Protocol):
    """How questions get to servers. Addresses are 32-bit integers."""

    def datagrams(
        self, received: Callable[[int, bytes], None], unreachable: Callable[[int], None]
    ) -> Datagrams:
        """Opens a port; `received` gets a server's address and its datagram."""

    def stream(
        self, server: int, payload: bytes, received: Callable[[bytes], None], failed: Callable[[], None]
    ) -> Callable[[], None]:
        """Asks over TCP; call what is returned to break that off."""


class Policy(NamedTuple):
    """Whom to ask, and for how long to wait in each round, in nanoseconds."""

    servers: tuple[int, ...]
    timeouts: tuple[int, ...]


class Outcome(NamedTuple):
    """What came of it. `reply` is None when no server said anything of use."""

    status: Status
    reply: Reply | None
    server: int | None


class Watcher(Protocol):
    """Is told of each step."""

    def asked(self, server: int) -> None:
        """A question went to that server."""

    def timed_out(self, server: int) -> None:
        """It did not answer in time."""

    def replied(self, server: int, status: Status) -> None:
        """A reply came from there."""


class Exchange:
    """Asks `question` as `policy` says; `done` is called with the outcome, but not when it is closed."""

    def __init__(
        self,
        clock: Clock,
        wire: Wire,
        question: Question,
        policy: Policy,
        watcher: Watcher,
        done: Callable[[Outcome], None],
    ) -> None:
        self._clock = clock
        self._wire = wire
        self._question = question
        self._watcher = watcher
        self._done = done
        self._tries = [(server, timeout) for timeout in policy.timeouts for server in policy.servers]
        self._asked: set[int] = set()
        self._useless: dict[int, Status] = {}
        self._last = Outcome(Status.NO_SERVER, None, None)
        self._server = 0
        self._timeout = 0
        self._timer: Timer | None = None
        self._break_stream: Callable[[], None] | None = None
        self._open = True
        self._socket = wire.datagrams(self._received, self._unreachable)
        self._timer = clock.call_soon(self._next)

    def close(self) -> None:
        """Stops asking."""
        self._open = False
        self._stop_waiting()
        self._socket.close()

    def _next(self) -> None:
        """Asks the next server, or gives up."""
        self._stop_waiting()
        while self._tries and self._tries[0][0] in self._useless:
            del self._tries[0]
        if not self._tries:
            self.close()
            self._done(self._last)
            return
        self._server, self._timeout = self._tries.pop(0)
        self._asked.add(self._server)
        self._timer = self._clock.call_later(self._timeout, self._timed_out)
        self._watcher.asked(self._server)
        if self._open:
            self._socket.send(self._server, self._question.build())

    def _timed_out(self) -> None:
        self._last = Outcome(Status.NO_REPLY, None, self._server)
        self._watcher.timed_out(self._server)
        if self._open:
            self._next()

    def _received(self, source: int, payload: bytes) -> None:
        if source not in self._asked and BROADCAST not in self._asked:
            return
        reply = read_reply(payload, self._question)
        if reply is None or source in self._useless:
            return
        if reply.truncated:
            self._ask_over_tcp(source)
        else:
            self._take(source, reply)

    def _ask_over_tcp(self, server: int) -> None:
        if self._break_stream is not None:
            return
        self._stop_waiting()
        self._server = server
        self._timer = self._clock.call_later(self._timeout, self._timed_out)
        self._break_stream = self._wire.stream(
            server, self._question.build(), self._received_whole, self._stream_failed
        )

    def _received_whole(self, payload: bytes) -> None:
        reply = read_reply(payload, self._question)
        if reply is None:
            self._stream_failed()
        else:
            self._take(self._server, reply)

    def _stream_failed(self) -> None:
        self._give_up_on(self._server, Outcome(Status.FAILED, None, self._server))

    def _unreachable(self, server: int) -> None:
        if server in self._asked and server not in self._useless:
            self._give_up_on(server, Outcome(Status.UNREACHABLE, None, server))

    def _take(self, server: int, reply: Reply) -> None:
        self._watcher.replied(server, reply.status)
        if not self._open:
            return
        if reply.status in (Status.REFUSED, Status.FAILED):
            self._give_up_on(server, Outcome(reply.status, reply, server))
            return
        self.close()
        self._done(Outcome(reply.status, reply, server))

    def _give_up_on(self, server: int, outcome: Outcome) -> None:
        """That server is of no use; who waits for another goes on waiting."""
        self._useless[server] = outcome.status
        self._last = outcome
        if server == self._server or self._server == BROADCAST:
            self._next()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._break_stream is not None:
            self._break_stream()
            self._break_stream = None
