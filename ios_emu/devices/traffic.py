"""What crosses the router's ports: counters since they were cleared, and average rates."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, fields
from math import exp

from ios_emu.clock import SECOND, Clock, Timer
from ios_emu.devices.interface import DEFAULT_LOAD_INTERVAL
from ios_emu.stack.cable import Port
from ios_emu.stack.counters import PortCounters
from ios_emu.stack.interface_name import InterfaceName

_SAMPLE = 5 * SECOND


@dataclass(slots=True)
class _Rates:
    """Per second, averaged with the weights that IOS gives: the last `period` seconds count most."""

    last: PortCounters
    period: int = DEFAULT_LOAD_INTERVAL
    bits_in: float = 0.0
    frames_in: float = 0.0
    bits_out: float = 0.0
    frames_out: float = 0.0

    def sample(self, now: PortCounters) -> None:
        """Takes the counters, five seconds after those before."""
        seconds = _SAMPLE / SECOND
        weight = 1 - exp(-seconds / self.period)
        last, self.last = self.last, copy(now)
        self.bits_in += weight * ((now.bytes_in - last.bytes_in) * 8 / seconds - self.bits_in)
        self.frames_in += weight * ((now.frames_in - last.frames_in) / seconds - self.frames_in)
        self.bits_out += weight * ((now.bytes_out - last.bytes_out) * 8 / seconds - self.bits_out)
        self.frames_out += weight * ((now.frames_out - last.frames_out) / seconds - self.frames_out)


class Traffic:
    """Counters and rates of the router's `ports`."""

    def __init__(self, clock: Clock, ports: Mapping[InterfaceName, Port]) -> None:
        self._clock = clock
        self._ports = dict(ports)
        self._cleared: dict[InterfaceName, tuple[int, PortCounters]] = {}
        self._rates = {name: _Rates(copy(port.counters)) for name, port in ports.items()}
        self._timer: Timer | None = None

    def add(self, name: InterfaceName, port: Port) -> None:
        """An interface that has no socket is counted too, as `port`."""
        self._ports[name] = port
        self._rates[name] = _Rates(copy(port.counters))

    def watch(self) -> None:
        """A port has got a carrier: its rates are sampled from now on."""
        if self._timer is None:
            self._timer = self._clock.call_later(_SAMPLE, self._sample, background=True)

    def restart(self) -> None:
        """After a boot all counters begin at zero."""
        self._cleared.clear()
        for port in self._ports.values():
            port.counters = PortCounters()
            port.last_in = port.last_out = None
        self._rates = {name: _Rates(PortCounters()) for name in self._ports}

    def set_period(self, name: InterfaceName, seconds: int) -> None:
        """`load-interval`: over how many seconds the rates of a port are averaged."""
        rates = self._rates.get(name)
        if rates is not None:
            rates.period = seconds

    def clear(self, name: InterfaceName) -> None:
        """`clear counters`."""
        port = self._ports.get(name)
        counters = PortCounters() if port is None else copy(port.counters)
        self._cleared[name] = (self._clock.now, counters)

    def counters(self, name: InterfaceName) -> PortCounters:
        """What was counted since the boot, or since it was cleared."""
        port = self._ports.get(name)
        if port is None:
            return PortCounters()
        if name not in self._cleared:
            return port.counters
        base = self._cleared[name][1]
        return PortCounters(
            **{
                one.name: getattr(port.counters, one.name) - getattr(base, one.name)
                for one in fields(PortCounters)
            }
        )

    def cleared_at(self, name: InterfaceName) -> int | None:
        """The lab time of the last clearing."""
        cleared = self._cleared.get(name)
        return None if cleared is None else cleared[0]

    def last(self, name: InterfaceName) -> tuple[int | None, int | None]:
        """The lab times of the last frame in and the last frame out."""
        port = self._ports.get(name)
        return (None, None) if port is None else (port.last_in, port.last_out)

    def rates(self, name: InterfaceName) -> tuple[int, int, int, int]:
        """Bits and frames per second in, and the same out."""
        rates = self._rates.get(name)
        if rates is None:
            return 0, 0, 0, 0
        return (
            int(round(rates.bits_in, -3)),
            round(rates.frames_in),
            int(round(rates.bits_out, -3)),
            round(rates.frames_out),
        )

    def _sample(self) -> None:
        self._timer = None
        for name, port in self._ports.items():
            self._rates[name].sample(port.counters)
        if any(port.carrier for port in self._ports.values()):
            self.watch()
