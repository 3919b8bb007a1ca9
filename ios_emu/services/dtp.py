"""The DTP engine of a switch: ports in a dynamic mode find out whether the other end wants a trunk.

The rules. A port that is to be a trunk is one, whatever the other end says. A dynamic port becomes a trunk
with one that is on or desirable; a desirable one with `auto`, too. Two switches of different VTP domains make
no trunk. A port tells at once when its link comes up, when it hears of somebody new, or when what it says
changes; it says so two times more a second apart, and then every 30 seconds. A neighbour that is silent for
five minutes is no more. All timers are background.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ios_emu.clock import MINUTE, SECOND, Clock, Timer
from ios_emu.errors import MalformedPacket
from ios_emu.stack.switch_port import PortMode
from ios_emu.stack.switching import Switch
from ios_emu.wire.dtp import DtpPacket, Wish
from ios_emu.wire.ethernet import MacAddress
from ios_emu.wire.snap import DTP, build_snap, parse_snap

FAST, SLOW = 1 * SECOND, 30 * SECOND
SILENT = 5 * MINUTE
_FAST_HELLOS = 2
_WISHES: dict[PortMode, Wish] = {
    "access": Wish.OFF,
    "trunk": Wish.ON,
    "dynamic desirable": Wish.DESIRABLE,
    "dynamic auto": Wish.AUTO,
}


@dataclass(slots=True)
class _Neighbour:
    wish: Wish
    domain: str
    expires: int


@dataclass(slots=True)
class DtpCounters:
    """Packets that were sent, received, and dropped."""

    output: int = 0
    input: int = 0
    malformed: int = 0


class DtpEngine:
    """DTP of `switch`. `mac` is the address of a port; `domain` the name of the VTP domain, if any."""

    def __init__(
        self,
        clock: Clock,
        switch: Switch,
        mac: Callable[[str], MacAddress],
        domain: Callable[[], str] = str,
    ) -> None:
        self.counters = DtpCounters()
        # Is called when ports have become trunks, or are no more.
        self.agreed: Callable[[], None] = switch.changed
        self._clock = clock
        self._switch = switch
        self._mac = mac
        self._domain = domain
        self._neighbours: dict[str, _Neighbour] = {}
        # What each port that speaks said last, when it speaks again, and how often it does so soon.
        self._said: dict[str, tuple[Wish, bool]] = {}
        self._due: dict[str, int] = {}
        self._hurried: dict[str, int] = {}
        self._timer: Timer | None = None

    def link_changed(self, port: str) -> None:
        """A port has got a cable, or lost it: what was agreed there is over."""
        self._neighbours.pop(port, None)
        self._said.pop(port, None)
        self.settings_changed()

    def settings_changed(self) -> None:
        """Modes, or the ports that are up, may be others: who has something new to say does so at once."""
        self._decide()
        self._look()
        self._arm()

    def receive(self, port: str, frame: bytes) -> None:
        """Takes a frame that came in at a port."""
        try:
            found = parse_snap(frame)
            if found is None or found[1] != DTP:
                return
            packet = DtpPacket.parse(found[2])
        except MalformedPacket:
            self.counters.malformed += 1
            return
        self.counters.input += 1
        if self._switch.settings[port].nonegotiate:
            return
        if port not in self._neighbours and port in self._due:
            # Whoever is new there does not have to wait for the next time.
            self._due[port], self._hurried[port] = self._clock.now, _FAST_HELLOS
        self._neighbours[port] = _Neighbour(packet.wish, packet.domain, self._clock.now + SILENT)
        self.settings_changed()

    def _decide(self) -> None:
        """Which dynamic ports have the other end of a trunk behind them."""
        switch, now = self._switch, self._clock.now
        for port in [port for port, one in self._neighbours.items() if one.expires <= now]:
            del self._neighbours[port]
        agreed = {
            port for port, neighbour in self._neighbours.items() if self._makes_a_trunk(port, neighbour)
        }
        if agreed != switch.negotiated:
            switch.negotiated = agreed
            self.agreed()

    def _makes_a_trunk(self, port: str, neighbour: _Neighbour) -> bool:
        settings, domain = self._switch.settings[port], self._domain()
        if settings.nonegotiate or (domain and neighbour.domain and domain != neighbour.domain):
            return False
        if settings.mode == "dynamic desirable":
            return neighbour.wish is not Wish.OFF
        return settings.mode == "dynamic auto" and neighbour.wish in (Wish.ON, Wish.DESIRABLE)

    def _look(self) -> None:
        """Who speaks, and who has something new to say."""
        switch = self._switch
        speakers = {
            name: (_WISHES[switch.settings[name].mode], switch.operational(name)[0] == "trunk")
            for name, port in switch.ports.items()
            if port.carrier and not switch.settings[name].nonegotiate
        }
        for port in self._due.keys() - speakers.keys():
            del self._due[port]
        for port, status in speakers.items():
            if port not in self._due or self._said.get(port) != status:
                self._due[port], self._hurried[port] = self._clock.now, _FAST_HELLOS
                self._said[port] = status

    def _arm(self) -> None:
        """One timer for all ports, for the one that speaks next."""
        when = min(self._due.values(), default=None)
        if self._timer is not None:
            if self._timer.active and self._timer.when == when:
                return
            self._timer.cancel()
        self._timer = None if when is None else self._clock.call_at(when, self._speak, background=True)

    def _speak(self) -> None:
        self._decide()
        self._look()
        now = self._clock.now
        for port in [port for port, due in self._due.items() if due <= now]:
            self._due[port] = now + (FAST if self._hurried[port] else SLOW)
            self._hurried[port] = max(self._hurried[port] - 1, 0)
            wish, trunking = self._said[port]
            mac = self._mac(port)
            packet = DtpPacket(wish, trunking, mac, self._domain())
            self.counters.output += 1
            self._switch.ports[port].send(build_snap(mac, DTP, packet.build()))
        self._arm()
