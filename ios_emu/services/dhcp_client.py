"""A DHCP client: how a host, or an interface of the router, gets its address and keeps it (RFC 2131, 4.4).

    INIT --DISCOVER--> SELECTING --OFFER--> REQUESTING --ACK--> CHECKING --free--> BOUND
    BOUND --T1--> RENEWING --T2--> REBINDING --end--> INIT       both --ACK--> BOUND
    INIT --has a lease--> REBOOTING --ACK--> CHECKING            any --NAK--> INIT

The rules. The first offer is taken. Nothing is sent for ever: four times, each time waiting twice as long,
and a little more or less; then the client is without an address and tries again after five minutes. What
somebody waits for is in the foreground of the lab's time, the rest (renewing, trying again) in the
background. An address that somebody answers for is declined. A lease ends when its time is up, whatever goes
on.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from enum import Enum
from typing import Protocol

from ios_emu.clock import MINUTE, SECOND, Clock, Timer
from ios_emu.services.dhcp_client_lease import ClientIdentity, ClientLease, is_host, lease_from, request
from ios_emu.services.dhcp_identity import address_text
from ios_emu.stack.ip_interface import LIMITED_BROADCAST
from ios_emu.wire import dhcp
from ios_emu.wire.dhcp import DhcpMessage

_FIRST_WAIT = 4 * SECOND
_MOST_TRIES = 4
# When a lease of its own is asked for again: once or twice each way, and then anew.
_REBOOT_TRIES = 2
_MOST_FAILURES = 4
_JITTER = SECOND
_TRY_AGAIN = 5 * MINUTE
_AFTER_DECLINE = 10 * SECOND
_SHORTEST_RENEWAL = MINUTE


class ClientState(Enum):
    """The states of RFC 2131, figure 5, and CHECKING: the address is being probed."""

    INIT = "Init"
    SELECTING = "Selecting"
    REQUESTING = "Requesting"
    CHECKING = "Checking"
    BOUND = "Bound"
    RENEWING = "Renewing"
    REBINDING = "Rebinding"
    REBOOTING = "Rebooting"


class ClientEnvironment(Protocol):
    """What a client asks of its host."""

    def send(self, message: DhcpMessage, source: int, destination: int) -> None:
        """Sends from port 68 to port 67; `source` is 0 and `destination` all ones without an address."""

    def probe(self, address: int, done: Callable[[bool], None]) -> None:
        """Asks by ARP who has the address; `done` is called once, with True when somebody answered."""

    def bound(self, lease: ClientLease) -> None:
        """The client has this lease: a new one, or the old one with a new end."""

    def unbound(self) -> None:
        """The client has lost its address, or gave it back."""

    def unanswered(self) -> None:
        """No server gave an address: the host may take one of 169.254.0.0/16 until `bound`."""

    def debug(self, text: str) -> None:
        """A line of `debug dhcp`."""


Done = Callable[[bool], None]


class DhcpClient:
    """One client, on one interface. `done` of a method is called once: has it an address now?"""

    def __init__(
        self, clock: Clock, environment: ClientEnvironment, chance: random.Random, identity: ClientIdentity
    ) -> None:
        self.identity = identity
        self.state = ClientState.INIT
        self.lease: ClientLease | None = None
        self._clock = clock
        self._environment = environment
        self._chance = chance
        self._timer: Timer | None = None
        self._end: Timer | None = None
        self._done: Done | None = None
        self._foreground = False
        self._xid = 0
        self._began = 0
        self._sent = 0
        self._tries = 0
        self._failures = 0
        self._server = 0
        self._address = 0

    @property
    def transaction(self) -> int:
        """The transaction ID of what was asked last."""
        return self._xid

    @property
    def due(self) -> int | None:
        """The lab time of what it will do next by itself; None when nothing is due."""
        return None if self._timer is None else self._timer.when

    def start(self, previous: ClientLease | None = None, done: Done | None = None) -> None:
        """Gets an address: `previous`, if it has not ended (INIT-REBOOT), else any."""
        self._await(done)
        ended = previous is not None and previous.expires is not None and previous.expires <= self._clock.now
        if previous is None or ended:
            self._discover()
        else:
            self._begin(ClientState.REBOOTING)
            self._address, self._server = previous.address, previous.server
            self._retry()

    def renew(self, done: Done | None = None) -> None:
        """Renews the lease now, as `ipconfig /renew` does; gets one where there is none."""
        self._await(done)
        if self.lease is None:
            self._discover()
        else:
            self._begin(ClientState.RENEWING)
            self._retry()

    def release(self) -> bool:
        """Gives the address back; False when there was none."""
        lease = self.lease
        self.stop()
        if lease is None:
            return False
        options = {dhcp.SERVER_IDENTIFIER: lease.server.to_bytes(4)}
        xid = self._chance.getrandbits(32)
        message = request(self.identity, dhcp.RELEASE, xid, 0, ciaddr=lease.address, options=options)
        self._environment.send(message, lease.address, lease.server)
        self._lose()
        return True

    def stop(self) -> None:
        """Stops where it is, and sends nothing: the interface is down. The lease is kept until its end."""
        self._cancel()
        self.state = ClientState.INIT
        self._finish(False)

    def receive(self, message: DhcpMessage) -> None:
        """Takes a message that came to port 68; what is not for this client is dropped."""
        if (
            message.op != dhcp.BOOTREPLY
            or message.xid != self._xid
            or message.chaddr != self.identity.hardware
            or message.hlen != len(self.identity.hardware)
        ):
            return
        kind, server = message.message_type, message.word(dhcp.SERVER_IDENTIFIER)
        if self.state is ClientState.SELECTING:
            if kind == dhcp.OFFER and server and is_host(message.yiaddr):
                self._environment.debug(f"DHCP: offer received from {address_text(server)}")
                self._begin(ClientState.REQUESTING, self._xid)
                self._address, self._server = message.yiaddr, server
                self._retry()
        elif self.state in _ASKING:
            if self.state is ClientState.REQUESTING and server != self._server:
                return
            if kind == dhcp.ACK:
                self._acknowledged(message)
            elif kind == dhcp.NAK:
                self._refused()

    def _acknowledged(self, ack: DhcpMessage) -> None:
        lease = lease_from(ack, self._server or (self.lease.server if self.lease else None), self._sent)
        if lease is None:
            return
        self._cancel()
        if self.lease is not None and lease.address == self.lease.address:
            self._bind(lease)
            return
        self.state = ClientState.CHECKING
        xid = self._xid
        self._environment.probe(lease.address, lambda used: self._checked(lease, xid, used))

    def _checked(self, lease: ClientLease, xid: int, used: bool) -> None:
        if self.state is not ClientState.CHECKING or self._xid != xid:
            return
        if not used:
            self._bind(lease)
            return
        options = {
            dhcp.REQUESTED_ADDRESS: lease.address.to_bytes(4),
            dhcp.SERVER_IDENTIFIER: lease.server.to_bytes(4),
        }
        decline = request(self.identity, dhcp.DECLINE, self._xid, 0, options=options)
        self._environment.send(decline, 0, LIMITED_BROADCAST)
        self._start_over(_AFTER_DECLINE)

    def _bind(self, lease: ClientLease) -> None:
        self.lease, self.state, self._failures = lease, ClientState.BOUND, 0
        self._arm_end()
        self._wait_for_renewal()
        self._environment.bound(lease)
        self._finish(True)

    def _wait_for_renewal(self) -> None:
        assert self.lease is not None
        self._cancel()
        self.state = ClientState.BOUND
        if self.lease.renewal is not None:
            when = max(self.lease.renewal, self._clock.now)
            self._timer = self._clock.call_at(when, self._renewal_due, background=True)

    def _renewal_due(self) -> None:
        self._begin(ClientState.RENEWING)
        self._retry()

    def _refused(self) -> None:
        """A NAK: the address is not this client's."""
        if self.lease is not None:
            self._lose()
        # The first time at once; a server that goes on refusing must not be asked without end.
        self._start_over(0 if self._failures == 0 else SECOND << self._failures)

    def _start_over(self, delay: int) -> None:
        """Begins again after a while; not more than a few times."""
        self._cancel()
        self.state = ClientState.INIT
        self._failures += 1
        if self._failures < _MOST_FAILURES:
            self._timer = self._clock.call_later(delay, self._discover, background=not self._foreground)
        else:
            self._give_up()

    def _discover(self) -> None:
        self._begin(ClientState.SELECTING)
        self._retry()

    def _begin(self, state: ClientState, xid: int | None = None) -> None:
        """Enters a state in which the same is sent until it is answered."""
        self._cancel()
        self.state, self._tries = state, 0
        if xid is None:
            self._xid, self._began = self._chance.getrandbits(32), self._clock.now
        if state in (ClientState.SELECTING, ClientState.RENEWING):
            self._server = 0

    def _retry(self) -> None:
        """Sends what the state asks for, and waits; or goes on to the next state when that was in vain."""
        if self._by_time():
            self._renew_by_time()
            return
        most = _MOST_TRIES if self.state in (ClientState.SELECTING, ClientState.REQUESTING) else _REBOOT_TRIES
        if self._tries >= most:
            self._in_vain()
            return
        self._tries += 1
        wait = (_FIRST_WAIT << self._tries - 1) + self._chance.randint(-_JITTER, _JITTER)
        self._timer = self._clock.call_later(wait, self._retry, background=not self._foreground)
        self._transmit()

    def _by_time(self) -> bool:
        """Is it renewing because its time has come, and nobody waits for it?"""
        return not self._foreground and self.state in (ClientState.RENEWING, ClientState.REBINDING)

    def _renew_by_time(self) -> None:
        """Half of the time that is left, one minute at least, to T2 and then to the end (RFC 2131, 4.4.5)."""
        lease, now = self.lease, self._clock.now
        if lease is None or lease.rebinding is None or lease.expires is None:
            self._discover()
            return
        if self.state is ClientState.RENEWING and now >= lease.rebinding:
            self.state, self._tries = ClientState.REBINDING, 0
        until = lease.rebinding if self.state is ClientState.RENEWING else lease.expires
        self._tries += 1
        self._transmit()
        when = min(now + max((until - now) // 2, _SHORTEST_RENEWAL), until)
        if when > now:
            self._timer = self._clock.call_at(when, self._retry, background=True)

    def _in_vain(self) -> None:
        match self.state:
            case ClientState.SELECTING:
                self._give_up()
            case ClientState.RENEWING:
                self._begin(ClientState.REBINDING, self._xid)
                self._retry()
            case ClientState.REQUESTING:
                self._start_over(0)
            case _:
                self._discover()

    def _give_up(self) -> None:
        """Nobody gave an address: a lease that there is goes on, else it is tried again later."""
        self._cancel()
        self._failures = 0
        if self.lease is not None:
            self._wait_for_renewal()
        else:
            self.state = ClientState.INIT
            self._timer = self._clock.call_later(_TRY_AGAIN, self._discover, background=True)
            self._environment.unanswered()
        self._finish(False)

    def _transmit(self) -> None:
        kind, ciaddr, server = dhcp.REQUEST, 0, LIMITED_BROADCAST
        options: dict[int, bytes] = {}
        match self.state:
            case ClientState.SELECTING:
                kind = dhcp.DISCOVER
                if self.lease is not None:
                    options[dhcp.REQUESTED_ADDRESS] = self.lease.address.to_bytes(4)
            case ClientState.REQUESTING:
                options[dhcp.SERVER_IDENTIFIER] = self._server.to_bytes(4)
                options[dhcp.REQUESTED_ADDRESS] = self._address.to_bytes(4)
            case ClientState.REBOOTING:
                options[dhcp.REQUESTED_ADDRESS] = self._address.to_bytes(4)
            case _:
                assert self.lease is not None
                ciaddr = self.lease.address
                if self.state is ClientState.RENEWING:
                    server = self.lease.server
        name = "SDiscover" if kind == dhcp.DISCOVER else "SRequest"
        self._environment.debug(f"DHCP: {name} attempt # {self._tries} for entry:")
        self._sent = self._clock.now
        waited = self._clock.now - self._began
        message = request(self.identity, kind, self._xid, waited, ciaddr=ciaddr, options=options)
        self._environment.send(message, ciaddr, server)

    def _lease_over(self) -> None:
        """The lease's time is up: the address must not be used any more."""
        self._lose()
        if self.state in _USING:
            self._discover()

    def _lose(self) -> None:
        self.lease = None
        self._arm_end()
        self._environment.unbound()

    def _arm_end(self) -> None:
        if self._end is not None:
            self._end.cancel()
        self._end = None
        if self.lease is not None and self.lease.expires is not None:
            when = max(self.lease.expires, self._clock.now)
            self._end = self._clock.call_at(when, self._lease_over, background=True)

    def _await(self, done: Done | None) -> None:
        """Somebody waits from now on: what was going on is broken off."""
        self._cancel()
        self._finish(False)
        self._foreground, self._done, self._failures = True, done, 0

    def _finish(self, success: bool) -> None:
        self._foreground = False
        done, self._done = self._done, None
        if done is not None:
            done(success)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


_ASKING = frozenset(
    {ClientState.REQUESTING, ClientState.REBOOTING, ClientState.RENEWING, ClientState.REBINDING}
)
_USING = frozenset({ClientState.BOUND, ClientState.RENEWING, ClientState.REBINDING})
